"""The wire, as far as it is used: unknown fields are tolerated, used ones are demanded.

The published contract is Prisma's OpenAPI document, version 1.80.0. Enumerations (regions, statuses, kinds) are
the service's and stay plain strings here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Generic, Protocol, TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel

from prisma_provider.api.ids import fits_path, same_id
from prisma_provider.text import name as shown

WAITING = ("provisioning", "recovering")
"""Statuses of a database that end by themselves; one that is unknown here is taken as it is."""

Item = TypeVar("Item")


def _to_path(value: str) -> str:
    if not fits_path(value):
        raise ValueError("not an id")
    return value


Id = Annotated[str, AfterValidator(_to_path)]
"""An id that is asked for by its path. What only stands in bodies, such as the id of a backup, may be any text."""


class Referring(Protocol):
    """An object that says what it is and what it belongs to."""

    def names(self) -> Mapping[str, object]:
        """The ids in it, by what they are of."""
        ...


class Wire(BaseModel):
    """An object of a response: camelCase on the wire, snake_case here, and it does not change."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Answer(Wire, Generic[Item]):
    """The envelope of every response with one object."""

    data: Item


class Pagination(Wire):
    """Where a list goes on."""

    has_more: bool
    next_cursor: str | None = None


class Page(Wire, Generic[Item]):
    """One page of a list."""

    data: tuple[Item, ...]
    pagination: Pagination


class Listing(Wire, Generic[Item]):
    """A list that the service does not page (regions)."""

    data: tuple[Item, ...]


class Reference(Wire):
    """Another object, by id and name."""

    id: Annotated[str, Field(min_length=1)]
    name: str | None = None

    def names(self) -> Mapping[str, object]:
        """Its id."""
        return {"id": self.id}


class Workspace(Reference):
    """A workspace: what a token is of."""

    created_at: str | None = None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'workspace "{shown(self.name or "")}" ({self.id})'


def _home(reference: Reference) -> Reference:
    _to_path(reference.id)
    return reference


Home = Annotated[Reference, AfterValidator(_home)]
"""What an object belongs to, and is asked for by its path; a workspace is not."""


class User(Wire):
    """A person."""

    id: str
    email: str | None = None
    name: str | None = None


class Credential(Wire):
    """What kind of token it is."""

    type: str
    id: str | None = None
    name: str | None = None


class Me(Wire):
    """Whom the token stands for; a workspace is missing where a token has none of its own."""

    workspace: Reference | None = None
    user: User | None = None
    credential: Credential | None = None


class Subscription(Wire):
    """The plan of a workspace; `usage_blocked` where its databases refuse queries."""

    plan_name: str
    usage_blocked: bool
    upgrade_url: str | None = None


class Region(Wire):
    """A region of Prisma Postgres."""

    id: str
    name: str | None = None


def _readable(secret: SecretStr) -> SecretStr:
    """A connection string that can be taken apart, on one line: a program may write it into a file of settings."""
    urlsplit(secret.get_secret_value())  # ValueError where it cannot
    if not secret.get_secret_value().isprintable():
        raise ValueError("control characters")
    return secret


class Endpoint(Wire):
    """A host and port; the connection string, a secret, comes only from create and rotate."""

    host: str
    port: int
    connection_string: Annotated[SecretStr, AfterValidator(_readable)] | None = None


class Endpoints(Wire):
    """The ways to a database; `direct` is for migrations, `pooled` for everything else."""

    direct: Endpoint | None = None
    pooled: Endpoint | None = None
    accelerate: Endpoint | None = None

    @property
    def first(self) -> Endpoint | None:
        """The direct one, or the pooled one where a response lacks it."""
        return self.direct or self.pooled


class Connection(Wire):
    """A set of credentials of a database."""

    id: Id
    name: str
    created_at: str | None = None
    kind: str | None = None
    endpoints: Endpoints = Endpoints()
    database: Home | None = None

    @property
    def database_id(self) -> str | None:
        """The database that it belongs to, where the response says."""
        return self.database.id if self.database else None

    @property
    def host(self) -> str | None:
        """The host of direct connections."""
        return self.endpoints.first.host if self.endpoints.first else None

    @property
    def port(self) -> int | None:
        """The port of direct connections."""
        return self.endpoints.first.port if self.endpoints.first else None

    @property
    def pooled_host(self) -> str | None:
        """The host of pooled connections."""
        return self.endpoints.pooled.host if self.endpoints.pooled else None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'connection "{shown(self.name)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id, and its database's where the response says."""
        return {"id": self.id, "database": self.database_id}

    def credentials(self) -> dict[str, Any]:
        """User, password and connection strings under their names in state; empty where the response has none."""
        direct, pooled = self.endpoints.direct, self.endpoints.pooled
        any_other = _secret(direct) or _secret(self.endpoints.accelerate)
        urls = {"databaseUrl": _secret(pooled) or any_other, "directUrl": _secret(direct)}
        return credentials(urls)


def _secret(endpoint: Endpoint | None) -> str | None:
    secret = endpoint.connection_string if endpoint else None
    return secret.get_secret_value() if secret else None


def whole_url(text: str) -> SplitResult | None:
    """A connection string of PostgreSQL with host, user and password, taken apart; None for anything else."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # ValueError where it is none
    except ValueError:
        return None
    is_whole = parts.scheme in ("postgres", "postgresql") and parts.hostname and parts.username and parts.password
    return parts if is_whole and text.isprintable() else None


def credentials(urls: Mapping[str, str | None]) -> dict[str, Any]:
    """Connection strings with the user and password that they are of; empty where there is no string."""
    parts = urlsplit(next(filter(None, (urls.get("directUrl"), urls.get("databaseUrl"))), ""))
    if not parts.netloc:
        return {}
    return {**urls, "user": unquote(parts.username or ""), "password": unquote(parts.password or "")}


def _absent_as_empty(value: object) -> object:
    return () if value is None else value


class Database(Wire):
    """A database, with its connections (without secrets, but for the response of a create)."""

    id: Id
    name: str
    status: str
    is_default: bool
    project: Home
    created_at: str | None = None
    default_connection_id: Id | None = None
    connections: Annotated[tuple[Connection, ...], BeforeValidator(_absent_as_empty)] = ()
    region: Region | None = None
    source: dict[str, Any] | None = None
    branch_id: Id | None = None
    logical_id: str | None = None

    @property
    def region_id(self) -> str | None:
        """The region that it is in, where the response says."""
        return self.region.id if self.region else None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'database "{shown(self.name)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id, its project's and its logicalId."""
        return {"id": self.id, "project": self.project.id, "logicalId": self.logical_id}

    def completed(self, other: Database) -> Database:
        """The same, with what this response lacks from another one."""
        lacking = {name: getattr(other, name) for name in Database.model_fields if getattr(self, name) in (None, ())}
        return self.model_copy(update=lacking)

    def default_credentials(self) -> dict[str, Any]:
        """The connection strings of the default connection, where this response has them."""
        for connection in self.connections:
            if same_id(connection.id, self.default_connection_id) or len(self.connections) == 1:
                found = connection.credentials()
                return {name: found[name] for name in ("databaseUrl", "directUrl") if name in found}
        return {}


class Branch(Wire):
    """A branch of a project."""

    id: Id
    git_name: str
    is_default: bool
    project: Home
    role: str | None = None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'branch "{shown(self.git_name)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id and its project's."""
        return {"id": self.id, "project": self.project.id}


class Project(Wire):
    """A project: the home of databases."""

    id: Id
    name: str
    workspace: Reference
    created_at: str | None = None
    default_region: str | None = None
    logical_id: str | None = None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'project "{shown(self.name)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id, its workspace's and its logicalId."""
        return {"id": self.id, "workspace": self.workspace.id, "logicalId": self.logical_id}


class EnvironmentVariable(Wire):
    """A variable that Prisma's platform gives to deployments. Its value is in no response."""

    id: Id
    key: str
    variable_class: Annotated[str, Field(alias="class")]
    project_id: Id
    branch_id: Id | None = None
    value_kid: str | None = None
    is_managed_by_system: bool = False
    created_at: str | None = None
    updated_at: str | None = None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'environment variable "{shown(self.key)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id, its project's and its key."""
        return {"id": self.id, "project": self.project_id, "key": self.key}


class ServiceToken(Wire):
    """A token of a workspace. Its value is only in the response to its creation."""

    id: Id
    name: str
    value_hint: str | None = None
    created_at: str | None = None
    expires_at: str | None = None
    value: SecretStr | None = None

    @property
    def title(self) -> str:
        """How messages name it."""
        return f'service token "{shown(self.name)}" ({self.id})'

    def names(self) -> Mapping[str, object]:
        """Its id."""
        return {"id": self.id}


class Backup(Wire):
    """A backup of a database."""

    id: str
    status: str
    backup_type: str | None = None
    created_at: str | None = None
    size: float | None = None


class Period(Wire):
    """A time that usage was counted in, as RFC 3339."""

    start: str
    end: str


class Metric(Wire):
    """How much was used, in the unit of the metric."""

    used: float


class Metrics(Wire):
    """Operations, and storage in GiB."""

    operations: Metric
    storage: Metric


class Usage(Wire):
    """What a database has used in a period."""

    period: Period
    metrics: Metrics
    generated_at: str | None = None
