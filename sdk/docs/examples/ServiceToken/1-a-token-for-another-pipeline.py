import pulumi

import pulumi_prisma as prisma

workspace = prisma.get_workspace()
pipeline = prisma.ServiceToken("pipeline", workspace_id=workspace.id, rotation_trigger="2026-11", keep_previous=True)
pulumi.export("token", pipeline.value)
