"""Kubernetes: both strings as a secret that never changes; a rotation is another one, and rolls the pods over."""

import pulumi
import pulumi_kubernetes as k8s

import pulumi_prisma as prisma

config = pulumi.Config()

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
# In one `pulumi up`: a new connection, a new secret, pods with it, and when they are ready the old two go.
web = prisma.Connection("web", database_id=orders.id, name=f"web-{config.get('generation') or 'first'}")

secret = k8s.core.v1.Secret(
    "orders", immutable=True, string_data={"DATABASE_URL": web.database_url, "DIRECT_URL": web.direct_url}
)
labels = {"app": "orders"}
k8s.apps.v1.Deployment(
    "orders",
    spec={
        "selector": {"match_labels": labels},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "containers": [
                    {
                        "name": "orders",
                        "image": config.get("image") or "orders:1",
                        "env_from": [{"secret_ref": {"name": secret.metadata["name"]}}],
                    }
                ]
            },
        },
    },
)
