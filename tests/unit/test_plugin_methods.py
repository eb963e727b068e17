"""The plugin answers before it has loaded what carries out resources, and what Pulumi said by then is not lost."""

from __future__ import annotations

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any, cast

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import rpc
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from prisma_provider import signatures
from prisma_provider.plugin import schema
from prisma_provider.plugin.engine import Engine
from prisma_provider.plugin.methods import SERVICE, STREAMS, Methods
from prisma_provider.plugin.servicer import Provider
from prisma_provider.plugin.session import Session


class Plugin:
    """The methods of a provider that is loaded when it is needed."""

    def __init__(self) -> None:
        self.session = Session(Engine())
        self.loads = 0
        self._methods = Methods(self._load)

    def _load(self) -> grpc.GenericRpcHandler:
        self.loads += 1
        return Provider(self.session).handler()

    def method(self, name: str) -> Any:
        """What gRPC is given for a call."""
        return self._methods.service(cast("grpc.HandlerCallDetails", SimpleNamespace(method=name)))

    def ask(self, name: str, request: Any, context: Any = None) -> bytes:
        """One call, as it comes over the wire."""
        answer: bytes = self.method(SERVICE + name).unary_unary(request.SerializeToString(), context)
        return answer


def test_a_method_that_there_is_not_is_refused() -> None:
    """A call of another service, such as a health check, loads nothing; one of a newer protocol is unimplemented."""
    plugin = Plugin()
    assert plugin.method("/grpc.health.v1.Health/Check") is None
    assert plugin.loads == 0
    refused: list[grpc.StatusCode] = []

    def abort(code: grpc.StatusCode, said: str) -> None:
        refused.append(code)
        raise RuntimeError(said)

    with pytest.raises(RuntimeError, match=r"no method .*/Dream"):
        plugin.ask("Dream", Empty(), SimpleNamespace(abort=abort))
    assert refused == [grpc.StatusCode.UNIMPLEMENTED]


def test_what_is_asked_first_takes_no_loading() -> None:
    """The responses that are written byte by byte are those of the protocol."""
    plugin = Plugin()
    hello = provider_pb2.ProviderHandshakeResponse.FromString(
        plugin.ask("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    )
    assert hello == Provider(plugin.session).Handshake(provider_pb2.ProviderHandshakeRequest(), cast("Any", None))
    info = plugin_pb2.PluginInfo.FromString(plugin.ask("GetPluginInfo", Empty()))
    found = provider_pb2.GetSchemaResponse.FromString(plugin.ask("GetSchema", provider_pb2.GetSchemaRequest()))
    assert found.schema == schema.text()
    assert f'"version": "{info.version}"' in found.schema
    assert plugin.loads == 0


def test_where_the_engine_is_stays_known() -> None:
    """The address that the handshake gave before the provider was loaded is the one that lines go to."""
    plugin = Plugin()
    plugin.ask("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    plugin.ask("Cancel", Empty())
    assert (plugin.session.engine.address, plugin.loads) == ("127.0.0.1:1", 1)
    plugin.ask("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:2"))
    assert (plugin.session.engine.address, plugin.loads) == ("127.0.0.1:2", 1)


def test_methods_that_give_several_messages_are_known() -> None:
    """Which methods stream has to be known before the protocol is loaded."""
    streams: list[str] = []
    methods: Iterable[Any] = provider_pb2.DESCRIPTOR.services_by_name["ResourceProvider"].methods
    streams = [method.name for method in methods if method.server_streaming]
    assert set(streams) <= set(STREAMS) & set(dir(ResourceProviderServicer))
    if hasattr(provider_pb2, "ListRequest"):  # Pulumi's oldest SDKs know no List
        assert tuple(streams) == STREAMS


def test_the_marks_of_values_are_pulumis() -> None:
    """What says that a value is a secret, a file, or unknown is what Pulumi's own SDK writes."""
    assert (rpc._special_sig_key, rpc._special_secret_sig) == (signatures.SIGNATURE, signatures.SECRET)
    assert (rpc._special_asset_sig, rpc._special_archive_sig) == (signatures.ASSET, signatures.ARCHIVE)
    assert signatures.UNKNOWN == rpc.UNKNOWN
