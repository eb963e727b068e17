"""The TCP ports of PostgreSQL and pgbouncer, which themselves listen on Unix sockets only.

A client's TLS ends here. Its first message names a user and a database; `Admit` says which database that is, or
refuses. Everything after that is passed on as it comes. So connection strings need not name the database, as those of
the service do not, and nobody is in a database that he may not be in.

The proxy runs in a thread with an event loop of its own: whatever the API does, sessions go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from prisma_local.errors import SessionRefused
from prisma_local.postgres import protocol


@dataclass(frozen=True, slots=True)
class Admitted:
    """A session of this database; one that `drops` ends at its first query. `ended` is called when it is over."""

    database: str
    drops: bool
    ended: Callable[[], None]


# The database for this user and the database that its client names, or SessionRefused. Runs in another thread.
Admit = Callable[[str, str], Admitted]

CHUNK = 65536
QUERIES = b"QP"
"""Messages that begin a query. Before the first one a client waits for each response: it begins a chunk."""
# Sockets of clients altogether: PostgreSQL takes 200 sessions, pgbouncer 1000 clients.
CLIENT_LIMIT = 1500
STARTUP_SECONDS = 15.0
END_SECONDS = 5.0
RETRY_SECONDS = 0.1
# Two for each client and some for the rest; many shells allow 1024 by default, or fewer.
OPEN_FILES = 2 * CLIENT_LIMIT + 1000


@dataclass(slots=True)
class Endpoint:
    """A port, the Unix socket behind it, and how many sessions are open in each database that has any."""

    listener: socket.socket
    behind: Path
    sessions: Counter[str] = field(default_factory=Counter)

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Stream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def close(self) -> None:
        """Send what was written, and end."""
        self.writer.close()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class Proxy:
    """`start` once, `stop` at any time. The certificate and its key are files in `data`."""

    def __init__(self, data: Path) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(data / "server.crt", data / "server.key")
        _allow_open_files()
        self._clients: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self, endpoint: Endpoint, admit: Admit) -> None:
        """Serve an endpoint until `stop`; its listener then belongs to the proxy."""
        if not self._thread.is_alive():
            self._thread.start()
        endpoint.listener.setblocking(False)
        asyncio.run_coroutine_threadsafe(self._accept(endpoint, admit), self._loop)

    def stop(self) -> None:
        """End all sessions."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def _accept(self, endpoint: Endpoint, admit: Admit) -> None:
        while True:
            try:
                client, _ = await self._loop.sock_accept(endpoint.listener)
            except OSError:  # the client has gone, or this process has too many files open
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if len(self._clients) >= CLIENT_LIMIT:
                client.close()
                continue
            task = self._loop.create_task(self._serve(endpoint, admit, client))
            self._clients.add(task)
            task.add_done_callback(self._clients.discard)

    async def _serve(self, endpoint: Endpoint, admit: Admit, client: socket.socket) -> None:
        """One client, from its first byte to its last."""
        with contextlib.suppress(OSError, EOFError, SessionRefused), contextlib.closing(client):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(STARTUP_SECONDS):
                encrypted = await self._encrypted(client)
            try:
                await _session(endpoint, admit, encrypted)
            except SessionRefused as refusal:
                encrypted.writer.write(protocol.error(refusal))
            finally:
                await encrypted.close()

    async def _encrypted(self, client: socket.socket) -> Stream:
        """The client's stream once TLS has begun; without TLS nothing is read that could hold a secret."""
        while (head := protocol.head(await self._exactly(client, protocol.HEAD.size))) == (0, protocol.GSS_REQUEST):
            await self._loop.sock_sendall(client, protocol.NO)
        if head != (0, protocol.SSL_REQUEST):
            await self._exactly(client, head[0])  # a client whose message was not read does not read ours
            refusal = SessionRefused("28000", "no encryption: connect with TLS (sslmode=require)")
            await self._loop.sock_sendall(client, protocol.error(refusal))
            raise refusal
        await self._loop.sock_sendall(client, protocol.YES)
        reader = asyncio.StreamReader()
        stream = asyncio.StreamReaderProtocol(reader)
        transport, _ = await self._loop.connect_accepted_socket(
            lambda: stream, client.dup(), ssl=self._tls, ssl_shutdown_timeout=END_SECONDS
        )
        return Stream(reader, asyncio.StreamWriter(transport, stream, reader, self._loop))

    async def _exactly(self, client: socket.socket, size: int) -> bytes:
        """And not one byte more: what comes before TLS must not be taken for what comes in it."""
        data = b""
        while len(data) < size:
            more = await self._loop.sock_recv(client, size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


def _allow_open_files() -> None:
    """As many as needed, or as many as this account may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _session(endpoint: Endpoint, admit: Admit, client: Stream) -> None:
    async with asyncio.timeout(STARTUP_SECONDS):
        size, code = protocol.head(await client.reader.readexactly(protocol.HEAD.size))
        body = await client.reader.readexactly(size)
    if code == protocol.CANCEL_REQUEST:
        await _pass_on(endpoint, client, protocol.HEAD.pack(protocol.CANCEL_BYTES, code) + body)
        return
    first = protocol.startup(code, body)
    admitted = await asyncio.to_thread(admit, first.user, first.database)
    endpoint.sessions[admitted.database] += 1
    try:
        await _pass_on(endpoint, client, first.packed(admitted.database), until=QUERIES if admitted.drops else b"")
    finally:
        admitted.ended()
        endpoint.sessions[admitted.database] -= 1
        endpoint.sessions += Counter()  # without those of which no session is left


async def _pass_on(endpoint: Endpoint, client: Stream, first: bytes, *, until: bytes = b"") -> None:
    """Both ways, until one of them ends, or the client sends a message of one of these types."""
    server = Stream(*await asyncio.open_unix_connection(endpoint.behind))
    try:
        server.writer.write(first)
        await _until_first_ends(_copy(client.reader, server.writer, until), _copy(server.reader, client.writer))
    finally:
        await server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, until: bytes = b"") -> None:
    with contextlib.suppress(OSError):
        while (data := await reader.read(CHUNK)) and data[0] not in until:
            writer.write(data)
            await writer.drain()


async def _until_first_ends(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancel(tasks)


async def _cancel_all() -> None:
    await _cancel(asyncio.all_tasks() - {asyncio.current_task()})


async def _cancel(tasks: Iterable[asyncio.Task[None] | None]) -> None:
    begun = [task for task in tasks if task is not None]
    for task in begun:
        task.cancel()
    await asyncio.gather(*begun, return_exceptions=True)
