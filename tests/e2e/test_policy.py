"""examples/policy: a preview with the policy pack, over both hosts."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from e2e.hosts import both_hosts
from e2e.policy import pack
from e2e.stack import Result, Stack

pytest.importorskip("pulumi_policy", reason="pulumi-policy is not installed: pip install '.[test]'")

pytestmark = both_hosts

KEPT = """
shop = prisma.Project("shop", region="eu-central-1")
production = prisma.Environment("main", project_id=shop.id, kind="production")
preview = prisma.Environment("pr-7", project_id=shop.id, kind="preview", source=prisma.CloneOf(production.database_id))
"""
BROKEN = """
shop = prisma.Project("shop", region="us-east-1", force_destroy=True)
production = prisma.Environment(
    "main", project_id=shop.id, kind="production", opts=pulumi.ResourceOptions(protect=False))
aside = prisma.Branch("aside", project_id=shop.id, git_name="aside")
under = pulumi.ResourceOptions(parent=production, protect=True)
stray = prisma.Database("stray", project_id=shop.id, branch_id=aside.id, opts=under)
extra = prisma.Database("extra", project_id=shop.id, allow_replace=True, adopt=True)
"""


def violations(result: Result, levels: Collection[str] = ("mandatory", "advisory")) -> dict[tuple[str, str], str]:
    """What was said, by policy and resource."""
    events = [json.loads(line) for line in result.output.splitlines() if '"policyEvent"' in line]
    found = [each["policyEvent"] for each in events]
    return {
        (each["policyName"], each["resourceUrn"].split("::")[-1]): each["message"]
        for each in found
        if each["enforcementLevel"] in levels
    }


def preview(stack: Stack, folder: Path, program: str | None = None, *flags: str, expect: int = 0) -> Result:
    """A preview with the policy pack."""
    policies, path = pack(folder)
    return stack.preview(program, "--policy-pack", str(policies), *flags, expect=expect, PATH=path)


def test_what_breaks_a_policy_is_named(stack: Stack, tmp_path: Path) -> None:
    """My preview fails, and names each resource that breaks a policy of the company, and what to do."""
    found = violations(preview(stack, tmp_path, BROKEN, expect=1))
    assert set(found) == {
        ("region-is-allowed", "shop"),
        ("nothing-is-replaced", "shop"),
        ("nothing-is-replaced", "extra"),
        ("production-is-protected", "main"),
        ("production-is-on-the-default-branch", "stray"),
    }
    assert "Project shop is in us-east-1; allowed are eu-central-1, eu-west-3." in found["region-is-allowed", "shop"]
    assert "protect=True" in found["production-is-protected", "main"]


def test_what_keeps_the_policies_passes(stack: Stack, tmp_path: Path) -> None:
    """Production and a preview keep the policies, before they are made and after; another company's regions do not."""
    assert violations(preview(stack, tmp_path, KEPT)) == {}
    stack.up()
    forget_the_kinds(stack)
    after = preview(stack, tmp_path / "after")
    assert violations(after) == {}
    assert after.writes_nothing

    config = tmp_path / "config.json"
    config.write_text(json.dumps({"region-is-allowed": {"allowed": ["us-east-1"]}}))
    other = preview(stack, tmp_path / "other", None, "--policy-pack-config", str(config), expect=1)
    assert set(violations(other)) == {("region-is-allowed", "shop")}


def forget_the_kinds(stack: Stack) -> None:
    """State as it was before an Environment told its kind."""
    state: dict[str, Any] = json.loads(stack.export())
    kinds = [each["outputs"].pop("kind") for each in state["deployment"]["resources"] if "Environment" in each["type"]]
    assert sorted(kinds) == ["preview", "production"]
    (stack.folder / "state.json").write_text(json.dumps(state))
    stack.pulumi("stack", "import", "--file", "state.json")
