"""Records of the old Excel format that calamine does not give: notes, text boxes, headers, links, readings, zero-padding formats."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from piiscan.readers._numfmt import Formatter, padder

_BOF, _EOF, _CONTINUE, _BOUNDSHEET, _SST, _FORMAT, _XF = 0x809, 0x0A, 0x3C, 0x85, 0xFC, 0x41E, 0xE0
_HEADER, _FOOTER, _NOTE, _TXO, _HLINK, _SERIESTEXT = 0x14, 0x15, 0x1C, 0x1B6, 0x1B8, 0x100D
_DRAWINGS, _SHAPES = 0xEB, 0xEC
_NUMBER, _RK, _MULRK, _FORMULA = 0x203, 0x27E, 0xBD, 0x06
MAX_READINGS: Final = 200_000


@dataclass(slots=True)
class Around:
    """What was found beside the cells; `shown` is by sheet number, then (row, column) from 0."""

    lines: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    shown: dict[int, dict[tuple[int, int], Formatter]] = field(default_factory=dict)
    drawings: bytearray = field(default_factory=bytearray)
    shapes: bytearray = field(default_factory=bytearray)


def records(data: bytes) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """(type, bytes, bytes of the continuations) of every record; ends where the stream is cut."""
    at, kind, body, more = 0, -1, b"", list[bytes]()
    while at + 4 <= len(data):
        next_kind, size = struct.unpack_from("<HH", data, at)
        part = data[at + 4 : at + 4 + size]
        at += 4 + size
        if next_kind == _CONTINUE and kind >= 0:
            more.append(part)
            continue
        if kind >= 0:
            yield kind, body, more
        kind, body, more = next_kind, part, []
    if kind >= 0:
        yield kind, body, more


def around(data: bytes) -> Around:
    """Walk a workbook stream (BIFF8). Never raises on damage: what cannot be understood is left out."""
    found = Around()
    formats: dict[int, str] = {}
    styles: list[int] = []
    padded: dict[int, Formatter] = {}
    starts: dict[int, int] = {}
    sheet, at = -1, 0
    for kind, body, more in records(data):
        try:
            if kind == _BOUNDSHEET:
                starts[struct.unpack_from("<I", body)[0]] = len(starts)
            elif kind == _FORMAT:
                formats[struct.unpack_from("<H", body)[0]] = _string(body, 2)
            elif kind == _XF:
                styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == _BOF:
                sheet = starts.get(at, sheet)
                padded = padded or _padded(styles, formats)
            elif kind == _SST:
                found.readings += _readings([body, *more])
            elif padded and kind in {_NUMBER, _RK, _FORMULA, _MULRK}:
                _numbers(kind, body, padded, found.shown.setdefault(sheet, {}))
            else:
                _text(kind, body, more, found)
        except (struct.error, IndexError, UnicodeDecodeError, ValueError):
            pass
        at += 4 + len(body) + sum(4 + len(m) for m in more)
    return found


def _padded(styles: list[int], formats: dict[int, str]) -> dict[int, Formatter]:
    shows = ((number, padder(formats[key])) for number, key in enumerate(styles) if key in formats)
    return {number: show for number, show in shows if show}


def _numbers(kind: int, body: bytes, padded: dict[int, Formatter], shown: dict[tuple[int, int], Formatter]) -> None:
    row, column, style = struct.unpack_from("<HHH", body)
    if kind != _MULRK:
        if style in padded:
            shown[row, column] = padded[style]
        return
    for number in range((len(body) - 6) // 6):
        (style,) = struct.unpack_from("<H", body, 4 + number * 6)
        if style in padded:
            shown[row, column + number] = padded[style]


def _text(kind: int, body: bytes, more: list[bytes], found: Around) -> None:
    if kind in {_HEADER, _FOOTER} and len(body) > 3:
        found.lines.append(_string(body, 0))
    elif kind == _TXO and more:
        text = "".join(_chars(m[0], m[1:]) for m in more[:-1] if m)
        found.texts.append(text[: struct.unpack_from("<H", body, 10)[0]])
    elif kind == _DRAWINGS:
        found.drawings += body + b"".join(more)
    elif kind == _SHAPES:
        found.shapes += body + b"".join(more)
    elif kind == _NOTE and len(body) > 11:
        found.authors.append(_string(body, 8))
    elif kind == _SERIESTEXT and len(body) > 4:
        found.lines.append(_short(body, 2))
    elif kind == _HLINK:
        found.lines += _links(body)


def _chars(flags: int, raw: bytes) -> str:
    return raw.decode("utf-16-le" if flags & 1 else "latin-1", "replace")


def _string(body: bytes, at: int) -> str:
    count, flags = struct.unpack_from("<HB", body, at)
    return _chars(flags, body[at + 3 : at + 3 + count * (2 if flags & 1 else 1)])


def _short(body: bytes, at: int) -> str:
    count, flags = body[at], body[at + 1]
    return _chars(flags, body[at + 2 : at + 2 + count * (2 if flags & 1 else 1)])


def _links(body: bytes) -> Iterator[str]:
    """Addresses in a link record: found by their look, as the record has many shapes."""
    for encoding, step in (("utf-16-le", 2), ("latin-1", 1)):
        for scheme in ("mailto:", "http", "tel:", "file:"):
            at = body.find(scheme.encode(encoding))
            if at >= 0:
                text = body[at:].decode(encoding, "replace").split("\0")[0]
                if len(text) * step > 6:
                    yield text


class _Chunks:
    """Bytes of a record and its continuations; strings that cross a border say their width again."""

    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks, self._number, self._at = chunks, 0, 0

    def take(self, count: int) -> bytes:
        out = b""
        while count > 0:
            chunk = self._chunks[self._number]
            piece = chunk[self._at : self._at + count]
            out, count, self._at = out + piece, count - len(piece), self._at + len(piece)
            if count and self._at >= len(chunk):
                self._number, self._at = self._number + 1, 0
        return out

    def text(self, count: int, flags: int) -> str:
        out = ""
        while count > 0:
            chunk = self._chunks[self._number]
            if self._at >= len(chunk):
                self._number, self._at = self._number + 1, 1
                flags = self._chunks[self._number][0]
                continue
            width = 2 if flags & 1 else 1
            piece = chunk[self._at : self._at + count * width]
            if len(piece) < width:
                raise ValueError("string cut inside a character")
            self._at += len(piece)
            out, count = out + _chars(flags, piece), count - len(piece) // width
        return out


def _readings(chunks: list[bytes]) -> list[str]:
    """String and reading where Excel keeps furigana."""
    data, lines = _Chunks(chunks), list[str]()
    try:
        _, unique = struct.unpack("<II", data.take(8))
        for _ in range(unique):
            count, flags = struct.unpack("<HB", data.take(3))
            runs = struct.unpack("<H", data.take(2))[0] if flags & 8 else 0
            extra = struct.unpack("<I", data.take(4))[0] if flags & 4 else 0
            text = data.text(count, flags)
            data.take(runs * 4)
            block = data.take(extra)
            if len(block) > 14 and len(lines) < MAX_READINGS:
                size = struct.unpack_from("<H", block, 12)[0]
                reading = block[14 : 14 + size * 2].decode("utf-16-le", "replace")
                lines += [f"{text} {reading}"] if reading.strip() else []
    except (struct.error, IndexError, ValueError):
        pass
    return lines
