"""DatabaseSet in a program: what is no set of names is one sentence, and so is a key that has no output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN, Unknown

import pulumi_prisma as prisma
from pulumi_prisma import by_key
from unit.test_sdk import loop, value

__all__ = ["loop"]

URN = "urn:pulumi-python:dynamic/prisma:DatabaseSet::tenants"


class Mocks(pulumi.runtime.Mocks):
    """Answers as after an `up` in which "globex" failed."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "tenants-1", {**args.inputs, "ids": {"acme": "db_1"}, "failed": {"globex": "no"}}

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise AssertionError("nothing is asked")


@pytest.fixture(autouse=True)
def mocked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Pulumi with mocks, and without settings."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    pulumi.runtime.set_mocks(Mocks(), project="shop", stack="dev", preview=False)
    yield
    pulumi.runtime.set_all_config({}, [])


def tenants(databases: Any = ("acme", "globex")) -> prisma.DatabaseSet:
    """The set."""
    return prisma.DatabaseSet("tenants", project_id="proj_1", databases=databases)


@pytest.mark.parametrize(
    ("databases", "said"),
    [
        ({1: "acme"}, r"the key 1 of databases is no text; give str\(1\)"),
        ({"acme": None}, 'None in place of a name for the key "acme"'),
        ({"acme"}, r"databases is a set; .*sorted"),
        ({"acme": 1}.keys(), "databases is a dict_keys"),
        ((each for each in ("acme",)), "databases is a generator"),
    ],
)
def test_what_pulumi_cannot_send_is_one_sentence(databases: Any, said: str) -> None:
    """I am told which argument it is, and what to give, in place of a traceback of Pulumi's."""
    with pytest.raises(pulumi.RunError, match=said):
        tenants(databases)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda made: made.ids["globex"], r'tenants: ids has no key "globex"\. .*could not be made'),
        (lambda made: made.direct_urls["acme"], r'direct_urls has no key "acme".*connections=True'),
    ],
)
def test_a_key_without_an_output_is_one_sentence(read: Callable[[Any], Any], said: str) -> None:
    """A program that reads what failed ends with the reason, and not with a `KeyError`."""
    with pytest.raises(pulumi.RunError, match=said):
        value(read(tenants()))


def test_a_key_that_has_an_output() -> None:
    """It is read, and given on as a whole, as from any dictionary."""
    made = tenants()
    assert value(made.ids["acme"]) == "db_1"
    assert value(made.ids) == {"acme": "db_1"}
    assert value(made.ids.apply(lambda ids: ids.get("globex"))) is None


def _preview(output: pulumi.Output[Any], databases: Any, state: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    async def engine(token: str, arguments: dict[str, str]) -> Any:
        assert (token, arguments["stackName"].rpartition("/")[2]) == (by_key._OF_STATE, "dev")
        return {"outputs": state}

    monkeypatch.setattr(pulumi.runtime, "invoke_async", engine)
    found = by_key.or_of_state(output, pulumi.Output.from_input(URN), databases)
    return pulumi.runtime.sync_await._sync_await(found.future(with_unknowns=True))


def test_a_preview_knows_the_ids_that_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection of a database that stays is not shown as replaced, where the set changes."""
    unknown = pulumi.Output.from_input(UNKNOWN)
    state = {URN: {"outputs": {"ids": {"acme": "db_1", "gone": "db_2"}}}}
    for databases in ({"acme": "renamed", "new": "new"}, ["acme", "new"], {"acme": UNKNOWN, "new": "new"}):
        found = _preview(unknown, databases, state, monkeypatch)
        assert (found.keys(), found["acme"]) == ({"acme", "new"}, "db_1")
        assert isinstance(found["new"], Unknown)
    moved = {"urn:prisma:index:DatabaseSet::tenants": state[URN]}
    assert _preview(unknown, ["acme"], moved, monkeypatch) == {"acme": "db_1"}
    assert isinstance(_preview(unknown, UNKNOWN, state, monkeypatch), Unknown)
    assert isinstance(_preview(unknown, {"acme": "acme"}, {}, monkeypatch), Unknown)
    assert _preview(pulumi.Output.from_input({"acme": "db_9"}), {}, {}, monkeypatch) == {"acme": "db_9"}
