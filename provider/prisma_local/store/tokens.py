"""Tokens: a text that is given once, and the record of it, which holds its digest and a hint only."""

from __future__ import annotations

import hashlib
import math
import secrets
import time
from dataclasses import dataclass

from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.records import Records
from prisma_local.store.values import Grant, RefreshToken, Token

NAME = "prisma-local"
HINTED = 4  # characters at the end


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: its text, which is stored nowhere, and its record."""

    text: str
    token: Token


def issue(
    records: Records,
    workspace_id: str,
    *,
    name: str = NAME,
    text: str | None = None,
    expires_at: float | None = None,
    grant_id: str | None = None,
) -> Issued:
    """A token that expires at this time (epoch seconds), or never."""
    text = text or f"prsc_local_{secrets.token_urlsafe(32)}"
    made = Token(
        id=new_id(Token.prefix),
        digest=digest(text),
        workspace_id=workspace_id,
        name=name,
        hint=f"…{text[-HINTED:]}",
        created_at=now(),
        expires_at=expires_at,
        grant_id=grant_id,
    )
    return Issued(text, records.insert(made))


def valid(records: Records, text: str) -> Token | None:
    """The token of this text, unless it is unknown or has expired."""
    found = records.one(Token, digest=digest(text))
    return None if found is None or (found.expires_at or math.inf) <= time.time() else found


def revoke_grant(records: Records, grant_id: str) -> None:
    """Remove a grant with its access tokens and refresh tokens."""
    with records.transaction():
        records.remove(Token, grant_id=grant_id)
        records.remove(RefreshToken, grant_id=grant_id)
        records.remove(Grant, id=grant_id)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
