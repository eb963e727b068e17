"""Many pieces of work at once, each of which asks the service and waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

Key = TypeVar("Key")
T = TypeVar("T")


def side_by_side(jobs: Mapping[Key, Callable[[], T]], threads: int) -> Iterator[tuple[Key, Future[T]]]:
    """Run every job, and give each key with its outcome as soon as it is there: `result()` returns or raises.

    A job that fails stops no other. Where the caller takes no more outcomes (`break`, or an exception of its own),
    those that began come to their end, and no other begins. Each job runs with the caller's context variables: the
    time limit is the caller's, unless the job sets its own.
    """
    waiting = iter(jobs.items())
    running: dict[Future[T], Key] = {}
    with ThreadPoolExecutor(threads, thread_name_prefix="job") as pool:
        while True:
            for key, job in islice(waiting, threads - len(running)):
                running[pool.submit(copy_context().run, job)] = key
            if not running:
                return
            for outcome in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(outcome), outcome
