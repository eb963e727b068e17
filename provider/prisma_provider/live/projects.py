"""Projects, one by one or by the list of the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prisma_provider import errors
from prisma_provider.api.ids import bare_id
from prisma_provider.api.models import Project
from prisma_provider.live.account import Account
from prisma_provider.live.shared_reads import SharedRead

SEVERAL = 3
"""Projects that are asked for by their ids before a list of them is begun."""


class Projects(Account):
    """The projects that are live."""

    def workspace_id_of(self, project_id: str, recorded: str | None = None) -> str | None:
        """The workspace of a project: as this run has read it, else as it is recorded, else asked for."""
        key = bare_id(project_id)
        seen = self._projects.get(key) or self._listed.get(key)
        for project in [seen] if seen else self._reads.done("project", key):
            return str(project.workspace.id)
        if recorded:
            return recorded
        own = self.workspace_id()
        project = None if own else self.project(project_id)
        return own or (project.workspace.id if project else None)

    def project(self, project_id: str, workspace_id: str | None = None) -> Project | None:
        """A project, or None where it is proved gone."""
        key = bare_id(project_id)
        if key in self._projects:
            return self._projects[key]
        listed = self._listed_project(key)
        if listed is not None:
            return listed
        return self._found("project", project_id, self.client.project, workspace_id)

    def _listed_project(self, key: str) -> Project | None:
        """A project as a list has shown it by now. Pulumi asks for one after the other: several are worth a list."""
        with self._changed:
            begins = key not in self._sought and len(self._sought) == SEVERAL
            self._sought.add(key)
        if begins:
            self._ahead(lambda: self._reads.share(("list of projects", ""), self._list_projects))
        return self._listed.get(key)

    def _list_projects(self, _shared: SharedRead) -> None:
        """No more pages than there were projects to look for: a workspace may have many that are none of this stack."""
        for number, page in enumerate(self.client.pages_of_projects(), 1):
            self._listed.update((bare_id(project.id), project) for project in page)
            if number >= len(self._sought):
                return

    def projects(self) -> tuple[Project, ...]:
        """All projects of the workspace."""
        return self._reads.once("projects", self.client.projects)

    def put_project(self, project: Project) -> None:
        """The response to a write."""
        self._projects[bare_id(project.id)] = project

    def new_project(self, project: Project) -> None:
        """A project that this run made: nobody needs to ask which databases it holds."""
        self.put_project(project)
        self._reads.known(("databases", bare_id(project.id)), {})

    def drop_project(self, project_id: str) -> None:
        """It was deleted."""
        self._projects[bare_id(project_id)] = None

    @contextmanager
    def _within(self, project_id: str) -> Iterator[None]:
        """Ask for what a project holds. Where the project is gone, that may be refused, too: NotFound in both cases."""
        try:
            yield
        except errors.Forbidden:
            try:
                self._reads.once("project", lambda: self.client.project(project_id), bare_id(project_id))
            except errors.Forbidden as error:
                raise self._perhaps_transferred(error, None) from None
            raise
