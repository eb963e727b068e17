"""The logicalId: it stands on objects and in state for good, so its form is pinned."""

from __future__ import annotations

import re

import pytest

from prisma_provider import keys

KEY = "orders-0123456789abcdef-01234567"


def test_a_stem_stays_what_it_is() -> None:
    """The key of a resource is on its database: another version of this package finds it by the same one."""
    assert keys.stem("orders", "shop", "dev") == "orders-61d07dbf0ef82d96"
    assert keys.stem("orders", "shop", "dev") != keys.stem("orders", "shopdev")
    assert re.fullmatch(r"orders-[0-9a-f]{16}-[0-9a-f]{8}", keys.new_logical_id(keys.stem("orders"), "seed"))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Orders & Invoices!", "orders-invoices"),
        ("--a--", "a"),
        ("-" + "a" * 40, "a" * 32),
        ("\u65e5\u672c", "resource"),
        ("x" * 40, "x" * 32),
        ("x" * 31 + " y", "x" * 31),
        ("a_b.c", "a-b-c"),
    ],
)
def test_the_slug_is_for_people(name: str, slug: str) -> None:
    """Whatever the name, the key has a part that people read and the service takes."""
    assert keys.stem(name).rpartition("-")[0] == slug


@pytest.mark.parametrize(
    ("urn", "stack"),
    [
        ("urn:pulumi:dev::shop::prisma:index:Database::orders", "dev"),
        ("dev::shop", ""),
        ("", ""),
        ("urn:pulumi:x", "x"),
    ],
)
def test_the_stack_of_a_urn(urn: str, stack: str) -> None:
    """A URN names its stack; what is no URN names none."""
    assert keys.stack_of(urn) == stack


@pytest.mark.parametrize(
    "other", [None, "", "terraform-made", "orders-0123456789abcdef", f"{KEY}0", f"{KEY}-else", KEY[1:6]]
)
def test_another_tool_s_key_is_left_as_it_is(other: str | None) -> None:
    """A key that is not of our form, or is cut off, is another's, and says nothing to us."""
    assert keys.stem_of(other) is None
    assert not keys.is_ours(other)
    assert keys.key_of(other) == other
    assert keys.is_deleted_with_project(other) is False
    assert keys.deleting_since(other) is None


def test_what_a_key_says_of_its_project() -> None:
    """Behind the key stands that the database goes with its project, and since when a run was to delete both."""
    goes, deleting = keys.for_deletion_with_project(KEY), keys.for_deletion_with_project(KEY, 1767225600.9)
    assert (goes, deleting) == (f"{KEY}-with-project", f"{KEY}-deleting-6955b900")
    for each in (goes, deleting):
        assert keys.is_ours(each)
        assert keys.key_of(each) == KEY
        assert keys.stem_of(each) == "orders-0123456789abcdef"
        assert keys.is_deleted_with_project(each) is True
        assert keys.for_deletion_with_project(each) == goes  # never twice
    assert keys.is_deleted_with_project(KEY) is False
    assert keys.deleting_since(KEY) is keys.deleting_since(goes) is None
    assert keys.deleting_since(deleting) == 1767225600.0
