"""The resources to declare, as values: what each is called, and which arguments say what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from prisma_provider.adoption.given import Given, Key, key
from prisma_provider.adoption.inventory import Holding, connections
from prisma_provider.adoption.known import Known
from prisma_provider.adoption.names import RESERVED, Names, identifier, slug
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Branch, Connection, Database, Project
from prisma_provider.live.state import Recorded

SHORTEST, LONGEST = 3, 65
"""How long a connection's name may be for a program to declare it."""


def counted(number: int) -> str:
    """A number of resources."""
    return f"{number} resource{'' if number == 1 else 's'}"


def held(number: int) -> str:
    """What is left out and not named."""
    return f"{counted(number)} that a stack holds already"


@dataclass(frozen=True)
class Reference:
    """The id of another resource of the program."""

    variable: str


@dataclass(frozen=True)
class Secret:
    """A value that the program reads from Pulumi's configuration."""

    setting: str
    value: str = field(repr=False)


Value = str | bool | Reference | Secret
"""What stands behind an argument."""


@dataclass(frozen=True)
class Resource:
    """One declaration. `import_id` is what `pulumi import` takes, where that is more than the id.

    `address` is what another tool calls it, and `parent` the URN of its parent there.
    """

    kind: str
    id: str
    name: str
    variable: str
    arguments: Mapping[str, Value]
    import_id: str
    parent: str = ""
    address: str = ""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What it reads from configuration."""
        return tuple(value for value in self.arguments.values() if isinstance(value, Secret))

    @property
    def is_importable(self) -> bool:
        """Whether `pulumi import` leaves nothing to do: it takes no parent that is new, and no connection strings."""
        return not (self.secrets or self.parent)


@dataclass(frozen=True)
class Plan:
    """Everything to declare, in an order in which each stands after what it refers to, and what is left out."""

    resources: tuple[Resource, ...]
    left_out: tuple[str, ...] = ()
    accelerate: tuple[str, ...] = ()
    """What has a string of Prisma Accelerate in the other state."""

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What the program reads from configuration."""
        return tuple(secret for each in self.resources for secret in each.secrets)

    def without(self, recorded: Recorded) -> Plan:
        """The same without what is held elsewhere: what refers to that, does so by its id."""
        ids = {each.variable: each.id for each in self.resources if recorded.holds(each.id)}
        kept = (replace(each, arguments=_by_id(each, ids)) for each in self.resources if each.variable not in ids)
        why = (held(len(ids)),) if ids else ()
        return replace(self, resources=tuple(kept), left_out=(*why, *self.left_out))


def _by_id(resource: Resource, ids: Mapping[str, str]) -> dict[str, Value]:
    return {
        name: ids.get(value.variable, value) if isinstance(value, Reference) else value
        for name, value in resource.arguments.items()
    }


@dataclass
class Planner:
    """Names are given in the order of the workspace; `given` is what another state says of objects.

    With `only_given` nothing is declared that has none.
    """

    given: Mapping[Key, Given] = field(default_factory=dict)
    only_given: bool = False
    _left_out: list[str] = field(default_factory=list)
    _variables: Names = field(default_factory=lambda: Names("_", RESERVED))
    _names: dict[tuple[str, str], Names] = field(default_factory=dict)

    def plan(self, holdings: tuple[Holding, ...]) -> Plan:
        """The program for these projects."""
        resources = [each for holding in holdings for each in self._holding(holding)]
        return Plan(tuple(resources), tuple(self._left_out), tuple(self._accelerate(holdings)))

    def _accelerate(self, holdings: tuple[Holding, ...]) -> Iterator[str]:
        for database in (each for holding in holdings for each in holding.databases):
            if self._known("Database", database.id).accelerate:
                yield database.title
            for connection in database.connections:
                if self._known("Connection", connection.id).accelerate:
                    yield connection.title

    def _holding(self, holding: Holding) -> Iterator[Resource]:
        project = self._project(holding.project) if self._wanted("Project", holding.project.id) else None
        home = Reference(project.variable) if project else holding.project.id
        if project:
            yield project
        branches: dict[str, Reference] = {}
        for branch in holding.branches:
            if self._wanted("Branch", branch.id):
                made = self._branch(branch, home, holding.project)
                branches[bare_id(branch.id)] = Reference(made.variable)
                yield made
        for database in holding.databases:
            yield from self._database(database, home, branches)
        if holding.variables and not self.only_given:
            names = ", ".join(f"{each.key} ({each.id})" for each in holding.variables)
            self._left_out.append(
                f"environment variables of {holding.project.title}: {names}: Prisma does not give their values; "
                "declare one with its value, which is written, and adopt= with its id"
            )

    def _database(
        self, database: Database, home: str | Reference, branches: Mapping[str, Reference]
    ) -> Iterator[Resource]:
        database_ref: str | Reference = database.id
        if database.status == "failure":
            self._left_out.append(f"{database.title} has failed")
        elif self._wanted("Database", database.id):
            arguments: dict[str, Value] = {"project_id": home, "name": database.name}
            if database.region:
                arguments["region"] = database.region.id
            if database.is_default:
                arguments["is_default"] = True
            if bare_id(database.branch_id or "") in branches:
                arguments["branch_id"] = branches[bare_id(database.branch_id or "")]
            made = self._resource("Database", database.id, (database.name, database.project.name), arguments)
            database_ref = Reference(made.variable)
            yield made
        own = connections(database)
        for connection in database.connections:
            is_wanted = connection in own and self._wanted("Connection", connection.id)
            if is_wanted or self._urls(connection, database):
                yield from self._connection(connection, database, database_ref)
            elif key("Connection", connection.id) in self.given:
                taken = isinstance(database_ref, Reference)
                why = "and brings it along" if taken else "and is not taken over"
                self._left_out.append(
                    f'connection "{connection.name}" ({connection.id}): {database.title} was made with it, {why}'
                )

    def _project(self, project: Project) -> Resource:
        arguments: dict[str, Value] = {"name": project.name}
        if project.default_region:
            arguments["region"] = project.default_region
        return self._resource("Project", project.id, (project.name, None), arguments)

    def _branch(self, branch: Branch, home: str | Reference, project: Project) -> Resource:
        arguments: dict[str, Value] = {"project_id": home, "git_name": branch.git_name}
        if branch.is_default:
            arguments["is_default"] = True
        return self._resource("Branch", branch.id, (branch.git_name, project.name), arguments)

    def _connection(self, connection: Connection, database: Database, home: str | Reference) -> Iterator[Resource]:
        if not SHORTEST <= len(connection.name) <= LONGEST:
            self._left_out.append(
                f'connection "{connection.name}" ({connection.id}) of {database.title}: the name of a declared one has '
                f"{SHORTEST} to {LONGEST} characters"
            )
            return
        arguments: dict[str, Value] = {"database_id": home, "name": connection.name}
        # The plugin finds a connection through its database: one GET less, and proof that it exists.
        import_id = f"{database.id}/{connection.id}"
        called = connection.name
        if same_id(connection.id, database.default_connection_id):
            of = self.given.get(key("Database", database.id), Given(database.name))
            called = f"{of.name}-default"
        made = self._resource("Connection", connection.id, (called, database.name), arguments, import_id)
        urls = self._urls(connection, database).items()
        secrets = {argument: Secret(f"{made.variable}_{argument}", url) for argument, url in urls}
        yield replace(made, arguments={**arguments, **secrets})

    def _urls(self, connection: Connection, database: Database) -> dict[str, str]:
        """Its connection strings; those of the connection that a database was made with stand at the database."""
        of_database = self._known("Database", database.id)
        every = (of_database, *(self._known("Connection", each.id) for each in database.connections))
        is_default = same_id(connection.id, database.default_connection_id)
        own = self._known("Connection", connection.id).urls(connection, every)
        return own or (of_database.urls(connection, every) if is_default else {})

    def _known(self, kind: str, object_id: str) -> Known:
        return self.given.get(key(kind, object_id), Given("")).known

    def _wanted(self, kind: str, object_id: str) -> bool:
        return not self.only_given or key(kind, object_id) in self.given

    def _resource(
        self,
        kind: str,
        object_id: str,
        called: tuple[str, str | None],
        arguments: Mapping[str, Value],
        import_id: str | None = None,
    ) -> Resource:
        """What it is called elsewhere, or here, or here with what it is in: the first that is free."""
        given = self.given.get(key(kind, object_id), Given(""))
        own, within = given.name or called[0], called[1]
        readable = own if slug(own) else kind.lower()  # nothing of it is a letter that a program can use
        longer = f"{within}-{readable}" if within else ""
        names = self._names.setdefault((kind, given.parent), Names("-"))
        name = names.take(given.name or slug(readable), slug(longer))
        variable = self._variables.take(identifier(readable), identifier(longer), identifier(f"{readable}-{kind}"))
        return Resource(kind, object_id, name, variable, arguments, import_id or object_id, given.parent, given.address)
