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


@pytest.mark.parametrize("url", ["github://api.github.com/prisma/pulumi-pdp", "https://api.prisma.io"])
def test_a_package_is_prismas_by_its_address(url: str) -> None:
    """Whatever the package is called: its provider downloads from Prisma, or speaks to Prisma."""
    provider = step("pulumi:providers:pdp", "update", inputs={"pluginDownloadURL": url})
    assert run(document(provider, step("pdp:index:Store"))).exit_code == 20
    named = step("pulumi:providers:pdp", "update", inputs={"tag": "prisma shop"})
    assert run(document(named, step("pdp:index:Store"))).exit_code == 10


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
    for met in ("Database:orders", urn("Database", "orders"), "db_1"):
        assert "meets nothing" not in run(document(deleted()), "--allow", met, "--format", form).stdout


def test_an_allow_names_one_object() -> None:
    """No pattern, no kind alone, and a name that two share is no name."""
    for pattern in ("Database", "Database:", "Database:*", "*", "orders", "Database:order", "database:orders", ""):
        assert run(document(deleted()), "--allow", pattern).exit_code == 20
    both = document(deleted(), step("prisma-postgres:index/database:Database", name="orders"))
    found = run(both, "--allow", "Database:orders", "--format", "text")
    assert found.exit_code == 20
    assert "--allow Database:orders is the name of several" in found.stdout


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
