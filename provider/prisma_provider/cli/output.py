"""What the commands write beside tables: errors, all in one form, and signs that say how something is."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import click

from prisma_provider.errors import PrismaError

GOOD, BAD, UNKNOWN = "✓", "✗", "-"
_IN_ASCII = {GOOD: "+", BAD: "!"}


def write_anything() -> None:
    """Let a name that the terminal's encoding lacks be escaped: it is no reason to fail.

    Python has no stream where a caller closed it (`>&-`): what is written there goes nowhere.
    """
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def sign(good: bool | None, encoding: str | None = None) -> str:
    """A sign that this encoding has, by default that of standard output; None is what nobody knows."""
    found = UNKNOWN if good is None else GOOD if good else BAD
    try:
        found.encode(encoding or sys.stdout.encoding)
    except UnicodeEncodeError:
        return _IN_ASCII[found]
    return found


def fail(error: PrismaError) -> None:
    """The sentences of an error."""
    click.echo(f"error: {error}", err=True)


def misuse(error: click.ClickException) -> PrismaError:
    """What click says of wrong arguments, in the form of our own errors."""
    context = getattr(error, "ctx", None)
    hint = f"`{context.command_path} --help` shows what it takes." if context else None
    return PrismaError(error.format_message(), hint=hint)


def system(error: OSError) -> PrismaError:
    """What the system says of a file; one without a name is what the command writes to."""
    return PrismaError(f"{error.filename or 'The output cannot be written'}: {error.strerror or error}.")
