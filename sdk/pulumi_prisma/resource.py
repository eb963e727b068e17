"""What all resources have in common: names, secrets, and how they are registered with the dynamic host."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from typing import Any, ClassVar, Self

import pulumi
from pulumi import dynamic

from prisma_provider.durations import seconds
from prisma_provider.keys import adopted_id, stem
from prisma_provider.text import camel, snake
from pulumi_prisma.starting import check_dynamic_host, is_mocked
from pulumi_prisma.texts import refuse_texts

_ACCOUNTS = ("prisma", "pulumi-python")
"""Packages whose providers stand for an account of Prisma."""

_DISABLED = "pulumi:disable-default-providers"
_TOKEN = "prisma:serviceToken"  # noqa: S105  the setting's name


class Resource(dynamic.Resource):
    """A resource of the dynamic host. State holds the API's camelCase names, so that it fits every host."""

    _dynamic_provider: ClassVar[type[dynamic.ResourceProvider]]
    _secrets: ClassVar[Sequence[str]] = ()
    _knows_deleted_with: ClassVar[bool] = False
    """Whether the provider has to know what it is deleted with: a database is deleted with its project."""
    _elsewhere: ClassVar[str] = "prisma:index:"
    """What the other host's type begins with: by that alias a stack moves between the hosts."""

    def __init__(
        self,
        resource_name: str,
        props: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None,
    ) -> None:
        opts = opts or pulumi.ResourceOptions()
        refuse_texts(resource_name, props)
        self._declared = tuple(props)
        alias = _alias(self._elsewhere + self._kind(), resource_name, opts)
        ours = pulumi.ResourceOptions(additional_secret_outputs=list(self._secrets), aliases=[alias])
        opts = pulumi.ResourceOptions.merge(opts, ours)
        given = {name: value for name, value in props.items() if value is not None}
        if self._knows_deleted_with and isinstance(opts.deleted_with, pulumi.CustomResource):
            # The engine calls no Delete then, and the provider would not know why; what is retained stays.
            given |= {} if opts.retain_on_delete else {"deleted_with": opts.deleted_with.id}
        self._register(resource_name, {**dict.fromkeys(self._outputs()), **given}, opts)

    def _register(self, resource_name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions) -> None:
        """Register it; what the handlers need and the engine does not give them goes along as hidden properties."""
        _refuse_options(resource_name, opts)
        _refuse_disabled_host(resource_name)
        _refuse_clear_token()
        if not is_mocked():
            check_dynamic_host()
        self._options = _hidden_options(resource_name, opts)
        hidden = {"identity": None if opts.id else _identity(type(self)._resource_type_name, resource_name, opts)}
        if _is_transformed(opts):
            hidden |= {name: pulumi.Output.from_input(self._option(name)) for name in self._options}
        else:
            hidden |= self._options
        given = {name: value for name, value in hidden.items() if value is not None}
        dynamic.Resource.__init__(self, self._dynamic_provider(), resource_name, {**props, **given}, opts)
        adopted = adopted_id(props.get("adopt"))
        if adopted is not None and pulumi.runtime.is_dry_run():
            # Pulumi's host calls no create in a preview. What depends on it is checked there with this id all the same.
            self.__dict__["id"] = self.id.apply(_or(adopted), run_with_unknowns=True)

    async def _option(self, name: str) -> Any:
        """An option as it stands when Pulumi's constructor is done."""
        return self._options[name]

    def _get_providers(
        self, t: str, pkg: str | None, opts: pulumi.ResourceOptions
    ) -> tuple[pulumi.ProviderResource | None, Mapping[str, pulumi.ProviderResource]]:
        """The providers that count for it. Pulumi asks for them when all transformations have had their say.

        There is no public place where a class sees its options as they are then.
        """
        self._before_providers(opts)
        provider, providers = super()._get_providers(t, pkg, opts)
        self._after_providers(provider, providers)
        return provider, providers

    def _before_providers(self, opts: pulumi.ResourceOptions) -> None:
        _refuse_options(self._name, opts)
        self._options = _hidden_options(self._name, opts)
        # For "*" the engine puts back all old inputs, the hidden ones too: the others are listed one by one.
        ignored = [self._declared if path == "*" else (path,) for path in opts.ignore_changes or ()]
        opts.ignore_changes = [*chain.from_iterable(ignored)] or None
        opts.additional_secret_outputs = [*dict.fromkeys((*(opts.additional_secret_outputs or ()), *self._secrets))]

    def _after_providers(
        self, provider: pulumi.ProviderResource | None, providers: Mapping[str, pulumi.ProviderResource]
    ) -> None:
        _refuse_accounts(self._name, providers)

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
    def get(
        cls,
        resource_name: str,
        id: pulumi.Input[str],  # noqa: A002  Pulumi's own name
        opts: pulumi.ResourceOptions | None = None,
    ) -> Self:
        """Look up an existing object by its id: Pulumi reads it and does not manage it. Its secrets are not read."""
        found = cls.__new__(cls)
        with_id = pulumi.ResourceOptions.merge(opts or pulumi.ResourceOptions(), pulumi.ResourceOptions(id=id))
        Resource.__init__(found, resource_name, {}, with_id)
        return found


def _or(otherwise: str) -> Callable[[Any], str]:
    """A text as it is; for what is unknown, another one."""
    return lambda found: found if isinstance(found, str) and found else otherwise


def _is_transformed(opts: pulumi.ResourceOptions) -> bool:
    """Whether a transformation may change the options yet: one of its own, of its parents or of the stack."""
    above = opts.parent or pulumi.runtime.settings.get_root_resource()
    return bool(opts.transformations or (above is not None and above._transformations))


def _hidden_options(resource_name: str, opts: pulumi.ResourceOptions) -> dict[str, Any]:
    """What the engine keeps to itself and the handlers count on."""
    return {
        "ignore_changes": [camel(path) for path in opts.ignore_changes or ()] or None,
        "custom_timeouts": _timeouts(resource_name, opts.custom_timeouts),
    }


def _alias(type_: str, name: str, opts: pulumi.ResourceOptions) -> str | pulumi.Alias:
    """The same resource under another type; as text where that is known, which spares Pulumi a dozen tasks."""
    if opts.parent is not None:
        return pulumi.Alias(type_=type_)
    return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{type_}::{name}"


def _identity(kind: str, name: str, opts: pulumi.ResourceOptions) -> pulumi.Input[str]:
    """The stack, and a hash of all that makes the URN unique, in one: each property costs a program some tasks.

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


def _refuse_accounts(name: str, providers: Mapping[str, pulumi.ProviderResource]) -> None:
    """A provider that a component, or a transformation, hands down names an account that would not be used."""
    for provider in providers.values():
        if provider.package in _ACCOUNTS:
            raise pulumi.RunError(
                f"{name}: the provider= or providers= of what it belongs to names an account (a provider of the "
                f'package "{provider.package}"), which dynamic resources cannot use: it would be made in that of '
                "prisma:serviceToken or PRISMA_SERVICE_TOKEN. Declare it with "
                "`from pulumi_prisma import native as prisma`, whose resources take provider=, or leave it out."
            )


def _refuse_disabled_host(name: str) -> None:
    """The engine would ask for provider=, which this host cannot take."""
    text = pulumi.runtime.get_config(_DISABLED)
    try:
        disabled = {str(package).strip() for package in json.loads(text or "[]")}
    except (TypeError, ValueError):
        return  # Pulumi's engine says itself what is wrong with it
    if not disabled.isdisjoint(("*", *_ACCOUNTS)):
        raise pulumi.RunError(
            f"{name}: {_DISABLED} forbids dynamic resources, which are made in the default account, always. Declare it "
            "with `from pulumi_prisma import native as prisma` and provider=prisma.Provider(…); or name packages in "
            f"{_DISABLED} that are neither {' nor '.join(_ACCOUNTS)}."
        )


def _refuse_clear_token() -> None:
    if pulumi.runtime.get_config(_TOKEN) and not pulumi.runtime.is_config_secret(_TOKEN):
        raise pulumi.RunError(
            f"{_TOKEN} is set in clear and would stand in clear in the stack's state. Set it again with "
            f"`pulumi config set --secret {_TOKEN}`, or use PRISMA_SERVICE_TOKEN and `pulumi config rm {_TOKEN}`."
        )
