"""The plugin host in process: the protocol is translated, the rules are the handlers'."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from examples._machine.processes import parents
from google.protobuf import json_format
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.status_pb2 import Status

from prisma_provider.api.client import Client
from prisma_provider.diff import Change, Diff
from prisma_provider.live import Live
from prisma_provider.live.state import Entry, Recorded
from prisma_provider.network.retries import time_left
from prisma_provider.plugin import __main__ as command
from prisma_provider.plugin.detail import response
from prisma_provider.plugin.engine import Engine
from prisma_provider.plugin.servicer import Provider
from prisma_provider.plugin.session import Session
from prisma_provider.plugin.values import to_arguments, to_properties, to_struct
from prisma_provider.settings import Settings, Token
from prisma_provider.signatures import SECRET, SIGNATURE
from unit.service import Service, refusal

TYPE = "urn:pulumi:dev::shop::prisma:index:"


class Aborted(Exception):
    """What gRPC raises to end a call."""


class Context:
    """A call: how it ended."""

    def __init__(self) -> None:
        self.code: grpc.StatusCode | None = None
        self.message = ""
        self.details: bytes = b""

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        (_, self.details) = metadata[0]

    def abort(self, code: grpc.StatusCode, message: str) -> None:
        self.code, self.message = code, message
        raise Aborted(message)


class Plugin:
    """The provider as the engine calls it, over an API in memory; requests are given as plain mappings."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.session = Session(Engine())
        self.provider = Provider(self.session)
        self.again()

    def again(self, **settings: Any) -> None:
        """A new run: nothing is known of the service."""
        live = self.service.live(**settings)
        live.note, live.problem = self.session.note, self.session.problem
        self.session.begin(live)

    def call(self, method: str, kind: str, name: Any = "orders", **request: Any) -> Any:
        """One call that succeeds."""
        message = getattr(provider_pb2, f"{method}Request")
        given = {key: to_struct(value) if isinstance(value, dict) else value for key, value in request.items()}
        return getattr(self.provider, method)(message(urn=f"{TYPE}{kind}::{name}", **given), Context())

    def imports(self, kind: str, given_id: str, name: str = "orders", refused: str = "") -> None:
        """An import as the engine does it: what Read gives is checked."""
        seen = self.call("Read", kind, name, id=given_id)
        inputs = to_properties(seen.inputs)
        if refused:
            assert refused in self.fails("Check", kind, name, olds=inputs, news=inputs).message
        else:
            assert not self.call("Check", kind, name, olds=inputs, news=inputs).failures

    def fails(self, method: str, kind: str, name: str = "orders", **request: Any) -> Context:
        """One call that fails; how."""
        context = Context()
        message = getattr(provider_pb2, f"{method}Request")
        given = {key: to_struct(value) if isinstance(value, dict) else value for key, value in request.items()}
        with pytest.raises(Aborted):
            getattr(self.provider, method)(message(urn=f"{TYPE}{kind}::{name}", **given), context)
        return context

    def checked(self, kind: str, **news: Any) -> dict[str, Any]:
        """Inputs that pass."""
        answer = self.call("Check", kind, news=news)
        assert not answer.failures, answer.failures
        return to_properties(answer.inputs)

    def created(self, kind: str, **news: Any) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """A resource that was made: its id, outputs and inputs."""
        inputs = self.checked(kind, **news)
        answer = self.call("Create", kind, properties=inputs)
        return answer.id, to_properties(answer.properties), inputs


@pytest.fixture
def plugin(service: Service) -> Plugin:
    """A plugin that has been configured."""
    return Plugin(service)


# values


def test_values_come_through() -> None:
    """Secrets arrive in clear, what is unknown in a part is unknown, and Pulumi's own is left out."""
    given = to_struct(
        {"name": "orders", "port": 5432, "share": 0.5, "token": "t", "urn": "x", "__provider": "p"}, ["token"]
    )
    given.update({"source": {"type": "database", "databaseId": rpc.UNKNOWN}, "list": [1, rpc.UNKNOWN]})
    found = to_properties(given)
    assert {name: found[name] for name in ("name", "port", "share", "token")} == {
        "name": "orders",
        "port": 5432,
        "share": 0.5,
        "token": "t",
    }
    assert isinstance(found["port"], int)
    assert set(found) == {"name", "port", "share", "token", "source", "list"}
    assert to_struct(found)["source"] == to_struct(found)["list"] == rpc.UNKNOWN


def test_a_file_is_refused(plugin: Plugin) -> None:
    """An asset where text belongs is refused by a sentence that names the property."""
    asset = {rpc._special_sig_key: rpc._special_asset_sig, "text": "orders"}
    assert "name is a file" in plugin.fails("Check", "Project", news={"name": asset}).message


# the account


def test_the_token_is_a_secret_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was given in clear is marked as a secret before anything stands in state."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    provider = Provider(Session(Engine()))
    request = provider_pb2.CheckRequest(news=to_struct({"serviceToken": "prsc_1", "baseUrl": "https://api.example"}))
    answer = provider.CheckConfig(request, Context())  # type: ignore[arg-type]
    marked = to_struct({"serviceToken": "prsc_1", "baseUrl": "https://api.example"}, ["serviceToken"])
    assert answer.inputs == marked
    assert not answer.failures
    wrong = (
        {"baseUrl": "http://api.example"},
        {"serviceToken": "two words"},
        {"workspaceId": "Calling [toString] on an"},
    )
    for each, words in zip(wrong, ("https", "characters", "workspaceId holds an output"), strict=True):
        request = provider_pb2.CheckRequest(news=to_struct({"serviceToken": "prsc_1", **each}))
        (failure,) = provider.CheckConfig(request, Context()).failures  # type: ignore[arg-type]
        assert words in failure.reason
    unknown = provider_pb2.CheckRequest(news=to_struct({"serviceToken": rpc.UNKNOWN}))
    assert not provider.CheckConfig(unknown, Context()).failures  # type: ignore[arg-type]


def test_another_token_replaces_nothing() -> None:
    """A rotated token is a change of the provider, and never a reason to replace what it manages."""
    old, new = to_struct({"serviceToken": "1"}), to_struct({"serviceToken": "2", "baseUrl": "https://x"})
    answer = Provider(Session(Engine())).DiffConfig(provider_pb2.DiffRequest(olds=old, news=new), Context())  # type: ignore[arg-type]
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert not answer.replaces


def test_the_same_configuration_is_no_change() -> None:
    """A provider with the token that it had is unchanged."""
    given = provider_pb2.DiffRequest(olds=to_struct({"serviceToken": "a"}), news=to_struct({"serviceToken": "a"}))
    answer = Provider(Session(Engine())).DiffConfig(given, Context())  # type: ignore[arg-type]
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_token_is_needed_only_where_prisma_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--target` of other resources needs no token; what touches Prisma says what is missing."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    provider, context = Provider(Session(Engine())), Context()
    assert not provider.CheckConfig(provider_pb2.CheckRequest(), context).failures  # type: ignore[arg-type]
    configured = provider.Configure(provider_pb2.ConfigureRequest(), context)  # type: ignore[arg-type]
    assert configured.supports_autonaming_configuration
    urn = f"{TYPE}Project::x"
    (failure,) = provider.Check(provider_pb2.CheckRequest(urn=urn), context).failures  # type: ignore[arg-type]
    assert "no token" in failure.reason
    with pytest.raises(Aborted, match="no token"):
        provider.Delete(provider_pb2.DeleteRequest(urn=urn, id="proj_1"), context)  # type: ignore[arg-type]
    assert context.code == grpc.StatusCode.FAILED_PRECONDITION
    with pytest.raises(Aborted, match="loopback"):
        wrong = to_struct({"serviceToken": "prsc_1", "baseUrl": "http://api.example"})
        provider.Configure(provider_pb2.ConfigureRequest(args=wrong), context)  # type: ignore[arg-type]


def test_it_must_be_configured() -> None:
    """Before any configuration, a call ends in a sentence."""
    with pytest.raises(Aborted, match="did not configure"):
        Provider(Session(Engine())).Delete(
            provider_pb2.DeleteRequest(urn=f"{TYPE}Project::x", id="proj_1"),
            Context(),  # type: ignore[arg-type]
        )


def test_one_process_serves_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that an engine attached to never changes accounts half-way; a second run of the same is welcome."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    provider = Provider(Session(Engine()))

    def configure(token: str) -> Context:
        context = Context()
        provider.Configure(provider_pb2.ConfigureRequest(args=to_struct({"serviceToken": token})), context)  # type: ignore[arg-type]
        return context

    configure("one")
    configure("one")
    with pytest.raises(Aborted, match="another account"):
        configure("two")
    with pytest.raises(Aborted, match="no token"):
        configure("")
    provider._session.close()


def test_state_is_asked_of_the_stack_that_is_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the plugin knows of state, and of other stacks, is that of the stack in the URN; and it ends with it."""
    mine, others = Recorded(stack="mine"), (Recorded(stack="other"),)
    monkeypatch.setattr("prisma_provider.plugin.session.recorded", {"dev": mine}.get)
    monkeypatch.setattr("prisma_provider.plugin.session.others", {"dev": others}.get)
    session = Session(Engine())
    session.configure({"serviceToken": "t"})
    with session.operation(f"{TYPE}Database::orders") as live:
        assert (live.recorded(), live.others()) == (mine, others)
    session.close()
    assert live.client._http.is_closed


# errors


def test_errors_are_sentences(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bad value is a failure of its property; a refusal, a lost answer, a fault of ours are sentences."""
    (failure,) = plugin.call("Check", "Connection", news={"databaseId": "db_1", "name": "ab"}).failures
    assert (failure.property, "3 to 65" in failure.reason) == ("name", True)
    assert "There is no resource" in plugin.fails("Check", "Table", news={}).message

    project = plugin.service.project()["id"]
    made, outputs, inputs = plugin.created("Database", projectId=project)
    refused = plugin.fails("Diff", "Database", id=made, olds=outputs, news={**inputs, "region": "us-east-1"})
    assert refused.code == grpc.StatusCode.FAILED_PRECONDITION
    assert "not replaced" in refused.message

    plugin.again(retry_limit=0.01)
    plugin.service.fail("DELETE", "/v1/databases/.*", refusal(500, "boom"), times=-1)
    lost = plugin.fails("Delete", "Database", id=made, properties=outputs)
    assert lost.code == grpc.StatusCode.UNKNOWN
    assert "Prisma says: boom" in lost.message

    plugin.session.begin(None)  # type: ignore[arg-type]
    plugin.session._live = object()  # type: ignore[assignment]
    fault = plugin.fails("Delete", "Database", id=made, properties=outputs)
    assert fault.code == grpc.StatusCode.INTERNAL
    assert "PRISMA_TRACEBACK=1" in fault.message
    assert "Traceback" not in fault.message
    monkeypatch.setenv("PRISMA_TRACEBACK", "1")
    assert "Traceback" in plugin.fails("Delete", "Database", id=made, properties=outputs).message


def test_a_replacement_is_explained_in_the_preview(plugin: Plugin) -> None:
    """A preview of a replacement shows the live value beside the declared one, and of no other kind of change."""
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    plugin.again()
    plugin.service.notes.clear()
    plugin.session._live.note = plugin.service.notes.append  # type: ignore[union-attr]
    for news, shown in (({"name": "sales"}, False), ({"region": "us-east-1", "allowReplace": True}, True)):
        plugin.call("Diff", "Database", id=made, olds=outputs, news={**inputs, **news})
        explained = [note for note in plugin.service.notes if '"us-east-1" declared' in note or "PATCH" in note]
        assert bool(explained) is shown


def test_without_a_name_another_first_argument_is_another_name(plugin: Plugin) -> None:
    """Without name= the first argument is the name: a rename of it is only announced, and the old one is deleted."""
    home = plugin.service.project()["id"]
    old = plugin.service.database(home, "sales")["id"]
    plugin.service.notes.clear()
    live = plugin.service.live(held=[Entry(f"{TYPE}Database::sales", old)])
    plugin.session.begin(live)
    assert plugin.checked("Database", projectId=home)["name"] == "orders"
    assert f'If it is Database "sales" ({old}) under another first argument' in plugin.service.notes[-1]
    request = provider_pb2.DeleteRequest(
        urn=f"{TYPE}Database::sales", id=old, properties=to_struct({"projectId": home})
    )
    plugin.provider.Delete(request, Context())  # type: ignore[arg-type]
    assert old not in plugin.service.databases


def test_a_deletion_has_its_settings_and_its_time(plugin: Plugin) -> None:
    """forceDestroy is heard, and a deletion has the time that customTimeouts give to deletions."""
    made, outputs, _ = plugin.created("Project", forceDestroy=True)
    plugin.service.database(made, "precious")
    plugin.again()
    seen: list[float] = []
    plugin.service.before.append(lambda request: seen.append(time_left()) if request.method == "DELETE" else None)
    assert plugin.call("Delete", "Project", id=made, properties=outputs, timeout=60) == Empty()
    assert not plugin.service.projects
    assert 0 < seen[0] <= 60


def test_every_call_goes_to_the_workspace_that_state_names(plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several tokens that of the resource's own workspace is used, to compare it as well as to delete it."""
    made, outputs, inputs = plugin.created("Project")
    live = plugin.service.live()
    expected: list[str | None] = []
    monkeypatch.setattr(live.client, "expect_workspace", expected.append)
    plugin.session.begin(live)
    plugin.call("Diff", "Project", id=made, olds=outputs, news=inputs)
    plugin.call("Read", "Project", id=made, properties=outputs)
    plugin.call("Update", "Project", id=made, olds=outputs, news=inputs)
    plugin.call("Delete", "Project", id=made, properties=outputs)
    assert expected == ["wksp_1"] * 4


def test_a_deletion_is_that_of_its_own_resource(plugin: Plugin) -> None:
    """I take one of two resources of one database out: it stays. I take the last one out: it is deleted."""
    made = plugin.service.database(plugin.service.project()["id"])
    given = {"id": made["id"], "properties": {"projectId": made["project"]["id"], "workspaceId": "wksp_1"}}
    orders, sales = (Entry(f"{TYPE}Database::{name}", made["id"]) for name in ("orders", "sales"))
    for held, is_left in (((orders, sales), True), ((orders,), False)):
        plugin.session.begin(plugin.service.live(held=held))
        plugin.call("Delete", "Database", **given)
        assert (made["id"] in plugin.service.databases) is is_left


# resources


def test_the_name_is_the_resource_s_own(plugin: Plugin) -> None:
    """A name that is not given is the first argument; the idempotency key is made once and carried on."""
    inputs = plugin.checked("Project")
    assert inputs["name"] == "orders"
    again = to_properties(plugin.call("Check", "Project", olds=inputs, news={"name": "sales"}).inputs)
    assert again == {"name": "sales", "logicalId": inputs["logicalId"]}
    home = plugin.service.project()["id"]
    assert plugin.checked("Branch", projectId=home)["gitName"] == "orders"


def test_names_are_what_autonaming_says(plugin: Plugin) -> None:
    """With pulumi:autonaming a name that I do not give is the one that it proposes, once: it stays with its object."""
    home = plugin.service.project()["id"]
    options = provider_pb2.CheckRequest.AutonamingOptions
    proposed = options(proposed_name="orders-dev-7f3a", mode=options.PROPOSE)

    def name(kind: str, news: dict[str, Any], olds: dict[str, Any] | None = None) -> Any:
        answer = plugin.call("Check", kind, news=news, olds=olds or {}, autonaming=proposed)
        assert not answer.failures
        inputs = to_properties(answer.inputs)
        return inputs.get("name", inputs.get("gitName"))

    assert name("Project", {}) == name("Branch", {"projectId": home}) == "orders-dev-7f3a"
    assert name("Project", {"name": "shop"}) == "shop"
    assert name("Project", {}, {"name": "orders-dev-1111", "logicalId": "x"}) == "orders-dev-1111"
    disabled = options(mode=options.DISABLE)
    (failure,) = plugin.call("Check", "Project", news={}, autonaming=disabled).failures
    assert (failure.property, "pulumi:autonaming" in failure.reason) == ("name", True)
    assert not plugin.call("Check", "Project", news={"name": "shop"}, autonaming=disabled).failures


def test_an_update_plan_holds(plugin: Plugin) -> None:
    """The idempotency key of a new resource comes of the engine's seed, which a saved plan carries to its update."""
    news = {"projectId": plugin.service.project()["id"]}
    one, same, other = (
        to_properties(plugin.call("Check", "Database", news=news, randomSeed=seed).inputs)["logicalId"]
        for seed in (b"one", b"one", b"other")
    )
    assert one == same != other


def test_a_preview_of_a_create(plugin: Plugin) -> None:
    """What is declared is known in a preview, everything else is not, and nothing is sent."""
    inputs = plugin.checked("Database", projectId=rpc.UNKNOWN, isDefault=True)
    planned = plugin.call("Create", "Database", properties={**inputs, "projectId": rpc.UNKNOWN}, preview=True)
    assert planned.properties["name"] == "orders"
    assert planned.properties["isDefault"] is True
    assert planned.properties["projectId"] == planned.properties["status"] == rpc.UNKNOWN
    assert planned.properties["databaseUrl"]["value"] == rpc.UNKNOWN
    assert not plugin.service.sent()


def test_a_preview_knows_what_is_adopted(plugin: Plugin) -> None:
    """What I adopt by its id has that id in the preview already: what depends on it is checked there."""
    home = plugin.service.project()["id"]
    inputs = plugin.checked("Project", name="shop", adopt=home)
    assert plugin.call("Create", "Project", properties=inputs, preview=True).id == home
    made = plugin.checked("Project", name="other", adopt=True)
    assert plugin.call("Create", "Project", properties=made, preview=True).id == ""


def test_what_is_only_known_after_the_update_is_said(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """I move a set to a branch that this run makes: the preview shows no change, and says that one may follow."""
    home = plugin.service.project()["id"]
    made, outputs, inputs = plugin.created("DatabaseSet", projectId=home, databases={"acme": "acme"})
    plugin.again()
    news = to_struct(inputs)
    news.update({"branchId": rpc.UNKNOWN})
    found = plugin.call("Diff", "DatabaseSet", id=made, olds=outputs, news=news)
    assert found.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert 'DatabaseSet "orders": its branchId is only known after the update' in capsys.readouterr().err


def test_nothing_differs(plugin: Plugin) -> None:
    """No change is said as such, also where the dynamic host has left its own things in state."""
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    left = {"__provider": "pickled", "ignoreChanges": ["name"], "customTimeouts": {"create": "20m"}}
    same = plugin.call("Diff", "Database", id=made, olds={**outputs, **left}, news=inputs)
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    assert set(outputs).isdisjoint(left)


def test_a_rename_keeps_everything_else_known(plugin: Plugin) -> None:
    """A rename is one property that changes in place; the preview knows the name it will have, and all the rest."""
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    request: dict[str, Any] = {"id": made, "olds": outputs, "news": {**inputs, "name": "sales"}}
    found = plugin.call("Diff", "Database", **request)
    assert dict(found.detailedDiff)["name"].kind == provider_pb2.PropertyDiff.UPDATE
    assert list(found.diffs) == ["name"]
    assert not found.replaces
    planned = plugin.call("Update", "Database", preview=True, **request)
    assert to_properties(planned.properties) == {**outputs, "name": "sales"}
    assert plugin.call("Diff", "Database", ignoreChanges=["name"], **request).changes == found.DIFF_NONE
    assert plugin.service.sent("PATCH") == []
    assert to_properties(plugin.call("Update", "Database", **request).properties) == {**outputs, "name": "sales"}
    assert [body for _, _, body in plugin.service.sent("PATCH")] == [{"name": "sales"}]


def test_a_rotation_is_unknown_before_it_is_done(plugin: Plugin) -> None:
    """A rotation is shown in a preview: new secrets that are not known yet, everything else is; then they are new."""
    database = plugin.service.database(plugin.service.project()["id"])["id"]
    made, outputs, inputs = plugin.created("Connection", databaseId=database)
    request: dict[str, Any] = {"id": made, "olds": outputs, "news": {**inputs, "rotationTrigger": 1}}
    assert (
        plugin.call("Diff", "Connection", **request).detailedDiff["rotationTrigger"].kind
        == provider_pb2.PropertyDiff.ADD
    )
    planned = plugin.call("Update", "Connection", preview=True, **request).properties
    assert planned["password"]["value"] == planned["databaseUrl"]["value"] == rpc.UNKNOWN
    assert planned["host"] == outputs["host"]
    plugin.again()
    rotated = plugin.call("Update", "Connection", **request).properties
    assert rotated["password"][rpc._special_sig_key] == rpc._special_secret_sig
    assert rotated["password"]["value"] != outputs["password"]


def test_what_a_program_gives_as_a_secret_stays_one(plugin: Plugin) -> None:
    """A name, or a trigger, that I give as a secret is a secret in inputs and outputs, before and after the update."""

    def secret(value: object) -> dict[str, object]:
        return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}

    def names(struct: Struct) -> set[str]:
        values = json_format.MessageToDict(struct).items()
        return {name for name, value in values if isinstance(value, dict) and rpc._special_sig_key in value}

    project = plugin.service.project()["id"]
    news = {"projectId": project, "name": secret("orders"), "rotationTrigger": [{"of": secret("1")}]}
    given = {"name", "rotationTrigger"}
    inputs = plugin.call("Check", "Database", news=news).inputs
    assert names(inputs) == given
    planned = plugin.call("Create", "Database", properties=inputs, preview=True)
    assert names(planned.properties) == {*given, "databaseUrl", "directUrl"}
    made = plugin.call("Create", "Database", properties=inputs)
    assert names(made.properties) == {*given, "databaseUrl", "directUrl"}
    assert to_properties(made.properties)["name"] == "orders"
    read = plugin.call("Read", "Database", id=made.id, properties=made.properties, inputs=inputs)
    assert names(read.properties) == {*given, "databaseUrl", "directUrl"} and names(read.inputs) == given
    plain = {**json_format.MessageToDict(inputs), "name": "sales"}
    updated = plugin.call("Update", "Database", id=made.id, olds=made.properties, news=plain)
    assert names(updated.properties) == {"rotationTrigger", "databaseUrl", "directUrl"}


def test_known_strings_are_secrets(plugin: Plugin) -> None:
    """Connection strings that I give in clear are secrets in state, and what depends on them sees the new one."""
    database = plugin.service.database(plugin.service.project()["id"])
    there = plugin.service.connection(database["id"], "web")
    url = "postgres://me:hidden@db.example:5432/?sslmode=require"
    news = {"databaseId": database["id"], "name": "web", "adopt": there["id"]}
    object_id, outputs, inputs = plugin.created("Connection", **news)
    answer = plugin.call("Check", "Connection", olds=inputs, news={**news, "directUrl": url})
    assert answer.inputs["directUrl"] == to_struct({"directUrl": url}, ["directUrl"])["directUrl"]
    request = {"id": object_id, "olds": outputs, "news": to_properties(answer.inputs)}
    planned = plugin.call("Update", "Connection", preview=True, **request)
    assert to_properties(planned.properties)["directUrl"] == url
    held = to_properties(plugin.call("Update", "Connection", **request).properties)
    assert held["directUrl"] == url
    answer = plugin.call("Check", "Connection", olds=request["news"], news={**news, "directUrl": url + "&x=1"})
    request = {"id": object_id, "olds": held, "news": to_properties(answer.inputs)}
    planned = plugin.call("Update", "Connection", preview=True, **request)
    assert to_properties(planned.properties)["directUrl"] == url + "&x=1"


def test_a_move_to_a_new_branch(plugin: Plugin) -> None:
    """A branch that is declared by a name that is not there yet: that property changes, and the id is not known yet."""
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    request: dict[str, Any] = {"id": made, "olds": outputs, "news": {**inputs, "branchGitName": "pr-7"}}
    assert list(plugin.call("Diff", "Database", **request).diffs) == ["branchGitName"]
    assert plugin.call("Update", "Database", preview=True, **request).properties["branchId"] == rpc.UNKNOWN
    plugin.service.branch(outputs["projectId"], "pr-7")
    plugin.again()
    assert list(plugin.call("Diff", "Database", **request).diffs) == ["branchGitName"]


def test_a_branch_that_is_declared_by_its_id_is_shown_as_that() -> None:
    """A branch's name beside its id, not given, does not make it a change of the name."""
    found = Diff((Change("branchId", "br_1", "br_2", "patch"), Change("status", "ready", "ready", "record")))
    said = response(found, {"branchId": "br_1", "status": "failure"}, {"branchId": "br_2", "branchGitName": None})
    assert list(said.diffs) == ["branchId", "status"]
    assert [said.detailedDiff[name].inputDiff for name in said.diffs] == [False, True]


def test_another_name_of_a_connection_is_another_one(plugin: Plugin) -> None:
    """What cannot be changed in place is shown as a replacement, made before the old one goes."""
    database = plugin.service.database(plugin.service.project()["id"])["id"]
    made, outputs, inputs = plugin.created("Connection", databaseId=database)
    found = plugin.call("Diff", "Connection", id=made, olds=outputs, news={**inputs, "name": "other"})
    assert list(found.replaces) == ["name"]
    assert found.detailedDiff["name"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE
    assert not found.deleteBeforeReplace


def test_drift_is_named_with_the_live_value(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """What was changed by hand is told with both values, and a refresh takes it into outputs and inputs.

    A PATCH is promised only once the engine plans an update: an option may make it a replacement.
    """
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    plugin.service.databases[made]["name"] = "by-hand"
    plugin.again()
    plugin.call("Diff", "Database", id=made, olds=outputs, news=inputs)
    assert "PATCH" not in capsys.readouterr().err
    plugin.call("Update", "Database", id=made, olds=outputs, news=inputs, preview=True)
    assert 'name is "by-hand" live, "orders" declared. Request: PATCH {"name": "orders"}.' in capsys.readouterr().err
    seen = plugin.call("Read", "Database", id=made, properties=outputs, inputs=inputs)
    assert seen.properties["name"] == seen.inputs["name"] == "by-hand"
    assert to_properties(seen.inputs) == {**inputs, "name": "by-hand"}


def test_what_is_gone_has_no_id(plugin: Plugin) -> None:
    """A refresh of what is proved gone answers with no id; without that proof it is an error and forgets nothing."""
    made, outputs, inputs = plugin.created("Project")
    plugin.service.projects.clear()
    plugin.again()
    gone = plugin.call("Read", "Project", id=made, properties=outputs, inputs=inputs)
    assert (gone.id, gone.HasField("properties")) == ("", False)
    plugin.again()
    plugin.service.workspace = {"id": "wksp_other", "name": "Other"}
    assert "wksp_1" in plugin.fails("Read", "Project", id=made, properties=outputs, inputs=inputs).message


def test_import(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """An id alone gives outputs, and inputs that leave nothing to do; that there are no secrets is said."""
    project = plugin.service.project()["id"]
    database = plugin.service.database(project, isDefault=True)["id"]
    connection = plugin.service.connection(database)["id"]
    plugin.service.branch(project, "main")
    for kind, given in (
        ("Project", project),
        ("Branch", next(iter(plugin.service.branches))),
        ("Database", database),
        ("Connection", connection),
        ("Connection", f"{database}/{connection}"),
    ):
        plugin.again()
        seen = plugin.call("Read", kind, id=given)
        assert seen.id == given.rpartition("/")[2]
        assert seen.properties["workspaceId"] == "wksp_1"
        same = plugin.call(
            "Diff", kind, id=seen.id, olds=to_properties(seen.properties), news=to_properties(seen.inputs)
        )
        assert same.changes == provider_pb2.DiffResponse.DIFF_NONE
    said = capsys.readouterr().err
    assert said.count("imported without its secrets") == 3
    assert not plugin.service.sent()


def test_import_of_nothing(plugin: Plugin) -> None:
    """An id that does not exist, that is none, or of another database's connection is an error."""
    project = plugin.service.project()["id"]
    one, other = (plugin.service.database(project)["id"] for _ in range(2))
    connection = plugin.service.connection(one)["id"]
    for kind, given in (("Database", "db_99"), ("Database", "a b"), ("Connection", f"{other}/{connection}")):
        assert "What to do" in plugin.fails("Read", kind, id=given).message
    plugin.imports("Restore", one, refused="cannot be imported")


def test_import_under_two_names(plugin: Plugin) -> None:
    """One object for two resources is refused, for every kind and however its id is written; the next run may."""
    project = plugin.service.project()["id"]
    database = plugin.service.database(project)["id"]
    connection = plugin.service.connection(database)["id"]
    branch = plugin.service.branch(project, "main")["id"]
    for kind, given, again in (
        ("Project", project, project),
        ("Branch", branch, branch),
        ("Database", database, database),
        ("Connection", connection, f"{database}/{connection}"),
    ):
        plugin.imports(kind, given)
        plugin.imports(kind, again, "two", refused=f'is held by {kind} "orders"')
        plugin.again()
        plugin.imports(kind, again)


def test_import_of_what_is_adopted(plugin: Plugin) -> None:
    """Nor may one resource import what another one adopts."""
    there = plugin.service.database(plugin.service.project()["id"])
    plugin.created("Database", projectId=there["project"]["id"], adopt=there["id"])
    plugin.imports("Database", there["id"], "two", refused='is held by Database "orders"')


def test_what_is_only_looked_at_may_be_held(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """`.get` of what a resource of mine holds is no import, though an engine may ask the same; nor is `pulumi do`."""
    made = plugin.service.database(plugin.service.project()["id"])["id"]
    plugin.imports("Database", made)
    capsys.readouterr()
    assert plugin.call("Read", "Database", "looked-at", id=made).id == made
    of_do = "urn:pulumi:dev::default::prisma:index:Database::Database"
    context: Any = Context()
    seen = plugin.provider.Read(provider_pb2.ReadRequest(urn=of_do, id=made), context)
    plugin.provider.Check(provider_pb2.CheckRequest(urn=of_do, olds=seen.inputs, news=seen.inputs), context)
    assert "imported" not in capsys.readouterr().err


def test_whether_it_exists(plugin: Plugin) -> None:
    """`DatabaseExists` of an id that is not there is false, and of one that is there, true, whoever holds it."""
    made = plugin.service.database(plugin.service.project()["id"])["id"]
    plugin.imports("Database", made)
    assert plugin.call("Read", "Database", "__exists__1", id=made).HasField("properties")
    assert not plugin.call("Read", "Database", "__exists__2", id="db_99").HasField("properties")


def test_a_create_that_fails_half_way_is_kept(plugin: Plugin) -> None:
    """What was made before it failed goes to the engine with the error: its id, outputs with secrets, and inputs."""
    inputs = plugin.checked("Database", projectId=plugin.service.project()["id"], isDefault=True)
    plugin.service.after.append(lambda http: unpromoted(plugin.service) if http.method == "POST" else None)
    plugin.service.fail("PATCH", "/v1/databases/.*", refusal(400, "not today"))
    context = plugin.fails("Create", "Database", properties=inputs)
    detail = half_done(context)
    assert detail.id in plugin.service.databases
    assert to_properties(detail.properties)["isDefault"] is False
    assert detail.properties["databaseUrl"][rpc._special_sig_key] == rpc._special_secret_sig
    assert to_properties(detail.inputs) == inputs
    assert "not today" in detail.reasons[0]


def unpromoted(service: Service) -> httpx.Response:
    """The answer to a create that did not give the flag."""
    (made,) = service.databases.values()
    made["isDefault"] = False
    return httpx.Response(201, json={"data": service._show("databases", made, secrets=True)})


def test_an_update_that_fails_half_way_records_its_half(plugin: Plugin) -> None:
    """A rename that was applied before a move failed stands in state; what was not applied does not."""
    made, outputs, inputs = plugin.created("Database", projectId=plugin.service.project()["id"])
    request: dict[str, Any] = {"id": made, "olds": outputs, "news": {**inputs, "name": "sales", "branchId": "br_7"}}
    plugin.service.fail("PATCH", "/v1/databases/.*", refusal(400, "no name"))
    assert not plugin.fails("Update", "Database", **request).details
    moves = [0]

    def second(http: Any) -> Any:
        moves[0] += http.method == "PATCH"
        return refusal(400, "no such branch") if http.method == "PATCH" and moves[0] == 2 else None

    plugin.again()
    plugin.service.before.append(second)
    detail = half_done(plugin.fails("Update", "Database", **request))
    assert detail.properties["name"] == "sales"
    assert detail.properties["branchId"] == outputs["branchId"]
    assert "no such branch" in detail.reasons[0]


def half_done(context: Context) -> Any:
    """What a failed call hands to the engine to be kept."""
    assert context.details, context.message
    detail = provider_pb2.ErrorResourceInitFailed()
    assert Status.FromString(context.details).details[0].Unpack(detail)
    return detail


# lists and functions


@pytest.mark.skipif(not hasattr(provider_pb2, "ListRequest"), reason="this SDK of Pulumi's knows no List")
def test_lists(plugin: Plugin) -> None:
    """What exists is listed by kind, narrowed by what it belongs to, and limited; other questions are refused."""
    one, two = (plugin.service.project(name)["id"] for name in ("one", "two"))
    database = plugin.service.database(one, "orders")["id"]
    plugin.service.database(two, "other")

    def names(kind: str, *, limit: int = 0, **query: Any) -> list[str]:
        request = provider_pb2.ListRequest(token=f"prisma:index:{kind}", query=to_struct(query), limit=limit)
        return [answer.result.name for answer in plugin.provider.List(request, Context())]  # type: ignore[arg-type]

    assert names("Project") == ["one", "two"]
    assert names("Project", limit=1) == ["one"]
    assert names("Database") == ["orders", "other"]
    assert names("Database", projectId=two) == ["other"]
    assert names("Connection", databaseId=database) == ["default"]
    for kind, given in (("Database", "x"), ("Restore", None), ("Table", None)):
        with pytest.raises(Aborted):
            names(kind, name=given)


def test_functions(plugin: Plugin) -> None:
    """A function answers under the API's names; a mistake in its arguments is a sentence."""
    project = plugin.service.project("shop")["id"]

    def invoke(token: str, **arguments: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=token, args=to_struct(arguments))
        answer: Struct = getattr(plugin.provider.Invoke(request, Context()), "return")  # type: ignore[arg-type]
        return to_arguments(answer)

    assert invoke("prisma:index:getProject", name="shop")["workspaceId"] == "wksp_1"
    assert invoke("prisma:index:getProject", id=project)["name"] == "shop"
    assert [each["id"] for each in invoke("prisma:index:getProjects")["projects"]] == [project]
    with pytest.raises(Aborted, match="by its id or by its name"):
        invoke("prisma:index:getProject")
    with pytest.raises(Aborted, match="no function"):
        invoke("prisma:index:getTable")


# the process


def test_cancel_ends_the_waiting(service: Service) -> None:
    """Cancel ends a wait at once: the database that is being provisioned is kept as it is."""
    service.status_of_new = "provisioning"
    plugin = Plugin(service)
    client = Client(
        Settings(Token("t", "the test"), "http://127.0.0.1:1"), transport=service.live().client._http._transport
    )
    plugin.session.begin(Live(client, note=plugin.session.note, problem=plugin.session.problem))
    inputs = plugin.checked("Database", projectId=service.project()["id"])
    ended: list[Context] = []
    waiting = threading.Thread(target=lambda: ended.append(plugin.fails("Create", "Database", properties=inputs)))
    waiting.start()
    while not service.databases:
        time.sleep(0.01)
    plugin.provider.Cancel(Empty(), Context())  # type: ignore[arg-type]
    waiting.join(timeout=10)
    assert not waiting.is_alive()  # its own limit is ten minutes
    assert to_properties(half_done(ended[0]).properties)["status"] == "provisioning"
    assert (
        "cancelled"
        in plugin.fails("Create", "Database", properties=plugin.checked("Database", projectId="proj_1")).message
    )
    assert len(service.databases) == 1


FOREIGN = ("starlette", "psycopg", "prisma_local", "uvicorn", "pulumi", "click", "rich", "pulumi_prisma")
LATER = ("httpx", "pydantic", "google.protobuf", "importlib.metadata", "prisma_provider.handlers")
LOADED = f"""
import sys
from prisma_provider.plugin.methods import EARLY
from prisma_provider.plugin.server import _Provider
assert all(respond() for respond in EARLY.values())
print([name for name in {FOREIGN + LATER} if name in sys.modules])
_Provider("").load()
print([name for name in {FOREIGN} if name in sys.modules])
import prisma_provider.plugin.components
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer
print(ResourceProviderServicer in prisma_provider.plugin.servicer.Provider.mro())
"""


def test_it_loads_only_what_it_needs() -> None:
    """Until the port is open and the schema given: gRPC alone. Then no SDK, before a component needs it.

    How long a start takes is measured by the bench.
    """
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert said.split("\n") == ["[]", "[]", "True", ""]


def test_the_port_comes_first(tmp_path: Path) -> None:
    """The first line on stdout is the port; the process ends cleanly when it is asked to."""
    command = [sys.executable, "-m", "prisma_provider.plugin", "--logtostderr", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        try:
            assert process.stdout is not None
            with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
                grpc.channel_ready_future(channel).result(timeout=10)
        finally:
            process.terminate()


@pytest.mark.posix
def test_it_ends_with_the_engine() -> None:
    """An engine that was killed leaves no plugin behind."""
    command = ["sh", "-c", '"$@" & echo $!; wait', "sh", sys.executable, "-m", "prisma_provider.plugin", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as engine:
        assert engine.stdout is not None
        plugin, _port = int(engine.stdout.readline()), engine.stdout.readline()
        assert plugin in parents()
        engine.kill()
    ends = time.monotonic() + 10
    while plugin in parents():
        assert time.monotonic() < ends, "it goes on without an engine"
        time.sleep(0.05)


@pytest.mark.parametrize(("option", "said"), [("--help", "PULUMI_DEBUG_PROVIDERS=prisma:PORT"), ("--version", "0.")])
def test_the_command_explains_itself(
    option: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """I run the plugin by hand with --help, and it says what it is for instead of serving for ever."""
    monkeypatch.setattr(sys, "argv", ["pulumi-resource-prisma", option])
    command.main()
    assert said in capsys.readouterr().out


def test_a_blocked_workspace_is_said_with_what_is_new_and_with_what_changes(plugin: Plugin) -> None:
    """In the preview of a creation and in that of a rename, once; a preview without changes does not ask."""
    project = plugin.service.project()["id"]
    database, outputs, inputs = plugin.created("Database", projectId=project, name="orders")
    plugin.service.subscription["usageBlocked"] = True

    def said(create: bool, **news: Any) -> list[str]:
        plugin.again()
        plugin.service.notes.clear()
        plugin.session._live.note = plugin.service.notes.append  # type: ignore[union-attr]
        olds = {} if create else inputs
        checked = to_properties(plugin.call("Check", "Database", olds=olds, news={**inputs, **news}).inputs)
        if create:
            plugin.call("Create", "Database", properties=checked, preview=True)
        else:
            plugin.call("Update", "Database", id=database, olds=outputs, news=checked, preview=True)
        return [note for note in plugin.service.notes if "is blocked on its plan" in note]

    assert len(said(create=True, name="sales")) == 1
    assert len(said(create=False, name="sales")) == 1
    plugin.service.log.clear()
    assert said(create=False) == []
    assert not [path for _, path, _ in plugin.service.log if "subscription" in path]


UNSENT = "Output<secret-part> Calling __str__ on an Output[T] is not supported."
SECRETS = [
    ("EnvironmentVariable", {"projectId": "proj_1", "key": "A", "variableClass": "preview", "value": ["secret-part"]}),
    ("EnvironmentVariable", {"projectId": "proj_1", "key": "A", "variableClass": "preview", "value": UNSENT}),
    ("Migration", {"directUrl": "mysql://a:secret-part@b", "tool": "prisma"}),
    (
        "Migration",
        {"directUrl": "postgres://a:b@c:5432/", "command": ["a"], "environment": {"A": 5, "B": "secret-part"}},
    ),
    ("Connection", {"databaseId": "db_1", "adopt": "con_1", "databaseUrl": "mysql://a:secret-part@b"}),
]


@pytest.mark.parametrize(("kind", "news"), SECRETS)
def test_a_secret_is_not_named_as_the_property_that_is_wrong(plugin: Plugin, kind: str, news: dict[str, Any]) -> None:
    """The engine prints the value of the property that a failed check names: for a secret, none is named."""
    failures = plugin.call("Check", kind, news=news).failures
    assert failures
    assert not any("secret-part" in f"{each.reason} {news.get(each.property)}" for each in failures)


def test_what_a_program_marks_is_not_named_either(plugin: Plugin) -> None:
    """Nor is any other input that the program gives as a secret; one in clear is."""
    for given, named in (({SIGNATURE: SECRET, "value": "ab"}, ""), ("ab", "name")):
        request = provider_pb2.CheckRequest(urn=f"{TYPE}Connection::web")
        request.news.update({"databaseId": "db_1", "name": given})
        (failure,) = plugin.provider.Check(request, Context()).failures  # type: ignore[arg-type]
        assert failure.property == named
