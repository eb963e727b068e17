"""DatabaseSet: many databases as one resource. Refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from pulumi.runtime.proto.provider_pb2 import PropertyDiff

from prisma_provider import errors, handlers
from prisma_provider.diff import UNKNOWN, Change, Diff, explain
from prisma_provider.handlers import many
from prisma_provider.handlers.database import DatabaseHandler
from prisma_provider.handlers.many import Progress
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.live.run import working_on
from prisma_provider.live.shared import LINES_OF_A_SET
from prisma_provider.live.state import read
from prisma_provider.members import inputs_of, key_in, path
from prisma_provider.members import urn_of as urn_of_member
from prisma_provider.network.retries import time_left, time_limit
from prisma_provider.ownership import named
from prisma_provider.plugin import detail, planned
from prisma_provider.plugin.servicer import _secrets
from prisma_provider.plugin.spelling import spelled
from prisma_provider.plugin.values import to_struct
from unit.service import Service, handler, refusal, urn_of

SET = handler("DatabaseSet")
CUT = httpx.RemoteProtocolError("cut")
TENANTS = {"acme": "acme-prod", "globex": "globex-prod", "initech": "initech-prod"}
URN = urn_of("DatabaseSet", "tenants")


class Stack:
    """A stack with one set, as Pulumi's engine works on it: a process for each run."""

    def __init__(self, service: Service, home: str) -> None:
        self.service = service
        self.home = home
        self.inputs: dict[str, Any] = {}
        self.outputs: dict[str, Any] = {}
        self.id = ""
        self.pending: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.more: list[dict[str, Any]] = []

    def live(self) -> Live:
        """A new run, which can ask for the state of the stack."""
        resource: dict[str, Any] = {"urn": URN, "type": "prisma:index:DatabaseSet", "id": self.id}
        resource |= {"inputs": self.inputs, "outputs": self.outputs}
        state = read({"resources": [resource, *self.more], "pending_operations": self.pending}, "dev")
        live = self.service.live()
        live._read_state = lambda: state
        live.problem = self.problems.append
        return live

    def check(self, live: Live, **more: Any) -> dict[str, Any]:
        """Check, which must find nothing wrong."""
        news = {"projectId": self.home, "databases": TENANTS, "identity": f"tenants-{'0' * 16}", **more}
        with working_on(URN):
            checked = handlers.check(live, "DatabaseSet", self.inputs, news)
        assert not checked.problems, checked.problems
        return checked.inputs

    def diff(self, **more: Any) -> Diff:
        """A preview."""
        live = self.live()
        news = self.check(live, **more)
        with working_on(URN):
            return SET.diff(live, self.id, self.outputs, news)

    def up(self, **more: Any) -> Diff:
        """An update, and what it found to do."""
        self.service.log.clear()
        live = self.live()
        news = self.check(live, **more)
        with working_on(URN):
            if not self.id:
                self.id, self.outputs = SET.create(live, news)
                self.inputs = news
                return Diff()
            found = SET.diff(live, self.id, self.outputs, news)
            if found:
                self.outputs = SET.update(live, self.id, self.outputs, news)
            self.inputs = news
            return found

    def kill(self, **more: Any) -> None:
        """An `up` that is killed once everything was made, and nothing recorded."""
        live = self.live()
        news = self.check(live, **more)
        with working_on(URN):
            SET.create(live, news)
        self.pending = [
            {"type": "creating", "resource": {"urn": URN, "type": "prisma:index:DatabaseSet", "inputs": news}}
        ]

    def destroy(self) -> None:
        """`pulumi destroy`."""
        live = self.live()
        with working_on(URN):
            SET.delete(live, self.id, self.outputs)

    def refresh(self) -> None:
        """`pulumi refresh`."""
        with working_on(URN):
            self.outputs = SET.read(self.live(), self.id, self.outputs) or {}


@pytest.fixture
def stack(service: Service) -> Stack:
    """A project, and a stack that has nothing yet."""
    return Stack(service, str(service.project()["id"]))


@pytest.fixture
def made(stack: Stack) -> Stack:
    """A stack that has made its three databases."""
    stack.up(connections=True)
    stack.service.log.clear()
    return stack


# refusals


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"databases": None}, "a mapping of keys to names"),
        ({"databases": "acme"}, "a mapping of keys to names"),
        ({"databases": ["acme", "acme"]}, "'acme' twice"),
        ({"databases": {"acme": " "}}, 'with the key "acme" must be text'),
        ({"databases": {" ": "acme"}}, "is blank"),
        ({"databases": {"projectId": "acme"}}, "cannot be a key"),
        ({"projectId": "my project"}, "proj_"),
        ({"region": "mars-1"}, 'no region "mars-1"'),
        ({"source": {"type": "database"}}, "databaseId"),
        ({"connections": "yes"}, "true or false"),
        ({"allowDelete": 1}, "true or false"),
        ({"rotationTriggers": {"other": "1"}}, 'the key "other"'),
        ({"rotationTriggers": "1"}, "by key"),
        ({"adopt": {"other": "db_1"}}, 'the key "other"'),
        ({"adopt": {"acme": "no id"}}, "db_"),
        ({"adopt": True}, "by key"),
        ({"release": ["acme"]}, "which databases declares"),
        ({"release": "acme"}, "a list of keys"),
        ({"adopt": {"acme": True}}, r'adopt\["acme"\] is "True"'),
        ({"databases": {"a\u202eb": "acme"}}, r"U\+202E"),
        ({"databases": [None]}, "a mapping of keys to names"),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(stack: Stack, inputs: dict[str, Any], said: str) -> None:
    """A value that cannot be sent is named, and nothing is sent."""
    with pytest.raises(AssertionError, match=said):
        stack.diff(**inputs)
    assert not stack.service.sent()


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"region": "us-east-1"}, "region"),
        ({"projectId": "proj_other"}, "projectId"),
        ({"source": {"type": "database", "databaseId": "db_9"}}, "source"),
    ],
)
def test_what_would_replace_them_is_refused_for_the_whole_set(made: Stack, inputs: dict[str, Any], field: str) -> None:
    """A change of project, region or source names what is lost, and the way out."""
    made.service.projects["proj_other"] = {**made.service.projects[made.home], "id": "proj_other"}
    with pytest.raises(errors.Refused, match=f"{field} is .*all data of these would be lost") as error:
        made.diff(**inputs)
    assert '"acme", "globex", "initech"' in str(error.value)
    assert not made.service.sent()


def test_a_key_that_goes_is_refused_by_name_and_count(made: Stack) -> None:
    """I am told which databases would be deleted, and the three ways out, before anything is sent."""
    with pytest.raises(errors.Refused, match="2 databases with all data") as error:
        made.diff(databases={"acme": "acme-prod"})
    for part in ('"globex" ("globex-prod")', '"initech"', "allow_delete=True", 'release=["globex", "initech"]'):
        assert part in str(error.value)
    assert not made.service.sent()


def test_the_whole_set_is_not_deleted_unasked(made: Stack) -> None:
    """`pulumi destroy` names what would be lost, and deletes nothing."""
    with pytest.raises(errors.Refused, match=r"3 databases with all data.*\n.*allow_delete=True") as error:
        made.destroy()
    assert f"pulumi state delete '{URN}'" in str(error.value)
    assert "release" not in str(error.value)  # which refuses a key that is declared
    assert not made.service.sent()


def test_a_name_under_another_key_is_refused(made: Stack) -> None:
    """A key is an identity: I am told how to keep the data, even where deletion is allowed."""
    other = {"acme-2": "acme-prod", "globex": "globex-prod", "initech": "initech-prod"}
    with pytest.raises(errors.Refused, match="A key is the identity") as error:
        made.diff(databases=other, allowDelete=True)
    adopt = made.outputs["ids"]["acme"]
    assert f'release=["acme"] and adopt={{"acme-2": "{adopt}"}}' in str(error.value)
    found = made.up(databases=other, release=["acme"], adopt={"acme-2": adopt})
    assert {change.how for change in found.changes} >= {"release", "make"}
    assert made.outputs["ids"]["acme-2"] == adopt
    assert not made.service.sent("DELETE", "POST")


def test_a_set_that_is_replaced_by_an_option_is_refused(made: Stack) -> None:
    """A replacement that skips the comparison is found in the check: nothing is made."""
    made.inputs, known = {}, made.inputs
    live = made.live()
    made.inputs = known
    with pytest.raises(errors.Refused, match=r"is not replaced(.|\n)*untaint`\. Nothing"):
        made.inputs = {}
        made.check(live)
    assert not made.service.sent()


def test_another_first_argument_is_refused(made: Stack) -> None:
    """The set under another first argument would be new and empty: I am told the alias."""
    other = urn_of("DatabaseSet", "customers")
    live = made.live()
    with working_on(other), pytest.raises(errors.Refused, match=r'pulumi.Alias\(name="tenants"\)') as error:
        news = {"projectId": made.home, "databases": TENANTS, "identity": f"customers-{'1' * 16}"}
        handlers.check(live, "DatabaseSet", {}, news)
    assert 'DatabaseSet "tenants", "acme"' in str(error.value)


def test_the_engine_shows_no_value_of_ten_thousand_names(stack: Stack) -> None:
    """Of a mistake I am told the key; what Pulumi prints of a property that is named would be the whole set."""
    news = {"projectId": stack.home, "databases": dict.fromkeys(map(str, range(20)), " "), "adopt": {"x": 1}}
    checked = handlers.check(stack.live(), "DatabaseSet", {}, {**news, "identity": "t-0"})
    assert {problem.field for problem in checked.problems} == {""}
    assert len(checked.problems) < 10


def test_a_set_beside_the_one_that_has_the_database(made: Stack) -> None:
    """A name that another set of the program has: I am told how the database moves, with its data, by key."""
    live = made.live()
    with working_on(URN):
        live.run.checked(made.inputs, {**made.inputs, "databases": {}})
    other = urn_of("DatabaseSet", "customers")
    with working_on(other), pytest.raises(errors.Refused, match='DatabaseSet "tenants", "acme"') as error:
        news = {"projectId": made.home, "databases": TENANTS, "identity": f"customers-{'1' * 16}"}
        handlers.check(live, "DatabaseSet", {}, news)
    ids = made.outputs["ids"]
    for part in (
        f'adopt={{"acme": "{ids["acme"]}"}} on DatabaseSet "customers" and release=["acme"] on DatabaseSet "tenants"',
        'give DatabaseSet "customers", "acme" another name',
        '2 more of its keys are refused: "globex", "initech"',
    ):
        assert part in str(error.value)


def test_a_database_becomes_one_of_a_set_by_its_id(made: Stack) -> None:
    """No alias makes a Database of a set, or a set of a Database: I am told the id."""
    had = made.service.database(made.home, "alone")
    made.more = [{"urn": urn_of("Database", "alone"), "type": "prisma:index:Database", "id": had["id"]}]
    with pytest.raises(errors.Refused, match=rf'adopt={{"x": "{had["id"]}"}} on DatabaseSet "tenants";'):
        made.check(made.live(), databases={**TENANTS, "x": "alone"})
    live = made.live()
    news = {"projectId": made.home, "name": "acme-prod", "identity": "mine-0"}
    with working_on(urn_of("Database", "mine")), pytest.raises(errors.Refused, match="is new, and") as error:
        handlers.check(live, "Database", {}, news)
    taking = f'adopt="{made.outputs["ids"]["acme"]}" on Database "mine" and release=["acme"] on DatabaseSet "tenants"'
    assert taking in str(error.value)
    assert "aliases" not in str(error.value)


def test_an_alias_makes_no_set_of_a_database(made: Stack) -> None:
    """Nor a Database of a set: its databases would be forgotten, and new ones made. I am told the way by ids."""
    one = {"projectId": made.home, "name": "orders", "identity": "orders-0"}
    with working_on(URN), pytest.raises(errors.Refused, match=r"alias(.|\n)*adopt=\{"):
        handlers.check(made.live(), "DatabaseSet", one, {**one, "databases": TENANTS})
    with working_on(urn_of("Database")), pytest.raises(errors.Refused, match=r"alias(.|\n)*release="):
        handlers.check(made.live(), "Database", made.inputs, one)


def test_a_new_database_is_not_taken_for_one_of_a_set(made: Stack) -> None:
    """What a set has is not said to be a Database of another name."""
    news = {"projectId": made.home, "name": "another", "identity": "mine-0"}
    with working_on(urn_of("Database", "mine")):
        assert not handlers.check(made.live(), "Database", {}, news).problems
    assert not [note for note in made.service.notes if "another first argument" in note]


def test_what_another_resource_holds_is_not_adopted(made: Stack) -> None:
    """A database of this stack is held once."""
    held = made.service.database(made.home, "old")["id"]
    made.more = [{"urn": urn_of("Database", "old"), "type": "prisma:index:Database", "id": held}]
    live = made.live()
    with working_on(urn_of("Database", "old")):
        live.run.checked({}, {})
    with pytest.raises(errors.Refused, match='held by Database "old"'):
        made.check(live, databases={**TENANTS, "old": "old"}, adopt={"old": held})


def test_another_project_s_database_is_not_adopted(made: Stack) -> None:
    """What cannot be adopted is refused in the preview, before anything is sent."""
    held = made.service.database(made.service.project("b")["id"], "old")["id"]
    with pytest.raises(errors.Refused, match=r"projectId is .* declared"):
        made.diff(databases={**TENANTS, "x": "x"}, adopt={"x": held}, connections=True)
    assert not made.service.sent()


def test_two_keys_cannot_take_one_database(made: Stack) -> None:
    """The second one is refused, and I am told which key has it."""
    held = made.service.database(made.home, "old")["id"]
    with pytest.raises(errors.Refused, match=r'"tenants", "x" of this stack already(.|\n)*release=\["x"\]'):
        made.diff(databases={**TENANTS, "x": "old", "y": "old"}, adopt={"x": held, "y": held}, connections=True)


def test_what_a_set_holds_is_not_adopted_elsewhere(made: Stack) -> None:
    """A Database cannot take one that a set of this stack holds."""
    live = made.live()
    made.check(live)
    with working_on(urn_of("Database", "mine")), pytest.raises(errors.Refused, match='DatabaseSet "tenants", "acme"'):
        handlers.check(
            live,
            "Database",
            {},
            {"projectId": made.home, "name": "acme-prod", "adopt": made.outputs["ids"]["acme"], "identity": "mine-0"},
        )


def test_what_was_adopted_and_is_gone_is_not_made_unasked(made: Stack) -> None:
    """`adopt` still names what another hand deleted: the preview says so, and not only the update."""
    taken = made.service.database(made.home, "old")["id"]
    declared = {"databases": {**TENANTS, "old": "old"}, "adopt": {"old": taken}, "connections": True}
    made.up(**declared)
    del made.service.databases[taken]
    with pytest.raises(errors.InvalidInput, match=rf"no database {taken} to adopt"):
        made.diff(**declared)
    assert made.diff(**{**declared, "adopt": None}).of("make")


def test_what_a_set_would_delete_is_not_adopted_elsewhere(made: Stack) -> None:
    """A key that goes with `allow_delete`, and its database to another resource: which comes first is chance."""
    adopt = made.outputs["ids"]["acme"]
    news = {"projectId": made.home, "name": "acme-prod", "adopt": adopt, "identity": "mine-0"}
    left = {key: name for key, name in TENANTS.items() if key != "acme"}
    live = made.live()
    made.check(live, databases=left, allowDelete=True)
    with working_on(urn_of("Database", "mine")), pytest.raises(errors.Refused, match=r'release=\["acme"\]'):
        handlers.check(live, "Database", {}, news)
    live = made.live()
    made.check(live, databases=left, release=["acme"])
    with working_on(urn_of("Database", "mine")):
        assert not handlers.check(live, "Database", {}, news).problems


def test_the_project_of_a_set_is_not_deleted(made: Stack) -> None:
    """A project that holds databases of a set is refused, as with any other database."""
    live = made.live()
    with working_on(urn_of("Project", "shop")), pytest.raises(errors.Refused, match="acme-prod"):
        handler("Project").delete(live, made.home, {"workspaceId": "wksp_1"})


# what changes nothing


def test_the_same_again_is_nothing(made: Stack) -> None:
    """`up` again: no change, and one list."""
    assert not made.diff(connections=True)
    assert [path for _, path, _ in made.service.sent("GET")].count("databases") == 1


def test_names_that_are_not_known_yet(made: Stack) -> None:
    """A preview in which the databases depend on another resource neither refuses nor claims anything."""
    found = made.diff(databases=UNKNOWN, connections=True)
    assert found.replaces() == []
    assert list(explain("the set", found)) == ['DatabaseSet "tenants": its databases are only known after the update.']


def test_refresh_finds_nothing(made: Stack) -> None:
    """`pulumi refresh` leaves state as it is."""
    before = dict(made.outputs)
    made.refresh()
    assert made.outputs == {**before, "failed": {}}


def test_what_is_gone_already_is_not_refused(made: Stack) -> None:
    """A key that goes whose database was deleted in Console needs no permission."""
    del made.service.databases[made.outputs["ids"]["globex"]]
    made.up(databases={key: name for key, name in TENANTS.items() if key != "globex"}, connections=True)
    assert list(made.outputs["ids"]) == ["acme", "initech"]
    assert not made.service.sent()


# what is done


def test_three_are_made(stack: Stack) -> None:
    """Each with its own idempotency key, no connection asked for, and its URLs as secrets by key."""
    stack.up(connections=True)
    assert [path for _, path, _ in stack.service.sent()] == ["databases"] * 3
    assert len({body["logicalId"] for _, _, body in stack.service.sent()}) == 3
    assert list(stack.outputs["ids"]) == list(TENANTS)
    assert stack.outputs["names"] == TENANTS
    assert all(url.startswith("postgres") for url in stack.outputs["databaseUrls"].values())
    assert stack.outputs["directUrls"].keys() == TENANTS.keys()
    assert {field.name for field in SET.fields if field.kind == "once"} == {"databaseUrls", "directUrls"}


def test_a_list_is_keys_and_names(stack: Stack) -> None:
    """`databases=["acme"]` is `{"acme": "acme"}`, and without `connections` there are no secrets."""
    stack.up(databases=["acme"])
    assert stack.outputs["names"] == {"acme": "acme"}
    assert "databaseUrls" not in stack.outputs


def test_one_is_renamed(made: Stack) -> None:
    """One PATCH, and the line names key, old and new name."""
    found = made.up(databases={**TENANTS, "acme": "acme-2"}, connections=True)
    assert [change.field for change in found.changes] == ['databases["acme"]']
    assert [(method, body) for method, _, body in made.service.sent()] == [("PATCH", {"name": "acme-2"})]
    (line,) = explain("the set", found)
    assert 'DatabaseSet "tenants", "acme"' in line
    assert made.outputs["names"]["acme"] == "acme-2"
    assert not made.diff(databases={**TENANTS, "acme": "acme-2"}, connections=True)


def test_a_rename_behind_my_back_is_put_back(made: Stack) -> None:
    """Drift of one name is seen against live, and one PATCH closes it."""
    made.service.databases[made.outputs["ids"]["acme"]]["name"] = "hers"
    assert [change.live for change in made.diff(connections=True).changes] == ["hers"]
    made.up(connections=True)
    assert [body for _, _, body in made.service.sent()] == [{"name": "acme-prod"}]


def test_one_that_is_gone_is_made_again(made: Stack) -> None:
    """A database that was deleted in Console is named and made again; the others stay."""
    before = made.outputs["ids"]
    del made.service.databases[before["globex"]]
    found = made.up(connections=True)
    assert [(change.field, change.how) for change in found.changes] == [('databases["globex"]', "make")]
    assert any("is gone: cannot be found any more" in line for line in found.words)
    assert made.outputs["ids"]["globex"] != before["globex"]
    assert made.outputs["ids"]["acme"] == before["acme"]


def test_one_is_added_and_one_removed(made: Stack) -> None:
    """With `allow_delete`, the new one is made before the old one goes."""
    declared = {"acme": "acme-prod", "globex": "globex-prod", "hooli": "hooli-prod"}
    found = made.up(databases=declared, allowDelete=True, connections=True)
    assert any("WITH ALL THEIR DATA" in line and '"initech"' in line for line in found.words)
    assert [method for method, _, _ in made.service.sent()] == ["POST", "DELETE"]
    assert list(made.outputs["ids"]) == ["acme", "globex", "hooli"]
    assert made.outputs["databaseUrls"].keys() == declared.keys()
    assert not made.diff(databases=declared, allowDelete=True, connections=True)


def test_one_is_forgotten(made: Stack) -> None:
    """`release` forgets a key, and its database lives on."""
    there = made.outputs["ids"]["initech"]
    (line,) = made.diff(
        databases={key: TENANTS[key] for key in ("acme", "globex")}, release=["initech"], connections=True
    ).words
    assert f'"initech" ({there})' in line  # whoever wants to adopt it finds the id here
    declared = {"acme": "acme-prod", "globex": "globex-prod"}
    made.up(databases=declared, release=["initech"], connections=True)
    assert there in made.service.databases
    assert "initech" not in made.outputs["ids"]
    assert not made.service.sent()
    assert not made.diff(databases=declared, release=["initech"], connections=True)


def test_an_existing_one_is_taken_over(made: Stack) -> None:
    """`adopt` takes a database by id, renames it if need be, and leaves its password alone."""
    held = made.service.database(made.home, "old")["id"]
    found = made.up(databases={**TENANTS, "old": "new"}, adopt={"old": held}, connections=True)
    assert not [line for line in found.words if "to be made" in line]
    assert made.outputs["ids"]["old"] == held
    assert [(method, body) for method, _, body in made.service.sent()] == [("PATCH", {"name": "new"})]
    assert "old" not in made.outputs["databaseUrls"]
    assert not made.diff(databases={**TENANTS, "old": "new"}, adopt={"old": held}, connections=True)


@pytest.mark.parametrize(("renamed", "lines"), [(3, 4), (30, 12)])
def test_many_are_taken_over(stack: Stack, renamed: int, lines: int) -> None:
    """I adopt thirty: the preview counts them, and shows what changes of the first ones."""
    held = {f"t{n:02}": stack.service.database(stack.home, f"t{n:02}")["id"] for n in range(30)}
    stack.up(databases={key: f"{key}-prod" if n < renamed else key for n, key in enumerate(held)}, adopt=held)
    assert stack.outputs["ids"] == held
    said = [line for line in stack.service.notes if "passwords" not in line]
    assert len(said) == lines
    assert said[0].startswith('DatabaseSet "tenants": 30 databases are taken over, not made: "t00"')
    assert said[1].endswith('Request: PATCH {"name": "t00-prod"}.')


def test_one_password_is_rotated(made: Stack) -> None:
    """A trigger of one key rotates that one, once."""
    before = made.outputs["databaseUrls"]
    found = made.up(rotationTriggers={"acme": "1"}, connections=True)
    assert [change.how for change in found.changes] == ["rotate"]
    assert [path.rpartition("/")[2] for _, path, _ in made.service.sent()] == ["rotate"]
    after = made.outputs["databaseUrls"]
    assert after["acme"] != before["acme"]
    assert after["globex"] == before["globex"]
    assert not made.diff(rotationTriggers={"acme": "1"}, connections=True)


def test_a_branch_is_one_change(made: Stack) -> None:
    """`branch_id` moves each of them, by a PATCH each, and is one line of the plan."""
    other = made.service.branch(made.home, "next")["id"]
    found = made.up(branchId=other, connections=True)
    assert [change.field for change in found.changes] == ["branchId"]
    assert [body for _, _, body in made.service.sent()] == [{"branchId": other}] * 3


def test_one_that_fails_does_not_stop_the_others(stack: Stack) -> None:
    """What was made is recorded, what failed is named by key, and the next `up` makes only that."""

    def refuse(request: httpx.Request) -> httpx.Response | None:
        is_it = request.method == "POST" and b"globex-prod" in request.content and refused
        return refusal(422, "the name is rude") if is_it else None

    refused = [True]
    stack.service.before.append(refuse)
    stack.up(connections=True)
    assert list(stack.outputs["ids"]) == ["acme", "initech"]
    assert "rude" in stack.problems[0]
    assert '"globex"' in stack.problems[0]
    assert list(stack.outputs["failed"]) == ["globex"]
    refused.clear()
    found = stack.up(connections=True)
    assert [change.field for change in found.changes] == ['databases["globex"]']
    assert len(stack.service.sent()) == 1
    assert stack.outputs["failed"] == {}


def test_an_update_that_failed_in_part_goes_on(made: Stack) -> None:
    """Of such an update the engine records what was made, and not what was declared: the next one makes the rest."""
    taken = made.service.database(made.home, "old")["id"]
    declared = {"databases": {**TENANTS, "x": "x", "y": "y", "old": "old"}, "adopt": {"old": taken}}
    made.service.fail("POST", "/v1/databases", refusal(422, "no"))
    before = made.inputs
    made.up(connections=True, **declared)
    made.inputs = before
    (failed,) = made.outputs["failed"]
    made.service.notes.clear()
    made.up(connections=True, **declared)
    assert [body["name"] for _, path, body in made.service.sent("POST") if path == "databases"] == [failed]
    assert made.outputs["ids"].keys() == declared["databases"].keys()
    assert made.outputs["ids"]["old"] == taken
    assert not [note for note in made.service.notes if "taken over" in note]


def test_what_failed_and_was_given_up_is_forgotten(made: Stack) -> None:
    """A rename that was refused, and that I take back: `failed` is empty after the next `up`, which sends nothing."""
    made.service.fail("PATCH", "/v1/databases/.*", refusal(422, "rude"))
    made.up(databases={**TENANTS, "acme": "rude"}, connections=True)
    assert list(made.outputs["failed"]) == ["acme"]
    assert made.up(connections=True)
    assert made.outputs["failed"] == {}
    assert not made.service.sent()
    assert not made.diff(connections=True)


def test_one_key_is_ignored(made: Stack) -> None:
    """`ignore_changes` of one key leaves the name that another hand gave to it."""
    made.service.databases[made.outputs["ids"]["acme"]]["name"] = "hers"
    assert not made.diff(connections=True, ignoreChanges=["databases.acme"]).of("patch")
    assert not made.diff(connections=True, ignoreChanges=['databases["acme"]']).of("patch")
    assert not made.diff(connections=True, ignoreChanges=["databases"]).of("patch")
    assert made.diff(connections=True, ignoreChanges=["databases.globex"]).of("patch")


def test_a_key_is_found_in_its_path_whatever_it_holds() -> None:
    """`ignore_changes` names a key as Pulumi's previews do, with letters of any language, brackets and quotes."""
    for key in ("zürich", 'a["b"]', "x]"):
        assert key_in(path("databases", key)) == key
        inputs = {"databases": {key: "n"}, "ignoreChanges": [path("databases", key)]}
        assert "name" in inputs_of(inputs, key)["ignoreChanges"]
    assert key_in("databases") is None


def test_each_has_the_time_of_the_operation(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time limit counts for each database: one that comes late has as much as the first."""
    left: list[float] = []
    make = SET._one.create_beside  # type: ignore[attr-defined]

    def slow(*given: Any, **more: Any) -> Any:
        left.append(time_left())
        return make(*given, **more)

    monkeypatch.setattr(SET._one, "create_beside", slow)  # type: ignore[attr-defined]
    with time_limit(1000):
        stack.up()
    assert len(left) == 3
    assert all(999 < each <= 1000 for each in left)


def test_connection_strings_that_nobody_knows(stack: Stack) -> None:
    """`connections` set later: I am told that the strings are not known, and what gives new ones."""
    stack.up()
    (line,) = stack.up(connections=True).words
    assert "a rotation trigger gives new ones" in line
    assert stack.outputs["databaseUrls"] == {}
    assert not stack.service.sent()


def test_connection_strings_of_what_is_taken_over(made: Stack) -> None:
    """I am told what gives them, as a set spells it."""
    taken = made.service.database(made.home, "old")["id"]
    made.up(databases={**TENANTS, "old": "old"}, adopt={"old": taken}, connections=True)
    (line,) = [note for note in made.service.notes if "keeps its passwords" in note]
    assert "rotation_triggers gives new ones" in line
    assert "rotationTriggers gives" in spelled(line)


def test_connection_strings_that_a_rotation_gives(stack: Stack) -> None:
    """What gets a new password in the same `up` is not said to be unknown."""
    stack.up()
    found = stack.up(connections=True, rotationTriggers=dict.fromkeys(TENANTS, "1"))
    assert not [line for line in found.words if "are not known" in line]
    assert stack.outputs["databaseUrls"].keys() == TENANTS.keys()


def test_what_another_stack_s_set_holds_is_let_go_there(made: Stack) -> None:
    """I am told what to declare there: state has no entry for one database of a set."""
    theirs = read(
        {
            "resources": [
                {
                    "urn": URN,
                    "type": "prisma:index:DatabaseSet",
                    "id": made.id,
                    "inputs": made.inputs,
                    "outputs": made.outputs,
                }
            ]
        },
        "demo",
    )
    live = made.service.live(others=[theirs])
    news = {"projectId": made.home, "name": "x", "adopt": made.outputs["ids"]["acme"], "identity": "mine-0"}
    with working_on(urn_of("Database", "mine")), pytest.raises(errors.Refused) as error:
        handlers.check(live, "Database", {}, news)
    assert 'release=["acme"] in place of that key in DatabaseSet "tenants" of stack demo' in str(error.value)
    assert "state delete" not in str(error.value)


def test_what_another_resource_has_taken_over_is_let_go_by_key(made: Stack) -> None:
    """Whose database now bears the key of another resource: I am told the way of a set."""
    made.service.databases[made.outputs["ids"]["acme"]]["logicalId"] = f"mine-{'7' * 16}-{'8' * 8}"
    with pytest.raises(errors.Refused, match="another one has taken it over") as error:
        made.diff(connections=True)
    assert 'release=["acme"] in place of that key' in str(error.value)
    assert f'adopt={{"acme": "{made.outputs["ids"]["acme"]}"}}' in str(error.value)


def test_connection_strings_that_would_be_forgotten(made: Stack) -> None:
    """`connections` taken away: the preview tells what it costs to have them back."""
    (line,) = made.diff(connections=False).words
    assert 'the connection strings of "acme", "globex", "initech" will be forgotten' in line


def test_a_fault_of_ours_in_one_loses_no_other(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made for the others is recorded, whatever went wrong with one."""
    make = DatabaseHandler.create_beside

    def fails(one: DatabaseHandler, live: Live, news: dict[str, Any], *given: Any, **more: Any) -> Any:
        if news["name"] == "globex-prod":
            raise KeyError("oops")
        return make(one, live, news, *given, **more)

    monkeypatch.setattr(DatabaseHandler, "create_beside", fails)
    stack.up()
    assert stack.outputs["ids"].keys() == {"acme", "initech"}
    assert "fault of the provider itself: KeyError" in stack.outputs["failed"]["globex"]


def test_a_plan_limit_ends_it(stack: Stack) -> None:
    """What one meets all others would: nothing more is begun, and I am told what was not."""
    many = {f"t{number}": f"tenant {number}" for number in range(300)}

    def full(request: httpx.Request) -> httpx.Response | None:
        if request.method == "POST" and len(stack.service.databases) >= 5:
            return httpx.Response(
                403, json={"error": {"code": "plan-limit-reached", "message": "Workspace plan limit reached"}}
            )
        return None

    stack.service.before.append(full)
    stack.up(databases=many)
    assert len(stack.outputs["ids"]) == 5
    assert "were not begun" in stack.problems[0]
    assert len(stack.service.sent()) < 250


def test_a_lost_answer_makes_no_second_one(stack: Stack) -> None:
    """The response to a creation is cut: it is found by its key, and rotated for its URLs."""
    stack.service.fail("POST", "/v1/databases", CUT, acted=True)
    stack.up(connections=True)
    assert len(stack.service.databases) == 3
    assert len(stack.outputs["databaseUrls"]) == 3


def test_a_killed_run_goes_on(stack: Stack) -> None:
    """Killed before anything was recorded: the next `up` makes nothing twice, and has new passwords."""
    stack.kill(connections=True)
    stack.up(connections=True)
    assert len(stack.service.databases) == 3
    assert [path.rpartition("/")[2] for _, path, _ in stack.service.sent()] == ["rotate"] * 3
    assert stack.outputs["databaseUrls"].keys() == TENANTS.keys()


def test_killed_where_state_shows_nothing(stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the provider is killed, and Pulumi records no creation that began: a note on this machine tells."""
    intents, live = Intents(tmp_path), stack.live

    def with_notes() -> Live:
        found = live()
        found.intents = intents
        return found

    monkeypatch.setattr(stack, "live", with_notes)
    forget = intents.forget
    monkeypatch.setattr(intents, "forget", lambda *key: None if key[0] == "set" else forget(*key))
    stack.kill(connections=True)
    monkeypatch.undo()
    monkeypatch.setattr(stack, "live", with_notes)
    stack.pending = []
    stack.up(connections=True)
    assert len(stack.service.databases) == 3
    assert not [key for key in intents.all_left() if key[0] == "set"]


def test_a_killed_run_of_many_is_told_in_a_few_lines(stack: Stack) -> None:
    """Of ten thousand databases that are used again, I read of the first ones, and that there are more."""
    many = {str(number): f"n-{number}" for number in range(LINES_OF_A_SET + 9)}
    stack.kill(databases=many)
    stack.service.notes.clear()
    stack.up(databases=many)
    assert stack.outputs["ids"].keys() == many.keys()
    assert len(stack.service.notes) == LINES_OF_A_SET
    assert 'others of DatabaseSet "tenants" are left out' in stack.service.notes[-1]


def test_a_long_key_is_cut_in_messages() -> None:
    """A key of ten thousand characters does not fill my terminal."""
    assert len(named(urn_of_member(URN, "k" * 10_000))) < 200


def test_what_a_stranger_made_is_not_taken(stack: Stack) -> None:
    """A database with the key of this set whose creation neither state nor this machine saw begin is another's."""
    stack.kill(connections=True)
    stack.pending = []
    with pytest.raises(errors.Refused, match=r'adopt=\{"acme": "db_'):
        stack.diff(connections=True)


def test_the_whole_set_goes(made: Stack) -> None:
    """With `allow_delete` recorded by an `up`, `destroy` deletes all."""
    made.up(allowDelete=True, connections=True)
    assert not made.service.sent()
    made.destroy()
    assert not made.service.databases
    assert len(made.service.sent("DELETE")) == 3


def test_messages_name_the_set_and_the_key() -> None:
    """A database of a set is named by both."""
    from prisma_provider.members import member
    from prisma_provider.members import urn_of as member_urn

    urn = member_urn(urn_of("DatabaseSet", 'my "set"'), 'a["b"]')
    assert named(urn) == 'DatabaseSet "my "set"", "a["b"]"'
    found = member(urn)
    assert found is not None
    assert found.key == 'a["b"]'
    assert found.of == urn_of("DatabaseSet", 'my "set"')


# what a preview says


def test_a_preview_of_the_plugin_knows_what_stays() -> None:
    """Ids and URLs of the databases that stay are known; of those that are new or rotated they are not."""
    keys = {"acme": "db_1", "globex": "db_2"}
    olds = {"databases": TENANTS, "ids": keys, "names": dict(keys), "databaseUrls": dict(keys), "connections": True}
    news: dict[str, Any] = {"databases": {"acme": "x", "globex": "y", "hooli": "z"}, "connections": True}
    changes = (Change('databases["hooli"]', None, "z", "make"), Change('rotationTriggers["acme"]', None, "1", "rotate"))
    planned_outputs = planned.after_update(SET.fields, olds, news, Diff(changes))
    assert planned_outputs["ids"] == {"acme": UNKNOWN, "globex": "db_2", "hooli": UNKNOWN}
    assert planned_outputs["databaseUrls"]["globex"] == "db_2"
    assert planned_outputs["databaseUrls"]["acme"] is UNKNOWN
    assert planned_outputs["names"]["hooli"] == "z"
    assert planned.after_create(SET.fields, news)["ids"] == dict.fromkeys(news["databases"], UNKNOWN)
    assert planned.after_update(SET.fields, olds, {"databases": UNKNOWN}, Diff())["ids"] is UNKNOWN


def test_secret_names_stay_secret() -> None:
    """Names that the program gives as secrets are none in clear in what the set puts out."""
    given = to_struct({"databases": {"acme": "hush"}}, {"databases"})
    assert {"names", "failed"} <= _secrets(SET, given)
    assert not {"names", "failed"} & _secrets(SET, to_struct({"databases": {"acme": "x"}}))


def test_each_of_a_plan_is_a_line(made: Stack) -> None:
    """Pulumi shows what is added, renamed and removed, by key."""
    found = made.diff(databases={"acme": "new", "hooli": "z"}, allowDelete=True, release=["globex"], connections=True)
    shown = detail.response(found, made.outputs, {})
    assert sorted(shown.diffs) == ["allowDelete", "databases", "release"]  # its line names what the detail is of
    kinds = {path: PropertyDiff.Kind.Name(entry.kind) for path, entry in shown.detailedDiff.items()}
    assert kinds['databases["acme"]'] == "UPDATE"
    assert kinds['databases["hooli"]'] == "ADD"
    assert kinds['databases["initech"]'] == "DELETE"
    assert kinds['databases["globex"]'] == "DELETE"


def test_progress_counts() -> None:
    """A line every half minute: how many, how fast, and how long it takes yet."""
    now = [0.0]
    progress = Progress("created", 10_000, lambda: now[0])
    assert not [*progress.lines(5)]
    now[0] = 86.0
    assert [*progress.lines(1204)] == ["created 1,204 of 10,000, 14/s, 10 min left"]
    assert not [*progress.lines(1300)]
    now[0] = 120.0
    assert [*progress.lines(60)] == ["created 60 of 10,000, 30/min, 331 min left"]


def test_progress_says_what_is_done(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of a new set count what was created, as the page shows it."""
    monkeypatch.setattr(many, "EVERY", -1.0)
    stack.up()
    assert 'DatabaseSet "tenants": created 3 of 3' in stack.service.notes[-1]
    stack.up(databases={**TENANTS, "acme": "new"})
    assert 'DatabaseSet "tenants": done 1 of 1' in stack.service.notes[-1]


def test_waiting_asks_for_what_is_waited_for(stack: Stack) -> None:
    """In a project of many pages a new database is waited for by its id, and the list is not read again."""
    stack.service.page = 100
    for number in range(320):
        stack.service.database(stack.home, f"other-{number}")
    stack.service.status_of_new = "provisioning"

    def end(request: httpx.Request) -> None:
        for each in stack.service.databases.values():
            each["status"] = "ready"

    stack.service.before.append(lambda request: end(request) if "/databases/" in request.url.path else None)
    stack.up(databases={"acme": "acme"})
    asked = [path for _, path, _ in stack.service.sent("GET")]
    assert asked.count("databases") == 4
    assert len([path for path in asked if path.startswith("databases/")]) == 1
