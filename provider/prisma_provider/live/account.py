"""Whose token it is: the workspace, what can be believed to be gone, and the regions."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Project, Subscription
from prisma_provider.errors import capital
from prisma_provider.live.run import resource
from prisma_provider.live.shared import Shared
from prisma_provider.live.state import named
from prisma_provider.network.retries import time_left, time_limit
from prisma_provider.text import some_of

T = TypeVar("T")

_PLAN = "subscription"

_PATIENCE = 5.0
"""Seconds that the plan of a workspace is asked for."""

_TRANSFERRED = (
    "where its project was transferred to another workspace, use a token of that one, or take it out of the stack: "
    "pulumi state delete URN. Otherwise see what the token may do in this workspace."
)

_log = logging.getLogger(__name__)


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

    def subscription(self) -> Subscription | None:
        """The plan of the token's workspace; None where it cannot be read, which is no reason to stop."""
        return self._reads.once(_PLAN, self._read_plan)

    def ask_plan(self) -> None:
        """Begin to ask for the plan, before anything is made or changed."""
        if not self._plan_asked:
            self._plan_asked = True
            self._ahead(lambda: self._reads.share((_PLAN, ""), lambda _: self._read_plan()))

    def warn_if_blocked(self) -> None:
        """Say that the workspace is blocked, where its plan was asked for."""
        plan = self.subscription() if self._plan_asked else None
        if plan is not None and plan.usage_blocked:
            self.note(
                f'The workspace is blocked on its plan "{plan.plan_name}": its databases accept no connections, and '
                f"what is to be made may be refused. Raise the plan or its limits{_where(plan)}."
            )

    def _read_plan(self) -> Subscription | None:
        projects: list[Project] = self._reads.done("project")
        try:
            with time_limit(min(_PATIENCE, time_left())):
                workspace_id = projects[0].workspace.id if projects else self.workspace_id()
                return self.client.subscription(workspace_id) if workspace_id else None
        except errors.ApiError as error:
            _log.info("the workspace's plan cannot be read: %s", error.what)
            return None

    @contextmanager
    def saying_plan(self) -> Iterator[None]:
        """An error of the workspace's plan says which plan it is, where it is raised, and what was made before."""
        try:
            yield
        except errors.PlanLimit as error:
            plan = self.subscription()
            kind = errors.UsageBlocked if plan and plan.usage_blocked else type(error)
            hint = f"{_of_plan(plan)}{_sentence(error.hint)}{self._so_far()}"
            raise kind(error.what, said=error.said, hint=hint, code=error.code) from None

    def _so_far(self) -> str:
        """What this run made, and what it did not."""
        made = [named(urn) for urn in self.run.all_returned() if urn]
        before = f" Made by this run before it, and kept: {some_of(made)}." if made else ""
        this = f" Not done: {named(resource())}." if resource() else ""
        return f"{this}{before} `pulumi up` goes on with what is left."

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
        except errors.Forbidden as error:
            raise self._perhaps_transferred(error, workspace_id) from None

    def _perhaps_transferred(self, error: errors.Forbidden, workspace_id: str | None) -> errors.Forbidden:
        """The same with another hint, unless the token is of another workspace than the one that held it."""
        if workspace_id is not None and not self.sees_workspace(workspace_id):
            return error
        return type(error)(error.what, said=error.said, hint=_TRANSFERRED, code=error.code)


def _where(plan: Subscription) -> str:
    return f" at {plan.upgrade_url}" if plan.upgrade_url else " in Prisma Console"


def _of_plan(plan: Subscription | None) -> str:
    if plan is None:
        return ""
    blocked = "the workspace is blocked on its plan" if plan.usage_blocked else "the plan is"
    return f'{blocked} "{plan.plan_name}"; it is raised{_where(plan)}. '


def _sentence(hint: str | None) -> str:
    return capital(hint) if hint else ""
