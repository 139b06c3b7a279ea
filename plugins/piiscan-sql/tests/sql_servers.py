"""What tests do with servers and sources."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from piiscan.limits import Budget, Limits
from piiscan.model import Embedded, Item, Problem, TableSegment, TextSegment
from piiscan.protocols import ReadContext
from piiscan_sql import SqlSource


@dataclass
class PostgreSQL:
    """A server behind a socket folder, and one database of it."""

    folder: str
    database: str = "postgres"

    def connect(self, user: str = "postgres") -> Any:
        """A connection that commits each statement."""
        import pg8000.dbapi

        connection = pg8000.dbapi.connect(user=user, unix_sock=f"{self.folder}/.s.PGSQL.5432", database=self.database)
        connection.autocommit = True
        return connection

    def fresh(self, name: str) -> PostgreSQL:
        """A new database."""
        self.run(f"CREATE DATABASE {name}")
        return PostgreSQL(self.folder, name)

    def run(self, *statements: str) -> list[Any]:
        """Run statements; the rows of the last. Statistics are flushed, so that tokens can be compared at once."""
        with contextlib.closing(self.connect()) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            rows = list(cursor.fetchall()) if cursor.description else []
            cursor.execute("SELECT pg_stat_force_next_flush()")
            return rows

    def url(self, user: str = "postgres", password: str = "") -> str:
        """For a source."""
        secret = f":{password}" if password else ""
        return f"postgresql://{user}{secret}@/{self.database}?host={self.folder}"


@dataclass
class MariaDB:
    """A server on a port, and one database of it."""

    port: int
    database: str = ""

    def connect(self) -> Any:
        """A connection that commits each statement."""
        import pymysql

        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="root",
            database=self.database or None,
            autocommit=True,
            charset="utf8mb4",
        )

    def answers(self) -> bool:
        """Whether it is up."""
        import pymysql

        try:
            self.connect().close()
        except pymysql.MySQLError:
            return False
        return True

    def fresh(self, name: str) -> MariaDB:
        """A new database."""
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        return MariaDB(self.port, name)

    def run(self, *statements: str) -> list[Any]:
        """Run statements; the rows of the last."""
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def url(self, user: str = "root", password: str = "") -> str:
        """For a source."""
        secret = f":{password}" if password else ""
        return f"mariadb://{user}{secret}@127.0.0.1:{self.port}/{self.database}"


@dataclass
class Read:
    """Everything of one item."""

    rows: list[tuple[str | None, ...]]
    header: tuple[str, ...]
    hints: tuple[str, ...] | None
    problems: list[Problem]
    documents: dict[str, bytes]
    texts: list[TextSegment]

    @property
    def codes(self) -> list[str]:
        """The codes of the problems."""
        return [p.code for p in self.problems]


def source(url: str, options: Mapping[str, Any] | None = None, name: str = "") -> SqlSource:
    """A source."""
    return SqlSource.from_target(url, name, options)


def item_of(src: SqlSource, table: str) -> Item:
    """The item of a table."""
    return next(i for i in src.items() if isinstance(i, Item) and i.attributes["sql.table"] == table)


def read(src: SqlSource, table: str | Item, seconds: float = 300) -> Read:
    """Read a table to the end."""
    item = table if isinstance(table, Item) else item_of(src, table)
    found = Read([], (), None, [], {}, [])
    for reading in src.read(item, ReadContext(item=item, budget=Budget(Limits(item_seconds=seconds)))):
        if isinstance(reading, TableSegment):
            found.header, found.hints = found.header or reading.header or (), found.hints or reading.hints
            _take(reading, found)
        elif isinstance(reading, Embedded):
            with reading.content.open() as stream:
                found.documents[reading.path] = stream.read()
        elif isinstance(reading, TextSegment):
            found.texts.append(reading)
        else:
            found.problems.append(reading)
    return found


def _take(segment: TableSegment, found: Read) -> None:
    for batch in segment.batches:
        if isinstance(batch, Problem):
            found.problems.append(batch)
        else:
            found.rows += batch.rows()


def batches(src: SqlSource, item: Item) -> Iterator[Any]:
    """The batches of the first table segment, one by one, while the connection is open."""
    for reading in src.read(item, ReadContext(item=item, budget=Budget(Limits()))):
        if isinstance(reading, TableSegment):
            yield from reading.batches
