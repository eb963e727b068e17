"""The package as Pulumi's code generators, its YAML host and `pulumi do` read it: the file beside this one.

It is derived from the SDK's classes (`pulumi_prisma.schema`), and given as it is: the engine asks for it first, and of
many a process for nothing else. So nothing is imported here that takes time.
"""

from __future__ import annotations

import os
import re

from prisma_provider.plugin.linking import link

FILE = os.path.join(os.path.dirname(__file__), "schema.json")  # noqa: PTH118, PTH120  pathlib takes longer than the file


def text() -> str:
    """The schema as the engine takes it."""
    with open(FILE, encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


def response() -> bytes:
    """A `GetSchemaResponse`, whose only field is the text. Who asks may be about to write our name into a project."""
    content = text()
    link(version(content))
    return _message(content)


def plugin_info() -> bytes:
    """A `PluginInfo`, whose only field is our version."""
    return _message(version(text()))


def version(schema: str) -> str:
    """The version that a schema is of."""
    return re.sub(r'.*?"version": "([^"]+)".*', r"\1", schema, count=1, flags=re.DOTALL)


def _message(text: str) -> bytes:
    """A message whose first field is this text, and which has no other."""
    content = text.encode()
    return b"\x0a" + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    """A length as protobuf writes it: seven bits a byte, the lowest first."""
    if number < 128:
        return bytes([number])
    return bytes([number % 128 + 128]) + _varint(number // 128)


if __name__ == "__main__":
    print(text())
