"""Prisma's Management API: one method for each of its operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any
from urllib.parse import quote

from prisma_provider import errors
from prisma_provider.api.ids import fits_path
from prisma_provider.api.models import (
    Answer,
    Backup,
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Listing,
    Me,
    Page,
    Project,
    Region,
    ServiceToken,
    Subscription,
    Usage,
    Workspace,
)
from prisma_provider.api.requests import PAGE_SIZE, Requests
from prisma_provider.text import name


class Client(Requests):
    """The API as methods. What they raise beside the errors of every request is said where it matters."""

    _workspace: str | None = None
    """The token's, once a response has named it."""

    # workspace

    def me(self) -> Me:
        """Whom the token stands for."""
        me = self._get(Answer[Me], "me", "ask whom the token stands for").data
        if me.workspace:
            self._workspace = me.workspace.id
        return me

    def workspaces(self) -> tuple[Workspace, ...]:
        """The workspaces that the token can see."""
        return self._list(Workspace, "workspaces", "list the workspaces", {})

    def workspace(self, workspace_id: str) -> Workspace:
        """One workspace; NotFound where the token cannot see it."""
        path, doing = _at("workspaces", workspace_id), f"read workspace {workspace_id}"
        return self._one(Workspace, "GET", path, doing, {"id": workspace_id})

    def subscription(self, workspace_id: str) -> Subscription:
        """The plan of a workspace, and whether it is blocked."""
        path, doing = _at("workspaces", workspace_id, "subscription"), "read the workspace's plan"
        return self._get(Answer[Subscription], path, doing).data

    def regions(self) -> tuple[Region, ...]:
        """The regions of Prisma Postgres."""
        return self._get(Listing[Region], "regions/postgres", "list the regions").data

    # projects

    def projects(self, logical_id: str | None = None) -> tuple[Project, ...]:
        """All projects, or the one with this logicalId."""
        return self._list(Project, "projects", "list the projects", {}, logicalId=logical_id)

    def pages_of_projects(self) -> Iterator[Sequence[Project]]:
        """All projects as they come, page by page."""
        return self._pages(Project, "projects", "list the projects", {})

    def project(self, project_id: str) -> Project:
        """One project; NotFound where there is none."""
        expected = {"id": project_id, "workspace": self._workspace}
        return self._one(Project, "GET", _at("projects", project_id), f"read project {project_id}", expected)

    def create_project(self, body: Mapping[str, Any]) -> Project:
        """Make a project."""
        expected = {**_expected(body), "workspace": body.get("workspaceId") or self._workspace}
        return self._one(Project, "POST", "projects", f'create project "{name(body.get("name"))}"', expected, body)

    def update_project(self, project_id: str, body: Mapping[str, Any]) -> Project:
        """Change a project in place."""
        expected = {"id": project_id, "workspace": self._workspace}
        return self._one(Project, "PATCH", _at("projects", project_id), f"change project {project_id}", expected, body)

    def delete_project(self, project_id: str) -> None:
        """Delete a project and every database in it."""
        self._delete(_at("projects", project_id), f"delete project {project_id}")

    # branches

    def branches(self, project_id: str, git_name: str | None = None) -> tuple[Branch, ...]:
        """All branches of a project, or the one of this name."""
        path, doing = _at("projects", project_id, "branches"), f"list the branches of project {project_id}"
        return self._list(Branch, path, doing, {"project": project_id}, gitName=git_name)

    def branch(self, branch_id: str) -> Branch:
        """One branch; NotFound where there is none."""
        return self._one(Branch, "GET", _at("branches", branch_id), f"read branch {branch_id}", {"id": branch_id})

    def create_branch(self, project_id: str, body: Mapping[str, Any]) -> Branch:
        """Make a branch; Conflict where the name is taken."""
        path, doing = _at("projects", project_id, "branches"), f'create branch "{name(body.get("gitName"))}"'
        return self._one(Branch, "POST", path, doing, {"project": project_id}, body)

    def update_branch(self, branch_id: str, body: Mapping[str, Any]) -> Branch:
        """Promote a branch."""
        doing = f"promote branch {branch_id}"
        return self._one(Branch, "PATCH", _at("branches", branch_id), doing, {"id": branch_id}, body)

    def delete_branch(self, branch_id: str) -> None:
        """Delete a branch; refused while databases live on it."""
        self._delete(_at("branches", branch_id), f"delete branch {branch_id}")

    # databases

    def databases(self, project_id: str | None = None, logical_id: str | None = None) -> tuple[Database, ...]:
        """All databases of a project or of the workspace, or those with this logicalId."""
        return tuple(chain.from_iterable(self.pages_of_databases(project_id, logical_id)))

    def pages_of_databases(
        self, project_id: str | None = None, logical_id: str | None = None
    ) -> Iterator[Sequence[Database]]:
        """The same as they come, page by page."""
        doing = f"list the databases of project {project_id}" if project_id else "list the databases"
        expected = {"project": project_id}
        return self._pages(Database, "databases", doing, expected, projectId=project_id, logicalId=logical_id)

    def database(self, database_id: str) -> Database:
        """One database; NotFound where there is none."""
        doing = f"read database {database_id}"
        return self._one(Database, "GET", _at("databases", database_id), doing, {"id": database_id})

    def create_database(self, body: Mapping[str, Any]) -> Database:
        """Make a database; the response holds the default connection's secrets, this once."""
        doing = f'create database "{name(body.get("name"))}"'
        return self._one(Database, "POST", "databases", doing, _expected(body), body)

    def update_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Change a database in place."""
        doing = f"change {', '.join(body)} of database {database_id}"
        return self._one(Database, "PATCH", _at("databases", database_id), doing, {"id": database_id}, body)

    def delete_database(self, database_id: str) -> None:
        """Delete a database and its data."""
        self._delete(_at("databases", database_id), f"delete database {database_id}")

    def restore_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Begin to put a backup in the place of a database's data; Conflict while it is being made or restored."""
        path, doing = _at("databases", database_id, "restore"), f"restore database {database_id}"
        return self._one(Database, "POST", path, doing, {"id": database_id}, body)

    def backups(self, database_id: str) -> Page[Backup]:
        """The newest backups of a database; there is no cursor, so that more than one page cannot be seen."""
        path, doing = _at("databases", database_id, "backups"), f"list the backups of database {database_id}"
        return self._get(Page[Backup], path, doing, limit=PAGE_SIZE)

    def usage(self, database_id: str, start: str | None = None, end: str | None = None) -> Usage:
        """What a database has used between two dates (ISO 8601); this month, where none are given."""
        path, doing = _at("databases", database_id, "usage"), f"read the usage of database {database_id}"
        return self._get(Usage, path, doing, startDate=start, endDate=end)

    # connections

    def connections(self, database_id: str) -> tuple[Connection, ...]:
        """All connections of a database."""
        doing = f"list the connections of database {database_id}"
        return self._list(Connection, "connections", doing, {"database": database_id}, databaseId=database_id)

    def connection(self, connection_id: str) -> Connection:
        """One connection, without its secrets; NotFound where there is none."""
        doing = f"read connection {connection_id}"
        return self._one(Connection, "GET", _at("connections", connection_id), doing, {"id": connection_id})

    def create_connection(self, body: Mapping[str, Any]) -> Connection:
        """Make a connection; the response holds its secrets, this once."""
        doing = f'create connection "{name(body.get("name"))}"'
        return _with_secrets(self._one(Connection, "POST", "connections", doing, _expected(body), body), doing)

    def rotate_connection(self, connection_id: str) -> Connection:
        """Give a connection new secrets, which the response holds; the old ones are locked out."""
        doing = f"rotate connection {connection_id}"
        path, expected = _at("connections", connection_id, "rotate"), {"id": connection_id}
        return _with_secrets(self._one(Connection, "POST", path, doing, expected), doing)

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection; its password is locked out."""
        self._delete(_at("connections", connection_id), f"delete connection {connection_id}")

    # environment variables

    def environment_variables(self, project_id: str, key: str | None = None) -> tuple[EnvironmentVariable, ...]:
        """All environment variables of a project, or those of this key, without their values."""
        doing = f"list the environment variables of project {project_id}"
        expected = {"project": project_id}
        return self._list(EnvironmentVariable, "environment-variables", doing, expected, projectId=project_id, key=key)

    def environment_variable(self, variable_id: str) -> EnvironmentVariable:
        """One environment variable, without its value; NotFound where there is none."""
        path, doing = _at("environment-variables", variable_id), f"read environment variable {variable_id}"
        return self._one(EnvironmentVariable, "GET", path, doing, {"id": variable_id})

    def create_environment_variable(self, body: Mapping[str, Any]) -> EnvironmentVariable:
        """Make an environment variable; Conflict where its scope has one of this key."""
        doing = f"create environment variable {body.get('key')}"
        expected = {"project": body.get("projectId"), "key": body.get("key")}
        return self._one(EnvironmentVariable, "POST", "environment-variables", doing, expected, body)

    def update_environment_variable(self, variable_id: str, value: str) -> EnvironmentVariable:
        """Replace the value of an environment variable."""
        path, doing = _at("environment-variables", variable_id), f"change environment variable {variable_id}"
        return self._one(EnvironmentVariable, "PATCH", path, doing, {"id": variable_id}, {"value": value})

    def delete_environment_variable(self, variable_id: str) -> None:
        """Delete an environment variable."""
        path = _at("environment-variables", variable_id)
        self._delete(path, f"delete environment variable {variable_id}")

    # service tokens

    def service_tokens(self, workspace_id: str) -> tuple[ServiceToken, ...]:
        """The service tokens of a workspace; none, and no error, where the token cannot see the workspace."""
        path, doing = _at("workspaces", workspace_id, "service-tokens"), "list the service tokens"
        return self._list(ServiceToken, path, doing, {})

    def create_service_token(self, workspace_id: str, called: str) -> ServiceToken:
        """Make a service token; the response holds its value, this once."""
        path, doing = _at("workspaces", workspace_id, "service-tokens"), f'create service token "{name(called)}"'
        made = self._one(ServiceToken, "POST", path, doing, {}, {"name": called})
        if not (made.value and made.value.get_secret_value()):
            raise errors.MalformedResponse(f"Could not {doing}: the response holds no value.")
        return made

    def delete_service_token(self, workspace_id: str, token_id: str) -> None:
        """Revoke a service token."""
        path = "/".join((_at("workspaces", workspace_id), _at("service-tokens", token_id)))
        self._delete(path, f"revoke service token {token_id}")


def _at(kind: str, object_id: str, *rest: str) -> str:
    """The path of an object. An id that could lead elsewhere is refused, wherever it came from: state may hold one."""
    if not fits_path(object_id):
        raise errors.Refused(
            f'"{name(object_id)}" cannot be an id of Prisma\'s: letters, digits and _ are all that one has.',
            hint="nothing was sent. Correct it; where it stands in state, take that resource out with `pulumi state "
            "delete`, and take its object again with adopt=… and its id in Prisma Console.",
        )
    return "/".join((kind, quote(object_id, safe=""), *rest))


def _expected(body: Mapping[str, Any]) -> dict[str, object]:
    """What the response to a create has to name: what the object belongs to, and its logicalId."""
    return {"project": body.get("projectId"), "database": body.get("databaseId"), "logicalId": body.get("logicalId")}


def _with_secrets(connection: Connection, doing: str) -> Connection:
    if not connection.credentials():
        raise errors.MalformedResponse(f"Could not {doing}: the response holds no connection string.")
    return connection
