"""Branch: where databases live side by side."""

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import BranchProvider
from pulumi_prisma.resource import Resource


class Branch(Resource, module="prisma", name="Branch"):
    """A branch of a project, named after a branch of git; databases are made on it or moved to it."""

    project_id: Output[str]
    """The project that it belongs to."""
    git_name: Output[str]
    """Its name."""
    is_default: Output[bool]
    """Whether it is its project's default branch."""
    role: Output[str | None]
    """``production`` for the first branch of a project, ``preview`` for the others."""

    _dynamic_provider = BranchProvider

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        git_name: Input[str] | None = None,
        is_default: Input[bool] | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a branch.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param project_id: the project that it belongs to, ``proj_…``; another one is another branch.
        :param git_name: its name, unique in the project; the resource's name by default. Prisma cannot rename a
            branch: another name is another branch.
        :param is_default: True makes it the project's default branch, in place; not given, the flag is not managed.
        :param adopt: ``br_…`` to take over an existing branch instead of making one; ``True`` to take the one of
            this name, if there is one.
        :param opts: Pulumi's options.
        """
        props = {
            "project_id": project_id,
            "git_name": resource_name if git_name is None else git_name,
            "is_default": is_default,
            "adopt": adopt,
        }
        super().__init__(resource_name, props, opts)
