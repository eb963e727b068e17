"""The command `pulumi-resource-prisma`, which Pulumi's engine starts."""

from __future__ import annotations

import os
import sys

HELP = """usage: pulumi-resource-prisma [ENGINE]

Pulumi's plugin for Prisma Postgres. Pulumi's engine starts it, and gives its own address as ENGINE.
Started by hand it prints a port and serves until Ctrl-C: run Pulumi with PULUMI_DEBUG_PROVIDERS=prisma:PORT.

options:
  -h, --help     show this help message and exit
  --version      show the version and exit
"""


def main() -> None:
    """Serve until the engine has no more use for us."""
    if {"-h", "--help"}.intersection(sys.argv):
        print(HELP, end="")
    elif "--version" in sys.argv:
        from importlib.metadata import version

        import prisma_provider.plugin.servicer  # noqa: F401  a version of what can be imported: `make-plugin` asks

        print(version("pulumi-prisma"))
    else:
        from prisma_provider.imports import loaded_when_used

        with loaded_when_used("asyncio", "grpc.aio"):  # two fifths of the time that gRPC takes, and not used here
            from prisma_provider.plugin.server import serve

        serve(sys.argv[1:])
        # The engine waits for our end, twice in a preview: Python takes 15 ms to take apart what was imported.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    main()
