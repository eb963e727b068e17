"""Connection: a set of credentials of a database."""

from typing import Any, cast

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import ConnectionProvider
from pulumi_prisma.resource import Resource


class Connection(Resource, module="prisma", name="Connection"):
    """A user and password of a database, with connection strings: one for each consumer."""

    database_id: Output[str]
    """The database that it belongs to."""
    name: Output[str]
    """Its name in Prisma."""
    kind: Output[str | None]
    """``postgres`` or ``accelerate``."""
    host: Output[str]
    """The host of direct connections."""
    pooled_host: Output[str | None]
    """The host of pooled connections."""
    created_at: Output[str]
    """When it was made, as RFC 3339."""
    user: Output[str]
    """The user; a secret. An adopted connection has none until its connection strings are given or rotated."""
    password: Output[str]
    """The password; a secret. An adopted connection has none until its connection strings are given or rotated."""
    database_url: Output[str]
    """The pooled connection string, for applications; a secret. An adopted connection has none until it is given or
    rotated."""
    direct_url: Output[str]
    """The direct connection string, for migrations; a secret. An adopted connection has none until it is given or
    rotated."""

    _dynamic_provider = ConnectionProvider
    _secrets = ("user", "password", "database_url", "direct_url")

    def __init__(
        self,
        resource_name: str,
        *,
        database_id: Input[str],
        name: Input[str] | None = None,
        rotation_trigger: Input[Any] | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        database_url: Input[str] | None = None,
        direct_url: Input[str] | None = None,
        wait_for_connection: Input[float] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a connection.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param database_id: the database, ``db_…``; another one is another connection.
        :param name: its name in Prisma, 3 to 65 characters; the resource's name by default. Prisma cannot rename a
            connection: another name is a new connection, made before the old one goes.
        :param rotation_trigger: any value; when it changes, the connection gets a new password in place and the old
            one is locked out.
        :param adopt: ``con_…`` to take over an existing connection, ``True`` to reuse the one that an interrupted
            ``up`` of this stack had already made. Prisma does not give its secrets again: a ``rotation_trigger`` gives
            it new ones, or ``database_url`` and ``direct_url`` say what they are.
        :param database_url: the pooled connection string of the connection that is taken over, where you know it; only
            together with ``adopt="con_…"``. It is sent nowhere: it is the output of this name until a rotation gives a
            new one.
        :param direct_url: the same for the direct connection string.
        :param wait_for_connection: seconds to wait, after its creation and after a rotation, until PostgreSQL answers
            on its direct connection string: a new database may refuse connections although it is ready. It does not
            wait by default. It takes ``pulumi-prisma[postgres]``.
        :param opts: Pulumi's options.
        """
        props = {
            "database_id": database_id,
            "name": resource_name if name is None else name,
            "rotation_trigger": rotation_trigger,
            "wait_for_connection": wait_for_connection,
            "adopt": adopt,
            "database_url": None if database_url is None else Output.secret(database_url),
            "direct_url": None if direct_url is None else Output.secret(direct_url),
        }
        super().__init__(resource_name, props, opts)

    @property
    @pulumi.getter
    def port(self) -> Output[int]:
        """The port of direct connections."""
        # A property, unlike the others: its type is how Pulumi learns that this number is no float.
        return cast("Output[int]", pulumi.get(self, "port"))
