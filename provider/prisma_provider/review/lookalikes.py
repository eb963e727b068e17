"""A deletion and a creation of one type that look like one resource under another name.

The first argument of a resource is its identity. Who changes it, or puts the resource into a component, means the
same object; Pulumi deletes it and makes another. `aliases` is the way out. Where a parent was renamed or moved, its
own alias is enough: Pulumi derives those of its children from it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product

from prisma_provider.review.plan import State, Step
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
        if old.type == new.type and old.parents == new.parents:
            alias = f"pulumi.Alias(name={json.dumps(old.name, ensure_ascii=False)})"
        else:
            alias = json.dumps(old.urn, ensure_ascii=False)
        return f"opts=pulumi.ResourceOptions(aliases=[{alias}])"


def lookalikes(steps: Iterable[Step]) -> Iterator[Lookalike]:
    """The pairs that are most alike, a step in one at most; a renamed parent stands for its children."""
    changed = {(step.op, step.urn): step for step in steps if step.op in ("create", "delete") and not step.pending}
    pairs = list(_pairs(step for step in changed.values() if step.kind))
    ours = {_key(pair): pair for pair in pairs}
    causes = {_key(cause): cause for cause in (_cause(pair, changed, ours) for pair in pairs)}
    yield from sorted(causes.values(), key=lambda each: each.deleted.custom)


def _key(pair: Lookalike) -> tuple[str, str]:
    return pair.deleted.urn, pair.created.urn


def _cause(
    pair: Lookalike, changed: Mapping[tuple[str, str], Step], ours: Mapping[tuple[str, str], Lookalike]
) -> Lookalike:
    """The topmost parent of which an alias is one of this pair, too; the pair itself where there is none."""
    seen = set()
    while _key(pair) not in seen:
        seen.add(_key(pair))
        old = changed.get(("delete", (pair.deleted.old or State()).parent))
        new = changed.get(("create", (pair.created.new or State()).parent))
        above = Lookalike(old, new) if old and new else None
        if above and (not above.deleted.custom or _key(above) in ours) and _inherits(pair, above):
            pair = above
    return pair


def _inherits(pair: Lookalike, above: Lookalike) -> bool:
    """Whether Pulumi derives the old URN of a child from an alias of its parent: a name may begin with the parent's."""
    name, prefix = pair.created.name, above.created.name
    if name.startswith(prefix):
        name = above.deleted.name + name.removeprefix(prefix)
    chain = above.deleted.urn.split("::", 3)[2]
    return pair.deleted.urn.split("::", 2)[2] == f"{chain}${pair.created.type}::{name}"


def _pairs(steps: Iterable[Step]) -> Iterator[Lookalike]:
    sides: dict[str | None, tuple[list[Step], list[Step]]] = defaultdict(lambda: ([], []))
    for step in steps:
        sides[step.kind][step.op == "create"].append(step)
    for deleted, created in sides.values():
        alike = [pair for pair in _candidates(deleted, created) if _may_be(*pair)]
        taken: set[str] = set()
        for old, new in sorted(alike, key=lambda pair: -_likeness(*pair)):
            if not taken & {old.urn, new.urn}:
                taken |= {old.urn, new.urn}
                yield Lookalike(old, new)


def _candidates(deleted: list[Step], created: list[Step]) -> Iterable[tuple[Step, Step]]:
    if len(deleted) * len(created) <= _MOST:
        return product(deleted, created)
    by_name = defaultdict(list)
    for step in created:
        by_name[_name(step, step.new)].append(step)
    return islice(((old, new) for old in deleted for new in by_name[_name(old, old.old)]), _MOST)


def _name(step: Step, state: State | None) -> str:
    """Its name in Prisma, which is often kept when the one in Pulumi changes."""
    return str((state or State()).get("name") or step.name)


def _may_be(deleted: Step, created: Step) -> bool:
    """Nothing that cannot change speaks against it: in another project, or another region, it is another object."""
    old, new = deleted.old or State(), created.new or State()
    if isinstance(new.inputs.get("adopt"), str):
        return False
    for field in ("projectId", "databaseId", "region"):
        declared = new.inputs.get(field)
        if declared not in (None, UNKNOWN_MARK, INHERIT, old.get(field)):
            return False
    return True


def _likeness(deleted: Step, created: Step) -> int:
    old, new = deleted.old or State(), created.new or State()
    alike = len([field for field in _TELLING if field in new.inputs and old.get(field) == new.inputs[field]])
    return 2 * alike + (deleted.name == created.name)
