"""The examples of a resource in its description, as Pulumi's generators and its registry read them.

Each is a program in a file of its own: `sdk/docs/examples/Database/2-from-a-backup.ts` is the second example of
Database, in TypeScript, with the title "From a backup".
"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

FOLDER = Path("sdk/docs/examples")
"""Where they are in the root of a checkout, a folder for each resource; a wheel holds the schema, and not this."""

LANGUAGES = {"ts": "typescript", "py": "python", "go": "go", "cs": "csharp", "yaml": "yaml"}
"""What each ending is called in a description."""

_BEGIN = "{{% examples %}}"


def with_examples(kind: str, description: str) -> str:
    """A description with the examples of a resource, in all languages. LookupError where it has none."""
    if not (FOLDER / kind).is_dir():
        raise LookupError(f"{kind} has no examples: sdk/docs/examples/{kind}/1-a-title.{{{','.join(LANGUAGES)}}}.")
    programs = (FOLDER / kind).glob("*.*")  # and not __pycache__
    files = sorted(programs, key=lambda file: (file.stem, [*LANGUAGES].index(file.suffix[1:])))
    examples = (_example(title, list(each)) for title, each in groupby(files, _title))
    return "\n".join((description, "", _BEGIN, "## Example Usage", *examples, "{{% /examples %}}"))


def without_examples(description: str) -> str:
    """The description alone."""
    return description.partition(_BEGIN)[0].strip()


def _example(title: str, files: list[Path]) -> str:
    programs = (f"```{LANGUAGES[file.suffix[1:]]}\n{file.read_text(encoding='utf-8')}```" for file in files)
    return "\n".join(("{{% example %}}", f"### {title}", "", *programs, "{{% /example %}}"))


def _title(file: Path) -> str:
    words = file.stem.partition("-")[2].replace("-", " ")
    return words[0].upper() + words[1:]
