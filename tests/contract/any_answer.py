"""A service that answers anything: the published shapes, with whatever hypothesis does to them, over a real socket."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from dataclasses import field as of
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import hypothesis.strategies as st

from published import Shape, contract

PATHS: Shape = contract()["paths"]
PASSWORD = "pa55w0rd"
IDS = {"project": "proj_c1", "database": "db_c1", "connection": "con_c1", "branch": "br_c1", "workspace": "wksp_c1"}
IDS |= {"variable": "envvar_c1", "token": "itgr_c1"}
KINDS = {"projects": "project", "databases": "database", "connections": "connection", "branches": "branch"}
KINDS |= {"environment-variables": "variable", "service-tokens": "token"}
KNOWN: Shape = {
    "status": "ready",
    "name": "orders",
    "gitName": "main",
    "isDefault": False,
    "hasMore": False,
    "nextCursor": None,
    "logicalId": None,
    "defaultConnectionId": IDS["connection"],
    "branchId": IDS["branch"],
    "projectId": IDS["project"],
    "class": "preview",
    "key": "TIER",
    "region": {"id": "eu-central-1", "name": "Frankfurt"},
    "defaultRegion": "eu-central-1",
    "connectionString": f"postgres://user:{PASSWORD}@db.example:5432/?sslmode=require",
    "source": None,
}
"""Values of fields by their names; all others are the first that their schema allows."""

CONTROLS = "\x1b]0;owned\x07\n::error::x\r##vso[task.x]\x9b2J"
STEERING = "c12345678/../../projects/proj_victim"
TEXTS = st.sampled_from([CONTROLS, STEERING, "", " ", "x" * 5000, "²", "\x00", "‮", f"https://u:{PASSWORD}@h "])
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, -1, 10**30, 1e308, float("nan"), float("inf"), 2.5]),
    TEXTS,
    st.text(max_size=20),
    st.sampled_from([[], {}, [[]], [None], {"id": STEERING}, {"id": IDS["project"]}]),
    st.sampled_from(["provisioning", "recovering", "failure", *IDS.values()]),
)
ERRORS = st.one_of(
    st.builds(lambda code, text: {"error": {"code": code, "message": text, "hint": text}}, VALUES, VALUES),
    st.builds(lambda text: {"message": text}, VALUES),
    st.builds(lambda text: {"errors": [text, {"message": text}]}, VALUES),
    st.builds(lambda text: {"error": text, "errorDescription": text}, VALUES),
    VALUES,
)
STRINGS = st.sampled_from(
    ["postgres://[::1", f"postgres://u:{PASSWORD}@h/\nX=1", f"prisma+postgres://h/?api_key={PASSWORD}"]
)
FIELDS = st.one_of(
    st.tuples(st.sampled_from(["id", "branchId", "defaultConnectionId"]), st.just(STEERING) | VALUES),
    st.tuples(st.just("connectionString"), STRINGS),
    st.tuples(st.sampled_from(["name", "gitName", "status", "logicalId", "nextCursor", "port", "role"]), VALUES),
    st.tuples(st.sampled_from(["project", "workspace", "database", "region", "source", "endpoints", "data"]), VALUES),
)
STATUSES = st.sampled_from([200, 201, 204, 206, 301, 304, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 503, 599])
RAW = st.sampled_from(
    [b"", b"<html>", b"[" * 100_000, b'{"error":' * 100_000, b'{"data":' + b"[" * 100_000, b"\xff\xfe{}", b'"\\ud800"']
)
HEADERS = st.sampled_from(
    [
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "br, gzip"),
        ("Content-Type", "text/html; charset=nonsense"),
        ("Location", "http://[::1"),
        ("Location", "//elsewhere.example/v1/projects"),
        ("Set-Cookie", "a=b; expires=never; domain=..; path=\x01"),
        ("Content-Length", "nonsense"),
    ]
)
TIMES = st.sampled_from(["0", "²", "٣", "-1", "1.5", "9" * 300, "Mon, 01 Jan 99999 00:00:00 +9999", CONTROLS[:3]])
WIRES = st.sampled_from(["closed", "no HTTP", "half a head", "a byte at a time", "a head without end", "silence"])


@dataclass(frozen=True)
class Fault:
    """What becomes of one answer."""

    changed: tuple[tuple[int, Any], ...] = ()
    """Values put in the place of others, counted through the answer."""
    field: tuple[str, Any] | None = None
    """A value put in the place of every one of this name."""
    removed: int | None = None
    endless: bool = False
    """A list that always goes on, with another cursor."""
    error: tuple[int, Any] | None = None
    raw: bytes | None = None
    header: tuple[str, str] | None = None
    cut: int | None = None
    packed: bool = False
    wire: str | None = None
    only: str | None = None
    """The method whose answers it befalls, where not all."""


METHODS = st.sampled_from(["GET", "POST", "PATCH", "DELETE"])
FAULTS = st.one_of(
    st.builds(Fault, changed=st.lists(st.tuples(st.integers(0, 40), VALUES), min_size=1, max_size=3).map(tuple)),
    st.builds(Fault, field=FIELDS),
    st.builds(Fault, field=FIELDS),
    st.builds(Fault, removed=st.integers(0, 40)),
    st.builds(Fault, error=st.tuples(STATUSES, ERRORS), header=st.none() | HEADERS),
    st.builds(Fault, error=st.tuples(STATUSES, ERRORS), header=TIMES.map(lambda time: ("Retry-After", time))),
    st.builds(Fault, error=st.tuples(STATUSES, st.none()), raw=RAW),
    st.builds(Fault, raw=RAW),
    st.builds(Fault, header=HEADERS),
    st.builds(Fault, cut=st.integers(0, 300), packed=st.booleans()),
    st.builds(Fault, wire=WIRES),
    st.just(Fault(endless=True)),
    st.just(Fault(packed=True)),
)
SOUND = Fault()
PLANS = st.one_of(
    st.builds(lambda fault, method: [replace(fault, only=method)], FAULTS, METHODS),
    st.builds(Fault, field=FIELDS).map(lambda fault: [fault]),
    st.builds(
        lambda before, faults, after: [SOUND] * before + faults + [SOUND] * after,
        st.integers(0, 6),
        st.lists(FAULTS, min_size=1, max_size=2),
        st.integers(0, 1),
    ),
)
"""What becomes of the answers of a run, in their order; the last goes for all that follow."""


@dataclass
class Script:
    """What one run is answered: a fault for each request, and the last for all that follow."""

    faults: list[Fault]
    asked: list[tuple[str, str]] = of(default_factory=list)

    def next(self, method: str, path: str) -> Fault:
        self.asked.append((method, path))
        fault = self.faults[min(len(self.asked), len(self.faults)) - 1]
        return fault if fault.only in (None, method) else SOUND


class AnyService:
    """The service; it answers by the script of the run that is on."""

    def __init__(self) -> None:
        self.script = Script([SOUND])
        self.over = Event()
        service = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                """Nothing to tell."""

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                self.close_connection = True
                with suppress(OSError):  # whoever asked has gone
                    service._answer(self, body)

            do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815  the names that http.server looks for

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> AnyService:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, request: BaseHTTPRequestHandler, body: Shape) -> None:
        script = self.script
        fault = script.next(request.command, request.path)
        if fault.wire is not None:
            self._misbehave(request, fault.wire)
            return
        status, raw = answered(request.command, request.path, body, fault, len(script.asked))
        headers = {"Content-Type": "application/json", "Content-Length": str(len(raw))}
        headers |= {"Content-Encoding": "gzip"} if fault.packed else {}
        headers |= dict([fault.header] if fault.header else [])
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        request.wfile.write(f"HTTP/1.1 {status} Reason\r\n{head}\r\n".encode() + raw[: fault.cut])

    def _misbehave(self, request: BaseHTTPRequestHandler, wire: str) -> None:
        starts = {"no HTTP": b"\x16\x03\x01" * 50, "half a head": b"HTTP/1.1 200 OK\r\nContent-", "closed": b""}
        starts["a byte at a time"] = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        starts["a head without end"] = b"HTTP/1.1 200 OK\r\nX-Slow: "
        request.wfile.write(starts.get(wire, b""))
        while wire in ("a byte at a time", "a head without end") and not self.over.wait(0.02):
            request.wfile.write(b" ")
        if wire == "silence":
            self.over.wait(1.0)


def operation(method: str, path: str) -> tuple[str, str] | None:
    """The operation of the contract that a request is of, and nothing that only looks like one."""
    target = path.partition("?")[0]
    for template in sorted(PATHS, key=lambda found: found.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[A-Za-z0-9_]+", template), target) and method.lower() in PATHS[template]:
            return method, template
    return None


def answered(method: str, path: str, body: Shape, fault: Fault, number: int) -> tuple[int, bytes]:
    """Status and body: those of the contract, with what the fault makes of them."""
    if fault.error is not None:
        raw = fault.raw if fault.raw is not None else json.dumps(fault.error[1]).encode()
        return fault.error[0], raw
    found = operation(method, path)
    if found is None:
        return 404, b"{}"
    status, shape = success(*found)
    if fault.raw is not None:
        return status, fault.raw
    if shape is None:
        return status, b""
    value = put_in(honest(shape, Context.of(path, body)), fault)
    if fault.endless and isinstance(value, dict) and isinstance(value.get("pagination"), dict):
        value["pagination"] |= {"hasMore": True, "nextCursor": f"c{number}"}
    raw = json.dumps(value).encode()
    return status, gzip.compress(raw) if fault.packed else raw


def success(method: str, template: str) -> tuple[int, Shape | None]:
    """Status and schema of what an operation answers when all is well."""
    responses = PATHS[template][method.lower()]["responses"]
    status = next(each for each in responses if each.startswith("2"))
    content = responses[status].get("content")
    return int(status), content["application/json"]["schema"] if content else None


@dataclass(frozen=True)
class Context:
    """Of what the answer is."""

    kind: str
    object_id: str

    @staticmethod
    def of(path: str, body: Shape) -> Context:
        parts = path.partition("?")[0].split("/")[2:]
        if "service-tokens" in parts:
            parts = parts[parts.index("service-tokens") :]
        kind = KINDS.get("branches" if parts[-1] == "branches" else parts[0], "workspace")
        given = parts[1] if len(parts) > 1 and parts[-1] != "branches" else IDS[kind]
        return Context(kind, given)


def honest(shape: Shape, context: Context, name: str = "data") -> Any:
    """An answer of this schema: the first value of each, and ids that fit together."""
    if name in KNOWN:
        return KNOWN[name]
    if "anyOf" in shape:
        return honest(shape["anyOf"][0], context, name)
    if "const" in shape or "enum" in shape:
        return shape.get("const", shape.get("enum", [None])[0])
    kind = shape.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        fields = shape.get("properties", {}).items()
        return {each: _id(context, name) if each == "id" else honest(part, context, each) for each, part in fields}
    if kind == "array":
        return [honest(shape["items"], context, name)]
    return {"boolean": False, "number": 5432, "integer": 1}.get(str(kind), "2026-01-01T00:00:00Z")


def _id(context: Context, name: str) -> str:
    return context.object_id if name == "data" else IDS.get(name.removesuffix("s"), IDS["connection"])


def put_in(value: Any, fault: Fault) -> Any:
    """The answer with values changed, or without one."""
    value = json.loads(json.dumps(value))
    if fault.field is not None:
        for holder, key in [*_places(value)]:
            if key == fault.field[0]:
                holder[key] = fault.field[1]
    for index, new in fault.changed:
        holders = [*_places(value)]
        holder, key = holders[index % len(holders)]
        holder[key] = new
    if fault.removed is not None:
        holders = [*_places(value)]
        holder, key = holders[fault.removed % len(holders)]
        del holder[key]
    return value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of an answer that holds a value."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])
