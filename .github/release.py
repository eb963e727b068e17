"""What a release is made of, for release.yml and for the tests: the same commands here and there.

python .github/release.py version v0.1.0          # the version; fails where the tag is another one
python .github/release.py notes                   # what the changelog says of it
python .github/release.py archives WHEEL FOLDER   # the plugin, for every system
python .github/release.py checksums FOLDER        # SHA256SUMS of what is in it
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import sys
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SYSTEMS = tuple(f"{system}-{machine}" for system in ("linux", "darwin", "windows") for machine in ("amd64", "arm64"))
"""What Pulumi's engine asks a release for. The archives hold the same: Python runs on all of them."""
PLUGIN = """\
# Pulumi makes a virtualenv of requirements.txt beside this file, with the Python on PATH (3.11 to 3.14), and starts
# __main__.py in it.
name: prisma
runtime:
  name: python
  options:
    virtualenv: venv
"""


def version(tag: str | None = None) -> str:
    """The version, which stands in pyproject.toml alone; an error where a tag says another one."""
    declared: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    if tag is not None and tag != f"v{declared}":
        sys.exit(f"The tag is {tag}, and pyproject.toml says {declared}: the tag of this version is v{declared}.")
    return declared


def notes() -> str:
    """The section of the changelog on this version."""
    text = (ROOT / ".github/CHANGELOG.md").read_text(encoding="utf-8")
    found = re.search(rf"^## \[{re.escape(version())}\][^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        sys.exit(f"The changelog has no section [{version()}]: name what is under [Unreleased] so.")
    return found[1].strip()


def archives(wheel: Path, folder: Path) -> list[Path]:
    """The plugin as `pulumi plugin install` takes it, one file for each system: the wheel, and how it is started."""
    files = {
        "PulumiPlugin.yaml": PLUGIN.encode(),
        "__main__.py": (ROOT / "provider/__main__.py").read_bytes(),
        "requirements.txt": f"./{wheel.name}[postgres]\n".encode(),
        wheel.name: wheel.read_bytes(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    packed = _packed(files)
    made = [folder / f"pulumi-resource-prisma-v{version()}-{system}.tar.gz" for system in SYSTEMS]
    for each in made:
        each.write_bytes(packed)
    return made


def _packed(files: dict[str, bytes]) -> bytes:
    """A tar.gz that is the same each time it is made of the same files."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), mtime=0)


def checksums(folder: Path) -> Path:
    """SHA256SUMS, as `sha256sum --check` reads it."""
    files = sorted(each for each in folder.iterdir() if each.is_file() and each.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in files]
    made = folder / "SHA256SUMS"
    made.write_text("".join(lines), encoding="utf-8")
    return made


def main(command: str, *arguments: str) -> None:
    """One command of those above."""
    match command, arguments:
        case "version", (*tag,) if len(tag) < 2:
            print(version(*tag))
        case "notes", ():
            print(notes())
        case "archives", (wheel, folder):
            print(*archives(Path(wheel), Path(folder)), sep="\n")
        case "checksums", (folder,):
            print(checksums(Path(folder)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:] or ("",))
