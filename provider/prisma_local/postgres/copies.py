"""Copies of databases: clones, dumps, and a dump put in the place of what was there.

The content of a database is its tenant's: functions in it run while it is loaded. So it is loaded by a role
that is nobody but a passing member of the owner, never by the superuser, which RESET ROLE would give back.

Owners and grants are not copied. Every login becomes the owner, so that grants decide nothing; and one that
named another database's roles would keep those from ever being dropped.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg

from prisma_local.errors import LocalError
from prisma_local.postgres.admin_sessions import LOCK_SECONDS
from prisma_local.postgres.cluster import HOST, Cluster, environment
from prisma_local.postgres.tenants import Tenants, owner_of, staging_name
from prisma_local.testing import crash_points

NOT_COPIED = ("--no-owner", "--no-privileges")


class CopyFailed(LocalError):
    """A program of PostgreSQL could not copy; its last words say why."""


class Copies:
    def __init__(self, cluster: Cluster, tenants: Tenants) -> None:
        self._cluster = cluster
        self._tenants = tenants
        self._folder = cluster.folder / "backups"

    def file(self, backup_id: str) -> Path:
        return self._folder / f"{backup_id}.dump"

    def keep(self, pg_name: str, backup_id: str) -> int:
        """A dump in its file, whole and on disk, or no file at all; returns its size."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        unfinished = self._unfinished(backup_id)
        try:
            unfinished.touch(mode=0o600)
            with unfinished.open("wb") as file:
                self._dump(pg_name, file)
                os.fsync(file.fileno())
            unfinished.rename(self.file(backup_id))
        finally:
            unfinished.unlink(missing_ok=True)
        return self.file(backup_id).stat().st_size

    def forget(self, backup_id: str) -> None:
        self.file(backup_id).unlink(missing_ok=True)
        self._unfinished(backup_id).unlink(missing_ok=True)

    def fill(self, archive: IO[bytes], pg_name: str) -> None:
        """A new database with the content of a dump."""
        self._tenants.create_database(pg_name)
        self._load(archive, pg_name, pg_name)

    def clone(self, source: str, target: str) -> None:
        """A new database with the content that another has now."""
        if not self._cloned_at_once(source, target):
            with tempfile.TemporaryFile(dir=self._cluster.folder) as archive:
                self._dump(source, archive)
                archive.seek(0)
                self.fill(archive, target)
        self._tenants.copy_settings(source, target)

    def replace(self, archive: IO[bytes], pg_name: str) -> None:
        """Put a dump in the place of a database. What was there stays until all of the new stands beside it."""
        self._tenants.drop_staging(pg_name)
        try:
            self._tenants.create_database(staging_name(pg_name), of=pg_name)
            self._load(archive, staging_name(pg_name), pg_name)
            crash_points.reached("staged")
            self._tenants.swap(pg_name)
            crash_points.reached("swapped")
        finally:
            self._tenants.drop_staging(pg_name)

    def _cloned_at_once(self, source: str, target: str) -> bool:
        """As a template, which is quick, but takes a source without sessions and without grants."""
        self._tenants.end_idle_pooled(source)
        if self._tenants.is_busy(source):
            return False
        with suppress(psycopg.errors.ObjectInUse, psycopg.errors.LockNotAvailable):
            self._tenants.create_database(target, template=source)
            if self._tenants.reassign(source, target):
                return True
        self._tenants.drop_database(target)
        return False

    def _dump(self, pg_name: str, into: IO[bytes]) -> None:
        info = self._cluster.conninfo()
        place = ["--host", info["host"], "--port", info["port"], "--username", info["user"]]
        # A table that a tenant has locked makes the dump fail, and not wait for the tenant.
        command = ["pg_dump", "--format=custom", f"--lock-wait-timeout={LOCK_SECONDS}s", *NOT_COPIED, *place, pg_name]
        with self._tenants.connectable(pg_name) as options:
            self._run(command, {**environment(), "PGOPTIONS": options}, stdout=into)

    def _load(self, archive: IO[bytes], database: str, of: str) -> None:
        """Fill an empty database that belongs to the owner of `of`."""
        with self._tenants.loader(of) as (role, password):
            place = ["--host", HOST, "--port", str(self._cluster.port), "--username", role, "--dbname", database]
            command = ["pg_restore", "--exit-on-error", *NOT_COPIED, "--role", owner_of(of), *place]
            secret = {**environment(), "PGPASSWORD": password, "PGSSLMODE": "require"}
            self._run(command, secret, stdin=archive)

    def _run(
        self,
        command: list[str],
        env: Mapping[str, str],
        stdin: IO[bytes] | None = None,
        stdout: IO[bytes] | None = None,
    ) -> None:
        done = subprocess.run(  # noqa: S603 - our own program and arguments
            [self._cluster.installation.tool(command[0]), *command[1:]],
            stdin=stdin or subprocess.DEVNULL,
            stdout=stdout or subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=dict(env),
            check=False,
        )
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()
            raise CopyFailed(f"{command[0]} ended with {done.returncode}: {words}")

    def _unfinished(self, backup_id: str) -> Path:
        return self.file(backup_id).with_suffix(".new")
