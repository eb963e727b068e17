"""The package as Pulumi's code generators, its YAML host and `pulumi do` read it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

from prisma_provider.diff import Field
from prisma_provider.functions import FUNCTIONS, Function
from prisma_provider.handlers import HANDLERS
from prisma_provider.plugin import vocabulary
from prisma_provider.plugin.identity import TYPE
from prisma_provider.plugin.reading import QUERIES
from prisma_provider.plugin.session import SECRET_SETTINGS
from prisma_provider.plugin.vocabulary import PROPERTIES, Told, Word

HIDDEN = ("ignoreChanges", "customTimeouts", "deletedWith")
"""Settings that are Pulumi's options here."""

REQUIRED = ("projectId", "databaseId", "backupId", "confirmDatabaseName")
ALWAYS_THERE = ("name", "gitName", "projectId", "databaseId", "isDefault", "status", "workspaceId")
"""Outputs that no object lacks."""

# Environment variables are no defaults here: what a default gives stands in state, and a token must not.


def text() -> str:
    """The schema as the engine takes it."""
    return json.dumps(package(), ensure_ascii=False, indent=2)


def package() -> dict[str, Any]:
    """The schema; `schema.json` beside this file is what it comes to, for those who read or generate from it."""
    return {
        "name": "prisma",
        "displayName": "Prisma Postgres",
        "version": version("pulumi-prisma"),
        "description": vocabulary.PACKAGE,
        "keywords": ["pulumi", "prisma", "postgresql", "category/database"],
        "license": "Apache-2.0",
        "config": {"variables": _settings()},
        "provider": {
            "description": "An account of Prisma: declare one to use several in one program.",
            "inputProperties": _settings(),
        },
        "types": {
            TYPE + "DatabaseSource": _source(),
            **{TYPE + f"{kind}Result": _result(kind) for kind in vocabulary.RESULTS},
        },
        "resources": {TYPE + kind: _resource(kind, handler.fields) for kind, handler in HANDLERS.items()},
        "functions": {TYPE + name: _function(vocabulary.FUNCTIONS[name], of) for name, of in FUNCTIONS.items()},
        "language": {
            "nodejs": {"packageName": "pulumi-prisma", "respectSchemaVersion": True},
            "go": {"respectSchemaVersion": True},
            "csharp": {"respectSchemaVersion": True},
        },
    }


def _settings() -> dict[str, Any]:
    return {name: _property(word, name in SECRET_SETTINGS) for name, word in vocabulary.SETTINGS.items()}


def _source() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "What a database starts with.",
        "properties": {name: _property(word) for name, word in vocabulary.SOURCE_PROPERTIES.items()},
        "required": ["type", "databaseId"],
    }


def _resource(kind: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    shown = [field for field in fields if field.name not in HIDDEN]
    inputs = [field for field in shown if field.kind in ("patch", "replace", "setting")]
    return {
        "description": vocabulary.RESOURCES[kind],
        "inputProperties": {field.name: _input(kind, field) for field in inputs},
        "requiredInputs": [field.name for field in inputs if field.name in REQUIRED],
        "properties": {field.name: _property(_word(kind, field.name), field.kind == "once") for field in shown},
        "required": [field.name for field in shown if field.name in ALWAYS_THERE],
        **({"listInputs": {"properties": _properties(kind, QUERIES[kind])}} if kind in QUERIES else {}),
    }


def _input(kind: str, field: Field) -> dict[str, Any]:
    """A property that only another object can satisfy says so; what is refused is decided when it is compared."""
    found = _property(_word(kind, field.name))
    return found | ({"willReplaceOnChanges": True} if field.kind == "replace" else {})


def _function(told: Told, function: Function) -> dict[str, Any]:
    names = [argument.name for argument in function.arguments]
    required = [argument.name for argument in function.arguments if argument.required]
    outputs = _result(told.kind)
    if told.listed:
        items = {"$ref": f"#/types/{TYPE}{told.kind}Result"}
        listed = {"type": "array", "items": items, "description": told.text}
        outputs = {"type": "object", "properties": {told.listed: listed}, "required": [told.listed]}
    return {
        "description": told.text,
        "inputs": {"type": "object", "properties": _properties(told.kind, names), "required": required},
        "outputs": outputs,
    }


def _results() -> dict[str, Any]:
    return {TYPE + f"{kind}Result": _result(kind) for kind in vocabulary.RESULTS}


def _result(kind: str) -> dict[str, Any]:
    names = vocabulary.RESULTS[kind]
    required = [name for name in names if name in ("id", *ALWAYS_THERE) and name != "workspaceId"]
    return {
        "type": "object",
        "description": f"A {kind.lower()} as it is live." if kind != "Usage" else "What was used.",
        "properties": _properties(kind, names),
        "required": required,
    }


def _properties(kind: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: _property(_word(kind, name)) for name in names}


def _word(kind: str, name: str) -> Word:
    return PROPERTIES.get(f"{kind}.{name}") or PROPERTIES[name]


def _property(word: Word, secret: bool = False) -> dict[str, Any]:
    found: Mapping[str, Any] = {**word.type, "description": word.text}
    return {**found, **({"secret": True} if secret else {})}


if __name__ == "__main__":
    print(text())
