"""SQLite database files: every table and view as a table, documents in BLOB cells as items of their own."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from piiscan.content import BytesContent
from piiscan.errors import LimitError, ReadError
from piiscan.hookspecs import hookimpl
from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Content, Embedded, Locator, Problem, Reading, TableSegment
from piiscan.protocols import ReadContext, Reader
from piiscan.readers._unpack import CHUNK, Names
from piiscan.sniff import UNKNOWN, sniff
from piiscan.text.decoding import decode

if TYPE_CHECKING:
    import polars as pl

VIEW_SECONDS = 20.0
"""A view computes what it shows, and may be made never to end."""
MAX_CELL_BYTES = 256 * 1024**2
BATCH_CHARS = 16 * 1024**2
TEXT_BLOB_BYTES = 64 * 1024
BATCH_CELLS = 180_000
"""Cells of a batch while they are Python objects, which take several times the memory of a frame."""
CHUNK_ROWS = 128
_STEPS = 20_000
_TEXT_OR_NOTHING = {str, type(None)}
_ERRORS = (sqlite3.Error, ValueError)
"""Of the engine, and of Python where a damaged name or message of the engine is no text."""
_ALLOWED = frozenset(
    {
        sqlite3.SQLITE_SELECT,
        sqlite3.SQLITE_READ,
        sqlite3.SQLITE_FUNCTION,
        sqlite3.SQLITE_RECURSIVE,
        sqlite3.SQLITE_PRAGMA,
    }
)
_PRAGMAS = frozenset({"table_list", "data_version", "page_size", "writable_schema"})
_TEXT_TYPES = ("text/", "application/json", "application/x-ndjson")


class SqliteReader:
    """Reads with the file's own engine, but nothing is written, also not beside the file. Rows count from 1 in storage order."""

    name: ClassVar[str] = "sqlite"
    media_types: ClassVar[tuple[str, ...]] = ("application/vnd.sqlite3", "application/x-sqlite3")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        with content.local_path() as path, _connection(path) as database:
            guard = _Guard(context)
            database.set_progress_handler(guard.over, _STEPS)
            names = Names()
            for name, is_view in _tables(database):
                context.budget.check_time()
                guard.limit(VIEW_SECONDS if is_view else None)
                yield from _Table(database, name, is_view, context, guard).readings(names)
            if path.stat().st_size < _declared_bytes(content.head()):
                yield context.problem("truncated", "SQLite")


def _declared_bytes(head: bytes) -> int:
    """How long the file says it is, at least one page: to the engine, a file cut within its first page is an empty database."""
    size = int.from_bytes(head[16:18], "big")
    page = 65536 if size == 1 else size
    current = head[24:28] == head[92:96]  # else an old engine wrote last, and the count of pages does not hold
    return page * max(1, int.from_bytes(head[28:32], "big") if current else 1)


class _Guard:
    """Tells the engine to stop when the item's or the view's time is over."""

    def __init__(self, context: ReadContext) -> None:
        self._budget = context.budget
        self._until: float | None = None

    def limit(self, seconds: float | None) -> None:
        self._until = None if seconds is None else time.monotonic() + seconds

    def over(self) -> bool:
        own = self._until is not None and time.monotonic() > self._until
        return own or self._budget.seconds_left() == 0.0


@contextmanager
def _connection(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection that cannot change the file. What a running program has not merged into it yet is read from a copy."""
    beside = [p for p in (path.with_name(path.name + end) for end in ("-wal", "-journal")) if _has_bytes(p)]
    with tempfile.TemporaryDirectory(prefix="piiscan-") as folder:
        uri = path.absolute().as_uri() + "?mode=ro&immutable=1"
        if beside:
            for file in (path, *beside):
                shutil.copyfile(file, Path(folder) / file.name)
            uri = (Path(folder) / path.name).as_uri() + "?mode=rw"  # the engine merges them, in the copy
        database = None
        try:
            database = sqlite3.connect(uri, uri=True, timeout=0, check_same_thread=False)
            _lock_down(database)
            yield database
        except _ERRORS as error:
            raise _read_error(error) from error
        finally:
            if database is not None:
                database.close()


def _has_bytes(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _lock_down(database: sqlite3.Connection) -> None:
    """Reading only: no writing, no attaching, no functions from outside, no cell that fills the memory."""
    for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "mmap_size=0"):
        database.execute(f"PRAGMA {pragma}")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL_BYTES)
    database.set_authorizer(_authorize)
    database.text_factory = _text


def _authorize(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and first not in _PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_UPDATE and first == "sqlite_master":
        return sqlite3.SQLITE_OK  # asked while a virtual table declares its columns; nothing is written
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY


def _text(raw: bytes) -> str:
    """Text should be UTF-8; programs of Japanese Windows stored CP932 as well."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return decode(raw).text


def _read_error(error: Exception) -> ReadError:
    code = getattr(error, "sqlite_errorname", "") or type(error).__name__
    if code == "SQLITE_INTERRUPT":
        return LimitError("timeout", "SQLite")
    if code.startswith("SQLITE_IOERR"):
        return ReadError("io-error", code)
    return ReadError("damaged", code)


def _tables(database: sqlite3.Connection) -> list[tuple[str, bool]]:
    """(name, whether it is a view), views last. Internal tables are left out, and those that only serve a readable virtual table."""
    query = "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    try:
        rows = database.execute(query).fetchall()
    except _ERRORS:  # one broken definition makes the engine refuse all of them, unless told otherwise
        database.execute("PRAGMA writable_schema=ON")
        rows = database.execute(query).fetchall()
    known = [(name, kind == "view") for name, kind, _ in rows if isinstance(name, str)]
    virtual = [name for name, _, sql in rows if isinstance(sql, str) and sql.lstrip()[:14].upper() == "CREATE VIRTUAL"]
    readable = tuple(f"{name}_" for name in virtual if _opens(database, name))
    shadows = _shadows(database)
    return sorted((t for t in known if not (t[0] in shadows and t[0].startswith(readable))), key=lambda t: t[1])


def _shadows(database: sqlite3.Connection) -> set[str]:
    try:
        return {row[1] for row in database.execute("PRAGMA table_list") if row[2] == "shadow"}
    except _ERRORS:
        return set()


def _opens(database: sqlite3.Connection, name: str) -> bool:
    try:
        database.execute(f"SELECT * FROM {_quoted(name)} LIMIT 1").fetchall()  # noqa: S608 - names cannot be parameters
    except _ERRORS:
        return False
    return True


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _Table:
    """One table or view: its rows, and what was met in them."""

    def __init__(
        self, database: sqlite3.Connection, name: str, is_view: bool, context: ReadContext, guard: _Guard
    ) -> None:
        self._database, self._context, self._guard = database, context, guard
        self._name, self._is_view = name, is_view
        self._place = Locator.of(table=name)
        self._documents: set[tuple[int, int]] = set()
        self._binary = 0
        self._failure: ReadError | None = None

    def readings(self, names: Names) -> Iterator[Reading]:
        try:
            cursor = self._select()
        except _ERRORS as error:
            failure = _read_error(error)
            yield self._context.problem(
                "part-unreadable" if failure.code == "damaged" else failure.code, failure.detail, self._place
            )
            return
        header = tuple(_label(column[0]) for column in cursor.description)
        count = None if self._is_view else self._count()
        yield TableSegment(
            batches=self._batches(cursor, len(header)), locator=self._place, header=header, row_count=count
        )
        cursor.close()
        if self._binary:
            yield self._context.problem("unsupported-format", "binary cells", self._place, count=self._binary)
        if self._documents:
            yield from self._embedded(header, names)

    def _select(self) -> sqlite3.Cursor:
        return self._database.execute(f"SELECT * FROM {_quoted(self._name)}")  # noqa: S608 - names cannot be parameters

    def _count(self) -> int | None:
        with suppress(*_ERRORS):
            query = f"SELECT count(*) FROM {_quoted(self._name)}"  # noqa: S608 - names cannot be parameters
            return int(self._database.execute(query).fetchone()[0])
        return None

    def _batches(self, cursor: sqlite3.Cursor, width: int) -> Iterator[pl.DataFrame | Problem]:
        columns: list[list[str | None]] = [[] for _ in range(width)]
        chars = 0
        self._database.text_factory = str
        for first, rows in self._chunks(cursor):
            for number, (column, values) in enumerate(zip(columns, zip(*rows, strict=True), strict=True)):
                texts = self._texts(values, first, number)
                column.extend(texts)
                chars += sum(map(len, filter(None, texts)))
            if len(columns[0]) >= min(TABLE_BATCH_ROWS, BATCH_CELLS // width) or chars > BATCH_CHARS:
                yield _frame(columns)
                columns, chars = [[] for _ in range(width)], 0
        self._database.text_factory = _text
        if columns and columns[0]:
            yield _frame(columns)
        if self._failure is not None:
            yield self._context.problem(self._failure.code, self._failure.detail, self._place)

    def _chunks(self, cursor: sqlite3.Cursor) -> Iterator[tuple[int, list[tuple[Any, ...]]]]:
        """Rows in small portions, each with the number of its first row, up to the first row that cannot be read."""
        rows: list[tuple[Any, ...]] = []
        first = 1
        for row in self._fetched(cursor):
            rows.append(row)
            if len(rows) == CHUNK_ROWS:
                self._context.budget.check_time()
                yield first, rows
                first, rows = first + len(rows), []
        if rows:
            yield first, rows

    def _fetched(self, cursor: sqlite3.Cursor) -> Iterator[tuple[Any, ...]]:
        done = 0
        try:
            for row in cursor:
                if self._is_view and self._guard.over():  # rows that come quickly but without end
                    self._failure = LimitError("timeout", "SQLite view")
                    return
                done += 1
                yield row
        except _ERRORS as error:
            if self._database.text_factory is str and _not_utf8(error):
                yield from self._again(done)
            else:
                self._failure = _read_error(error)

    def _again(self, done: int) -> Iterator[tuple[Any, ...]]:
        """The rows after those `done`, with texts that are not UTF-8 decoded here: several times slower, so only where there are any."""
        self._database.text_factory = _text
        yield from islice(self._fetched(self._select()), done, None)

    def _texts(self, values: tuple[object, ...], first: int, column: int) -> Sequence[str | None]:
        if set(map(type, values)) <= _TEXT_OR_NOTHING:
            return cast("tuple[str | None, ...]", values)
        return [self._cell(value, row, column) for row, value in enumerate(values, first)]

    def _cell(self, value: object, row: int, column: int) -> str | None:
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bytes):
            return self._blob(value, row, column)
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        return repr(value)

    def _blob(self, value: bytes, row: int, column: int) -> str | None:
        if not value:
            return None
        kind = sniff(value[:CHUNK], "")
        if kind.startswith(_TEXT_TYPES) and len(value) <= TEXT_BLOB_BYTES:
            return decode(value).text
        if self._is_view:  # the table it comes from has it as well
            return None
        if kind == UNKNOWN:
            self._binary += 1
        else:
            self._documents.add((row, column))
        return None

    def _embedded(self, header: tuple[str, ...], names: Names) -> Iterator[Reading]:
        """The documents, in a second pass over the same query: the rows come in the same order, and none is held meanwhile."""
        cursor = self._select()
        for number, row in enumerate(self._fetched(cursor), 1):
            self._context.budget.check_time()
            for column, value in enumerate(row):
                if (number, column) in self._documents and isinstance(value, bytes):
                    path = names.label(f"{_step(self._name)}/{_step(header[column])}/{number}")
                    yield Embedded(path=path, content=BytesContent(value, path), size=len(value))


def _frame(columns: list[list[str | None]]) -> pl.DataFrame:
    import polars as pl

    frame = pl.DataFrame([pl.Series(f"c{n}", values, dtype=pl.String) for n, values in enumerate(columns)])
    return frame.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _not_utf8(error: Exception) -> bool:
    return isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error)


def _label(name: str | bytes) -> str:
    return name if isinstance(name, str) else _text(name)


def _step(name: str) -> str:
    return name.replace("/", "_").replace("\\", "_")


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    """The reader of SQLite files."""
    return [SqliteReader]
