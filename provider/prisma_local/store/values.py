"""The rows of the records as values; nothing here reads or writes.

`state` (creating, live, deleting) decides whether the API shows a row; `status` is what the API says of a database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

CREATING, LIVE, DELETING = "creating", "live", "deleting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`prefix` is that of its ids, `seq` its number in the order of creation."""

    table: ClassVar[str]
    prefix: ClassVar[str]
    id: str
    seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace(Record):
    table: ClassVar[str] = "workspaces"
    prefix: ClassVar[str] = "wksp_"
    name: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token(Record):
    """Only its digest is stored, and a hint of it: a token cannot be read out of the records.

    `expires_at` is in epoch seconds; `grant_id` is the grant of a user's access token.
    """

    table: ClassVar[str] = "tokens"
    prefix: ClassVar[str] = "itgr_"
    digest: str
    workspace_id: str
    name: str
    hint: str = ""
    created_at: str
    expires_at: float | None = None
    grant_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Record):
    """What a user allowed a program; it is deleted together with its tokens."""

    table: ClassVar[str] = "grants"
    prefix: ClassVar[str] = "grant_"
    workspace_id: str
    client_id: str
    scope: str
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken(Record):
    """Only its digest is stored. A used one is kept, as a second use means that it was stolen."""

    table: ClassVar[str] = "refreshes"
    prefix: ClassVar[str] = "rt_"
    digest: str
    grant_id: str
    expires_at: float
    used_at: str | None = None
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Project(Record):
    table: ClassVar[str] = "projects"
    prefix: ClassVar[str] = "proj_"
    workspace_id: str
    name: str
    logical_id: str | None
    default_region: str | None
    settings: str = "{}"
    state: str = CREATING
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Record):
    table: ClassVar[str] = "branches"
    prefix: ClassVar[str] = "br_"
    project_id: str
    git_name: str
    is_default: bool
    role: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Record):
    """`pg_name` names the PostgreSQL database; `ready_at` (epoch seconds) is when provisioning or recovery ends.

    `restore_from` is the id of the backup that is being restored.
    """

    table: ClassVar[str] = "databases"
    prefix: ClassVar[str] = "db_"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection(Record):
    """`password`, encrypted, is known of default connections only: DATABASE_URL is written from it."""

    table: ClassVar[str] = "connections"
    prefix: ClassVar[str] = "con_"
    database_id: str
    name: str
    role: str
    password: str | None = None
    state: str = CREATING
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentVariable(Record):
    """`value` is encrypted, by the key of this name; without a branch it is that of all branches of its class."""

    table: ClassVar[str] = "environment_variables"
    prefix: ClassVar[str] = "envvar_"
    project_id: str
    class_name: str
    branch_id: str | None
    key: str
    value: str
    value_kid: str
    is_managed_by_system: bool = False
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Record):
    """A dump in a file that is called like its id. It is deleted with its database."""

    table: ClassVar[str] = "backups"
    prefix: ClassVar[str] = "bkp_"
    database_id: str
    status: str
    size: int | None = None
    state: str = CREATING
    created_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spare(Record):
    """A database of the stock. Its id is its name in PostgreSQL."""

    table: ClassVar[str] = "spares"
    prefix: ClassVar[str] = "db_"
    state: str = CREATING
