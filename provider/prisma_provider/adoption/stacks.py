"""What stacks hold already, by what `pulumi stack export` says of them. Only ids are read."""

from __future__ import annotations

import json
from collections.abc import Iterable

from prisma_provider.errors import PrismaError
from prisma_provider.live import state
from prisma_provider.live.state import Recorded


class UnreadableExport(PrismaError):
    """It is no output of `pulumi stack export`."""


def read(exports: Iterable[str]) -> Recorded:
    """What is in any of these stacks; UnreadableExport where one of them is none."""
    try:
        held = [state.read(json.loads(export)["deployment"]) for export in exports]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UnreadableExport(
            "What a stack holds cannot be read: this is no export of a stack.",
            hint="give the output of `pulumi stack export`, as it is.",
        ) from None
    return Recorded(tuple(entry for stack in held for entry in stack.entries))
