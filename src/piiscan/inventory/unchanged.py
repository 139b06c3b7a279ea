"""Carrying over a whole source at once: what a run need not read is known before it lists, and nothing is written item by item.

Which rows may be carried is one condition, asked twice: before listing, to know them, and after it, to update them. What listing did not confirm
in between (changed, gone, or where nothing could be listed) is left out by key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache

from sqlalchemy import ColumnElement, FromClause, and_, exists, select
from sqlalchemy.engine import Connection

from piiscan.inventory import summary, tables
from piiscan.inventory.rows import chunks, clean
from piiscan.model import State
from piiscan.problems import PROBLEMS

SPARED_AT_ONCE = 5_000
"""Keys that one statement leaves out at most: databases limit the parameters of a statement."""

Known = tuple[str, str, str]
"""What listing must find again: uri, change token and attributes as stored."""


@cache
def reasons_to_look_again() -> tuple[str, ...]:
    """Reasons that may have passed, and those that the listing decides: with options that are no part of the settings' digest."""
    return tuple(
        sorted(code for code, kind in PROBLEMS.items() if kind.retry or kind.stage == "list" or code == "too-large")
    )


def known(connection: Connection, run_id: int, source: str, settings: str) -> Iterator[Known]:
    """What of this source need not be read again if it is listed as it was."""
    t = tables.items
    query = select(t.c.uri, t.c.change_token, t.c.attributes).where(_carryable(t, run_id, source, settings))
    return map(tuple, connection.execute(query.execution_options(yield_per=10_000)))


def carry_over(connection: Connection, run_id: int, source: str, settings: str, spared: Collection[int]) -> None:
    """All of those, and what is in them, are as they were, except what has a spared hash (of its `Known`)."""
    t, root = tables.items, tables.items.alias("root")
    carryable = _carryable(t, run_id, source, settings)
    keys = _keys_of(connection, carryable, spared) if spared else []
    if len(keys) <= SPARED_AT_ONCE:
        # By member, not by container: most sources hold few members, and `root_key` has an index.
        carried = _carryable(root, run_id, source, settings) & root.c.key.not_in(keys)
        _update(connection, run_id, t.c.root_key.is_not(None) & exists().where(root.c.key == t.c.root_key, carried))
        _update(connection, run_id, and_(carryable, t.c.key.not_in(keys)))
        return
    left_out = set(keys)
    rest = [key for (key,) in connection.execute(select(t.c.key).where(carryable)) if key not in left_out]
    for group in chunks(rest, SPARED_AT_ONCE):
        _update(connection, run_id, t.c.root_key.in_(group))
        _update(connection, run_id, t.c.key.in_(group))


def _carryable(table: FromClause, run_id: int, source: str, settings: str) -> ColumnElement[bool]:
    t = table.c
    return and_(
        t.source == clean(source),
        t.seen_run < run_id,
        t.state != State.GONE.value,
        t.root_key.is_(None),
        t.settings == clean(settings),
        t.change_token.is_not(None),
        t.reason.not_in(reasons_to_look_again()),
    )


def _keys_of(connection: Connection, where: ColumnElement[bool], hashes: Collection[int]) -> list[str]:
    t = tables.items.c
    rows = connection.execute(select(t.key, t.uri, t.change_token, t.attributes).where(where))
    return [key for key, *known in rows if hash(tuple(known)) in hashes]


def _update(connection: Connection, run_id: int, which: ColumnElement[bool]) -> None:
    """Apart by state: most rows of a later run are `unchanged` already, and not to name the state saves the work on its index."""
    t = tables.items
    values = {"seen_run": run_id, "bytes_read": 0, "seconds": 0.0}
    due = and_(which, t.c.seen_run < run_id, summary.THERE)
    scanned = t.c.state == State.SCANNED.value
    connection.execute(t.update().where(due, ~scanned).values(values))
    connection.execute(t.update().where(due, scanned).values(values | {"state": State.UNCHANGED.value}))
