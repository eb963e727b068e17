"""Where databases can live. Here they all live on this machine; the names are the service's."""

from __future__ import annotations

from typing import Any

from prisma_local.databases.context import Context
from prisma_local.http.result import Result
from prisma_local.rules.call import Call

REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-west-1": "US West (N. California)",
    "eu-west-3": "Europe (Paris)",
    "eu-central-1": "Europe (Frankfurt)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
}
DEFAULT = "us-east-1"
INHERIT = "inherit"


def reference(region: str | None) -> dict[str, str] | None:
    """A region as part of a response."""
    return None if region is None else {"id": region, "name": REGIONS.get(region, region)}


def list_all(_context: Context, call: Call) -> Result:
    products = [call.query["product"]] if "product" in call.query else ["postgres", "accelerate"]
    return Result(200, {"data": [_region(id_, product=product) for product in products for id_ in REGIONS]})


def list_postgres(_context: Context, _call: Call) -> Result:
    return Result(200, {"data": [_region(id_) for id_ in REGIONS]})


def list_accelerate(_context: Context, _call: Call) -> Result:
    return Result(200, {"data": [{"id": id_, "type": "region", "name": REGIONS[id_]} for id_ in REGIONS]})


def _region(id_: str, **more: str) -> dict[str, Any]:
    return {"id": id_, "type": "region", "name": REGIONS[id_], **more, "status": "available"}
