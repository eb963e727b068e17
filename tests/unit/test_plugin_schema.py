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
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS
from prisma_provider.plugin import schema as served
from prisma_provider.text import camel
from pulumi_prisma import native, schema

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
