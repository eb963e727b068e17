"""The names under which only this machine can mean us, and who else a browser says it asks for."""

from __future__ import annotations

from starlette.datastructures import Headers

# A page in a browser can reach 127.0.0.1 under a name of its own: only our own names are answered.
HOSTS = ["127.0.0.1", "localhost"]
# What a browser says of its own accord: the address bar, or our own page. A program says nothing.
OURS = (None, "none", "same-origin")


def of_another_page(headers: Headers) -> bool:
    """Whether a browser asks on behalf of a page that is not ours."""
    return headers.get("sec-fetch-site") not in OURS
