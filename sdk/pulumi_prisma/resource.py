"""What all resources have in common: names, secrets, and how they are registered with the dynamic host."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Self

import pulumi
from pulumi import dynamic

from prisma_provider.durations import seconds
from prisma_provider.identity import stem
from pulumi_prisma.names import camel, snake
from pulumi_prisma.starting import check_dynamic_host, is_mocked

_TOKEN = "prisma:serviceToken"  # noqa: S105  the setting's name


class Resource(dynamic.Resource):
    """A resource of the dynamic host. State holds the API's camelCase names, so that it fits every host."""

    _secrets: ClassVar[Sequence[str]] = ()
    _knows_deleted_with: ClassVar[bool] = False
    """Whether the provider has to know what it is deleted with: a database is deleted with its project."""
    _elsewhere: ClassVar[str] = "prisma:index:"
    """What the other host's type begins with: by that alias a stack moves between the hosts."""

    def __init__(
        self,
        provider: dynamic.ResourceProvider,
        resource_name: str,
        props: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        opts = opts or pulumi.ResourceOptions()
        alias = _alias(self._elsewhere + self._kind(), resource_name, opts)
        ours = pulumi.ResourceOptions(additional_secret_outputs=list(self._secrets), aliases=[alias])
        opts = pulumi.ResourceOptions.merge(opts, ours)
        given = {name: value for name, value in props.items() if value is not None}
        if self._knows_deleted_with and isinstance(opts.deleted_with, pulumi.CustomResource):
            # The engine deletes nothing itself then, and tells the provider nothing of it; retained is retained.
            given |= {} if opts.retain_on_delete else {"deleted_with": opts.deleted_with.id}
        self._register(provider, resource_name, {**dict.fromkeys(self._outputs()), **given}, opts)

    def _register(
        self,
        provider: dynamic.ResourceProvider,
        resource_name: str,
        props: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Tell Pulumi of it; what the handlers need to know and the host is not told goes with it, hidden."""
        _refuse_options(resource_name, opts)
        _refuse_clear_token()
        if not is_mocked():
            check_dynamic_host()
        hidden = {
            "identity": None if opts.id else _identity(type(self)._resource_type_name, resource_name, opts),
            "ignore_changes": [camel(name) for name in opts.ignore_changes or ()] or None,
            "custom_timeouts": _timeouts(resource_name, opts.custom_timeouts),
        }
        told = {name: value for name, value in hidden.items() if value is not None}
        dynamic.Resource.__init__(self, provider, resource_name, {**props, **told}, opts)

    @classmethod
    @cache
    def _outputs(cls) -> tuple[str, ...]:
        """What its class declares, and Pulumi fills in. Each costs a program some tasks: nothing else is asked for."""
        declared = [base for base in cls.__mro__ if issubclass(base, Resource)]
        annotated = [name for base in declared for name in inspect.get_annotations(base)]
        properties = [name for base in declared for name, value in vars(base).items() if isinstance(value, property)]
        return tuple(name for name in (*annotated, *properties) if not name.startswith("_"))

    @classmethod
    def _kind(cls) -> str:
        return cls._resource_type_name.rpartition(":")[2]

    def translate_input_property(self, prop: str) -> str:
        """snake_case here, camelCase in state."""
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """camelCase in state, snake_case here."""
        return snake(prop)

    @classmethod
    def _existing(
        cls,
        provider: dynamic.ResourceProvider,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002  Pulumi's own name
        opts: pulumi.ResourceOptions | None,
    ) -> Self:
        """Look an object up by its id: Pulumi reads it and does not manage it."""
        found = cls.__new__(cls)
        with_id = pulumi.ResourceOptions.merge(opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(id=id))
        Resource.__init__(found, provider, resource_name, {}, with_id)
        return found


def _alias(type_: str, name: str, opts: pulumi.ResourceOptions) -> str | pulumi.Alias:
    """The same resource under another type; as text where that can be told, which spares Pulumi a dozen tasks."""
    if opts.parent is not None:
        return pulumi.Alias(type_=type_)
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"


def _identity(kind: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.Input[str]:
    """The stack, and a mark of all that makes the URN unique, in one: each property costs a program some tasks.

    Without a dependency: one on a parent would wait for its children, and us.
    """
    place = (str(pulumi.get_organization()), pulumi.get_project(), pulumi.get_stack())
    if opts.parent is None:
        return "/".join((*place, stem(name, *place, kind)))
    parent = opts.parent

    async def identity() -> str:
        return "/".join((*place, stem(name, *place, kind, _without_name(str(await parent.urn.future())))))

    return pulumi.Output.from_input(identity())


def _without_name(urn: str) -> str:
    """The parent's types, which are part of a child's URN; the parent's own name is not."""
    return urn.rpartition("::")[0]


def _timeouts(resource_name: str, timeouts: Any) -> dict[str, str] | None:
    if timeouts is None:
        return None
    given = timeouts if isinstance(timeouts, Mapping) else vars(timeouts)
    kept = {name: str(given[name]) for name in ("create", "update", "delete") if given.get(name)}
    for operation, text in kept.items():
        if seconds(text) is None:
            # Pulumi's engine would say so too, beneath a traceback of the whole program.
            raise pulumi.RunError(
                f'{resource_name}: the {operation} timeout "{text}" is no duration; '
                'write it like "90s", "10m" or "1h30m".'
            )
    return kept or None


def _refuse_options(name: str, opts: pulumi.ResourceOptions) -> None:
    if opts.provider is not None:
        raise pulumi.RunError(
            f"{name}: provider= cannot be used with dynamic resources; the account is that of prisma:serviceToken or "
            "PRISMA_SERVICE_TOKEN."
        )
    if opts.import_ is not None:
        raise pulumi.RunError(
            f'{name}: import_= cannot be used with dynamic resources; adopt="{opts.import_}" takes over an existing '
            "object, and <Resource>.get looks one up."
        )


def _refuse_clear_token() -> None:
    if pulumi.runtime.get_config(_TOKEN) and not pulumi.runtime.is_config_secret(_TOKEN):
        raise pulumi.RunError(
            f"{_TOKEN} is set in clear and would stand in clear in the stack's state. Set it again with "
            f"`pulumi config set --secret {_TOKEN}`, or use PRISMA_SERVICE_TOKEN and `pulumi config rm {_TOKEN}`."
        )
