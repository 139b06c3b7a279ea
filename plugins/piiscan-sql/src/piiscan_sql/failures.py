"""What a database error stands for. Only its number is kept: its text may quote data, statements, or the password."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from piiscan.errors import SourceError

_SQLSTATES = {
    "42P01": "vanished",
    "3F000": "vanished",
    "3D000": "vanished",
    "42501": "access-denied",
    "28P01": "access-denied",
    "28000": "access-denied",
    "57014": "timeout",
    "55P03": "locked",
    "40001": "try-later",
    "40P01": "try-later",
    "57P01": "try-later",
    "57P02": "try-later",
    "57P03": "try-later",
    "57P05": "try-later",
    "25P03": "try-later",
}
_SQLSTATE_CLASSES = {"08": "try-later", "53": "try-later", "58": "io-error", "XX": "damaged"}

_MYSQL = {
    "vanished": (1049, 1051, 1109, 1146),
    "access-denied": (1044, 1045, 1142, 1143, 1227, 1370, 1698, 4151),
    "timeout": (1969, 3024),
    "locked": (1205, 1015),
    "changed-while-reading": (1412,),
    "damaged": (126, 127, 144, 145, 1034, 1194, 1195),
    "try-later": (
        1040,
        1053,
        1079,
        1152,
        1153,
        1158,
        1159,
        1160,
        1161,
        1203,
        1213,
        1226,
        1317,
        1927,
        2002,
        2003,
        2005,
        2006,
        2013,
        2055,
    ),
}
_MYSQL_CODES = {number: code for code, numbers in _MYSQL.items() for number in numbers}

_SQLITE = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "locked",  # a journal of a program that crashed: merging it would be writing
    "SQLITE_INTERRUPT": "timeout",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_IOERR": "io-error",
    "SQLITE_CANTOPEN": "access-denied",
    "SQLITE_PERM": "access-denied",
    "SQLITE_AUTH": "access-denied",
    "SQLITE_TOOBIG": "limit-memory",
}

LOST = (ConnectionError, TimeoutError, EOFError, struct.error)
"""What drivers raise when the connection ends in the middle of an answer."""


def failure(error: BaseException) -> SourceError:
    """The coded form of anything a driver raises."""
    if isinstance(error, SourceError):
        return error
    original: Any = error.orig if isinstance(error, DBAPIError) else error
    if original is None:
        original = error
    for cause in _chain(original):
        for classify in (_by_mysql_number, _by_sqlstate, _by_sqlite_name):
            found = classify(cause)
            if found:
                return SourceError(*found)
    if isinstance(original, LOST) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return SourceError("try-later", type(original).__name__)
    return SourceError(*_by_name(original, error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it came from: pg8000 raises a broken pipe, while saying goodbye, over the refusal that it was told."""
    seen = 0
    current: BaseException | None = error
    while current is not None and seen < 10:
        yield current
        current, seen = current.__cause__ or current.__context__, seen + 1


def _by_sqlstate(original: Any) -> tuple[str, str] | None:
    details = original.args[0] if getattr(original, "args", ()) else None
    state = details.get("C") if isinstance(details, dict) else getattr(original, "sqlstate", None)
    if not isinstance(state, str) or len(state) != 5:
        return None
    return _SQLSTATES.get(state) or _SQLSTATE_CLASSES.get(state[:2], "query-failed"), f"SQLSTATE {state}"


def _by_mysql_number(original: Any) -> tuple[str, str] | None:
    number = original.args[0] if getattr(original, "args", ()) else None
    if not isinstance(number, int) or isinstance(original, OSError):
        return None
    return _MYSQL_CODES.get(number, "query-failed"), f"error {number}"


def _by_sqlite_name(original: Any) -> tuple[str, str] | None:
    name = getattr(original, "sqlite_errorname", "")
    if not name:
        return None
    if name == "SQLITE_ERROR" and str(original).startswith("no such table"):
        return "vanished", name
    return next((code for start, code in _SQLITE.items() if name.startswith(start)), "query-failed"), name


def _by_name(original: Any, error: BaseException) -> tuple[str, str]:
    """Drivers without numbers: DuckDB, and connections that pg8000 finds closed."""
    name = type(original).__name__
    known = {"InterfaceError": "try-later", "CatalogException": "vanished", "InterruptException": "timeout"}
    if name == "IOException":  # DuckDB: another process has the file open for writing
        return "locked", name
    if name in known:
        return known[name], name
    return ("query-failed" if isinstance(error, SQLAlchemyError | Exception) else "io-error"), name
