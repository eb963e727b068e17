"""Whatever waits comes to an end: at its limit, or when I stop the run."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.api import pages
from prisma_provider.api.client import Client
from prisma_provider.api.models import Page, Project
from prisma_provider.api.pages import Pages
from prisma_provider.network import bodies, waits
from prisma_provider.network.retries import time_limit
from prisma_provider.settings import Settings, Token
from unit.service import Service, refusal

ME = {"data": {"workspace": {"id": "wksp_1"}}}
PROJECT = {"id": "proj_1", "name": "shop", "workspace": {"id": "wksp_1"}}


class Api:
    """A client that really waits, of a service that is this function."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response], **settings: Any) -> None:
        self.asked: list[httpx.Request] = []
        self._answer = answer
        given = {"retry_limit": 1000.0, **settings}
        self.client = Client(
            Settings(Token("secret-token", "the test"), "http://127.0.0.1:1", **given),
            transport=httpx.MockTransport(self._ask),
        )

    def _ask(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self._answer(request)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No time for what was under way when the run was cancelled."""
    monkeypatch.setattr(waits, "GRACE", 0.0)


# stopped


def test_a_pause_ends_when_i_stop_the_run() -> None:
    """What sleeps wakes up."""
    client = Api(lambda request: httpx.Response(200, json=ME)).client
    client.cancel()
    with time_limit(10_000), pytest.raises(errors.Cancelled):
        client.wait(1000)


@pytest.mark.parametrize("status", [429, 503])
def test_a_retry_ends_when_i_stop_the_run(status: int) -> None:
    """What waits for a service to come back, or for a limit of requests to be over, waits no longer."""

    def answer(request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        return refusal(status, "later", **{"Retry-After": "1000"})

    api = Api(answer)
    with time_limit(10_000), pytest.raises(errors.Cancelled):
        api.client.me()
    assert len(api.asked) == 1


def test_the_pause_of_all_after_a_429_ends_when_i_stop_the_run() -> None:
    """What another's 429 holds back is not sent any more."""
    api = Api(lambda request: refusal(429, "later", **{"Retry-After": "50"}))
    with time_limit(1), pytest.raises(errors.RateLimited):
        api.client.me()
    api.client._throttle.refused(1000, 0.1)
    api.client.cancel()
    with time_limit(10_000), pytest.raises(errors.Cancelled):
        api.client.me()
    assert len(api.asked) == 1


def test_a_list_ends_when_i_stop_the_run() -> None:
    """Of a list that has many pages the next one is not asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        return listed([PROJECT], f"c{len(api.asked)}")

    api = Api(answer)
    with pytest.raises(errors.Cancelled):
        api.client.projects()
    assert len(api.asked) == 1


@pytest.mark.usefixtures("at_once")
def test_an_answer_that_does_not_come_ends_when_i_stop_the_run() -> None:
    """A read that hangs is given up."""
    answered = Event()

    def answer(request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        answered.wait()
        return httpx.Response(200, json=ME)

    api = Api(answer)
    with pytest.raises(errors.Cancelled):
        api.client.me()
    answered.set()


@pytest.mark.usefixtures("at_once")
def test_what_makes_something_comes_to_its_end() -> None:
    """A create that was sent is waited for even so: what it made would be lost otherwise. Another is not begun."""
    stopped = Event()

    def answer(request: httpx.Request) -> httpx.Response:
        api.client.cancel()
        stopped.wait(3 * waits.LOOK)
        return httpx.Response(201, json={"data": PROJECT})

    api = Api(answer)
    assert api.client.create_project({"name": "shop"}).id == "proj_1"
    with pytest.raises(errors.Cancelled):
        api.client.create_project({"name": "shop"})
    assert len(api.asked) == 1


def test_what_was_made_can_be_read_to_be_recorded() -> None:
    """Just after I stopped the run, short reads go through: state is to hold what there is."""
    api = Api(lambda request: httpx.Response(200, json=ME))
    api.client.cancel()
    assert api.client.me().workspace


@contextmanager
def full() -> Iterator[Api]:
    """A client whose only place among the requests is taken until the end."""
    answered, began = Event(), Event()

    def answer(request: httpx.Request) -> httpx.Response:
        began.set()
        answered.wait()
        return httpx.Response(201, json={"data": PROJECT})

    api = Api(answer, in_flight=1)
    first = Thread(target=lambda: api.client.create_project({"name": "shop"}))
    first.start()
    began.wait()
    try:
        yield api
    finally:
        answered.set()
        first.join()


@pytest.mark.usefixtures("at_once")
def test_a_queue_ends_when_i_stop_the_run() -> None:
    """What waits for a free place among the requests is not sent any more."""
    with full() as api:
        api.client.cancel()
        with pytest.raises(errors.Cancelled):
            api.client.me()
    assert len(api.asked) == 1


def test_a_queue_ends_with_the_time_limit() -> None:
    """What other requests leave no time for is an error that says that nothing was sent."""
    with full() as api, time_limit(-10), pytest.raises(errors.Unreachable, match="not sent"):
        api.client.me()


def test_a_database_that_does_not_get_ready_ends_when_i_stop_the_run(service: Service) -> None:
    """What waits for a status waits no longer."""
    live = service.live()
    there = live.client.database(service.database(service.project()["id"], status="provisioning")["id"])
    live._changed.wait = lambda timeout=None: pytest.fail("it waits on")  # type: ignore[method-assign]

    def look(_: object) -> bool:
        live.cancel()
        return False

    with time_limit(10_000), pytest.raises(errors.Cancelled):
        live.wait_for(there, look)


# too late


def test_an_answer_that_does_not_come_is_an_error() -> None:
    """A service that takes the request and says nothing: an error after the time for one answer, read or write."""
    answered = Event()

    def answer(request: httpx.Request) -> httpx.Response:
        answered.wait()
        return httpx.Response(200, json=ME)

    client = Api(answer, request_timeout=0.05, retry_limit=0.01).client
    with pytest.raises(errors.TimedOut, match="PRISMA_REQUEST_TIMEOUT"):
        client.me()
    with pytest.raises(errors.TimedOut):
        client.create_project({"name": "shop"})
    answered.set()


# the size of one answer


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces, and counts those that were read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self.read = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.read += 1
            yield piece


def made_of(body: Pieces, **headers: str) -> str:
    """What a create, which is sent once, makes of an answer with this body."""
    answer = httpx.Response(201, stream=body, headers=headers)
    return Api(lambda request: answer).client.create_project({"name": "shop"}).id


def test_a_large_answer_is_an_answer() -> None:
    """64 MiB arrive."""
    space = b" " * 2**20
    assert made_of(Pieces(iter([*[space] * 64, json.dumps({"data": PROJECT}).encode()]))) == "proj_1"


def test_an_answer_without_end_is_given_up() -> None:
    """More than the bound is not read."""
    body = Pieces(b" " * 2**20 for _ in range(100_000))
    with pytest.raises(errors.MalformedResponse, match="larger than 80 MiB"):
        made_of(body)
    assert body.read == bodies.LARGEST // 2**20 + 1


def test_what_is_small_and_becomes_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little that unpacks to much is not unpacked beyond the bound, and twice packed not at all."""
    monkeypatch.setattr(bodies, "LARGEST", 2**20)
    bomb = gzip.compress(b" " * 2**25)
    body = Pieces(bomb[i : i + 256] for i in range(0, len(bomb), 256))
    with pytest.raises(errors.MalformedResponse, match="larger than 1 MiB"):
        made_of(body, **{"Content-Encoding": "gzip"})
    assert body.read <= len(bomb) / 256 / 25
    with pytest.raises(errors.MalformedResponse, match="not JSON"):
        made_of(Pieces(iter([gzip.compress(bomb)])), **{"Content-Encoding": "gzip, gzip"})


def test_no_piece_becomes_large() -> None:
    """Nor is a single piece unpacked at once."""
    pieces = bodies._decoded(iter([gzip.compress(b" " * 2**24)]))
    assert max(len(piece) for piece in pieces) <= bodies._STEP


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("GZIP ", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_a_packed_answer_is_unpacked(encoding: str, pack: Callable[[bytes], bytes], size: int) -> None:
    """gzip and deflate arrive as they were, however they are cut."""
    packed = pack(json.dumps({"data": PROJECT, "more": "x" * 200_000}).encode())
    body = Pieces(packed[i : i + size] for i in range(0, len(packed), size))
    assert made_of(body, **{"Content-Encoding": encoding}) == "proj_1"


def test_what_is_not_packed_as_it_says_is_an_error() -> None:
    """A body that claims to be gzip and is not."""
    with pytest.raises(errors.MalformedResponse, match="not compressed as it says"):
        made_of(Pieces(iter([b"{}"])), **{"Content-Encoding": "gzip"})


def test_a_refusal_is_bounded_too() -> None:
    """So is a body that nobody reads for itself: that of a 401, before another token is tried."""
    body = Pieces(b" " * 2**20 for _ in range(100_000))
    api = Api(
        lambda request: httpx.Response(401, stream=body),
        fallback=Token("new-token", "the environment"),
        workspace_id="wksp_1",
    )
    with pytest.raises(errors.MalformedResponse, match="larger"):
        api.client.create_project({"name": "shop"})


# the length of a list


def listed(data: list[dict[str, Any]], cursor: str | None) -> httpx.Response:
    pagination = {"hasMore": cursor is not None, "nextCursor": cursor}
    return httpx.Response(200, json={"data": data, "pagination": pagination})


def page(number: int, *, new: bool = True) -> Page[Project]:
    shown = {"data": [{**PROJECT, "id": f"proj_{number if new else 0}"}]}
    return Page[Project].model_validate({**shown, "pagination": {"hasMore": True, "nextCursor": f"c{number}"}})


def test_every_page_is_asked_for() -> None:
    """A list is read to its end, each page where the one before says."""

    def answer(request: httpx.Request) -> httpx.Response:
        number = len(api.asked)
        return listed([{**PROJECT, "id": f"proj_{number}"}], f"c{number}" if number < 20 else None)

    api = Api(answer)
    assert len(api.client.projects()) == 20
    assert [each.url.params.get("cursor") for each in api.asked] == [None, *(f"c{number}" for number in range(1, 20))]


def test_two_thousand_pages_are_a_list() -> None:
    """A workspace of two thousand pages is read to its end."""
    course: Pages[Project] = Pages("list the projects", 60.0)
    for number in range(2000):
        assert len(course.new(page(number))) == 1
        assert course.next(page(number)) == f"c{number}"


def test_a_list_may_take_long_as_long_as_it_brings_something() -> None:
    """Each page that shows something new gives the list more time; those that do not, none."""
    now = [0.0]
    course: Pages[Project] = Pages("list the projects", 60.0, lambda: now[0])
    for number in range(100):
        now[0] += 59.0
        course.new(page(number))
        assert course.next(page(number)) == f"c{number}"
    now[0] += 59.0
    assert course.new(page(100, new=False)) == ()
    course.next(page(100, new=False))
    now[0] += 2.0
    course.new(page(101, new=False))
    with pytest.raises(errors.TimedOut, match="nothing new"):
        course.next(page(101, new=False))


def test_a_list_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that go on for ever, each with something new, end at their number."""
    monkeypatch.setattr(pages, "MOST", 5)
    api = Api(lambda request: listed([{**PROJECT, "id": f"proj_{len(api.asked)}"}], f"c{len(api.asked)}"))
    with pytest.raises(errors.MalformedResponse, match="no end"):
        api.client.projects()
    assert len(api.asked) == 5


def test_a_list_ends_with_the_time_limit() -> None:
    """The operation's limit is for all pages together."""
    api = Api(lambda request: listed([{**PROJECT, "id": f"proj_{len(api.asked)}"}], f"c{len(api.asked)}"))
    with time_limit(0), pytest.raises(errors.TimedOut, match="within the time limit"):
        api.client.projects()
    assert len(api.asked) == 1


@pytest.mark.parametrize("cursor", ["", "same", "x" * 10_000])
def test_a_cursor_that_leads_nowhere_is_an_error(cursor: str) -> None:
    """An empty cursor, one that comes again, one that no address can hold."""
    api = Api(lambda request: listed([], cursor))
    with pytest.raises(errors.MalformedResponse, match="not where"):
        api.client.projects()
    assert len(api.asked) <= 2
