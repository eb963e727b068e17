"""Production, and for every other stack an environment with a copy of its data: one for each pull request."""

import pulumi

import pulumi_prisma as prisma

stack = pulumi.get_stack()


def made(output: str | None) -> str:
    """What production has given, or a sentence where it has not been made yet."""
    if output is None:
        raise pulumi.RunError("Stack production has not been made yet: run `pulumi up --stack production` first.")
    return output


if stack == "production":
    project_id = prisma.Project("shop", region="eu-central-1").id
    environment = prisma.Environment(
        stack,
        project_id=project_id,
        kind="production",
        database_name=pulumi.Config().get("databaseName") or "orders",
        opts=pulumi.ResourceOptions(protect=pulumi.Config().get_bool("protect")),
    )
else:  # pr-7, by the workflow of pull request 7
    production = pulumi.StackReference(f"{pulumi.get_organization()}/{pulumi.get_project()}/production")
    project_id = production.get_output("project_id").apply(made)
    source = prisma.CloneOf(production.get_output("database_id").apply(made))
    environment = prisma.Environment(stack, project_id=project_id, kind="preview", source=source)

pulumi.export("project_id", project_id)
pulumi.export("database_id", environment.database_id)
pulumi.export("database_url", environment.database_url)  # pooled, secret: DATABASE_URL
pulumi.export("direct_url", environment.direct_url)  # for migrations, secret: DIRECT_URL
