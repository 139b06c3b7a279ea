"""Where bytes come from: implementations of :class:`piiscan.model.Content`."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, ClassVar, Self

from piiscan.errors import LimitError, ReadError, SourceError
from piiscan.limits import SNIFF_BYTES

SPOOL_BYTES = 8 * 1024**2
"""Members up to this size stay in memory; larger ones go to an unnamed temporary file."""


class _Headed:
    """Keeps the head, which sniffing and every reader's first look share."""

    name: str

    def __init__(self, name: str, size: int | None) -> None:
        self.name = name
        self.size = size
        self._head: bytes | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} size={self.size}>"

    def open(self) -> BinaryIO:
        raise NotImplementedError

    def head(self) -> bytes:
        if self._head is None:
            with self.open() as stream:
                self._head = stream.read(SNIFF_BYTES)
        return self._head

    @contextmanager
    def local_path(self) -> Iterator[Path]:
        """A temporary copy with the same ending, removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="piiscan-") as folder:
            path = Path(folder) / ("content" + Path(self.name).suffix[:16])
            with self.open() as stream, path.open("wb") as out:
                shutil.copyfileobj(stream, out, 1024 * 1024)
            yield path


class BytesContent(_Headed):
    """Bytes in memory."""

    def __init__(self, data: bytes, name: str = "") -> None:
        super().__init__(name, len(data))
        self._data = data

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)


class FileContent(_Headed):
    """A file of this machine. `path` may be given as bytes for names that are no text."""

    def __init__(self, path: Path | str | bytes, name: str = "", size: int | None = None) -> None:
        super().__init__(name or str(path if not isinstance(path, bytes) else path.decode("utf-8", "replace")), size)
        self._path = path

    def open(self) -> BinaryIO:
        if self._head is not None and len(self._head) < SNIFF_BYTES:
            return io.BytesIO(self._head)  # the head was all of it: small files are opened once
        return open(self._path, "rb")  # noqa: PTH123 - bytes paths have no Path

    @contextmanager
    def local_path(self) -> Iterator[Path]:
        """The file itself."""
        if isinstance(self._path, bytes):
            with super().local_path() as copy:
                yield copy
        else:
            yield Path(self._path)


class StreamContent(_Headed):
    """Content that a function opens anew each time: remote objects, archive members read in place.

    `opener` must return a fresh stream at position 0; it need not be seekable: what is not is spooled (memory, then disk) on first use.
    """

    def __init__(self, opener: Callable[[], BinaryIO], name: str = "", size: int | None = None) -> None:
        super().__init__(name, size)
        self._opener = opener

    def open(self) -> BinaryIO:
        stream = self._opener()
        if stream.seekable():
            return stream
        spool: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115
        try:
            with stream:
                shutil.copyfileobj(stream, spool, 1024 * 1024)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return spool  # type: ignore[return-value]


class SpooledContent(_Headed):
    """Bytes that come only once (a decompressor, a part of a stream): pulled as far as somebody reads, kept in memory, then on disk.

    What came out before a :class:`ReadError` of `chunks` stays readable and looks complete; the error is then in `failure`, for the reader
    that made this to report. An error before the first byte, and every :class:`LimitError`, is raised to whoever reads that far.
    Use it in a ``with`` block: leaving it frees the spool.
    """

    def __init__(self, chunks: Iterator[bytes], name: str = "", size: int | None = None) -> None:
        super().__init__(name, size)
        self.failure: ReadError | None = None
        self._chunks = chunks
        self._length = 0
        self._done = False
        self._raise = False
        self._spool: tempfile.SpooledTemporaryFile[bytes] = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._spool.close()

    def open(self) -> BinaryIO:
        return io.BufferedReader(PositionedStream(self.read_at, self.fill), 64 * 1024)

    def fill(self, upto: int | None = None) -> int:
        """Pull until `upto` bytes are there (None: everything). Returns how many are."""
        while not self._done and (upto is None or self._length < upto):
            chunk = self._pull()
            self._spool.seek(0, io.SEEK_END)
            self._spool.write(chunk)
            self._length += len(chunk)
        if self.failure is not None and self._raise and (upto is None or upto > self._length):
            raise type(self.failure)(self.failure.code, self.failure.detail)
        return self._length

    def read_at(self, position: int, size: int) -> bytes:
        """Up to `size` bytes from `position`; fewer only at the end."""
        self.fill(position + size)
        self._spool.seek(position)
        return self._spool.read(size)

    def _pull(self) -> bytes:
        try:
            return next(self._chunks)
        except StopIteration:
            self._done = True
        except ReadError as error:
            self._done = True
            self.failure = error
            self._raise = isinstance(error, LimitError) or not self._length
        return b""


class PositionedStream(io.RawIOBase):
    """One reading position in something that can be read at any place: `read_at(position, count)`; `length` is asked only for seeks from the end."""

    def __init__(self, read_at: Callable[[int, int], bytes], length: Callable[[], int]) -> None:
        super().__init__()
        self._read_at = read_at
        self._length = length
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._read_at(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position}.get(whence)
        self._position = max(0, (self._length() if start is None else start) + offset)
        return self._position

    def tell(self) -> int:
        return self._position


class Windows:
    """What was read last of something large that is far away. A window grows while reading goes on and is small again after a jump.

    Subclasses say how large windows are, and fetch: `_fetch(start)` gives up to `_length` bytes from there; `_ahead(start)` may ask for what is likely to be
    wanted next; `_ended()` is the error where bytes end before `total`.
    """

    first_window: ClassVar[int] = 256 * 1024
    last_window: ClassVar[int] = 8 * 1024**2
    kept_windows: ClassVar[int] = 3

    def __init__(self, total: int, first: bytes = b"") -> None:
        self.total = total
        self._kept: dict[int, bytes] = {0: first} if first else {}
        self._length = self.first_window

    def read_at(self, position: int, size: int) -> bytes:
        """Up to `size` bytes from here, at least one unless this is the end. Raises SourceError."""
        if position >= self.total or size <= 0:
            return b""
        start, window = self._window(position)
        return window[position - start : position - start + size]

    def _window(self, position: int) -> tuple[int, bytes]:
        for start, data in reversed(self._kept.items()):
            if start <= position < start + len(data):
                return start, data
        onward = any(start + len(data) == position for start, data in self._kept.items())
        self._length = min(self._length * 2, self.last_window) if onward else self.first_window
        # Whoever jumps near the end (the directory of a zip or parquet file) goes back and forth there.
        start = position if onward else min(position, max(0, self.total - self.first_window))
        data = self._fetch(start)
        if start + len(data) <= position:
            raise self._ended()
        self._kept[start] = data
        while len(self._kept) > self.kept_windows:
            del self._kept[next(iter(self._kept))]
        if onward:
            self._ahead(start + len(data))
        return start, data

    def _fetch(self, start: int) -> bytes:
        raise NotImplementedError

    def _ahead(self, start: int) -> None:
        """Nothing is asked for unless a subclass does."""

    def _ended(self) -> SourceError:
        return SourceError("changed-while-reading")
