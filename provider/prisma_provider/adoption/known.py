"""Connection strings that the state of another provider holds, and what of them can be carried over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from prisma_provider.api.models import Connection, Endpoint, whole_url
from prisma_provider.text import snake

PORT = 5432
"""The port of Prisma Postgres, where a state gives a host alone."""

_ACCELERATE = ("prisma://", "prisma+postgres://")


@dataclass(frozen=True)
class Known:
    """What a state knows of the credentials of a connection: nothing of it is shown.

    `encrypted`: there is more, which cannot be read. `accelerate`: there is a string of Prisma Accelerate.
    """

    direct: str = field(default="", repr=False)
    other: str = field(default="", repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    host: str = field(default="", repr=False)
    accelerate: bool = False
    encrypted: bool = False

    def urls(self, connection: Connection, others: Iterable[Known] = ()) -> dict[str, str]:
        """`database_url` and `direct_url` of a live connection, as far as they are known.

        What a state lacks is put together of user, password and the live hosts; `others` is what it knows of the
        database and of its other connections, whose strings may name the database in PostgreSQL.
        """
        direct, pooled = connection.endpoints.direct or self._endpoint(), connection.endpoints.pooled
        found = {"database_url": self.other, "direct_url": self.direct}
        if not self.direct and _is_at(self.other, direct):
            found = {"database_url": "", "direct_url": self.other}
        if not found["direct_url"]:
            found["direct_url"] = self._made(direct, _path(direct, others))
        if not found["database_url"]:
            is_one = pooled is not None and _is_at(found["direct_url"], pooled)
            found["database_url"] = found["direct_url"] if is_one else self._made(pooled)
        return {name: url for name, url in found.items() if url}

    def _endpoint(self) -> Endpoint | None:
        return Endpoint(host=self.host, port=PORT) if self.host else None

    def _made(self, at: Endpoint | None, path: str = "") -> str:
        if at is None or not (self.user and self.password):
            return ""
        return f"postgres://{quote(self.user, safe='')}:{quote(self.password, safe='')}@{at.host}:{at.port}" + (
            f"{path or '/'}?sslmode=require"
        )


NOTHING = Known()
"""What a state knows that is silent."""


def read(attributes: Mapping[str, object], *, encrypted: bool = False) -> Known:
    """What the attributes of a connection or a database say, in Terraform's spelling or in Pulumi's."""
    texts = {snake(name): value for name, value in attributes.items() if isinstance(value, str) and value}
    given = [texts.get(name, "") for name in ("direct_url", "database_url", "connection_string")]
    direct, *others = [each if whole_url(each) else "" for each in given]
    other = next(filter(None, others), "")
    parts = whole_url(direct or other)
    return Known(
        direct,
        other,
        texts.get("user") or texts.get("direct_user") or unquote((parts and parts.username) or ""),
        texts.get("password") or texts.get("direct_password") or unquote((parts and parts.password) or ""),
        texts.get("host") or texts.get("direct_host") or "",
        any(each.startswith(_ACCELERATE) for each in given),
        encrypted,
    )


def _path(direct: Endpoint | None, others: Iterable[Known]) -> str:
    """The database's name in PostgreSQL as direct strings give it; empty where none does, as in Prisma's own form."""
    urls = (url for each in others for url in (each.direct, each.other if _is_at(each.other, direct) else ""))
    return next((path for path in (urlsplit(url).path for url in urls) if path.strip("/")), "")


def _is_at(url: str, endpoint: Endpoint | None) -> bool:
    parts = whole_url(url)
    if parts is None or endpoint is None:
        return False
    return (parts.hostname, parts.port or PORT) == (endpoint.host.lower(), endpoint.port)
