"""How Prisma's Management API is asked: a request is sent, its response read, and both retried where that is safe.

Nothing else opens a connection to the API. It is safe to share between threads. Errors are those of
`prisma_provider.errors`; a secret is in none of them, and in no log.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from typing import Any, TypeVar

import httpx
import tenacity

from prisma_provider import errors
from prisma_provider.api.answers import agreeing, check_deleted, parse, status_error, transport_error
from prisma_provider.api.bearer import Bearer
from prisma_provider.api.models import Answer, Page, Referring
from prisma_provider.api.pages import Item, Pages
from prisma_provider.network import bodies
from prisma_provider.network.clock import Clock
from prisma_provider.network.retries import Retries, may_send_again, time_left
from prisma_provider.network.throttle import Throttle
from prisma_provider.network.transport import way_to
from prisma_provider.network.waits import TooLate, Waits
from prisma_provider.settings import Settings

T = TypeVar("T")
Ref = TypeVar("Ref", bound=Referring)

PAGE_SIZE = 100
"""Objects a page; the service's own default, sent so that it stays so."""

AT_THE_LIMIT = 1.0
"""Seconds that a request gets at the time limit of its operation even so: to record what was done needs a response."""

SHORTEST_HINT = 4
"""Characters of a token that tell it from others."""

_PAUSE = 1.0
"""Seconds without requests after a 429 that names none: limits are for a second or more."""

_SLACK = 0.25
"""Seconds more than the timeouts of httpx, which know whether a connection was made, and so come first."""

_log = logging.getLogger(__name__)


class Requests:
    """Requests to the API; `close` ends its connections, `cancel` its waiting."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.settings = settings
        self._auth = Bearer(settings)
        self._waits = Waits()
        self._clock = Clock()
        self._sleep = sleep or self._waits.rest
        self._throttle = Throttle(settings.in_flight, self.wait, self._check_worth_waiting)
        self._retries = Retries(settings.retry_limit, self._sleep)
        self._http = httpx.Client(
            base_url=settings.base_url + "/v1/",
            auth=self._auth,
            headers={
                "User-Agent": f"pulumi-prisma/{version('pulumi-prisma')}",
                "Accept": "application/json",
                "Accept-Encoding": bodies.ENCODINGS[0],
            },
            event_hooks={"response": [bodies.bound]},
            transport=transport or way_to(settings.base_url),
        )

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def cancel(self) -> None:
        """End all waiting, and begin nothing that makes something; what is under way comes to its end."""
        self._waits.cancel()

    def check_cancelled(self) -> None:
        """Raise Cancelled where the run was."""
        self._waits.check()

    def _check_worth_waiting(self) -> None:
        """Raise where a request that was not sent yet need not be."""
        self._waits.check_grace()
        if time_left() < -AT_THE_LIMIT:
            raise errors.Unreachable("Other requests took all the time that there was. This one was not sent.")

    def expect_workspace(self, workspace_id: str | None) -> None:
        """Say which workspace what we hold belongs to: a fallback token is only used if it is that one's."""
        self._auth.expect(workspace_id)

    def retrying(self, *kinds: type[errors.ApiError], but: tuple[type[errors.ApiError], ...] = ()) -> tenacity.Retrying:
        """Retry something after errors of these kinds, with backoff, within the limits of a request."""
        final: tuple[type[errors.ApiError], ...] = (errors.PlanLimit, *but)
        return self._retries.after(lambda error: isinstance(error, kinds) and not isinstance(error, final))

    def is_token(self, value: object) -> bool:
        """Whether this is the token that requests are sent with."""
        return value is not None and value == self._auth.token.value

    def looks_like_token(self, hint: str | None) -> bool:
        """Whether a hint of a token's value (`eyJ…x3fA`) fits the token that requests are sent with."""
        parts = [part for part in re.split(r"[^\w-]+", hint or "") if part]
        value = self._auth.token.value or ""
        if sum(map(len, parts)) < SHORTEST_HINT:
            return False
        return (
            value.endswith(parts[-1]) if len(parts) == 1 else value.startswith(parts[0]) and value.endswith(parts[-1])
        )

    def wait(self, seconds: float) -> None:
        """Sleep, within the operation's time limit."""
        self._sleep(max(0.0, min(seconds, time_left())))

    def in_time(self, work: Callable[[], T], seconds: float) -> T:
        """What `work` answers within these seconds, TooLate where it does not; Cancelled where the run was."""
        return self._waits.answer(work, time.monotonic() + seconds, to_the_end=False)

    def age(self, created_at: str | None) -> float | None:
        """Seconds since a time that the service gave, by its own clock; None where a response has not named a time."""
        return self._clock.age(created_at)

    def now(self) -> float:
        """Seconds since 1970, by the service's clock where a response has named a time."""
        return self._clock.now()

    def _one(
        self,
        model: type[Ref],
        method: str,
        path: str,
        doing: str,
        expected: Mapping[str, object],
        body: Mapping[str, Any] | None = None,
    ) -> Ref:
        """One object, if the ids in it are the `expected` ones."""

        def read(response: httpx.Response) -> Ref:
            found: Ref = parse(Answer[model], response, doing).data  # type: ignore[valid-type]
            return agreeing(found, expected, doing)

        return self._request(method, path, doing, body=body, read=read)

    def _get(self, model: type[T], path: str, doing: str, **query: object) -> T:
        """The whole body of a response, as it is."""
        return self._request(
            "GET", path, doing, query=_given(query) or None, read=lambda response: parse(model, response, doing)
        )

    def _list(
        self, model: type[Item], path: str, doing: str, expected: Mapping[str, object], **filters: object
    ) -> tuple[Item, ...]:
        return tuple(chain.from_iterable(self._pages(model, path, doing, expected, **filters)))

    def _pages(
        self, model: type[Item], path: str, doing: str, expected: Mapping[str, object], **filters: object
    ) -> Iterator[Sequence[Item]]:
        """Pages as they come, of objects with the `expected` ids; an object that two pages show comes once."""
        query: dict[str, Any] = {**_given(filters), "limit": PAGE_SIZE}
        pages: Pages[Item] = Pages(doing, self.settings.request_timeout)

        def read(response: httpx.Response) -> Page[Item]:
            page: Page[Item] = parse(Page[model], response, doing)  # type: ignore[valid-type]
            for item in page.data:
                agreeing(item, expected, doing)
            return page

        while True:
            page = self._request("GET", path, doing, query=query, read=read)
            yield pages.new(page)
            cursor = pages.next(page)
            if cursor is None:
                return
            self.check_cancelled()
            query["cursor"] = cursor

    def _delete(self, path: str, doing: str) -> None:
        self._request("DELETE", path, doing, read=lambda response: check_deleted(response, doing))

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        read: Callable[[httpx.Response], T] = lambda response: response,  # type: ignore[assignment,return-value]
    ) -> T:
        """Send, read and, where it is safe, retry, until the limit of the operation."""
        retrying = self._retries.after(lambda error: may_send_again(method, error))
        return retrying(lambda: read(self._send(method, path, doing, params=query, json=body)))

    def _send(self, method: str, path: str, doing: str, **content: Mapping[str, Any] | None) -> httpx.Response:
        with self._throttle.turn():
            if method == "POST":
                self.check_cancelled()
            began = time.monotonic()
            try:
                response = self._response(method, path, **content)
            except httpx.HTTPError as error:
                _log.debug("%s %s: %s", method, path, type(error).__name__)
                raise transport_error(error, doing, self.settings) from None
            seconds, query = time.monotonic() - began, content["params"] or ""
            failure = None if response.is_success else status_error(response, doing, self._auth.token)
            if isinstance(failure, errors.RateLimited):
                # Bounded: a service that asks for minutes is an error at the time limit, not a silent halt.
                self._throttle.refused(min(failure.retry_after or _PAUSE, time_left(), 60.0), seconds)
            elif not response.is_server_error:
                self._throttle.answered(method, seconds)
        _log.debug("%s %s %s: %s in %.3f s", method, path, query, response.status_code, seconds)
        self._clock.read(response.headers.get("Date"))
        if failure:
            raise failure
        return response

    def _response(self, method: str, path: str, **content: Any) -> httpx.Response:
        """The whole response, in the time of the setting, and of what the operation has left."""
        seconds = min(self.settings.request_timeout, max(AT_THE_LIMIT, time_left()))
        ends = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(10.0, seconds))
        send = lambda: self._http.request(  # noqa: E731
            method, path, **content, timeout=timeout, extensions={bodies.ENDS: ends}
        )
        try:
            return self._waits.answer(send, ends + _SLACK, to_the_end=method != "GET")
        except (TooLate, errors.Cancelled) as error:
            self._auth.finish()
            raise httpx.ReadTimeout("no response in time") if isinstance(error, TooLate) else error from None


def _given(query: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in query.items() if value is not None}
