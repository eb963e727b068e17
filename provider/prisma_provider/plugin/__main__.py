"""The command `pulumi-resource-prisma`, which Pulumi's engine starts."""

from __future__ import annotations

import sys

from prisma_provider.plugin.server import serve


def main() -> None:
    """Serve until the engine has no more use for us."""
    serve(sys.argv[1:])


if __name__ == "__main__":
    main()
