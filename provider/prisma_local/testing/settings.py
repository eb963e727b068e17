"""What a test can set while the server runs, and the high-water mark of its load."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from prisma_local.errors import Invalid
from prisma_local.testing.rate_limit import Rate

ENDS = ("ready", "failure")
TOKEN_LIFE = 3600.0


@dataclass(slots=True)
class Settings:
    """Seconds: what each /v1 answer takes longer, a new database provisions, a restore lasts at least.

    `rate` is how many /v1 calls a second are taken, `token_life` how long an access token of a user is valid.
    `one_default` refuses to make a default database where its project has one: it has to be promoted by PATCH.
    """

    latency: float = 0.0
    recovering: float = 0.0
    provisioning: float = 0.0
    provisioning_ends: str = "ready"
    in_flight: int = 0
    in_flight_max: int = 0
    token_life: float = TOKEN_LIFE
    one_default: bool = False
    rate: Rate = field(default_factory=Rate)
    last_left: float = field(default_factory=time.monotonic)

    def as_json(self) -> dict[str, object]:
        return {
            "latency": self.latency,
            "provisioning": self.provisioning,
            "provisioningEnds": self.provisioning_ends,
            "recovering": self.recovering,
            "rateLimit": self.rate.limit,
            "tokenLife": self.token_life,
            "oneDefault": self.one_default,
            "inFlight": self.in_flight,
            "inFlightMax": self.in_flight_max,
        }

    def update(self, body: dict[str, object]) -> None:
        """Set what is named and leave the rest."""
        unknown = set(body) - (set(self.as_json()) - {"inFlight"}) - {"maxInFlightSeen"}
        if unknown:
            raise Invalid(f"No setting is called {', '.join(sorted(unknown))}.")
        if "latency" in body:
            self.latency = _seconds("latency", body["latency"])
        if "provisioning" in body:
            self.provisioning = _seconds("provisioning", body["provisioning"])
        if "recovering" in body:
            self.recovering = _seconds("recovering", body["recovering"])
        if "provisioningEnds" in body:
            if body["provisioningEnds"] not in ENDS:
                raise Invalid(f"provisioningEnds is one of {', '.join(ENDS)}.")
            self.provisioning_ends = str(body["provisioningEnds"])
        if "tokenLife" in body:
            self.token_life = _seconds("tokenLife", body["tokenLife"])
        if "rateLimit" in body:
            self.rate = Rate(_whole("rateLimit", body["rateLimit"]))
        if "oneDefault" in body:
            self.one_default = _flag("oneDefault", body["oneDefault"])
        for name in ("maxInFlightSeen", "inFlightMax"):
            if name in body:
                self.in_flight_max = _whole(name, body[name])

    def forget(self) -> None:
        """Back to how a server starts."""
        self.latency = self.provisioning = self.recovering = 0.0
        self.provisioning_ends = "ready"
        self.token_life = TOKEN_LIFE
        self.one_default = False
        self.rate = Rate()
        self.in_flight_max = self.in_flight

    def arrived(self) -> None:
        self.in_flight += 1
        self.in_flight_max = max(self.in_flight_max, self.in_flight)

    def left(self) -> None:
        self.in_flight -= 1
        self.last_left = time.monotonic()

    def quiet_for(self) -> float:
        """For how many seconds no call has been under way."""
        return 0.0 if self.in_flight else time.monotonic() - self.last_left


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
