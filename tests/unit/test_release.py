"""What a release is made of: one version, an archive for each system, the words of the changelog."""

from __future__ import annotations

import hashlib
import re
import runpy
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples._machine.setup import ROOT

WORKFLOW = ROOT / ".github/workflows/release.yml"


@pytest.fixture(scope="module")
def release() -> dict[str, Any]:
    """`.github/release.py`."""
    return runpy.run_path(str(ROOT / ".github/release.py"))


def test_a_tag_of_another_version_is_refused(release: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """The version stands in pyproject.toml: a tag that says another one ends the release before it begins."""
    version = release["version"]()
    with pytest.raises(SystemExit, match=rf"v9.9.9.*is v{version}"):
        release["main"]("version", "v9.9.9")
    release["main"]("version", f"v{version}")
    assert capsys.readouterr().out == f"{version}\n"


def test_a_version_without_words_is_refused(
    release: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release says what is new: the section of the changelog, and that one alone."""
    scope = release["notes"].__globals__
    monkeypatch.setitem(scope, "ROOT", tmp_path)
    (tmp_path / ".github").mkdir()
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    log = tmp_path / ".github/CHANGELOG.md"
    log.write_text("# Changelog\n\n## [Unreleased]\n\n- soon\n")
    with pytest.raises(SystemExit, match=r"no section \[1.2.0\]"):
        release["notes"]()
    log.write_text("# Changelog\n\n## [1.2.0] - 2027-01-01\n\n- new\n\n## [1.1.0]\n\n- old\n")
    assert release["notes"]() == "- new"


def test_an_archive_for_each_system(release: dict[str, Any], tmp_path: Path) -> None:
    """Each holds the wheel and how it is started, is the same each time, and its checksum is listed."""
    wheel = tmp_path / "pulumi_prisma-0-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    made = release["archives"](wheel, tmp_path / "plugin")
    again = release["archives"](wheel, tmp_path / "again")
    assert [each.read_bytes() for each in made] == [each.read_bytes() for each in again]
    assert {each.name.split("-", 4)[4] for each in made} == {
        f"{system}-{machine}.tar.gz" for system in ("linux", "darwin", "windows") for machine in ("amd64", "arm64")
    }
    with tarfile.open(made[0]) as archive:
        assert archive.getnames() == ["PulumiPlugin.yaml", "__main__.py", "requirements.txt", wheel.name]
        found = archive.extractfile("requirements.txt")
        assert found is not None
        assert found.read().decode() == f"./{wheel.name}[postgres]\n"
    listed = release["checksums"](tmp_path / "plugin").read_text().splitlines()
    assert f"{hashlib.sha256(made[0].read_bytes()).hexdigest()}  {made[0].name}" in listed
    assert len(listed) == 6


def test_the_workflow_stores_no_key() -> None:
    """Every job has the least that it needs, files are built once, and what publishes waits for what tests."""
    text = WORKFLOW.read_text()
    found = yaml.safe_load(text)
    assert found["permissions"] == {"contents": "read"}
    assert set(re.findall(r"secrets\.\w+", text)) == set()
    for name in ("pypi", "npm", "nuget"):
        assert found["jobs"][name]["needs"] == ["files", "wheel"]
        assert found["jobs"][name]["permissions"]["id-token"] == "write"
    assert text.count("-m build") == 1
    for script in re.findall(r"python (\.github/\S+)", text):
        assert (ROOT / script).is_file()
