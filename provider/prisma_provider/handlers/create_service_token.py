"""Making a service token once, though none has a key or a unique name, and its value comes only with the response.

After a lost response the new one of its name that was not there before is revoked, and another is made. After a run
that was killed nobody can tell whose it is: what may have been left is named.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import ServiceToken
from prisma_provider.errors import PrismaError, Refused
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.network.retries import time_left

LAG = 5.0
"""Seconds after which what the service has done shows in its list."""

LOOK = 1.0
"""Seconds from one look to the next."""


def make(live: Live, workspace_id: str, name: str) -> ServiceToken:
    """POST; what a lost response may have left is revoked, as nobody has its value."""
    there = live.client.service_tokens(workspace_id)
    begun = ("service token", live.client.settings.base_url, resource(), bare_id(workspace_id), name)
    _tell_left(live, begun, workspace_id, [each for each in there if each.name == name])
    before = {bare_id(each.id) for each in there}
    with live.intents.noted(*begun, before=before):
        return _make(live, workspace_id, name, before)


def _tell_left(live: Live, begun: tuple[str, ...], workspace_id: str, there: list[ServiceToken]) -> None:
    """Name what a run that was interrupted may have made: it is valid, and nobody has its value."""
    before = live.intents.left(*begun)
    replaced = live.run.replaced_by(resource())
    new = [each for each in there if bare_id(each.id) not in (before or ()) and not same_id(each.id, replaced or "")]
    left = [each for each in new if not (live.run.was_returned(each.id) or live.recorded().holds(each.id))]
    if left and (before is not None or _was_begun(live, workspace_id, left[0].name)):
        live.note(
            f"An earlier run of this stack was interrupted while it made {left[0].title}, or another one of this name: "
            f"{', '.join(each.id for each in left)}. What it made is valid, and nobody has its value: revoke in Prisma "
            "Console what nobody uses."
        )


def _was_begun(live: Live, workspace_id: str, name: str) -> bool:
    """Whether the stack's state saw the creation of a token of this name only begin, and it is none of this run's."""
    key = ("service token", workspace_id, name)
    return live.begun_before("ServiceToken", *key, workspaceId=workspace_id, name=name)


def _make(live: Live, workspace_id: str, name: str, before: AbstractSet[str]) -> ServiceToken:
    lost: list[errors.LostResponse] = []
    revoked = 0

    def attempt() -> ServiceToken:
        nonlocal revoked
        try:
            return live.client.create_service_token(workspace_id, name)
        except errors.LostResponse as error:
            lost.append(error)
            revoked += revoke_new(live, workspace_id, name, before, LAG)
            raise

    try:
        made = live.client.retrying(errors.LostResponse)(attempt)
    except errors.ApiError as error:
        if not lost:
            raise
        raise PrismaError(
            f'Could not create service token "{name}": its response was lost, and another one did not come.',
            said=error.said or error.what,
            hint=f'run `pulumi up` again. Revoke a token "{name}" that is new in Prisma Console: nobody has its value.',
        ) from None
    if len(lost) > revoked:
        # A request that had no response in time may yet be acted upon; of others it shows by now.
        patience = LAG if any(isinstance(error, errors.TimedOut) for error in lost) else 0.0
        revoke_new(live, workspace_id, name, before | {bare_id(made.id)}, patience)
    return made


def revoke_new(live: Live, workspace_id: str, name: str, before: AbstractSet[str], patience: float) -> int:
    """Revoke what a request without a response has made, as soon as the list shows it: how many; Refused for several.

    `patience` are the seconds for which the list is looked at.
    """
    found = _new(live, workspace_id, name, before)
    waited, ends = 0.0, min(patience, time_left())
    while not found and waited < ends:
        live.client.wait(LOOK)
        waited += LOOK
        found = _new(live, workspace_id, name, before)
    if len(found) > 1:
        raise Refused(
            f'The response to creating service token "{name}" was lost, and there are several that may be it: '
            f"{', '.join(each.id for each in found)}.",
            hint="revoke those that nobody uses in Prisma Console, and run `pulumi up` again.",
        )
    for each in found:
        _revoke(live, workspace_id, each)
    return len(found)


def _revoke(live: Live, workspace_id: str, token: ServiceToken) -> None:
    try:
        live.client.delete_service_token(workspace_id, token.id)
    except errors.NotFound:
        return
    except errors.ApiError as error:
        raise PrismaError(
            f"The response to creating {token.title} was lost, and it could not be revoked: nobody has its value.",
            said=error.said or error.what,
            hint="revoke it in Prisma Console, and run `pulumi up` again.",
        ) from None


def _new(live: Live, workspace_id: str, name: str, before: AbstractSet[str]) -> list[ServiceToken]:
    """Tokens of this name that were not there before, and that no creation of this run returned."""
    return [
        each
        for each in live.client.service_tokens(workspace_id)
        if each.name == name and bare_id(each.id) not in before and not live.run.was_returned(each.id)
    ]
