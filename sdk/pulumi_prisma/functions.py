"""Functions: what exists, looked up while the program runs, without managing it.

Each has a twin with `_output`, which takes the outputs of resources and returns once they are known. Nothing here
returns a secret. They ask in this process, with the program's own settings; with `opts` (a `provider` of
`pulumi_prisma.native`, a `parent`) the plugin asks, with that account. In tests with `pulumi.runtime.set_mocks` they
ask the mocks' `call`, as `prisma:index:getDatabase`.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import pulumi
from pulumi import Input, Output
from pulumi.output import UNKNOWN

from prisma_provider.text import camel, snake
from pulumi_prisma.results import (
    GetBackupResult,
    GetBranchResult,
    GetConnectionResult,
    GetDatabaseResult,
    GetDatabaseSetResult,
    GetEnvironmentVariableResult,
    GetProjectResult,
    GetRegionResult,
    GetServiceTokenResult,
    GetSubscriptionResult,
    GetUsageResult,
    GetWorkspaceResult,
)
from pulumi_prisma.starting import check_plugin, is_mocked

if TYPE_CHECKING:
    from prisma_provider.api.client import Client
    from prisma_provider.settings import Settings

__all__ = [
    "get_backups",
    "get_backups_output",
    "get_branches",
    "get_branches_output",
    "get_connections",
    "get_connections_output",
    "get_database",
    "get_database_output",
    "get_database_set",
    "get_database_set_output",
    "get_databases",
    "get_databases_output",
    "get_environment_variables",
    "get_environment_variables_output",
    "get_project",
    "get_project_output",
    "get_projects",
    "get_projects_output",
    "get_regions",
    "get_regions_output",
    "get_service_tokens",
    "get_service_tokens_output",
    "get_subscription",
    "get_subscription_output",
    "get_usage",
    "get_usage_output",
    "get_workspace",
    "get_workspace_output",
    "get_workspaces",
    "get_workspaces_output",
]

T = TypeVar("T")

_TYPE = "prisma:index:"
_SAID = " returned an error: "
"""What stands between Pulumi's words and those of the plugin."""


@dataclass(frozen=True)
class _Function(Generic[T]):
    """A function of the schema, and how its response is read."""

    token: str
    read: Callable[[Any], T]

    @property
    def name(self) -> str:
        """Its name here."""
        return snake(self.token)


_PROJECT = _Function("getProject", lambda found: GetProjectResult(**found))
_PROJECTS = _Function("getProjects", lambda found: [GetProjectResult(**each) for each in found["projects"]])
_DATABASE = _Function("getDatabase", lambda found: GetDatabaseResult(**found))
_DATABASES = _Function("getDatabases", lambda found: [GetDatabaseResult(**each) for each in found["databases"]])
_DATABASE_SET = _Function("getDatabaseSet", lambda found: GetDatabaseSetResult(**found))
_CONNECTIONS = _Function("getConnections", lambda found: [GetConnectionResult(**each) for each in found["connections"]])
_BRANCHES = _Function("getBranches", lambda found: [GetBranchResult(**each) for each in found["branches"]])
_BACKUPS = _Function("getBackups", lambda found: [GetBackupResult(**each) for each in found["backups"]])
_USAGE = _Function("getUsage", lambda found: GetUsageResult(**found))
_REGIONS = _Function("getRegions", lambda found: [GetRegionResult(**each) for each in found["regions"]])
_WORKSPACE = _Function("getWorkspace", lambda found: GetWorkspaceResult(**found))
_WORKSPACES = _Function("getWorkspaces", lambda found: [GetWorkspaceResult(**each) for each in found["workspaces"]])
_SUBSCRIPTION = _Function("getSubscription", lambda found: GetSubscriptionResult(**found))
_SERVICE_TOKENS = _Function(
    "getServiceTokens", lambda found: [GetServiceTokenResult(**each) for each in found["service_tokens"]]
)
_ENVIRONMENT_VARIABLES = _Function(
    "getEnvironmentVariables",
    lambda found: [GetEnvironmentVariableResult(**each) for each in found["environment_variables"]],
)


def get_project(
    id: str | None = None,  # noqa: A002
    *,
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetProjectResult:
    """The project of this id, or the only one of this name; several of a name are an error that lists them."""
    return _call(_PROJECT, opts, id=id, name=name)


def get_project_output(
    id: Input[str] | None = None,  # noqa: A002
    *,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetProjectResult]:
    """`get_project` of outputs."""
    return _later(_PROJECT, opts, id=id, name=name)


def get_projects(*, name: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[GetProjectResult]:
    """All projects of the workspace, or those of this name."""
    return _call(_PROJECTS, opts, name=name)


def get_projects_output(
    *,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetProjectResult]]:
    """`get_projects` of outputs."""
    return _later(_PROJECTS, opts, name=name)


def get_database(
    id: str | None = None,  # noqa: A002
    *,
    name: str | None = None,
    project_id: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetDatabaseResult:
    """The database of this id, or the only one of this name, in a project or in the workspace."""
    return _call(_DATABASE, opts, id=id, name=name, project_id=project_id)


def get_database_output(
    id: Input[str] | None = None,  # noqa: A002
    *,
    name: Input[str] | None = None,
    project_id: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetDatabaseResult]:
    """`get_database` of outputs."""
    return _later(_DATABASE, opts, id=id, name=name, project_id=project_id)


def get_databases(
    *,
    project_id: str | None = None,
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[GetDatabaseResult]:
    """All databases of a project or of the workspace, or those of this name."""
    return _call(_DATABASES, opts, project_id=project_id, name=name)


def get_databases_output(
    *,
    project_id: Input[str] | None = None,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetDatabaseResult]]:
    """`get_databases` of outputs."""
    return _later(_DATABASES, opts, project_id=project_id, name=name)


def get_database_set(
    project_id: str, *, names: Sequence[str] | None = None, opts: pulumi.InvokeOptions | None = None
) -> GetDatabaseSetResult:
    """The databases of a project by name: all, or those of these names, each of which must be there once.

    :param names: the names of the databases; all of the project, where none are given.
    """
    return _call(_DATABASE_SET, opts, project_id=project_id, names=names)


def get_database_set_output(
    project_id: Input[str],
    *,
    names: Input[Sequence[str]] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetDatabaseSetResult]:
    """`get_database_set` of outputs."""
    return _later(_DATABASE_SET, opts, project_id=project_id, names=names)


def get_connections(database_id: str, *, opts: pulumi.InvokeOptions | None = None) -> list[GetConnectionResult]:
    """All connections of a database."""
    return _call(_CONNECTIONS, opts, database_id=database_id)


def get_connections_output(
    database_id: Input[str],
    *,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetConnectionResult]]:
    """`get_connections` of outputs."""
    return _later(_CONNECTIONS, opts, database_id=database_id)


def get_branches(
    project_id: str,
    *,
    git_name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[GetBranchResult]:
    """All branches of a project, or the one of this name."""
    return _call(_BRANCHES, opts, project_id=project_id, git_name=git_name)


def get_branches_output(
    project_id: Input[str],
    *,
    git_name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetBranchResult]]:
    """`get_branches` of outputs."""
    return _later(_BRANCHES, opts, project_id=project_id, git_name=git_name)


def get_backups(database_id: str, *, opts: pulumi.InvokeOptions | None = None) -> list[GetBackupResult]:
    """The backups of a database, the newest first; Prisma shows a hundred at most.

    :param database_id: the database, ``db_…``.
    """
    return _call(_BACKUPS, opts, database_id=database_id)


def get_backups_output(
    database_id: Input[str],
    *,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetBackupResult]]:
    """`get_backups` of outputs."""
    return _later(_BACKUPS, opts, database_id=database_id)


def get_usage(
    database_id: str,
    *,
    start_date: str | None = None,
    end_date: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetUsageResult:
    """What a database has used between two dates.

    :param database_id: the database, ``db_…``.
    :param start_date: the first day that counts, such as ``2026-01-31``; this month's first where none is given.
    :param end_date: the day at which the period ends, now where none is given; ``period_end`` says what Prisma took.
    """
    return _call(_USAGE, opts, database_id=database_id, start_date=start_date, end_date=end_date)


def get_usage_output(
    database_id: Input[str],
    *,
    start_date: Input[str] | None = None,
    end_date: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetUsageResult]:
    """`get_usage` of outputs."""
    return _later(_USAGE, opts, database_id=database_id, start_date=start_date, end_date=end_date)


def get_regions(*, opts: pulumi.InvokeOptions | None = None) -> list[GetRegionResult]:
    """The regions of Prisma Postgres."""
    return _call(_REGIONS, opts)


def get_regions_output(
    *,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetRegionResult]]:
    """`get_regions` as an output."""
    return _later(_REGIONS, opts)


def get_workspace(
    id: str | None = None,  # noqa: A002
    *,
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> GetWorkspaceResult:
    """The workspace of this id or of this name; without either that of the token."""
    return _call(_WORKSPACE, opts, id=id, name=name)


def get_workspace_output(
    id: Input[str] | None = None,  # noqa: A002
    *,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetWorkspaceResult]:
    """`get_workspace` of outputs."""
    return _later(_WORKSPACE, opts, id=id, name=name)


def get_workspaces(*, name: str | None = None, opts: pulumi.InvokeOptions | None = None) -> list[GetWorkspaceResult]:
    """All workspaces that the token can see, or those of this name."""
    return _call(_WORKSPACES, opts, name=name)


def get_workspaces_output(
    *,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetWorkspaceResult]]:
    """`get_workspaces` of outputs."""
    return _later(_WORKSPACES, opts, name=name)


def get_subscription(
    workspace_id: str | None = None, *, opts: pulumi.InvokeOptions | None = None
) -> GetSubscriptionResult:
    """The plan of a workspace, and whether it is blocked.

    :param workspace_id: the workspace, ``wksp_…``; that of the token, where none is given.
    """
    return _call(_SUBSCRIPTION, opts, workspace_id=workspace_id)


def get_subscription_output(
    workspace_id: Input[str] | None = None,
    *,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[GetSubscriptionResult]:
    """`get_subscription` of outputs."""
    return _later(_SUBSCRIPTION, opts, workspace_id=workspace_id)


def get_service_tokens(
    workspace_id: str | None = None,
    *,
    name: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[GetServiceTokenResult]:
    """The service tokens of a workspace, the newest first, or those of this name; without their values.

    :param workspace_id: the workspace, ``wksp_…``; that of the token, where none is given.
    """
    return _call(_SERVICE_TOKENS, opts, workspace_id=workspace_id, name=name)


def get_service_tokens_output(
    workspace_id: Input[str] | None = None,
    *,
    name: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetServiceTokenResult]]:
    """`get_service_tokens` of outputs."""
    return _later(_SERVICE_TOKENS, opts, workspace_id=workspace_id, name=name)


def get_environment_variables(
    project_id: str,
    *,
    key: str | None = None,
    variable_class: str | None = None,
    branch_id: str | None = None,
    opts: pulumi.InvokeOptions | None = None,
) -> list[GetEnvironmentVariableResult]:
    """The environment variables of a project that fit all that is given; without their values.

    :param key: the name of the variables, such as ``DATABASE_URL``.
    :param variable_class: ``production`` or ``preview``.
    :param branch_id: the branch whose own they are, ``br_…``; of any branch and of none, where none is given.
    """
    return _call(
        _ENVIRONMENT_VARIABLES,
        opts,
        project_id=project_id,
        key=key,
        variable_class=variable_class,
        branch_id=branch_id,
    )


def get_environment_variables_output(
    project_id: Input[str],
    *,
    key: Input[str] | None = None,
    variable_class: Input[str] | None = None,
    branch_id: Input[str] | None = None,
    opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None = None,
) -> Output[list[GetEnvironmentVariableResult]]:
    """`get_environment_variables` of outputs."""
    return _later(
        _ENVIRONMENT_VARIABLES,
        opts,
        project_id=project_id,
        key=key,
        variable_class=variable_class,
        branch_id=branch_id,
    )


def _call(function: _Function[T], opts: pulumi.InvokeOptions | None, **arguments: Any) -> T:
    """The response, under Python's names."""
    for name, value in arguments.items():
        if isinstance(value, Output):
            raise pulumi.RunError(
                f"{function.name}: {name} is the output of a resource, which is not known yet; use "
                f"{function.name}_output(…)."
            )
    given = _given(arguments)
    by_plugin = opts is not None or is_mocked()
    return function.read(_pythonic(_by_plugin(function, given, opts) if by_plugin else _by_us(function, given)))


def _given(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {camel(name): value for name, value in arguments.items() if value is not None}


def _by_us(function: _Function[Any], given: Mapping[str, Any]) -> Any:
    """Asked in this process, with the program's own settings."""
    from prisma_provider.errors import PrismaError
    from prisma_provider.imports import installed_first

    try:
        with installed_first():
            from prisma_provider.functions import FUNCTIONS
            from prisma_provider.settings import Settings

            client = _client(Settings.load(pulumi.runtime.get_config))
        return FUNCTIONS[function.token](client, given)
    except PrismaError as error:
        raise pulumi.RunError(f"{function.name}: {error}") from None


def _by_plugin(function: _Function[Any], given: Mapping[str, Any], opts: pulumi.InvokeOptions | None) -> Any:
    """Asked by the plugin, with the account of `opts.provider`."""
    if not is_mocked():
        check_plugin()
    try:
        found = pulumi.runtime.invoke(_TYPE + function.token, dict(given), opts).value
    except Exception as error:  # Pulumi has no narrower one
        raise pulumi.RunError(f"{function.name}: {str(error).rpartition(_SAID)[2]}") from None
    if not found:
        raise pulumi.RunError(
            f"{function.name}: the settings of its provider are not known yet; use {function.name}_output(…)."
        )
    return found


@functools.lru_cache
def _client(settings: Settings) -> Client:
    """One pool of connections for all functions of a program; a token of another workspace is refused at once."""
    from prisma_provider.api.client import Client
    from prisma_provider.live import Live
    from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_limit

    client = Client(settings)
    if settings.workspace_id:
        with time_limit(DEFAULT_TIME_LIMIT):
            Live(client).verify()
    return client


def _later(
    function: _Function[T], opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions | None, **arguments: Any
) -> Output[T]:
    """Ask once all arguments are known, beside the program: its event loop must not wait for the network.

    A resource that is not made yet may have a known name; what is asked of it is as unknown as its id.
    """
    if opts is not None:
        return _later_by_plugin(function, opts, arguments)
    given = Output.from_input(arguments)
    resources: Output[set[pulumi.Resource]] = Output.from_input(given.resources())
    ids: Output[list[Any]] = resources.apply(_ids)

    async def ask(known: Sequence[Any]) -> T:
        return await asyncio.to_thread(lambda: _call(function, None, **known[0]))

    return Output.all(given, ids).apply(ask)


def _later_by_plugin(
    function: _Function[T], opts: pulumi.InvokeOptions | pulumi.InvokeOutputOptions, arguments: Mapping[str, Any]
) -> Output[T]:
    """The engine asks the plugin once all is known; a provider whose settings are not known finds nothing."""
    if not is_mocked():
        check_plugin()
    answer = pulumi.runtime.invoke_output(_TYPE + function.token, _given(arguments), opts)
    return answer.apply(lambda found: function.read(_pythonic(found)) if found else cast("T", UNKNOWN))


def _ids(resources: Iterable[pulumi.Resource]) -> Output[list[Any]]:
    return Output.all(*(resource.id for resource in resources if isinstance(resource, pulumi.CustomResource)))


def _pythonic(answer: Any) -> Any:
    """An object under Python's names, and what it lists. A mapping in it has the user's own keys, and keeps them."""
    if isinstance(answer, Mapping):
        return {snake(name): _pythonic(value) if isinstance(value, list) else value for name, value in answer.items()}
    return [_pythonic(value) for value in answer] if isinstance(answer, list) else answer
