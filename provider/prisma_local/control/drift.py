"""Drift: an object is changed or deleted without the API, as somebody at the console would."""

from __future__ import annotations

from typing import Any

from prisma_local.databases import backups, deletion, variables
from prisma_local.databases.context import Context
from prisma_local.errors import Invalid, NotFound
from prisma_local.rules import branch_records, default_database
from prisma_local.store.clock import now
from prisma_local.store.records import UniqueViolation
from prisma_local.store.values import (
    CREATING,
    LIVE,
    Backup,
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Project,
    Token,
)

Record = Project | Branch | Database | Connection | Backup | EnvironmentVariable | Token

# What can be set of each kind of object: the API's name to the record's.
FIELDS: dict[type[Record], dict[str, str]] = {
    Project: {"name": "name", "region": "default_region", "logicalId": "logical_id"},
    Branch: {"isDefault": "is_default"},
    Database: {
        "name": "name",
        "isDefault": "is_default",
        "status": "status",
        "branchId": "branch_id",
        "region": "region",
        "logicalId": "logical_id",
    },
    Connection: {"name": "name"},
    EnvironmentVariable: {"value": "value", "isManagedBySystem": "is_managed_by_system"},
    Token: {"name": "name"},
    Backup: {"status": "status"},
}
FLAGS = ("isDefault", "isManagedBySystem")
NEVER_NULL = ("name", "status", "value")


def apply(context: Context, body: dict[str, Any]) -> None:
    """`{"id", "set": {…}}` or `{"id", "gone": true}`."""
    found = _find(context, str(body.get("id")))
    if body.get("gone") is True:
        _delete(context, found)
    elif isinstance(body.get("set"), dict):
        with context.records.transaction():
            _change(context, found, _columns(FIELDS[type(found)], body["set"]))
    else:
        raise Invalid('Say "set": {…} or "gone": true.')


def _find(context: Context, id_: str) -> Record:
    records = context.records
    found = (
        records.one(Project, id=id_, state=LIVE)
        or records.one(Branch, id=id_)
        or records.one(Database, id=id_, state=LIVE)
        or records.one(Connection, id=id_, state=LIVE)
        or records.one(Backup, id=id_, state=LIVE)
        or records.one(EnvironmentVariable, id=id_)
        or records.one(Token, id=id_, grant_id=None)
    )
    if found is None:
        raise NotFound(f"There is no project, branch, database, connection, backup, variable or token {id_}.")
    return found


def _delete(context: Context, found: Record) -> None:
    if isinstance(found, Project):
        deletion.delete_project(context, found)
    elif isinstance(found, Branch):
        _delete_branch(context, found)
    elif isinstance(found, Database):
        deletion.delete_database(context, found)
    elif isinstance(found, Backup):
        backups.delete(context, found)
    elif isinstance(found, EnvironmentVariable | Token):
        context.records.remove(type(found), id=found.id)
    else:
        deletion.delete_connection(context, found)


def _delete_branch(context: Context, found: Branch) -> None:
    """With its databases: every database belongs to a branch."""
    with context.records.transaction():
        if context.records.one(Database, branch_id=found.id, state=CREATING) is not None:
            raise Invalid("A database of the branch is still being made.")
        members = context.records.select(Database, branch_id=found.id, state=LIVE)
        branch_records.remove(context, found)
    for member in members:
        deletion.delete_database(context, member)


def _change(context: Context, found: Record, columns: dict[str, Any]) -> None:
    if isinstance(found, Branch):
        _prepare_branch(context, found, columns)
    if isinstance(found, Database):
        _prepare_database(context, found, columns)
    if isinstance(found, EnvironmentVariable):
        _prepare_variable(context, columns)
    try:
        context.records.change(type(found), found.id, **columns)
    except UniqueViolation as violation:
        raise Invalid("Another object holds that logicalId.") from violation
    if isinstance(found, Database):
        variables.write_managed(context, found.project_id)


def _prepare_branch(context: Context, found: Branch, columns: dict[str, Any]) -> None:
    columns["updated_at"] = now()
    if columns["is_default"]:
        branch_records.promote(context, found)


def _prepare_database(context: Context, found: Database, columns: dict[str, Any]) -> None:
    if columns.get("branch_id") is not None:
        columns["branch_id"] = branch_records.by_id(context, found.project_id, columns["branch_id"]).id
    if "status" in columns:
        columns["ready_at"] = None  # the status stays what it was set to
    if columns.get("is_default"):
        default_database.promote(context, found)


def _prepare_variable(context: Context, columns: dict[str, Any]) -> None:
    columns["updated_at"] = now()
    if "value" in columns:
        columns["value"] = context.cipher.encrypt(columns["value"])


def _columns(known: dict[str, str], wanted: dict[str, Any]) -> dict[str, Any]:
    """Any value of the right type, so that a test can set one that the service does not have yet."""
    unknown = set(wanted) - set(known)
    if unknown or not wanted:
        raise Invalid(f"Drift sets {', '.join(known)}.")
    for name, value in wanted.items():
        fits = isinstance(value, bool) if name in FLAGS else isinstance(value, str) or value is None
        if not fits or (value is None and name in NEVER_NULL):
            raise Invalid(f"{name} cannot be {value!r}.")
    return {known[name]: value for name, value in wanted.items()}
