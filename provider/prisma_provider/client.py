"""Prisma's Management API over HTTP: one method an endpoint, and one way to ask.

This is the only room that opens a connection to the API. It is safe to share between threads. Errors are those of
`prisma_provider.errors`; a secret is in none of them, and in no log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import chain
from threading import Event
from typing import Any, Protocol, TypeVar

import httpx
import tenacity

from prisma_provider import errors
from prisma_provider.answers import parse, status_error, transport_error
from prisma_provider.bearer import Bearer
from prisma_provider.models import (
    Answer,
    Backup,
    Branch,
    Connection,
    Database,
    Listing,
    Me,
    Page,
    Project,
    Reference,
    Region,
    Usage,
    bare_id,
)
from prisma_provider.retries import Retries, may_send_again, time_left
from prisma_provider.settings import Settings
from prisma_provider.throttle import Throttle
from prisma_provider.transport import way_to

T = TypeVar("T")
Item = TypeVar("Item", bound="Identified")

PAGE_SIZE = 100
"""Objects a page; the service's own default, sent so that it stays so."""

_log = logging.getLogger(__name__)


class Identified(Protocol):
    """An object that goes by an id."""

    @property
    def id(self) -> str: ...


class Client:
    """The API as methods; `close` ends its connections, `cancel` its waiting."""

    def __init__(
        self,
        settings: Settings,
        *,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        self.settings = settings
        self._auth = Bearer(settings)
        self._cancelled = Event()
        self._sleep = sleep or self._rest
        self._throttle = Throttle(settings.in_flight, self._sleep)
        self._retries = Retries(settings.retry_limit, self._sleep)
        self._http = httpx.Client(
            base_url=settings.base_url + "/v1/",
            auth=self._auth,
            headers={"User-Agent": f"pulumi-prisma/{version('pulumi-prisma')}", "Accept": "application/json"},
            transport=transport or way_to(settings.base_url),
        )

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def cancel(self) -> None:
        """End all waiting, and begin nothing that makes something; what is under way comes to its end."""
        self._cancelled.set()

    def check_cancelled(self) -> None:
        """Raise Cancelled where the run was."""
        if self._cancelled.is_set():
            raise errors.Cancelled(
                "The run was cancelled while this was waited for.",
                hint="run `pulumi up` again: it compares with what is live and goes on from there.",
            )

    def _rest(self, seconds: float) -> None:
        self._cancelled.wait(seconds)
        self.check_cancelled()

    def expect_workspace(self, workspace_id: str | None) -> None:
        """Say which workspace what we hold belongs to: a fallback token is only used if it is that one's."""
        self._auth.expect(workspace_id)

    def retrying(self, *kinds: type[errors.ApiError], but: tuple[type[errors.ApiError], ...] = ()) -> tenacity.Retrying:
        """Do something again after errors of these kinds, with backoff, within the limits of `_request`."""
        return self._retries.after(lambda error: isinstance(error, kinds) and not isinstance(error, but))

    def wait(self, seconds: float) -> None:
        """Sleep, within the operation's time limit."""
        self._sleep(max(0.0, min(seconds, time_left())))

    # workspace

    def me(self) -> Me:
        """Whom the token stands for."""
        return self._one(Me, "GET", "me", "ask whom the token stands for")

    def workspaces(self) -> tuple[Reference, ...]:
        """The workspaces that the token can see."""
        return self._list(Reference, "workspaces", "list the workspaces")

    def regions(self) -> tuple[Region, ...]:
        """The regions of Prisma Postgres."""
        doing = "list the regions"
        return self._request(
            "GET", "regions/postgres", doing, read=lambda answer: parse(Listing[Region], answer, doing).data
        )

    # projects

    def projects(self, logical_id: str | None = None) -> tuple[Project, ...]:
        """All projects, or the one with this logicalId."""
        return self._list(Project, "projects", "list the projects", logicalId=logical_id)

    def pages_of_projects(self) -> Iterator[Sequence[Project]]:
        """All projects as they come, page by page."""
        return self._pages(Project, "projects", "list the projects")

    def project(self, project_id: str) -> Project:
        """One project; NotFound where there is none."""
        return self._one(Project, "GET", f"projects/{project_id}", f"read project {project_id}")

    def create_project(self, body: Mapping[str, Any]) -> Project:
        """Make a project."""
        return self._one(Project, "POST", "projects", f'create project "{body.get("name")}"', body)

    def update_project(self, project_id: str, body: Mapping[str, Any]) -> Project:
        """Change a project in place."""
        return self._one(Project, "PATCH", f"projects/{project_id}", f"change project {project_id}", body)

    def delete_project(self, project_id: str) -> None:
        """Delete a project and every database in it."""
        self._request("DELETE", f"projects/{project_id}", f"delete project {project_id}")

    # branches

    def branches(self, project_id: str, git_name: str | None = None) -> tuple[Branch, ...]:
        """All branches of a project, or the one of this name."""
        path = f"projects/{project_id}/branches"
        return self._list(Branch, path, f"list the branches of project {project_id}", gitName=git_name)

    def branch(self, branch_id: str) -> Branch:
        """One branch; NotFound where there is none."""
        return self._one(Branch, "GET", f"branches/{branch_id}", f"read branch {branch_id}")

    def create_branch(self, project_id: str, body: Mapping[str, Any]) -> Branch:
        """Make a branch; Conflict where the name is taken."""
        path = f"projects/{project_id}/branches"
        return self._one(Branch, "POST", path, f'create branch "{body.get("gitName")}"', body)

    def update_branch(self, branch_id: str, body: Mapping[str, Any]) -> Branch:
        """Promote a branch."""
        return self._one(Branch, "PATCH", f"branches/{branch_id}", f"promote branch {branch_id}", body)

    def delete_branch(self, branch_id: str) -> None:
        """Delete a branch; refused while databases live on it."""
        self._request("DELETE", f"branches/{branch_id}", f"delete branch {branch_id}")

    # databases

    def databases(self, project_id: str | None = None, logical_id: str | None = None) -> tuple[Database, ...]:
        """All databases of a project or of the workspace, or those with this logicalId."""
        return tuple(chain.from_iterable(self.pages_of_databases(project_id, logical_id)))

    def pages_of_databases(
        self, project_id: str | None = None, logical_id: str | None = None
    ) -> Iterator[Sequence[Database]]:
        """The same as they come, page by page."""
        doing = f"list the databases of project {project_id}" if project_id else "list the databases"
        return self._pages(Database, "databases", doing, projectId=project_id, logicalId=logical_id)

    def database(self, database_id: str) -> Database:
        """One database; NotFound where there is none."""
        return self._one(Database, "GET", f"databases/{database_id}", f"read database {database_id}")

    def create_database(self, body: Mapping[str, Any]) -> Database:
        """Make a database; the answer holds the default connection's secrets, this once."""
        return self._one(Database, "POST", "databases", f'create database "{body.get("name")}"', body)

    def update_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Change a database in place."""
        doing = f"change {', '.join(body)} of database {database_id}"
        return self._one(Database, "PATCH", f"databases/{database_id}", doing, body)

    def delete_database(self, database_id: str) -> None:
        """Delete a database and its data."""
        self._request("DELETE", f"databases/{database_id}", f"delete database {database_id}")

    def restore_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Begin to put a backup in the place of a database's data; Conflict while it is being made or restored."""
        return self._one(Database, "POST", f"databases/{database_id}/restore", f"restore database {database_id}", body)

    def backups(self, database_id: str) -> Page[Backup]:
        """The newest backups of a database; there is no cursor, so that more than one page cannot be seen."""
        doing = f"list the backups of database {database_id}"
        path = f"databases/{database_id}/backups"
        read = lambda answer: parse(Page[Backup], answer, doing)  # noqa: E731
        return self._request("GET", path, doing, query={"limit": PAGE_SIZE}, read=read)

    def usage(self, database_id: str, start: str | None = None, end: str | None = None) -> Usage:
        """What a database has used between two dates (ISO 8601); this month, where none are given."""
        doing = f"read the usage of database {database_id}"
        query = {name: value for name, value in (("startDate", start), ("endDate", end)) if value is not None}
        read = lambda answer: parse(Usage, answer, doing)  # noqa: E731
        return self._request("GET", f"databases/{database_id}/usage", doing, query=query, read=read)

    # connections

    def connections(self, database_id: str) -> tuple[Connection, ...]:
        """All connections of a database."""
        doing = f"list the connections of database {database_id}"
        return self._list(Connection, "connections", doing, databaseId=database_id)

    def connection(self, connection_id: str) -> Connection:
        """One connection, without its secrets; NotFound where there is none."""
        return self._one(Connection, "GET", f"connections/{connection_id}", f"read connection {connection_id}")

    def create_connection(self, body: Mapping[str, Any]) -> Connection:
        """Make a connection; the answer holds its secrets, this once."""
        doing = f'create connection "{body.get("name")}"'
        return _with_secrets(self._one(Connection, "POST", "connections", doing, body), doing)

    def rotate_connection(self, connection_id: str) -> Connection:
        """Give a connection new secrets, which the answer holds; the old ones are locked out."""
        doing = f"rotate connection {connection_id}"
        return _with_secrets(self._one(Connection, "POST", f"connections/{connection_id}/rotate", doing), doing)

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection; its password is locked out."""
        self._request("DELETE", f"connections/{connection_id}", f"delete connection {connection_id}")

    # the one way to ask

    def _one(self, model: type[T], method: str, path: str, doing: str, body: Mapping[str, Any] | None = None) -> T:
        read = lambda answer: parse(Answer[model], answer, doing).data  # type: ignore[valid-type]  # noqa: E731
        return self._request(method, path, doing, body=body, read=read)

    def _list(self, model: type[Item], path: str, doing: str, **filters: str | None) -> tuple[Item, ...]:
        return tuple(chain.from_iterable(self._pages(model, path, doing, **filters)))

    def _pages(self, model: type[Item], path: str, doing: str, **filters: str | None) -> Iterator[Sequence[Item]]:
        """Pages as they come; an object that two of them show comes once."""
        query: dict[str, Any] = {name: value for name, value in filters.items() if value is not None}
        query["limit"] = PAGE_SIZE
        cursors: set[str] = set()
        seen: set[str] = set()
        while True:
            read = lambda answer: parse(Page[model], answer, doing)  # type: ignore[valid-type]  # noqa: E731
            page = self._request("GET", path, doing, query=query, read=read)
            # What is made while pages are asked for may move an object from one page to the next.
            listed: Sequence[Item] = page.data
            new = {bare_id(item.id): item for item in listed if bare_id(item.id) not in seen}
            seen.update(new)
            yield tuple(new.values())
            cursor = page.pagination.next_cursor
            if not page.pagination.has_more:
                return
            if not cursor or cursor in cursors:
                raise errors.MalformedAnswer(f"Could not {doing}: a page says there is more, and not where.")
            cursors.add(cursor)
            query["cursor"] = cursor

    def _request(
        self,
        method: str,
        path: str,
        doing: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        read: Callable[[httpx.Response], T] = lambda answer: answer,  # type: ignore[assignment,return-value]
    ) -> T:
        """Send, read and, where it is safe, send again, until the limit of the operation."""
        again = self._retries.after(lambda error: may_send_again(method, error))
        return again(lambda: read(self._send(method, path, doing, query, body)))

    def _send(
        self,
        method: str,
        path: str,
        doing: str,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
    ) -> httpx.Response:
        with self._throttle.turn():
            if method == "POST":
                self.check_cancelled()
            began = time.monotonic()
            try:
                answer = self._http.request(method, path, params=query, json=body, timeout=self._timeout())
            except httpx.HTTPError as error:
                _log.debug("%s %s: %s", method, path, type(error).__name__)
                raise transport_error(error, doing, self.settings) from None
        _log.debug("%s %s %s: %s in %.3f s", method, path, query or "", answer.status_code, time.monotonic() - began)
        if not answer.is_success:
            failure = status_error(answer, doing, self._auth.token)
            if isinstance(failure, errors.RateLimited):
                # Bounded: a service that asks for minutes is an error at the time limit, not a silent halt.
                self._throttle.pause(min(failure.retry_after or 0.5, time_left(), 60.0))
            raise failure
        return answer

    def _timeout(self) -> httpx.Timeout:
        """What one answer may take: the setting, and never longer than the operation has left."""
        seconds = min(self.settings.request_timeout, max(1.0, time_left()))
        return httpx.Timeout(seconds, connect=min(10.0, seconds))


def _with_secrets(connection: Connection, doing: str) -> Connection:
    if not connection.credentials():
        raise errors.MalformedAnswer(f"Could not {doing}: the answer holds no connection string.")
    return connection
