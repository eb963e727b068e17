"""The package as Pulumi's code generators, its YAML host and `pulumi do` read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from prisma_provider.diff import Field
from prisma_provider.handlers import HANDLERS
from prisma_provider.plugin.identity import TYPE
from prisma_provider.plugin.reading import QUERIES
from prisma_provider.plugin.session import SECRET_SETTINGS
from prisma_provider.plugin.vocabulary import (
    PACKAGE,
    PROPERTIES,
    RESOURCES,
    SETTINGS,
    SOURCE_PROPERTIES,
    Word,
)

HIDDEN = ("ignoreChanges", "customTimeouts")
"""Settings that are Pulumi's options here."""

REQUIRED = ("projectId", "databaseId")
ALWAYS_THERE = ("name", "gitName", "projectId", "databaseId", "isDefault", "status", "workspaceId")
"""Outputs that no object lacks."""

# Environment variables are no defaults here: what a default gives stands in state, and a token must not.


def text() -> str:
    """The schema as the engine takes it."""
    return json.dumps(package(), ensure_ascii=False, indent=2)


def package() -> dict[str, Any]:
    """The schema, without a version where it is kept as a file: `version` says which one runs."""
    return {
        "name": "prisma",
        "displayName": "Prisma Postgres",
        "version": version("pulumi-prisma"),
        "description": PACKAGE,
        "keywords": ["pulumi", "prisma", "postgresql", "category/database"],
        "license": "Apache-2.0",
        "config": {"variables": _settings()},
        "provider": {
            "description": "An account of Prisma: declare one to use several in one program.",
            "inputProperties": _settings(),
        },
        "types": {TYPE + "DatabaseSource": _source()},
        "resources": {TYPE + kind: _resource(kind, handler.fields) for kind, handler in HANDLERS.items()},
        "language": {
            "nodejs": {"packageName": "pulumi-prisma", "respectSchemaVersion": True},
            "go": {"respectSchemaVersion": True},
            "csharp": {"respectSchemaVersion": True},
        },
    }


def _settings() -> dict[str, Any]:
    return {name: _property(word, name in SECRET_SETTINGS) for name, word in SETTINGS.items()}


def _source() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "What a database starts with.",
        "properties": {name: _property(word) for name, word in SOURCE_PROPERTIES.items()},
        "required": ["type", "databaseId"],
    }


def _resource(kind: str, fields: tuple[Field, ...]) -> dict[str, Any]:
    shown = [field for field in fields if field.name not in HIDDEN]
    inputs = [field for field in shown if field.kind in ("patch", "replace", "setting")]
    return {
        "description": RESOURCES[kind],
        "inputProperties": {field.name: _input(kind, field) for field in inputs},
        "requiredInputs": [field.name for field in inputs if field.name in REQUIRED],
        "properties": {field.name: _property(_word(kind, field), field.kind == "once") for field in shown},
        "required": [field.name for field in shown if field.name in ALWAYS_THERE],
        "listInputs": {"properties": {name: _property(PROPERTIES[name]) for name in QUERIES[kind]}},
    }


def _input(kind: str, field: Field) -> dict[str, Any]:
    """A property that only another object can satisfy says so; what is refused is decided when it is compared."""
    return _property(_word(kind, field)) | ({"willReplaceOnChanges": True} if field.kind == "replace" else {})


def _word(kind: str, field: Field) -> Word:
    return PROPERTIES.get(f"{kind}.{field.name}") or PROPERTIES[field.name]


def _property(word: Word, secret: bool = False) -> dict[str, Any]:
    found: Mapping[str, Any] = {**word.type, "description": word.text}
    return {**found, **({"secret": True} if secret else {})}
