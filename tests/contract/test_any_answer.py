"""Whatever the service answers, each call ends in time, in an object or in one of our errors, and touches no other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from contract.any_answer import IDS, PASSWORD, PLANS, SOUND, STEERING, AnyService, Fault, Script, operation
from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS, check
from prisma_provider.live import Live
from prisma_provider.network.retries import time_limit
from prisma_provider.settings import Settings, Token

LIMIT = 0.5
"""Seconds of an operation."""

HANGS = 20.0
"""Seconds after which one that should have ended long ago hangs, however slow the machine."""

PROJECT, DATABASE = IDS["project"], IDS["database"]
INPUTS: dict[str, dict[str, Any]] = {
    "Project": {"name": "orders"},
    "Branch": {"projectId": PROJECT, "gitName": "other"},
    "Database": {"projectId": PROJECT, "name": "orders", "isDefault": True, "branchGitName": "main"},
    "Connection": {"databaseId": DATABASE, "name": "orders", "rotationTrigger": "1"},
    "Restore": {"databaseId": DATABASE, "backupId": "b", "confirmDatabaseName": "orders"},
    "EnvironmentVariable": {"projectId": PROJECT, "key": "TIER", "variableClass": "preview", "value": PASSWORD},
    "ServiceToken": {"workspaceId": IDS["workspace"], "name": "orders", "rotationTrigger": "1"},
}
OBJECTS = {"Project": PROJECT, "Branch": IDS["branch"], "Database": DATABASE, "Connection": IDS["connection"]}
OBJECTS |= {"EnvironmentVariable": IDS["variable"], "ServiceToken": IDS["token"]}
ARGUMENTS = {"projectId": PROJECT, "databaseId": DATABASE}
KIND_OF_ID = {"getProject": PROJECT, "getDatabase": DATABASE, "getWorkspace": IDS["workspace"]}

Call = Callable[[Live], object]


def of_resource(resource: str) -> Iterator[tuple[str, Call]]:
    """What a host does with a resource; each begins as a new process would."""
    handler, news = HANDLERS[resource], INPUTS[resource]
    object_id = OBJECTS.get(resource, DATABASE)
    olds = {**news, "projectId": PROJECT, "workspaceId": IDS["workspace"], "name": "before", "logicalId": "l"}

    def create(live: Live) -> object:
        checked = check(live, resource, {}, {**news, "identity": f"{resource.lower()}-{'0' * 16}"})
        made, outputs = handler.create(live, checked.inputs)
        # What is made today is deleted by another run.
        handler.delete(Live(live.client), made, outputs)
        return made

    yield f"create and delete {resource}", create
    yield f"adopt {resource}", lambda live: handler.create(live, {**news, "logicalId": "l", "adopt": object_id})
    yield f"diff {resource}", lambda live: handler.diff(live, object_id, olds, news)
    yield f"read {resource}", lambda live: handler.read(live, object_id, olds)
    yield f"update {resource}", lambda live: handler.update(live, object_id, olds, news)
    yield f"delete {resource}", lambda live: handler.delete(live, object_id, olds)


def of_function(name: str) -> tuple[str, Call]:
    function = FUNCTIONS[name]
    known = {**ARGUMENTS, **({"id": KIND_OF_ID[name]} if name in KIND_OF_ID else {})}
    given = {each.name: known[each.name] for each in function.arguments if each.name in known}
    return name, lambda live: function(live.client, given)


CALLS: dict[str, Call] = dict(
    [
        # All but Migration, which asks PostgreSQL.
        *(each for resource in INPUTS for each in of_resource(resource)),
        *(of_function(name) for name in FUNCTIONS),
        ("verify", lambda live: live.verify()),
        ("workspaces", lambda live: live.client.workspaces()),
    ]
)


@pytest.fixture(scope="module")
def service() -> Iterator[AnyService]:
    with AnyService() as running:
        yield running


def run(service: AnyService, call: str, faults: list[Fault]) -> tuple[Script, errors.PrismaError | None]:
    """One call, answered so: what was asked, and the error it ended in."""
    script = service.script = Script(faults)
    given = Settings(Token("secret-token", "the test"), service.url, request_timeout=0.15, retry_limit=0.05)
    live = Live(Client(given))
    began = time.monotonic()
    try:
        with time_limit(LIMIT):
            CALLS[call](live)
    except errors.PrismaError as error:
        return script, error
    finally:
        live.close()
        assert time.monotonic() - began < HANGS
    return script, None


@pytest.mark.parametrize("call", CALLS)
def test_a_sound_answer_is_one(service: AnyService, call: str) -> None:
    """The answers of the contract are taken: what follows is about what is done to them."""
    script, error = run(service, call, [SOUND])
    assert not isinstance(error, errors.MalformedResponse), error
    assert all(operation(*each) for each in script.asked), script.asked


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(call=st.sampled_from(list(CALLS)), faults=PLANS)
@example(call="create and delete Database", faults=[Fault(changed=((1, STEERING),), only="POST")])
@example(call="verify", faults=[Fault(error=(429, {}), header=("Retry-After", "²"))])
def test_any_answer(service: AnyService, call: str, faults: list[Fault]) -> None:
    """No answer ends in a traceback, in a wait without end, in a request to another place, or in my terminal."""
    script, error = run(service, call, faults)
    assert all(operation(*each) for each in script.asked), script.asked
    shown = str(error or "")
    assert all(line.isprintable() for line in shown.split("\n")), shown
    assert PASSWORD not in shown
    assert "secret-token" not in shown
