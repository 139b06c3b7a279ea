"""Cells by calamine: fast, but it holds each sheet as a dense grid, so that callers must know the grid's size beforehand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from piiscan.errors import ReadError
from piiscan.model import Content, Locator, Problem, TableSegment
from piiscan.protocols import ReadContext
from piiscan.readers._numfmt import Formatter, plain
from piiscan.readers._sheetscan import column_name
from piiscan.readers._text import frames, guarded

MAX_GRID: Final = 40_000_000
"""Cells of a dense grid that fit into memory (about 30 bytes each)."""

_NUMBERS: Final = (float, int)
"""What calamine gives for numbers: whole ones of old workbooks come as int. Not bool, which is an int to isinstance."""

HIDDEN: Final = {"Hidden": "hidden", "VeryHidden": "veryHidden"}


def safely(call: Callable[[], Any]) -> Any:
    """Call into calamine. Raises ReadError for whatever goes wrong, its panics included."""
    import python_calamine

    try:
        return call()
    except python_calamine.PasswordError:
        raise ReadError("encrypted", "Excel") from None
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise ReadError("damaged", type(error).__name__) from None
        raise


def workbook(content: Content) -> Any:
    """An open calamine workbook. Raises ReadError."""
    import python_calamine

    with content.open() as stream:  # calamine takes all bytes at once and needs the stream no longer
        return safely(lambda: python_calamine.CalamineWorkbook.from_filelike(stream))


def value_text(value: Any) -> str | None:
    """A cell as text: whole numbers without ``.0``, dates in ISO form; None when empty."""
    if type(value) is str:
        return value or None
    if type(value) is float:
        return plain(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S") if value.time() != dt.time() else value.strftime("%Y-%m-%d")
    if isinstance(value, dt.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def numbered_rows(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """(row number from 1, values from the first used column on)."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        if number > sheet.start[0]:
            yield number, row


def table(
    sheet: Any, context: ReadContext, locator: Locator, shown: Mapping[tuple[int, int], Formatter] | None = None
) -> Iterator[TableSegment]:
    """A loaded sheet as a table. `shown` says by (row, column), from 0, which numbers have a format with leading zeros."""
    if sheet.start is None or not sheet.height:
        return
    first_row, first_column = sheet.start
    merges: dict[int, list[tuple[int, int]]] = {}
    with suppress(Exception):
        for (row, left), (_, right) in sheet.merged_cell_ranges or ():
            merges.setdefault(row, []).append((left, right))
    width = sheet.width

    def rows() -> Iterator[Sequence[str | None]]:
        for number, values in numbered_rows(sheet):
            if number % 1000 == 0:
                context.budget.check_time()
            row = [value_text(v) for v in values]
            at = number - 1
            for column, value in enumerate(values) if shown else ():
                show = shown.get((at, first_column + column)) if shown and type(value) in _NUMBERS else None
                if show:
                    row[column] = show(float(value))
            for left, right in merges.get(at, ()) if at < first_row + 10 else ():
                _spread(row, left - first_column, right - first_column)
            yield row

    batches: Iterator[Any | Problem] = frames(rows(), width)
    yield TableSegment(
        batches=guarded(batches, context, locator),
        locator=locator,
        columns=tuple(column_name(first_column + i + 1) for i in range(width)),
        first_row=first_row + 1,
        row_count=sheet.height,
    )


def _spread(row: list[str | None], left: int, right: int) -> None:
    """Give each column under a merged header its text; a title over everything is no header."""
    if 0 <= left < right < len(row) and right - left + 1 < len(row) and row[left]:
        for at in range(left + 1, right + 1):
            row[at] = row[at] or row[left]
