"""Where bytes come from: implementations of :class:`piiscan.model.Content`."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

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
        with stream:
            shutil.copyfileobj(stream, spool, 1024 * 1024)
        spool.seek(0)
        return spool  # type: ignore[return-value]
