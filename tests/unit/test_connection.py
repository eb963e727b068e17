"""Connection: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from prisma_provider.handlers.create_connection import LAG
from prisma_provider.live.intents import Intents
from prisma_provider.live.state import Entry
from unit.calls import Had, Resource
from unit.service import Service, declare, handler, refusal, urn_of

CONNECTION, DATABASE = handler("Connection"), handler("Database")
CUT = httpx.RemoteProtocolError("cut")


@pytest.fixture
def database(service: Service) -> str:
    """A database."""
    return str(service.database(service.project()["id"])["id"])


def make(service: Service, database: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    """A connection that an earlier run made; the log begins after it."""
    live = service.live()
    made = CONNECTION.create(live, declare(live, "Connection", databaseId=database, **{"name": "web", **inputs}))
    service.log.clear()
    return made


def works(service: Service, made: tuple[str, dict[str, Any]]) -> bool:
    """Whether the password in state is the live one."""
    return bool(made[1]["password"] == f"pass_{service.connections[made[0]]['version']}")


@pytest.mark.parametrize(
    "inputs",
    [
        *({"name": "ab"}, {"name": "x" * 66}, {"name": None}, {"databaseId": None}, {"databaseId": "my db"}),
        {"adopt": "x y"},
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """A name outside 3 to 65 characters, a malformed id: named, and nothing is sent."""
    assert len(CONNECTION.check(service.live(), {}, {"databaseId": "db_1", "name": "web", **inputs}).problems) == 1
    assert not service.log


def test_a_database_that_is_not_there(service: Service) -> None:
    """A connection to a database that does not exist says so."""
    (problem,) = CONNECTION.check(service.live(), {}, {"databaseId": "db_9", "name": "web"}).problems
    assert "no database db_9" in problem.what
    with pytest.raises(errors.InvalidInput, match="no database db_9"):
        CONNECTION.create(service.live(), {"databaseId": "db_9", "name": "web"})


def test_several_candidates_after_a_lost_answer_are_named(service: Service, database: str) -> None:
    """Where nobody can tell which connection a lost answer made, all are named and none is taken."""
    live = service.live()

    def another(request: httpx.Request) -> Any:
        if request.method == "POST":
            service.connection(database, "web")
            service.after.clear()
            return CUT
        return None

    service.after.append(another)
    with pytest.raises(errors.Refused, match="several"):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))


def test_no_diffs_is_no_changes(service: Service, database: str) -> None:
    """An unchanged connection is proved by its database's list: no call of its own."""
    made = make(service, database)
    live = service.live()
    assert not CONNECTION.diff(live, *made, declare(live, "Connection", made[1], databaseId=database, name="web"))
    assert [path for _, path, _ in service.log] == ["databases"]
    assert CONNECTION.read(service.live(), made[0], dict(made[1])) == made[1]


def test_a_trigger_that_stays_rotates_nothing(service: Service, database: str) -> None:
    """The same rotation_trigger, or none any more, rotates nothing."""
    made = make(service, database, rotationTrigger="1")
    live = service.live()
    same: dict[str, Any] = {"rotationTrigger": "1"}
    for inputs in (same, dict[str, Any]()):
        news = declare(live, "Connection", databaseId=database, name="web", **inputs)
        assert CONNECTION.update(live, *made, news)["password"] == made[1]["password"]
    assert not service.sent()


def test_create_answers_with_the_secrets(service: Service, database: str) -> None:
    """A connection has both connection strings, user, password, hosts and port."""
    made = make(service, database)
    assert works(service, made)
    outputs = made[1]
    assert (outputs["host"], outputs["pooledHost"], outputs["port"]) == ("db.example", "pooled.example", 5432)
    assert outputs["user"] in outputs["databaseUrl"]


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("answer", [CUT, refusal(503, "x"), httpx.Response(201, content=b'{"d')])
def test_a_lost_answer_makes_one_connection(service: Service, database: str, answer: Any, acted: bool) -> None:
    """Whatever happens to the answer, there is one connection of that name and its password works."""
    service.connection(database, "web")  # of the same name, somebody else's: it is not touched
    service.fail("POST", "/v1/connections", answer, acted=acted)
    made = make(service, database)
    assert works(service, made)
    assert len(service.connections) == 3
    assert [c["version"] for c in service.connections.values() if c["id"] != made[0]] == [1, 1]


def test_another_trigger_rotates_in_place(service: Service, database: str) -> None:
    """Changing rotation_trigger gives a new password and keeps the id; a lost answer is asked for again."""
    made = make(service, database, rotationTrigger="1")
    service.fail("POST", "/v1/connections/.*/rotate", CUT, acted=True)
    live = service.live()
    news = declare(live, "Connection", databaseId=database, name="web", rotationTrigger="2")
    assert [change.how for change in CONNECTION.diff(live, *made, news).changes] == ["rotate"]
    after = CONNECTION.update(live, *made, news)
    assert after["password"] != made[1]["password"]
    assert works(service, (made[0], after))


def test_a_rename_is_another_connection(service: Service, database: str) -> None:
    """Prisma cannot rename a connection: another name is a replacement, and data is not at stake."""
    made = make(service, database)
    live = service.live()
    news = declare(live, "Connection", databaseId=database, name="web-2")
    assert CONNECTION.diff(live, *made, news).replaces() == ["name"]


def test_a_database_that_is_not_known_yet(service: Service, database: str) -> None:
    """In the preview of a program that makes its database anew, nobody says that this connection stops working."""
    object_id, outputs = make(service, database)
    live = service.live()
    found = handler("Connection").diff(live, object_id, outputs, {**outputs, "databaseId": UNKNOWN})
    assert found.replaces() == ["databaseId"]
    assert not service.notes
    handler("Connection").diff(live, object_id, outputs, {**outputs, "databaseId": "db_another"})
    assert "its connection strings stop working" in service.notes[-1]


def test_what_is_gone_is_made_again(service: Service, database: str) -> None:
    """Deleted by hand: its absence is asked for by id, and it is made again."""
    made = make(service, database)
    del service.connections[made[0]]
    live = service.live()
    news = declare(live, "Connection", databaseId=database, name="web")
    assert CONNECTION.diff(live, *made, news).of("recreate")
    assert CONNECTION.read(live, *made) is None


def test_what_goes_between_preview_and_update_is_an_error(service: Service, database: str) -> None:
    """Deleted by hand before its update: I am told so, and nothing is sent."""
    made = make(service, database)
    del service.connections[made[0]]
    live = service.live()
    news = declare(live, "Connection", made[1], databaseId=database, name="web", rotationTrigger="2")
    with pytest.raises(errors.NotReady, match=f"The connection {made[0]} was deleted in the meantime"):
        CONNECTION.update(live, *made, news)
    assert not service.sent()


def test_what_i_declare_no_more_leaves_state(service: Service, database: str) -> None:
    """A rotation_trigger that I take out is not in state any more: the next preview is empty."""
    made = make(service, database, rotationTrigger="1")
    live = service.live()
    news = declare(live, "Connection", made[1], databaseId=database, name="web")
    after = CONNECTION.update(live, *made, news)
    assert after.get("rotationTrigger") is None
    assert after["password"] == made[1]["password"]
    live = service.live()
    assert not CONNECTION.diff(
        live, made[0], after, declare(live, "Connection", after, databaseId=database, name="web")
    )


def test_adoption_takes_it_without_its_secrets(service: Service, database: str) -> None:
    """An adopted connection is taken as it is; its secrets are not known, and I am told how to have new ones."""
    there = service.connection(database, "web")
    live = service.live()
    object_id, outputs = CONNECTION.create(
        live, declare(live, "Connection", databaseId=database, name="web", adopt=there["id"])
    )
    assert object_id == there["id"]
    assert "password" not in outputs
    assert "rotation_trigger" in service.notes[-1]
    with pytest.raises(errors.PrismaError, match="cannot be adopted"):
        live = service.live()
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="other", adopt=there["id"]))


def test_a_connection_that_is_gone_is_not_adopted(service: Service, database: str) -> None:
    """An adopt= of a connection that does not exist is refused, when it is checked and when it is made."""
    given = {"databaseId": database, "name": "web", "adopt": "con_99"}
    checked = CONNECTION.check(service.live(), {}, given)
    assert "no connection con_99" in checked.problems[0].what
    with pytest.raises(errors.InvalidInput, match="no connection con_99"):
        CONNECTION.create(service.live(), checked.inputs)
    assert not service.sent()


def test_a_connection_that_this_run_deleted_is_gone_for_it(service: Service, database: str) -> None:
    """What this run has deleted it does not show any more, whatever it has read before."""
    made = make(service, database)
    live = service.live()
    assert CONNECTION.read(live, *made)
    CONNECTION.delete(live, *made)
    assert CONNECTION.read(live, *made) is None
    (problem,) = CONNECTION.check(live, {}, {"databaseId": database, "name": "web", "adopt": made[0]}).problems
    assert f"no connection {made[0]}" in problem.what


def test_adoption_with_a_trigger_gives_new_secrets(service: Service, database: str) -> None:
    """Where I declare a rotation_trigger with adopt=, I ask for credentials, and have some that work."""
    there = service.connection(database, "web")
    made = make(service, database, adopt=there["id"], rotationTrigger="1")
    assert made[0] == there["id"]
    assert works(service, made)
    live = service.live()
    news = declare(live, "Connection", databaseId=database, name="web", adopt=there["id"], rotationTrigger="1")
    assert not CONNECTION.diff(live, *made, news)


def begun(database: str) -> list[dict[str, Any]]:
    """What state shows when a creation was cut off before, and the same one is under way now."""
    return [{"databaseId": database, "name": "web"}] * 2


def test_a_leftover_is_named_and_not_doubled(service: Service, database: str) -> None:
    """State says that making this connection was cut off: the one it made is named, and nothing is sent."""
    left = service.connection(database, "web")
    live = service.live(begun=begun(database))
    with pytest.raises(errors.Refused, match=rf"{left['id']}(?s:.*)rotation_trigger"):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert not service.sent()


def test_all_that_interrupted_runs_left_is_named_at_once(service: Service, database: str, tmp_path: Path) -> None:
    """One round for all leftovers of a project, by state and by this machine; what is another's is not among them."""
    home = service.databases[database]["project"]["id"]
    second, foreign = service.database(home, "sales")["id"], service.database(service.project()["id"])["id"]
    notes = Intents(tmp_path)
    notes.remember("connection", "http://127.0.0.1:1", database.removeprefix("db_"), "job")
    notes.remember("connection", "http://elsewhere", database.removeprefix("db_"), "elsewhere")
    notes.remember("restore", "http://127.0.0.1:1", database.removeprefix("db_"), "restore")
    web, job, api = (service.connection(d, n) for d, n in ((database, "web"), (database, "job"), (second, "api")))
    for home_of, name in ((database, "elsewhere"), (database, "restore"), (foreign, "web"), (second, "branch")):
        service.connection(home_of, name)
    others: list[Any] = [{"databaseId": each, "name": name} for each, name in ((second, "gone"), (foreign, "web"))]
    others.append(Entry(urn_of("Branch"), "", {"databaseId": second, "name": "branch"}))
    live = service.live(begun=[*begun(database), {"databaseId": second, "name": "api"}, *others], intents=notes)
    with pytest.raises(errors.Refused) as refused:
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    names = [f'"web" ({web["id"]}) of database "orders" ({database})', f'"job" ({job["id"]}) of database "orders"']
    for part in (*names, f'"api" ({api["id"]}) of database "sales" ({second})', "connections ", "on each of them"):
        assert part in str(refused.value)
    assert str(refused.value).count(" of database ") == 3
    assert not service.sent()


def test_one_that_was_left_is_one(service: Service, database: str, tmp_path: Path) -> None:
    """A note of this machine names one connection, and the sentence speaks of one."""
    there = service.connection(database, "web")["id"]
    notes = Intents(tmp_path)
    notes.remember("connection", "http://127.0.0.1:1", database.removeprefix("db_"), "web")
    live = service.live(intents=notes)
    says = rf'left connection "web" \({there}\) of database "orders" \({database}\) behind(?s:.*)=… on it to'
    with pytest.raises(errors.Refused, match=says):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))


def test_several_that_were_left_are_named_with_one_to_take(service: Service, database: str) -> None:
    """Of several of one name any may be mine: I choose."""
    one, two = service.connection(database, "web")["id"], service.connection(database, "web")["id"]
    live = service.live(begun=begun(database))
    with pytest.raises(errors.Refused, match=rf'behind: {one}, {two}\.(?s:.*)adopt="{one}" with a rotation'):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))


@pytest.mark.parametrize("name", ["web", "default"])
def test_what_no_interrupted_run_made_is_no_leftover(service: Service, database: str, name: str) -> None:
    """Connections of another name, the service's own, and what this run made itself are in nobody's way."""
    service.connection(database, "other")
    live = service.live(begun=[{"databaseId": database, "name": name}] * 3)
    inputs = declare(live, "Connection", databaseId=database, name=name)
    made = {CONNECTION.create(live, inputs)[0] for _ in range(2)}
    assert len(made) == 2
    assert not service.notes


def test_an_interrupted_creation_of_another_connection_is_no_evidence(service: Service, database: str) -> None:
    """State saw one of another name begin, and one of this name in another database: mine is made, with a note."""
    theirs = service.connection(database, "web")["id"]
    other = service.database(service.databases[database]["project"]["id"], "sales")["id"]
    live = service.live(begun=[{"databaseId": database, "name": "api"}, {"databaseId": other, "name": "web"}])
    assert CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))[0] != theirs
    assert theirs in service.notes[-1]


def test_a_lost_answer_is_not_forgotten_for_a_later_refusal(service: Service, database: str, tmp_path: Path) -> None:
    """The first answer was lost, and the second request is refused: what the first one made is not known now."""
    service.fail("POST", "/v1/connections", CUT)
    service.fail("POST", "/v1/connections", refusal(403, "no"), times=-1)
    live = service.live(intents=Intents(tmp_path))
    says = f'creating connection "web" of database "orders" \\({database}\\) was lost'
    with pytest.raises(errors.PrismaError, match=says) as error:
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert error.value.said
    assert len(list(tmp_path.iterdir())) == 1


def test_a_look_that_took_all_the_time_leaves_one_more_request(service: Service, database: str) -> None:
    """To look for what a lost request made takes longer than the limit: it is sent once more, and made."""
    service.fail("POST", "/v1/connections", CUT)
    live = service.live(retry_limit=1e-9)
    assert CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))[0]
    assert len(service.sent("POST")) == 2


def test_a_request_without_an_answer_in_time_is_not_sent_again(service: Service, database: str) -> None:
    """The service had the time for it already: another request would only be another connection."""
    service.fail("POST", "/v1/connections", httpx.ReadTimeout("slow"), times=-1)
    live = service.live(retry_limit=1e-9)
    with pytest.raises(errors.LostResponse):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert len(service.sent("POST")) == 1


@pytest.mark.parametrize(("lost", "seconds"), [(CUT, LAG), (httpx.ReadTimeout("slow"), 9.0)])
def test_how_long_a_lost_request_is_looked_for(
    service: Service, database: str, monkeypatch: pytest.MonkeyPatch, lost: Exception, seconds: float
) -> None:
    """Lists may lag for a moment; what timed out may still be acted upon, as long as a request may take."""
    service.fail("POST", "/v1/connections", lost)
    live = service.live(retry_limit=9.0)
    waited: list[float] = []
    monkeypatch.setattr(live.client, "wait", waited.append)
    assert CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))[0]
    assert sum(waited) == pytest.approx(seconds)


def test_a_killed_provider_is_remembered_on_this_machine(service: Service, database: str, tmp_path: Path) -> None:
    """The provider alone was killed after its request: the next run on this machine names what it made."""
    theirs = service.connection(database, "web")

    class Killed(BaseException):
        pass

    def kill(request: httpx.Request) -> Any:
        if request.method == "POST":
            service.after.clear()
            raise Killed
        return None

    service.after.append(kill)
    live = service.live(intents=Intents(tmp_path))
    with pytest.raises(Killed):
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    left = list(service.connections)[-1]
    service.log.clear()
    live = service.live(intents=Intents(tmp_path))
    with pytest.raises(errors.Refused, match=left) as refused:
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert theirs["id"] not in str(refused.value)
    assert not service.sent()
    live = service.live(intents=Intents(tmp_path))
    inputs = declare(live, "Connection", databaseId=database, name="web", adopt=True, rotationTrigger="1")
    made = CONNECTION.create(live, inputs)
    assert made[0] == left
    assert works(service, made)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("answer", [None, refusal(400, "no")])
def test_an_intent_is_crossed_out(service: Service, database: str, tmp_path: Path, answer: Any) -> None:
    """What was answered, or refused, is not remembered: a namesake of later is nobody's leftover."""
    if answer is not None:
        service.fail("POST", "/v1/connections", answer)
    live = service.live(intents=Intents(tmp_path))
    inputs = declare(live, "Connection", databaseId=database, name="web")
    if answer is None:
        CONNECTION.create(live, inputs)
    else:
        with pytest.raises(errors.Rejected):
            CONNECTION.create(live, inputs)
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_cannot_be_written_to_is_no_matter(service: Service, database: str, tmp_path: Path) -> None:
    """Where nothing can be written down, the connection is made all the same."""
    (tmp_path / "file").touch()
    live = service.live(intents=Intents(tmp_path / "file" / "intents"))
    made = CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert works(service, made)


def test_same_names_in_one_program_are_no_leftover(service: Service, database: str) -> None:
    """Two of one name under way at once, beside somebody else's: nothing is taken for a leftover."""
    service.connection(database, "web")
    live = service.live(begun=begun(database))
    inputs = declare(live, "Connection", databaseId=database, name="web")
    with live.run.under_way("connection", database.removeprefix("db_"), "web"):
        CONNECTION.create(live, inputs)
    assert len(service.connections) == 3


@pytest.mark.parametrize("where", ["no connections in a database", "an adoption", "a list that lags"])
def test_what_was_there_is_never_taken_whatever_shows_it(service: Service, database: str, where: str) -> None:
    """However a service shows its connections, one that was there before is not rotated after a lost answer."""
    theirs = service.connection(database, "web")
    live = service.live()
    if where == "no connections in a database":
        show = service._show

        def without(kind: str, each: dict[str, Any], **more: Any) -> dict[str, Any]:
            return {**show(kind, each, **more), **({"connections": []} if kind == "databases" else {})}

        service._show = without  # type: ignore[method-assign]
    if where == "an adoption":
        live.run.returned(database)
    if where == "a list that lags":
        empty = {"data": [], "pagination": {"hasMore": False, "nextCursor": None}}
        service.fail("GET", "/v1/connections", httpx.Response(200, json=empty), times=1)
    service.fail("POST", "/v1/connections", CUT)
    made = CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert made[0] != theirs["id"]
    assert works(service, made)
    assert service.connections[theirs["id"]]["version"] == 1


def test_a_request_that_is_acted_upon_late(service: Service, database: str) -> None:
    """A request that timed out may be carried out later: it is looked for longer, and makes no second connection."""
    service.fail("POST", "/v1/connections", httpx.ReadTimeout("slow"))
    seen = [0]

    def later(request: httpx.Request) -> Any:
        if request.method == "GET" and request.url.path == "/v1/connections":
            seen[0] += 1
            if seen[0] == 4:
                service.connection(database, "web")
        return None

    service.before.append(later)
    made = make(service, database)
    assert works(service, made)
    assert [each["name"] for each in service.connections.values()] == ["default", "web"]


def test_a_second_one_after_all_is_reported(service: Service, database: str) -> None:
    """Where a request was given up and is carried out after the second one, the one that nobody holds is named."""
    service.fail("POST", "/v1/connections", CUT)
    posts = [0]

    def both(request: httpx.Request) -> Any:
        if request.method == "POST" and request.url.path == "/v1/connections":
            posts[0] += 1
            if posts[0] == 1:
                service.connection(database, "web")
        return None

    service.after.append(both)
    made = make(service, database)
    assert works(service, made)
    (other,) = [each for each in service.connections.values() if each["name"] == "web" and each["id"] != made[0]]
    assert other["id"] in service.notes[-1]
    assert "whose password nobody has" in service.notes[-1]


def test_adopt_true_takes_the_leftover(service: Service, database: str) -> None:
    """`adopt=True` takes the one connection of this name that no state holds; several are named."""
    held, left = service.connection(database, "web"), service.connection(database, "web")
    live = service.live(held=[held["id"]], begun=begun(database))
    inputs = declare(live, "Connection", databaseId=database, name="web", adopt=True, rotationTrigger="1")
    made = CONNECTION.create(live, inputs)
    assert made[0] == left["id"]
    assert works(service, made)
    assert service.notes[-1].endswith("take it out now.")
    with pytest.raises(errors.Refused, match="several connections"):
        CONNECTION.create(service.live(begun=begun(database)), inputs)
    assert len(service.connections) == 3


def test_adopt_true_never_takes_what_may_be_another_s(service: Service, database: str) -> None:
    """Without evidence that an interrupted run made it, adopt=True leaves a namesake alone and tells me of it."""
    theirs = service.connection(database, "web")
    made = make(service, database, adopt=True, rotationTrigger="1")
    assert made[0] != theirs["id"]
    assert theirs["version"] == 1
    assert theirs["id"] in service.notes[-1]


def test_adopt_true_of_nothing_makes_one(service: Service, database: str) -> None:
    """`adopt=True` may stay in the program: where nothing is left behind, a connection is made."""
    made = make(service, database, adopt=True)
    assert works(service, made)


def test_another_of_its_name_is_reported(service: Service, database: str) -> None:
    """A connection of the same name that is not this stack's stays, and I am told of it; one of mine is no news."""
    theirs = service.connection(database, "web")
    live = service.live()
    CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert theirs["id"] in service.notes[-1]
    service.notes.clear()
    live = service.live(held=list(service.connections))
    CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert not service.notes


def test_delete(service: Service, database: str) -> None:
    """Deleting one leaves the others; deleting what is gone is done."""
    made = make(service, database)
    CONNECTION.delete(service.live(), *made)
    assert len(service.connections) == 1
    CONNECTION.delete(service.live(), *made)


def test_two_faults_in_a_row_make_one_connection(service: Service, database: str) -> None:
    """The answer to the create is lost and so is that of the rotation: still one connection, and it works."""
    service.fail("POST", "/v1/connections", CUT, acted=True)
    service.fail("POST", "/v1/connections/.*/rotate", CUT, times=2, acted=True)
    made = make(service, database)
    assert works(service, made)
    assert [c["name"] for c in service.connections.values()] == ["default", "web"]


def test_a_lost_answer_that_cannot_be_looked_up_is_reported(service: Service, database: str) -> None:
    """Where nobody can say what a create has made, nothing is sent again, and I am told where to look."""
    service.fail("POST", "/v1/connections", CUT, acted=True)
    service.fail("GET", "/v1/connections", refusal(500, "down"), times=-1)
    with pytest.raises(errors.PrismaError, match=r'not known now(?s:.*)adopt="con_') as error:
        live = service.live(retry_limit=0.01)
        live.run.made(database)  # so that nothing is asked beforehand
        CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert not isinstance(error.value, errors.ApiError)
    assert len([path for _, path, _ in service.sent("POST") if path == "connections"]) == 1


def test_a_list_that_lags_makes_no_second_connection(service: Service, database: str) -> None:
    """A list that does not show the new connection yet is not taken for a proof that there is none."""
    empty = {"data": [], "pagination": {"hasMore": False, "nextCursor": None}}
    service.fail("POST", "/v1/connections", CUT, acted=True)
    service.fail("GET", "/v1/connections", httpx.Response(200, json=empty), times=-1)
    made = make(service, database)
    assert works(service, made)
    assert len(service.connections) == 2


def test_what_was_there_before_is_never_taken(service: Service, database: str) -> None:
    """A connection of the same name that somebody made after my first look, but before I asked, is left alone."""
    live = service.live()
    assert live.database(database) is not None
    theirs = service.connection(database, "web")
    service.fail("POST", "/v1/connections", CUT)
    made = CONNECTION.create(live, declare(live, "Connection", databaseId=database, name="web"))
    assert made[0] != theirs["id"]
    assert service.connections[theirs["id"]]["version"] == 1


def test_a_rotation_without_secrets_is_an_error(service: Service, database: str) -> None:
    """An answer without a connection string is no rotation: the dead password is not kept as if it worked."""
    made = make(service, database, rotationTrigger="1")
    shown = service._show("connections", service.connections[made[0]])
    service.fail("POST", "/v1/connections/.*/rotate", httpx.Response(200, json={"data": shown}), times=-1)
    live = service.live(retry_limit=0.01)
    news = declare(live, "Connection", databaseId=database, name="web", rotationTrigger="2")
    with pytest.raises(errors.PrismaError, match=r"may be locked out(?s:.*)no connection string"):
        CONNECTION.update(live, *made, news)


def test_a_rotation_that_timed_out_is_given_time(service: Service, database: str) -> None:
    """A rotation may be carried out after its time-out: the next one waits, so that its password is the last one."""
    made = make(service, database, rotationTrigger="1")
    slept: list[float] = []

    def wait(seconds: float) -> None:
        slept.append(seconds)
        service.connections[made[0]]["version"] += 1  # now the first one is carried out

    service.fail("POST", "/v1/connections/.*/rotate", httpx.ReadTimeout("slow"))
    live = service.live(retry_limit=7.0)
    live.client.wait = wait  # type: ignore[method-assign]
    news = declare(live, "Connection", databaseId=database, name="web", rotationTrigger="2")
    after = CONNECTION.update(live, *made, news)
    assert slept == [7.0]
    assert works(service, (made[0], after))


def test_what_an_earlier_request_may_have_made_stays_written_down(
    service: Service, database: str, tmp_path: Path
) -> None:
    """The answer was lost, and then the service refuses everything: I am told, and the next run still knows of it."""
    service.fail("POST", "/v1/connections", CUT, acted=True)
    service.fail("POST", "/v1/connections/.*/rotate", refusal(403, "no"), times=-1)
    live = service.live(intents=Intents(tmp_path))
    inputs = declare(live, "Connection", databaseId=database, name="web")
    with pytest.raises(errors.PrismaError, match="not known now"):
        CONNECTION.create(live, inputs)
    left = list(service.connections)[-1]
    with pytest.raises(errors.Refused, match=left):
        CONNECTION.create(service.live(intents=Intents(tmp_path)), inputs)


DIRECT = "postgres://me:s%40cret@db.example:5432/?sslmode=require"
POOLED = "postgres://me:s%40cret@pooled.example:5432/?sslmode=require"
STRINGS: dict[str, Any] = {"databaseUrl": POOLED, "directUrl": DIRECT}


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        (STRINGS, 'can only be given together with adopt="con_'),
        ({**STRINGS, "adopt": True}, 'can only be given together with adopt="con_'),
        ({"directUrl": "prisma+postgres://accelerate.prisma-data.net/?api_key=s@cret"}, "1 December 2026"),
        ({"directUrl": "mysql://me:s@cret@db.example"}, "no connection string"),
        ({"directUrl": "postgres://db.example:5432/"}, "no connection string"),
        ({"directUrl": "postgres://[me:s@cret"}, "no connection string"),
        ({"directUrl": 5}, "no text"),
    ],
)
def test_a_string_that_cannot_be_carried_over(service: Service, inputs: dict[str, Any], says: str) -> None:
    """A connection string without adopt=, or of another kind, is refused in the preview; it is not shown."""
    given = {"databaseId": "db_1", "name": "web", "adopt": "con_1", **inputs}
    if "databaseUrl" in inputs and "adopt" not in inputs:
        del given["adopt"]
    problems = CONNECTION.check(service.live(), {}, given).problems
    assert problems and says in str(problems[0]) and "cret" not in str(problems)
    assert not service.log


def adopted(service: Service, database: str, **inputs: Any) -> tuple[Had, dict[str, Any]]:
    """A connection that an earlier run took over, and its declaration."""
    there = service.connection(database, "web")
    declared = {"databaseId": database, "name": "web", "adopt": there["id"], **inputs}
    had = Resource(service.live(), "Connection").create(**declared)
    return had, declared


def test_known_strings_are_carried_over(service: Service, database: str) -> None:
    """I know the connection strings of what I adopt: they are its outputs, nothing is sent, nothing is rotated."""
    service.log.clear()
    had, declared = adopted(service, database, **STRINGS)
    assert had.outputs | STRINGS | {"user": "me", "password": "s@cret"} == had.outputs
    assert not service.sent()
    assert not any("rotation_trigger" in note for note in service.notes)
    again = Resource(service.live(), "Connection")
    assert not again.diff(had, **declared)
    assert CONNECTION.read(again.live, had.object_id, had.outputs) == had.outputs


def test_what_was_carried_over_stays(service: Service, database: str) -> None:
    """I take adopt= and the strings out, once they have done their work: the outputs stay, nothing is sent."""
    had, declared = adopted(service, database, **STRINGS)
    del declared["adopt"]
    with pytest.raises(AssertionError, match="take database_url out"):
        Resource(service.live(), "Connection").diff(had, **declared)
    bare = {name: value for name, value in declared.items() if name not in STRINGS}
    after = Resource(service.live(), "Connection").update(had, **bare)
    assert after.outputs | STRINGS == after.outputs
    assert not service.sent()


def test_a_rotation_drops_what_was_carried_over(service: Service, database: str) -> None:
    """A rotation gives new strings, which count from then on, whatever my program still says."""
    had, declared = adopted(service, database, **STRINGS)
    had = Resource(service.live(), "Connection").update(had, **declared, rotationTrigger="1")
    assert works(service, (had.object_id, had.outputs))
    had = Resource(service.live(), "Connection").update(had, **declared)
    assert works(service, (had.object_id, had.outputs))
    assert not Resource(service.live(), "Connection").diff(had, **declared)
    assert STRINGS["directUrl"] not in had.outputs.values()


def test_strings_that_are_given_later(service: Service, database: str) -> None:
    """I adopted without the strings, and find them: they are recorded, and nothing is sent."""
    had, declared = adopted(service, database)
    declared |= STRINGS
    found = Resource(service.live(), "Connection").diff(had, **declared)
    assert [(change.field, change.how) for change in found.changes] == [(name, "record") for name in STRINGS]
    after = Resource(service.live(), "Connection").update(had, **declared)
    assert after.outputs | STRINGS | {"password": "s@cret"} == after.outputs
    assert not service.sent()
