"""Pulumi's provider protocol: one method an RPC, translation only."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from types import SimpleNamespace
from typing import Any, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import plugin_pb2, provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer, add_ResourceProviderServicer_to_server

from prisma_provider.diff import Diff, explain
from prisma_provider.errors import InvalidInput, NotFound, PrismaError
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS, Handler, check, named_by
from prisma_provider.handlers.inputs import Properties, check_texts
from prisma_provider.handlers.lookup import title, waiting
from prisma_provider.keys import adopted_id
from prisma_provider.live import Live
from prisma_provider.plugin import detail, planned, reading
from prisma_provider.plugin.engine import Engine
from prisma_provider.plugin.identity import TYPE, is_of_no_stack, is_question, kind_of, parse, stem_for
from prisma_provider.plugin.naming import named
from prisma_provider.plugin.session import SECRET_SETTINGS, Session, wrong
from prisma_provider.plugin.spelling import spelled
from prisma_provider.plugin.status import HalfDone, spoken
from prisma_provider.plugin.values import secret_in, to_arguments, to_properties, to_struct

Context = grpc.ServicerContext


class Provider(ResourceProviderServicer):
    """The provider of one process. The engine starts one for each provider of a program.

    GetPluginInfo and GetSchema are not here: `methods` answers them, before this is imported.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def handler(self) -> grpc.GenericRpcHandler:
        """What gives each method of the protocol its request as a message, and sends the response."""
        found: list[grpc.GenericRpcHandler] = []
        server = SimpleNamespace(
            add_generic_rpc_handlers=found.extend, add_registered_method_handlers=lambda service, methods: None
        )
        add_ResourceProviderServicer_to_server(self, cast("grpc.Server", server))
        return found[0]

    # the package

    @spoken
    def Handshake(self, request: provider_pb2.ProviderHandshakeRequest, context: Context) -> Any:
        """The engine says where it is. A plugin that makes components has to take and give secrets as such."""
        if request.engine_address:
            self._session.engine = Engine(request.engine_address)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_outputs=True)

    @spoken
    def Attach(self, request: plugin_pb2.PluginAttach, context: Context) -> Empty:
        """An engine attaches to a plugin that was started by hand (`PULUMI_DEBUG_PROVIDERS`)."""
        self._session.engine = Engine(request.address)
        return Empty()

    # the account

    @spoken
    def CheckConfig(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """A token, a base URL; the token is a secret from here on, however it was given."""
        news = to_properties(request.news)
        secrets = {*SECRET_SETTINGS, *secret_in(request.news)}
        failures = [_failure(each, "" if each.field in secrets else each.field) for each in check_texts(news)]
        if not failures and all(isinstance(value, str) for value in news.values()):
            failures = [provider_pb2.CheckFailure(reason=str(problem)) for problem in wrong(news)]
        return provider_pb2.CheckResponse(inputs=to_struct(news, secrets), failures=failures)

    @spoken
    def DiffConfig(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """Another token, or another way to the service: never a reason to replace what it manages."""
        same = to_properties(request.olds) == to_properties(request.news)
        changes = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    @spoken
    def Configure(self, request: provider_pb2.ConfigureRequest, context: Context) -> provider_pb2.ConfigureResponse:
        """The settings of this process."""
        self._session.reference = f"{request.urn}::{request.id}"
        self._session.configure(to_properties(request.args))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, acceptOutputs=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    @spoken
    def Cancel(self, request: Empty, context: Context) -> Empty:
        """The user pressed Ctrl-C: all waiting ends."""
        self._session.cancel()
        return Empty()

    @spoken
    def Invoke(self, request: provider_pb2.InvokeRequest, context: Context) -> provider_pb2.InvokeResponse:
        """A function: what exists, looked up while the program runs."""
        function = FUNCTIONS.get(request.tok.removeprefix(TYPE))
        if function is None:
            raise InvalidInput("", f"There is no function {request.tok}.")
        with self._session.operation("") as live:
            answer = function(live.client, to_arguments(request.args))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(to_struct(answer))  # a word that Python keeps for itself
        return response

    @spoken
    def Construct(self, request: provider_pb2.ConstructRequest, context: Context) -> provider_pb2.ConstructResponse:
        """A component, and what it is made of."""
        from prisma_provider.plugin.components import construct  # it takes the SDK, which no other method needs

        return construct(request, self._session.engine.address, self._session.reference)

    # the resources

    @spoken
    def Check(self, request: provider_pb2.CheckRequest, context: Context) -> provider_pb2.CheckResponse:
        """The inputs as they will stand in state, or what is wrong with them."""
        urn = parse(request.urn)
        kind = kind_of(urn.type)
        olds, news = to_properties(request.olds), to_properties(request.news)
        is_import = self._take_import(request.urn, kind)
        try:
            news = named(urn, request, olds, news)
            with self._session.operation(request.urn) as live:
                hidden = {"identity": stem_for(urn), "seed": request.randomSeed.hex()}
                checked = check(live, kind, olds, {**news, **hidden})
        except PrismaError as error:
            named_as = named_by(kind, error, secret_in(request.news))
            return provider_pb2.CheckResponse(inputs=request.news, failures=[_failure(error, named_as)])
        secrets = _secrets(HANDLERS[kind], request.news)
        # An import is checked with what Prisma shows, and has no secrets: none is missing.
        problems = (each for each in checked.problems if not (is_import and each.field in secrets.difference(news)))
        failures = [_failure(problem, named_by(kind, problem, secrets)) for problem in problems]
        inputs = to_struct(checked.inputs, secrets)
        return provider_pb2.CheckResponse(inputs=inputs, failures=failures)

    @spoken
    def Diff(self, request: provider_pb2.DiffRequest, context: Context) -> provider_pb2.DiffResponse:
        """What differs from live."""
        kind, handler = _handler(request.urn)
        olds, news = _compared(request)
        self._take_import(request.urn, kind)
        with self._session.operation(request.urn, state=olds) as live:
            found = handler.diff(live, request.id, olds, news)
            if found.replaces():
                # What is closed in place is said by Update: an option such as `replaceOnChanges` may yet replace it.
                _explain(live, kind, request.id, olds, found)
            for line in waiting(kind, request.id, olds, handler.fields, news, found):
                live.note(line)
        return detail.response(found, olds, news)

    @spoken
    def Create(self, request: provider_pb2.CreateRequest, context: Context) -> provider_pb2.CreateResponse:
        """Make it, or say what it will be."""
        _, handler = _handler(request.urn)
        news = to_properties(request.properties)
        secrets = _secrets(handler, request.properties)
        if request.preview:
            with self._session.operation(request.urn) as live:
                live.warn_if_blocked()
            outputs = planned.after_create(handler.fields, news)
            # What depends on an object that is taken over is checked with its id: in the preview, not in the update.
            return provider_pb2.CreateResponse(
                id=adopted_id(news.get("adopt")) or "", properties=_outputs(outputs, secrets)
            )
        with self._session.operation(request.urn, request.timeout, news) as live:
            object_id, outputs = handler.create(live, news)
            live.warn_if_blocked()
            problems = self._session.problems()
        if problems:
            raise HalfDone(object_id, _outputs(outputs, secrets), request.properties, problems)
        return provider_pb2.CreateResponse(id=object_id, properties=_outputs(outputs, secrets))

    @spoken
    def Read(self, request: provider_pb2.ReadRequest, context: Context) -> provider_pb2.ReadResponse:
        """What is live; no id where it is proved gone."""
        kind, handler = _handler(request.urn)
        olds, inputs = to_properties(request.properties), to_properties(request.inputs)
        timeout = getattr(request, "timeout", 0.0)  # Pulumi's SDKs before 3.246 know none here
        with self._session.operation(request.urn, timeout, olds) as live:
            # Every managed resource has its workspace in state; what has none is known by its id alone.
            if "workspaceId" in olds:
                seen = reading.refresh(live, kind, request.id, olds, inputs)
            else:
                seen = self._look_up(live, kind, request)
        if seen is None:
            return provider_pb2.ReadResponse()
        secrets = _secrets(handler, request.properties, request.inputs)
        return provider_pb2.ReadResponse(
            id=seen.object_id, properties=_outputs(seen.outputs, secrets), inputs=to_struct(seen.inputs, secrets)
        )

    def _look_up(self, live: Live, kind: str, request: provider_pb2.ReadRequest) -> reading.Seen | None:
        """For a `.get` or an import, which need it to be there, or for a program that asks whether it is."""
        try:
            seen = reading.find(live, kind, request.id)
        except NotFound:
            if is_question(parse(request.urn)):
                return None
            raise
        self._session.looked_up[request.urn] = request.id
        return seen

    def _take_import(self, urn: str, kind: str) -> bool:
        """What was looked up by its id is imported if the engine goes on with it, by Check or Diff: whether it is.

        Newer engines ask Read the same for an import and for a `.get`, which ends there. `pulumi do` is no import.
        """
        given_id = self._session.looked_up.pop(urn, None)
        if given_id is None or is_of_no_stack(parse(urn)):
            return False
        with self._session.operation(urn) as live:
            reading.imported(live, kind, given_id)
        return True

    @spoken
    def Update(self, request: provider_pb2.UpdateRequest, context: Context) -> provider_pb2.UpdateResponse:
        """Close the differences in place, or say what will be."""
        kind, handler = _handler(request.urn)
        olds, news = _compared(request)
        secrets = _secrets(handler, request.news)
        with self._session.operation(request.urn, request.timeout, {**olds, **news}) as live:
            found = handler.diff(live, request.id, olds, news)
            _explain(live, kind, request.id, olds, found)
            if request.preview:
                live.warn_if_blocked()
                planned_outputs = planned.after_update(handler.fields, olds, news, found)
                return provider_pb2.UpdateResponse(properties=_outputs(planned_outputs, secrets))
            try:
                outputs = handler.update(live, request.id, olds, news)
            except PrismaError as error:
                moved = reading.moved(live, kind, request.id, olds)
                if moved is None:
                    raise
                raise HalfDone(request.id, _outputs(moved, secrets), request.news, [str(error)]) from None
            live.warn_if_blocked()
            problems = self._session.problems()
        if problems:
            raise HalfDone(request.id, _outputs(outputs, secrets), request.news, problems)
        return provider_pb2.UpdateResponse(properties=_outputs(outputs, secrets))

    @spoken
    def Delete(self, request: provider_pb2.DeleteRequest, context: Context) -> Empty:
        """Delete it; gone already is done."""
        _, handler = _handler(request.urn)
        olds = to_properties(request.properties)
        with self._session.operation(request.urn, request.timeout, olds) as live:
            handler.delete(live, request.id, olds)
        return Empty()

    @spoken
    def List(self, request: provider_pb2.ListRequest, context: Context) -> Iterator[provider_pb2.ListResponse]:
        """The objects of a kind that exist, whether in a stack or not."""
        with self._session.operation("") as live:
            found = list(reading.listed(live, kind_of(request.token), to_properties(request.query)))
        limited = found[: request.limit] if request.limit > 0 else found
        result = provider_pb2.ListResponse.Result
        return iter([provider_pb2.ListResponse(result=result(id=one.object_id, name=one.name)) for one in limited])


def _handler(urn: str) -> tuple[str, Handler]:
    kind = kind_of(parse(urn).type)
    return kind, HANDLERS[kind]


def _explain(live: Live, kind: str, object_id: str, olds: Properties, found: Diff) -> None:
    for line in explain(title(kind, object_id, olds), found):
        live.note(line)


def _compared(request: provider_pb2.DiffRequest | provider_pb2.UpdateRequest) -> tuple[Properties, Properties]:
    """Old outputs and new inputs. `ignoreChanges` is the engine's here, and so no setting that can differ.

    Nor are the timeouts: what the dynamic host recorded of either, in a stack that was moved, is no change.
    """
    olds, news = to_properties(request.olds), to_properties(request.news)
    for state in (olds, news):
        state["ignoreChanges"] = list(request.ignoreChanges) or None
        state.pop("customTimeouts", None)
    return olds, news


def _outputs(outputs: Properties, secrets: set[str]) -> Struct:
    """Outputs as they stand in state; options are the engine's."""
    kept = {name: value for name, value in outputs.items() if name not in ("ignoreChanges", "customTimeouts")}
    return to_struct(kept, secrets)


def _secrets(handler: Handler, *given: Struct) -> set[str]:
    """The properties that are secrets: what only create and rotate give, and what the program gives as one."""
    always = (field.name for field in handler.fields if field.kind == "once")
    found = {*always, *chain.from_iterable(map(secret_in, given))}
    return found.union(field.name for field in handler.fields if field.repeats in found)


def _failure(error: PrismaError, property_: str) -> provider_pb2.CheckFailure:
    return provider_pb2.CheckFailure(property=property_, reason=spelled(str(error)))
