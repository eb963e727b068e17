"""The same resources over the plugin `pulumi-resource-prisma`: chosen by import, declared in the same words.

    from pulumi_prisma import native as prisma

What the dynamic host cannot give: `pulumi import`, differences by property, several accounts in one program
(`Provider`), and as many operations at once as `--parallel` says. A stack moves between the two by changing the
import; the next preview shows no change. The functions are the same ones: they ask the service themselves, with the
program's own settings, and with `opts=pulumi.InvokeOptions(provider=…)` as that account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Input

from pulumi_prisma import (
    branch,
    connection,
    database,
    database_set,
    environment,
    environment_variable,
    functions,
    migration,
    project,
    restore,
    results,
    service_token,
)
from pulumi_prisma.database import BackupOf, CloneOf
from pulumi_prisma.functions import *  # noqa: F403  what it exports is said there, once
from pulumi_prisma.migration import Migrate
from pulumi_prisma.resource import Resource
from pulumi_prisma.results import *  # noqa: F403
from pulumi_prisma.starting import check_plugin, is_mocked, is_plugin
from pulumi_prisma.texts import refuse_texts

__all__ = ["BackupOf", "Branch", "CloneOf", "Connection", "Database", "Environment", "Migrate", "Migration", "Project"]
__all__ += ["DatabaseSet", "EnvironmentVariable", "Provider", "Restore", "ServiceToken"]
__all__ += functions.__all__
__all__ += results.__all__


class Provider(pulumi.ProviderResource):
    """An account of Prisma, to be passed to resources as ``opts=pulumi.ResourceOptions(provider=…)``."""

    def __init__(
        self,
        resource_name: str,
        *,
        service_token: Input[str] | None = None,
        base_url: Input[str] | None = None,
        workspace_id: Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an account.

        :param resource_name: its identity in Pulumi.
        :param service_token: the service token of one workspace, kept encrypted; ``PRISMA_SERVICE_TOKEN`` in the
            environment otherwise.
        :param base_url: where the Management API is, https or loopback; ``PRISMA_API_BASE_URL`` in the environment
            otherwise, and Prisma's own by default.
        :param workspace_id: refuse to run against any other workspace than this one.
        :param opts: Pulumi's options.
        """
        refuse_texts(
            resource_name, {"service_token": service_token, "base_url": base_url, "workspace_id": workspace_id}
        )
        props = {
            "serviceToken": None if service_token is None else pulumi.Output.secret(service_token),
            "baseUrl": base_url,
            "workspaceId": workspace_id,
        }
        super().__init__("prisma", resource_name, props, opts)


class _OverPlugin(Resource):
    """Registers with the plugin, to which the engine gives what we have to give to the dynamic host."""

    _elsewhere = "pulumi-python:dynamic/prisma:"

    def _register(self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        if not (is_plugin.get() or is_mocked()):
            check_plugin()
        pulumi.CustomResource.__init__(self, f"prisma:index:{self._kind()}", resource_name, dict(props), opts)

    def _before_providers(self, opts: pulumi.ResourceOptions) -> None:
        """All options are the engine's here."""

    def _after_providers(
        self, provider: pulumi.ProviderResource | None, providers: Mapping[str, pulumi.ProviderResource]
    ) -> None:
        """Pulumi looks a provider up by its key, and takes the default account where the key is another word."""
        unused = [key for key, other in providers.items() if other.package == "prisma"]
        if provider is None and unused:
            raise pulumi.RunError(
                f'{self._name}: providers={{"{unused[0]}": …}} holds a provider of Prisma, which Pulumi does not find '
                'there; give it as providers=[…], or under the key "prisma".'
            )


class Project(_OverPlugin, project.Project, module="prisma", name="Project"):
    __doc__ = project.Project.__doc__


class Branch(_OverPlugin, branch.Branch, module="prisma", name="Branch"):
    __doc__ = branch.Branch.__doc__


class Database(_OverPlugin, database.Database, module="prisma", name="Database"):
    __doc__ = database.Database.__doc__


class DatabaseSet(_OverPlugin, database_set.DatabaseSet, module="prisma", name="DatabaseSet"):
    __doc__ = database_set.DatabaseSet.__doc__


class Connection(_OverPlugin, connection.Connection, module="prisma", name="Connection"):
    __doc__ = connection.Connection.__doc__


class Restore(_OverPlugin, restore.Restore, module="prisma", name="Restore"):
    __doc__ = restore.Restore.__doc__


class Migration(_OverPlugin, migration.Migration, module="prisma", name="Migration"):
    __doc__ = migration.Migration.__doc__


class EnvironmentVariable(
    _OverPlugin, environment_variable.EnvironmentVariable, module="prisma", name="EnvironmentVariable"
):
    __doc__ = environment_variable.EnvironmentVariable.__doc__


class ServiceToken(_OverPlugin, service_token.ServiceToken, module="prisma", name="ServiceToken"):
    __doc__ = service_token.ServiceToken.__doc__


class Environment(environment.Environment):
    __doc__ = environment.Environment.__doc__

    _branch = Branch
    _database = Database
    _connection = Connection
    _migration = Migration
    _variable = EnvironmentVariable
