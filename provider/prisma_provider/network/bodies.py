"""The body of a response as it comes: decoded here, within a bound of size and of time.

What arrives may be small and become large (gzip makes a gigabyte of a megabyte), and may come a byte at a time.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator

import httpx

LARGEST = 80 * 1024 * 1024
"""Bytes of a response, decoded. A page of a hundred databases has some hundred thousand."""

ENCODINGS = ("gzip", "x-gzip", "deflate")
"""What is decoded; the first is what is asked for."""

ENDS = "prisma_ends"
"""The extension of a request that says when its whole response has to be there, by the monotonic clock."""

_STEP = 64 * 1024


def bound(answer: httpx.Response) -> None:
    """A hook of httpx: from here on the response's body is read within the bounds, whoever reads it."""
    pieces: Iterator[bytes] = iter(answer.stream)  # type: ignore[arg-type]
    if answer.headers.get("Content-Encoding", "").strip().lower() in ENCODINGS:
        pieces = _decoded(pieces)
        del answer.headers["Content-Encoding"]  # it is done here: httpx has no bound
    answer.stream = _Bounded(answer.stream, pieces, answer.request.extensions.get(ENDS, float("inf")))


class _Bounded(httpx.SyncByteStream):
    def __init__(self, stream: object, pieces: Iterator[bytes], ends: float) -> None:
        self._stream = stream
        self._pieces = pieces
        self._ends = ends

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._pieces:
            size += len(piece)
            if size > LARGEST:
                raise httpx.DecodingError(f"it is larger than {LARGEST // 1024**2} MiB")
            if time.monotonic() > self._ends:
                raise httpx.ReadTimeout("the response did not end in time")
            yield piece

    def close(self) -> None:
        if isinstance(self._stream, httpx.SyncByteStream):
            self._stream.close()


def _decoded(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Step by step, so that no piece becomes large."""
    inflate = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its first bytes say
    try:
        for piece in pieces:
            while piece:
                yield inflate.decompress(piece, _STEP)
                piece = inflate.unconsumed_tail
        yield inflate.flush()
    except zlib.error:
        raise httpx.DecodingError("it is not compressed as it says") from None
