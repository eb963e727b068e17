"""The protocol's methods before they are imported: the port is open, and the schema given, while that goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import Any

import grpc

from prisma_provider.plugin import schema

STREAMS = ("List",)
"""The methods that give several messages."""


class Methods(grpc.GenericRpcHandler):
    """Takes every call at once, and hands it to what `load` gives, which is the protocol's own handler.

    GetSchema waits for nothing: Pulumi starts a process for it alone.
    """

    def __init__(self, load: Callable[[], grpc.GenericRpcHandler]) -> None:
        self._loaded: Future[grpc.GenericRpcHandler] = Future()
        self._load = load

    def begin(self) -> None:
        """Load, in a thread of its own."""
        Thread(target=self._run, name="load", daemon=True).start()

    def _run(self) -> None:
        try:
            self._loaded.set_result(self._load())
        except BaseException as error:
            self._loaded.set_exception(error)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        """What answers this call. It must not wait: calls come one by one through here."""
        name = details.method.rpartition("/")[2]
        if name == "GetSchema":
            return grpc.unary_unary_rpc_method_handler(lambda request, context: schema.response())
        if name in STREAMS:
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: self._several(details, request, context)
            )
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._one(details, request, context))

    def _one(self, details: grpc.HandlerCallDetails, request: bytes, context: grpc.ServicerContext) -> bytes:
        method = self._method(details, context)
        answer: bytes = method.response_serializer(method.unary_unary(method.request_deserializer(request), context))
        return answer

    def _several(
        self, details: grpc.HandlerCallDetails, request: bytes, context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        method = self._method(details, context)
        yield from map(method.response_serializer, method.unary_stream(method.request_deserializer(request), context))

    def _method(self, details: grpc.HandlerCallDetails, context: grpc.ServicerContext) -> Any:
        method = self._loaded.result().service(details)
        if method is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"There is no method {details.method}.")
        return method
