"""The first stack of a team: a protected database, in which Pulumi keeps the state of all others."""

import pulumi

import pulumi_prisma as prisma

guarded = pulumi.ResourceOptions(protect=pulumi.Config().get_bool("protect", True))

project = prisma.Project("state", region="eu-central-1", opts=guarded)
database = prisma.Database("state", project_id=project.id, is_default=True, opts=guarded)
# One for each person and each pipeline: so one of them can be locked out without the others.
team = prisma.Connection("team", database_id=database.id)

# Pulumi knows the scheme `postgres`, and not `postgresql`, which means the same. Direct: locks want a session.
pulumi.export("backend", team.direct_url.apply(lambda url: url and url.replace("postgresql://", "postgres://", 1)))
