"""Reads a request's body and checks it against its JSON Schema: the part of JSON Schema that our bodies use."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from prisma_local.errors import Invalid

Schema = Mapping[str, Any]

TYPES: dict[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "null": lambda value: value is None,
}


class ValidationError(Invalid):
    """A value that its schema does not allow; the text says where and why."""


def read(raw: bytes) -> Any:
    """The JSON of a body; an empty body is an empty object. What PostgreSQL could not store is refused."""
    if not raw.strip():
        return {}
    try:
        value = json.loads(raw, parse_constant=_no_constant, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate can be parsed, but is not UTF-8
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"The body is not JSON: {error}") from error
    return value


def check(schema: Schema, value: object, path: str = "body") -> None:
    """Raise `ValidationError` unless the schema allows the value."""
    if "anyOf" in schema:
        _check_any(schema["anyOf"], value, path)
        return
    _check_type(schema, value, path)
    if "const" in schema and value != schema["const"]:
        raise ValidationError(f"{path} must be {schema['const']}.")
    if "enum" in schema and value not in schema["enum"]:
        raise ValidationError(f"{path} must be one of {', '.join(schema['enum'])}.")
    if isinstance(value, str):
        _check_text(schema, value, path)
    if isinstance(value, dict):
        _check_object(schema, value, path)


def _check_any(choices: list[Schema], value: object, path: str) -> None:
    reasons = []
    for choice in choices:
        try:
            check(choice, value, path)
        except ValidationError as reason:
            reasons.append(str(reason))
        else:
            return
    raise ValidationError(f"{path} fits none of its forms: {' '.join(dict.fromkeys(reasons))}")


def _check_type(schema: Schema, value: object, path: str) -> None:
    declared = schema.get("type", [])
    names = [declared] if isinstance(declared, str) else list(declared)
    if names and not any(TYPES[name](value) for name in names):
        raise ValidationError(f"{path} must be {' or '.join(names)}.")


def _check_text(schema: Schema, value: str, path: str) -> None:
    if len(value) < schema.get("minLength", 0):
        raise ValidationError(f"{path} must have at least {schema['minLength']} characters.")
    if len(value) > schema.get("maxLength", math.inf):
        raise ValidationError(f"{path} must have at most {schema['maxLength']} characters.")
    # Python's $ also matches before a newline at the end; that of JSON Schema (ECMA 262) does not.
    if "pattern" in schema and not re.search(schema["pattern"].replace("$", r"\Z"), value):
        raise ValidationError(f"{path} does not match {schema['pattern']}.")


def _check_object(schema: Schema, value: dict[str, object], path: str) -> None:
    for name in schema.get("required", ()):
        if name not in value:
            raise ValidationError(f"{path}.{name} is missing.")
    known = schema.get("properties", {})
    unknown = set(value) - set(known)
    if unknown and not schema.get("additionalProperties", True):
        raise ValidationError(f"{path}.{min(unknown)} cannot be set here; this takes {', '.join(known)} only.")
    for name, inner in known.items():
        if name in value:
            check(inner, value[name], f"{path}.{name}")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large a number")
    return number
