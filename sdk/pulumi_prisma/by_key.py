"""The outputs of a set, by key: what a program reads of a key that has none, and of one in a preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.output import UNKNOWN, Unknown

from prisma_provider.text import shown

_NOT_MADE = "It is not declared, or its database could not be made: the output `failed` says why."
_NO_URL = (
    f"{_NOT_MADE} Or nobody knows its password: `connections=True` gives that of what is made from then on, and a "
    "rotation trigger that of any other."
)
MISSING: Mapping[str, str] = {
    **dict.fromkeys(("ids", "names", "logical_ids", "created_at"), _NOT_MADE),
    **dict.fromkeys(("database_urls", "direct_urls"), _NO_URL),
}
"""Why a key may be missing in an output."""

_OF_STATE = "pulumi:pulumi:readStackResourceOutputs"
"""What the engine itself answers: the outputs of all resources, as state has them."""

_HOSTS = ("pulumi-python:dynamic/prisma:", "prisma:index:")
"""What types begin with: of a stack that comes from the plugin, state has the other one."""


class _ByKey(dict[str, Any]):
    """Values by key. A program that reads a key which is not there ends with a sentence, and without a traceback."""

    def __init__(self, values: Mapping[str, Any], missing: Callable[[str], str]) -> None:
        super().__init__(values)
        self._missing = missing

    def __missing__(self, key: str) -> Any:
        raise pulumi.RunError(self._missing(key))


def with_sentence(output: pulumi.Output[Any], of: str, name: str) -> pulumi.Output[Any]:
    """The output of this name with a sentence in place of a `KeyError`; one without any value has no key."""

    def missing(key: str) -> str:
        return f'{shown(of)}: {name} has no key "{shown(str(key))}". {MISSING[name]}'

    def change(values: Any) -> Any:
        return values if isinstance(values, Unknown) else _ByKey(values or {}, missing)

    return output.apply(change, run_with_unknowns=True)


def or_of_state(output: pulumi.Output[Any], urn: pulumi.Output[str], databases: Any) -> pulumi.Output[Any]:
    """The ids in a preview of the dynamic host, which knows no output of what changes: an id stays for good.

    Those of state are asked of the engine, and only where they are needed; what is new has none yet.
    """

    def of_state(values: Any) -> Any:
        if not isinstance(values, Unknown):
            return values
        before = pulumi.Output.from_input(_before(urn))
        return pulumi.Output.all(databases, before).apply(lambda both: _kept(*both), run_with_unknowns=True)

    return output.apply(of_state, run_with_unknowns=True)


def _kept(databases: Any, before: Any) -> Any:
    if isinstance(databases, Unknown) or isinstance(before, Unknown):
        return UNKNOWN
    return {str(key): before.get(key, UNKNOWN) for key in databases}


async def _before(urn: pulumi.Output[str]) -> Any:
    """The ids by key that the stack's state has; unknown, where it has no such set."""
    stack = "/".join((str(pulumi.get_organization()), pulumi.get_project(), pulumi.get_stack()))
    try:
        found = (await pulumi.runtime.invoke_async(_OF_STATE, {"stackName": stack}))["outputs"]
        own = str(await urn.future())
        at = own if own in found else own.replace(*_HOSTS)
        return found[at]["outputs"]["ids"]
    except Exception:  # whatever the engine says: then they are not known, as without this question
        return UNKNOWN
