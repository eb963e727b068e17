"""Database: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.api.models import Region
from prisma_provider.diff import UNKNOWN, Change
from prisma_provider.handlers.inputs import Checked
from prisma_provider.live.state import Entry
from prisma_provider.network.retries import time_limit
from unit.service import Service, as_, declare, handler, refusal, urn_of

DATABASE = handler("Database")
CUT = httpx.RemoteProtocolError("cut")


@pytest.fixture
def home(service: Service) -> str:
    """A project."""
    return str(service.project()["id"])


def make(service: Service, home: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    """A database that an earlier run made: its id and outputs; the log begins after it."""
    live = service.live()
    object_id, outputs = DATABASE.create(
        live, declare(live, "Database", projectId=home, **{"name": "orders", **inputs})
    )
    service.log.clear()
    return object_id, outputs


def again(service: Service, made: tuple[str, dict[str, Any]], **inputs: Any) -> Any:
    """The diff of the next run."""
    live = service.live()
    news = declare(live, "Database", made[1], **{"projectId": made[1]["projectId"], "name": "orders", **inputs})
    return DATABASE.diff(live, made[0], made[1], news)


# refusals


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"projectId": "my project"}, "projectId"),
        ({"projectId": None}, "projectId"),
        ({"region": "mars-1"}, "region"),
        ({"isDefault": "yes"}, "isDefault"),
        ({"branchId": "Main Branch"}, "branchId"),
        ({"adopt": "not an id"}, "adopt"),
        ({"source": {"type": "database"}}, "source"),
        ({"source": {"type": "backup", "databaseId": "db_1"}}, "source"),
        ({"source": "db_1"}, "source"),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(
    service: Service, inputs: dict[str, Any], field: str
) -> None:
    """A value that cannot be sent is named, with the way out, and nothing is sent."""
    checked = DATABASE.check(service.live(), {}, {"projectId": "proj_1", "name": "orders", **inputs})
    assert checked.problems
    assert all(problem.hint or "must be" in problem.what for problem in checked.problems)
    assert not service.sent()
    assert field in {p.field for p in checked.problems} | {"source" if field == "source" else ""}


@pytest.mark.parametrize(("region", "near"), [("eu-central", "eu-central-1"), ("Frankfurt", None), (5, None)])
def test_a_region_that_does_not_exist(
    service: Service, region: object, near: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I am told the region that I nearly wrote, and every region with its city."""
    names = {"eu-central-1": "Europe (Frankfurt)", "us-east-1": None, "x-1": "Moon"}
    live = service.live()
    regions = tuple(Region(id=region_id, name=name) for region_id, name in names.items())
    monkeypatch.setattr(live.client, "regions", lambda: regions)
    checked = DATABASE.check(live, {}, {"projectId": "proj_1", "name": "orders", "region": region})
    (problem,) = [each for each in checked.problems if each.field == "region" and "no region" in each.what]
    assert (f'Did you mean "{near}"?' in problem.what) is (near is not None)
    assert problem.hint == "use one of eu-central-1 (Frankfurt), inherit, us-east-1, x-1 (Moon)."


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"region": "us-east-1"}, "region"),
        ({"projectId": "proj_other"}, "projectId"),
        ({"projectId": UNKNOWN}, "projectId"),
        ({"source": {"type": "database", "databaseId": "db_9"}}, "source"),
    ],
)
def test_what_would_replace_it_is_refused(service: Service, home: str, inputs: dict[str, Any], field: str) -> None:
    """A change of project, region or source is refused, naming the database, what is lost and the way out."""
    made = make(service, home)
    with pytest.raises(errors.Refused, match="allow_replace=True") as error:
        again(service, made, **inputs)
    assert '"orders"' in str(error.value)
    assert made[0] in str(error.value)
    assert field in str(error.value)
    assert "data" in str(error.value)
    assert not service.sent()
    assert again(service, made, allowReplace=True, **inputs).replaces() == [field]


def test_another_region_is_compared_with_live_not_with_state(service: Service, home: str) -> None:
    """Declaring the region that it has in truth is no change, whatever state says."""
    object_id, outputs = make(service, home)
    assert not again(service, (object_id, {**outputs, "region": "us-east-1"}), region="eu-central-1")


def test_inherit_is_the_project_s_region(service: Service, home: str) -> None:
    """`inherit` is compared with my project's region, and so is a move of the database's."""
    made = make(service, home, region="inherit")
    assert not again(service, made, region="inherit")
    service.databases[made[0]]["region"] = {"id": "us-east-1", "name": "x"}
    with pytest.raises(errors.Refused):
        again(service, made, region="inherit")


@pytest.mark.parametrize("status", [401, 403, 400])
def test_a_read_that_fails_never_forgets_it(service: Service, home: str, status: int) -> None:
    """A refused read is an error: Pulumi must not take it for a deletion."""
    object_id, outputs = make(service, home)
    service.fail("GET", "/v1/databases.*", refusal(status, "no"), times=-1)
    with pytest.raises(errors.Rejected):
        DATABASE.read(service.live(), object_id, outputs)


@pytest.mark.parametrize("answer", [refusal(500, "x"), refusal(503, "x"), CUT, httpx.ReadTimeout("slow")])
def test_a_failing_service_never_forgets_it(service: Service, home: str, answer: Any) -> None:
    """Neither is a service that is down."""
    object_id, outputs = make(service, home)
    service.fail("GET", "/v1/databases.*", answer, times=-1)
    with pytest.raises(errors.LostResponse):
        DATABASE.read(service.live(retry_limit=0.01), object_id, outputs)


def test_a_token_of_another_workspace_sees_nothing_and_proves_nothing(service: Service, home: str) -> None:
    """With a token of another workspace everything is a 404: that is an error, not a deletion."""
    object_id, outputs = make(service, home)
    service.workspace = {"id": "wksp_other", "name": "Other"}
    service.databases.clear()
    with pytest.raises(errors.ConfigurationError, match="wksp_1"):
        DATABASE.read(service.live(), object_id, outputs)
    with pytest.raises(errors.ConfigurationError, match="wksp_1"):
        DATABASE.delete(service.live(), object_id, outputs)


def test_a_flag_that_was_not_applied_is_an_error(service: Service, home: str) -> None:
    """The service says 200 and did not apply the flag: I am told what was asked, what it has, and what is lost."""
    made = make(service, home)
    shown = service._show("databases", service.databases[made[0]])
    service.fail("PATCH", "/v1/databases/.*", httpx.Response(200, json={"data": shown}))
    live = service.live()
    news = declare(live, "Database", made[1], projectId=home, name="orders", isDefault=True)
    with pytest.raises(errors.NotApplied, match=r"isDefault=true.*\n.*isDefault=false\n.*nothing was lost"):
        DATABASE.update(live, *made, news)


def test_a_flag_that_is_refused_is_an_error(service: Service, home: str) -> None:
    """The service refuses the flag: its own words, what was asked, and that nothing was lost."""
    made = make(service, home)
    service.fail("PATCH", "/v1/databases/.*", refusal(422, "unknown field isDefault"))
    live = service.live()
    news = declare(live, "Database", made[1], projectId=home, name="orders", isDefault=True)
    with pytest.raises(errors.Rejected, match=r"isDefault=true.*\n.*unknown field isDefault\n.*nothing was lost"):
        DATABASE.update(live, *made, news)


def test_a_leftover_is_named_before_anything_is_sent(service: Service, home: str) -> None:
    """What an interrupted run of mine left behind is named, with how to take it, and no second one is made."""
    live = service.live()
    left = service.database(home, "orders", logicalId=declare(live, "Database", projectId=home, name="x")["logicalId"])
    live = service.live()
    with pytest.raises(errors.Refused, match=rf"{left['id']}(?s:.*)adopt=True"):
        declare(live, "Database", projectId=home, name="orders")
    assert not service.sent()
    object_id, _ = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", adopt=True))
    assert any(note.endswith("take it out now.") for note in service.notes)
    assert object_id == left["id"]
    assert not service.sent("POST")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"adopt": "db_99"}, "no database db_99"),
        ({"region": "us-east-1"}, "region"),
        ({"projectId": "proj_9"}, "projectId"),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(service: Service, home: str, inputs: dict[str, Any], says: str) -> None:
    """Adopting what is not there, or lies elsewhere than declared, is refused and changes nothing."""
    there = service.database(home, "old")
    live = service.live()
    given = {"projectId": home, "name": "orders", "adopt": there["id"], **inputs}
    for act in (partial(DATABASE.check, live, {}), partial(DATABASE.create, live)):
        with pytest.raises(errors.PrismaError, match=says):
            raise_problems(act({**given, "logicalId": "x"}))
    assert not service.sent()


def raise_problems(found: object) -> None:
    """A host shows what a check finds as it shows an error."""
    if isinstance(found, Checked):
        for problem in found.problems:
            raise problem


def test_a_source_is_compared_where_it_is_known(service: Service, home: str) -> None:
    """What an adopted database was made from is compared where the service tells it, and taken as it is elsewhere."""
    source = {"type": "database", "databaseId": "db_8"}
    there = service.database(home, "orders", source={"type": "database", "databaseId": "db_7"})
    inputs = {"projectId": home, "name": "orders", "adopt": there["id"], "source": source, "logicalId": "x"}
    with pytest.raises(errors.Refused, match="cannot be adopted: source"):
        DATABASE.create(service.live(), inputs)
    there["source"] = None
    assert DATABASE.create(service.live(), inputs)[0] == there["id"]
    assert not service.sent()


def test_an_adoption_onto_a_branch_that_is_not_there(service: Service, home: str) -> None:
    """An adopted database moves to the branch that is declared by name, which is made for it."""
    there = service.database(home, "orders")
    made = make(service, home, adopt=there["id"], branchGitName="pr-7")
    (branch,) = (each["id"] for each in service.branches.values() if each["gitName"] == "pr-7")
    assert made[1]["branchId"] == there["branchId"] == branch


def test_nothing_is_adopted_twice(service: Service, home: str) -> None:
    """Two resources cannot take the same database."""
    there = service.database(home, "old")
    live = service.live()
    with as_("Database", "one"):
        DATABASE.create(live, declare(live, "Database", projectId=home, name="one", adopt=there["id"]))
    with as_("Database", "two"), pytest.raises(errors.Refused, match='is held by Database "one"'):
        declare(live, "Database", projectId=home, name="two", adopt=there["id"])


def test_the_two_halves_of_a_replacement_are_one_default(service: Service, home: str) -> None:
    """Pulumi checks what it replaces twice, and the new one has another key: it takes the flag from nobody."""
    live = service.live()
    keys = {
        declare(live, "Database", projectId=home, name="orders", isDefault=True, seed=seed)["logicalId"]
        for seed in ("one", "two")
    }
    assert len(keys) == 2


def test_two_defaults_in_one_project_are_refused(service: Service, home: str) -> None:
    """Two databases that both declare is_default=True are named, and do not take the flag from each other for ever."""
    live = service.live()
    DATABASE.create(live, declare(live, "Database", projectId=home, name="one", isDefault=True))
    service.log.clear()
    given = {"projectId": home, "name": "two", "isDefault": True, "identity": f"two-{'1' * 16}"}
    (problem,) = DATABASE.check(live, {}, given).problems
    assert '"two" and database "one" both declare' in problem.what
    assert problem.field == "isDefault"
    assert not DATABASE.check(live, {}, {**given, "ignoreChanges": ["isDefault"]}).problems
    assert not service.sent()
    one = next(iter(service.databases))
    live = service.live()
    renamed = declare(live, "Database", {"logicalId": "x"}, projectId=home, name="renamed")
    DATABASE.update(live, one, {"projectId": home, "name": "one"}, renamed)
    DATABASE.create(
        live, declare(live, "Database", projectId=home, name="three", isDefault=True, identity="3-" + "1" * 16)
    )
    assert service.databases[one]["isDefault"] is False


def test_another_adoption_of_a_resource_that_has_its_object_is_refused(service: Service, home: str) -> None:
    """Pointing adopt= at another database does not silently do nothing."""
    made = make(service, home)
    other = service.database(home, "other")
    with pytest.raises(errors.Refused, match=other["id"]):
        again(service, made, adopt=other["id"])
    assert not again(service, (made[0], {**made[1], "adopt": made[0]}), adopt=made[0])


def test_a_provisioning_that_fails_is_an_error_and_leaves_nothing(service: Service, home: str) -> None:
    """A database that could not be provisioned is removed again, and I am told."""
    service.status_of_new = "failure"
    live = service.live()
    with pytest.raises(errors.NotReady, match="removed"):
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert not service.databases


def test_a_failed_database_that_cannot_be_removed_stays_in_state(service: Service, home: str) -> None:
    """What the service does not let go of is not lost sight of."""
    service.status_of_new = "failure"
    live = service.live()
    object_id, outputs = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", isDefault=True))
    assert outputs["status"] == "failure"
    assert object_id in service.databases
    assert "could not be removed" in service.notes[-1]


def provisioning_fails(service: Service) -> None:
    """What is made is provisioned, and has failed when it is looked at next."""

    def fail(request: httpx.Request) -> None:
        if request.method == "GET":
            for database in service.databases.values():
                database["status"] = "failure"

    service.status_of_new = "provisioning"
    service.before.append(fail)


def test_a_failed_database_that_is_gone_by_then_is_removed(service: Service, home: str) -> None:
    """A failed database that somebody else removes first is removed, and I am told the same."""
    provisioning_fails(service)
    service.fail("DELETE", "/v1/databases/.*", refusal(404, "not found"))
    live = service.live()
    with pytest.raises(errors.NotReady, match="removed again"):
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert not service.notes


@pytest.mark.parametrize(("answer", "why"), [(refusal(403, "no access"), "failed: no access"), (CUT, "broke")])
def test_a_failed_database_that_stays_is_recorded_as_failed(service: Service, home: str, answer: Any, why: str) -> None:
    """A failed database that cannot be removed is in state as failed, and I am told why, in the service's words."""
    provisioning_fails(service)
    service.fail("DELETE", "/v1/databases/.*", answer, times=-1)
    live = service.live(retry_limit=0.01)
    made = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert made[1]["status"] == "failure"
    assert why in service.notes[-1]


def test_an_adoption_with_the_source_that_it_has(service: Service, home: str) -> None:
    """A database that I adopt with the source from which it was made is adopted."""
    there = service.database(home, source={"type": "database", "databaseId": "db_9"})["id"]
    assert make(service, home, adopt=there, source={"type": "database", "databaseId": "9"})[0] == there
    assert not service.sent()


@pytest.mark.parametrize(
    ("live", "recorded", "change"),
    [
        ("provisioning", "provisioning", Change("status", "provisioning", "ready", "wait")),
        ("failure", "ready", Change("status", "failure", "ready", "wait")),
        ("ready", "failure", Change("status", "ready", "ready", "record")),
    ],
)
def test_a_status_is_waited_for_or_recorded(
    service: Service, home: str, live: str, recorded: str, change: Change
) -> None:
    """A preview shows a database that is not ready as that; one that is ready again is only recorded."""
    object_id, outputs = make(service, home)
    service.databases[object_id]["status"] = live
    assert again(service, (object_id, {**outputs, "status": recorded})).changes == (change,)


def test_state_that_has_no_status_is_not_behind(service: Service, home: str) -> None:
    """What an older version recorded without a status is no change: nothing is updated for its sake."""
    object_id, outputs = make(service, home)
    del outputs["status"]
    assert not again(service, (object_id, outputs))


def test_a_source_that_is_not_known_yet_does_not_block_a_preview(service: Service, home: str) -> None:
    """The database to clone from is itself made by this program: its id is not known, and nothing is replaced."""
    source = {"type": "database", "databaseId": "db_9"}
    made = make(service, home, source=source)
    assert not again(service, made, source=UNKNOWN)


def test_a_failed_database_that_was_removed_is_gone_for_this_run(service: Service, home: str) -> None:
    """What failed and was removed again is not there for what comes after it in the run."""
    live = service.live()
    assert not live.databases(home)
    service.status_of_new = "failure"
    with pytest.raises(errors.NotReady, match="removed"):
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert not live.databases(home)


# nothing to do


def test_no_diffs_is_no_changes(service: Service, home: str) -> None:
    """What is declared as it is live is no change, and asking costs two reads."""
    made = make(service, home, isDefault=True, region="eu-central-1")
    assert not again(service, made, isDefault=True, region="eu-central-1")
    assert len(service.log) <= 2


def test_an_update_without_difference_sends_nothing(service: Service, home: str) -> None:
    """An update with nothing to do writes nothing, and keeps the secrets."""
    object_id, outputs = make(service, home)
    live = service.live()
    news = declare(live, "Database", outputs, projectId=home, name="orders", allowReplace=True)
    after = DATABASE.update(live, object_id, outputs, news)
    assert not service.sent()
    assert after == {**outputs, "allowReplace": True}


def test_a_refresh_without_drift_is_the_same_state(service: Service, home: str) -> None:
    """A refresh says unchanged."""
    object_id, outputs = make(service, home, isDefault=True)
    assert DATABASE.read(service.live(), object_id, dict(outputs)) == outputs


def test_ignore_changes_leaves_a_console_rename_alone(service: Service, home: str) -> None:
    """A name that I told Pulumi to ignore is not put back."""
    made = make(service, home, ignoreChanges=["name"])
    service.databases[made[0]]["name"] = "by-hand"
    assert not again(service, made, ignoreChanges=["name"])


def test_unknown_values_wait(service: Service, home: str) -> None:
    """In a preview a name that is not known yet changes nothing that lives."""
    made = make(service, home)
    assert not again(service, made, name=UNKNOWN)


# done


def test_create_answers_with_the_secrets(service: Service, home: str) -> None:
    """A create is one POST in the project's region, and yields both connection strings."""
    live = service.live()
    object_id, outputs = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert [entry[:2] for entry in service.sent()] == [("POST", "databases")]
    body = service.sent()[0][2]
    assert body["region"] == "inherit"
    assert re.fullmatch(r"^[a-z0-9][-_a-z0-9]*$", body["logicalId"])
    assert outputs["databaseUrl"].startswith("postgresql://user_")
    assert outputs["workspaceId"] == "wksp_1"
    assert service.databases[object_id]["logicalId"] == outputs["logicalId"]


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize(
    "answer",
    [
        CUT,
        httpx.ReadTimeout("slow"),
        refusal(503, "x"),
        httpx.Response(502, text="<html>"),
        httpx.Response(201, content=b'{"dat'),
    ],
)
def test_a_lost_answer_makes_one_database_with_live_credentials(
    service: Service, home: str, answer: Any, acted: bool
) -> None:
    """Whatever happens to the answer of a create, there is exactly one database and its credentials work."""
    service.fail("POST", "/v1/databases", answer, acted=acted)
    live = service.live()
    object_id, outputs = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert list(service.databases) == [object_id]
    connection = service.connections[outputs["defaultConnectionId"]]
    assert f"pass_{connection['version']}@" in outputs["databaseUrl"]


def test_a_limit_that_the_lost_request_filled_is_no_second_loss(service: Service, home: str) -> None:
    """The answer to my create was lost, and it took the last place of my plan: the database is found, and mine."""
    live = service.live()
    news = declare(live, "Database", projectId=home, name="orders")
    service.fail("POST", "/v1/databases", httpx.ReadError("cut"), acted=True)
    late = [True]

    def hidden(request: httpx.Request) -> httpx.Response | None:
        if request.method != "GET" or "logicalId" not in request.url.params or not late.pop():
            return None
        return httpx.Response(200, json={"data": [], "pagination": {"hasMore": False, "nextCursor": None}})

    def full(request: httpx.Request) -> httpx.Response | None:
        if request.method != "POST" or not service.databases or request.url.path != "/v1/databases":
            return None
        return refusal(403, "Workspace plan limit reached")

    service.before += [lambda request: hidden(request) if late else None, full]
    object_id, _ = DATABASE.create(live, news)
    assert list(service.databases) == [object_id]


def test_a_rename_is_one_patch(service: Service, home: str) -> None:
    """A rename is exactly one PATCH with the name; id and secrets stay."""
    object_id, outputs = make(service, home)
    live = service.live()
    news = declare(live, "Database", outputs, projectId=home, name="sales")
    after = DATABASE.update(live, object_id, outputs, news)
    assert service.sent() == [("PATCH", f"databases/{object_id}", {"name": "sales"})]
    assert after == {**outputs, "name": "sales"}


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize(
    "answer", [CUT, httpx.ReadTimeout("slow"), refusal(503, "x"), httpx.Response(502, text="<html>")]
)
def test_a_lost_answer_to_a_change_or_a_delete_is_no_matter(
    service: Service, home: str, answer: Any, acted: bool
) -> None:
    """A PATCH or a DELETE whose answer is lost is sent again, and comes to the same."""
    object_id, outputs = make(service, home)
    service.fail("PATCH", "/v1/databases/.*", answer, acted=acted)
    service.fail("DELETE", "/v1/databases/.*", answer, acted=acted)
    live = service.live()
    after = DATABASE.update(live, object_id, outputs, declare(live, "Database", outputs, projectId=home, name="sales"))
    assert after["name"] == service.databases[object_id]["name"] == "sales"
    DATABASE.delete(live, object_id, after)
    assert not service.databases


def test_a_promotion_is_one_patch_and_with_a_rename_still_one(service: Service, home: str) -> None:
    """is_default=True is one PATCH; with a rename, one PATCH with both."""
    made = make(service, home)
    assert again(service, made, isDefault=True).patches() == ({"isDefault": True},)
    assert again(service, made, isDefault=True, name="x").patches() == ({"name": "x", "isDefault": True},)


@pytest.mark.parametrize("demoted_first", [True, False])
def test_the_flag_moves_with_one_write(service: Service, home: str, demoted_first: bool) -> None:
    """The default flag moves between two databases with one PATCH, whichever update runs first."""
    from threading import Thread

    one, two = (
        make(service, home, isDefault=True),
        make(service, home, isDefault=False, name="b", identity="b-" + "1" * 16),
    )
    live = service.live()
    demoted = declare(live, "Database", one[1], projectId=home, name="orders", isDefault=False)
    promoted = declare(live, "Database", two[1], projectId=home, name="b", isDefault=True)
    results: dict[str, Any] = {}

    def demote() -> None:
        results["demoted"] = DATABASE.update(live, *one, demoted)

    def promote() -> None:
        results["promoted"] = DATABASE.update(live, *two, promoted)

    order = [demote, promote] if demoted_first else [promote, demote]
    threads = [Thread(target=step) for step in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert service.sent() == [("PATCH", f"databases/{two[0]}", {"isDefault": True})]
    assert results["promoted"]["isDefault"] is True
    assert results["demoted"]["isDefault"] is False
    assert not service.notes


def test_a_demotion_that_nobody_answers_is_reported(
    service: Service, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taking the flag away without giving it to another is a warning and the truth, not an error."""
    monkeypatch.setattr("prisma_provider.handlers.default_flag.DEMOTION_PATIENCE", 0.05)
    object_id, outputs = make(service, home, isDefault=True)
    live = service.live()
    news = declare(live, "Database", outputs, projectId=home, name="orders", isDefault=False)
    after = DATABASE.update(live, object_id, outputs, news)
    assert after["isDefault"] is True
    assert "another database" in service.notes[-1]
    assert not service.sent()


def test_a_database_that_goes_while_it_waits_to_lose_the_flag(service: Service, home: str) -> None:
    """Somebody deletes it meanwhile: I am told so, and state keeps what it has."""
    object_id, outputs = make(service, home, isDefault=True)
    live = service.live()
    news = declare(live, "Database", outputs, projectId=home, name="orders", isDefault=False)
    assert DATABASE.diff(live, object_id, outputs, news)
    service.databases.clear()
    with pytest.raises(errors.NotReady, match=f"The database {object_id} was deleted in the meantime"):
        DATABASE.update(live, object_id, outputs, news)


def test_drift_is_put_back_by_one_patch_also_after_a_refresh(service: Service, home: str) -> None:
    """What was changed by hand is put back by one PATCH, also when a refresh took it into state."""
    object_id, outputs = make(service, home, isDefault=True)
    other = service.database(home, "other")
    service.databases[object_id]["name"] = "by-hand"
    service._promote(service.databases[other["id"]])
    refreshed = DATABASE.read(service.live(), object_id, dict(outputs))
    assert refreshed
    assert refreshed["name"] == "by-hand"
    for state in (outputs, refreshed):
        assert again(service, (object_id, state), isDefault=True).patches() == ({"name": "orders", "isDefault": True},)


def test_what_is_gone_is_made_again(service: Service, home: str) -> None:
    """Deleted by hand: shown, and made again, also where a replacement would have been refused."""
    made = make(service, home)
    service.databases.clear()
    assert again(service, made, region="us-east-1").of("recreate")
    assert DATABASE.read(service.live(), *made) is None


def test_it_returns_when_ready(service: Service, home: str) -> None:
    """A database that takes its time is returned when it is ready; waiting is by lists."""
    service.status_of_new = "provisioning"
    lists = [0]

    def ready_at_third(request: httpx.Request) -> None:
        if request.method == "GET" and request.url.path == "/v1/databases":
            lists[0] += 1
            if lists[0] == 3:
                next(iter(service.databases.values()))["status"] = "ready"

    service.before.append(ready_at_third)
    live = service.live()
    _, outputs = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert outputs["status"] == "ready"
    assert not [path for _, path, _ in service.sent("GET") if path.startswith("databases/")]


def test_beyond_the_time_limit_it_stays_in_state(service: Service, home: str) -> None:
    """At my time limit it stays in state with its status and a warning; the next run waits on."""
    service.status_of_new = "provisioning"
    live = service.live()
    with time_limit(0.2):
        made = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert made[1]["status"] == "provisioning"
    assert "custom_timeouts" in service.notes[-1]
    assert [change.how for change in again(service, made).changes] == ["wait"]
    service.databases[made[0]]["status"] = "ready"
    assert [change.how for change in again(service, made).changes] == ["record"]


def test_the_default_database_lives_on_and_says_so(service: Service, home: str) -> None:
    """Taken out of the program, the default database lives on in its project, and I am told how to have it back."""
    object_id, outputs = make(service, home, isDefault=True)
    DATABASE.delete(service.live(), object_id, outputs)
    assert object_id in service.databases
    assert f'adopt="{object_id}"' in service.notes[-1]


def test_a_delete_without_access_is_an_error(service: Service, home: str) -> None:
    """The same 403 for a database that is not the default is no success."""
    object_id, outputs = make(service, home)
    service.fail("DELETE", "/v1/databases/.*", refusal(403, "no access"))
    with pytest.raises(errors.Forbidden, match="no access"):
        DATABASE.delete(service.live(), object_id, outputs)


def test_delete_is_done_when_it_is_gone(service: Service, home: str) -> None:
    """Deleting what is gone already is done."""
    object_id, outputs = make(service, home)
    DATABASE.delete(service.live(), object_id, outputs)
    assert not service.databases
    DATABASE.delete(service.live(), object_id, outputs)


def test_a_replacement_never_deletes_what_it_adopted(service: Service, home: str) -> None:
    """A replacement whose create adopts the same database does not then delete it."""
    object_id, outputs = make(service, home)
    live = service.live()
    adopted, _ = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", adopt=object_id))
    DATABASE.delete(live, object_id, outputs)
    assert adopted in service.databases
    assert "kept" in service.notes[-1]


def test_adoption_patches_to_what_is_declared(service: Service, home: str) -> None:
    """An adopted database is compared and PATCHed to what I declare, in one go."""
    there = service.database(home, "old")
    live = service.live()
    object_id, outputs = DATABASE.create(
        live, declare(live, "Database", projectId=home, name="orders", isDefault=True, adopt=there["id"])
    )
    assert service.sent() == [("PATCH", f"databases/{object_id}", {"name": "orders", "isDefault": True})]
    assert outputs["name"] == "orders"


def test_130_databases_are_compared_in_few_calls(service: Service, home: str) -> None:
    """An unchanged preview of 130 databases asks a handful of times, not 130."""
    live = service.live()
    made = []
    for number in range(130):
        name = f"d{number}"
        news = declare(live, "Database", projectId=home, name=name, identity=f"{name}-{number:016x}")
        made.append(DATABASE.create(live, news))
    service.log.clear()
    live = service.live()
    live.verify()
    for object_id, outputs in made:
        news = declare(live, "Database", outputs, projectId=home, name=outputs["name"])
        assert not DATABASE.diff(live, object_id, outputs, news)
    assert len(service.log) <= 3


def test_a_status_that_is_new_to_us_is_no_change(service: Service, home: str) -> None:
    """A status that this package does not know is taken as it is, not waited for at every run."""
    service.status_of_new = "idle"
    made = make(service, home)
    assert made[1]["status"] == "idle"
    assert not again(service, made)
    assert not service.notes


def test_a_source_with_more_fields_is_the_same_source(service: Service, home: str) -> None:
    """A field that the service adds to a source is no change of it."""
    source = {"type": "database", "databaseId": "db_9"}
    made = make(service, home, source=source)
    service.databases[made[0]]["source"] = {**source, "databaseId": "9", "at": "2026-01-01"}
    assert not again(service, made, source=source)


def test_ignore_changes_counts_for_a_branch_by_name(service: Service, home: str) -> None:
    """With ignore_changes=["branch_git_name"] a move in the console stays, and no branch is made."""
    service.branch(home, "main")
    made = make(service, home, branchGitName="main")
    service.databases[made[0]]["branchId"] = "br_elsewhere"
    inputs = {"branchGitName": "gone", "ignoreChanges": ["branchGitName"]}
    live = service.live()
    news = declare(live, "Database", made[1], projectId=home, name="orders", **inputs)
    DATABASE.update(live, *made, news)
    assert not service.sent()


def test_a_region_that_is_not_known_yet_does_not_block_a_preview(service: Service, home: str) -> None:
    """A region that comes from a project being renamed is compared when it is known, not refused before."""
    made = make(service, home)
    assert not again(service, made, region=UNKNOWN)


def test_an_answer_that_comes_late_does_not_take_the_flag_back(service: Service, home: str) -> None:
    """A rename of the old default whose answer arrives after the promotion of another one does not undo it."""
    one = service.database(home, "one", isDefault=True)["id"]
    two = service.database(home, "two")["id"]
    live = service.live()
    late = live.client.update_database(one, {"name": "renamed"})
    live.put_database(live.client.update_database(two, {"isDefault": True}), promoted=True)
    live.put_database(late)
    flags = {database.name: database.is_default for database in live.databases(home).values()}
    assert flags == {"renamed": False, "two": True}


def test_lost_secrets_are_reported(service: Service, home: str) -> None:
    """Where the answer to a create is lost and no new secrets can be had, I am told, and the database is kept."""
    service.fail("POST", "/v1/databases", CUT, acted=True)
    service.fail("POST", "/v1/connections/.*/rotate", refusal(403, "no"), times=-1)
    live = service.live()
    object_id, outputs = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    assert object_id in service.databases
    assert "databaseUrl" not in outputs
    assert "did not come with its creation" in service.notes[-1]
    assert "declare a rotation_trigger, which rotates it" in service.notes[-1]


def test_its_own_older_self_is_no_leftover(service: Service, home: str) -> None:
    """`pulumi up --replace`: a database that my stack's state holds is about to be replaced, and is not in the way."""
    old, _ = make(service, home)
    live = service.live(held=[Entry(urn_of("Database"), old)])
    with as_("Database"):
        news = declare(live, "Database", projectId=home, name="orders", allowReplace=True)
        new, outputs = DATABASE.create(live, news)
        assert new != old
        assert outputs["logicalId"] != service.databases[old]["logicalId"]
        DATABASE.delete(live, old, {"projectId": home})
    assert list(service.databases) == [new]


def test_an_adopted_database_has_no_secrets_unless_asked_for(service: Service, home: str) -> None:
    """Adoption rotates nothing and says so; with a rotation_trigger it gives connection strings that work."""
    there = service.database(home)
    default = service.connections[there["defaultConnectionId"]]
    _, outputs = make(service, home, adopt=there["id"])
    assert "databaseUrl" not in outputs
    assert "rotation_trigger" in service.notes[-1]
    assert default["version"] == 1
    _, outputs = make(service, home, adopt=there["id"], rotationTrigger="1")
    assert f"pass_{default['version']}" in outputs["databaseUrl"]
    assert default["version"] == 2


def test_another_trigger_rotates_the_default_connection(service: Service, home: str) -> None:
    """Changing rotation_trigger gives the default connection a new password in place, and nothing else is sent."""
    made = make(service, home, rotationTrigger="1")
    default = made[1]["defaultConnectionId"]
    assert not again(service, made, rotationTrigger="1")
    assert [change.how for change in again(service, made, rotationTrigger="2").changes] == ["rotate"]
    live = service.live()
    news = declare(live, "Database", made[1], projectId=home, name="orders", rotationTrigger="2")
    after = DATABASE.update(live, *made, news)
    assert [path for _, path, _ in service.sent()] == [f"connections/{default}/rotate"]
    assert f"pass_{service.connections[default]['version']}" in after["directUrl"]
    assert after["directUrl"] != made[1]["directUrl"]


def test_a_restore_does_not_make_its_source_another(service: Service, home: str) -> None:
    """A service that names a backup as the source of a restored database does not make my next preview refuse."""
    source = {"type": "database", "databaseId": service.database(home, "blue")["id"]}
    made = make(service, home, source=source)
    service.databases[made[0]]["source"] = {"type": "backup", "databaseId": made[0], "backupId": "bkp_1"}
    assert not again(service, made, source=source)


def test_a_preview_says_what_a_create_will_take_over(service: Service, home: str) -> None:
    """A preview calls no create: that adopt= takes over a database is said by the check, and once in a run."""
    there = service.database(home, "old")
    live = service.live()
    given = {"projectId": home, "name": "orders", "adopt": there["id"]}
    for _ in range(2):
        DATABASE.check(live, {}, given)
    title = f'database "old" ({there["id"]})'
    assert service.notes == [
        f"{title} is taken over, not made.",
        f'{title}: name is "old" live, "orders" declared. Request: PATCH {{"name": "orders"}}.',
    ]


def test_an_allowed_replacement_shouts(service: Service, home: str) -> None:
    """With allow_replace=True the preview says what that costs."""
    made = make(service, home)
    assert again(service, made, region="us-east-1", allowReplace=True).replaces() == ["region"]
    assert "ALL ITS DATA IS LOST" in service.notes[-1]


def test_what_this_run_wrote_is_seen_in_it(service: Service, home: str) -> None:
    """Others of the run see a rename and a deletion at once, and ask nobody for it."""
    made = make(service, home)
    live = service.live()
    assert live.databases(home)
    DATABASE.update(live, *made, declare(live, "Database", made[1], projectId=home, name="sales"))
    service.log.clear()
    assert [each.name for each in live.databases(home).values()] == ["sales"]
    DATABASE.delete(live, *made)
    service.log.clear()
    assert not live.databases(home)
    assert live.database(made[0], home) is None
    assert not service.log


def test_a_promotion_of_this_run_is_seen_in_it(service: Service, home: str) -> None:
    """Others of the run see at once that they lost the flag to one that was promoted."""
    other = service.database(home, "other", isDefault=True)["id"]
    made = make(service, home)
    live = service.live()
    assert live.databases(home)
    DATABASE.update(live, *made, declare(live, "Database", made[1], projectId=home, name="orders", isDefault=True))
    service.log.clear()
    assert {each.id: each.is_default for each in live.databases(home).values()} == {other: False, made[0]: True}
    assert not service.log


def test_a_service_that_does_not_show_the_key(service: Service, home: str) -> None:
    """What I made is recorded with the key that it was made with, whether the answer repeats it or not."""
    show = service._show
    service._show = lambda *given, **more: {**show(*given, **more), "logicalId": None}  # type: ignore[method-assign]
    live = service.live()
    news = declare(live, "Database", projectId=home, name="orders")
    assert DATABASE.create(live, news)[1]["logicalId"] == news["logicalId"]


def test_a_flag_that_came_meanwhile_keeps_a_database(service: Service) -> None:
    """A 403 is looked into by what the service shows now: the default database lives on, and nothing is an error."""
    live, home = service.live(), service.project()["id"]
    made = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    live = service.live()
    assert not live.databases(home)[made[0].removeprefix("db_")].is_default
    service.databases[made[0]]["isDefault"] = True
    DATABASE.delete(live, *made)
    assert "is the default database of project" in service.notes[-1]


def test_a_database_that_is_gone_by_its_refusal_is_deleted(service: Service) -> None:
    """A 403 for what somebody else has deleted by then is a deletion that is done."""
    live, home = service.live(), service.project()["id"]
    made = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    service.before.append(lambda request: gone(service, made[0], request))
    service.fail("DELETE", "/v1/databases/.*", refusal(403, "no access"))
    DATABASE.delete(service.live(), *made)
    assert not service.databases


def gone(service: Service, database_id: str, request: httpx.Request) -> None:
    """Somebody deletes it while its deletion is asked for."""
    if request.method == "DELETE":
        service.databases.pop(database_id, None)


def test_nothing_is_deleted_with_another_workspace_s_token(service: Service) -> None:
    """What a token of another workspace cannot see is not gone, and no DELETE is sent for it."""
    service.project()
    with pytest.raises(errors.ConfigurationError, match="wksp_2"):
        DATABASE.delete(service.live(), "db_9", {"projectId": "proj_1", "workspaceId": "wksp_2"})
    assert not service.sent("DELETE")
