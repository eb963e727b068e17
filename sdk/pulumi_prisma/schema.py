"""The schema of the plugin and the reference pages, derived from the classes of this package.

Name, type, words and secrecy of a property are those of its class in Python, which an editor shows; the handlers'
fields say how it behaves. `python -m pulumi_prisma.schema` in the root of a checkout writes both files; a test fails
while one of them is stale.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pulumi_prisma
from prisma_provider.diff import Field
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS
from prisma_provider.plugin.reading import QUERIES
from prisma_provider.text import camel, snake, words
from pulumi_prisma import native, results
from pulumi_prisma.enumerations import ENUMERATIONS, enumeration_of
from pulumi_prisma.schema_examples import with_examples, without_examples

SCHEMA = Path("provider/prisma_provider/plugin/schema.json")
REFERENCE = Path("sdk/docs/reference.md")
REPOSITORY = "prisma/pulumi-prisma"
"""The project on GitHub, whose releases hold the plugin; `[project.urls]` in pyproject.toml says the same."""
HIDDEN = ("ignoreChanges", "customTimeouts", "deletedWith")
"""Settings that are Pulumi's options here."""
_NEVER_REPLACED = ("Project", "DatabaseSet")
"""What only a replacement could change is refused there, whatever is set."""

_TYPE = "prisma:index:"
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "str": {"type": "string"},
    "bool": {"type": "boolean"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "Any": {"$ref": "pulumi.json#/Any"},
    "str | bool": {"oneOf": [{"type": "string"}, {"type": "boolean"}]},
    "CloneOf | BackupOf": {"$ref": f"#/types/{_TYPE}DatabaseSource"},
    "Migrate": {"$ref": f"#/types/{_TYPE}Migrate"},
    "list[str]": {"type": "array", "items": {"type": "string"}},
    "Sequence[str]": {"type": "array", "items": {"type": "string"}},
    "bool | Mapping[str, str]": {
        "oneOf": [{"type": "boolean"}, {"type": "object", "additionalProperties": {"type": "string"}}]
    },
    "Mapping[str, str]": {"type": "object", "additionalProperties": {"type": "string"}},
    "Mapping[str, Any]": {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
    "Mapping[str, str] | Sequence[str]": {
        "oneOf": [
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "array", "items": {"type": "string"}},
        ]
    },
}
_SOURCE = "`{type: database, databaseId: …}` or `{type: backup, databaseId: …, backupId: …}`"


class Word(NamedTuple):
    """What Python says of a property: its type, as it is written, and what it is, in a sentence."""

    type: str
    text: str
    optional: bool = True
    enumeration: str | None = None

    def schema(self, secret: bool = False) -> dict[str, Any]:
        """The same as the schema has it."""
        type_ = _open_enumeration(self.enumeration) if self.enumeration else _TYPES[self.type]
        return {**type_, "description": self.text, **({"secret": True} if secret else {})}


def _open_enumeration(name: str) -> dict[str, Any]:
    """Values that an editor offers, and any other string: alone, an enumeration is closed in TypeScript and Go."""
    return {"oneOf": [{"type": "string"}, {"$ref": f"#/types/{_TYPE}{name}"}]}


def package() -> dict[str, Any]:
    """The whole schema. Environment variables are no defaults in it: what a default gives stands in state."""
    settings = {name: word.schema(name == "serviceToken") for name, word in _arguments(native.Provider).items()}
    return {
        "name": "prisma",
        "version": version("pulumi-prisma"),
        "displayName": "Prisma Postgres",
        "description": "Prisma Postgres as code: projects, branches, databases and connections. No edit of a property "
        "destroys data.",
        "keywords": ["pulumi", "prisma", "postgresql", "category/database", "kind/native"],
        "homepage": "https://www.prisma.io/postgres",
        "repository": f"https://github.com/{REPOSITORY}",
        "logoUrl": f"https://raw.githubusercontent.com/{REPOSITORY}/main/sdk/docs/logo.svg",
        "publisher": "Prisma",
        "license": "Apache-2.0",
        "pluginDownloadURL": f"github://api.github.com/{REPOSITORY}",
        "config": {"variables": settings},
        "provider": {
            "description": "An account of Prisma: declare one to use several in one program.",
            "inputProperties": settings,
        },
        "types": {
            _TYPE + "DatabaseSource": _source(),
            _TYPE + "Migrate": _result(pulumi_prisma.Migrate),
            **{_TYPE + name.removeprefix("Get"): _result(getattr(results, name)) for name in results.__all__},
            **{_TYPE + name: each.schema() for name, each in ENUMERATIONS.items()},
        },
        "resources": {
            **{_TYPE + kind: _resource(kind, handler.fields) for kind, handler in HANDLERS.items()},
            _TYPE + "Environment": _component(pulumi_prisma.Environment),
        },
        "functions": {_TYPE + name: _function(name) for name in FUNCTIONS},
        "language": {
            "nodejs": {"packageName": "pulumi-prisma", "respectSchemaVersion": True},
            "go": {"respectSchemaVersion": True},
            "csharp": {"respectSchemaVersion": True},
            # `pulumi_prisma` is the package that this schema comes with, and needs no generated one beside it.
            "python": {
                "packageName": "pulumi_prisma_sdk",
                "respectSchemaVersion": True,
                "pyproject": {"enabled": True},
            },
        },
    }


def _resource(kind: str, fields: Iterable[Field]) -> dict[str, Any]:
    of = getattr(pulumi_prisma, kind)
    inputs, outputs = _arguments(of), _attributes(of)
    properties = {f.name: outputs.get(f.name) or inputs.get(f.name) or _elsewhere(f.name) for f in _shown(fields)}
    replacing = {field.name for field in fields if field.kind == "replace" and kind not in _NEVER_REPLACED}
    listed = {"listInputs": {"properties": {name: properties[name].schema() for name in QUERIES.get(kind, ())}}}
    return {
        "description": with_examples(kind, _paragraphs(of.__doc__)),
        "inputProperties": {
            name: word.schema(snake(name) in of._secrets)
            | ({"willReplaceOnChanges": True} if name in replacing else {})
            for name, word in inputs.items()
        },
        "requiredInputs": _required(inputs),
        "properties": {name: word.schema(snake(name) in of._secrets) for name, word in properties.items()},
        "required": [name for name, word in properties.items() if name in outputs and not word.optional],
        **(listed if kind in QUERIES else {}),
    }


def _component(of: type[pulumi_prisma.Environment]) -> dict[str, Any]:
    """A component: what it is made of is no output in other languages."""
    inputs, attributes = _arguments(of), _attributes(of)
    outputs = {name: attributes[name] for name in map(camel, of.OUTPUTS)}
    secrets = {camel(name) for name in pulumi_prisma.Connection._secrets}
    return {
        "isComponent": True,
        "description": with_examples(of.__name__, _paragraphs(of.__doc__)),
        "inputProperties": {name: word.schema() for name, word in inputs.items()},
        "requiredInputs": _required(inputs),
        "properties": {name: word.schema(name in secrets) for name, word in outputs.items()},
        "required": _required(outputs),
    }


def missing() -> list[str]:
    """What a property still lacks in one of the places where it is declared: a sentence each, which names the file."""
    return [line for kind in HANDLERS for line in (*_missing_in_python(kind), *_missing_in_provider(kind))]


def _missing_in_python(kind: str) -> Iterable[str]:
    file = f"sdk/pulumi_prisma/{_file(kind)}"
    of, result = getattr(pulumi_prisma, kind), getattr(results, f"Get{kind}Result", None)
    inputs, answered = _arguments(of), _attributes(result) if result else {}
    used = {each.id for each in ast.walk(_function_of(_tree(of))) if isinstance(each, ast.Name)}
    for name in map(snake, inputs):
        if name not in used:
            yield f"{kind}: `{name}` is not passed on by __init__ in {file}."
    for field in _shown(HANDLERS[kind].fields):
        if field.kind in ("patch", "replace", "setting") and field.name not in inputs:
            yield f"{kind}: `{snake(field.name)}` is no argument in {file}."
        if result and field.is_held and field.name not in answered:
            yield f"{kind}: `{snake(field.name)}` is no attribute of {result.__name__} in sdk/pulumi_prisma/results.py."


def _missing_in_provider(kind: str) -> Iterable[str]:
    of, fields, model = getattr(pulumi_prisma, kind), HANDLERS[kind].fields, HANDLERS[kind].model
    for name in sorted({*_arguments(of), *_attributes(of)} - {field.name for field in fields}):
        yield f"{kind}: `{name}` is no field in provider/prisma_provider/handlers/{_file(kind)}."
    for attribute in (field.path.partition(".")[0] for field in fields if field.is_held):
        if attribute not in model.model_fields and not hasattr(model, attribute):
            yield f"{kind}: {model.__name__} has no `{attribute}` in provider/prisma_provider/api/models.py."


def _file(kind: str) -> str:
    return f"{words(kind).replace(' ', '_')}.py"


def _shown(fields: Iterable[Field]) -> list[Field]:
    return [field for field in fields if field.name not in HIDDEN]


def _elsewhere(name: str) -> Word:
    """What is in a resource's state, and Python does not show there, is what it is in another one."""
    found = (_attributes(getattr(pulumi_prisma, kind)).get(name) for kind in HANDLERS)
    return next(word for word in found if word)


def _source() -> dict[str, Any]:
    words = _attributes(pulumi_prisma.CloneOf) | _attributes(pulumi_prisma.BackupOf)
    text = "`database` for a copy of a database as it is, `backup` for one of its backups."
    kind = Word("str", text, optional=False, enumeration=enumeration_of("DatabaseSource", "type"))
    return {
        "type": "object",
        "description": "What a database starts with.",
        "properties": _properties({"type": kind} | words),
        "required": ["type", "databaseId"],
    }


def _result(of: type) -> dict[str, Any]:
    words = _attributes(of)
    return {
        "type": "object",
        "description": _text(of.__doc__),
        "properties": _properties(words),
        "required": _required(words),
    }


def _properties(words: Mapping[str, Word]) -> dict[str, Any]:
    return {name: word.schema() for name, word in words.items()}


def _required(words: Mapping[str, Word]) -> list[str]:
    return [name for name, word in words.items() if not word.optional]


def _function(name: str) -> dict[str, Any]:
    function = getattr(pulumi_prisma, snake(name))
    returned = str(inspect.signature(function).return_annotation)
    result = returned.removeprefix("list[").removesuffix("]")
    inputs = _arguments(function, _attributes(getattr(results, result)))
    required = [argument.name for argument in FUNCTIONS[name].arguments if argument.required]
    outputs = _result(getattr(results, result))
    if result != returned:
        listed = name.removeprefix("get")[0].lower() + name.removeprefix("get")[1:]
        item = {"$ref": f"#/types/{_TYPE}{result.removeprefix('Get')}"}
        items = {"type": "array", "items": item, "description": _text(function.__doc__)}
        outputs = {"type": "object", "properties": {listed: items}, "required": [listed]}
    return {
        "description": _text(function.__doc__),
        "inputs": {"type": "object", "properties": _properties(inputs), "required": required},
        "outputs": outputs,
    }


def _arguments(of: Any, others: Mapping[str, Word] | None = None) -> dict[str, Word]:
    """What can be given, by its names in state: the parameters, with their own words, or those that `others` have."""
    function = _function_of(_tree(of))
    texts = dict(re.findall(r":param (\w+): (.+?)(?=\n:param|\Z)", ast.get_docstring(function) or "", re.DOTALL))
    arguments = function.args
    defaults = [*[None] * (len(arguments.args) - len(arguments.defaults)), *arguments.defaults, *arguments.kw_defaults]
    found = {}
    for each, default in zip((*arguments.args, *arguments.kwonlyargs), defaults, strict=True):
        if each.annotation is not None and each.arg not in ("resource_name", "opts"):
            text = _text(texts[each.arg]) if each.arg in texts else _words(of, others, each.arg)
            name = camel(each.arg)
            found[name] = Word(_type(each.annotation), text, default is not None, enumeration_of(of.__name__, name))
    return found


def _words(of: Any, others: Mapping[str, Word] | None, argument: str) -> str:
    if camel(argument) not in (others or {}):
        raise LookupError(f"{of.__module__}.{of.__name__}: `{argument}` needs a line `:param {argument}: …`.")
    return (others or {})[camel(argument)].text


def _attributes(of: type) -> dict[str, Word]:
    """What can be read, by its names in state: what the class annotates and says beneath it, and its properties."""
    body = _tree(of).body
    found = {}
    for each, after in zip(body, (*body[1:], None), strict=True):
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and isinstance(after, ast.Expr):
            name, type_, text = each.target.id, each.annotation, ast.literal_eval(after.value)
        elif isinstance(each, ast.FunctionDef) and isinstance(getattr(of, each.name), property) and each.returns:
            name, type_, text = each.name, each.returns, ast.get_docstring(each)
        else:
            continue
        optional = "None" in ast.unparse(type_)
        found[camel(name)] = Word(_type(type_), _text(text), optional, enumeration_of(of.__name__, camel(name)))
    return found


@cache
def _tree(of: Any) -> ast.ClassDef | ast.FunctionDef:
    (found,) = ast.parse(inspect.getsource(of)).body
    assert isinstance(found, ast.ClassDef | ast.FunctionDef)  # noqa: S101  what inspect gives is one of the two
    return found


def _function_of(tree: ast.ClassDef | ast.FunctionDef) -> ast.FunctionDef:
    """The function itself, or what makes an object of the class."""
    if isinstance(tree, ast.FunctionDef):
        return tree
    return next(each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "__init__")


def _type(annotation: ast.expr) -> str:
    """A type without what wraps it (`Input`, `Output`), and without None."""
    if isinstance(annotation, ast.BinOp):
        parts = dict.fromkeys((_type(annotation.left), _type(annotation.right)))
        return " | ".join(part for part in parts if part != "None")
    if isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) in ("Input", "Output"):
        return _type(annotation.slice)
    if isinstance(annotation, ast.Subscript):
        given = annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
        return f"{ast.unparse(annotation.value)}[{', '.join(map(_type, given))}]"
    return ast.unparse(annotation)


def _paragraphs(doc: str | None) -> str:
    """The docstring of a class: its paragraphs, and the points of its lists."""
    parts = re.split(r"\n\n|\n(?=- )", inspect.cleandoc(doc or ""))
    return "".join(("\n" if part.startswith("- ") else "\n\n") + _text(part) for part in parts).strip()


def _text(doc: str | None) -> str:
    """A docstring as the schema has it: one paragraph, names and values as every language but Python writes them."""
    text = " ".join(inspect.cleandoc(doc or "").partition("\n:param")[0].split()).replace("``", "`")
    text = text.replace("`CloneOf(…)` or `BackupOf(…)`", _SOURCE)
    text = re.sub(r"(?<=[`.])[a-z]+(?:_[a-z]+)+(?=[`=])", lambda m: camel(m[0]), text)
    text = "".join(map(_truths, re.split(r"(`[^`]*`)", text)))
    return text[:1].upper() + text[1:].rstrip(".") + "." if text else ""


def _truths(part: str) -> str:
    """True and False as other languages write them, in code or as code."""
    mark = "" if part.startswith("`") else "`"
    return re.sub(r"\b(True|False)\b", lambda m: f"{mark}{m[1].lower()}{mark}", part)


def text(schema: Mapping[str, Any]) -> str:
    """A schema as the file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def reference(schema: Mapping[str, Any]) -> str:
    """Every resource and function of a schema, as a page of Markdown."""
    lines = (*_resources(schema["resources"]), *_functions(schema["functions"]))
    return "\n".join(("# Reference", "", _NOTE, "", *lines))


_NOTE = (
    "Every resource and function, with the names that every language but Python writes (`projectId`; in Python "
    "`project_id`). `python -m pulumi_prisma.schema` writes this page."
)


def _resources(resources: Mapping[str, Any]) -> Iterable[str]:
    for token, resource in resources.items():
        inputs, outputs = resource["inputProperties"], resource["properties"]
        words = without_examples(resource["description"])
        yield from (f"## {token.removeprefix(_TYPE)}", "", words, "", "**Inputs**", "")
        yield from _table(inputs, resource["requiredInputs"])
        yield from ("**Outputs**", "")
        # A secret that can be given need not stay the same: a rotation gives a new one.
        shown = {name: found for name, found in outputs.items() if name not in inputs or found.get("secret")}
        yield from _table(shown, ())


def _functions(functions: Mapping[str, Any]) -> Iterable[str]:
    for token, function in functions.items():
        yield from (f"## {token.removeprefix(_TYPE)}", "", function["description"], "")
        yield from _table(function["inputs"]["properties"], function["inputs"]["required"])


def _table(properties: Mapping[str, Any], required: Iterable[str]) -> Iterable[str]:
    if properties:
        yield from ("| name | | |", "|---|---|---|")
        for name, found in properties.items():
            notes = [word for word, holds in (("required", name in required), ("secret", found.get("secret"))) if holds]
            yield f"| `{name}` | {', '.join(notes)} | {found['description']} |"
        yield ""


if __name__ == "__main__":
    made = package()
    SCHEMA.write_text(text(made), encoding="utf-8")
    REFERENCE.write_text(reference(made), encoding="utf-8")
