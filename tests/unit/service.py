"""The Management API in memory, behind httpx's own seam: no sockets, no clock, and a log of what was asked.

It knows only what the unit tests ask of it. What the published contract says is tested in the contract ring,
against the local control plane; this here shares no code with either.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import Any

import httpx

from prisma_provider.api.client import Client
from prisma_provider.handlers import HANDLERS, Handler
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.live.run import working_on
from prisma_provider.live.state import Entry, Recorded
from prisma_provider.settings import Settings, Token

Answer = httpx.Response | Exception
Fault = Callable[[httpx.Request], Answer | None]

WORKSPACE = "wksp_1"


def refusal(status: int, message: str, **headers: str) -> httpx.Response:
    """An error as the API writes it."""
    return httpx.Response(status, json={"error": {"code": "some-code", "message": message}}, headers=headers)


class _Live(Live):
    """Waits for what is asked in the background: when a test looks at the requests, all of them are there."""

    def ask_plan(self) -> None:
        super().ask_plan()
        self.subscription()


class Service:
    """Projects, databases and connections, by id."""

    def __init__(self) -> None:
        self.projects: dict[str, dict[str, Any]] = {}
        self.databases: dict[str, dict[str, Any]] = {}
        self.connections: dict[str, dict[str, Any]] = {}
        self.branches: dict[str, dict[str, Any]] = {}
        self.variables: dict[str, dict[str, Any]] = {}
        self.values: dict[str, str] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.credential: dict[str, str] = {"type": "service_token"}
        self.subscription: dict[str, Any] = {
            "planName": "Free",
            "usageBlocked": False,
            "upgradeUrl": "https://up.example",
        }
        self.backups: dict[str, list[dict[str, Any]]] = {}
        self.restored: list[tuple[str, str]] = []
        self.status_after_restore = "ready"
        self.workspace: dict[str, str] | None = {"id": WORKSPACE, "name": "Acme"}
        self.status_of_new = "ready"
        self.one_default = False
        self.page = 100
        self.now = "Thu, 01 Jan 2026 00:10:00 GMT"
        self.log: list[tuple[str, str, Any]] = []
        self.notes: list[str] = []
        self.before: list[Fault] = []
        self.after: list[Fault] = []
        self._ids = count(1)

    # what tests ask

    def live(
        self,
        *,
        held: Sequence[str | Entry] = (),
        begun: Sequence[dict[str, Any] | Entry] = (),
        others: Sequence[Recorded] = (),
        problem: str = "",
        intents: Intents | None = None,
        **settings: Any,
    ) -> Live:
        """A new operation, as a new process of the provider would begin it, of a stack whose state holds these ids."""
        given = {"retry_limit": 5.0, **settings}
        client = Client(
            Settings(Token("secret-token", "the test"), "http://127.0.0.1:1", **given),
            transport=httpx.MockTransport(self._answer),
            sleep=lambda seconds: None,
        )
        state = Recorded(tuple(map(_entry, held)), tuple(map(_begun, begun)), "dev", problem)
        note = self.notes.append
        return _Live(client, note=note, recorded=lambda: state, others=lambda: tuple(others), intents=intents)

    def sent(self, *methods: str) -> list[tuple[str, str, Any]]:
        """Requests by these methods; all writes where none is named."""
        wanted = methods or ("POST", "PATCH", "DELETE")
        return [entry for entry in self.log if entry[0] in wanted]

    def fail(self, method: str, path: str, answer: Answer, *, times: int = 1, acted: bool = False) -> None:
        """Answer so to the next requests whose path matches, before or after the service acted."""
        left = [times]

        def fault(request: httpx.Request) -> Answer | None:
            if request.method != method or not re.fullmatch(path, request.url.path) or not left[0]:
                return None
            left[0] -= 1
            return answer

        (self.after if acted else self.before).append(fault)

    def project(self, name: str = "shop", **more: Any) -> dict[str, Any]:
        """A project that is there already."""
        made = {
            "id": f"proj_{next(self._ids)}",
            "name": name,
            "logicalId": None,
            "defaultRegion": "eu-central-1",
            "createdAt": "2026-01-01T00:00:00Z",
            "workspace": {**(self.workspace or {"id": WORKSPACE})},
            **more,
        }
        self.projects[made["id"]] = made
        return made

    def database(self, project_id: str, name: str = "orders", **more: Any) -> dict[str, Any]:
        """A database that is there already, with its default connection."""
        made = {
            "id": f"db_{next(self._ids)}",
            "name": name,
            "logicalId": None,
            "status": self.status_of_new,
            "isDefault": False,
            "region": {"id": "eu-central-1", "name": "Frankfurt"},
            "branchId": "br_1",
            "source": None,
            "createdAt": "2026-01-01T00:00:00Z",
            "project": {"id": project_id, "name": "p"},
            **more,
        }
        self.databases[made["id"]] = made
        made["defaultConnectionId"] = self.connection(made["id"], "default")["id"]
        if made["isDefault"]:
            self._promote(made)
        return made

    def connection(self, database_id: str, name: str = "web", **more: Any) -> dict[str, Any]:
        """A connection that is there already."""
        made: dict[str, Any] = {"id": f"con_{next(self._ids)}", "name": name, "kind": "postgres", "version": 1}
        made |= {"createdAt": "2026-01-01T00:00:00Z", "database": {"id": database_id, "name": "d"}, **more}
        self.connections[made["id"]] = made
        return made

    def backup(self, database_id: str, **more: Any) -> str:
        """A backup that is there already: its id."""
        made = {"id": f"bkp_{next(self._ids)}", "backupType": "full", "status": "completed", "size": 1024}
        made["createdAt"] = f"2026-01-{len(self.backups.get(database_id, [])) + 1:02}T00:00:00Z"
        self.backups.setdefault(database_id, []).append({**made, **more})
        return str(made["id"])

    def branch(self, project_id: str, git_name: str, **more: Any) -> dict[str, Any]:
        """A branch that is there already; the first of a project is its default and production."""
        first = not any(branch["project"]["id"] == project_id for branch in self.branches.values())
        made = {
            "id": f"br_{next(self._ids)}",
            "gitName": git_name,
            "isDefault": first,
            "role": "production" if first else "preview",
            "project": {"id": project_id, "name": "p"},
            **more,
        }
        self.branches[made["id"]] = made
        if made["isDefault"]:
            self._promote(made)
        return made

    def variable(self, project_id: str, key: str, value: str = "old", **more: Any) -> dict[str, Any]:
        """An environment variable that is there already."""
        made = {
            "id": f"envvar_{next(self._ids)}",
            "projectId": project_id,
            "branchId": None,
            "class": "preview",
            "key": key,
            "isManagedBySystem": False,
            "createdAt": "2026-01-01T00:00:00Z",
            **more,
        }
        self.variables[made["id"]] = made
        self.write(made["id"], value)
        return made

    def write(self, variable_id: str, value: str) -> None:
        """Another value, whoever gives it."""
        self.values[variable_id] = value
        moment = f"2026-01-01T00:{next(self._ids) % 60:02}:00Z"
        self.variables[variable_id] |= {"updatedAt": moment, "valueKid": "kid-1"}

    def token(self, name: str, **more: Any) -> dict[str, Any]:
        """A service token that is there already."""
        made = {"id": f"itgr_{next(self._ids)}", "name": name, "createdAt": "2026-01-01T00:00:00Z", **more}
        made = {"valueHint": f"prsc_…{made['id'][-4:]}", "expiresAt": None, **made}
        self.tokens[made["id"]] = made
        return made

    # how it answers

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.log.append((request.method, request.url.path.removeprefix("/v1/"), body))
        answer = self._to(request, body)
        answer.headers["Date"] = self.now
        return answer

    def _to(self, request: httpx.Request, body: Any) -> httpx.Response:
        for fault in self.before:
            if (found := fault(request)) is not None:
                return _give(found)
        answer = self._route(request, body)
        for fault in self.after:
            if (found := fault(request)) is not None:
                return _give(found)
        return answer

    def _route(self, request: httpx.Request, body: Any) -> httpx.Response:
        kind, _, rest = request.url.path.removeprefix("/v1/").partition("/")
        if kind == "me":
            user = None if self.workspace else {"id": "usr_1", "email": "a@b.c", "name": None}
            return _data({"user": user, "workspace": self.workspace, "credential": self.credential})
        if kind == "workspaces":
            return self._workspace_of(rest, request, body)
        if kind == "regions":
            return _data([{"id": name, "type": "region", "name": name} for name in ("eu-central-1", "us-east-1")])
        object_id, _, verb = rest.partition("/")
        if verb == "branches":
            return self._branches_of(object_id, request, body)
        if kind == "environment-variables":
            return self._variable(object_id, request, body)
        objects: dict[str, dict[str, Any]] = getattr(self, kind)
        if not object_id:
            return self._create(kind, body) if request.method == "POST" else self._filter(kind, request)
        if object_id not in objects:
            return refusal(404, "not found")
        return self._one(kind, objects, object_id, request.method, verb, body)

    def _workspace_of(self, rest: str, request: httpx.Request, body: Any) -> httpx.Response:
        workspace_id, _, verb = rest.partition("/")
        kind, _, token_id = verb.partition("/")
        if not workspace_id:
            return self._list([{"id": WORKSPACE, "name": "Acme"}], request)
        if kind == "subscription":
            return _data(self.subscription)
        sees = workspace_id == WORKSPACE
        if not verb:
            return _data({"id": WORKSPACE, "name": "Acme"}) if sees else refusal(404, "not found")
        if request.method == "GET":
            return self._list(list(self.tokens.values()) if sees else [], request)
        if not sees or (token_id and token_id not in self.tokens):
            return refusal(404, "not found")
        if request.method == "POST":
            made = self.token(body["name"])
            return _data({**made, "value": f"prsc_{made['id']}"}, 201)
        del self.tokens[token_id]
        return httpx.Response(204)

    def _variable(self, variable_id: str, request: httpx.Request, body: Any) -> httpx.Response:
        if not variable_id and request.method == "GET":
            query = request.url.params
            found = [each for each in self.variables.values() if query.get("projectId") in (None, each["projectId"])]
            return self._list([each for each in found if query.get("key") in (None, each["key"])], request)
        if not variable_id:
            scope = {"branchId": None, **{name: body[name] for name in body if name != "value"}}
            if any(scope.items() <= each.items() for each in self.variables.values()):
                return refusal(409, "A variable with this key already exists in this environment.")
            more = {name: value for name, value in scope.items() if name not in ("projectId", "key")}
            return _data(self.variable(body["projectId"], body["key"], body["value"], **more), 201)
        if variable_id not in self.variables:
            return refusal(404, "not found")
        if request.method == "DELETE":
            del self.variables[variable_id]
            return httpx.Response(204)
        if request.method == "PATCH":
            self.write(variable_id, body["value"])
        return _data(self.variables[variable_id])

    def _one(
        self, kind: str, objects: dict[str, dict[str, Any]], object_id: str, method: str, verb: str, body: Any
    ) -> httpx.Response:
        found = objects[object_id]
        if verb in ("backups", "usage", "restore"):
            return self._data_of(found, verb, body)
        if verb == "rotate":
            found["version"] += 1
            return _data(self._show(kind, found, secrets=True))
        if method == "DELETE":
            if kind == "branches" and any(d["branchId"] == object_id for d in self.databases.values()):
                return refusal(409, "Branch still has live member resources.")
            if kind == "branches" and (found["isDefault"] or found["role"] == "production"):
                return refusal(422, "Branch is the default or production branch.")
            if found.get("isDefault"):
                return refusal(403, "Cannot delete the default environment.")
            del objects[object_id]
            return httpx.Response(204)
        if method == "PATCH":
            found.update(body)
            if body.get("isDefault"):
                self._promote(found)
        return _data(self._show(kind, found))

    def _data_of(self, database: dict[str, Any], verb: str, body: Any) -> httpx.Response:
        if verb == "backups":
            newest_first = self.backups.get(database["id"], [])[::-1]
            return httpx.Response(200, json={"data": newest_first, "pagination": {"hasMore": False, "limit": 100}})
        if verb == "usage":
            metrics = {"operations": {"used": 7, "unit": "ops"}, "storage": {"used": 0.5, "unit": "GiB"}}
            period = {"start": "2026-01-01T00:00:00Z", "end": "2026-01-31T00:00:00Z"}
            return httpx.Response(200, json={"period": period, "metrics": metrics, "generatedAt": "2026-01-31"})
        self.restored.append((database["id"], body["source"]["backupId"]))
        database["status"] = self.status_after_restore
        return _data({**self._show("databases", database), "status": "recovering", "source": body["source"]})

    def _branches_of(self, project_id: str, request: httpx.Request, body: Any) -> httpx.Response:
        own = [branch for branch in self.branches.values() if branch["project"]["id"] == project_id]
        if request.method == "GET":
            name = request.url.params.get("gitName")
            return self._list([branch for branch in own if name in (None, branch["gitName"])], request)
        if any(branch["gitName"] == body["gitName"] for branch in own):
            return refusal(409, "gitName exists")
        more = {"isDefault": True} if body.get("isDefault") else {}
        return _data(self.branch(project_id, body["gitName"], **more), 201)

    def _create(self, kind: str, body: dict[str, Any]) -> httpx.Response:
        objects: dict[str, dict[str, Any]] = getattr(self, kind)
        logical_id = body.get("logicalId")
        if logical_id and any(other.get("logicalId") == logical_id for other in objects.values()):
            return refusal(409, "logicalId exists")
        if kind == "projects":
            made = self.project(body["name"], logicalId=logical_id, defaultRegion=body.get("region"))
        elif kind == "databases":
            if self.one_default and body.get("isDefault") and self._default_of(body["projectId"]):
                return refusal(409, "Default database already exists")
            more = {"logicalId": logical_id, "isDefault": bool(body.get("isDefault")), "source": body.get("source")}
            more["branchId"] = body.get("branchId", "br_1")
            region = "eu-central-1" if body.get("region", "inherit") == "inherit" else body["region"]
            made = self.database(body["projectId"], body["name"], region={"id": region, "name": region}, **more)
        else:
            made = self.connection(body["databaseId"], body["name"])
        return _data(self._show(kind, made, secrets=True), 201)

    def _default_of(self, project_id: str) -> bool:
        return any(each["isDefault"] for each in self.databases.values() if each["project"]["id"] == project_id)

    def _filter(self, kind: str, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        found = list(getattr(self, kind).values())
        if project := query.get("projectId"):
            found = [each for each in found if each["project"]["id"] == project]
        if database := query.get("databaseId"):
            found = [each for each in found if each["database"]["id"] == database]
        if logical_id := query.get("logicalId"):
            found = [each for each in found if each["logicalId"] == logical_id]
        own: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for connection in self.connections.values() if kind == "databases" else ():
            own[connection["database"]["id"]].append(connection)
        return self._list(found, request, lambda each: self._show(kind, each, own=own))

    def _list(
        self,
        found: list[dict[str, Any]],
        request: httpx.Request,
        show: Callable[[dict[str, Any]], dict[str, Any]] = lambda each: each,
    ) -> httpx.Response:
        last = int(request.url.params.get("cursor", "0"))
        size = min(self.page, int(request.url.params["limit"]))
        left = [each for each in found if _number(each) > last]
        more = len(left) > size
        pagination = {"hasMore": more, "nextCursor": str(_number(left[size - 1])) if more else None}
        return httpx.Response(200, json={"data": [show(each) for each in left[:size]], "pagination": pagination})

    def _show(
        self,
        kind: str,
        each: dict[str, Any],
        *,
        secrets: bool = False,
        own: Mapping[str, list[dict[str, Any]]] | None = None,
    ) -> dict[str, Any]:
        """An object as a response has it; `own` are the connections by database, where many are shown."""
        if kind == "databases":
            mine = own[each["id"]] if own is not None else self.connections.values()
            its = [c for c in mine if c["database"]["id"] == each["id"]]
            return {**each, "connections": [self._show("connections", c, secrets=secrets) for c in its]}
        if kind in ("projects", "branches"):
            return each
        url = f"postgresql://user_{each['id']}:pass_{each['version']}@db.example:5432/?sslmode=require"
        secret = {"connectionString": url} if secrets else {}
        hosts = {"direct": "db.example", "pooled": "pooled.example"}
        endpoints = {way: {"host": host, "port": 5432, **secret} for way, host in hosts.items()}
        return {**each, "endpoints": endpoints}

    def _promote(self, promoted: dict[str, Any]) -> None:
        kind = self.branches if promoted["id"].startswith("br_") else self.databases
        for other in kind.values():
            if other["project"]["id"] == promoted["project"]["id"]:
                other["isDefault"] = other is promoted


def urn_of(kind: str, name: str = "orders", stack: str = "dev") -> str:
    """The URN of a resource of the plugin host."""
    return f"urn:pulumi:{stack}::shop::prisma:index:{kind}::{name}"


def _entry(held: str | Entry) -> Entry:
    """An entry of state: as it is given, or of some resource that has this id."""
    if isinstance(held, Entry):
        return held
    kinds = {"proj": "Project", "br": "Branch", "db": "Database", "con": "Connection"}
    kinds |= {"envvar": "EnvironmentVariable", "itgr": "ServiceToken"}
    return Entry(urn_of(kinds[held.partition("_")[0]], f"holder of {held}"), held)


def _begun(inputs: dict[str, Any] | Entry) -> Entry:
    """A creation that state saw only begin, of the kind that has such inputs."""
    if isinstance(inputs, Entry):
        return inputs
    fields = {"backupId": "Restore", "databaseId": "Connection", "gitName": "Branch", "projectId": "Database"}
    kind = next((kind for field, kind in fields.items() if field in inputs), "Project")
    return Entry(urn_of(kind), "", inputs)


def _number(each: dict[str, Any]) -> int:
    """What lists are in the order of: an object that goes while somebody pages moves none of the others."""
    return int(each["id"].rpartition("_")[2])


def _give(found: Answer) -> httpx.Response:
    if isinstance(found, Exception):
        raise found
    return found


def _data(data: Any, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json={"data": data})


def as_(kind: str, name: str = "orders") -> AbstractContextManager[None]:
    """Work on the resource of this name, as a host does."""
    return working_on(urn_of(kind, name))


def declare(live: Live, resource: str, olds: dict[str, Any] | None = None, **inputs: Any) -> dict[str, Any]:
    """The inputs of a resource as `check` leaves them; they must be without a problem."""
    checked = handler(resource).check(live, olds or {}, {"identity": f"{resource.lower()}-{'0' * 16}", **inputs})
    assert not checked.problems, checked.problems
    return checked.inputs


def handler(resource: str) -> Handler:
    """The handler of a resource."""
    return HANDLERS[resource]
