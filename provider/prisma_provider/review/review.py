"""All findings of a plan, and what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from prisma_provider.review.calls import calls
from prisma_provider.review.findings import Finding, findings
from prisma_provider.review.lookalikes import Lookalike, lookalikes
from prisma_provider.review.plan import KINDS, QUIET, Plan, Step

ALLOW_CHANGES = "changes"
"""What `--allow` takes beside resources: everything that loses no data."""


class Verdict(IntEnum):
    """What a check has to know; its value is the exit status."""

    SAFE = 0
    FAILED = 1
    """The preview did not reach its end: what it does not show may be worse."""
    CHANGES = 10
    DATA_LOSS = 20


@dataclass(frozen=True)
class Review:
    """What people are told of a plan."""

    stack: str
    findings: tuple[Finding, ...]
    lookalikes: tuple[Lookalike, ...]
    calls: tuple[str, ...]
    others: Mapping[str, int]
    """How many resources of other providers, by operation; what they hold is not judged."""
    problems: tuple[str, ...]

    @property
    def losses(self) -> tuple[Finding, ...]:
        """What a check asks about, since it loses data, or may."""
        return tuple(finding for finding in self.findings if finding.loses == "data")

    @property
    def lost(self) -> tuple[Finding, ...]:
        """Those that lose it."""
        return tuple(loss for loss in self.losses if not loss.lives_on)

    @property
    def kept(self) -> tuple[Finding, ...]:
        """Those of which the data lives on, as far as the preview shows."""
        return tuple(loss for loss in self.losses if loss.lives_on)

    @property
    def drift(self) -> tuple[Finding, ...]:
        """What another hand changed, and the program would put back."""
        return tuple(finding for finding in self.findings if finding.drift and finding.loses != "data")

    @property
    def intended(self) -> tuple[Finding, ...]:
        """What the program asks for, and loses no data."""
        return tuple(finding for finding in self.findings if not finding.drift and finding.loses != "data")

    def is_allowed(self, loss: Finding, allowed: Collection[str]) -> bool:
        """Whether this loss was named: by its URN, or by its label where no other loss goes by the same."""
        alone = sum(other.label == loss.label for other in self.losses) == 1
        return loss.step.urn in allowed or (alone and loss.label in allowed)

    def are_allowed(self, losses: Iterable[Finding], allowed: Collection[str]) -> bool:
        """Whether all of these were named."""
        return all(self.is_allowed(loss, allowed) for loss in losses)

    def verdict(self, allowed: Collection[str] = ()) -> Verdict:
        """The worst of it, less what is allowed."""
        if self.problems:
            return Verdict.FAILED
        if not self.are_allowed(self.losses, allowed):
            return Verdict.DATA_LOSS
        if (self.findings or self.others) and ALLOW_CHANGES not in allowed:
            return Verdict.CHANGES
        return Verdict.SAFE


def review(plan: Plan) -> Review:
    """Judge a plan."""
    # Sorted, so that a comment that is written again differs only where the plan does.
    ours = sorted((step for step in plan.steps if step.kind), key=lambda step: (KINDS.index(str(step.kind)), step.urn))
    return Review(
        stack=plan.stack,
        findings=tuple(finding for step in ours for finding in findings(step, plan)),
        lookalikes=tuple(lookalikes(ours)),
        calls=tuple(call for step in ours for call in calls(step, plan)),
        others=Counter(step.op for step in plan.steps if _is_other(step)),
        problems=plan.problems,
    )


def _is_other(step: Step) -> bool:
    """A resource of another provider to which something happens; Pulumi's own and components are none."""
    return step.kind is None and step.op not in QUIET and step.custom and not step.type.startswith("pulumi:")
