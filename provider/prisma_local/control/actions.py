"""What `/_local/…` does: all that the API has no call for."""

from __future__ import annotations

from typing import Any

from prisma_local.authorization.github import Repositories
from prisma_local.authorization.grants import Grants
from prisma_local.authorization.tokens import Access
from prisma_local.control import drift
from prisma_local.databases import backups, lifecycle
from prisma_local.databases.context import Plane
from prisma_local.errors import Invalid, Missing
from prisma_local.http.request_log import Journal
from prisma_local.http.result import Answer, ok
from prisma_local.rules import response_bodies
from prisma_local.store.values import LIVE, Database, Project
from prisma_local.testing.faults import Faults


class Control:
    def __init__(self, plane: Plane, access: Access, first_token: str) -> None:
        self.faults = Faults()
        self.journal = Journal()
        self.grants = Grants(plane.records, access, plane.settings)
        self.repositories = Repositories(access)
        self._plane = plane
        self._access = access
        self._first_token = first_token

    def requests(self, _body: dict[str, Any]) -> Answer:
        return Answer(200, {"data": self.journal.shown()})

    def clear_requests(self, _body: dict[str, Any]) -> Answer:
        self.journal.clear()
        return Answer(204)

    def list_faults(self, _body: dict[str, Any]) -> Answer:
        return Answer(200, {"data": self.faults.shown()})

    def add_fault(self, body: dict[str, Any]) -> Answer:
        return Answer(201, {"data": self.faults.add(body).shown()})

    def clear_faults(self, _body: dict[str, Any]) -> Answer:
        self.faults.clear()
        return Answer(204)

    def show_settings(self, _body: dict[str, Any]) -> Answer:
        return Answer(200, self._plane.settings.shown())

    def change_settings(self, body: dict[str, Any]) -> Answer:
        self._plane.settings.update(body)
        return self.show_settings(body)

    def mint(self, body: dict[str, Any]) -> Answer:
        name = body.get("workspace")
        if name is not None and not isinstance(name, str):
            raise Invalid("workspace is a name, or null for the default one.")
        token, workspace = self._access.mint(name)
        return Answer(201, {"token": token, "workspaceId": workspace.id})

    def revoke(self, body: dict[str, Any]) -> Answer:
        self._access.revoke(str(body.get("token")))
        return Answer(204)

    def link(self, body: dict[str, Any]) -> Answer:
        """Let the jobs of a GitHub repository work in a workspace, as a link in the console does."""
        repository, workspace = body.get("repository"), body.get("workspace")
        if not isinstance(repository, str) or not isinstance(workspace, str | None):
            raise Invalid("repository is a text such as owner/name, workspace a name, or null for the default one.")
        return Answer(201, {"repository": repository, "workspaceId": self.repositories.link(repository, workspace).id})

    def postgres(self, _body: dict[str, Any]) -> Answer:
        """What PostgreSQL really holds besides the stock, once the work in the background is done."""
        self._plane.background.settle()
        return Answer(200, self._held(spare=False))

    def stock(self, _body: dict[str, Any]) -> Answer:
        """What PostgreSQL really holds of the stock, and whether it is full."""
        full = self._plane.stock.is_full()
        return Answer(200, {**self._held(spare=True), "full": full})

    def _held(self, *, spare: bool) -> dict[str, list[str]]:
        tenants, stock = self._plane.tenants, self._plane.stock
        # PostgreSQL is asked first: what it holds of the stock by now, the records knew before.
        databases, roles = tenants.databases(), tenants.roles()
        stocked, their_roles = stock.names(), stock.roles()
        return {
            "databases": [name for name in databases if (name in stocked) == spare],
            "roles": [role for role in roles if (role in their_roles) == spare],
        }

    def reset(self, _body: dict[str, Any]) -> Answer:
        """As after the first start, with the first token."""
        self.faults.clear()
        self._plane.settings.forget()
        for project in self._plane.records.select(Project, state=LIVE):
            lifecycle.retire_project(self._plane, project)
        self._plane.background.settle()
        self._access.forget_all_but(self._first_token)
        self.repositories.forget()
        self.journal.clear()
        return Answer(204)

    def take_backup(self, body: dict[str, Any]) -> Answer:
        """A backup of that database, now; the service takes its own when it likes."""
        found = self._plane.records.one(Database, id=str(body.get("databaseId")), state=LIVE)
        if found is None:
            raise Missing(f"There is no database {body.get('databaseId')}.")
        return ok(response_bodies.backup(backups.take(self._plane, found)), 201)

    def drift(self, body: dict[str, Any]) -> Answer:
        drift.happen(self._plane, body)
        return Answer(204)
