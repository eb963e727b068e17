"""EnvironmentVariable: what Prisma's platform gives to the deployments of a project."""

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import EnvironmentVariableProvider
from pulumi_prisma.resource import Resource


class EnvironmentVariable(Resource, module="prisma", name="EnvironmentVariable"):
    """An environment variable of a project on Prisma's platform: for all of its production or preview deployments, or
    for those of one preview branch.

    Variables are frozen into a deployment: a running service sees a new value with its next deployment. Prisma never
    gives the value back: another hand's change is seen by its time, and put back once.
    """

    project_id: Output[str]
    """The project that it belongs to."""
    key: Output[str]
    """Its name, as a deployment sees it."""
    variable_class: Output[str]
    """``production`` or ``preview``."""
    branch_id: Output[str | None]
    """The branch whose deployments alone get it."""
    value: Output[str]
    """Its value; a secret."""
    is_managed_by_system: Output[bool]
    """Whether Prisma writes its value itself."""
    created_at: Output[str | None]
    """When it was made, as RFC 3339."""
    updated_at: Output[str | None]
    """When its value was written last, as RFC 3339."""

    _dynamic_provider = EnvironmentVariableProvider
    _secrets = ("value",)

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        key: Input[str],
        value: Input[str],
        variable_class: Input[str],
        branch_id: Input[str] | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an environment variable.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param project_id: the project, ``proj_…``; another one is another variable.
        :param key: its name: capital letters, digits and ``_``, 256 characters at most; another one is another
            variable.
        :param value: its value, kept as a secret; changed in place.
        :param variable_class: ``production`` or ``preview``: the deployments that get it; another one is another
            variable.
        :param branch_id: ``br_…`` for an override that only the deployments of this branch get, of class ``preview``;
            another one is another variable.
        :param adopt: ``True``, or ``envvar_…``, to take over the one that is there and replace its value; ``False``
            to leave one that Prisma manages itself as it is, and to stay on it without sending anything. Not given,
            one that is there is refused.
        :param opts: Pulumi's options.
        """
        props = {
            "project_id": project_id,
            "key": key,
            "value": Output.secret(value),
            "variable_class": variable_class,
            "branch_id": branch_id,
            "adopt": adopt,
        }
        super().__init__(resource_name, props, opts)
