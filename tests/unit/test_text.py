"""Names of others in my terminal and in the log of a job: they are shown, and order nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prisma_provider.api.models import Project
from prisma_provider.cli.watching import watch
from prisma_provider.errors import NotFound
from prisma_provider.text import NAME_LIMIT, SAID_LIMIT, plain, plain_lines, said

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("at postgres://user:pw@h/d?x=1 now", "at postgres://… now"),
        ("prisma+postgres://accelerate.prisma-data.net/?api_key=pw", "prisma+postgres://…"),
        ("POSTGRESQL://user:pw@h", "POSTGRESQL://…"),
        ("jdbc:postgresql://h/d?password=pw", "jdbc:postgresql://…"),
        ("https://user:pw@h/x", "https://…@h/x"),
        ("mysql://root:pw@pw@h", "mysql://…@h"),
        ("https://h/x?api_key=pw&y=1", "https://h/x?api_key=…&y=1"),
        ("Bearer pw", "Bearer …"),
        ("Authorization: Basic cHc", "Authorization: Basic …"),
        ("basic dXNlcjpwdzE=", "basic …"),
        ("host=h password='p w\\'pw' dbname=d", "host=h password=… dbname=d"),
        ('{"password": "pw", "accessToken":"pw"}', '{"password": …, "accessToken":…}'),
        ("PGPASSWORD=pw psql", "PGPASSWORD=… psql"),
        ("Password: pw", "Password: …"),
        ("eyJhbGciOiJI.eyJzdWIi.c2ln or prsc_pw", "… or …"),
    ],
)
def test_no_secret_is_quoted(text: str, shown: str) -> None:
    """What looks like a password, a key or a token, in whatever scheme, is not shown; what is around it is."""
    assert said(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "token: expired",
        "Bearer authentication is needed",
        "Bearer token missing",
        "The basic plan has no backups",
        'password authentication failed for user "x"',
        "see https://docs.example/x?y=1#z",
    ],
)
def test_what_is_no_secret_is_quoted(text: str) -> None:
    """A sentence that only speaks of them is shown as it is."""
    assert said(text) == text


@given(text=st.lists(PARTS | st.text() | st.just("https://u:pa55w0rd@h ")).map("".join))
def test_whatever_is_said_is_short_and_plain(text: str) -> None:
    """No words of a service are longer than the bound, order anything, or give a password away."""
    shown = said(text * 20)
    assert len(shown) <= SAID_LIMIT
    assert shown.isprintable()
    assert "u:pa55w0rd" not in shown


def test_what_is_long_is_cut_between_words() -> None:
    """Of a text that is long as a book, half an address is not shown."""
    assert said("Bearer " + "x" * 19_980 + " https://u:pa55w0rd@h") == "Bearer … …"


def test_lines_of_ours_stay_lines() -> None:
    """A message of several lines keeps them, and none of them orders anything."""
    assert plain_lines("a\n  b\n::error::c\x1b") == "a\n  b\n�:error::c�"


def test_a_name_in_a_sentence_is_plain_and_short() -> None:
    """An object is named by what it is called, as far as that is harmless, and by its id."""
    named = {"id": "proj_1", "name": "\x1b[2J" + "x" * 5000, "workspace": {"id": "w"}}
    title = Project.model_validate(named).title
    assert title == f'project "�[2J{"x" * (NAME_LIMIT - 5)}…" (proj_1)'


def test_an_error_is_its_sentences() -> None:
    """An error that names something has a line for each sentence, and none for what the name holds."""
    error = NotFound('There is no project "a\n::error::b".', said="x\ny", hint="look again.")
    assert str(error).splitlines() == [
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
