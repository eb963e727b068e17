"""Copies of databases: clones, dumps, and restores of a dump.

A tenant's database holds functions that run while it is loaded. So it is loaded by a role that is only a member of
the owner, for as long as that takes, and never by the superuser: RESET ROLE would give such a function its rights.

Owners and grants are not copied. Every login role becomes the owner, so that grants decide nothing; and a grant to
another database's role would keep that role from ever being dropped.
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
from prisma_local.postgres.child_process import environment
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.configuration import ADMIN
from prisma_local.postgres.names import owner_of, staging_of
from prisma_local.postgres.tenants import Tenants
from prisma_local.testing import crash_points

NOT_COPIED = ("--no-owner", "--no-privileges")


class CopyFailed(LocalError):
    """pg_dump or pg_restore failed; the message holds what it wrote to stderr."""


class Copies:
    def __init__(self, cluster: Cluster, tenants: Tenants) -> None:
        self._cluster = cluster
        self._tenants = tenants
        self._folder = cluster.folder / "backups"

    def file(self, backup_id: str) -> Path:
        return self._folder / f"{backup_id}.dump"

    def dump(self, pg_name: str, backup_id: str) -> int:
        """Dump into the backup's file, whole and on disk, or no file at all; returns its size in bytes."""
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

    def delete_dump(self, backup_id: str) -> None:
        self.file(backup_id).unlink(missing_ok=True)
        self._unfinished(backup_id).unlink(missing_ok=True)

    def create_from(self, dump: IO[bytes], pg_name: str) -> None:
        """A new database with the content of a dump."""
        self._tenants.databases.create(pg_name)
        self._load(dump, pg_name, pg_name)

    def clone(self, source: str, target: str) -> None:
        """A new database with the content that another has now."""
        if not self._cloned_as_template(source, target):
            with tempfile.TemporaryFile(dir=self._cluster.folder) as dump:
                self._dump(source, dump)
                dump.seek(0)
                self.create_from(dump, target)
        self._tenants.databases.copy_settings(source, target)

    def replace(self, dump: IO[bytes], pg_name: str) -> None:
        """Put a dump in the place of a database, whose data stays until the staging database is complete."""
        self._tenants.drop_staging(pg_name)
        try:
            self._tenants.databases.create(staging_of(pg_name), of=pg_name)
            self._load(dump, staging_of(pg_name), pg_name)
            crash_points.reached("staged")
            self._tenants.databases.swap(pg_name)
            crash_points.reached("swapped")
        finally:
            self._tenants.drop_staging(pg_name)

    def _cloned_as_template(self, source: str, target: str) -> bool:
        """Quick, but possible only while the source has no sessions and nothing in it names other roles."""
        databases = self._tenants.databases
        if self._tenants.direct.sessions[source]:
            return False
        databases.terminate_idle(source)  # of the pooler, which opens new ones when it needs them
        if databases.has_sessions(source):
            return False
        with suppress(psycopg.errors.ObjectInUse, psycopg.errors.LockNotAvailable):
            databases.create(target, template=source)
            if self._tenants.roles.reassign(source, target):
                return True
        databases.drop(target)
        return False

    def _dump(self, pg_name: str, into: IO[bytes]) -> None:
        # A table that a tenant has locked lets the dump fail, instead of waiting for the tenant.
        command = ["pg_dump", "--format=custom", f"--lock-wait-timeout={LOCK_SECONDS}s", *NOT_COPIED]
        command += [*self._address(), "--username", ADMIN, pg_name]
        with self._tenants.connectable(pg_name) as options:
            self._run(command, {**environment(), "PGOPTIONS": options}, stdout=into)

    def _load(self, dump: IO[bytes], database: str, of: str) -> None:
        """Fill an empty database that belongs to the owner of `of`."""
        with self._tenants.roles.loader(of) as (role, password):
            command = ["pg_restore", "--exit-on-error", *NOT_COPIED, "--role", owner_of(of)]
            command += [*self._address(), "--username", role, "--dbname", database]
            self._run(command, {**environment(), "PGPASSWORD": password}, stdin=dump)

    def _address(self) -> list[str]:
        info = self._cluster.conninfo()
        return ["--host", info["host"], "--port", info["port"]]

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
            reason = done.stderr.decode(errors="replace").strip()
            raise CopyFailed(f"{command[0]} ended with {done.returncode}: {reason}")

    def _unfinished(self, backup_id: str) -> Path:
        return self.file(backup_id).with_suffix(".new")
