"""A service that is late, sparse or strict, as its contract lets it be: nothing is lost, and nothing made twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.adoption import inventory
from prisma_provider.api.client import Client
from prisma_provider.diff import GONE, PROJECT_GONE, UNKNOWN
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers.create_connection import LAG
from prisma_provider.live.intents import Intents
from prisma_provider.network.retries import time_limit
from prisma_provider.plugin import reading
from prisma_provider.settings import Settings, Token
from unit.service import Service, declare, handler, refusal

PROJECT, BRANCH, DATABASE, CONNECTION, RESTORE = map(
    handler, ("Project", "Branch", "Database", "Connection", "Restore")
)
CUT = httpx.RemoteProtocolError("cut")
Made = tuple[str, dict[str, Any]]


@pytest.fixture
def home(service: Service) -> str:
    """A project."""
    return str(service.project()["id"])


def make(service: Service, home: str, **inputs: Any) -> Made:
    """A database that an earlier run made; the log begins after it."""
    live = service.live()
    made = DATABASE.create(live, declare(live, "Database", projectId=home, **{"name": "orders", **inputs}))
    service.log.clear()
    return made


def declared(service: Service, made: Made, **inputs: Any) -> tuple[Any, dict[str, Any]]:
    """The next run, and what it declares."""
    live = service.live()
    given = {"projectId": made[1]["projectId"], "name": made[1]["name"], **inputs}
    return live, declare(live, "Database", made[1], **given)


def answering(
    service: Service, method: str, path: str, change: Callable[[dict[str, Any]], Any], *, times: int = -1
) -> None:
    """Let the service show something else than it holds: `change` is given a copy of every answer's body."""
    left = [times]

    def fault(request: httpx.Request) -> httpx.Response | None:
        if request.method != method or request.url.path != path or not left[0]:
            return None
        left[0] -= 1
        told = service._route(request, json.loads(request.content) if request.content else None)
        body = json.loads(told.content)
        change(body)
        return httpx.Response(told.status_code, json=body)

    service.before.append(fault)


# what an answer lacks


def nowhere(body: dict[str, Any]) -> None:
    """No answer names a region."""
    for database in body["data"] if isinstance(body["data"], list) else [body["data"]]:
        database["region"] = None


@pytest.mark.parametrize("inputs", [{"region": "us-east-1", "allowReplace": True}, {"region": "inherit"}, {}])
def test_a_region_that_is_not_named_is_not_another_one(service: Service, home: str, inputs: dict[str, Any]) -> None:
    """A service that names no region never has my database replaced, nor its edits refused."""
    for method, path in (("POST", "/v1/databases"), ("GET", "/v1/databases")):
        answering(service, method, path, nowhere)
    for number in range(1, 9):
        answering(service, "GET", f"/v1/databases/db_{number}", nowhere)
    made = make(service, home, **inputs)
    for _ in range(2):
        live, news = declared(service, made, **inputs)
        assert not DATABASE.diff(live, *made, news)
    live, news = declared(service, made, **{**inputs, "name": "sales"})
    assert [change.how for change in DATABASE.diff(live, *made, news).changes] == ["patch"]


def test_a_region_that_is_not_named_is_no_reason_against_an_adoption(service: Service, home: str) -> None:
    """What the service does not say cannot contradict what I declare."""
    there = service.database(home, region=None)
    live = service.live()
    DATABASE.create(
        live, declare(live, "Database", projectId=home, name="orders", region="us-east-1", adopt=there["id"])
    )
    assert service.sent() == []


def test_another_region_is_refused_though_none_is_named(service: Service, home: str) -> None:
    """What I declared when it was made is what another region is compared with."""
    made = make(service, home, region="us-east-1")
    service.databases[made[0]]["region"] = None
    live, news = declared(service, made, region="eu-central-1")
    with pytest.raises(errors.Refused, match='"us-east-1" live'):
        DATABASE.diff(live, *made, news)


def test_what_the_answer_to_a_create_lacked_is_asked_for(service: Service, home: str) -> None:
    """A create that is answered before there are connections still exports connection strings in the end."""

    def early(body: dict[str, Any]) -> None:
        body["data"] |= {"status": "provisioning", "region": None, "defaultConnectionId": None, "connections": []}

    answering(service, "POST", "/v1/databases", early)
    _, outputs = make(service, home)
    assert outputs["directUrl"].startswith("postgresql://")
    assert outputs["defaultConnectionId"]
    assert (outputs["region"], outputs["status"]) == ("eu-central-1", "ready")


def test_a_database_without_a_default_connection(service: Service, home: str) -> None:
    """A service that makes none is no error: I am told to declare a Connection."""

    def bare(body: dict[str, Any]) -> None:
        body["data"] |= {"defaultConnectionId": None, "connections": []}

    answering(service, "POST", "/v1/databases", bare)
    for number in range(1, 9):
        answering(service, "GET", f"/v1/databases/db_{number}", bare)
    assert make(service, home)[1].get("directUrl") is None
    (note,) = service.notes
    assert "declare a Connection" in note


def test_endpoints_that_are_not_named_are_those_of_before(service: Service, home: str) -> None:
    """A list that shows a connection without its hosts does not take them out of my outputs."""
    database_id, _ = make(service, home)
    live = service.live()
    made = CONNECTION.create(live, declare(live, "Connection", databaseId=database_id, name="web"))

    def shown(body: dict[str, Any]) -> None:
        for database in body["data"]:
            database["connections"] = [{**each, "endpoints": {}} for each in database["connections"]]

    answering(service, "GET", "/v1/databases", shown)
    found = CONNECTION.read(service.live(), *made)
    assert found is not None
    assert (found["host"], found["pooledHost"], found["port"]) == ("db.example", "pooled.example", 5432)


# what comes late


def test_a_list_behind_an_earlier_run(service: Service, home: str) -> None:
    """A list that still shows what I renamed a moment ago is no drift: it is asked for by id, and nothing is sent."""
    made = make(service, home, name="sales")
    answering(service, "GET", "/v1/databases", lambda body: [each.update(name="orders") for each in body["data"]])
    live, news = declared(service, made)
    assert not DATABASE.diff(live, *made, news)
    DATABASE.update(live, *made, news)
    assert [path for _, path, _ in service.sent("GET")].count(f"databases/{made[0]}") == 1
    assert (DATABASE.read(service.live(), *made) or {})["name"] == "sales"
    assert service.sent() == []


def test_a_list_behind_a_promotion_of_this_run(service: Service, home: str) -> None:
    """A database that lost the flag to another of this run has lost it, however late the list and the answer by id."""
    old, new = make(service, home, isDefault=True), make(service, home, name="new", identity="new")
    live, news = declared(service, new, isDefault=True)
    DATABASE.update(live, *new, news)
    service.databases[old[0]]["isDefault"] = True
    given = declare(live, "Database", old[1], projectId=home, name="orders", isDefault=False)
    assert DATABASE.update(live, *old, given)["isDefault"] is False


def test_a_list_behind_a_delete(service: Service, home: str) -> None:
    """What a list still shows and the service no longer has is gone, where the list gives reason to ask."""
    made = make(service, home)
    ghost = service._show("databases", {**service.databases.pop(made[0]), "name": "other"})
    answering(service, "GET", "/v1/databases", lambda body: body["data"].append(ghost))
    live, news = declared(service, made)
    assert DATABASE.diff(live, *made, news) == GONE


@pytest.mark.parametrize("acted", [True, False])
def test_a_connection_whose_list_lags_for_seconds(service: Service, home: str, acted: bool) -> None:
    """After a lost answer I wait for what lists do not show yet, before anything is made a second time."""
    database_id, _ = make(service, home)
    service.fail("POST", "/v1/connections", CUT, acted=acted)
    hidden: set[str] = set()

    def lagging(body: dict[str, Any]) -> None:
        hidden.update(each["id"] for each in service.connections.values() if each["name"] == "web")
        found = body["data"] if isinstance(body["data"], list) else body["data"]["connections"]
        found[:] = [each for each in found if each["id"] not in hidden]

    answering(service, "GET", "/v1/connections", lagging, times=4)
    answering(service, "GET", f"/v1/databases/{database_id}", lagging, times=4)
    live = service.live()
    CONNECTION.create(live, declare(live, "Connection", databaseId=database_id, name="web"))
    assert [each["name"] for each in service.connections.values()].count("web") == 1


@pytest.mark.parametrize("limit", [0.05, 1.0])
def test_the_limit_does_not_shorten_the_look(service: Service, home: str, limit: float) -> None:
    """However short the limit, a lost connection is looked for as long as lists may lag, and asked for once more."""
    database_id, _ = make(service, home)
    service.fail("POST", "/v1/connections", CUT)
    slept: list[float] = []
    live = service.live(retry_limit=limit)
    live.client._sleep = slept.append
    CONNECTION.create(live, declare(live, "Connection", databaseId=database_id, name="web"))
    assert sum(slept) >= LAG
    assert len(service.sent("POST")) == 2


def test_a_branch_that_another_hand_made_just_now(service: Service, home: str) -> None:
    """A conflict is no lost answer: a branch that no list showed yet is another's, and named."""
    service.branch(home, "main")
    theirs = service.branch(home, "pr-7")
    answering(
        service,
        "GET",
        f"/v1/projects/{home}/branches",
        lambda body: body.update(data=[each for each in body["data"] if each["gitName"] != "pr-7"]),
        times=3,
    )
    live = service.live()
    with pytest.raises(errors.Refused, match=theirs["id"]):
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))
    live = service.live()
    assert BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7", adopt=True))[0] == theirs["id"]


@pytest.mark.parametrize("by_name", [True, False])
def test_a_branch_whose_list_lags(service: Service, home: str, by_name: bool) -> None:
    """A branch whose answer was lost, and that no list shows yet, is found all the same."""
    service.branch(home, "main")
    service.fail("POST", "/v1/projects/.*/branches", CUT, acted=True)
    looks = []

    def lagging(body: dict[str, Any]) -> None:
        looks.append(1)
        if len(looks) < 5:
            body["data"] = [each for each in body["data"] if each["gitName"] != "pr-7"]

    answering(service, "GET", f"/v1/projects/{home}/branches", lagging)
    live = service.live()
    if by_name:
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", branchGitName="pr-7"))
    else:
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))
    assert [each["gitName"] for each in service.branches.values()] == ["main", "pr-7"]


def test_a_branch_that_clashes_with_what_no_list_shows(service: Service, home: str) -> None:
    """A conflict that does not clear up says what to do."""
    service.fail("POST", "/v1/projects/.*/branches", refusal(409, "branch exists"), times=-1)
    live = service.live(retry_limit=0.01)
    with pytest.raises(errors.Conflict, match="What to do: run `pulumi up` again"):
        BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))


def test_a_restore_whose_list_lags(service: Service, home: str) -> None:
    """A list that shows a database as ready, as it was before its restore, is not its end."""
    database_id, _ = make(service, home)
    backup = service.backup(database_id)
    service.status_after_restore = "recovering"
    answering(service, "GET", "/v1/databases", lambda body: [each.update(status="ready") for each in body["data"]])
    looks = []

    def restoring(request: httpx.Request) -> None:
        if request.method == "GET" and request.url.path == f"/v1/databases/{database_id}" and service.restored:
            looks.append(1)
            if len(looks) == 3:
                service.databases[database_id]["status"] = "ready"

    service.before.append(restoring)
    live = service.live()
    given: dict[str, Any] = {"databaseId": database_id, "backupId": backup, "confirmDatabaseName": "orders"}
    RESTORE.create(live, declare(live, "Restore", **given))
    assert service.databases[database_id]["status"] == "ready"


@pytest.mark.parametrize("kind", ["Project", "Branch"])
def test_what_was_emptied_just_now_is_deleted_in_a_moment(service: Service, home: str, kind: str) -> None:
    """A service that takes a moment to see that nothing is left in it is asked again."""
    service.branch(home, "main")
    live = service.live()
    branch_id, branch = BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="pr-7"))
    database = make(service, home, branchId=branch_id)
    live = service.live()
    DATABASE.delete(live, *database)
    if kind == "Branch":
        service.fail("DELETE", "/v1/branches/.*", refusal(409, "Branch still has live member resources."), times=2)
        BRANCH.delete(live, branch_id, branch)
        assert branch_id not in service.branches
    else:
        service.fail("DELETE", "/v1/projects/.*", refusal(400, "existing dependencies"), times=2)
        PROJECT.delete(live, home, {"name": "shop"})
        assert service.projects == {}


def test_a_create_that_was_lost_for_good_says_what_may_be_left(service: Service) -> None:
    """When the limit is reached and nobody can tell, I read that the next run looks for it."""
    service.fail("POST", "/v1/projects", CUT, times=-1)
    service.before.append(lambda request: CUT if service.sent("POST") else None)
    live = service.live(retry_limit=0.01)
    with pytest.raises(errors.LostResponse, match="What to do: it may have been made all the same"):
        PROJECT.create(live, declare(live, "Project", name="shop"))


def test_a_project_that_went_while_a_workspace_was_read(service: Service, home: str) -> None:
    """An operator's table leaves out what another hand deletes meanwhile, and does not fail for it."""
    gone = service.project("gone")["id"]
    service.database(home)
    service.fail("GET", f"/v1/projects/{gone}/branches", refusal(404, "Project not found"))
    assert [each.project.id for each in inventory.read(service.live().client)] == [home]


# what is refused


def test_a_project_whose_lists_are_refused_once_it_is_gone(service: Service, home: str) -> None:
    """A 403 for what a project held is no reason to be stuck, where the project itself is gone."""
    made = make(service, home)
    service.projects.clear()
    service.databases.clear()
    service.fail("GET", "/v1/databases", refusal(403, "no access to the requested databases"), times=-1)
    service.fail("GET", "/v1/projects/.*/branches", refusal(403, "no access"), times=-1)
    live, news = declared(service, made)
    assert DATABASE.diff(live, *made, news) == PROJECT_GONE
    assert BRANCH.read(live, "br_1", {"projectId": home}) is None
    PROJECT.delete(service.live(), home, {"name": "shop", "workspaceId": "wksp_1"})


def test_a_project_that_is_there_and_may_not_be_listed(service: Service, home: str) -> None:
    """Without access to a project that exists, nothing is taken as gone."""
    made = make(service, home)
    service.fail("GET", "/v1/databases", refusal(403, "no access"), times=-1)
    live, news = declared(service, made)
    with pytest.raises(errors.Forbidden):
        DATABASE.diff(live, *made, news)


def test_a_flag_that_is_refused_takes_no_rename_with_it(service: Service, home: str) -> None:
    """A service that takes no flag in a PATCH still renames, and the flag alone is the error."""
    made = make(service, home)

    def strict(request: httpx.Request) -> httpx.Response | None:
        flagged = request.method == "PATCH" and "isDefault" in json.loads(request.content)
        return refusal(422, "Unrecognized key: isDefault") if flagged else None

    service.before.append(strict)
    live, news = declared(service, made, name="sales", isDefault=True)
    with pytest.raises(errors.Rejected, match="isDefault=true") as error:
        DATABASE.update(live, *made, news)
    assert "leave is_default out" in str(error.value)
    assert [body for _, _, body in service.sent()] == [
        {"name": "sales", "isDefault": True},
        {"name": "sales"},
        {"isDefault": True},
    ]
    assert service.databases[made[0]]["name"] == "sales"


def test_a_refusal_without_a_word_is_not_quoted(service: Service, home: str) -> None:
    """What Prisma says is what Prisma said."""
    made = make(service, home)
    service.fail("PATCH", "/v1/databases/.*", httpx.Response(403, text="<html>"))
    live, news = declared(service, made, name="sales")
    with pytest.raises(errors.Forbidden) as error:
        DATABASE.update(live, *made, news)
    assert "Prisma says" not in str(error.value)
    assert 'name="sales"' in str(error.value)


def test_a_region_that_is_not_known_yet_blocks_no_preview(service: Service) -> None:
    """A project whose region comes from a resource that changes is compared by the update, not refused before it."""
    live = service.live()
    made = PROJECT.create(live, declare(live, "Project", name="two", region="eu-central-1"))
    live = service.live()
    assert not PROJECT.diff(live, *made, declare(live, "Project", made[1], name="two", region=UNKNOWN))


def test_what_is_kept_on_purpose_is_no_obstacle(service: Service, home: str) -> None:
    """adopt=False makes another one beside what has the key of this resource (`retain_on_delete`)."""
    kept, _ = make(service, home)
    live = service.live()
    with pytest.raises(errors.Refused, match="adopt=False"):
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders"))
    live = service.live()
    made, _ = DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", adopt=False))
    assert set(service.databases) == {kept, made}
    assert any("left alone" in note for note in service.notes)


# what failed


def test_a_database_that_failed_is_renamed_and_never_said_to_be_deleted(service: Service, home: str) -> None:
    """A database that worked and fails now may hold data: no advice costs it, and its edits are applied."""
    made = make(service, home)
    service.databases[made[0]]["status"] = "failure"
    live, news = declared(service, made, name="sales")
    with pytest.raises(errors.NotReady) as error:
        DATABASE.update(live, *made, news)
    assert "out of the program" not in str(error.value)
    assert "backups" in str(error.value)
    assert service.databases[made[0]]["name"] == "sales"


def test_a_failed_database_gets_no_connection(service: Service, home: str) -> None:
    """Credentials of what does not work are an error, in either host."""
    there = service.database(home, status="failure")
    live = service.live()
    with pytest.raises(errors.NotReady, match="failure"):
        CONNECTION.create(live, declare(live, "Connection", databaseId=there["id"], name="web"))
    assert service.sent() == []


# the default database, which goes only with its project


def default(service: Service, home: str, intents: Intents, key: str | None = None) -> Made:
    """A default database that was asked to go in a run that did not come to its project."""
    made = make(service, home, isDefault=True)
    service.databases[made[0]]["logicalId"] = key or made[1]["logicalId"]
    live = service.live(retry_limit=0.0, intents=intents)
    DATABASE.delete(live, *made)
    service.fail("DELETE", "/v1/projects/.*", httpx.Response(500))
    with pytest.raises(errors.ServiceFailed):
        PROJECT.delete(live, home, {"name": "shop"})
    return made


def test_a_database_that_was_taken_out_is_not_destroyed_later(service: Service, home: str, tmp_path: Path) -> None:
    """What I was told lives on, with its data, is not lost when another run deletes its project."""
    intents = Intents(tmp_path)
    made = make(service, home, isDefault=True)
    DATABASE.delete(service.live(intents=intents), *made)
    with pytest.raises(errors.Refused, match="would be destroyed with it"):
        PROJECT.delete(service.live(intents=intents), home, {"name": "shop"})
    assert list(tmp_path.iterdir()) == []


def test_a_destroy_that_failed_is_finished_by_the_next(service: Service, home: str, tmp_path: Path) -> None:
    """Once I was told that the default database goes with its project, the next `destroy` lets both go."""
    intents = Intents(tmp_path)
    default(service, home, intents, "terraform")
    PROJECT.delete(service.live(intents=intents), home, {"name": "shop"})
    assert service.projects == {}


def test_a_destroy_that_failed_is_finished_a_month_later_on_another_machine(service: Service, home: str) -> None:
    """What a run was asked to delete together with its project is known to every machine, for good."""
    made = default(service, home, Intents())
    assert service.databases[made[0]]["logicalId"].startswith(f"{made[1]['logicalId']}-deleting-")
    PROJECT.delete(service.live(), home, {"name": "shop"})
    assert service.projects == {}


@pytest.mark.parametrize(
    ("key", "since"),
    [
        *((None, since) for since in ("a connection", "an adoption", "an import")),
        *(("terraform", since) for since in ("a connection", "an adoption", "an import", "an hour", "another default")),
    ],
)
def test_what_is_somebody_s_again_stays(
    service: Service, home: str, tmp_path: Path, key: str | None, since: str
) -> None:
    """A database that got a connection or was taken over since is not taken along; nor, where only this machine knows
    that it was to go, after an hour."""
    intents = Intents(tmp_path)
    made = default(service, home, intents, key)
    if since == "a connection":
        service.connection(made[0], "theirs", createdAt="2026-01-02T00:00:00Z")
    elif since == "an adoption":
        live = service.live(intents=intents)
        DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", adopt=made[0]))
    elif since == "an import":
        reading.imported(service.live(intents=intents), "Database", made[0])
    elif since == "an hour":
        for file in tmp_path.iterdir():
            os.utime(file, (0, 0))
    else:
        service.database(home, "other", isDefault=True)
    held = [made[0]] if since == "an import" else []
    with pytest.raises(errors.Refused, match="would be destroyed with it"):
        PROJECT.delete(service.live(intents=intents, held=held), home, {"name": "shop"})


def replaced(service: Service, made: Made) -> Any:
    """A run that replaces a database: its successor is made, then it is deleted."""
    live, news = declared(service, made, region="us-east-1", allowReplace=True)
    assert DATABASE.diff(live, *made, news).replaces() == ["region"]
    successor, _ = DATABASE.create(
        live, declare(live, "Database", **{k: v for k, v in news.items() if k != "logicalId"})
    )
    DATABASE.delete(live, *made)
    return successor


def test_a_successor_takes_the_flag_over(service: Service, home: str) -> None:
    """A default database that is replaced goes, and its successor is the default."""
    made = make(service, home)
    service.databases[made[0]]["isDefault"] = True
    successor = replaced(service, made)
    assert list(service.databases) == [successor]
    assert service.databases[successor]["isDefault"]


def test_a_successor_takes_the_flag_over_in_a_later_run(service: Service, home: str) -> None:
    """A replacement that broke off before its last step is finished by the next run."""
    made = make(service, home)
    service.databases[made[0]]["isDefault"] = True
    live, news = declared(service, made, region="us-east-1", allowReplace=True)
    del news["logicalId"]
    successor, _ = DATABASE.create(live, declare(live, "Database", **news))
    later = service.live(held=[made[0], successor])
    DATABASE.delete(later, *made)
    assert list(service.databases) == [successor]


def test_a_successor_that_does_not_get_the_flag(service: Service, home: str) -> None:
    """Where the service does not give the flag, the old one lives on, and I am told."""
    made = make(service, home)
    service.databases[made[0]]["isDefault"] = True
    service.fail("PATCH", "/v1/databases/.*", refusal(422, "no such key"), times=-1)
    successor = replaced(service, made)
    assert set(service.databases) == {made[0], successor}
    assert any("does not get the default flag" in note for note in service.notes)
    assert any("lives on" in note for note in service.notes)


# how it is asked


@pytest.mark.parametrize("asked", ["0", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_service_that_asks_for_no_pause_gets_one(service: Service, asked: str) -> None:
    """A failing service is not hammered, whatever it says of when to come again, and not for ever."""
    slept: list[float] = []

    def client(retry_limit: float) -> Client:
        settings = Settings(Token("secret-token", "the test"), "http://127.0.0.1:1", retry_limit=retry_limit)
        return Client(settings, transport=httpx.MockTransport(service._answer), sleep=slept.append)

    service.fail("GET", "/v1/me", refusal(503, "busy", **{"Retry-After": asked}), times=4)
    client(retry_limit=600.0).me()
    assert len([seconds for seconds in slept if seconds > 0]) == 4
    service.fail("GET", "/v1/me", refusal(503, "busy", **{"Retry-After": "1"}), times=-1)
    with time_limit(600), pytest.raises(errors.ServiceFailed):
        client(retry_limit=0.0).me()


def test_a_late_service_is_asked_when_it_says(service: Service) -> None:
    """A service that asks for more than my limit is asked once more when it wants to be."""
    service.fail("GET", "/v1/me", refusal(503, "busy", **{"Retry-After": "30"}))
    service.live(retry_limit=1.0).verify()
    assert len(service.log) == 2


def test_an_object_that_moved_between_pages_is_one(service: Service, home: str) -> None:
    """A list that grows while it is read shows one object twice: it is one object."""
    for name in ("a", "b", "c"):
        service.database(home, name)
    service.page = 2

    def shifted(request: httpx.Request) -> httpx.Response | None:
        if request.url.params.get("cursor"):
            request.url = request.url.copy_merge_params({"cursor": "3"})
        return None

    service.before.append(shifted)
    client = service.live().client
    assert [each["name"] for each in FUNCTIONS["getDatabases"](client, {})["databases"]] == ["a", "b", "c"]
    assert FUNCTIONS["getDatabase"](client, {"name": "b"})["name"] == "b"


def test_pages_that_go_in_a_circle_are_an_error(service: Service) -> None:
    """A list without an end is named."""
    pages = iter(("1", "2", "1"))

    def circle(request: httpx.Request) -> httpx.Response:
        pagination = {"hasMore": True, "nextCursor": next(pages)}
        return httpx.Response(200, json={"data": [], "pagination": pagination})

    service.before.append(circle)
    with pytest.raises(errors.MalformedResponse, match="there is more"):
        service.live().client.databases()
