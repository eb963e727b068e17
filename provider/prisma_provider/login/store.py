"""Where a login lies: a file of its own for each API, which only the user can read.

Where the system has a keyring, the tokens lie there, and the file says so.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from prisma_provider.errors import ConfigurationError
from prisma_provider.extras import needed
from prisma_provider.login.keyrings import Keyring
from prisma_provider.login.values import Login, read_tokens, to_json
from prisma_provider.pulumi_command import home

LOCK_SECONDS = 120.0
"""How long another process may take with a login: it refreshes, which is one request."""


class Store:
    """The logins of this user on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @staticmethod
    def of_user(environment: Mapping[str, str]) -> Store:
        """In Pulumi's own folder (`PULUMI_HOME`), which every run of this user has."""
        return Store(home(environment) / "prisma" / "logins")

    def holds(self, api: str) -> bool:
        """Whether there is a login of this API."""
        return self._file(api).exists()

    def load(self, api: str) -> Login | None:
        """The login of this API, with its tokens; ConfigurationError where what is there cannot be read."""
        file = self._file(api)
        try:
            kept = json.loads(file.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise self._unreadable(file, error) from None
        try:
            tokens = kept.pop("tokens", None) or json.loads(Keyring.of_system().read(api))
            return Login(**kept, tokens=read_tokens(tokens))
        except (ValueError, TypeError) as error:
            raise self._unreadable(file, error) from None

    def save(self, login: Login) -> str:
        """Store it, in the place of what was there; where, in words. It is on the disk when this returns."""
        record = to_json(login)
        tokens = json.dumps(record["tokens"])
        keyring = Keyring.of_system()
        if keyring.write(login.api, tokens):
            del record["tokens"]
        self._write(self._file(login.api), json.dumps(record))
        return keyring.name if "tokens" not in record else str(self._file(login.api))

    def remove(self, api: str) -> None:
        """Forget it; the keyring first, so that what a locked one keeps can still be found."""
        Keyring.of_system().remove(api)
        self._file(api).unlink(missing_ok=True)

    @contextmanager
    def locked(self, api: str) -> Iterator[None]:
        """One process, and one thread of it, at a time; a process that dies lets go of it."""
        with needed("A stored login"):
            from filelock import FileLock, Timeout
        self._make_folder()
        try:
            with FileLock(self._file(api).with_suffix(".lock"), timeout=LOCK_SECONDS, is_singleton=False):
                yield
        except Timeout:
            raise ConfigurationError(
                f"Another process has held the stored login for {LOCK_SECONDS:g} s.",
                hint="end the one that hangs, or set PRISMA_SERVICE_TOKEN.",
            ) from None

    def _file(self, api: str) -> Path:
        return self.folder / f"{hashlib.sha256(api.encode()).hexdigest()[:16]}.json"

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def _write(self, file: Path, text: str) -> None:
        """Whole or not at all: half a login is none."""
        self._make_folder()
        handle, name = tempfile.mkstemp(dir=self.folder)  # 0600, which is the point
        try:
            with os.fdopen(handle, "w") as unfinished:
                unfinished.write(text)
                unfinished.flush()
                os.fsync(unfinished.fileno())
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @staticmethod
    def _unreadable(file: Path, error: Exception) -> ConfigurationError:
        return ConfigurationError(
            f"The stored login in {file} cannot be read ({type(error).__name__}).",
            hint="log in again: `pulumi-prisma login`.",
        )
