"""An API that takes the requests of every client, and gives each response after 100 ms."""

from __future__ import annotations

import json
import re

import httpx

from bench.api import Api

LATENCY = 0.1
"""Seconds."""

_BENEATH = re.compile(r"/v1/(?P<kind>project|database)s/(?P<id>[^/]+)/(?P<what>databases|connections)")


class AnyClients(Api):
    """For clients that leave the size of a page to the API, and that ask for what is in an object beneath its path."""

    def __init__(self) -> None:
        super().__init__(LATENCY)
        self.service.before.append(_no_services)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        url, body = request.url, request.content
        found = _BENEATH.fullmatch(url.path)
        if found:
            url, owner = url.copy_with(path=f"/v1/{found['what']}"), {f"{found['kind']}Id": found["id"]}
            if request.method == "GET":
                url = url.copy_merge_params(owner)
            else:
                body = json.dumps({"name": "database", **json.loads(body), **owner}).encode()
        if request.method == "POST" and url.path == "/v1/projects":
            body = json.dumps({"region": "us-east-1", **json.loads(body)}).encode()
        if request.method == "GET" and "limit" not in url.params:
            url = url.copy_merge_params({"limit": 100})
        return super().answer(httpx.Request(request.method, url, content=body))


def _no_services(request: httpx.Request) -> httpx.Response | None:
    """Before a project is deleted, some ask for the programs that run in it."""
    if request.url.path != "/v1/services":
        return None
    return httpx.Response(200, json={"data": [], "pagination": {"hasMore": False, "nextCursor": None}})
