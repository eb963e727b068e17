"""The result of a check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prisma_provider.errors import PrismaError
from prisma_provider.text import masked, plain


@dataclass(frozen=True)
class Check:
    """What was looked at, and whether it is as it should be: None where that is not known, or does not matter here."""

    name: str
    ok: bool | None
    detail: str
    hint: str | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    """The same for programs."""

    def as_json(self) -> dict[str, object]:
        """For `--json`."""
        return {"name": self.name, "ok": self.ok, "detail": self.detail, "hint": self.hint, **self.facts}


def shown(text: str) -> str:
    """What another program says or a setting holds, without what a terminal would obey, and without secrets."""
    return plain(masked(text))


def attempt(name: str, look: Callable[[], Check]) -> Check:
    """The check; what it raises is what is wrong."""
    try:
        return look()
    except PrismaError as error:
        return failed(name, error)


def failed(name: str, error: PrismaError) -> Check:
    """What is wrong, and the way out, as the error says them."""
    said = f" Prisma says: {error.said}" if error.said else ""
    return Check(name, False, error.what + said, error.hint)
