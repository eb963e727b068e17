"""What the service holds now: reads that everything in one operation shares, whatever the thread.

One list of a project's databases serves every database and connection of it. A list that is on its way is joined,
not asked for twice; a write puts its response here, and no list, begun before or lagging behind, hides it.
Absence is never read off a list: what one lacks is asked for by id, and a "not found" counts only in the workspace
that the object belongs to, since a token of another one sees nothing at all.
"""

from __future__ import annotations

from prisma_provider.live.branches import Branches
from prisma_provider.live.connections import Connections
from prisma_provider.live.service_tokens import ServiceTokens
from prisma_provider.live.variables import Variables


class Live(Connections, Branches, Variables, ServiceTokens):
    """The live objects of one operation; `client` is there for the writes."""
