"""Whole requests and whole responses, and connections that can be closed."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, replace
from typing import Any

import h11
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

# How long a request may take to arrive.
REQUEST_SECONDS = 30.0
COMPLETE = (h11.DONE, h11.MUST_CLOSE, h11.CLOSED, h11.ERROR)

# Open connections by the client's address: an ASGI scope has nothing else of its connection.
_open: dict[tuple[str, int], asyncio.Transport] = {}


class ClosableProtocol(H11Protocol):
    """uvicorn's protocol, whose connections can be closed; it closes those whose request does not arrive in time."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio does this only for sockets with proto=IPPROTO_TCP; without it each response waits 40 ms for an ACK.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.client is not None:
            _open[self.client] = transport
        self._limit_time()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._limit_time()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client is not None:
            _open.pop(self.client, None)
        self._stop_timer()
        super().connection_lost(exc)

    def _limit_time(self) -> None:
        """From the start of a connection, or of a request, to the end of the request."""
        if self.conn.their_state in COMPLETE:
            self._stop_timer()
        elif self._timer is None:
            self._timer = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A response as it is sent."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def parsed(self) -> Any:
        return json.loads(self.body) if self.body else None

    def with_body(self, body: bytes) -> RawResponse:
        """The same response with another body, and its Content-Length."""
        kept = tuple(header for header in self.headers if header[0].lower() != b"content-length")
        return replace(self, headers=(*kept, (b"content-length", str(len(body)).encode())), body=body)

    def with_json(self, value: Any) -> RawResponse:
        return self.with_body(json.dumps(value).encode())

    async def send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        await send({"type": "http.response.body", "body": self.body})


def raw_response(status: int, body: Any, content_type: str, headers: dict[str, str] | None = None) -> RawResponse:
    """A response: a text is sent as it is, everything else as JSON."""
    raw = b"" if body is None else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    extra = tuple((name.lower().encode(), str(value).encode()) for name, value in (headers or {}).items())
    return RawResponse(status, ((b"content-type", content_type.encode()), *extra), b"").with_body(raw)


class ClientDisconnected(Exception):
    """The client disconnected before its request was complete; nothing of it may be done."""


async def read(receive: Receive, largest: int) -> bytes | None:
    """The whole body, or None where it has more bytes than that."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnected
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= largest:
            chunks.append(chunk)
        # A body that is too large is still read: a client that is writing would not see our response.
        if not message.get("more_body", False):
            return b"".join(chunks) if size <= largest else None


async def call_app(app: ASGIApp, scope: Scope, raw: bytes) -> RawResponse:
    """The application's response to a request with this body."""
    messages: list[Message] = []
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": raw, "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in messages[1:])
    return RawResponse(messages[0]["status"], tuple(messages[0]["headers"]), body)


async def close_connection(scope: Scope, receive: Receive) -> None:
    """Close the connection without a response, and wait until uvicorn has noticed."""
    transport = _open.get(tuple(scope["client"]))
    if transport is not None:
        transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
