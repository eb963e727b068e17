"""An attack on the promise of the review: whatever a plan is, the review never says less than what is really lost.

A model makes stacks, decides the fate of each object, knows from it what is lost, and writes the preview as Pulumi's
CLI does, as a document or as events, whole, truncated or two in one file. The review sees only that text.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from prisma_provider.errors import UnreadablePreview
from prisma_provider.reporting import Verdict
from prisma_provider.review.pending import completed
from prisma_provider.review.plan import Plan
from prisma_provider.review.reading import read
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import Review, review

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
OURS = ("pulumi-python:dynamic/prisma:", "prisma:index:")
HOLD = (
    *(f"{host}{kind}" for host in OURS for kind in ("Project", "Database")),
    "prisma-postgres:index/project:Project",
    "prisma-postgres:index/database:Database",
    "aws:rds/instance:Instance",
    "neon:index/project:Project",
)
HOLD_NOTHING = (
    *(f"{host}{kind}" for host in OURS for kind in ("Branch", "Connection")),
    "prisma-postgres:index/connection:Connection",
    "aws:sns/topic:Topic",
)
PARENTS = ("", "prisma:index:Environment$", "shop:index:Site$prisma:index:Environment$", f"{OURS[0]}Project$")
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hunter2"}
PARTS = ("create-replacement", "import-replacement", "read-replacement", "delete-replaced")
"""Operations that the CLI does not count, and shows in a document only with --show-replacement-steps."""
LOSES = ("delete", "replace", "left", "import", "read")
"""Fates of an object after which it is gone; `left` is a deletion that an earlier run left undone; `import` and `read`
put another object in its place, which is there already."""


@dataclass(frozen=True)
class Thing:
    """A resource, what happens to it, and whether Pulumi deletes what it lets go."""

    urn: str
    old_urn: str
    holds: bool
    fate: str
    retained: bool
    inputs: dict[str, Any]

    @property
    def id(self) -> str:
        return f"x_{abs(hash(self.urn)) % 10**6}"

    @property
    def is_lost(self) -> bool:
        return self.holds and self.fate in LOSES and not self.retained

    def state(self, *, old: bool) -> dict[str, Any]:
        urn = self.old_urn if old else self.urn
        found = {"urn": urn, "custom": True, "id": self.id, "type": urn.split("::")[2], "inputs": self.inputs}
        return found | {"outputs": self.inputs, "parent": STACK, "provider": "p"} | self.kept()

    def kept(self) -> dict[str, Any]:
        return {"retainOnDelete": True} if self.retained else {}

    def steps(self) -> Iterator[dict[str, Any]]:
        """What the engine does, every part of it."""
        old, new = self.state(old=True), self.state(old=False)
        ops = {
            "replace": ("create-replacement", "replace", "delete-replaced"),
            "import": ("import-replacement", "replace", "delete-replaced"),
            "read": ("read-replacement", "replace", "delete-replaced"),
            "left": ("same", "delete-replaced"),
            "refreshed": ("refresh", "update"),
        }.get(self.fate, (self.fate,))
        for op in ops:
            gone, made = op in ("delete", "delete-replaced"), op == "create"
            yield {
                "op": op,
                "urn": self.old_urn if gone else self.urn,
                "old": None if made else old,
                "new": None if gone else new,
            }


@st.composite
def things(draw: st.DrawFn, number: int) -> Thing:
    type_ = draw(st.sampled_from((*HOLD, *HOLD_NOTHING)))
    fate = draw(st.sampled_from(("same", "create", "update", "refreshed", *LOSES)))
    name, chain = f"{draw(_NAMES)}-{number}", draw(st.sampled_from(PARENTS))
    urn = f"urn:pulumi:dev::shop::{chain}{type_}::{name}"
    alias = fate in ("same", "update", "replace", "refreshed") and draw(st.booleans())
    old_urn = f"urn:pulumi:dev::shop::{type_}::{name}-before" if alias else urn
    # Pulumi creates what a replacement retains anew: it asks, and nobody is told that nothing happens.
    retained = fate in ("delete", "left") and draw(st.booleans())
    return Thing(urn, old_urn, type_ in HOLD, fate, retained, draw(_INPUTS))


_NAMES = st.text(max_size=8)
_VALUES = st.none() | st.booleans() | _NAMES | st.just(SECRET) | st.lists(_NAMES, max_size=2)
_INPUTS = st.dictionaries(st.sampled_from(("name", "isDefault", "projectId", "region", "adopt", "x")), _VALUES)


@st.composite
def stacks(draw: st.DrawFn) -> list[Thing]:
    return [draw(things(number)) for number in range(draw(st.integers(0, 6)))]


@dataclass(frozen=True)
class Preview:
    """What the CLI prints of a stack, and exports of it."""

    text: str
    export: str | None


@st.composite
def previews(draw: st.DrawFn, stack: list[Thing]) -> Preview:
    steps = [step for thing in draw(st.permutations(stack)) for step in thing.steps()]
    form = draw(st.sampled_from((_document, _indented, _parts, _events)))
    counts = Counter(step["op"] for step in steps if step["op"] not in PARTS)
    export = json.dumps({"version": 3, "deployment": {"resources": _resources(stack)}})
    return Preview(form(steps, dict(counts)), draw(st.sampled_from((export, None))))


def _resources(stack: list[Thing]) -> list[dict[str, Any]]:
    there = [thing for thing in stack if thing.fate != "create"]
    return [
        {"urn": STACK, "custom": False},
        *({**each.state(old=True), "delete": each.fate == "left"} for each in there),
    ]


def _document(
    steps: list[dict[str, Any]], counts: dict[str, int], *, parts: bool = False, indent: int | None = None
) -> str:
    shown = [step for step in steps if step["op"] != "same" and (parts or step["op"] not in PARTS)]
    renamed = [
        {"op": each["op"], "urn": each["urn"], "oldState": each["old"], "newState": each["new"]} for each in shown
    ]
    root = {"op": "same", "urn": STACK, "oldState": {"urn": STACK, "custom": False}}
    return json.dumps({"steps": [root, *renamed], "changeSummary": {**counts, "same": 9}}, indent=indent)


def _indented(steps: list[dict[str, Any]], counts: dict[str, int]) -> str:
    return _document(steps, counts, indent=4)


def _parts(steps: list[dict[str, Any]], counts: dict[str, int]) -> str:
    return _document(steps, counts, parts=True)


def _events(steps: list[dict[str, Any]], counts: dict[str, int]) -> str:
    root = {"op": "same", "urn": STACK, "old": {"urn": STACK, "provider": "", "id": ""}}
    begun: list[dict[str, Any]] = [{"resourcePreEvent": {"metadata": step}} for step in (root, *steps)]
    end: list[dict[str, Any]] = [
        {"summaryEvent": {"resourceChanges": counts, "result": "succeeded"}},
        {"cancelEvent": {}},
    ]
    events: list[dict[str, Any]] = [{"preludeEvent": {"config": {}}}, *begun, *end]
    return "\n".join(json.dumps({"sequence": number, **event}) for number, event in enumerate(events)) + "\n"


def judged(text: str, export: str | None) -> Review:
    """As the command does it."""
    try:
        plan = read(text)
    except UnreadablePreview as error:
        plan = Plan(stack="", steps=(), problems=(str(error),))
    return review(completed(plan, export))


def _lost(found: Review) -> set[tuple[str, str | None]]:
    return {(loss.step.urn, loss.id) for loss in found.losses}


GREEN = (Verdict.SAFE, Verdict.CHANGES)


@settings(max_examples=200)
@given(st.data(), stacks())
def test_the_review_never_says_less_than_what_is_lost(data: st.DataObject, stack: list[Thing]) -> None:
    """Any plan, in any form: what is lost is named, and nothing is green that loses; nothing is cried for no reason."""
    preview = data.draw(previews(stack))
    found = judged(preview.text, preview.export)
    lost = {
        (thing.old_urn if thing.fate in ("delete", "left") else thing.urn, thing.id) for thing in stack if thing.is_lost
    }
    assert not found.problems
    assert _lost(found) == lost or (found.unseen and _lost(found) < lost)
    verdict = found.verdict(("changes",))
    assert verdict is (Verdict.DATA_LOSS if _lost(found) else Verdict.FAILED if found.unseen else Verdict.SAFE)
    for render in FORMATS.values():
        assert "hunter2" not in render(found, ())


@settings(max_examples=100)
@given(st.data(), stacks())
def test_an_allow_lets_nothing_go_but_what_it_names(data: st.DataObject, stack: list[Thing]) -> None:
    """Whatever is allowed, it is green only if each object that is lost was named, or is another provider's."""
    preview = data.draw(previews(stack))
    found = judged(preview.text, preview.export)
    named = data.draw(st.lists(st.sampled_from(list(found.losses)), unique_by=id)) if found.losses else []
    allowed = ["changes", *(next(found.names(loss)) for loss in named)]
    rest = _lost(found) - {(loss.step.urn, loss.id) for loss in named}
    assert (found.verdict(allowed) is Verdict.DATA_LOSS) is bool(rest)


@settings(max_examples=100)
@given(st.data(), stacks())
def test_a_truncated_preview_is_never_better_than_the_whole(data: st.DataObject, stack: list[Thing]) -> None:
    """Wherever it was cut, at its end or at its beginning."""
    preview = data.draw(previews(stack))
    whole = judged(preview.text, preview.export)
    place = data.draw(st.integers(0, len(preview.text)))
    for part in (preview.text[:place], preview.text[place:]):
        found = judged(part, preview.export)
        assert found.verdict() not in GREEN or _lost(found) == _lost(whole)


@settings(max_examples=100)
@given(st.data(), stacks(), stacks())
def test_two_previews_in_one_are_never_green(data: st.DataObject, one: list[Thing], other: list[Thing]) -> None:
    """Of one stack or of two, in one form or in both, one after the other however they are joined."""
    first, second = data.draw(previews(one)), data.draw(previews(other))
    joint = data.draw(st.sampled_from(("", " ", "\n", "\nsaid by the CLI\n")))
    assert judged(first.text + joint + second.text, first.export).verdict(("changes",)) is Verdict.FAILED
