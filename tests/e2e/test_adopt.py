"""Taking over what exists: listed in a few calls, declared, and nothing of it changes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from e2e.hosts import both_hosts
from e2e.stack import Stack
from signed_in import CommandLine


def command(stack: Stack) -> CommandLine:
    return CommandLine(stack.server, stack.folder.parent / "home", PRISMA_SERVICE_TOKEN=stack.token)


def adopt(stack: Stack, *arguments: str) -> str:
    """Write the program, and with the plugin take it into state."""
    program, imports = stack.folder / "__main__.py", stack.folder / "found.json"
    files = ["--program", str(program), *(["--import-file", str(imports)] if stack.host == "plugin" else [])]
    said = command(stack).run("adopt", *files, "--force", *arguments)
    if stack.host == "plugin":
        stack.pulumi("import", "--file", str(imports), "--yes", "--generate-code=false")
    return said


def fill(stack: Stack, many: int) -> None:
    """Three projects with databases of equal and of odd names, branches, and further connections."""
    projects = [
        stack.api("POST", "/v1/projects", {"name": name, "createDatabase": False}).json()["data"]["id"]
        for name in ("shop", "shop", "класс 2024")
    ]

    def database(number: int) -> Any:
        home = projects[number % 3]
        body = {
            "projectId": home,
            "name": ("orders", 'say "hi"', f"db {number}")[number // 3 % 3],
            "isDefault": number < 3,
        }
        return stack.api("POST", "/v1/databases", body).json()["data"]

    with ThreadPoolExecutor(4) as pool:
        databases = [*pool.map(database, range(many))]
    for each in databases[:4]:
        stack.api("POST", "/v1/connections", {"databaseId": each["id"], "name": "web-app"})
    branch = stack.api("POST", f"/v1/projects/{projects[0]}/branches", {"gitName": "feature/x"}).json()["data"]
    stack.api("PATCH", f"/v1/databases/{databases[3]['id']}", {"branchId": branch["id"]})


def test_150_databases(stack: Stack) -> None:
    """A whole company's workspace: listed and written in under ten calls, taken over without a change."""
    fill(stack, 150)
    before = stack.all("databases")
    stack.clear()
    assert "Next: pulumi up" in adopt(stack)
    assert len(stack.sent("GET")) < 10
    assert set(stack.preview().changes) == {"create"}
    stack.up()
    assert stack.preview().writes_nothing
    assert stack.sent() == []
    assert stack.all("databases") == before


@both_hosts
def test_what_is_of_another_project_is_refused_in_the_preview(stack: Stack) -> None:
    """I adopt a project, and in it a database that is of another one: the preview says so, not the update."""
    shop, other = (
        stack.api("POST", "/v1/projects", {"name": name, "createDatabase": False}).json()["data"]["id"]
        for name in ("shop", "other")
    )
    orders = stack.api("POST", "/v1/databases", {"projectId": other, "name": "orders"}).json()["data"]["id"]
    refused = stack.preview(
        f'shop = prisma.Project("shop", adopt="{shop}")\n'
        f'prisma.Database("orders", project_id=shop.id, adopt="{orders}")\n',
        expect=1,
    )
    assert f'projectId is "{other}" live, "{shop}" declared' in refused.messages
    assert "is taken over, not made" not in refused.messages.partition(orders)[2]


@pytest.mark.parametrize("stack", ["plugin"], indirect=True)
def test_for_the_plugin(stack: Stack) -> None:
    """`pulumi import` takes what the import file lists, and the program beside it agrees: the preview is empty."""
    fill(stack, 12)
    before = stack.all("databases")
    stack.clear()
    assert "Next: pulumi import" in adopt(stack)
    assert stack.preview().writes_nothing
    assert stack.up().writes_nothing
    assert stack.sent() == []
    assert stack.all("databases") == before


def test_from_terraform(stack: Stack, tmp_path: Path) -> None:
    """I leave Terraform: what its state holds is declared under its names, and no database is touched."""
    fill(stack, 4)
    databases = stack.all("databases")
    kept = {"projects": databases[0]["project"]["id"], "databases": databases[0]["id"]}
    resources = [
        {"mode": "managed", "type": f"prisma-postgres_{kind}", "name": name, "instances": [{"attributes": {"id": id_}}]}
        for kind, name, id_ in (
            ("project", "main", kept["projects"]),
            ("database", "production", kept["databases"]),
            ("connection", "api", databases[0]["connections"][1]["id"]),
        )
    ]
    (tmp_path / "terraform.tfstate").write_text(json.dumps({"version": 4, "resources": resources}))
    stack.clear()
    said = adopt(stack, "--from-terraform", str(tmp_path / "terraform.tfstate"))
    assert "3 resources" in said and "terraform state rm" in said
    stack.up()
    assert stack.preview().writes_nothing
    assert stack.sent() == []
    assert stack.resource("production")["id"] == kept["databases"]
    assert stack.all("databases") == databases


def test_what_my_stack_has_is_left_out(stack: Stack, tmp_path: Path) -> None:
    """I have a part in Pulumi already: the rest is adopted beside it, and nothing is held twice."""
    mine = 'shop = prisma.Project("shop")\norders = prisma.Database("orders", project_id=shop.id)\n'
    stack.up(mine)
    home = stack.resource("shop")["id"]
    by_hand = stack.api("POST", "/v1/databases", {"projectId": home, "name": "by-hand"}).json()["data"]
    (tmp_path / "stack.json").write_text(stack.export())
    without = ("adopt", "--without", str(tmp_path / "stack.json"))
    listed = command(stack).run(*without)
    assert (by_hand["id"] in listed, home in listed) == (True, False)
    stack.clear()
    said = command(stack).run(*without, "--program", str(stack.folder / "more.py"))
    assert "Left out: 2 resources that a stack holds already." in said
    stack.up(mine + "import more\n")
    assert stack.resource("by-hand")["id"] == by_hand["id"]
    assert stack.preview().writes_nothing
    assert stack.sent() == []


def test_only_reads(stack: Stack) -> None:
    """Without a file it lists; a file that exists is not written over; a project that is not there is named."""
    fill(stack, 4)
    listed = command(stack).run("adopt", "--project", "shop")
    assert [word in listed for word in ("orders", "web-app", "feature/x", "класс")] == [True, True, True, False]
    program = stack.folder / "__main__.py"
    text = program.read_text()
    assert "--force" in command(stack).run("adopt", "--program", str(program), expect=2)
    assert program.read_text() == text
    assert "goes with --program" in command(stack).run("adopt", "--import-file", str(program) + ".json", expect=2)
    assert 'no project "shoop"' in command(stack).run("adopt", "--project", "shoop", expect=1)
    assert stack.server.requests() and not [each for each in stack.sent() if each[2] is None]


def test_a_stored_login(stack: Stack, tmp_path: Path) -> None:
    """Logged in, I need no token anywhere: `pulumi up` works, and renews the login by itself."""
    user = CommandLine(stack.server, tmp_path / "home")
    user.login(tmp_path.name)
    user.let_expire()
    del stack.environment["PRISMA_SERVICE_TOKEN"]
    stack.environment |= {name: user.environment[name] for name in ("PULUMI_HOME", "PYTHON_KEYRING_BACKEND")}
    stack.clear()
    program = 'shop = prisma.Project("shop")\nprisma.Database("orders", project_id=shop.id)\nprisma.get_projects()\n'
    stack.up(program)
    assert [path for _, path, _ in stack.sent("POST")].count("/token") == 1
    assert stack.preview().writes_nothing
    user.run("logout")
    assert "pulumi-prisma login" in stack.preview(expect=1).messages
