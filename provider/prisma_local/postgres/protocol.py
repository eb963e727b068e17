"""PostgreSQL's protocol as far as the proxy reads it: what comes before a session, and the error that ends one."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from prisma_local.errors import SessionRefused

HEAD = struct.Struct("!II")  # the length of the whole message, and its code
CANCEL_REQUEST, SSL_REQUEST, GSS_REQUEST = 80877102, 80877103, 80877104
CANCEL_BYTES = 16
LONGEST = 10_000  # as in PostgreSQL
YES, NO = b"S", b"N"


class NotPostgres(SessionRefused):
    """The client speaks another protocol."""

    def __init__(self) -> None:
        super().__init__("08P01", "this is not the protocol of PostgreSQL")


@dataclass(frozen=True, slots=True)
class Startup:
    """The first message of a session. `version` is that of the protocol; a client may leave `database` out."""

    version: int
    parameters: dict[str, str]

    @property
    def user(self) -> str:
        return self.parameters.get("user", "")

    @property
    def database(self) -> str:
        return self.parameters.get("database") or self.user

    def packed(self, database: str) -> bytes:
        """The message with another database."""
        fields = [text for pair in {**self.parameters, "database": database}.items() for text in pair]
        body = b"".join(text.encode(errors="surrogateescape") + b"\0" for text in fields) + b"\0"
        return HEAD.pack(HEAD.size + len(body), self.version) + body


def head(data: bytes) -> tuple[int, int]:
    """The length of what follows the head, and the code."""
    length, code = HEAD.unpack(data)
    if not HEAD.size <= length <= LONGEST:
        raise NotPostgres
    return length - HEAD.size, code


def startup(version: int, body: bytes) -> Startup:
    """Names and values in turn, each with a zero byte behind it, and one more zero byte at the end."""
    *texts, end, rest = ["", *body.decode(errors="surrogateescape").split("\0")]
    names, values = texts[1::2], texts[2::2]
    if end or rest or len(names) != len(values) or not all(names):
        raise NotPostgres
    return Startup(version, dict(zip(names, values, strict=True)))


def error(refusal: SessionRefused) -> bytes:
    """ErrorResponse: PostgreSQL ends the session after one of severity FATAL."""
    fields = {"S": "FATAL", "V": "FATAL", "C": refusal.sqlstate, "M": str(refusal)}
    body = b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!I", 4 + len(body)) + body
