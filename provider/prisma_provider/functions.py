"""Functions: what exists, looked up while a program runs. Each takes arguments and returns properties.

Properties are under the API's camelCase names, those of the resources' outputs; no function returns a secret.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import (
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Project,
    ServiceToken,
    Workspace,
)
from prisma_provider.diff import outputs
from prisma_provider.errors import InvalidInput
from prisma_provider.handlers import branch, connection, database, environment_variable, project, service_token
from prisma_provider.handlers.inputs import Properties, check_id, check_texts
from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_limit
from prisma_provider.text import did_you_mean


@dataclass(frozen=True)
class Argument:
    """An argument of a function; `prefix` is that of the ids it takes, where it takes an id."""

    name: str
    prefix: str | None = None
    required: bool = False
    listed: bool = False
    """It is a list of texts."""


@dataclass(frozen=True)
class Function:
    """A function: what it takes, and what it gives."""

    arguments: tuple[Argument, ...]
    answer: Callable[[Client, Properties], Properties]

    def __call__(self, client: Client, given: Mapping[str, Any]) -> Properties:
        """Check the arguments, then ask the service; InvalidInput, NotFound or another ApiError where it fails."""
        arguments = {name: value for name, value in given.items() if value is not None}
        for problem in check_texts(arguments):
            raise problem
        self._check_names(arguments)
        for argument in self.arguments:
            self._check(argument, arguments)
        with time_limit(DEFAULT_TIME_LIMIT):
            return self.answer(client, arguments)

    def _check_names(self, given: Properties) -> None:
        """A name that is misspelt would be no filter: in YAML nothing else looks at it."""
        known = [argument.name for argument in self.arguments]
        for name in given:
            if name not in known:
                takes = f"it takes {', '.join(known)}." if known else "it takes none."
                raise InvalidInput(name, f'There is no argument "{name}".{did_you_mean(name, known)}', hint=takes)

    def _check(self, argument: Argument, given: Properties) -> None:
        value = given.get(argument.name)
        if argument.prefix is not None:
            for problem in check_id(given, argument.name, argument.prefix, required=argument.required):
                raise problem
        elif argument.listed and value is not None:
            if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
                raise InvalidInput(argument.name, f"{argument.name} must be a list of texts.")
        elif value is not None and not (isinstance(value, str) and value.strip()):
            raise InvalidInput(argument.name, f"{argument.name} must be text that is not blank.")


class Titled(Protocol):
    """An object that messages can name."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...


Found = TypeVar("Found", bound=Titled)


def _one(what: str, given: Properties, by_id: Callable[[str], Found], listed: Callable[[], Iterable[Found]]) -> Found:
    """The object of this id, or the only one of this name."""
    if ("id" in given) == ("name" in given):
        raise InvalidInput("id", f"A {what} is looked up by its id or by its name.", hint="give one of the two.")
    if "id" in given:
        return by_id(given["id"])
    named = [(str(getattr(each, "name", None)), each) for each in listed()]
    found = [each for name, each in named if name == given["name"]]
    if not found:
        near = did_you_mean(given["name"], (name for name, _ in named))
        raise errors.NotFound(
            f'There is no {what} "{given["name"]}", or the token cannot see it.{near}',
            hint="give its id, or its name exactly as `pulumi-prisma status` shows it.",
        )
    if len(found) > 1:
        names = ", ".join(each.title for each in found)
        raise InvalidInput(
            "name",
            f'There are {len(found)} {what}s of the name "{given["name"]}": {names}.',
            hint="give the id of one; `pulumi-prisma status` shows the project of each.",
        )
    return found[0]


def _get_project(client: Client, given: Properties) -> Properties:
    return _project(_one("project", given, client.project, client.projects))


def _get_projects(client: Client, given: Properties) -> Properties:
    return {"projects": [_project(each) for each in client.projects() if given.get("name") in (None, each.name)]}


def _get_database(client: Client, given: Properties) -> Properties:
    return _database(_one("database", given, client.database, lambda: client.databases(given.get("projectId"))))


def _get_databases(client: Client, given: Properties) -> Properties:
    listed = client.databases(given.get("projectId"))
    return {"databases": [_database(each) for each in listed if given.get("name") in (None, each.name)]}


def _get_database_set(client: Client, given: Properties) -> Properties:
    """Those of a project by name, which several must not share."""
    wanted = given.get("names")
    listed = [each for each in client.databases(given["projectId"]) if wanted is None or each.name in wanted]
    by_name = {each.name: each for each in listed}
    missing = [name for name in wanted or () if name not in by_name]
    if missing:
        raise errors.NotFound(
            f"The project has no database {', '.join(map(repr, missing[:3]))}, or the token cannot see it.",
            hint="give names exactly as `pulumi-prisma status` shows them.",
        )
    if len(by_name) < len(listed):
        twice = next(name for name, count in Counter(each.name for each in listed).items() if count > 1)
        raise InvalidInput(
            "names",
            f'Several databases of the project have the name "{twice}".',
            hint="give the names of those that are meant; get_databases has all of them.",
        )
    return {"projectId": given["projectId"], "ids": {name: each.id for name, each in by_name.items()}}


def _get_connections(client: Client, given: Properties) -> Properties:
    database_id = given["databaseId"]
    return {"connections": [_connection(each, database_id) for each in client.connections(database_id)]}


def _get_branches(client: Client, given: Properties) -> Properties:
    return {"branches": [_branch(each) for each in client.branches(given["projectId"], given.get("gitName"))]}


def _get_backups(client: Client, given: Properties) -> Properties:
    newest_first = sorted(
        client.backups(given["databaseId"]).data, key=lambda each: each.created_at or "", reverse=True
    )
    return {"backups": [each.model_dump(by_alias=True) for each in newest_first]}


def _get_usage(client: Client, given: Properties) -> Properties:
    usage = client.usage(given["databaseId"], given.get("startDate"), given.get("endDate"))
    return {
        "operations": usage.metrics.operations.used,
        "storageGib": usage.metrics.storage.used,
        "periodStart": usage.period.start,
        "periodEnd": usage.period.end,
        "generatedAt": usage.generated_at,
    }


def _get_regions(client: Client, given: Properties) -> Properties:
    return {"regions": [each.model_dump(by_alias=True) for each in client.regions()]}


def _get_workspace(client: Client, given: Properties) -> Properties:
    if not given:
        return _workspace(client.workspace(_own_workspace(client)))
    return _workspace(_one("workspace", given, client.workspace, client.workspaces))


def _get_workspaces(client: Client, given: Properties) -> Properties:
    return {"workspaces": [_workspace(each) for each in client.workspaces() if given.get("name") in (None, each.name)]}


def _get_subscription(client: Client, given: Properties) -> Properties:
    workspace_id = given.get("workspaceId") or _own_workspace(client)
    return {"workspaceId": workspace_id, **client.subscription(workspace_id).model_dump(by_alias=True)}


def _get_service_tokens(client: Client, given: Properties) -> Properties:
    workspace_id = given.get("workspaceId") or _own_workspace(client)
    listed = client.service_tokens(workspace_id)
    if not listed:
        client.workspace(workspace_id)  # one that the token cannot see has an empty list, too: NotFound
    wanted = [each for each in listed if given.get("name") in (None, each.name)]
    return {"serviceTokens": [_service_token(each, workspace_id) for each in wanted]}


def _get_environment_variables(client: Client, given: Properties) -> Properties:
    of_class, branch_id = given.get("variableClass"), given.get("branchId")
    if of_class not in (None, *environment_variable.CLASSES):
        raise InvalidInput("variableClass", f'variable_class is "{of_class}": it is production or preview.')
    listed = client.environment_variables(given["projectId"], given.get("key"))
    if not listed:
        client.project(given["projectId"])  # one that the token cannot see has an empty list, too: NotFound
    wanted = [
        each
        for each in listed
        if of_class in (None, each.variable_class) and (branch_id is None or same_id(each.branch_id, branch_id))
    ]
    return {"environmentVariables": [_environment_variable(each) for each in wanted]}


def _own_workspace(client: Client) -> str:
    """The workspace of the token, or the only one that it sees."""
    own = client.me().workspace
    seen = [own] if own else client.workspaces()
    if len(seen) != 1:
        names = ", ".join(f'"{each.name}" ({each.id})' for each in seen) or "none"
        raise InvalidInput(
            "workspaceId", f"The token is of no workspace; those that it sees: {names}.", hint="give the id of one."
        )
    return seen[0].id


def _project(found: Project) -> Properties:
    return {"id": found.id, **project.outputs(found, {})}


def _database(found: Database) -> Properties:
    return {"id": found.id, **database.outputs(found, {})}


def _connection(found: Connection, database_id: str) -> Properties:
    """Without the secrets, which some service might show: nothing that a function gives is kept as one."""
    return {"id": found.id, **outputs(connection.ConnectionHandler.fields, found, {"databaseId": database_id})}


def _branch(found: Branch) -> Properties:
    return {"id": found.id, **branch.outputs(found, {})}


def _workspace(found: Workspace) -> Properties:
    return {"id": found.id, "name": found.name, "createdAt": found.created_at}


def _service_token(found: ServiceToken, workspace_id: str) -> Properties:
    """Without its value, which some service might show."""
    return {"id": found.id, "workspaceId": workspace_id, **service_token.outputs(found, {})}


def _environment_variable(found: EnvironmentVariable) -> Properties:
    return {"id": found.id, **environment_variable.outputs(found, {})}


_PROJECT = Argument("projectId", "proj", required=True)
_DATABASE = Argument("databaseId", "db", required=True)
_WORKSPACE = Argument("workspaceId", "wksp")

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "getProject": Function((Argument("id", "proj"), Argument("name")), _get_project),
        "getProjects": Function((Argument("name"),), _get_projects),
        "getDatabase": Function((Argument("id", "db"), Argument("name"), Argument("projectId", "proj")), _get_database),
        "getDatabases": Function((Argument("projectId", "proj"), Argument("name")), _get_databases),
        "getDatabaseSet": Function((_PROJECT, Argument("names", listed=True)), _get_database_set),
        "getConnections": Function((_DATABASE,), _get_connections),
        "getBranches": Function((_PROJECT, Argument("gitName")), _get_branches),
        "getBackups": Function((_DATABASE,), _get_backups),
        "getUsage": Function((_DATABASE, Argument("startDate"), Argument("endDate")), _get_usage),
        "getRegions": Function((), _get_regions),
        "getWorkspace": Function((Argument("id", "wksp"), Argument("name")), _get_workspace),
        "getWorkspaces": Function((Argument("name"),), _get_workspaces),
        "getSubscription": Function((_WORKSPACE,), _get_subscription),
        "getServiceTokens": Function((_WORKSPACE, Argument("name")), _get_service_tokens),
        "getEnvironmentVariables": Function(
            (_PROJECT, Argument("key"), Argument("variableClass"), Argument("branchId", "br")),
            _get_environment_variables,
        ),
    }
)
"""Every function by its name."""
