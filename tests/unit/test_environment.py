"""Environments in programs, tested with mocks: names, defaults, and the rules of each kind."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi import Output

import pulumi_prisma
from pulumi_prisma import native
from unit.test_sdk import Mocks, loop, mocks, value

__all__ = ["loop", "mocks"]

HOSTS = pytest.mark.parametrize("prisma", [pulumi_prisma, native], ids=["dynamic", "plugin"])


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[dict[str, Any], bool]]:
    """What was registered, by kind: its inputs without Pulumi's and our hidden ones, and whether it is protected."""
    found: dict[str, tuple[dict[str, Any], bool]] = {}
    register = pulumi.CustomResource.__init__

    def remember(self: Any, typ: str, name: str, props: Any, opts: Any, *more: Any, **others: Any) -> None:
        register(self, typ, name, props, opts, *more, **others)
        hidden = ("identity", "__provider")
        shown = {key: each for key, each in (props or {}).items() if each is not None and key not in hidden}
        found[typ.rpartition(":")[2] if typ.startswith("prisma") else type(self).__name__] = (
            shown,
            bool(self._protect),
        )

    monkeypatch.setattr(pulumi.CustomResource, "__init__", remember)
    return found


def test_a_kind_that_is_none_is_one_sentence(mocks: Mocks) -> None:
    """I mistype the kind: the program stops, and says which kinds there are."""
    with pytest.raises(pulumi.RunError, match="production, persistent, preview"):
        pulumi_prisma.Environment("dev", project_id="proj_1", kind="prod")


@HOSTS
def test_an_environment_that_stays(mocks: Mocks, made: dict[str, Any], prisma: Any) -> None:
    """Named after itself, on a branch of its own; it takes nothing over, and other stacks' default flag is let be."""
    dev = prisma.Environment("dev", project_id="proj_1")
    assert value(dev.connection.urn)
    assert {kind: inputs.get("adopt") for kind, (inputs, _) in made.items()} == dict.fromkeys(made)
    assert (made["Branch"][0]["git_name"], made["Database"][0]["name"]) == ("dev", "dev")
    assert "is_default" not in made["Database"][0]
    assert not any(protected for _, protected in made.values())
    assert value(dev.git_name) == "dev"
    assert value(dev.kind) == "persistent"


@HOSTS
def test_production_is_protected(mocks: Mocks, made: dict[str, Any], prisma: Any) -> None:
    """On the default branch, the default database, all protected; `protect=False` is the way to take it down."""
    assert value(prisma.Environment("production", project_id="proj_1", kind="production").connection.urn)
    assert made["Branch"][0] == {"project_id": "proj_1", "git_name": "main", "is_default": True, "adopt": True}
    assert made["Database"][0]["is_default"] is True
    assert "adopt" not in made["Database"][0]
    assert "adopt" not in made["Connection"][0]
    assert all(protected for _, protected in made.values())
    open_ = pulumi.ResourceOptions(protect=False)
    assert value(prisma.Environment("p2", project_id="proj_1", kind="production", opts=open_).connection.urn)
    assert not any(protected for _, protected in made.values())


@HOSTS
def test_a_preview_takes_its_own_leftovers(mocks: Mocks, made: dict[str, Any], prisma: Any) -> None:
    """Cloned from another environment; what a killed run left is taken, with a new password."""
    source = prisma.CloneOf("db_1")
    preview = prisma.Environment("pr-7", project_id="proj_1", kind="preview", git_name="feature/x", source=source)
    assert value(preview.connection.urn)
    assert {inputs.get("adopt") for inputs, _ in made.values()} == {True}
    assert made["Database"][0]["source"] == {"type": "database", "databaseId": "db_1"}
    assert made["Branch"][0]["git_name"] == "feature/x"
    assert made["Connection"][0]["rotation_trigger"]
    assert not any(protected for _, protected in made.values())


def test_promotion_is_a_name_and_a_flag(mocks: Mocks, made: dict[str, Any]) -> None:
    """Both are properties of its database; production may hand its flag over."""
    production = pulumi_prisma.Environment(
        "production", project_id="proj_1", kind="production", database_name="orders-old", is_default=False
    )
    assert value(production.connection.urn)
    assert (made["Database"][0]["name"], made["Database"][0]["is_default"]) == ("orders-old", False)


@HOSTS
@pytest.mark.parametrize("kind", ["production", "persistent", "preview"])
@pytest.mark.parametrize("adopt", ["db_c123456789", False, True])
def test_what_i_ask_to_adopt_is_the_database(
    mocks: Mocks, made: dict[str, Any], prisma: Any, kind: str, adopt: str | bool
) -> None:
    """`adopt=` of an environment goes to its database; branch and connection keep the rules of the kind."""
    assert value(prisma.Environment("pr-7", project_id="proj_1", kind=kind, adopt=adopt).connection.urn)
    assert made["Database"][0]["adopt"] == adopt
    assert made["Connection"][0].get("adopt") == (True if kind == "preview" else None)


@HOSTS
def test_an_environment_with_its_schema(mocks: Mocks, made: dict[str, Any], prisma: Any) -> None:
    """`migration=Migrate(…)` is a Migration of its own connection, below it; anything else is one sentence."""
    with pytest.raises(pulumi.RunError, match=r"must be prisma\.Migrate"):
        prisma.Environment("pr-8", project_id="proj_1", migration={"tool": "prisma"})
    tool = prisma.Migrate(tool="prisma", directory="app")
    preview = prisma.Environment("pr-7", project_id="proj_1", kind="preview", migration=tool)
    assert preview.migration is not None and value(preview.migration.urn)
    inputs, _ = made["Migration"]
    assert (inputs["tool"], inputs["directory"]) == ("prisma", "app") and "command" not in inputs
    assert value(inputs["direct_url"]) == value(preview.direct_url)
    assert prisma.Environment("pr-9", project_id="proj_1").migration is None


@HOSTS
def test_a_preview_gives_its_branch_what_the_platform_reads(mocks: Mocks, prisma: Any) -> None:
    """environment_variables=True: DATABASE_URL and its pooled twin, for this branch alone, with its own string."""
    preview = prisma.Environment("pr-7", project_id="proj_1", kind="preview", environment_variables=True)
    assert sorted(preview.variables) == ["DATABASE_URL", "DATABASE_URL_POOLED"]
    for key, variable in preview.variables.items():
        assert value(variable.urn).endswith(f"$prisma:index:EnvironmentVariable::pr-7-{key}") or prisma is pulumi_prisma
        assert value(variable.branch_id) == value(preview.branch_id)
        assert value(variable.value) == value(preview.database_url)
        assert value(variable.variable_class) == "preview"


@HOSTS
def test_each_key_holds_what_i_say(mocks: Mocks, made: dict[str, Any], prisma: Any) -> None:
    """A mapping of keys; in production without a branch, and what Prisma manages there stays Prisma's."""
    keys = {"DIRECT_URL": "direct_url"}
    production = prisma.Environment("production", project_id="proj_1", kind="production", environment_variables=keys)
    assert value(production.variables["DIRECT_URL"].urn)
    assert value(production.variables["DIRECT_URL"].value) == value(production.direct_url)
    inputs, protected = made["EnvironmentVariable"]
    assert (inputs["variable_class"], inputs["adopt"], "branch_id" in inputs, protected) == (
        "production",
        False,
        False,
        True,
    )
    assert prisma.Environment("dev", project_id="proj_1").variables == {}


@pytest.mark.parametrize("given", [{"DATABASE_URL": "password"}, ["DATABASE_URL"], "DATABASE_URL"])
def test_what_no_variable_can_hold_is_one_sentence(mocks: Mocks, given: Any) -> None:
    """Anything but a connection string of the environment: the program stops, and says what there is."""
    with pytest.raises(pulumi.RunError, match="environment_variables"):
        pulumi_prisma.Environment("dev", project_id="proj_1", environment_variables=given)


@pytest.mark.parametrize("held", ["postgres://me:s3cret@db.example/", Output.from_input("database_url")])
def test_a_value_in_the_place_of_a_string_is_not_shown(mocks: Mocks, held: Any) -> None:
    """A connection string given for a key, or an output: the sentence says what fits, and shows neither."""
    with pytest.raises(pulumi.RunError, match="it can hold database_url or direct_url") as refused:
        pulumi_prisma.Environment("dev", project_id="proj_1", environment_variables={"DATABASE_URL": held})
    assert "s3cret" not in str(refused.value) and "Calling" not in str(refused.value)


def test_a_kind_that_is_not_known_yet(mocks: Mocks) -> None:
    """An output for the kind: one sentence, and not Pulumi's lines about outputs in strings."""
    with pytest.raises(pulumi.RunError, match="kind must be known before the update: production") as refused:
        pulumi_prisma.Environment("dev", project_id="proj_1", kind=Output.from_input("preview"))  # type: ignore[arg-type]
    assert "Calling" not in str(refused.value)
