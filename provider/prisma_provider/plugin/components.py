"""Components for every language: the engine asks for one (Construct), and the class for Python programs makes it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextvars import copy_context
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.provider import ConstructResult, Provider
from pulumi.provider.server import ProviderServicer
from pulumi.resource import DependencyProviderResource
from pulumi.runtime.proto import provider_pb2

from prisma_provider.plugin.identity import TYPE
from prisma_provider.plugin.status import Undeclared
from prisma_provider.text import camel, did_you_mean, snake

if TYPE_CHECKING:
    from pulumi_prisma.native import BackupOf, CloneOf, Migrate

ENVIRONMENT = TYPE + "Environment"


def construct(
    request: provider_pb2.ConstructRequest, engine_address: str, reference: str
) -> provider_pb2.ConstructResponse:
    """Make a component and what it is made of; Undeclared where its inputs cannot be.

    Pulumi's settings are variables of a context: each component has its own, and an event loop of its own, so that any
    number is made at once. `reference` is the provider of this process, as URN::ID: what a component is made of is
    asked of it, and not of another process that the engine would start for the same account.
    """
    servicer = ProviderServicer(_Components(request, reference), [], engine_address)
    try:
        return copy_context().run(asyncio.run, servicer.Construct(request, None))
    except pulumi.RunError as error:
        raise Undeclared(str(error)) from None


class _Components(Provider):
    """The components of this package, for one request."""

    def __init__(self, request: provider_pb2.ConstructRequest, reference: str) -> None:
        super().__init__(version="")
        self._protect = request.protect if request.HasField("protect") else None
        self._reference = reference

    def construct(
        self, name: str, resource_type: str, inputs: Mapping[str, Any], options: pulumi.ResourceOptions | None = None
    ) -> ConstructResult:
        """Declare it, as a program in Python does."""
        from pulumi_prisma.native import Environment
        from pulumi_prisma.starting import is_plugin

        is_plugin.set(True)
        if resource_type != ENVIRONMENT:
            raise pulumi.RunError(f"There is no component {resource_type}; there is {ENVIRONMENT}.")
        given = {snake(key): value for key, value in inputs.items() if value is not None}
        _check(name, given)
        if "source" in given:
            given["source"] = _source(name, given["source"])
        if "migration" in given:
            given["migration"] = _migration(name, given["migration"])
        if "environment_variables" in given:
            given["environment_variables"] = _variables(name, given["environment_variables"])
        made = Environment(name, **given, opts=self._completed(options or pulumi.ResourceOptions()))
        return ConstructResult(made.urn, {camel(output): getattr(made, output) for output in Environment.OUTPUTS})

    def _completed(self, options: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """What Pulumi's server leaves out: the default account, and that protection was not given."""
        providers = options.providers if isinstance(options.providers, Mapping) else {}
        options.providers = {"prisma": DependencyProviderResource(self._reference), **providers}
        options.protect = self._protect
        if options.parent is not None:
            # The stand-in for a parent has no protection to inherit: the program's SDK has given what it inherits.
            options.parent._protect = None
        return options


def _check(name: str, given: Mapping[str, Any]) -> None:
    """Inputs that there are; what an environment is for decides what it is made of, and so has to be known."""
    known = _arguments()
    for argument in given:
        if argument not in known:
            near = did_you_mean(camel(argument), [camel(each) for each in known])
            raise pulumi.RunError(f"{name}: an Environment has no input {camel(argument)}.{near}")
    if "project_id" not in given:
        raise pulumi.RunError(f"{name}: projectId is missing: the id of the project that all environments share.")
    if "kind" in given and not isinstance(given["kind"], str):
        raise pulumi.RunError(f"{name}: kind must be known before the update: production, persistent or preview.")


def _arguments() -> list[str]:
    import inspect

    from pulumi_prisma.native import Environment

    return [each for each in inspect.signature(Environment).parameters if each not in ("resource_name", "opts")]


def _source(name: str, given: Any) -> CloneOf | BackupOf:
    """The source as the class takes it."""
    from pulumi_prisma.native import BackupOf, CloneOf

    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind == "database" and "databaseId" in given:
        return CloneOf(given["databaseId"])
    if kind == "backup" and "databaseId" in given and "backupId" in given:
        return BackupOf(given["databaseId"], given["backupId"])
    raise pulumi.RunError(
        f"{name}: source is {{type: database, databaseId: …}} or {{type: backup, databaseId: …, backupId: …}}."
    )


def _variables(name: str, given: Any) -> bool | Mapping[str, str]:
    """The environment variables as the class takes them: `databaseUrl` is what every other language calls it."""
    if isinstance(given, bool):
        return given
    if isinstance(given, Mapping) and all(isinstance(held, str) for held in given.values()):
        return {key: snake(held) for key, held in given.items()}
    raise pulumi.RunError(
        f"{name}: environmentVariables is true or {{DATABASE_URL: databaseUrl}}, known before the update."
    )


def _migration(name: str, given: Any) -> Migrate:
    """The migration as the class takes it."""
    from pulumi_prisma.native import Migrate

    known = [field.name for field in fields(Migrate)]
    if not isinstance(given, Mapping) or not {snake(key) for key in given}.issubset(known):
        raise pulumi.RunError(f"{name}: migration has {', '.join(known)}, known before the update.")
    return Migrate(**{snake(key): value for key, value in given.items()})
