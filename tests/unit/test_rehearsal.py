"""A rehearsal without a database: two readings are compared, and a report is written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from prisma_provider import keys
from prisma_provider.cli.command import command
from prisma_provider.migrations.standing import pending
from prisma_provider.postgres.applied import Applied
from prisma_provider.postgres.catalog import Catalog, Column, Object, Table
from prisma_provider.postgres.contents import Counts, Difference
from prisma_provider.postgres.locks import statement
from prisma_provider.rehearsal.comparison import Findings, Readings, compare, matching
from prisma_provider.rehearsal.report import FORMATS
from prisma_provider.rehearsal.values import Change, Failure, HeldLock, Loss, Rehearsal
from prisma_provider.reporting import MOST_CHARACTERS, Verdict
from prisma_provider.user_command import environment_for, hiding

USERS = Table(1, "public", "users", (Column(1, "id", "integer"), Column(2, "email", "text")), ("id",))
CARTS = Table(2, "stock", "carts", (Column(1, "id", "integer"),))
COUNTS: dict[int, Counts | None] = {1: Counts(1204, {1: 1204, 2: 602}), 2: Counts(0, {1: 0})}


def judged(before: Catalog, after: Catalog, **differences: Difference | None) -> Findings:
    """Compare two readings, of which the rows are the same but for these differences (by the name of the table)."""
    found = matching(before, after)
    known = {
        (pair.before.oid, pair.after.oid): differences.get(pair.before.name, Difference(counts.rows))
        for pair in found.pairs
        if (counts := COUNTS[pair.before.oid])
    }
    return compare(before, after, found, Readings(COUNTS, known))


def without(table: Table, name: str) -> Table:
    """The same table with a column less."""
    return replace(table, columns=tuple(column for column in table.columns if column.name != name))


BEFORE = Catalog((USERS, CARTS), (Object("index", "users_email_idx", "on users (email)", 1),))


def test_the_same_twice() -> None:
    """Nothing happened, and nothing is said."""
    assert judged(BEFORE, BEFORE) == Findings((), ())


def test_a_dropped_column_with_values() -> None:
    """I read how many rows hold a value in the column that goes."""
    found = judged(BEFORE, Catalog((without(USERS, "email"), CARTS)))
    assert found.losses == (Loss("drops column", "users.email", "602 of 1,204 rows hold a value", 602, 1204),)
    assert [(each.how, each.kind, each.name) for each in found.changes] == [
        ("dropped", "column", "users.email"),
        ("dropped", "index", "users_email_idx"),
    ]


def test_a_dropped_table_without_rows() -> None:
    """An empty table that goes loses nothing; what was on it is not said again."""
    found = judged(BEFORE, Catalog((USERS,), BEFORE.objects))
    assert found.losses == ()
    assert found.changes == (Change("dropped", "table", "stock.carts"),)
    assert [each.said for each in judged(BEFORE, Catalog((CARTS,))).losses] == ["1,204 rows"]
    assert judged(BEFORE, Catalog((CARTS,))).changes == (Change("dropped", "table", "users"),)


def test_what_was_not_counted_may_be_lost() -> None:
    """Where rows could not be counted afterwards, the report errs on the side of loss."""
    found = judged(BEFORE, BEFORE, users=None)
    assert [(each.what, each.name, each.lost) for each in found.losses] == [("may lose data of", "users", None)]


def test_values_that_a_rename_moved() -> None:
    """A column that goes while another one comes: lost, unless every value is found in the other one."""
    mail = replace(without(USERS, "email"), columns=(USERS.columns[0], Column(3, "mail", "text")))
    lost = judged(BEFORE, Catalog((mail, CARTS)), users=Difference(1204, changed={(2, 3): 602})).losses
    assert [(each.name, each.lost, each.names) for each in lost] == [("users.email", 602, ("mail",))]
    moved = judged(BEFORE, Catalog((mail, CARTS)), users=Difference(1204, changed={(2, 3): 0}))
    assert moved.losses == ()
    assert Change("dropped", "column", "users.email", "its values are in mail") in moved.changes


names = st.sampled_from("abcdef")
tables = st.lists(
    st.builds(
        Table,
        st.integers(1, 4),
        st.just("public"),
        names,
        st.lists(st.builds(Column, st.integers(1, 3), names, st.just("text")), unique_by=lambda c: c.number).map(
            lambda columns: tuple({c.name: c for c in columns}.values())
        ),
    ),
    unique_by=(lambda table: table.oid, lambda table: table.name),
).map(tuple)


@given(tables, tables)
def test_every_table_and_column_has_one_place(before: tuple[Table, ...], after: tuple[Table, ...]) -> None:
    """Whatever is renamed, dropped or made: each is matched once, dropped or added, and never two of these."""
    found = matching(Catalog(before), Catalog(after))
    assert sorted(t.oid for t in before) == sorted(
        [*(m.before.oid for m in found.matches), *(t.oid for t in found.dropped)]
    )
    assert sorted(t.oid for t in after) == sorted(
        [*(m.after.oid for m in found.matches), *(t.oid for t in found.added)]
    )
    for match in found.matches:
        olds = [*(old for old, _ in match.kept), *match.dropped]
        news = [*(new for _, new in match.kept), *match.added]
        assert sorted(c.number for c in olds) == sorted(c.number for c in match.before.columns)
        assert sorted(c.number for c in news) == sorted(c.number for c in match.after.columns)


# the report

FOUND = Rehearsal(
    "orders",
    "db_1",
    "npx prisma migrate deploy",
    4.25,
    (Applied("1", "2_mail", 0.012),),
    (Loss("drops column", "users.email", "602 of 1,204 rows hold a value", 602, 1204),),
    (Change("dropped", "column", "users.email"),),
    (HeldLock("users", True, "ALTER TABLE", 0.0),),
)
MARKDOWN = """\
### Rehearsal of a migration: DATA WOULD BE LOST

`npx prisma migrate deploy` ran on a clone of database `orders` (`db_1`) and took 4.2 s.

> [!CAUTION]
> - drops column `users.email`: 602 of 1,204 rows hold a value.

| | | |
|---|---|---|
| dropped | column `users.email` | |

| migration | took |
|---|---|
| `2_mail` | 12 ms |

Locks on the clone: in production others wait for them. A lock of less than 50 ms may not be seen:

| table | | statement | for |
|---|---|---|---|
| `users` | no reads, no writes | ALTER TABLE | less than 100 ms |
"""


def test_a_comment_reads_well() -> None:
    """What is lost stands first, then what changes, what was applied, and what was locked."""
    assert FORMATS["markdown"](FOUND) == MARKDOWN


@pytest.mark.parametrize(
    ("found", "verdict", "headline"),
    [
        (FOUND, Verdict.DATA_LOSS, "DATA WOULD BE LOST"),
        (replace(FOUND, losses=()), Verdict.CHANGES, "changes, no data is lost"),
        (replace(FOUND, losses=(), changes=()), Verdict.CHANGES, "changes, no data is lost"),
        (replace(FOUND, losses=(), changes=(), applied=()), Verdict.SAFE, "nothing to migrate, and nothing changed"),
        (replace(FOUND, failure=Failure("The command ended with status 2.", ("P3009",))), Verdict.FAILED, "failed"),
    ],
)
def test_the_status(found: Rehearsal, verdict: Verdict, headline: str) -> None:
    """0 nothing, 10 changes, 20 data lost, 1 failed: in each format."""
    assert found.verdict is verdict
    assert json.loads(FORMATS["json"](found))["exitStatus"] == verdict
    for form in ("markdown", "text"):
        assert headline in FORMATS[form](found).splitlines()[0]


def test_a_failure_shows_the_last_words() -> None:
    """Why there is no result, and what the tool said last."""
    found = replace(FOUND, failure=Failure("The command ended with status 2.", ("Error: P3009", "```")))
    assert "> The command ended with status 2.\n\n````\nError: P3009\n```\n````" in FORMATS["markdown"](found)
    assert "\nThe command ended with status 2.\n  Error: P3009\n" in FORMATS["text"](found)
    assert json.loads(FORMATS["json"](found))["failure"]["lines"] == ["Error: P3009", "```"]


@pytest.mark.parametrize("name", ["`a`", "a | b", "a\n\n### Approved", "@everyone", "{0}", "::error::x", "\x1b[2J"])
def test_nobody_writes_into_the_comment(name: str) -> None:
    """Names of tables and columns, defaults and migrations are shown, and nothing more."""
    found = Rehearsal(
        name,
        name,
        name,
        1,
        (Applied("1", name),),
        (Loss("drops column", name, "1 row", 1, 1, "If {}, it is.", (name,)),),
        (Change("added", "column", name, name),),
        (HeldLock(name, True, "", 1.0),),
    )
    comment = FORMATS["markdown"](found)
    plain = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "CODE", comment)
    harmless = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "CODE", comment.replace(name, "x"))
    assert plain == harmless
    assert not re.search("everyone|Approved|\x1b|^::", plain, re.MULTILINE)
    assert "\x1b" not in FORMATS["text"](found)
    assert not any(line.startswith("::") for line in FORMATS["text"](found).splitlines())


def test_a_row_stays_a_row() -> None:
    """A bar in a name or a definition begins no new cell."""
    comment = FORMATS["markdown"](replace(FOUND, changes=(Change("added", "constraint", "a|b", "check (x || y)"),)))
    (row,) = [line for line in comment.splitlines() if line.startswith("| added")]
    assert row == r"| added | constraint `a\|b` | `check (x \|\| y)` |"


def test_a_comment_has_room() -> None:
    """Ten thousand losses fit into a comment; what was cut is said."""
    many = tuple(Loss("drops column", f"t.{'x' * 150}{n}", "1 row") for n in range(10_000))
    comment = FORMATS["markdown"](replace(FOUND, losses=many, changes=(Change("added", "table", "y" * 150),) * 10_000))
    assert len(comment) < MOST_CHARACTERS
    assert "more" in comment


# what the command gets, and what of its output is shown


def test_the_commands_environment() -> None:
    """It gets the clone's URLs, and neither our secrets nor a way to another database."""
    inherited = {
        "PATH": "/bin",
        "PRISMA_SERVICE_TOKEN": "x",
        "PRISMA_API_BASE_URL": "x",
        "PULUMI_CONFIG_PASSPHRASE": "x",
        "PULUMI_ACCESS_TOKEN": "x",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
        "PGPASSWORD": "x",
        "PGHOST": "x",
        "PGSSLROOTCERT": "ca.pem",
        "DATABASE_URL": "postgres://production",
        "SHADOW": "postgresql+psycopg://production",
        "ACCELERATE": "prisma+postgres://accelerate",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "HOMEPAGE": "https://example.com",
    }
    assert environment_for({"DATABASE_URL": "clone"}, inherited) == {
        "PATH": "/bin",
        "PGSSLROOTCERT": "ca.pem",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "HOMEPAGE": "https://example.com",
        "DATABASE_URL": "clone",
    }


@given(st.text("aZ9%/@: é", min_size=8))
def test_no_spelling_of_the_password_is_shown(password: str) -> None:
    """Raw or percent-encoded, alone or in a string: the password is not in what is shown."""
    encoded = quote(password, safe="")
    hide = hiding([f"postgres://user:{encoded}@db.example:5432/?sslmode=require"])
    assert encoded not in hide(f"password authentication failed for ({encoded})")
    assert password not in hide(f"the password is ({password})") or not password.strip()
    assert hide(f"see postgres://user:{encoded}@db.example:5432/?sslmode=require now") == "see … now"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("ALTER TABLE users ADD x int", "ALTER TABLE"),
        ("-- AlterTable\nalter  table users drop email;\n", "ALTER TABLE"),
        ("create unique index on users (email)", "CREATE UNIQUE INDEX"),
        ("truncate users", "TRUNCATE"),
        ("/* x */ update users set email = 'secret'", "UPDATE"),
        ("alter table a add x int; alter table b add y int", ""),
        ("select 'secret'", ""),
        ("", ""),
    ],
)
def test_the_kind_of_a_statement(query: str, kind: str) -> None:
    """Only its first words are read: what follows may hold data."""
    assert statement(query) == kind


def test_what_is_pending(tmp_path: Path) -> None:
    """The folders of Prisma Migrate that the database does not have; another tool's folders say nothing."""
    for name in ("1_init", "2_mail", "3_phone"):
        (tmp_path / "prisma/migrations" / name).mkdir(parents=True)
        (tmp_path / "prisma/migrations" / name / "migration.sql").touch()
    applied = [
        Applied("1", "1_init"),
        Applied("2", "2_mail", finished=False),
        Applied("3", "3_phone", rolled_back=True),
    ]
    assert pending(tmp_path, applied) == ()
    (tmp_path / "prisma/migrations/migration_lock.toml").touch()
    assert pending(tmp_path, applied) == ("2_mail", "3_phone")


def test_the_key_of_a_clone() -> None:
    """It fits the service's pattern, says until when, and is no key of a resource; only this exact form counts."""
    key = keys.new_rehearsal_id("db_1", 1_800_000_000.5)
    assert re.fullmatch(r"[a-z0-9][-_a-z0-9]*", key)
    assert keys.rehearsed_until(key) == 1_800_000_000
    assert not keys.is_ours(key)
    assert keys.new_rehearsal_id("db_1", 1_800_000_000) != key
    resource = keys.new_logical_id(keys.stem("rehearsal", "org", "shop", "dev"), "1")
    for other in (resource, f"{key}0", f"x{key}", key.replace("until", "for"), f"{key}\n", "rehearsal", "", None):
        assert keys.rehearsed_until(other) is None


def test_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is missing I am told how to install it, and nothing is sent."""
    monkeypatch.setattr("prisma_provider.cli.rehearse.driver_missing", lambda: "It takes psycopg.")
    done = CliRunner().invoke(command, ["rehearse", "--database", "db_1", "--command", "true"])
    assert "It takes psycopg." in str(done.exception)
