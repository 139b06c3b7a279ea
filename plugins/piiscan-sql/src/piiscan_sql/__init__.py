"""SQL databases as a piiscan source: every table and view is an item, read as columns in batches, never written to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from piiscan.hookspecs import hookimpl
from piiscan_sql.numbers import TableNumbers
from piiscan_sql.options import SqlOptions
from piiscan_sql.source import SqlSource

if TYPE_CHECKING:
    from piiscan.protocols import Enricher, Source

__all__ = ["SqlOptions", "SqlSource"]


@hookimpl
def piiscan_sources() -> Iterable[type[Source]]:
    """The source for SQLAlchemy URLs."""
    return [SqlSource]


@hookimpl
def piiscan_enrichers() -> Iterable[Enricher]:
    """Shares of cells with confidence intervals, from what was counted."""
    return [TableNumbers()]
