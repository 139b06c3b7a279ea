"""Reading a company's own ledger: which sheets are one, where the headings are, which column is which, and the rows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from piiscan.errors import UsageError
from piiscan.ledger.columns import KEY_HEAD, PREFIX, column_of, normal_head
from piiscan.ledger.package import SheetPart, Workbook

_LOOK = 40
"""Rows at the top among which headings are looked for."""
_MIN_COLUMNS = 3
_LEVELS = 3
_WHOLE = 1000
"""Merged ranges up to such a column are as wide as the sheet, not as the table."""
_EXAMPLES = ("例", "記入例", "記載例", "example")
"""Lines that a heading may have."""
_LONG = 60
"""A longer text is no heading."""
_SUMS = ("合計", "小計", "総計", "total", "計")
_NAMING = ("name", "items", "place")
_OF_PEOPLE = frozenset(normal_head(h) for h in ("状態", "確認者", "確認日", "state", "confirmed by", "confirmed on"))
"""Columns of the ledger that piiscan writes which only people fill."""


@dataclass(frozen=True, slots=True)
class TheirRow:
    """A row of their ledger: its number in the sheet and what its known columns say."""

    sheet: str
    number: int
    texts: Mapping[str, str]
    key: str = ""

    def text(self, column: str) -> str:
        """What a column says; empty where it is not there."""
        return self.texts.get(column, "")


@dataclass(frozen=True, slots=True)
class TheirSheet:
    """A sheet that is a ledger. Rows and columns count from 1."""

    part: SheetPart
    header_row: int
    """The last row of the headings."""
    columns: Mapping[int, str]
    """Column id by position."""
    headings: Mapping[int, str]
    rows: tuple[TheirRow, ...]
    ours: Mapping[str, int] = field(default_factory=dict)
    """Positions of columns that piiscan added earlier, by heading."""
    width: int = 0
    """The last used column."""

    @property
    def unknown(self) -> tuple[str, ...]:
        """Headings that mean none of our columns."""
        return tuple(
            heading
            for n, heading in self.headings.items()
            if n not in self.columns and not heading.startswith(PREFIX) and normal_head(heading) not in _OF_PEOPLE
        )


def read_sheets(path: Path, workbook: Workbook, mapping: Mapping[str, str]) -> tuple[TheirSheet, ...]:
    """All sheets that are ledgers. `mapping` says for headings (as they are written) which column they are; ``-`` for none.

    Raises :class:`UsageError` where no sheet has headings that are known.
    """
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
    except Exception as error:  # noqa: BLE001 - the library raises its own kinds for damaged files
        raise UsageError(f"{path} cannot be read as a workbook: {type(error).__name__}") from None
    chosen = {normal_head(head): column for head, column in mapping.items()}
    found: list[TheirSheet] = []
    unreadable: list[str] = []
    for part in workbook.sheets:
        if part.name.startswith("piiscan ") or part.name not in book.sheet_names:
            continue
        try:
            grid = _grid(book.get_sheet_by_name(part.name))
        except Exception as error:  # noqa: BLE001 - merges of whole rows as LibreOffice writes them, for one
            unreadable.append(f"{part.name} ({type(error).__name__})")
            continue
        made = _ledger(part, grid, workbook, chosen)
        if made is not None:
            found.append(made)
    if not found:
        raise UsageError(
            f"{path}: no sheet looks like a ledger: at least {_MIN_COLUMNS} known headings are wanted in one row"
            + (f"; sheets that cannot be read: {', '.join(unreadable)}" if unreadable else "")
        )
    return tuple(found)


def _grid(sheet: Any) -> list[list[str]]:
    """All cells as text, from A1 on."""
    rows = sheet.to_python(skip_empty_area=False)
    return [[_text(value) for value in row] for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time().isoformat() == "00:00:00" else value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _ledger(part: SheetPart, grid: list[list[str]], workbook: Workbook, chosen: Mapping[str, str]) -> TheirSheet | None:
    spans = _Spans(workbook.merged(part), len(grid))
    best: tuple[int, int, dict[int, str], dict[int, str]] | None = (
        None  # headings below these must know two columns more
    )
    for last in range(min(_LOOK, len(grid))):
        for levels in range(1, _LEVELS + 1):
            if last - levels + 1 < 0:
                break
            headings = _headings(grid, spans, last - levels + 1, last)
            if levels > 1 and not _is_heading_line(grid, spans, last, chosen):
                break
            columns = _columns(headings, chosen)
            named = any(column in _NAMING for column in columns.values())
            count = len(columns)
            if named and count >= _MIN_COLUMNS and (best is None or count > best[0] + (last - levels + 1 > best[1])):
                best = (count, last, columns, headings)
    if best is None:
        return None
    _, last, columns, headings = best
    ours = {h: n for n, h in headings.items() if h.startswith(PREFIX)}
    key = ours.get(KEY_HEAD)
    rows = tuple(_rows(part.name, grid, spans, last, columns, key))
    width = max([len(row) for row in grid if any(row)] + [workbook.width(part), spans.last_column])
    return TheirSheet(part, last + 1, columns, headings, rows, ours, width)


class _Spans:
    """Merged ranges: the cell that a place belongs to."""

    def __init__(self, ranges: Sequence[tuple[int, int, int, int]], rows: int) -> None:
        self._rows: dict[int, list[tuple[int, int, int]]] = {}
        for a, b, c, d in ranges:
            for row in range(a - 1, min(c, rows)):
                self._rows.setdefault(row, []).append((a - 1, b - 1, d - 1))
        # A title merged over the whole row of the sheet is no reason to go there.
        self.last_column = max((d for _, _, _, d in ranges if d < _WHOLE), default=0)

    def origin(self, row: int, column: int) -> tuple[int, int]:
        for top, left, right in self._rows.get(row, ()):
            if left <= column <= right:
                return top, left
        return row, column


def _at(grid: list[list[str]], row: int, column: int) -> str:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else ""


def _headings(grid: list[list[str]], spans: _Spans, first: int, last: int) -> dict[int, str]:
    """Heading by column (from 1): the lines of it joined, merged cells said once."""
    width = max((len(grid[row]) for row in range(first, last + 1)), default=0)
    found: dict[int, str] = {}
    for column in range(width):
        parts: list[str] = []
        for row in range(first, last + 1):
            text = _at(grid, *spans.origin(row, column)).strip()
            if text and (not parts or parts[-1] != text):
                parts.append(text)
        if parts:
            found[column + 1] = "\n".join(parts)
    return found


def _is_heading_line(grid: list[list[str]], spans: _Spans, row: int, chosen: Mapping[str, str]) -> bool:
    """Whether a line below others belongs to the headings: at least half of what is written in it are headings.

    A row of the ledger may hold a word that is one, as 特定個人情報 in a column 区分.
    """
    cells = (text for n, text in enumerate(grid[row]) if spans.origin(row, n) == (row, n))
    own = [text for text in cells if text.strip() and not text.startswith(PREFIX)]
    known = [text for text in own if chosen.get(normal_head(text)) or (len(text) <= _LONG and column_of(text))]
    return len(known) * 2 >= len(own)


def _columns(headings: Mapping[int, str], chosen: Mapping[str, str]) -> dict[int, str]:
    """Which of our columns each is; the first that claims a column has it, and a long text is no heading."""
    found: dict[int, str] = {}
    for position, heading in headings.items():
        column = chosen.get(normal_head(heading)) or (column_of(heading) if len(heading) <= _LONG else None)
        if column and column != "-" and column not in found.values():
            found[position] = column
    return found


def _rows(
    sheet: str, grid: list[list[str]], spans: _Spans, last: int, columns: Mapping[int, str], key: int | None
) -> Iterator[TheirRow]:
    for number in range(last + 1, len(grid)):
        texts = {column: _at(grid, *spans.origin(number, position - 1)).strip() for position, column in columns.items()}
        own = {c for p, c in columns.items() if _at(grid, number, p - 1).strip()}
        said = [t for c, t in texts.items() if c in _NAMING and t]
        if not said or not own - {"number"} or _is_none(texts):
            continue
        yield TheirRow(sheet, number + 1, texts, _at(grid, number, key - 1).strip() if key else "")


def _is_none(texts: Mapping[str, str]) -> bool:
    """Whether a line is no row: a sum, an example how to fill it in, the headings once more."""
    first = next((unicodedata.normalize("NFKC", t).strip("()[]【】<>: ").lower() for t in texts.values() if t), "")
    again = sum(column_of(text) == column for column, text in texts.items() if len(text) <= _LONG)
    return first in (*_SUMS, *_EXAMPLES) or again >= _MIN_COLUMNS
