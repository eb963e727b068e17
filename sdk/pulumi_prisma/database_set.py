"""DatabaseSet: many databases of one project as one resource."""

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pulumi
from pulumi import Input, Output

from prisma_provider.dynamic import DatabaseSetProvider
from prisma_provider.text import camel
from pulumi_prisma import by_key
from pulumi_prisma.database import BackupOf, CloneOf, source_of
from pulumi_prisma.resource import Resource
from pulumi_prisma.starting import is_mocked
from pulumi_prisma.texts import refuse_databases


class DatabaseSet(Resource, module="prisma", name="DatabaseSet"):
    """Many databases of one project as one resource: one for each tenant, ten thousand of them.

    Keys are identities, and values are names, which change in place. A key that is not declared any more is refused,
    unless ``allow_delete`` or ``release`` says what becomes of its database.
    """

    project_id: Output[str]
    """The project that they live in."""
    names: Output[Mapping[str, str]]
    """The name of each database in Prisma, by key."""
    failed: Output[Mapping[str, str]]
    """Why a database could not be made, changed or deleted, by key; the next ``pulumi up`` tries again."""
    statuses: Output[Mapping[str, str]]
    """The status of each database that is not ``ready``, by key."""
    logical_id: Output[str]
    """The idempotency key of the set, from which those of its databases are made."""
    logical_ids: Output[Mapping[str, str]]
    """The idempotency key of each database, by key."""
    created_at: Output[Mapping[str, str]]
    """When each database was made, as RFC 3339, by key."""
    workspace_id: Output[str]
    """The workspace that they belong to."""
    database_urls: Output[Mapping[str, str] | None]
    """The pooled connection string of each default connection, by key, with ``connections=True``; a secret."""
    direct_urls: Output[Mapping[str, str] | None]
    """The direct connection string of each default connection, by key, with ``connections=True``; a secret."""

    _dynamic_provider = DatabaseSetProvider
    _secrets = ("database_urls", "direct_urls")
    _ids: Output[Mapping[str, str]] | None = None
    _shown: Any = None  # what is declared, in a preview of the dynamic host

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        databases: Input[Mapping[str, Input[str]] | Sequence[Input[str]]],
        region: Input[str] | None = None,
        branch_id: Input[str] | None = None,
        source: CloneOf | BackupOf | None = None,
        connections: Input[bool] | None = None,
        rotation_triggers: Input[Mapping[str, Input[Any]]] | None = None,
        allow_delete: Input[bool] | None = None,
        adopt: Input[Mapping[str, Input[str]]] | None = None,
        release: Input[Sequence[Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a set of databases.

        :param resource_name: its identity in Pulumi; to change it, keep the old one in ``aliases``.
        :param project_id: the project that they live in, ``proj_…``; a change is refused.
        :param databases: names by key, such as ``{"acme": "acme-prod"}``; of a list, each is key and name. A name
            changes in place; a key is the identity of a database.
        :param region: the region that they are in, such as ``eu-central-1`` or any other that Prisma has, or
            ``inherit`` for the project's, which is the default; a change is refused.
        :param branch_id: the branch that they belong to, ``br_…``, changed in place.
        :param source: what each of them starts with, ``CloneOf(…)`` or ``BackupOf(…)``; empty by default; a change
            is refused.
        :param connections: True gives ``database_urls`` and ``direct_urls``, of the connection that every database is
            made with. What is taken over has none before a rotation.
        :param rotation_triggers: any values by key; when one changes, the default connection of that database gets a
            new password in place, and the old one is locked out.
        :param allow_delete: True deletes the databases of keys that are not declared any more, and all of them with
            the set, with their data; it is refused otherwise. Run ``pulumi up`` with it before ``pulumi destroy``.
        :param adopt: ids by key, ``{"acme": "db_…"}``, to take over existing databases instead of making them.
        :param release: keys that are not declared any more, whose databases are forgotten, and live on.
        :param opts: Pulumi's options; ``ignore_changes`` and ``custom_timeouts`` count. The time limits hold for each
            database, not for the set.
        """
        props = {
            "project_id": project_id,
            "databases": databases,
            "region": region,
            "branch_id": branch_id,
            "source": source_of(source),
            "connections": connections,
            "rotation_triggers": rotation_triggers,
            "allow_delete": allow_delete,
            "adopt": adopt,
            "release": release,
        }
        refuse_databases(resource_name, databases)
        super().__init__(resource_name, props, opts)
        for name in by_key.MISSING.keys() - {"ids"}:
            self.__dict__[name] = by_key.with_sentence(self.__dict__[name], resource_name, name)

    @property
    def ids(self) -> Output[Mapping[str, str]]:
        """The id of each database, by key."""
        # A property, unlike the others: state is asked for them, which may be large, only where a program reads them.
        if self._ids is None:
            found = self.__dict__["ids"]
            asked = found if self._shown is None else by_key.or_of_state(found, self.urn, self._shown)
            self._ids = by_key.with_sentence(asked, self._name, "ids")
        return self._ids

    def _register(self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        super()._register(resource_name, props, opts)
        if pulumi.runtime.is_dry_run() and not is_mocked():
            self._shown = props.get("databases")

    @classmethod
    @cache
    def _spelled(cls) -> Mapping[str, str]:
        """Its properties, as state and as Python spells them."""
        inputs = inspect.signature(cls.__init__).parameters
        return {camel(name): name for name in (*inputs, *cls._outputs(), "ignore_changes", "custom_timeouts")}

    def translate_input_property(self, prop: str) -> str:
        """Of properties, and not of keys, which are the program's own: Pulumi asks for both."""
        return camel(prop) if camel(prop) in self._spelled() else prop

    def translate_output_property(self, prop: str) -> str:
        """The same on the way back."""
        return self._spelled().get(prop, prop)
