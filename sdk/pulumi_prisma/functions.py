"""Functions: what exists, looked up while the program runs, without managing it.

Each has a twin with `_output`, which takes the outputs of resources and returns once they are known. Nothing here
returns a secret. In tests with `pulumi.runtime.set_mocks` they ask the mocks' `call`, as `prisma:index:getDatabase`.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi
from pulumi import Input, Output

from prisma_provider.text import camel, snake
from pulumi_prisma.results import (
    GetBackupResult,
    GetBranchResult,
    GetConnectionResult,
    GetDatabaseResult,
    GetProjectResult,
    GetRegionResult,
    GetUsageResult,
)
from pulumi_prisma.starting import is_mocked

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
    "get_databases",
    "get_databases_output",
    "get_project",
    "get_project_output",
    "get_projects",
    "get_projects_output",
    "get_regions",
    "get_regions_output",
    "get_usage",
    "get_usage_output",
]

T = TypeVar("T")


def get_project(id: str | None = None, *, name: str | None = None) -> GetProjectResult:  # noqa: A002
    """The project of this id, or the only one of this name; several of a name are an error that lists them."""
    return GetProjectResult(**_call("getProject", id=id, name=name))


def get_project_output(
    id: Input[str] | None = None,  # noqa: A002
    *,
    name: Input[str] | None = None,
) -> Output[GetProjectResult]:
    """`get_project` of outputs."""
    return _later(get_project, id=id, name=name)


def get_projects(*, name: str | None = None) -> list[GetProjectResult]:
    """All projects of the workspace, or those of this name."""
    return [GetProjectResult(**each) for each in _call("getProjects", name=name)["projects"]]


def get_projects_output(*, name: Input[str] | None = None) -> Output[list[GetProjectResult]]:
    """`get_projects` of outputs."""
    return _later(get_projects, name=name)


def get_database(
    id: str | None = None,  # noqa: A002
    *,
    name: str | None = None,
    project_id: str | None = None,
) -> GetDatabaseResult:
    """The database of this id, or the only one of this name, in a project or in the workspace."""
    return GetDatabaseResult(**_call("getDatabase", id=id, name=name, project_id=project_id))


def get_database_output(
    id: Input[str] | None = None,  # noqa: A002
    *,
    name: Input[str] | None = None,
    project_id: Input[str] | None = None,
) -> Output[GetDatabaseResult]:
    """`get_database` of outputs."""
    return _later(get_database, id=id, name=name, project_id=project_id)


def get_databases(*, project_id: str | None = None, name: str | None = None) -> list[GetDatabaseResult]:
    """All databases of a project or of the workspace, or those of this name."""
    return [GetDatabaseResult(**each) for each in _call("getDatabases", project_id=project_id, name=name)["databases"]]


def get_databases_output(
    *, project_id: Input[str] | None = None, name: Input[str] | None = None
) -> Output[list[GetDatabaseResult]]:
    """`get_databases` of outputs."""
    return _later(get_databases, project_id=project_id, name=name)


def get_connections(database_id: str) -> list[GetConnectionResult]:
    """All connections of a database."""
    return [GetConnectionResult(**each) for each in _call("getConnections", database_id=database_id)["connections"]]


def get_connections_output(database_id: Input[str]) -> Output[list[GetConnectionResult]]:
    """`get_connections` of outputs."""
    return _later(get_connections, database_id=database_id)


def get_branches(project_id: str, *, git_name: str | None = None) -> list[GetBranchResult]:
    """All branches of a project, or the one of this name."""
    found = _call("getBranches", project_id=project_id, git_name=git_name)
    return [GetBranchResult(**each) for each in found["branches"]]


def get_branches_output(project_id: Input[str], *, git_name: Input[str] | None = None) -> Output[list[GetBranchResult]]:
    """`get_branches` of outputs."""
    return _later(get_branches, project_id=project_id, git_name=git_name)


def get_backups(database_id: str) -> list[GetBackupResult]:
    """The backups of a database, the newest first; Prisma shows a hundred at most.

    :param database_id: the database, ``db_…``.
    """
    return [GetBackupResult(**each) for each in _call("getBackups", database_id=database_id)["backups"]]


def get_backups_output(database_id: Input[str]) -> Output[list[GetBackupResult]]:
    """`get_backups` of outputs."""
    return _later(get_backups, database_id=database_id)


def get_usage(database_id: str, *, start_date: str | None = None, end_date: str | None = None) -> GetUsageResult:
    """What a database has used between two dates.

    :param database_id: the database, ``db_…``.
    :param start_date: the first day that counts, such as ``2026-01-31``; this month's first where none is given.
    :param end_date: the day at which the period ends, now where none is given; ``period_end`` says what Prisma took.
    """
    return GetUsageResult(**_call("getUsage", database_id=database_id, start_date=start_date, end_date=end_date))


def get_usage_output(
    database_id: Input[str], *, start_date: Input[str] | None = None, end_date: Input[str] | None = None
) -> Output[GetUsageResult]:
    """`get_usage` of outputs."""
    return _later(get_usage, database_id=database_id, start_date=start_date, end_date=end_date)


def get_regions() -> list[GetRegionResult]:
    """The regions of Prisma Postgres."""
    return [GetRegionResult(**each) for each in _call("getRegions")["regions"]]


def get_regions_output() -> Output[list[GetRegionResult]]:
    """`get_regions` as an output."""
    return _later(get_regions)


def _call(function: str, **arguments: Any) -> Any:
    """The result, under Python's names."""
    for name, value in arguments.items():
        if isinstance(value, Output):
            raise pulumi.RunError(
                f"{snake(function)}: {name} is the output of a resource, which is not known yet; use "
                f"{snake(function)}_output(…)."
            )
    given = {camel(name): value for name, value in arguments.items() if value is not None}
    return _pythonic(_answer(function, given))


def _answer(function: str, given: Mapping[str, Any]) -> Any:
    if is_mocked():
        return pulumi.runtime.invoke(f"prisma:index:{function}", dict(given)).value
    from prisma_provider.errors import PrismaError
    from prisma_provider.imports import installed_first

    try:
        with installed_first():
            from prisma_provider.functions import FUNCTIONS
            from prisma_provider.settings import Settings

            client = _client(Settings.load(pulumi.runtime.get_config))
        return FUNCTIONS[function](client, given)
    except PrismaError as error:
        raise pulumi.RunError(f"{snake(function)}: {error}") from None


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


def _later(function: Callable[..., T], **arguments: Any) -> Output[T]:
    """Ask once all arguments are known, beside the program: its event loop must not wait for the network.

    A resource that is not made yet may have a known name; what is asked of it is as unknown as its id.
    """
    given = Output.from_input(arguments)
    resources: Output[set[pulumi.Resource]] = Output.from_input(given.resources())
    ids: Output[list[Any]] = resources.apply(_ids)

    async def ask(known: Sequence[Any]) -> T:
        return await asyncio.to_thread(function, **known[0])

    return Output.all(given, ids).apply(ask)


def _ids(resources: Iterable[pulumi.Resource]) -> Output[list[Any]]:
    return Output.all(*(resource.id for resource in resources if isinstance(resource, pulumi.CustomResource)))


def _pythonic(answer: Any) -> Any:
    if isinstance(answer, Mapping):
        return {snake(name): _pythonic(value) for name, value in answer.items()}
    return [_pythonic(value) for value in answer] if isinstance(answer, list) else answer
