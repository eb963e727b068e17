"""The values that an editor offers, held against the published contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from published import contract
from pulumi_prisma.enumerations import ENUMERATIONS

VALUES = [set(each.values) for each in ENUMERATIONS.values()]
CONTRACT = contract()
ABOUT = {"region", "role", "kind", "backupType", "class"}
"""Properties of the contract by name; a status is one of a database, a backup or of what is not offered."""


def listed(found: Any, name: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Every list of values, with the property that it is of."""
    if isinstance(found, dict):
        if name in ABOUT and "enum" in found:
            yield name, frozenset(found["enum"])
        for key, value in found.items():
            yield from listed(value, name if key in ("anyOf", "oneOf", "schema") else key)
    elif isinstance(found, list):
        for value in found:
            yield from listed(value, name)


@pytest.mark.parametrize(("name", "values"), sorted(set(listed(CONTRACT)), key=str))
def test_what_prisma_lists_is_offered(name: str, values: frozenset[str]) -> None:
    """My editor offers every value that Prisma lists, but `inherit`, which is no region."""
    assert values - {"inherit"} in VALUES, f"{name}: {sorted(values)}"
