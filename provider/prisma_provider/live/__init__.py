"""What is known of the objects: what the service holds now, what this run and earlier ones did, what state records."""

from prisma_provider.live.live import Live

__all__ = ["Live"]
