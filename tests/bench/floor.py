"""The floor: resources whose provider does nothing, over both hosts. What a run costs beyond it is ours."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

DYNAMIC = """
import uuid
import pulumi
from pulumi import dynamic

class Nothing(dynamic.ResourceProvider):
    def create(self, props):
        return dynamic.CreateResult(uuid.uuid4().hex, {**props, "database_url": "postgresql://u:p@h/d"})
    def diff(self, object_id, olds, news):
        return dynamic.DiffResult(changes=olds["name"] != news["name"])
    def update(self, object_id, olds, news):
        return dynamic.UpdateResult({**olds, **news})

class Thing(dynamic.Resource):
    database_url: pulumi.Output[str]
    def __init__(self, resource_name, opts=None, **props):
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=["database_url"]))
        super().__init__(Nothing(), resource_name, {"database_url": None, **props}, opts)

Project = Database = Connection = Thing
"""

PLUGIN = """
import pulumi

class Thing(pulumi.CustomResource):
    def __init__(self, resource_name, opts=None, **props):
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(additional_secret_outputs=["database_url"]))
        super().__init__("floor:index:Thing", resource_name, {"database_url": None, **props}, opts)

Project = Database = Connection = Thing
"""


def install(folder: Path, host: str) -> None:
    """Put the floor's resources into a folder that goes on PYTHONPATH, and its plugin where PATH finds it."""
    # In a module: a class of the program itself is pickled with all that the program holds.
    (folder / "floor_things.py").write_text({"dynamic": DYNAMIC, "plugin": PLUGIN}[host])
    script = folder / "pulumi-resource-floor"
    script.write_text(f"#!{sys.executable}\n{textwrap.dedent(_SERVER)}")
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
    def GetSchema(self, request, context): return pb.GetSchemaResponse(schema='{"name": "floor", "version": "0.0.1"}')
    def CheckConfig(self, request, context): return pb.CheckResponse(inputs=request.news)
    def DiffConfig(self, request, context): return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE)
    def Configure(self, request, context): return pb.ConfigureResponse(supportsPreview=True)
    def Check(self, request, context): return pb.CheckResponse(inputs=request.news)
    def Create(self, request, context):
        properties = request.properties
        properties["database_url"] = "postgresql://u:p@h/d"
        return pb.CreateResponse(id="" if request.preview else uuid.uuid4().hex, properties=properties)
    def Diff(self, request, context):
        same = request.olds["name"] == request.news["name"]
        return pb.DiffResponse(changes=pb.DiffResponse.DIFF_NONE if same else pb.DiffResponse.DIFF_SOME)
    def Update(self, request, context): return pb.UpdateResponse(properties=request.news)
    def Delete(self, request, context): return empty_pb2.Empty()
    def Cancel(self, request, context): return empty_pb2.Empty()

server = grpc.server(futures.ThreadPoolExecutor(64))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Nothing(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
threading.Event().wait()
'''
