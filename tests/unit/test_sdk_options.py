"""Options of Pulumi that reach a resource by a transformation or from a component, in programs with mocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest

import pulumi_prisma as prisma
from pulumi_prisma import native
from unit.test_sdk import Mocks, loop, mocks, value

__all__ = ["loop", "mocks"]

Options = pulumi.ResourceOptions


class Team(pulumi.ComponentResource):
    """A component of a user's, with a database in it."""

    def __init__(self, opts: Options | None = None, host: Any = prisma) -> None:
        super().__init__("shop:index:Team", "team", None, opts)
        self.db = host.Database("db", project_id="proj_1", opts=Options(parent=self))


class Account(pulumi.ProviderResource):
    """A provider of any package."""

    def __init__(self, package: str) -> None:
        super().__init__(package, f"eu-{package}")


def changing(**options: Any) -> pulumi.ResourceTransformation:
    """A transformation that adds these options to databases."""

    def change(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.endswith("Database"):
            return None
        return pulumi.ResourceTransformationResult(args.props, Options.merge(args.opts, Options(**options)))

    return change


def inputs(mocks: Mocks, resource: pulumi.Resource) -> Mapping[str, Any]:
    """What was registered of it."""
    value(resource.urn)
    return mocks.registered[resource.pulumi_resource_name].inputs


def test_what_a_transformation_says_is_refused_as_well(mocks: Mocks) -> None:
    """import_=, provider= and a timeout that is none are one sentence, too, where a transformation sets them."""
    timeouts = pulumi.CustomTimeouts(create="soon")
    for given, words in ({"import_": "db_1"}, "import_="), ({"custom_timeouts": timeouts}, '"soon" is no duration'):
        with pytest.raises(pulumi.RunError, match=words):
            prisma.Database("orders", project_id="proj_1", opts=Options(transformations=[changing(**given)]))
    with pytest.raises(pulumi.RunError, match="provider="):
        Team(Options(transformations=[changing(provider=Account("prisma"))]))


def test_options_of_a_transformation_reach_the_provider(mocks: Mocks) -> None:
    """ignore_changes and custom_timeouts count when a transformation of a parent sets them."""
    timeouts = pulumi.CustomTimeouts(create="20m")
    given = changing(ignore_changes=["name", "is_default"], custom_timeouts=timeouts)
    own = Options(transformations=[given])
    for database in (Team(own).db, prisma.Database("orders", project_id="proj_1", opts=own)):
        registered = inputs(mocks, database)
        assert registered["ignoreChanges"] == ["name", "isDefault"]
        assert registered["customTimeouts"] == {"create": "20m"}


def test_a_transformation_that_says_nothing_leaves_nothing(mocks: Mocks) -> None:
    """Where a transformation sets neither, no such input is there: state is as without it."""
    registered = inputs(mocks, Team(Options(transformations=[changing(protect=True)])).db)
    assert not registered.keys() & {"ignoreChanges", "customTimeouts"}


def test_secrets_stay_secret_whatever_a_transformation_makes_of_the_options(
    mocks: Mocks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transformation that replaces all options, as many do, does not put connection strings in clear into state."""
    asked: list[Options] = []
    settled = pulumi.Resource._get_providers

    def note(self: Any, t: str, pkg: Any, opts: Options) -> Any:
        asked.append(opts)
        return settled(self, t, pkg, opts)

    monkeypatch.setattr(pulumi.Resource, "_get_providers", note)
    other = Options(transformations=[lambda args: pulumi.ResourceTransformationResult(args.props, Options())])
    prisma.Database("orders", project_id="proj_1", opts=other)
    assert asked[-1].additional_secret_outputs == ["database_url", "direct_url"]


def test_everything_may_be_ignored(mocks: Mocks, monkeypatch: pytest.MonkeyPatch) -> None:
    """ignore_changes=["*"] reaches the handlers; the engine is told of inputs by name, not of hidden ones."""
    asked: list[Options] = []
    settled = prisma.Database._before_providers

    def note(self: prisma.Database, opts: Options) -> None:
        settled(self, opts)
        asked.append(opts)

    monkeypatch.setattr(prisma.Database, "_before_providers", note)
    orders = prisma.Database("orders", project_id="proj_1", opts=Options(ignore_changes=["*"]))
    assert inputs(mocks, orders)["ignoreChanges"] == ["*"]
    assert {"name", "rotation_trigger"} <= set(asked[0].ignore_changes or ())
    assert not {"*", "identity", "ignore_changes"} & set(asked[0].ignore_changes or ())


@pytest.mark.parametrize("package", ["prisma", "pulumi-python"])
def test_an_account_that_would_not_be_used_is_refused(mocks: Mocks, package: str) -> None:
    """provider= and providers= of a component are refused, with the way, before a database is in another account."""
    eu = Account(package)
    for given in (Options(provider=eu), Options(providers=[eu]), Options(providers={"any": eu})):
        with pytest.raises(pulumi.RunError, match=r"provider=.*native") as error:
            Team(given)
        assert "db: " in str(error.value)
    outer = pulumi.ComponentResource("shop:index:Outer", "outer", None, Options(providers=[eu]))
    with pytest.raises(pulumi.RunError, match="provider="):
        Team(Options(parent=outer))
    with pytest.raises(pulumi.RunError, match="provider="):
        prisma.Environment("env", project_id="proj_1", opts=Options(provider=eu))


def test_providers_of_others_are_none_of_our_business(mocks: Mocks) -> None:
    """A component with a provider of another package may well hold a database."""
    aws = Account("aws")
    for given in (Options(provider=aws), Options(providers=[aws]), Options(providers={"aws": aws})):
        assert inputs(mocks, Team(given).db)["name"] == "db"


def test_the_plugin_takes_the_account_of_its_component(mocks: Mocks) -> None:
    """With the plugin a component's provider counts; under a key where Pulumi does not look, it is refused."""
    eu = Account("prisma")
    with pytest.raises(pulumi.RunError, match='"any"'):
        Team(Options(providers={"any": eu}), native)
    for given in (Options(provider=eu), Options(providers=[eu]), Options(providers={"prisma": eu})):
        assert Team(given, native).db._provider is eu


@pytest.mark.parametrize("packages", ['["*"]', '["prisma"]', '["aws", " pulumi-python"]'])
def test_a_setting_that_forbids_this_host_is_named(mocks: Mocks, packages: str) -> None:
    """With pulumi:disable-default-providers I am told what to use, instead of being asked for provider=."""
    pulumi.runtime.set_all_config({"pulumi:disable-default-providers": packages}, [])
    with pytest.raises(pulumi.RunError, match=r"disable-default-providers.*native"):
        prisma.Project("shop")
    native.Project("shop")


@pytest.mark.parametrize("packages", ['["aws"]', "", "["])
def test_a_setting_that_forbids_others_is_none_of_our_business(mocks: Mocks, packages: str) -> None:
    """Other packages in pulumi:disable-default-providers, or what the engine itself complains of, change nothing."""
    pulumi.runtime.set_all_config({"pulumi:disable-default-providers": packages}, [])
    prisma.Project("shop")


def test_an_output_in_a_string_is_refused(mocks: Mocks) -> None:
    """An f-string over an output is refused by name, with what to write instead, in either host."""
    shop = prisma.Project("shop")
    for host in (prisma, native):
        for given in ({"name": f"{shop.name}-x"}, {"rotation_trigger": {"of": [f"{shop.id}"]}}, {"name": f"{shop!r}"}):
            with pytest.raises(pulumi.RunError, match=rf"db: {next(iter(given))} holds an output.*Output.concat"):
                host.Database("db", project_id="proj_1", **given)
        with pytest.raises(pulumi.RunError, match="the first argument holds an output"):
            host.Database(f"{shop.name}-db", project_id="proj_1")
    with pytest.raises(pulumi.RunError, match="service_token holds an output"):
        native.Provider("eu", service_token=f"{shop.name}")


@pytest.mark.parametrize("hidden", ["\n", "\x07", "\x7f", "\x85", "\u2028", "\u202e", "\ud800"])
def test_a_name_with_hidden_characters_is_refused(mocks: Mocks, hidden: str) -> None:
    """A line break or a control character in a name is one sentence that names it, not a traceback or a database."""
    code = f"U\\+{ord(hidden):04X}"
    with pytest.raises(pulumi.RunError, match=code) as error:
        prisma.Database("db", project_id="proj_1", name=f"one{hidden}two")
    assert hidden not in str(error.value)
    for declare in (lambda: prisma.Branch("b", project_id="proj_1", git_name=hidden), lambda: native.Project(hidden)):
        with pytest.raises(pulumi.RunError, match=code):
            declare()
    prisma.Database("db", project_id="proj_1", name="dépôt 👩‍💻 ملف")
