"""The gate of every /v1 call, and of calls for a token: logged, counted, slowed or refused, and it may suffer a fault.

It stands outside the application, so that faults happen to whole answers, on the wire.
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

# The workspace and the token of an Authorization header, or Unauthenticated.
Authenticate = Callable[[str | None], tuple[Workspace, Token]]

JSON = "application/json"
GUARDED = ("/v1", "/token")
# Bytes of a body; of a caller without a token, who may be any web page, less is taken.
LARGEST_BODY = 1024 * 1024
LARGEST_UNKNOWN = 64 * 1024
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
        if not scope["path"].startswith(GUARDED):
            await self._pass_on(scope, receive, send)
            return
        query = dict(QueryParams(scope["query_string"]))
        entry = self._request_log.open(scope["method"], scope["path"], query)
        # Counted and logged before the answer leaves: who has it may already ask again.
        self._settings.arrived()
        try:
            answer = await self._answer(scope, receive, entry)
        except wire.ClientDisconnected:
            return
        finally:
            self._settings.left()
        if answer is None:
            await wire.close_connection(scope, receive)
        else:
            entry.status = answer.status
            await answer.send(send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A call that suffers no fault and is not logged; what it brings along has its limit all the same."""
        largest = LARGEST_BODY if scope["path"].startswith("/_local") else LARGEST_UNKNOWN
        try:
            raw = await wire.read(receive, largest)
        except wire.ClientDisconnected:
            return
        answer = _too_large(largest) if raw is None else await wire.call_app(self._app, scope, raw)
        await answer.send(send)

    async def _answer(self, scope: Scope, receive: Receive, entry: Entry) -> RawResponse | None:
        """What this call gets; None when its connection is to be cut."""
        entry.workspace_id = await run_in_threadpool(self._workspace_id, scope)
        largest = LARGEST_UNKNOWN if entry.workspace_id is None else LARGEST_BODY
        raw = await wire.read(receive, largest)
        if raw is None:
            return _too_large(largest)
        if entry.workspace_id is not None:
            self._request_log.keep_body(entry, _parsed(raw), len(raw))
        wait = self._settings.rate.wait(time.monotonic())
        if wait:
            return _too_fast(self._settings.rate.limit, wait)
        if self._settings.latency:
            await asyncio.sleep(self._settings.latency)
        fault = self._faults.meet(entry.method, entry.path, entry.body)
        if fault is None:
            return await self._act(scope, raw)
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
        answer = await self._act(scope, raw)
        match fault.kind:
            case "status_after":
                return _fault_response(fault)
            case "cut_after":
                return None
            case "delay_after":
                await fault.delay()
            case "truncate":
                return answer.with_body(answer.body[: len(answer.body) // 2])
            case "patch_answer":
                changed = json_edits.patched(answer.parsed(), options.get("remove", []), options.get("set", {}))
                return answer.with_json(changed) if answer.body else answer
            case "lag":
                return answer.with_json(json_edits.without_objects(answer.parsed(), self._newest))
            case "kill":
                crash_points.reached("answer")
        return answer

    async def _act(self, scope: Scope, raw: bytes) -> RawResponse:
        answer = await wire.call_app(self._app, scope, raw)
        is_create = scope["method"] == "POST" and not scope["path"].endswith(CREATES_NOTHING)
        if is_create and answer.status in (200, 201):
            self._newest = _created_ids(answer.parsed())
        return answer

    def _workspace_id(self, scope: Scope) -> str | None:
        try:
            return self._authenticate(Headers(scope=scope).get("authorization"))[0].id
        except Unauthorized:
            return None


def _refusal(error: ApiError, headers: dict[str, str] | None = None) -> RawResponse:
    return wire.raw_response(error.status, error.envelope(), JSON, headers)


def _too_large(largest: int) -> RawResponse:
    return _refusal(ContentTooLarge(f"The request body exceeds {largest // 1024} KiB."))


def _too_fast(limit: int, wait: float) -> RawResponse:
    error = TooManyRequests(f"More than {limit} requests in one second.", hint="Wait as long as Retry-After says.")
    return _refusal(error, {"Retry-After": str(max(1, math.ceil(wait)))})


def _fault_response(fault: Fault) -> RawResponse:
    options = fault.options
    if fault.kind == "html":
        return wire.raw_response(options["status"], HTML, "text/html")
    words = {"code": "injected-fault", "message": "The local control plane was told to fail."}
    default = {"error": {name: options.get(name, word) for name, word in words.items()}}
    content_type = options.get("contentType", JSON)
    return wire.raw_response(options["status"], options.get("body", default), content_type, options.get("headers"))


def _parsed(raw: bytes) -> Any:
    if not raw.strip():
        return None
    try:
        return json_schema.read(raw)
    except json_schema.ValidationError:
        return None


def _created_ids(answer: Any) -> frozenset[str]:
    """The ids of what this create made: the object, and what came with it."""
    data = answer["data"]
    parts = [data, *data.get("connections", [])]
    if data["type"] == "project" and data["database"] is not None:  # elsewhere `database` refers to an old one
        parts += [data["database"], *data["database"]["connections"]]
    return frozenset(part["id"] for part in parts)
