"""Opens connections that only read, with limits, patience and errors that say which kind they are."""

from __future__ import annotations

import contextlib
import logging
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import NullPool

from piiscan.errors import SourceError
from piiscan_sql.backends.base import Backend
from piiscan_sql.credentials import login
from piiscan_sql.failures import failure
from piiscan_sql.guard import guard
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

ATTEMPTS = 4
FIRST_WAIT = 0.25
_LOG = "piiscan-sql"


def build_engine(target: Target, name: str, options: SqlOptions, backend: Backend) -> Engine:
    """An engine without a pool: a connection is not held while nobody reads. Raises SourceError where the credentials cannot be had."""
    url, arguments = backend.engine_args(target, login(target, name, options), options)
    try:
        engine = create_engine(
            url, connect_args=arguments, poolclass=NullPool, hide_parameters=True, pool_logging_name=_LOG
        )
    except Exception as error:  # noqa: BLE001 - a dialect that is not installed, a query key it does not know
        raise SourceError("list-failed", type(error).__name__) from None
    guard(engine)
    # SQLAlchemy logs what goes wrong while a broken cursor is closed, with the server's words, which may quote a row.
    logging.getLogger(f"sqlalchemy.pool.impl.NullPool.{_LOG}").disabled = True
    return engine


@contextmanager
def transaction(
    engine: Engine, backend: Backend, options: SqlOptions, seconds: float | None = None
) -> Iterator[Connection]:
    """A connection in a read-only transaction, rolled back at the end. Everything that a driver raises inside becomes SourceError."""
    connection = _connect(engine, seconds)
    try:
        backend.begin(connection, options, seconds)
        if options.require_replica and not backend.is_replica(connection):
            raise SourceError("access-denied", "the server takes writes, and require_replica is set")  # noqa: TRY301
        yield connection
    except (GeneratorExit, SourceError):
        raise
    except engine.dialect.loaded_dbapi.Error as error:
        raise failure(error) from None
    except Exception as error:
        if not _is_of_database(error):
            raise
        raise failure(error) from None
    finally:
        _close(connection)


def _is_of_database(error: Exception) -> bool:
    from sqlalchemy.exc import SQLAlchemyError

    from piiscan_sql.failures import LOST

    return isinstance(error, (SQLAlchemyError, *LOST))


def _connect(engine: Engine, seconds: float | None) -> Connection:
    """Try again, waiting longer each time, where waiting may help."""
    until = None if seconds is None else time.monotonic() + seconds
    wait = FIRST_WAIT
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return engine.connect()
        except Exception as error:  # noqa: BLE001 - drivers raise what they like here
            coded = failure(error)
            last = attempt == ATTEMPTS or (until is not None and time.monotonic() + wait > until)
            if coded.code not in {"try-later", "locked"} or last:
                raise coded from None
        time.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 - so that workers do not knock all at once
        wait *= 3
    raise AssertionError


def _close(connection: Connection) -> None:
    """Never wait for the rest of a result: the connection is thrown away."""
    with contextlib.suppress(Exception):
        connection.invalidate()
    with contextlib.suppress(Exception):
        connection.close()
