"""The resources of a program in YAML, as JSON would have them, which is YAML."""

from __future__ import annotations

SHOP = {"shop": {"type": "prisma:Project", "properties": {"name": "shop"}}}


def single(size: int, name: str) -> dict[str, object]:
    """A project, and so many databases with a connection each."""
    found: dict[str, object] = {**SHOP}
    for n in range(size):
        found[f"d{n}"] = _resource("Database", projectId="${shop.id}", name=f"{name}-{n}")
        found[f"c{n}"] = _resource("Connection", databaseId=f"${{d{n}.id}}", name=f"web-{n}")
    return found


def one_set(size: int, name: str) -> dict[str, object]:
    """A project, and so many databases as one resource, with the default connection of each."""
    names = {f"d{n}": f"{name}-{n}" for n in range(size)}
    given = {"projectId": "${shop.id}", "databases": names, "connections": True, "allowDelete": True}
    return {**SHOP, "tenants": _resource("DatabaseSet", **given)}


def _resource(kind: str, **properties: object) -> object:
    return {"type": f"prisma:{kind}", "properties": properties}
