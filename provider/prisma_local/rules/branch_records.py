"""The branches of a project: looked up, created, promoted, removed, always in the caller's transaction.

Every database belongs to a branch. The first branch of a project is its default branch and has the role production,
each later one has the role preview.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from prisma_local.databases.context import Context
from prisma_local.errors import Invalid, NotFound
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id, with_prefix
from prisma_local.store.values import Branch, EnvironmentVariable

DEFAULT_GIT_NAME = "main"
LONGEST_GIT_NAME = 255

# What `git check-ref-format` refuses.
NOT_A_GIT_NAME = re.compile(
    r"""[\x00-\x20\x7f~^:?*\[\\]   # no control character, no space, no character with a meaning
      | \.\. | @\{ | //           # nor these sequences
      | (^|/)\. | \.lock(/|\Z)    # no part like a hidden file, or a lock of git's
      | ^[-/] | [/.]\Z | ^@\Z     # no beginning or end that git reads as something else
      | ^\Z""",
    re.VERBOSE,
)


def create_default(context: Context, project_id: str) -> Branch:
    return create(context, project_id, DEFAULT_GIT_NAME, default=True)


def create(context: Context, project_id: str, git_name: str, *, default: bool = False) -> Branch:
    """A branch, which is the default one if it is the first, or if `default` says so."""
    is_first = context.records.one(Branch, project_id=project_id) is None
    moment = now()
    made = context.records.insert(
        Branch(
            id=new_id(Branch.prefix),
            project_id=project_id,
            git_name=git_name,
            is_default=is_first,
            role="production" if is_first else "preview",
            created_at=moment,
            updated_at=moment,
        )
    )
    if default and not is_first:
        promote(context, made)
    return made


def promote(context: Context, branch: Branch) -> None:
    """Make this the only default branch; the roles stay."""
    moment = now()
    for other in context.records.select(Branch, project_id=branch.project_id, is_default=True):
        if other.id != branch.id:
            context.records.change(Branch, other.id, is_default=False, updated_at=moment)
    if not branch.is_default:
        context.records.change(Branch, branch.id, is_default=True, updated_at=moment)


def remove(context: Context, branch: Branch) -> None:
    """With its variables. Where it was the default branch, the oldest one left becomes it."""
    context.records.remove(EnvironmentVariable, branch_id=branch.id)
    context.records.remove(Branch, id=branch.id)
    oldest = context.records.one(Branch, project_id=branch.project_id)
    if branch.is_default and oldest is not None:
        promote(context, oldest)


def default(context: Context, project_id: str) -> Branch:
    """The project's default branch; after drift has deleted the last branch, a new one."""
    found = context.records.one(Branch, project_id=project_id, is_default=True)
    return found or create_default(context, project_id)


def refuse_contradictions(body: Mapping[str, Any]) -> None:
    """What the JSON Schema cannot say of branchId and branchGitName."""
    for name in ("branchId", "branchGitName"):
        if name in body and body[name] is None:
            raise Invalid(f"{name} cannot be null: every database belongs to a branch.")
    if "branchId" in body and "branchGitName" in body:
        raise Invalid("branchId and branchGitName are mutually exclusive.")
    if "branchGitName" in body:
        check_git_name(body["branchGitName"], "branchGitName", 400)


def check_git_name(git_name: str, field: str, status: int) -> None:
    if NOT_A_GIT_NAME.search(git_name) or len(git_name.encode()) > LONGEST_GIT_NAME:
        raise Invalid(f"{field} {git_name!r} is not a name that git would take for a branch.", status=status)


def chosen(context: Context, project_id: str, body: Mapping[str, Any]) -> Branch | None:
    """The branch that a request names, created where `branchGitName` is new."""
    if "branchId" in body:
        return by_id(context, project_id, body["branchId"])
    if "branchGitName" in body:
        return by_git_name(context, project_id, body["branchGitName"])
    return None


def by_id(context: Context, project_id: str, id_: str) -> Branch:
    found = context.records.one(Branch, id=with_prefix(Branch.prefix, id_), project_id=project_id)
    if found is None:
        raise NotFound("Branch with the given ID was not found in the project.")
    return found


def by_git_name(context: Context, project_id: str, git_name: str) -> Branch:
    found = context.records.one(Branch, project_id=project_id, git_name=git_name)
    return found or create(context, project_id, git_name)
