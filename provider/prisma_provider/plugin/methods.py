"""The protocol's methods before they are imported: the port is open, and the first calls answered, while that goes on.

What Pulumi asks first is the same each time, and of many a process it asks nothing else: the responses are written
here, byte by byte, without the messages' classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any

import grpc

from prisma_provider.plugin import schema

SERVICE = "/pulumirpc.ResourceProvider/"

STREAMS = ("List",)
"""The methods that give several messages."""

HANDSHAKE = b"\x08\x01\x18\x01"
"""A `ProviderHandshakeResponse`: `accept_secrets` and `accept_outputs`, which a plugin that makes components needs."""

EARLY: Mapping[str, Callable[[], bytes]] = {"GetPluginInfo": schema.plugin_info, "GetSchema": schema.response}
"""The methods that need nothing else."""


class Methods(grpc.GenericRpcHandler):
    """Takes every call, and hands it to what `load` gives, which is the protocol's own handler.

    It is loaded with the first call that needs it. A process that is asked for the schema alone never does: the start
    of the next one would have to share the processor with it.
    """

    def __init__(self, load: Callable[[], grpc.GenericRpcHandler]) -> None:
        self._load = load
        self._loaded: grpc.GenericRpcHandler | None = None
        self._greetings: list[tuple[grpc.HandlerCallDetails, bytes]] = []
        self._lock = Lock()

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """What answers this call. It must not wait: calls come one by one through here."""
        if not details.method.startswith(SERVICE):
            return None
        if details.method.removeprefix(SERVICE) in STREAMS:
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: self._several(details, request, context)
            )
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._one(details, request, context))

    def _one(self, details: grpc.HandlerCallDetails, request: bytes, context: grpc.ServicerContext) -> bytes:
        name = details.method.removeprefix(SERVICE)
        if name in EARLY:
            return EARLY[name]()
        if name == "Handshake" and self._is_too_early(details, request):
            return HANDSHAKE
        method = self._method(details, context)
        answer: bytes = method.response_serializer(method.unary_unary(method.request_deserializer(request), context))
        return answer

    def _several(
        self, details: grpc.HandlerCallDetails, request: bytes, context: grpc.ServicerContext
    ) -> Iterator[bytes]:
        method = self._method(details, context)
        yield from map(method.response_serializer, method.unary_stream(method.request_deserializer(request), context))

    def _is_too_early(self, details: grpc.HandlerCallDetails, request: bytes) -> bool:
        """Keep what a Handshake says (where the engine is), if it comes before what takes it."""
        with self._lock:
            if self._loaded is None:
                self._greetings.append((details, request))
            return self._loaded is None

    def _method(self, details: grpc.HandlerCallDetails, context: grpc.ServicerContext) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
                for greeting, request in self._greetings:
                    handshake: Any = self._loaded.service(greeting)
                    handshake.unary_unary(handshake.request_deserializer(request), context)
        method = self._loaded.service(details)
        if method is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"There is no method {details.method}.")
        return method
