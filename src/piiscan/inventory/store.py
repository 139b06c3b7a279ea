"""The inventory: everything that is known about every item, without a single value of it. One run writes at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Self

from sqlalchemy import exists, func, or_, select
from sqlalchemy.engine import Connection

from piiscan.errors import InventoryError
from piiscan.inventory import carrying, engine, saving, summary, tables, triage, unchanged
from piiscan.inventory.locking import run_lock
from piiscan.inventory.reading import InventoryReader, T
from piiscan.inventory.records import KnownItem, RunRecord, RunStatus
from piiscan.inventory.rows import (
    Prefixes,
    chunks,
    clean,
    counters_text,
    dump,
    insert_many,
    key_of,
    known_from,
    problem_row,
)
from piiscan.model import Counters, Item, ItemResult, Problem, State

_UNFINISHED = ("running", "interrupted")


class Inventory(InventoryReader):
    """Reads and writes. Every method is one transaction; a process killed between or in them leaves a run that can be resumed."""

    @classmethod
    def open(cls, url: str, *, create: bool = True) -> Self:
        """Open by URL, by default creating what is not there. Raises InventoryError."""
        return super().open(url, create=create)

    def lock(self) -> AbstractContextManager[None]:
        """Hold this while a run writes. Raises LockedError at once when another process (or object) holds it."""
        return run_lock(self._database)

    # runs

    def set_key_id(self, key_id: str) -> None:
        """Remember which key makes the fingerprints."""

        def write(connection: Connection) -> None:
            connection.execute(tables.meta.delete().where(tables.meta.c.key == "key_id"))
            connection.execute(tables.meta.insert().values(key="key_id", value=clean(key_id)))

        self._write(write)

    def begin_run(
        self,
        targets: Sequence[str],
        profile: str,
        settings: str,
        key_id: str,
        versions: Mapping[str, str],
        full: bool = False,
    ) -> RunRecord:
        """A new run. Unfinished ones before it will not be resumed any more. `targets` must hold no password."""
        t = tables.runs

        def write(connection: Connection) -> int:
            triage.expire(connection)
            connection.execute(t.update().where(t.c.status == "running").values(status="interrupted"))
            run_id = int(connection.scalar(select(func.coalesce(func.max(t.c.id), 0))) or 0) + 1
            values = {
                "id": run_id,
                "started": datetime.now(UTC),
                "status": "running",
                "targets": dump(list(targets)),
                "profile": clean(profile),
                "settings": clean(settings),
                "key_id": clean(key_id),
                "versions": dump(dict(versions)),
                "counters": "{}",
                "members": "{}",
                "full_scan": int(full),
                "resumed": 0,
            }
            connection.execute(t.insert().values(values))
            return run_id

        return self._run(self._write(write))

    def resumable(
        self, targets: Sequence[str], settings: str, key_id: str, full: bool = False, profile: str | None = None
    ) -> RunRecord | None:
        """The last run if it did not finish and was the same: what it has done need not be done again."""
        run = self.latest_run()
        if run is None or run.status not in _UNFINISHED or (profile is not None and profile != run.profile):
            return None
        same = (tuple(targets), settings, key_id, full) == (run.targets, run.settings, run.key_id, run.full)
        return run if same else None

    def resume_run(self, run: RunRecord) -> RunRecord:
        """Go on with a run. Its listing starts anew, so problems of its listing are dropped."""
        t, p = tables.runs, tables.problems

        def write(connection: Connection) -> None:
            values = {"status": "running", "finished": None, "resumed": t.c.resumed + 1}
            connection.execute(t.update().where(t.c.id == run.id).values(values))
            connection.execute(p.delete().where(p.c.run_id == run.id, p.c.item_key.is_(None)))

        self._write(write)
        return self._run(run.id)

    def finish_run(
        self, run_id: int, status: RunStatus = "done", counters: Counters | None = None, members: Counters | None = None
    ) -> RunRecord:
        """End a run; counters are computed unless given."""
        if counters is None or members is None:
            computed = self.counters(run_id)
            counters, members = counters or computed[0], members or computed[1]
        values = {
            "status": status,
            "finished": datetime.now(UTC),
            "counters": counters_text(counters),
            "members": counters_text(members),
        }
        query = tables.runs.update().where(tables.runs.c.id == run_id).values(values)
        self._write(lambda connection: connection.execute(query).close())
        return self._run(run_id)

    def counters(self, run_id: int) -> tuple[Counters, Counters]:
        """The coverage sum of the items a run has listed so far, and of members of archives and mails."""
        t = tables.items.c
        return self._read(lambda c: summary.coverage(c, t.seen_run == run_id, t.gone_run == run_id))

    # items

    def known(self, source: str, uris: Sequence[str]) -> dict[str, KnownItem]:  # noqa: ARG002
        """What is remembered of these items, by uri. Items that were gone are not: they are read as if new.

        An item that another source has listed is known too: a file does not become new because two targets overlap.
        """
        t = tables.items.c
        wanted = {key_of(uri): uri for uri in uris}
        columns = select(t.key, t.change_token, t.settings, t.state, t.reason, t.seen_run)

        def read(connection: Connection) -> dict[str, KnownItem]:
            found = {}
            for keys in chunks(wanted):
                query = columns.where(t.key.in_(keys), summary.THERE)
                for row in connection.execute(query).mappings():
                    found[wanted[row["key"]]] = known_from(row, wanted[row["key"]])
            return found

        return self._read(read)

    def save(self, run_id: int, results: Sequence[ItemResult], settings: str) -> None:
        """Store what a run says of items; saving the same again changes nothing. Members come with or after their container.

        Findings, problems and sketches of the items are replaced, with one exception: where an item could not be read for a reason that
        may pass (`retry` in the table of problems), its last findings stay. Members that a container no longer has are gone.
        """
        if results:
            self._write(lambda connection: saving.save(connection, run_id, results, clean(settings)))

    def carry_over(self, run_id: int, items: Sequence[Item]) -> None:
        """These items, and what is in them, are as they were: scanned becomes unchanged, other states stay.

        Their attributes become those given: rights may have changed where content has not. A wider breadth is a change that `diff` shows.
        """
        self._write(lambda connection: carrying.carry_over(connection, run_id, items))

    def hashes(self, run_id: int, source: str, settings: str) -> set[int]:
        """One hash (of uri, change token and attributes as stored; of this process only) for each listed item of a source that need not be read
        again if it is listed so. Some 60 bytes an item, however long its uri."""
        return self._read(lambda c: {hash(known) for known in unchanged.known(c, run_id, source, settings)})

    @staticmethod
    def stored(attributes: Mapping[str, str]) -> str:
        """Attributes as a column holds them, and as `hashes` takes them."""
        return dump(dict(attributes))

    def carry_over_all(self, run_id: int, source: str, settings: str, except_hashes: Collection[int] = ()) -> None:
        """All items of `hashes`, and what is in them, are as they were, except those that were not listed so."""
        self._write(lambda c: unchanged.carry_over(c, run_id, source, settings, except_hashes))

    def mark_gone(self, run_id: int, source: str, except_prefixes: Sequence[str] = ()) -> int:
        """Items of a source that this run, having listed all of it, did not see are gone; how many, with members.

        What lies under a prefix that could not be listed stays as it was.
        """
        t, root = tables.items, tables.items.alias("root")
        name = clean(source)
        unseen = (t.c.source == name) & (t.c.seen_run < run_id) & summary.THERE & summary.LISTED
        lost = or_(root.c.state == State.GONE.value, root.c.seen_run == run_id)
        theirs = exists().where(root.c.key == t.c.root_key, root.c.source == name, lost)
        orphans = t.c.root_key.is_not(None) & (t.c.seen_run < run_id) & summary.THERE & theirs

        def write(connection: Connection) -> int:
            saving.touch_sources(connection, run_id, [source])
            if except_prefixes:
                spared = Prefixes(clean(prefix) for prefix in except_prefixes)
                rows = connection.execute(select(t.c.key, t.c.uri).where(unseen)).all()
                gone = (key for key, uri in rows if uri not in spared)
                count = sum(saving.retire(connection, run_id, t.c.key.in_(keys)) for keys in chunks(gone))
            else:
                count = saving.retire(connection, run_id, unseen)
            return count + saving.retire(connection, run_id, orphans)

        return self._write(write)

    def unseen_of_others(self, run_id: int, prefix: str, sources: Sequence[str]) -> list[str]:
        """Listed items below a uri prefix that this run did not see and that other sources than these brought: targets that overlap."""
        t = tables.items.c
        unseen = (t.seen_run < run_id) & summary.THERE & summary.LISTED & t.source.not_in([clean(s) for s in sources])
        query = select(t.uri).where(unseen, t.uri.startswith(clean(prefix), autoescape=True))
        # LIKE of SQLite does not tell upper case from lower case.
        return self._read(lambda c: [uri for uri in c.scalars(query) if uri.startswith(prefix)])

    def retire(self, run_id: int, uris: Iterable[str]) -> int:
        """These listed items, and what is in them, are gone; how many."""
        t = tables.items.c

        def write(connection: Connection) -> int:
            found = 0
            for keys in chunks(key_of(uri) for uri in uris):
                found += saving.retire(connection, run_id, or_(t.key.in_(keys), t.root_key.in_(keys)) & summary.THERE)
            return found

        return self._write(write)

    def decide(self, decision: triage.Decision) -> tuple[int, int]:
        """Record somebody's decision: its number, and how many findings it speaks of now. It also holds for those of later runs."""
        return self._write(lambda connection: triage.decide(connection, decision))

    def revoke(self, number: int, by: str) -> bool:
        """Take a decision back; False where none with this number is in force."""
        return self._write(lambda connection: triage.revoke(connection, number, by))

    def add_problems(self, run_id: int, problems: Iterable[Problem]) -> None:
        """Problems that belong to no item: what a source could not list, a plugin that failed."""
        rows = [problem_row(run_id, problem, None, None) for problem in problems]

        def write(connection: Connection) -> None:
            insert_many(connection, tables.problems, rows)
            saving.touch_sources(connection, run_id, (row["source"] for row in rows))

        if rows:
            self._write(write)

    # inside

    def _write(self, work: Callable[[Connection], T]) -> T:
        with engine.translated(self._database.shown), self._database.writing.begin() as connection:
            return work(connection)

    def _run(self, run_id: int) -> RunRecord:
        run = self.run(run_id)
        if run is None:
            raise InventoryError(f"there is no run {run_id}")
        return run
