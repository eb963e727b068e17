"""What can be declared: one handler a resource, found by the resource's name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Protocol

from prisma_provider import members
from prisma_provider.api.models import Wire
from prisma_provider.diff import Diff, Field
from prisma_provider.errors import PrismaError, Refused
from prisma_provider.handlers.branch import BranchHandler
from prisma_provider.handlers.connection import ConnectionHandler
from prisma_provider.handlers.database import DatabaseHandler
from prisma_provider.handlers.database_set import DatabaseSetHandler
from prisma_provider.handlers.environment_variable import EnvironmentVariableHandler
from prisma_provider.handlers.inputs import Checked, Properties, check_texts, select
from prisma_provider.handlers.migration import MigrationHandler
from prisma_provider.handlers.project import ProjectHandler
from prisma_provider.handlers.restore import RestoreHandler
from prisma_provider.handlers.service_token import ServiceTokenHandler
from prisma_provider.live import Live


class Handler(Protocol):
    """What a host needs of a resource. Properties are inputs or outputs under the API's camelCase names."""

    @property
    def model(self) -> type[Wire]:
        """The shape of its object in a response."""
        ...

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its properties and their kinds."""
        ...

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """The inputs as they will stand in state, and what is wrong with them; `olds` are old inputs."""
        ...

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """What differs from live; Refused where closing it would lose data. `olds` are old outputs."""
        ...

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """Make it, or adopt it: its id and outputs."""
        ...

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """Its outputs as they are live; None where it is proved gone."""
        ...

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Close the differences in place: the outputs."""
        ...

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete it; gone already is done."""
        ...


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        "Project": ProjectHandler(),
        "Branch": BranchHandler(),
        "Database": DatabaseHandler(),
        "DatabaseSet": DatabaseSetHandler(DatabaseHandler()),
        "Connection": ConnectionHandler(),
        "Restore": RestoreHandler(),
        "Migration": MigrationHandler(),
        "EnvironmentVariable": EnvironmentVariableHandler(),
        "ServiceToken": ServiceTokenHandler(),
    }
)
"""Every resource by its name."""


def named_by(resource: str, problem: PrismaError, secrets: Collection[str] = ()) -> str:
    """The property that a failed check names: never a secret, since the engine shows the value of what is named."""
    field: str = getattr(problem, "field", "")
    always = {each.name for each in HANDLERS[resource].fields if each.kind == "once"}
    return "" if field in always.union(secrets) else field


def check(live: Live, resource: str, olds: Properties, news: Properties) -> Checked:
    """What every check begins with, and then the resource's own.

    A token is asked about only for what is new: what is there is compared with live, which shows a wrong one, too.
    Whether the workspace is blocked is asked for while others go on; the host says it (`warn_if_blocked`).
    """
    declared = select(HANDLERS[resource].fields, news)
    no_values = tuple(check_texts(declared))
    if no_values:
        return Checked({}, no_values)
    _refuse_other_state(resource, olds)
    live.run.checked(olds, news)
    if not olds:
        live.verify()
    if any(olds.get(name) != value for name, value in declared.items()):
        live.ask_plan()
    return HANDLERS[resource].check(live, olds, news)


def _refuse_other_state(kind: str, olds: Properties) -> None:
    """Refuse what an alias would make of another kind: a set knows its databases by key, and a database has none."""
    if not olds or (kind == members.SET) == ("databases" in olds):
        return
    adopt = 'adopt={"key": "db_…"}' if kind == members.SET else 'adopt="db_…", with release=["key"] in the set'
    raise Refused(
        f"This {kind} has the state of another kind of resource, to which an alias leads: nothing of that can be used.",
        hint=f"take the alias out; a database goes into a set, or out of one, by its id: {adopt}. Nothing was changed.",
    )
