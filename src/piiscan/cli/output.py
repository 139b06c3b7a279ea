"""Writes lists as table, JSON Lines or CSV."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from piiscan.cli.options import Format
from piiscan.errors import UsageError

Row = Mapping[str, Any]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
TABLE_ROWS = 200
"""A table on a screen stops here unless --limit says otherwise; programs get everything."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file that is written beside its name and takes it when it is whole: a run that ends early leaves nothing. Raises UsageError for what the
    system refuses."""
    temporary = path.with_name(path.name + ".part")
    try:
        with temporary.open("wb") as out:
            yield out
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {type(error).__name__}") from None
    finally:
        temporary.unlink(missing_ok=True)


def write_rows(
    rows: Iterable[Row], fields: Mapping[str, str], fmt: Format, *, limit: int | None = None, more: str = "… --limit"
) -> None:
    """Write rows to stdout. `fields` are the keys of a row in order, with the heading that people see."""
    rows = islice(rows, limit) if limit else rows
    if fmt is Format.JSONL:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False, default=_plain) + "\n")
    elif fmt is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(fields)
        for row in rows:
            writer.writerow([_cell(row.get(key)) for key in fields])
    else:
        _table(rows, fields, limit, more)


def _table(rows: Iterable[Row], fields: Mapping[str, str], limit: int | None, more: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in fields.values():
        table.add_column(heading, overflow="fold")
    cut = False
    for number, row in enumerate(rows):
        if limit is None and number >= TABLE_ROWS:
            cut = True
            break
        table.add_row(*(Text(_shown(row.get(key))) for key in fields))
    console = Console() if sys.stdout.isatty() else Console(width=240)
    console.print(table)
    if cut:
        console.print(more)


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "●" if value else ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return " ".join(f"{key}:{count:,}" for key, count in sorted(value.items(), key=lambda e: -e[1]))
    return str(value)


def _cell(value: object) -> object:
    """A CSV cell that a spreadsheet will not run as a formula."""
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value
