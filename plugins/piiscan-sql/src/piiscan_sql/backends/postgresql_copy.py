"""COPY (SELECT ...) TO STDOUT: the same rows as CSV, read by polars. For pg8000, which hands over what it receives."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from piiscan_sql.guard import RefusedError, is_question

if TYPE_CHECKING:
    from collections.abc import Sequence


def copied(connection: Connection, statement: sa.Select[Any]) -> Sequence[Any] | None:
    """The columns of a question, all as text; None where the CSV does not read as the server counted it."""
    import polars as pl

    width = len(statement.selected_columns)
    # COPY takes no parameters. Literals are the limit and keys, as text with doubled quotes (standard_conforming_strings is on).
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    question = f"COPY ({compiled}) TO STDOUT (FORMAT csv)"
    if not is_question(question):
        raise RefusedError("only questions are sent to a scanned database")
    cursor: Any = connection.connection.cursor()
    out = io.BytesIO()
    cursor.execute(question, stream=out)
    data, count = out.getvalue(), cursor.rowcount
    names = [f"c{i}" for i in range(width)]
    try:
        frame = pl.read_csv(data, has_header=False, schema=dict.fromkeys(names, pl.String), raise_if_empty=False)
    except pl.exceptions.PolarsError:
        return _unsound(data, width)
    return frame.get_columns() if frame.height == count else None


def _unsound(data: bytes, width: int) -> Sequence[Any]:
    """A database of encoding SQL_ASCII holds any bytes: cells stay bytes, to be told apart one by one."""
    csv.field_size_limit(1 << 30)
    rows = [
        [cell.encode("latin-1") or None for cell in row]
        for row in csv.reader(io.StringIO(data.decode("latin-1"), newline=""))
    ]
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    return columns
