"""PostgreSQL's extensions: those that Prisma documents can be created, but for a list that is given with reasons."""

from __future__ import annotations

import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer
from prisma_local.postgres import extensions, finder

Session = psycopg.Connection[tuple[Any, ...]]

COMPLETE = extensions.can_be_extended(finder.find().root)
needs_own_copy = pytest.mark.skipif(not COMPLETE, reason="this PostgreSQL is a system's, which is used as it is")


def connect(server: LocalServer) -> Session:
    made = server.made("/v1/projects", name="shop")["database"]["connections"][0]
    return psycopg.connect(made["endpoints"]["direct"]["connectionString"], autocommit=True)


def value(session: Session, query: str, *values: object) -> Any:
    row = session.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def test_what_is_not_on_the_list_can_be_created(local: LocalServer) -> None:
    """I create every extension that Prisma documents; `GET /_local/` names the others, and why."""
    left_out = local.http.get("/_local/").json()["extensionsLeftOut"]
    assert all(why for why in left_out.values())
    with closing(connect(local)) as session:
        for name in extensions.DOCUMENTED.split():
            if name in left_out:
                with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                    session.execute(f'CREATE EXTENSION "{name}"')
            else:
                session.execute(f'CREATE EXTENSION IF NOT EXISTS "{name}"')


@needs_own_copy
def test_what_is_left_out_of_the_wheel() -> None:
    """What reaches files and other servers is refused; what is not in PostgreSQL's wheel is missing."""
    with_ours = set(extensions.left_out(finder.find().root)) - set(extensions.SAFE.split()) - {"uuid-ossp"}
    assert with_ours == {"dblink", "file_fdw", "postgres_fdw", "pg_search", "vector", "xml2"}


@needs_own_copy
def test_uuid_ossp_makes_the_uuids_of_the_original(local: LocalServer) -> None:
    """Versions 3 and 5 are those of every other implementation; 1 holds the time, and no two are the same."""
    with closing(connect(local)) as session:
        session.execute('CREATE EXTENSION "uuid-ossp"')
        for name in ("prisma.io", "prismä", ""):
            three = value(session, "SELECT uuid_generate_v3(uuid_ns_dns(), %s)", name)
            five = value(session, "SELECT uuid_generate_v5(uuid_ns_url(), %s)", name)
            assert three == uuid.uuid3(uuid.NAMESPACE_DNS, name)
            assert five == uuid.uuid5(uuid.NAMESPACE_URL, name)
        assert value(session, "SELECT uuid_generate_v4()").version == 4
        assert value(session, "SELECT uuid_nil()") == uuid.UUID(int=0)
        constants = [value(session, f"SELECT uuid_ns_{name}()") for name in ("oid", "x500")]
        assert constants == [uuid.NAMESPACE_OID, uuid.NAMESPACE_X500]
        for function in ("uuid_generate_v1", "uuid_generate_v1mc"):
            made = value(session, f"SELECT {function}()")
            assert (made.version, made.variant, made.node >> 40 & 1) == (1, uuid.RFC_4122, 1)
            ticks = value(session, "SELECT (extract(epoch FROM clock_timestamp()) * 10000000)::bigint")
            assert abs(made.time - 0x01B21DD213814000 - ticks) < 600 * 10_000_000
        many = "SELECT count(DISTINCT uuid_generate_v1()) FROM generate_series(1, 10000)"
        assert value(session, many) == 10_000


@needs_own_copy
def test_statements_are_counted(local: LocalServer) -> None:
    """pg_stat_statements works only in a server that starts with it, and shows no statement of others."""
    with closing(connect(local)) as other, closing(connect(local)) as session:
        other.execute("SELECT 'a secret of another'")
        session.execute("CREATE EXTENSION pg_stat_statements")
        session.execute("SELECT 42 AS mine")
        texts = [row[0] for row in session.execute("SELECT query FROM pg_stat_statements").fetchall()]
        assert "SELECT $1 AS mine" in texts
        assert not any("secret" in text or "CREATE ROLE" in text for text in texts)


@needs_own_copy
@pytest.mark.parametrize(
    ("extension", "statement"),
    [
        ("pageinspect", "SELECT get_raw_page('pg_class', 0)"),
        ("pg_buffercache", "SELECT * FROM pg_buffercache"),
        ("pg_buffercache", "SELECT pg_buffercache_evict(1)"),
        ("pg_prewarm", "SELECT autoprewarm_start_worker()"),
        ("pg_prewarm", "SELECT autoprewarm_dump_now()"),
        ("pg_stat_statements", "SELECT pg_stat_statements_reset()"),
        ("pg_surgery", "SELECT heap_force_kill('pg_class'::regclass, ARRAY['(0,1)']::tid[])"),
        ("pg_walinspect", "SELECT * FROM pg_get_wal_stats('0/1000000', '0/1000100')"),
    ],
)
def test_what_concerns_the_whole_server_stays_a_superusers(local: LocalServer, extension: str, statement: str) -> None:
    """I create the extension, and reach with it nothing outside of my database."""
    with closing(connect(local)) as session:
        session.execute(f"CREATE EXTENSION {extension}")
        with pytest.raises(psycopg.Error, match=r"permission denied|must be superuser"):
            session.execute(statement)


def test_an_extension_of_the_original_is_not_replaced(tmp_path: Path) -> None:
    """A PostgreSQL with uuid-ossp keeps its own; only the files of the copy are changed."""
    original, copy = tmp_path / "original", tmp_path / "copy"
    for root in (original, copy):
        (root / extensions.FOLDER).mkdir(parents=True)
    for name, text in (("uuid-ossp.control", "theirs"), ("bloom.control", "comment = 'bloom'")):
        (original / extensions.FOLDER / name).write_text(text)
        (copy / extensions.FOLDER / name).hardlink_to(original / extensions.FOLDER / name)
    extensions.extend(copy)
    assert (copy / extensions.FOLDER / "uuid-ossp.control").read_text() == "theirs"
    assert "trusted = true" in (copy / extensions.FOLDER / "bloom.control").read_text()
    assert (original / extensions.FOLDER / "bloom.control").read_text() == "comment = 'bloom'"
