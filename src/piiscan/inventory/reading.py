"""The reading side of the inventory: records and sums, streamed, so that a million rows do not sit in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.engine import Connection, RowMapping

from piiscan.errors import NoInventoryError
from piiscan.inventory import changes, engine, migrate, summary, tables, triage
from piiscan.inventory.records import (
    AssetRecord,
    Change,
    FindingRecord,
    ProblemRecord,
    RunRecord,
    Summary,
)
from piiscan.inventory.rows import asset_from, finding_from, key_of, problem_from, run_from
from piiscan.model import Severity, State

T = TypeVar("T")
Order = Literal["severity", "persons", "name", "item"]
PAGE = 1000

_i, _f, _p = tables.items.c, tables.findings.c, tables.problems.c
_FALSE = select(tables.decisions.c.id).where(tables.decisions.c.verdict == "false")
_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "severity": (_i.severity.desc(), _i.persons.desc(), _i.occurrences.desc(), _i.uri),
    "persons": (_i.persons.desc(), _i.severity.desc(), _i.uri),
    "name": (_i.source, _i.name, _i.uri),
    "item": (_i.uri,),
}


class InventoryReader:
    """Reads an inventory. Iterators hold a connection until they are used up or closed."""

    def __init__(self, database: engine.Database) -> None:
        self._database = database

    @classmethod
    def open(cls, url: str, *, create: bool = False) -> Self:
        """Open by URL (``sqlite:///piiscan.db``, ``postgresql://user@host/database``), bringing an older schema up to date.

        Without `create` a missing inventory raises InventoryError, as do one from a newer version and a database that is something else.
        """
        database = engine.connect(url, create=create)
        try:
            with engine.translated(database.shown):
                _bring_up_to_date(database, create=create)
        except BaseException:
            database.close()
            raise
        return cls(database)

    def close(self) -> None:
        """Give back connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._database.shown}>"

    @property
    def url(self) -> str:
        """Where it is, without the password."""
        return self._database.shown

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for PostgreSQL."""
        return self._database.path

    # runs

    def key_id(self) -> str | None:
        """The id of the key that made the stored fingerprints; None before the first run."""
        query = select(tables.meta.c.value).where(tables.meta.c.key == "key_id")
        return self._read(lambda connection: connection.scalar(query))

    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, oldest first."""
        query = select(tables.runs).order_by(tables.runs.c.id)
        return self._read(lambda c: tuple(run_from(row) for row in c.execute(query).mappings()))

    def run(self, run_id: int) -> RunRecord | None:
        """One run."""
        return self._one_run(select(tables.runs).where(tables.runs.c.id == run_id))

    def latest_run(self) -> RunRecord | None:
        """The run begun last, whatever became of it."""
        return self._one_run(select(tables.runs).order_by(tables.runs.c.id.desc()).limit(1))

    # records

    def asset(self, item: str) -> AssetRecord | None:
        """One item by uri, also when it is gone."""
        query = _assets_query().where(_i.key == key_of(item))
        return self._read(lambda c: next((asset_from(r) for r in c.execute(query).mappings()), None))

    def assets(
        self,
        *,
        states: Iterable[State] | None = None,
        min_severity: Severity | None = None,
        entity: str | None = None,
        source: str | None = None,
        roster: bool | None = None,
        limit: int | None = None,
        order: Order = "severity",
    ) -> Iterator[AssetRecord]:
        """Items with their roll-up, worst first; without those in state gone unless `states` asks for them."""
        wanted = summary.THERE if states is None else _i.state.in_([State(s).value for s in states])
        query = _assets_query().where(wanted)
        if min_severity:
            # the second condition says nothing new, but lets the database use the index of items with findings
            query = query.where(_i.severity >= int(min_severity), _i.severity > 0)
        if entity is not None:
            e = tables.item_entities.c
            query = query.where(_i.key.in_(select(e.item_key).where(e.entity_type == entity)))
        if source is not None:
            query = query.where(_i.source == source)
        if roster is not None:
            query = query.where(_i.roster == int(roster))
        return self._stream(query.order_by(*_ORDERS[order]).limit(limit), asset_from)

    def findings(
        self,
        item: str | None = None,
        entity: str | None = None,
        min_confidence: float | None = None,
        min_severity: Severity | None = None,
        limit: int | None = None,
        false_ones: bool = False,
    ) -> Iterator[FindingRecord]:
        """Stored findings of items that are there, worst first, then by item and place in it; without those that people called false."""
        columns = (tables.findings, _i.uri, _i.name, _i.state, _i.seen_run, _i.read_run)
        query = select(*columns).join(tables.items, _f.item_key == _i.key).where(summary.THERE)
        if not false_ones:
            query = query.where(or_(_f.decision.is_(None), _f.decision.not_in(_FALSE)))
        if item is not None:
            query = query.where(_f.item_key == key_of(item))
        if entity is not None:
            query = query.where(_f.entity_type == entity)
        if min_confidence is not None:
            query = query.where(_f.confidence >= min_confidence)
        if min_severity:
            query = query.where(_f.severity >= int(min_severity))
        return self._stream(query.order_by(_f.severity.desc(), _i.uri, _f.seq).limit(limit), finding_from)

    def sketches(self, entity: str | None = None) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """(item, entity type, smallest fingerprints) of columns, to see which stores hold the same persons."""
        s = tables.sketches.c
        query = (
            select(_i.uri, _f.entity_type, s.seq, s.fingerprint)
            .join_from(tables.sketches, tables.findings, (s.item_key == _f.item_key) & (s.seq == _f.seq))
            .join(tables.items, _f.item_key == _i.key)
            .where(summary.THERE)
            .order_by(_i.uri, s.seq, s.fingerprint)
        )
        if entity is not None:
            query = query.where(_f.entity_type == entity)
        rows = self._stream(query, lambda row: row)
        for (uri, kind, _), group in groupby(rows, lambda r: (r["uri"], r["entity_type"], r["seq"])):
            yield uri, kind, tuple(r["fingerprint"] for r in group)

    def decisions(self) -> tuple[tuple[triage.Decision, int, datetime | None], ...]:
        """Every decision ever made, oldest first, with the findings it is beside and when the last of their items was read."""
        return self._read(lambda connection: tuple(triage.all_decisions(connection)))

    def find_uri(self, text: str) -> str | None:
        """The uri of an item named by its uri or by the name that lists show; None where there is none, or more than one."""
        known = select(_i.uri).where(or_(_i.key == key_of(text), _i.name == text)).limit(2)
        found = self._read(lambda connection: list(connection.scalars(known)))
        return found[0] if len(found) == 1 else None

    def problems(self, run: int | None = None) -> Iterator[ProblemRecord]:
        """Problems that still hold, or those that were recorded in one run (and not replaced by a later reading)."""
        return self._stream(lambda connection: _problems_query(connection, run), problem_from)

    def diff(self, older_run_id: int | None = None, newer_run_id: int | None = None) -> Iterator[Change]:
        """What changed about personal information after `older_run_id`, up to and with `newer_run_id`, by item.

        By default between the last two runs that were done; nothing where there are not two. With only the newer run named, since the
        done run before it. Changes over several runs are netted: what came and went is left out.
        """
        bounds = self._bounds(older_run_id, newer_run_id)
        if bounds is None:
            return
        c = tables.changes
        query = (
            select(c, _i.uri, _i.name)
            .join(tables.items, c.c.item_key == _i.key)
            .where(c.c.run_id > bounds[0], c.c.run_id <= bounds[1])
            .order_by(_i.uri, c.c.run_id)
        )
        for _, group in groupby(self._stream(query, lambda row: row), lambda row: row["item_key"]):
            change = changes.net(list(group))
            if change is not None:
                yield change

    def summary(self) -> Summary:
        """Sums over everything that is there now."""
        run = self.latest_run()

        def read(connection: Connection) -> Summary:
            coverage, members = summary.coverage(connection, summary.THERE, ~summary.THERE)
            assets, occurrences, persons, rosters = summary.totals(connection)
            return Summary(
                run=run,
                coverage=coverage,
                members=members,
                assets=assets,
                occurrences=occurrences,
                persons=persons,
                rosters=rosters,
                by_entity=summary.by_entity(connection),
                by_severity=summary.by_severity(connection),
                by_place=summary.by_place(connection),
                by_reason=summary.by_reason(connection),
                by_problem=summary.by_problem(connection),
            )

        return self._read(read)

    # inside

    def _read(self, work: Callable[[Connection], T]) -> T:
        with engine.translated(self._database.shown), self._database.engine.begin() as connection:
            return work(connection)

    def _one_run(self, query: Select[Any]) -> RunRecord | None:
        return self._read(lambda c: next((run_from(row) for row in c.execute(query).mappings()), None))

    def _stream(
        self, query: Select[Any] | Callable[[Connection], Select[Any]], record: Callable[[RowMapping], T]
    ) -> Iterator[T]:
        with engine.translated(self._database.shown), self._database.engine.connect() as connection:
            statement = query if isinstance(query, Select) else query(connection)
            rows = connection.execution_options(yield_per=PAGE).execute(statement)
            for row in rows.mappings():
                yield record(row)

    def _bounds(self, older: int | None, newer: int | None) -> tuple[int, int] | None:
        done = [run.id for run in self.runs() if run.status == "done"]
        if newer is None:
            newer = done[-1] if done else None
        if newer is None:
            return None
        if older is None:
            older = max((n for n in done if n < newer), default=None)
        return None if older is None else (older, newer)


def _bring_up_to_date(database: engine.Database, *, create: bool) -> None:
    if database.path is not None:
        engine.use_wal(database)
    with database.engine.begin() as connection:
        version = migrate.version_of(connection)
    if migrate.is_current(version):
        return
    if version is None and not create and database.scratch is None:
        raise NoInventoryError(f"there is no inventory at {database.shown}; run a scan first")
    with database.writing.begin() as connection:
        migrate.migrate(connection)


def _assets_query() -> Select[Any]:
    parent = tables.items.alias("parent")
    query = select(tables.items, parent.c.uri.label("parent_uri"))
    return query.outerjoin(parent, tables.items.c.parent_key == parent.c.key)


def _problems_query(connection: Connection, run: int | None) -> Select[Any]:
    columns = select(tables.problems, _i.name)
    of_run = columns.outerjoin(tables.items, _p.item_key == _i.key).where(_p.run_id == run)
    query = summary.current_problems(columns, connection) if run is None else of_run
    return query.order_by(_p.place, _p.code, _p.locator, _p.detail)
