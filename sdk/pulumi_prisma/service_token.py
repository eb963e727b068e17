"""ServiceToken: a token with which another program uses Prisma's Management API."""

from typing import Any

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import ServiceTokenProvider
from pulumi_prisma.resource import Resource


class ServiceToken(Resource, module="prisma", name="ServiceToken"):
    """A service token of a workspace: with it a program may do everything in this workspace.

    Prisma gives its value once, and cannot change a token: a rotation makes another one, and then revokes the old one.
    """

    workspace_id: Output[str]
    """The workspace that it belongs to."""
    name: Output[str]
    """Its name in Prisma."""
    value: Output[str]
    """The token itself; a secret. An imported one has none."""
    value_hint: Output[str | None]
    """The part of it that Prisma Console shows."""
    created_at: Output[str | None]
    """When it was made, as RFC 3339."""
    expires_at: Output[str | None]
    """When it stops working, as RFC 3339; most do not."""

    _dynamic_provider = ServiceTokenProvider
    _secrets = ("value",)

    def __init__(
        self,
        resource_name: str,
        *,
        workspace_id: Input[str],
        name: Input[str] | None = None,
        rotation_trigger: Input[Any] | None = None,
        keep_previous: Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a service token.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param workspace_id: the workspace, ``wksp_…``, which the run's own token has to see.
        :param name: its name in Prisma, 1 to 256 characters; the resource's name by default. Another name is another
            token.
        :param rotation_trigger: any value; when it changes, another token is made, and then the old one is revoked.
        :param keep_previous: True leaves the old token valid for one more rotation, so that whoever uses it can take
            the new one in time.
        :param opts: Pulumi's options.
        """
        props = {
            "workspace_id": workspace_id,
            "name": resource_name if name is None else name,
            "rotation_trigger": rotation_trigger,
            "keep_previous": keep_previous,
        }
        super().__init__(resource_name, props, opts)
