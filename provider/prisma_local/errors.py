"""The tree of errors.

LocalError
├── StartupError        the command cannot start; its text is the one sentence the user reads
├── SessionRefused      a client of PostgreSQL gets no session, with the SQLSTATE for it
└── ApiError            an error response of the API
    ├── Invalid         400 or 422, as the operation declares
    ├── Unauthorized    401
    ├── Forbidden       403
    │   └── PlanLimit
    ├── NotFound        404
    ├── MethodNotAllowed 405
    ├── Conflict        409
    ├── ContentTooLarge 413
    └── TooManyRequests 429
"""

from __future__ import annotations


class LocalError(Exception):
    """Everything this package raises on purpose."""


class StartupError(LocalError):
    """The command cannot start; the user reads the message as it is."""


class SessionRefused(LocalError):
    """A client of PostgreSQL gets no session; it is sent the SQLSTATE and the message."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class ApiError(LocalError):
    """An error response: `{"error": {"code", "message", "hint"?}}` with its status."""

    status = 500
    code = "internal-server-error"

    def __init__(self, message: str, *, hint: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        if status is not None:
            self.status = status

    def envelope(self) -> dict[str, object]:
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.hint is not None:
            error["hint"] = self.hint
        return {"error": error}


class Invalid(ApiError):
    status = 400
    code = "validation-error"


class Unauthorized(ApiError):
    status = 401
    code = "authentication-failed"


class Forbidden(ApiError):
    status = 403
    code = "permission-denied"


class PlanLimit(Forbidden):
    """The workspace's plan, or a block of the workspace, allows it not."""

    code = "planLimitReached"


class NotFound(ApiError):
    status = 404
    code = "resource-not-found"


class MethodNotAllowed(ApiError):
    status = 405
    code = "client-error"


class Conflict(ApiError):
    status = 409
    code = "client-error"


class ContentTooLarge(ApiError):
    status = 413
    code = "client-error"


class TooManyRequests(ApiError):
    status = 429
    code = "rate-limit-exceeded"
