"""A deletion and a creation that look like one renamed resource: one advice for each cause."""

from __future__ import annotations

from typing import Any

import pytest

from prisma_provider.review.lookalikes import Lookalike
from prisma_provider.review.reading import read
from prisma_provider.review.review import review
from unit.test_review import TYPES, document

ENVIRONMENT = "prisma:index:Environment"
PREFIX = "urn:pulumi:dev::shop::"


def step(op: str, urn: str, parent: str = "", *, component: bool = False, **inputs: Any) -> dict[str, Any]:
    state = {"id": "" if component else "x_1", "custom": not component, "parent": PREFIX + parent, "inputs": inputs}
    return {"op": op, "urn": PREFIX + urn, ("oldState" if op == "delete" else "newState"): state}


def environment(op: str, name: str, chain: str = "", parent: str = "", host: str = TYPES[0]) -> list[dict[str, Any]]:
    """An environment and what it is made of."""
    mine = f"{chain}{ENVIRONMENT}::{name}"
    kinds = ("Branch", "Database", "Connection")
    children = [step(op, f"{chain}{ENVIRONMENT}${host}{kind}::{name}", mine, name="app") for kind in kinds]
    return [step(op, mine, parent, component=True), *children]


def found(*steps: dict[str, Any]) -> list[Lookalike]:
    return list(review(read(document(*steps))).lookalikes)


@pytest.mark.parametrize("host", TYPES)
def test_a_renamed_environment_needs_one_alias(host: str) -> None:
    """Its branch, its database and its connection follow it."""
    (one,) = found(*environment("create", "stage", host=host), *environment("delete", "staging", host=host))
    assert one.deleted.noun == "Environment"
    assert one.advice == 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="staging")])'


def test_two_renamed_environments_need_two() -> None:
    """Each has its own cause."""
    steps = [*environment("delete", "a"), *environment("delete", "b")]
    both = found(*steps, *environment("create", "c"), *environment("create", "d"))
    assert [each.deleted.noun for each in both] == ["Environment", "Environment"]
    assert {each.deleted.name for each in both} == {"a", "b"}


def test_an_environment_that_moved_into_a_component_is_named_by_its_urn() -> None:
    """The parents are a part of its identity, too."""
    (one,) = found(*environment("delete", "stage"), *environment("create", "stage", "shop:index:Site$"))
    assert one.advice == f'opts=pulumi.ResourceOptions(aliases=["{PREFIX}{ENVIRONMENT}::stage"])'


def test_the_topmost_cause_is_named() -> None:
    """A renamed component that holds the environment, whose names begin with its own."""

    def site(op: str, name: str) -> list[dict[str, Any]]:
        mine = f"shop:index:Site::{name}"
        return [step(op, mine, component=True), *environment(op, f"{name}-env", "shop:index:Site$", mine)]

    (one,) = found(*site("delete", "old"), *site("create", "new"))
    assert (one.deleted.noun, one.deleted.name) == ("Site", "old")


def test_a_child_that_does_not_follow_its_parent_has_its_own_advice() -> None:
    """Pulumi derives the alias of a child from its parent's only where the name begins with it."""

    def shelf(op: str, name: str, database: str) -> list[dict[str, Any]]:
        mine = f"shop:index:Shelf::{name}"
        child = step(op, f"shop:index:Shelf${TYPES[0]}Database::{database}", mine, name="orders")
        return [step(op, mine, component=True), child]

    (one,) = found(*shelf("delete", "a", "first"), *shelf("create", "b", "second"))
    assert (one.deleted.noun, one.deleted.name) == ("Database", "first")
    (one,) = found(*shelf("delete", "a", "first"), *shelf("create", "b", "first"))
    assert (one.deleted.noun, one.deleted.name) == ("Shelf", "a")


def test_a_component_that_is_its_own_parent_is_no_endless_loop() -> None:
    """No state of Pulumi's has that, and none of anybody's stops the review."""

    def loop(op: str, name: str) -> list[dict[str, Any]]:
        mine = f"shop:index:Shelf::{name}"
        return [step(op, mine, mine, component=True), step(op, f"shop:index:Shelf${TYPES[0]}Database::{name}", mine)]

    assert found(*loop("delete", "a"), *loop("create", "b"))


def test_thousands_are_compared_by_name() -> None:
    """A whole stack moved into a component: the pairs are found, and not by comparing each with each."""
    old = [step("delete", f"{TYPES[0]}Database::d{n}", name=f"d{n}") for n in range(300)]
    new = [step("create", f"shop:index:Shelf${TYPES[0]}Database::d{n}", name=f"d{n}") for n in range(300)]
    pairs = found(*old, *new)
    assert len(pairs) == 300
    assert all(each.deleted.name == each.created.name for each in pairs)
