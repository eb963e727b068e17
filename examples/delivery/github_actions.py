"""GitHub Actions: the direct string, for the job that migrates, as a secret of the repository."""

import pulumi
import pulumi_github as github

import pulumi_prisma as prisma

config = pulumi.Config()

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
# Another generation is another connection: it is made first, the secret is written, and then the old one goes.
migrations = prisma.Connection("migrations", database_id=orders.id, name=f"ci-{config.get('generation') or 'first'}")

github.ActionsSecret(
    "direct-url",
    repository=config.get("repository") or "shop",
    secret_name="DIRECT_URL",
    value=migrations.direct_url,
)
