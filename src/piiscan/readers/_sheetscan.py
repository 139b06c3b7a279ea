"""A first, cheap look over a worksheet's XML: which rows and columns hold anything, what is merged, and all that is not cells.

Worksheets may claim any size and put one cell at the far end; a dense grid of what they claim would not fit any memory. Knowing the used
columns and the stretches of rows first, the cells can be streamed into batches of just that width.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import BinaryIO, Final

CHUNK: Final = 1024 * 1024
MAX_ROW: Final = 1_048_576
GAP: Final = 1000
MAX_BLOCKS: Final = 20
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r=\"([A-Za-z]{1,3})\d+\"[^>]*(?<!/)>")
_ROW: Final = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r=\"(\d+)\"")
_USUAL_CELL: Final = re.compile(rb'<c r="([A-Za-z]{1,3})\d+"[^>/]*>')
_USUAL_ROW: Final = re.compile(rb'<row r="(\d+)"')
_CELLS: Final = re.compile(rb"<(?:\w+:)?c[\s>]")
_EMPTY_CELL: Final = re.compile(rb"<(?:\w+:)?c\s[^>]*/>")
_ROWS: Final = re.compile(rb"<(?:\w+:)?row[\s>]")
_START: Final = re.compile(rb"<(?:\w+:)?sheetData\s*(/?)>")
_END: Final = re.compile(rb"</(?:\w+:)?sheetData\s*>")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>([^<]*(?:@|mailto|://|tel:)[^<]*)<")
_MERGE: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)\"")
SKELETON_BYTES: Final = 32 * CHUNK


@dataclass(slots=True)
class Scan:
    """What the first look found. `exact` is false where cells lack addresses, so that rows and columns are not known."""

    columns: set[int] = field(default_factory=set)
    rows: list[int] = field(default_factory=list)
    merges: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    formulas: set[str] = field(default_factory=set)
    skeleton: bytearray = field(default_factory=bytearray)
    exact: bool = True
    cells: int = 0
    styled: bool = False

    def blocks(self) -> list[tuple[int, int]]:
        """Stretches of rows (first, last) without long gaps between them."""
        rows = sorted(set(self.rows))
        if not rows:
            return []
        gaps = sorted(((b - a, i + 1) for i, (a, b) in enumerate(pairwise(rows)) if b - a > GAP))
        cuts = sorted(i for _, i in gaps[-(MAX_BLOCKS - 1) :])
        edges = [0, *cuts, len(rows)]
        return [(rows[a], rows[b - 1]) for a, b in pairwise(edges)]


def column_number(letters: str) -> int:
    """A = 1, Z = 26, AA = 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def column_name(number: int) -> str:
    """1 = A, 27 = AA."""
    name = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def scan(stream: BinaryIO, styles: frozenset[int] = frozenset()) -> Scan:
    """Look over a worksheet. Reads the whole stream; keeps only what is not cells. `styled` tells whether one of `styles` is in use."""
    found = Scan()
    marks = tuple(b' s="%d"' % style for style in styles)
    letters: set[bytes] = set()
    buffer, state = b"", "before"
    while chunk := stream.read(CHUNK):
        buffer += chunk
        if buffer[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            found.exact = False
            return found
        if state == "before":
            start = _START.search(buffer)
            if start is None:
                if len(buffer) > SKELETON_BYTES:
                    break
                continue
            found.skeleton += buffer[: start.start()]
            buffer, state = buffer[start.end() :], "after" if start[1] else "in"
        if state == "in":
            end = _END.search(buffer)
            cut = end.start() if end else _safe_cut(buffer)
            found.styled = found.styled or any(mark in buffer[:cut] for mark in marks)
            _look(buffer[:cut], found, letters)
            buffer, state = buffer[end.end() if end else cut :], "after" if end else "in"
        if state == "after" and len(found.skeleton) < SKELETON_BYTES:
            found.skeleton += buffer
            buffer = b""
    if state == "in":
        _look(buffer, found, letters)
    elif state == "before":
        found.skeleton += buffer
    found.columns = {column_number(name.decode("ascii")) for name in letters}
    for a, row, b, last in _MERGE.findall(found.skeleton):
        _merge(found, column_number(a.decode()), int(row), column_number(b.decode()), int(last))
    return found


def _safe_cut(buffer: bytes) -> int:
    cut = buffer.rfind(b"row>")
    if cut < 0 and len(buffer) > 8 * CHUNK:
        cut = buffer.rfind(b"<")
        return max(cut, 0)
    return cut + 4 if cut >= 0 else 0


def _look(data: bytes, found: Scan, letters: set[bytes]) -> None:
    if not data:
        return
    usual = b":row" not in data and all(data.count(b"<%b " % t) == data.count(b'<%b r="' % t) for t in (b"c", b"row"))
    # Nearly every program writes r first and no prefix; the patterns for that are several times faster.
    cells = (_USUAL_CELL if usual else _CELL).findall(data)
    letters.update(cells)
    found.cells += len(cells)
    rows = [n for n in map(int, (_USUAL_ROW if usual else _ROW).findall(data)) if n <= MAX_ROW]
    if not usual or b"<c>" in data or b"<row>" in data:
        filled = len(_CELLS.findall(data)) - len(_EMPTY_CELL.findall(data))
        found.exact &= filled <= len(cells) and len(rows) == len(_ROWS.findall(data))
    found.rows += rows
    if b"@" in data or b"://" in data or b"tel:" in data or b"mailto" in data:
        found.formulas.update(f.decode("utf-8", "replace") for f in _FORMULA.findall(data))


def _merge(found: Scan, first: int, row: int, last: int, last_row: int) -> None:
    if last > first and last_row - row < 10:
        found.merges.setdefault(row, []).append((first, min(last, 16384)))
