"""A file of text that another command wrote, in whatever Unicode encoding a shell gave it."""

from __future__ import annotations

import io
import json
from typing import IO, Any

import click


class TextFile(click.File):
    """A file, or `-` for standard input; the `>` of Windows PowerShell writes UTF-16, others begin with a BOM."""

    def __init__(self) -> None:
        super().__init__("rb")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> IO[str]:
        """Its whole text; what is no Unicode is replaced, and the reader of the text judges it."""
        content = super().convert(value, param, ctx).read()
        return io.StringIO(content.decode(json.detect_encoding(content), errors="replace"), newline=None)
