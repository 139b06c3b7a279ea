"""One writing run per inventory. Both locks end with the process that holds them, however it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from piiscan.errors import InventoryError, LockedError
from piiscan.inventory.engine import Database

_RUN_LOCK = 0x7069_6973_6361_6F  # differs from the migration lock by one


@contextmanager
def run_lock(database: Database) -> Iterator[None]:
    """Hold the lock of this inventory. Raises LockedError at once when another run does."""
    held = LockedError(f"another run is writing to the inventory {database.shown}")
    if database.path is not None:
        with _file_lock(database.path, held):
            yield
        return
    # A session lock needs a connection of its own; autocommit, so that hours of scanning are no open transaction.
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _RUN_LOCK}):
            raise held
        try:
            yield
        finally:
            with suppress(SQLAlchemyError):  # a connection that broke has given the lock back already
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _RUN_LOCK})


@contextmanager
def _file_lock(path: Path, held: LockedError) -> Iterator[None]:
    lock = FileLock(path.with_name(path.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise held from None
    except (OSError, NotImplementedError) as error:
        raise InventoryError(f"the lock file beside the inventory cannot be used ({type(error).__name__})") from None
    try:
        yield
    finally:
        lock.release()
