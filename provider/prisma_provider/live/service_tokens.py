"""Service tokens, by the list of their workspace: none can be asked for by its id."""

from __future__ import annotations

from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import ServiceToken
from prisma_provider.live.account import Account


class ServiceTokens(Account):
    """The service tokens that are live."""

    def service_token(self, token_id: str, workspace_id: str) -> ServiceToken | None:
        """A service token, or None where it is proved gone: the list of a workspace that is not seen is empty, too."""
        key = bare_id(token_id)
        if key in self._tokens:
            return self._tokens[key]

        def read() -> tuple[ServiceToken, ...]:
            return self.client.service_tokens(workspace_id)

        listed = self._reads.once("service tokens", read, bare_id(workspace_id))
        found = next((each for each in listed if same_id(each.id, token_id)), None)
        if found is None:
            self.absent(f"service token {token_id}", workspace_id)
        return found

    def is_own_token(self, token_id: str, value: object = None, hint: str | None = None) -> bool:
        """Whether this run itself uses a token: by its id where the service names it, by its value, else by a hint."""
        used = self._reads.once("me", self.client.me).credential
        if self.client.is_token(value) or (used is not None and same_id(used.id, token_id)):
            return True
        unknown = value is None and (used is None or used.id is None)
        return unknown and self.client.looks_like_token(hint)

    def put_service_token(self, token: ServiceToken) -> None:
        """The response to a creation."""
        self._tokens[bare_id(token.id)] = token

    def drop_service_token(self, token_id: str) -> None:
        """It was revoked."""
        self._tokens[bare_id(token_id)] = None
