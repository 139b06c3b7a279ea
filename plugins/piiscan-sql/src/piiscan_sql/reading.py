"""One table: its cells as a table segment, its documents as items of their own, and what was not read as problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from piiscan.content import BytesContent
from piiscan.errors import LimitError, SourceError
from piiscan.limits import SNIFF_BYTES
from piiscan.model import Embedded, Locator, Problem, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.protocols import ReadContext
from piiscan.sniff import UNKNOWN, sniff
from piiscan.text.decoding import decode
from piiscan_sql.backends.base import Column
from piiscan_sql.cells import IDENTIFIER_BYTES, Met, frame
from piiscan_sql.failures import failure
from piiscan_sql.paging import PAGE_BYTES, Pager
from piiscan_sql.sampling import DENSE, Sample

if TYPE_CHECKING:
    import polars as pl

TEXT_BYTES = 64 * 1024
_TEXT_TYPES = ("text/", "application/json", "application/x-ndjson")
_PGP = (b"-----BEGIN PGP MESSAGE", b"\xc3\x0d\x04", b"\xc1\xc0\x4c", b"\xc1\xc1\x4c", b"\x85\x01\x0c", b"\x85\x02\x0c")
SPARSE = 100
"""Columns with fewer filled cells in a sample get a second one, of rows in which they are filled."""
_SURROGATE_KEY = 10**9
"""A whole-number key below this may stand in the name of a document; longer ones may be telephone or member numbers."""


@dataclass(slots=True)
class TableReading:
    """Reads one table once."""

    pager: Pager
    context: ReadContext
    _met: dict[str, Met] = field(default_factory=dict)
    _failed: bool = False

    @property
    def _place(self) -> Locator:
        return Locator.of(table=self.pager.name)

    def readings(self, *, filtered: bool) -> Iterator[Reading]:
        """Everything. Raises SourceError when nothing may be read."""
        shape = self.pager.shape
        readable = [c for c in shape.columns if c.readable]
        denied = len(shape.columns) - len(readable)
        if not readable:
            raise SourceError("access-denied", f"{denied} columns")
        if denied:
            yield self.context.problem("access-denied", f"{denied} columns", self._place, count=denied)
        if shape.hides_rows:
            yield self.context.problem("access-denied", "row policies hide rows from this account", self._place)
        if filtered:
            yield self.context.problem("excluded", "rows outside the configured condition", self._place)
        cells = [c for c in readable if c.content != "document"]
        if cells:
            yield self._table(cells, (), None if self.pager.sample or filtered else self._known_rows())
            yield from self._sparse(cells)
        # A view shows documents of the tables below it, which are read there.
        is_view = self.context.item.attributes.get("sql.kind") == "view"
        if self.pager.options.documents and not self._failed and not is_view:
            yield from self._documents(readable)
        elif any(c.content == "document" for c in readable) and not self.pager.options.documents:
            yield self.context.problem("excluded", "binary columns", self._place)
        yield from self._afterwards()

    def _known_rows(self) -> int | None:
        rows = self.context.item.attributes.get("sql.rows_estimate")
        return int(rows) if rows else None

    # cells

    def _table(
        self, columns: Sequence[Column], more: Sequence[sa.ColumnElement[bool]], count: int | None
    ) -> TableSegment:
        return TableSegment(
            batches=self._batches(columns, more),
            locator=self._place,
            header=tuple(c.name for c in columns),
            hints=tuple(c.comment for c in columns) if any(c.comment for c in columns) else None,
            row_count=count,
        )

    def _batches(
        self, columns: Sequence[Column], more: Sequence[sa.ColumnElement[bool]]
    ) -> Iterator[pl.DataFrame | Problem]:
        """Batches up to the first failure, which becomes a problem: what was read stays."""
        pager, backend = self.pager, self.pager.backend
        met = [self._met.setdefault(c.name, Met()) for c in columns]
        cells = [backend.cell(c, pager.options) for c in columns]
        try:
            for page in pager.pages(cells, *more):
                batch = frame(page.columns[: len(columns)], met, pager.options.cell_chars)
                pager.adapt(batch.height, int(batch.estimated_size()), batch.width)
                if pager.sample is not None and not more:
                    pager.sample.seen += batch.height
                yield batch
        except LimitError:
            self._failed = True
            raise
        except Exception as error:  # noqa: BLE001 - drivers raise what they like when a connection ends
            yield self._problem(error)

    def _problem(self, error: Exception) -> Problem:
        self._failed = True
        coded = failure(error)
        return self.context.problem(coded.code, coded.detail, self._place)

    def _sparse(self, columns: Sequence[Column]) -> Iterator[Reading]:
        """A second sample for columns that are seldom filled: what is in one row of a thousand would hardly show in the first."""
        pager, sample = self.pager, self.pager.sample
        if sample is None or self._failed or not sample.seen:
            return
        few = [c for c in columns if self._met[c.name].filled < SPARSE]
        chance = pager.backend.chance(1.0, sample.seed)
        if not few or chance is None:
            return
        most = max(self._met[c.name].filled for c in few)
        expected = max(1.0, sample.total * (most + 3) / sample.seen)
        kept = pager.sample
        pager.sample = Sample("rows by chance", sample.total, min(1.0, 20 * SPARSE / expected), sample.seed)
        filled = sa.or_(*(pager.backend.column(c).is_not(None) for c in few))
        yield self._table(few, (filled,), None)
        pager.sample = kept

    # documents

    def _documents(self, columns: Sequence[Column]) -> Iterator[Reading]:
        """Bytes, column by column, in small pages; each is handed on before the next is fetched."""
        for column in columns:
            met = self._met.setdefault(column.name, Met())
            if column.content == "document" or (met.documents and self.pager.backend.bytes_anywhere):
                try:
                    yield from self._of_column(column, met)
                except LimitError:
                    raise
                except Exception as error:  # noqa: BLE001 - as above
                    yield self._problem(error)
                    return

    def _of_column(self, column: Column, met: Met) -> Iterator[Reading]:
        pager, number = self.pager, 0
        pager.page_bytes = PAGE_BYTES * 2
        too_large = encrypted = 0
        pages = pager.pages(
            [pager.backend.binary(column, pager.options)], pager.backend.has_binary(column), documents=True
        )
        for page in pages:
            pager.adapt(page.height, sum(len(value or b"") for value in page.columns[0]), 100)
            for value, *key in zip(*page.columns, strict=True):
                number += 1
                data = None if value is None else bytes(value)
                if data is None:
                    too_large += 1
                elif data.startswith(_PGP):
                    encrypted += 1
                else:
                    yield from self._document(column, data, self._step(key, number), met)
        place = self._place.then(column=column.name)
        if too_large:
            yield self.context.problem("too-large", str(pager.options.document_bytes), place, count=too_large)
        if encrypted:
            yield self.context.problem("encrypted", "OpenPGP", place, count=encrypted)

    def _document(self, column: Column, data: bytes, step: str, met: Met) -> Iterator[Reading]:
        if not data:
            return
        kind = sniff(data[:SNIFF_BYTES], "")
        if kind == UNKNOWN:
            met.binary += len(data) > IDENTIFIER_BYTES
        elif kind.startswith(_TEXT_TYPES) and len(data) <= TEXT_BYTES:
            place = self._place.then(column=column.name, record=step)
            yield TextSegment(text=decode(data).text, kind=SegmentKind.FIELD, label=column.name, locator=place)
        else:
            path = f"{column.name.replace('/', '_')}/{step}"
            yield Embedded(path=path, content=BytesContent(data, path), size=len(data))

    def _step(self, key: Sequence[Any], number: int) -> str:
        """What tells a document from its neighbours, without telling what may be a person's number."""
        if self.pager.shape.strata_key is not None and len(key) == 1 and 0 <= int(key[0]) < _SURROGATE_KEY:
            return str(int(key[0]))
        return f"document-{number}"

    # what was left out

    def _afterwards(self) -> Iterator[Problem]:
        sample = self.pager.sample
        if sample is not None and sample.seen:
            yield self.context.problem("sampled", sample.words(), self._place)
        for name, met in self._met.items():
            place = self._place.then(column=name)
            if met.repaired:
                yield self.context.problem("encoding-mixed", "", place, count=met.repaired)
            if met.binary:
                yield self.context.problem("unsupported-format", "binary cells", place, count=met.binary)
            if met.cut:
                yield self.context.problem(
                    "limit-bytes", f"cells of {self.pager.options.cell_chars} characters", place, count=met.cut
                )
            if met.ciphertext:
                yield self.context.problem("encrypted", "by the application", place, count=met.filled)


def choose_sample(pager: Pager, kind: str, rows: int | None, size: int | None) -> Sample | None:
    """How a table of so many rows (by the server's estimate) is to be sampled; None to read it in full."""
    options, backend, shape = pager.options, pager.backend, pager.shape
    if not options.sample_rows or rows is None or rows <= max(options.full_rows, options.sample_rows):
        return None
    share = options.sample_rows / rows
    relation = backend.relation(pager.schema, pager.name)
    pages = (size or 0) // 8192
    if (
        kind in {"table", "materialized view", "partitioned table"}
        and backend.sample_of(relation, share, options.seed, pages) is not None
    ):
        blocks = pages > 20_000
        return Sample(
            "random blocks" if blocks else "random rows",
            rows,
            share,
            options.seed,
            max(1, int(pages * share)) if blocks else 0,
        )
    by_chance = backend.chance(share, options.seed) is not None
    if shape.strata_key is not None:
        low, high = pager.key_range()
        if not by_chance or rows >= DENSE * (high - low + 1):
            return Sample("key ranges", rows, share, options.seed)
    return Sample("rows by chance", rows, share, options.seed) if by_chance else None
