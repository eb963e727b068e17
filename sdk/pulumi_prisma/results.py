"""What the functions return; the attributes are those of the resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "GetBackupResult",
    "GetBranchResult",
    "GetConnectionResult",
    "GetDatabaseResult",
    "GetDatabaseSetResult",
    "GetProjectResult",
    "GetRegionResult",
    "GetUsageResult",
]


@dataclass(frozen=True)
class GetProjectResult:
    """A project that exists."""

    id: str
    """Its id, ``proj_…``."""
    name: str
    """Its name in Prisma."""
    default_region: str | None = None
    """The region of its databases where they name none."""
    workspace_id: str | None = None
    """The workspace that it belongs to."""
    logical_id: str | None = None
    """Its idempotency key, where it has one."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""


@dataclass(frozen=True)
class GetDatabaseResult:
    """A database that exists, without its secrets."""

    id: str
    """Its id, ``db_…``."""
    name: str
    """Its name in Prisma."""
    project_id: str
    """The project that it lives in."""
    status: str
    """``ready``, ``provisioning``, ``recovering`` or ``failure``."""
    is_default: bool
    """Whether it is its project's default database."""
    region: str | None = None
    """The region that it is in."""
    branch_id: str | None = None
    """The branch that it belongs to."""
    logical_id: str | None = None
    """Its idempotency key, where it has one."""
    default_connection_id: str | None = None
    """The connection that was made with it."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""


@dataclass(frozen=True)
class GetDatabaseSetResult:
    """Databases of one project that exist, by name."""

    project_id: str
    """The project that they live in."""
    ids: Mapping[str, str]
    """The id of each database, by its name in Prisma."""


@dataclass(frozen=True)
class GetConnectionResult:
    """A connection that exists, without its secrets."""

    id: str
    """Its id, ``con_…``."""
    name: str
    """Its name in Prisma."""
    database_id: str
    """The database that it belongs to."""
    kind: str | None = None
    """``postgres`` or ``accelerate``."""
    host: str | None = None
    """The host of direct connections."""
    pooled_host: str | None = None
    """The host of pooled connections."""
    port: int | None = None
    """The port of direct connections."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""


@dataclass(frozen=True)
class GetBranchResult:
    """A branch that exists."""

    id: str
    """Its id, ``br_…``."""
    git_name: str
    """Its name."""
    project_id: str
    """The project that it belongs to."""
    is_default: bool
    """Whether it is its project's default branch."""
    role: str | None = None
    """``production`` for the first branch of a project, ``preview`` for the others."""


@dataclass(frozen=True)
class GetBackupResult:
    """A backup of a database."""

    id: str
    """Its id, as a source and a `Restore` take it."""
    status: str
    """``completed``, ``running``, ``failed`` or ``unknown``."""
    backup_type: str | None = None
    """``full``, ``incremental`` or ``differential``."""
    created_at: str | None = None
    """When it was taken, as RFC 3339."""
    size: float | None = None
    """Its size in bytes, where the service gives it."""


@dataclass(frozen=True)
class GetUsageResult:
    """What a database has used in a period."""

    operations: float
    """Operations that were billed."""
    storage_gib: float
    """Storage, in GiB."""
    period_start: str
    """The start of the period, as RFC 3339."""
    period_end: str
    """The end of the period, as RFC 3339."""
    generated_at: str | None = None
    """When it was counted, as RFC 3339."""


@dataclass(frozen=True)
class GetRegionResult:
    """A region of Prisma Postgres."""

    id: str
    """What `region` takes, such as ``eu-central-1``."""
    name: str | None = None
    """What people call it."""
