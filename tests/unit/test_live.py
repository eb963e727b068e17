"""Live: reads are shared, and no list hides a write of this run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Condition, Event
from unittest.mock import patch

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prisma_provider import errors
from prisma_provider.api.ids import PREFIXES
from prisma_provider.api.models import Database
from prisma_provider.handlers import HANDLERS
from prisma_provider.live import Live
from prisma_provider.network import throttle
from prisma_provider.network.retries import time_limit
from unit.service import Service, refusal


def listing(request: httpx.Request) -> bool:
    return request.method == "GET" and request.url.path == "/v1/databases"


def hold_lists(service: Service, entered: Event, release: Event) -> None:
    """Lists show what was there when they were asked for, and arrive when they are released."""
    answer = service._answer

    def slow(request: httpx.Request) -> httpx.Response:
        result = answer(request)
        if listing(request):
            entered.set()
            assert release.wait(10)
        return result

    service._answer = slow  # type: ignore[method-assign]


def test_a_failure_is_shared_and_not_remembered(service: Service) -> None:
    """A list that failed is an error now, and is asked for again the next time."""
    home = service.project()["id"]
    service.fail("GET", "/v1/databases", refusal(403, "not now"))
    live = service.live()
    with pytest.raises(errors.Forbidden):
        live.databases(home)
    assert live.databases(home) == {}


def test_a_list_on_its_way_is_not_asked_for_twice(service: Service) -> None:
    """Eight resources that ask at once cost one list."""
    home = service.project()["id"]
    made = [service.database(home, f"d{n}")["id"] for n in range(8)]
    live = service.live()
    barrier = Barrier(8)

    def ask(object_id: str) -> bool:
        barrier.wait(10)
        return live.database(object_id, home) is not None

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, made))
    assert [path for _, path, _ in service.log] == ["databases"]


def test_a_list_that_began_before_a_write_does_not_hide_it(service: Service) -> None:
    """A slow list that left before my rename and arrives after it does not bring the old name back."""
    home = service.project()["id"]
    there = service.database(home, "old")["id"]
    entered, release = Event(), Event()
    hold_lists(service, entered, release)
    live = service.live()
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(live.databases, home)
        assert entered.wait(10)
        live.put_database(live.client.update_database(there, {"name": "new"}))
        release.set()
        assert [database.name for database in reading.result().values()] == ["new"]


def test_absence_is_asked_for_by_id(service: Service) -> None:
    """A list that lags and lacks my database does not make it gone: it is asked for by id."""
    home = service.project()["id"]
    there = service.database(home)["id"]
    empty = {"data": [], "pagination": {"hasMore": False, "nextCursor": None}}
    service.fail("GET", "/v1/databases", httpx.Response(200, json=empty))
    assert service.live().database(there, home) is not None


def test_a_project_that_is_gone_takes_its_list_with_it(service: Service) -> None:
    """Where the project is gone its list is a 404; the database is then asked for by id, and proved gone."""
    service.fail("GET", "/v1/databases", refusal(404, "no such project"))
    assert service.live().database("db_9", "proj_9", "wksp_1") is None
    assert [path for _, path, _ in service.log] == ["databases", "databases/db_9", "me"]


Seen = dict[str, Database]
Step = Callable[[Live, Service, str], None]


@given(st.lists(st.sampled_from(["list", "fresh", "rename", "promote", "create", "delete", "lag"]), max_size=12))
def test_what_this_run_wrote_is_what_it_sees(steps: list[str]) -> None:
    """Whatever the order of lists, lags and writes, this run sees its own writes, all of them."""
    service = Service()
    home = service.project()["id"]
    service.database(home, "first", isDefault=True)
    live = service.live()
    names = {next(iter(service.databases)): "first"}
    default = next(iter(service.databases))
    stale = live.client.databases(home)
    for number, step in enumerate(steps):
        target = next(iter(names), None)
        if step == "lag":
            # From here on the service answers lists as they were at the beginning.
            shown = [service._show("databases", service.databases.get(d.id, {**_plain(d)})) for d in stale]
            page = {"data": shown, "pagination": {"hasMore": False, "nextCursor": None}}
            service.fail("GET", "/v1/databases", httpx.Response(200, json=page))
        elif step in ("list", "fresh"):
            live.databases(home, after=live.now() if step == "fresh" else None)
        elif step == "create":
            made = live.client.create_database({"projectId": home, "name": f"n{number}"})
            live.put_database(made)
            names[made.id] = f"n{number}"
        elif target is not None and step == "rename":
            live.put_database(live.client.update_database(target, {"name": f"r{number}"}))
            names[target] = f"r{number}"
        elif target is not None and step == "promote":
            live.put_database(live.client.update_database(target, {"isDefault": True}), promoted=True)
            default = target
        elif target is not None and target != default:
            live.client.delete_database(target)
            live.drop_database(target)
            del names[target]
    service.before.clear()
    seen = live.databases(home, after=live.now())
    assert {database.id: database.name for database in seen.values()} == names
    assert [database.id for database in seen.values() if database.is_default] == [default]


class Gate:
    """Lists show what is there when they are asked for, and arrive, page by page, when they are let through."""

    def __init__(self, service: Service) -> None:
        self._answer = service._answer
        self._changed = Condition()
        self._waiting: list[Event] = []
        self._open = False
        service._answer = self._held  # type: ignore[method-assign]

    def _held(self, request: httpx.Request) -> httpx.Response:
        answer = self._answer(request)
        if listing(request) and not self._open:
            through = Event()
            self._waiting.append(through)
            self.tell()
            assert through.wait(10)
        return answer

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        """Whatever went wrong, nobody stays behind it."""
        self._open = True
        for through in self._waiting:
            through.set()

    def begin(self, threads: ThreadPoolExecutor, read: Callable[[], Seen]) -> Future[Seen]:
        """Start to read, and wait until its request is held, or it needs none."""
        before = len(self._waiting)
        reading = threads.submit(read)
        reading.add_done_callback(lambda _: self.tell())
        self._wait(lambda: len(self._waiting) > before or reading.done())
        return reading

    def let_through(self, number: int, readings: Sequence[Future[Seen]]) -> None:
        """Let one request through, and wait until all who read are done or held by another one."""
        through = self._waiting.pop(number % len(self._waiting))
        held, done = len(self._waiting), sum(reading.done() for reading in readings)
        through.set()
        self._wait(lambda: len(self._waiting) > held or sum(reading.done() for reading in readings) > done)

    def wait_for_one(self) -> None:
        """Wait until a request is held."""
        self._wait(lambda: bool(self._waiting))

    def _wait(self, so: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(so, 10)

    def tell(self) -> None:
        """Something may have come about."""
        with self._changed:
            self._changed.notify_all()

    def __len__(self) -> int:
        return len(self._waiting)


WRITES = ("rename", "promote", "create", "delete")
INTERLEAVED = st.lists(st.tuples(st.sampled_from(["list", "let through", *WRITES]), st.integers(0, 5)), max_size=16)


@given(INTERLEAVED)
@settings(deadline=None)
def test_whenever_a_list_arrives_it_hides_no_write(steps: list[tuple[str, int]]) -> None:
    """Lists under way while I write, arriving in any order and in pages: none of them hides or undoes a write."""
    service = Service()
    service.page = 2
    home = service.project()["id"]
    default = service.database(home, "first", isDefault=True)["id"]
    names = {default: "first"} | {service.database(home, name)["id"]: name for name in ("second", "third")}
    gate = Gate(service)
    with patch.object(throttle, "_FIRST", 20.0):
        live = service.live(in_flight=20)
    readings: list[Future[Seen]] = []
    checked: set[int] = set()

    def assert_right() -> None:
        """Each list that has come by now shows the writes until now: those that came before were looked at then."""
        for number, reading in enumerate(readings):
            if reading.done() and number not in checked:
                checked.add(number)
                seen = reading.result().values()
                assert {database.id: database.name for database in seen} == names
                assert [database.id for database in seen if database.is_default] == [default]

    with ThreadPoolExecutor(20) as threads, gate:
        for step, number in [*steps, *(("let through", 0),) * 100]:
            target = list(names)[number % len(names)]
            if step == "list":
                readings.append(gate.begin(threads, lambda: live.databases(home, after=live.now())))
            elif step == "let through" and len(gate):
                gate.let_through(number, readings)
            elif step == "create":
                made = live.client.create_database({"projectId": home, "name": f"new {number}"})
                live.put_database(made)
                names[made.id] = made.name
            elif step == "rename":
                live.put_database(live.client.update_database(target, {"name": f"old {number}"}))
                names[target] = f"old {number}"
            elif step == "promote":
                live.put_database(live.client.update_database(target, {"isDefault": True}), promoted=True)
                default = target
            elif step == "delete" and target != default:
                live.client.delete_database(target)
                live.drop_database(target)
                del names[target]
            assert_right()
    assert len(checked) == len(readings)


def test_what_is_on_a_page_is_there_when_the_page_is(service: Service) -> None:
    """The first databases of a long list are compared while its other pages are on their way."""
    service.page = 2
    home = service.project()["id"]
    first, _, third = (service.database(home, name)["id"] for name in ("first", "second", "third"))
    gate = Gate(service)
    live = service.live()
    with ThreadPoolExecutor(2) as threads, gate:
        whole = gate.begin(threads, lambda: live.databases(home))
        gate.let_through(0, [whole])
        found = live.database(first, home)
        assert found is not None
        assert found.name == "first"
        waiting = threads.submit(live.database, third, home)
        assert not whole.done()
        assert not waiting.done()
        gate.let_through(0, [whole])
        assert waiting.result(10) is not None
    assert [path for _, path, _ in service.log] == ["databases", "databases"]


def test_what_is_read_ahead_is_not_ended_by_who_began_it(service: Service) -> None:
    """A short time limit of my project ends no list that its databases wait for."""
    home = service.project()["id"]
    there = service.database(home)["id"]
    service.fail("GET", "/v1/databases", refusal(503, "in a moment"))
    gate = Gate(service)
    live = service.live()
    with ThreadPoolExecutor(1) as threads, gate:
        with time_limit(0.0):
            live.prefetch_databases(home)
        gate.wait_for_one()
        waiting = threads.submit(live.databases, home)
        waiting.add_done_callback(lambda _: gate.tell())
        gate.let_through(0, [waiting])  # the 503, after which it is asked again
        gate.let_through(0, [waiting])
        assert [database.id for database in waiting.result(10).values()] == [there]


@pytest.mark.parametrize("kind", PREFIXES)
def test_a_wrong_token_makes_nothing_look_gone(service: Service, kind: str) -> None:
    """A token that is not valid, or sees another workspace, is an error of each comparison and refresh."""
    olds = {"projectId": "proj_9", "databaseId": "db_9", "workspaceId": "wksp_1"}
    prefix = PREFIXES[kind]
    for ask in (HANDLERS[kind].diff, lambda live, i, olds, _: HANDLERS[kind].read(live, i, olds)):
        service.fail("GET", "/v1/.*", refusal(401, "bad token"), times=-1)  # whatever is read ahead besides
        with pytest.raises(errors.Unauthorized, match="the test"):
            ask(service.live(), f"{prefix}_9", olds, {})
        service.before.clear()
        service.workspace = {"id": "wksp_other", "name": "Other"}
        with pytest.raises(errors.ConfigurationError, match="belongs to workspace wksp_1"):
            ask(service.live(), f"{prefix}_9", olds, {})
        service.workspace = {"id": "wksp_1", "name": "Acme"}


def test_a_page_that_fails_hides_nothing_before_it(service: Service) -> None:
    """What came before a page that failed is known; what may be on that page is an error, and asked for again."""
    service.page = 1
    home = service.project()["id"]
    first, second = (service.database(home, name)["id"] for name in ("first", "second"))
    gate = Gate(service)
    live = service.live()
    with ThreadPoolExecutor(1) as threads, gate:
        whole = gate.begin(threads, lambda: live.databases(home))
        service.fail("GET", "/v1/databases", refusal(403, "not now"))
        gate.let_through(0, [whole])
        assert live.database(first, home) is not None
        gate.let_through(0, [whole])
        with pytest.raises(errors.Forbidden):
            whole.result(10)
    assert live.database(second, home) is not None


def _plain(database: object) -> dict[str, object]:
    """A database as the service would have shown it."""
    assert isinstance(database, Database)
    return database.model_dump(by_alias=True, mode="json", exclude={"connections"})
