"""The bytes of files on a web server: small ones in one request, large ones in windows by ranges, or spooled where the server has no ranges.

No connection stays open between reads. A connection that breaks is taken up where it broke; every piece must come from the same state of the file
(ETag or date of change), else it is `changed-while-reading`.
"""

from __future__ import annotations

import io
import re
import tempfile
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import BinaryIO

from urllib3.response import BaseHTTPResponse

from piiscan.content import PositionedStream, StreamContent, Windows
from piiscan.errors import SourceError
from piiscan_cms.faults import BUSY, FAULTS, fault, refusal, retry_after
from piiscan_cms.web import Web, backoff

WHOLE_BYTES = 8 * 1024**2
"""Files up to this size are fetched by one request and kept in memory."""

FIRST_WINDOW = Windows.first_window

_CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes of a file. `total` is None where the server did not say; `ranged` whether it answered with a range; `state` tells versions apart."""

    data: bytes = field(repr=False)
    total: int | None
    state: str
    ranged: bool

    @property
    def complete(self) -> bool:
        """Whether these are all bytes, of a piece that began at 0."""
        return self.total is not None and len(self.data) >= self.total


@dataclass(slots=True)
class Fetcher:
    """Gets pieces of files, without the account: files are for everybody, and the password is for the interface only."""

    web: Web

    def piece(self, url: str, start: int, length: int, state: str = "") -> Piece:
        """Up to `length` bytes from `start`; fewer only at the end. With `state` only of that state. Raises SourceError."""
        part = _Part(start, length, state)
        options, failures, waited = self.web.options, 0, 0.0
        while True:
            pause: float | None = None
            try:
                answer = self.web.open(url, _headers(start + len(part.data), start + length))
                if answer.status not in BUSY:
                    return part.taken(answer, url)
                pause = retry_after(answer.headers)
                answer.drain_conn()
                answer.release_conn()
                problem: SourceError = refusal(answer.status, b"")
            except FAULTS as error:
                problem = fault(error)
            failures += 1
            wait = pause if pause is not None else backoff(failures)
            if problem.code != "try-later" or failures >= options.attempts or waited + wait > options.patience:
                raise problem from None
            time.sleep(wait)
            waited += wait

    def spooled(self, url: str, limit: int) -> tuple[BinaryIO, int, str]:
        """All of a file whose server has no ranges, in a temporary file; the size, and its state."""
        spool: BinaryIO = tempfile.SpooledTemporaryFile(max_size=WHOLE_BYTES)  # type: ignore[assignment]  # noqa: SIM115
        try:
            for failures in range(1, self.web.options.attempts + 1):
                spool.seek(0)
                spool.truncate()
                try:
                    return spool, *self._spool(url, spool, limit)
                except FAULTS as error:
                    problem = fault(error)
                    if problem.code != "try-later" or failures == self.web.options.attempts:
                        raise problem from None
                time.sleep(backoff(failures))
        except BaseException:
            spool.close()
            raise
        raise AssertionError

    def _spool(self, url: str, spool: BinaryIO, limit: int) -> tuple[int, str]:
        answer = self.web.open(url, {"Accept-Encoding": "identity"})
        try:
            if answer.status != 200:
                raise refusal(answer.status, answer.read(65536))
            check_kind(answer, url)
            size = 0
            while chunk := answer.read(_CHUNK):
                spool.write(chunk)
                size += len(chunk)
                if limit and size > limit:
                    answer.close()
                    raise SourceError("too-large", str(limit))
            return size, answer.headers.get("ETag") or ""
        finally:
            answer.release_conn()


@dataclass(slots=True)
class _Part:
    """A piece while it comes: what arrived before a connection broke stays."""

    start: int
    length: int
    state: str
    data: bytearray = field(default_factory=bytearray, repr=False)

    def taken(self, answer: BaseHTTPResponse, url: str) -> Piece:
        """The piece, when its body came to the end."""
        try:
            if answer.status == 416:
                return Piece(b"", self.start, self.state, ranged=True)
            if answer.status not in {200, 206}:
                raise refusal(answer.status, answer.read(65536))
            check_kind(answer, url)
            return self._poured(answer)
        finally:
            if answer.status == 200 and len(self.data) >= self.length:
                answer.close()  # the rest of the file is not wanted
            answer.release_conn()

    def _poured(self, answer: BaseHTTPResponse) -> Piece:
        ranged = answer.status == 206
        now = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if self.state and now and now != self.state:
            raise SourceError("changed-while-reading")
        self.state = self.state or now
        position = self.start + len(self.data)
        begins, total = _extent(answer, ranged=ranged)
        if begins > position:
            raise SourceError("io-error", "the server sent another range")
        skip = position - begins
        while len(self.data) < self.length and (chunk := answer.read1(_CHUNK)):
            part = chunk[skip:] if skip else chunk
            skip = max(0, skip - len(chunk))
            self.data += part[: self.length - len(self.data)]
        if total is None and len(self.data) < self.length:
            total = self.start + len(self.data)
        return Piece(bytes(self.data), total, self.state, ranged)


def check_kind(answer: BaseHTTPResponse, url: str) -> None:
    """Raise SourceError where a page came in place of a file: a log-in form, a page that says the file is not there."""
    page = answer.headers.get("Content-Type", "").lower().startswith(("text/html", "application/xhtml"))
    if page and not url.partition("?")[0].lower().endswith((".html", ".htm", ".xhtml", "/")):
        raise SourceError("io-error", "a page came instead of the file")


def _headers(start: int, end: int) -> dict[str, str]:
    # Without the encoding a range would be one of compressed bytes.
    return {"Accept": "*/*", "Accept-Encoding": "identity", "Range": f"bytes={start}-{end - 1}"}


def _extent(answer: BaseHTTPResponse, *, ranged: bool) -> tuple[int, int | None]:
    """Where a body begins in the file, and the file's size."""
    if not ranged:
        length = answer.headers.get("Content-Length", "")
        return 0, int(length) if length.isdigit() else None
    found = _RANGE.match(answer.headers.get("Content-Range", ""))
    if found is None:
        raise SourceError("io-error", "a range without Content-Range")
    return int(found[1]), int(found[3]) if found[3].isdigit() else None


class RemoteContent(StreamContent):
    """One file. `ready` is its beginning where it was fetched ahead; `limit` the most bytes that are spooled (0: any)."""

    def __init__(
        self,
        fetcher: Fetcher,
        url: str,
        name: str,
        size: int | None,
        *,
        limit: int = 0,
        ready: Future[Piece] | None = None,
    ) -> None:
        super().__init__(self._stream, name, size)
        self._fetcher, self._url, self._limit, self._ready = fetcher, url, limit, ready
        self._open: Callable[[], BinaryIO] | None = None

    def open(self) -> BinaryIO:
        """A fresh stream. Raises SourceError when the file cannot be had."""
        return self._stream()

    def _stream(self) -> BinaryIO:
        if self._open is None:
            self._open = self._begin()
        return self._open()

    def _begin(self) -> Callable[[], BinaryIO]:
        large = self.size is not None and self.size > WHOLE_BYTES
        ready, self._ready = self._ready, None
        first = (
            ready.result()
            if ready is not None
            else self._fetcher.piece(self._url, 0, FIRST_WINDOW if large else WHOLE_BYTES)
        )
        if self._limit and (first.total or 0) > self._limit:
            raise SourceError("too-large", str(self._limit))
        if first.complete:
            self.size = len(first.data)
            return lambda: io.BytesIO(first.data)
        if first.ranged and first.total is not None:
            self.size = first.total
            windows = RangedWindows(self._fetcher, self._url, first, first.total)
            return lambda: io.BufferedReader(PositionedStream(windows.read_at, lambda: windows.total), 64 * 1024)
        spool, self.size, _ = self._fetcher.spooled(self._url, self._limit)
        shared = _Shared(spool)
        weakref.finalize(shared, spool.close)
        return lambda: io.BufferedReader(PositionedStream(shared.read_at, lambda: self.size or 0), 64 * 1024)


@dataclass(slots=True, weakref_slot=True)
class _Shared:
    """One temporary file read at many places; it is gone when nobody holds it."""

    spool: BinaryIO

    def read_at(self, position: int, size: int) -> bytes:
        self.spool.seek(position)
        return self.spool.read(size)


class RangedWindows(Windows):
    """The parts of one large file that were fetched last, all of the same state."""

    def __init__(self, fetcher: Fetcher, url: str, first: Piece, total: int) -> None:
        super().__init__(total, first.data)
        self._fetcher, self._url, self._state = fetcher, url, first.state

    def _fetch(self, start: int) -> bytes:
        piece = self._fetcher.piece(self._url, start, min(self._length, self.total - start), self._state)
        if piece.total is not None and piece.total != self.total:
            raise self._ended()
        return piece.data
