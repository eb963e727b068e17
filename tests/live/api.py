"""The service over HTTP: every answer as it came, and every secret remembered so that none is shown."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from live.findings import DIFFERS, Different, Found, NotTried, field, holds

TIMEOUT = 60.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NOT_OFFERED = (404, 405, 501)
URL = re.compile(r"\b[a-z+]+://[^\s\"'<>/]*:[^\s\"'<>]*@[^\s\"'<>]+")


class Answer:
    """A status, headers, and a body that may be JSON."""

    def __init__(self, asked: str, answer: httpx.Response) -> None:
        self.asked = asked
        self.status = answer.status_code
        self.headers = answer.headers
        try:
            self.body: Any = answer.json() if answer.content else None
        except ValueError:
            self.body = None

    @property
    def well(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def data(self) -> Any:
        """The object or list of a success; NotTried for a refusal."""
        if not self.well:
            raise NotTried(f"{self.asked} answered {self.said}")
        return field(self.body, "data")

    @property
    def error(self) -> Any:
        """The error of a refusal: an object with code and message, as the contract has it."""
        return self.body.get("error") if isinstance(self.body, dict) else None

    @property
    def said(self) -> str:
        """The status, with the service's own words where it refused."""
        error = self.error
        words = [error.get("code"), error.get("message")] if isinstance(error, dict) else [error]
        text = ": ".join(word for word in words if isinstance(word, str))
        return f"{self.status} {text[:200]}".strip()

    def offered(self) -> Answer:
        """The same; NotTried where the service has no such operation, or fails."""
        if self.status in NOT_OFFERED or self.status >= 500:
            raise NotTried(f"{self.asked} answered {self.said}: the service does not offer it")
        return self

    def expected(self, *statuses: int) -> Found:
        """Whether it has one of these statuses; a service that fails has not answered."""
        if self.status in statuses:
            return holds(self.said)
        if self.status >= 500 or self.status == 429:
            raise NotTried(f"{self.asked} answered {self.said}")
        return Found(DIFFERS, " or ".join(map(str, statuses)), self.said)


class Api:
    """Calls with the token of the workspace, or with another one; a 429 is waited out."""

    def __init__(
        self, base_url: str, token: str, patience: float, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.secrets = {token}
        self._token = token
        self._patience = patience
        local = urlsplit(base_url).hostname in LOOPBACK
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=not local, transport=transport)

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def get(self, path: str, **query: object) -> Answer:
        """GET with these filters."""
        return self.call("GET", path, query=query)

    def post(self, path: str, **body: object) -> Answer:
        """POST with this body."""
        return self.call("POST", path, body)

    def patch(self, path: str, **body: object) -> Answer:
        """PATCH with this body."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        """DELETE."""
        return self.call("DELETE", path)

    def all(self, path: str, **query: object) -> list[Any]:
        """Every object of a list, whatever its pages."""
        return [item for page in self.pages(path, **query) for item in page]

    def pages(self, path: str, **query: object) -> Iterator[list[Any]]:
        """The pages of a list, as they are asked for; Different where they do not end or lead nowhere."""
        cursors: set[str] = set()
        while True:
            answer = self.get(path, **query).offered()
            yield list(answer.data)
            if not field(answer.body, "pagination.hasMore"):
                return
            cursor = field(answer.body, "pagination.nextCursor")
            if not cursor or cursor in cursors:
                raise Different("a cursor that leads to the next page", f"nextCursor {cursor} once more")
            cursors.add(cursor)
            query["cursor"] = cursor

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        token: str | None = None,
    ) -> Answer:
        """Send it once, and again only after a 429; a `token` of "" is none."""
        ends = time.monotonic() + self._patience
        while True:
            bearer = self._token if token is None else token
            answer = self._send(method, path, bearer, json=body, params=query)
            wait = min(_seconds(answer.headers.get("retry-after", "")), 60.0)
            if answer.status != 429 or time.monotonic() + wait > ends:
                return answer
            time.sleep(wait)

    def without_secrets(self, text: str) -> str:
        """The text without anything that lets somebody in."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "…")
        return URL.sub("…", text)

    def form(self, url: str, **fields: str) -> Answer:
        """POST a form to an authorization server, which gets no token."""
        return self._send("POST", url, "", data=fields)

    def _send(self, method: str, path: str, token: str, **content: Any) -> Answer:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        url = path if "://" in path else self.base_url + path
        try:
            answer = self._http.request(method, url, headers=headers, **content)
        except httpx.HTTPError as error:
            raise NotTried(f"{method} {path} got no answer: {type(error).__name__}") from None
        found = Answer(f"{method} {path}", answer)
        self.secrets.update(_secrets(found.body))
        return found


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 1.0


def _secrets(body: Any) -> Iterator[str]:
    """Connection strings and their passwords, wherever they stand."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name in ("connectionString", "pass") and isinstance(value, str):
                yield from _parts(value)
            else:
                yield from _secrets(value)
    elif isinstance(body, list):
        for item in body:
            yield from _secrets(item)


def _parts(secret: str) -> Iterator[str]:
    yield secret
    password = urlsplit(secret).password if "://" in secret else None
    if password:
        yield password
        yield unquote(password)
