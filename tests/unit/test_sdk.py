"""Programs that use the SDK, tested as a user would test them: with mocks, without settings or network."""

from __future__ import annotations

import asyncio
import base64
import warnings
from collections.abc import Iterator
from typing import Any

import pulumi
import pytest

import pulumi_prisma as prisma
from prisma_provider import dynamic


class Mocks(pulumi.runtime.Mocks):
    """Answers as the provider would, and keeps what was registered."""

    def __init__(self) -> None:
        self.registered: dict[str, pulumi.runtime.MockResourceArgs] = {}

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        self.registered[args.name] = args
        outputs = {"databaseUrl": "postgresql://pooled", "port": 5432.0, "defaultRegion": "eu-central-1"}
        return f"{args.name}_id", {**args.inputs, **outputs}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        if args.token == "prisma:index:getDatabaseSet":
            return {"projectId": args.args["projectId"], "ids": {"orders": "db_1"}}, []
        assert args.token == "prisma:index:getDatabases"
        found = {"id": "db_1", "name": "orders", "status": "ready", "isDefault": True}
        return {"databases": [{**found, "projectId": args.args["projectId"]}]}, []


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
    pulumi.runtime.set_mocks(mocks, project="shop", stack="dev", preview=False)
    yield mocks
    pulumi.runtime.set_all_config({}, [])


def value(output: pulumi.Output[Any]) -> Any:
    """What an output resolves to."""
    return pulumi.runtime.sync_await._sync_await(output.future())


def test_options_of_other_hosts_are_refused(mocks: Mocks) -> None:
    """I am told in one sentence that import_= and provider= are not for this host, and what to use."""
    with pytest.raises(pulumi.RunError, match='adopt="proj_1"'):
        prisma.Project("shop", opts=pulumi.ResourceOptions(import_="proj_1"))
    with pytest.raises(pulumi.RunError, match=r'"soon".*"10m"'):
        prisma.Project("shop", opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="soon")))
    other = prisma.Project("other")
    with pytest.raises(pulumi.RunError, match="provider="):
        prisma.Project("shop", opts=pulumi.ResourceOptions(provider=other))  # type: ignore[arg-type]


class Previewed(Mocks):
    """An engine in a preview: nothing that is created has an id yet."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "", super().new_resource(args)[1]


@pytest.mark.parametrize("adopt", [True, "cm1a2b3c4d5e6f7g8", "proj_cm1a2b3c4d5e6f7g8"])
def test_a_preview_knows_what_is_adopted(mocks: Mocks, adopt: str | bool) -> None:
    """What I adopt by its id has that id in the preview already, and what depends on it is checked there.

    Without its prefix it may yet get one, and what `adopt=True` finds is not known before.
    """
    pulumi.runtime.set_mocks(Previewed(), project="shop", stack="dev", preview=True)
    shop = prisma.Project("shop", adopt=adopt)
    assert (value(shop.id) or None) == (adopt if str(adopt).startswith("proj_") else None)
    assert value(pulumi.Output.from_input(shop.id.resources())) == {shop}


def test_a_token_in_clear_is_refused(mocks: Mocks) -> None:
    """A token that I set without --secret is refused before anything stands in state, naming --secret."""
    pulumi.runtime.set_all_config({"prisma:serviceToken": "prsc_clear"}, [])
    with pytest.raises(pulumi.RunError, match="--secret") as error:
        prisma.Project("shop")
    assert "prsc_clear" not in str(error.value)
    pulumi.runtime.set_all_config({"prisma:serviceToken": "prsc_clear"}, ["prisma:serviceToken"])
    prisma.Project("shop")


def test_a_program_runs_on_mocks(mocks: Mocks) -> None:
    """I test my program with set_mocks, without a token and without a network."""
    shop = prisma.Project("shop", region="eu-central-1")
    orders = prisma.Database("orders", project_id=shop.id, is_default=True)
    web = prisma.Connection("web", database_id=orders.id, name="web-app")
    assert value(orders.project_id) == "shop_id"
    assert value(web.database_url) == "postgresql://pooled"
    assert value(shop.default_region) == "eu-central-1"
    assert value(web.port) == 5432
    assert isinstance(value(web.port), int)
    assert mocks.registered["orders"].typ == "pulumi-python:dynamic/prisma:Database"
    inputs = mocks.registered["orders"].inputs
    assert inputs["name"] == "orders"
    assert inputs["projectId"] == "shop_id"
    assert inputs["isDefault"] is True
    assert mocks.registered["web"].inputs["name"] == "web-app"


def test_options_reach_the_provider(mocks: Mocks) -> None:
    """My ignore_changes and custom_timeouts count, although Pulumi does not hand them on."""
    options = pulumi.ResourceOptions(
        ignore_changes=["name", "is_default"], custom_timeouts=pulumi.CustomTimeouts(create="20m")
    )
    orders = prisma.Database("orders", project_id="proj_1", opts=options)
    value(orders.urn)
    assert mocks.registered["orders"].inputs["ignoreChanges"] == ["name", "isDefault"]
    assert mocks.registered["orders"].inputs["customTimeouts"] == {"create": "20m"}


def test_the_same_name_under_two_kinds_of_parent_is_two_resources(mocks: Mocks) -> None:
    """Two components may each hold a database called "db": their logicalIds differ, and nothing waits for ever."""

    class Team(pulumi.ComponentResource):
        def __init__(self, kind: str, name: str) -> None:
            super().__init__(f"shop:index:{kind}", name)
            self.db = prisma.Database(f"{name}-db", project_id="proj_1", opts=pulumi.ResourceOptions(parent=self))

    one, two = Team("Blue", "blue"), Team("Green", "green")
    value(one.db.urn), value(two.db.urn)
    seen = {mocks.registered[name].inputs["identity"] for name in ("blue-db", "green-db")}
    assert len(seen) == 2
    marks = [identity.rpartition("/")[2] for identity in seen]
    assert all(mark.startswith(("blue-db-", "green-db-")) for mark in marks)


def test_functions_ask_the_mocks(mocks: Mocks) -> None:
    """In a test of my program the functions ask my mocks, with outputs or without."""
    shop = prisma.Project("shop")
    (found,) = prisma.get_databases(project_id="proj_1")
    assert (found.project_id, found.is_default) == ("proj_1", True)
    later = prisma.get_databases_output(project_id=shop.id)
    assert [each.project_id for each in value(later)] == ["shop_id"]


def test_a_function_of_an_output_names_its_twin(mocks: Mocks) -> None:
    """An output where a plain value is wanted is one sentence that names the function to use."""
    with pytest.raises(pulumi.RunError, match="get_connections_output"):
        prisma.get_connections(prisma.Database("orders", project_id="proj_1").id)  # type: ignore[arg-type]


def test_a_restore_is_confirmed_by_hand(mocks: Mocks) -> None:
    """The output of a resource would confirm whatever it is: confirm_database_name is text."""
    orders = prisma.Database("orders", project_id="proj_1")
    with pytest.raises(pulumi.RunError, match="as text"):
        prisma.Restore(
            "back",
            database_id=orders.id,
            backup_id="bkp_1",
            confirm_database_name=orders.name,  # type: ignore[arg-type]
        )


@pytest.mark.parametrize("kind", ["Project", "Branch", "Database", "Connection", "Restore"])
def test_state_holds_a_reference_to_the_provider(kind: str) -> None:
    """An upgrade dirties nothing: state holds a short reference to the provider, never its code or a token."""
    provider = getattr(dynamic, f"{kind}Provider")()
    pickled = pulumi.dynamic.dynamic.serialize_provider(provider)
    assert len(pickled) < 200
    for part in ("prisma_provider.dynamic", f"{kind}Provider"):
        assert part.encode() in base64.b64decode(pickled)
    assert not vars(provider)
    assert provider.serialize_as_secret_always is False
