"""What came back, or did not, as a model or as one of our errors; nothing that looks like a secret is in either."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import pydantic
from pydantic_core import from_json

from prisma_provider import errors
from prisma_provider.api import refusals
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Referring
from prisma_provider.api.refusals import Refusal
from prisma_provider.login.github import GitHubJob
from prisma_provider.login.stored import StoredLogin
from prisma_provider.network.transport import not_sent
from prisma_provider.settings import CONFIGURED, RUN_PROGRAM, TOKEN_VARIABLE, Settings, Token
from prisma_provider.text import cut, masked

T = TypeVar("T")
Ref = TypeVar("Ref", bound=Referring)

LONGEST_WAIT = 3600.0
"""Seconds that a service may ask us to wait; what it asks beyond that is taken for this."""


def parse(model: type[T], answer: httpx.Response, doing: str) -> T:
    """The body as a model. What pydantic says of it is cut to names of fields: its input may hold a secret."""
    try:
        return model.model_validate_json(answer.content)  # type: ignore[attr-defined,no-any-return]
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _malformed(doing, f"the field {where} is missing or wrong" if where else _NO_JSON) from None


def check_deleted(answer: httpx.Response, doing: str) -> None:
    """A deletion has no body, or one in JSON: a page that a proxy or a portal gives with status 200 deletes nothing."""
    try:
        from_json(answer.content.strip() or b"null")
    except ValueError:
        raise _malformed(doing, _NO_JSON) from None


_NO_JSON = "the response is not JSON"


def _malformed(doing: str, problem: str) -> errors.MalformedResponse:
    return errors.MalformedResponse(
        f"Could not {doing}: {problem}.",
        hint="see whether the base URL is that of Prisma's Management API, and whether this package is up to date.",
    )


def agreeing(found: Ref, asked: Mapping[str, object], doing: str) -> Ref:
    """The object, if it is of what was asked for, as far as it says: another one is left alone."""
    names = found.names()
    for what, value in asked.items():
        if value is not None and names.get(what) is not None and not same_id(names[what], value):
            raise errors.MalformedResponse(
                f"Could not {doing}: the response names another {what} than was asked for.",
                hint="see whether the base URL is that of Prisma's Management API. Nothing of the other was touched.",
            )
    return found


def transport_error(error: httpx.HTTPError, doing: str, settings: Settings) -> errors.ApiError:
    """No response: was the request sent or not?"""
    where = settings.base_url
    hint = f"see whether this machine has a network, and the base URL is right ({settings.base_url_names})."
    unreachable = not_sent(error, doing, where, hint)
    if unreachable is not None:
        return unreachable
    if isinstance(error, httpx.TimeoutException):
        return errors.TimedOut(
            f"Could not {doing}: {where} did not respond within {settings.request_timeout:g} s.",
            hint="try again; a longer limit for one response: PRISMA_REQUEST_TIMEOUT.",
        )
    if isinstance(error, httpx.DecodingError):
        return errors.MalformedResponse(f"Could not {doing}: the response of {where} cannot be read: {error}.")
    return errors.LostResponse(
        f"Could not {doing}: the connection to {where} broke before the response came.", hint="try again."
    )


_SECONDS = re.compile(r"[0-9]{1,300}(?:\.[0-9]{1,300})?")
"""Python's own idea of a digit is wider than that of HTTP."""

_Kind = tuple[type[errors.ApiError], str, str | None]

_STATUS: dict[int, _Kind] = {
    401: (
        errors.Unauthorized,
        "the token from {origin} is not valid",
        None,
    ),
    403: (errors.Forbidden, "the token may not do that", "use a token with access to this workspace."),
    404: (
        errors.NotFound,
        "there is no such object, or the token cannot see it",
        "correct its id, or use a token of the workspace that it belongs to.",
    ),
    409: (errors.Conflict, "it clashes with what is there", None),
    429: (errors.RateLimited, "there were too many requests", "try again later."),
}


def status_error(answer: httpx.Response, doing: str, token: Token) -> errors.ApiError:
    """A response that is no success."""
    refusal = refusals.read(answer.content)
    kind, why, hint = _plan_limit(refusal, answer.status_code, doing) or _kind(answer, token)
    shown = f" ({cut(masked(refusal.code), 80)})" if refusal.code else ""
    if kind is errors.Unauthorized:
        hint = _another_token(token)
    return kind(
        f"Could not {doing}: {why}{shown}.",
        # What looks like a secret every error masks; the token may look like anything.
        said=refusal.words.replace(token.value or "…", "…"),
        hint=hint,
        retry_after=_retry_after(answer),
        code=refusal.code,
    )


def _another_token(token: Token) -> str:
    """How to give a valid one, where this one came from."""
    if token.origin == CONFIGURED:
        ways = f"export {TOKEN_VARIABLE}=…, or `pulumi config set --secret prisma:serviceToken …`"
        return f"set a valid token: {ways}. {RUN_PROGRAM}."
    if token.origin == StoredLogin.origin:
        return "log in again: `pulumi-prisma login`."
    if token.origin == GitHubJob.origin:
        return (
            "see in Prisma Console whether the repository of this job is still connected to the workspace, and run the "
            f"job again, which exchanges its OIDC token anew; or set {TOKEN_VARIABLE}, which goes first."
        )
    return f"set a valid token: export {TOKEN_VARIABLE}=…; one is made in Prisma Console under Workspace, Settings."


_CREATED = re.compile(r"create ((?:[a-z]+ ?)+?) (?=[\"A-Z_])")
"""What a request was to make, as `doing` says it."""


def _plan_limit(refusal: Refusal, status: int, doing: str) -> _Kind | None:
    """What no status says: that the plan or the account allows no more, so that a retry is of no use."""
    if status >= 500:
        refusal = Refusal(refusal.code)  # a service that failed may speak of limits, too: only its code is clear
    if refusal.is_block:
        way = "see in Prisma Console what restricts the account: a limit on spending, or an invoice that is not paid."
        return errors.UsageBlocked, "the workspace is blocked, since its account has restrictions", way
    if refusal.is_plan_limit:
        way = "move the workspace to a larger plan in Prisma Console, or delete what is no longer used."
        made = _CREATED.match(doing)
        of = f", which allows no more {made[1]}{'es' if made[1].endswith('ch') else 's'}" if made else ""
        return errors.PlanLimit, f"the workspace's plan limit is reached{of}", way
    return None


def _kind(answer: httpx.Response, token: Token) -> _Kind:
    status = answer.status_code
    if status >= 500:
        reason = cut(f"{status} {answer.reason_phrase}".strip(), 80)
        return errors.ServiceFailed, f"the service failed ({reason})", "try again later."
    if 300 <= status < 400:
        return errors.Rejected, "the service responded with a redirect", "see whether the base URL is right."
    kind, why, hint = _STATUS.get(status, (errors.Rejected, "the request was refused", None))
    return kind, why.format(origin=token.origin), hint


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, from a number or from an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    text = answer.headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT)
    try:
        seconds = parsedate_to_datetime(text).timestamp() - time.time()
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    return min(max(0.0, seconds), LONGEST_WAIT)
