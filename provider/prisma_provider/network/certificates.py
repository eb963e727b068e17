"""Which certificates are trusted: those that the environment names, else the system's."""

from __future__ import annotations

import os
import ssl
import sys
from pathlib import Path

from prisma_provider.errors import ConfigurationError

FILE = "SSL_CERT_FILE"
FOLDER = "SSL_CERT_DIR"

_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",  # Fedora, Red Hat
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # BSD, and most others
)
"""Where systems keep them: a Python that was built elsewhere looks in places that this system lacks."""


def trusted() -> ssl.SSLContext:
    """A context that verifies; ConfigurationError where what the environment names cannot be used."""
    file, folder = os.environ.get(FILE) or None, os.environ.get(FOLDER) or None
    if file or folder:
        return _named(file, folder)
    if sys.platform in ("darwin", "win32"):
        import truststore  # the Keychain, and Windows' own store, which OpenSSL cannot ask

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return _of_system()


def in_force() -> str:
    """What is trusted now, as a message says it."""
    named = [f"{name}={value}" for name in (FILE, FOLDER) if (value := os.environ.get(name))]
    return " and ".join(named) or "the system's trust store"


def _named(file: str | None, folder: str | None) -> ssl.SSLContext:
    """OpenSSL looks into a folder when a certificate is asked for, and misses none that is not there."""
    if folder and not any(Path(each).is_dir() for each in folder.split(os.pathsep)):
        raise _unusable(FOLDER, folder, "there is no such folder")
    try:
        return ssl.create_default_context(cafile=file, capath=folder)
    except ssl.SSLError:
        raise _unusable(FILE, file, "it is no PEM file with certificates") from None
    except OSError as error:
        raise _unusable(FILE, file, (error.strerror or type(error).__name__).lower()) from None


def _of_system() -> ssl.SSLContext:
    """The system's; a machine without any (a small container) has those that come with Python's HTTP libraries."""
    paths = ssl.get_default_verify_paths()
    file = next((each for each in (paths.cafile, *_BUNDLES) if each and Path(each).is_file()), None)
    if file is None:
        import certifi

        file = certifi.where()
    return ssl.create_default_context(cafile=file, capath=paths.capath or None)


def _unusable(variable: str, value: str | None, why: str) -> ConfigurationError:
    return ConfigurationError(
        f"{variable}={value} cannot be used: {why}.",
        hint=f"let {FILE} name a PEM file of CA certificates, or {FOLDER} a folder of them; without either, the "
        "system's trust store is used.",
    )
