"""The stack's own state, as Pulumi's CLI exports it: the last word on what is a leftover and what is not.

The engine tells a provider nothing of it. While `pulumi up --replace` makes the successor of a database, the old one
is still in state, and the provider is asked for a create without a word of the old one. So where an object bears the
mark of the resource that is to be made, the CLI is asked whether the stack holds it; ordinary runs never ask.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
from typing import Any

from prisma_provider.models import bare_id
from prisma_provider.run import Recorded

_log = logging.getLogger(__name__)
_SECONDS = 60.0


def recorded(stack: str | None) -> Recorded:
    """What the state of this stack (organisation/project/stack) holds; nothing where it cannot be read.

    Not knowing is safe: an object of ours is then named to the user, and nothing is made.
    """
    pulumi = shutil.which("pulumi")
    if stack is None or pulumi is None:
        return Recorded()
    command = [pulumi, "stack", "export", "--stack", stack, "--non-interactive"]
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(  # noqa: S603  the CLI that runs us, and the name of its own stack
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=True
        )
        return read(json.loads(done.stdout)["deployment"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        _log.info("the state of %s cannot be read: %s", stack, type(error).__name__)
        return Recorded()


def read(deployment: dict[str, Any] | None) -> Recorded:
    """What a deployment holds, as an export has it; a stack that is new has none."""
    held = (deployment or {}).get("resources") or []
    pending = (deployment or {}).get("pending_operations") or []
    return Recorded(
        frozenset(bare_id(resource["id"]) for resource in held if _is_an_object(resource)),
        tuple(each["resource"].get("inputs") or {} for each in pending if each["type"] == "creating"),
        {bare_id(each["id"]): tuple(each["ignoreChanges"]) for each in held if _ignores(each)},
    )


def _ignores(resource: dict[str, Any]) -> bool:
    """Whether something of it is to be ignored; what is about to be deleted has a successor that says so itself."""
    return bool(resource.get("ignoreChanges")) and _is_an_object(resource) and not resource.get("delete")


def _is_an_object(resource: dict[str, Any]) -> bool:
    """A `.get` only looks at an object, and a restore goes by the id of its database: neither holds it."""
    return bool(resource.get("id")) and not resource.get("external") and not resource["type"].endswith(":Restore")
