"""The system's keyring, where there is one: GNOME's or KDE's, the Keychain, the Credential Manager."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prisma_provider.errors import ConfigurationError
from prisma_provider.extras import needed

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "pulumi-prisma"


class Keyring:
    """A keyring, or none; one that fails when it is written to is none."""

    def __init__(self, backend: KeyringBackend | None) -> None:
        self._backend = backend
        self.name = f"the keyring ({backend.name})" if backend else "no keyring"

    @staticmethod
    def of_system() -> Keyring:
        """The one that this user's session has."""
        with needed("A stored login"):
            import keyring
            from keyring.backends import fail, null
        backend = keyring.get_keyring()
        return Keyring(None if isinstance(backend, fail.Keyring | null.Keyring) else backend)

    def read(self, api: str) -> str:
        """The tokens of an API; ConfigurationError where the keyring is locked, or away, or has none."""
        from keyring.errors import KeyringError

        try:
            found = self._backend.get_password(SERVICE, api) if self._backend else None
        except KeyringError as error:
            raise _closed(f"It says: {error}.") from None
        if found is None:
            raise _closed("It holds nothing of it.")
        return found

    def write(self, api: str, text: str) -> bool:
        """Keep the tokens of an API; False where this keyring keeps nothing (some take no text of this length)."""
        try:
            if self._backend is not None:
                self._backend.set_password(SERVICE, api, text)
                return self._backend.get_password(SERVICE, api) == text
        except Exception:  # backends let errors of their own through; the file takes what a keyring does not
            return False  # what it may still hold is old: tokens in the file go first
        return False

    def remove(self, api: str) -> None:
        """Forget the tokens of an API."""
        from keyring.errors import KeyringError

        try:
            if self._backend is not None and self._backend.get_password(SERVICE, api) is not None:
                self._backend.delete_password(SERVICE, api)
        except KeyringError as error:
            raise _closed(f"It says: {error}.") from None


def _closed(why: str) -> ConfigurationError:
    return ConfigurationError(
        "The keyring with the stored login cannot be used.",
        hint=f"{why} Unlock it, or log in again: `pulumi-prisma login`.",
    )
