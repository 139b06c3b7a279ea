"""Decisions of people on findings: remembered by place and by keyed fingerprint, in force until they expire or are revoked.

A decision is never changed or deleted, only revoked or outdone by a later one: who decided what, when and why stays. The decision in force is written beside
each finding, when it is made and whenever an item is saved, so that lists need not compute it. Findings that are ``false`` count in no sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal, get_args

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.engine import Connection, RowMapping

from piiscan.inventory import tables
from piiscan.inventory.rows import chunks, clean, dump, key_of
from piiscan.model import ItemResult, State

Verdict = Literal["false", "accepted", "todo", "fixed"]
VERDICTS: tuple[str, ...] = get_args(Verdict)
_d, _f, _i = tables.decisions.c, tables.findings.c, tables.items.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided. Empty `entity_type`, `locator` and `fingerprint` mean all; an empty `uri` means the value anywhere."""

    verdict: str
    by: str
    reason: str
    uri: str = ""
    below: bool = False
    entity_type: str = ""
    locator: str = ""
    fingerprint: str = ""
    until: date | None = None
    at: datetime | None = None
    id: int = 0
    revoked_at: datetime | None = None
    revoked_by: str = ""

    def holds(self, today: date) -> bool:
        """Whether it is in force."""
        return self.revoked_at is None and (self.until is None or self.until >= today)

    def covers(self, uri: str, entity_type: str, locator: str, fingerprint: str) -> bool:
        """Whether it speaks of such a finding."""
        if self.uri and not (uri == self.uri or (self.below and uri.startswith(self.uri.rstrip("/") + "/"))):
            return False
        if not self.uri and not self.fingerprint:
            return False
        return (
            self.entity_type in ("", entity_type)
            and self.locator in ("", locator)
            and self.fingerprint in ("", fingerprint)
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What the decisions in force make of the findings of one item: their numbers (None for none), and whether each counts."""

    numbers: tuple[int | None, ...]
    counts: tuple[bool, ...]


class Decisions:
    """The decisions in force, ready to be asked. Empty ones cost nothing."""

    def __init__(self, found: Iterable[Decision], today: date | None = None) -> None:
        now = today or _today()
        ordered = sorted((d for d in found if d.holds(now)), key=lambda d: -d.id)
        self._items: dict[str, list[Decision]] = {}
        self._values: dict[str, list[Decision]] = {}
        self._folders: dict[str, list[Decision]] = {}
        for decision in ordered:
            if decision.below:
                self._folders.setdefault(decision.uri.rstrip("/"), []).append(decision)
            elif decision.uri:
                self._items.setdefault(decision.uri, []).append(decision)
            else:
                self._values.setdefault(decision.fingerprint, []).append(decision)

    @classmethod
    def read(cls, connection: Connection) -> Decisions:
        """All that are not revoked."""
        rows = connection.execute(select(tables.decisions).where(_d.revoked_at.is_(None))).mappings()
        return cls(decision_from(row) for row in rows)

    def __bool__(self) -> bool:
        return bool(self._items or self._values or self._folders)

    def of(self, uri: str, entity_type: str, locator: str, fingerprint: str) -> Decision | None:
        """The latest decision on such a finding."""
        candidates = [*self._items.get(uri, ()), *(self._values.get(fingerprint, ()) if fingerprint else ())]
        if self._folders:
            candidates += [d for folder in _way_up(uri) for d in self._folders.get(folder, ())]
        fitting = (d for d in candidates if d.covers(uri, entity_type, locator, fingerprint))
        return max(fitting, key=lambda d: d.id, default=None)


def _today() -> date:
    """The day where the company is: until that day's end a decision holds, not until the day's end in Greenwich."""
    return datetime.now().astimezone().date()


def _way_up(uri: str) -> Iterator[str]:
    """The uri itself, and what it is below of."""
    yield uri.rstrip("/")
    while "/" in uri:
        uri = uri.rpartition("/")[0]
        yield uri.rstrip("/")


def apply_to(result: ItemResult, decisions: Decisions) -> tuple[ItemResult, Decided]:
    """A result as it counts: without the findings that are false, and with what was decided on each of all of them."""
    found = [
        decisions.of(clean(result.item.uri), clean(f.entity_type), clean(str(f.locator)), clean(f.fingerprint))
        for f in result.findings
    ]
    counts = tuple(d is None or d.verdict != "false" for d in found)
    decided = Decided(tuple(d.id if d else None for d in found), counts)
    if all(counts):
        return result, decided
    kept = tuple(f for f, counted in zip(result.findings, counts, strict=True) if counted)
    nobody = not kept
    return replace(
        result, findings=kept, persons=0 if nobody else result.persons, roster=result.roster and not nobody
    ), decided


def decide(connection: Connection, decision: Decision) -> tuple[int, int]:
    """Record a decision and write it beside what it speaks of: its number, and how many findings that are."""
    number = int(connection.scalar(select(func.coalesce(func.max(_d.id), 0))) or 0) + 1
    made = replace(decision, id=number, at=datetime.now(UTC))
    connection.execute(tables.decisions.insert().values(_row(made)))
    refresh(connection, _keys(connection, made))
    count = connection.scalar(select(func.count()).where(_f.decision == number))
    return number, int(count or 0)


def revoke(connection: Connection, number: int, by: str) -> bool:
    """Take a decision back; False where there is none in force with this number."""
    row = (
        connection.execute(select(tables.decisions).where(_d.id == number, _d.revoked_at.is_(None))).mappings().first()
    )
    if row is None:
        return False
    values = {"revoked_at": datetime.now(UTC), "revoked_by": clean(by)}
    connection.execute(tables.decisions.update().where(_d.id == number).values(values))
    refresh(connection, _decided_keys(connection, [number]))
    return True


def expire(connection: Connection, today: date | None = None) -> int:
    """Take out of force what has run out since it was written beside findings; the number of decisions."""
    now = (today or _today()).isoformat()
    used = select(_f.decision).where(_f.decision.is_not(None))
    ended = list(connection.scalars(select(_d.id).where(_d.until < now, _d.id.in_(used))))
    if ended:
        refresh(connection, _decided_keys(connection, ended))
    return len(ended)


def refresh(connection: Connection, keys: Sequence[str]) -> None:
    """Write the decisions in force beside the findings of these items, and the items' sums anew."""
    decisions = Decisions.read(connection)
    for some in chunks(keys):
        query = select(tables.findings, _i.uri).join(tables.items, _f.item_key == _i.key).where(_f.item_key.in_(some))
        by_item: dict[str, list[RowMapping]] = {}
        for row in connection.execute(query).mappings():
            by_item.setdefault(row["item_key"], []).append(row)
        for key, rows in by_item.items():
            _refresh_item(connection, key, rows, decisions)


def _refresh_item(connection: Connection, key: str, rows: Sequence[RowMapping], decisions: Decisions) -> None:
    found = {r["seq"]: decisions.of(r["uri"], r["entity_type"], r["locator"], r["fingerprint"]) for r in rows}
    for row in rows:
        decision = found[row["seq"]]
        number = decision.id if decision else None
        if row["decision"] != number:
            same = and_(_f.item_key == key, _f.seq == row["seq"])
            connection.execute(tables.findings.update().where(same).values(decision=number))
    counting = [r for r in rows if (d := found[r["seq"]]) is None or d.verdict != "false"]
    _sum_up(connection, key, counting)


def _sum_up(connection: Connection, key: str, rows: Sequence[RowMapping]) -> None:
    """The roll-up of an item from the findings that count."""
    e = tables.item_entities
    sums: dict[str, dict[str, object]] = {}
    for row in rows:
        known = sums.setdefault(
            row["entity_type"],
            {
                "item_key": key,
                "entity_type": row["entity_type"],
                "category": row["category"],
                "severity": 0,
                "occurrences": 0,
            },
        )
        known["severity"] = max(int(str(known["severity"])), row["severity"])
        known["occurrences"] = int(str(known["occurrences"])) + row["occurrences"]
    connection.execute(e.delete().where(e.c.item_key == key))
    if sums:
        connection.execute(e.insert(), list(sums.values()))
    values: dict[str, object] = {
        "entities": dump({kind: entry["occurrences"] for kind, entry in sums.items()}),
        "occurrences": sum(row["occurrences"] for row in rows),
        "severity": max((row["severity"] for row in rows), default=0),
    }
    before = connection.execute(select(_i.occurrences).where(_i.key == key)).scalar() or 0
    if not rows:
        values |= {"persons": 0, "roster": 0}
    elif (
        not before
    ):  # nothing counted until now, so the persons are not known any more: the next run reads the item again
        values |= {"change_token": None, "persons": max(row["occurrences"] for row in rows)}
    connection.execute(tables.items.update().where(_i.key == key).values(values))


def _keys(connection: Connection, decision: Decision) -> list[str]:
    """Items that a decision may speak of."""
    where: ColumnElement[bool]
    if decision.below:
        folder = decision.uri.rstrip("/") + "/"
        where = or_(_i.key == key_of(decision.uri), func.substr(_i.uri, 1, len(folder)) == folder)
        return list(connection.scalars(select(_i.key).where(where, _i.key.in_(select(_f.item_key)))))
    if decision.uri:
        return [key_of(decision.uri)]
    return list(connection.scalars(select(_f.item_key).where(_f.fingerprint == decision.fingerprint).distinct()))


def _decided_keys(connection: Connection, numbers: Sequence[int]) -> list[str]:
    return list(connection.scalars(select(_f.item_key).where(_f.decision.in_(numbers)).distinct()))


def all_decisions(connection: Connection) -> Iterator[tuple[Decision, int, datetime | None]]:
    """Every decision, oldest first, with how many findings it is beside, and when the last of its items was read.

    Where it is beside none, that is when its item was last read to the end or seen to be gone; None where it was not (a password, a damage).
    """
    beside = (
        select(_f.decision, func.count().label("n"), func.max(_i.read_at).label("read"))
        .join(tables.items, _f.item_key == _i.key)
        .where(_f.decision.is_not(None))
        .group_by(_f.decision)
        .subquery()
    )
    query = select(tables.decisions, beside.c.n, beside.c.read).outerjoin(beside, beside.c.decision == _d.id)
    for row in connection.execute(query.order_by(_d.id)).mappings().all():
        read, count = row["read"], int(row["n"] or 0)
        if not count and row["uri"] and not row["below"]:
            read = _settled(connection, row["uri"])
        moment = datetime.fromisoformat(read) if isinstance(read, str) else read
        yield decision_from(row), count, moment


def _settled(connection: Connection, uri: str) -> datetime | None:
    """When an item was last read to the end, or seen to be gone."""
    runs = tables.runs.c
    query = select(_i.state, _i.read_at, runs.started).outerjoin(tables.runs, runs.id == _i.gone_run)
    row = connection.execute(query.where(_i.key == key_of(uri))).mappings().first()
    if row is None or row["state"] in (State.FAILED.value, State.PARTIAL.value, State.SKIPPED.value):
        return None
    moment: datetime | None = row["started"] if row["state"] == State.GONE.value else row["read_at"]
    return moment


def decision_from(row: Mapping[str, object] | RowMapping) -> Decision:
    """A row of `decisions`."""
    until = row["until"]
    return Decision(
        id=row["id"],  # type: ignore[arg-type]
        at=row["at"],  # type: ignore[arg-type]
        by=str(row["by"]),
        verdict=str(row["verdict"]),
        reason=str(row["reason"]),
        until=date.fromisoformat(str(until)) if until else None,
        uri=str(row["uri"]),
        below=bool(row["below"]),
        entity_type=str(row["entity_type"]),
        locator=str(row["locator"]),
        fingerprint=str(row["fingerprint"]),
        revoked_at=row["revoked_at"],  # type: ignore[arg-type]
        revoked_by=str(row["revoked_by"]),
    )


def _row(d: Decision) -> dict[str, object]:
    return {
        "id": d.id,
        "at": d.at,
        "by": clean(d.by),
        "verdict": d.verdict,
        "reason": clean(d.reason),
        "until": d.until.isoformat() if d.until else None,
        "uri": clean(d.uri),
        "below": int(d.below),
        "entity_type": clean(d.entity_type),
        "locator": clean(d.locator),
        "fingerprint": d.fingerprint,
        "revoked_at": None,
        "revoked_by": "",
    }
