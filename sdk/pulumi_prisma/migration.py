"""Migration: the schema of an application, applied by the application's own tool."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import MigrationProvider
from pulumi_prisma.resource import Resource


@dataclass(frozen=True, kw_only=True)
class Migrate:
    """What an ``Environment`` migrates its database with: the arguments of a ``Migration``."""

    tool: str | None = None
    """``prisma`` for Prisma ORM as the project has installed it."""
    command: Sequence[str] | None = None
    """Any other tool, as a list."""
    directory: str | None = None
    """Where it runs, and where the migrations are; relative to the folder of Pulumi.yaml, which is the default."""
    paths: Sequence[str] | None = None
    """For a command: files and folders; it runs when they change."""
    environment: Mapping[str, Input[str]] | None = None
    """More variables for the tool."""


class Migration(Resource, module="prisma", name="Migration"):
    """The schema of an application, applied by its own tool: Prisma ORM, or any command.

    A preview names what is pending in the live database. Nothing pending, nothing is run. Taken out of the program, it
    undoes nothing.
    """

    applied: Output[list[str]]
    """The migrations that are applied, oldest first; empty for a command whose tables are not known."""
    pending: Output[list[str]]
    """The migrations that are not applied."""
    digest: Output[str]
    """A hash of the files that decide whether there is something to do."""
    database_key: Output[str]
    """A hash that tells its database from others; the same for every connection of it."""

    _dynamic_provider = MigrationProvider
    _secrets = ("direct_url",)

    def __init__(
        self,
        resource_name: str,
        *,
        direct_url: Input[str | None],
        tool: str | None = None,
        command: Sequence[str] | None = None,
        directory: str | None = None,
        paths: Sequence[str] | None = None,
        environment: Mapping[str, Input[str]] | None = None,
        wait_for_connection: Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a migration.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param direct_url: the direct connection string of the database, such as ``web.direct_url``. A new password, or
            another connection of the same database, is no change.
        :param tool: ``prisma`` for Prisma ORM as the project has installed it: ``prisma migrate deploy``, or from
            version 8 ``prisma db migrate``. What is pending is read from the database.
        :param command: any other tool, as a list: ``["npx", "drizzle-kit", "migrate"]``, ``["alembic", "upgrade",
            "head"]``. It gets the connection string as ``DATABASE_URL`` and ``DIRECT_URL``, and no secret of Pulumi's.
        :param directory: where it runs, and where the migrations are (in it, or in ``prisma`` in it); relative to the
            folder of Pulumi.yaml, which is the default.
        :param paths: for a command: files and folders, relative to the folder of Pulumi.yaml. It runs when they change;
            without them, once.
        :param environment: more variables for the tool; mark secrets as such.
        :param wait_for_connection: seconds to wait until the database accepts connections; 60 by default.
        :param opts: Pulumi's options; ``custom_timeouts`` count.
        """
        props = {
            "direct_url": Output.secret(direct_url),
            "tool": tool,
            "command": command,
            "directory": directory,
            "paths": paths,
            "environment": environment,
            "wait_for_connection": wait_for_connection,
        }
        super().__init__(resource_name, props, opts)
