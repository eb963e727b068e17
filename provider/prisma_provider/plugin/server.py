"""The server: a free port on loopback, which the first line of stdout names; it ends with its starter."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import grpc

from prisma_provider.plugin.methods import Methods
from prisma_provider.plugin.protocol import without_sdk

if TYPE_CHECKING:
    from prisma_provider.plugin.session import Session

THREADS = 1000
"""The engine decides how much is asked at once (`--parallel`); threads are made as they are needed, and Cancel must
find one."""

MESSAGE_LIMIT = 400 * 1024 * 1024
"""Bytes of one message, as in Pulumi's own plugins."""

GRACE = 5.0
"""Seconds for what is under way when the engine has gone away."""


def serve(arguments: Sequence[str]) -> None:
    """Serve until the engine ends us or is gone itself. Its address is the argument that is no option."""
    starter = os.getppid()  # before the port is printed: its reader may be killed at once
    address = next((argument for argument in arguments if not argument.startswith("-")), "")
    provider = _Provider(address)
    limits = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
    server = grpc.server(ThreadPoolExecutor(THREADS), options=limits)
    server.add_generic_rpc_handlers((Methods(provider.load),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    with suppress(KeyboardInterrupt):  # started by hand, and stopped by hand
        _wait_for_the_end(server, starter)
    provider.cancel()
    server.stop(GRACE).wait()


class _Provider:
    """The provider, which takes longer to import than the engine takes to find the port."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._session: Session | None = None

    def load(self) -> grpc.GenericRpcHandler:
        """Import it, and what it gives to the protocol."""
        from prisma_provider.imports import uncollected

        with without_sdk(), uncollected():
            from prisma_provider.network.logs import write_log
            from prisma_provider.plugin.engine import Engine
            from prisma_provider.plugin.servicer import Provider
            from prisma_provider.plugin.session import Session
        self._session = Session(Engine(self._address))
        write_log(self._session.note)  # to the engine: what a plugin writes to stderr, Pulumi shows nobody
        return Provider(self._session).handler()

    def cancel(self) -> None:
        """End all waiting."""
        if self._session is not None:
            self._session.cancel()


def _wait_for_the_end(server: grpc.Server, starter: int) -> None:
    """An engine that was killed stops nobody: its children get another parent."""
    while server.wait_for_termination(timeout=1.0) and os.getppid() == starter:
        pass
