"""Programs over the plugin: the same declarations, registered otherwise; a key is the same in both hosts."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import pulumi_prisma
from prisma_provider.plugin.identity import parse, stem_for
from pulumi_prisma import native


class Mocks(pulumi.runtime.Mocks):
    """Keeps what was registered."""

    def __init__(self) -> None:
        self.registered: dict[str, pulumi.runtime.MockResourceArgs] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.registered[args.name] = args
        return f"{args.name}_id", dict(args.inputs)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError(f"nothing is called: {args.token}")


@pytest.fixture(scope="module", autouse=True)
def loop() -> None:
    """A current event loop for outputs, as Pulumi's own runner has one; since Python 3.12 none comes by itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            asyncio.get_event_loop()
        except RuntimeError:
            asyncio.set_event_loop(asyncio.new_event_loop())


@pytest.fixture
def mocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mocks]:
    """Pulumi with mocks, and neither settings nor a way to the network."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    mocks = Mocks()
    pulumi.runtime.set_mocks(mocks, project="shop", stack="dev", preview=False, organization="organization")
    yield mocks
    pulumi.runtime.set_all_config({}, [])


def value(output: pulumi.Output[Any]) -> Any:
    """What an output resolves to."""
    return pulumi.runtime.sync_await._sync_await(output.future())


def test_the_same_program_over_the_plugin(mocks: Mocks) -> None:
    """I change the import, and the same program is registered with the plugin, with nothing hidden in its inputs."""
    account = native.Provider("eu", service_token="prsc_1", workspace_id="wksp_1")
    shop = native.Project("shop", region="eu-central-1", opts=pulumi.ResourceOptions(provider=account))
    options = pulumi.ResourceOptions(ignore_changes=["is_default"], import_="db_cm1a2b3c4d5e6f7g8")
    orders = native.Database("orders", project_id=shop.id, source=native.CloneOf("db_1"), opts=options)
    value(orders.urn)
    assert mocks.registered["shop"].typ == "prisma:index:Project"
    assert mocks.registered["shop"].inputs == {"name": "shop", "region": "eu-central-1"}
    assert mocks.registered["orders"].inputs == {
        "projectId": "shop_id",
        "name": "orders",
        "source": {"type": "database", "databaseId": "db_1"},
    }
    assert value(orders.project_id) == "shop_id"
    assert mocks.registered["eu"].typ == "pulumi:providers:prisma"
    assert mocks.registered["eu"].inputs["workspaceId"] == "wksp_1"
    assert value(native.Database.get("found", "db_7").urn)
    assert isinstance(native.Database.get("found2", "db_7"), native.Database)


class Accounts(Mocks):
    """Each provider finds the projects of its own account; that of the name "later" has no token yet."""

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        account = args.provider.rpartition("::")[0].rpartition("::")[2]
        if account == "gone":
            raise RuntimeError(
                "invocation of prisma:index:getProjects returned an error: Not found.\n  What to do: look."
            )
        projects = [{"id": "proj_1", "name": account, **args.args}]
        return ({} if account == "later" else {"projects": projects}), []


def test_a_function_asks_as_the_account_of_its_provider(mocks: Mocks) -> None:
    """What I look up with `opts=InvokeOptions(provider=…)` is what that account has; with outputs, too."""
    pulumi.runtime.set_mocks(Accounts(), project="shop", stack="dev", preview=True)
    gone, later, eu = (pulumi.InvokeOptions(provider=native.Provider(name)) for name in ("gone", "later", "eu"))
    with pytest.raises(pulumi.RunError, match=r"^get_projects: .*Not found\.\n  What to do: look\.$"):
        native.get_projects(opts=gone)
    with pytest.raises(pulumi.RunError, match=r"not known yet; use get_projects_output"):
        native.get_projects(opts=later)
    assert not pulumi.runtime.sync_await._sync_await(native.get_projects_output(opts=later).is_known())
    assert [each.name for each in native.get_projects(opts=eu)] == ["eu"]
    shop = native.Project("shop")
    by_output = pulumi.InvokeOutputOptions(provider=eu.provider, depends_on=[shop])
    found = native.get_projects_output(name=shop.name, opts=by_output)
    assert [each.name for each in value(found)] == ["shop"]


@pytest.mark.parametrize(
    ("one", "other"), [(pulumi_prisma, "prisma:index:Project"), (native, "pulumi-python:dynamic/prisma:Project")]
)
def test_each_goes_by_the_other_s_name_too(mocks: Mocks, one: Any, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each resource has an alias to the other host's type, under a parent, too: so a stack moves between them."""
    seen: list[pulumi.ResourceOptions] = []
    register = pulumi.CustomResource.__init__

    def remember(self: Any, typ: str, name: str, props: Any, opts: Any, *more: Any, **others: Any) -> None:
        seen.append(opts)
        register(self, typ, name, props, opts, *more, **others)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", remember)
    shop = one.Project("shop")
    assert seen[0].aliases == [f"urn:pulumi:dev::shop::{other}::shop"]
    one.Project("inner", opts=pulumi.ResourceOptions(parent=shop))
    (alias,) = seen[1].aliases or ()
    assert isinstance(alias, pulumi.Alias)
    assert alias.type_ == other


def test_one_key_for_one_resource(mocks: Mocks) -> None:
    """What the dynamic host left behind, the plugin knows as its own: the stem is the same, under any parent."""
    # The mocks of older SDKs name these in the URN of a parent, whatever they were told.
    stack, project = "stack", "project"
    pulumi.runtime.set_mocks(mocks, project=project, stack=stack, preview=False, organization="organization")

    class Team(pulumi.ComponentResource):
        def __init__(self) -> None:
            super().__init__("shop:index:Team", "blue")

    team = Team()
    shop = pulumi_prisma.Project("shop", opts=pulumi.ResourceOptions(parent=team))
    orders = pulumi_prisma.Database("or::ders", project_id=shop.id, opts=pulumi.ResourceOptions(parent=shop))
    preview = pulumi_prisma.Environment("pr-7", project_id=shop.id)
    value(pulumi_prisma.Project("alone").urn), value(orders.urn), value(preview.connection.urn)
    found = ((team, "Project", "shop"), (shop, "Database", "or::ders"), (None, "Project", "alone"))
    for parent, kind, name in (*found, (preview, "Connection", "pr-7")):
        # The engine's own way of making a URN, which the mocks' is not.
        parents = value(parent.urn).split("::")[2] + "$" if parent else ""
        parents = parents.replace("pulumi-python:dynamic/prisma:", "prisma:index:")
        urn = f"urn:pulumi:{stack}::{project}::{parents}prisma:index:{kind}::{name}"
        place, _, mark = mocks.registered[name].inputs["identity"].rpartition("/")
        assert (place, mark) == (f"organization/{project}/{stack}", stem_for(parse(urn)))
