"""What Pulumi's engine offers, and a provider has to know of: plans, transforms, updates of others."""

from __future__ import annotations

from e2e.hosts import both_hosts
from e2e.stack import Stack

pytestmark = both_hosts

SHOP = """
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id, name="orders")
"""

TRANSFORM = """
def ignore(args):
    if not args.type_.endswith("Database"):
        return None
    opts = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(ignore_changes=["name"]))
    return pulumi.ResourceTransformResult(args.props, opts)

pulumi.runtime.register_resource_transform(ignore)
"""


def test_a_saved_plan_is_applied(stack: Stack) -> None:
    """`up --plan` makes what `preview --save-plan` showed, and nothing else is sent."""
    stack.program(SHOP)
    stack.pulumi("preview", "--save-plan", "plan.json")
    stack.pulumi("up", "--yes", "--skip-preview", "--plan", "plan.json")
    assert [each["name"] for each in stack.all("databases")] == ["orders"]


def test_what_a_transform_ignores_stays(stack: Stack) -> None:
    """A name given by hand stays where a resource transform, which only the engine knows of, says to ignore it."""
    stack.up(TRANSFORM + SHOP)
    orders = stack.resource("orders")["id"]
    stack.server.drift(orders, name="by-hand")
    assert stack.preview().writes_nothing
    stack.clear()
    stack.up()
    assert not stack.sent()


def test_an_update_of_others_needs_no_token(stack: Stack) -> None:
    """`--target` of what is not Prisma's goes without a token, although the program declares resources of Prisma."""
    stack.program(SHOP + '\npulumi.ComponentResource("shop:index:Team", "team")\n')
    stack.pulumi("up", "--yes", "--skip-preview", "--target", "**::team", PRISMA_SERVICE_TOKEN="")
    assert "no token" in stack.pulumi("preview", expect=None, PRISMA_SERVICE_TOKEN="")


HOME = """
from pulumi import dynamic

class Same(dynamic.ResourceProvider):
    def create(self, props):
        return dynamic.CreateResult("same", props)

    def diff(self, id_, olds, news):
        replaces = ["n"] if olds["n"] != news["n"] else []
        return dynamic.DiffResult(bool(replaces), replaces=replaces, delete_before_replace=True)

class Home(dynamic.Resource):
    project: pulumi.Output[str]

shop = prisma.Project("shop")
home = Home(Same(), "home", {"project": shop.id, "n": 1}, pulumi.ResourceOptions(delete_before_replace=True))
orders = prisma.Database("orders", project_id=home.project, name="orders")
"""


def test_a_database_outlives_what_it_depends_on(stack: Stack) -> None:
    """What my database depends on is deleted before it is replaced: the database is not, and I am asked first."""
    stack.up(HOME)
    before = stack.resource("orders")["id"]
    stack.clear()
    refused = stack.up(HOME.replace('"n": 1', '"n": 2'), expect=1)
    assert "is not replaced: projectId" in refused.messages
    assert stack.spelled("allow_replace=True") in refused.messages
    assert not stack.sent()
    assert [each["id"] for each in stack.all("databases")] == [before]
