"""From what a rule returns or raises to a response."""

from __future__ import annotations

import logging
from collections.abc import Callable

from starlette.responses import JSONResponse, Response

from prisma_local.errors import ApiError
from prisma_local.http.result import Result

log = logging.getLogger("prisma_local")


def respond(act: Callable[[], Result], what: str) -> Response:
    """The answer of the act, whatever becomes of it."""
    try:
        answer = act()
    except ApiError as error:
        return JSONResponse(error.envelope(), status_code=error.status)
    except Exception:
        log.exception("%s failed", what)
        failure = ApiError("The local control plane failed; the reason is on its stderr.")
        return JSONResponse(failure.envelope(), status_code=failure.status)
    if answer.status == 204:
        return Response(status_code=204)
    return JSONResponse(answer.body, status_code=answer.status)
