"""The conformance of the service itself: everything that the provider relies on, tried against a real workspace.

For maintainers: the published contract leaves much open, and the tests only meet `prisma-local`. With the token of a
scratch workspace in PRISMA_SERVICE_TOKEN (and PRISMA_API_BASE_URL for another service than Prisma's),

    ./tests/run live --creates-databases

makes a project of its own there, whose name has a random part, and some seven databases in it, walks the list of what
our code relies on (tests/live/rows), and removes the project again, also after a failure or Ctrl-C; what it cannot
remove it names. Other projects are listed and never touched. It takes some minutes, and no secret is printed. The
report, as text and as JSON in a folder that is named at the end, has a verdict for each reliance: it *holds*, it
*differs* (what was wanted, and what was seen), or it was *not tried* (why). Times are measured and not judged.
A difference is information: it is for a person to decide whether the provider has to change, or the list.

The status is 0 where nothing differs, 10 where something does, 130 after Ctrl-C, and 1 where the token is of no use,
nothing could be tried, or something was left behind. The contract ring walks the same list against `prisma-local`.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from live import report
from live.api import LOOPBACK
from live.findings import DIFFERS, NOT_TRIED, Found, Reliance
from live.ring import Walk, walk
from live.world import SERVICE

DIFFERENT, INTERRUPTED = 10, 130


def main() -> int:
    """Walk, write the report, and give the status."""
    base_url = os.environ.get("PRISMA_API_BASE_URL", "").strip() or SERVICE
    if urlsplit(base_url).scheme != "https" and urlsplit(base_url).hostname not in LOOPBACK:
        sys.exit(f"The token is not sent in clear to {base_url}: PRISMA_API_BASE_URL must begin with https://.")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    found = walk(base_url, os.environ["PRISMA_SERVICE_TOKEN"].strip(), tell=_tell)
    places = report.write(found, Path(tempfile.mkdtemp(prefix="prisma-live-")))
    if not tried(found):
        print(f"Nothing could be tried: {found.found['project'].why}.")
    for line in found.left:
        print(f"LEFT BEHIND: {line}. Delete it in Prisma Console.")
    print(report.summary(found))
    print(f"The report: {' and '.join(map(str, places))}")
    return status(found)


def status(found: Walk) -> int:
    """What the process ends with."""
    if found.interrupted and not found.left:
        return INTERRUPTED
    if found.left or not tried(found):
        return 1
    return DIFFERENT if found.names(DIFFERS) else 0


def tried(found: Walk) -> bool:
    """Whether there was a project to try things in."""
    return found.found["project"].verdict != NOT_TRIED


def _tell(reliance: Reliance, found: Found) -> None:
    print(report.line(reliance, found), flush=True)


if __name__ == "__main__":
    sys.exit(main())
