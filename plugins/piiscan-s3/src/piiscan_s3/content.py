"""The bytes of objects: small ones fetched whole, large ones in windows that grow while reading goes on and shrink when it jumps.

No connection stays open between reads, so a reader may take its time. Every request after the first asks for the very bytes the first one saw
(If-Match), and its answer is checked as well, because some stores ignore that.
"""

from __future__ import annotations

import io
import random
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from piiscan.content import PositionedStream, StreamContent, Windows
from piiscan.errors import SourceError
from piiscan_s3.client import Client
from piiscan_s3.faults import NO_RANGE, fault, faults
from piiscan_s3.names import Place

WHOLE_BYTES = 8 * 1024**2
"""Objects up to this size are fetched by one request."""


_CHUNK = 256 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes, with what the store said of the object they belong to."""

    data: bytes
    etag: str
    total: int


@dataclass(slots=True)
class Fetcher:
    """Gets bytes of objects. A connection that breaks in the middle is taken up where it broke."""

    client: Client
    extra: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 5

    def get(self, place: Place, start: int = 0, end: int | None = None, etag: str = "") -> Fetched:
        """Bytes `start` up to (not including) `end`; with `etag` only of that state of the object. Raises SourceError."""
        data = bytearray()
        total, failures = 0, 0
        whole = start == 0 and end is None
        while True:
            position = start + len(data)
            try:
                answer = self._request(place, position, end, etag, ranged=not whole or bool(data))
                etag = _same(etag, answer)
                total = _total(answer, position)
                _pour(answer["Body"], data)
            except faults() as error:
                meant = fault(error)
                failures += 1
                # Refused requests were repeated by botocore already; broken bodies are not its business.
                if meant.code != "try-later" or failures >= self.attempts or _refused(error):
                    raise meant from None
                time.sleep(random.uniform(0, min(0.1 * 2**failures, 5.0)))  # noqa: S311 - spreads retries
                continue
            if start + len(data) >= (total if end is None else min(end, total)):
                return Fetched(bytes(data), etag, total)
            failures += 1
            if failures >= self.attempts:
                raise SourceError("try-later", "IncompleteRead")

    def _request(self, place: Place, start: int, end: int | None, etag: str, *, ranged: bool) -> Mapping[str, Any]:
        parameters: dict[str, Any] = {"Bucket": place.bucket, "Key": place.key} | dict(self.extra)
        if place.version:
            parameters["VersionId"] = place.version
        if ranged:
            parameters["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        if etag:
            parameters["IfMatch"] = f'"{etag}"'
        answer: Mapping[str, Any] = self.client.get_object(**parameters)
        if ranged and start and "ContentRange" not in answer:
            # A store without ranges sends everything again; what was asked for is in the middle of it.
            _skip(answer["Body"], start)
        return answer


def _pour(body: Any, data: bytearray) -> None:
    """Append a body to what is there; what came before a failure stays."""
    try:
        while chunk := body.read(_CHUNK):
            data += chunk
    finally:
        body.close()


def _skip(body: Any, count: int) -> None:
    while count > 0 and (chunk := body.read(min(count, _CHUNK))):
        count -= len(chunk)


def _same(etag: str, answer: Mapping[str, Any]) -> str:
    now = str(answer.get("ETag", "")).strip('"')
    if etag and now and now != etag:
        answer["Body"].close()
        raise SourceError("changed-while-reading")
    return etag or now


def _total(answer: Mapping[str, Any], start: int) -> int:
    _, _, total = str(answer.get("ContentRange", "")).rpartition("/")
    if total.isdigit():
        return int(total)
    return int(answer.get("ContentLength") or 0) + (start if "ContentRange" in answer else 0)


def _refused(error: Exception) -> bool:
    """Whether the server answered, or was never reached: botocore has repeated those itself."""
    from botocore.exceptions import ClientError
    from botocore.exceptions import ConnectionError as BotoConnectionError

    return isinstance(error, ClientError | BotoConnectionError)


class ObjectContent(StreamContent):
    """One object. `ready` are its bytes where they were fetched ahead; `seen` is told the etag and size of what was really read."""

    def __init__(
        self,
        fetcher: Fetcher,
        place: Place,
        size: int | None,
        *,
        ready: Future[Fetched] | None = None,
        seen: Callable[[str, int], None] = lambda _etag, _size: None,
    ) -> None:
        super().__init__(self._stream, place.key.rpartition("/")[2], size)
        self._fetcher, self._place, self._seen = fetcher, place, seen
        self._ready = ready
        self._windows: ObjectWindows | None = None
        self._data: bytes | None = b"" if size == 0 else None

    def open(self) -> BinaryIO:
        """A fresh stream. Raises SourceError when the object cannot be had."""
        return self._stream()

    def _stream(self) -> BinaryIO:
        if self._windows is None and self._data is None:
            self._begin()
        if self._data is not None:
            return io.BytesIO(self._data)
        assert self._windows is not None
        windows = self._windows
        return io.BufferedReader(PositionedStream(windows.read_at, lambda: windows.total), 64 * 1024)

    def _begin(self) -> None:
        if self._ready is not None or (self.size is not None and self.size <= WHOLE_BYTES):
            ready, self._ready = self._ready, None
            fetched = ready.result() if ready is not None else self._fetcher.get(self._place, 0, None)
            self._data = fetched.data
        else:
            fetched = self._first_window()
        self.size = fetched.total
        self._seen(fetched.etag, fetched.total)

    def _first_window(self) -> Fetched:
        try:
            self._windows = ObjectWindows(self._fetcher, self._place, self._seen)
        except SourceError as error:
            if error.detail not in NO_RANGE:
                raise
            # Nothing to take a range of: empty, although the listing did not say so.
            fetched = self._fetcher.get(self._place)
            self._data = fetched.data
            return fetched
        return self._windows.first


class ObjectWindows(Windows):
    """The parts of one large object that were fetched last, and the one that is likely to be wanted next, on its way."""

    def __init__(self, fetcher: Fetcher, place: Place, seen: Callable[[str, int], None]) -> None:
        self._fetcher, self._place, self._seen = fetcher, place, seen
        self.first = fetcher.get(place, 0, self.first_window)
        self.etag = self.first.etag
        super().__init__(self.first.total, self.first.data)
        self._next: tuple[int, Future[Fetched]] | None = None

    def _fetch(self, start: int) -> bytes:
        if self._next is not None and self._next[0] == start:
            coming, self._next = self._next[1], None
            return self._checked(coming.result)
        end = min(start + self._length, self.total)
        return self._checked(lambda: self._fetcher.get(self._place, start, end, self.etag))

    def _ended(self) -> SourceError:
        self._seen("", -1)
        return super()._ended()

    def _ahead(self, start: int) -> None:
        if start >= self.total:
            return
        pool = ThreadPoolExecutor(1, thread_name_prefix="piiscan-s3")
        end = min(start + self._length, self.total)
        self._next = start, pool.submit(self._fetcher.get, self._place, start, end, self.etag)
        pool.shutdown(wait=False)

    def _checked(self, fetch: Callable[[], Fetched]) -> bytes:
        try:
            return fetch().data
        except SourceError as error:
            if error.code in {"changed-while-reading", "vanished"}:
                self._seen("", -1)
            raise
