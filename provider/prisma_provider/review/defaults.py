"""Default databases: Prisma deletes one only with its project, or once another database has the flag."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from prisma_provider.api.ids import bare_id
from prisma_provider.review.changes import seen
from prisma_provider.review.plan import STAYS, Plan, State, Step
from prisma_provider.review.values import UNKNOWN_MARK


class Defaults:
    """Which projects may lose their default database in a plan; asked once a deletion, so it counts beforehand."""

    def __init__(self, plan: Plan) -> None:
        self._ends = Counter(map(_project_id, filter(_may_end, plan.steps)))
        self._flagged = Counter(home for step in plan.steps for home in _flagged(step, plan))

    def lives_on(self, step: Step) -> bool:
        """Whether a database that is deleted lives on, as far as the preview shows: as the default of its project."""
        old = step.old or State()
        if old.outputs.get("isDefault") is not True or step.pending:
            return False
        home = _known(old.get("projectId"))
        itself = 1
        return not _may_be(self._ends, home) and _may_be(self._flagged, home) <= itself


def _may_be(counted: Counter[str | None], home: str | None) -> int:
    """How many may belong to this project, as far as ids are known."""
    return counted.total() if home is None else counted[home] + counted[None]


def _known(project_id: Any) -> str | None:
    known = isinstance(project_id, str) and project_id != UNKNOWN_MARK
    return bare_id(project_id) if known else None


def _project_id(step: Step) -> str | None:
    return _known((step.old or State()).id)


def _may_end(step: Step) -> bool:
    """Whether a step may be the end of a project."""
    old = step.old or State()
    stays = step.op in STAYS or old.retained or old.external
    return step.noun == "Project" and "prisma" in step.type.lower() and not stays


def _flagged(step: Step, plan: Plan) -> Iterator[str | None]:
    """The project in which this database may be the default one by now: as declared, in state, or live."""
    if step.kind != "Database":
        return
    old, new = step.old or State(), step.new or State()
    if new.inputs.get("isDefault") not in (None, False) or True in (
        old.outputs.get("isDefault"),
        new.outputs.get("isDefault"),
        *(change.before for field, change in seen(step, plan).items() if field == "isDefault"),
    ):
        yield _known((new if step.new else old).get("projectId"))
