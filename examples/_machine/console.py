"""What the person at the terminal reads: numbered steps with a time each, and one line of progress."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

INDENT = "   "
# Where no terminal redraws a line, a log must still show that something moves.
SECONDS_BETWEEN_LOGGED_LINES = 20.0
LOGGED_WIDTH = 110
SECONDS_BETWEEN_REDRAWS = 0.2


def spell(seconds: float) -> str:
    """A duration as people say it."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


class Console:
    """Prints steps; `first` lets a second process go on with the count."""

    def __init__(self, stream: TextIO | None = None, *, first: int = 1) -> None:
        self._stream = stream or sys.stdout
        self._number = first
        self.is_terminal = self._stream.isatty()
        self.has_colour = self.is_terminal and "NO_COLOR" not in os.environ
        self._drawn = False
        self._next_progress = 0.0

    @property
    def next_number(self) -> int:
        """The number that the next step will carry."""
        return self._number

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A numbered step; what is said inside stands indented beneath it, and its time closes it."""
        started = time.monotonic()
        self.write("")
        self.write(self._paint("1", f"{self._number}. {title}"))
        self._number += 1
        self._next_progress = started + SECONDS_BETWEEN_LOGGED_LINES
        yield
        self.say(self._paint("2", f"done in {spell(time.monotonic() - started)}"))

    def say(self, text: str = "") -> None:
        """One or more lines inside a step."""
        for line in text.splitlines() or [""]:
            self.write(f"{INDENT}{line}".rstrip())

    def write(self, line: str) -> None:
        """A line as it is, after wiping what progress drew."""
        self.wipe()
        print(line, file=self._stream, flush=True)

    def progress(self, text: str) -> None:
        """How far a long step is: redrawn on a terminal, now and then a line in a log."""
        now = time.monotonic()
        if now < self._next_progress and not (self.is_terminal and not self._drawn):
            return
        if not self.is_terminal:
            self._next_progress = now + SECONDS_BETWEEN_LOGGED_LINES
            self.say(text[:LOGGED_WIDTH])
            return
        self._next_progress = now + SECONDS_BETWEEN_REDRAWS
        width = shutil.get_terminal_size().columns - len(INDENT) - 1
        self._stream.write(f"\r\x1b[2K{INDENT}{text[:width]}")
        self._stream.flush()
        self._drawn = True

    def wipe(self) -> None:
        """Takes the progress line away."""
        if self._drawn:
            self._stream.write("\r\x1b[2K")
            self._stream.flush()
            self._drawn = False

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.has_colour else text
