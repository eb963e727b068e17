"""The state of stacks, as Pulumi's CLI exports it: what cannot be read first, then what is no holder, then what is."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from prisma_provider.live.state import Entry, Recorded, kind_of, others, read, recorded
from unit.service import urn_of

pytestmark = pytest.mark.posix  # Pulumi's command line is a script of the shell here
CLI = """\
#!/bin/sh
echo "$*" >> "$0.asked"
case "$*" in
"stack ls --json"*) echo '%s';;
*"--stack demo "*) echo '{"deployment": {"resources": [
  {"type": "prisma:index:Database", "urn": "urn:pulumi:demo::shop::prisma:index:Database::x", "id": "db_c1"}]}}';;
*) exit 1;;
esac
"""


def resource(name: str, **more: Any) -> dict[str, Any]:
    """A resource as an export has it."""
    return {"type": "prisma:index:Database", "urn": urn_of("Database", name), "id": f"db_{name}", **more}


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a CLI that is the only one on PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "pulumi"


def install(pulumi: Path, listed: str) -> None:
    pulumi.write_text(CLI % listed)
    pulumi.chmod(0o755)


def asked(pulumi: Path) -> list[str]:
    """What the CLI was asked."""
    return Path(f"{pulumi}.asked").read_text().splitlines()


@pytest.mark.parametrize("listed", ["nonsense", "{}", '[{"resourceCount": 1}]'])
def test_other_stacks_that_cannot_be_listed_are_none(pulumi: Path, listed: str) -> None:
    """A list of stacks that cannot be read stops nobody."""
    install(pulumi, listed)
    assert others("organization/shop/dev") == ()


def test_without_the_cli_there_are_no_other_stacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a machine without the CLI on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert others("organization/shop/dev") == ()


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 3", "`pulumi stack export` ended with status 3"),
        ("echo nonsense", "its export is not what Pulumi writes"),
        ("echo '{}'", "its export is not what Pulumi writes"),
    ],
)
def test_why_a_state_cannot_be_read(pulumi: Path, script: str, problem: str) -> None:
    """A state that cannot be read is not one that holds nothing: it says why, and of which stack."""
    pulumi.write_text(f"#!/bin/sh\n{script}\n")
    pulumi.chmod(0o755)
    assert recorded("organization/shop/dev") == Recorded(stack="organization/shop/dev", problem=problem)


def test_a_cli_that_does_not_answer_is_not_waited_for(pulumi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backend that hangs costs me a minute for my own stack, ten seconds for all others, and no answer at all."""
    given: list[Any] = []

    def run(command: list[str], **options: Any) -> None:
        given.append(options["timeout"])
        raise subprocess.TimeoutExpired(command, options["timeout"])

    install(pulumi, "[]")
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    monkeypatch.setattr(subprocess, "run", run)
    assert recorded("dev").problem == "`pulumi stack export` took too long"
    assert others("dev") == ()
    assert given == [60.0, 10.0]


def test_the_cli_is_asked_in_the_user_s_own_surroundings(pulumi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The CLI finds my backend and passphrase, looks for no newer version, and waits for nothing on my keyboard."""
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file://~")
    monkeypatch.delenv("PULUMI_SKIP_UPDATE_CHECK", raising=False)
    seen = Path(f"{pulumi}.seen")
    pulumi.write_text(
        '#!/bin/sh\nread line; echo "$PULUMI_BACKEND_URL $PULUMI_SKIP_UPDATE_CHECK [$line] $*" > "$0.seen"\n'
        """echo '{"deployment": null}'\n"""
    )
    pulumi.chmod(0o755)
    assert recorded("dev") == Recorded(stack="dev")
    assert seen.read_text() == "file://~ true [] stack export --stack dev --non-interactive\n"


def test_a_stack_that_cannot_be_read_does_not_hide_those_before_it(pulumi: Path) -> None:
    """What was read of other stacks counts, though a later one could not be read."""
    install(pulumi, '[{"name": "demo", "resourceCount": 3}, {"name": "broken", "resourceCount": 2}]')
    assert [each.stack for each in others("organization/shop/dev")] == ["demo"]


def test_the_own_stack_and_empty_ones_are_not_asked(pulumi: Path) -> None:
    """The stack of this run, by whatever name the CLI lists it, and one that holds nothing, cost no export."""
    own = '[{"name": "dev"}, {"name": "organization/shop/dev"}, {"name": "new", "resourceCount": 0}, {"name": "demo"}]'
    install(pulumi, own)
    (demo,) = others("organization/shop/dev")
    assert [entry.urn for entry in demo.holders("Database", "c1")] == [
        "urn:pulumi:demo::shop::prisma:index:Database::x"
    ]
    assert [each.split(" --")[0] for each in asked(pulumi)] == ["stack ls", "stack export"]
    assert all("--non-interactive" in each for each in asked(pulumi))


def test_stacks_of_other_pulumi_projects_are_not_asked(pulumi: Path) -> None:
    """Only the stacks of this Pulumi project are listed: what those of other projects hold is not seen."""
    install(pulumi, "[]")
    assert others("organization/shop/dev") == ()
    assert asked(pulumi) == ["stack ls --json --non-interactive"]


def test_where_the_own_stack_is_not_known_all_are_asked(pulumi: Path) -> None:
    """A host that does not know its stack asks all of them."""
    install(pulumi, '[{"name": "demo"}]')
    assert [each.stack for each in others(None)] == ["demo"]


def test_what_holds_nothing() -> None:
    """Another provider's resource, a `.get`, one without an id: none of them holds an object."""
    found = read(
        {
            "resources": [
                {"type": "pulumi:pulumi:Stack", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"},
                resource("1", type="aws:rds:Database"),
                resource("2", external=True),
                resource("3", id=""),
            ]
        }
    )
    assert found == Recorded()
    assert read(None) == read({}) == Recorded()
    assert read({"resources": None, "pending_operations": None}) == Recorded()


def test_what_a_resource_holds() -> None:
    """What the engine writes of a resource: inputs, options, and whether it waits for its deletion."""
    dynamic = "pulumi-python:dynamic/prisma:Database"
    inputs = {"name": "orders"}
    project = urn_of("Project", "shop")
    found = read(
        {
            "resources": [
                resource("1", inputs=inputs, deletedWith=project),
                resource("2", retainOnDelete=True, type=dynamic),
                resource("3", delete=True),
            ]
        },
        "dev",
    )
    one, two, three = (urn_of("Database", name) for name in "123")
    assert found.entries == (
        Entry(one, "db_1", inputs, deleted_with=project),
        Entry(two, "db_2", retained=True),
        Entry(three, "db_3", replaced=True),
    )
    assert found.stack == "dev"
    assert [entry.urn for entry in found.holders("Database", "1")] == [one]
    assert not found.holders("Connection", "db_1")
    assert not found.holders("Database", "db_3")
    assert found.holds("db_3")
    assert not found.holds("db_4")


def test_what_was_begun() -> None:
    """A creation that the engine wrote down before it called the provider; ids in it are compared without prefix."""
    creation = resource("new", inputs={"projectId": "proj_1", "name": "orders", "n": 5.0})
    del creation["id"]
    pending = [{"type": "creating", "resource": creation}, {"type": "deleting", "resource": resource("old")}]
    found = read({"pending_operations": pending})
    assert found.entries == ()
    (begun,) = found.begun
    assert (begun.urn, begun.object_id, begun.kind) == (urn_of("Database", "new"), "", "Database")
    assert found.began("Database", projectId="1", name="orders", n=5.0) == [begun]
    assert not found.began("Database", projectId="proj_2", name="orders")
    assert not found.began("Connection", projectId="proj_1")
    assert not found.began("Database", source=None, name="other")


def test_the_kind_of_a_urn() -> None:
    """A child's URN names its parents' types, too; what is no URN is of no kind."""
    assert kind_of("urn:pulumi:dev::shop::my:index:Home$prisma:index:Database::a::b") == "Database"
    assert kind_of(urn_of("Project")) == "Project"
    assert kind_of("pulumi-python:dynamic/prisma:Branch") == ""
    assert kind_of("urn:pulumi:dev::shop") == ""
    assert kind_of("") == ""
