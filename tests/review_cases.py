"""Every kind of change that a preview can hold, and what a review has to say of it.

`tests/unit/previews` has recordings of them, made with Pulumi 3.259 over both hosts; the e2e ring makes them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

PROGRAM = """
shop = prisma.Project("shop", region="eu-central-1")
feature = prisma.Branch("feature", project_id=shop.id, git_name="feature")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
stock = prisma.Database("stock", project_id=shop.id)
web = prisma.Connection("web", database_id=orders.id, name="web")
"""
STOCK = 'stock = prisma.Database("stock", project_id=shop.id)\n'
IN_A_COMPONENT = """
class Shelf(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("shop:index:Shelf", "shelf")
        prisma.Database("stock", project_id=shop.id, opts=pulumi.ResourceOptions(parent=self))
Shelf()
"""
RESTORE = 'prisma.Restore("back", database_id=orders.id, backup_id="BACKUP", confirm_database_name="orders")\n'

SAFE, FAILED, CHANGES, DATA_LOSS = 0, 1, 10, 20


@dataclass(frozen=True)
class Case:
    """A change to `PROGRAM`, and what a review calls it."""

    found: tuple[str, ...]
    """Kind and label of each finding; drift begins with that word."""
    status: int
    edit: Callable[[str], str] = str
    flags: tuple[str, ...] = ()
    """Of `pulumi preview`; `STOCK` stands for that database's URN."""
    disturb: str | None = None
    """What another hand does beforehand: `rename` orders, `delete` stock, both counting from here on."""
    lookalikes: tuple[str, ...] = ()


def _to(old: str, new: str) -> Callable[[str], str]:
    def edit(program: str) -> str:
        assert old in program
        return program.replace(old, new)

    return edit


CASES = {
    "same": Case((), SAFE),
    "rename": Case(("renamed Database:orders",), CHANGES, _to('name="orders"', 'name="sales"')),
    "promote": Case(
        ("promoted Database:stock",),
        CHANGES,
        lambda program: _to(STOCK, STOCK.replace("shop.id)", "shop.id, is_default=True)"))(
            program.replace("is_default=True", "")
        ),
    ),
    "demote": Case(("demoted Database:orders",), CHANGES, _to("is_default=True", "is_default=False")),
    "move": Case(
        ("moved Database:stock",), CHANGES, _to(STOCK, STOCK.replace("shop.id)", "shop.id, branch_id=feature.id)"))
    ),
    "move_by_name": Case(
        ("moved Database:stock",), CHANGES, _to(STOCK, STOCK.replace("shop.id)", 'shop.id, branch_git_name="new")'))
    ),
    "rotate": Case(("rotated Connection:web",), CHANGES, _to('name="web"', 'name="web", rotation_trigger="2"')),
    "new_connection_name": Case(("replaced Connection:web",), CHANGES, _to('name="web"', 'name="net"')),
    "restore": Case(("restored Restore:back",), DATA_LOSS, lambda program: program + RESTORE),
    "refused": Case((), FAILED, _to('name="orders"', 'name="orders", region="us-east-1"')),
    "replace": Case(
        ("replaced Database:orders", "replaced Connection:web"),
        DATA_LOSS,
        _to('name="orders"', 'name="orders", region="us-east-1", allow_replace=True'),
    ),
    "asked_to_replace": Case(("replaced Database:stock",), DATA_LOSS, flags=("--target-replace", "STOCK")),
    "delete": Case(("deleted Database:stock",), DATA_LOSS, _to(STOCK, "")),
    "delete_default": Case(
        ("forgotten Database:orders", "deleted Connection:web"),
        DATA_LOSS,
        lambda program: "".join(line for line in program.splitlines(keepends=True) if "orders" not in line),
    ),
    "forget": Case(
        (), SAFE, _to(STOCK, STOCK.replace("shop.id)", "shop.id, opts=pulumi.ResourceOptions(retain_on_delete=True))"))
    ),
    "new_identity": Case(
        ("created Database:goods", "deleted Database:stock"),
        DATA_LOSS,
        _to('Database("stock"', 'Database("goods"'),
        lookalikes=("stock",),
    ),
    "into_a_component": Case(
        ("created Database:stock", "deleted Database:stock"),
        DATA_LOSS,
        _to(STOCK, IN_A_COMPONENT),
        lookalikes=("stock",),
    ),
    "clone": Case(
        ("created Database:trial",),
        CHANGES,
        lambda program: program + 'prisma.Database("trial", project_id=shop.id, source=prisma.CloneOf(orders.id))\n',
    ),
    "force_destroy": Case(("changed Project:shop",), CHANGES, _to('region="eu', 'force_destroy=True, region="eu')),
    "drift": Case(("drift renamed Database:orders",), CHANGES, disturb="rename"),
    "drift_and_rename": Case(("renamed Database:orders",), CHANGES, _to('name="orders"', 'name="sales"')),
    "drift_refreshed": Case(("drift renamed Database:orders",), CHANGES, flags=("--refresh",)),
    "gone": Case(("drift replaced Database:stock", "drift renamed Database:orders"), DATA_LOSS, disturb="delete"),
    "gone_refreshed": Case(
        ("drift created Database:stock", "drift renamed Database:orders"), DATA_LOSS, flags=("--refresh",)
    ),
}
