"""PostgreSQL's own data directory, made by initdb once for each data directory of ours."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from prisma_local.postgres import certificate, child_process
from prisma_local.postgres.account import Account
from prisma_local.postgres.configuration import ADMIN
from prisma_local.postgres.finder import Installation


def begin(
    installation: Installation, account: Account, data: Path, log: Path, *, durable: bool
) -> subprocess.Popen[bytes]:
    """Start initdb, beside the final place: what a killed first start leaves is never taken for whole."""
    unfinished = _unfinished(data)
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    account.own(unfinished)
    command = [installation.tool("initdb"), "-D", str(unfinished), "-U", ADMIN, "-E", "UTF8"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += ["--auth=reject", "--no-instructions", *([] if durable else ["--no-sync"])]
    return child_process.start(command, account, unfinished, log)


def finish(initdb: subprocess.Popen[bytes], account: Account, data: Path) -> bool:
    """Wait for initdb and add the certificate; whether it succeeded."""
    pair = certificate.make()  # while initdb works
    if initdb.wait() != 0:
        return False
    unfinished = _unfinished(data)
    for name, content in (("server.crt", pair.certificate), ("server.key", pair.key)):
        path = unfinished / name
        path.touch(mode=0o600)
        path.write_bytes(content)
        account.own(path)
    unfinished.rename(data)
    return True


def _unfinished(data: Path) -> Path:
    return data.with_name(f"{data.name}.new")
