"""How a review reads: what is lost comes first, and nobody writes into the comment but us."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from prisma_provider.review import markdown, text
from prisma_provider.review.reading import read
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import review
from unit.test_review import deleted, document, recorded, run, urn

pytestmark = pytest.mark.usefixtures("exported")
RENAME = """\
### Prisma Postgres: changes, no data is lost

Stack `shop/dev`

| | resource | |
|---|---|---|
| renamed | Database `orders` | `orders` → `sales` |

<details><summary>Calls to be made: 1</summary>

```
PATCH /v1/databases/ID {"name": "sales"}
```

</details>
"""


def test_a_comment_reads_well() -> None:
    """A rename is one line, and the call behind it."""
    found = review(read(recorded("rename")))
    (step,) = (finding.step for finding in found.findings)
    assert step.old is not None
    assert markdown.render(found).replace(str(step.old.id), "ID") == RENAME


def test_what_is_lost_comes_first() -> None:
    """Before anything else I read what data would be lost, and how to let it go if that is meant."""
    comment = markdown.render(review(read(recorded("replace"))))
    places = [
        comment.index(part) for part in ("DATA WOULD BE LOST", "[!CAUTION]", "--allow Database:orders", "Connection")
    ]
    assert places == sorted(places)
    lines = text.render(review(read(recorded("replace")))).splitlines()
    assert lines[:3] == ["shop/dev: DATA WOULD BE LOST", "", "Data that is lost"]


def test_drift_stands_apart() -> None:
    """What another hand changed is not mixed with what this pull request changes."""
    comment = markdown.render(review(read(recorded("gone"))))
    assert "**Drift.**" in comment
    assert "deleted by another hand" in comment


def _outside_code(comment: str) -> str:
    """What is left for Markdown to read: fences first, then spans, each closed by as many backticks as opened it."""
    without = re.sub(r"^(`{3,})\n.*?^\1$", "", comment, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", without)


@pytest.mark.parametrize(
    "name",
    [
        "`orders`",
        "a | b",
        "a\n\n### Approved",
        "--><img src=x>",
        "@everyone",
        "\x1b[2J",
        "](evil)",
        "``" * 9,
        "```\n# a",
        "a\u202eb\u2066c",
        "a\u200bb\u2060\ufeff\u00ad",
        "a\u3164\u115f\u2800\ufe0f\U000e0100",
        "<details><summary>x</summary>",
        "![](https://x.example/a.png)",
        "$\\\\color{red}$ #1 GH-1",
    ],
)
def test_a_name_cannot_write_into_the_comment(name: str) -> None:
    """Names come from whoever opened the pull request: they are code, on one line, and end nothing."""
    step = {"op": "update", "urn": urn("Database", name), "oldState": {"id": "db_1", "inputs": {"name": "b"}}}
    step["newState"] = {"inputs": {"name": name}}
    found = review(read(document(deleted("Database", name), step)))
    harmless = markdown.render(review(read(document(deleted("Database", "a"), {**step, "urn": urn("Database", "a")}))))
    assert _outside_code(markdown.render(found)) == _outside_code(harmless)
    rows = [line for line in markdown.render(found).split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {4}
    for said in (markdown.render(found), text.render(found)):
        assert all(line.isprintable() for line in said.split("\n"))
        assert not set(said) & set("\u3164\u115f\u2800\ufe0f\U000e0100")


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_gives_a_job_no_orders(form: str) -> None:
    """Whatever a name or a message holds, the job that prints the report is told to do nothing, nor is its terminal."""
    orders = "::error::x\n  ::add-mask::y ##[group]z \x9b2J"
    step = {"op": "update", "urn": urn("Database", orders), "oldState": {"id": "db_1", "inputs": {"name": "b"}}}
    step["newState"] = {"inputs": {"name": orders}}
    plan = read(document(deleted("Database", orders), step))
    said = FORMATS[form](review(replace(plan, stack=orders, problems=(orders,))), ())
    assert not re.search(r"^\s*::|[\x00-\x09\x7f-\x9f]", said, re.MULTILINE)
    assert form == "json" or "##[" not in said  # a program reads names as they are


@pytest.mark.parametrize("name", ["x" * 300, "`" * 300, "| " * 150, "\U0001f600" * 300, "é" * 9])
@pytest.mark.parametrize("kind", ["Database", "Connection"])
def test_a_huge_plan_fits_into_a_comment(kind: str, name: str) -> None:
    """Hundreds of anything, with any names: within what GitHub takes, and how many more there are is said."""
    gone = [deleted(kind, f"{n}-{name}", id=f"x_{n}", custom=True) for n in range(200)]
    made = [
        {"op": "create", "urn": urn("Database", f"new-{n}-{name}"), "newState": {"inputs": {"name": f"{n}-{name}"}}}
        for n in range(200)
    ]
    errors = [{"severity": "error", "urn": urn(kind, "a"), "message": f"{n} {name}"} for n in range(200)]
    for more, status in (({}, 20 if kind == "Database" else 10), ({"diagnostics": errors}, 1)):
        done = run(document(*gone, *made, **more), "--allow", f"Database:{name}")
        assert done.exit_code == status
        assert len(done.stdout.encode("utf-16-le")) / 2 < 65_536
        assert re.search(r"… and \d{3} more", done.stdout)


def test_losses_come_first_and_are_cut_last() -> None:
    """Among a thousand harmless changes and errors the one database that is lost is read first."""
    harmless = [deleted("Connection", f"connection-{n}-{'x' * 200}") for n in range(1000)]
    said = run(document(*harmless, deleted("Database", "orders"))).stdout
    assert said.index("**Database `orders`**") < said.index("Connection")
    assert "`--allow Database:orders`" in said


def test_what_is_offered_is_cut_between_names() -> None:
    """Half a name would be another one."""
    said = run(document(*(deleted("Database", f"orders-{n}", id=f"db_{n}") for n in range(1000)))).stdout
    (line,) = (each for each in said.splitlines() if each.startswith("If that is meant"))
    flags = line.split("`")[1].split("--allow ")[1:]
    assert [flag.strip() for flag in flags] == [f"Database:orders-{n}" for n in sorted(map(str, range(1000)))][
        : len(flags)
    ]
    assert line.endswith(f"… and {1000 - len(flags)} more")


def test_a_terminal_reads_it_too() -> None:
    """One line a change, and errors as sentences on stderr."""
    assert "  renamed   Database orders" in run(recorded("rename"), "--format", "text").output
    failed = run("nonsense")
    assert failed.exit_code == 1
    assert "Traceback" not in failed.output


def test_help_says_what_the_status_means() -> None:
    """`pulumi-prisma review --help` shows exit statuses and examples to paste."""
    done = run("", "--help")
    for part in ("20  data would be lost", "pulumi preview --json | pulumi-prisma review", "--allow"):
        assert part in done.output
