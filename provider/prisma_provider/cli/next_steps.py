"""What is to be done with the files that `adopt` wrote: sentences, and commands that are ready to paste."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prisma_provider.adoption.plan import Plan
from prisma_provider.cli import secret_files

MAIN = "__main__.py"
"""The file that Pulumi runs."""

Step = tuple[str, tuple[str, ...]]
"""A sentence, and the commands that it is about."""


@dataclass(frozen=True)
class Written:
    """What `adopt` wrote, and what stands in its way.

    `removals` are the commands that make a stack forget its bridged entries, `dependents` the URNs of what depends on
    these, `addresses` what Terraform's state calls what was taken over.
    """

    plan: Plan
    program: Path
    import_file: Path | None = None
    removals: tuple[str, ...] = ()
    dependents: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


def lines(written: Written) -> Iterator[str]:
    """The whole text, a line each."""
    steps = [*_steps(written)]
    if len(steps) == 1:
        sentence, (command,) = steps[0]
        yield f"Next: {command}. {sentence.removesuffix(':')}."
        return
    folder = written.program.parent
    yield "Next, in this order" + ("" if folder == Path() else f", in the folder {folder}") + ":"
    for number, (sentence, commands) in enumerate(steps, 1):
        yield f"{number}. {sentence}"
        yield from commands


def _steps(written: Written) -> Iterator[Step]:
    plan = written.plan
    if plan.secrets:
        yield (
            "Put the connection strings into the stack's configuration, and remove the files they are in:",
            (*secret_files.commands(plan.secrets),),
        )
    if written.removals:
        yield _removal(written)
    yield from _program(written)
    if written.addresses:
        commands = tuple(f"terraform state rm {shlex.quote(each)}" for each in written.addresses)
        yield "Make Terraform forget what was taken over; with Terraform nothing of it is to be destroyed:", commands


def _removal(written: Written) -> Step:
    sentence = (
        "Make the stack forget the old entries, which deletes nothing in Prisma. A `pulumi up` of the new program "
        "before that would delete what they stand for, with its data:"
    )
    if written.dependents:
        sentence = (
            f"{', '.join(written.dependents)} in the stack still use the old entries. Declare old and new resources "
            "side by side, let these use the new ones, and run `pulumi up` first. Then make the stack forget the old "
            "entries, which deletes nothing in Prisma, and take their declarations out before the next `pulumi up`:"
        )
    return sentence, written.removals


def _program(written: Written) -> Iterator[Step]:
    program, plan = written.program, written.plan
    if program.name != MAIN and program.stem.isidentifier():
        yield f"Pulumi runs {MAIN}, not {program.name}: write `import {program.stem}` into {MAIN}.", ()
    elif program.name != MAIN:
        yield f"Pulumi runs {MAIN}, not {program.name}, which has no name that can be imported: rename it.", ()
    imported = written.import_file is not None and any(each.is_importable for each in plan.resources)
    if imported:
        command = f"pulumi import --file {shlex.quote(str(written.import_file))} --generate-code=false"
        yield "This takes it into the stack's state, and the preview after it shows no change:", (command,)
    if written.removals:
        yield (
            "Take what the old provider declares out of your program, and let the rest of it use what the new program "
            "declares. Then take that over; the preview after it is empty:",
            ("pulumi up",),
        )
    elif not imported or not all(each.is_importable for each in plan.resources):
        yield "This makes nothing and changes nothing, and the preview after it is empty:", ("pulumi up",)
