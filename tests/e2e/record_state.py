"""Records the state that this version writes, for every later one to read: part of making a release.

With `pulumi` and the project on PATH: `PYTHONPATH=.:tests python -m e2e.record_state state_0_2_0` runs the program
`tests/e2e/state_0_2_0.py` against a local control plane, and writes `state_0_2_0.json` beside it.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from e2e.stack import Stack
from local_server import LocalServer

URL = "postgresql://recorded:recorded@db.example/"
"""What stands for every connection string: a migration takes no other form."""
TRACES = ("sourcePosition", "stackTrace")


def record(program: Path) -> str:
    """State as `pulumi stack export` gives it, without the values of secrets."""
    with tempfile.TemporaryDirectory() as folder, LocalServer() as server:
        stack = Stack(Path(folder), server)
        (stack.folder / "__main__.py").write_text(program.read_text())
        stack.up()
        # A program with a Restore needs the id of a backup, and there is none before there is a database.
        backup = server.backup(stack.resource("orders")["id"])["id"]
        stack.pulumi("config", "set", "backup", backup)
        stack.up()
        state = json.loads(stack.pulumi("stack", "export", "--show-secrets"))
    return json.dumps(without_secrets(state), indent=1) + "\n"


def without_secrets(value: Any) -> Any:
    """The same, with a placeholder in the place of each secret, and without traces of the machine."""
    if isinstance(value, list):
        return [without_secrets(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "plaintext" in value:
        return {**value, "plaintext": json.dumps(placeholder(json.loads(value["plaintext"])))}
    return {key: without_secrets(each) for key, each in value.items() if key not in TRACES}


def placeholder(secret: Any) -> Any:
    """What stands for a secret: a URL for a URL, and whatever it is made of for the rest."""
    if isinstance(secret, dict):
        return {key: placeholder(each) for key, each in secret.items()}
    return URL if str(secret).startswith("postgres") else "recorded"


if __name__ == "__main__":
    place = Path(__file__).with_name(sys.argv[1])
    place.with_suffix(".json").write_text(record(place.with_suffix(".py")))
