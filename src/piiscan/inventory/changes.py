"""What changed between two looks at an item, and how several such changes add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import RowMapping

from piiscan.inventory.records import Change, ChangeKind
from piiscan.inventory.rows import BREADTHS, dump, load
from piiscan.model import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """An item's roll-up at one moment. Whether it was there at all is said by None instead of a snapshot."""

    entities: Mapping[str, int] = field(default_factory=dict)
    persons: int = 0
    breadth: int = 0
    severity: int = 0


def classify(before: Snapshot | None, after: Snapshot | None) -> ChangeKind | None:
    """The kind of a change; None where nothing about personal information changed.

    `exposed` wins, as it is what a person must act on; then a different set of types is `changed`, and the same types with more or
    fewer occurrences or persons are `grown` or `shrunk` (`changed` where some rose and others fell).
    """
    if before is None or after is None:
        there = after or before
        if there is None or not there.entities:
            return None
        return "new" if before is None else "gone"
    if not before.entities and not after.entities:
        return None
    if after.entities and 0 < before.breadth < after.breadth:
        return "exposed"
    if before.entities.keys() != after.entities.keys():
        return "changed"
    steps = [after.entities[k] - n for k, n in before.entities.items()] + [after.persons - before.persons]
    up, down = any(s > 0 for s in steps), any(s < 0 for s in steps)
    if up and down:
        return "changed"
    return "grown" if up else "shrunk" if down else None


def snapshot_of(row: RowMapping | Mapping[str, Any], prefix: str = "") -> Snapshot:
    """From a row of `items`, or with a prefix from one of `changes`."""
    return Snapshot(
        entities=load(row[f"{prefix}entities"]),
        persons=row[f"{prefix}persons"],
        breadth=row[f"{prefix}breadth"],
        severity=row[f"{prefix}severity"],
    )


def before_of(row: RowMapping) -> Snapshot | None:
    """What was there before a stored change."""
    return None if row["kind"] == "new" else snapshot_of(row, "before_")


def after_of(row: RowMapping) -> Snapshot | None:
    """What was there after a stored change."""
    return None if row["kind"] == "gone" else snapshot_of(row, "after_")


def change_row(run_id: int, item_key: str, before: Snapshot | None, after: Snapshot | None) -> dict[str, Any] | None:
    """The row of `changes`; None where there is nothing to record."""
    kind = classify(before, after)
    if kind is None:
        return None
    row: dict[str, Any] = {"run_id": run_id, "item_key": item_key, "kind": kind}
    for prefix, side in (("before_", before or Snapshot()), ("after_", after or Snapshot())):
        row[f"{prefix}entities"] = dump(dict(side.entities))
        row[f"{prefix}persons"] = side.persons
        row[f"{prefix}breadth"] = side.breadth
        row[f"{prefix}severity"] = side.severity
    return row


def net(rows: Sequence[RowMapping]) -> Change | None:
    """The changes of one item over several runs, oldest first, as one; None where they cancel out."""
    first, last = rows[0], rows[-1]
    before, after = before_of(first), after_of(last)
    kind = classify(before, after)
    if kind is None:
        return None
    return Change(
        kind=kind,
        item=last["uri"],
        name=last["name"],
        run=last["run_id"],
        before=before.entities if before else {},
        after=after.entities if after else {},
        severity=Severity(max(before.severity if before else 0, after.severity if after else 0)),
        note=_note(before, after),
    )


def _note(before: Snapshot | None, after: Snapshot | None) -> str:
    """Numbers that entity counts do not show, in words of no language: ``persons 10>30; access group>public``."""
    parts = []
    if (was := before.persons if before else 0) != (now := after.persons if after else 0):
        parts.append(f"persons {was}>{now}")
    if before and after and before.breadth != after.breadth:
        parts.append(f"access {BREADTHS[before.breadth] or '?'}>{BREADTHS[after.breadth] or '?'}")
    return "; ".join(parts)
