"""Excel's XML of 2003 (SpreadsheetML): rows of a worksheet as a table, everything else as in other XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from piiscan.model import Locator, Reading, TableSegment
from piiscan.readers._numfmt import Formatter, padder, plain
from piiscan.readers._sheetscan import GAP, MAX_ROW, column_name
from piiscan.readers._text import frames, label_name
from piiscan.readers.markup_xml import XmlElement, XmlHandler

if TYPE_CHECKING:
    import polars as pl

NAMESPACE: Final = b"urn:schemas-microsoft-com:office:spreadsheet"
MAX_COLUMN: Final = 16_384
MAX_CELLS: Final = 2_000_000
"""Cells kept before a table comes out; a longer one continues in the next, under its own row numbers."""
HEADER_ROWS: Final = 10
"""So many rows from the top of a table may be merged headers."""
_LOOKS: Final = frozenset({"StyleID", "Type", "Index", "MergeAcross", "MergeDown", "Height", "Width", "Span", "Ticked"})


def is_spreadsheet(head: bytes) -> bool:
    """Whether an XML file that begins so is a workbook. UTF-16 counts too."""
    start = head[:16_384].replace(b"\0", b"")
    return NAMESPACE in start and b"Workbook" in start


class SheetHandler(XmlHandler):
    """Gathers the rows of a worksheet and gives them out as a table at its end."""

    def __init__(self) -> None:
        super().__init__(Locator())
        self.padders: dict[str, Formatter] = {}
        self.style = ""
        self.sheet = Locator()
        self.rows: dict[int, dict[int, str]] = {}
        self.merges: dict[int, list[tuple[int, int]]] = {}
        self.cells = self.row = self.column = self.next_column = 0
        self.kind = self.cell_style = ""

    def finish(self) -> None:
        """Give out what is gathered: at the end of a worksheet, and where the file breaks off."""
        rows, self.rows, self.cells = self.rows, {}, 0
        merges, self.merges = self.merges, {}
        self.ready.extend(_tables(rows, merges, self.sheet))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag, given = _local(name), {_local(key): value for key, value in attributes.items()}
        begin = {
            "Style": self._begin_style,
            "NumberFormat": self._begin_format,
            "Worksheet": self._begin_sheet,
            "Row": self._begin_row,
            "Cell": self._begin_cell,
            "Data": self._begin_data,
        }.get(tag)
        inside = self._in_data()
        if begin is not None and not inside:
            begin(given)
        if tag in {"Row", "Cell", "Data", "Column", "Table"}:
            attributes = {k: v for k, v in attributes.items() if _says(_local(k), v)}
        super()._start(name, attributes)
        if inside:  # rich text: its runs belong to the cell
            self.stack[-1].mixed = True

    def _in_data(self) -> bool:
        return any(_local(element.name) == "Data" for element in self.stack[-8:])

    def _begin_style(self, given: dict[str, str]) -> None:
        self.style = given.get("ID", "")

    def _begin_format(self, given: dict[str, str]) -> None:
        show = padder(given.get("Format", ""))
        if show is not None:
            self.padders[self.style] = show

    def _begin_sheet(self, given: dict[str, str]) -> None:
        self.finish()
        self.row, name = 0, given.get("Name", "")
        self.sheet = Locator.of(sheet=name)
        if name.strip():
            self.ready.append(label_name(name, sheet=name))

    def _begin_row(self, given: dict[str, str]) -> None:
        self.row = _index(given, self.row + 1, MAX_ROW)
        self.next_column = 1

    def _begin_cell(self, given: dict[str, str]) -> None:
        self.column = _index(given, self.next_column, MAX_COLUMN)
        more = _count(given.get("MergeAcross"))
        self.next_column = self.column + more + 1
        self.cell_style = given.get("StyleID", "")
        if more:
            self.merges.setdefault(self.row, []).append((self.column, min(self.column + more, MAX_COLUMN)))

    def _begin_data(self, given: dict[str, str]) -> None:
        self.kind = given.get("Type", "")

    def _end(self, name: str) -> None:
        super()._end(name)
        if _local(name) == "Worksheet":
            self.finish()

    def _flush(self, element: XmlElement) -> None:
        parent = _local(self.stack[-1].name) if self.stack else ""
        # A note has Data too: that is no cell.
        if _local(element.name) != "Data" or parent != "Cell" or not (self.row and self.column):
            super()._flush(element)
            return
        value = self._value("".join(element.texts))
        if value:
            self.rows.setdefault(self.row, {})[self.column] = value
            self.cells += 1
            if self.cells >= MAX_CELLS:
                self.finish()

    def _value(self, text: str) -> str:
        if self.kind == "Boolean":
            return {"1": "TRUE", "0": "FALSE"}.get(text.strip(), text)
        if self.kind == "DateTime":
            day, _, time = text.strip().removesuffix("Z").partition("T")
            time = time.partition(".")[0]
            return day if time in {"", "00:00:00"} else f"{day} {time}"
        if self.kind == "Number":
            show = self.padders.get(self.cell_style)
            # Whole numbers stay as written: a float would round identifiers of more than 15 digits.
            if show is not None or not text.strip().isdigit():
                with suppress(ValueError, OverflowError):
                    return (show or plain)(float(text))
            return text.strip()
        return text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _says(name: str, value: str) -> bool:
    """Formulas are left away as in other workbooks, unless they hold text of their own."""
    return (
        name not in _LOOKS
        and not name.startswith(("Expanded", "Default", "Full"))
        and (name != "Formula" or '"' in value)
    )


def _count(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0


def _index(given: dict[str, str], default: int, most: int) -> int:
    """Where a row or cell says it is; what lies outside of any sheet stays where it is read."""
    number = _count(given.get("Index"))
    return number if default <= number <= most else min(default, most)


def _tables(
    rows: dict[int, dict[int, str]], merges: dict[int, list[tuple[int, int]]], locator: Locator
) -> Iterator[Reading]:
    """One table for each stretch of rows without a long gap, only with columns that hold something."""
    if not rows:
        return
    columns = sorted({column for row in rows.values() for column in row})
    numbers = sorted(rows)
    stretch = [numbers[0]]
    for number in [*numbers[1:], numbers[-1] + GAP + 1]:
        if number - stretch[-1] <= GAP:
            stretch.append(number)
            continue
        yield _table(rows, merges, (stretch[0], stretch[-1]), columns, locator)
        stretch = [number]


def _table(
    rows: dict[int, dict[int, str]],
    merges: dict[int, list[tuple[int, int]]],
    span: tuple[int, int],
    columns: Sequence[int],
    locator: Locator,
) -> TableSegment:
    first, last = span

    def filled() -> Iterator[Sequence[str | None]]:
        for number in range(first, last + 1):
            row = rows.get(number, {})
            if number < first + HEADER_ROWS:
                row = _spread(row, merges.get(number, ()), len(columns))
            yield [row.get(column) for column in columns]

    batches: Iterator[pl.DataFrame] = frames(filled(), len(columns))
    return TableSegment(
        batches=batches,
        locator=locator,
        columns=tuple(column_name(column) for column in columns),
        first_row=first,
        row_count=last - first + 1,
    )


def _spread(row: dict[int, str], merges: Sequence[tuple[int, int]], width: int) -> dict[int, str]:
    """Give each column under a merged header its text; a title over everything is no header."""
    spread = dict(row)
    for left, right in merges:
        if left in row and right - left + 1 < width:
            spread |= {column: row[left] for column in range(left + 1, right + 1) if column not in row}
    return spread
