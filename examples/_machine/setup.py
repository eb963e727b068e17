"""From a machine with Python to one that can run Pulumi programs."""

import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .console import Console
from .engine import Engine, Engines, cache_home, waiting_lock
from .installation import Installation, LowestInstallation
from .processes import Processes

ROOT = Path(__file__).resolve().parents[2]
# What could lead to somebody's account, or make Python import something else than what was installed.
FOREIGN = (
    *("PRISMA_SERVICE_TOKEN", "PRISMA_API_BASE_URL", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    *("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP"),
)


@dataclass(frozen=True)
class Machine:
    """What the set-up found or made."""

    environment_folder: Path
    engine: Engine
    hosts: tuple[Path, ...] = ()
    """Folders of hosts for other languages than Python."""

    @property
    def python(self) -> Path:
        """The interpreter that has the project installed."""
        return self.environment_folder / "bin" / "python"

    @property
    def path(self) -> str:
        """The folders that go first on PATH: the language host takes the first `python3` it meets."""
        return os.pathsep.join(map(str, [self.environment_folder / "bin", self.engine.bin, *self.hosts]))

    def environment(self) -> dict[str, str]:
        """The environment of every child: ours, without anything that leads elsewhere."""
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith("PULUMI_") and name not in FOREIGN
        }
        kept["PATH"] = f"{self.path}{os.pathsep}{kept.get('PATH', os.defpath)}"
        kept["VIRTUAL_ENV"] = str(self.environment_folder)
        return kept | quiet()


def quiet() -> dict[str, str]:
    """Settings under which Pulumi asks nobody for anything."""
    return {"PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true"}


def backend(folder: Path, passphrase: str) -> dict[str, str]:
    """Settings under which Pulumi keeps everything in one folder."""
    for name in ("state", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_CONFIG_PASSPHRASE": passphrase,
    }


def prepare(console: Console, processes: Processes, extra: str, languages: Collection[str] = ()) -> Machine:
    """Both steps of the set-up; each is done in a moment when nothing has changed."""
    with console.step("Python environment"):
        installation = Installation(console, processes, ROOT)
        with _checkout_locked(console):
            installation.ensure(extra)
    with console.step("Pulumi"):
        engines = Engines(console, processes, installation.python)
        engine = engines.cli()
        console.say(f"{engine.version}, {engine.origin}: {engine.bin}")
        hosts = [engines.yaml_host(engine)] if "yaml" in languages else []
        hosts += [engines.node_host()] if "nodejs" in languages else []
        hosts += [engines.go_host(engine)] if "go" in languages else []
    return Machine(installation.folder, engine, tuple(hosts))


def prepare_lowest(console: Console, processes: Processes) -> Path:
    """The environment with the lowest versions that we declare."""
    with console.step("Python environment of the lowest declared versions"), _checkout_locked(console):
        installation = LowestInstallation(console, processes, ROOT)
        installation.make()
    return installation.folder


@contextmanager
def _checkout_locked(console: Console) -> Iterator[None]:
    # Not inside .venv: making that anew must not take the lock away.
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    with waiting_lock(cache_home() / f"checkout-{checkout}.lock", console, "the environment"):
        yield
