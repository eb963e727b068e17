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
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import tenacity

from prisma_provider import errors
from prisma_provider.api.answers import agreeing, parse, status_error, transport_error
from prisma_provider.api.bearer import Bearer
from prisma_provider.api.models import (
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
    Referring,
    Region,
    Usage,
    fits_path,
)
from prisma_provider.api.pages import Item, Pages
from prisma_provider.network import bodies
from prisma_provider.network.clock import Clock
from prisma_provider.network.retries import Retries, may_send_again, time_left
from prisma_provider.network.throttle import Throttle
from prisma_provider.network.transport import way_to
from prisma_provider.network.waits import TooLate, Waits
from prisma_provider.settings import Settings
from prisma_provider.text import name

T = TypeVar("T")
Ref = TypeVar("Ref", bound=Referring)

PAGE_SIZE = 100
"""Objects a page; the service's own default, sent so that it stays so."""

AT_THE_LIMIT = 1.0
"""Seconds that a request gets at the time limit of its operation even so: to record what was done needs an answer."""

_SLACK = 0.25
"""Seconds more than the timeouts of httpx, which tell whether a connection was made, and so come first."""

_log = logging.getLogger(__name__)


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
        self._workspace: str | None = None
        self._waits = Waits()
        self._clock = Clock()
        self._sleep = sleep or self._waits.rest
        self._throttle = Throttle(settings.in_flight, self.wait, self._check_worth_waiting)
        self._retries = Retries(settings.retry_limit, self._sleep)
        self._http = httpx.Client(
            base_url=settings.base_url + "/v1/",
            auth=self._auth,
            headers={
                "User-Agent": f"pulumi-prisma/{version('pulumi-prisma')}",
                "Accept": "application/json",
                "Accept-Encoding": bodies.ENCODINGS[0],
            },
            event_hooks={"response": [bodies.bound]},
            transport=transport or way_to(settings.base_url),
        )

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def cancel(self) -> None:
        """End all waiting, and begin nothing that makes something; what is under way comes to its end."""
        self._waits.cancel()

    def check_cancelled(self) -> None:
        """Raise Cancelled where the run was."""
        self._waits.check()

    def _check_worth_waiting(self) -> None:
        """Raise where a request that was not sent yet need not be."""
        self._waits.check_grace()
        if time_left() < -AT_THE_LIMIT:
            raise errors.Unreachable("Other requests took all the time that there was. This one was not sent.")

    def expect_workspace(self, workspace_id: str | None) -> None:
        """Say which workspace what we hold belongs to: a fallback token is only used if it is that one's."""
        self._auth.expect(workspace_id)

    def retrying(self, *kinds: type[errors.ApiError], but: tuple[type[errors.ApiError], ...] = ()) -> tenacity.Retrying:
        """Do something again after errors of these kinds, with backoff, within the limits of `_request`."""
        final: tuple[type[errors.ApiError], ...] = (errors.PlanLimit, *but)
        return self._retries.after(lambda error: isinstance(error, kinds) and not isinstance(error, final))

    def wait(self, seconds: float) -> None:
        """Sleep, within the operation's time limit."""
        self._sleep(max(0.0, min(seconds, time_left())))

    def age(self, created_at: str | None) -> float | None:
        """Seconds since a time that the service gave, by its own clock; None where that cannot be told."""
        return self._clock.age(created_at)

    def now(self) -> float:
        """Seconds since 1970, by the service's clock where an answer has told it."""
        return self._clock.now()

    # workspace

    def me(self) -> Me:
        """Whom the token stands for."""
        doing = "ask whom the token stands for"
        me = self._request("GET", "me", doing, read=lambda answer: parse(Answer[Me], answer, doing).data)
        if me.workspace:
            self._workspace = me.workspace.id
        return me

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
        asked = {"id": project_id, "workspace": self._workspace}
        return self._one(Project, "GET", _at("projects", project_id), f"read project {project_id}", asked)

    def create_project(self, body: Mapping[str, Any]) -> Project:
        """Make a project."""
        asked = {**_asked(body), "workspace": body.get("workspaceId") or self._workspace}
        return self._one(Project, "POST", "projects", f'create project "{name(body.get("name"))}"', asked, body)

    def update_project(self, project_id: str, body: Mapping[str, Any]) -> Project:
        """Change a project in place."""
        asked = {"id": project_id, "workspace": self._workspace}
        return self._one(Project, "PATCH", _at("projects", project_id), f"change project {project_id}", asked, body)

    def delete_project(self, project_id: str) -> None:
        """Delete a project and every database in it."""
        self._request("DELETE", _at("projects", project_id), f"delete project {project_id}")

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
        self._request("DELETE", _at("branches", branch_id), f"delete branch {branch_id}")

    # databases

    def databases(self, project_id: str | None = None, logical_id: str | None = None) -> tuple[Database, ...]:
        """All databases of a project or of the workspace, or those with this logicalId."""
        return tuple(chain.from_iterable(self.pages_of_databases(project_id, logical_id)))

    def pages_of_databases(
        self, project_id: str | None = None, logical_id: str | None = None
    ) -> Iterator[Sequence[Database]]:
        """The same as they come, page by page."""
        doing = f"list the databases of project {project_id}" if project_id else "list the databases"
        asked = {"project": project_id}
        return self._pages(Database, "databases", doing, asked, projectId=project_id, logicalId=logical_id)

    def database(self, database_id: str) -> Database:
        """One database; NotFound where there is none."""
        doing = f"read database {database_id}"
        return self._one(Database, "GET", _at("databases", database_id), doing, {"id": database_id})

    def create_database(self, body: Mapping[str, Any]) -> Database:
        """Make a database; the answer holds the default connection's secrets, this once."""
        doing = f'create database "{name(body.get("name"))}"'
        return self._one(Database, "POST", "databases", doing, _asked(body), body)

    def update_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Change a database in place."""
        doing = f"change {', '.join(body)} of database {database_id}"
        return self._one(Database, "PATCH", _at("databases", database_id), doing, {"id": database_id}, body)

    def delete_database(self, database_id: str) -> None:
        """Delete a database and its data."""
        self._request("DELETE", _at("databases", database_id), f"delete database {database_id}")

    def restore_database(self, database_id: str, body: Mapping[str, Any]) -> Database:
        """Begin to put a backup in the place of a database's data; Conflict while it is being made or restored."""
        path, doing = _at("databases", database_id, "restore"), f"restore database {database_id}"
        return self._one(Database, "POST", path, doing, {"id": database_id}, body)

    def backups(self, database_id: str) -> Page[Backup]:
        """The newest backups of a database; there is no cursor, so that more than one page cannot be seen."""
        doing = f"list the backups of database {database_id}"
        path = _at("databases", database_id, "backups")
        read = lambda answer: parse(Page[Backup], answer, doing)  # noqa: E731
        return self._request("GET", path, doing, query={"limit": PAGE_SIZE}, read=read)

    def usage(self, database_id: str, start: str | None = None, end: str | None = None) -> Usage:
        """What a database has used between two dates (ISO 8601); this month, where none are given."""
        doing = f"read the usage of database {database_id}"
        query = {key: value for key, value in (("startDate", start), ("endDate", end)) if value is not None}
        read = lambda answer: parse(Usage, answer, doing)  # noqa: E731
        return self._request("GET", _at("databases", database_id, "usage"), doing, query=query, read=read)

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
        """Make a connection; the answer holds its secrets, this once."""
        doing = f'create connection "{name(body.get("name"))}"'
        return _with_secrets(self._one(Connection, "POST", "connections", doing, _asked(body), body), doing)

    def rotate_connection(self, connection_id: str) -> Connection:
        """Give a connection new secrets, which the answer holds; the old ones are locked out."""
        doing = f"rotate connection {connection_id}"
        path, asked = _at("connections", connection_id, "rotate"), {"id": connection_id}
        return _with_secrets(self._one(Connection, "POST", path, doing, asked), doing)

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection; its password is locked out."""
        self._request("DELETE", _at("connections", connection_id), f"delete connection {connection_id}")

    # the one way to ask

    def _one(
        self,
        model: type[Ref],
        method: str,
        path: str,
        doing: str,
        asked: Mapping[str, object],
        body: Mapping[str, Any] | None = None,
    ) -> Ref:
        """One object, if it is what was `asked` for."""

        def read(answer: httpx.Response) -> Ref:
            found: Ref = parse(Answer[model], answer, doing).data  # type: ignore[valid-type]
            return agreeing(found, asked, doing)

        return self._request(method, path, doing, body=body, read=read)

    def _list(
        self, model: type[Item], path: str, doing: str, asked: Mapping[str, object] | None = None, **filters: str | None
    ) -> tuple[Item, ...]:
        return tuple(chain.from_iterable(self._pages(model, path, doing, asked, **filters)))

    def _pages(
        self, model: type[Item], path: str, doing: str, asked: Mapping[str, object] | None = None, **filters: str | None
    ) -> Iterator[Sequence[Item]]:
        """Pages as they come, of objects that all are what was `asked` for; one that two pages show comes once."""
        query: dict[str, Any] = {key: value for key, value in filters.items() if value is not None}
        query["limit"] = PAGE_SIZE
        pages: Pages[Item] = Pages(doing, self.settings.request_timeout)

        def read(answer: httpx.Response) -> Page[Item]:
            page: Page[Item] = parse(Page[model], answer, doing)  # type: ignore[valid-type]
            for item in page.data:
                agreeing(item, asked or {}, doing)
            return page

        while True:
            page = self._request("GET", path, doing, query=query, read=read)
            yield pages.new(page)
            cursor = pages.next(page)
            if cursor is None:
                return
            self.check_cancelled()
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
                answer = self._answer(method, path, query, body)
            except httpx.HTTPError as error:
                _log.debug("%s %s: %s", method, path, type(error).__name__)
                raise transport_error(error, doing, self.settings) from None
        _log.debug("%s %s %s: %s in %.3f s", method, path, query or "", answer.status_code, time.monotonic() - began)
        self._clock.read(answer.headers.get("Date"))
        if not answer.is_success:
            failure = status_error(answer, doing, self._auth.token)
            if isinstance(failure, errors.RateLimited):
                # Bounded: a service that asks for minutes is an error at the time limit, not a silent halt.
                self._throttle.pause(min(failure.retry_after or 0.5, time_left(), 60.0))
            raise failure
        return answer

    def _answer(
        self, method: str, path: str, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None
    ) -> httpx.Response:
        """The whole answer, in the time of the setting, and of what the operation has left."""
        seconds = min(self.settings.request_timeout, max(AT_THE_LIMIT, time_left()))
        ends = time.monotonic() + seconds
        timeout = httpx.Timeout(seconds, connect=min(10.0, seconds))
        ask = lambda: self._http.request(  # noqa: E731
            method, path, params=query, json=body, timeout=timeout, extensions={bodies.ENDS: ends}
        )
        try:
            return self._waits.answer(ask, ends + _SLACK, to_the_end=method != "GET")
        except (TooLate, errors.Cancelled) as error:
            self._auth.finish()
            raise httpx.ReadTimeout("no answer in time") if isinstance(error, TooLate) else error from None


def _at(kind: str, object_id: str, *rest: str) -> str:
    """The path of an object. An id that could lead elsewhere is refused, wherever it came from: state may hold one."""
    if not fits_path(object_id):
        raise errors.Refused(
            f'"{name(object_id)}" cannot be an id of Prisma\'s: letters, digits and _ are all that one has.',
            hint="nothing was sent. Correct it; where it stands in state, take that resource out with `pulumi state "
            "delete`, and take its object again with adopt=… and its id in Prisma Console.",
        )
    return "/".join((kind, quote(object_id, safe=""), *rest))


def _asked(body: Mapping[str, Any]) -> dict[str, object]:
    """What the answer to a create has to agree with."""
    return {what: body.get(field) for what, field in _REFERENCES.items()}


_REFERENCES = {"project": "projectId", "database": "databaseId", "logicalId": "logicalId"}
"""What an object belongs to and goes by, and the field of a body that says it."""


def _with_secrets(connection: Connection, doing: str) -> Connection:
    if not connection.credentials():
        raise errors.MalformedResponse(f"Could not {doing}: the answer holds no connection string.")
    return connection
