"""Single compressed files: gzip, bzip2, xz, lzma, compress (.Z), zstd where Python has it. Each holds one member."""

from __future__ import annotations

import bz2
import importlib
import lzma
import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Reading
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._lzw import decompress_lzw
from piiscan.readers._unpack import (
    DICTIONARY_BYTES,
    Decompressor,
    Inflate,
    Names,
    decode_name,
    member,
    metered,
    unpack,
    utc,
)

_SHORT_ENDINGS = re.compile(r"\.t(?:gz|az|bz2?|b2|xz|lz|zst)$", re.IGNORECASE)
_ENDINGS = re.compile(r"\.(?:gz|gzip|z|bz2?|xz|lzma|zst|zstd)$", re.IGNORECASE)


class _Source:
    """A stream read in pieces that knows how much was taken, and takes bytes back."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._back = b""
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end."""
        data, self._back = self._back[:size], self._back[size:]
        if len(data) < size:
            data += self._stream.read(size - len(data))
        self.taken += len(data)
        return data

    def give_back(self, data: bytes) -> None:
        self._back = data + self._back
        self.taken -= len(data)

    def __iter__(self) -> Iterator[bytes]:
        while data := self.read(64 * 1024):
            yield data


@dataclass(frozen=True, slots=True)
class _GzipHeader:
    name: bytes = b""
    modified: int = 0


class CompressedReader:
    """The member is called as the header says (gzip), or as the file is without its ending."""

    name: ClassVar[str] = "compressed"
    media_types: ClassVar[tuple[str, ...]] = (
        "application/gzip",
        "application/x-gzip",
        "application/x-bzip2",
        "application/x-bzip",
        "application/x-xz",
        "application/x-lzma",
        "application/x-compress",
        "application/zstd",
        "application/x-zstd",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        head = content.head()
        unpacker = next((u for magic, u in _UNPACKERS if head.startswith(magic)), None)
        if unpacker is None:
            raise ReadError("damaged" if head else "empty")
        name, modified = _member_name(content.name), None
        with content.open() as stream:
            source = _Source(stream)
            if unpacker is _gunzip:
                header = _gzip_header(source)
                source = _Source(stream)
                stream.seek(0)
                name = decode_name(header.name) or name
                modified = utc(header.modified) if header.modified else None
            chunks = metered(unpacker(source), context.budget, lambda: source.taken)
            yield from member(
                context, Names().label(name.replace("\\", "/").rpartition("/")[2]), chunks, modified=modified
            )


def _member_name(name: str) -> str:
    name = name.replace("\\", "/").rpartition("/")[2]
    if _SHORT_ENDINGS.search(name):
        return _SHORT_ENDINGS.sub(".tar", name)
    return _ENDINGS.sub("", name) or name


def _gzip_header(source: _Source) -> _GzipHeader:
    head = source.read(10)
    if len(head) < 10:
        raise ReadError("truncated")
    if head[:3] != b"\x1f\x8b\x08":
        raise ReadError("damaged", "gzip header")
    flags, modified = head[3], struct.unpack_from("<L", head, 4)[0]
    if flags & 4:
        source.read(int.from_bytes(source.read(2), "little"))
    name = _until_nul(source) if flags & 8 else b""
    if flags & 16:
        _until_nul(source)
    if flags & 2:
        source.read(2)
    return _GzipHeader(name, modified)


def _until_nul(source: _Source) -> bytes:
    kept = b""
    while data := source.read(1024):
        text, nul, rest = data.partition(b"\0")
        kept = (kept + text)[:4096]
        if nul:
            source.give_back(rest)
            return kept
    raise ReadError("truncated")


def _gunzip(source: _Source) -> Iterator[bytes]:
    while True:
        _gzip_header(source)
        yield b""  # lets the budget look at the clock where millions of empty streams follow each other
        engine, crc, length = Inflate(), 0, 0
        for chunk in unpack(iter(source), engine):
            crc, length = zlib.crc32(chunk, crc), length + len(chunk)
            yield chunk
        source.give_back(engine.unused_data)
        trailer = source.read(8)
        if len(trailer) < 8:
            raise ReadError("truncated")
        if trailer != struct.pack("<LL", crc, length & 0xFFFFFFFF):
            raise ReadError("damaged", "checksum")
        if not _another(source, b"\x1f\x8b"):
            return


def _another(source: _Source, magic: bytes) -> bool:
    """Whether another stream follows. Zeros are padding; anything else behind the end is damage."""
    while data := source.read(64 * 1024):
        rest = data.lstrip(b"\0")
        if rest:
            source.give_back(rest)
            if rest.startswith(magic):
                return True
            raise ReadError("damaged", "bytes after the end")
    return False


def _concatenated(make: Callable[[], Decompressor], magic: bytes) -> Callable[[_Source], Iterator[bytes]]:
    def unpacker(source: _Source) -> Iterator[bytes]:
        while True:
            engine = make()
            yield from unpack(iter(source), engine)
            source.give_back(engine.unused_data)
            if not _another(source, magic):
                return

    return unpacker


def _xz() -> Decompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=DICTIONARY_BYTES)


def _lzma_alone() -> Decompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=DICTIONARY_BYTES)


def _zstd(source: _Source) -> Iterator[bytes]:
    try:
        module = importlib.import_module("compression.zstd")
    except ImportError as error:
        raise ReadError("unsupported-format", "zstd needs Python 3.14") from error
    return _concatenated(module.ZstdDecompressor, b"\x28\xb5\x2f\xfd")(source)


def _old_compress(_: _Source) -> Iterator[bytes]:
    raise ReadError("unsupported-format", "compress -H")


def _unlzw(source: _Source) -> Iterator[bytes]:
    return decompress_lzw(iter(source))


_UNPACKERS: tuple[tuple[bytes, Callable[[_Source], Iterator[bytes]]], ...] = (
    (b"\x1f\x8b", _gunzip),
    (b"BZh", _concatenated(bz2.BZ2Decompressor, b"BZh")),
    (b"\xfd7zXZ\x00", _concatenated(_xz, b"\xfd7zXZ\x00")),
    (b"\x1f\x9d", _unlzw),
    (b"\x1f\xa0", _old_compress),
    (b"\x28\xb5\x2f\xfd", _zstd),
    (b"\x5d\x00\x00", _concatenated(_lzma_alone, b"\x5d\x00\x00")),
)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The reader of single compressed files."""
    return [CompressedReader]
