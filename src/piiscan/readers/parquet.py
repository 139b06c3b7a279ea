"""Apache Parquet: one table, read in slices of bounded memory whatever the size of its row groups; nested columns under dotted names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Content, Locator, Problem, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.protocols import ReadContext, Reader
from piiscan.sniff import sniff
from piiscan.text.decoding import decode

if TYPE_CHECKING:
    import polars as pl

SLICE_BYTES = 32 * 1024**2
"""About how much text is in memory at a time."""
SLICE_ROWS = 3 * TABLE_BATCH_ROWS
"""Rows read at a time at most: each slice costs a look at the pages before it in its row group."""
_PEEK_ROWS, _SNIFF = 200, 4096
_OF_PROGRAMS = ("ARROW:schema", "pandas", "org.apache.", "parquet.", "iceberg.", "delta.", "geo")
"""Metadata that only describes the schema."""

T = TypeVar("T")


class ParquetReader:
    """Reads Parquet files by polars. Lists of values are lines of a cell; lists of records are JSON."""

    name: ClassVar[str] = "parquet"
    media_types: ClassVar[tuple[str, ...]] = ("application/vnd.apache.parquet",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """The texts of the file's metadata, then the table."""
        import polars as pl

        if content.head()[:4] == b"PARE":
            raise ReadError("encrypted", "Parquet")
        with content.local_path() as path:
            context.budget.check_time()
            schema = _safely(lambda: pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_schema())
            yield from _metadata(_safely(lambda: pl.read_parquet_metadata(path)))
            frame = pl.scan_parquet(path, glob=False, hive_partitioning=False, low_memory=True)
            columns = [c for name, kind in schema.items() for c in _columns(name, pl.col(name), kind)]
            rows = int(_safely(lambda: frame.select(pl.len()).collect().item()))
            table = _Table(frame, columns, rows, context)
            yield TableSegment(batches=table.batches(), header=tuple(c.name for c in columns), row_count=rows)


def _safely(call: Callable[[], T]) -> T:
    """Call into polars. Raises ReadError for whatever goes wrong, its panics included."""
    try:
        return call()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            code = "encrypted" if "encrypt" in str(error).lower() else "damaged"
            raise ReadError(code, type(error).__name__) from None
        raise


def _metadata(entries: dict[str, str]) -> Iterator[TextSegment]:
    for name, text in entries.items():
        if text.strip() and not name.startswith(_OF_PROGRAMS):
            yield TextSegment(text=text, locator=Locator.of(property=name), kind=SegmentKind.PROPERTY, label=name)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column as text. `binary` tells which cells hold bytes that are no text, for columns of bytes."""

    name: str
    text: pl.Expr
    binary: pl.Expr | None = None


@dataclass(frozen=True, slots=True)
class _Table:
    frame: pl.LazyFrame
    columns: list[_Column]
    rows: int
    context: ReadContext

    def batches(self) -> Iterator[pl.DataFrame | Problem]:
        """Slices of the file, cut into batches. Ends with a problem instead of an exception: what was read of the table stays."""
        binary = 0
        try:
            size, at = self._slice_rows(), 0
            while at < self.rows:
                self.context.budget.check_time()
                texts, more = self._slice(at, size)
                if not texts.height:
                    yield self.context.problem("truncated", "Parquet rows")
                    break
                at, binary = at + texts.height, binary + more
                yield from texts.iter_slices(TABLE_BATCH_ROWS)
        except ReadError as error:
            yield self.context.problem("part-unreadable" if error.code == "damaged" else error.code, error.detail)
        if binary:
            yield self.context.problem("unsupported-format", "binary cells", count=binary)

    def _slice_rows(self) -> int:
        """How many rows make a slice, by the size of the first ones."""
        peek, _ = self._slice(0, _PEEK_ROWS)
        a_row = peek.estimated_size() / max(1, peek.height)
        return max(_PEEK_ROWS, min(SLICE_ROWS, int(SLICE_BYTES / max(a_row, 1.0))))

    def _slice(self, at: int, size: int) -> tuple[pl.DataFrame, int]:
        texts = [c.text.alias(f"c{n}") for n, c in enumerate(self.columns)]
        binary = [c.binary.alias(f"b{n}") for n, c in enumerate(self.columns) if c.binary is not None]
        found = _safely(lambda: self.frame.slice(at, size).select(*texts, *binary).collect())
        more = sum(int(found[f"b{n}"].sum()) for n, c in enumerate(self.columns) if c.binary is not None)
        return found.select(found.columns[: len(texts)]), more


def _columns(name: str, values: pl.Expr, kind: pl.DataType) -> Iterator[_Column]:
    """The columns that one of the file becomes: records inside have one for each of their members."""
    import polars as pl

    if isinstance(kind, pl.Struct):
        for member in kind.fields:
            yield from _columns(f"{name}.{member.name}", values.struct.field(member.name), _instance(member.dtype))
        return
    text = _text(values, kind)
    filled = pl.when(text != "").then(text)
    yield _Column(name, filled, values.is_not_null() & text.is_null() if kind == pl.Binary else None)


def _text(values: pl.Expr, kind: pl.DataType) -> pl.Expr:
    import polars as pl

    if isinstance(kind, pl.Datetime):
        return values.dt.to_string("%Y-%m-%d %H:%M:%S").str.strip_suffix(" 00:00:00")
    if isinstance(kind, pl.Array):
        return _text(values.arr.to_list(), pl.List(kind.inner))
    if isinstance(kind, pl.List):
        return _listed(values, _instance(kind.inner))
    if kind == pl.Binary:
        return values.map_batches(_decoded, return_dtype=pl.String)
    text = values.cast(pl.String)
    return text.str.replace(r"\.0+$", "") if kind.is_float() or kind.is_decimal() else text


def _listed(values: pl.Expr, inner: pl.DataType) -> pl.Expr:
    import polars as pl

    if isinstance(inner, pl.List | pl.Array):
        return pl.when(values.is_not_null()).then(pl.struct(values).struct.json_encode())
    one = pl.element().struct.json_encode() if isinstance(inner, pl.Struct) else _text(pl.element(), inner)
    return values.list.eval(one).list.join("\n", ignore_nulls=True)


def _decoded(values: pl.Series) -> pl.Series:
    """Bytes as text: some programs write all their texts as bytes."""
    import polars as pl

    return pl.Series(values.name, [None if v is None else _text_of(v) for v in values.to_list()], dtype=pl.String)


def _text_of(value: bytes) -> str | None:
    if not value or sniff(value[:_SNIFF], "").startswith("text/"):
        return decode(value).text
    return None


def _instance(kind: Any) -> pl.DataType:
    """Types inside of others may come as classes."""
    instance: pl.DataType = kind() if isinstance(kind, type) else kind
    return instance


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The reader of this module."""
    return [ParquetReader]
