"""A deletion and a creation of one type that look like one resource under another name.

The first argument of a resource is its identity. Who changes it, or puts the resource into a component, means the
same object; Pulumi deletes it and makes another. `aliases` is the way out. Where a whole component was renamed, its
own alias is enough: Pulumi gives it to what is in it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from prisma_provider.review.plan import KINDS, State, Step
from prisma_provider.review.values import UNKNOWN_MARK

INHERIT = "inherit"
_TELLING = ("name", "gitName", "projectId", "databaseId", "region", "branchId", "isDefault")
_MOST = 40_000
"""Pairs that are compared at most; beyond that only those that share a name are."""


@dataclass(frozen=True)
class Lookalike:
    """Probably one resource, and what keeps it one."""

    deleted: Step
    created: Step

    @property
    def advice(self) -> str:
        """What to write into the program."""
        old, new = self.deleted, self.created
        if old.parents == new.parents and old.name != new.name:
            alias = f"pulumi.Alias(name={json.dumps(old.name)})"
        else:
            alias = json.dumps(old.urn)
        return f"opts=pulumi.ResourceOptions(aliases=[{alias}])"


def lookalikes(steps: Iterable[Step]) -> Iterator[Lookalike]:
    """The pairs that are most alike; a step is in one pair at most. A renamed component stands for what is in it."""
    changed = [step for step in steps if step.op in ("create", "delete") and not step.pending]
    components = [*_pairs([step for step in changed if not step.custom], _same_component)]
    renamed = {(each.deleted.urn, each.created.urn): each for each in components}
    causes: dict[Lookalike | None, None] = {}
    own = []
    for pair in _pairs([step for step in changed if step.kind], _may_be):
        cause = _cause(pair, renamed)
        if cause:
            causes[cause] = None
        else:
            own.append(pair)
    yield from (each for each in components if each in causes)
    yield from own


def _cause(pair: Lookalike, renamed: dict[tuple[str, str], Lookalike]) -> Lookalike | None:
    """The component whose new name makes a pair of what is in it."""
    return renamed.get(((pair.deleted.old or State()).parent, (pair.created.new or State()).parent))


