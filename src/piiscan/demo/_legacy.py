"""Workbooks of Excel 97 to 2003: cells as records, in a compound file of its smallest form."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_SECTOR = 512
_SMALL = 4096
"""Streams shorter than this would have to go to another place in the file, so the workbook is filled up to it."""

_END, _FREE, _TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_BOOK, _SHEET = 0x0005, 0x0010


def xls(sheets: Mapping[str, Sequence[Sequence[str | float]]]) -> bytes:
    """A workbook of text and number cells."""
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_record(0x85, struct.pack("<LBB", 0, 0, 0) + _short_text(name)) for name in sheets]
    start = len(_bof(_BOOK)) + len(_record(0x42, b"\xb0\x04")) + sum(map(len, names)) + 4
    offsets = [start + sum(map(len, bodies[:n])) for n in range(len(bodies))]
    # a sheet's entry begins with the offset of its first record
    entries = b"".join(e[:4] + struct.pack("<L", offset) + e[8:] for e, offset in zip(names, offsets, strict=True))
    stream = _bof(_BOOK) + _record(0x42, b"\xb0\x04") + entries + _record(0x0A, b"") + b"".join(bodies)
    return _compound("Workbook", stream.ljust(_SMALL, b"\0"))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _bof(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHLL", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _short_text(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _sheet(rows: Sequence[Sequence[str | float]]) -> bytes:
    width = max(map(len, rows), default=0)
    out = [_bof(_SHEET), _record(0x0200, struct.pack("<LLHHH", 0, len(rows), 0, width, 0))]
    for row, cells in enumerate(rows):
        for column, value in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if isinstance(value, str):
                raw = value.encode("utf-16-le")
                out.append(_record(0x0204, place + struct.pack("<HB", len(raw) // 2, 1) + raw))
            else:
                out.append(_record(0x0203, place + struct.pack("<d", value)))
    return b"".join([*out, _record(0x0A, b"")])


def _compound(name: str, stream: bytes) -> bytes:
    """One stream in a compound file: header, allocation table, directory, the stream's sectors."""
    count = -(-len(stream) // _SECTOR)
    tables = -(-(count + 2) // (_SECTOR // 4 - 1))
    first = tables + 1
    chain = [_TABLE] * tables + [_END] + [*range(first + 1, first + count), _END]
    chain += [_FREE] * (tables * _SECTOR // 4 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    header += struct.pack("<HHHHH6xLLLLLLLLL", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, tables, 0, _SMALL, _END, 0, _END, 0)
    header += struct.pack("<109L", *range(tables), *[_FREE] * (109 - tables))
    root = _entry("Root Entry", 5, 1, _END, 0)
    entry = _entry(name, 2, _FREE, first, len(stream))
    directory = (root + entry).ljust(_SECTOR, b"\0")
    return header + struct.pack(f"<{len(chain)}L", *chain) + directory + stream.ljust(count * _SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    tail = struct.pack("<HBBLLL16xL16xLQ", len(raw), kind, 1, _FREE, _FREE, child, 0, start, size)
    return raw.ljust(64, b"\0") + tail
