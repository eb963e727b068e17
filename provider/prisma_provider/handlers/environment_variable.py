"""EnvironmentVariable: what Prisma's platform gives to deployments. Its value is sent, and never read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from prisma_provider import diff, ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import EnvironmentVariable
from prisma_provider.diff import UNKNOWN, Change, Diff, Field, ignores
from prisma_provider.errors import InvalidInput, capital
from prisma_provider.handlers.changes import compare, delete, gone, went_away
from prisma_provider.handlers.creation import agree, check_adopted, nothing_to_adopt
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_id,
    check_there,
    known,
    not_there,
    select,
)
from prisma_provider.handlers.write_variable import (
    KIND,
    Scope,
    at,
    begun_key,
    is_left_to_prisma,
    make,
    may_take,
    was_written_elsewhere,
    write,
    written,
)
from prisma_provider.live import Live
from prisma_provider.text import HOW_TO_JOIN, stands_for_an_object

CLASSES = ("production", "preview")
LONGEST_KEY = 256
_KEY = re.compile(r"[A-Z_][A-Z0-9_]*")

WRITTEN = "written"
"""What state holds, beside the rest, of our own last write: by it another hand's is seen."""

SECRET = "[secret]"  # noqa: S105  what is shown in place of one


class EnvironmentVariableHandler:
    """Makes, writes and deletes environment variables; only the value changes in place."""

    model = EnvironmentVariable
    fields = (
        Field("projectId", "replace", same_id),
        Field("key", "replace"),
        Field("variableClass", "replace"),
        Field("branchId", "replace", same_id),
        *SETTINGS,
        Field("isManagedBySystem", "output"),
        Field("workspaceId", "output", read=None),
        Field("createdAt", "output"),
        Field("updatedAt", "output"),
        Field("value", "once"),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A project, a key and a class that the service takes, a value; nothing that is another's."""
        problems = (
            *check_id(news, "projectId", "proj", required=True),
            *_check_key(news),
            *_check_class(news),
            *check_id(news, "branchId", "br"),
            *_check_value(news),
            *check_adopt(news, "envvar"),
        )
        inputs = {**select(self.fields, news), "value": news.get("value")}
        if not (problems or olds):
            problems = tuple(self._check_new(live, news))
        return Checked(inputs, problems)

    def _check_new(self, live: Live, news: Properties) -> Iterator[InvalidInput]:
        yield from _check_home(live, news)
        if isinstance(news.get("adopt"), str):
            yield from check_adopted(live, KIND, {}, news, live.variable, lambda found: self._agreed(found, news))
        elif all(news.get(name) is not UNKNOWN for name in ("projectId", "key", "variableClass", "branchId")):
            scope = Scope.of(news)
            scope.claim(live)
            there = at(live.variables(scope.project_id), scope)
            if there is not None:
                may_take(live, there, news)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """The value in place, by what we wrote last; everything else is another variable."""
        variable = self._live(live, object_id, olds)
        if variable is None:
            return gone(live, olds)
        ownership.hold(live, KIND, object_id, variable.title, news)
        found = self._compare(variable, olds, news)
        if found.of("replace"):
            then = (
                "this one stays, since Prisma manages it"
                if is_left_to_prisma(variable, olds)
                else "this one is deleted"
            )
            live.note(
                f"{capital(variable.title)} will be replaced: another one is made, and then {then}. No data of a "
                "database is touched."
            )
            return found
        return Diff((*found.changes, *self._value(live, variable, olds, news)))

    def _compare(self, variable: EnvironmentVariable, olds: Properties, news: Properties) -> Diff:
        found = compare(self.fields, olds, news, outputs(variable, {}))
        if news.get("branchId") is None and variable.branch_id and not ignores(news.get("ignoreChanges"), "branchId"):
            # Not declared is not "not managed" here: it is the scope of all branches.
            return Diff((*found.changes, Change("branchId", variable.branch_id, None, "replace")))
        return found

    def _agreed(self, variable: EnvironmentVariable, news: Properties) -> Diff:
        """What taking it over changes: its value is replaced, unless it is left to Prisma."""
        write = () if is_left_to_prisma(variable, news) else (Change("value", SECRET, SECRET, "write"),)
        return agree(variable.title, Diff((*self._compare(variable, {}, news).changes, *write)))

    def _value(self, live: Live, found: EnvironmentVariable, olds: Properties, news: Properties) -> Iterator[Change]:
        """What a PATCH has to see to; no value is in it, since none may be shown."""
        if ignores(news.get("ignoreChanges"), "value") or is_left_to_prisma(found, news):
            return
        if news.get("value") is UNKNOWN:
            yield Change("value", SECRET, UNKNOWN, "write")
        elif news.get("value") != olds.get("value"):
            yield Change("value", SECRET, SECRET, "write")
        elif was_written_elsewhere(found, olds.get(WRITTEN)):
            if not olds[WRITTEN].get("putBack"):
                yield Change("value", f"written elsewhere at {found.updated_at}", SECRET, "write")
                return
            live.note(
                f"{capital(found.title)} was written elsewhere again ({found.updated_at}), after its value was put "
                "back once. It is left as it is: find out who writes it. Another value, or `pulumi up --replace` with "
                "its URN, sends it again; `pulumi refresh` accepts it, and ends this warning."
            )

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST, or take what is there and replace its value."""
        scope = Scope.of(news)
        scope.claim(live)  # in the preview, not all of it may have been known
        with live.run.under_way(*scope.named), live.run.alone(*scope.named):
            variable = self._adopted(live, news) or make(live, scope, news)
            live.run.returned(variable.id)
        live.intents.forget(*begun_key(live, scope))
        live.put_variable(variable)
        state = {**news, "workspaceId": live.workspace_id_of(scope.project_id)}
        if is_left_to_prisma(variable, news):
            del state["value"]  # it was not sent
        else:
            state[WRITTEN] = written(variable)
        return variable.id, outputs(variable, state)

    def _adopted(self, live: Live, news: Properties) -> EnvironmentVariable | None:
        """What is taken over; None where one is to be made."""
        adopt, scope = news.get("adopt"), Scope.of(news)
        if isinstance(adopt, str):
            there = live.variable(adopt)
            if there is None:
                raise nothing_to_adopt("environment variable", adopt)
            self._agreed(there, news)
        else:
            there = at(live.variables(scope.project_id), scope)
        if there is None:
            return None
        return write(live, there, news["value"]) if may_take(live, there, news) else there

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live variable; its value is carried on from state, the service never gives it."""
        variable = self._live(live, object_id, olds)
        if variable is None:
            return None
        workspace_id = live.workspace_id_of(variable.project_id, olds.get("workspaceId"))
        return outputs(variable, {**_accepted(live, variable, olds), "workspaceId": workspace_id})

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """PATCH the value, or nothing."""
        found = self.diff(live, object_id, olds, news)
        variable = self._live(live, object_id, olds)
        if variable is None:
            raise went_away("environment variable", object_id)
        kept = {name: olds.get(name) for name in ("value", "workspaceId", WRITTEN)}
        if found.of("write"):
            variable = write(live, variable, news["value"])
            live.put_variable(variable)
            put_back = news["value"] == olds.get("value")
            kept |= {"value": news["value"], WRITTEN: written(variable, put_back=put_back)}
        return outputs(variable, {**news, **kept})

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete it; what is left to Prisma stays."""
        if ownership.stays(live, KIND, object_id):
            return
        found = self._live(live, object_id, olds)
        if found is not None and is_left_to_prisma(found, olds):
            live.note(f"{capital(found.title)} is managed by Prisma, and was not taken over: it stays.")
            return
        if found is not None:
            ownership.refuse_another(found.title, olds, outputs(found, {}))
            delete(live, "environment variable", object_id, olds, live.client.delete_environment_variable)
        live.drop_variable(object_id)

    def _live(self, live: Live, object_id: str, olds: Properties) -> EnvironmentVariable | None:
        return live.variable(object_id, olds.get("projectId"), olds.get("workspaceId"))


def _check_key(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    key = news.get("key")
    if key is UNKNOWN or (isinstance(key, str) and len(key) <= LONGEST_KEY and _KEY.fullmatch(key)):
        return
    shown = "missing" if not key else f'"{str(key)[:80]}"'
    yield InvalidInput(
        "key",
        f"The key of an environment variable is {shown}: it has capital letters, digits and _, and begins with no "
        f"digit; {LONGEST_KEY} characters at most.",
        hint='give one such as "DATABASE_URL".',
    )


def _check_class(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    given = news.get("variableClass")
    if given is not UNKNOWN and given not in CLASSES:
        shown = "missing" if given is None else f'"{str(given)[:80]}"'
        yield InvalidInput(
            "variableClass",
            f"variable_class is {shown}: an environment variable is of class production or preview.",
            hint='declare variable_class="production" or variable_class="preview".',
        )
    elif given == "production" and news.get("branchId") is not None:
        yield InvalidInput(
            "branchId",
            "A variable of a branch is of class preview: there are none of one branch in production.",
            hint='declare variable_class="preview", or take branch_id out.',
        )


def _check_value(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """A text. It is not shown, whatever is wrong with it."""
    value = news.get("value")
    if value is UNKNOWN:
        return
    if not isinstance(value, str) or not value:
        yield InvalidInput(
            "value",
            "The value of an environment variable must be text that is not empty.",
            hint="give one; to have no value, take the variable out of the program.",
        )
    elif stands_for_an_object(value):
        yield InvalidInput(
            "value", "value holds an output, or another object, inside a plain string.", hint=f"{HOW_TO_JOIN}."
        )


def _check_home(live: Live, news: Properties) -> Iterator[InvalidInput]:
    """The project and the branch exist; a project that shows a variable is there."""
    project_id, branch_id = news["projectId"], news.get("branchId")
    if project_id is not UNKNOWN and not live.variables(project_id):
        yield from check_there(live, {}, news, "projectId", live.project)
    if known(branch_id):
        branch = live.branch(str(branch_id), None if project_id is UNKNOWN else project_id)
        if branch is None or not (project_id is UNKNOWN or same_id(branch.project.id, project_id)):
            yield not_there("branchId", "branch", f"{branch_id} in project {project_id}")


def _accepted(live: Live, variable: EnvironmentVariable, olds: Properties) -> Properties:
    """State, in which another hand's write that came after the value was put back once is warned of no more."""
    own = olds.get(WRITTEN) or {}
    if not own.get("putBack") or not was_written_elsewhere(variable, own):
        return olds
    live.note(f"{capital(variable.title)} was written elsewhere again ({variable.updated_at}); it is left as it is.")
    return {**olds, WRITTEN: written(variable, put_back=True)}


def outputs(variable: EnvironmentVariable, state: Properties) -> Properties:
    """The whole state of a variable; the value is what was declared."""
    return diff.outputs(EnvironmentVariableHandler.fields, variable, state)
