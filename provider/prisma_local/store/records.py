"""The records, in SQLite: tenants cannot reach them, and they do not need PostgreSQL.

Every commit is on disk before it returns (WAL, synchronous=FULL). All threads share one connection and one lock: a
commit takes a fraction of a millisecond, and nothing slow happens inside a transaction.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from prisma_local.store.values import Record

V = TypeVar("V", bound=Record)

SCHEMA = """
CREATE TABLE IF NOT EXISTS workspaces (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS tokens (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL UNIQUE,
  workspace_id TEXT NOT NULL, name TEXT NOT NULL, hint TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL,
  expires_at REAL, grant_id TEXT) STRICT;
CREATE TABLE IF NOT EXISTS grants (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL,
  client_id TEXT NOT NULL, scope TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS refreshes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, digest TEXT NOT NULL UNIQUE,
  grant_id TEXT NOT NULL, expires_at REAL NOT NULL, used_at TEXT, created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS projects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, workspace_id TEXT NOT NULL,
  name TEXT NOT NULL, logical_id TEXT, default_region TEXT, settings TEXT NOT NULL, state TEXT NOT NULL,
  created_at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS project_identity ON projects (workspace_id, logical_id)
  WHERE state <> 'deleting';
CREATE TABLE IF NOT EXISTS branches (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL,
  git_name TEXT NOT NULL, is_default INTEGER NOT NULL, role TEXT NOT NULL, created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL DEFAULT '', UNIQUE (project_id, git_name)) STRICT;
CREATE TABLE IF NOT EXISTS databases (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL,
  branch_id TEXT, name TEXT NOT NULL, region TEXT, is_default INTEGER NOT NULL, logical_id TEXT,
  source TEXT NOT NULL, status TEXT NOT NULL, ready_at REAL, ends TEXT NOT NULL, restore_from TEXT,
  default_connection_id TEXT, pg_name TEXT NOT NULL, state TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS database_identity ON databases (branch_id, logical_id)
  WHERE state <> 'deleting';
CREATE INDEX IF NOT EXISTS databases_of_project ON databases (project_id);
CREATE TABLE IF NOT EXISTS connections (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, database_id TEXT NOT NULL,
  name TEXT NOT NULL, role TEXT NOT NULL, password TEXT, state TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS environment_variables (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, project_id TEXT NOT NULL,
  class_name TEXT NOT NULL, branch_id TEXT, key TEXT NOT NULL, value TEXT NOT NULL, value_kid TEXT NOT NULL,
  is_managed_by_system INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS variable_identity
  ON environment_variables (project_id, class_name, ifnull(branch_id, ''), key);
CREATE TABLE IF NOT EXISTS backups (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, database_id TEXT NOT NULL,
  status TEXT NOT NULL, size INTEGER, state TEXT NOT NULL, created_at TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS spares (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS connections_of_database ON connections (database_id);
"""

# Columns that the data directories of earlier versions do not have.
ADDED_COLUMNS = {
    "branches": {"updated_at": "TEXT NOT NULL DEFAULT ''"},
    "connections": {"password": "TEXT"},
    "databases": {"restore_from": "TEXT"},
    "tokens": {"expires_at": "REAL", "grant_id": "TEXT", "hint": "TEXT NOT NULL DEFAULT ''"},
}
# SQLite has no booleans.
BOOLEANS = ("is_default", "is_managed_by_system")


class UniqueViolation(Exception):
    """Another record has the same unique key."""


class Records:
    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.executescript(SCHEMA)
        self._upgrade()

    def _upgrade(self) -> None:
        for table, columns in ADDED_COLUMNS.items():
            existing = {row["name"] for row in self._connection.execute(f"PRAGMA table_info({table})")}
            for column in set(columns) - existing:
                self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} {columns[column]}")
        # The ids of tokens began with tok_ before the API showed them.
        self._connection.execute("UPDATE tokens SET id = 'itgr_' || substr(id, 5) WHERE substr(id, 1, 4) = 'tok_'")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; a transaction inside another belongs to the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def select(
        self, kind: type[V], *, after: int = 0, limit: int = -1, newest_first: bool = False, **where: Any
    ) -> list[V]:
        """Rows in the order of their creation. A tuple means any of these, None means NULL."""
        clauses = ["seq < ?" if newest_first and after else "seq > ?"]
        values: list[Any] = [after]
        order = "DESC" if newest_first else "ASC"
        for column, value in where.items():
            if isinstance(value, tuple | list):
                clauses.append(f"{column} IN ({', '.join('?' * len(value))})")
                values.extend(value)
            else:
                clauses.append(f"{column} IS ?")
                values.append(value)
        # Tables and columns are names in our own code; every value is bound.
        query = f"SELECT * FROM {kind.table} WHERE {' AND '.join(clauses)} ORDER BY seq {order} LIMIT ?"  # noqa: S608
        with self._lock:
            rows = self._connection.execute(query, [*values, limit]).fetchall()
        return [_load(kind, row) for row in rows]

    def one(self, kind: type[V], **where: Any) -> V | None:
        found = self.select(kind, limit=1, **where)
        return found[0] if found else None

    def insert(self, value: V) -> V:
        columns = asdict(value)
        del columns["seq"]
        names, placeholders = ", ".join(columns), ", ".join("?" * len(columns))
        query = f"INSERT INTO {value.table} ({names}) VALUES ({placeholders})"  # noqa: S608 - names are our own
        return replace(value, seq=self._write(query, list(columns.values())).lastrowid or 0)

    def change(self, kind: type[Record], id_: str, **columns: Any) -> None:
        sets = ", ".join(f"{column} = ?" for column in columns)
        query = f"UPDATE {kind.table} SET {sets} WHERE id = ?"  # noqa: S608 - names are our own
        self._write(query, [*columns.values(), id_])

    def remove(self, kind: type[V], **where: str) -> None:
        clauses = " AND ".join(f"{column} = ?" for column in where)
        query = f"DELETE FROM {kind.table} WHERE {clauses}"  # noqa: S608 - names are our own
        self._write(query, list(where.values()))

    def _write(self, query: str, values: list[Any]) -> sqlite3.Cursor:
        with self._lock:
            try:
                return self._connection.execute(query, values)
            except sqlite3.IntegrityError as error:
                raise UniqueViolation(str(error)) from error


def _load(kind: type[V], row: sqlite3.Row) -> V:
    found = {field.name: row[field.name] for field in fields(kind)}
    for name in BOOLEANS:
        if name in found:
            found[name] = bool(found[name])
    return kind(**found)
