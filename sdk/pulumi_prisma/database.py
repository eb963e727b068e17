"""Database: a Prisma Postgres database."""

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import DatabaseProvider
from pulumi_prisma.resource import Resource


@dataclass(frozen=True)
class CloneOf:
    """The source of a database: a copy of another database as it is when the copy is made."""

    database_id: Input[str]
    """The database that is copied, ``db_…``."""


@dataclass(frozen=True)
class BackupOf:
    """The source of a database: a backup of a database."""

    database_id: Input[str]
    """The database that is copied, or that the backup belongs to, ``db_…``."""
    backup_id: Input[str]
    """The backup, from ``get_backups``; where ``type`` is ``backup``."""


class Database(Resource, module="prisma", name="Database"):
    """A Prisma Postgres database. Name, default flag and branch change in place.

    A change that only a replacement could make is refused, unless ``allow_replace`` is set.
    """

    project_id: Output[str]
    """The project that it lives in."""
    name: Output[str]
    """Its name in Prisma."""
    status: Output[str]
    """``ready``, ``provisioning``, ``recovering`` or ``failure``."""
    is_default: Output[bool]
    """Whether it is its project's default database."""
    region: Output[str | None]
    """The region that it is in."""
    branch_id: Output[str | None]
    """The branch that it belongs to."""
    logical_id: Output[str | None]
    """Its idempotency key: by it a database is found again if the response to its creation is lost."""
    workspace_id: Output[str | None]
    """The workspace that it belongs to."""
    default_connection_id: Output[str | None]
    """The connection that was made with it."""
    created_at: Output[str]
    """When it was made, as RFC 3339."""
    database_url: Output[str]
    """The pooled connection string of its default connection, for applications; a secret. A database that Pulumi has
    made always has it; an adopted or imported one has none until ``rotation_trigger`` gives it a new password."""
    direct_url: Output[str]
    """The direct connection string of its default connection, for migrations; a secret. A database that Pulumi has
    made always has it; an adopted or imported one has none until ``rotation_trigger`` gives it a new password."""

    _dynamic_provider = DatabaseProvider
    _secrets = ("database_url", "direct_url")
    _knows_deleted_with = True

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        name: Input[str] | None = None,
        region: Input[str] | None = None,
        is_default: Input[bool] | None = None,
        branch_id: Input[str] | None = None,
        branch_git_name: Input[str] | None = None,
        source: CloneOf | BackupOf | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        allow_replace: Input[bool] | None = None,
        rotation_trigger: Input[Any] | None = None,
        wait_for_connection: Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a database.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param project_id: the project that it lives in, ``proj_…``. A change is refused unless ``allow_replace`` is
            true, because it replaces the database.
        :param name: its name in Prisma, changed in place; the resource's name by default.
        :param region: the region that it is in, such as ``eu-central-1`` or any other that Prisma has, or ``inherit``
            for the project's, which is the default. A change is refused unless ``allow_replace`` is true, because it
            replaces the database.
        :param is_default: True makes it the project's default database, in place, and takes the flag from the one
            that had it; False lets another have it; not given, the flag is not managed.
        :param branch_id: the branch that it belongs to, ``br_…``, changed in place.
        :param branch_git_name: the branch by its name, in place of ``branch_id``; a branch that is not there is made,
            and stays when the database goes.
        :param source: what it starts with, ``CloneOf(…)`` or ``BackupOf(…)``; empty by default. A change is refused
            unless ``allow_replace`` is true, because it replaces the database.
        :param adopt: ``db_…`` to take over an existing database instead of making one; ``True`` to reuse the
            one that an interrupted ``up`` had already made; ``False`` to make a new one although one is there.
        :param allow_replace: allow the database to be replaced, whose data is then lost: by a change of project,
            region or source, by an option of Pulumi, or by ``--replace``; it is refused otherwise.
        :param rotation_trigger: any value; when it changes, or is given with ``adopt``, the default connection gets a
            new password in place, and the old one is locked out.
        :param wait_for_connection: seconds to wait, after its creation and after a rotation, until PostgreSQL answers
            on its direct connection string: a new database may refuse connections although it is ready. It does not
            wait by default. It takes ``pulumi-prisma[postgres]``.
        :param opts: Pulumi's options; ``ignore_changes`` and ``custom_timeouts`` count.
        """
        props = {
            "project_id": project_id,
            "name": resource_name if name is None else name,
            "region": region,
            "is_default": is_default,
            "branch_id": branch_id,
            "branch_git_name": branch_git_name,
            "source": source_of(source),
            "adopt": adopt,
            "allow_replace": allow_replace,
            "rotation_trigger": rotation_trigger,
            "wait_for_connection": wait_for_connection,
        }
        super().__init__(resource_name, props, opts)


def source_of(source: CloneOf | BackupOf | None) -> dict[str, Input[str]] | None:
    """The source as the API takes it."""
    if source is None:
        return None
    if not isinstance(source, CloneOf | BackupOf):
        raise pulumi.RunError(
            f"source must be prisma.CloneOf(database_id) or prisma.BackupOf(database_id, backup_id), not {source!r}."
        )
    if isinstance(source, CloneOf):
        return {"type": "database", "databaseId": source.database_id}
    return {"type": "backup", "databaseId": source.database_id, "backupId": source.backup_id}
