"""SQLite and DuckDB: databases that are files. Opened so that nothing can be written, not even beside them."""

# ruff: noqa: ARG002 - overriding methods take what others need

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection

from piiscan.errors import SourceError
from piiscan_sql.backends.base import Backend, Column, Shape, Table
from piiscan_sql.credentials import Login
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

_STEPS = 20_000
_ROWIDS = ("rowid", "_rowid_", "oid")


def _file_facts(path: Path) -> tuple[str, datetime, dict[str, str]]:
    """(stamp, modified, rights). A database file changes as a whole: its tables become due together."""
    parts, newest = [], 0
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + ".wal")):
        try:
            info = file.stat()
        except OSError:
            continue
        parts.append(f"{info.st_size}.{info.st_mtime_ns}")
        newest = max(newest, info.st_mtime_ns)
    rights = {}
    if sys.platform != "win32":
        mode = path.stat().st_mode
        rights = {
            "access.breadth": "company" if mode & 0o004 else "group" if mode & 0o040 else "person",
            "file.mode": f"{mode & 0o7777:04o}",
        }
    return ":".join(parts), datetime.fromtimestamp(newest / 1e9, UTC), rights


class SQLite(Backend):
    """SQLite 3. Pages are read in transactions of their own, so that a program that writes is not locked out for long."""

    name: ClassVar[str] = "sqlite"
    bytes_anywhere: ClassVar[bool] = True

    def engine_args(self, target: Target, login: Login, options: SqlOptions) -> tuple[URL, dict[str, Any]]:
        """Read-only by the file's URI."""
        path = Path(str(target.url.database))
        return target.url.set(database=_sqlite_uri(path), query={"uri": "true"}), {
            "timeout": options.lock_seconds,
            "check_same_thread": False,
        }

    def begin(self, connection: Connection, options: SqlOptions, seconds: float | None) -> None:
        """No writing, attaching, foreign functions, or cell that fills the memory."""
        raw: Any = connection.connection.dbapi_connection
        raw.isolation_level = None
        for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON"):
            raw.execute(f"PRAGMA {pragma}")
        raw.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(options.document_bytes, options.cell_chars * 4) + 1024)
        raw.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)

    def raw_values(self, connection: Connection) -> None:
        """Text as bytes: half the work, and none of it is broken before we look at it."""
        raw: Any = connection.connection.dbapi_connection
        raw.text_factory = bytes

    @contextmanager
    def deadline(self, connection: Connection, seconds: float) -> Iterator[None]:
        """SQLite has no time limit: the engine asks us whether to go on."""
        raw: Any = connection.connection.dbapi_connection
        until = time.monotonic() + seconds
        raw.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
        try:
            yield
        finally:
            raw.set_progress_handler(None, 0)

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """Tables and views without the engine's own and the shadows of virtual tables."""
        path = Path(str(target.url.database))
        stamp, modified, rights = _file_facts(path)
        rows = connection.exec_driver_sql("PRAGMA table_list").fetchall()
        known = [
            (str(r[1]), str(r[2]))
            for r in rows
            if r[0] == "main" and not str(r[1]).startswith("sqlite_") and r[2] != "shadow"
        ]
        size = path.stat().st_size
        estimates = {name: self._rows(connection, name) for name, kind in known if kind == "table"}
        whole = sum(filter(None, estimates.values())) or 1
        for name, kind in sorted(known):
            if kind == "view":
                yield Table("main", name, "view", None, None, modified, stamp, attributes=rights)
            else:
                count = estimates.get(name)
                yield Table(
                    "main",
                    name,
                    "table",
                    count,
                    None if count is None else size * count // whole,
                    modified,
                    stamp,
                    attributes=rights,
                )

    def _rows(self, connection: Connection, name: str) -> int | None:
        """At most so many: the highest row number, one step down the tree."""
        quote_name = connection.dialect.identifier_preparer.quote_identifier
        try:
            return int(connection.exec_driver_sql(f"SELECT max(rowid) FROM {quote_name(name)}").scalar() or 0)  # noqa: S608 - quoted
        except (sa.exc.DBAPIError, ValueError):
            return None  # WITHOUT ROWID, virtual, damaged

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """Columns with their declared types; the row number as key where there is one."""
        info = sa.text("SELECT name, type, hidden FROM pragma_table_xinfo(:name) WHERE hidden <> 1")
        columns = tuple(_sqlite_column(r) for r in connection.execute(info, {"name": name}))
        if not columns:
            return None
        listed = connection.execute(
            sa.text("SELECT type, wr FROM pragma_table_list(:name) WHERE schema = 'main'"), {"name": name}
        ).fetchone()
        names = {c.name.lower() for c in columns}
        free = next((r for r in _ROWIDS if r not in names), None)
        if listed is None or listed[0] != "table" or listed[1] or free is None:
            return Shape(columns)
        return Shape(columns, (Column(free, "integer"),), free)

    def relation(self, schema: str, name: str, columns: Any = ()) -> sa.TableClause:
        """There is one schema."""
        return sa.table(self.quoted(name), *(sa.column(self.quoted(c)) for c in columns))

    def cell(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """Any column may hold bytes: they become one NUL here, and are read as documents after."""
        c = self.column(column)
        return sa.case((sa.func.typeof(c) == sa.literal_column("'blob'"), sa.literal_column("x'00'")), else_=c)

    def has_binary(self, column: Column) -> sa.ColumnElement[bool]:
        """By the value, not by the column."""
        return sa.func.typeof(self.column(column)) == sa.literal_column("'blob'")


def _sqlite_uri(path: Path) -> str:
    """The file as a URI that opens it without writing beside it.

    In WAL mode a reader needs the index file of the writer. Where no program has the file open it lacks, and SQLite would create one: then the
    database is complete in its own file, or has changes that only a writer may merge.
    """
    uri = "file:" + quote(path.as_posix(), safe="/:") + "?mode=ro"
    with path.open("rb") as stream:
        head = stream.read(20)
    wal, index = path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")
    if head[18:20] != b"\x02\x02" or index.exists():
        return uri
    if wal.exists() and wal.stat().st_size:
        raise SourceError("locked", "changes of a program that crashed are not merged; open it once with that program")
    return uri + "&immutable=1"


def _sqlite_column(row: Sequence[Any]) -> Column:
    return Column(str(row[0]), str(row[1]).lower(), generated=row[2] in {2, 3})


class DuckDB(Backend):
    """DuckDB 1. The file is opened read-only; another process that writes keeps it locked."""

    name: ClassVar[str] = "duckdb"
    length: ClassVar[str] = "octet_length"

    def engine_args(self, target: Target, login: Login, options: SqlOptions) -> tuple[URL, dict[str, Any]]:
        """No extensions, no files besides this one."""
        config = {
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        return target.url.set(query={}), {"read_only": True, "config": config}

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """From DuckDB's own tables about tables."""
        path = Path(str(target.url.database))
        stamp, modified, rights = _file_facts(path)
        run = connection.exec_driver_sql
        rows = run(
            "SELECT schema_name, table_name, estimated_size, coalesce(comment, '') FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
        ).fetchall()
        views = run(
            "SELECT schema_name, view_name, coalesce(comment, '') FROM duckdb_views() WHERE NOT internal AND NOT temporary"
        ).fetchall()
        whole = sum(int(r[2] or 0) for r in rows) or 1
        size = path.stat().st_size
        for schema, name, count, comment in rows:
            attributes = {"sql.comment": comment, **rights}
            yield Table(
                schema,
                name,
                "table",
                int(count or 0),
                size * int(count or 0) // whole,
                modified,
                stamp,
                attributes=attributes,
            )
        for schema, name, comment in views:
            yield Table(
                schema, name, "view", None, None, modified, stamp, attributes={"sql.comment": comment, **rights}
            )

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """Columns with comments; row numbers as key of tables."""
        query = (
            "SELECT column_name, data_type, coalesce(comment, '') FROM duckdb_columns() "
            "WHERE schema_name = :schema AND table_name = :name ORDER BY column_index"
        )
        place = {"schema": schema, "name": name}
        columns = tuple(_duck_column(r) for r in connection.execute(sa.text(query), place))
        if not columns:
            return None
        is_table = connection.execute(
            sa.text("SELECT count(*) FROM duckdb_tables() WHERE schema_name = :schema AND table_name = :name"), place
        ).scalar()
        if not is_table or "rowid" in {c.name.lower() for c in columns}:
            return Shape(columns)
        return Shape(columns, (Column("rowid", "bigint"),), "rowid")

    def cell(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """The engine writes lists, structures, dates and numbers as text itself."""
        c = self.column(column)
        return c if column.type == "varchar" else sa.cast(c, sa.String)


def _duck_column(row: Sequence[Any]) -> Column:
    kind = str(row[1]).lower()
    return Column(str(row[0]), kind, str(row[2]), "document" if kind == "blob" else "text")
