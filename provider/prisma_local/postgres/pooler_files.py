"""The files of pgbouncer: its settings, its users, and for each login role an entry in [databases].

An entry is called like the role that alone may use it (`sameuser`). pgbouncer can end the sessions of an entry
(KILL), not those of a user: with an entry for each role, to rotate or delete one ends no session of another.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prisma_local.postgres.account import Account
from prisma_local.postgres.cluster import POSTGRES_PORT, Cluster
from prisma_local.postgres.finder import Bouncer

KEEPS_PREPARED_STATEMENTS = (1, 21)
LIMITS_CLIENTS = (1, 24)
POOLER_PORT = 6432  # names the Unix socket; there is no TCP port
# Clients of one login, of 1000 altogether.
CLIENT_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Login:
    """A role that may log in, the database that is its own, and the verifier of its password."""

    role: str
    database: str
    verifier: str


@dataclass(frozen=True, slots=True)
class PoolerFiles:
    """`admin` is the account of this process, which alone may use pgbouncer's console, over the socket."""

    cluster: Cluster
    bouncer: Bouncer
    admin: str

    @property
    def settings(self) -> Path:
        return settings_in(self.cluster.folder)

    def write_access_rules(self) -> None:
        """Tenants connect through the proxy, each to its own entry; the control plane to the console."""
        folder = self.settings.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        self.cluster.account.own(folder)
        rules = f"local pgbouncer {self.admin} peer\nlocal sameuser all scram-sha-256\n"
        _write(folder / "hba.conf", rules, self.cluster.account)

    def write(self, logins: Sequence[Login]) -> None:
        # pgbouncer demands a password of its administrator, too, who logs in as a peer. Nobody knows this one.
        users = [f'"{self.admin}" "{secrets.token_urlsafe(32)}"']
        users += [f'"{login.role}" "{login.verifier}"' for login in logins]
        _write(self.settings.with_name("users.txt"), "\n".join(users) + "\n", self.cluster.account)
        entries = [f"{login.role} = {self._server()} dbname={login.database}" for login in logins]
        settings = [f"{name} = {value}" for name, value in self._settings().items()]
        text = "\n".join(["[databases]", *entries, "[pgbouncer]", *settings]) + "\n"
        _write(self.settings, text, self.cluster.account)

    def _server(self) -> str:
        folder = str(self.cluster.socket_folder).replace("'", "''")
        return f"host='{folder}' port={POSTGRES_PORT}"

    def _settings(self) -> dict[str, object]:
        folder = self.settings.parent
        settings: dict[str, object] = {
            "listen_port": POOLER_PORT,
            "unix_socket_dir": self.cluster.socket_folder,
            "unix_socket_mode": "0700",
            "auth_type": "hba",
            "auth_hba_file": folder / "hba.conf",
            "auth_file": folder / "users.txt",
            "admin_users": self.admin,
            "server_tls_sslmode": "disable",  # all of it goes over Unix sockets, which have no TLS
            "pool_mode": "transaction",
            "max_client_conn": 1000,
            "default_pool_size": 10,
            "client_login_timeout": 15,  # a client that connects and sends nothing counts against max_client_conn
            # PostgreSQL takes 200 sessions of all tenants together: idle ones are given back.
            "server_idle_timeout": 10,
            # A role that may log in again would otherwise wait after an earlier refusal.
            "server_login_retry": 0,
            "ignore_startup_parameters": "extra_float_digits",  # every JDBC client sends it
            "log_connections": 0,
            "log_disconnections": 0,
            "log_stats": 0,
        }
        if self.bouncer.version >= KEEPS_PREPARED_STATEMENTS:
            settings["max_prepared_statements"] = 200
        if self.bouncer.version >= LIMITS_CLIENTS:
            settings["max_db_client_connections"] = CLIENT_LIMIT
        return settings


def settings_in(folder: Path) -> Path:
    """The settings file of a data directory; it is in the command line of that directory's pgbouncer."""
    return folder / "pooler" / "pgbouncer.ini"


def _write(path: Path, text: str, account: Account) -> None:
    """Whole or not at all, and always as a new file: on RELOAD pgbouncer skips one with the same inode and times."""
    unfinished = path.with_suffix(".new")
    unfinished.touch(mode=0o600)
    unfinished.write_text(text)
    account.own(unfinished)
    unfinished.rename(path)
