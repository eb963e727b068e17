"""All findings of a plan, and what they come to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress

from prisma_provider.api.ids import bare_id
from prisma_provider.members import member, resource_of
from prisma_provider.reporting import Verdict
from prisma_provider.review.calls import calls
from prisma_provider.review.changes import adopted
from prisma_provider.review.defaults import Defaults
from prisma_provider.review.findings import TAKEN, UNRELEASED, Finding, findings, foreign
from prisma_provider.review.lookalikes import Lookalike, lookalikes
from prisma_provider.review.plan import KINDS, QUIET, STAYS, Plan, Step
from prisma_provider.review.sets import expanded
from prisma_provider.review.stateful import holds_data, is_prismas, prismas

ALLOW_CHANGES = "changes"
"""What `--allow` takes beside resources: everything that loses no data."""
ALLOW_OTHER = "other"
"""And this: data of other providers, which may be lost."""
_GENERAL = (ALLOW_CHANGES, ALLOW_OTHER)


@dataclass(frozen=True)
class Review:
    """What people are told of a plan."""

    stack: str
    findings: tuple[Finding, ...]
    lookalikes: tuple[Lookalike, ...]
    calls: tuple[str, ...]
    others: Mapping[str, int]
    """How many resources of other providers that are not known to hold data, by operation."""
    problems: tuple[str, ...]
    unseen: str = ""
    """What could not be seen, and is not judged therefore."""

    @property
    def losses(self) -> tuple[Finding, ...]:
        """What a check asks about, since it loses data, or may."""
        return tuple(finding for finding in self.findings if finding.loses == "data")

    @property
    def lost(self) -> tuple[Finding, ...]:
        """Data of Prisma's that is lost."""
        return tuple(loss for loss in self.losses if not loss.lives_on and not loss.other)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """Those of which the data lives on, as far as the preview shows."""
        return tuple(loss for loss in self.losses if loss.lives_on)

    @property
    def risked(self) -> tuple[Finding, ...]:
        """Data of other providers that may be lost."""
        return tuple(loss for loss in self.losses if loss.other)

    @property
    def drift(self) -> tuple[Finding, ...]:
        """What another hand changed, and the program would put back."""
        return tuple(finding for finding in self.findings if finding.drift and finding.loses != "data")

    @property
    def intended(self) -> tuple[Finding, ...]:
        """What the program asks for, and loses no data."""
        return tuple(finding for finding in self.findings if not finding.drift and finding.loses != "data")

    def names(self, loss: Finding) -> Iterator[str]:
        """How `--allow` names this one and no other: by its label, its URN or its id, the shortest first."""
        step = loss.step
        for name in (loss.label, step.urn, loss.id):
            if name and self._is_one(name):
                yield name

    def is_allowed(self, loss: Finding, allowed: Collection[str]) -> bool:
        """Whether this loss was named."""
        return (loss.other and ALLOW_OTHER in allowed) or any(name in allowed for name in self.names(loss))

    def are_allowed(self, losses: Iterable[Finding], allowed: Collection[str]) -> bool:
        """Whether all of these were named."""
        return all(self.is_allowed(loss, allowed) for loss in losses)

    def unmet(self, allowed: Collection[str]) -> tuple[str, ...]:
        """What was allowed and is not lost here, or is the name of several."""
        return tuple(name for name in dict.fromkeys(allowed) if name not in _GENERAL and not self._is_one(name))

    @property
    def allowable(self) -> tuple[str, ...]:
        """Everything that `--allow` may name here."""
        return *_GENERAL, *(name for loss in self.losses for name in self.names(loss))

    def verdict(self, allowed: Collection[str] = ()) -> Verdict:
        """The worst of it, less what is allowed."""
        if self.problems:
            return Verdict.FAILED
        if not self.are_allowed(self.losses, allowed):
            return Verdict.DATA_LOSS
        if (self.findings or self.others) and ALLOW_CHANGES not in allowed:
            return Verdict.CHANGES
        return Verdict.FAILED if self.unseen else Verdict.SAFE

    def _is_one(self, name: str) -> bool:
        return len(self._named.get(name, ())) == 1

    @cached_property
    def _named(self) -> Mapping[str, set[tuple[str, str | None]]]:
        """Which objects may be meant by a name."""
        found: dict[str, set[tuple[str, str | None]]] = defaultdict(set)
        for loss in self.losses:
            for name in (loss.label, loss.step.urn, loss.id):
                if name and name not in _GENERAL:
                    found[name].add((loss.step.urn, loss.id))
        return found


def review(plan: Plan) -> Review:
    """Judge a plan."""
    pairs, plan = tuple(lookalikes(plan.steps)), replace(plan, steps=tuple(_with_moves(expanded(plan))))
    # Sorted, so that a comment that is written again differs only where the plan does.
    steps = sorted(
        plan.steps, key=lambda step: (step.kind is None, KINDS.index(step.kind) if step.kind else 0, step.urn)
    )
    ours = [step for step in steps if step.kind]
    prisma, defaults = prismas(plan.steps), Defaults(plan)
    taken = {bare_id(each) for each in map(adopted, ours) if each}
    others = [step for step in steps if _is_other(step)]
    at_stake = [step.op not in STAYS and holds_data(step, prisma) for step in others]
    return Review(
        stack=plan.stack,
        findings=(
            *(_advised(finding, taken) for step in ours for finding in findings(step, plan, defaults)),
            *(_advised(foreign(step, prisma=is_prismas(step, prisma)), taken) for step in compress(others, at_stake)),
        ),
        lookalikes=pairs,
        calls=tuple(call for step in ours for call in calls(step, plan)),
        others=Counter(_word(step.op) for step, loses in zip(others, at_stake, strict=True) if not loses),
        problems=plan.problems,
        unseen=plan.unseen,
    )


def _with_moves(steps: Iterable[Step]) -> Iterator[Step]:
    """Where one resource adopts what another one gives up, both of one provider, the object moves: it is not deleted.

    A set deletes what it gives up by itself, before anything is adopted, unless `release` names it.
    """
    steps = tuple(steps)
    taken = {_object(step, object_id) for step in steps if (object_id := adopted(step))}
    for step in steps:
        old = step.old
        if old and step.kind and step.op == "delete" and not member(step.urn) and _object(step, old.id) in taken:
            yield replace(step, old=replace(old, retained=True))
        else:
            yield step


def _object(step: Step, object_id: str | None) -> tuple[str, str, str]:
    """An object as one provider knows it; a database of a set is one of the set's provider."""
    return replace(step, urn=resource_of(step.urn)).package, step.noun, bare_id(object_id or "")


def _advised(finding: Finding, taken: Collection[str]) -> Finding:
    """With the way out where the same object comes and goes, as in a stack that changes its provider."""
    if finding.kind != "deleted" or not finding.id or bare_id(finding.id) not in taken:
        return finding
    advice = UNRELEASED if member(finding.step.urn) else TAKEN
    return replace(finding, note=f"{finding.note or ''} {advice}".strip())


def _is_other(step: Step) -> bool:
    """A resource of another provider to which something happens; Pulumi's own and components are none."""
    return step.kind is None and step.op not in QUIET and step.custom and not step.type.startswith("pulumi:")


def _word(op: str) -> str:
    return op if re.fullmatch(r"[a-z-]{1,40}", op) else "of an unknown operation"
