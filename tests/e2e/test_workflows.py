"""The workflows of examples/preview: GitHub takes them, and their steps do what they say, against the local API."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples._machine.processes import family
from examples._machine.setup import ROOT

from e2e import policy
from e2e.stack import connects, sql
from e2e.workflow import Job, Runner
from local_server import LocalServer
from signed_in import GitHub, github
from waiting import wait_until

EXAMPLE = ROOT / "examples" / "preview"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yml"))
ACTIONS = sorted((EXAMPLE / ".github" / "actions").glob("*/action.yml"))
ACTIONLINT = """
import sys
from pathlib import Path
from examples._machine.console import Console
from examples._machine.engine import Engines
from examples._machine.processes import Processes
with Processes() as processes:
    print(Engines(Console(), processes, Path(sys.executable)).actionlint())
"""
GH = '''#!{python}
"""What `gh api` knows of the pull requests of one repository: whether they are closed, and their comments."""
import json, pathlib, sys
kept = pathlib.Path(__file__).with_name("github.json")
state = json.loads(kept.read_text())
words = sys.argv[1:]
assert words.pop(0) == "api"
path = next(word for word in words if word.startswith("repos/me/shop/")).removeprefix("repos/me/shop/")
method = words[words.index("--method") + 1] if "--method" in words else "GET"
what, _, number = path.partition("/")
if what == "pulls":
    if number not in state["pulls"]:
        sys.exit("HTTP 404")
    print(state["pulls"][number])
elif method == "GET":
    for at, (of, body) in enumerate(state["comments"]):
        if of == number.partition("/")[0]:
            print(at, body.split(chr(10))[0])
else:
    (field,) = [word for word in words if word.startswith("body=@")]
    body = pathlib.Path(field.removeprefix("body=@")).read_text()
    if method == "POST":
        state["comments"].append([number.partition("/")[0], body])
    else:
        state["comments"][int(path.rpartition("/")[2])][1] = body
    kept.write_text(json.dumps(state))
'''
PASSPHRASE = "correct horse battery staple"
RENAMED = "config:\n  preview:databaseName: sales\n"
RESTORE = (
    '\nprisma.Restore("back", database_id=environment.database_id, backup_id="{}", confirm_database_name="orders")\n'
)
SECOND = '\nprisma.Database("second", project_id=project_id)\n'
EXCHANGE = "/v1/auth/github-actions/token"


class Repository:
    """The example as a repository of its own, and runners that have what GitHub gives."""

    def __init__(self, folder: Path, server: LocalServer, proof: GitHub) -> None:
        self.server = server
        self.folder = folder / "repository"
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        tools = folder / "tools"
        tools.mkdir()
        (folder / "home").mkdir()
        self._github = tools / "github.json"
        self._github.write_text(json.dumps({"pulls": {"7": "open", "8": "open"}, "comments": []}))
        _executable(tools / "gh", GH.format(python=sys.executable))
        # What it would install stands in this environment already.
        _executable(tools / "pip", '#!/bin/sh\n[ "$1 $2" = "install -r" ] && [ -f "$3" ]\n')
        machine = {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{_path()}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PRISMA_API_BASE_URL": server.url,
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "me/shop",
        }
        self.secrets = {"PULUMI_BACKEND_URL": f"file://{folder}", "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        self.state = folder / ".pulumi"
        server.control("POST", "repositories", {"repository": "me/shop", "workspace": folder.name})
        token, _ = server.mint(folder.name)
        self._person = {**machine, **self.secrets, "PRISMA_SERVICE_TOKEN": token}
        self._runner = Runner(self.folder, folder, {**machine, **proof.variables})

    def run(
        self,
        workflow: str,
        event: str,
        secrets: dict[str, str] | None = None,
        meanwhile: Callable[[], None] | None = None,
        **more: Any,
    ) -> dict[str, Job]:
        """The jobs that run for an event; `more` is the event's own content."""
        event_of = {"action": more.pop("action", ""), **({"pull_request": more} if "number" in more else {})}
        contexts = {
            "github": {
                "event_name": event,
                "event": event_of,
                "repository": "me/shop",
                "actor": more.pop("actor", "alice"),
                "token": "of-github",
            },
            "secrets": self.secrets if secrets is None else secrets,
        }
        return self._runner.run(workflow, contexts, meanwhile)

    def pull_request(self, workflow: str, action: str, number: int = 7, **more: Any) -> dict[str, Job]:
        """The jobs that run for a pull request from a branch of this repository, or as `more` says."""
        labels = [{"name": name} for name in more.pop("labels", ())]
        head = {"sha": "0123456", "repo": {"full_name": more.pop("of", "me/shop")}}
        return self.run(workflow, "pull_request", action=action, number=number, labels=labels, head=head, **more)

    def close(self, number: int, state: str = "closed") -> None:
        """What GitHub knows of a pull request."""
        known = json.loads(self._github.read_text())
        known["pulls"][str(number)] = state
        self._github.write_text(json.dumps(known))

    @property
    def comments(self) -> list[str]:
        """The comments on pull request 7."""
        return [body for number, body in json.loads(self._github.read_text())["comments"] if number == "7"]

    def program(self, more: str = "") -> None:
        """The example's program, and more."""
        (self.folder / "__main__.py").write_text((EXAMPLE / "__main__.py").read_text() + more)

    def take_policies(self, folder: Path) -> None:
        """examples/policy, as its folder and a line of the workflow."""
        found, path = policy.pack(folder)
        shutil.copytree(found, self.folder / "policy")
        self._runner.environment["PATH"] += f":{path}"
        workflow = self.folder / ".github/workflows/preview.yml"
        workflow.write_text(workflow.read_text().replace('POLICY_PACK: ""', "POLICY_PACK: policy"))

    def pulumi(self, *arguments: str) -> str:
        """The CLI on a developer's machine."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self._person,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def outputs(self, stack: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", stack))
        return found

    def stacks(self) -> set[str]:
        return {each["name"] for each in json.loads(self.pulumi("stack", "ls", "--json"))}

    def lock(self, stack: str, user: str) -> Path:
        """What a killed `pulumi up` of somebody leaves."""
        file = self.state / "locks" / "organization" / "preview" / stack / "0-0.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        holder = {"pid": 1, "username": user, "hostname": "gone", "timestamp": "2026-01-01T00:00:00Z"}
        file.write_text(json.dumps(holder))
        return file

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """The CLI beside the test, as the leader of a session of its own."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self._person,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def pending(self, stack: str) -> bool:
        """Whether state holds something that was begun; a file that is being written holds nothing yet."""
        with contextlib.suppress(ValueError):
            state = json.loads((self.state / "stacks" / "preview" / f"{stack}.json").read_text())
            return bool(state["checkpoint"]["latest"].get("pending_operations"))
        return False

    def databases(self) -> list[str]:
        """All databases of the workspace."""
        found = self.server.api("GET", "/v1/databases?limit=1000", token=self._person["PRISMA_SERVICE_TOKEN"])
        return sorted(each["id"] for each in found.json()["data"])

    def asked(self) -> list[str]:
        """The requests to the API, since the last time."""
        found = [f"{each['method']} {each['path']}" for each in self.server.requests()]
        self.server.clear()
        return found

    def written(self) -> list[str]:
        """Those that change something."""
        return [each for each in self.asked() if not each.startswith("GET ") and EXCHANGE not in each]


def _executable(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def _path() -> str:
    """Where the CLI and the tools of a machine are."""
    found = [shutil.which(name) for name in ("pulumi", "bash", "jq")]
    assert all(found), "the steps need pulumi, bash and jq"
    return ":".join(dict.fromkeys(str(Path(str(each)).parent) for each in found))


@pytest.fixture
def empty(tmp_path: Path, server: LocalServer) -> Iterator[Repository]:
    """A repository whose stack production has not been made."""
    with github("me/shop") as proof:
        yield Repository(tmp_path, server, proof)


@pytest.fixture
def repository(empty: Repository) -> Repository:
    """A repository whose production is up, by its workflow."""
    empty.pulumi("stack", "init", "production")
    (empty.folder / "Pulumi.production.yaml").unlink()  # as on a machine that has the checkout alone
    done = empty.run("up", "push")
    assert [(name, job.passed) for name, job in done.items()] == [("review", True), ("up", True)], done
    assert "the application can connect" in done["up"].log
    return empty


def test_github_takes_them(tmp_path: Path) -> None:
    """actionlint has nothing to say about them, nor about those of this repository."""
    shutil.copytree(EXAMPLE / ".github", tmp_path / ".github")
    (tmp_path / ".git").mkdir()
    built = subprocess.run(
        [sys.executable, "-c", ACTIONLINT], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    program = built.stdout.splitlines()[-1].strip()
    names = [str(path.relative_to(EXAMPLE)) for path in WORKFLOWS]
    ours = [str(path) for path in (ROOT / ".github" / "workflows").iterdir()]
    done = subprocess.run([program, *names, *ours], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert len(names) == 4


def test_they_are_guarded() -> None:
    """No stranger's code comes near a secret, what runs is pinned, and the review is before the approval."""
    for path in (*WORKFLOWS, *ACTIONS):
        text = path.read_text()
        for used in re.findall(r"uses: (\S.*)", text):
            assert used.startswith("./") or re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used
        assert "-latest" not in text
        assert "PRISMA_SERVICE_TOKEN" not in text  # a job has its own
    for path in WORKFLOWS:
        found = yaml.safe_load(path.read_text())
        assert "pull_request_target" not in found[True]  # YAML 1.1 reads `on` as true
        assert found["permissions"] == {}
        assert "id-token" not in found["jobs"].get("explain", {"permissions": {}})["permissions"]
    up = yaml.safe_load((EXAMPLE / ".github/workflows/up.yml").read_text())["jobs"]
    assert "environment" not in up["review"]
    assert (up["up"]["environment"], up["up"]["needs"]) == ("production", "review")
    for line in requirements():
        assert "==" in line


def requirements() -> list[str]:
    """The packages of requirements.txt."""
    lines = (EXAMPLE / "requirements.txt").read_text().splitlines()
    return [line for line in lines if not line.startswith(("#", "--"))]


def test_the_package_comes_from_a_folder(tmp_path: Path) -> None:
    """As long as pulumi-prisma is on no index, pip takes it from the wheel that I committed."""
    (needed,) = (line for line in requirements() if line.startswith("pulumi-prisma"))
    lines = (EXAMPLE / "requirements.txt").read_text().splitlines()
    (tmp_path / "requirements.txt").write_text(
        "\n".join(line for line in lines if line not in {*requirements()} - {needed})
    )
    _, _, number = needed.partition("==")
    name = "pulumi_prisma"
    wheel = f"{name}-{number}-py3-none-any.whl"
    (tmp_path / "wheels").mkdir()
    with zipfile.ZipFile(tmp_path / "wheels" / wheel, "w") as file:
        folder = f"{name}-{number}.dist-info"
        file.writestr(f"{folder}/METADATA", f"Metadata-Version: 2.1\nName: pulumi-prisma\nVersion: {number}\n")
        file.writestr(f"{folder}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{folder}/RECORD", "")
    download = ("download", "--no-deps", "--no-index", "--dest", "found", "-r", "requirements.txt")
    done = subprocess.run(
        [sys.executable, "-m", "pip", *download], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert (tmp_path / "found" / wheel).exists(), done.stderr


def test_a_pull_request_is_reviewed(repository: Repository) -> None:
    """A rename passes with a comment; a restore blocks, until a label lets it through."""
    settings = repository.folder / "Pulumi.production.yaml"
    settings.write_text(RENAMED)
    repository.asked()
    renamed = repository.pull_request("preview", "opened")
    assert [*renamed] == ["review"]
    assert renamed["review"].passed, renamed["review"].log
    assert "| renamed | Database `production` | `orders` → `sales` |" in repository.comments[0]
    assert "### Rehearsal of a migration: nothing to migrate" in repository.comments[0]
    made, removed = repository.written()  # the clone of the rehearsal
    assert (made, removed.startswith("DELETE /v1/databases/")) == ("POST /v1/databases", True)

    settings.unlink()
    backup = repository.server.backup(repository.outputs("production")["database_id"])["id"]
    repository.program(RESTORE.format(backup))
    blocked = repository.pull_request("preview", "synchronize")["review"]
    assert (blocked.steps["Review"], blocked.steps["Comment"]) == (20, 0)
    assert len(repository.comments) == 1
    assert "DATA WOULD BE LOST" in repository.comments[0]

    allowed = repository.pull_request("preview", "labeled", labels=("bug", "allow:Restore:back"))["review"]
    assert allowed.passed, allowed.log
    assert "as allowed" in repository.comments[0]


def test_a_migration_is_rehearsed(repository: Repository) -> None:
    """A migration that drops a column with values blocks; a label lets it through; a failing one is red."""
    production = repository.outputs("production")
    sql(production["direct_url"], "insert into parcels values ('paper', 1)")
    file = repository.folder / "migrations" / "003_what.sql"
    file.write_text("alter table parcels drop column what")
    before = repository.databases()
    blocked = repository.pull_request("preview", "opened")["review"]
    assert (blocked.steps["Review"], blocked.steps["Rehearse"], blocked.steps["Comment"]) == (0, 20, 0), blocked.log
    assert "> - drops column `parcels.what`: 1 of 1 row holds a value." in repository.comments[0]

    assert repository.pull_request("preview", "labeled", labels=("allow-migration",))["review"].passed
    file.write_text("alter table no_such_table drop column what")
    failed = repository.pull_request("preview", "synchronize")["review"]
    assert failed.steps["Rehearse"] == 1
    assert 'relation "no_such_table" does not exist' in repository.comments[0]
    assert len(repository.comments) == 1
    assert sql(production["direct_url"], "select what from parcels") == [("paper",)]
    assert repository.databases() == before


def test_a_failing_preview_is_never_green(repository: Repository, tmp_path: Path) -> None:
    """A program that raises, and one that breaks a policy: red, and the older comment is replaced."""
    repository.program("\nraise ValueError('no such thing')\n")
    failed = repository.pull_request("preview", "opened")["review"]
    assert failed.steps["Review"] == 1
    assert "failed" in repository.comments[0]

    repository.program(SECOND)
    repository.take_policies(tmp_path)
    broken = repository.pull_request("preview", "synchronize")["review"]
    assert broken.steps["Review"] == 1, broken.log
    assert "failed" in repository.comments[0]
    assert len(repository.comments) == 1


def test_what_was_reviewed_is_applied(repository: Repository) -> None:
    """A loss is refused before anybody is asked; an allowed one is applied; a plan that production left is not."""
    repository.program(SECOND)
    assert repository.run("up", "push")["up"].passed
    repository.program()
    refused = repository.run("up", "push")
    assert [*refused] == ["review"]
    assert refused["review"].steps["Review"] == 20
    assert "DATA WOULD BE LOST" in refused["review"].summary

    (repository.folder / "allowed").write_text("Database:second\n")
    lock = repository.lock("production", "bob")
    held = repository.run("up", "push")
    assert "created by bob@gone" in held["up"].log
    assert lock.exists()
    repository.lock("production", getpass.getuser())
    done = repository.run("up", "push")
    assert done["up"].passed, done["up"].log
    assert "The lock of a job that was killed is released." in done["up"].log
    assert not lock.exists()
    assert "second" not in repository.pulumi("stack", "export", "--stack", "production")


def test_what_was_not_reviewed_is_not_applied(repository: Repository) -> None:
    """While people approve, production is changed in Prisma Console: the job stops, and nothing is sent."""
    database = repository.outputs("production")["database_id"]

    def rename() -> None:
        repository.server.drift(database, name="elsewhere")
        repository.asked()

    done = repository.run("up", "push", meanwhile=rename)
    assert done["review"].passed
    assert "is not allowed by the plan" in done["up"].log, done["up"].log
    assert not {"POST", "PATCH", "DELETE"} & {
        each.partition(" ")[0] for each in repository.asked() if EXCHANGE not in each
    }


def test_drift_is_found_at_night(repository: Repository) -> None:
    """Nothing has changed: green. A name was changed in Prisma Console: red, and the job's page says which."""
    assert repository.run("drift", "schedule")["drift"].passed
    repository.server.drift(repository.outputs("production")["database_id"], name="elsewhere")
    found = repository.run("drift", "schedule")["drift"]
    assert found.steps["Drift"] == 10
    assert "`elsewhere` → `orders`" in found.summary


def test_an_environment_for_a_pull_request(repository: Repository) -> None:
    """Opened: a clone, migrated, and said. Pushed: the next migration. Closed, twice: gone, production as it was."""
    production = repository.outputs("production")
    sql(production["direct_url"], "insert into parcels values ('paper', 1)")
    opened = repository.pull_request("environment", "opened")
    assert [*opened] == ["up"]
    assert opened["up"].passed, opened["up"].log
    made = repository.outputs("pr-7")
    assert sql(made["direct_url"], "select what from parcels") == [("paper",)]
    assert "is ready" in repository.comments[0]
    assert made["database_id"] in repository.comments[0]

    (repository.folder / "migrations" / "003_colour.sql").write_text("alter table parcels add column colour text")
    repository.lock("pr-7", "runner")  # a run before this one was killed
    pushed = repository.pull_request("environment", "synchronize")["up"]
    assert pushed.passed, pushed.log
    assert "applied 003_colour.sql" in pushed.log
    assert sql(made["direct_url"], "select what, colour from parcels") == [("paper", None)]

    repository.close(7)
    closed = repository.pull_request("environment", "closed")
    assert [*closed] == ["closed", "destroy 7"]
    assert closed["destroy 7"].passed, closed["destroy 7"].log
    assert not connects(made["direct_url"])
    assert "is deleted" in repository.comments[0]
    assert repository.stacks() == {"production"}
    assert sql(production["direct_url"], "select * from parcels") == [("paper", 1)]
    repository.asked()
    again = repository.pull_request("environment", "closed")
    assert "There is no environment pr-7." in again["destroy 7"].log
    assert again["destroy 7"].passed
    assert repository.stacks() == {"production"}
    assert repository.asked() == []


def test_what_a_killed_job_made_goes(repository: Repository) -> None:
    """A job is killed when its database was made, and not recorded: closing the pull request leaves nothing of it."""
    production = repository.databases()
    repository.pulumi("stack", "init", "pr-7")
    repository.server.fault(method="POST", path="/v1/databases", kind="delay_after")
    with repository.start("up", "--yes", "--skip-preview", "--stack", "pr-7") as running:
        wait_until(lambda: repository.databases() != production and repository.pending("pr-7"))
        for pid in family(running.pid):
            with contextlib.suppress(ProcessLookupError):  # it ended with the one before
                os.kill(pid, signal.SIGKILL)
    repository.server.clear_faults()
    assert repository.pending("pr-7")

    repository.close(7)
    closed = repository.pull_request("environment", "closed")["destroy 7"]
    assert closed.passed, closed.log
    assert repository.databases() == production
    assert repository.stacks() == {"production"}


def test_the_sweeper(repository: Repository) -> None:
    """At night the environments of closed pull requests go; those of open ones, and of unknown ones, stay."""
    for stack in ("pr-7", "pr-8", "pr-9", "pr-team"):
        repository.pulumi("stack", "init", stack)
    repository.close(7)
    swept = repository.run("environment", "schedule")
    assert [*swept] == ["closed", "destroy 7"]
    assert all(job.passed for job in swept.values())
    assert "pr-9 stays" in swept["closed"].log
    assert repository.stacks() == {"production", "pr-8", "pr-9", "pr-team"}
    repository.close(7, "open")  # opened again, before its turn came
    assert [*repository.run("environment", "schedule")] == ["closed"]


@pytest.mark.parametrize("who", [{"of": "stranger/shop"}, {"actor": "dependabot[bot]"}], ids=["fork", "dependabot"])
def test_without_secrets(empty: Repository, who: dict[str, Any]) -> None:
    """A pull request of a fork, or of Dependabot, is told why there is neither review nor environment: green."""
    for workflow, actions in (("preview", ["opened", "labeled"]), ("environment", ["opened", "synchronize"])):
        for action in actions:
            done = empty.pull_request(workflow, action, secrets={}, **who)
            assert [*done] == ["explain"]
            assert done["explain"].passed
            assert "neither secrets nor a token" in done["explain"].summary
    assert empty.pull_request("environment", "closed", secrets={}, **who) == {}
    assert empty.asked() == []


def test_production_has_not_been_made(empty: Repository) -> None:
    """Before the stack production is made, each job says so in a sentence, and makes nothing."""
    for done in (
        empty.pull_request("preview", "opened")["review"],
        empty.pull_request("environment", "opened")["up"],
        empty.run("up", "push")["review"],
    ):
        assert done.steps["Stack"] == 1
        assert "There is no stack production in this state yet. Make it once" in done.log
    assert empty.stacks() == set()
    assert ["is not ready" in each or "the preview failed" in each for each in empty.comments] == [True, True]
    empty.pulumi("stack", "init", "production")
    done = empty.pull_request("environment", "opened")["up"]
    assert "Stack production has not been made yet" in done.log
    assert "Traceback" not in done.log
    assert empty.written() == []


@pytest.mark.parametrize(
    ("secrets", "says"),
    [
        ({}, "There is no state to work with."),
        ({"PULUMI_BACKEND_URL": "postgresql://here"}, "postgres://"),
        ({"PULUMI_BACKEND_URL": "postgres://here"}, "PULUMI_CONFIG_PASSPHRASE is not set"),
    ],
)
def test_where_the_state_is(empty: Repository, secrets: dict[str, str], says: str) -> None:
    """A secret that I forgot, or spelled as Pulumi does not, is named before anything else happens."""
    done = empty.run("drift", "schedule", secrets)["drift"]
    assert done.steps == {"Settings": 1}
    assert says in done.log
