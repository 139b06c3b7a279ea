"""The estimate of ``piiscan plan``: what would be read, and how long it would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from piiscan.cli.words import duration, say, size
from piiscan.errors import InventoryError
from piiscan.model import Problem, State
from piiscan.problems import PROBLEMS
from piiscan.scan.listing import Listed, chunks, listed
from piiscan.scan.run import LOOKUP, available_cores

if TYPE_CHECKING:
    from piiscan.inventory.store import Inventory
    from piiscan.protocols import Source
    from piiscan.scanner import Scanner


@dataclass(slots=True)
class _Tally:
    count: int = 0
    bytes: int = 0
    due: int = 0
    due_bytes: int = 0
    skipped: int = 0
    unlisted: int = 0


def estimate(scanner: Scanner, source: Source, bytes_per_second: int) -> Iterator[str]:
    """Lines for one target."""
    lang = scanner.settings.language
    store = _existing(scanner)
    try:
        tally = _tally(source, store)
        measured = _last_rate(store)
    finally:
        if store is not None:
            store.close()
    yield say("plan-total", lang, source=source.name, count=tally.count, size=size(tally.bytes))
    yield say("plan-due", lang, count=tally.due, size=size(tally.due_bytes))
    if tally.skipped:
        yield say("plan-skipped", lang, count=tally.skipped)
    if tally.unlisted:
        yield say("plan-unlisted", lang, count=tally.unlisted)
    jobs = scanner.settings.jobs or available_cores()
    rate = measured or bytes_per_second * jobs
    basis = say("plan-basis-run", lang) if measured else say("plan-basis-guess", lang, rate=size(bytes_per_second))
    yield say("plan-time", lang, seconds=duration(tally.due_bytes / rate), rate=size(rate), basis=basis)


def _existing(scanner: Scanner) -> Inventory | None:
    from piiscan.inventory.store import Inventory

    try:
        return Inventory.open(scanner.settings.inventory, create=False)
    except InventoryError:
        return None


def _tally(source: Source, store: Inventory | None) -> _Tally:
    tally = _Tally()
    for group in chunks(listed(source), LOOKUP):
        entries = [entry for entry in group if isinstance(entry, Listed)]
        tally.unlisted += sum(isinstance(entry, Problem) and not _harmless(entry) for entry in group)
        known = store.known(source.name, [entry.item.uri for entry in entries]) if store else {}
        for entry in entries:
            weight = entry.item.size or 0
            tally.count += 1
            tally.bytes += weight
            old = known.get(entry.item.uri)
            if entry.problem is not None:
                tally.skipped += 1
            elif old is None or old.state is State.GONE or old.change_token != entry.item.change_token:
                tally.due += 1
                tally.due_bytes += weight
    return tally


def _harmless(problem: Problem) -> bool:
    kind = PROBLEMS.get(problem.code)
    return kind is not None and kind.harmless


def _last_rate(store: Inventory | None) -> float | None:
    """Bytes per second of the last finished run that read something worth measuring."""
    runs = list(store.runs()) if store else []
    for run in sorted(runs, key=lambda r: -r.id):
        if run.finished and run.counters.bytes_read > 10_000_000:
            seconds = (run.finished - run.started).total_seconds()
            if seconds > 1:
                return run.counters.bytes_read / seconds
    return None
