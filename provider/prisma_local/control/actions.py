"""What the routes `/_local/…` do."""

from __future__ import annotations

from typing import Any

from prisma_local.authorization.github import Repositories
from prisma_local.authorization.grants import Grants
from prisma_local.authorization.tokens import Tokens
from prisma_local.control import drift
from prisma_local.databases import backups, deletion, variables
from prisma_local.databases.context import Context
from prisma_local.errors import Invalid, NotFound
from prisma_local.http.request_log import RequestLog
from prisma_local.http.result import Result, ok
from prisma_local.postgres.names import SHADOW_LIMIT
from prisma_local.rules import response_bodies
from prisma_local.store.values import LIVE, Branch, Database, Project
from prisma_local.testing.faults import Faults

NO_CONTENT = Result(204)


class Control:
    """`first_token` is the one of the data directory, which outlives a reset."""

    def __init__(self, context: Context, tokens: Tokens, first_token: str) -> None:
        self.faults = Faults()
        self.request_log = RequestLog()
        self.grants = Grants(context.records, tokens, context.settings)
        self.repositories = Repositories(tokens)
        self._context = context
        self._tokens = tokens
        self._first_token = first_token

    def requests(self, _body: dict[str, Any]) -> Result:
        return ok(self.request_log.as_json())

    def clear_requests(self, _body: dict[str, Any]) -> Result:
        self.request_log.clear()
        return NO_CONTENT

    def list_faults(self, _body: dict[str, Any]) -> Result:
        return ok(self.faults.as_json())

    def add_fault(self, body: dict[str, Any]) -> Result:
        return ok(self.faults.add(body).as_json(), 201)

    def clear_faults(self, _body: dict[str, Any]) -> Result:
        self.faults.clear()
        return NO_CONTENT

    def show_settings(self, _body: dict[str, Any]) -> Result:
        return Result(200, self._context.settings.as_json())

    def change_settings(self, body: dict[str, Any]) -> Result:
        self._context.settings.update(body)
        return self.show_settings(body)

    def mint(self, body: dict[str, Any]) -> Result:
        name = body.get("workspace")
        if not isinstance(name, str | None):
            raise Invalid("workspace is a name, or null for the default one.")
        token, workspace = self._tokens.mint(name)
        return Result(201, {"token": token, "workspaceId": workspace.id})

    def revoke(self, body: dict[str, Any]) -> Result:
        self._tokens.revoke(str(body.get("token")))
        return NO_CONTENT

    def connect_repository(self, body: dict[str, Any]) -> Result:
        """Let the jobs of a GitHub repository work in a workspace, as the console does."""
        repository, workspace = body.get("repository"), body.get("workspace")
        if not isinstance(repository, str) or not isinstance(workspace, str | None):
            raise Invalid("repository is a text such as owner/name, workspace a name, or null for the default one.")
        connected = self.repositories.connect(repository, workspace)
        return Result(201, {"repository": repository, "workspaceId": connected.id})

    def about_postgres(self) -> dict[str, Any]:
        tenants = self._context.tenants
        path = str(tenants.certificate)
        return {
            "certificate": {"path": path, "node": f"NODE_EXTRA_CA_CERTS={path}", "libpq": f"PGSSLROOTCERT={path}"},
            "shadowDatabases": f"A connection can create {SHADOW_LIMIT} databases, as prisma migrate dev does.",
            "extensionsLeftOut": tenants.extensions_left_out,
        }

    def postgres(self, _body: dict[str, Any]) -> Result:
        """What PostgreSQL really has besides the stock, once the background jobs are done."""
        self._context.background.wait_until_idle()
        return Result(200, self._in_postgres(spare=False))

    def stock(self, _body: dict[str, Any]) -> Result:
        """What PostgreSQL really has of the stock, and whether it is full."""
        full = self._context.stock.is_full()
        return Result(200, {**self._in_postgres(spare=True), "full": full})

    def _in_postgres(self, *, spare: bool) -> dict[str, list[str]]:
        tenants, stock = self._context.tenants, self._context.stock
        # PostgreSQL is read first: a spare is recorded before PostgreSQL has it.
        databases, roles = tenants.databases.names(), tenants.roles.names()
        spares, roles_of_spares = stock.names(), stock.roles()
        return {
            "databases": [name for name in databases if (name in spares) == spare],
            "roles": [role for role in roles if (role in roles_of_spares) == spare],
        }

    def reset(self, _body: dict[str, Any]) -> Result:
        """As after the first start, with the first token."""
        self.faults.clear()
        self._context.settings.reset()
        for project in self._context.records.select(Project, state=LIVE):
            deletion.delete_project(self._context, project)
        self._context.background.wait_until_idle()
        self._tokens.keep_only(self._first_token)
        self.repositories.clear()
        self.request_log.clear()
        return NO_CONTENT

    def take_backup(self, body: dict[str, Any]) -> Result:
        """The service takes backups at times of its own choice; here a test says when."""
        found = self._context.records.one(Database, id=str(body.get("databaseId")), state=LIVE)
        if found is None:
            raise NotFound(f"There is no database {body.get('databaseId')}.")
        return ok(response_bodies.backup(backups.create(self._context, found)), 201)

    def deployed_variables(self, body: dict[str, Any]) -> Result:
        """With their values, which no response of the API has: for tests, and for a service on this machine."""
        found = self._context.records.one(Branch, id=str(body.get("branchId")))
        if found is None:
            raise NotFound(f"There is no branch {body.get('branchId')}.")
        return ok(variables.deployed(self._context, found))

    def drift(self, body: dict[str, Any]) -> Result:
        drift.apply(self._context, body)
        return NO_CONTENT
