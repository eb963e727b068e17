"""What the command `pulumi-prisma` writes: whole ids, units and dates as people read them, one form of errors."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Mapping

import pytest
from click.testing import CliRunner
from rich.console import Console

from prisma_provider.cli import command, login, output, tables, units, watching
from prisma_provider.cli.backups import COLUMNS as BACKUPS
from prisma_provider.cli.status import COLUMNS as STATUS
from prisma_provider.cli.usage import COLUMNS as USAGE
from prisma_provider.cli.usage import row, usage
from prisma_provider.errors import ConfigurationError
from prisma_provider.settings import Settings
from prisma_provider.text import did_you_mean

ID = "db_cn78jprhar60dhk0j7cohraxr"
BACKUP = "bkp_c0vlsuj64vwpqdj22n5du4cue"
NO_TIMES = ("nan", "inf", "-inf", "1e999", "0", "-1", "86401", "soon")
LONG = "a-project-with-a-name-that-nobody-would-type-twice"


def written(
    columns: tuple[tables.Column, ...], *rows: tuple[object, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """The lines of a table on a terminal of this width."""
    out = io.StringIO()
    monkeypatch.setattr(tables, "console", lambda: Console(file=out, width=width))
    tables.show(columns, rows, "nothing")
    return [line.rstrip() for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("width", [40, 80, 100, 200])
@pytest.mark.parametrize("project", ["shop", LONG])
def test_an_id_is_whole_on_any_terminal(project: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However narrow my terminal is, I can copy an id out of every table; long names go on in the next line."""
    status = (project, project, "provisioning", True, "main", "ap-southeast-1", 12, ID)
    lines = written(STATUS, status, width=width, monkeypatch=monkeypatch)
    assert ID in lines[2] and "provisioning" in lines[2] and "ap-southeast-1" in lines[2]
    assert max(map(len, lines)) <= max(width, 80)
    for columns, cells in (
        (BACKUPS, (BACKUP, "26 Nov 2026 02:01 UTC", "completed", "999.9 MiB", "full")),
        (USAGE, (project, "1,234,567", "999.9 MiB", ID)),
    ):
        lines = written(columns, cells, width=width, monkeypatch=monkeypatch)
        assert any(each in lines[2].split() for each in (ID, BACKUP))
        assert max(map(len, lines)) <= max(width, 80)


def test_a_sentence_in_place_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is nothing to list, I read of which database, and its name is shown as it is."""
    out = io.StringIO()
    monkeypatch.setattr(tables, "console", lambda: Console(file=out, width=80))
    tables.show(BACKUPS, [], 'Database "[red]:x:\x1b[2J" has no backup yet.')
    assert out.getvalue() == 'Database "[red]:x:�[2J" has no backup yet.\n'


def test_what_a_narrow_terminal_leaves_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """On 80 columns I read which columns are not shown; on a wide terminal none is missing."""
    row = ("shop", "orders", "ready", True, "main", "eu-central-1", 1, ID)
    narrow = written(STATUS, row, width=80, monkeypatch=monkeypatch)
    assert narrow[2].split() == ["shop", "orders", "ready", "yes", "eu-central-1", ID]
    assert narrow[-1].endswith("too narrow: Branch, Connections.")
    wide = written(STATUS, row, width=120, monkeypatch=monkeypatch)
    assert wide[2].split() == ["shop", "orders", "ready", "yes", "main", "eu-central-1", "1", ID]
    assert "narrow" not in wide[-1]


def test_numbers_end_under_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers and sizes are compared at a glance: they end in one column."""
    rows = [
        row({"name": name, "operations": operations, "storageGib": storage, "id": ID})
        for name, operations, storage in (("a", 9.0, 0.0009765625), ("b", 12345.0, 0.975))
    ]
    _, _, first, second = written(USAGE, *rows, width=80, monkeypatch=monkeypatch)
    for left, right in (("9 ", "12,345 "), ("1.0 MiB", "998.4 MiB")):
        assert first.index(left) + len(left) == second.index(right) + len(right)


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        *((0, "0 B"), (900, "900 B"), (1023, "1,023 B"), (1024, "1.0 KiB"), (7129088, "6.8 MiB")),
        *((0.0069100139662623405 * units.GIB, "7.1 MiB"), (5e12, "4.5 TiB"), (None, None)),
    ],
)
def test_sizes(count: float | None, shown: str | None) -> None:
    """A size is in the unit that reads best, with one digit."""
    assert units.size(count) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-26T02:01:59.423Z", "26 Nov 2026 02:01 UTC"),
        ("2026-11-01T00:30:00+01:00", "31 Oct 2026 23:30 UTC"),
        ("soon", "soon"),
        (None, None),
    ],
)
def test_times(text: str | None, shown: str | None) -> None:
    """A time is in UTC and to the minute; what is none is shown as it came."""
    assert units.moment(text) == shown


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--from", "2026-13-01"], "'2026-13-01' is no day of the form YYYY-MM-DD"),
        (["--to", "2026-1-1"], "'2026-1-1' is no day of the form YYYY-MM-DD"),
        (["--from", "2026-10-31", "--to", "2026-10-01"], "--from 2026-10-31 is after --to 2026-10-01"),
        (["--from", "9999-12-31"], "--from 9999-12-31 is after today (UTC)"),
    ],
)
def test_days_that_cannot_be(arguments: list[str], says: str) -> None:
    """A day that I wrote wrongly, or a time that ends before it begins, is refused before anything is asked."""
    done = CliRunner().invoke(usage, arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert "%" not in CliRunner().invoke(usage, ["--help"]).output


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """The command's exit status, and what it said on stderr."""
    monkeypatch.setattr("sys.argv", ["pulumi-prisma", *arguments])
    with pytest.raises(SystemExit) as ended:
        command.main()
    status = ended.value.code
    assert isinstance(status, int)
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["statsu"], 2, 'error: There is no command "statsu". Did you mean "status"?\n'),
        (["status", "--jsn"], 2, "error: No such option"),
        *((["status", "--every", each], 2, f"'--every': {each} is no time to wait") for each in NO_TIMES),
        *((["login", "--wait", each], 2, f"'--wait': {each} is no time to wait") for each in NO_TIMES),
        (["backups"], 2, "error: Missing argument 'DATABASE'"),
        (["adopt", "--program", "/nowhere/x.py", "--import-file"], 2, "error: "),
        (["status"], 1, "error: There is no token"),
    ],
)
def test_every_error_has_one_form(
    arguments: list[str],
    status: int,
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: object,
) -> None:
    """Whatever I did wrong: `error: …`, then what to do; status 2 where I misused the command, else 1."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    found, said = run(monkeypatch, capsys, *arguments)
    assert (found, says in said) == (status, True), said
    assert said.startswith("error: ") and "Usage:" not in said


def test_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What the system says of a file is an error like all others, and no traceback."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "__main__.py")

    monkeypatch.setattr(command, "command", full)
    assert run(monkeypatch, capsys) == (1, "error: __main__.py: No space left on device.\n")


def test_output_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A full disk behind `> file` has no name that the system gives."""

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command, "command", full)
    assert run(monkeypatch, capsys) == (1, "error: The output cannot be written: No space left on device.\n")


def test_a_closed_output(monkeypatch: pytest.MonkeyPatch) -> None:
    """`>&- 2>&-`: what is written goes nowhere, and the command's status is what it would have been."""
    monkeypatch.setattr("sys.stdout", None)
    monkeypatch.setattr("sys.stderr", None)
    output.write_anything()
    with sys.stdout, sys.stderr:
        assert output.sign(True) == output.GOOD
        output.fail(ConfigurationError("x"))


def test_a_blank_name() -> None:
    """A name that is empty, as of a variable that is not set, is called by the argument's name."""
    done = CliRunner().invoke(usage, [" "], env={"PRISMA_SERVICE_TOKEN": "x"})
    assert "DATABASE is blank" in str(done.exception)


def test_near_misses() -> None:
    """A name that I mistyped comes with the one that I meant, whatever its case; a strange one with nothing."""
    assert did_you_mean("Order", ["orders", "customers"]) == ' Did you mean "orders"?'
    assert did_you_mean("xyz", ["orders"]) == ""


def test_a_command_names_what_it_reads() -> None:
    """Without a token the command does not send me to Pulumi's configuration, which it does not read."""
    with pytest.raises(ConfigurationError) as error:
        Settings.load(None, {})
    assert "PRISMA_SERVICE_TOKEN" in str(error.value)
    assert "pulumi-prisma login" in str(error.value) and "config set" not in str(error.value)
    assert Settings.load(None, {"PRISMA_SERVICE_TOKEN": "x"}).base_url_names == "PRISMA_API_BASE_URL"
    assert "prisma:baseUrl" in Settings.load(lambda name: None, {"PRISMA_SERVICE_TOKEN": "x"}).base_url_names


@pytest.mark.parametrize(
    ("environment", "over"), [({"SSH_CONNECTION": "1 2 3 4"}, True), ({"SSH_TTY": "/dev/pts/1"}, True), ({}, False)]
)
def test_a_login_over_ssh(environment: Mapping[str, str], over: bool) -> None:
    """Over SSH I am told to forward the port that my browser comes back to."""
    said = login.invitation("https://auth.example/authorize", 51267, environment)
    assert said.endswith("Log in at:\n  https://auth.example/authorize")
    assert ("ssh -L 51267:127.0.0.1:51267 " in said) is over


class Terminal(io.StringIO):
    """Standard error, as a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def looks(*statuses: Mapping[str, str]) -> watching.Look:
    remaining = iter(statuses)
    return lambda: next(remaining)


@pytest.mark.parametrize("terminal", [True, False])
def test_a_failed_database_is_not_ticked(terminal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """While I watch, a tick is for what is ready; what failed is crossed, and what was deleted is said to be gone."""
    err = Terminal() if terminal else io.StringIO()
    monkeypatch.setattr("sys.stderr", err)
    begun: Iterable[str] = ("good", "bad", "gone")
    watching.watch(
        looks(dict.fromkeys(begun, "provisioning"), {"good": "ready", "bad": "failure"}), ("provisioning",), 0.0
    )
    said = err.getvalue()
    assert all(each in said for each in ("good: ready", "bad: failure", "gone: deleted"))
    if terminal:
        assert "✓ good: ready" in said and "✗ bad: failure" in said and "✓ bad" not in said


def test_signs_in_another_encoding() -> None:
    """A terminal that has no ✓ gets a sign that it has."""
    assert [output.sign(each, "utf-8") for each in (True, False, None)] == ["✓", "✗", "-"]
    assert [output.sign(each, "ascii") for each in (True, False, None)] == ["+", "!", "-"]
