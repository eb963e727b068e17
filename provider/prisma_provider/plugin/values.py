"""Properties: Pulumi's structs to ours, and back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct

from prisma_provider import signatures
from prisma_provider.diff import UNKNOWN
from prisma_provider.errors import InvalidInput
from prisma_provider.handlers.inputs import Properties

_FILES = (signatures.ASSET, signatures.ARCHIVE)


def to_properties(properties: Struct) -> Properties:
    """Properties as the handlers take them: secrets in clear, what is not known yet as UNKNOWN, none of Pulumi's.

    A value that is unknown in a part is unknown. InvalidInput for an asset or archive.
    """
    return {name: value for name, value in to_arguments(properties).items() if name not in ("id", "urn")}


def to_arguments(given: Struct) -> Properties:
    """The same for a function, which may well have an argument of the name `id`."""
    return {
        name: _plain(name, value)
        for name, value in json_format.MessageToDict(given).items()
        if value is not None and not name.startswith("__")
    }


def secret_in(given: Struct) -> set[str]:
    """The properties that a program gave as secrets, whole or in part: as outputs they stay secrets."""
    return {name for name, value in json_format.MessageToDict(given).items() if _holds_secret(value)}


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return value.get(signatures.SIGNATURE) == signatures.SECRET or any(map(_holds_secret, value.values()))
    return isinstance(value, list) and any(map(_holds_secret, value))


def to_struct(state: Mapping[str, Any], secrets: Collection[str] = ()) -> Struct:
    """Properties as Pulumi takes them, these marked as secrets; what is None is left out."""
    found = Struct()
    found.update({name: _marked(value, name in secrets) for name, value in state.items() if value is not None})
    return found


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(signatures.SIGNATURE) in _FILES:
            raise InvalidInput(name, f"{name} is a file, which no property of Prisma can be.")
        if value.get(signatures.SIGNATURE) == signatures.SECRET:
            return _plain(name, value.get("value"))
        parts = {key: _plain(name, part) for key, part in value.items()}
        return UNKNOWN if UNKNOWN in parts.values() else parts
    if isinstance(value, list):
        items = [_plain(name, item) for item in value]
        return UNKNOWN if UNKNOWN in items else items
    if isinstance(value, float) and value.is_integer():
        return int(value)  # the wire knows no other numbers than floats
    return UNKNOWN if value == signatures.UNKNOWN else value


def _marked(value: Any, secret: bool) -> Any:
    shown = _with_unknown(value)
    return {signatures.SIGNATURE: signatures.SECRET, "value": shown} if secret else shown


def _with_unknown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _with_unknown(part) for key, part in value.items()}
    return signatures.UNKNOWN if value is UNKNOWN else value
