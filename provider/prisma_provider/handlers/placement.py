"""Where a database is: its branch, by id or by name, and its region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prisma_provider.api.models import Database
from prisma_provider.diff import UNKNOWN, ignores
from prisma_provider.errors import InvalidInput
from prisma_provider.handlers.branch import resolve
from prisma_provider.handlers.inputs import Properties, check_name
from prisma_provider.live import Live

INHERIT = "inherit"
"""The region of the project; what an undeclared region means when a database is made."""


def check_branch(news: Properties) -> Iterator[InvalidInput]:
    if news.get("branchGitName") is None:
        return
    yield from check_name(news, "branch", 1, None, field="branchGitName")
    if news.get("branchId") is not None:
        yield InvalidInput("branchGitName", "Both branch_id and branch_git_name are given.", hint="give one of them.")


def declared_branch(live: Live, inputs: Properties) -> str | None:
    """The id of the branch that is declared, by id or by name; None where none is, or it is not there yet."""
    git_name = inputs.get("branchGitName")
    if git_name is None:
        return inputs.get("branchId")
    branch = live.named_branch(inputs["projectId"], git_name)
    return branch.id if branch else None


def branch_id(live: Live, project_id: str, news: Properties) -> Any:
    """The declared branch; one that is declared by name is made where it is not there."""
    git_name = news.get("branchGitName")
    return resolve(live, project_id, git_name).id if git_name else news.get("branchId")


def ignores_branch(news: Properties) -> bool:
    return ignores(news.get("ignoreChanges"), "branchId", "branchGitName")


def project_region(live: Live, database: Database, news: Properties) -> Any:
    """What `inherit` stands for; None, which is not compared, where the project has no region of its own."""
    if news.get("projectId") is UNKNOWN:
        return None
    project = live.project(database.project.id)
    return project.default_region if project else None


def recorded_region(olds: Properties) -> Any:
    """Where it is as far as state knows: a response need not name the region, which does not mean that it changed."""
    return None if olds.get("region") == INHERIT else olds.get("region")
