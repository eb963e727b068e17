"""Packages from npm for tests, installed once for this machine."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest
from examples._machine.engine import cache_home

INSTALL = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--silent"]


def installed(*packages: str) -> Path:
    """The folder `node_modules` with these packages; skips the test where there is no Node.js or no registry."""
    if shutil.which("npm") is None:
        pytest.skip("this machine has no Node.js with npm")
    digest = hashlib.sha256(" ".join(packages).encode()).hexdigest()[:12]
    folder = cache_home() / f"npm-{digest}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one run installs, the others wait for it
        if not folder.exists():
            _install(folder, packages)
    return folder / "node_modules"


def _install(folder: Path, packages: tuple[str, ...]) -> None:
    unfinished = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    (unfinished / "package.json").write_text('{"private": true}')
    done = subprocess.run([*INSTALL, *packages], cwd=unfinished, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"npm could not install {' '.join(packages)}: {(done.stdout + done.stderr).strip()[:300]}")
    unfinished.rename(folder)
