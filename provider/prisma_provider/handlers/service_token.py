"""ServiceToken: a token of a workspace, for another program. Its value is given once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prisma_provider import diff, errors, ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import ServiceToken
from prisma_provider.diff import GONE, UNKNOWN, Change, Diff, Field
from prisma_provider.errors import InvalidInput, Refused, capital
from prisma_provider.handlers.changes import compare, delete, went_away
from prisma_provider.handlers.create_service_token import make
from prisma_provider.handlers.inputs import OPTIONS, Checked, Properties, check_flag, check_id, check_name, select
from prisma_provider.live import Live
from prisma_provider.live.run import resource

KIND = "ServiceToken"

PREVIOUS = "previousId"
"""What state holds, beside the rest, of the token that a rotation left valid."""


class ServiceTokenHandler:
    """Makes and revokes service tokens. There is no PATCH: another name or trigger is another token."""

    model = ServiceToken
    fields = (
        Field("workspaceId", "replace", same_id, read=None),
        Field("name", "replace"),
        Field("rotationTrigger", "setting"),
        Field("keepPrevious", "setting"),
        *OPTIONS,
        Field("valueHint", "output"),
        Field("createdAt", "output"),
        Field("expiresAt", "output"),
        Field("value", "once"),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A name of 1 to 256 characters, and a workspace that the run's own token sees."""
        problems = (
            *check_id(news, "workspaceId", "wksp", required=True),
            *check_name(news, "service token", 1, 256),
            *check_flag(news, "keepPrevious"),
        )
        if not (problems or olds):
            problems = tuple(_check_workspace(live, news["workspaceId"]))
        return Checked(select(self.fields, news), problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Whatever differs is another token: the new one is made first."""
        token = self._live(live, object_id, olds)
        if token is None:
            return GONE
        ownership.hold(live, KIND, object_id, token.title, news)
        found = self._compare(token, olds, news)
        if found.replaces():
            live.run.replacing(object_id)
            self._tell_replacement(live, token, olds, news)
        elif (live.client.age(token.expires_at) or 0) > 0:
            live.note(
                f"{capital(token.title)} has expired: another rotation_trigger makes another one, with a new value."
            )
        return found

    def _compare(self, token: ServiceToken, olds: Properties, news: Properties) -> Diff:
        there = {**outputs(token, {}), "workspaceId": olds.get("workspaceId")}
        return Diff(tuple(_renewal(change) for change in compare(self.fields, olds, news, there).changes))

    def _tell_replacement(self, live: Live, token: ServiceToken, olds: Properties, news: Properties) -> None:
        previous = self._live(live, olds[PREVIOUS], olds) if olds.get(PREVIOUS) else None
        if previous is not None:
            _refuse_own(live, previous, None)
            live.note(f"{capital(previous.title)}, which the rotation before left valid, is revoked.")
        if news.get("keepPrevious"):
            live.note(f"{capital(token.title)} stays valid until the next rotation, as keep_previous=True says.")
            return
        _refuse_own(live, token, olds.get("value"))
        live.note(f"{capital(token.title)} is revoked once another one is made: whoever uses it is locked out.")

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST; the response has the value, this once."""
        workspace_id, name = news["workspaceId"], news["name"]
        for problem in _check_workspace(live, workspace_id):
            raise problem
        key = ("service token", workspace_id, name)
        with live.run.under_way(*key), live.run.alone(*key):
            token = make(live, workspace_id, name)
            live.run.returned(token.id)
        live.put_service_token(token)
        previous = _predecessor(live) if news.get("keepPrevious") else None
        value = token.value.get_secret_value() if token.value else None
        return token.id, outputs(token, {**news, "value": value, **({PREVIOUS: previous} if previous else {})})

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live token; its value is carried on from state, the service gives it only once."""
        token = self._live(live, object_id, olds)
        return None if token is None else outputs(token, {**olds, "workspaceId": _workspace(live, olds)})

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Nothing is sent: what is not another token is a setting."""
        token = self._live(live, object_id, olds)
        if token is None:
            raise went_away("service token", object_id)
        kept = {name: olds[name] for name in ("value", PREVIOUS) if name in olds}
        return outputs(token, {**news, **kept})

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Revoke it, and the one that a rotation left; a rotation with `keepPrevious` leaves this one in turn."""
        if ownership.stays(live, KIND, object_id):
            return
        if olds.get(PREVIOUS):
            self._revoke(live, olds[PREVIOUS], {"workspaceId": olds.get("workspaceId")})
        if _is_kept(live, object_id, olds) and self._live(live, object_id, olds) is not None:
            live.note(f"service token {object_id} stays valid until the next rotation, as keep_previous=True says.")
            return
        self._revoke(live, object_id, olds)

    def _revoke(self, live: Live, object_id: str, olds: Properties) -> None:
        token = self._live(live, object_id, olds)
        if token is not None:
            ownership.refuse_another(token.title, olds, outputs(token, {}))
            _refuse_own(live, token, olds.get("value"))
            workspace_id = _workspace(live, olds)
            delete(live, "service token", object_id, olds, lambda i: live.client.delete_service_token(workspace_id, i))
        live.drop_service_token(object_id)

    def _live(self, live: Live, object_id: str, olds: Properties) -> ServiceToken | None:
        return live.service_token(object_id, _workspace(live, olds))


def _workspace(live: Live, olds: Properties) -> str:
    """The workspace that state names; of a token that is only looked up, that of the run's own token."""
    found = olds.get("workspaceId") or live.workspace_id()
    if found is None:
        raise errors.ConfigurationError(
            "The workspace of the service token is not known: the run's own token names none.",
            hint="use a service token of that workspace.",
        )
    return str(found)


def _check_workspace(live: Live, workspace_id: Any) -> Iterator[InvalidInput]:
    """Only in a workspace that the run's own token sees can it be told what is there."""
    if workspace_id is not UNKNOWN and not live.sees_workspace(workspace_id):
        yield InvalidInput(
            "workspaceId",
            f"The run's own token does not see workspace {workspace_id}: it is of {live.workspace_id() or 'none'}.",
            hint="correct workspace_id, or use a token of that workspace. Nothing was made.",
        )


def _renewal(change: Change) -> Change:
    """A trigger that was set or changed gives another token; one that was taken away only stops being one."""
    if change.field == "rotationTrigger" and change.declared is not None:
        return Change(change.field, change.live, change.declared, "renew")
    return change


def _predecessor(live: Live) -> str | None:
    """The token that this one takes the place of: as this run was shown, else as state has it."""
    shown = live.run.replaced_by(resource())
    if shown or not resource():
        return shown
    held = (e for e in live.recorded().entries if e.kind == KIND and e.urn == resource() and not e.replaced)
    return next((entry.object_id for entry in held), None)


def _is_kept(live: Live, object_id: str, olds: Properties) -> bool:
    """Whether it was replaced, in this run or an earlier one, by a rotation that leaves it valid."""
    declared = live.run.inputs(resource())
    replaced = declared is not None or bool(live.recorded().replaced(KIND, object_id))
    return replaced and bool((declared or olds).get("keepPrevious"))


def _refuse_own(live: Live, token: ServiceToken, value: object) -> None:
    if live.is_own_token(token.id, value, token.value_hint):
        raise Refused(
            f"{capital(token.title)} is not revoked: this run itself uses it.",
            hint="run with another token of the workspace (PRISMA_SERVICE_TOKEN); or, for a rotation, declare "
            "keep_previous=True, use the new value from then on, and rotate once more. Nothing was revoked.",
        )


def outputs(token: ServiceToken, state: Properties) -> Properties:
    """The whole state of a service token."""
    return diff.outputs(ServiceTokenHandler.fields, token, state)
