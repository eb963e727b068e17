"""Programs for what exists: whatever things are called, the program runs and says exactly what is there."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prisma_provider.adoption import importing, program, stacks, terraform
from prisma_provider.adoption.given import Given, UnreadableState, refuse_missing
from prisma_provider.adoption.inventory import Holding
from prisma_provider.adoption.plan import Plan, Planner
from prisma_provider.api.models import Branch, Connection, Database, EnvironmentVariable, Project, Reference, Region

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12) | st.sampled_from(
    ["orders", "class", "prisma", "kept", "print", "a b", "a-b", "a_b", "2024", "Größe", '"""', "\\", "\n", "x = 1#"]
)


def connection(number: int, name: str, database_id: str) -> Connection:
    return Connection(id=f"con_c{number:08}", name=name, database=Reference(id=database_id))


def database(number: int, name: str, project: Project, *connections: str, **more: Any) -> Database:
    """With a default connection, and those of these names."""
    object_id = f"db_c{number:08}"
    every = [connection(1000 * number + n, each, object_id) for n, each in enumerate(("default", *connections))]
    return Database(
        **{
            "id": object_id,
            "name": name,
            "status": "ready",
            "is_default": False,
            "project": Reference(id=project.id, name=project.name),
            "default_connection_id": every[0].id,
            "connections": tuple(every),
            "region": Region(id="eu-central-1"),
            **more,
        }
    )


def project(number: int, name: str) -> Project:
    return Project(id=f"proj_c{number:08}", name=name, workspace=Reference(id="wksp_c00000001"))


def holding(*names: str, **more: Any) -> Holding:
    """A project "shop" with databases of these names."""
    shop = project(1, "shop")
    return Holding(shop, tuple(database(n, name, shop, **more) for n, name in enumerate(names)), ())


def run(text: str) -> list[dict[str, Any]]:
    """What a program declares, in order: kind, name in Pulumi, arguments; references become the id behind them."""
    declared: list[dict[str, Any]] = []

    def declare(kind: str) -> Any:
        def resource(name: str, /, **arguments: Any) -> SimpleNamespace:
            declared.append({"kind": kind, "resource": name, **arguments})
            return SimpleNamespace(id=f"the id of {kind} {name}")

        return resource

    module = SimpleNamespace(**{kind: declare(kind) for kind in ("Project", "Branch", "Database", "Connection")})
    options = SimpleNamespace(
        ResourceOptions=lambda protect=False, parent=None: parent or "protected",
        ComponentResource=lambda kind, name, opts=None: f"{kind} {name}" + (f" in {opts}" if opts else ""),
        Config=lambda: SimpleNamespace(require_secret=lambda name: f"the secret {name}"),
    )
    body = "\n".join(line for line in text.splitlines() if not line.startswith(("import ", "from ")))
    exec(compile(body, "program", "exec"), {"prisma": module, "pulumi": options})
    return declared


@given(st.lists(TEXTS, min_size=1, max_size=8), st.lists(TEXTS, max_size=3))
def test_whatever_things_are_called(names: list[str], connections: list[str]) -> None:
    """Any names at all: the program runs, no name is used twice, and each object stands in it with its own name."""
    shop = project(1, names[0])
    found = Holding(shop, tuple(database(n, each, shop, *connections) for n, each in enumerate(names)), ())
    plan = Planner().plan((found,))
    declared = run(program.write(plan, plugin=False, protect=True))
    assert [each["name"] for each in declared if each["kind"] == "Database"] == names
    by_kind = [(each["kind"], each["resource"]) for each in declared]
    assert len(set(by_kind)) == len(by_kind)
    assert len({each.variable for each in plan.resources}) == len(plan.resources)
    assert {each["adopt"] for each in declared} == {each.id for each in plan.resources}


@given(TEXTS)
def test_a_text_is_a_literal(text: str) -> None:
    """A name that holds quotes, or a line of Python, stays a name."""
    assert ast.literal_eval(program.quoted(text)) == text


def test_a_program() -> None:
    """It reads as if I had written it."""
    shop = project(1, "shop")
    main = Branch(id="br_c00000001", git_name="main", is_default=True, project=Reference(id=shop.id))
    orders = database(1, "orders", shop, "web", is_default=True, branch_id=main.id)
    plan = Planner().plan((Holding(shop, (orders,), (main,)),))
    text = program.write(plan, plugin=False, protect=False)
    assert text.partition("as prisma\n\n")[2] == (
        'shop = prisma.Project("shop", name="shop", adopt="proj_c00000001")\n'
        'main = prisma.Branch("main", project_id=shop.id, git_name="main", is_default=True, adopt="br_c00000001")\n'
        "orders = prisma.Database(\n"
        '    "orders",\n'
        "    project_id=shop.id,\n"
        '    name="orders",\n'
        '    region="eu-central-1",\n'
        "    is_default=True,\n"
        "    branch_id=main.id,\n"
        '    adopt="db_c00000001",\n'
        ")\n"
        'web = prisma.Connection("web", database_id=orders.id, name="web", adopt="con_c00001001")\n'
    )


def test_equal_names() -> None:
    """Two of one name are told apart by what they are in, then by a number."""
    first, second = project(1, "shop"), project(2, "blog")
    found = (
        Holding(first, (database(1, "main", first), database(2, "main", first)), ()),
        Holding(second, (database(3, "main", second),), ()),
    )
    plan = Planner().plan(found)
    assert [each.name for each in plan.resources if each.kind == "Database"] == ["main", "shop-main", "blog-main"]
    assert [each.variable for each in plan.resources] == ["shop", "main", "shop_main", "blog", "blog_main"]


def test_left_out() -> None:
    """What cannot be declared is named, and not silently missing."""
    shop = project(1, "shop")
    short = Holding(shop, (database(1, "orders", shop, "ab"), database(2, "broken", shop, status="failure")), ())
    plan = Planner().plan((short,))
    assert [each.kind for each in plan.resources] == ["Project", "Database"]
    assert ['"ab"' in plan.left_out[0], '"broken"' in plan.left_out[1]] == [True, True]
    assert "# Left out:" in program.write(plan, plugin=False, protect=False)


def test_for_the_plugin() -> None:
    """Its program has no adopt=, and its import file the same names; a connection is found through its database."""
    shop = project(1, "shop")
    plan = Planner().plan((Holding(shop, (database(1, "orders", shop, "web"),), ()),))
    declared = run(program.write(plan, plugin=True, protect=True))
    assert not any("adopt" in each for each in declared)
    assert json.loads(importing.write(plan)) == {
        "resources": [
            {"type": "prisma:index:Project", "name": "shop", "id": "proj_c00000001"},
            {"type": "prisma:index:Database", "name": "orders", "id": "db_c00000001"},
            {"type": "prisma:index:Connection", "name": "web", "id": "db_c00000001/con_c00001001"},
        ]
    }


def state(*resources: dict[str, Any], version: int = 4) -> str:
    return json.dumps({"version": version, "resources": [{"mode": "managed", **each} for each in resources]})


def instances(*ids: tuple[str, object]) -> Iterator[dict[str, Any]]:
    for object_id, key in ids:
        secret = {"id": object_id, "connection_string": "prisma+postgres://accelerate.prisma-data.net/?api_key=secret"}
        yield {"attributes": secret} if key is None else {"attributes": secret, "index_key": key}


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"version": 4, "resources": []}', '{"deployment": 1}'])
def test_no_export_of_a_stack(text: str) -> None:
    """What is no export of a stack is refused: all that my stack has would be adopted a second time."""
    with pytest.raises(stacks.UnreadableExport, match="pulumi stack export"):
        stacks.read([text])


def export(*resources: dict[str, Any]) -> str:
    urn = "urn:pulumi:dev::shop::prisma:index:Database::orders"
    typed = [{"type": "prisma:index:Database", "urn": urn, **each} for each in resources]
    return json.dumps({"version": 3, "deployment": {"resources": typed}})


def test_what_stacks_have_is_left_out() -> None:
    """What a stack has is not declared again, and how much that is, I am told; the rest refers to it by its id."""
    shop = project(9, "shop")
    main = Branch(id="br_c00000008", git_name="main", is_default=True, project=Reference(id=shop.id))
    found = Holding(shop, (database(1, "orders", shop, "web", branch_id=main.id), database(2, "sales", shop)), (main,))
    held = stacks.read([export({"id": shop.id}, {"id": main.id}), export({"id": "db_c00000002"})])
    plan = Planner().plan((found,)).without(held)
    declared = run(program.write(plan, plugin=False, protect=False))
    assert [(each["kind"], each["resource"]) for each in declared] == [("Database", "orders"), ("Connection", "web")]
    assert declared[0] | {"project_id": shop.id, "branch_id": main.id} == declared[0]
    assert declared[1]["database_id"] == "the id of Database orders"
    assert plan.left_out == ("3 resources that a stack holds already",)


def test_a_stack_that_has_none_of_it() -> None:
    """A new stack, one that only looks at a database, and one of other things have nothing to leave out."""
    looked_at = export({"id": "db_c00000000", "external": True}, {"type": "aws:s3:Bucket", "id": "mine"}, {})
    plan = Planner().plan((holding("orders"),))
    assert plan.without(stacks.read(['{"deployment": null}', looked_at])) == plan


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": 4}', state(), state({"type": "aws_instance", "instances": []}), state(version=3)],
)
def test_no_terraform_state(text: str) -> None:
    """A file that is no state, or has nothing of Prisma's, is refused with a sentence."""
    with pytest.raises(UnreadableState, match="cannot be used"):
        terraform.read(text)


STATE = state(
    {"type": "prisma-postgres_project", "name": "main", "instances": [*instances(("proj_c00000001", None))]},
    {
        "type": "prisma-postgres_database",
        "name": "tenant",
        "instances": [*instances(("db_c00000000", "eu"), ("db_c00000001", 1))],
    },
    {
        "type": "prisma-postgres_database",
        "name": "audit",
        "module": "module.logs",
        "instances": [*instances(("db_c00000002", None))],
    },
)


def test_from_terraform() -> None:
    """Only what the state holds is declared, under the names that it has there."""
    given = terraform.read(STATE)
    found = (holding("a", "b", "c", "not in the state"), Holding(project(9, "another"), (), ()))
    refuse_missing(given, found, lambda gone: "look")
    plan = Planner(given, only_given=True).plan(found)
    assert [(each.kind, each.name) for each in plan.resources] == [
        ("Project", "main"),
        ("Database", "tenant-eu"),
        ("Database", "tenant-1"),
        ("Database", "logs-audit"),
    ]


def test_terraform_holds_a_default_connection() -> None:
    """The connection that a database was made with is no resource here: I am told that it is left out, and why."""
    both = [*instances(("con_c00000000", 0), ("con_c00000001", 1))]
    given = terraform.read(state({"type": "prisma-postgres_connection", "name": "it", "instances": both}))
    shop = project(1, "shop")
    plan = Planner(given, only_given=True).plan((Holding(shop, (database(0, "orders", shop, "web"),), ()),))
    assert [each.id for each in plan.resources] == ["con_c00000001"]
    (why,) = plan.left_out
    assert why == (
        'connection "default" (con_c00000000): database "orders" (db_c00000000) was made with it, and is not taken over'
    )
    whole = {"type": "prisma-postgres_database", "name": "orders", "instances": [*instances(("db_c00000000", None))]}
    given = terraform.read(state({"type": "prisma-postgres_connection", "name": "it", "instances": both}, whole))
    plan = Planner(given, only_given=True).plan((Holding(shop, (database(0, "orders", shop, "web"),), ()),))
    assert [why.endswith("was made with it, and brings it along") for why in plan.left_out] == [True]


def test_a_database_without_a_default_connection() -> None:
    """Where Prisma names none as the one that a database was made with, each of them is somebody's own."""
    plan = Planner().plan((holding("orders", default_connection_id=None),))
    assert [each.name for each in plan.resources] == ["shop", "orders", "default"]
    assert not plan.left_out


def test_terraform_holds_more() -> None:
    """A state of another workspace, or of what is gone, is refused: half a takeover would be none."""
    given = terraform.read(STATE)
    with pytest.raises(UnreadableState, match=r"logs-audit \(db_c00000002\)") as refused:
        refuse_missing(given, (holding("a", "b"),), partial(terraform.missing, given))
    assert "`terraform state rm module.logs.prisma-postgres_database.audit`" in str(refused.value)


def test_a_database_without_its_project() -> None:
    """A state that holds a database alone: the program names its project by id."""
    plan = Planner({("Database", "c00000000"): Given("orders")}, only_given=True).plan((holding("a"),))
    assert run(program.write(Plan(plan.resources), plugin=False, protect=False))[0]["project_id"] == "proj_c00000001"


def test_a_variable_is_left_out_and_named() -> None:
    """Prisma does not give its value, so no program can hold it: I read which one, and how it is taken over."""
    shop = project(1, "shop")
    url = EnvironmentVariable(id="envvar_c00000001", key="URL", variable_class="preview", project_id=shop.id)
    (line,) = Planner().plan((Holding(shop, (), (), (url,)),)).left_out
    assert "URL (envvar_c00000001)" in line and "adopt=" in line
