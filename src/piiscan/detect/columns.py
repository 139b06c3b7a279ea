"""Tables as columns: headers and a sample decide what a column can be, then every cell is checked, vectorised.

For one table the stage yields, batch by batch so that memory stays flat:

- :class:`~piiscan.model.ColumnDetection`, **one a batch** for a column and its entity type: a consumer sums `rows` over equal
  (locator, entity_type, rule). `values` are the cells as given; for one value written over several columns (姓 and 名) they are the
  cells joined, and the locator names both columns.
- :class:`~piiscan.model.TextHits` for cells of free text, of forms, and for cells that do not fit their column.
- :class:`~piiscan.model.TableRecords`, one a batch: who the rows are about (see :mod:`piiscan.detect.persons`).
- :class:`~piiscan.model.Problem`, those of the reader passed on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from piiscan.detect.headers import HeaderBook
from piiscan.model import Detected, Problem, TableSegment, TextSegment
from piiscan.protocols import Validator
from piiscan.rules.model import RuleSet

if TYPE_CHECKING:
    from piiscan.detect.columns_judge import ColumnJudge


class TextDetector(Protocol):
    """What the stage needs of the text engine."""

    def scan(self, segment: TextSegment) -> Iterator[Detected]:
        """The hits in a piece of text, best readings only, and problems of recognizers that failed on it."""
        ...


class ColumnStage:
    """Detects in tables. Built once a worker; `scan` may be called for any number of tables, one at a time."""

    def __init__(self, rules: RuleSet, detector: TextDetector, validators: Mapping[str, Validator]) -> None:
        self.rules = rules
        self.detector = detector
        self.validators = validators
        self.book = HeaderBook(rules)

    @cached_property
    def judge(self) -> ColumnJudge:
        """What decides about columns: built on the first table, then the same for all (it needs polars and compiles checks)."""
        from piiscan.detect.columns_judge import ColumnJudge

        return ColumnJudge(self)

    def scan(self, table: TableSegment) -> Iterator[Detected]:
        """Everything in a table, lazily; `table.batches` is consumed once. A batch that cannot be judged is a problem."""
        import polars as pl

        from piiscan.detect.columns_table import TableScan

        scan = TableScan(self, table)
        for batch in table.batches:
            if isinstance(batch, Problem):
                yield batch
                continue
            try:
                yield from scan.batch(batch)
            except (pl.exceptions.PolarsError, ArithmeticError, ValueError, LookupError, TypeError) as error:
                yield Problem(code="detector-failed", detail=f"columns: {type(error).__name__}", locator=table.locator)
