"""What went wrong in a preview: in a comment only what is safe to show, in the log of the job everything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from prisma_provider.review.plan import Step
from prisma_provider.text import masked, plain_lines

NOT_SHOWN = "An error that is not shown here, since it may hold a secret: see the log of the job."
_ERROR = re.compile(r"^(?:error: )?(?:[A-Z][A-Za-z]+: )?")
_HAS_A_PROBLEM = re.compile(r"^\S+ resource '(.*?)' has a problem: ")
_PROTECTED = re.compile(r"because it is protected|marked for protection")
_FRAME = re.compile(r'^ +File "(?:[^"]*/)?([\w.-]{1,80})", line (\d+)', re.MULTILINE)
_RAISED = re.compile(r"^([A-Za-z_][\w.]{0,100}(?:Error|Exception|Exit|Interrupt)): ?", re.MULTILINE)
_ONLY_FAILED = re.compile(r"^(?:error: )?preview failed$")


def problems(messages: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """A sentence for each cause that ended the preview; that it failed is said only where no cause is known."""
    errors = [each for each in messages if each.get("severity") == "error"]
    causes = [each for each in errors if not _ONLY_FAILED.match(_text(each))]
    return tuple(dict.fromkeys(map(_problem, causes or errors)))


def log(messages: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Every error whole, without what looks like a password and without what a job would obey."""
    errors = (plain_lines(masked(_text(each))) for each in messages if each.get("severity") == "error")
    return tuple(dict.fromkeys(errors))


def is_ours(message: Mapping[str, Any]) -> bool:
    """Whether it is of a resource of ours, or of our provider itself: its sentences are meant for people."""
    step = _step(message)
    return step is not None and (step.kind is not None or step.type == "pulumi:providers:prisma")


def _problem(message: Mapping[str, Any]) -> str:
    """What a program or another provider prints when it fails may hold anything, secrets too: it is not quoted."""
    text = _text(message)
    step = _step(message)
    if message.get("policy"):
        by = f" by {step.noun} {step.name}" if step else ""
        return f"Policy {message['policy']} is violated{by}: {masked(text)}"
    if step and _PROTECTED.search(text):
        done = "replaced" if "replace" in text.partition("\n")[0] else "deleted"
        return f"{step.noun} {step.name} would be {done}; it is protected. Nothing was changed."
    if "Traceback" in text:
        return _raised(text)
    if not is_ours(message):
        return NOT_SHOWN
    return masked(_HAS_A_PROBLEM.sub(r"\1: ", _ERROR.sub("", text)))


def _raised(text: str) -> str:
    """Which exception, and where; its words may be secret."""
    frames, raised = _FRAME.findall(text), _RAISED.findall(text)
    if not raised:
        return NOT_SHOWN
    place = f" in {frames[-1][0]}, line {frames[-1][1]}" if frames else ""
    return f"The program raised {raised[-1]}{place}. For its message see the log of the job."


def _text(message: Mapping[str, Any]) -> str:
    return str(message.get("message", "")).strip()


def _step(message: Mapping[str, Any]) -> Step | None:
    urn = str(message.get("urn") or "")
    return Step("same", urn) if urn.count("::") >= 3 else None
