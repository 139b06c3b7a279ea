"""The binary Excel format (xlsb): its records, and the cells, strings and styles in them.

calamine reads xlsb too, but panics on some files of Excel's own and holds sheets as dense grids.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from piiscan.readers._numfmt import Formatter, formatter, plain

ROW, CELL_LAST, SST_ITEM, BUNDLE, FORMAT, XF, CELL_XFS, CELL_XFS_END = 0, 11, 19, 156, 44, 47, 617, 618
_BLANK, _RK, _ERROR, _BOOL, _REAL, _STRING, _SHARED, _F_STRING, _F_NUM, _F_BOOL, _F_ERROR = range(1, 12)
_ERRORS: Final = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_STATES: Final = ("", "hidden", "veryHidden")


@dataclass(frozen=True, slots=True)
class BinaryBook:
    """What cells refer to."""

    strings: list[str] = field(repr=False)
    formats: Mapping[int, Formatter]


def records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, bytes) of every record; ends where the part is cut."""
    at = 0
    while at < len(data):
        kind, at = _varint(data, at, 2)
        size, at = _varint(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _varint(data: bytes, at: int, longest: int) -> tuple[int, int]:
    value = 0
    for shift in range(longest):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return value, at


def wide(body: bytes, at: int) -> tuple[str, int]:
    """A counted UTF-16 string and the offset behind it. Raises struct.error where it is cut."""
    (count,) = struct.unpack_from("<I", body, at)
    if count == 0xFFFFFFFF:
        return "", at + 4
    return body[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace"), at + 4 + 2 * count


def wide_strings(body: bytes) -> Iterator[str]:
    """Texts anywhere in a record: a 32-bit length and that many UTF-16 units, all printable."""
    at = 0
    while at + 6 <= len(body):
        count = int.from_bytes(body[at : at + 4], "little")
        if 0 < count <= 32767 and at + 4 + 2 * count <= len(body):
            text = body[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace")
            if text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable() and "\ufffd" not in text:
                if text.strip():
                    yield text
                at += 4 + 2 * count
                continue
        at += 1


def sheets(data: bytes) -> Iterator[tuple[str, str, str]]:
    """(name, relationship id, state) of each sheet in a workbook part."""
    for kind, body in records(data):
        if kind == BUNDLE:
            with suppress(struct.error):
                state = struct.unpack_from("<I", body)[0]
                # Files of early versions have four more bytes here; what fits the record's length is right.
                for start in (8, 12):
                    relation, at = wide(body, start)
                    name, end = wide(body, at)
                    if end == len(body):
                        yield name, relation, _STATES[state] if state < 3 else "hidden"
                        break


def shared_strings(data: bytes) -> list[str]:
    """The shared strings."""
    found: list[str] = []
    for kind, body in records(data):
        if kind == SST_ITEM:
            text = ""
            with suppress(struct.error):
                text = wide(body, 1)[0]
            found.append(text)
    return found


def formats(data: bytes) -> dict[int, Formatter]:
    """By cell style number, how numbers are written."""
    codes: dict[int, str] = {}
    found: dict[int, Formatter] = {}
    number, inside = 0, False
    for kind, body in records(data):
        with suppress(struct.error):
            if kind == FORMAT:
                codes[struct.unpack_from("<H", body)[0]] = wide(body, 2)[0]
            elif kind in {CELL_XFS, CELL_XFS_END}:
                inside = kind == CELL_XFS
            elif kind == XF and inside:
                key = struct.unpack_from("<H", body, 2)[0]
                show = formatter(key, codes.get(key, ""))
                found |= {number: show} if show else {}
                number += 1
    return found


def cells(data: bytes, book: BinaryBook) -> Iterator[tuple[int, int, str]]:
    """(row, column, text) of the filled cells, numbered from 1, in file order."""
    row = 0
    for kind, body in records(data):
        with suppress(struct.error, IndexError):
            if kind == ROW:
                row = struct.unpack_from("<I", body)[0] + 1
            elif _BLANK < kind <= CELL_LAST:
                column, style = struct.unpack_from("<II", body)
                text = _text(kind, body, style & 0xFFFFFF, book)
                if text:
                    yield row, column + 1, text


def _text(kind: int, body: bytes, style: int, book: BinaryBook) -> str:
    if kind in {_STRING, _F_STRING}:
        return wide(body, 8)[0]
    if kind == _SHARED:
        number: int = struct.unpack_from("<I", body, 8)[0]
        return book.strings[number]
    if kind in {_BOOL, _F_BOOL}:
        return "TRUE" if body[8] else "FALSE"
    if kind in {_ERROR, _F_ERROR}:
        return _ERRORS.get(body[8], "#ERROR")
    value = _rk(body) if kind == _RK else struct.unpack_from("<d", body, 8)[0]
    try:
        return book.formats.get(style, plain)(value)
    except (OverflowError, ValueError):
        return str(value)


def _rk(body: bytes) -> float:
    (raw,) = struct.unpack_from("<I", body, 8)
    value: float
    if raw & 2:
        value = struct.unpack("<i", struct.pack("<I", raw))[0] >> 2
    else:
        (value,) = struct.unpack("<d", struct.pack("<Q", (raw & 0xFFFFFFFC) << 32))
    return value / 100 if raw & 1 else float(value)
