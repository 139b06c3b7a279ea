"""What differs between databases: how to connect, what there is, who may read it, and how a value becomes text."""

# ruff: noqa: ARG002 - overriding methods take what others need

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Literal

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.sql import quoted_name

from piiscan_sql.credentials import Login
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

Kind = Literal["table", "partitioned table", "view", "materialized view", "foreign table"]


@dataclass(frozen=True, slots=True)
class Table:
    """One line of a listing. `stamp` moves when rows change, None where the server cannot tell; `denied` says why it cannot be read."""

    schema: str
    name: str
    kind: Kind = "table"
    rows: int | None = None
    bytes: int | None = None
    modified: datetime | None = None
    stamp: str | None = None
    denied: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def computed(self) -> bool:
        """Whether its rows lie elsewhere."""
        return self.kind in {"view", "foreign table"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `content` is how it is read: in the table's cells, as a document of its own, or bytes that may be short text."""

    name: str
    type: str = ""
    comment: str = ""
    content: Literal["text", "document", "bytes"] = "text"
    readable: bool = True
    generated: bool = False
    long: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What must be known to read a table. `key` are the columns that order it without ties, () where there are none that serve.

    `strata_key` is the name of a whole-number column whose ranges a sample can be drawn from. `hides_rows` says that the server leaves out rows
    for this account.
    """

    columns: tuple[Column, ...]
    key: tuple[Column, ...] = ()
    strata_key: str | None = None
    hides_rows: bool = False
    notes: tuple[str, ...] = ()


def ask(connection: Connection, statement: str, **parameters: Any) -> list[Any]:
    """The rows of a question to the catalogue; ``::`` in it is PostgreSQL's cast, ``:name`` a parameter."""
    return list(connection.execute(sa.text(statement.replace("::", "\\:\\:")), parameters).fetchall())


class Backend:
    """The neutral behaviour; databases override what they do better."""

    name: ClassVar[str] = ""
    system_schemas: ClassVar[frozenset[str]] = frozenset({"information_schema"})
    length: ClassVar[str] = "length"
    raw_rows: ClassVar[bool] = True
    bytes_anywhere: ClassVar[bool] = False
    """Whether any cell may hold bytes, whatever its column says; `cell` then gives ``BYTES_MARK`` for it."""

    def engine_args(self, target: Target, login: Login, options: SqlOptions) -> tuple[URL, dict[str, Any]]:
        """The URL to connect with, and the driver's arguments."""
        return target.url.set(username=login.user, password=login.password), {}

    def begin(self, connection: Connection, options: SqlOptions, seconds: float | None) -> None:
        """Begin a read-only transaction with limits. `seconds` are left for the item."""

    def deadline(self, connection: Connection, seconds: float) -> AbstractContextManager[None]:
        """Ends what runs longer, where the server has no limit of its own."""
        return nullcontext()

    def is_replica(self, connection: Connection) -> bool:
        """Whether the server takes no writes."""
        return False

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """Everything a person would call a table, without the system's own."""
        raise NotImplementedError

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """Columns and key; None when there is no such table."""
        raise NotImplementedError

    def raw_values(self, connection: Connection) -> None:
        """Called when the questions about the catalogue are over and rows follow."""

    def abandon(self, cursor: Any) -> None:
        """Give up what is still to come of an answer, without fetching it."""

    def relation(self, schema: str, name: str, columns: Iterable[str] = ()) -> sa.TableClause:
        """A table to select from; every name is quoted, whatever is in it."""
        return sa.table(self.quoted(name), *(sa.column(self.quoted(c)) for c in columns), schema=self.quoted(schema))

    def quoted(self, name: str) -> str:
        """A name as it is, not folded to upper or lower case."""
        return quoted_name(name, quote=True)

    def column(self, column: Column) -> sa.ColumnElement[Any]:
        """A column by its name."""
        return sa.column(self.quoted(column.name))

    def cell(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """The expression whose values become cells."""
        return self.column(column)

    def binary(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """A document's bytes; its length in bytes, as text, where it is over the limit."""
        c = self.column(column)
        size = sa.func.length(c) if self.length == "length" else getattr(sa.func, self.length)(c)
        return sa.case((size <= options.document_bytes, c), else_=None)

    def bulk(self, connection: Connection, statement: sa.Select[Any]) -> Sequence[Any] | None:
        """The answer as text columns by a faster way than rows; None where there is none. Not asked for documents."""
        return None

    def has_binary(self, column: Column) -> sa.ColumnElement[bool]:
        """Rows in which a column holds bytes."""
        return self.column(column).is_not(None)

    def key_cells(self, shape: Shape) -> list[sa.ColumnElement[Any]]:
        """The values that say how far reading came."""
        return [self.column(c) for c in shape.key]

    def order(self, shape: Shape) -> list[sa.ColumnElement[Any]]:
        """The order that pages follow."""
        return [self.column(c) for c in shape.key]

    def after(self, shape: Shape, last: Sequence[Any]) -> sa.ColumnElement[bool]:
        """Rows beyond the last key: ``a >= x AND (a > x OR (b > y))``, which every optimizer reads as a range."""
        columns = [self.column(c) for c in shape.key]
        values = [self.key_value(c, v) for c, v in zip(shape.key, last, strict=True)]
        condition: sa.ColumnElement[bool] = columns[-1] > values[-1]
        for column, value in zip(columns[-2::-1], values[-2::-1], strict=True):
            condition = sa.and_(column >= value, sa.or_(column > value, condition))
        return condition

    def key_value(self, column: Column, value: Any) -> Any:
        """A key value as fetched, as a parameter."""
        return value

    def sample_of(self, relation: sa.TableClause, share: float, seed: int, pages: int) -> sa.FromClause | None:
        """The relation reduced by the server to a random share of it, or None where it cannot."""
        return None

    def chance(self, share: float, seed: int) -> sa.ColumnElement[bool] | None:
        """A condition that is true for a random share of the rows, or None where the server has no seeded chance."""
        return None

    def prepare_chance(self, connection: Connection, seed: int) -> None:
        """Make the next `chance` repeatable."""
