"""Database connections: which driver, how SQLite is set up, and errors that hold neither passwords nor parameters."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from piiscan.errors import InventoryError, NoInventoryError

BUSY_MS = 30_000
WRITE = "piiscan_write"
_EFFECTIVE = {"effective_ids": True} if os.access in os.supports_effective_ids else {}

_SQLITE_WORDS = {
    "SQLITE_BUSY": "is busy: another program is writing to it",
    "SQLITE_LOCKED": "is busy: another program is writing to it",
    "SQLITE_CANTOPEN": "cannot be opened; check the folder and its access rights",
    "SQLITE_READONLY": "is read-only",
    "SQLITE_FULL": "cannot be written: the disk is full",
    "SQLITE_NOTADB": "is not a database",
    "SQLITE_CORRUPT": "is damaged; restore it from a backup or scan again into a new one",
    "SQLITE_IOERR": "cannot be read or written (input/output error)",
}


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database. `shown` is its URL without the password; `path` the SQLite file; `scratch` a folder to remove at the end."""

    engine: Engine
    shown: str
    path: Path | None = None
    scratch: Path | None = None

    @property
    def writing(self) -> Engine:
        """The same engine, whose transactions take the write lock at once instead of failing half-way."""
        return self.engine.execution_options(**{WRITE: True})

    def close(self) -> None:
        """Give back connections and temporary files."""
        self.engine.dispose()
        if self.scratch is not None:
            shutil.rmtree(self.scratch, ignore_errors=True)


@contextmanager
def translated(shown: str) -> Iterator[None]:
    """Turn database errors into InventoryError. The cause is dropped: its text may hold parameters or a password."""
    try:
        yield
    except SQLAlchemyError as error:
        raise InventoryError(f"the inventory {shown} {_words(error)}") from None
    except OSError as error:
        raise InventoryError(f"the inventory {shown} cannot be reached ({type(error).__name__})") from None


def _words(error: SQLAlchemyError) -> str:
    original = getattr(error, "orig", None)
    if isinstance(original, sqlite3.Error):
        name = getattr(original, "sqlite_errorname", "")
        for prefix, words in _SQLITE_WORDS.items():
            if name.startswith(prefix):
                return words
        return f"failed ({name or type(original).__name__})"
    details = original.args[0] if original is not None and original.args else None
    code = details.get("C") if isinstance(details, dict) else getattr(original, "sqlstate", None)
    if code in {"28P01", "28000"}:
        return "cannot be opened: user name or password refused"
    if code == "3D000":
        return "cannot be opened: there is no such database"
    if code is None and isinstance(error, DBAPIError):
        return f"cannot be reached ({type(original).__name__})"
    return f"failed ({code or type(error).__name__})"


def connect(url: str, *, create: bool) -> Database:
    """Open a database by URL; no query is run for PostgreSQL yet. Raises InventoryError."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise NoInventoryError(
            "the inventory must be given as sqlite:///FILE or postgresql://USER@HOST/DATABASE"
        ) from None
    shown = parsed.render_as_string(hide_password=True)
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return _connect_sqlite(parsed, shown, create=create)
    if backend in {"postgresql", "postgres"}:
        return _connect_postgresql(parsed, shown)
    raise NoInventoryError(f"{backend}: the inventory lives in SQLite or PostgreSQL")


def _connect_sqlite(url: URL, shown: str, *, create: bool) -> Database:
    scratch = None
    if url.database in {None, "", ":memory:"}:
        # A temporary file rather than memory: several connections, one behaviour, and 1M rows do not sit in RAM.
        scratch = Path(tempfile.mkdtemp(prefix="piiscan-inventory-"))
        path = scratch / "piiscan.db"
    else:
        path = Path(str(url.database))
        if not create and not path.is_file():
            raise NoInventoryError(f"there is no inventory at {shown}; run a scan first")
        if not path.parent.is_dir():
            raise NoInventoryError(f"the folder of the inventory {shown} does not exist")
    target = url.set(drivername="sqlite", database=str(path))
    if not create and _sealed(path):
        target = URL.create("sqlite", database=path.absolute().as_uri(), query={"immutable": "1", "uri": "true"})
    engine = create_engine(target, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return Database(engine, shown, path, scratch)


def _sealed(path: Path) -> bool:
    """Whether the file is a copy that nobody can write to here and no run is at work on: read without the companions that SQLite would make."""
    return not os.access(path.parent, os.W_OK, **_EFFECTIVE) and not path.with_name(path.name + "-wal").exists()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, so that DDL is transactional too
    for pragma in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", "synchronous=NORMAL", "cache_size=-32000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get(WRITE)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def use_wal(database: Database) -> None:
    """Let readers go on while a run writes. Kept in the file; SQLite does not wait for others here, so we do."""
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            with database.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                assert raw is not None
                raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            name = getattr(error, "sqlite_errorname", "")
            if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
                return  # a read-only copy can still be read
            if not name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or time.monotonic() > deadline:
                raise OperationalError("PRAGMA journal_mode", None, error) from None
            time.sleep(0.05)
        except sqlite3.DatabaseError as error:
            raise OperationalError("PRAGMA journal_mode", None, error) from None
        else:
            return


def _connect_postgresql(url: URL, shown: str) -> Database:
    driver = url.drivername.partition("+")[2] or _postgresql_driver()
    if importlib.util.find_spec(driver) is None:
        raise NoInventoryError(f"the driver {driver} is not installed; pip install 'piiscan[postgresql]'")
    query = dict(url.query)
    host = query.pop("host", "")
    if driver == "pg8000" and isinstance(host, str) and host:
        # libpq's way of naming a host or the folder of a local socket, which pg8000 does not know
        if host.startswith("/"):
            query["unix_sock"] = f"{host}/.s.PGSQL.{url.port or 5432}"
        else:
            url = url.set(host=host)
        url = url.set(query=query)
    engine = create_engine(url.set(drivername=f"postgresql+{driver}"), hide_parameters=True, pool_pre_ping=True)
    return Database(engine, shown)


def _postgresql_driver() -> str:
    for driver in ("pg8000", "psycopg"):
        if importlib.util.find_spec(driver) is not None:
            return driver
    raise NoInventoryError("no PostgreSQL driver is installed; pip install 'piiscan[postgresql]'")
