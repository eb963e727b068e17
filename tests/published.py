"""The published contract as a witness, for tests: it watches calls, checks each answer, and remembers what it saw.

The contract is read where it lies (`PRISMA_SPEC_DIR`, else `../shared/spec` beside this repository); it is
no part of this repository. Without it these tests skip, unless `PRISMA_REQUIRE_SPEC=1` makes that a failure.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from local_server import LocalServer

Shape = dict[str, Any]
Operation = tuple[str, str]  # method and path, as the contract writes it

FOLDER = Path(os.environ.get("PRISMA_SPEC_DIR") or Path(__file__).parents[2] / "shared" / "spec")

# Fields of the contract that our answers may lack: there is no Accelerate here, and a hint is optional.
OPTIONAL = {"accelerate", "hint"}


def contract() -> Shape:
    file = FOLDER / "management-api.json"
    if file.exists():
        found: Shape = json.loads(file.read_text())
        return found
    if os.environ.get("PRISMA_REQUIRE_SPEC") == "1":
        pytest.fail(f"{file} is missing and PRISMA_REQUIRE_SPEC=1 demands it")
    pytest.skip(f"the published contract is not at {file}; set PRISMA_SPEC_DIR", allow_module_level=True)


def check_schema(schema: Shape) -> None:
    """A JSON Schema that is none raises."""
    Draft202012Validator.check_schema(schema)


class Witness:
    """Passes calls on to the server and holds every answer against the contract."""

    def __init__(self, server: LocalServer, undeclared: set[tuple[Operation, int]]) -> None:
        self.seen: set[tuple[Operation, int]] = set()
        self._server = server
        self._paths: Shape = contract()["paths"]
        self._undeclared = undeclared

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        answer = self._server.api(method, path, body, **more)
        operation = self.operation(method, path.partition("?")[0])
        self.seen.add((operation, answer.status_code))
        declared = self._paths[operation[1]][method.lower()]["responses"].get(str(answer.status_code))
        if declared is None:
            assert (operation, answer.status_code) in self._undeclared, (operation, answer.text)
            declared = self._paths["/v1/me"]["get"]["responses"]["401"]  # the error envelope
        content = declared.get("content")
        if content is None:
            assert answer.content == b""
        else:
            assert answer.headers["content-type"] == "application/json"
            check(content["application/json"]["schema"], answer.json(), operation)
        return answer

    def made(self, path: str, **body: Any) -> Shape:
        answer = self.call("POST", path, body)
        assert answer.is_success, answer.text
        data: Shape = answer.json()["data"]
        return data

    def operation(self, method: str, path: str) -> Operation:
        """Fixed paths before those with a parameter: /v1/regions/postgres is no id."""
        for template in sorted(self._paths, key=lambda found: found.count("{")):
            fits = re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path)
            if fits and method.lower() in self._paths[template]:
                return method, template
        raise AssertionError(f"the contract has no {method} {path}")


def check(schema: Shape, value: Any, operation: Operation) -> None:
    """Every field of the contract is there, of its type and in its format, and no other field is."""
    validator = Draft202012Validator(exact(schema), format_checker=Draft202012Validator.FORMAT_CHECKER)
    problems = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
    assert not problems, (operation, problems)


def exact(schema: Any) -> Any:
    """The same schema with all its fields required and no others allowed."""
    if isinstance(schema, list):
        return [exact(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: exact(inner) for name, inner in schema.items()}
    properties = schema.get("properties")
    if isinstance(properties, dict) and "object" in schema.get("type", ()):
        found["required"] = sorted(set(properties) - OPTIONAL)
        found["additionalProperties"] = False
    return found
