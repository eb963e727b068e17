"""A command of the user's, such as a migration tool: which environment it gets, and what of its output is shown."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import IO, Final
from urllib.parse import quote, unquote, urlsplit

from prisma_provider.text import cut, masked, plain

LAST_LINES: Final = 20
"""Lines of a command's output that are kept, for the message where it fails."""
_LONGEST_LINE: Final = 2_000
_LOOK: Final = 0.2
"""Seconds from one look to the next whether the command still is to go on."""
_GRACE: Final = 5.0
"""Seconds that a command gets to end after SIGTERM, and its output to come to an end after it."""

_OURS = re.compile(r"PRISMA_SERVICE_TOKEN|PRISMA_API_\w+|PULUMI_\w+|ACTIONS_ID_TOKEN_REQUEST_\w+")
"""Our token, what is exchanged for one, and all of Pulumi's: its passphrase, its tokens."""
_LIBPQ = re.compile(r"PG(HOST|HOSTADDR|PORT|DATABASE|USER|PASSWORD|PASSFILE|SERVICE|SERVICEFILE)")
"""Where libpq connects to without a connection string."""
_OTHER_DATABASE = re.compile(r"\s*[\"']?(postgres(ql)?|prisma(\+postgres)?)(\+\w+)?://", re.IGNORECASE)


def environment_for(urls: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """What a command gets: `urls` (DATABASE_URL, DIRECT_URL), no secret of ours, and no way to another database."""
    kept = {
        name: value
        for name, value in inherited.items()
        if not (_OURS.fullmatch(name) or _LIBPQ.fullmatch(name) or _OTHER_DATABASE.match(value))
    }
    return {**kept, **urls}


def hiding(urls: Iterable[str]) -> Callable[[str], str]:
    """What takes these connection strings and their passwords out of a line, in every spelling, and makes it plain."""
    secrets: set[str] = set()
    for url in urls:
        password = urlsplit(url).password or ""
        secrets |= {url, password, unquote(password), quote(unquote(password), safe="")}
    ordered = sorted(filter(None, secrets), key=len, reverse=True)

    def hide(line: str) -> str:
        for secret in ordered:
            line = line.replace(secret, "…")
        return plain(masked(line))

    return hide


@dataclass(frozen=True)
class Ended:
    """How a command ended. `lines` are the last of its output, without secrets; `status` is None where it was ended."""

    status: int | None
    lines: tuple[str, ...]
    seconds: float


def run(
    command: str | Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    hide: Callable[[str], str],
    show: Callable[[str], None],
    seconds: float,
    check: Callable[[], None] = lambda: None,
    keeps: Sequence[int] = (),
) -> Ended:
    """Run it: in a shell, where it is text as it was typed. `show` takes each line of its output.

    It is ended after these seconds, and where `check`, which is called meanwhile, raises. What `keeps` names by its
    file descriptors stays open as long as the command runs, even where this process is killed.
    """
    began = monotonic()
    process = subprocess.Popen(  # noqa: S603  the user's own command, which may use the shell
        command,
        shell=isinstance(command, str),
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        pass_fds=keeps if os.name == "posix" else (),
        start_new_session=True,  # so that what it starts ends with it; and Ctrl-C reaches it by us alone
    )
    lines: deque[str] = deque(maxlen=LAST_LINES)
    assert process.stdout is not None  # noqa: S101  it was asked for
    reader = Thread(target=_read, args=(process.stdout, hide, show, lines), name="output", daemon=True)
    reader.start()
    try:
        status = _wait(process, seconds, check)
    finally:
        _end(process)
        reader.join(_GRACE)
    return Ended(status, tuple(lines), monotonic() - began)


def _wait(process: subprocess.Popen[str], seconds: float, check: Callable[[], None]) -> int | None:
    ends = monotonic() + seconds
    while (left := ends - monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left, _LOOK))
        check()
    return None


def _read(stream: IO[str], hide: Callable[[str], str], show: Callable[[str], None], lines: deque[str]) -> None:
    with stream:
        for line in stream:
            shown = cut(hide(line.rstrip("\r\n")), _LONGEST_LINE)
            lines.append(shown)
            show(shown)


def _end(process: subprocess.Popen[str]) -> None:
    """It, and what it left running: nothing of it is to write into a database that is about to go."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        elif process.poll() is None:
            process.send_signal(number)
