"""The service: whether the API is reached, whose the token is, and what the workspace's plan allows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from prisma_provider.api.client import Client
from prisma_provider.api.models import Me, Reference
from prisma_provider.cli import place
from prisma_provider.cli.account import account
from prisma_provider.cli.checks.check import Check, attempt, failed, shown
from prisma_provider.errors import ConfigurationError, PrismaError
from prisma_provider.network import probe, proxies
from prisma_provider.network.certificates import in_force
from prisma_provider.network.origins import is_safe
from prisma_provider.settings import BASE_URL_VARIABLE, Settings

PATIENCE = 10.0
"""Seconds that one response may take here, and for which it is asked for again."""
_RIGHT_URL = f"see whether this machine has a network, and the base URL is right ({BASE_URL_VARIABLE})."
_ANSWERS = (200, 401, 403, 429)
"""How the API responds to a request without a token; 429 where there are too many."""


def checks() -> Iterator[Check]:
    """All of them; without an API, or a token, the others are not known."""
    reached = attempt("api", api)
    yield reached
    try:
        settings = Settings.load(None)
    except PrismaError as error:
        # A base URL that cannot be used is said once.
        is_said = error.what == reached.detail
        yield Check("token", None, "not known without the API") if is_said else failed("token", error)
        yield from _unknown("not known without a token")
        return
    if not reached.ok:
        yield Check("token", None, f"from {settings.token.origin}; not asked whose, since the API was not reached")
        yield from _unknown("not known without the API")
        return
    yield from _of_account(replace(settings, retry_limit=PATIENCE, request_timeout=PATIENCE))


def api() -> Check:
    """The way to it: the proxy, the certificate, and how long a response takes."""
    base = place.api()
    proxy = proxies.find(base)
    found = probe.reach(f"{base}/v1/me", "reach Prisma's API", _RIGHT_URL)
    if found.status not in _ANSWERS or (found.status == 200 and not found.is_json):
        raise ConfigurationError(f"{base} responds ({found.status}), and not as Prisma's API does.", hint=_RIGHT_URL)
    milliseconds = round(found.seconds * 1000)
    trust = in_force() if base.startswith("https:") else None
    detail = f"{base} responds in {milliseconds} ms, {f'through {proxy}' if proxy else 'without a proxy'}"
    detail += f"; its certificate is trusted by {trust}" if trust else "; on this machine, without TLS"
    facts = {"url": base, "latencyMs": milliseconds, "proxy": proxy.url if proxy else None, "trust": trust}
    return Check("api", True, shown(detail), facts=facts)


def _of_account(settings: Settings) -> Iterator[Check]:
    with account(settings) as client:
        try:
            me = client.me()
        except PrismaError as error:
            yield failed("token", error)
            yield from _unknown("not known without a valid token")
            return
        yield _token(me, settings)
        if me.workspace is None:
            yield from _unknown("the token is of no single workspace")
            return
        yield _workspace(me.workspace)
        workspace_id = me.workspace.id
        yield attempt("plan", lambda: _plan(client, workspace_id))


def _token(me: Me, settings: Settings) -> Check:
    kind = (me.credential.type if me.credential else "token").replace("_", " ")
    title = f' "{me.credential.name}"' if me.credential and me.credential.name else ""
    user = me.user and (me.user.email or me.user.name or me.user.id)
    whose = f" of {user}" if user else ""
    facts = {"from": settings.token.origin, "kind": kind, "user": user}
    return Check("token", True, shown(f"from {settings.token.origin}: {kind}{title}{whose}"), facts=facts)


def _workspace(found: Reference) -> Check:
    detail = f"{found.name or 'without a name'} ({found.id})"
    return Check("workspace", True, shown(detail), facts={"id": found.id, "title": found.name})


def _plan(client: Client, workspace_id: str) -> Check:
    found = client.subscription(workspace_id)
    facts = {"plan": found.plan_name, "blocked": found.usage_blocked}
    if not found.usage_blocked:
        return Check("plan", True, shown(f"{found.plan_name}, not blocked"), facts=facts)
    where = f": {found.upgrade_url}" if found.upgrade_url and is_safe(found.upgrade_url) else " in Prisma Console"
    detail = f"{found.plan_name}, blocked: databases refuse queries, and keep their data."
    hint = f"see what restricts it, a limit on spending or an invoice that is not paid{where}."
    return Check("plan", False, shown(detail), shown(hint), facts)


def _unknown(why: str) -> Iterator[Check]:
    yield Check("workspace", None, why)
    yield Check("plan", None, why)
