"""The schema of the plugin: everything that can be declared is in it, in words, and secrets are marked."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto.provider_pb2 import GetSchemaResponse

import pulumi_prisma
from prisma_local.rules.regions import REGIONS
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS
from prisma_provider.plugin import schema as served
from prisma_provider.text import camel
from pulumi_prisma import native, schema
from pulumi_prisma.schema_examples import FOLDER, LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGE = schema.package()
TYPE = "prisma:index:"


def test_the_files_are_what_the_code_says() -> None:
    """The schema and the reference page say what the classes say: `python -m pulumi_prisma.schema` writes both."""
    assert (ROOT / schema.SCHEMA).read_text(encoding="utf-8") == schema.text(PACKAGE)
    assert (ROOT / schema.REFERENCE).read_text(encoding="utf-8") == schema.reference(PACKAGE)


def test_the_plugin_serves_the_version_that_is_installed() -> None:
    """`pulumi package get-schema` names the version that I installed, and everything else of the file."""
    assert PACKAGE["version"] == version("pulumi-prisma")
    assert json.loads(GetSchemaResponse.FromString(served.response()).schema) == PACKAGE


def test_it_says_where_it_comes_from() -> None:
    """Where the plugin is downloaded from, the pages of the registry and the package's own are one repository."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert (PACKAGE["repository"], PACKAGE["homepage"]) == (urls["Repository"], urls["Homepage"])
    assert PACKAGE["pluginDownloadURL"] == PACKAGE["repository"].replace("https://", "github://api.")
    assert PACKAGE["publisher"]
    _, found, logo = PACKAGE["logoUrl"].partition("/main/")
    assert found and (ROOT / logo).is_file()


@pytest.mark.parametrize("kind", HANDLERS)
def test_the_sdk_and_the_schema_declare_the_same(kind: str) -> None:
    """What I can pass in Python I can pass in every language, and the other way round."""
    resource = PACKAGE["resources"][TYPE + kind]
    arguments = inspect.signature(getattr(pulumi_prisma, kind)).parameters
    given = {camel(name): p for name, p in arguments.items() if name not in ("resource_name", "opts")}
    assert set(given) == set(resource["inputProperties"])
    required = {name for name, parameter in given.items() if parameter.default is inspect.Parameter.empty}
    assert required == set(resource["requiredInputs"])
    outputs = {camel(name) for name in getattr(pulumi_prisma, kind)._outputs()}
    assert outputs <= set(resource["properties"])


@pytest.mark.parametrize("kind", HANDLERS)
def test_what_only_a_create_tells_is_a_secret(kind: str) -> None:
    """Passwords and connection strings are secrets in every language."""
    once = {field.name for field in HANDLERS[kind].fields if field.kind == "once"}
    properties = PACKAGE["resources"][TYPE + kind]["properties"]
    assert {name for name, found in properties.items() if found.get("secret")} == once
    assert set(getattr(pulumi_prisma, kind)._secrets) == {
        re.sub("[A-Z]", lambda m: "_" + m[0].lower(), n) for n in once
    }


def described(found: Any, path: str = "") -> list[str]:
    """The paths of properties that no words describe."""
    if not isinstance(found, dict):
        return []
    missing = []
    for key, value in found.items():
        if key in ("properties", "inputProperties", "variables"):
            missing += [
                f"{path}/{name}" for name, each in value.items() if not each.get("description", "").endswith(".")
            ]
        missing += described(value, f"{path}/{key}")
    return missing


def test_everything_is_described() -> None:
    """Every property, type and function says what it is, in a sentence."""
    assert described(PACKAGE) == []
    for part in ("resources", "functions", "types"):
        assert all(found["description"] for found in PACKAGE[part].values())


def test_every_function_is_there() -> None:
    """The functions of Python are those of every language, with the same arguments."""
    assert set(PACKAGE["functions"]) == {TYPE + name for name in FUNCTIONS}
    for name, function in FUNCTIONS.items():
        inputs = PACKAGE["functions"][TYPE + name]["inputs"]
        python = inspect.signature(getattr(pulumi_prisma, re.sub("[A-Z]", lambda m: "_" + m[0].lower(), name)))
        assert set(inputs["properties"]) == {argument.name for argument in function.arguments}
        assert set(inputs["properties"]) == {camel(argument) for argument in python.parameters if argument != "opts"}


ENUMERATED = ("region", "defaultRegion", "status", "role", "kind", "backupType", "variableClass")


def named(found: Any) -> list[tuple[str, Any]]:
    """Every property with its name, wherever it stands."""
    if not isinstance(found, dict):
        return []
    own = [
        pair
        for key, value in found.items()
        if key in ("properties", "inputProperties") and "enum" not in found
        for pair in value.items()
    ]
    return own + [pair for value in found.values() for pair in named(value)]


def test_an_editor_offers_values_and_takes_others() -> None:
    """Regions and the like are offered by my editor; one that came later compiles: no type of the schema is closed."""
    enumerations = {f"#/types/{name}" for name, found in PACKAGE["types"].items() if "enum" in found}
    open_ones = [found["oneOf"] for name, found in named(PACKAGE) if name in ENUMERATED]
    open_ones.append(PACKAGE["types"][TYPE + "DatabaseSource"]["properties"]["type"]["oneOf"])
    assert all(string == {"type": "string"} and reference["$ref"] in enumerations for string, reference in open_ones)
    used = re.findall(r'"(#/types/[^"]+)"', json.dumps(PACKAGE))
    assert {each for each in used if each in enumerations} == enumerations
    assert sum(each in enumerations for each in used) == len(open_ones)
    assert {each["value"] for each in PACKAGE["types"][TYPE + "Region"]["enum"]} == set(REGIONS)


@pytest.mark.parametrize("kind", ["Database", "Connection", "Environment"])
def test_a_connection_string_is_always_there(kind: str) -> None:
    """`DATABASE_URL: orders.databaseUrl` compiles in strict TypeScript: of what Pulumi has made it is there."""
    assert {"databaseUrl", "directUrl"} <= set(PACKAGE["resources"][TYPE + kind]["required"])


def test_what_a_replacement_changes_is_not_called_unchangeable() -> None:
    """A property that `allowReplace` lets me change says so."""
    for name in ("projectId", "region", "source"):
        text = PACKAGE["resources"][TYPE + "Database"]["inputProperties"][name]["description"]
        assert "A change is refused unless `allowReplace` is true, because it replaces the database." in text
    assert "it cannot change" not in served.text()


def test_what_is_refused_is_no_replacement() -> None:
    """The registry marks what is replaced by a change: no property whose change is refused whatever I set."""
    for resource in PACKAGE["resources"].values():
        for found in resource["inputProperties"].values():
            refused = re.search(r"[Aa] change is refused(?! unless)", found["description"])
            assert not (refused and found.get("willReplaceOnChanges"))


@pytest.mark.parametrize("token", PACKAGE["resources"])
def test_every_resource_has_an_example_in_every_language(token: str) -> None:
    """The registry shows me an example in my language; the docstring that a Python editor shows stays short."""
    kind = token.removeprefix(TYPE)
    description = PACKAGE["resources"][token]["description"]
    first, *others = description.split("{{% example %}}\n### ")
    assert first.endswith("{{% examples %}}\n## Example Usage\n") and others
    for example in others:
        assert re.findall(r"```([a-z]+)\n", example) == [*LANGUAGES.values()]
    assert "{{%" not in getattr(pulumi_prisma, kind).__doc__


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.cs")), ids=lambda file: file.stem)
def test_an_example_in_csharp_names_what_there_is(file: Path) -> None:
    """No compiler of C# is here: the names of its properties and classes are at least those of the schema."""
    text = file.read_text(encoding="utf-8")
    inputs = {name for name, _ in named(PACKAGE)}
    assert {name[0].lower() + name[1:] for name in re.findall(r"\b([A-Z]\w+) = (?!Pulumi)", text)} <= inputs
    assert {TYPE + name for name in re.findall(r"new Prisma\.(\w+)\(", text)} <= set(PACKAGE["resources"])
    outputs = set(re.findall(r"= [a-z]\w*\.([A-Z]\w+)", text)) - {"Id"}
    assert {name[0].lower() + name[1:] for name in outputs} <= inputs


def test_the_environment_is_no_default_of_the_schema() -> None:
    """A token of the environment must not be copied into inputs, where it would stand in state."""
    assert "defaultInfo" not in served.text()
    assert PACKAGE["config"]["variables"]["serviceToken"]["secret"] is True


def test_both_hosts_have_the_same_names() -> None:
    """I choose the host by my import: whatever one offers, the other does."""
    assert set(native.__all__) == {*pulumi_prisma.__all__, "Provider"}
    for kind in HANDLERS:
        one, other = getattr(pulumi_prisma, kind), getattr(native, kind)
        assert inspect.signature(one) == inspect.signature(other)
        assert one.__doc__ == other.__doc__
