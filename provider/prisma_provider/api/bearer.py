"""The token on each request, and what happens when it is no longer valid."""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace
from threading import Lock

import httpx

from prisma_provider import errors
from prisma_provider.api.answers import parse, status_error
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Answer, Me
from prisma_provider.login.sources import Renewal
from prisma_provider.settings import RUN_PROGRAM, Settings, Token

_log = logging.getLogger(__name__)


class Bearer(httpx.Auth):
    """The token of each request, and the environment's one where the configured one is no longer valid.

    An `httpx.Auth` and not a header, so that a `.netrc` of this machine cannot take its place.
    """

    def __init__(self, settings: Settings) -> None:
        self._base_url = settings.base_url
        self._fallback = settings.fallback
        self._expected = settings.workspace_id
        self._renewal = settings.renewal
        self._renewing = Lock()
        self.token = settings.token

    def finish(self) -> None:
        """Wait for a renewal that is under way: a token that was had and not stored would end the whole login."""
        with self._renewing:
            pass

    def expect(self, workspace_id: str | None) -> None:
        """Say which workspace a fallback has to be of."""
        self._expected = self._expected or workspace_id

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """As httpx asks: the request, and after a 401 once more with a renewed token, or the fallback."""
        if self._renewal is not None:
            yield from self._renewed(request, self._renewal)
            return
        answer = yield _with_token(request, self.token)
        fallback = self._fallback
        if answer.status_code != httpx.codes.UNAUTHORIZED or fallback is None or self._expected is None:
            return
        me = yield _with_token(httpx.Request("GET", f"{self._base_url}/v1/me", extensions=request.extensions), fallback)
        self._accept(fallback, me)
        _log.info("the token from %s is not valid, using %s", self.token.origin, fallback.origin)
        self.token = fallback
        yield _with_token(request, fallback)

    def _renewed(self, request: httpx.Request, renewal: Renewal) -> Generator[httpx.Request, httpx.Response, None]:
        """A token that does not last: the one of this moment, and another where the service refuses that."""
        # A local value: what another thread has got meanwhile was not refused to this one.
        sent = self.token = replace(self.token, value=self._renew(renewal, None))
        answer = yield _with_token(request, sent)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            again = self.token = replace(sent, value=self._renew(renewal, sent.value))
            yield _with_token(request, again)

    def _renew(self, renewal: Renewal, refused: str | None) -> str:
        with self._renewing:
            return renewal(refused)

    def _accept(self, fallback: Token, answer: httpx.Response) -> None:
        """Refuse a fallback that is not valid, or sees another workspace: everything would look deleted."""
        answer.read()
        if answer.is_success:
            me = parse(Answer[Me], answer, "ask whom the token stands for").data
            if me.workspace and same_id(me.workspace.id, self._expected):
                return
            why = "belongs to another workspace"
        elif answer.status_code != httpx.codes.UNAUTHORIZED:
            raise status_error(answer, "ask whom the token stands for", fallback)
        else:
            why = "is not valid either"
        raise errors.Unauthorized(
            f"The token from {self.token.origin} is not valid, and the one from {fallback.origin} {why}.",
            hint=f"set a token of workspace {self._expected}, in {fallback.origin}. {RUN_PROGRAM}.",
        )


def _with_token(request: httpx.Request, token: Token) -> httpx.Request:
    request.headers["Authorization"] = f"Bearer {token.value}"
    return request
