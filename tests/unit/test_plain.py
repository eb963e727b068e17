"""Names of others in my terminal and in the log of a job: they are shown, and order nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prisma_provider.cli.watching import watch
from prisma_provider.errors import NotFound
from prisma_provider.plain import plain, sentences

TEXTS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from([*":#[v \n\x1b\x9b"]))
PARTS = st.sampled_from(["::error::x", ":::error::x", "##[group]", "##vso[task]", "\x1b[2J", "\n", " ", "orders"])


@pytest.mark.parametrize("instead", ["�", " "])
@given(text=TEXTS | st.lists(PARTS).map("".join))
def test_nothing_is_obeyed(instead: str, text: str) -> None:
    """No name begins another line, moves the cursor, or gives a job an order."""
    said = plain(text, instead)
    assert said.isprintable()
    assert not re.search(r"^\s*::|##\w*\[", said)
    assert plain(said, instead) == said


def test_what_is_harmless_stays() -> None:
    """Any other name is shown as it is, in every script, with colons and hashes."""
    for name in ("orders", "Größe 2", "注文", "a::b", "#1 ## x", "[red]"):
        assert plain(name) == name


def test_an_error_is_its_sentences() -> None:
    """An error that names something has a line for each sentence, and none for what the name holds."""
    error = NotFound('There is no project "a\n::error::b".', said="x\ny", hint="look again.")
    assert sentences(error).splitlines() == [
        'There is no project "a�::error::b".',
        "  Prisma says: x�y",
        "  What to do: look again.",
    ]


def test_a_watch_is_a_line_for_each_change(capsys: pytest.CaptureFixture[str]) -> None:
    """Outside a terminal a wait is told line by line, whatever the database is called."""
    looks = iter([{'database "a\n::error::b"': "provisioning"}, {'database "a\n::error::b"': "ready"}])
    watch(lambda: next(looks), ("provisioning",), 0)
    assert capsys.readouterr().err.splitlines() == [
        'database "a�::error::b": provisioning',
        'database "a�::error::b": ready',
    ]
