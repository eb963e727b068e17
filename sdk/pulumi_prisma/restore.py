"""Restore: a backup put in the place of a database's data."""

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import RestoreProvider
from pulumi_prisma.resource import Resource


class Restore(Resource, module="prisma", name="Restore"):
    """A backup put in the place of all data of a database, once: when this is declared, and when its backup changes.

    All data that was written since the backup is lost. Name, id and credentials of the database stay; its sessions are
    ended. Taken out of the program, it undoes nothing.
    """

    database_id: Output[str]
    """The database that was restored."""
    backup_id: Output[str]
    """The backup that its data came from."""
    confirm_database_name: Output[str]
    """The database's name, repeated."""
    source_database_id: Output[str | None]
    """The database that the backup belongs to, where that is another one."""

    _dynamic_provider = RestoreProvider

    def __init__(
        self,
        resource_name: str,
        *,
        database_id: Input[str],
        backup_id: Input[str],
        confirm_database_name: str,
        source_database_id: Input[str] | None = None,
        adopt: Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a restore. **All data that was written since the backup is lost.**

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param database_id: the database to restore, ``db_…``.
        :param backup_id: the backup, from `get_backups`; another one is restored in place.
        :param confirm_database_name: the database's name once more, as text: it has to be what the database is called
            when the restore begins.
        :param source_database_id: the database that the backup belongs to, ``db_…``; the same one by default.
        :param adopt: after a run that was interrupted: True records the restore as done and sends nothing, False
            restores, whatever may have been done before; not given, you are asked.
        :param opts: Pulumi's options; ``custom_timeouts`` count.
        """
        if not isinstance(confirm_database_name, str):
            raise pulumi.RunError(
                f"{resource_name}: confirm_database_name must be the database's name as text; the output of a resource "
                "would confirm whatever it is."
            )
        props = {
            "database_id": database_id,
            "backup_id": backup_id,
            "confirm_database_name": confirm_database_name,
            "source_database_id": source_database_id,
            "adopt": adopt,
        }
        super().__init__(resource_name, props, opts)
