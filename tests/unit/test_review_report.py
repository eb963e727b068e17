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
    assert all(line.isprintable() for line in text.render(found).split("\n"))


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


def test_a_huge_plan_fits_into_a_comment() -> None:
    """A thousand deletions are told as a hundred and how many more, within what GitHub takes; the check blocks."""
    huge = document(*(deleted("Database", f"database-{n}-{'x' * 300}") for n in range(1000)))
    done = run(huge)
    assert done.exit_code == 20
    assert len(done.output) < 65_536
    assert "… and 9" in done.output


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
