"""Environment variables and service tokens over both hosts: made, unchanged, changed, refreshed, deleted; secrets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf import json_format
from pulumi import dynamic
from pulumi.output import Unknown
from pulumi.runtime import rpc
from pulumi.runtime.proto import provider_pb2

from prisma_provider import dynamic as host
from unit.service import WORKSPACE, Service
from unit.test_dynamic import process
from unit.test_plugin import Plugin, plugin

__all__ = ["plugin", "process"]

SECRET = "postgres://user:s3cret@db.example/"
UNKNOWN = Unknown()  # type: ignore[no-untyped-call]
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME


def given(service: Service, kind: str) -> dict[str, Any]:
    """What a program declares."""
    if kind == "ServiceToken":
        return {"workspaceId": WORKSPACE, "name": "ci"}
    return {"projectId": service.project()["id"], "key": "URL", "variableClass": "preview", "value": SECRET}


def is_secret(properties: Any, name: str) -> bool:
    """Whether Pulumi keeps it encrypted."""
    value = json_format.MessageToDict(properties)[name]
    return isinstance(value, dict) and value.get(rpc._special_sig_key) == rpc._special_secret_sig


@pytest.mark.parametrize("kind", ["EnvironmentVariable", "ServiceToken"])
def test_the_plugin_keeps_the_value_secret(plugin: Plugin, kind: str) -> None:
    """In the inputs, the outputs and the preview of a program that gave it in clear; then nothing differs."""
    news = given(plugin.service, kind)
    answer = plugin.call("Check", kind, news=news)
    inputs = json_format.MessageToDict(answer.inputs)
    assert "value" not in inputs or is_secret(answer.inputs, "value")
    checked = plugin.checked(kind, **news)
    preview = plugin.call("Create", kind, properties=checked, preview=True)
    assert is_secret(preview.properties, "value")
    made = plugin.call("Create", kind, properties=checked)
    assert is_secret(made.properties, "value")
    plugin.again()
    olds = {"id": made.id, "olds": made.properties}
    assert plugin.call("Diff", kind, news=checked, **olds).changes == NONE
    plugin.again()
    seen = plugin.call("Read", kind, id=made.id, properties=made.properties, inputs=answer.inputs)
    assert (seen.id, seen.properties) == (made.id, made.properties)
    plugin.again()
    plugin.call("Delete", kind, id=made.id, properties=made.properties)
    assert not (plugin.service.variables or plugin.service.tokens)


def test_the_plugin_writes_another_value_in_place(plugin: Plugin) -> None:
    """Also one that is only known after the update: the preview shows an update, and the value stays secret."""
    object_id, outputs, inputs = plugin.created("EnvironmentVariable", **given(plugin.service, "EnvironmentVariable"))
    for value in (rpc.UNKNOWN, "another"):
        plugin.again()
        found = plugin.call("Diff", "EnvironmentVariable", id=object_id, olds=outputs, news={**inputs, "value": value})
        assert (found.changes, list(found.replaces), list(found.diffs)) == (SOME, [], ["value"])
        request = {"id": object_id, "olds": outputs, "news": {**inputs, "value": value}}
        update = plugin.call("Update", "EnvironmentVariable", preview=True, **request)
        assert is_secret(update.properties, "value")
    update = plugin.call("Update", "EnvironmentVariable", **request)
    assert is_secret(update.properties, "value") and plugin.service.values[object_id] == "another"


def test_the_plugin_replaces_a_token_by_its_trigger(plugin: Plugin) -> None:
    """The engine is told which property asks for another one; it makes that first."""
    object_id, outputs, inputs = plugin.created("ServiceToken", **given(plugin.service, "ServiceToken"))
    plugin.again()
    found = plugin.call("Diff", "ServiceToken", id=object_id, olds=outputs, news={**inputs, "rotationTrigger": "2"})
    assert (list(found.replaces), found.deleteBeforeReplace) == (["rotationTrigger"], False)


@pytest.mark.skipif(not hasattr(provider_pb2, "ListRequest"), reason="this SDK of Pulumi's knows no List")
def test_lists_and_imports(plugin: Plugin) -> None:
    """`pulumi import` takes both by their ids, without their values, and says so."""
    there = plugin.service.variable(plugin.service.project()["id"], "URL")
    token = plugin.service.token("ci")
    for kind, object_id in (("EnvironmentVariable", there["id"]), ("ServiceToken", token["id"])):
        plugin.again()
        read = plugin.call("Read", kind, id=object_id)
        assert read.id == object_id and "value" not in json_format.MessageToDict(read.properties)
        request = provider_pb2.ListRequest(token=f"prisma:index:{kind}")
        (listed,) = list(plugin.provider.List(request, None))  # type: ignore[arg-type]
        assert listed.result.id == object_id


@pytest.fixture
def again(process: Service) -> Iterator[Any]:
    """A new process of the provider."""

    def begin() -> None:
        host._process._live = process.live()

    yield begin


@pytest.mark.parametrize("kind", ["EnvironmentVariable", "ServiceToken"])
def test_the_dynamic_host(process: Service, again: Any, kind: str) -> None:
    """Made, unchanged, refreshed without a change, and deleted."""
    provider = host.ServiceTokenProvider() if kind == "ServiceToken" else host.EnvironmentVariableProvider()
    checked = provider.check({}, {"identity": "url-" + "0" * 16, **given(process, kind)})
    assert not checked.failures
    made = provider.create(checked.inputs)
    again()
    assert provider.diff(made.id, dict(made.outs or {}), checked.inputs).changes is False
    again()
    assert provider.read(made.id, dict(made.outs or {})).outs == made.outs
    again()
    provider.delete(made.id, dict(made.outs or {}))
    assert not (process.variables or process.tokens)


def test_the_dynamic_host_writes_another_value(
    process: Service, again: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Known or not yet: an update, without a word of the value."""
    provider: dynamic.ResourceProvider = host.EnvironmentVariableProvider()
    checked = provider.check({}, {"identity": "url-" + "0" * 16, **given(process, "EnvironmentVariable")})
    made = provider.create(checked.inputs)
    for value in (UNKNOWN, "another-s3cret"):
        again()
        found = provider.diff(made.id, dict(made.outs or {}), {**checked.inputs, "value": value})
        assert (found.changes, found.replaces) == (True, [])
    again()
    updated = provider.update(made.id, dict(made.outs or {}), {**checked.inputs, "value": "another-s3cret"})
    assert process.values[made.id] == "another-s3cret" == (updated.outs or {})["value"]
    assert "s3cret" not in capsys.readouterr().err


def test_an_import_is_no_wrong_input(plugin: Plugin) -> None:
    """`pulumi import` checks what Prisma shows, which has no value: that is no problem of mine. A program needs one."""
    variable, token = plugin.service.variable(plugin.service.project()["id"], "URL"), plugin.service.token("ci")
    plugin.imports("EnvironmentVariable", variable["id"])
    plugin.imports("ServiceToken", token["id"], "ci")
    plugin.again()
    news = {name: value for name, value in given(plugin.service, "EnvironmentVariable").items() if name != "value"}
    assert plugin.call("Check", "EnvironmentVariable", "another", news=news).failures
