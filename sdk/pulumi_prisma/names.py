"""snake_case in Python, camelCase in state and in the API."""

from __future__ import annotations

import re
from functools import cache


@cache
def camel(name: str) -> str:
    """A name in state; Pulumi's own, which begin with an underscore, stay."""
    return name if name.startswith("_") else re.sub(r"_([a-z])", lambda m: m[1].upper(), name)


@cache
def snake(name: str) -> str:
    """A name in Python."""
    return name if name.startswith("_") else re.sub(r"([A-Z])", lambda m: "_" + m[1].lower(), name)
