"""Environment: what one stack of a program needs of a project: a branch, a database on it, and credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

import pulumi
from pulumi import Input, Output

from pulumi_prisma.branch import Branch
from pulumi_prisma.connection import Connection
from pulumi_prisma.database import BackupOf, CloneOf, Database
from pulumi_prisma.environment_variable import EnvironmentVariable
from pulumi_prisma.migration import Migrate, Migration

Kind = Literal["production", "persistent", "preview"]
"""What an environment is for: the real data; a place that stays, such as staging; one pull request."""

DEFAULT_BRANCH = "main"
"""The branch of production, unless another one is named."""


STRINGS = ("database_url", "direct_url")
"""What a variable of an environment can hold: its connection strings."""

PLATFORM = {"DATABASE_URL": "database_url", "DATABASE_URL_POOLED": "database_url"}
"""The variables by which Prisma's platform knows a database, and what they hold: strings that applications can use."""


class Environment(pulumi.ComponentResource):
    """A branch, a database on it and a connection, with the rules that go with what the environment is for.

    - ``production``: on the project's default branch, with its default database, and protected: Pulumi refuses to
      delete any of it until the option ``protect=False`` was applied.
    - ``persistent``: on a branch of its own; it stays, and nothing is taken over by itself.
    - ``preview``: the same for a while. It takes what an interrupted run of its own left behind, gives that new
      credentials, and is deleted by ``pulumi destroy``; a branch that was there before is used and stays.
    """

    branch: Branch
    """Its branch."""
    database: Database
    """Its database."""
    connection: Connection
    """The credentials of its application."""
    migration: Migration | None
    """Its migration, if it has one."""
    variables: Mapping[str, EnvironmentVariable]
    """Its environment variables on Prisma's platform, by key."""
    kind: Output[str]
    """What it is for, as policies read it: production, persistent or preview."""
    git_name: Output[str]
    """The name of its branch."""
    branch_id: Output[str]
    """The id of its branch."""
    database_id: Output[str]
    """The id of its database: what another environment is cloned from."""
    database_url: Output[str]
    """The pooled connection string, for applications; a secret."""
    direct_url: Output[str]
    """The direct connection string, for migrations; a secret."""

    OUTPUTS: ClassVar[tuple[str, ...]] = (
        "kind",
        "git_name",
        "branch_id",
        "database_id",
        "database_url",
        "direct_url",
    )
    """What it gives a program, in every language."""

    _branch: ClassVar[type[Branch]] = Branch
    _database: ClassVar[type[Database]] = Database
    _connection: ClassVar[type[Connection]] = Connection
    _migration: ClassVar[type[Migration]] = Migration
    _variable: ClassVar[type[EnvironmentVariable]] = EnvironmentVariable

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        kind: str = "persistent",
        git_name: Input[str] | None = None,
        database_name: Input[str] | None = None,
        is_default: Input[bool] | None = None,
        source: CloneOf | BackupOf | None = None,
        rotation_trigger: Input[Any] | None = None,
        adopt: Input[str] | Input[bool] | None = None,
        migration: Migrate | None = None,
        environment_variables: bool | Mapping[str, str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an environment.

        :param resource_name: its identity in Pulumi, mostly the stack's name; to change it, keep the old one in
            ``aliases``.
        :param project_id: the project, ``proj_…``, which all environments share.
        :param kind: ``production``, ``persistent`` or ``preview``.
        :param git_name: its branch: ``main`` for production, the resource's name for the others, by default.
        :param database_name: the name of its database in Prisma, changed in place; the resource's name by default.
        :param is_default: whether its database is the project's default one: True for production by default, not
            managed for the others. To promote an environment, give it True and the other one False.
        :param source: what its database starts with, ``CloneOf(…)`` or ``BackupOf(…)``, such as the data of another
            environment's ``database_id``; empty by default.
        :param rotation_trigger: any value; when it changes, the connection gets a new password in place.
        :param adopt: for its database: ``db_…`` to take over an existing one, ``False`` to make another one beside what
            an interrupted run left behind; by default a preview takes what its own interrupted run left behind.
        :param migration: ``Migrate(…)`` to have its schema applied by the application's own tool once it connects; the
            arguments are those of a ``Migration``.
        :param environment_variables: True to give the deployments of its branch ``DATABASE_URL`` and
            ``DATABASE_URL_POOLED`` on Prisma's platform, which hold the pooled string; or each key with what it
            holds, ``database_url`` or ``direct_url``. What Prisma manages itself in production is left as it is. A
            running service sees a new value with its next deployment.
        :param opts: Pulumi's options; they are passed on to what it is made of.
        """
        _check_kind(resource_name, kind)
        variables = _variables(resource_name, environment_variables)
        protection = pulumi.ResourceOptions(protect=True if kind == "production" else None)
        super().__init__(
            "prisma:index:Environment", resource_name, None, pulumi.ResourceOptions.merge(protection, opts)
        )
        self.branch = self._make_branch(resource_name, project_id, kind, git_name)
        self.database = self._database(
            resource_name,
            project_id=project_id,
            name=database_name,
            is_default=True if is_default is None and kind == "production" else is_default,
            branch_id=self.branch.id,
            source=source,
            adopt=_leftovers(kind) if adopt is None else adopt,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.connection = self._make_connection(resource_name, kind, rotation_trigger)
        self.migration = self._migrate(resource_name, migration)
        self._export(kind)
        self.variables = {
            key: self._make_variable(resource_name, project_id, kind, key, held) for key, held in variables.items()
        }
        self.register_outputs({name: getattr(self, name) for name in self.OUTPUTS})

    def _make_branch(self, name: str, project_id: Input[str], kind: str, git_name: Input[str] | None) -> Branch:
        production = kind == "production"
        default_name = DEFAULT_BRANCH if production else name
        return self._branch(
            name,
            project_id=project_id,
            git_name=default_name if git_name is None else git_name,
            is_default=True if production else None,
            # Prisma makes the default branch with the project: production does not own it, it is on it.
            adopt=True if production else _leftovers(kind),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _make_connection(self, name: str, kind: str, rotation_trigger: Input[Any] | None) -> Connection:
        # What is taken over has lost its password: a trigger that is there from the start gives it a new one.
        first = "first" if _leftovers(kind) else None
        return self._connection(
            name,
            database_id=self.database.id,
            name="app",
            rotation_trigger=first if rotation_trigger is None else rotation_trigger,
            adopt=_leftovers(kind),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _migrate(self, name: str, migration: Migrate | None) -> Migration | None:
        if migration is None:
            return None
        if not isinstance(migration, Migrate):
            raise pulumi.RunError(f'{name}: migration must be prisma.Migrate(tool="prisma"), not {migration!r}.')
        below = pulumi.ResourceOptions(parent=self)
        return self._migration(name, direct_url=self.connection.direct_url, **vars(migration), opts=below)

    def _make_variable(self, name: str, project_id: Input[str], kind: str, key: str, held: str) -> EnvironmentVariable:
        production = kind == "production"
        return self._variable(
            f"{name}-{key}",
            project_id=project_id,
            key=key,
            value=getattr(self, held),
            variable_class="production" if production else "preview",
            branch_id=None if production else self.branch.id,
            # What Prisma writes for its default database itself stays Prisma's.
            adopt=False if production else _leftovers(kind),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _export(self, kind: str) -> None:
        # No input: an input more would be a change of every Environment that a stack holds.
        self.kind = Output.from_input(kind)
        self.git_name = self.branch.git_name
        self.branch_id = self.branch.id
        self.database_id = self.database.id
        self.database_url = self.connection.database_url
        self.direct_url = self.connection.direct_url


def _check_kind(resource_name: str, kind: str) -> None:
    if not isinstance(kind, str):
        raise pulumi.RunError(f"{resource_name}: kind must be known before the update: {', '.join(get_args(Kind))}.")
    if kind not in get_args(Kind):
        raise pulumi.RunError(
            f'{resource_name}: there is no kind of environment "{kind}"; there are {", ".join(get_args(Kind))}.'
        )


def _variables(resource_name: str, given: bool | Mapping[str, str] | None) -> Mapping[str, str]:
    """The keys, and the connection string that each holds."""
    if given is True:
        return PLATFORM
    if not given:
        return {}
    if not isinstance(given, Mapping):
        raise pulumi.RunError(f'{resource_name}: environment_variables is True, or {{"DATABASE_URL": "database_url"}}.')
    for key, held in given.items():
        if held not in STRINGS:
            # What was given is not shown: it may be a connection string, with its password.
            raise pulumi.RunError(
                f"{resource_name}: environment_variables says for {key} which string it gets; it can hold "
                f"{' or '.join(STRINGS)}. For another value declare an EnvironmentVariable."
            )
    return given


def _leftovers(kind: str) -> bool | None:
    """Whether it takes what an interrupted run of its own left behind: only what is made to go again does."""
    return True if kind == "preview" else None
