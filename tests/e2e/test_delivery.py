"""examples/delivery: each program with Pulumi's mocks and the other provider's own package; nothing is made."""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples._machine.engine import cache_home
from pulumi.runtime import rpc

DELIVERY = Path(__file__).parents[2] / "examples" / "delivery"
POOLED, DIRECT = "postgres://me:secret@pooled.example/", "postgres://me:secret@direct.example/"

RUN = """
import json, runpy, sys, pulumi
sys.path.append(sys.argv[3])  # behind our own: they bring another Pulumi along
made = []
class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        made.append([args.typ, args.name, args.inputs])
        urls = {"databaseUrl": POOLED, "directUrl": DIRECT} if args.typ.endswith(":Connection") else {}
        return args.name + "-id", {**args.inputs, "metadata": {"name": args.name + "-1"}, **urls}
    def call(self, args):
        return {}
pulumi.runtime.set_mocks(Mocks(), project="shop", stack="dev", preview=False)
pulumi.runtime.set_all_config(json.loads(sys.argv[2]))
@pulumi.runtime.test
def program():
    runpy.run_path(sys.argv[1])
program()
print(json.dumps(made))
"""


@pytest.fixture(scope="session")
def packages() -> Path:
    """The other providers' packages, installed once for this machine, beside its own: Pulumi would want plugins."""
    text = (DELIVERY / "requirements.txt").read_text()
    folder = cache_home() / f"delivery-{sys.version_info[1]}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            install = [sys.executable, "-m", "pip", "install", "-q", "--target", str(unfinished), "-r"]
            done = subprocess.run([*install, str(DELIVERY / "requirements.txt")], capture_output=True, text=True)
            if done.returncode:
                pytest.skip(f"pip could not install them: {done.stderr.strip()[-300:]}")
            unfinished.rename(folder)
    return folder


def secret(value: Any) -> Any:
    """What is inside a secret: anything else would stand in clear in state."""
    assert value[rpc._special_sig_key] == rpc._special_secret_sig
    return value["value"]


def declared(packages: Path, program: str, **config: str) -> dict[tuple[str, str], dict[str, Any]]:
    """What a program declares, by type and name."""
    code = RUN.replace("POOLED", repr(POOLED)).replace("DIRECT", repr(DIRECT))
    given = json.dumps({f"shop:{name}": value for name, value in config.items()})
    done = subprocess.run(
        [sys.executable, "-c", code, str(DELIVERY / program), given, str(packages)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {(typ.rpartition(":")[2], name): inputs for typ, name, inputs in json.loads(done.stdout.splitlines()[-1])}


def test_github_gets_the_direct_string(packages: Path) -> None:
    """The job that migrates has the direct string; another generation is another connection, made first."""
    found = declared(packages, "github_actions.py", generation="second", repository="orders")
    made = found["ActionsSecret", "direct-url"]
    assert (made["repository"], made["secretName"], secret(made["value"])) == ("orders", "DIRECT_URL", DIRECT)
    assert found["Connection", "migrations"]["name"] == "ci-second"


def test_vercel_gets_the_pooled_string(packages: Path) -> None:
    """Production has the newest generation beside the old one; a preview branch its own database."""
    found = declared(packages, "vercel.py", generations="first second", branch="pr-7")
    production, preview = (found["ProjectEnvironmentVariable", name] for name in ("production", "preview"))
    assert (secret(production["value"]), production["targets"]) == (POOLED, ["production"])
    assert (secret(preview["value"]), preview["targets"], preview["gitBranch"]) == (POOLED, ["preview"], "pr-7")
    assert {("Connection", "web-first"), ("Connection", "web-second")} <= set(found)


def test_kubernetes_rolls_its_pods_over(packages: Path) -> None:
    """The pods name the secret that holds both strings: another one makes them anew."""
    found = declared(packages, "kubernetes_secret.py")
    made = found["Secret", "orders"]
    assert (made["immutable"], secret(made["stringData"])) == (True, {"DATABASE_URL": POOLED, "DIRECT_URL": DIRECT})
    (container,) = found["Deployment", "orders"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": "orders-1"}}]


def test_esc_reads_what_a_stack_exports() -> None:
    """ESC's environment names outputs that the examples export."""
    values = yaml.safe_load((DELIVERY / "esc.yaml").read_text())["values"]
    assert values["environmentVariables"]["DATABASE_URL"] == "${stacks.shop.database_url}"
    assert "shop" in values["stacks"]["fn::open::pulumi-stacks"]["stacks"]
