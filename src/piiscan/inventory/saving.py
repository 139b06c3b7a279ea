"""How results get into the tables: one batch, one transaction, and the same batch twice is the same database.

What makes a killed and resumed run equal an undisturbed one: a change is always computed against what was there before the *run*. Once
an item has been saved in a run, that is remembered in its row of `changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, and_, literal, select
from sqlalchemy.engine import Connection, RowMapping

from piiscan.inventory import changes, tables, triage
from piiscan.inventory.changes import Snapshot
from piiscan.inventory.rows import (
    Row,
    chunks,
    clean,
    dump,
    finding_row,
    insert_many,
    item_row,
    key_of,
    load,
    problem_row,
    top_folder,
    whole,
)
from piiscan.inventory.watch import compared
from piiscan.model import ItemResult, State
from piiscan.problems import PROBLEMS

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

_READ = (State.SCANNED, State.PARTIAL)
_ROLLED_UP = ("entities", "occurrences", "persons", "severity", "roster", "read_run", "read_at")


def save(connection: Connection, run_id: int, results: Sequence[ItemResult], settings: str) -> None:
    """Store results. Members come with or after their container."""
    batches = [_Batch(connection, run_id, batch, settings) for batch in chunks(results)]
    for batch in batches:
        batch.save()
    for batch in batches:
        batch.drop_members()


def retire(connection: Connection, run_id: int, where: ColumnElement[bool]) -> int:
    """Put items into state gone and record what was lost with them; the number of items."""
    t = tables.items
    change = select(
        literal(run_id), t.c.key, literal("gone"), t.c.entities, t.c.persons, t.c.breadth, t.c.severity,
        literal("{}"), literal(0), literal(0), literal(0),
    ).where(where, t.c.occurrences > 0)  # fmt: skip
    connection.execute(tables.changes.insert().from_select([c.name for c in tables.changes.columns], change))
    return connection.execute(t.update().where(where).values(state=State.GONE.value, gone_run=run_id)).rowcount


def touch_sources(connection: Connection, run_id: int, names: Iterable[str | None]) -> None:
    """Remember that this run looked at these sources."""
    rows = [{"name": clean(name), "last_run": run_id} for name in sorted({n for n in names if n is not None})]
    if rows:
        _upsert(connection, tables.sources, rows, keep=())


def _upsert(connection: Connection, table: Table, rows: Sequence[Row], keep: Sequence[str]) -> None:
    """Insert or overwrite by primary key, except the columns to keep."""
    statement = _insert(connection.dialect.name, table)
    keys = [c.name for c in table.primary_key.columns]
    values = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in {*keys, *keep}}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=values)
    if connection.dialect.name == "postgresql":
        connection.execute(statement.returning(table.c[keys[0]]), rows).close()
    else:
        connection.execute(statement, rows)


def _insert(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The insert of a dialect that can overwrite; each dialect is imported only where it is used."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)


class _Batch:
    """One batch of results while it is saved."""

    def __init__(self, connection: Connection, run_id: int, results: Iterable[ItemResult], settings: str) -> None:
        self.connection = connection
        self.run_id = run_id
        self.settings = settings
        self.now = datetime.now(UTC)
        given = {key_of(r.item.uri): r for r in results}
        self.keys = list(given)
        self.before = self._existing(self.keys)
        self.results = {key: compared(r, self._attributes(key)) for key, r in given.items()}
        self.decisions = triage.Decisions.read(connection)
        self.decided: dict[str, triage.Decided] = {}
        self.counting: dict[str, ItemResult] = dict(self.results)
        """Results without the findings that people called false."""
        if self.decisions:
            for key, result in self.results.items():
                self.counting[key], self.decided[key] = triage.apply_to(result, self.decisions)
        self.kept = {k for k, r in self.results.items() if k in self.before and _keeps_findings(r, self.before[k])}

    def save(self) -> None:
        rows = self._item_rows()
        baselines = self._baselines()
        first_runs = self._first_runs()
        _upsert(self.connection, tables.items, rows, keep=("first_run",))
        self._save_findings(first_runs)
        self._save_problems()
        self._save_changes(baselines, rows)
        touch_sources(self.connection, self.run_id, (r.item.source for r in self.results.values()))

    def _existing(self, keys: Sequence[str]) -> dict[str, RowMapping]:
        query = select(tables.items).where(tables.items.c.key.in_(keys))
        return {row["key"]: row for row in self.connection.execute(query).mappings()}

    def _attributes(self, key: str) -> dict[str, str] | None:
        """What an item carried from its last reading."""
        old = self.before.get(key)
        attributes: dict[str, str] | None = None if old is None else load(old["attributes"])
        return attributes

    # items

    def _item_rows(self) -> list[Row]:
        roots = self._roots()
        return [self._item_row(key, result, roots[key]) for key, result in self.counting.items()]

    def _roots(self) -> dict[str, tuple[str | None, str]]:
        """For each item the listed item it is in (None: it is one) and the top folder of that."""
        parents = {key: None if r.item.parent is None else key_of(r.item.parent) for key, r in self.results.items()}
        outside = self._existing(list({p for p in parents.values() if p is not None and p not in self.results}))
        roots: dict[str, tuple[str | None, str]] = {}
        for key, result in self.results.items():
            top, seen = key, {key}
            while (parent := parents.get(top)) is not None and parent not in seen:
                seen.add(parent)
                top = parent
            if top in self.results:
                name = self.results[top].item.name
                roots[key] = (None if top == key else top, top_folder(name))
            elif top in outside:
                row = outside[top]
                roots[key] = (row["root_key"] or top, row["folder"])
            else:
                roots[key] = (top, top_folder(result.item.name))
        return roots

    def _item_row(self, key: str, result: ItemResult, root: tuple[str | None, str]) -> Row:
        row = item_row(result.item)
        old = self.before.get(key)
        root_key, folder = root
        row |= {
            "folder": clean(folder),
            "state": State(result.state).value,
            "reason": clean(result.reason),
            "settings": self.settings,
            "media_type": clean(result.media_type) if result.media_type else row["media_type"],
            "root_key": root_key,
            "bytes_read": whole(result.bytes_read),
            "seconds": float(result.seconds),
            "first_run": self.run_id,
            "seen_run": self.run_id,
            "gone_run": None,
        }
        if key in self.kept:
            return row | {name: self.before[key][name] for name in _ROLLED_UP}
        read = result.state in _READ
        again = old is not None and old["read_run"] == self.run_id
        return row | {
            "entities": dump({clean(k): whole(n) for k, n in result.entities.items()}),
            "occurrences": sum(whole(f.count) for f in result.findings),
            "persons": whole(result.persons),
            "severity": int(result.severity),
            "roster": int(result.roster),
            "read_run": self.run_id if read else old["read_run"] if old else None,
            "read_at": (old["read_at"] if old and (again or not read) else self.now if read else None),
        }

    # findings, problems

    def _first_runs(self) -> dict[tuple[str, ...], int]:
        """When each stored finding was first seen, by what makes it the same finding."""
        t = tables.findings
        query = select(t.c.item_key, t.c.entity_type, t.c.locator, t.c.fingerprint, t.c.rule, t.c.first_run)
        known: dict[tuple[str, ...], int] = {}
        for *identity, run in self.connection.execute(query.where(t.c.item_key.in_(self.keys))):
            known[tuple(identity)] = min(run, known.get(tuple(identity), run))
        return known

    def _save_findings(self, first_runs: Mapping[tuple[str, ...], int]) -> None:
        fresh = [key for key in self.keys if key not in self.kept]
        for table in (tables.sketches, tables.findings, tables.item_entities):
            self.connection.execute(table.delete().where(table.c.item_key.in_(fresh)))
        findings: list[Row] = []
        sketches: list[Row] = []
        entities: list[Row] = []
        for key in fresh:
            rolled: dict[str, Row] = {}
            for seq, finding in enumerate(self.results[key].findings):
                row = finding_row(key, seq, finding, self.run_id)
                identity = (key, row["entity_type"], row["locator"], row["fingerprint"], row["rule"])
                row["first_run"] = first_runs.get(identity, self.run_id)
                decided = self.decided.get(key)
                row["decision"] = decided.numbers[seq] if decided else None
                findings.append(row)
                sketches += [
                    {"item_key": key, "seq": seq, "fingerprint": clean(s)} for s in sorted(set(finding.sketch))
                ]
                if decided is None or decided.counts[seq]:
                    _roll_up(rolled, row)
            entities += rolled.values()
        insert_many(self.connection, tables.findings, findings)
        insert_many(self.connection, tables.sketches, sketches)
        insert_many(self.connection, tables.item_entities, entities)

    def _save_problems(self) -> None:
        t = tables.problems
        self.connection.execute(t.delete().where(t.c.item_key.in_(self.keys)))
        rows = [
            problem_row(self.run_id, problem, key, result.item.source) | {"place": clean(result.item.uri)}
            for key, result in self.results.items()
            for problem in result.problems
        ]
        insert_many(self.connection, t, rows)

    # changes

    def _baselines(self) -> dict[str, Snapshot | None]:
        """What was there before this run; None for items that were not."""
        t = tables.changes
        query = select(t).where(t.c.run_id == self.run_id, t.c.item_key.in_(self.keys))
        recorded = {row["item_key"]: row for row in self.connection.execute(query).mappings()}
        baselines: dict[str, Snapshot | None] = {}
        for key in self.keys:
            old = self.before.get(key)
            if key in recorded:
                baselines[key] = changes.before_of(recorded[key])
            else:
                there = old is not None and old["first_run"] < self.run_id and old["gone_run"] in {None, self.run_id}
                baselines[key] = changes.snapshot_of(old) if old is not None and there else None
        return baselines

    def _save_changes(self, baselines: Mapping[str, Snapshot | None], rows: Sequence[Row]) -> None:
        t = tables.changes
        self.connection.execute(t.delete().where(t.c.run_id == self.run_id, t.c.item_key.in_(self.keys)))
        found = (
            changes.change_row(self.run_id, row["key"], baselines[row["key"]], changes.snapshot_of(row)) for row in rows
        )
        insert_many(self.connection, t, [row for row in found if row is not None])

    # members

    def drop_members(self) -> None:
        """Members of these containers that were not seen with them are gone; where the container was not read to its end, failed."""
        t = tables.items
        listed = {key: r for key, r in self.results.items() if r.item.parent is None and key in self.before}
        cut = [key for key, r in listed.items() if _cut_short(r)]
        whole_ones = [key for key in listed if key not in set(cut)]
        unseen = and_(t.c.seen_run < self.run_id, t.c.state != State.GONE.value)
        if whole_ones:
            retire(self.connection, self.run_id, and_(t.c.root_key.in_(whole_ones), unseen))
        for key in cut:
            values = {"state": State.FAILED.value, "reason": clean(self.results[key].reason), "seen_run": self.run_id}
            self.connection.execute(t.update().where(t.c.root_key == key, unseen).values(values | {"bytes_read": 0}))


def _roll_up(rolled: dict[str, Row], row: Row) -> None:
    """Add a finding to its item's row of `item_entities`."""
    known = rolled.get(row["entity_type"])
    if known is None:
        names = ("item_key", "entity_type", "category", "severity", "occurrences")
        rolled[row["entity_type"]] = {name: row[name] for name in names}
        return
    known["occurrences"] += row["occurrences"]
    known["severity"] = max(known["severity"], row["severity"])


def _keeps_findings(result: ItemResult, old: RowMapping) -> bool:
    """Whether an item could not be read this time for a passing reason, so that its last findings stay the best knowledge."""
    kind = PROBLEMS.get(result.reason)
    passing = kind is not None and kind.retry
    return passing and result.state == State.FAILED and not result.findings and old["read_run"] is not None


def _cut_short(result: ItemResult) -> bool:
    """Whether a container may hold members that this reading did not reach."""
    kind = PROBLEMS.get(result.reason)
    return kind is not None and result.state in {State.PARTIAL, State.FAILED} and (kind.retry or kind.stage == "limit")
