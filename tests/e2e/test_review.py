"""`pulumi preview --json` of every kind of change, and what `pulumi-prisma review` says of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from e2e.hosts import both_hosts
from e2e.stack import Stack
from prisma_provider.review.reading import read
from prisma_provider.review.review import review
from review_cases import CASES, PROGRAM, Case

LIVE = ("rename", "restore", "replace", "new_identity", "drift", "gone")
"""The cases that are worth a preview in every run; recordings have them all."""
RECORD = os.environ.get("PRISMA_RECORD_PREVIEWS")
"""A folder to which all cases are written, once in a while: with a new Pulumi."""

NOISE = ("stackTrace", "sourcePosition", "created", "modified", "dependencies", "propertyDependencies")


def preview(stack: Stack, case: Case, backup: str, *, stream: bool) -> str:
    """What `pulumi preview --json` prints."""
    stack.program(case.edit(PROGRAM).replace("BACKUP", backup))
    flags = [stack.resource("stock")["urn"] if flag == "STOCK" else flag for flag in case.flags]
    form = "true" if stream else ""
    return stack.pulumi("preview", "--json", *flags, expect=None, PULUMI_ENABLE_STREAMING_JSON_PREVIEW=form)


def disturb(stack: Stack, case: Case) -> None:
    """The other hand."""
    if case.disturb == "rename":
        stack.server.drift(stack.resource("orders")["id"], name="elsewhere")
    elif case.disturb == "delete":
        stack.server.gone(stack.resource("stock")["id"])


@both_hosts
def test_every_kind_of_change_is_named(stack: Stack, request: pytest.FixtureRequest) -> None:
    """On live previews, as a document and as a stream, each change has its name and the check its exit status."""
    stack.up(PROGRAM)
    backup = stack.server.backup(stack.resource("orders")["id"])["id"]
    wrong = {}
    for number, (name, case) in enumerate(each for each in CASES.items() if RECORD or each[0] in LIVE):
        disturb(stack, case)
        text = preview(stack, case, backup, stream=bool(number % 2))
        if RECORD:
            _record(Path(RECORD) / request.node.callspec.id, name, text)
        found = review(read(text))
        kinds = {("drift " if each.drift else "") + f"{each.kind} {each.label}" for each in found.findings}
        if (kinds, found.verdict()) != (set(case.found), case.status):
            wrong[name] = (kinds, found.verdict())
    assert not wrong


def _record(folder: Path, name: str, text: str) -> None:
    """Write a preview down, without what names this machine or is of no use to a reader."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [text] if text.startswith("{\n") else text.splitlines()
    kept = [_pruned(json.loads(line)) for line in lines if line.startswith("{")]
    shown = [json.dumps(each) for each in kept if "resOutputsEvent" not in each and "debug" not in json.dumps(each)]
    (folder / f"{name}.{'json' if len(lines) == 1 else 'jsonl'}").write_text("\n".join(shown) + "\n")


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(each) for name, each in value.items() if name not in NOISE}
    return [_pruned(each) for each in value] if isinstance(value, list) else value
