"""Start and stop, in an order that keeps nobody waiting: PostgreSQL takes longest, so it comes first."""

from __future__ import annotations

from contextlib import ExitStack

from prisma_local import ground
from prisma_local.ground import Options
from prisma_local.stopping import Stopping


def serve(options: Options) -> int:
    """Serve until a signal; returns the exit code."""
    stopping = Stopping()
    stopping.install()
    with ExitStack() as stack:
        laid = ground.lay(stack, options)
        # Imported here: initdb, a process of its own, works meanwhile.
        from prisma_local import serving

        return serving.serve(stack, laid, options, stopping)
