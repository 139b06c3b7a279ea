"""Sheets that are forms, not lists: a label cell, and its value to the right of it or below."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from piiscan.detect.headers import label_cells
from piiscan.model import Detected, Locator, SegmentKind, TableSegment, TextHits, TextSegment

if TYPE_CHECKING:
    from piiscan.detect.columns import ColumnStage

Rows = Sequence[tuple[str | None, ...]]

_REACH = 6
_GATE = re.compile(
    r"[@＠]|[0-9０-９][0-9０-９ \-‐‑‒–—―−－ー().（）]{5,}[0-9０-９]|[々一-龥]{2}|[ァ-ヶｦ-ﾟ]{2}|[A-Z][a-z]+ [A-Z]"
)
_BOX = re.compile(r"[0-9](?:\.0)?")


def form_hits(rows: Rows, first_row: int, table: TableSegment, stage: ColumnStage) -> Iterator[Detected]:
    """Values beside or below labels, with the label as evidence; then the cells that belong to no label."""
    used: set[tuple[int, int]] = set()
    for r, c in label_cells(rows, stage.book):
        used.add((r, c))
        label = rows[r][c] or ""
        for cells, text in _values(rows, r, c, stage):
            if used.isdisjoint(cells):
                for found in _read(text, label, place(table, cells[0][0] + first_row, cells[0][1]), stage):
                    if isinstance(found, TextHits):
                        used.update(cells)
                    yield found
    yield from loose_cells(rows, first_row, table, stage, frozenset(used))


def loose_cells(
    rows: Rows, first_row: int, table: TableSegment, stage: ColumnStage, used: frozenset[tuple[int, int]] = frozenset()
) -> Iterator[Detected]:
    """Cells read on their own: titles, remarks."""
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if cell is not None and (r, c) not in used and _GATE.search(cell) and not stage.book.is_label(cell):
                yield from _read(cell, None, place(table, r + first_row, c), stage)


def place(table: TableSegment, row: int, column: int) -> Locator:
    """The locator of a cell: ``cell=B3`` in sheets, column and row elsewhere."""
    if table.columns and column < len(table.columns):
        return table.locator.then(cell=f"{table.columns[column]}{row}")
    return table.locator.then(column=column + 1, row=row)


def _values(rows: Rows, r: int, c: int, stage: ColumnStage) -> Iterator[tuple[list[tuple[int, int]], str]]:
    """Candidate values of a label, nearest first: a run of digit boxes, the cells to the right, the cell below."""
    row = rows[r]
    right = [(i, cell) for i in range(c + 1, len(row)) if (cell := row[i]) is not None]
    boxes: list[tuple[int, str]] = []
    for i, cell in right:
        folded = unicodedata.normalize("NFKC", cell).strip()
        if _BOX.fullmatch(folded):
            boxes.append((i, folded[0]))
        elif folded not in {"-", "―", "ー", "‐"}:
            break
    if len(boxes) >= 4:
        yield [(r, i) for i, _ in boxes], "".join(d for _, d in boxes)
        return
    near = []
    for i, cell in right[:_REACH]:
        if stage.book.is_vocabulary(cell):
            break
        near.append((i, cell))
    if len(near) > 1 and all(len(cell) <= 8 for _, cell in near):  # 山田 | 太郎, 03 | 1234 | 5678
        glue = "-" if all(cell.strip().isdigit() for _, cell in near) else " "
        yield [(r, i) for i, _ in near], glue.join(cell.strip() for _, cell in near)
    for i, cell in near[:2]:
        yield [(r, i)], cell
    below = rows[r + 1][c] if r + 1 < len(rows) else None
    if below is not None and not near and not stage.book.is_vocabulary(below):
        yield [(r + 1, c)], below


def _read(text: str, label: str | None, locator: Locator, stage: ColumnStage) -> Iterator[Detected]:
    clean = label.strip() if label else None
    return stage.detector.scan(TextSegment(text=text, kind=SegmentKind.FIELD, label=clean, locator=locator))
