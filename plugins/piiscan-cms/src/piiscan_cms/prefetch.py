"""Fetches ahead, in threads, so that the waiting for one item is the reading time of another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Ahead(Generic[T]):
    """Holds what was asked for ahead; what is left of it is dropped at the next start."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="piiscan-cms")
        self._coming: dict[str, Future[T]] = {}

    def start(self, wanted: dict[str, Callable[[], T]]) -> None:
        """Begin to fetch, in this order."""
        for future in self._coming.values():
            future.cancel()
        self._coming = {key: self._pool.submit(fetch) for key, fetch in wanted.items()}

    def take(self, key: str) -> Future[T] | None:
        """What was asked for under this key, if it was and has not been taken."""
        return self._coming.pop(key, None)

    def look(self, key: str) -> Future[T] | None:
        """The same, for what several items share: it stays."""
        return self._coming.get(key)

    def close(self) -> None:
        """Let go of threads and what they fetched."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._coming = {}
