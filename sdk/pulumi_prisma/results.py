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
    "GetEnvironmentVariableResult",
    "GetProjectResult",
    "GetRegionResult",
    "GetServiceTokenResult",
    "GetSubscriptionResult",
    "GetUsageResult",
    "GetWorkspaceResult",
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


@dataclass(frozen=True)
class GetWorkspaceResult:
    """A workspace that the token can see."""

    id: str
    """Its id, ``wksp_…``."""
    name: str | None = None
    """Its name in Prisma."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""


@dataclass(frozen=True)
class GetSubscriptionResult:
    """The plan of a workspace."""

    workspace_id: str
    """The workspace."""
    plan_name: str
    """The name of the plan."""
    usage_blocked: bool
    """Whether the workspace is blocked: its databases accept no connections then, and keep their data."""
    upgrade_url: str | None = None
    """Where the plan or its limits are raised."""


@dataclass(frozen=True)
class GetServiceTokenResult:
    """A service token that exists, without its value, which Prisma shows only once."""

    id: str
    """Its id, ``itgr_…``."""
    name: str
    """Its name in Prisma, which need not be unique."""
    workspace_id: str
    """The workspace that it belongs to."""
    value_hint: str | None = None
    """The part of its value by which people tell it from others."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""
    expires_at: str | None = None
    """When it expires, as RFC 3339; none where it does not."""


@dataclass(frozen=True)
class GetEnvironmentVariableResult:
    """An environment variable that exists, without its value, which Prisma never shows."""

    id: str
    """Its id, ``envvar_…``."""
    key: str
    """Its name, such as ``DATABASE_URL``."""
    variable_class: str
    """``production`` or ``preview``."""
    project_id: str
    """The project that it belongs to."""
    is_managed_by_system: bool
    """Whether Prisma itself writes it."""
    branch_id: str | None = None
    """The branch whose own it is; none where it is that of all branches of its class."""
    created_at: str | None = None
    """When it was made, as RFC 3339."""
    updated_at: str | None = None
    """When its value was last written, as RFC 3339."""
