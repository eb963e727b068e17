"""The program whose state is beside it, as the first version recorded it."""

import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop", region="eu-central-1")
preview = prisma.Branch("preview", project_id=shop.id, git_name="pr-7")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
trial = prisma.Database(
    "trial",
    project_id=shop.id,
    branch_id=preview.id,
    opts=pulumi.ResourceOptions(ignore_changes=["name"], custom_timeouts=pulumi.CustomTimeouts(create="5m")),
)
copy = prisma.Database("copy", project_id=shop.id, branch_git_name="pr-8", source=prisma.CloneOf(trial.id))
web = prisma.Connection("web", database_id=orders.id, name="web", rotation_trigger="2026-01")
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", orders.direct_url)
