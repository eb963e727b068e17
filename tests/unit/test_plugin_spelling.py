"""What the plugin tells me to declare, in the spelling of a program that is not Python's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

import prisma_provider.handlers
from prisma_provider import functions
from prisma_provider.plugin.spelling import spelled
from prisma_provider.plugin.status import HalfDone
from unit.service import Service
from unit.test_plugin import Plugin

FOLDER = Path(prisma_provider.handlers.__file__).parent
PYTHON = {
    "adopt=True": "adopt: true",
    "adopt=…": "adopt: …",
    'adopt="db_1"': 'adopt: "db_1"',
    "is_default=False": "isDefault: false",
    "isDefault=true": "isDefault: true",
    "force_destroy=True": "forceDestroy: true",
    "rotation_trigger": "rotationTrigger",
    "get_backups(database_id)": "getBackups(databaseId)",
    "CloneOf(database_id)": "{type: database, databaseId: …}",
    'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="a")])': 'the option aliases: [{name: "a"}]',
    'opts=pulumi.ResourceOptions(aliases=["urn:pulumi:a::b"])': 'the option aliases: ["urn:pulumi:a::b"]',
    "opts=ResourceOptions(custom_timeouts=CustomTimeouts(create=…))": "customTimeouts: {create: …}",
}
OURS = st.sampled_from([*PYTHON])
THEIRS = st.sampled_from(
    [
        "db_cm1a2b3c4d5e6f7g8",
        "https://api.prisma.io/v1/databases?adopt=True&branch_id=br_1",
        "/srv/branch_id/force_destroy",
        "rotation_trigger-7",
        'database "force_destroy=True" (db_1)',
        '"is_default=False, adopt=True"',
        r'name is "a\" adopt=True" live',
        "`pulumi up`",
        "PRISMA_TRACEBACK=1",
        "\n  Prisma says: branch_id=True is not valid\n",
    ]
)


@given(st.lists(THEIRS | st.text(st.characters(exclude_characters='=_"()'), max_size=8)))
def test_what_is_not_ours_stays(parts: list[str]) -> None:
    """Ids, addresses, names in quotes and what Prisma says are left as they are."""
    text = " ".join(parts)
    assert spelled(text) == text


@given(st.text(st.sampled_from([*'"=_ \n(…:']) | st.characters()) | st.lists(OURS | THEIRS).map("".join))
def test_once_is_enough(text: str) -> None:
    """A message that went through twice reads as if it went through once."""
    assert spelled(spelled(text)) == spelled(text)


@given(st.lists(st.tuples(THEIRS, OURS)))
def test_only_that_is_changed(pairs: list[tuple[str, str]]) -> None:
    """What I am to declare reads as in my program; everything about it is as it was."""
    text = " ".join(f"{theirs} {ours}." for theirs, ours in pairs)
    assert spelled(text) == " ".join(f"{theirs} {PYTHON[ours]}." for theirs, ours in pairs)


def texts(file: Path) -> Iterator[str]:
    """The texts of a module that people read: no docstrings, no names of properties; an x for what is put in."""
    tree = ast.parse(file.read_text())
    within = {id(part) for each in ast.walk(tree) if isinstance(each, ast.JoinedStr) for part in ast.walk(each)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Expr):
            within.add(id(each.value))
        elif isinstance(each, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in each.values)
        elif isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in within:
            yield each.value


PYTHONIC = re.compile(r"\b(?!(db|con|br|proj|id|x)_)[a-z]+_[a-z_]+|=(True|False|…)|Of\(")
MODULES = [*FOLDER.glob("*.py"), Path(functions.__file__)]


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.stem))
def test_no_text_is_forgotten(file: Path) -> None:
    """No message of any resource reads in Python's spelling where the program is not in Python."""
    said = [spelled(text) for text in texts(file) if " " in text]
    assert [text for text in said if PYTHONIC.search(text)] == []


@pytest.fixture
def plugin(service: Service) -> Plugin:
    """A plugin that has been configured."""
    return Plugin(service)


def test_a_refusal(plugin: Plugin) -> None:
    """What would lose data is refused, with the setting as I write it."""
    home = plugin.service.project()["id"]
    object_id, outputs, inputs = plugin.created("Database", projectId=home, region="eu-central-1")
    news = {**inputs, "region": "us-east-1"}
    refused = plugin.fails("Diff", "Database", id=object_id, olds=outputs, news=news).message
    assert "set allowReplace: true on this database" in refused


def test_a_failed_check(plugin: Plugin) -> None:
    """A mistake in the program is told in the program's spelling."""
    news = {"projectId": "proj_1", "branchId": "br_1", "branchGitName": "main"}
    failures = plugin.call("Check", "Database", news=news).failures
    assert "Both branchId and branchGitName are given." in failures[0].reason


def test_a_note(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """So is what I am told beside."""
    there = plugin.service.database(plugin.service.project()["id"])
    plugin.created("Database", projectId=there["project"]["id"], adopt=there["id"])
    assert "a rotationTrigger gives new ones" in capsys.readouterr().err


def test_what_is_half_made() -> None:
    """So is what is wrong with a resource that was made."""
    half = HalfDone("db_1", Struct(), Struct(), ["orders was made, and then: declare adopt=True."])
    assert str(half) == half.detail.reasons[0] == "orders was made, and then: declare adopt: true."
