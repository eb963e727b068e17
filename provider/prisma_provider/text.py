"""Text in messages: what others wrote is shown, never obeyed; what a program gave in place of text is noticed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import cache

SAID_LIMIT = 400
"""Characters of what a service said that are shown."""

NAME_LIMIT = 100
"""Characters of a name that are shown in a sentence; the id beside it names the object."""

_READ_LIMIT = 20_000
"""Characters that are looked through for secrets: a text may be as long as a response."""

_COMMAND = re.compile(r"^(\s*):+(?=:)|#(?=#\w*\[)")
"""How a line orders a job of GitHub's (`::error::…`, `##[error]…`) or of Azure's (`##vso[…]…`) to do something."""

_UNSEEN = frozenset(
    map(chr, (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)))
) | frozenset(map(chr, (*range(0x180B, 0x180E), *range(0xE0100, 0xE01F0))))
"""Characters that count as printable and are drawn as nothing: two names that differ in them look the same."""

_KEY = r"\w{0,30}(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key)"
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s&;,"']+)"""
_SECRETS = tuple(
    (re.compile(secret, re.IGNORECASE), shown)
    for secret, shown in (
        (r"(postgres(?:ql)?)://[^\s\"'<>]*", r"\1://…"),
        (r"([a-z][a-z0-9+.-]{0,30}://)[^\s\"'<>]{0,1000}@", r"\1…@"),
        (r"\b(authorization[\"']?\s?[:=]\s{0,3}[\"']?\w+\s+)[^\s\"',;<>]+", r"\1…"),
        (r"\b(bearer)\s+(?!auth|tokens?\b)[^\s\"',;<>]+", r"\1 …"),
        (r"\b(basic)\s+(?=\S*[\d=])[a-z0-9+/=]{6,}", r"\1 …"),
        (rf"({_KEY}(?:[\"']?\s{{0,3}}=|[\"']\s{{0,3}}:)\s{{0,3}}){_VALUE}", r"\1…"),
        # A sentence may say "token: expired": without a quote, only what follows a password's colon is taken for one.
        (rf"(\b(?:password|passwd|pwd)\s?:\s{{0,3}}){_VALUE}", r"\1…"),
        (r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|\bprsc_\w+", "…"),
    )
)
"""What is never shown: passwords and keys in addresses, headers, connection strings and JSON, and tokens."""


def plain(text: str, instead: str = "�") -> str:
    """One line, without what a terminal or a job would obey: `instead` stands where something was taken out."""
    if not (text.isprintable() and _UNSEEN.isdisjoint(text)):  # rare: a large report has thousands of names
        text = "".join(each if each.isprintable() and each not in _UNSEEN else instead for each in text)
    return _COMMAND.sub(rf"\1{instead}", text)


def plain_lines(text: str) -> str:
    """The same of each line, for what may have several."""
    return "\n".join(plain(line) for line in text.split("\n"))


def cut(text: str, limit: int) -> str:
    """No more than so many characters, with an ellipsis where there were more."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def name(text: object) -> str:
    """A name in a sentence of ours."""
    return cut(plain(str(text)), NAME_LIMIT)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """` Did you mean "orders"?`, to go on after a sentence; nothing where nothing is near."""
    found = [f'"{name(each)}"' for each in near(given, known)]
    return f" Did you mean {' or '.join(found)}?" if found else ""


def near(given: str, known: Iterable[str]) -> list[str]:
    """What is spelled nearly as `given`, the nearest first."""
    by_folded = {each.casefold(): each for each in known}
    return [by_folded[each] for each in get_close_matches(given.casefold(), by_folded)]


def said(text: str) -> str:
    """What a service said, to be quoted: plain, without secrets, and not endless."""
    return cut(plain(masked(text)), SAID_LIMIT)


def masked(text: str) -> str:
    """The text without passwords, keys and tokens; one that is very long, only its beginning."""
    if len(text) > _READ_LIMIT:
        # Cut between two words: half of an address does not look like one that holds a password.
        text = f"{text[:_READ_LIMIT].rsplit(' ', 1)[0]} …"
    for secret, shown in _SECRETS:
        text = secret.sub(shown, text)
    return text


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

HOW_TO_JOIN = "join outputs with pulumi.Output.concat(…) or .apply(…); in TypeScript with pulumi.interpolate"
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


def some_of(shown: Sequence[str], most: int = 10) -> str:
    """`a, b and 3 more`: the first ones of many in a sentence, and how many are left out."""
    left = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {left:,} more" if left > 0 else "")


@cache
def words(kind: str) -> str:
    """A kind of resource in a sentence: `service token` of `ServiceToken`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


@cache
def camel(name: str) -> str:
    """A property's name in state and in the API; Pulumi's own names, which begin with an underscore, stay."""
    return name if name.startswith("_") else re.sub(r"_([a-z])", lambda m: m[1].upper(), name)


@cache
def snake(name: str) -> str:
    """A property's name in Python."""
    return name if name.startswith("_") else re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name)
