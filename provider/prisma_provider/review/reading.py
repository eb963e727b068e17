"""The text that `pulumi preview --json` prints, as a Plan: one document, or a stream of events."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prisma_provider.errors import UnreadablePreview
from prisma_provider.review.plan import Plan, State, Step

_AGAIN = "give it the whole output of `pulumi preview --json`."
_REPLACING = ("create-replacement", "delete-replaced", "replace")
_BY_NAME = "prisma: "
_ERROR = re.compile(r"^(?:error: )?(?:[A-Z][A-Za-z]+: )?")


@dataclass(frozen=True)
class _Raw:
    """What both forms hold, before it is put in order."""

    steps: tuple[Step, ...]
    messages: tuple[Mapping[str, Any], ...]
    counted: Mapping[str, int]
    failed: bool = False


def read(text: str) -> Plan:
    """The plan; UnreadablePreview where the text is no preview, or a part of one."""
    if not text.strip():
        raise UnreadablePreview("The preview is empty.", hint=f"see whether `pulumi preview` failed, and {_AGAIN}")
    raw = _document(text) or _stream(text)
    if raw is None:
        raise UnreadablePreview("This is no preview: neither Pulumi's JSON document nor its events.", hint=_AGAIN)
    _refuse_incomplete(raw)
    return _plan(raw)


def _document(text: str) -> _Raw | None:
    """The plain form; the CLI may write lines around it."""
    start = text.find("{\n") if text.lstrip().startswith("{") else text.find("\n{\n") + 1
    try:
        found, end = json.JSONDecoder().raw_decode(text, max(start, 0))
    except ValueError:
        return None
    if not isinstance(found, dict) or "changeSummary" not in found:
        return None
    if re.search(r"^\{", text[: max(start, 0)] + text[end:], re.MULTILINE):
        raise _several()
    return _Raw(
        tuple(_step(step, "oldState", "newState", "replaceReasons") for step in found.get("steps") or ()),
        tuple(found.get("diagnostics") or ()),
        found["changeSummary"] or {},
    )


def _stream(text: str) -> _Raw | None:
    """The form of PULUMI_ENABLE_STREAMING_JSON_PREVIEW: an event a line, the last but one sums up."""
    events = list(_events(text))
    summaries = [event["summaryEvent"] for event in events if "summaryEvent" in event]
    if not events or not any("preludeEvent" in event for event in events):
        return None
    if not summaries:
        raise UnreadablePreview("The preview breaks off: its summary is missing.", hint=_AGAIN)
    documents = re.search(r"^\{$", text, re.MULTILINE) or any("changeSummary" in event for event in events)
    if documents or sum("preludeEvent" in event for event in events) > 1:
        raise _several()
    begun = [event["resourcePreEvent"]["metadata"] for event in events if "resourcePreEvent" in event]
    return _Raw(
        tuple(_step(step, "old", "new", "keys") for step in begun),
        tuple(event["diagnosticEvent"] for event in events if "diagnosticEvent" in event),
        summaries[-1].get("resourceChanges") or {},
        failed=summaries[-1].get("result") == "failed",
    )


def _several() -> UnreadablePreview:
    return UnreadablePreview("There is more than one preview.", hint="review each of them by itself.")


def _events(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue  # what the CLI itself says stands between them
        if isinstance(event, dict):
            yield event


def _step(step: Mapping[str, Any], old: str, new: str, reasons: str) -> Step:
    try:
        return Step(
            op=step["op"],
            urn=_checked(step["urn"]),
            old=_state(step.get(old)),
            new=_state(step.get(new)),
            reasons=tuple(step.get(reasons) or ()),
            detailed=tuple(step.get("detailedDiff") or ()),
            custom=bool((step.get(old) or step.get(new) or {}).get("custom", True)),
        )
    except (KeyError, TypeError, AttributeError):
        raise UnreadablePreview("A step of the preview lacks its operation or its resource.", hint=_AGAIN) from None


def _checked(urn: str) -> str:
    if urn.count("::") < 3:
        raise UnreadablePreview(f"{urn[:80]!r} is no URN of Pulumi's.", hint=_AGAIN)
    return urn


def _state(state: Mapping[str, Any] | None) -> State | None:
    if not state:
        return None
    return State(
        id=state.get("id") or None,
        inputs=state.get("inputs") or {},
        outputs=state.get("outputs") or {},
        external=bool(state.get("external")),
        retained=bool(state.get("retainOnDelete")),
    )


def _plan(raw: _Raw) -> Plan:
    said = [line for each in raw.messages for line in _said(each)]
    problems = [_problem(each) for each in raw.messages if each.get("severity") == "error"]
    if raw.failed and not problems:
        problems = ["it failed"]
    return Plan(
        stack=_stack(raw.steps),
        steps=tuple(_in_order(raw.steps)),
        said=tuple(dict.fromkeys(said)),  # a preview with --refresh says it twice
        problems=tuple(dict.fromkeys(problems)),
    )


def _stack(steps: Iterable[Step]) -> str:
    for step in steps:
        of_stack, project, *_ = step.urn.split("::")
        return f"{project}/{of_stack.rpartition(':')[2]}"
    return ""


def _text(message: Mapping[str, Any]) -> str:
    return str(message.get("message", "")).strip()


def _said(message: Mapping[str, Any]) -> Iterator[str]:
    """A line of the provider's: the dynamic host's begin with its name, the plugin's belong to a resource."""
    text = _text(message)
    if message.get("severity") in ("debug", "error"):
        return
    if text.startswith(_BY_NAME) or _is_ours(message):
        yield text.removeprefix(_BY_NAME)


def _is_ours(message: Mapping[str, Any]) -> bool:
    urn = str(message.get("urn", ""))
    return urn.count("::") >= 3 and Step("same", urn).kind is not None


def _problem(message: Mapping[str, Any]) -> str:
    """An error of ours, whose sentences are meant for people; of another one only that there was one.

    What a program or another provider prints when it fails may hold anything, secrets too.
    """
    text = _text(message)
    if not _is_ours(message) or "Traceback" in text:
        return "an error that is not shown here: see the log of `pulumi preview`"
    return _ERROR.sub("", text)


def _in_order(steps: tuple[Step, ...]) -> Iterator[Step]:
    """One step a resource: the parts of a replacement become one, a refresh goes to what follows from it."""
    refreshed = {step.urn: step.old for step in steps if step.op == "refresh"}
    replaced: dict[str, Step] = {}
    for step in steps:
        if step.op in _REPLACING:
            replaced[step.urn] = _together(replaced.get(step.urn), step)
    seen: set[str] = set()
    for step in steps:
        if step.op not in _REPLACING:
            yield replace(step, refreshed=refreshed.get(step.urn))
        elif step.urn not in seen:
            seen.add(step.urn)
            yield replace(replaced[step.urn], refreshed=refreshed.get(step.urn))


def _together(one: Step | None, other: Step) -> Step:
    """Two parts of a replacement; a deletion that belongs to none is one of its own, and as bad."""
    if one is None:
        return replace(other, op="replace")
    return replace(
        one,
        old=one.old or other.old,
        new=one.new or other.new,
        reasons=one.reasons or other.reasons,
        detailed=one.detailed or other.detailed,
    )


def _refuse_incomplete(raw: _Raw) -> None:
    """A preview that counts more deletions and replacements than it shows hides what matters most."""
    shown = Counter(step.op for step in raw.steps)
    shown["replace"] = max(shown[op] for op in _REPLACING)
    for op in ("delete", "replace"):
        if raw.counted.get(op, 0) > shown[op]:
            raise UnreadablePreview(
                f"The preview counts {raw.counted[op]} steps of the kind `{op}`, and shows {shown[op]}.", hint=_AGAIN
            )
