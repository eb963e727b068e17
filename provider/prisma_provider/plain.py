"""Texts of others, such as names, as a terminal or the log of a job may have them: shown, never obeyed."""

from __future__ import annotations

import re

SAID_LIMIT = 400
"""Characters of what a service said that are shown."""

NAME_LIMIT = 100
"""Characters of a name that are shown in a sentence; the id beside it tells the object."""

_READ_LIMIT = 20_000
"""Characters that are looked through for secrets: a text may be as long as an answer."""

_COMMAND = re.compile(r"^(\s*):+(?=:)|#(?=#\w*\[)")
"""How a line tells a job of GitHub's (`::error::…`, `##[error]…`) or of Azure's (`##vso[…]…`) to do something."""

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
    shown = "".join(each if each.isprintable() else instead for each in text)
    return _COMMAND.sub(rf"\1{instead}", shown)


def plain_lines(text: str) -> str:
    """The same of each line, for what may have several."""
    return "\n".join(plain(line) for line in text.split("\n"))


def cut(text: str, limit: int) -> str:
    """No more than so many characters, with an ellipsis where there were more."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def name(text: object) -> str:
    """A name in a sentence of ours."""
    return cut(plain(str(text)), NAME_LIMIT)


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
