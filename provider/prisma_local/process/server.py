"""Start and stop. PostgreSQL takes longest to start, so it comes first."""

from __future__ import annotations

from contextlib import ExitStack

from prisma_local.process.preparation import Options, prepare
from prisma_local.process.signals import Shutdown


def serve(options: Options) -> int:
    """Serve until a signal; returns the exit code."""
    shutdown = Shutdown()
    shutdown.install()
    with ExitStack() as stack:
        prepared = prepare(stack, options)
        # Imported here: initdb, a process of its own, works meanwhile.
        from prisma_local.process import web_server

        return web_server.serve(stack, prepared, options, shutdown)
