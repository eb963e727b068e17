"""Branches underneath: every database belongs to one, and a project begins with its default branch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prisma_local.errors import Invalid, Missing
from prisma_local.ids import new_id
from prisma_local.plane import Plane, now
from prisma_local.values import Branch, Project

DEFAULT_GIT_NAME = "main"


def first(plane: Plane, project: Project) -> Branch:
    """The default and production branch of a new project; inside the caller's transaction."""
    return _insert(plane, project.id, DEFAULT_GIT_NAME, is_default=True)


def default(plane: Plane, project_id: str) -> Branch:
    found = plane.records.one(Branch, project_id=project_id, is_default=True)
    if found is None:
        raise Missing("The project has no default branch.")
    return found


def refuse_contradictions(body: Mapping[str, Any]) -> None:
    """What the schema cannot say of branchId, branchGitName and logicalId."""
    for name in ("branchId", "branchGitName"):
        if name in body and body[name] is None:
            raise Invalid(f"{name} cannot be null: every database belongs to a branch.")
    if "branchId" in body and "branchGitName" in body:
        raise Invalid("branchId and branchGitName are mutually exclusive.")


def chosen(plane: Plane, project_id: str, body: Mapping[str, Any]) -> Branch | None:
    """The branch that a body names, made where `branchGitName` is new; inside a transaction."""
    if "branchId" in body:
        return by_id(plane, project_id, body["branchId"])
    if "branchGitName" in body:
        return by_git_name(plane, project_id, body["branchGitName"])
    return None


def by_id(plane: Plane, project_id: str, id_: str) -> Branch:
    full = Branch.prefix + id_.removeprefix(Branch.prefix)
    found = plane.records.one(Branch, id=full, project_id=project_id)
    if found is None:
        raise Missing("Branch with the given ID was not found in the project.")
    return found


def by_git_name(plane: Plane, project_id: str, git_name: str) -> Branch:
    found = plane.records.one(Branch, project_id=project_id, git_name=git_name)
    return found or _insert(plane, project_id, git_name, is_default=False)


def _insert(plane: Plane, project_id: str, git_name: str, *, is_default: bool) -> Branch:
    return plane.records.insert(
        Branch(
            id=new_id(Branch.prefix),
            project_id=project_id,
            git_name=git_name,
            is_default=is_default,
            role="production" if is_default else "preview",
            created_at=now(),
        )
    )
