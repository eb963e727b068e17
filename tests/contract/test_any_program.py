"""Any program, in any order, with faults on the way, ends as declared, and a second run sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, given, settings

from contract.engine import Declared, Engine, Ref
from contract.test_faults import FAULTS, WRITES
from local_server import LocalServer

Program = dict[str, Declared]
NAMES = st.sampled_from(["orders", "sales", "ümläut 🐘"])
NAMES_OF_CONNECTIONS = st.sampled_from(["web", "job"])
WORKSPACES = count()


@st.composite
def databases(draw: st.DrawFn) -> Program:
    """Up to three databases; one of them at most is declared the default, and names need not be unique."""
    program: Program = {}
    default = draw(st.sampled_from([None, 0, 1, 2]))
    for number in range(draw(st.integers(0, 3))):
        inputs: dict[str, Any] = {"projectId": Ref("shop"), "name": draw(NAMES)}
        if number == default:
            inputs["isDefault"] = True
        branch = draw(st.sampled_from([None, "pr-1", "pr-2"]))
        if branch is not None:
            inputs["branchGitName"] = branch
        program[f"database-{number}"] = Declared("Database", inputs)
    return program


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """A project, its databases, and connections of them."""
    program = {"shop": Declared("Project", {"name": draw(NAMES)}), **draw(databases())}
    for name in [name for name in program if name != "shop"]:
        for number in range(draw(st.integers(0, 2))):
            inputs = {"databaseId": Ref(name), "name": draw(NAMES_OF_CONNECTIONS)}
            trigger = draw(st.sampled_from([None, "1", "2"]))
            if trigger is not None:
                inputs["rotationTrigger"] = trigger
            program[f"{name}-connection-{number}"] = Declared("Connection", inputs)
    return program


def faults() -> st.SearchStrategy[dict[str, str]]:
    """For some writes, what happens once to one of them; what takes long is left to the table."""
    quick = [name for name in FAULTS if name not in ("too slow", "503 with Retry-After")]
    return st.dictionaries(st.sampled_from(list(WRITES)), st.sampled_from(quick), max_size=3)


# Without shrinking: each try is some seconds of a real PostgreSQL's time.
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(runs=st.lists(st.tuples(programs(), faults(), st.integers(0, 99)), min_size=1, max_size=3))
def test_any_program(server: LocalServer, runs: list[tuple[Program, dict[str, str], int]]) -> None:
    """However my program changes, in whatever order and whatever is lost: it ends as declared, and stays so."""
    token, _ = server.mint(f"any-{next(WORKSPACES)}")
    engine = Engine(server, token, {"request_timeout": 5.0})
    for program, broken, seed in runs:
        server.clear_faults()
        for write, fault in broken.items():
            method, path = WRITES[write]
            server.fault(method=method, path=path, **FAULTS[fault])
        engine.up(program, seed)
        server.clear_faults()
        assert_declared(engine, program)
        server.clear()
        engine.up(program, seed + 1)
        assert not [call for call in server.requests() if call["method"] != "GET"]
    # A default database that was dropped lives on, and a project goes with it only if that is said.
    engine.up({"shop": Declared("Project", {**program["shop"].inputs, "forceDestroy": True})})
    engine.up({})
    assert not objects(engine, "projects")


def assert_declared(engine: Engine, program: Mapping[str, Declared]) -> None:
    """Each declared object is live as declared, once; what else is live is a default database that was kept."""
    assert set(engine.state) == set(program)
    live = {kind: objects(engine, kind) for kind in ("projects", "databases", "connections")}
    kinds = {"Project": "projects", "Database": "databases", "Connection": "connections"}
    assert len({held.id for held in engine.state.values()}) == len(engine.state)
    for name, declared in program.items():
        found = live[kinds[declared.kind]][engine.state[name].id]
        for field in ("name", "isDefault"):
            assert declared.inputs.get(field) in (None, found.get(field))
    ours = {held.id for held in engine.state.values()}
    (project,) = live["projects"].values()
    assert project["id"] in ours
    kept = [each for each in live["databases"].values() if each["id"] not in ours]
    for each in kept:
        assert any(each["id"] in note and "lives on" in note for note in engine.notes)
    defaults = {each["defaultConnectionId"] for each in live["databases"].values()}
    others = [each for each in live["connections"].values() if each["id"] not in ours | defaults]
    assert all(each["database"]["id"] in {database["id"] for database in kept} for each in others)


def objects(engine: Engine, kind: str) -> dict[str, dict[str, Any]]:
    """All objects of a kind by id."""
    answer = engine.server.api("GET", f"/v1/{kind}?limit=1000", token=engine.token)
    return {each["id"]: each for each in answer.json()["data"]}
