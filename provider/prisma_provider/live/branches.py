"""Branches, by the list of their project."""

from __future__ import annotations

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Branch
from prisma_provider.live.projects import Projects


class Branches(Projects):
    """The branches that are live."""

    def branch(self, branch_id: str, project_id: str | None = None, workspace_id: str | None = None) -> Branch | None:
        """A branch, or None where it is proved gone; by its project's list where the project is known."""
        key = bare_id(branch_id)
        if key in self._branches:
            return self._branches[key]
        for branch in self._branches_of(project_id) if project_id else ():
            if same_id(branch.id, branch_id):
                return branch
        return self._found("branch", branch_id, self.client.branch, workspace_id)

    def named_branch(self, project_id: str, git_name: str) -> Branch | None:
        """The branch of a project by its name: one that this run made, or one of the project's list."""
        for branch in tuple(self._branches.values()):
            if branch.git_name == git_name and same_id(branch.project.id, project_id):
                return branch
        listed = self._branches_of(project_id)
        return next((branch for branch in listed if branch.git_name == git_name), None)

    def _branches_of(self, project_id: str) -> tuple[Branch, ...]:
        try:
            with self._within(project_id):
                return self._reads.once("branches", lambda: self.client.branches(project_id), bare_id(project_id))
        except errors.NotFound:
            return ()

    def put_branch(self, branch: Branch) -> None:
        """The response to a write; who becomes the default takes the flag from the others."""
        with self._changed:
            if branch.is_default:
                listed = self._reads.done("branches", bare_id(branch.project.id))
                for other in (*(each for branches in listed for each in branches), *self._branches.values()):
                    if same_id(other.project.id, branch.project.id):
                        self._branches[bare_id(other.id)] = other.model_copy(update={"is_default": False})
            self._branches[bare_id(branch.id)] = branch
