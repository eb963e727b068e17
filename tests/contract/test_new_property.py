"""A property is declared in few places, and a forgotten one is named: tried with a made-up one on a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SDK, PROVIDER = "sdk/pulumi_prisma/", "provider/prisma_provider/"

# What .github/CONTRIBUTING.md lists: the file, the line that stands there, and what is written beneath it.
STEPS = {
    "argument": (
        SDK + "database.py",
        "        name: Input[str] | None = None,\n",
        "        description: Input[str] | None = None,\n",
    ),
    "words": (
        SDK + "database.py",
        "        :param opts: Pulumi's",
        "",
        "        :param description: what it is for.\n",
    ),
    "passed on": (
        SDK + "database.py",
        '            "name": resource_name if name is None else name,\n',
        '            "description": description,\n',
    ),
    "field": (PROVIDER + "handlers/database.py", "    fields = (\n", '        Field("description", "patch"),\n'),
    "model": (
        PROVIDER + "api/models.py",
        "    status: str\n    is_default: bool\n",
        "    description: str | None = None\n",
    ),
    "result": (
        SDK + "results.py",
        "    branch_id: str | None = None\n",
        '    """."""\n    description: str | None = None\n',
    ),
}

USED = """
from prisma_provider.api.models import Database
from prisma_provider.diff import diff, outputs
from prisma_provider.handlers import HANDLERS
from prisma_provider.handlers.inputs import sent
from pulumi_prisma import schema

fields = HANDLERS["Database"].fields
answer = {"id": "db_1", "name": "orders", "status": "ready", "isDefault": False, "project": {"id": "proj_1"}}
live = outputs(fields, Database.model_validate({**answer, "description": "old"}), {})
assert schema.missing() == [], schema.missing()
assert live["description"] == "old"
assert sent(fields, {"description": "new"}) == {"description": "new"}
assert diff(fields, {"description": "new"}, live).patches() == ({"description": "new"},)
resource = schema.package()["resources"]["prisma:index:Database"]
assert resource["inputProperties"]["description"] == {"type": "string", "description": "What it is for."}
"""


def copied(folder: Path, *without: str) -> Path:
    """A copy of the code with the property, but for these places."""
    for part in ("sdk", "provider"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__", "prisma_local"))
    for name, (path, line, after, *before) in STEPS.items():
        file = folder / path
        if name not in without:
            text = file.read_text()
            assert text.count(line) >= 1, f"{path} has no line {line!r}"
            file.write_text(text.replace(line, "".join(before) + line + after, 1))
    return folder


def run(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program on that copy."""
    environment = {**os.environ, "PYTHONPATH": f"{folder / 'sdk'}{os.pathsep}{folder / 'provider'}"}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("forgotten", STEPS)
def test_a_place_that_was_forgotten_is_named(tmp_path: Path, forgotten: str) -> None:
    """I add a property and forget a place: I am told which, with the file."""
    said = run(copied(tmp_path, forgotten), "from pulumi_prisma import schema; print(schema.missing())")
    told = said.stdout + said.stderr
    assert "description" in told
    assert STEPS[forgotten][0] in told or "`:param description: …`" in told


def test_a_property_in_all_places_works(tmp_path: Path) -> None:
    """I add a property where CONTRIBUTING says, and it is declared, sent, compared, read and described."""
    used = run(copied(tmp_path), USED)
    assert used.returncode == 0, used.stderr
