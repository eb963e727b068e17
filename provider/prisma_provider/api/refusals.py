"""What a service says of a refusal: its code and its words, in whichever of the usual shapes they come."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

LARGEST = 1024 * 1024
"""Bytes of a body that is read for what it says; a longer one is no message."""

SEVERAL = 3
"""Errors of a list that are quoted."""

_PLAN = re.compile(r"plan[ _-]?limit|\bplan\b.{0,40}\blimit|\blimit\b.{0,40}\bplan\b", re.IGNORECASE)
_BLOCKED = re.compile(
    r"account has restrictions|usage[ _-]?(?:is[ _-])?blocked|(?:free|spend)[ _-]?limit", re.IGNORECASE
)
_RATE = re.compile(r"rate[ _-]?limit|too[ _-]?many", re.IGNORECASE)
"""A limit of requests: a larger plan is often advised there, too."""


@dataclass(frozen=True)
class Refusal:
    """The service's own code and words, each where it gave them."""

    code: str | None = None
    words: str = ""

    @property
    def is_plan_limit(self) -> bool:
        """Whether the workspace's plan is used up; a limit of requests a minute is another thing."""
        return self._tells(_PLAN)

    @property
    def is_block(self) -> bool:
        """Whether the account is restricted: a spend limit, an unpaid invoice."""
        return self._tells(_BLOCKED)

    def _tells(self, sign: re.Pattern[str]) -> bool:
        if self.code is not None and sign.search(self.code):
            return True
        return sign.search(self.words) is not None and not _RATE.search(f"{self.code} {self.words}")


def read(body: bytes) -> Refusal:
    """What the body of an error says; nothing where it is not JSON, or of no known shape."""
    if len(body) > LARGEST:
        return Refusal()
    try:
        found = [*_errors(from_json(body))][:SEVERAL]
    except ValueError:  # that it is nested too deeply is one, too
        return Refusal()
    codes = (each["code"] for each in found if isinstance(each.get("code"), str) and each["code"])
    return Refusal(next(codes, None), " ".join(word for each in found for word in _words(each)))


def _errors(body: Any) -> Iterator[Mapping[str, Any]]:
    """`{error: {…}}`, `{error: "text", errorDescription}`, `{errors: […]}`, or the error itself: `{message}`."""
    if not isinstance(body, dict):
        return
    inner, several = body.get("error"), body.get("errors")
    if isinstance(inner, dict):
        yield inner
    else:
        yield {**body, "error": inner}
    for each in several if isinstance(several, list) else ():
        yield each if isinstance(each, dict) else {"message": each}


def _words(error: Mapping[str, Any]) -> Iterator[str]:
    """The texts of an error, each once."""
    names = ("error", "message", "errorDescription", "error_description", "detail", "hint")
    texts = (error.get(name) for name in names)
    yield from dict.fromkeys(text for text in texts if isinstance(text, str) and text)
