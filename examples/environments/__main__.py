"""One program; each stack is an environment, and what differs between them stands in Pulumi.STACK.yaml."""

import pulumi

import pulumi_prisma as prisma

config, stack = pulumi.Config(), pulumi.get_stack()


def made(output: str | None) -> str:
    """What production has given, or a sentence where it has not been made yet."""
    if output is None:
        raise pulumi.RunError("Stack production has not been made yet: run `pulumi up --stack production` first.")
    return output


if stack == "production":  # it holds the project, which all of them share
    project_id = prisma.Project("shop", region="eu-central-1").id
else:
    production = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/production")
    project_id = production.get_output("project_id").apply(made)

environment = prisma.Environment(
    stack,
    project_id=project_id,
    kind=config.require("kind"),
    database_name=config.get("databaseName"),
    is_default=config.get_bool("isDefault"),
    opts=pulumi.ResourceOptions(protect=config.get_bool("protect")),
)

pulumi.export("project_id", project_id)
pulumi.export("database_id", environment.database_id)
pulumi.export("database_url", environment.database_url)  # pooled, secret: DATABASE_URL
pulumi.export("direct_url", environment.direct_url)  # for migrations, secret: DIRECT_URL
