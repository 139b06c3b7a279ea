"""Cells of a worksheet's XML, streamed into table segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lxml import etree

from piiscan.model import Locator, Problem, TableSegment
from piiscan.readers._numfmt import Formatter, plain
from piiscan.readers._package import Package
from piiscan.readers._sheetscan import MAX_ROW, Scan, column_name, column_number, scan
from piiscan.readers._text import frames, guarded
from piiscan.readers._xml import SAFE, Element, descend, local, unescape, whole

if TYPE_CHECKING:
    import polars as pl

HEADER_ROWS: Final = 10
"""So many rows from the top of a table may be merged headers."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """What cells refer to: the shared strings (read on first need) and, by style number, how numbers are written.

    `padded` are the styles that add leading zeros.
    """

    strings: Callable[[], Sequence[str]] = field(repr=False)
    formats: Mapping[int, Formatter]
    padded: frozenset[int] = frozenset()


def look(package: Package, part: str, padded: frozenset[int] = frozenset()) -> Scan:
    """The first look; where cells have no addresses, a slower one that counts them."""
    with package.xml_stream(part) as stream:
        found = scan(stream, padded)
    if not found.exact:
        found.columns, found.rows = set(), []
        for number, row in _rows(package, part):
            found.rows.append(number)
            found.columns.update(column for column, cell in row if len(cell) or cell.text)
        if not found.skeleton:
            found.skeleton += package.read(part)[: 4 * 1024 * 1024]
    return found


def tables(package: Package, part: str, found: Scan, book: Workbook, locator: Locator) -> Iterator[TableSegment]:
    """One table for each stretch of rows. Only columns that hold something come out, under their own letters."""
    columns = sorted(found.columns)
    if not columns:
        return
    for first, last in found.blocks():
        batches = _frames(package, part, (first, last), columns, found, book)
        yield TableSegment(
            batches=guarded(batches, package.context, locator),
            locator=locator,
            columns=tuple(column_name(c) for c in columns),
            first_row=first,
            row_count=last - first + 1,
        )


def _frames(
    package: Package, part: str, span: tuple[int, int], columns: list[int], found: Scan, book: Workbook
) -> Iterator[pl.DataFrame | Problem]:
    place = {c: i for i, c in enumerate(columns)}
    rows = _filled(package, part, span, place, found, book)
    yield from frames(rows, len(columns))
    yield from package.take_problems()


def _filled(
    package: Package, part: str, span: tuple[int, int], place: Mapping[int, int], found: Scan, book: Workbook
) -> Iterator[Sequence[str | None]]:
    """Rows of a stretch in order, empty ones included, so that positions are row numbers."""
    first, last = span
    expected = first
    for number, cells in _rows(package, part):
        if number < first:
            continue
        if number > last:
            break
        while expected < number:
            yield ()
            expected += 1
        row: list[str | None] = [None] * len(place)
        for column, cell in cells:
            at = place.get(column)
            if at is not None:
                row[at] = cell_text(cell, book)
        if number in found.merges and number < first + HEADER_ROWS:
            _spread(row, found.merges[number], place)
        yield row
        expected = max(expected, number) + 1


def _spread(row: list[str | None], merges: list[tuple[int, int]], place: Mapping[int, int]) -> None:
    """Give each column under a merged header its text; a title over everything is no header."""
    for first, last in merges:
        under = [place[c] for c in range(first + 1, last + 1) if c in place]
        value = row[place[first]] if first in place else None
        if value and len(under) + 1 < len(place):
            for at in under:
                row[at] = row[at] or value


def _rows(package: Package, part: str) -> Iterator[tuple[int, list[tuple[int, Element]]]]:
    """(row number, [(column number, cell)]) in file order."""
    number = 0
    try:
        with package.xml_stream(part) as stream:
            for _, row in etree.iterparse(stream, events=("end",), tag="{*}row", **SAFE):
                number = _row_number(row, number)
                yield number, list(_cells(row))
                row.clear()
                up = row.getparent()
                while up is not None and row.getprevious() is not None:
                    del up[0]
    except etree.XMLSyntaxError:
        package.note("part-unreadable", "XML", part)


def _row_number(row: Element, before: int) -> int:
    value = row.get("r", "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 8 else before + 1
    return number if before < number <= MAX_ROW else before + 1


def _cells(row: Element) -> Iterator[tuple[int, Element]]:
    column = 0
    for cell in row:
        address = cell.get("r")
        column = column_number(address.rstrip("0123456789")) if address else column + 1
        yield column, cell


def cell_text(cell: Element, book: Workbook) -> str | None:
    """What the cell shows, near enough: text, number, date, truth value; None when empty."""
    kind, value = cell.get("t"), None
    for inner in cell:
        tag = local(inner)
        if tag == "v":
            value = inner.text
        elif tag == "is":
            return string_text(inner) or None
    if value is None:
        return None
    if kind == "s":
        return _shared(value, book)
    if kind in {None, "n"}:
        return _number(value, cell.get("s"), book)
    if kind == "b":
        return "TRUE" if value == "1" else "FALSE"
    return unescape(value)


def _shared(value: str, book: Workbook) -> str | None:
    try:
        return book.strings()[int(value)] or None
    except (ValueError, IndexError):
        return None


def _number(value: str, style: str | None, book: Workbook) -> str:
    show = book.formats.get(int(style)) if style and style.isdigit() else None
    # Whole numbers are kept as they are written: a float would round identifiers of more than 15 digits.
    if show is None and value.isdigit():
        return value
    try:
        number = float(value)
        return show(number) if show else plain(number)
    except (ValueError, OverflowError):
        return value


def string_text(element: Element) -> str:
    """Text of a shared or inline string, runs joined, readings left out."""
    if len(element) == 1 and local(element[0]) == "t":
        return unescape(whole(element[0]))
    texts = (t for t in descend(element, "t") if local(t.getparent()) != "rPh")
    return unescape("".join(whole(t) for t in texts))


def reading_text(element: Element) -> str:
    """The reading (furigana) that goes with a string; empty where there is none."""
    return "".join(t.text or "" for t in descend(element, "t") if local(t.getparent()) == "rPh")
