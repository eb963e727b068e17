"""Vercel: the pooled string for functions, one for production and one for each preview branch."""

import pulumi
import pulumiverse_vercel as vercel

import pulumi_prisma as prisma

config = pulumi.Config()
project = config.get("vercelProject") or "prj_shop"
generations = (config.get("generations") or "first").split()
branch = config.get("branch")

shop = prisma.Project("shop")
production = prisma.Environment("production", project_id=shop.id, kind="production")
# A deployment keeps the value that it was built with: the old generation stays until the new one is deployed.
webs = {each: prisma.Connection(f"web-{each}", database_id=production.database_id) for each in generations}

vercel.ProjectEnvironmentVariable(
    "production",
    project_id=project,
    key="DATABASE_URL",
    value=webs[generations[-1]].database_url,
    targets=["production"],
    sensitive=True,
)
if branch:
    source = prisma.CloneOf(production.database_id)
    preview = prisma.Environment(branch, project_id=shop.id, kind="preview", source=source)
    vercel.ProjectEnvironmentVariable(
        "preview",
        project_id=project,
        key="DATABASE_URL",
        value=preview.database_url,
        targets=["preview"],
        git_branch=branch,
        sensitive=True,
    )
