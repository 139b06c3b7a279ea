"""Spreadsheet tables of OpenDocument: sheets streamed into batches, repeated cells and rows kept short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from piiscan.model import Locator, Reading, TableSegment
from piiscan.protocols import ReadContext
from piiscan.readers._odfxml import OdfText, repeat
from piiscan.readers._sheetscan import Scan, column_name
from piiscan.readers._text import Block, frames, label_name, segments
from piiscan.readers._xml import Element, attr, child, local

MAX_COLUMN: Final = 16_384
MAX_COPIES: Final = 1_000
"""A repeated filled row counts so many times at most: nobody keeps a thousand equal rows of persons."""


def hidden_styles(root: Element) -> frozenset[str]:
    """Names of table styles that hide their sheet."""
    return frozenset(
        attr(s, "name")
        for s in root.iter("{*}style")
        if attr(s, "family") == "table"
        and child(s, "table-properties") is not None
        and attr(child(s, "table-properties"), "display") == "false"
    )


def sheet(table: Element, text: OdfText, hidden: frozenset[str], context: ReadContext) -> Iterator[Reading]:
    """A sheet: its name, its cells as tables, its shapes as text."""
    name = attr(table, "name")
    locator = Locator.of(sheet=name, hidden="hidden" if attr(table, "style-name") in hidden else None)
    if name.strip():
        yield label_name(name, sheet=name)
    rows: dict[int, dict[int, str]] = {}
    shapes: list[Block] = []
    number = 0
    for row in table.iter("{*}table-row"):
        context.budget.check_time()
        copies = repeat(row, "number-rows-repeated", 1 << 21)
        cells = _cells(row, text, shapes)
        if cells:
            for copy in range(min(copies, MAX_COPIES)):
                rows[number + copy + 1] = cells
        number += copies
    columns = sorted({c for row in rows.values() for c in row})
    for first, last in Scan(rows=list(rows)).blocks():
        yield TableSegment(
            batches=frames(_span(rows, columns, first, last), len(columns)),
            locator=locator,
            columns=tuple(column_name(c) for c in columns),
            first_row=first,
            row_count=last - first + 1,
        )
    for holder in table:
        if local(holder) in {"shapes", "forms"}:
            shapes += text.blocks(holder)
    yield from segments(shapes, locator)


def _span(rows: dict[int, dict[int, str]], columns: list[int], first: int, last: int) -> Iterator[Sequence[str | None]]:
    for number in range(first, last + 1):
        cells = rows.get(number)
        yield [cells.get(c) for c in columns] if cells else ()


def _cells(row: Element, text: OdfText, shapes: list[Block]) -> dict[int, str]:
    found: dict[int, str] = {}
    column = 1
    for cell in row:
        if local(cell) not in {"table-cell", "covered-table-cell"}:
            continue
        copies = repeat(cell, "number-columns-repeated", MAX_COLUMN)
        value = _value(cell, text, shapes)
        if value:
            for copy in range(min(copies, 256)):
                if column + copy <= MAX_COLUMN:
                    found[column + copy] = value
        column += copies
    return found


def _value(cell: Element, text: OdfText, shapes: list[Block]) -> str:
    """What the cell shows, but numbers and dates in plain form where that says more."""
    lines: list[str] = []
    for inner in cell:
        if local(inner) in {"p", "h"}:
            blocks = list(text.paragraph(inner))
            lines += [b for b in blocks[:1] if isinstance(b, str)]
            shapes += blocks[1:]
        elif local(inner) == "annotation":
            text._annotation(inner)  # noqa: SLF001 - same family
        elif len(inner):
            shapes += text.blocks(inner)
    shown = "\n".join(lines)
    kind = attr(cell, "value-type")
    if kind == "date" and attr(cell, "date-value"):
        return attr(cell, "date-value").replace("T", " ").removesuffix(" 00:00:00")
    if kind == "float":
        plain = attr(cell, "value").removesuffix(".0")
        # A display with leading zeros or hyphens is an identifier; one with separators or an exponent is not.
        digits = shown.strip()
        same = digits.replace("-", "").isdigit() and digits.replace("-", "").lstrip("0") == plain.lstrip("0")
        return digits if same else plain or shown
    return shown or attr(cell, "string-value")
