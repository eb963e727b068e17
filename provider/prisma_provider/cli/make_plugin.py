"""`pulumi-prisma make-plugin`: the plugin and all that it needs in one folder, for programs without a virtualenv."""

from __future__ import annotations

import compileall
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from py_compile import PycInvalidationMode

import click

NAME = "pulumi-resource-prisma"
PACKAGE = "pulumi-prisma"
OURS = ("prisma_provider", "pulumi_prisma")
# What the folder holds is compiled for one Python.
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
LAUNCHER = f"""\
#!/usr/bin/env {PYTHON}
import sys
from pathlib import Path

# What else is installed for this Python stays outside: libraries would use it where it is there.
library = Path(__file__).resolve().parent / "lib"
others = [entry for entry in sys.path if Path(entry).name not in ("site-packages", "dist-packages")]
sys.path[:] = [str(library), *others]
from prisma_provider.plugin.__main__ import main

main()
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--archive", is_flag=True, help="Pack it, too: FOLDER.tar.gz.")
def make_plugin(folder: Path, archive: bool) -> None:
    """Make a folder of the plugin with all that it needs, for programs of every language.

    It holds what is installed here, and asks no package index. FOLDER must not exist. The last line of the output is
    the command that installs it for Pulumi; whoever runs it needs the same version of Python.

    \b
    Example:
      pulumi-prisma make-plugin prisma-plugin
      pulumi plugin install resource prisma VERSION --file prisma-plugin
    """
    if folder.exists():
        raise click.ClickException(f"{folder} exists already: give another name, or remove it.")
    try:
        version = _make(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    file = shutil.make_archive(str(folder), "gztar", folder) if archive else folder
    click.echo(f"pulumi plugin install resource prisma {version} --file {file}")


def _make(folder: Path) -> str:
    """Copy what is installed, put the launcher beside it, see it start, and give its version."""
    library = folder / "lib"
    own, *others = _needed(PACKAGE, ["postgres"])
    if not any(each.name == "psycopg" for each in others):
        click.echo(
            f"Without {PACKAGE}[postgres], which is not installed here: no Migration, no waitForConnection.", err=True
        )
    for each in others:
        _copy(each, library)
    # A checkout that was installed with `-e` has its packages elsewhere, so ours are copied from where they are.
    for package in OURS:
        spec = find_spec(package)
        assert spec and spec.origin  # noqa: S101  both are installed together
        shutil.copytree(Path(spec.origin).parent, library / package, ignore=shutil.ignore_patterns("__pycache__"))
    metadata = library / f"pulumi_prisma-{own.version}.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text(own.read_text("METADATA") or "", encoding="utf-8")
    # Compiled here, since nobody may write there, or Python may be told not to (PYTHONDONTWRITEBYTECODE), as in many
    # container images; not checked against the source's time, which an installation sets anew.
    mode = PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(library, quiet=2, workers=0, stripdir=library, invalidation_mode=mode)
    launcher = folder / NAME
    launcher.write_text(LAUNCHER, encoding="utf-8")
    launcher.chmod(0o755)
    return _started(launcher)


def _needed(name: str, extras: Collection[str] = ()) -> list[Distribution]:
    """A distribution, and all that it needs and is installed: what is not, this system does not need."""
    found: dict[str, Distribution] = {}
    wanted = [(name, tuple(extras))]
    for asked, also in wanted:
        try:
            found[asked] = distribution(asked)
        except PackageNotFoundError:
            continue
        wanted += [each for each in _requirements(found[asked], also) if each not in wanted]
    return list(found.values())


def _requirements(of: Distribution, extras: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for requirement in of.requires or ():
        name, _, marker = requirement.partition(";")
        extra = re.search(r"extra\s*==\s*['\"]([\w.-]+)", marker)
        if extra is None or extra[1] in extras:
            parts = re.match(r"\s*([\w.-]+)\s*(?:\[([^]]*)\])?", name)
            assert parts  # noqa: S101  a requirement begins with a name
            also = re.split(r"\s*,\s*", parts[2]) if parts[2] else ()
            yield re.sub(r"[-_.]+", "-", parts[1]).lower(), tuple(also)


def _copy(installed: Distribution, library: Path) -> None:
    """Its files, without the commands that lie outside of the library."""
    for file in installed.files or ():
        if ".." not in file.parts and "__pycache__" not in file.parts:
            target = library / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(str(file.locate()), target)


def _started(launcher: Path) -> str:
    """The version that it says, alone: without what is installed here."""
    command = [sys.executable, "-I", "-S", "-B", str(launcher), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  what was just made
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2]
        raise click.ClickException(f"What is installed here is not complete: {reason}. Install {PACKAGE} again.")
    return done.stdout.strip()
