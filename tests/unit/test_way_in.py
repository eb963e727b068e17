"""The way in from Prisma's Terraform provider, bridged or not: what a state knows is kept, and nothing is lost."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from prisma_provider.adoption import bridged, importing, known, program
from prisma_provider.adoption.given import UnreadableState
from prisma_provider.adoption.plan import Plan, Planner, Resource, Secret, Value
from prisma_provider.api.models import Connection, Endpoint, Endpoints, Reference
from prisma_provider.cli import next_steps, secret_files
from prisma_provider.cli.adopt import adopt
from prisma_provider.errors import PrismaError, Refused
from unit.service import Service
from unit.test_adoption import holding, run

URN = "urn:pulumi:dev::shop::"
ROOT = URN + "pulumi:pulumi:Stack::shop-dev"
SIGNATURE = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
ACCELERATE = "prisma+postgres://accelerate.prisma-data.net/?api_key=hidden"
DIRECT = "postgres://me:hidden@db.prisma.io:5432/?sslmode=require"
POOLED = "postgres://me:hidden@pooled.db.prisma.io:5432/?sslmode=require"
KINDS = {"proj": "Project", "db": "Database", "con": "Connection"}


def urn(type_: str, name: str, within: str = "") -> str:
    return f"{URN}{within}{type_}::{name}"


def entry(object_id: str, name: str, within: str = "", **more: Any) -> dict[str, Any]:
    """An object of the stack under the bridged provider; `within` is the types of its parents."""
    kind = KINDS[object_id.partition("_")[0]]
    type_ = f"prisma-postgres:index/{kind.lower()}:{kind}"
    return {"urn": urn(type_, name, within), "custom": True, "id": object_id, "type": type_, "parent": ROOT, **more}


def export(*resources: dict[str, Any]) -> str:
    root = {"urn": ROOT, "custom": False, "type": "pulumi:pulumi:Stack"}
    return json.dumps({"version": 3, "deployment": {"resources": [root, *resources]}})


def read(*resources: dict[str, Any]) -> bridged.Bridged:
    return bridged.read([export(*resources)])


# what a stack holds


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"deployment": 1}', '{"deployment": {"resources": [{}]}}', '{"version": 4}']
)
def test_no_export(text: str) -> None:
    """What is no export of a stack is refused with a sentence."""
    with pytest.raises(UnreadableState, match="pulumi stack export"):
        bridged.read([text])


def test_a_deletion_that_is_still_to_come() -> None:
    """What the old program replaced and has yet to delete is no half of a way in: I am told what will happen to it."""
    with pytest.raises(Refused, match=r"still to delete db \(db_c00000001\)"):
        read(entry("db_c00000001", "db", delete=True)).given()


def test_other_things_of_a_stack() -> None:
    """Resources of other packages, a new stack, and what is only looked at are not taken over."""
    bucket = {"urn": urn("aws:s3:Bucket", "b"), "type": "aws:s3:Bucket", "id": "b", "custom": True}
    mine = {"urn": urn("prisma:index:Database", "db"), "type": "prisma:index:Database", "id": "db_1", "custom": True}
    assert read(bucket, mine, entry("db_c00000001", "db", external=True)).given() == {}
    assert bridged.read(['{"deployment": null}']).given() == {}


def test_names_parents_and_references_stay() -> None:
    """The program says what the stack said: the same names, the same component around them, and references."""
    group = {"urn": urn("acme:shop:Group", "my_group"), "type": "acme:shop:Group", "parent": ROOT, "custom": False}
    inner = {
        "urn": urn("acme:shop:Inner", "inner", "acme:shop:Group$"),
        "type": "acme:shop:Inner",
        "parent": group["urn"],
        "custom": False,
    }
    within = "acme:shop:Group$acme:shop:Inner$"
    old = read(
        group,
        inner,
        entry("proj_c00000001", "main_project"),
        entry("db_c00000000", "the.db", within, parent=inner["urn"]),
        entry("db_c00000001", "the.db"),
    )
    plan = Planner(old.given(), only_given=True).plan((holding("orders", "sales", "not in the stack"),))
    components = old.components(each.parent for each in plan.resources)
    text = program.write(plan, plugin=False, protect=True, components=components)
    declared = run(text)
    assert [(each["kind"], each["resource"], each["name"]) for each in declared] == [
        ("Project", "main_project", "shop"),
        ("Database", "the.db", "orders"),
        ("Database", "the.db", "sales"),
    ]
    assert {each["project_id"] for each in declared[1:]} == {"the id of Project main_project"}
    assert declared[1]["opts"] == "acme:shop:Inner inner in acme:shop:Group my_group"
    assert "opts=pulumi.ResourceOptions(parent=inner, protect=True)" in text
    assert declared[2]["opts"] == "protected"


def test_the_old_entries_leave_state() -> None:
    """What I paste makes state forget them: dependents first, quoted for a shell, the unused provider last."""
    provider: dict[str, Any] = {
        "urn": urn("pulumi:providers:prisma-postgres", "it's"),
        "type": "pulumi:providers:prisma-postgres",
        "id": "1",
        "custom": True,
    }
    by = f"{provider['urn']}::1"
    project = entry("proj_c00000001", "p", provider=by, protect=True)
    database = entry("db_c00000001", "d", "a:b:C$", provider=by, propertyDependencies={"projectId": [project["urn"]]})
    connection = entry("con_c00000001", "c", provider=by, dependencies=[database["urn"]])
    other = {"urn": urn("k8s:v1:Secret", "s"), "type": "k8s:v1:Secret", "id": "s", "dependencies": [connection["urn"]]}
    old = bridged.read([export(connection, project, database, provider)])
    wanted = old.given()
    assert old.removals(wanted) == (
        f"pulumi state delete '{connection['urn']}' --yes",
        f"pulumi state delete '{database['urn']}' --yes",
        f"pulumi state delete '{project['urn']}' --yes --force",
        "pulumi state delete '" + provider["urn"].replace("'", "'\"'\"'") + "' --yes",
    )
    assert old.dependents(wanted) == ()
    part = {key for key in wanted if key[0] == "Connection"}
    assert old.removals(part) == (f"pulumi state delete '{connection['urn']}' --yes",)
    assert read(project, database, connection, provider, other).dependents(wanted) == (other["urn"],)
    assert old.removals(()) == ()


# connection strings


def connection(pooled: bool = True) -> Connection:
    """As it is live: hosts, and no secret."""
    direct, other = Endpoint(host="db.prisma.io", port=5432), Endpoint(host="pooled.db.prisma.io", port=5432)
    endpoints = Endpoints(direct=direct, pooled=other if pooled else None)
    return Connection(id="con_c00000001", name="web", endpoints=endpoints, database=Reference(id="db_c00000001"))


@pytest.mark.parametrize(
    ("attributes", "urls"),
    [
        ({"name": "web"}, {}),
        ({"connection_string": ACCELERATE}, {}),
        ({"connectionString": ACCELERATE, "user": "me"}, {}),
        ({"connection_string": "postgres://[x", "direct_url": 5, "user": None}, {}),
        (
            {"connection_string": ACCELERATE, "host": "db.prisma.io", "user": "me", "password": "hidden"},
            {"direct_url": DIRECT, "database_url": POOLED},
        ),
        ({"connectionString": DIRECT}, {"direct_url": DIRECT, "database_url": POOLED}),
        ({"connectionString": POOLED}, {"direct_url": DIRECT, "database_url": POOLED}),
        ({"directUrl": DIRECT, "connectionString": POOLED}, {"direct_url": DIRECT, "database_url": POOLED}),
        (
            {"user": "a b", "password": "p@:/?"},
            {
                "direct_url": "postgres://a%20b:p%40%3A%2F%3F@db.prisma.io:5432/?sslmode=require",
                "database_url": "postgres://a%20b:p%40%3A%2F%3F@pooled.db.prisma.io:5432/?sslmode=require",
            },
        ),
    ],
)
def test_what_a_state_knows_of_a_password(attributes: dict[str, object], urls: dict[str, str]) -> None:
    """Both strings are had from either, or from user and password; one of Accelerate is none."""
    found = known.read(attributes)
    assert found.urls(connection()) == urls
    assert "hidden" not in repr(found)
    assert found.accelerate == (ACCELERATE in attributes.values())


def test_without_a_pool() -> None:
    """Where the service shows no pooled host, there is no pooled string to make up."""
    assert known.read({"direct_url": DIRECT}).urls(connection(pooled=False)) == {"direct_url": DIRECT}


def test_one_host_for_both() -> None:
    """Where there is no pooler, the direct string is the pooled one, too."""
    at = Endpoint(host="127.0.0.1", port=5433)
    there = connection().model_copy(update={"endpoints": Endpoints(direct=at, pooled=at)})
    url = "postgres://me:hidden@127.0.0.1:5433/orders?sslmode=require"
    assert known.read({"connectionString": url}).urls(there) == {"direct_url": url, "database_url": url}


def test_the_name_of_the_database_in_postgresql() -> None:
    """A string that is put together names the database as that of the database itself does."""
    database = known.read({"direct_url": "postgres://other:hidden@db.prisma.io:5432/postgres?sslmode=require"})
    urls = known.read({"user": "me", "password": "hidden"}).urls(connection(), [database])
    assert urls["direct_url"] == "postgres://me:hidden@db.prisma.io:5432/postgres?sslmode=require"


@pytest.mark.parametrize(
    ("strings", "path"),
    [
        ({"connection_string": "postgres://o:hidden@db.prisma.io:5432/shop"}, "/shop"),
        ({"connection_string": "postgres://o:hidden@pooled.db.prisma.io:5432/o"}, "/"),
        ({"connection_string": ACCELERATE, "direct_url": "postgres://o:hidden@db.prisma.io/shop?a=b"}, "/shop"),
        ({"direct_url": DIRECT}, "/"),
        ({}, "/"),
    ],
)
def test_the_name_of_the_database_by_another_connection(strings: dict[str, object], path: str) -> None:
    """A state has user and password of one connection, and a string of another: the database is the same one."""
    others = [known.read({}), known.read(strings)]
    urls = known.read({"user": "me", "password": "hidden"}).urls(connection(), others)
    assert urls["direct_url"] == f"postgres://me:hidden@db.prisma.io:5432{path}?sslmode=require"
    assert urls["database_url"] == POOLED  # a pool names its databases in its own way


def test_the_password_of_a_database() -> None:
    """What the old state has at a database is that of its default connection, which is declared for it."""
    (found,) = [holding("orders", connections=(connection(),), default_connection_id="con_c00000001")]
    (other,) = [holding("orders", connections=(connection(),), default_connection_id="con_c00000009")]
    old = read(entry("db_c00000000", "db", outputs={"directUrl": DIRECT})).given()
    plan = Planner(old, only_given=True).plan((found,))
    assert [(each.name, [*each.arguments]) for each in plan.resources[1:]] == [
        ("db-default", ["database_id", "name", "database_url", "direct_url"])
    ]
    assert [each.kind for each in Planner(old, only_given=True).plan((other,)).resources] == ["Database"]


def test_what_is_adopted_and_what_imported() -> None:
    """For the plugin: what has a new parent, or strings of its own, is adopted by `up`, the rest is imported."""
    group = {"urn": urn("acme:shop:Group", "g"), "type": "acme:shop:Group", "parent": ROOT, "custom": False}
    within = entry("db_c00000000", "within", "acme:shop:Group$", parent=group["urn"])
    old = read(group, within, entry("db_c00000001", "beside")).given()
    plan = Planner(old, only_given=True).plan((holding("orders", "sales"),))
    assert [each["name"] for each in json.loads(importing.write(plan))["resources"]] == ["beside"]
    declared = run(program.write(plan, plugin=True, protect=False))
    assert [each.get("adopt") for each in declared] == ["db_c00000000", None]
    file = Path("__main__.py")
    said = [*next_steps.lines(next_steps.Written(plan, file, Path("found it.json")))]
    assert said.index("pulumi import --file 'found it.json' --generate-code=false") < said.index("pulumi up")


def test_others_that_use_the_old_entries() -> None:
    """What still uses an old entry is named, with the order in which that goes without a loss."""
    written = next_steps.Written(
        Plan(()), Path("__main__.py"), removals=("pulumi state delete",), dependents=("urn:x",)
    )
    assert any("urn:x" in line and "side by side" in line for line in next_steps.lines(written))


@pytest.mark.posix
def test_the_program_reads_them_from_configuration(tmp_path: Path) -> None:
    """No secret stands in the program, nor in what is said: it goes by files that only I can read."""
    secrets = (Secret("web_database_url", POOLED), Secret("web_direct_url", DIRECT))
    arguments: dict[str, Value] = {"database_id": "db_1", "database_url": secrets[0], "direct_url": secrets[1]}
    plan = Plan((Resource("Connection", "con_1", "web", "web", arguments, "db_1/con_1"),))
    text = program.write(plan, plugin=True, protect=False)
    (declared,) = run(text)
    assert (declared["database_url"], declared["adopt"]) == ("the secret web_database_url", "con_1")
    file = tmp_path / "__main__.py"
    said = "\n".join(next_steps.lines(next_steps.Written(plan, file)))
    assert "hidden" not in text + said + repr(plan)
    secret_files.write(plan.secrets, file)
    secret_files.write(plan.secrets, file)
    folder = tmp_path / ".prisma-secrets"
    assert (folder / "web_direct_url").read_text() == DIRECT
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"
    assert "pulumi config set --secret web_direct_url < .prisma-secrets/web_direct_url" in said.splitlines()


# the command


class World:
    """A workspace with two projects of one name, and what a state says of one of them."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.folder = folder
        self.homes = [str(service.project("shop")["id"]) for _ in range(2)]
        self.database = str(service.database(self.homes[0], "orders")["id"])
        self.connection = str(service.connection(self.database, "web")["id"])
        self._files = count()

    def file(self, text: str) -> str:
        found = self.folder / f"{next(self._files)}.json"
        found.write_text(text)
        return str(found)

    def stack(self, **outputs: Any) -> str:
        """The export of a stack that holds all of it."""
        return self.file(
            export(
                entry(self.homes[0], "main"),
                entry(self.database, "db"),
                entry(self.connection, "api", outputs=outputs),
            )
        )

    def terraform(self) -> str:
        """A state of Terraform that holds the database and its connection."""
        found = (("database", "db", self.database), ("connection", "api", self.connection))
        resources = [
            {
                "mode": "managed",
                "type": f"prisma-postgres_{kind}",
                "name": name,
                "module": "module.shop",
                "instances": [{"attributes": {"id": id_}, "index_key": "eu"}],
            }
            for kind, name, id_ in found
        ]
        return self.file(json.dumps({"version": 4, "resources": resources}))

    def adopt(self, *arguments: str) -> Result:
        return CliRunner().invoke(adopt, arguments)

    def fails(self, *arguments: str) -> str:
        error = self.adopt(*arguments).exception
        assert isinstance(error, PrismaError), error
        return str(error)

    def written(self, *arguments: str, name: str = "__main__.py") -> str:
        """What is said when a program is written."""
        done = self.adopt("--program", str(self.folder / name), "--force", *arguments)
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output


@pytest.fixture
def world(service: Service, tmp_path: Path) -> Iterator[World]:
    client = service.live().client
    with patch("prisma_provider.cli.adopt.account", lambda: nullcontext(client)):
        yield World(service, tmp_path)


def test_encrypted_strings_are_not_lost(world: World) -> None:
    """An export without --show-secrets would lose my passwords: it is refused, and nothing is written."""
    state = world.stack(connectionString={**SIGNATURE, "ciphertext": "v1:x"})
    assert "--show-secrets" in world.fails("--from-pulumi", state, "--program", str(world.folder / "__main__.py"))
    assert not (world.folder / "__main__.py").exists()
    assert world.connection in world.adopt("--from-pulumi", state).output


def test_two_states_at_once(world: World) -> None:
    """A stack that holds nothing of it, and two ways in at once, are refused."""
    assert "prisma-postgres" in world.fails("--from-pulumi", world.file(export()))
    both = ("--from-pulumi", world.stack(), "--from-terraform", world.terraform())
    assert "two ways in" in world.adopt(*both).output


@pytest.mark.parametrize("type_", ["prisma:index:Database", "pulumi-python:dynamic/prisma:Database"])
def test_a_stack_of_ours(world: World, type_: str) -> None:
    """My stack is on this provider already: there is nothing to take over, and no program is written over mine."""
    mine = world.file(export({"urn": urn(type_, "db"), "type": type_, "id": world.database, "custom": True}))
    said = world.fails("--from-pulumi", mine, "--program", str(world.folder / "__main__.py"))
    assert "1 resource of this provider already" in said
    assert not (world.folder / "__main__.py").exists()


@pytest.mark.parametrize("way", ["--from-pulumi", "--from-terraform"])
def test_a_list_of_what_a_state_holds(world: World, way: str) -> None:
    """Without --program I see what the state holds, and nothing else of the workspace."""
    state = world.stack() if way == "--from-pulumi" else world.terraform()
    listed = world.adopt(way, state).output
    assert [each in listed for each in (world.database, world.connection, world.homes[1])] == [True, True, False]


def test_a_list_with_a_default_connection(world: World) -> None:
    """The connection that a database was made with is listed where the state holds it, and only there."""
    default = str(world.service.databases[world.database]["defaultConnectionId"])
    state = world.file(export(entry(default, "of the database")))
    assert [default in world.adopt(*way).output for way in ((), ("--from-pulumi", state))] == [False, True]


@pytest.mark.parametrize("way", ["--from-pulumi", "--from-terraform", "--without"])
def test_a_file_that_is_nested_without_end(world: World, way: str) -> None:
    """A damaged file is refused with one sentence, however deep it is."""
    assert "What to do: give the" in world.fails(way, world.file("[" * 200_000))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("way", ["--from-pulumi", "--from-terraform"])
def test_a_state_in_any_encoding_of_unicode(world: World, way: str, encoding: str) -> None:
    """I wrote it with the `>` of a shell on Windows, which makes UTF-16 of it: it is read all the same."""
    file = Path(world.stack() if way == "--from-pulumi" else world.terraform())
    file.write_bytes(file.read_bytes().decode().encode(encoding))
    assert world.database in world.adopt(way, str(file)).output


@pytest.mark.parametrize("way", ["--from-pulumi", "--from-terraform"])
def test_a_part_of_what_a_state_holds(world: World, way: str) -> None:
    """With --project only that one is taken; the state's others are there, and no fault."""
    state = world.stack() if way == "--from-pulumi" else world.terraform()
    assert "0 resources" in world.written(way, state, "--project", world.homes[1])
    assert "resources." in world.written(way, state, "--project", world.homes[0])
    assert 'no project "shoop"' in world.fails(way, state, "--project", "shoop")


@pytest.mark.parametrize("way", ["--from-pulumi", "--from-terraform"])
def test_what_the_workspace_lacks(world: World, way: str) -> None:
    """A state of another workspace is refused, by name and whole id."""
    state = world.stack() if way == "--from-pulumi" else world.terraform()
    del world.service.connections[world.connection]
    said = world.fails(way, state)
    assert "api" in said and f"({world.connection})" in said
    forget = {
        "--from-pulumi": "`pulumi refresh` with the old program, or `pulumi state delete 'urn:",
        "--from-terraform": "`terraform apply -refresh-only`, or `terraform state rm 'module.shop.prisma",
    }
    assert forget.pop(way) in said
    assert not [other for other in forget.values() if other in said]


@pytest.mark.parametrize("way", ["--from-pulumi", "--without"])
def test_while_the_stack_holds_the_old_entries(world: World, way: str) -> None:
    """As long as the old entries are in state, I am not told that `pulumi up` changes nothing."""
    said = world.written(way, world.stack())
    assert "changes nothing" not in said
    lines = said.splitlines()
    removals = [line for line in lines if line.startswith("pulumi state delete '")]
    assert len(removals) == 3
    assert lines.index(removals[-1]) < lines.index("pulumi up")
    assert ("--from-pulumi" in said) == (way == "--without")
    assert "terraform" not in said.replace("Terraform provider", "")


def test_the_stack_beside_the_program(world: World) -> None:
    """Nobody said what my stack holds: the one that is selected beside the program is looked at."""
    text = Path(world.stack()).read_text()
    with patch("prisma_provider.cli.selected_stack.export", lambda folder: text if folder == world.folder else None):
        assert "pulumi state delete 'urn:" in world.written()


def test_strings_of_accelerate_are_named(world: World) -> None:
    """The strings that stop working on 1 December 2026 are not carried over, and I am told whose they are."""
    said = world.written("--from-pulumi", world.stack(connectionString={**SIGNATURE, "plaintext": f'"{ACCELERATE}"'}))
    assert "1 December 2026" in said and f'connection "web" ({world.connection})' in said
    assert "accelerate.prisma-data.net" not in (world.folder / "__main__.py").read_text()


def test_known_strings_are_carried_over(world: World) -> None:
    """What the old state knows is put into the stack's configuration by commands that show nothing."""
    said = world.written("--from-pulumi", world.stack(user="me", password={**SIGNATURE, "plaintext": '"hidden"'}))
    assert "pulumi config set --secret api_database_url < .prisma-secrets/api_database_url" in said.splitlines()
    assert "hidden" not in said
    assert "hidden" in (world.folder / ".prisma-secrets" / "api_database_url").read_text()


def test_terraform_forgets_what_was_taken_over(world: World) -> None:
    """The addresses stand there, quoted for a shell."""
    said = world.written("--from-terraform", world.terraform())
    assert "terraform state rm 'module.shop.prisma-postgres_database.db[\"eu\"]'" in said.splitlines()


def test_a_file_that_pulumi_does_not_run(world: World) -> None:
    """Pulumi runs __main__.py: for another file I am told how it comes to be run."""
    assert world.written().splitlines()[-1].startswith("Next: pulumi up. ")
    assert "write `import more` into __main__.py" in world.written(name="more.py")
    assert "rename it" in world.written(name="more-of-it.py")


def test_equal_rows_are_told_apart(world: World) -> None:
    """Two projects of one name are told apart by when they were made; where there are none, that is not shown."""
    assert "Created" in world.adopt().output
    assert "Created" not in world.adopt("--project", world.homes[0]).output
    assert "1 Jan 2026 00:00 UTC" in world.adopt().output


def test_what_is_left_out(world: World) -> None:
    """How much my stack has already is said in words."""
    held = {"urn": urn("prisma:index:Database", "db"), "type": "prisma:index:Database", "id": world.database}
    assert "Left out: 1 resource that a stack holds already." in world.written("--without", world.file(export(held)))
