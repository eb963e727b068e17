"""Data that other providers hold, Prisma's bridged one among them; what is allowed, and how that is said."""

from __future__ import annotations

import json
from typing import Any

import pytest

from prisma_provider.review.report import FORMATS
from unit.test_review import deleted, document, run, stream, urn

pytestmark = pytest.mark.usefixtures("exported")


def step(type_: str, op: str = "delete", name: str = "x", **old: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"op": op, "urn": f"urn:pulumi:dev::shop::{type_}::{name}"}
    return found | {"oldState": {"id": "i-1", "custom": True, **old}, "newState": {}}


BRIDGED = (
    "prisma-postgres:index/project:Project",
    "prisma-postgres:index/database:Database",
    "prisma-postgres:index/branch:Branch",
    "terraform-prisma:index/database:Database",
    "acme:prisma/database:Database",
)
STATEFUL = (
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:s3/bucketV2:BucketV2",
    "aws:s3:Bucket",
    "aws:dynamodb/table:Table",
    "aws-native:rds:DbInstance",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
    "azure-native:dbforpostgresql:Server",
    "azure-native:storage:StorageAccount",
    "neon:index/project:Project",
    "neon:index/branch:Branch",
    "supabase:index/project:Project",
    "planetscale:index/database:Database",
    "digitalocean:index/databaseCluster:DatabaseCluster",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "kubernetes:core/v1:Namespace",
    "mongodbatlas:index/cluster:Cluster",
    "acme:index:Database",
    "pulumi-python:dynamic:Resource",
    "pulumi-nodejs:dynamic:Resource",
    "pulumi-python:dynamic/acme:Database",
)
HARMLESS = (
    "aws:sns/topic:Topic",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:rds/parameterGroup:ParameterGroup",
    "gcp:sql/user:User",
    "digitalocean:index/databaseFirewall:DatabaseFirewall",
    "prisma-postgres:index/connection:Connection",
    "random:index/randomPassword:RandomPassword",
    "vercel:index/project:Project",
    "pulumi-python:dynamic/acme:Migration",
)


@pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced"])
@pytest.mark.parametrize("type_", BRIDGED)
def test_what_prismas_other_providers_hold_is_prismas(type_: str, op: str) -> None:
    """A database of the bridged provider that goes is lost like one of ours; `--allow other` does not cover it."""
    for form in (document, stream):
        found = run(form(step(type_, op)), "--allow", "changes", "--allow", "other")
        assert found.exit_code == 20
        assert "DATA WOULD BE LOST" in found.stdout
        assert "All its data is lost." in found.stdout


@pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced"])
@pytest.mark.parametrize("type_", STATEFUL)
def test_what_is_known_to_hold_data_is_asked_about(type_: str, op: str) -> None:
    """Another provider's database or bucket goes: its data may be lost, and `--allow other` says that this is meant."""
    text = document(step(type_, op))
    found = run(text, "--allow", "changes")
    assert found.exit_code == 20
    assert "data of other providers may be lost" in found.stdout
    assert run(text, "--allow", "changes", "--allow", "other").exit_code == 0
    assert "Allowed." in run(text, "--allow", "other").stdout


@pytest.mark.parametrize("type_", HARMLESS)
def test_what_holds_no_data_is_a_change(type_: str) -> None:
    """A topic, a policy, a user: the check does not ask."""
    assert run(document(step(type_))).exit_code == 10


@pytest.mark.parametrize("type_", [*BRIDGED, *STATEFUL])
def test_what_stays_is_not_lost(type_: str) -> None:
    """Made, changed in place, retained, or only looked up."""
    for harmless in (step(type_, "update"), step(type_, retainOnDelete=True), step(type_, external=True)):
        assert run(document(harmless)).exit_code == 10


@pytest.mark.parametrize(
    ("op", "new", "reasons"),
    [
        ("read-replacement", {"id": "i-2"}, []),
        ("import", {"id": "i-2"}, []),
        ("update", {"id": "i-2"}, []),
        ("update", {"id": "i-1"}, ["region"]),
    ],
)
@pytest.mark.parametrize("type_", [BRIDGED[1], STATEFUL[0], "prisma:index:Database"])
def test_another_object_in_its_place_is_a_replacement(
    type_: str, op: str, new: dict[str, Any], reasons: list[str]
) -> None:
    """Whatever the operation is called: what was there before goes, unless it was only looked up."""
    found = {**step(type_, op), "newState": new, "replaceReasons": reasons}
    assert run(document(found), "--allow", "changes").exit_code == 20
    looked_up = {**found, "oldState": {"id": "i-1", "external": True}}
    assert run(document(looked_up), "--allow", "changes").exit_code == 0


@pytest.mark.parametrize("url", ["github://api.github.com/prisma/pulumi-pdp", "https://api.prisma.io"])
def test_a_package_is_prismas_by_its_address(url: str) -> None:
    """Whatever the package is called: its provider downloads from Prisma, or speaks to Prisma."""
    provider = step("pulumi:providers:pdp", "update", inputs={"pluginDownloadURL": url})
    assert run(document(provider, step("pdp:index:Store"))).exit_code == 20
    named = step("pulumi:providers:pdp", "update", inputs={"tag": "prisma shop"})
    assert run(document(named, step("pdp:index:Store"))).exit_code == 10


def test_what_is_adopted_and_deleted_in_one_run_has_a_way_out() -> None:
    """My program changed from the bridged provider to `adopt=` of this one: the old entry has to leave state first."""
    new = {"op": "create", "urn": urn("Database", "orders"), "newState": {"inputs": {"adopt": "db_1"}}}
    found = run(document(new, step("prisma-postgres:index/database:Database", id="db_1")), "--format", "text")
    assert found.exit_code == 20
    assert "`pulumi state delete`" in found.stdout
    other = run(document(new, step("prisma-postgres:index/database:Database", id="db_2")), "--format", "text")
    assert "state delete" not in other.stdout


def test_what_an_adoption_changes_is_listed() -> None:
    """The live database is called otherwise: the rename and its request are there before they are made."""
    new = {
        "op": "create",
        "urn": urn("Database", "orders"),
        "newState": {"inputs": {"adopt": "db_1", "name": "orders"}},
    }
    line = 'prisma: database "acme" (db_1): name is "acme" live, "orders" declared. Request: PATCH {"name": "orders"}.'
    said = run(document(new, diagnostics=[{"severity": "info#err", "message": line}]), "--format", "text").stdout
    assert "renamed   Database orders (db_1)" not in said  # its id in Prisma stands with the adoption
    assert "acme -> orders" in said
    assert 'PATCH /v1/databases/db_1 {"name": "orders"}' in said
    assert "POST" not in said


def test_an_unknown_operation_on_data_is_the_worst() -> None:
    """A newer Pulumi knows more operations."""
    assert run(document(step("aws:rds/instance:Instance", "vaporize"))).exit_code == 20


@pytest.mark.parametrize("form", FORMATS)
def test_an_allow_that_meets_nothing_is_said(form: str) -> None:
    """Mistyped or left over, it would let a later loss go unasked."""
    found = run(document(deleted()), "--allow", "Database:ordres", "--allow", "changes", "--format", form)
    assert found.exit_code == 20
    if form == "json":
        assert json.loads(found.stdout)["allowedInVain"] == ["Database:ordres"]
    else:
        assert "--allow Database:ordres" in found.stdout
        assert "meets nothing that is lost here" in found.stdout
        assert "Did you mean" in found.stdout and "Database:orders" in found.stdout.partition("Did you mean")[2]
    for met in ("Database:orders", urn("Database", "orders"), "db_1"):
        assert "meets nothing" not in run(document(deleted()), "--allow", met, "--format", form).stdout


@pytest.mark.parametrize("form", ["markdown", "text"])
@pytest.mark.parametrize(
    ("allow", "says"),
    [
        ("chagnes", "Did you mean changes?"),
        ("Other", "Did you mean other?"),
        ("", "--allow '' names nothing. --allow takes changes, other, or the name"),
        (" ", "names nothing."),
        ("Restore:back", "--allow takes changes, other, or the name, URN or id of what is lost here. Take it out:"),
    ],
)
def test_an_allow_that_meets_nothing_says_what_can_be_allowed(allow: str, says: str, form: str) -> None:
    """I mistyped a word of --allow, or gave an empty one: I read what it takes."""
    said = run(document(deleted()), "--allow", allow, "--format", form).stdout.replace("`", "")
    assert says in said


def test_a_suggested_name_is_inert() -> None:
    """A name that looks like mine is shown as code: it mentions nobody in the comment."""
    said = run(document(deleted("Database", "@team <b>")), "--allow", "Database:@team b").stdout
    assert "Did you mean `Database:@team <b>`?" in said


def test_a_dynamic_resource_of_mine_is_asked_about() -> None:
    """What my own dynamic resource holds no list knows: it is named, and may be allowed by name."""
    text = document(step("pulumi-python:dynamic:Resource", name="tenant"))
    said = run(text, "--format", "text").stdout
    assert "Resource tenant" in said and "its type does not say" in said
    assert run(text, "--allow", "changes", "--allow", "Resource:tenant").exit_code == 0


def test_an_allow_names_one_object() -> None:
    """No pattern, no kind alone, and a name that two share is no name."""
    for pattern in ("Database", "Database:", "Database:*", "*", "orders", "Database:order", "database:orders", ""):
        assert run(document(deleted()), "--allow", pattern).exit_code == 20
    both = document(deleted(), step("prisma-postgres:index/database:Database", name="orders"))
    found = run(both, "--allow", "Database:orders", "--format", "text")
    assert found.exit_code == 20
    assert "--allow Database:orders is the name of several" in found.stdout


@pytest.mark.parametrize("word", ["changes", "other"])
def test_an_object_that_is_called_like_a_general_allow_is_not_let_go(word: str) -> None:
    """An id may be anything: `--allow changes` still names no object."""
    assert run(document(deleted(id=word)), "--allow", "changes", "--allow", "other").exit_code == 20


@pytest.mark.parametrize("name", ["my orders", "a;rm -rf ~", "$(id)", "`id`", "it's", "a'b\"c", "*"])
def test_what_is_offered_can_be_pasted(name: str) -> None:
    """Quoted for a shell, whatever the name holds: it is one word, and lets that one go."""
    import shlex

    text = document(deleted("Database", name))
    (line,) = [
        each for each in run(text, "--format", "text").stdout.splitlines() if each.startswith("If that is meant")
    ]
    words = shlex.split(line.partition(": ")[2])
    assert words == ["--allow", f"Database:{name}"]
    assert run(text, *words).exit_code == 10


def test_what_cannot_be_pasted_is_offered_by_its_id() -> None:
    """A name with a character that is not shown would be another one when it is pasted."""
    text = document(deleted("Database", "a\u202eb"))
    assert "--allow db_1\n" in run(text, "--format", "text").stdout
    assert run(text, "--allow", "db_1").exit_code == 10
