"""Zip packages (OOXML, ODF): parts by name, with limits, and with what can be saved of a damaged archive."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePosixPath
from types import TracebackType
from typing import BinaryIO, Final, Self, cast

from piiscan.content import StreamContent
from piiscan.errors import LimitError, ReadError
from piiscan.model import Content, Embedded, Locator, Problem
from piiscan.protocols import ReadContext

CHUNK: Final = 256 * 1024
_LOCAL: Final = struct.Struct("<4s5H3I2H")
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


Relations = dict[str, tuple[str, str, bool]]
"""Relationship id -> (kind, target, external)."""


class _Guard(io.RawIOBase):
    """A part being read: counts against the budget, and ends early where the archive is broken.

    Not seekable on purpose: going back in a compressed stream means to inflate it again, so that callers spool it.
    """

    def __init__(
        self, package: Package, name: str, stream: BinaryIO, packed: int, *, limit: int, strict: bool, xml: bool
    ) -> None:
        self._package, self._name, self._stream, self._packed = package, name, stream, packed
        self._limit, self._strict, self._xml, self._total = limit, strict, xml, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        try:
            data = self._stream.read(size)
        except ReadError:
            raise
        except _BROKEN as error:
            if self._strict:
                raise ReadError("damaged", type(error).__name__) from None
            self._package.note("part-unreadable", type(error).__name__, self._name)
            return b""
        if self._xml and not self._total and b"<!ENTITY" in data[:65536]:
            # Entities are not expanded, so text may hide in them.
            self._package.note("part-unreadable", "entities", self._name)
        self._total += len(data)
        budget = self._package.context.budget
        budget.spend(len(data))
        budget.check_ratio(self._total, self._packed)
        if self._limit and self._total > self._limit:
            raise LimitError("limit-bytes", str(self._limit))
        return data

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class Package:
    """An open zip package. Use as context manager; parts may still be opened afterwards (the archive is then opened again).

    Problems met while reading parts are kept until somebody takes them with :meth:`take_problems`.
    """

    def __init__(self, content: Content, context: ReadContext) -> None:
        self.content = content
        self.context = context
        self.relations_of: tuple[str | None, Relations] = (None, {})
        self._problems: list[Problem] = []
        self._salvaged: dict[str, tuple[int, int, int]] = {}
        self._stream = content.open()
        self._zip: zipfile.ZipFile | None = None
        self._infos: dict[str, zipfile.ZipInfo] = {}
        try:
            self.names = self._open()
        except BaseException:
            self._stream.close()
            raise
        self._lower = {part.lower(): part for part in reversed(self.names)}  # the first of a name wins

    def _open(self) -> tuple[str, ...]:
        try:
            self._zip = zipfile.ZipFile(self._stream)
            for info in self._zip.infolist():
                if not info.is_dir():
                    name = info.filename.replace("\\", "/").lstrip("/")
                    # Two parts of one name: programs see one of them, so both must be read.
                    self._infos[name + "~2" if name in self._infos else name] = info
            return tuple(self._infos)
        except _BROKEN:
            self._zip = None
            self._salvaged = _salvage(self._stream)
            if not self._salvaged:
                raise ReadError("damaged", "zip") from None
            self.note("part-unreadable", "zip directory")
            return tuple(self._salvaged)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._zip is not None:
            self._zip.close()
        self._stream.close()

    def note(self, code: str, detail: str = "", part: str | None = None) -> None:
        """Keep a problem."""
        self._problems.append(self.context.problem(code, detail, Locator.of(part=part)))

    def take_problems(self) -> Iterator[Problem]:
        """The problems since the last call."""
        problems, self._problems = self._problems, []
        yield from problems

    def find(self, name: str) -> str | None:
        """The part of this name whatever its case, or None."""
        return self._lower.get(name.lower().lstrip("/"))

    def open(self, name: str, *, limit: int = 0, strict: bool = False, xml: bool = False) -> BinaryIO:
        """A part as a stream that is counted and checked. With `strict`, damage raises; else it is noted and ends the stream.

        Raises ReadError (`damaged`, `encrypted`) and LimitError.
        """
        try:
            stream, packed = self._raw(name)
        except ReadError:
            raise
        except RuntimeError:
            raise ReadError("encrypted", "zip") from None
        except (*_BROKEN, KeyError) as error:
            raise ReadError("damaged", type(error).__name__) from None
        return cast("BinaryIO", _Guard(self, name, stream, packed, limit=limit, strict=strict, xml=xml))

    def _raw(self, name: str) -> tuple[BinaryIO, int]:
        if self._salvaged:
            offset, method, size = self._salvaged[name]
            return _inflate(self.content, offset, method, size), max(size, (self.content.size or 0) - offset)
        info = self._infos[name]
        if self._zip is not None and self._zip.fp is not None:
            return self._zip.open(info), info.compress_size  # type: ignore[return-value]
        return _Reopened(self.content.open(), info.filename), info.compress_size  # type: ignore[return-value]

    def xml_stream(self, name: str) -> BinaryIO:
        """A part for an XML parser: lenient, and not larger than `limits.xml_part_bytes`."""
        return self.open(name, limit=self.context.budget.limits.xml_part_bytes, xml=True)

    def read(self, name: str) -> bytes:
        """A whole part; empty (and noted) where it cannot be read."""
        try:
            with self.xml_stream(name) as stream:
                return stream.read()
        except LimitError:
            raise
        except ReadError as error:
            self.note("part-unreadable" if error.code == "damaged" else error.code, error.detail, name)
            return b""

    def embedded(self, name: str, path: str | None = None) -> Embedded:
        """A part as an item of its own."""
        size = self._infos[name].file_size if not self._salvaged else None
        limit = self.context.budget.limits.member_bytes
        content = StreamContent(
            lambda: self.open(name, limit=limit, strict=True), name=PurePosixPath(name).name, size=size
        )
        return Embedded(path=path or name, content=content, size=size)


class _Reopened(io.RawIOBase):
    """A part read after its package was closed: owns the archive it comes from."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._outer = stream
        try:
            self._zip = zipfile.ZipFile(stream)
            self._part = self._zip.open(name)
        except BaseException:
            stream.close()
            raise

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._part.read(size)

    def close(self) -> None:
        if not self.closed:
            self._part.close()
            self._zip.close()
            self._outer.close()
        super().close()


def _salvage(stream: BinaryIO) -> dict[str, tuple[int, int, int]]:
    """Parts found by their local headers, for archives whose directory is cut off or broken: name -> (offset, method, size or 0)."""
    found: dict[str, tuple[int, int, int]] = {}
    stream.seek(0)
    data = stream.read(256 * 1024**2)
    at = data.find(b"PK\x03\x04")
    while at >= 0 and at + 30 <= len(data):
        header = _LOCAL.unpack_from(data, at)
        flags, method, packed, name_len, extra_len = header[2], header[3], header[7], header[9], header[10]
        raw = data[at + 30 : at + 30 + name_len]
        with suppress(UnicodeDecodeError):
            name = raw.decode("utf-8" if flags & 0x800 else "cp437").replace("\\", "/").lstrip("/")
            plausible = name.isprintable() and bool(name) and not name.endswith("/")
            if plausible and method in {0, 8} and not flags & 1:
                found.setdefault(name, (at + 30 + name_len + extra_len, method, 0 if flags & 8 else packed))
        at = data.find(b"PK\x03\x04", at + 4)
    return found


def _inflate(content: Content, offset: int, method: int, size: int) -> BinaryIO:
    stream = content.open()
    stream.seek(offset)
    if method == 0:
        with stream:
            return io.BytesIO(stream.read(size or CHUNK))
    return _Inflater(stream)  # type: ignore[return-value]


class _Inflater(io.RawIOBase):
    """Raw deflate of unknown length; what comes before the damage is given out."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflater = zlib.decompressobj(-15)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail or self._stream.read(CHUNK)
            if not packed:
                raise EOFError
            out = self._inflater.decompress(packed, max(size, 1))
            if out:
                return out
        return b""

    def close(self) -> None:
        self._stream.close()
        super().close()
