"""The names under which only this machine can mean us."""

from __future__ import annotations

# A page in a browser can reach 127.0.0.1 under a name of its own: only our own names are answered.
HOSTS = ["127.0.0.1", "localhost"]
