"""Sums over the inventory, computed by the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Float, Select, case, cast, func, or_, select
from sqlalchemy.engine import Connection

from piiscan.inventory import tables
from piiscan.inventory.records import (
    EntitySummary,
    PlaceSummary,
    ProblemSummary,
    ReasonSummary,
    SeveritySummary,
)
from piiscan.model import Counters, Severity, State

_t = tables.items
THERE = _t.c.state != State.GONE.value
"""Items that are there."""

LISTED = _t.c.root_key.is_(None)
"""Items that a source listed, as opposed to members of archives and mails."""


def coverage(
    connection: Connection, there: ColumnElement[bool], gone: ColumnElement[bool]
) -> tuple[Counters, Counters]:
    """Counters of listed items and of members. `there` chooses what counts by state, `gone` what counts as gone."""
    return _counters(connection, there, gone, LISTED), _counters(connection, there, gone, ~LISTED)


def _counters(
    connection: Connection, there: ColumnElement[bool], gone: ColumnElement[bool], which: ColumnElement[bool]
) -> Counters:
    # Sums as floating point: sizes that archives claim may add up to more than 64 bits.
    size, read = func.sum(cast(_t.c.size, Float)), func.sum(cast(_t.c.bytes_read, Float))
    query = select(_t.c.state, func.count(), size, read).where(there, THERE, which).group_by(_t.c.state)
    sums: dict[str, int] = {"listed": 0, "bytes_listed": 0, "bytes_read": 0}
    for state, count, listed, done in connection.execute(query):
        sums[state] = count
        sums["listed"] += count
        sums["bytes_listed"] += int(listed or 0)
        sums["bytes_read"] += int(done or 0)
    lost = connection.scalar(select(func.count()).select_from(_t).where(gone, ~THERE, which))
    return Counters(**sums, gone=lost or 0)


def by_entity(connection: Connection) -> tuple[EntitySummary, ...]:
    """Worst types first."""
    e = tables.item_entities
    worst, occurrences = func.max(e.c.severity), func.sum(e.c.occurrences)
    query = (
        select(e.c.entity_type, func.max(e.c.category), worst, func.count(), occurrences, func.sum(_t.c.persons))
        .join_from(e, _t, e.c.item_key == _t.c.key)
        .where(THERE)
        .group_by(e.c.entity_type)
        .order_by(worst.desc(), occurrences.desc(), e.c.entity_type)
    )
    return tuple(
        EntitySummary(
            entity_type=name, category=category, severity=Severity(s), items=n, occurrences=int(o), persons=int(p)
        )
        for name, category, s, n, o, p in connection.execute(query)
    )


def by_severity(connection: Connection) -> tuple[SeveritySummary, ...]:
    """Worst first."""
    query = (
        select(_t.c.severity, func.count(), func.sum(_t.c.occurrences), func.sum(_t.c.persons))
        .where(THERE)
        .group_by(_t.c.severity)
        .order_by(_t.c.severity.desc())
    )
    return tuple(
        SeveritySummary(severity=Severity(s), items=n, occurrences=int(o), persons=int(p))
        for s, n, o, p in connection.execute(query)
    )


def by_place(connection: Connection) -> tuple[PlaceSummary, ...]:
    """Every source and top folder, worst first."""
    worst, persons = func.max(_t.c.severity), func.sum(_t.c.persons)
    assets = func.sum(case((_t.c.occurrences > 0, 1), else_=0))
    query = (
        select(_t.c.source, _t.c.folder, func.count(), assets, func.sum(_t.c.occurrences), persons, worst)
        .where(THERE)
        .group_by(_t.c.source, _t.c.folder)
        .order_by(worst.desc(), persons.desc(), assets.desc(), _t.c.source, _t.c.folder)
    )
    return tuple(
        PlaceSummary(
            source=source,
            folder=folder,
            items=n,
            assets=int(a),
            occurrences=int(o),
            persons=int(p),
            severity=Severity(w),
        )
        for source, folder, n, a, o, p, w in connection.execute(query)
    )


def by_reason(connection: Connection) -> tuple[ReasonSummary, ...]:
    """Listed items by state and reason."""
    query = (
        select(_t.c.state, _t.c.reason, func.count())
        .where(THERE, LISTED)
        .group_by(_t.c.state, _t.c.reason)
        .order_by(_t.c.state, func.count().desc(), _t.c.reason)
    )
    return tuple(ReasonSummary(state=State(s), reason=r, items=n) for s, r, n in connection.execute(query))


def by_problem(connection: Connection) -> tuple[ProblemSummary, ...]:
    """Current problems by code, most items first."""
    p = tables.problems
    items = func.count(p.c.item_key.distinct())
    query = (
        current_problems(select(p.c.code, items, func.sum(p.c.count)), connection)
        .group_by(p.c.code)
        .order_by(items.desc(), p.c.code)
    )
    return tuple(ProblemSummary(code=code, items=n, count=int(c)) for code, n, c in connection.execute(query))


def current_problems(query: Select[Any], connection: Connection) -> Select[Any]:
    """Problems that still hold: of items that are there, and of sources as of the last run that looked at them."""
    p, s = tables.problems, tables.sources
    latest = connection.scalar(select(func.max(tables.runs.c.id))) or 0
    return (
        query.select_from(p)
        .outerjoin(_t, p.c.item_key == _t.c.key)
        .outerjoin(s, p.c.source == s.c.name)
        .where(
            or_(
                p.c.item_key.is_not(None) & THERE,
                p.c.item_key.is_(None) & (p.c.run_id == func.coalesce(s.c.last_run, latest)),
            )
        )
    )


def totals(connection: Connection) -> tuple[int, int, int, int]:
    """Items with findings, occurrences, persons, rosters."""
    columns = (func.count(), func.sum(_t.c.occurrences), func.sum(_t.c.persons), func.sum(_t.c.roster))
    row = connection.execute(select(*columns).where(THERE, _t.c.occurrences > 0)).one()
    assets, occurrences, persons, rosters = (int(n or 0) for n in row)
    return assets, occurrences, persons, rosters
