"""Tar archives: old, ustar, GNU (long names, sparse) and pax. Links and devices are counted, not followed.

Own code instead of `tarfile`: see ADR 0016 (it ends silently at damage, and header sizes in hostile archives are believed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, ClassVar

from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import Budget
from piiscan.model import Content, Reading
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._unpack import Failures, Names, decode_name, member, metered, read_range, utc

BLOCK = 512
MAX_HEADER = 8 * 1024**2
"""The most that a long name or a pax header may take."""
FILES = frozenset({b"0", b"\0", b"7", b"S", b"M"})
LINKS = frozenset({b"1", b"2"})
NO_CONTENT = frozenset({b"5", b"D", b"V", b"A"})
"""Directories, listings of directories, volume labels, access lists."""
PAX_KEYS = frozenset(
    {"path", "size", "mtime"} | {f"GNU.sparse.{k}" for k in ("name", "major", "map", "size", "realsize", "offset")}
)
MAX_RUNS = 1_000_000
_NUMBER = re.compile(rb"[0-7]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TarEntry:
    """One entry. `runs` are the (offset, size) pieces of data a sparse file has; `stored` bytes follow at `start` in the archive."""

    name: bytes
    type: bytes
    start: int
    stored: int
    size: int
    modified: datetime | None
    runs: tuple[tuple[int, int], ...] | None = None

    @property
    def next(self) -> int:
        return self.start + -(-self.stored // BLOCK) * BLOCK


@dataclass(slots=True)
class _Extended:
    """What headers before an entry say about it: pax records, GNU long name."""

    pax: dict[str, bytes] = field(default_factory=dict)
    shared: dict[str, bytes] = field(default_factory=dict)
    name: bytes | None = None
    sparse: list[bytes] = field(default_factory=list)


class TarReader:
    """Every regular file is an item, in the archive's order."""

    name: ClassVar[str] = "tar"
    media_types: ClassVar[tuple[str, ...]] = ("application/x-tar", "application/x-gtar", "application/x-ustar")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        names, left_out = Names(), Failures(context)
        with content.open() as stream:
            try:
                for entry in entries(stream, context.budget):
                    if entry.type in FILES and not entry.name.endswith(b"/"):
                        yield from _file(stream, entry, names, context)
                    elif entry.type in LINKS:
                        left_out.add("external-reference", "link in a tar archive")
                    elif entry.type not in FILES | NO_CONTENT:
                        left_out.add("special-file", "device, pipe or unknown entry in a tar archive")
            except ReadError as error:
                yield from left_out.problems()
                raise error from None
            yield from left_out.problems()


def _file(stream: BinaryIO, entry: TarEntry, names: Names, context: ReadContext) -> Iterator[Reading]:
    label = names.label(decode_name(entry.name))
    chunks = read_range(stream, entry.start, entry.stored)
    if entry.runs is not None:
        chunks = metered(_sparse(stream, entry), context.budget, max(entry.stored, BLOCK))
    yield from member(context, label, chunks, size=entry.size, modified=entry.modified)


def _sparse(stream: BinaryIO, entry: TarEntry) -> Iterator[bytes]:
    """The data with its holes filled, so that offsets inside the file stay right."""
    position, start = 0, entry.start
    for offset, size in entry.runs or ():
        if offset < position or start + size > entry.start + entry.stored:
            raise ReadError("damaged", "sparse map")
        yield from _zeros(offset - position)
        yield from read_range(stream, start, size)
        start, position = start + size, offset + size
    yield from _zeros(max(0, entry.size - position))


def _zeros(count: int) -> Iterator[bytes]:
    while count > 0:
        yield bytes(min(count, 64 * 1024))
        count -= 64 * 1024


def entries(stream: BinaryIO, budget: Budget) -> Iterator[TarEntry]:
    """The entries. Raises ReadError `damaged` at a bad header and `truncated` where the archive has no end."""
    at, ends = 0, 0
    extended = _Extended()
    while True:
        budget.check_time()
        stream.seek(at)
        block = stream.read(BLOCK)
        if len(block) < BLOCK:
            if block.strip(b"\0") or not ends:
                raise ReadError("truncated", "" if at else "no header")
            return
        if not block.strip(b"\0"):
            ends, at = ends + 1, at + BLOCK
            continue
        if ends and not _plausible(block):
            return  # what follows the end is the filling of the last record
        ends = 0
        at, entry = _entry(stream, block, at, extended)
        if entry is not None:
            extended.pax, extended.name, extended.sparse = {}, None, []
            yield entry


def _plausible(block: bytes) -> bool:
    stored = _number(block[148:156])
    blank = block[:148] + b" " * 8 + block[156:]
    signed = sum(blank) - 256 * sum(1 for b in blank if b > 127)
    return stored in {sum(blank), signed}  # old tars of some systems summed signed bytes


def _number(raw: bytes) -> int:
    """Octal, or GNU's base 256. Raises ReadError where it is neither, or negative."""
    if raw[:1] == b"\x80" and not raw[1:-7].strip(b"\0"):
        return int.from_bytes(raw[-7:], "big")
    text = raw.strip(b" \0")
    match = _NUMBER.match(text)
    if match is None or (match.end() < len(text) and text[match.end() : match.end() + 1] not in {b" ", b"\0"}):
        raise ReadError("damaged", "number in a header")
    return int(match.group() or b"0", 8)


def _when(raw: bytes) -> datetime | None:
    try:
        return utc(_number(raw))
    except ReadError:
        return None


def _entry(stream: BinaryIO, block: bytes, at: int, extended: _Extended) -> tuple[int, TarEntry | None]:
    """Where the next header is, and the entry unless this header only tells about the next one."""
    if not _plausible(block):
        raise ReadError("damaged", "header checksum")
    kind, start = block[156:157], at + BLOCK
    size = 0 if kind in {b"1", b"2", b"3", b"4", b"5", b"6"} else _number(block[124:136])
    if kind in {b"x", b"g", b"X", b"L", b"K"}:
        _extend(stream, kind, start, size, extended)
        return start + -(-size // BLOCK) * BLOCK, None
    pax = {**extended.shared, **extended.pax}
    size = _pax_number(pax, "size", size)
    if kind == b"S":
        return _gnu_sparse(stream, block, start, size, extended)
    entry = TarEntry(
        name=_name(block, extended, pax), type=kind, start=start, stored=size, size=size, modified=_modified(block, pax)
    )  # fmt: skip
    if any(key.startswith("GNU.sparse") for key in pax):
        return entry.next, _pax_sparse(stream, entry, pax, extended)
    return entry.next, entry


def _name(block: bytes, extended: _Extended, pax: Mapping[str, bytes]) -> bytes:
    for key in ("GNU.sparse.name", "path"):
        if pax.get(key):
            return pax[key]
    if extended.name is not None:
        return extended.name
    name, prefix = block[:100].partition(b"\0")[0], block[345:500].partition(b"\0")[0]
    return prefix + b"/" + name if block[257:263] == b"ustar\0" and prefix else name


def _modified(block: bytes, pax: Mapping[str, bytes]) -> datetime | None:
    try:
        return utc(float(pax["mtime"]))
    except (KeyError, ValueError):
        return _when(block[136:148])


def _pax_number(pax: Mapping[str, bytes], key: str, default: int) -> int:
    raw = pax.get(key)
    if raw is None:
        return default
    if not raw.isdigit() or len(raw) > 17:
        raise ReadError("damaged", "number in a header")
    return int(raw)


def _extend(stream: BinaryIO, kind: bytes, start: int, size: int, extended: _Extended) -> None:
    if size > MAX_HEADER:
        raise ReadError("damaged", "header size")
    data = b"".join(read_range(stream, start, size))
    if kind == b"L":
        extended.name = data.rstrip(b"\0")
    elif kind != b"K":
        records = extended.shared if kind == b"g" else extended.pax
        for key, value in _pax_records(data):
            if key in {"GNU.sparse.offset", "GNU.sparse.numbytes"}:
                extended.sparse.append(value)
            if key in PAX_KEYS:
                records[key] = value
        if len(extended.sparse) > MAX_RUNS:
            raise ReadError("damaged", "sparse map")


def _pax_records(data: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    while at < len(data):
        length, space, _ = data[at : at + 24].partition(b" ")
        if not space or not length.isdigit() or int(length) < 5:
            return  # padding, or damage: the plain header still tells the name
        key, _, value = data[at + len(length) + 1 : at + int(length)].partition(b"=")
        yield key.decode("utf-8", "replace"), value.removesuffix(b"\n")
        at += int(length)


def _gnu_sparse(stream: BinaryIO, block: bytes, start: int, stored: int, extended: _Extended) -> tuple[int, TarEntry]:
    """The old GNU format: the map stands in the header and in blocks behind it."""
    runs = list(_map_entries(block[386:482]))
    more, size = block[482:483] not in {b"", b"\0", b"0"}, _number(block[483:495])
    while more:
        if len(runs) * 24 > MAX_HEADER:
            raise ReadError("damaged", "sparse map")
        part = b"".join(read_range(stream, start, BLOCK))
        runs += _map_entries(part[:504])
        more, start = part[504:505] not in {b"\0", b"0"}, start + BLOCK
    entry = TarEntry(
        name=_name(block, extended, {}), type=b"S", start=start, stored=stored, size=size,
        modified=_when(block[136:148]), runs=tuple(runs),
    )  # fmt: skip
    return entry.next, entry


def _map_entries(data: bytes) -> Iterator[tuple[int, int]]:
    for at in range(0, len(data) - 23, 24):
        if data[at] == 0:
            return
        yield _number(data[at : at + 12]), _number(data[at + 12 : at + 24])


def _pax_sparse(stream: BinaryIO, entry: TarEntry, pax: Mapping[str, bytes], extended: _Extended) -> TarEntry:
    """GNU sparse files in pax archives, versions 0.0 and 0.1 (map in the records) and 1.0 (map in front of the data)."""
    start = entry.start
    if pax.get("GNU.sparse.major") == b"1":
        numbers, start = _leading_map(stream, entry)
    else:
        numbers = [
            _digits(n) for n in (pax["GNU.sparse.map"].split(b",") if "GNU.sparse.map" in pax else extended.sparse)
        ]
    size = _pax_number(pax, "GNU.sparse.realsize", _pax_number(pax, "GNU.sparse.size", entry.size))
    return TarEntry(
        name=entry.name, type=entry.type, start=start, stored=entry.stored - (start - entry.start), size=size,
        modified=entry.modified, runs=tuple(zip(numbers[::2], numbers[1::2], strict=False)),
    )  # fmt: skip


def _leading_map(stream: BinaryIO, entry: TarEntry) -> tuple[list[int], int]:
    text, at, lines = b"", entry.start, 0
    wanted: int | None = None
    while wanted is None or lines < wanted:
        part = b"".join(read_range(stream, at, min(BLOCK, entry.next - at)))
        if not part or len(text) > MAX_HEADER:
            raise ReadError("damaged", "sparse map")
        at, lines, text = at + BLOCK, lines + part.count(b"\n"), text + part
        if wanted is None and lines:
            wanted = 1 + 2 * _digits(text.partition(b"\n")[0])
    return [_digits(n) for n in text.split(b"\n")[1:wanted]], at


def _digits(raw: bytes) -> int:
    if not raw.isdigit() or len(raw) > 17:
        raise ReadError("damaged", "sparse map")
    return int(raw)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The tar reader."""
    return [TarReader]
