import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
pipeline = prisma.ServiceToken(
    "pipeline",
    workspace_id=shop.workspace_id,
    rotation_trigger="2026-12",
    keep_previous=True,
)
pulumi.export("token", pipeline.value)  # a secret
