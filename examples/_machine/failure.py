"""An expected failure: told in a sentence, never as a stack."""

from collections.abc import Iterable


class Failure(Exception):
    """Something the person at the terminal can act on: what happened, what was said last, what to do."""

    def __init__(self, what: str, *, said: Iterable[str] = (), hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.said = tuple(said)
        self.hint = hint

    def add(self, title: str, said: Iterable[str]) -> None:
        """Another voice that may tell why."""
        if lines := tuple(said):
            self.said += (title, *lines)

    def lines(self) -> list[str]:
        """The failure as it is printed."""
        return [self.what, *(f"  | {line}" for line in self.said), *([self.hint] if self.hint else [])]
