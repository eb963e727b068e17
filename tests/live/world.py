"""What the ring makes in the workspace: a project of its own, and what is in it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload
from urllib.parse import urlsplit

from live import connecting
from live.api import Answer, Api
from live.findings import Different, NotTried, field, optional

Shape = dict[str, Any]
Value = TypeVar("Value")

SERVICE = "https://api.prisma.io"
PRISMA_ISSUER = "https://auth.prisma.io"
PAUSE = 0.25
WAITING = ("provisioning", "recovering")


class once(Generic[Value]):  # noqa: N801 - reads as the decorator that it is
    """Made when it is first asked for, and not again, also where it could not be made."""

    def __init__(self, make: Callable[[World], Value]) -> None:
        self._make = make

    @overload
    def __get__(self, world: None, owner: type[World]) -> once[Value]: ...
    @overload
    def __get__(self, world: World, owner: type[World]) -> Value: ...
    def __get__(self, world: World | None, owner: type[World]) -> once[Value] | Value:
        if world is None:
            return self
        made = world.made.setdefault(self._make.__name__, [])
        if not made:
            made.append(self._try(world))
        if isinstance(made[0], NotTried):
            raise made[0]
        return made[0]  # type: ignore[no-any-return]

    def _try(self, world: World) -> Value | NotTried:
        try:
            return self._make(world)
        except NotTried as why:
            return why
        except Different as different:
            return NotTried(f"{different.found.wanted} is wanted before that, and there is {different.found.seen}")


class World:
    """Objects by what they are for; `patience` is how many seconds anything may take.

    `back_up` takes a backup of a database now, where there is a way; the API has none.
    """

    def __init__(self, api: Api, patience: float, name: str, back_up: Callable[[str], object] | None) -> None:
        self.api = api
        self.patience = patience
        self.name = name or f"conformance-{secrets.token_hex(6)}"
        self.back_up = back_up
        self.made: dict[str, list[Any]] = {}
        self.begun = False

    # who

    @once
    def me(self) -> Answer:
        return self.api.get("/v1/me")

    @once
    def workspace_id(self) -> str:
        return str(optional(self.me.data, "workspace.id"))

    @once
    def issuer(self) -> str:
        """Who gives tokens of this service: Prisma's own server, or the origin of another service."""
        parts = urlsplit(self.api.base_url)
        return PRISMA_ISSUER if self.api.base_url == SERVICE else f"{parts.scheme}://{parts.netloc}"

    @once
    def metadata(self) -> Shape:
        """How the authorization server describes itself (RFC 8414)."""
        answer = self.api.call("GET", f"{self.issuer}/.well-known/oauth-authorization-server", token="")
        if not answer.well or not isinstance(answer.body, dict):
            raise NotTried(f"{answer.asked} answered {answer.said}")
        return answer.body

    @once
    def regions(self) -> list[str]:
        return [str(field(region, "id")) for region in self.api.get("/v1/regions/postgres").offered().data]

    # a project

    @once
    def project_answer(self) -> Answer:
        self.begun = True
        region = {"region": self.region} if self.region else {}
        return self.api.post(
            "/v1/projects", name=self.name, createDatabase=False, logicalId=self.logical_id("project"), **region
        )

    @once
    def project(self) -> Shape:
        return _object(self.project_answer)

    @once
    def project_path(self) -> str:
        return f"/v1/projects/{field(self.project, 'id')}"

    @once
    def region(self) -> str | None:
        """Not the one that a database gets by default, so that inheriting shows."""
        try:
            regions = [region for region in self.regions if region != "us-east-1"] or self.regions
        except NotTried:
            return None
        return ("eu-central-1" if "eu-central-1" in regions else regions[0]) if regions else None

    def logical_id(self, what: str) -> str:
        """A logicalId of this run."""
        return f"{self.name}-{what}"

    # branches

    @once
    def branches_path(self) -> str:
        return f"{self.project_path}/branches"

    @once
    def branch_answer(self) -> Answer:
        """Not the first of its project, which would be the default one."""
        if not self.api.all(self.branches_path, limit=100):
            self.api.post(self.branches_path, gitName="main")
        return self.api.post(self.branches_path, gitName="release").offered()

    @once
    def branch(self) -> Shape:
        return _object(self.branch_answer)

    # databases

    @once
    def first_answer(self) -> Answer:
        return self.create("first", isDefault=True, logicalId=self.logical_id("first"))

    @once
    def first(self) -> Shape:
        return _object(self.first_answer)

    @once
    def first_path(self) -> str:
        return path_of(self.first)

    @once
    def first_url(self) -> str:
        """Its direct connection string, of a database that is ready."""
        self.ready(self.first_path)
        connection = default_connection(self.first)
        return str(optional(connection, "endpoints.direct.connectionString"))

    @once
    def first_connected(self) -> float:
        """After how many seconds it let somebody in."""
        return connecting.seconds_to_connect(self.first_url, self.patience)

    @once
    def rows(self) -> None:
        """A table with a row, in the first database."""
        _ = self.first_connected
        connecting.query(self.first_url, "CREATE TABLE kept AS SELECT 'kept'::text AS word")

    @once
    def second(self) -> Shape:
        return _object(self.create("second"))

    @once
    def second_path(self) -> str:
        return path_of(self.second)

    @once
    def connection_answer(self) -> Answer:
        self.ready(self.first_path)
        return self.api.post("/v1/connections", databaseId=field(self.first, "id"), name="web")

    @once
    def connection(self) -> Shape:
        return _object(self.connection_answer)

    @once
    def connection_path(self) -> str:
        return f"/v1/connections/{field(self.connection, 'id')}"

    @once
    def rotated(self) -> Shape:
        """The answer to the rotation of the connection."""
        return _object(self.api.post(f"{self.connection_path}/rotate"))

    # environment variables and service tokens

    @once
    def variable_answer(self) -> Answer:
        return self.make_variable(key="RING").offered()

    @once
    def variable(self) -> Shape:
        return _object(self.variable_answer)

    @once
    def variable_path(self) -> str:
        return f"/v1/environment-variables/{field(self.variable, 'id')}"

    @once
    def tokens_path(self) -> str:
        return f"/v1/workspaces/{self.workspace_id}/service-tokens"

    @once
    def token_answer(self) -> Answer:
        return self.api.post(self.tokens_path, name=f"{self.name}-token")

    @once
    def token(self) -> Shape:
        """A service token; its value is a secret from here on."""
        made = _object(self.token_answer)
        self.api.secrets.add(str(field(made, "value")))
        return made

    def tokens(self) -> list[Shape]:
        """The service tokens of the workspace."""
        return self.api.all(self.tokens_path, limit=100)

    def make_variable(self, **more: object) -> Answer:
        """A variable of the project, of class preview."""
        body = {"projectId": field(self.project, "id"), "class": "preview", "value": "a value of the ring", **more}
        return self.api.post("/v1/environment-variables", **body)

    @once
    def deleted_connection(self) -> Answer:
        return self.api.delete(self.connection_path)

    @once
    def member(self) -> Shape:
        """A database that was made on the branch."""
        return _object(self.create("member", branchId=field(self.branch, "id")))

    @once
    def promoted(self) -> Answer:
        """The answer to giving the second database the default flag, which the first one has."""
        field(self.first, "id")
        return self.api.patch(self.second_path, isDefault=True)

    @once
    def gone(self) -> Shape:
        """A database that may go: the second, unless it is the default."""
        second = _object(self.api.get(self.second_path))
        return self.database("gone") if field(second, "isDefault") else second

    @once
    def restored(self) -> tuple[Answer, Answer | None]:
        """The answers to a restore, and to another one while the first is under way, if there was time for it."""
        source = {"type": "backup", "databaseId": field(self.first, "id"), "backupId": self.backup_id}
        connecting.query(self.first_url, "UPDATE kept SET word = 'since'")
        path = f"{self.first_path}/restore"
        answer = self.api.post(path, source=source)
        under_way = answer.well and field(self.api.get(self.first_path).data, "status") == "recovering"
        return answer, self.api.post(path, source=source) if under_way else None

    @once
    def backup_id(self) -> str:
        """The newest backup of the first database, with its row."""
        _ = self.rows
        if self.back_up is not None:
            self.back_up(str(field(self.first, "id")))
        listed = self.api.get(f"{self.first_path}/backups", limit=100)
        if listed.status == 422:
            raise NotTried(f"backups are not supported: {listed.said}")
        usable = [each for each in listed.offered().data if field(each, "status") == "completed"]
        if not usable:
            raise NotTried("a database has no backup on its first day")
        return str(field(max(usable, key=lambda each: str(each.get("createdAt"))), "id"))

    def create(self, name: str, **more: object) -> Answer:
        """A database of the project, in the project's region."""
        body = {"projectId": field(self.project, "id"), "name": name, "region": "inherit", **more}
        return self.api.post("/v1/databases", **body)

    def database(self, name: str, **more: object) -> Shape:
        """The same, made."""
        return _object(self.create(name, **more))

    def listed(self) -> list[Shape]:
        """The databases of the project."""
        return self.databases_of(field(self.project, "id"))

    def databases_of(self, project_id: str) -> list[Shape]:
        """The databases of a project, and no others, whatever the service makes of the filter: some are deleted."""
        listed = self.api.all("/v1/databases", projectId=project_id, limit=100)
        return [each for each in listed if bare(field(each, "project.id")) == bare(project_id)]

    def ready(self, path: str) -> float:
        """Wait until a database is ready: the seconds it took."""
        status = ""

        def settled() -> bool:
            nonlocal status
            status = str(field(self.api.get(path).data, "status"))
            return status not in WAITING

        waited = self.until(settled)
        if waited is None or status == "failure":
            raise NotTried(f"the database is {status} after {self.patience:g} s")
        return waited

    def settled(self, read: Callable[[], Value], wanted: object) -> Value:
        """What is read once it is as wanted, or when the patience is over: an answer may lag behind a write."""
        seen: list[Value] = []

        def same() -> bool:
            seen[:] = [read()]
            return seen[0] == wanted

        self.until(same)
        return seen[0]

    def until(self, true: Callable[[], bool]) -> float | None:
        """The seconds until it is so; None where it does not come."""
        began = time.monotonic()
        while not true():
            if time.monotonic() - began > self.patience:
                return None
            time.sleep(PAUSE)
        return time.monotonic() - began


def default_connection(database: Shape) -> Shape:
    """The connection that came with a database, as the answer to its creation has it."""
    connections = optional(database, "connections")
    wanted = database.get("defaultConnectionId")
    for connection in connections:
        if len(connections) == 1 or field(connection, "id") == wanted:
            return dict(connection)
    raise NotTried("the answer has no default connection")


def bare(an_id: object) -> str:
    """An id without its prefix: a service may give both forms."""
    return str(an_id).rpartition("_")[2]


def path_of(database: Shape) -> str:
    """Where a database is."""
    return f"/v1/databases/{field(database, 'id')}"


def _object(answer: Answer) -> Shape:
    return dict(answer.data)
