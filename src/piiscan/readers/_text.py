"""From lines and rows to segments: what every office reader ends with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from piiscan.errors import ReadError
from piiscan.limits import SEGMENT_CHARS, TABLE_BATCH_ROWS
from piiscan.model import Locator, Problem, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.protocols import ReadContext

if TYPE_CHECKING:
    import polars as pl

Row = Sequence[str | None]

_LABEL: Final = re.compile(
    r"氏\s*名|名\s*前|フリガナ|ふりがな|住\s*所|電\s*話|TEL|FAX|携帯|メール|mail|生年月日|性\s*別|年\s*齢|勤務先|会社|所属|部署|続\s*柄|"
    r"郵便|〒|番号|備\s*考|日付|name|address|phone|birth",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table inside a document: rows of cell texts, not yet known to be a form or a list."""

    rows: list[list[str]] = field(repr=False)


Block = str | Grid | Problem
"""What walking a document yields: a paragraph (which may hold line breaks), a table, a problem."""


def segments(
    blocks: Iterable[Block],
    locator: Locator = Locator(),  # noqa: B008
    kind: SegmentKind = SegmentKind.PROSE,
) -> Iterator[TextSegment | TableSegment | Problem]:
    """Paragraphs gathered into text segments of about SEGMENT_CHARS; tables that read as lists as table segments.

    The `line` step of places counts paragraphs and line breaks of this part from 1.
    """
    lines: list[str] = []
    size, first, tables = 0, 1, 0
    for block in blocks:
        if isinstance(block, Problem):
            yield block
            continue
        if isinstance(block, Grid):
            if reads_as_list(block.rows):
                tables += 1
                yield from _flush(lines, locator, kind, first)
                first, lines, size = first + _count(lines), [], 0
                yield table(block.rows, locator.then(table=tables))
                first += len(block.rows)
                continue
            block = form_text(block.rows)  # noqa: PLW2901
        lines.append(block)
        size += len(block) + 1
        if size >= SEGMENT_CHARS:
            yield from _flush(lines, locator, kind, first)
            first, lines, size = first + _count(lines), [], 0
    yield from _flush(lines, locator, kind, first)


def _count(lines: Sequence[str]) -> int:
    return sum(line.count("\n") + 1 for line in lines)


def _flush(lines: Sequence[str], locator: Locator, kind: SegmentKind, first: int) -> Iterator[TextSegment]:
    text = "\n".join(lines)
    if text.strip():
        yield TextSegment(text=text, locator=locator, kind=kind, first_line=first)


def reads_as_list(rows: Sequence[Sequence[str]]) -> bool:
    """Whether a document's table is a list with a header row (then columns mean something) and not a form or a layout."""
    width = max((len(r) for r in rows), default=0)
    if len(rows) < 4 or width < 2 or (width == 2 and len(rows) < 8):
        return False
    if sum(len(r) == width for r in rows) < len(rows) * 0.9:
        return False
    head = [c.strip() for c in rows[0]]
    if len(head) != width or not all(head) or len(set(head)) < width:
        return False
    if any(len(c) > 24 or sum(ch.isdigit() for ch in c) > 2 for c in head):
        return False
    return sum(bool(_LABEL.search(r[0])) for r in rows[1:] if r and len(r[0]) <= 12) < 2


def form_text(rows: Sequence[Sequence[str]]) -> str:
    """A form as lines: cells parted by tabs, so that a label and its value share a line."""
    lines = []
    for row in rows:
        cells = [" ".join(c.split("\n")) if len(c) <= 200 else c for c in row]
        lines.append("\t".join(cells).rstrip())
    return "\n".join(line for line in lines if line.strip())


def table(rows: Sequence[Row], locator: Locator) -> TableSegment:
    """A small table held in memory."""
    width = max(len(r) for r in rows)
    return TableSegment(batches=iter(frames(rows, width)), locator=locator, row_count=len(rows))


def frames(rows: Iterable[Row], width: int, batch: int = TABLE_BATCH_ROWS) -> Iterator[pl.DataFrame]:
    """Batches of rows; short rows are filled with nulls, empty cells are null."""
    pending: list[Row] = []
    # Wide sheets get shorter batches: what counts for memory is cells.
    batch = max(50, min(batch, 1_000_000 // max(width, 1)))
    for row in rows:
        pending.append(row)
        if len(pending) >= batch:
            yield _frame(pending, width)
            pending = []
    if pending:
        yield _frame(pending, width)


def _frame(rows: Sequence[Row], width: int) -> pl.DataFrame:
    import polars as pl

    columns = [[(row[i] or None) if i < len(row) else None for row in rows] for i in range(width)]
    return pl.DataFrame([pl.Series(f"c{i}", values, dtype=pl.String) for i, values in enumerate(columns)])


def guarded(
    frames_: Iterator[pl.DataFrame | Problem], context: ReadContext, locator: Locator
) -> Iterator[pl.DataFrame | Problem]:
    """The same batches, ending with a problem instead of an exception: what was read of the table stays."""
    try:
        yield from frames_
    except ReadError as error:
        code = "part-unreadable" if error.code == "damaged" else error.code
        yield context.problem(code, error.detail, locator)


def prop(label: str, value: str, name: str) -> TextSegment:
    """A document property. `label` is what people read, `name` leads back to it."""
    return TextSegment(text=value, locator=Locator.of(property=name), kind=SegmentKind.PROPERTY, label=label)


def label_name(text: str, **steps: object) -> TextSegment:
    """The name of a sheet or the like."""
    return TextSegment(text=text, locator=Locator.of(**steps), kind=SegmentKind.NAME)


def unique(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The same readings, with embedded paths made unique by ``~2`` and so on."""
    import dataclasses

    from piiscan.model import Embedded

    seen: dict[str, int] = {}
    for reading in readings:
        if isinstance(reading, Embedded):
            seen[reading.path] = number = seen.get(reading.path, 0) + 1
            yield reading if number == 1 else dataclasses.replace(reading, path=f"{reading.path}~{number}")
        else:
            yield reading
