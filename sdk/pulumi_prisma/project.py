"""Project: the home of databases."""

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import ProjectProvider
from pulumi_prisma.resource import Resource


class Project(Resource, module="prisma", name="Project"):
    """A project of Prisma. It is made without the service's implicit first database: declare the ones you want."""

    name: Output[str]
    """Its name in Prisma."""
    default_region: Output[str | None]
    """The region of its databases where they name none."""
    workspace_id: Output[str]
    """The workspace that it belongs to."""
    logical_id: Output[str | None]
    """Its idempotency key: by it a project is found again if the response to its creation is lost."""
    created_at: Output[str]
    """When it was made, as RFC 3339."""

    _dynamic_provider = ProjectProvider

    def __init__(
        self,
        resource_name: str,
        *,
        name: Input[str] | None = None,
        region: Input[str] | None = None,
        force_destroy: Input[bool] | None = None,
        allow_replace: Input[bool] | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a project.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param name: its name in Prisma, 1 to 256 characters, changed in place; the resource's name by default.
        :param region: the region of its databases where they name none, such as ``eu-central-1`` or any other that
            Prisma has. A change is refused: give ``region`` to the databases.
        :param force_destroy: let its deletion destroy databases that the program was not asked to delete; it
            counts once an ``up`` has recorded it.
        :param allow_replace: allow the project to be replaced, by an option of Pulumi or by ``--replace``; it is
            refused otherwise.
        :param adopt: ``proj_…`` to take over an existing project instead of making one; ``True`` to reuse the
            one that an interrupted ``up`` had already made; ``False`` to make a new one although one is there.
        :param opts: Pulumi's options.
        """
        props = {
            "name": resource_name if name is None else name,
            "region": region,
            "force_destroy": force_destroy,
            "allow_replace": allow_replace,
            "adopt": adopt,
        }
        super().__init__(resource_name, props, opts)
