"""One run: list, decide what is due, have it read, store, and make the sum come out.

The inventory is the truth. Everything is stored in small transactions as it comes, so that a run that is killed is taken up where it stopped:
the next scan of the same targets with the same settings continues it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING, Protocol

from piiscan.errors import SourceError
from piiscan.model import Counters, Item, ItemResult, Problem, State
from piiscan.privacy import FingerprintKey, load_key
from piiscan.problems import PROBLEMS
from piiscan.protocols import Rooted, Skims
from piiscan.scan.executors import Executor, ProcessExecutor, SerialExecutor
from piiscan.scan.known import KnownItems
from piiscan.scan.listing import Listed, batches, chunks, listed
from piiscan.scan.worker import Recipe, failed
from piiscan.sources.paths import to_uri

if TYPE_CHECKING:
    from piiscan.config import Settings
    from piiscan.inventory.records import KnownItem, RunRecord
    from piiscan.inventory.store import Inventory
    from piiscan.plugins import Registry
    from piiscan.protocols import Enricher, Source
    from piiscan.rules.model import RuleSet

LOOKUP = 500
"""Items per look-up in the inventory."""

SAVE_ITEMS = 500
SAVE_SECONDS = 1.0
"""Results are stored at least this often."""

OWN_ENDINGS = ("", "-wal", "-shm", "-journal", ".lock")
"""What SQLite and the lock put beside an inventory file."""


class Watcher(Protocol):
    """Is told how a run goes; nothing it is told holds a value."""

    def started(self, run: RunRecord, *, resumed: bool) -> None: ...

    def listed(self, item: Item) -> None: ...

    def passed(self, count: int, size: int) -> None:
        """So many items were not due."""
        ...

    def finished(self, result: ItemResult) -> None: ...

    def ended(self, run: RunRecord) -> None: ...


class SilentWatcher:
    """Says nothing."""

    def started(self, run: RunRecord, *, resumed: bool) -> None:
        """Ignored."""

    def listed(self, item: Item) -> None:
        """Ignored."""

    def passed(self, count: int, size: int) -> None:
        """Ignored."""

    def finished(self, result: ItemResult) -> None:
        """Ignored."""

    def ended(self, run: RunRecord) -> None:
        """Ignored."""


@dataclass
class Scan:
    """A scan of some sources into an inventory. Build it, then :meth:`execute` once.

    `missing` are problems of targets that could not even be opened; they count as sources that could not be listed. `labels` are attributes that
    every item of a source gets, by the source's name. After `until` no further item is begun: the run ends as interrupted, and the next one goes on.
    """

    settings: Settings
    registry: Registry
    rules: RuleSet
    sources: Sequence[Source]
    inventory: Inventory
    watcher: Watcher = field(default_factory=SilentWatcher)
    full: bool = False
    executor: Executor | None = None
    missing: Sequence[Problem] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    until: datetime | None = None
    _stopped: bool = False
    _pending: list[ItemResult] = field(default_factory=list)
    _saved: float = field(default_factory=time.monotonic)
    _unlisted: list[str] = field(default_factory=list)
    _complete: dict[str, bool] = field(default_factory=dict)

    def execute(self) -> RunRecord:
        """Run to the end, or raise what stopped it (KeyboardInterrupt too) after storing what was done."""
        key = load_key(self.settings.key_file)
        with self.inventory.lock():
            return self._locked(key)

    def _locked(self, key: FingerprintKey) -> RunRecord:
        run = self._begin(key)
        try:
            recipe = Recipe(self.settings, {s.name: s for s in self.sources}, key)
            for problem in (*self.registry.problems, *self.missing):
                self.inventory.add_problems(run.id, [problem])
            executor = self.executor or self._default_executor()
            for results in executor.run(recipe, batches(self._due(run))):
                self._take(run, results)
            self._flush(run)
            if self._stopped:
                stopped = self.inventory.finish_run(run.id, "interrupted")
                self.watcher.ended(stopped)
                return stopped
            self._mark_gone(run)
        except BaseException:
            # What stopped the run is what the caller must hear, even when the inventory itself is what failed.
            with contextlib.suppress(Exception):
                self._flush(run)
                self.inventory.finish_run(run.id, "interrupted")
            raise
        counters, members = self.inventory.counters(run.id)
        finished = self.inventory.finish_run(run.id, "done", counters, members)
        self.watcher.ended(finished)
        return finished

    def _begin(self, key: FingerprintKey) -> RunRecord:
        versions = {p.distribution: p.version for p in self.registry.plugins} | {"piiscan": version("piiscan")}
        versions |= {f"ruleset:{name}": v for name, v in self.rules.versions.items()}
        digest = self.settings.digest(self.rules.digest, repr(sorted(versions.items())))
        targets = [source.name for source in self.sources]
        run = self.inventory.resumable(targets, digest, key.id, self.full)
        resumed = run is not None
        if run is not None:
            run = self.inventory.resume_run(run)
        else:
            run = self.inventory.begin_run(targets, self.rules.profile.name, digest, key.id, versions, self.full)
        self.watcher.started(run, resumed=resumed)
        return run

    def _default_executor(self) -> Executor:
        jobs = self.settings.jobs or available_cores()
        return SerialExecutor(self.registry, self.rules) if jobs == 1 else ProcessExecutor(jobs)

    def _due(self, run: RunRecord) -> Iterator[Item]:
        """The items to read, in listing order; everything else is settled on the way."""
        for source in self.sources:
            self._complete[source.name] = True
            known = self._known(run, source)
            for group in chunks(listed(source, known), LOOKUP):
                for item in self._settle(run, source, group):
                    if self._time_is_up():
                        return
                    yield item
                if self._time_is_up():
                    return
            if known is not None:
                known.tell()
                self.inventory.carry_over_all(run.id, source.name, run.settings, known.left)

    def _time_is_up(self) -> bool:
        self._stopped = self._stopped or (self.until is not None and datetime.now(UTC) >= self.until)
        return self._stopped

    def _known(self, run: RunRecord, source: Source) -> KnownItems | None:
        """What this source need not even yield; None where each item must be looked at."""
        families = _families(self.registry.enrichers)
        if self.full or families is None or not isinstance(source, Skims):
            return None
        hashes = self.inventory.hashes(run.id, source.name, run.settings)
        labels = self.labels.get(source.name, {})
        return KnownItems(hashes, self.inventory.stored, self.watcher.passed, labels, families) if hashes else None

    def _settle(self, run: RunRecord, source: Source, group: list[Listed | Problem]) -> Iterator[Item]:
        entries = [entry for entry in group if isinstance(entry, Listed)]
        problems = [entry for entry in group if isinstance(entry, Problem)]
        for problem in problems:
            kind = PROBLEMS.get(problem.code)
            if kind is not None and kind.harmless:
                continue  # a remark about a place, not a place that could not be listed
            if problem.item is None:
                self._complete[source.name] = False
            else:
                self._unlisted.append(problem.item)
        if problems:
            self.inventory.add_problems(run.id, problems)
        labels = self.labels.get(source.name, {})
        entries = [self._spared(_labelled(entry, labels)) for entry in entries]
        known = self.inventory.known(source.name, [entry.item.uri for entry in entries])
        carried: list[Item] = []
        for entry in entries:
            self.watcher.listed(entry.item)
            old = known.get(entry.item.uri)
            if entry.problem is not None:
                self._take(run, [failed(entry.item, entry.problem)])
            elif old is None or self._is_due(run, entry.item, old):
                yield entry.item
            elif old.run != run.id:
                carried.append(entry.item)
            else:
                self.watcher.passed(1, entry.item.size or 0)
        if carried:
            self.inventory.carry_over(run.id, [self._as_of_now(run, item) for item in carried])
            self.watcher.passed(len(carried), sum(item.size or 0 for item in carried))

    def _as_of_now(self, run: RunRecord, item: Item) -> Item:
        """An item that is not read again, with what enrichers say of it today."""
        result = ItemResult(item=item, state=State.UNCHANGED)
        for enricher in self.registry.enrichers:
            result = _enriched(enricher, result)
        if result.problems:
            self.inventory.add_problems(run.id, result.problems)
        return result.item

    def _spared(self, entry: Listed) -> Listed:
        """Our own inventory in a scanned folder changes while it is read and holds nothing to find."""
        if entry.problem is None and entry.item.uri in self._own_files:
            return Listed(entry.item, Problem(code="excluded", detail="inventory", item=entry.item.uri))
        return entry

    @cached_property
    def _own_files(self) -> frozenset[str]:
        """The uris of the inventory file and its companions, by the way they were given and by their real one; empty for a server."""
        path = self.inventory.path
        if path is None:
            return frozenset()
        return frozenset(
            to_uri(f"{real}{ending}") for real in (path.absolute(), path.resolve()) for ending in OWN_ENDINGS
        )

    def _is_due(self, run: RunRecord, item: Item, old: KnownItem) -> bool:
        """Whether an item that the inventory knows must be read again."""
        if item.change_token is None or item.change_token != old.change_token or old.settings != run.settings:
            return True
        if old.state is State.GONE:
            return True
        if old.run == run.id:
            return False
        kind = PROBLEMS.get(old.reason)
        # What kept it unread is decided by the listing, with options that are no part of the settings' digest, and this listing let it pass.
        passed_now = kind is not None and (kind.stage == "list" or old.reason == "too-large")
        return self.full or passed_now or (kind is not None and kind.retry)

    def _take(self, run: RunRecord, results: list[ItemResult]) -> None:
        for enricher in self.registry.enrichers:
            results = [_enriched(enricher, result) for result in results]
        self._pending += results
        self.watcher.finished(results[0])
        if len(self._pending) >= SAVE_ITEMS or time.monotonic() - self._saved > SAVE_SECONDS:
            self._flush(run)

    def _flush(self, run: RunRecord) -> None:
        if self._pending:
            self.inventory.save(run.id, self._pending, run.settings)
            self._pending = []
        self._saved = time.monotonic()

    def _mark_gone(self, run: RunRecord) -> None:
        """What a complete listing did not show is gone; what lies where the listing failed is not."""
        for source in self.sources:
            if self._complete.get(source.name):
                self.inventory.mark_gone(run.id, source.name, self._unlisted)
                if isinstance(source, Rooted):
                    self._mark_gone_of_others(run, source)

    def _mark_gone_of_others(self, run: RunRecord, source: Rooted) -> None:
        """What a target inside this one brought in an earlier run is nobody's now: gone, if it is there no more."""
        uris = self.inventory.unseen_of_others(run.id, source.root_uri, [s.name for s in self.sources])
        self.inventory.retire(run.id, [uri for uri in uris if _vanished(source, uri)])


def _labelled(entry: Listed, labels: Mapping[str, str]) -> Listed:
    if not labels:
        return entry
    return replace(entry, item=replace(entry.item, attributes={**entry.item.attributes, **labels}))


def _families(enrichers: Sequence[Enricher]) -> frozenset[str] | None:
    """Families of attributes of which enrichers may have something new to say although the item did not change; None where one may of any."""
    named = [getattr(enricher, "families", None) for enricher in enrichers]
    return None if None in named else frozenset(family for families in named for family in families or ())


def _enriched(enricher: Enricher, result: ItemResult) -> ItemResult:
    try:
        extra = enricher.attributes(result)
    except Exception as error:  # noqa: BLE001 - a plugin; what was read of the item is worth more than what it would have added
        problem = Problem(
            code="enricher-failed",
            detail=f"{enricher.name}: {type(error).__name__}",
            item=result.item.uri,
            source=result.item.source,
        )
        return replace(result, problems=(*result.problems, problem))
    if not extra:
        return result
    attributes = {key: v for key, v in {**result.item.attributes, **extra}.items() if v or key not in extra}
    return replace(result, item=replace(result.item, attributes=attributes))


def _vanished(source: Rooted, uri: str) -> bool:
    try:
        source.current_token(Item(uri=uri, source="", name=""))
    except SourceError as error:
        return error.code == "vanished"
    except OSError:
        return False
    return False


def available_cores() -> int:
    """The cores this process may use: containers and schedulers often allow fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def unread(counters: Counters) -> int:
    """How many listed items were not (fully) read although they should have been."""
    return counters.partial + counters.failed
