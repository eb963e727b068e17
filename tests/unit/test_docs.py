"""README and the pages beside it: links lead somewhere, programs run, and commands exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pulumi
import pytest

from prisma_provider.cli.command import command
from unit.test_sdk import Mocks, loop  # noqa: F401  a fixture

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "sdk" / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((ROOT / ".github").glob("*.md"))]
PROGRAMS = {
    f"{page.name}-{number}": text
    for page in PAGES
    for number, text in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
}
COMMANDS = {
    line.partition("  #")[0].strip()
    for page in PAGES
    for block in re.findall(r"```console\n(.*?)```", page.read_text(), re.DOTALL)
    for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE)
}


def test_the_readme_is_read_in_a_minute() -> None:
    """The README has at most 150 lines; each longer part is a page of its own that it names."""
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    assert {f"sdk/docs/{page.name}" for page in DOCS.glob("*.md")} <= set(re.findall(r"\((sdk/docs/\S+\.md)\)", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    """I follow a link of the documentation and find the page."""
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", sorted((DOCS / "registry").glob("*.md")), ids=lambda page: page.name)
def test_a_page_of_the_registry_has_a_tab_for_every_language(page: Path) -> None:
    """I choose my language in Pulumi's registry: each chooser has a tab for it."""
    text = page.read_text()
    front, _, body = text.removeprefix("---\n").partition("\n---\n")
    assert {line.partition(":")[0] for line in front.splitlines()} == {"title", "meta_desc", "layout"}
    tabs = "".join(
        f"{{{{% choosable language {language} %}}}}{{{{% /choosable %}}}}"
        for language in ("typescript", "python", "go", "csharp", "yaml")
    )
    chooser = '{{< chooser language "typescript,python,go,csharp,yaml" >}}' + tabs + "{{< /chooser >}}"
    found = "".join(re.findall(r"{{[<%].*?[>%]}}", body))
    assert found and found == chooser * found.count("/chooser")


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_every_program_runs(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """I copy a program of the documentation, and it runs."""
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
    pulumi.runtime.set_mocks(Mocks(), project="shop", stack="dev", preview=False)
    settings = {f"shop:web_{name}": "postgres://me:secret@db.example/" for name in ("database_url", "direct_url")}
    pulumi.runtime.set_all_config(settings, list(settings))
    around = "import pulumi, pulumi_prisma as prisma\nshop = prisma.Project('shop')\n"
    exec(around + program, {})


@pytest.mark.parametrize("line", sorted(COMMANDS))
def test_every_command_exists(line: str) -> None:
    """I copy a command of the documentation: the program, its sub-command and its options exist."""
    for part in re.split(r" \| ", line):
        words = part.split()
        if words[0] == "pulumi-prisma":
            found = command.get_command(click.Context(command), words[1])
            assert found is not None, part
            known = {option for parameter in found.params for option in parameter.opts + parameter.secondary_opts}
            assert {word for word in words if word.startswith("--")} <= known, part
        elif words[0].startswith("./"):
            assert (ROOT / words[0]).is_file(), part
        else:
            others = (
                "mkdir",
                "source",
                "pip",
                "export",
                "prisma-local",
                "curl",
                "python",
                "terraform",
                ".venv/bin/pytest",
            )
            assert words[0] in ("pulumi", *others), part
