"""Service tokens: a value once, no key and no GET by id, and a list that is empty where it might be refused."""

from __future__ import annotations

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.world import World, bare

ROWS = Table()
NOBODY = "wksp_cm0000000000000000000000000"


@ROWS.row("token", "A service token is answered with its value, which works", "handlers/create_service_token.py make")
def _(world: World) -> Found:
    value = str(field(world.token, "value"))
    return world.api.call("GET", "/v1/me", token=value).expected(200)


@ROWS.row(
    "token-list",
    "The list of its workspace shows it, without its value (how soon is only measured)",
    "live/service_tokens.py service_token",
)
def _(world: World) -> Found:
    value, wanted = str(field(world.token, "value")), field(world.token, "id")
    waited = world.until(lambda: wanted in [field(each, "id") for each in world.tokens()])
    if waited is None:
        return Found(DIFFERS, f"the token within {world.patience:g} s", "a list without it")
    return compared(False, value in str(world.tokens()), says=f"after {waited:.1f} s")


@ROWS.row(
    "token-credential",
    "GET /v1/me names the token that it is asked with",
    "live/service_tokens.py is_own_token",
)
def _(world: World) -> Found:
    me = world.api.call("GET", "/v1/me", token=str(field(world.token, "value"))).data
    return compared(bare(field(world.token, "id")), bare(optional(me, "credential.id")))


@ROWS.row(
    "token-nowhere",
    "The list of a workspace that is not seen is empty, or refused by 403 or 404",
    "live/service_tokens.py service_token",
)
def _(world: World) -> Found:
    field(world.token, "id")
    answer = world.api.get(f"/v1/workspaces/{NOBODY}/service-tokens", limit=100)
    return compared(0, len(answer.data), says=answer.said) if answer.well else answer.expected(403, 404)


@ROWS.row(
    "token-delete",
    "A deleted one is refused by 401 (how soon is only measured), its second deletion by 404",
    "handlers/service_token.py delete",
)
def _(world: World) -> Found:
    value, path = str(field(world.token, "value")), f"{world.tokens_path}/{field(world.token, 'id')}"
    if not world.api.delete(path).well:
        raise NotTried("it was not deleted")
    waited = world.until(lambda: world.api.call("GET", "/v1/me", token=value).status == 401)
    if waited is None:
        return Found(DIFFERS, f"401 within {world.patience:g} s", "it still works")
    again = world.api.delete(path)
    return holds(f"after {waited:.1f} s") if again.status == 404 else again.expected(404)
