"""What `/_local/…` does: all that the API has no call for."""

from __future__ import annotations

from typing import Any

from prisma_local import lifecycle
from prisma_local.access import Access
from prisma_local.call import Answer
from prisma_local.errors import Invalid, Missing
from prisma_local.faults import Faults
from prisma_local.journal import Journal
from prisma_local.plane import Plane
from prisma_local.records import Taken
from prisma_local.rules import branches, default
from prisma_local.values import LIVE, Connection, Database, Project

# What drift may set, by kind of object: the API's name to the record's.
PROJECT_FIELDS = {"name": "name", "region": "default_region", "logicalId": "logical_id"}
CONNECTION_FIELDS = {"name": "name"}
DATABASE_FIELDS = {
    "name": "name",
    "isDefault": "is_default",
    "status": "status",
    "branchId": "branch_id",
    "region": "region",
    "logicalId": "logical_id",
}
NEVER_NULL = ("name", "status")


class Control:
    def __init__(self, plane: Plane, access: Access, first_token: str) -> None:
        self.faults = Faults()
        self.journal = Journal()
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

    def postgres(self, _body: dict[str, Any]) -> Answer:
        """What PostgreSQL really holds, once the work in the background is done."""
        self._plane.background.settle()
        tenants = self._plane.tenants
        return Answer(200, {"databases": tenants.databases(), "roles": tenants.roles()})

    def reset(self, _body: dict[str, Any]) -> Answer:
        """As after the first start, with the first token."""
        self.faults.clear()
        self._plane.settings.forget()
        for project in self._plane.records.select(Project, state=LIVE):
            lifecycle.retire_project(self._plane, project)
        self._plane.background.settle()
        self._access.forget_all_but(self._first_token)
        self.journal.clear()
        return Answer(204)

    def drift(self, body: dict[str, Any]) -> Answer:
        """Change or delete an object behind everybody's back, as somebody at the console would."""
        found = self._object(str(body.get("id")))
        if body.get("gone") is True:
            self._retire(found)
        elif isinstance(body.get("set"), dict):
            with self._plane.records.transaction():
                self._set(found, body["set"])
        else:
            raise Invalid('Say "set": {…} or "gone": true.')
        return Answer(204)

    def _object(self, id_: str) -> Project | Database | Connection:
        records = self._plane.records
        found = (
            records.one(Project, id=id_, state=LIVE)
            or records.one(Database, id=id_, state=LIVE)
            or records.one(Connection, id=id_, state=LIVE)
        )
        if found is None:
            raise Missing(f"There is no project, database or connection {id_}.")
        return found

    def _retire(self, found: Project | Database | Connection) -> None:
        if isinstance(found, Project):
            lifecycle.retire_project(self._plane, found)
        elif isinstance(found, Database):
            lifecycle.retire_database(self._plane, found)
        else:
            lifecycle.retire_connection(self._plane, found)

    def _set(self, found: Project | Database | Connection, wanted: dict[str, Any]) -> None:
        records = self._plane.records
        try:
            if isinstance(found, Project):
                records.change(Project, found.id, **_columns(PROJECT_FIELDS, wanted))
            elif isinstance(found, Connection):
                records.change(Connection, found.id, **_columns(CONNECTION_FIELDS, wanted))
            else:
                self._set_database(found, wanted)
        except Taken as taken:
            raise Invalid("Another object holds that logicalId.") from taken

    def _set_database(self, found: Database, wanted: dict[str, Any]) -> None:
        columns = _columns(DATABASE_FIELDS, wanted)
        if columns.get("branch_id") is not None:
            columns["branch_id"] = branches.by_id(self._plane, found.project_id, columns["branch_id"]).id
        if "status" in columns:
            columns["ready_at"] = None  # the status stays what it was set to
        if columns.get("is_default"):
            default.promote(self._plane, found)
        self._plane.records.change(Database, found.id, **columns)


def _columns(known: dict[str, str], wanted: dict[str, Any]) -> dict[str, Any]:
    """Values are free, also such as the service does not know yet; only their kind is checked."""
    unknown = set(wanted) - set(known)
    if unknown or not wanted:
        raise Invalid(f"Here drift sets {', '.join(known)}.")
    for name, value in wanted.items():
        fits = isinstance(value, bool) if name == "isDefault" else isinstance(value, str) or value is None
        if not fits or (value is None and name in NEVER_NULL):
            raise Invalid(f"{name} cannot be {value!r}.")
    return {known[name]: value for name, value in wanted.items()}
