"""Environment variables, by the list of their project."""

from __future__ import annotations

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import EnvironmentVariable
from prisma_provider.live.projects import Projects


class Variables(Projects):
    """The environment variables that are live."""

    def variables(self, project_id: str) -> list[EnvironmentVariable]:
        """Those of a project, by one list in an operation, with what our own writes know better."""
        found: dict[str, EnvironmentVariable | None] = {
            bare_id(each.id): each for each in self._variables_of(project_id)
        }
        for key, each in tuple(self._variables.items()):
            if key in found or (each and same_id(each.project_id, project_id)):
                found[key] = each
        return [each for each in found.values() if each is not None]

    def variable(
        self, variable_id: str, project_id: str | None = None, workspace_id: str | None = None
    ) -> EnvironmentVariable | None:
        """A variable, or None where it is proved gone; by its project's list where the project is known."""
        key = bare_id(variable_id)
        if key in self._variables:
            return self._variables[key]
        for each in self._variables_of(project_id) if project_id else ():
            if same_id(each.id, variable_id):
                return each
        return self._found("environment variable", variable_id, self.client.environment_variable, workspace_id)

    def _variables_of(self, project_id: str) -> tuple[EnvironmentVariable, ...]:
        def read() -> tuple[EnvironmentVariable, ...]:
            return self.client.environment_variables(project_id)

        try:
            with self._within(project_id):
                return self._reads.once("environment variables", read, bare_id(project_id))
        except errors.NotFound:
            return ()

    def put_variable(self, variable: EnvironmentVariable) -> None:
        """The response to a write."""
        self._variables[bare_id(variable.id)] = variable

    def drop_variable(self, variable_id: str) -> None:
        """It was deleted."""
        self._variables[bare_id(variable_id)] = None
