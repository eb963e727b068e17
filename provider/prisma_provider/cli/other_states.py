"""What the states of other tools and of stacks say, for `adopt`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prisma_provider.adoption import bridged, stacks, terraform
from prisma_provider.adoption.bridged import Bridged
from prisma_provider.adoption.given import Given, Key
from prisma_provider.adoption.plan import counted
from prisma_provider.cli import selected_stack
from prisma_provider.errors import PrismaError, Refused
from prisma_provider.live.state import Recorded


@dataclass(frozen=True)
class States:
    """What states say: of objects that are to be taken over (`given`), and of what stacks hold already."""

    given: Mapping[Key, Given]
    missing: Callable[[Collection[Key]], str]
    """What to do where the workspace lacks these objects of `given`."""
    recorded: Recorded
    old: Bridged
    is_terraform: bool = False
    """Whether `given` is of Terraform."""


def read(*, terraform_state: str | None, stack: str | None, exports: list[str], folder: Path | None) -> States:
    """Read them: a state of Terraform or the export of a `stack` to take from, `exports` of what is left out.

    `folder` is that of the program which is written, if one is.
    """
    every = [stack, *exports] if stack is not None else exports
    recorded = stacks.read(every)
    if folder is not None and not every:
        # What the program would be applied to may hold the same under the bridged provider.
        every = [each for each in [selected_stack.export(folder)] if each]
    old = bridged.read(every)
    if stack is not None:
        given = bridged.read([stack]).given()
        if not given:
            raise _nothing_to_take(recorded)
        return States(given, old.missing, recorded, old)
    given = {} if terraform_state is None else terraform.read(terraform_state)
    return States(given, partial(terraform.missing, given), recorded, old, is_terraform=terraform_state is not None)


def _nothing_to_take(recorded: Recorded) -> PrismaError:
    if not recorded.entries:
        return bridged.unreadable(f"it holds nothing of the package {bridged.PACKAGE}")
    return Refused(
        f"Nothing is to be taken over: the stack holds {counted(len(recorded.entries))} of this provider already, and "
        f"nothing of the package {bridged.PACKAGE}.",
        hint="a stack moves between the two hosts by the import of its program (`import pulumi_prisma as prisma`, or "
        "`from pulumi_prisma import native as prisma`), and the preview after that is empty. Nothing was written.",
    )
