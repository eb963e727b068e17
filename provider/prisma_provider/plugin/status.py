"""Errors as Pulumi's engine takes them: a status, and a message that the user reads as it is."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.status_pb2 import Status

from prisma_provider.errors import LostResponse, PrismaError
from prisma_provider.plugin.spelling import spelled
from prisma_provider.text import plain_lines

_DETAILS = "grpc-status-details-bin"

Method = TypeVar("Method", bound=Callable[..., Any])


class HalfDone(Exception):
    """Something was made or changed and then went wrong: state has to hold what there is, and why it is not right."""

    def __init__(self, object_id: str, outputs: Struct, inputs: Struct, reasons: list[str]) -> None:
        reasons = [spelled(plain_lines(reason)) for reason in reasons]
        super().__init__("\n".join(reasons))
        self.detail = provider_pb2.ErrorResourceInitFailed(
            id=object_id, properties=outputs, inputs=inputs, reasons=reasons
        )


class Undeclared(Exception):
    """A component cannot be declared so."""


def spoken(method: Method) -> Method:
    """An RPC whose errors are sentences: never a stack, but where `PRISMA_TRACEBACK` asks for it."""

    @wraps(method)
    def rpc(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except HalfDone as error:
            _abort_half_done(context, error)
        except PrismaError as error:
            context.abort(_code(error), spelled(str(error)))
        except Undeclared as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, spelled(str(error)))
        except Exception as error:
            context.abort(grpc.StatusCode.INTERNAL, _bug(error))

    return cast("Method", rpc)


def _code(error: PrismaError) -> grpc.StatusCode:
    """The engine keeps a note of an operation whose outcome is not known; all others did not happen."""
    return grpc.StatusCode.UNKNOWN if isinstance(error, LostResponse) else grpc.StatusCode.FAILED_PRECONDITION


def _abort_half_done(context: grpc.ServicerContext, error: HalfDone) -> NoReturn:
    detail = AnyMessage()
    detail.Pack(error.detail)
    status = Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[detail])
    context.set_trailing_metadata(((_DETAILS, status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, str(error))
    raise AssertionError("abort does not return")


def _bug(error: Exception) -> str:
    if os.environ.get("PRISMA_TRACEBACK"):
        return "".join(traceback.format_exception(error))
    return (
        f"This is a fault of the provider itself: {type(error).__name__}: {plain_lines(str(error))}\n"
        "  What to do: run it again with PRISMA_TRACEBACK=1 and report what it says."
    )
