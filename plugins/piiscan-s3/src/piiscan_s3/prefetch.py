"""Fetches small objects ahead, in threads, so that the waiting for one is the reading time of another."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from piiscan_s3.content import WHOLE_BYTES, Fetched, Fetcher
from piiscan_s3.names import Place


class Prefetcher:
    """Holds what was asked for ahead, at most `limit` bytes of it; each piece is handed out once."""

    def __init__(self, fetcher: Fetcher, threads: int, limit: int) -> None:
        self._fetcher = fetcher
        self._limit = limit
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="piiscan-s3")
        self._coming: dict[str, Future[Fetched]] = {}

    def start(self, wanted: Iterable[tuple[str, Place, int]]) -> None:
        """Begin to fetch (uri, place, size), in this order; what an earlier call left and nobody took is dropped."""
        for future in self._coming.values():
            future.cancel()
        self._coming = {}
        room = self._limit
        for uri, place, size in wanted:
            if 0 < size <= min(WHOLE_BYTES, room):
                room -= size
                self._coming[uri] = self._pool.submit(self._fetcher.get, place)

    def take(self, uri: str) -> Future[Fetched] | None:
        """The bytes of an item, if they were asked for."""
        return self._coming.pop(uri, None)

    def close(self) -> None:
        """Let go of threads and bytes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._coming = {}
