"""Making an environment variable once, and writing its value: what is there is taken only where it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from prisma_provider import errors, ownership
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import EnvironmentVariable
from prisma_provider.errors import Refused, capital
from prisma_provider.handlers.changes import went_away
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.network.clock import seconds_of

KIND = "EnvironmentVariable"

ENVIRONMENT = "prisma:index:Environment$"
"""What the URN of a variable holds that an Environment declares: nobody can give it an argument of its own."""

DAY = 86_400.0
"""Seconds for which a note on this machine tells whose a variable is: later it may well be another hand's."""

ENOUGH = 6
"""Characters of a value by which it is known in what a service says."""


class Scope(NamedTuple):
    """Where a variable is unique: a project, a class, a branch or all of them, and its key."""

    project_id: str
    variable_class: str
    branch_id: str | None
    key: str

    @staticmethod
    def of(news: Mapping[str, Any]) -> Scope:
        """That of declared inputs."""
        return Scope(news["projectId"], news["variableClass"], news.get("branchId"), news["key"])

    @property
    def named(self) -> tuple[str, ...]:
        """The same as a key of this run."""
        return ("variable", bare_id(self.project_id), self.variable_class, bare_id(self.branch_id or ""), self.key)

    @property
    def title(self) -> str:
        """How messages name it."""
        branch = f" of branch {self.branch_id}" if self.branch_id else ""
        return f"environment variable {self.key} (class {self.variable_class}{branch})"

    def claim(self, live: Live) -> None:
        """Refused where another resource of the program declares the same variable."""
        holder = live.run.hold("scope of a variable", "/".join(self.named))
        if holder is not None:
            raise Refused(
                f"{capital(self.title)} is declared by {ownership.named(holder)}, too.",
                hint="declare it once: what two resources hold is written and deleted by either. Nothing was made.",
            )


def at(variables: Iterable[EnvironmentVariable], scope: Scope) -> EnvironmentVariable | None:
    """The variable of this scope."""
    for each in variables:
        same = (each.variable_class, each.key) == (scope.variable_class, scope.key)
        if same and same_id(each.branch_id or "", scope.branch_id or "") and same_id(each.project_id, scope.project_id):
            return each
    return None


def is_left_to_prisma(found: EnvironmentVariable, news: Mapping[str, Any]) -> bool:
    """Whether Prisma manages it and the program says to leave it so: `adopt=False`."""
    return found.is_managed_by_system and news.get("adopt") is False


def may_take(live: Live, there: EnvironmentVariable, news: Properties) -> bool:
    """Whether the value of a variable that is there is replaced; False: it is left to Prisma. Refused otherwise."""
    if is_left_to_prisma(there, news):
        live.note(f"{capital(there.title)} is managed by Prisma and left as it is: its value is not sent.")
        return False
    if ownership.is_own(live, KIND, there.id):
        return True  # an option, or --replace, asks for another one in its place: there can be only one
    if not there.is_managed_by_system and _was_begun(live, Scope.of(news)):
        live.note(f"{capital(there.title)} was made by an interrupted run of this stack, and is used again.")
        return True
    if news.get("adopt"):
        ownership.take(live, KIND, there.id, there.title)
        live.note(f"{capital(there.title)} is taken over, and its value replaced.")
        return True
    _refuse_held(live, there)
    raise _managed(there) if there.is_managed_by_system else _exists(there)


def _refuse_held(live: Live, there: EnvironmentVariable) -> None:
    """Refuse what another resource of this stack holds; keys that move on from one to the next need a run for each."""
    try:
        ownership.refuse_held(live, KIND, there.id, there.title)
    except Refused as error:
        hint = f"where that one gets another key, run `pulumi up` with that change alone first; else {error.hint}"
        raise Refused(error.what, hint=hint) from None


def _was_begun(live: Live, scope: Scope) -> bool:
    """Whether the stack's state, or a note on this machine, saw its creation only begin, in an earlier run."""
    if live.intents.left(*begun_key(live, scope), within=DAY) is not None:
        return True
    return live.begun_before(
        KIND,
        *scope.named,
        projectId=scope.project_id,
        variableClass=scope.variable_class,
        branchId=scope.branch_id,
        key=scope.key,
    )


def begun_key(live: Live, scope: Scope) -> tuple[str, ...]:
    """The name of the note on this machine that the creation of a variable was begun for a resource."""
    return (live.client.settings.base_url, resource(), *scope.named)


def _managed(there: EnvironmentVariable) -> Refused:
    return Refused(
        f"{capital(there.title)} is managed by Prisma, which writes its value itself.",
        hint="declare another key; or adopt=True to replace its value all the same, or adopt=False to leave it as it "
        "is. Nothing was made.",
    )


def _exists(there: EnvironmentVariable) -> Refused:
    branch = f" for branch {there.branch_id}" if there.branch_id else ""
    way = "declare adopt=True to take it over and replace its value, or another key"
    if ENVIRONMENT in resource():
        way = f"delete it; or leave {there.key} out of environment_variables, and declare an EnvironmentVariable of "
        way += "that key with adopt=True, which takes it over and replaces its value"
    return Refused(
        f"{capital(there.title)} exists already in project {there.project_id}, class {there.variable_class}{branch}.",
        hint=f"{way}. Nothing was made.",
    )


def make(live: Live, scope: Scope, news: Properties) -> EnvironmentVariable:
    """POST. A lost response and a 409 both mean: look for the key, which is unique in its scope.

    There was none when we asked. After a lost response what is there is ours, and gets our value to make sure.
    """
    branch = {"branchId": scope.branch_id} if scope.branch_id else {}
    body = {"projectId": scope.project_id, **branch, "class": scope.variable_class, "key": scope.key}
    lost = False

    def attempt() -> EnvironmentVariable:
        nonlocal lost
        try:
            with _hiding(news["value"]):
                return live.client.create_environment_variable({**body, "value": news["value"]})
        except (errors.LostResponse, errors.Conflict) as error:
            lost = lost or isinstance(error, errors.LostResponse)
            if not lost:
                live.intents.forget(*begun_key(live, scope))  # nothing was made: what is there is another's
            found = at(live.client.environment_variables(scope.project_id, scope.key), scope)
            if found is None:
                raise
            ours = lost and not found.is_managed_by_system
            if ours or may_take(live, found, news):
                return write(live, found, news["value"])
            return found

    try:
        with live.intents.noted(*begun_key(live, scope)):
            return live.client.retrying(errors.LostResponse, errors.Conflict)(attempt)
    except errors.ApiError as error:
        if not lost and not isinstance(error, errors.Conflict):
            raise
        hint = "run `pulumi up` again: if it was made, that takes it, or names it where adopt=True is needed."
        raise type(error)(error.what, said=error.said, hint=hint) from None


def write(live: Live, variable: EnvironmentVariable, value: str) -> EnvironmentVariable:
    """Replace the value, by one PATCH; it comes to the same however often it arrives."""
    try:
        with _hiding(value):
            return live.client.update_environment_variable(variable.id, value)
    except errors.NotFound:
        raise went_away("environment variable", variable.id) from None


def written(variable: EnvironmentVariable, *, put_back: bool = False) -> dict[str, Any]:
    """What the response to our own write said of the value: when it was written, and the key it is encrypted with."""
    return {"updatedAt": variable.updated_at, "valueKid": variable.value_kid, "putBack": put_back}


def was_written_elsewhere(found: EnvironmentVariable, own: Mapping[str, Any] | None) -> bool:
    """Whether it moved since our own write; of an imported one nothing is known.

    The key that it is encrypted with counts only where no time is known: Prisma may encrypt the same value anew.
    """
    if own is None:
        return False
    at_, was = seconds_of(found.updated_at), seconds_of(own.get("updatedAt"))
    if at_ is not None and was is not None:
        return at_ != was
    return None not in (found.value_kid, own.get("valueKid")) and found.value_kid != own["valueKid"]


@contextmanager
def _hiding(value: str) -> Iterator[None]:
    """An error of a request that holds the value says nothing that may be a part of it, and what to do."""
    try:
        yield
    except errors.ApiError as error:
        said, hint = error.said, error.hint
        if said and value[:ENOUGH] in said:
            said = "(its words are left out: they repeat the value)"
        if type(error) is errors.Rejected and not hint:
            hint = "correct the value or the key; Prisma may limit the length of a value. Nothing was changed."
        raise type(error)(error.what, said=said, hint=hint, retry_after=error.retry_after, code=error.code) from None
