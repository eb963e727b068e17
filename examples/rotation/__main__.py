"""Credentials by generation: the new ones come first, the old ones go when nobody needs them any more."""

import pulumi

import pulumi_prisma as prisma

config = pulumi.Config()
generations = (config.get("generations") or "spring").split()

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, is_default=True)
webs = {each: prisma.Connection(f"web-{each}", database_id=orders.id) for each in generations}
# For a consumer that can do with a moment's interruption: in place, the old password is locked out at once.
job = prisma.Connection("job", database_id=orders.id, rotation_trigger=config.get("job") or "1")

pulumi.export("database_url", webs[generations[-1]].database_url)  # always the newest
pulumi.export("job_url", job.database_url)
