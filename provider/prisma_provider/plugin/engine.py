"""The engine's log: a line there belongs to a resource, and is shown beneath it."""

from __future__ import annotations

import sys

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from prisma_provider.plugin.spelling import spelled
from prisma_provider.text import plain_lines


class Engine:
    """The engine that started us, or attached to us; without one, lines go to stderr."""

    def __init__(self, address: str = "") -> None:
        self.address = address
        self._log: engine_pb2_grpc.EngineStub | None = None
        if address:
            self._log = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def say(self, line: str, urn: str) -> None:
        """One line for the user, about this resource."""
        line = spelled(plain_lines(line))
        if self._log is not None:
            try:
                self._log.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, message=line, urn=urn), timeout=10)
                return
            except grpc.RpcError:
                pass  # an engine that has gone away must not take the operation with it: the line goes to stderr
        print(f"prisma: {line}", file=sys.stderr, flush=True)
