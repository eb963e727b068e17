"""What a workspace holds, read in as few calls as there are pages, and one for each project's branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from prisma_provider.api.client import Client
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Branch, Connection, Database, EnvironmentVariable, Project
from prisma_provider.errors import Forbidden, NotFound
from prisma_provider.live.state import Recorded
from prisma_provider.text import did_you_mean


@dataclass(frozen=True)
class Holding:
    """A project with what is in it."""

    project: Project
    databases: tuple[Database, ...]
    branches: tuple[Branch, ...]
    variables: tuple[EnvironmentVariable, ...] = ()

    def branch_of(self, database: Database) -> Branch | None:
        """The branch that a database is on, where it was read."""
        return next((each for each in self.branches if same_id(each.id, database.branch_id)), None)

    def without_variables(self, recorded: Recorded) -> Holding:
        """The same without the variables that a stack holds."""
        return replace(self, variables=tuple(each for each in self.variables if not recorded.holds(each.id)))


def connections(database: Database) -> tuple[Connection, ...]:
    """Those that were made beside the one that every database comes with; all, where Prisma names none as that."""
    return tuple(each for each in database.connections if not same_id(each.id, database.default_connection_id))


def read(
    client: Client, wanted: Iterable[str] = (), *, branches: bool = True, variables: bool = False
) -> tuple[Holding, ...]:
    """The projects, all of them or those of these ids or names; NotFound where one of these is none.

    `variables` takes one more call for each project.
    """
    projects = _chosen(client.projects(), tuple(wanted))
    databases = client.databases()
    return tuple(chain.from_iterable(_held(client, project, databases, branches, variables) for project in projects))


def only(holdings: tuple[Holding, ...], wanted: Iterable[str]) -> tuple[Holding, ...]:
    """Those of these projects, by id or name; NotFound where one of these is none."""
    chosen = _chosen(tuple(each.project for each in holdings), tuple(wanted))
    return tuple(each for each in holdings if each.project in chosen)


def _held(
    client: Client, project: Project, databases: Iterable[Database], branches: bool, variables: bool
) -> Iterator[Holding]:
    """What a project holds; nothing, where it was deleted since it was listed."""
    try:
        on = client.branches(project.id) if branches else ()
    except NotFound:
        return
    own = tuple(each for each in databases if same_id(each.project.id, project.id))
    yield Holding(project, own, on, _variables(client, project) if variables else ())


def _variables(client: Client, project: Project) -> tuple[EnvironmentVariable, ...]:
    """Those that Prisma does not manage itself; none, where the service has no such list."""
    try:
        listed = client.environment_variables(project.id)
    except (NotFound, Forbidden):
        return ()
    return tuple(each for each in listed if not each.is_managed_by_system)


def _chosen(projects: tuple[Project, ...], wanted: tuple[str, ...]) -> tuple[Project, ...]:
    for each in wanted:
        if not any(_is(project, each) for project in projects):
            near = did_you_mean(each, (project.name for project in projects))
            raise NotFound(
                f'There is no project "{each}", or the token cannot see it.{near}',
                hint="give its id, or its name exactly as `pulumi-prisma status` shows it.",
            )
    return tuple(each for each in projects if not wanted or any(_is(each, one) for one in wanted))


def _is(project: Project, text: str) -> bool:
    return project.name == text or same_id(project.id, text)
