"""The messages of Pulumi's protocol without Pulumi's SDK, which they lie in, and which takes longer than all else here.

A component needs the SDK (`components`); it is imported then, as if nobody had passed it by.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")
"""Those that the messages are in, from the outermost; the last imports all there are."""


@contextmanager
def without_sdk() -> Iterator[None]:
    """In here a module of `pulumi.runtime.proto` is imported alone: empty modules stand for the packages above it.

    Does nothing where the SDK is imported already.
    """
    added = [name for name in _PACKAGES if name not in sys.modules]
    for name in added:
        spec = find_spec(name)
        if spec is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        sys.modules[name] = module_from_spec(spec)
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]
