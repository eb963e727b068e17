"""The configuration of PostgreSQL: its settings, and who may connect how."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

from prisma_local.postgres import extensions
from prisma_local.postgres.account import Account
from prisma_local.postgres.finder import Installation

ADMIN = "prisma_admin"
HOST = "127.0.0.1"

# The folder of the socket belongs to PostgreSQL's account, so that only the control plane and the pooler connect. The
# superuser has no password: the proxy, which connects for tenants, must never let one in by that name.
HBA = f"""\
local all {ADMIN} peer map=control
local all all scram-sha-256
"""


def write_access_rules(data: Path, account: Account) -> None:
    us = pwd.getpwuid(os.geteuid()).pw_name
    for name, text in (("pg_hba.conf", HBA), ("pg_ident.conf", f'control "{us}" {ADMIN}\n')):
        path = data / name
        path.write_text(text)
        account.own(path)


def settings(installation: Installation, port: int, socket_folder: Path, *, durable: bool) -> list[str]:
    """As arguments of `postgres`."""
    found = {
        "listen_addresses": "",  # the proxy has the TCP port, and TLS
        "port": str(port),
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC" if installation.has_time_zones() else "GMT",
        "log_timezone": "GMT",
        "max_connections": "220",
        "superuser_reserved_connections": "20",  # ours: a database is deleted however many sessions tenants have
        "shared_buffers": "32MB",
        "max_wal_size": "256MB",
        "dynamic_shared_memory_type": "mmap",  # a container's /dev/shm is often tiny
        "shared_preload_libraries": ",".join(extensions.preloaded(installation.root)),
        "fsync": "on" if durable else "off",
    }
    return [word for name, value in found.items() for word in ("-c", f"{name}={value}")]


def connection_string(role: str, password: str, port: int) -> str:
    """Without a database's name, as the service's: `admission` knows the database of the role."""
    return f"postgres://{role}:{password}@{HOST}:{port}/?sslmode=require"
