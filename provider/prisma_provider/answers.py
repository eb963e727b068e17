"""What came back, or did not, as a model or as one of our errors; nothing that looks like a secret is in either."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx
import pydantic

from prisma_provider import errors
from prisma_provider.settings import CONFIGURED, RUN_PROGRAM, Settings, Token

T = TypeVar("T")

_CONNECTION_STRING = re.compile(r"\b(postgres(?:ql)?|prisma\+postgres)://[^\s\"'<>]+")


def parse(model: type[T], answer: httpx.Response, doing: str) -> T:
    """The body as a model. What pydantic says of it is cut to names of fields: its input may hold a secret."""
    try:
        return model.model_validate_json(answer.content)  # type: ignore[attr-defined,no-any-return]
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = f"the field {where} is missing or wrong" if where else "the answer is not JSON"
        raise errors.MalformedAnswer(
            f"Could not {doing}: {problem}.",
            hint="see whether the base URL is that of Prisma's Management API, and whether this package is up to date.",
        ) from None


def transport_error(error: httpx.HTTPError, doing: str, settings: Settings) -> errors.ApiError:
    """No answer: was the request sent or not?"""
    where = settings.base_url
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return errors.Unreachable(
            f"Could not {doing}: {where} cannot be reached.",
            said=None,
            hint="see whether this machine has a network, and the base URL is right "
            "(prisma:baseUrl or PRISMA_API_BASE_URL).",
        )
    if isinstance(error, httpx.TimeoutException):
        return errors.TimedOut(
            f"Could not {doing}: {where} did not answer within {settings.request_timeout:g} s.",
            hint="try again; a longer limit for one answer: PRISMA_REQUEST_TIMEOUT.",
        )
    if isinstance(error, httpx.DecodingError):
        return errors.MalformedAnswer(f"Could not {doing}: the answer of {where} cannot be decoded.")
    return errors.LostAnswer(
        f"Could not {doing}: the connection to {where} broke before the answer came.", hint="try again."
    )


_STATUS: dict[int, tuple[type[errors.ApiError], str, str | None]] = {
    401: (
        errors.Unauthorized,
        "the token is not valid",
        "set a valid token: export PRISMA_SERVICE_TOKEN=…, or `pulumi config set --secret prisma:serviceToken …`.",
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
    """An answer that is no success."""
    status = answer.status_code
    if status >= 500:
        kind: type[errors.ApiError] = errors.ServiceFailed
        why, hint = (
            f"the service failed ({status} {answer.reason_phrase})".replace(" )", ")"),
            "try again later.",
        )
    elif 300 <= status < 400:
        kind, why, hint = (
            errors.Rejected,
            "the service answered with a redirect",
            "see whether the base URL is right.",
        )
    else:
        kind, why, hint = _STATUS.get(status, (errors.Rejected, "the request was refused", None))  # type: ignore[assignment]
    if kind is errors.Unauthorized:
        why = f"the token from {token.origin} is not valid"
        hint = f"{hint} {RUN_PROGRAM}." if token.origin == CONFIGURED else hint
    return kind(
        f"Could not {doing}: {why}.",
        said=_message(answer, token),
        hint=hint,
        retry_after=_retry_after(answer),
    )


def _message(answer: httpx.Response, token: Token) -> str | None:
    """What the service said, message and hint; nothing that looks like a secret."""
    try:
        body = answer.json()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        parts = [error.get("message"), error.get("hint")]
    else:
        parts = [error, body.get("errorDescription")] if isinstance(body, dict) else []
    text = " ".join(part for part in parts if isinstance(part, str) and part)
    return _CONNECTION_STRING.sub(r"\1://…", text.replace(token.value or "…", "…")) or None


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds, from a number or from an HTTP date (RFC 9110, 10.2.3)."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
