"""What a test can set while the server runs, and how many requests are open."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from prisma_local.errors import Invalid
from prisma_local.testing.rate_limit import Rate

ENDS = ("ready", "failure")
TOKEN_LIFE = 3600.0


@dataclass(slots=True)
class Settings:
    """`latency` of each response, `provisioning` of a new database, `recovering` of a restore at least: in seconds.

    `rate` limits the requests a second; `token_life` is how many seconds a user's access token is valid.
    `refusing`, then `dropping` connections is how a database starts, when it is new or was idle for `standby_after`.
    `plan_name` and `usage_blocked` are what a workspace's subscription says, and a blocked one creates no database and
    lets no client in; more databases than `database_limit` are refused in a workspace, 0 is no limit.
    `one_default` refuses to create a default database where the project has one, as the service may.
    """

    latency: float = 0.0
    recovering: float = 0.0
    provisioning: float = 0.0
    provisioning_ends: str = "ready"
    refusing: float = 0.0
    dropping: float = 0.0
    standby_after: float = 0.0
    in_flight: int = 0
    in_flight_max: int = 0
    token_life: float = TOKEN_LIFE
    one_default: bool = False
    plan_name: str = "Local"
    usage_blocked: bool = False
    database_limit: int = 0
    rate: Rate = field(default_factory=Rate)
    last_ended: float = field(default_factory=time.monotonic)

    def as_json(self) -> dict[str, object]:
        return {
            "latency": self.latency,
            "provisioning": self.provisioning,
            "provisioningEnds": self.provisioning_ends,
            "recovering": self.recovering,
            "coldStartRefusing": self.refusing,
            "coldStartDropping": self.dropping,
            "standbyAfter": self.standby_after,
            "rateLimit": self.rate.limit,
            "tokenLife": self.token_life,
            "oneDefault": self.one_default,
            "planName": self.plan_name,
            "usageBlocked": self.usage_blocked,
            "databaseLimit": self.database_limit,
            "inFlight": self.in_flight,
            "inFlightMax": self.in_flight_max,
        }

    def update(self, body: dict[str, object]) -> None:
        """Set what the body names."""
        unknown = set(body) - set(FIELDS)
        if unknown:
            raise Invalid(f"No setting is called {', '.join(sorted(unknown))}.")
        for name, value in body.items():
            attribute, read = FIELDS[name]
            setattr(self, attribute, read(name, value))

    def reset(self) -> None:
        """Back to the values of a start."""
        initial = Settings()
        for attribute, _ in FIELDS.values():
            setattr(self, attribute, getattr(initial, attribute))
        self.in_flight_max = self.in_flight

    def request_began(self) -> None:
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)

    def request_ended(self) -> None:
        self.in_flight -= 1
        self.last_ended = time.monotonic()

    def idle_seconds(self) -> float:
        """How long no request has been open."""
        return 0.0 if self.in_flight else time.monotonic() - self.last_ended


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise Invalid(f"{name} is a number from 0.")
    return float(value)


def _whole(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1e6:
        raise Invalid(f"{name} is a whole number from 0.")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"{name} is true or false.")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise Invalid(f"{name} is a text.")
    return value


def _end(name: str, value: object) -> str:
    if value not in ENDS:
        raise Invalid(f"{name} is one of {', '.join(ENDS)}.")
    return str(value)


def _rate(name: str, value: object) -> Rate:
    return Rate(_whole(name, value))


# Each name in a request, with its attribute and how its value is read.
FIELDS: dict[str, tuple[str, Callable[[str, object], object]]] = {
    "latency": ("latency", _seconds),
    "provisioning": ("provisioning", _seconds),
    "provisioningEnds": ("provisioning_ends", _end),
    "recovering": ("recovering", _seconds),
    "coldStartRefusing": ("refusing", _seconds),
    "coldStartDropping": ("dropping", _seconds),
    "standbyAfter": ("standby_after", _seconds),
    "rateLimit": ("rate", _rate),
    "tokenLife": ("token_life", _seconds),
    "oneDefault": ("one_default", _flag),
    "planName": ("plan_name", _text),
    "usageBlocked": ("usage_blocked", _flag),
    "databaseLimit": ("database_limit", _whole),
    "inFlightMax": ("in_flight_max", _whole),
    "maxInFlightSeen": ("in_flight_max", _whole),
}
