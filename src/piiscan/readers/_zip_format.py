"""The zip format: entries from the central directory or, where that is lost, from the local headers; and an entry's bytes.

Own code instead of `zipfile`: see ADR 0015 (names, damage, overlapping entries, bounded directories).
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from typing import BinaryIO

from piiscan.errors import ReadError
from piiscan.limits import Budget
from piiscan.readers._unpack import (
    CHUNK,
    Decompressor,
    Inflate,
    bzip2,
    decode_name,
    lzma1_filter,
    lzma_raw,
    read_range,
    unpack,
    utc,
)
from piiscan.readers._zip_crypt import decrypted

LOCAL, CENTRAL, END, END64, LOCATOR64, DESCRIPTOR = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08"
)  # fmt: skip
METHODS = {
    1: "shrink",
    6: "implode",
    9: "deflate64",
    10: "dcl implode",
    93: "zstd",
    96: "jpeg",
    97: "wavpack",
    98: "ppmd",
}
MAX_DIRECTORY = 256 * 1024**2
READABLE = {0, 8, 12, 14, 95}
AES = 99
_LOCAL_TIME = timezone(timedelta(hours=9))
"""Zip stores local time without a zone; the archives this program is for were written in Japan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipEntry:
    """One entry. `packed`, `size` and `crc` are None where a damaged archive does not say; `offset` is that of the local header."""

    name: str
    flags: int
    method: int
    offset: int
    packed: int | None
    size: int | None
    crc: int | None
    modified: datetime | None = None
    time: int = 0
    extra: bytes = b""

    @property
    def directory(self) -> bool:
        return self.name.endswith(("/", "\\")) and not self.size

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & 0x41) or self.method == AES


def central_entries(stream: BinaryIO, budget: Budget) -> Iterator[ZipEntry]:
    """The entries the central directory lists. Raises ReadError where it is missing, of another volume, or damaged."""
    start, position, size, count = _directory(stream)
    if size > MAX_DIRECTORY:
        raise ReadError("limit-memory", "zip directory")
    stream.seek(position)
    data = stream.read(size)
    if len(data) < size:
        raise ReadError("truncated")
    at = 0
    for _ in range(count):
        budget.check_time()
        if data[at : at + 4] != CENTRAL or at + 46 > len(data):
            raise ReadError("damaged", "directory")
        entry, at = _central_entry(data, at, start)
        yield entry


def _directory(stream: BinaryIO) -> tuple[int, int, int, int]:
    """Bytes in front of the archive, and position, size and number of entries of the directory."""
    total = stream.seek(0, 2)
    tail_at = max(0, total - 65_557 - 20)
    stream.seek(tail_at)
    tail = stream.read()
    end = tail.rfind(END)
    while end >= 0:
        if end + 22 <= len(tail):
            found = _end_record(stream, tail, end, tail_at)
            if found is not None:
                return found
        end = tail.rfind(END, 0, end)
    raise ReadError("truncated", "no directory")


def _end_record(stream: BinaryIO, tail: bytes, end: int, tail_at: int) -> tuple[int, int, int, int] | None:
    disk, first_disk, _, count, size, offset, _ = struct.unpack_from("<4H2LH", tail, end + 4)
    position = tail_at + end
    if disk not in {0, 0xFFFF} or first_disk not in {0, 0xFFFF}:
        raise ReadError("damaged", "volume of a split archive")
    if end >= 20 and tail[end - 20 : end - 16] == LOCATOR64:
        wide = _end64(stream, struct.unpack_from("<Q", tail, end - 12)[0], position - 20)
        if wide is not None:
            count, size, offset, position = wide
    # an archive behind other bytes (self-extracting) counts from its own start, or from the file's
    for start in (position - size - offset, 0):
        if start >= 0 and (size == 0 or _signature(stream, start + offset) == CENTRAL):
            return start, start + offset, size, count
    return None


def _end64(stream: BinaryIO, offset: int, before: int) -> tuple[int, int, int, int] | None:
    for at in (offset, before - 56):
        if at >= 0 and _signature(stream, at) == END64:
            stream.seek(at)
            record = stream.read(56)
            if len(record) == 56:
                count, size, cd_offset = struct.unpack_from("<3Q", record, 32)
                return count, size, cd_offset, at
    return None


def _signature(stream: BinaryIO, at: int) -> bytes:
    try:
        stream.seek(at)
    except (OverflowError, OSError):
        return b""
    return stream.read(4)


def _central_entry(data: bytes, at: int, start: int) -> tuple[ZipEntry, int]:
    flags, method, time, date, crc, packed, size, name_size, extra_size, comment_size = struct.unpack_from(
        "<4H3L3H", data, at + 8
    )
    offset = struct.unpack_from("<L", data, at + 42)[0]
    name_at = at + 46
    raw = data[name_at : name_at + name_size]
    extra = data[name_at + name_size : name_at + name_size + extra_size]
    size, packed, offset = _zip64(extra, size, packed, offset)
    entry = ZipEntry(
        name=_name(raw, flags, extra), flags=flags, method=method, offset=start + offset, packed=packed, size=size, crc=crc,
        modified=_modified(date, time, extra), time=time, extra=extra,
    )  # fmt: skip
    return entry, name_at + name_size + extra_size + comment_size


def _extras(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        yield kind, extra[at + 4 : at + 4 + size]
        at += 4 + size


def _zip64(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    values = [size, packed, offset]
    for kind, body in _extras(extra):
        if kind != 1:
            continue
        wide = list(struct.unpack_from(f"<{len(body) // 8}Q", body))
        for i, value in enumerate(values):
            if value == 0xFFFFFFFF and wide:
                values[i] = wide.pop(0)
    return values[0], values[1], values[2]


def _name(raw: bytes, flags: int, extra: bytes) -> str:
    for kind, body in _extras(extra):
        # "Unicode Path": valid only while it belongs to the name beside it
        if kind == 0x7075 and len(body) > 5 and body[0] == 1 and int.from_bytes(body[1:5], "little") == zlib.crc32(raw):
            return body[5:].decode("utf-8", "replace")
    if flags & 0x800:
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return decode_name(raw)


def _modified(date: int, time: int, extra: bytes) -> datetime | None:
    for kind, body in _extras(extra):
        if kind == 0x5455 and len(body) >= 5 and body[0] & 1:
            return utc(int.from_bytes(body[1:5], "little", signed=True))
    try:
        local = datetime(
            1980 + (date >> 9),
            date >> 5 & 15,
            date & 31,
            time >> 11,
            time >> 5 & 63,
            (time & 31) * 2,
            tzinfo=_LOCAL_TIME,
        )
    except ValueError:
        return None
    return local.astimezone(UTC)


def local_entries(stream: BinaryIO, budget: Budget) -> Iterator[ZipEntry]:
    """The entries found by walking local headers from the start: for archives whose directory is lost."""
    at = _find(stream, 0, budget, (LOCAL,))
    while at is not None:
        stream.seek(at)
        head = stream.read(30)
        if len(head) < 30:
            return
        flags, method, time, date, crc, packed, size, name_size, extra_size = struct.unpack_from("<4H3L2H", head, 6)
        raw, extra = stream.read(name_size), stream.read(extra_size)
        size, packed, _ = _zip64(extra, size, packed, 0)
        data_at = at + 30 + name_size + extra_size
        known = not flags & 8 or packed > 0
        following = _find(stream, data_at + (packed if known else 0), budget, (LOCAL, CENTRAL))
        if not known and method == 0:
            packed = _stored_size(stream, data_at, following)
            known = True
        yield ZipEntry(
            name=_name(raw, flags, extra), flags=flags, method=method, offset=at, packed=packed if known else None,
            size=size if known and not flags & 8 else None, crc=crc if not flags & 8 else None,
            modified=_modified(date, time, extra), time=time, extra=extra,
        )  # fmt: skip
        at = following if following is not None and _signature(stream, following) == LOCAL else None


def _stored_size(stream: BinaryIO, start: int, following: int | None) -> int:
    end = stream.seek(0, 2) if following is None else following
    for width in (16, 24):
        if end - width >= start and _signature(stream, end - width) == DESCRIPTOR:
            return end - width - start
    return end - start


def _find(stream: BinaryIO, start: int, budget: Budget, signatures: Sequence[bytes]) -> int | None:
    """The next place of any of these four-byte marks."""
    at, kept = start, b""
    while True:
        budget.check_time()
        try:
            stream.seek(at)
        except (OverflowError, OSError):
            return None
        data = stream.read(CHUNK)
        if not data:
            return None
        window = kept + data
        places = [p for p in (window.find(s) for s in signatures) if p >= 0]
        if places:
            return at - len(kept) + min(places)
        at += len(data)
        kept = window[-3:]


def entry_bytes(stream: BinaryIO, entry: ZipEntry, passwords: Sequence[str]) -> Iterator[bytes]:
    """The unpacked bytes of an entry. Raises ReadError: `encrypted`, `unsupported-format`, `damaged`, `truncated`."""
    stream.seek(entry.offset)
    head = stream.read(30)
    if len(head) < 30:
        raise ReadError("truncated")
    if head[:4] != LOCAL:
        raise ReadError("damaged", "entry header")
    name_size, extra_size = struct.unpack_from("<HH", head, 26)
    packed = read_range(stream, entry.offset + 30 + name_size + extra_size, entry.packed)
    method = entry.method
    if entry.encrypted:
        method, packed = decrypted(entry.method, entry.flags, entry.crc, entry.time, entry.extra, packed, passwords)
    if method not in READABLE:
        raise ReadError("unsupported-format", f"zip method {METHODS.get(method, method)}")
    if method == 0:
        return packed
    engine, rest = _engine(method, packed)
    return unpack(rest, engine, marked=method != 14)  # LZMA in zip need not have an end mark


def _engine(method: int, packed: Iterator[bytes]) -> tuple[Decompressor, Iterator[bytes]]:
    if method == 8:
        return Inflate(), packed
    if method == 12:
        return bzip2(), packed
    if method == 95:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ), packed
    first = next(packed, b"")
    size = int.from_bytes(first[2:4], "little")
    return lzma_raw([lzma1_filter(first[4 : 4 + size])]), chain([first[4 + size :]], packed)
