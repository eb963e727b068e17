"""What the records hold. A value is a row; nothing here reads or writes.

`state` is the record's own life (creating, live, deleting) and decides whether the API shows it;
`status` is what the API says of a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

CREATING, LIVE, DELETING = "creating", "live", "deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    table: ClassVar[str] = "workspaces"
    prefix: ClassVar[str] = "wksp_"
    id: str
    name: str
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """Only the digest is kept: whoever reads the records cannot call the API with them.

    `expires_at` is in epoch seconds; `grant_id` is what a user's access token belongs to.
    """

    table: ClassVar[str] = "tokens"
    prefix: ClassVar[str] = "tok_"
    id: str
    digest: str
    workspace_id: str
    name: str
    created_at: str
    expires_at: float | None = None
    grant_id: str | None = None
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a user allowed a program on the authorize page; without it none of its tokens is left."""

    table: ClassVar[str] = "grants"
    prefix: ClassVar[str] = "grant_"
    id: str
    workspace_id: str
    client_id: str
    scope: str
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """A refresh token, by its digest. One that was used stays: to see it again is how a theft is noticed."""

    table: ClassVar[str] = "refreshes"
    prefix: ClassVar[str] = "rt_"
    id: str
    digest: str
    grant_id: str
    expires_at: float
    used_at: str | None = None
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    table: ClassVar[str] = "projects"
    prefix: ClassVar[str] = "proj_"
    id: str
    workspace_id: str
    name: str
    logical_id: str | None
    default_region: str | None
    settings: str = "{}"
    state: str = CREATING
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    table: ClassVar[str] = "branches"
    prefix: ClassVar[str] = "br_"
    id: str
    project_id: str
    git_name: str
    is_default: bool
    role: str
    created_at: str
    updated_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """`pg_name` names the PostgreSQL database; `ready_at` (epoch seconds) is when provisioning or recovery ends.

    `restore_from` is the backup that is being put in its place.
    """

    table: ClassVar[str] = "databases"
    prefix: ClassVar[str] = "db_"
    id: str
    project_id: str
    branch_id: str | None
    name: str
    region: str | None
    is_default: bool = False
    logical_id: str | None
    source: str
    status: str
    ready_at: float | None
    ends: str
    restore_from: str | None = None
    default_connection_id: str | None
    pg_name: str
    state: str = CREATING
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    table: ClassVar[str] = "connections"
    prefix: ClassVar[str] = "con_"
    id: str
    database_id: str
    name: str
    role: str
    state: str = CREATING
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A dump in a file of its own, called after its id. It goes with its database, through which it is found."""

    table: ClassVar[str] = "backups"
    prefix: ClassVar[str] = "bkp_"
    id: str
    database_id: str
    status: str
    size: int | None = None
    state: str = CREATING
    created_at: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare:
    """A database that nobody has asked for yet. Its id is its name in PostgreSQL."""

    table: ClassVar[str] = "spares"
    prefix: ClassVar[str] = "db_"
    id: str
    state: str = CREATING
    seq: int = 0


Value = Workspace | Token | Grant | Refresh | Project | Branch | Database | Connection | Backup | Spare
