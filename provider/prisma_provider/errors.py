"""Every error a user can meet, as one tree.

PrismaError                    what happened; what the service said; what to do
├── ConfigurationError         token, base URL or workspace are missing or wrong
│   ├── NoToken                there is none, and nobody is logged in
│   └── LoginLost              the stored login is of no use any more
├── LoginFailed                a login was not completed
├── InvalidInput               a declared value that cannot be sent
├── Refused                    we could, and will not: data would be lost
├── NotApplied                 the service responded, and did not do what was asked
├── NotReady                   the database did not become ready
├── MigrationFailed            the user's migration tool failed, or did not migrate this database
├── NoConnection               PostgreSQL was asked for a connection and gave none
│   ├── Starting               nor yet: the database starts, and another attempt may succeed
│   └── NoRoute                its host and port cannot be reached from this network
├── Cancelled                  the user stopped the run while we waited
├── Fault                      the provider itself failed, for one object of many
├── UnreadablePreview          what is to be reviewed is no preview, or not a whole one
└── ApiError                   the service, or the way to it, failed
    ├── Rejected               another 4xx: the request was understood and refused
    │   ├── Unauthorized       401
    │   ├── Forbidden          403
    │   ├── NotFound           404
    │   ├── Conflict           409
    │   └── PlanLimit          the workspace's plan allows no more, whatever the status
    │       └── UsageBlocked   its account has restrictions
    ├── RateLimited            429: nothing was done; it is asked again
    ├── Unreachable            no connection was made: nothing was sent
    │   └── Blocked            nor will one be: a certificate that is not trusted, a proxy that refuses
    └── LostResponse           sent, and what came of it is unknown
        ├── TimedOut           no response in time: it may yet be acted upon
        ├── ServiceFailed      5xx
        └── MalformedResponse  not JSON, a field is missing or wrong, or it is of another object
"""

from __future__ import annotations

from prisma_provider.text import plain
from prisma_provider.text import said as quoted


def capital(text: str) -> str:
    """A sentence's first letter: what messages begin with may be a name of an object."""
    return text[:1].upper() + text[1:]


class PrismaError(Exception):
    """One line of what happened, one of what the service said, one of what to do.

    Whatever they quote, a terminal may have them: names and the words of a service order nothing, and give no secret.
    """

    def __init__(self, what: str, *, said: str | None = None, hint: str | None = None) -> None:
        self.what = plain(what)
        self.said = quoted(said) if said else None
        self.hint = plain(hint) if hint else None
        super().__init__(self.what, self.said, self.hint)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """A line for each of them that there is."""
        lines = [self.what]
        if self.said:
            lines.append(f"  Prisma says: {self.said}")
        if self.hint:
            lines.append(f"  What to do: {self.hint}")
        return lines


class ConfigurationError(PrismaError):
    """Token, base URL or workspace are missing or wrong."""


class NoToken(ConfigurationError):
    """No token is set and nobody is logged in: an error only where something of Prisma's is touched."""


class LoginLost(ConfigurationError):
    """The stored login cannot be used any more; logging in again is all it takes."""


class LoginFailed(PrismaError):
    """A login that was begun and not completed; nothing was stored."""


class InvalidInput(PrismaError):
    """A declared value that cannot be sent; ``field`` is its name in the API."""

    def __init__(self, field: str, what: str, *, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.field = field


class Refused(PrismaError):
    """The change is possible and would lose data, or take what is not ours."""


class NotApplied(PrismaError):
    """The service responded, and its response does not hold what was asked for."""


class NotReady(PrismaError):
    """The database failed while it was being made."""


class MigrationFailed(PrismaError):
    """The user's migration tool failed, or did not migrate this database; ``output`` are its last lines."""

    def __init__(self, what: str, *, output: tuple[str, ...], hint: str) -> None:
        super().__init__(what, hint=hint)
        self.output = output

    def lines(self) -> list[str]:
        """What happened, what the tool said, and what to do."""
        first, *others = super().lines()
        return [first, *(f"  | {line}" for line in self.output), *others]


class Fault(PrismaError):
    """The provider itself failed, for one object of many; where it did is in the log."""

    def __init__(self, error: Exception) -> None:
        super().__init__(
            f"This is a fault of the provider itself: {type(error).__name__}: {error}",
            hint="run it again with PRISMA_LOG=info, and report what it says.",
        )


class NoConnection(PrismaError):
    """PostgreSQL was asked for a connection and gave none, and another attempt would not change that."""


class Starting(NoConnection):
    """No connection yet: the database starts, or all its connections are in use."""


class NoRoute(NoConnection):
    """The host and port of a database cannot be reached from this network."""


class Cancelled(PrismaError):
    """The user stopped the run, and what was waited for had not come."""


class UnreadablePreview(PrismaError):
    """What is to be reviewed is no preview, or not a whole one: nothing can be said of it."""


class ApiError(PrismaError):
    """The service, or the way to it, failed; ``retry_after`` is in seconds, ``code`` is the service's own."""

    def __init__(
        self,
        what: str,
        *,
        said: str | None = None,
        hint: str | None = None,
        retry_after: float | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(what, said=said, hint=hint)
        self.retry_after = retry_after
        self.code = code


class Rejected(ApiError):
    """The request was understood and refused; nothing was done."""


class Unauthorized(Rejected):
    """The token is not valid (401)."""


class Forbidden(Rejected):
    """The token may not do this (403)."""


class NotFound(Rejected):
    """There is no such object, or the token cannot see it (404)."""


class Conflict(Rejected):
    """It clashes with what exists (409)."""


class PlanLimit(Rejected):
    """The workspace's plan, or a restriction of its account, allows no more; nothing was done, nor will it be later."""


class UsageBlocked(PlanLimit):
    """The workspace is blocked: a limit on spending, an invoice that is not paid, a plan that is used up."""


class RateLimited(ApiError):
    """Too many requests (429); nothing was done."""


class Unreachable(ApiError):
    """No connection was made; nothing was sent."""


class Blocked(Unreachable):
    """No connection can be made as things are: a certificate is not trusted, or a proxy refuses."""


class LostResponse(ApiError):
    """The request was sent, and nobody knows what came of it."""


class TimedOut(LostResponse):
    """No response came in time; the service may act on the request yet."""


class ServiceFailed(LostResponse):
    """The service failed (5xx), before or after it acted."""


class MalformedResponse(LostResponse):
    """The response is not JSON, lacks a field that is needed, or is of another object than was asked for."""
