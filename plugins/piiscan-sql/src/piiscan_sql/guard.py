"""Refuses every statement that is not plainly a question, before it reaches the driver.

The second lock on a door that the server keeps shut as well (read-only transactions, read-only files, an account with SELECT only).
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, event

_QUOTED = re.compile(r"\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]|'(?:[^'\\]|''|\\.)*'", re.DOTALL)
_QUESTION = re.compile(
    r"\s*\(*\s*(SELECT|SHOW|VALUES|CHECKSUM\s+TABLE|EXPLAIN\s+(?!ANALYZE)\(?FORMAT|PRAGMA\s+\w+(?:\(.*\))?\s*$)",
    re.IGNORECASE,
)
_COPY = re.compile(r"\s*COPY\s*\(\s*SELECT\b.*\)\s*TO\s+STDOUT\s*\(FORMAT csv\)\s*$", re.IGNORECASE | re.DOTALL)
_SESSION = re.compile(
    r"\s*(SET\s+(TRANSACTION|LOCAL|SESSION)\s+[\w.\s,=]*$|START\s+TRANSACTION\s+(WITH\s+CONSISTENT\s+SNAPSHOT,\s*)?READ\s+ONLY\s*$|"
    r"BEGIN(\s+TRANSACTION\s+READ\s+ONLY)?\s*$|ROLLBACK\s*$)",
    re.IGNORECASE,
)
_TAKES = re.compile(
    r"\b(INTO|FOR\s+(NO\s+KEY\s+)?UPDATE|FOR\s+(KEY\s+)?SHARE|LOCK\s+IN\s+SHARE\s+MODE)\b|;\s*\S", re.IGNORECASE
)
_WIDE = re.compile(r"\bSET\s+(GLOBAL|PERSIST|PASSWORD|ROLE)\b", re.IGNORECASE)


class RefusedError(Exception):
    """A statement that might write. It names no statement: that may hold data."""


def is_question(statement: str) -> bool:
    """Whether a statement only reads, or only sets up a read-only transaction of this session."""
    bare = _QUOTED.sub("''", statement)
    if _TAKES.search(bare) or _WIDE.search(bare):
        return False
    return bool(_QUESTION.match(bare) or _COPY.match(bare) or _SESSION.match(bare))


def guard(engine: Engine) -> None:
    """Put the refusal in front of an engine."""

    @event.listens_for(engine, "before_cursor_execute")
    def _before(_conn: Any, _cursor: Any, statement: str, _params: Any, _context: Any, _many: bool) -> None:
        if not is_question(statement):
            raise RefusedError("only questions are sent to a scanned database")
