"""A deletion and a creation of one type that look like one resource under another name.

The first argument of a resource is its identity. Who changes it, or puts the resource into a component, means the
same object; Pulumi deletes it and makes another. `aliases` is the way out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prisma_provider.review.plan import State, Step
from prisma_provider.review.values import UNKNOWN_MARK

INHERIT = "inherit"
_TELLING = ("name", "gitName", "projectId", "databaseId", "region", "branchId", "isDefault")


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
            return f"opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name={json.dumps(old.name)})])"
        return f"opts=pulumi.ResourceOptions(aliases=[{json.dumps(old.urn)}])"


def lookalikes(steps: Iterable[Step]) -> Iterator[Lookalike]:
    """The pairs that are most alike; a step is in one pair at most."""
    ours = [step for step in steps if step.kind]
    deleted = [step for step in ours if step.op == "delete"]
    created = [step for step in ours if step.op == "create"]
    pairs = [(old, new) for old in deleted for new in created if old.kind == new.kind and _may_be(old, new)]
    taken: set[int] = set()
    for old, new in sorted(pairs, key=lambda pair: -_likeness(*pair)):
        if not taken & {id(old), id(new)}:
            taken |= {id(old), id(new)}
            yield Lookalike(old, new)


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
