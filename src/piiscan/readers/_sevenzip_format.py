"""The 7z header: where the packed streams are, how each folder is coded, what the files are called. Every count is checked
against the bytes that are there before anything is allocated.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import accumulate
from typing import BinaryIO

from piiscan.errors import LimitError, ReadError
from piiscan.readers._unpack import read_range, utc

MAGIC = b"7z\xbc\xaf\x27\x1c"
MAX_HEADER = 128 * 1024**2
MAX_CODERS = 32
MAX_THINGS = 1_000_000
"""Files, folders or streams; what Python makes of each takes a thousand times its bytes in the header."""
_END, _HEADER, _ADDITIONAL, _STREAMS, _FILES = 0, 1, 3, 4, 5
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER, _CODERS_SIZE, _NUM_UNPACK = 6, 7, 8, 9, 10, 11, 12, 13
_EMPTY_STREAM, _EMPTY_FILE, _ANTI, _NAMES, _MTIME, _ATTRIBUTES, _ENCODED = 14, 15, 16, 17, 20, 21, 23
_1601_TO_1970 = 11_644_473_600


@dataclass(frozen=True, slots=True)
class Coder:
    """One step of a folder's decoding."""

    method: bytes
    inputs: int
    outputs: int
    properties: bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """Streams that are decoded together. `binds` are (input, output) pairs, `packed` the inputs that come from the file."""

    coders: tuple[Coder, ...]
    binds: tuple[tuple[int, int], ...]
    packed: tuple[int, ...]
    sizes: tuple[int, ...] = ()
    crc: int | None = None
    places: tuple[tuple[int, int], ...] = ()
    """(start in the file, size) of the packed streams."""

    @property
    def size(self) -> int:
        """Bytes that come out."""
        bound = {out for _, out in self.binds}
        return next((s for i, s in enumerate(self.sizes) if i not in bound), 0)


@dataclass(frozen=True, slots=True)
class Stream:
    """A file's bytes inside a folder."""

    size: int
    crc: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SevenZipFile:
    """A file. `folder` is None where it has no bytes."""

    name: str
    folder: int | None
    size: int
    crc: int | None
    modified: datetime | None
    directory: bool


@dataclass(slots=True)
class Archive:
    """What the header says."""

    folders: list[Folder] = field(default_factory=list)
    streams: list[list[Stream]] = field(default_factory=list)
    files: list[SevenZipFile] = field(default_factory=list)


Decode = Callable[[Folder], Iterator[bytes]]


class _Cursor:
    """Reads header fields; running over the end is damage."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise ReadError("damaged", "header")
        self.at += size
        return self.data[self.at - size : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        """The number of set leading bits of the first byte says how many bytes follow."""
        first, mask, value = self.byte(), 0x80, 0
        for i in range(8):
            if not first & mask:
                return value | (first & (mask - 1)) << 8 * i
            value |= self.byte() << 8 * i
            mask >>= 1
        return value

    def count(self, each: int = 1) -> int:
        """A number of things that take at least `each` bytes of what follows."""
        value = self.number()
        if value * each > self.left:
            raise ReadError("damaged", "header count")
        if value > MAX_THINGS:
            raise LimitError("limit-members", str(MAX_THINGS))
        return value

    def bits(self, count: int) -> list[bool]:
        raw = self.take((count + 7) // 8)
        return [bool(raw[i // 8] & 0x80 >> i % 8) for i in range(count)]

    def defined(self, count: int) -> list[bool]:
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        return [struct.unpack("<L", self.take(4))[0] if there else None for there in self.defined(count)]

    def expect(self, kind: int) -> None:
        if self.byte() != kind:
            raise ReadError("damaged", "header")


def read_archive(stream: BinaryIO, decode: Decode) -> Archive:
    """Read the header; `decode` unpacks it where it is packed. Raises ReadError `damaged`, `truncated`, `encrypted`."""
    stream.seek(0)
    head = stream.read(32)
    if len(head) < 32:
        raise ReadError("truncated")
    if head[:6] != MAGIC or zlib.crc32(head[12:32]) != struct.unpack_from("<L", head, 8)[0]:
        raise ReadError("damaged", "start header")
    offset, size, crc = struct.unpack_from("<QQL", head, 12)
    if not size:
        return Archive()
    if size > MAX_HEADER:
        raise ReadError("limit-memory", "7z header")
    if offset + size + 32 > stream.seek(0, 2):
        raise ReadError("truncated", "7z header")
    data = _verified(b"".join(read_range(stream, 32 + offset, size)), crc)
    for _ in range(8):  # packed headers may be packed again; nobody does it often
        cursor = _Cursor(data)
        kind = cursor.byte()
        if kind == _HEADER:
            return _header(cursor)
        if kind != _ENCODED:
            break
        data = _packed_header(cursor, decode)
    raise ReadError("damaged", "header")


def _verified(data: bytes, crc: int | None) -> bytes:
    if crc is not None and zlib.crc32(data) != crc:
        raise ReadError("damaged", "header checksum")
    return data


def _packed_header(cursor: _Cursor, decode: Decode) -> bytes:
    folders, _ = _streams_info(cursor)
    if len(folders) != 1 or folders[0].size > MAX_HEADER:
        raise ReadError("damaged", "header")
    return _verified(b"".join(decode(folders[0])), folders[0].crc)


def _header(cursor: _Cursor) -> Archive:
    archive = Archive()
    while (kind := cursor.byte()) != _END:
        if kind == _ADDITIONAL:
            _streams_info(cursor)
        elif kind == _STREAMS:
            archive.folders, archive.streams = _streams_info(cursor)
        elif kind == _FILES:
            archive.files = _files_info(cursor, archive.streams)
        elif kind == 2:
            while cursor.byte() != _END:
                cursor.take(cursor.number())
        else:
            raise ReadError("damaged", "header")
    return archive


def _streams_info(cursor: _Cursor) -> tuple[list[Folder], list[list[Stream]]]:
    start, packed = 0, [0][:0]
    folders: list[Folder] = []
    streams: list[list[Stream]] | None = None
    while (kind := cursor.byte()) != _END:
        if kind == _PACK:
            start, packed = _pack_info(cursor)
        elif kind == _UNPACK:
            folders = _place(_unpack_info(cursor), start, packed)
        elif kind == _SUBSTREAMS:
            streams = _substreams(cursor, folders)
        else:
            raise ReadError("damaged", "header")
    return folders, [[Stream(f.size, f.crc)] for f in folders] if streams is None else streams


def _pack_info(cursor: _Cursor) -> tuple[int, list[int]]:
    start, count = 32 + cursor.number(), cursor.count()
    sizes: list[int] = []
    while (kind := cursor.byte()) != _END:
        if kind == _SIZE:
            sizes = [cursor.number() for _ in range(count)]
        elif kind == _CRC:
            cursor.digests(count)
        else:
            raise ReadError("damaged", "header")
    return start, sizes


def _unpack_info(cursor: _Cursor) -> list[Folder]:
    cursor.expect(_FOLDER)
    count = cursor.count()
    if cursor.byte():
        raise ReadError("unsupported-format", "7z external header")
    folders = [_folder(cursor) for _ in range(count)]
    cursor.expect(_CODERS_SIZE)
    folders = [replace(f, sizes=tuple(cursor.number() for _ in range(_outputs(f)))) for f in folders]
    while (kind := cursor.byte()) != _END:
        if kind != _CRC:
            raise ReadError("damaged", "header")
        folders = [replace(f, crc=crc) for f, crc in zip(folders, cursor.digests(count), strict=True)]
    return folders


def _outputs(folder: Folder) -> int:
    return sum(c.outputs for c in folder.coders)


def _folder(cursor: _Cursor) -> Folder:
    count = cursor.count()
    if not 0 < count <= MAX_CODERS:
        raise ReadError("damaged", "header count")
    coders = tuple(_coder(cursor) for _ in range(count))
    inputs, outputs = sum(c.inputs for c in coders), sum(c.outputs for c in coders)
    binds = tuple((cursor.number(), cursor.number()) for _ in range(outputs - 1))
    if any(i >= inputs or o >= outputs for i, o in binds) or inputs < len(binds):
        raise ReadError("damaged", "header")
    packed = inputs - len(binds)
    if packed == 1:
        bound = {i for i, _ in binds}
        return Folder(coders, binds, tuple(i for i in range(inputs) if i not in bound))
    return Folder(coders, binds, tuple(cursor.number() for _ in range(packed)))


def _coder(cursor: _Cursor) -> Coder:
    flags = cursor.byte()
    method = cursor.take(flags & 0x0F)
    inputs, outputs = (cursor.number(), cursor.number()) if flags & 0x10 else (1, 1)
    if not 0 < inputs <= MAX_CODERS or not 0 < outputs <= MAX_CODERS or flags & 0x80:
        raise ReadError("damaged", "header count")
    return Coder(method, inputs, outputs, cursor.take(cursor.number()) if flags & 0x20 else b"")


def _place(folders: Sequence[Folder], start: int, packed: Sequence[int]) -> list[Folder]:
    """Give each folder its packed streams, which follow each other in the file."""
    starts = list(accumulate(packed, initial=start))
    placed, at = [], 0
    for folder in folders:
        until = at + len(folder.packed)
        if until > len(packed):
            raise ReadError("damaged", "header count")
        placed.append(replace(folder, places=tuple(zip(starts[at:until], packed[at:until], strict=True))))
        at = until
    return placed


def _substreams(cursor: _Cursor, folders: Sequence[Folder]) -> list[list[Stream]]:
    counts = [1] * len(folders)
    kind = cursor.byte()
    if kind == _NUM_UNPACK:
        counts = [cursor.number() for _ in folders]
        if sum(max(0, c - 1) for c in counts) > min(cursor.left, MAX_THINGS):
            raise ReadError("damaged", "header count")
        kind = cursor.byte()
    sizes = [_sizes(cursor, f, n, given=kind == _SIZE) for f, n in zip(folders, counts, strict=True)]
    if kind == _SIZE:
        kind = cursor.byte()
    own = [n == 1 and f.crc is not None for f, n in zip(folders, counts, strict=True)]
    missing = sum(n for n, known in zip(counts, own, strict=True) if not known)
    digests: list[int | None] = [None] * missing
    while kind != _END:
        if kind != _CRC:
            raise ReadError("damaged", "header")
        digests = cursor.digests(missing)
        kind = cursor.byte()
    following = iter(digests)
    return [
        [Stream(size, f.crc if known else next(following)) for size in each]
        for f, each, known in zip(folders, sizes, own, strict=True)
    ]


def _sizes(cursor: _Cursor, folder: Folder, count: int, *, given: bool) -> list[int]:
    """All sizes but the last are written; the last is what remains of the folder."""
    if not count:
        return []
    sizes = [cursor.number() for _ in range(count - 1)] if given else []
    if sum(sizes) > folder.size or len(sizes) != count - 1:
        raise ReadError("damaged", "header sizes")
    return [*sizes, folder.size - sum(sizes)]


def _files_info(cursor: _Cursor, streams: Sequence[Sequence[Stream]]) -> list[SevenZipFile]:
    count = cursor.count()
    empty, empty_file, anti = [False] * count, [False] * count, [False] * count
    names: list[str] = []
    times: list[datetime | None] = [None] * count
    directories = [False] * count
    while (kind := cursor.byte()) != _END:
        body = _Cursor(cursor.take(cursor.number()))
        if kind == _EMPTY_STREAM:
            empty = body.bits(count)
        elif kind == _EMPTY_FILE:
            empty_file = _spread(body.bits(sum(empty)), empty)
        elif kind == _ANTI:
            anti = _spread(body.bits(sum(empty)), empty)
        elif kind == _NAMES:
            names = _names(body, count)
        elif kind == _MTIME:
            times = [_when(v) for v in _values(body, count, 8)]
        elif kind == _ATTRIBUTES:
            directories = [bool(v and v & 0x10) for v in _values(body, count, 4)]
    names += [f"{i + 1:04}" for i in range(len(names), count)]
    where = iter([(i, s) for i, folder in enumerate(streams) for s in folder])
    files: list[SevenZipFile] = []
    for i, name in enumerate(names):
        folder, stream = (None, Stream(0, None)) if empty[i] else next(where, (None, None))
        if stream is None:
            raise ReadError("damaged", "more files than streams")
        is_directory = (empty[i] and not empty_file[i]) or directories[i] or anti[i]
        files.append(
            SevenZipFile(
                name=name, folder=folder, size=stream.size, crc=stream.crc, modified=times[i], directory=is_directory
            )
        )
    return files


def _spread(bits: Sequence[bool], empty: Sequence[bool]) -> list[bool]:
    following = iter(bits)
    return [next(following) if e else False for e in empty]


def _names(body: _Cursor, count: int) -> list[str]:
    if body.byte():
        raise ReadError("unsupported-format", "7z external header")
    text = body.take(body.left // 2 * 2).decode("utf-16-le", "replace")
    names = text.split("\0")[:-1]
    if len(names) < count:
        raise ReadError("damaged", "names")
    return names[:count]


def _values(body: _Cursor, count: int, width: int) -> list[int | None]:
    there = body.defined(count)
    if body.byte():
        raise ReadError("unsupported-format", "7z external header")
    return [int.from_bytes(body.take(width), "little") if t else None for t in there]


def _when(filetime: int | None) -> datetime | None:
    return None if not filetime else utc(filetime / 10_000_000 - _1601_TO_1970)
