"""Texts that a program gives: which stand for something that is no text, and which no name can be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

_NO_VALUE = re.compile(
    r"calling[\W_]+(?:str|tostring|tojson)[\W_]+on(?![a-z])"  # `str(output)`, in Pulumi's SDK of any language
    r"|<[\w.]+ object at 0x[0-9a-f]+>"  # `repr(output)`, or an object of Python in an f-string
    r"|\[object \w+\]",  # the same of TypeScript
    re.IGNORECASE,
)
_UNWANTED = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of control characters, halves of characters, line and paragraph separators."""

_BIDIRECTIONAL = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
"""What turns the direction of the text around it, so that a name reads as another one."""

WAY_OUT = "join outputs with pulumi.Output.concat(…) or .apply(…); in TypeScript with pulumi.interpolate"
"""What to write instead."""


def stands_for_an_object(value: object) -> bool:
    """Whether a value holds, at any depth, the text that an output or another object has in place of its value."""
    return any(_NO_VALUE.search(text) for text in _texts(value))


def unwanted_character(name: str) -> str | None:
    """What a name holds that cannot be seen, or breaks a line, as `U+000A`; None where there is nothing of it."""
    return next((f"U+{ord(each):04X}" for each in name if _is_unwanted(each)), None)


def shown(text: str) -> str:
    """A text in a message: its beginning, with escapes for what cannot be seen."""
    return "".join(f"\\u{ord(each):04x}" if _is_unwanted(each) else each for each in text[:80])


def _is_unwanted(character: str) -> bool:
    return unicodedata.category(character) in _UNWANTED or unicodedata.bidirectional(character) in _BIDIRECTIONAL


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in (*value.keys(), *value.values()):
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
