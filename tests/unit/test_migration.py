"""Migration: refusals first, then what runs nothing, then what is applied."""

from __future__ import annotations

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from prisma_provider.handlers import HANDLERS, migration
from prisma_provider.migrations import folders, tools
from prisma_provider.migrations.standing import migrations_in, standing
from prisma_provider.network.retries import time_limit
from prisma_provider.postgres.alone import alone
from prisma_provider.postgres.applied import Applied
from prisma_provider.postgres.identity import identity_of
from prisma_provider.user_command import Ended
from unit.service import Service

HANDLER = HANDLERS["Migration"]
URL = "postgres://user:p4ssw0rd@db.example:5432/?sslmode=require"
PRISMA = {"directUrl": URL, "tool": "prisma", "directory": "app"}
COMMAND = {"directUrl": URL, "command": ["alembic", "upgrade", "head"], "paths": ["versions"]}


class Database:
    """A database that holds migrations, and a session of it."""

    def __init__(self) -> None:
        self.applied: list[Applied] = []
        self.failure: errors.PrismaError | None = None
        self.urls: list[str] = []
        self.locked_elsewhere = 0
        self.key = "first"

    def session(self, _client: Any, url: str, _seconds: float, **_: Any) -> Database:
        """A session, or why there is none."""
        self.urls.append(url)
        if self.failure:
            raise self.failure
        return self

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def execute(self, _query: str, _values: list[int]) -> Database:
        """Ask for the lock."""
        self.locked_elsewhere -= 1
        return self

    def fileno(self) -> int:
        """What the tool keeps open."""
        return 3

    def fetchone(self) -> tuple[bool]:
        """Whether the lock was had."""
        return (self.locked_elsewhere < 0,)


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Database:
    """An empty database."""
    found = Database()
    monkeypatch.setattr(migration, "wait_until_connected", found.session)
    monkeypatch.setattr(migration, "read_applied_by", lambda session, _url: tuple(session.applied))
    monkeypatch.setattr(migration, "identity_of", lambda session: session.key)
    return found


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose application has one migration and a tool that applies it."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "infra").mkdir()
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions/1.py").write_text("first\n")
    add(tmp_path, "1_init", "create table t (i int)")
    (tmp_path / "app/prisma/migrations/migration_lock.toml").write_text("")
    (tmp_path / "app/package.json").write_text("{}")
    installed(tmp_path, "7.1.0")
    monkeypatch.chdir(tmp_path / "infra")
    return tmp_path


def add(project: Path, name: str, text: str) -> str:
    """A migration of the application; its checksum."""
    file = project / "app/prisma/migrations" / name / "migration.sql"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return sha256(file.read_bytes()).hexdigest()


def installed(project: Path, version: str) -> Path:
    """Prisma ORM of this version, in the application."""
    package, binary = project / "app/node_modules/prisma", project / "app/node_modules/.bin" / tools._BINARY
    for folder in (package, binary.parent):
        folder.mkdir(parents=True, exist_ok=True)
    (package / "package.json").write_text(f'{{"version": "{version}"}}')
    binary.write_text("")
    return binary


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, database: Database) -> list[dict[str, Any]]:
    """What was run; it applies all that there is."""
    found: list[dict[str, Any]] = []

    def run(command: Any, **how: Any) -> Any:
        found.append({"command": command, **how})
        database.applied = [Applied(each.name, each.name) for each in migrations_in(how["folder"])]
        return Ended(0, (), 0.1)

    monkeypatch.setattr(migration, "run", run)
    return found


# what is refused


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"directUrl": None}, "direct_url is missing"),
        ({"directUrl": "mysql://u:p@h/d"}, "no connection string of PostgreSQL"),
        ({"directUrl": "prisma+postgres://accelerate.prisma-data.net/?api_key=x"}, "Accelerate"),
        ({"directUrl": URL.replace("db.example", "pooled.db.example")}, "a pooled connection string"),
        ({"tool": None}, "not both"),
        ({"command": ["x"]}, "not both"),
        ({"tool": "drizzle"}, 'no tool "drizzle"'),
        ({"tool": UNKNOWN}, "known before the update"),
        ({"tool": None, "command": "npx prisma migrate deploy"}, "a list of texts"),
        ({"tool": None, "command": []}, "a list of texts"),
        ({"directory": "nowhere"}, "no folder nowhere"),
        ({"directory": UNKNOWN}, "known before the update"),
        ({"directory": "versions"}, "no folder migrations of Prisma ORM"),
        ({"paths": ["versions"]}, "paths are for a command"),
        ({"tool": None, "command": ["x"], "paths": ["nowhere"]}, "no nowhere in"),
        ({"tool": None, "command": ["x"], "paths": UNKNOWN}, "known before the update"),
        ({"environment": {"A": 1}}, "a map of names to texts"),
        ({"environment": 5}, "a map of names to texts"),
        ({"directory": "x" * 5000}, "no folder xxx"),
        ({"tool": None, "command": ["x"], "paths": ["x" * 5000]}, "no xxx"),
        ({"environment": {"DIRECT_URL": "x"}}, "another database"),
        ({"waitForConnection": -1}, "number of seconds"),
    ],
)
def test_bad_input(service: Service, project: Path, database: Database, inputs: dict[str, Any], said: str) -> None:
    """What cannot be is one sentence in the preview, before anybody is asked."""
    problems = HANDLER.check(service.live(), {}, {**PRISMA, **inputs}).problems
    assert [said in f"{problem}" for problem in problems] == [True]
    assert not database.urls and not service.log
    assert not any("p4ssw0rd" in str(problem) for problem in problems)


def test_without_the_driver(service: Service, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed I am told in the preview."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (problem,) = HANDLER.check(service.live(), {}, PRISMA).problems
    assert "psycopg" in problem.what


def test_a_tool_that_is_not_installed(service: Service, project: Path, database: Database) -> None:
    """A preview works without `npm ci`; the update says that it is needed, before anything is run."""
    (project / "app/node_modules/prisma/package.json").unlink()
    checked = HANDLER.check(service.live(), {}, PRISMA)
    assert not checked.problems
    assert "is not installed in" in service.notes[-1] and "npm ci" in service.notes[-1]
    with pytest.raises(errors.InvalidInput, match="npm ci"):
        HANDLER.create(service.live(), checked.inputs)


def test_a_migration_is_no_object_to_look_up(service: Service) -> None:
    """`.get` and `pulumi import` of a migration say what to do."""
    from prisma_provider.handlers.lookup import look_up

    with pytest.raises(errors.InvalidInput, match="declare it"):
        look_up(service.live(), "Migration", HANDLER, "migration_1", {})


@pytest.mark.parametrize(
    ("status", "line", "said"),
    [
        (1, "Error: P3009 migrate found failed migrations", "migrate resolve"),
        (1, "Error: P3018", "migrate resolve"),
        (1, "P1001: Can't reach database server", "port 5432"),
        (1, "P1017", "ended the connection"),
        (7, "other", "the next `pulumi up` runs it again"),
        (None, "slow", "custom_timeouts"),
    ],
)
def test_a_tool_that_fails(
    service: Service,
    project: Path,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    status: int | None,
    line: str,
    said: str,
) -> None:
    """A failed migration shows the tool's last words and what its code deserves."""
    monkeypatch.setattr(migration, "run", lambda *_, **__: Ended(status, ("before", line), 0.1))
    with pytest.raises(errors.MigrationFailed) as caught:
        HANDLER.create(service.live(), PRISMA)
    assert f"  | {line}" in str(caught.value) and said in str(caught.value)


def test_a_tool_that_fails_without_a_code(
    service: Service, project: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prisma's engine in WebAssembly says no code: its table says that a migration failed."""

    def run(*_: Any, **__: Any) -> Ended:
        database.applied = [Applied("a", "1_init", finished=False)]
        return Ended(1, ("external connector error",), 0.1)

    monkeypatch.setattr(migration, "run", run)
    with pytest.raises(errors.MigrationFailed, match=r"external(.|\n)*migrate resolve"):
        HANDLER.create(service.live(), PRISMA)


def test_a_tool_that_migrates_another_database(
    service: Service, project: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that ends well and leaves this database as it was is a failure."""
    monkeypatch.setattr(migration, "run", lambda *_, **__: Ended(0, (), 0.1))
    with pytest.raises(errors.MigrationFailed, match="still lacks 1_init"):
        HANDLER.create(service.live(), PRISMA)


# what runs nothing


def state(service: Service, news: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The state after a first run."""
    return HANDLER.create(service.live(), HANDLER.check(service.live(), {}, news).inputs)


def test_nothing_pending_nothing_run(
    service: Service, project: Path, database: Database, ran: list[dict[str, Any]]
) -> None:
    """A database that has all migrations already is recorded, and no tool is started."""
    database.applied = [Applied("a", "1_init")]
    object_id, outputs = state(service, PRISMA)
    assert not ran and outputs["applied"] == ["1_init"] and outputs["pending"] == []
    assert not HANDLER.diff(service.live(), object_id, outputs, PRISMA)
    assert HANDLER.read(service.live(), object_id, outputs) == outputs


@pytest.mark.parametrize("news", [PRISMA, COMMAND])
def test_another_password_is_no_change(
    service: Service, project: Path, database: Database, ran: list[dict[str, Any]], news: dict[str, Any]
) -> None:
    """A new password, known or not yet, or another checkout of the files, changes nothing."""
    object_id, outputs = state(service, news)
    for url in (URL.replace("p4ssw0rd", "other"), UNKNOWN):
        changed = HANDLER.check(service.live(), outputs, {**news, "directUrl": url}).inputs
        assert not HANDLER.diff(service.live(), object_id, outputs, changed)
    moved = {**news, "directory": str(project / news.get("directory", "."))}
    assert not HANDLER.diff(service.live(), object_id, outputs, HANDLER.check(service.live(), outputs, moved).inputs)
    assert len(ran) == 1


def test_deleting_it_touches_nothing(service: Service, database: Database) -> None:
    """Taken out of the program, the schema stays, and I am told so."""
    HANDLER.delete(service.live(), "migration_1", {**PRISMA, "applied": ["1_init"]})
    assert not database.urls and not service.log
    assert "stay as they are" in service.notes[-1]


def test_a_bare_command_runs_once_without_paths(
    service: Service, project: Path, database: Database, ran: list[dict[str, Any]]
) -> None:
    """Without paths a command runs when it is declared, and not again."""
    news = {"directUrl": URL, "command": ["./seed"]}
    object_id, outputs = state(service, news)
    assert "`./seed` will run" in service.notes[0]
    assert not HANDLER.diff(service.live(), object_id, outputs, HANDLER.check(service.live(), outputs, news).inputs)
    assert len(ran) == 1


def test_a_session_that_ended_while_the_tool_ran(
    service: Service,
    project: Path,
    database: Database,
    ran: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long migration that went well is not an error because our own session was ended meanwhile."""
    first = database

    def read(session: Database, _url: str) -> tuple[Applied, ...]:
        if ran and session is first and len(database.urls) == 1:
            raise errors.NoConnection("ended")
        return tuple(database.applied)

    monkeypatch.setattr(migration, "read_applied_by", read)
    _, outputs = state(service, PRISMA)
    assert outputs["applied"] == ["1_init"] and len(database.urls) == 2


def test_another_database(service: Service, project: Path, database: Database, ran: list[dict[str, Any]]) -> None:
    """A command runs for the database that takes the place of the one before, and for that one only once."""
    object_id, outputs = state(service, COMMAND)
    database.key = "second"
    assert not HANDLER.diff(service.live(), object_id, outputs, outputs)
    news = {**outputs, "directUrl": URL.replace("db.example", "other.example")}
    found = HANDLER.diff(service.live(), object_id, outputs, news)
    assert found.of("migrate") and "another database than before" in service.notes[-1]
    outputs = HANDLER.update(service.live(), object_id, outputs, news)
    assert len(ran) == 2 and not HANDLER.diff(service.live(), object_id, outputs, news)
    database.failure = errors.NoRoute("no way", said="nothing answers")
    assert not HANDLER.diff(service.live(), object_id, outputs, {**news, "directUrl": URL})
    assert "cannot be asked which it is (nothing answers)" in service.notes[-1]


# what is applied


def test_what_is_pending_is_named_and_applied(
    service: Service, project: Path, database: Database, ran: list[dict[str, Any]]
) -> None:
    """A preview names what the live database lacks, and the update applies it with the project's own tool."""
    object_id, outputs = state(service, {**PRISMA, "environment": {"NODE_ENV": "production"}})
    (first,) = ran
    assert first["command"] == [str(project / "app/node_modules/.bin" / tools._BINARY), "migrate", "deploy"]
    assert first["folder"] == project / "app"
    assert {first["environment"][name] for name in migration.URLS} == {URL}
    assert first["environment"]["NODE_ENV"] == "production"
    assert "p4ssw0rd" not in first["hide"](f"at {URL}")
    add(project, "2_more", "create table u (i int)")
    found = HANDLER.diff(service.live(), object_id, outputs, PRISMA)
    assert [change.declared for change in found.of("migrate")] == [["2_more"]]
    assert any("pending: 2_more" in note for note in service.notes)
    updated = HANDLER.update(service.live(), object_id, outputs, PRISMA)
    assert updated["applied"] == ["1_init", "2_more"] and len(ran) == 2


def test_a_connection_string_that_is_not_known_yet(service: Service, project: Path, database: Database) -> None:
    """Where the database is only made by this update, the files say what will be applied."""
    checked = HANDLER.check(service.live(), {}, {**PRISMA, "directUrl": UNKNOWN})
    assert not checked.problems and not database.urls
    assert "only known after the update; by state and files, pending: 1_init" in service.notes[0]


def test_a_database_that_cannot_be_asked(service: Service, project: Path, database: Database) -> None:
    """A preview where the database is out of reach compares state and files, and says so."""
    database.failure = errors.NoRoute("no way", said="nothing answers")
    recorded = {**PRISMA, "applied": ["1_init"], "digest": "x"}
    assert not HANDLER.diff(service.live(), "migration_1", recorded, PRISMA)
    assert "cannot be asked (nothing answers); by state and files, nothing is pending" in service.notes[0]
    assert HANDLER.read(service.live(), "migration_1", recorded) == recorded
    add(project, "2_more", "x")
    assert HANDLER.diff(service.live(), "migration_1", recorded, PRISMA).of("migrate")


def test_files_of_a_command(
    service: Service, project: Path, database: Database, ran: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command runs again when a file of its paths changes; how lines end is no change."""
    object_id, outputs = state(service, COMMAND)
    assert ran[0]["command"] == COMMAND["command"] and ran[0]["folder"] == project
    (project / "versions/1.py").write_bytes(b"first\r\n")
    assert not HANDLER.diff(service.live(), object_id, outputs, HANDLER.check(service.live(), outputs, COMMAND).inputs)
    (project / "versions/2.py").write_text("second")
    news = HANDLER.check(service.live(), outputs, COMMAND).inputs
    assert HANDLER.diff(service.live(), object_id, outputs, news).of("migrate")
    HANDLER.update(service.live(), object_id, outputs, news)
    assert len(ran) == 2


def test_what_failed_or_was_edited_is_told(service: Service, project: Path, database: Database) -> None:
    """I see which migration failed, which file was edited after it was applied, and which has no file."""
    add(project, "2_more", "x")
    database.applied = [
        Applied("a", "1_init", checksum="another"),
        Applied("b", "0_old", checksum="x"),
        Applied("c", "2_more", finished=False),
    ]
    HANDLER.check(service.live(), {}, PRISMA)
    said = "\n".join(service.notes)
    assert "2_more failed earlier" in said and "1_init was edited" in said and "0_old is applied, and no file" in said
    assert "pending: 2_more." in said


def test_another_run_is_waited_for(database: Database) -> None:
    """Two updates of one database do not migrate at once."""
    database.locked_elsewhere = 2
    waits: list[float] = []
    busy: list[bool] = []
    with alone(database, waits.append, lambda: busy.append(True)):  # type: ignore[arg-type]
        assert (len(waits), len(busy)) == (2, 1)


def test_another_run_that_does_not_end(database: Database) -> None:
    """Where another run migrates the database for longer than mine may take, mine ends, and runs nothing."""
    database.locked_elsewhere = 99
    with (
        pytest.raises(errors.MigrationFailed, match="nothing was run"),
        time_limit(0.5),
        alone(database, lambda _: None, lambda: None),  # type: ignore[arg-type]
    ):
        pytest.fail("it had no lock")


# the files


def test_how_migrations_stand(tmp_path: Path) -> None:
    """Rolled back is not applied; a checksum of either kind of line ends is no edit."""
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations/migration_lock.toml").write_text("")
    for name in ("1", "2", "3"):
        (tmp_path / "migrations" / name).mkdir()
        (tmp_path / "migrations" / name / "migration.sql").write_bytes(b"select 1;\nselect 2;\n")
    crlf = sha256(b"select 1;\r\nselect 2;\r\n").hexdigest()
    entries = [Applied("a", "1", checksum=crlf), Applied("b", "2", rolled_back=True), Applied("c", "2")]
    found = standing(migrations_in(tmp_path), entries)
    assert (found.applied, found.pending, found.failed, found.edited, found.missing) == (("1", "2"), ("3",), (), (), ())


def test_migrations_without_a_lock_file(project: Path, service: Service, database: Database) -> None:
    """With tool="prisma" the migrations are enough, though other tools have such files, too."""
    (project / "app/prisma/migrations/migration_lock.toml").unlink()
    assert not migrations_in(project / "app")
    assert not HANDLER.check(service.live(), {}, PRISMA).problems
    assert "pending: 1_init" in service.notes[-1]


def of_orm_8(project: Path, name: str, begins: str | None, ends: str) -> None:
    """A migration of ORM 8."""
    file = project / "app/migrations/app" / name / "migration.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"from": begins, "to": ends}))


def test_migrations_of_orm_8(project: Path, service: Service, database: Database) -> None:
    """Those on the way from where the database is are pending; those of another way, or before it, are not."""
    shutil.rmtree(project / "app/prisma")
    of_orm_8(project, "1_init", None, "sha256:a")
    of_orm_8(project, "2_more", "a", "b")
    of_orm_8(project, "2_other", "sha256:a", "c")
    of_orm_8(project, "3_last", "b", "d")
    assert not HANDLER.check(service.live(), {}, PRISMA).problems
    assert "pending: 1_init, 2_more, 2_other, 3_last" in service.notes[-1]
    files = migrations_in(project / "app")
    first = Applied("1", "1_init", ends="a")
    assert standing(files, [first]).pending == ("2_more", "2_other", "3_last")
    assert standing(files, [first, Applied("2", "2_more", ends="b")]).pending == ("3_last",)
    assert standing(files, [Applied("1", "a change of the contract", ends="d")]).pending == ()


def test_what_tools_leave_behind_is_no_change(project: Path) -> None:
    """The caches that Python writes beside its migrations, and hidden files, are in no other checkout."""
    before = folders.digest(["versions"])
    for name in ("versions/__pycache__/1.pyc", "versions/.DS_Store", "versions/node_modules/x/y.js"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("x")
    assert folders.digest(["versions"]) == before
    (project / "versions/2.py").write_text("x")
    assert folders.digest(["versions"]) != before


def test_the_project_s_folder(project: Path) -> None:
    """Paths count from Pulumi.yaml, wherever the provider runs."""
    assert folders.project_folder() == project
    assert folders.relative(str(project / "app")) == "app" == folders.relative("./app/")
    assert folders.project_folder(Path("/")) == Path("/")


@pytest.mark.parametrize(("version", "words"), [("6.19.0", "migrate deploy"), ("8.0.1-dev.3", "db migrate")])
def test_the_tool_of_the_project(project: Path, version: str, words: str) -> None:
    """The command is that of the installed version, in the folder of package.json."""
    binary = installed(project, version)
    assert tools.prisma_command(project / "app/prisma") == [str(binary), *words.split()]
    assert tools.home_of(project / "app/prisma/migrations") == project / "app"
    (project / "app/services/shop/prisma").mkdir(parents=True)
    (project / "app/services/shop/prisma/schema.prisma").write_text("")
    assert tools.home_of(project / "app/services/shop") == project / "app/services/shop"


def test_a_user_who_may_not_ask_for_the_cluster() -> None:
    """Where the role may not ask which cluster this is, its database is told apart by what the role may see."""
    import psycopg

    class Session:
        """A session of a role with few rights."""

        def __init__(self, oid: int) -> None:
            self.oid = oid

        def execute(self, query: str) -> Session:
            if "pg_control_system" in query:
                raise psycopg.errors.InsufficientPrivilege("permission denied for function pg_control_system")
            return self

        def fetchone(self) -> tuple[int]:
            return (self.oid,)

    first, again, other = (identity_of(Session(oid)) for oid in (1, 1, 2))  # type: ignore[arg-type]
    assert first == again != other
