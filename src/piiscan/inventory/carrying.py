"""What a run does with items that it need not read: they are as they were, but who can open them, and what else the listing says, is as of now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, case, select
from sqlalchemy.engine import Connection, RowMapping

from piiscan.inventory import changes, summary, tables
from piiscan.inventory.changes import Snapshot
from piiscan.inventory.rows import Row, breadth_of, chunks, dump, insert_many, key_of, load
from piiscan.model import INHERITED, Item, State


def carry_over(connection: Connection, run_id: int, items: Iterable[Item]) -> None:
    """Items, and what is in them, as the run found them without reading: state, rights, and the change that a wider breadth is."""
    for group in chunks(items):
        _refresh(connection, run_id, {key_of(item.uri): item.attributes for item in group})
        _settle(connection, run_id, [key_of(item.uri) for item in group])


def _settle(connection: Connection, run_id: int, keys: Sequence[str]) -> None:
    """Scanned becomes unchanged, other states stay."""
    t = tables.items
    state = case((t.c.state == State.SCANNED.value, State.UNCHANGED.value), else_=t.c.state)
    query = t.update().where(t.c.seen_run < run_id, summary.THERE)
    query = query.values(state=state, seen_run=run_id, bytes_read=0, seconds=0.0)
    for column in (t.c.key, t.c.root_key):
        connection.execute(query.where(column.in_(keys)))


def _refresh(connection: Connection, run_id: int, listed: Mapping[str, Mapping[str, str]]) -> None:
    """Attributes as listed now, of the items that differ and of what is in them."""
    t = tables.items.c
    columns = select(t.key, t.root_key, t.attributes, t.entities, t.persons, t.breadth, t.severity)
    columns = columns.where(t.seen_run < run_id, summary.THERE)
    moved: dict[str, RowMapping] = {}
    new: dict[str, dict[str, str]] = {}
    for row in connection.execute(columns.where(t.key.in_(listed))).mappings():
        attributes = _merged(row["attributes"], listed[row["key"]])
        if attributes is not None:
            moved[row["key"]], new[row["key"]] = row, attributes
    containers = dict(new)
    for keys in chunks(containers):
        for row in connection.execute(columns.where(t.root_key.in_(keys))).mappings():
            moved[row["key"]] = row
            new[row["key"]] = _inherited(load(row["attributes"]), containers[row["root_key"]])
    _store(connection, run_id, moved, new)


def _merged(stored: str, listed: Mapping[str, str]) -> dict[str, str] | None:
    """What listing says now, with what others than the listing have added; None where nothing moved."""
    if dump(dict(listed)) == stored:
        return None
    families = {"access", "target", *(key.partition(".")[0] for key in listed)}
    old: dict[str, str] = load(stored)
    merged = {key: value for key, value in old.items() if key.partition(".")[0] not in families} | dict(listed)
    return None if merged == old else merged


def _inherited(attributes: dict[str, str], container: Mapping[str, str]) -> dict[str, str]:
    kept = {key: value for key, value in attributes.items() if key not in INHERITED}
    return kept | {key: container[key] for key in INHERITED if key in container}


def _store(
    connection: Connection, run_id: int, moved: Mapping[str, RowMapping], new: Mapping[str, Mapping[str, str]]
) -> None:
    if not moved:
        return
    t = tables.items
    rows: list[Row] = []
    recorded: list[Row] = []
    for key, row in moved.items():
        breadth = breadth_of(new[key])
        rows.append({"at": key, "attributes": dump(dict(new[key])), "breadth": breadth})
        before = changes.snapshot_of(row)
        after = Snapshot(entities=before.entities, persons=before.persons, breadth=breadth, severity=before.severity)
        change = changes.change_row(run_id, key, before, after)
        if change is not None:
            recorded.append(change)
    statement = t.update().where(t.c.key == bindparam("at"))
    connection.execute(statement.values(attributes=bindparam("attributes"), breadth=bindparam("breadth")), rows)
    # An item that this run has seen is not carried over, so it has no row of this run yet.
    insert_many(connection, tables.changes, recorded)
