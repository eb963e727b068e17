"""The baseline: the same program over a provider that does nothing. What a run costs beyond it is ours."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import pulumi_prisma

DYNAMIC = """
import uuid
import pulumi
from pulumi import dynamic

class Nothing(dynamic.ResourceProvider):
    serialize_as_secret_always = False
    def create(self, props):
        return dynamic.CreateResult(uuid.uuid4().hex, {**dict.fromkeys(OUTPUTS[props["kind"]], "x" * 30), **props})
    def diff(self, object_id, olds, news):
        return dynamic.DiffResult(changes=olds["name"] != news["name"])
    def update(self, object_id, olds, news):
        return dynamic.UpdateResult({**olds, **{name: value for name, value in news.items() if value is not None}})

class Thing(dynamic.Resource):
    def __init__(self, resource_name, opts=None, **props):
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=self.secrets))
        kind = type(self).__name__
        props = {**dict.fromkeys(OUTPUTS[kind]), "kind": kind, **props}
        super().__init__(Nothing(), resource_name, props, opts)
"""

PLUGIN = """
import pulumi

class Thing(pulumi.CustomResource):
    def __init__(self, resource_name, opts=None, **props):
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=self.secrets))
        kind = type(self).__name__
        super().__init__("baseline:index:" + kind, resource_name, {**dict.fromkeys(OUTPUTS[kind]), **props}, opts)
"""


KINDS = (pulumi_prisma.Project, pulumi_prisma.Database, pulumi_prisma.Connection)


def _classes() -> str:
    """Resources with the properties of ours."""
    return f"OUTPUTS = {_outputs()!r}\n" + "".join(
        f"class {kind.__name__}(Thing):\n    secrets = {list(kind._secrets)!r}\n" for kind in KINDS
    )


def _outputs() -> dict[str, Sequence[str]]:
    return {kind.__name__: kind._outputs() for kind in KINDS}


def install(folder: Path, host: str) -> None:
    """Put the baseline's resources into a folder that goes on PYTHONPATH, and its plugin where PATH finds it."""
    # In a module: a class of the program itself is pickled with all that the program holds.
    (folder / "baseline_things.py").write_text({"dynamic": DYNAMIC, "plugin": PLUGIN}[host] + _classes())
    script = folder / "pulumi-resource-baseline"
    script.write_text(f"#!{sys.executable}\nOUTPUTS = {_outputs()!r}\n{textwrap.dedent(_SERVER)}")
    script.chmod(0o755)


_SERVER = '''
"""A provider that does nothing, as a plugin."""
import threading, uuid
from concurrent import futures
import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2 as pb, provider_pb2_grpc

class Nothing(provider_pb2_grpc.ResourceProviderServicer):
    def Handshake(self, request, context): return pb.ProviderHandshakeResponse()
    def GetPluginInfo(self, request, context): return plugin_pb2.PluginInfo(version="0.0.1")
    def GetSchema(self, request, context):
        return pb.GetSchemaResponse(schema='{"name": "baseline", "version": "0.0.1"}')
    def CheckConfig(self, request, context): return pb.CheckResponse(inputs=request.news)
    def DiffConfig(self, request, context): return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)
    def Configure(self, request, context): return pb.ConfigureResponse(supportsPreview=True)
    def Check(self, request, context): return pb.CheckResponse(inputs=request.news)
    def Create(self, request, context):
        properties = request.properties
        kind = request.urn.split("::")[2].rpartition(":")[2]
        properties.update({name: "x" * 30 for name in OUTPUTS[kind] if name not in properties})
        return pb.CreateResponse(id="" if request.preview else uuid.uuid4().hex, properties=properties)
    def Diff(self, request, context):
        same = request.olds["name"] == request.news["name"]
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE if same else pb.DiffResponse.DIFF_SOME)
    def Update(self, request, context):
        properties = request.olds
        properties.update(request.news)
        return pb.UpdateResponse(properties=properties)
    def Delete(self, request, context): return empty_pb2.Empty()
    def Cancel(self, request, context): return empty_pb2.Empty()

server = grpc.server(futures.ThreadPoolExecutor(64))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Nothing(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
threading.Event().wait()
'''
