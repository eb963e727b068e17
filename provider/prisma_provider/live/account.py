"""Whose token it is: the workspace, what can be believed to be gone, and the regions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from prisma_provider import errors
from prisma_provider.api.models import bare_id, same_id
from prisma_provider.live.shared import Shared

T = TypeVar("T")


class Account(Shared):
    """What the service says of the token."""

    def verify(self) -> None:
        """Refuse a token that is not valid, or that is of another workspace than `prisma:workspaceId`."""
        wanted = self.client.settings.workspace_id
        found = self.workspace_id()
        if wanted and not self.sees_workspace(wanted):
            raise errors.ConfigurationError(
                f"The token belongs to workspace {found or 'of no name'}, and prisma:workspaceId is {wanted}.",
                hint="use a token of that workspace, or correct prisma:workspaceId.",
            )

    def workspace_id(self) -> str | None:
        """The workspace that the token stands for, where it names one."""
        me = self._reads.once("me", self.client.me)
        return me.workspace.id if me.workspace else None

    def absent(self, what: str, workspace_id: str | None) -> None:
        """Believe that something is gone, or raise: only the workspace that held it can say so."""
        if workspace_id is None or self.sees_workspace(workspace_id):
            return
        raise errors.ConfigurationError(
            f"Cannot tell whether {what} still exists: it belongs to workspace {workspace_id}, and the token to "
            f"{self.workspace_id() or 'none'}.",
            hint=f"use a token of workspace {workspace_id}. Nothing was changed.",
        )

    def sees_workspace(self, workspace_id: str) -> bool:
        """Whether the token stands for this workspace, or is of a user who sees it."""
        own = self.workspace_id()
        if own is not None:
            return same_id(own, workspace_id)
        # A token of a user, not of a workspace: it sees what it lists.
        seen = self._reads.once("workspaces", self.client.workspaces)
        return any(same_id(workspace.id, workspace_id) for workspace in seen)

    def regions(self) -> dict[str, str | None]:
        """The names of the service's regions, by their ids."""
        return {region.id: region.name for region in self._reads.once("regions", self.client.regions)}

    def _found(self, kind: str, object_id: str, ask: Callable[[str], T], workspace_id: str | None) -> T | None:
        """An object by its id, asked for once in the operation; None where it is proved gone."""
        try:
            return self._reads.once(kind, lambda: ask(object_id), bare_id(object_id))
        except errors.NotFound:
            self.absent(f"{kind} {object_id}", workspace_id)
            return None
