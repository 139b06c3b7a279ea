"""Brings the rows of a table page by page, in pages that stay small in bytes whatever the rows are like."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from piiscan.errors import SourceError
from piiscan.limits import TABLE_BATCH_ROWS, Budget
from piiscan_sql.backends.base import Backend, Shape
from piiscan_sql.options import SqlOptions
from piiscan_sql.sampling import Sample, stretches

PAGE_BYTES = 16 * 1024**2
PAGE_CELLS = 1_000_000
FIRST_ROWS = 500
ROW_PAGE = 10_000
"""Rows of a page that comes as Python objects: more of them at once cost more each."""

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows as columns, the key behind the cells: driver values, or polars columns where the server sent text in bulk."""

    columns: Sequence[Any] = field(repr=False)
    height: int

    @classmethod
    def of(cls, rows: Rows) -> Page:
        """Turn rows on their side."""
        return cls(list(zip(*rows, strict=True)), len(rows))

    def last(self, first_key: int) -> list[Any]:
        """The key of the last row."""
        return [column[-1] for column in self.columns[first_key:]]


@dataclass(slots=True)
class Pager:
    """Reads one table on one connection. `conditions` hold for every question about it."""

    connection: Connection
    backend: Backend
    schema: str
    name: str
    shape: Shape
    options: SqlOptions
    budget: Budget
    conditions: tuple[sa.ColumnElement[bool], ...] = ()
    sample: Sample | None = None
    page_bytes: int = PAGE_BYTES
    _size: int = FIRST_ROWS
    _bulky: bool = True
    _in_bulk: bool = False

    def pages(
        self, cells: Sequence[sa.ColumnElement[Any]], *more: sa.ColumnElement[bool], documents: bool = False
    ) -> Iterator[Page]:
        """Pages of rows: the cells, and behind them the key. All rows of the table, or those of the sample."""
        self._size = 4 if documents else FIRST_ROWS
        self._bulky = not documents
        relation = self.backend.relation(self.schema, self.name)
        method = self.sample.method if self.sample else ""
        if self.sample is None:
            yield from self._keyset(cells, more) if self.shape.key else self._stream(cells, relation, more)
        elif method == "key ranges":
            yield from self._strata(cells, more)
        elif method == "rows by chance":
            yield from self._by_chance(cells, relation, more)
        else:
            reduced = self.backend.sample_of(relation, self.sample.share, self.sample.seed, self.sample.clusters)
            assert reduced is not None
            yield from self._stream(cells, reduced, more)

    def adapt(self, rows: int, size: int, width: int) -> None:
        """Learn from a page how many rows the next may have."""
        rows_at_most = TABLE_BATCH_ROWS if self._in_bulk else ROW_PAGE
        most = max(1, min(rows_at_most, PAGE_CELLS // max(width, 1)))
        fitting = int(self.page_bytes / max(size / max(rows, 1), 1))
        self._size = max(1, min(most, fitting, self._size * 8))

    def _select(self, cells: Sequence[sa.ColumnElement[Any]], more: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
        # Labels of our own: ORDER BY would otherwise sort by the text of a number that is selected under the column's name.
        labelled = [c.label(f"piiscan_c{i}") for i, c in enumerate(cells)]
        keys = [c.label(f"piiscan_k{i}") for i, c in enumerate(self.backend.key_cells(self.shape))]
        return sa.select(*labelled, *keys).where(*self.conditions, *more)

    def _keyset(self, cells: Sequence[sa.ColumnElement[Any]], more: Sequence[sa.ColumnElement[bool]]) -> Iterator[Page]:
        """Each page begins behind the last key: short statements, and no page costs more than another."""
        relation = self.backend.relation(self.schema, self.name)
        base = self._select(cells, more).select_from(relation).order_by(*self.backend.order(self.shape))
        last: Sequence[Any] | None = None
        while True:
            size = self._size
            statement = base if last is None else base.where(self.backend.after(self.shape, last))
            page = self._bulk(statement.limit(size)) or Page.of(self._fetch(statement, size))
            if page.height:
                key = page.last(len(cells))
                if key == last:
                    raise SourceError("query-failed", "the key does not advance")
                last = key
                yield page
            if page.height < size:
                return

    def _bulk(self, statement: sa.Select[Any]) -> Page | None:
        """By the server's own way to send many rows at once, if it has one."""
        self.budget.check_time()
        columns = self.backend.bulk(self.connection, statement) if self._bulky else None
        self._in_bulk = columns is not None
        return None if columns is None else Page(columns, len(columns[0]))

    def _fetch(self, statement: sa.Select[Any], size: int) -> Rows:
        self.budget.check_time()
        with self.backend.deadline(self.connection, self._seconds()):
            result = self.connection.execute(statement.limit(size))
            if not self.backend.raw_rows:
                return result.fetchall()
            rows: Rows = result.cursor.fetchall()  # the driver's own rows: SQLAlchemy's take half as long again
            result.close()
        return rows

    def _stream(
        self, cells: Sequence[sa.ColumnElement[Any]], relation: sa.FromClause, more: Sequence[sa.ColumnElement[bool]]
    ) -> Iterator[Page]:
        """One question, its answer fetched in pieces: by a server-side cursor where the driver has one."""
        statement = self._select(cells, more).select_from(relation)
        with self.backend.deadline(self.connection, self._seconds()):
            result = self.connection.execution_options(stream_results=True).execute(statement)
        finished, cursor = False, result.cursor
        try:
            while not finished:
                self.budget.check_time()
                size = self._size
                with self.backend.deadline(self.connection, self._seconds()):
                    rows: Rows = result.fetchmany(size)
                finished = len(rows) < size
                if rows:
                    yield Page.of(rows)
        finally:
            self.connection.execution_options(stream_results=False)
            if not finished:
                self.backend.abandon(cursor)
            with contextlib.suppress(Exception):
                result.close()

    def _by_chance(
        self, cells: Sequence[sa.ColumnElement[Any]], relation: sa.FromClause, more: Sequence[sa.ColumnElement[bool]]
    ) -> Iterator[Page]:
        assert self.sample is not None
        self.backend.prepare_chance(self.connection, self.sample.seed)
        chance = self.backend.chance(self.sample.share, self.sample.seed)
        assert chance is not None
        yield from self._stream(cells, relation, (*more, chance))

    def _strata(self, cells: Sequence[sa.ColumnElement[Any]], more: Sequence[sa.ColumnElement[bool]]) -> Iterator[Page]:
        assert self.sample is not None
        low, high = self.key_range()
        column: sa.ColumnElement[Any] = sa.column(self.backend.quoted(str(self.shape.strata_key)))
        base = self._select(cells, more).select_from(self.backend.relation(self.schema, self.name)).order_by(column)
        wanted = round(self.sample.share * self.sample.total)
        gathered: list[Sequence[Any]] = []
        got = self.sample.clusters = 0
        for number, stretch in enumerate(stretches(low, high, wanted, self.sample.seed)):
            missing = stretch.rows if number % 2 == 0 else stretch.rows - got
            rows = (
                self._fetch(base.where(column >= stretch.start, column < stretch.end), missing) if missing > 0 else ()
            )
            got = len(rows) if number % 2 == 0 else 0
            self.sample.clusters += number % 2 == 0
            gathered += rows
            if len(gathered) >= self._size:
                yield Page.of(gathered)
                gathered = []
        if gathered:
            yield Page.of(gathered)

    def key_range(self) -> tuple[int, int]:
        """Lowest and highest key; (0, -1) of an empty table."""
        column: sa.ColumnElement[Any] = sa.column(self.backend.quoted(str(self.shape.strata_key)))
        relation = self.backend.relation(self.schema, self.name)
        ends = []
        for end in (sa.func.min(column), sa.func.max(column)):  # one by one: each is one step down the index
            with self.backend.deadline(self.connection, self._seconds()):
                ends.append(self.connection.execute(sa.select(end).select_from(relation)).scalar())
        return (0, -1) if ends[0] is None or ends[1] is None else (int(ends[0]), int(ends[1]))

    def _seconds(self) -> float:
        left = self.budget.seconds_left()
        return self.options.statement_seconds if left is None else min(self.options.statement_seconds, max(left, 0.1))
