"""The source: lists tables, reads them, and says what could not be had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError

from piiscan.errors import SourceError, UsageError
from piiscan.model import Item, Problem, Reading
from piiscan.protocols import ReadContext
from piiscan.sources.paths import display_name
from piiscan_sql import target as targets
from piiscan_sql.backends import backend_for
from piiscan_sql.backends.base import Backend, Table
from piiscan_sql.connecting import build_engine, transaction
from piiscan_sql.options import SqlOptions
from piiscan_sql.paging import Pager
from piiscan_sql.patterns import chosen, matches
from piiscan_sql.reading import TableReading, choose_sample
from piiscan_sql.target import Target


@dataclass(slots=True)
class SqlSource:
    """Tables and views of one database. See :class:`SqlOptions` for its settings."""

    kind: ClassVar[str] = "sql"
    schemes: ClassVar[tuple[str, ...]] = ("postgresql", "mysql", "mariadb", "sqlite", "duckdb", "mssql", "oracle")
    Options: ClassVar[type[BaseModel]] = SqlOptions

    target: Target
    name: str
    options: SqlOptions = field(default_factory=SqlOptions)
    _engine: sa.Engine | None = field(default=None, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Without the engine: every process has its own connections."""
        return type(self), (self.target, self.name, self.options)

    @classmethod
    def claims(cls, target: str) -> bool:
        """SQLAlchemy URLs of the databases above, with or without a driver."""
        return targets.claims(target)

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> SqlSource:
        """From a URL. A password in it is kept in memory only. Raises UsageError for a wrong URL or option; it quotes neither."""
        parsed = targets.parse(target)
        try:
            checked = SqlOptions.model_validate(dict(options or {}))
        except ValidationError as error:
            fields = ", ".join(".".join(map(str, e["loc"])) or e["msg"] for e in error.errors(include_input=False))
            raise UsageError(f"target {name or parsed.base}: wrong option {fields}") from None
        own = parsed.base if parsed.url.database is None or parsed.backend in targets.FILES else _named(parsed)
        return cls(parsed, name or own, checked)

    def unsampled(self) -> SqlSource:
        """The same, reading every row: what ``--full`` asks for."""
        return type(self)(self.target, self.name, self.options.model_copy(update={"sample_rows": 0}))

    @property
    def backend(self) -> Backend:
        """How this kind of database is spoken to."""
        return backend_for(self.target.backend)

    def items(self) -> Iterator[Item | Problem]:
        """Every table from the catalogue; no row is read, but for a stated ``changed_column``."""
        try:
            with transaction(self._opened(), self.backend, self.options) as connection:
                replica = self.backend.is_replica(connection)
                for table in list(self.backend.tables(connection, self.target, self.options)):
                    yield from self._listed(connection, table, replica=replica)
        except SourceError as error:
            yield Problem(code="list-failed", detail=f"{error.code} {error.detail}".strip(), source=self.name)

    def read(self, item: Item, context: ReadContext) -> Iterator[Reading]:
        """The rows of a table, in a transaction that cannot write. Raises SourceError when it is gone or may not be read."""
        schema, name = Target.table_of(item.uri)
        backend = self.backend
        with transaction(self._opened(), backend, self.options, context.budget.seconds_left()) as connection:
            shape = backend.shape(connection, schema, name)
            if shape is None:
                raise SourceError("vanished")
            condition = chosen(self.options.where, schema, name)
            conditions = (sa.text(f"({condition})".replace(":", "\\:")),) if condition else ()
            backend.raw_values(connection)
            pager = Pager(connection, backend, schema, name, shape, self.options, context.budget, conditions)  # type: ignore[arg-type]
            rows, size = item.attributes.get("sql.rows_estimate"), item.attributes.get("sql.bytes")
            kind = item.attributes.get("sql.kind", "table")
            pager.sample = choose_sample(pager, kind, int(rows) if rows else None, int(size) if size else None)
            yield from TableReading(pager, context).readings(filtered=bool(condition))

    def _opened(self) -> sa.Engine:
        if self._engine is None or self.target.backend == "sqlite":  # whose URI depends on the state of the file
            self._engine = build_engine(self.target, self.name, self.options, self.backend)
        return self._engine

    def _listed(self, connection: sa.Connection, table: Table, *, replica: bool) -> Iterator[Item | Problem]:
        item = self._item(connection, table, replica=replica)
        yield item
        left_out = matches(self.options.exclude, table.schema, table.name) or (
            bool(self.options.include) and not matches(self.options.include, table.schema, table.name)
        )
        if left_out or (table.computed and not self.options.views):
            yield Problem(code="excluded", detail="" if left_out else table.kind, item=item.uri, source=self.name)
        elif table.denied:
            yield Problem(code="access-denied", detail=table.denied, item=item.uri, source=self.name)

    def _item(self, connection: sa.Connection, table: Table, *, replica: bool) -> Item:
        attributes = {"sql.schema": table.schema, "sql.table": table.name, "sql.kind": table.kind}
        if table.rows is not None:
            attributes["sql.rows_estimate"] = str(table.rows)
        if table.bytes is not None:
            attributes["sql.bytes"] = str(table.bytes)
        if replica:
            attributes["sql.replica"] = "yes"
        attributes |= {k: v for k, v in table.attributes.items() if v}
        return Item(
            uri=self.target.uri(table.schema, table.name),
            source=self.name,
            name=display_name(f"{table.schema}.{table.name}"),
            kind="table",
            size=self._size(table),
            modified=table.modified,
            change_token=self._token(connection, table),
            attributes={k: _sound(v) for k, v in attributes.items()},
        )

    def _size(self, table: Table) -> int | None:
        """The bytes that reading takes: of a table to be sampled its share, so that plans and progress are right."""
        rows, limit = table.rows or 0, max(self.options.full_rows, self.options.sample_rows)
        if table.bytes is None or not self.options.sample_rows or rows <= limit:
            return table.bytes
        return int(table.bytes * self.options.sample_rows / rows)

    def _token(self, connection: sa.Connection, table: Table) -> str | None:
        """What moves with the rows, the rights, and the options that decide which rows are read."""
        stamp = self._changed(connection, table) or table.stamp
        if stamp is None:
            return None
        rights = sorted((k, v) for k, v in table.attributes.items() if k.startswith("access."))
        digest = hashlib.sha256(repr((stamp, rights)).encode()).hexdigest()[:16]
        return f"{digest}:{self.options.reading_digest()}"

    def _changed(self, connection: sa.Connection, table: Table) -> str | None:
        stated = self.options.changed_column
        column = stated if isinstance(stated, str) else chosen(stated, table.schema, table.name)
        if not column or table.denied:
            return None
        shape = self.backend.shape(connection, table.schema, table.name)
        if shape is None or not any(c.name == column and c.readable for c in shape.columns):
            return None
        relation = self.backend.relation(table.schema, table.name)
        highest: sa.Select[Any] = sa.select(sa.func.max(sa.column(self.backend.quoted(column)))).select_from(relation)
        with self.backend.deadline(connection, self.options.statement_seconds):
            return f"max:{connection.execute(highest).scalar()}"


def _named(target: Target) -> str:
    """What people see of a server's database; its tables' uris begin so too, but for MySQL, where the database is each one's schema."""
    if target.backend in {"mysql", "mariadb"}:
        return f"{target.base}/{targets.quoted(str(target.url.database))}"
    return target.base


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
