"""The plugin, as `PulumiPlugin.yaml` starts it."""

from prisma_provider.plugin.__main__ import main

main()
