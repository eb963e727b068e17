"""What is stored encrypted: values of environment variables, and the passwords that Prisma's own are written from.

The key is a file beside the records, for this account only: a copy of the records alone shows no value.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.fernet import Fernet

from prisma_local.errors import StartupError


class Cipher:
    """Encrypts with the key of a data directory, which is made by its first start."""

    def __init__(self, path: Path) -> None:
        key = path.read_bytes() if path.exists() else _new_key(path)
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise StartupError(
                f"{path} is damaged. Put back a copy of it; or remove it, which loses the values of all variables."
            ) from error
        self.key_id = f"kid_{hashlib.sha256(key).hexdigest()[:16]}"
        """The name of the key, which says nothing of the key or of a value."""

    def encrypt(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, stored: str) -> str:
        return self._fernet.decrypt(stored).decode()


def _new_key(path: Path) -> bytes:
    """Whole or not at all: with half a key no value could be read again."""
    key = Fernet.generate_key()
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.touch(mode=0o600)
    with unfinished.open("wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    return key
