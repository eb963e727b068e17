"""A number of seconds, as an option takes it."""

from __future__ import annotations

import click

MOST = 86_400.0
"""A day: much more is a number that the system's clock does not take."""


class Seconds(click.FloatRange):
    """More than no time, at most a day; neither `nan` nor `inf` is any."""

    def __init__(self) -> None:
        super().__init__(0, MOST, min_open=True)

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The seconds, or a sentence that says what is taken."""
        try:
            found = float(value)
        except ValueError:
            found = 0.0
        if not 0 < found <= MOST:
            self.fail(
                f"{value} is no time to wait: give seconds, such as 2.5, and no more than {MOST:.0f}.", param, ctx
            )
        return found
