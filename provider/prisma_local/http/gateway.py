"""The gateway in front of the application: API requests and token requests are logged, limited and delayed here,
and get their faults. It is outside the application, so that a fault changes the response as it is sent.
"""

from __future__ import annotations

import asyncio
import json
import math
import time
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Receive, Scope, Send

from prisma_local.errors import ApiError, ContentTooLarge, TooManyRequests, Unauthorized
from prisma_local.http import json_schema, wire
from prisma_local.http.request_log import Entry, RequestLog
from prisma_local.http.wire import RawResponse
from prisma_local.store.values import Token, Workspace
from prisma_local.testing import crash_points, json_edits
from prisma_local.testing.faults import Fault, Faults
from prisma_local.testing.settings import Settings

# The workspace and token of an Authorization header, or Unauthorized.
Authenticate = Callable[[str | None], tuple[Workspace, Token]]

JSON = "application/json"
API = ("/v1", "/token")
# Bytes of a body; fewer without a valid token, as the client may be any web page.
MAX_BODY_BYTES = 1024 * 1024
MAX_BODY_BYTES_WITHOUT_TOKEN = 64 * 1024
CREATES_NOTHING = ("/rotate", "/restore", "/token")
HTML = "<html><head><title>Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class Gateway:
    def __init__(
        self, app: ASGIApp, authenticate: Authenticate, faults: Faults, request_log: RequestLog, settings: Settings
    ) -> None:
        self._app = app
        self._authenticate = authenticate
        self._faults = faults
        self._request_log = request_log
        self._settings = settings
        self._newest: frozenset[str] = frozenset()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(API):
            await self._handle_other(scope, receive, send)
            return
        query = dict(QueryParams(scope["query_string"]))
        began = time.monotonic()
        entry = self._request_log.add(scope["method"], scope["path"], query)
        # Counted and logged before the response is sent: its client may read the log at once.
        self._settings.request_began()
        try:
            response = await self._respond(scope, receive, entry)
        except wire.ClientDisconnected:
            return
        finally:
            self._settings.request_ended()
        if response is None:
            await wire.close_connection(scope, receive)
        else:
            entry.status, entry.seconds = response.status, round(time.monotonic() - began, 3)
            await response.send(send)

    async def _handle_other(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Any other request: not logged, without faults, but with a limit of its body, too."""
        limit = MAX_BODY_BYTES if scope["path"].startswith("/_local") else MAX_BODY_BYTES_WITHOUT_TOKEN
        try:
            raw = await wire.read(receive, limit)
        except wire.ClientDisconnected:
            return
        response = _too_large(limit) if raw is None else await wire.call_app(self._app, scope, raw)
        await response.send(send)

    async def _respond(self, scope: Scope, receive: Receive, entry: Entry) -> RawResponse | None:
        """The response, or None where the connection is to be closed."""
        entry.workspace_id = await run_in_threadpool(self._workspace_id, scope)
        limit = MAX_BODY_BYTES_WITHOUT_TOKEN if entry.workspace_id is None else MAX_BODY_BYTES
        raw = await wire.read(receive, limit)
        if raw is None:
            return _too_large(limit)
        if entry.workspace_id is not None:
            self._request_log.set_body(entry, _parsed(raw), len(raw))
        wait = self._settings.rate.wait(time.monotonic())
        if wait:
            return _too_fast(self._settings.rate.limit, wait)
        if self._settings.latency:
            await asyncio.sleep(self._settings.latency)
        fault = self._faults.next_for(entry.method, entry.path, entry.body)
        if fault is None:
            return await self._call_app(scope, raw)
        entry.fault = fault.kind
        return await self._apply_fault(fault, scope, raw)

    async def _apply_fault(self, fault: Fault, scope: Scope, raw: bytes) -> RawResponse | None:
        options = fault.options
        match fault.kind:
            case "status" | "html":
                return _fault_response(fault)
            case "cut_before":
                return None
            case "delay":
                await fault.delay()
            case "ignore":
                raw = json.dumps(json_edits.without_fields(_parsed(raw), options["fields"])).encode()
            case "kill":
                crash_points.crash_point.set(options["step"])
        response = await self._call_app(scope, raw)
        match fault.kind:
            case "status_after":
                return _fault_response(fault)
            case "cut_after":
                return None
            case "delay_after":
                await fault.delay()
            case "truncate":
                return response.with_body(response.body[: len(response.body) // 2])
            case "patch_answer":
                changed = json_edits.patched(response.parsed(), options.get("remove", []), options.get("set", {}))
                return response.with_json(changed) if response.body else response
            case "lag":
                return response.with_json(json_edits.without_objects(response.parsed(), self._newest))
            case "kill":
                crash_points.reached("answer")
        return response

    async def _call_app(self, scope: Scope, raw: bytes) -> RawResponse:
        response = await wire.call_app(self._app, scope, raw)
        is_create = scope["method"] == "POST" and not scope["path"].endswith(CREATES_NOTHING)
        if is_create and response.status in (200, 201):
            self._newest = _created_ids(response.parsed())
        return response

    def _workspace_id(self, scope: Scope) -> str | None:
        try:
            return self._authenticate(Headers(scope=scope).get("authorization"))[0].id
        except Unauthorized:
            return None


def _refusal(error: ApiError, headers: dict[str, str] | None = None) -> RawResponse:
    return wire.raw_response(error.status, error.envelope(), JSON, headers)


def _too_large(limit: int) -> RawResponse:
    return _refusal(ContentTooLarge(f"The request body exceeds {limit // 1024} KiB."))


def _too_fast(limit: int, wait: float) -> RawResponse:
    error = TooManyRequests(f"More than {limit} requests in one second.", hint="Wait as long as Retry-After says.")
    return _refusal(error, {"Retry-After": str(max(1, math.ceil(wait)))})


def _fault_response(fault: Fault) -> RawResponse:
    options = fault.options
    if fault.kind == "html":
        return wire.raw_response(options["status"], HTML, "text/html")
    defaults = {"code": "injected-fault", "message": "A fault that was set at /_local/faults."}
    body = {"error": {name: options.get(name, text) for name, text in defaults.items()}}
    content_type = options.get("contentType", JSON)
    return wire.raw_response(options["status"], options.get("body", body), content_type, options.get("headers"))


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return json_schema.read(raw)
    except json_schema.ValidationError:
        return None


def _created_ids(response: Any) -> frozenset[str]:
    """The ids of what a create has created: the object, and its parts."""
    data = response["data"]
    # A new project holds its new database; elsewhere `database` refers to an existing one.
    parts = [data, *data.get("connections", [])]
    if data["type"] == "project" and data["database"] is not None:
        parts += [data["database"], *data["database"]["connections"]]
    return frozenset(part["id"] for part in parts)
