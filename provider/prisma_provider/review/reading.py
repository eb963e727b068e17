"""The text that `pulumi preview --json` prints, as a Plan: one document, or a stream of events."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from prisma_provider.api.ids import bare_id
from prisma_provider.errors import UnreadablePreview
from prisma_provider.review.diagnostics import NO_CAUSE, is_ours, log, problems
from prisma_provider.review.plan import QUIET, Plan, State, Step

_AGAIN = "give it the whole output of `pulumi preview --json`."
_REPLACING = ("create-replacement", "replace", "import-replacement")
_KEEPING = ("same", "update", "import", "read")
"""What keeps the object, unless the step says otherwise: by another id, or a reason to replace it."""
_BY_NAME = "prisma: "
_LIKE_JSON = re.compile(r"""^\s*(?:[{}\]"]|\[\s*(?:[\[{"\]]|$))|"\s*:|[}\]]\s*$""", re.MULTILINE)
"""What a part of a preview looks like, and nothing does that the CLI says around it."""


@dataclass(frozen=True)
class _Raw:
    """What both forms hold, before it is put in order."""

    steps: tuple[Step, ...]
    messages: tuple[Mapping[str, Any], ...]
    counted: Mapping[str, Any]
    failed: bool = False
    has_pending: bool = True


def read(text: str) -> Plan:
    """The plan; UnreadablePreview where the text is no preview, or a part of one."""
    if not text.strip():
        raise UnreadablePreview("The preview is empty.", hint=f"see whether `pulumi preview` failed, and {_AGAIN}")
    try:
        raw = _raw(_values(text))
        _refuse_incomplete(raw)
        return _plan(raw)
    except (TypeError, AttributeError, KeyError, ValueError, RecursionError):
        raise UnreadablePreview("This is no preview: a part of it is not what Pulumi writes.", hint=_AGAIN) from None


def _values(text: str) -> list[dict[str, Any]]:
    """Every JSON object of the text. Lines around them are the CLI's, unless they look like a part of a preview."""
    decoder, found, place = json.JSONDecoder(), [], 0
    others: list[str] = []
    while place < len(text):
        start = _start(text, place)
        others.append(text[place:start])
        if start == len(text):
            break
        try:
            value, place = decoder.raw_decode(text, start)
        except ValueError:
            raise UnreadablePreview("The preview is incomplete, or is no preview.", hint=_AGAIN) from None
        found.append(value)
    if any(_LIKE_JSON.search(each) for each in others):
        raise UnreadablePreview("There is more in the file than one whole preview.", hint=_AGAIN)
    return found


def _start(text: str, place: int) -> int:
    """Where the next object begins: right here, after spaces, or with a line."""
    match = re.compile(r"\s*(?=\{)").match(text, place) or re.compile(r"^(?=\{)", re.MULTILINE).search(text, place)
    return match.end() if match else len(text)


def _raw(values: list[dict[str, Any]]) -> _Raw:
    documents = [value for value in values if "changeSummary" in value]
    events = [value for value in values if any(name.endswith("Event") for name in value)]
    if len(documents) + len(events) < len(values) or not values:
        raise UnreadablePreview("This is no preview: neither Pulumi's JSON document nor its events.", hint=_AGAIN)
    if len(documents) > 1 or (documents and events):
        raise _several()
    return _document(documents[0]) if documents else _stream(events)


def _document(found: Mapping[str, Any]) -> _Raw:
    """The plain form, which has the parts of a replacement only with `--show-replacement-steps`."""
    steps = _listed(found.get("steps"))
    shows_parts = any(step["op"] in ("create-replacement", "delete-replaced") for step in steps)
    return _Raw(
        tuple(_step(step, "oldState", "newState", "replaceReasons") for step in steps),
        tuple(_listed(found.get("diagnostics"))),
        _mapping(found["changeSummary"]),
        failed=_is_bad(found),
        has_pending=shows_parts,
    )


def _stream(events: list[dict[str, Any]]) -> _Raw:
    """The form of PULUMI_ENABLE_STREAMING_JSON_PREVIEW: an event a line, the last but one sums up."""
    preludes, summaries = _all(events, "preludeEvent"), _all(events, "summaryEvent")
    order = [event["sequence"] for event in events if "sequence" in event]
    if len(preludes) > 1 or len(summaries) > 1 or order != sorted(order):
        raise _several()
    if not preludes:
        raise UnreadablePreview("This is no preview, or its beginning is missing.", hint=_AGAIN)
    if not summaries:
        raise UnreadablePreview("The preview breaks off: its summary is missing.", hint=_AGAIN)
    return _Raw(
        tuple(_step(each["metadata"], "old", "new", "keys") for each in _all(events, "resourcePreEvent")),
        (*_all(events, "diagnosticEvent"), *map(_violation, _all(events, "policyEvent"))),
        _mapping(summaries[0].get("resourceChanges")),
        failed=_is_bad(summaries[0]) or bool(_all(events, "resOpFailedEvent")),
    )


def _is_bad(summary: Mapping[str, Any]) -> bool:
    return summary.get("result") not in (None, "succeeded") or bool(summary.get("maybeCorrupt"))


def _all(events: Iterable[Mapping[str, Any]], name: str) -> list[Mapping[str, Any]]:
    return [_mapping(event[name]) for event in events if name in event]


def _violation(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """A policy's word, as a diagnostic that names the policy."""
    mandatory = event.get("enforcementLevel") == "mandatory"
    name = f"{event.get('policyPackName')}/{event.get('policyName')}"
    return {**event, "severity": "error" if mandatory else "warning", "policy": name, "urn": event.get("resourceUrn")}


def _several() -> UnreadablePreview:
    return UnreadablePreview("There is more than one preview.", hint="review each of them by itself.")


def _listed(value: Any) -> list[dict[str, Any]]:
    """A list of objects; TypeError for anything else that is there."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TypeError
    return value


def _mapping(value: Any) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise TypeError
    return value or {}


def _word(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError
    return value


def _step(step: Mapping[str, Any], old: str, new: str, reasons: str) -> Step:
    return Step(
        op=_word(step["op"]),
        urn=checked(_word(step["urn"])),
        old=state_of(_mapping(step.get(old))),
        new=state_of(_mapping(step.get(new))),
        reasons=tuple(map(_word, step.get(reasons) or ())),
        detailed=tuple(_mapping(step.get("detailedDiff"))),
        custom=not _is_component(step.get(old) or step.get(new) or {}),
    )


def _is_component(state: Mapping[str, Any]) -> bool:
    """Events leave a false `custom` out; what has a provider or an id is an object."""
    return not state.get("id") and state.get("custom", bool(state.get("provider", True))) is False


def checked(urn: str) -> str:
    """A URN; UnreadablePreview for what is none."""
    parts = urn.split("::", 3)
    if len(parts) < 4 or not urn.startswith("urn:pulumi:") or not all(parts):
        raise UnreadablePreview(f"{urn[:80]!r} is no URN of Pulumi's.", hint=_AGAIN)
    return urn


def state_of(state: Mapping[str, Any]) -> State | None:
    """A resource as a step or an export of a stack has it; TypeError where it has another form."""
    if not state:
        return None
    return State(
        id=_word(state.get("id") or "") or None,
        inputs=_mapping(state.get("inputs")),
        outputs=_mapping(state.get("outputs")),
        external=state.get("external") is True,
        retained=state.get("retainOnDelete") is True,
        urn=_word(state.get("urn") or ""),
        parent=_word(state.get("parent") or ""),
    )


def _plan(raw: _Raw) -> Plan:
    said = [line for each in raw.messages for line in _said(each)]
    found = problems(raw.messages)
    return Plan(
        stack=_stack(raw.steps),
        steps=tuple(_in_order(raw.steps)),
        said=tuple(dict.fromkeys(said)),  # a preview with --refresh says it twice
        problems=found or ((NO_CAUSE,) if raw.failed else ()),
        has_pending=raw.has_pending,
        log=log(raw.messages),
    )


def _stack(steps: Iterable[Step]) -> str:
    names = {stack_of(step.urn) for step in steps}
    if len(names) > 1:
        raise _several()
    return names.pop() if names else ""


def stack_of(urn: str) -> str:
    """project/stack of a URN."""
    of_stack, project, *_ = urn.split("::")
    return f"{project}/{of_stack.rpartition(':')[2]}"


def _said(message: Mapping[str, Any]) -> Iterator[str]:
    """A line of the provider's: the dynamic host's begin with its name, the plugin's belong to a resource."""
    text = str(message.get("message", "")).strip()
    if message.get("severity") not in ("debug", "error") and (text.startswith(_BY_NAME) or is_ours(message)):
        yield text.removeprefix(_BY_NAME)


def _in_order(steps: tuple[Step, ...]) -> Iterator[Step]:
    """One step a resource: the parts of a replacement become one, a refresh goes to what follows from it."""
    refreshed = {step.urn: step.old for step in steps if step.op == "refresh"}
    replaced: dict[str, Step] = {}
    for step in filter(_replaces, steps):
        replaced[step.urn] = _together(replaced.get(step.urn), step)
    by_urn = {whole.old.urn: whole for whole in replaced.values() if whole.old} | replaced
    ended: set[tuple[str, str | None]] = set()
    for step in steps:
        if step.op == "delete-replaced":
            if not _is_part(step, by_urn.get(step.urn)) and (step.urn, _id(step)) not in ended:
                ended.add((step.urn, _id(step)))
                yield replace(step, op="delete", pending=True)
        elif not _replaces(step):
            yield replace(step, refreshed=refreshed.get(step.urn))
        elif step.urn in replaced:
            yield replace(replaced.pop(step.urn), refreshed=refreshed.get(step.urn))


def _replaces(step: Step) -> bool:
    """Whether another object takes the place of this one; what was only looked up goes without a loss."""
    if step.op in _REPLACING:
        return True
    if step.old is None or step.old.external:
        return False
    ids = {bare_id(state.id) for state in (step.old, step.new) if state and state.id}
    return step.op == "read-replacement" or (step.op in _KEEPING and (len(ids) > 1 or bool(step.reasons)))


def _id(step: Step) -> str | None:
    return step.old.id if step.old else None


def _is_part(end: Step, whole: Step | None) -> bool:
    """Whether a deletion ends this replacement, and not one of an earlier run."""
    return whole is not None and (_id(end) is None or _id(whole) in (None, _id(end)))


def _together(one: Step | None, other: Step) -> Step:
    """Two parts of a replacement."""
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
    """A preview that counts more steps than it shows hides something; unchanged resources are counted only."""
    shown = Counter(step.op for step in raw.steps)
    shown["replace"] = max(shown[op] for op in (*_REPLACING, "delete-replaced"))
    for op, count in raw.counted.items():
        if op not in QUIET and _number(count) > shown[op]:
            raise UnreadablePreview(f"The preview counts {count} steps of {op!r}, and shows {shown[op]}.", hint=_AGAIN)
