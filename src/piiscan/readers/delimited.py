"""CSV and its relatives, as polars batches: comma, tab, semicolon or pipe; any encoding; ragged and broken ones too.

Clean stretches go through polars' own parser, the rest through `csv`; both give the same rows. Rows are never dropped: blank lines count as
rows, cells beyond the table's width are joined to its last cell, so what a person counts in an editor or in Excel is the row number here.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Content, Locator, Problem, Reading, TableSegment
from piiscan.protocols import ReadContext
from piiscan.readers.plain import encoding_problems, repaired, stream_segments
from piiscan.text.streaming import TextStream

if TYPE_CHECKING:
    import polars as pl

CHUNK_CHARS = 1024 * 1024
"""Text parsed at a time: large enough for polars to pay, small enough for a bounded memory."""

SMALL_CHARS = 16 * 1024
"""Up to here `csv` is done before polars' parser has begun."""

MAX_RECORD_CHARS = 8 * 1024 * 1024
"""A quoted field that does not close within this is a stray quote."""

MAX_CELL_LINES = 500
"""A cell with more lines than this came from a stray quote."""

MAX_COLUMNS = 4096

csv.field_size_limit(
    min(sys.maxsize, 2**31 - 1)
)  # the default of 128 KiB makes `csv` fail on a cell with a picture in it


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file separates its cells, and the most cells a row of its beginning has."""

    delimiter: str
    width: int


class DelimitedReader:
    """CSV and TSV as one table without declared header; prose with such a name as text."""

    name: ClassVar[str] = "delimited"
    media_types: ClassVar[tuple[str, ...]] = ("text/csv", "text/tab-separated-values")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """One table; text where the file is no table."""
        dialect = detect_dialect(
            _head_text(content), "\t" if context.media_type.endswith("tab-separated-values") else ","
        )
        if dialect is None:
            with content.open() as stream:
                yield from stream_segments(stream, context)
        else:
            yield TableSegment(batches=_batches(content, context, dialect))


def table_of_text(
    text: str, locator: Locator, context: ReadContext, delimiter: str | None = None
) -> TableSegment | None:
    """A table from decoded text (an attachment, a clipboard cell), None if it is no table."""
    dialect = detect_dialect(text[:65536], delimiter or ",")
    if dialect is None:
        return None
    return TableSegment(batches=_frames(iter([(repaired(text), None)]), dialect, context), locator=locator)


def detect_dialect(sample: str, preferred: str = ",") -> Dialect | None:
    """The dialect under which most rows have the same number of cells, at least two; None for what is no table."""
    lines = sample.rsplit("\n", 1)[0] if len(sample) > 60000 else sample
    best: tuple[float, Dialect] | None = None
    for delimiter in (preferred, *(d for d in ",\t;|" if d != preferred)):
        if delimiter not in lines:
            continue
        rows = [row for row in _csv_rows(lines, delimiter) if any(cell.strip() for cell in row)]
        widths = Counter(len(row) for row in rows)
        wide = {w: n for w, n in widths.items() if w > 1}
        if not wide:
            continue
        usual = max(wide, key=lambda w: (wide[w], w))
        share = wide[usual] / len(rows)
        if share < 0.5 and (sum(wide.values()) < 0.6 * len(rows) or _like_prose(lines, delimiter)):
            continue
        score = share + min(usual, 20) / 40 + (0.2 if delimiter == preferred else 0.0)
        if best is None or score > best[0]:
            best = score, Dialect(delimiter, min(max(widths), MAX_COLUMNS))
    return best[1] if best else None


def _like_prose(text: str, delimiter: str) -> bool:
    """A comma of prose is followed by a space or a line end, one of a table hardly ever."""
    loose = len(re.findall(rf"{re.escape(delimiter)}(?:[ \r\n]|\Z)", text))
    return loose * 3 > text.count(delimiter)


def _head_text(content: Content) -> str:
    return "".join(TextStream(io.BytesIO(content.head())).blocks())


def _batches(content: Content, context: ReadContext, dialect: Dialect) -> Iterator[pl.DataFrame | Problem]:
    with content.open() as stream:
        source = TextStream(stream)
        yield from _frames(_mended(source), dialect, context)
    yield from encoding_problems(source.decoder, context)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Whole records. `data` is the text in UTF-8, where it was read so; `quoting` says whether quotes mean anything in it."""

    text: str
    data: bytes | None
    quoting: bool = True


def _mended(source: TextStream) -> Iterator[tuple[str, bytes | None]]:
    """The blocks of a stream, those in which the decoder met garbled text repaired."""
    garbled = source.decoder.mojibake
    for block in source.blocks():
        known, garbled = garbled, source.decoder.mojibake
        yield (repaired(block), None) if garbled > known else (block, source.raw)


def _frames(
    blocks: Iterator[tuple[str, bytes | None]], dialect: Dialect, context: ReadContext
) -> Iterator[pl.DataFrame]:
    import polars as pl

    stretches = _stretches(blocks, dialect.delimiter)
    rest: pl.DataFrame | None = None
    while (stretch := next(stretches, None)) is not None:
        context.budget.check_time()
        frame = frame_of_text(stretch.text, dialect, stretch.quoting, stretch.data)
        stretch = None  # what is a frame by now need not wait in memory as text
        frame = frame if rest is None else pl.concat([rest, frame])
        full = frame.height // TABLE_BATCH_ROWS * TABLE_BATCH_ROWS
        yield from frame.head(full).iter_slices(TABLE_BATCH_ROWS)
        rest = frame.slice(full)  # a few hundred rows cost as much as thousands
    if rest is not None and rest.height:
        yield rest


def _stretches(blocks: Iterator[tuple[str, bytes | None]], delimiter: str) -> Iterator[_Stretch]:
    parts: list[tuple[str, bytes | None]] = []
    size = 0
    for block in blocks:
        parts.append(block)
        size += len(block[0])
        full = size >= MAX_RECORD_CHARS
        if not full and (size < CHUNK_CHARS or not block[0].endswith("\n")):
            continue
        stretch = _stretch(parts, delimiter)
        if stretch.quoting or full:
            parts, size = [], 0
            yield stretch
    if parts:
        yield _stretch(parts, delimiter)


def _stretch(parts: list[tuple[str, bytes | None]], delimiter: str) -> _Stretch:
    text = "".join(part for part, _ in parts)
    raw = [data for _, data in parts if data is not None]
    is_open = '"' in text and _open_quote(text, delimiter)
    return _Stretch(text, b"".join(raw) if len(raw) == len(parts) else None, not is_open)


def _quoted_field(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    return re.compile(rf'(?:(?<=[{d}\n])|\A)"[^"]*(?:""[^"]*)*"(?=[{d}\r\n]|\Z)')


def _open_quote(text: str, delimiter: str) -> bool:
    """Whether a quoted field begins that does not end in this text."""
    if text.count('"') % 2 == 0:
        return False
    rest = _quoted_field(delimiter).sub("", text)
    return re.search(rf'(?:[{re.escape(delimiter)}\n]|\A)"', rest) is not None


def frame_of_text(text: str, dialect: Dialect, quoting: bool = True, data: bytes | None = None) -> pl.DataFrame:
    """Whole records as a frame of the dialect's width, empty cells null; the same rows whichever parser does it.

    `data` is the text in UTF-8, where that is there already.
    """
    frame = _fast_frame(text, dialect, data) if quoting and len(text) > SMALL_CHARS else None
    return _slow_frame(text, dialect, quoting) if frame is None else frame


def _fast_frame(text: str, dialect: Dialect, data: bytes | None = None) -> pl.DataFrame | None:
    """By polars' parser where it agrees with `csv`: no blank lines, no stray quotes, no bare carriage returns, no wider rows."""
    import polars as pl

    if not text or dialect.width < 2 or text[0] in "\r\n":
        return None
    try:
        data = data if data is not None else text.encode("utf-8")
    except UnicodeEncodeError:
        return None
    if b"\r" in data and (b"\n\r\n" in data or data.count(b"\r") != data.count(b"\r\n")):
        return None
    quotes = data.count(b'"')  # in bytes, single characters are found several times faster
    if quotes and (b"\n\n" in data or _stray_quotes(text, dialect.delimiter, quotes)):
        return None
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            infer_schema=False,
            separator=dialect.delimiter,
            quote_char='"' if quotes else None,
        )
    except pl.exceptions.PolarsError:
        return None
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    if frame.width != dialect.width or (
        not quotes and frame.height != lines
    ):  # blank lines are rows, but not to polars
        return None
    frame.columns = column_names(dialect.width)
    return _null_empty(frame) if quotes else frame


def _stray_quotes(text: str, delimiter: str, quotes: int) -> bool:
    fields: list[str] = _quoted_field(delimiter).findall(text)
    return sum(field.count('"') for field in fields) != quotes


def _null_empty(frame: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _slow_frame(text: str, dialect: Dialect, quoting: bool) -> pl.DataFrame:
    rows = list(_csv_rows(text, dialect.delimiter, quoting))
    if quoting and any(cell.count("\n") > MAX_CELL_LINES for row in rows for cell in row):
        rows = list(_csv_rows(text, dialect.delimiter, quoting=False))
    return frame_of_rows(rows, dialect.width, dialect.delimiter)


def frame_of_rows(rows: list[list[str]], width: int, joiner: str = ",") -> pl.DataFrame:
    """Rows of any lengths as a frame of Strings; what is beyond the width joins the last cell."""
    import polars as pl

    for number, row in enumerate(rows):
        if len(row) < width:
            row.extend([""] * (width - len(row)))
        elif len(row) > width:
            rows[number] = [*row[: width - 1], joiner.join(row[width - 1 :])]
    columns = zip(*rows, strict=True) if rows else ((),) * width
    cells = ([cell or None for cell in column] for column in columns)
    return pl.DataFrame([pl.Series(n, c, dtype=pl.String) for n, c in zip(column_names(width), cells, strict=True)])


def column_names(width: int) -> list[str]:
    """Names of columns that have none: they are addressed by position."""
    return [f"column_{n}" for n in range(1, width + 1)]


def _csv_rows(text: str, delimiter: str, quoting: bool = True) -> Iterator[list[str]]:
    """Rows as `csv` sees them; lines it rejects are split plainly."""
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE)
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)


@hookimpl
def piiscan_readers() -> list[type[DelimitedReader]]:
    """The readers of this module."""
    return [DelimitedReader]
