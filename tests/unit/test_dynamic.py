"""The dynamic host: translation between Pulumi and the handlers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi import dynamic
from pulumi.output import Unknown

from prisma_provider import dynamic as host
from prisma_provider.errors import ConfigurationError, Refused
from prisma_provider.live import state
from prisma_provider.live.state import Entry
from prisma_provider.network.retries import time_left
from unit.service import Service, refusal, urn_of


@pytest.fixture
def process(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A provider's process that has been configured."""
    monkeypatch.setattr(host, "_process", host._Process())
    host._process._live = service.live()
    limit = getattr(sys, "tracebacklimit", None)
    yield service
    if limit is None and hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


PROJECT, BRANCH, DATABASE = host.ProjectProvider(), host.BranchProvider(), host.DatabaseProvider()
RESTORE = host.RestoreProvider()
REFERENCE = {"__provider": "pickled"}


def checked(news: dict[str, Any]) -> dict[str, Any]:
    """Inputs that pass."""
    result = DATABASE.check({}, {**REFERENCE, "identity": "orders-" + "0" * 16, **news})
    assert not result.failures
    return result.inputs


def test_a_missing_setting_is_reported_by_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token the configuration of the provider does not fail; `check` says it cleanly."""
    monkeypatch.setattr(host, "_process", host._Process())
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    host._process.configure(lambda name: None)
    (failure,) = DATABASE.check({}, {"name": "orders"}).failures
    assert "no token" in failure.reason
    with pytest.raises(Exception, match="no token"):
        DATABASE.delete("db_1", {})


def test_a_token_that_is_not_valid_is_reported_by_check(process: Service) -> None:
    """A wrong token is one failure of `check`, with the way out."""
    process.fail("GET", "/v1/me", refusal(401, "bad token"))
    (failure,) = DATABASE.check({}, {"name": "orders"}).failures
    assert "PRISMA_SERVICE_TOKEN" in failure.reason


def test_a_token_is_asked_about_only_for_what_is_new(process: Service) -> None:
    """What is there is compared with live, which tells a wrong token, too: its check asks nothing."""
    home = process.project()["id"]
    inputs = checked({"projectId": home, "name": "orders"})
    process.log.clear()
    assert not DATABASE.check(inputs, {**REFERENCE, "projectId": home, "name": "sales"}).failures
    assert not process.log
    process.fail("GET", "/v1/.*", refusal(401, "bad token"), times=9)
    with pytest.raises(Exception, match="PRISMA_SERVICE_TOKEN") as error:
        DATABASE.diff("db_1", {**inputs, "workspaceId": "wksp_1"}, inputs)
    assert type(error.value).__name__ == "Unauthorized"


def test_a_refusal_reads_as_its_sentence(process: Service) -> None:
    """What the user reads at the end of a traceback is the kind of error and its sentence, no module path."""
    home = process.project()["id"]
    made = process.database(home)["id"]
    with pytest.raises(Exception, match="not replaced") as error:
        DATABASE.diff(made, {**REFERENCE, "projectId": home}, {"projectId": home, "name": "x", "region": "us-east-1"})
    assert type(error.value).__module__ == "builtins"
    assert type(error.value).__name__ == Refused.__name__


def test_unknown_values_come_through(process: Service) -> None:
    """What Pulumi does not know yet is passed on as unknown, at any depth, and comes back as it was."""
    unknown = Unknown()  # type: ignore[no-untyped-call]
    source = {"type": "database", "databaseId": unknown}
    inputs = checked({"projectId": unknown, "name": "orders", "source": source})
    assert inputs["projectId"] is unknown
    assert inputs["source"] is source
    assert "identity" not in inputs


def test_the_logical_id_is_made_once(process: Service) -> None:
    """The idempotency key of a resource is made by its first check and carried on by the next ones."""
    home = process.project()["id"]
    first = checked({"projectId": home, "name": "orders"})
    again = DATABASE.check(first, {**REFERENCE, "identity": "other", "projectId": home, "name": "sales"})
    assert again.inputs["logicalId"] == first["logicalId"]
    assert checked({"projectId": home, "name": "orders"})["logicalId"] != first["logicalId"]


def test_nothing_differs_is_said_as_such(process: Service) -> None:
    """No change is False, not "let the engine guess"; and a missing object is an empty id."""
    inputs = {"projectId": process.project()["id"], "name": "orders", "logicalId": "x"}
    created = DATABASE.create({**REFERENCE, **inputs})
    assert created.outs is not None
    assert DATABASE.diff(created.id, created.outs, inputs).changes is False
    process.databases.clear()
    host._process._live = process.live()
    read = DATABASE.read(created.id, created.outs)
    assert (read.id, read.outs) == ("", {})


def test_what_comes_from_the_plugin_is_recorded(process: Service) -> None:
    """A resource that the plugin made lacks the reference to this provider in state: an update that sends nothing."""
    inputs = {"projectId": process.project()["id"], "name": "orders", "logicalId": "x"}
    created = DATABASE.create(inputs)
    assert created.outs is not None
    process.log.clear()
    assert DATABASE.diff(created.id, created.outs, {**REFERENCE, **inputs}).changes is True
    assert DATABASE.diff(created.id, {**REFERENCE, **created.outs}, {**REFERENCE, **inputs}).changes is False
    DATABASE.update(created.id, created.outs, {**REFERENCE, **inputs})
    assert not process.sent()


def test_drift_is_reported_with_both_values(process: Service) -> None:
    """A difference from live is one line: what is live, what is declared, what will be sent."""
    inputs = {"projectId": process.project()["id"], "name": "orders", "logicalId": "x"}
    created = DATABASE.create(inputs)
    assert created.outs is not None
    process.databases[created.id]["name"] = "by-hand"
    host._process._live = process.live()
    result = DATABASE.diff(created.id, created.outs, inputs)
    assert (result.changes, result.replaces) == (True, [])
    (line,) = process.notes
    assert f'database "orders" ({created.id}): name is "by-hand" live, "orders" declared' in line
    assert 'PATCH {"name": "orders"}' in line


def test_what_is_only_known_after_the_update_is_said(process: Service) -> None:
    """I move a database to a branch that this run makes: the preview shows no change, and says that one may follow."""
    inputs = {"projectId": process.project()["id"], "name": "orders", "logicalId": "x"}
    created = DATABASE.create(inputs)
    assert created.outs is not None
    unknown = Unknown()  # type: ignore[no-untyped-call]
    assert DATABASE.diff(created.id, created.outs, {**inputs, "branchId": unknown}).changes is False
    (line,) = process.notes
    assert line.endswith("its branchId is only known after the update, and is sent if it is another one.")
    process.notes.clear()
    DATABASE.diff(created.id, created.outs, {**inputs, "branchId": unknown, "ignoreChanges": ["branchId"]})
    assert not [line for line in process.notes if "known after" in line]


def test_every_operation_verifies_the_workspace_where_one_is_set(process: Service) -> None:
    """With prisma:workspaceId set, a delete against another workspace sends nothing."""
    host._process._live = process.live(workspace_id="wksp_2")
    with pytest.raises(Exception, match="workspaceId"):
        PROJECT.delete("proj_1", {"name": "shop"})
    assert not process.sent()


def test_a_deletion_is_that_of_its_own_resource(process: Service) -> None:
    """I take one of two resources of one database out: it stays. I take the last one out: it is deleted."""
    home = process.project()["id"]
    made = process.database(home)["id"]
    request = SimpleNamespace(urn=urn_of("Database", "orders"))  # as Pulumi's host has it in the calling method
    orders, sales = (Entry(urn_of("Database", name), made) for name in ("orders", "sales"))
    host._process._live = process.live(held=[orders, sales])
    DATABASE.delete(made, {**REFERENCE, "projectId": home})
    assert made in process.databases, request
    assert "sales" in process.notes[-1]
    host._process._live = process.live(held=[orders])
    DATABASE.delete(made, {**REFERENCE, "projectId": home})
    assert made not in process.databases


def test_a_deletion_has_its_settings_and_its_time(process: Service) -> None:
    """force_destroy is heard, and a deletion has the time that custom_timeouts give to deletions."""
    home = process.project()["id"]
    process.database(home, "precious")
    seen: list[float] = []
    process.before.append(lambda request: seen.append(time_left()) if request.method == "DELETE" else None)
    given = {**REFERENCE, "name": "shop", "forceDestroy": True, "customTimeouts": {"delete": "1m"}}
    PROJECT.delete(home, given)
    assert not process.projects
    assert 0 < seen[0] <= 60


def test_a_comparison_has_the_time_of_an_update(process: Service) -> None:
    """A preview waits no longer for the service than custom_timeouts gives to updates."""
    home = process.project()["id"]
    seen: list[float] = []
    process.before.append(lambda request: seen.append(time_left()))
    given = {**REFERENCE, "name": "p", "customTimeouts": {"update": "1m"}}
    PROJECT.diff(home, given, given)
    assert 0 < min(seen) <= 60  # what is read ahead for others has its own time


def test_a_replacement_makes_the_new_one_first(process: Service) -> None:
    """The old database lives until the new one is there: a creation that fails has cost nothing."""
    home = process.project()["id"]
    made = process.database(home)["id"]
    news = {"projectId": home, "name": "orders", "region": "us-east-1", "allowReplace": True}
    found = DATABASE.diff(made, {**REFERENCE, "projectId": home}, news)
    assert (found.replaces, found.delete_before_replace) == (["region"], False)


def test_configure_reads_pulumi_s_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of Pulumi's configuration is used, and a second configuration changes nothing."""
    monkeypatch.setattr(host, "_process", host._Process())
    monkeypatch.setattr(sys, "tracebacklimit", 5, raising=False)
    config = dynamic.Config({"prisma:serviceToken": "prsc_1"}, "shop")
    for provider in (PROJECT, DATABASE):
        provider.configure(dynamic.ConfigureRequest(config))
    assert host._process.live().client.settings.token.value == "prsc_1"
    assert sys.tracebacklimit == 0
    host._process.live().client.close()
    assert issubclass(ConfigurationError, Exception)


def test_a_branch_that_is_gone_is_reported_as_gone(process: Service) -> None:
    """A refresh of a branch that was deleted by hand removes it from state; a `.get` of nothing is an error."""
    home = process.project()["id"]
    process.branch(home, "main")
    created = BRANCH.create({"projectId": home, "gitName": "feature"})
    assert created.outs is not None
    process.branches.clear()
    host._process._live = process.live()
    assert BRANCH.read(created.id, created.outs).id == ""
    with pytest.raises(Exception, match="There is no branch"):
        BRANCH.read("br_99", dict(REFERENCE))
    process.log.clear()
    with pytest.raises(Exception, match="There is no branch"):
        BRANCH.read("br 99\n", dict(REFERENCE))
    assert not process.log


def test_a_check_ends_too(process: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that asks for an hour of patience is told by `check`, within the time limit."""
    process.fail("GET", "/v1/me", refusal(429, "slow down", **{"Retry-After": "3600"}), times=-1)
    (failure,) = DATABASE.check({}, {"name": "orders"}).failures
    assert "too many requests" in failure.reason


EXPORT = """\
#!/bin/sh
echo "$*" > "$0.asked"
entry() { printf '"type": "prisma:index:%s", "urn": "urn:pulumi:dev::shop::prisma:index:%s::x"' "$1" "$1"; }
echo '{"deployment": {"resources": [{"type": "pulumi:pulumi:Stack"}, {'$(entry Database)', "id": "db_c123"},
{'$(entry Database)', "id": "db_c8", "external": true}, {'$(entry Restore)', "id": "db_c9"}],
"pending_operations": [
{"type": "creating", "resource": {'$(entry Connection)', "inputs": {"name": "web"}}},
{"type": "updating", "resource": {}}]}}'
"""


@pytest.mark.posix
def test_state_is_asked_of_the_cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the stack holds, and what it began, is what the CLI exports of it; where it cannot, nothing is known."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert state.recorded("organization/shop/dev").problem == "there is no `pulumi` on PATH"
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(EXPORT)
    pulumi.chmod(0o755)
    assert state.recorded(None).problem == "the name of the stack is not known here"
    found = state.recorded("organization/shop/dev")
    assert found.holds("db_c123")
    assert found.holds("c123")
    assert not any(found.holds(other) for other in ("db_c124", "db_c8", "db_c9"))
    assert [dict(entry.inputs) for entry in found.begun] == [{"name": "web"}]
    assert not found.problem
    assert "--stack organization/shop/dev" in Path(f"{pulumi}.asked").read_text()
    failed, other = "`pulumi stack export` ended with status 1", "its export is not what Pulumi writes"
    for says, why in (("exit 1", failed), ("echo nonsense", other)):
        pulumi.write_text(f"#!/bin/sh\n{says}\n")
        assert why in state.recorded("organization/shop/dev").problem
    pulumi.write_text("""#!/bin/sh\necho '{"deployment": null}'\n""")
    assert state.recorded("organization/shop/dev") == state.Recorded(stack="organization/shop/dev")


def test_an_ordinary_run_never_asks_for_state(process: Service) -> None:
    """Reading state costs a process: where nothing is left behind, nothing is asked."""

    def refuse() -> Any:
        raise AssertionError("state was asked for")

    host._process._live = process.live()
    host._process._live._read_state = refuse
    mark = "organization/shop/dev/orders-" + "0" * 16
    inputs = checked({"projectId": process.project()["id"], "name": "orders", "identity": mark})
    assert inputs["logicalId"].startswith("orders-0000000000000000-")
    DATABASE.create(inputs)
    assert host._process.stack == "organization/shop/dev"


def test_a_rotation_and_a_restore_are_reported(process: Service) -> None:
    """A preview says which password will be locked out, and which data will be lost."""
    home = process.project()["id"]
    inputs = {"projectId": home, "name": "orders", "logicalId": "x"}
    created = DATABASE.create(inputs)
    assert created.outs is not None
    DATABASE.diff(created.id, created.outs, {**inputs, "rotationTrigger": "2"})
    assert "the old one is locked out" in process.notes[-1]
    given = {"databaseId": created.id, "confirmDatabaseName": "orders"}
    RESTORE.diff(created.id, {**given, "backupId": "bkp_1"}, {**given, "backupId": "bkp_2"})
    assert f'database "orders" ({created.id}): will be restored from backup bkp_2' in process.notes[-1]


def test_a_note_is_written_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """What several threads say at once stays on lines of their own."""
    pieces: list[str] = []
    monkeypatch.setattr(sys, "stderr", SimpleNamespace(write=pieces.append, flush=lambda: None))
    host._say("orders is taken over")
    assert pieces == ["prisma: orders is taken over\n"]


def test_a_secret_is_not_named_as_the_property_that_is_wrong(process: Service) -> None:
    """The engine prints the value of the property that a failed check names: for a secret, none is named."""
    home = process.project()["id"]
    variable = {"projectId": home, "key": "A", "variableClass": "preview", "value": ["secret-part"]}
    connection = {"databaseId": "db_1", "adopt": "con_1", "directUrl": "mysql://a:secret-part@b"}
    for provider, news in ((host.EnvironmentVariableProvider(), variable), (host.ConnectionProvider(), connection)):
        failures = provider.check({}, news).failures
        assert failures
        assert not any("secret-part" in f"{each.reason} {news.get(each.property)}" for each in failures)
