"""A plan as the file that `pulumi import --file` takes."""

from __future__ import annotations

import json

from prisma_provider.adoption.plan import Plan


def write(plan: Plan) -> str:
    """The import file, as JSON."""
    resources = [
        {"type": f"prisma:index:{each.kind}", "name": each.name, "id": each.import_id}
        for each in plan.resources
        if each.is_importable
    ]
    return json.dumps({"resources": resources}, indent=2) + "\n"
