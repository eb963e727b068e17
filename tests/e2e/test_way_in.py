"""The way in from Prisma's Terraform provider, bridged or not: what was known is known, nothing is sent."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

from e2e.hosts import both_hosts
from e2e.stack import Stack, connects
from e2e.test_adopt import command
from signed_in import CommandLine

URN = "urn:pulumi:dev::shop::"
ROOT = URN + "pulumi:pulumi:Stack::shop-dev"
PROVIDER = URN + "pulumi:providers:prisma-postgres::default_0_2_0"
GROUP = URN + "acme:shop:Group::group"
SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def secret(text: str) -> dict[str, str]:
    """A secret as an export shows it, with --show-secrets."""
    return {**SIGNATURE, "plaintext": json.dumps(text)}


def live(stack: Stack) -> dict[str, Any]:
    """What the old provider has made: the answers of the service, with their secrets."""

    def made(what: str, **body: Any) -> Any:
        return stack.api("POST", f"/v1/{what}", body).json()["data"]

    shop = made("projects", name="shop", createDatabase=False, region="us-east-1")
    orders = made(f"projects/{shop['id']}/databases", name="orders", region="us-east-1")
    return {"shop": shop, "orders": orders, "web": made("connections", databaseId=orders["id"], name="web")}


def attributes(there: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the old provider kept of that, in Terraform's spelling: its own strings are those of Accelerate."""
    accelerate = "prisma+postgres://accelerate.prisma-data.net/?api_key=key"
    shop, orders, web = there["shop"], there["orders"], there["web"]
    direct = orders["connections"][0]["endpoints"]["direct"]["connectionString"]
    return {
        "project": {"id": shop["id"], "name": "shop"},
        "database": {"id": orders["id"], "name": "orders", "connection_string": accelerate, "direct_url": direct},
        "connection": {
            "id": web["id"],
            "name": "web",
            "connection_string": web["endpoints"]["direct"]["connectionString"],
            "host": web["host"],
            "user": web["user"],
            "password": web["pass"],
        },
    }


def bridge(stack: Stack, kept: dict[str, dict[str, Any]]) -> None:
    """The stack holds these under the bridged provider: a database in a component, and one entry protected."""

    def entry(kind: str, name: str, parent: str = ROOT, **more: Any) -> dict[str, Any]:
        within = "acme:shop:Group$" if parent == GROUP else ""
        type_ = f"prisma-postgres:index/{kind}:{kind.capitalize()}"
        outputs = {re.sub(r"_(\w)", lambda m: m[1].upper(), key): value for key, value in kept[kind].items()}
        for hidden in {"connectionString", "directUrl", "password"} & outputs.keys():
            outputs[hidden] = secret(outputs[hidden])
        return {
            "urn": f"{URN}{within}{type_}::{name}",
            "custom": True,
            "id": kept[kind]["id"],
            "type": type_,
            "inputs": {"name": kept[kind]["name"]},
            "outputs": outputs,
            "parent": parent,
            "provider": f"{PROVIDER}::11111111-1111-1111-1111-111111111111",
            **more,
        }

    project = entry("project", "main_project", protect=True)
    database = entry("database", "db", GROUP, dependencies=[project["urn"]])
    entries = [
        {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"},
        {
            "urn": PROVIDER,
            "custom": True,
            "id": "11111111-1111-1111-1111-111111111111",
            "type": "pulumi:providers:prisma-postgres",
        },
        {"urn": GROUP, "custom": False, "type": "acme:shop:Group", "parent": ROOT},
        project,
        database,
        entry("connection", "api", dependencies=[database["urn"]]),
    ]
    manifest = {"time": "2026-11-25T00:00:00Z", "magic": "", "version": ""}
    file = stack.folder.parent / "state.json"
    salt = re.findall(r"encryptionsalt: (.*)", (stack.folder / "Pulumi.dev.yaml").read_text())[0]
    secrets = {"type": "passphrase", "state": {"salt": salt}}
    deployment = {"manifest": manifest, "secrets_providers": secrets, "resources": entries}
    file.write_text(json.dumps({"version": 3, "deployment": deployment}))
    stack.pulumi("stack", "import", "--file", str(file))


def paste(stack: Stack, said: str, *programs: str) -> list[str]:
    """Run the commands that were printed, in their order, but `pulumi up`; what was run."""
    lines = [line for line in said.splitlines() if line.startswith(programs) and line != "pulumi up"]
    environment = {**stack.environment, "PULUMI_NON_INTERACTIVE": "true"}
    for line in lines:
        done = subprocess.run(
            ["sh", "-c", line + (" --yes" if " import " in line else "")],
            cwd=stack.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return lines


def adopt(stack: Stack, *arguments: str) -> str:
    files = ["--program", str(stack.folder / "__main__.py"), "--force"]
    if stack.host == "plugin":
        files += ["--import-file", str(stack.folder / "found.json")]
    return command(stack).run("adopt", *files, *arguments)


EXPORTS = (
    "\npulumi.export('urls', [api.database_url, api.direct_url, db_default.database_url, db_default.direct_url])\n"
)


def taken_over(stack: Stack) -> None:
    """`pulumi up` takes all over: nothing is sent, the preview is empty, and each password is known and works."""
    program = stack.folder / "__main__.py"
    program.write_text(program.read_text() + EXPORTS)
    stack.clear()
    stack.up()
    preview = stack.preview()
    assert preview.writes_nothing, preview.output
    assert stack.sent() == []
    assert [connects(url) for url in stack.outputs()["urls"]] == [True] * 4


@both_hosts
def test_from_the_bridged_provider(stack: Stack) -> None:
    """My stack is on the bridged provider: I paste what `adopt` prints, and have all of it, under the same names."""
    there = live(stack)
    kept = attributes(there)
    bridge(stack, kept)
    hidden, shown = stack.folder.parent / "hidden.json", stack.folder.parent / "shown.json"
    hidden.write_text(stack.export())
    shown.write_text(stack.pulumi("stack", "export", "--show-secrets"))
    refused = command(stack).run("adopt", "--from-pulumi", str(hidden), "--program", str(hidden) + ".py", expect=1)
    assert "--show-secrets" in refused
    unasked = CommandLine(stack.server, stack.folder.parent / "home", **stack.environment)
    warned = unasked.run("adopt", "--program", str(stack.folder / "more.py"))
    assert "pulumi state delete 'urn:" in warned and "changes nothing" not in warned
    said = adopt(stack, "--from-pulumi", str(shown))
    assert "changes nothing" not in said
    assert '1 December 2026: the strings of Prisma Accelerate (prisma+postgres://…) of database "orders"' in said
    text = (stack.folder / "__main__.py").read_text()
    passwords = (
        kept["connection"]["password"],
        there["orders"]["connections"][0]["endpoints"]["direct"]["connectionString"],
    )
    assert not [each for each in passwords if each in said or each in text]
    lines = paste(stack, said, "pulumi", "rm")
    removed = [line for line in lines if line.startswith("pulumi state delete")]
    assert [line.split("'")[1].rpartition("::")[2] for line in removed] == [
        "api",
        "db",
        "main_project",
        "default_0_2_0",
    ]
    assert not (stack.folder / ".prisma-secrets").exists()
    taken_over(stack)
    assert "acme:shop:Group$" in stack.resource("db")["urn"]
    assert not [each for each in passwords if each in stack.export()]


@both_hosts
def test_from_terraform_with_passwords(stack: Stack, tmp_path: Path) -> None:
    """What Terraform's state knows of passwords is carried over."""
    kept = attributes(live(stack))
    names = {"project": "main", "database": "db", "connection": "api"}
    resources = [
        {
            "mode": "managed",
            "type": f"prisma-postgres_{kind}",
            "name": names[kind],
            "instances": [{"attributes": found, "schema_version": 0}],
        }
        for kind, found in kept.items()
    ]
    (tmp_path / "terraform.tfstate").write_text(json.dumps({"version": 4, "resources": resources}))
    said = adopt(stack, "--from-terraform", str(tmp_path / "terraform.tfstate"))
    assert "terraform state rm prisma-postgres_connection.api" in said.splitlines()
    paste(stack, said, "pulumi", "rm")
    taken_over(stack)
