"""Reads and judges one item at a time: the only part of a scan that sees content. Runs in a process of its own or in this one."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from piiscan.config import Settings
from piiscan.detect.engine import Detector, build_detector
from piiscan.errors import LimitError, SourceError
from piiscan.limits import Budget
from piiscan.model import Attribute, Item, ItemResult, Problem, State, TableSegment, TextSegment
from piiscan.plugins import Registry, check_options, load_plugins
from piiscan.privacy import FingerprintKey, Redactor
from piiscan.problems import PROBLEMS
from piiscan.protocols import Prefetches, Source
from piiscan.rules.loader import load_rules
from piiscan.rules.model import RuleSet
from piiscan.scan.collect import Collector
from piiscan.scan.walk import Closed, Event, Opened, Walk
from piiscan.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything a worker needs to build itself, picklable. It travels by pipe: the key never touches a command line or a file."""

    settings: Settings
    sources: Mapping[str, Source]
    key: FingerprintKey


@dataclass(slots=True)
class Worker:
    """Scans items with its own detector. Build it once per process with :meth:`build`."""

    sources: Mapping[str, Source]
    walk: Walk
    detector: Detector
    redactor: Redactor
    settings: Settings
    clock: Stopwatch | None = None

    @classmethod
    def build(cls, recipe: Recipe, registry: Registry | None = None, rules: RuleSet | None = None) -> Worker:
        """From a recipe; registry and rules are built anew unless the caller has them already."""
        settings = recipe.settings
        registry = registry or registry_for(settings, reports=False)
        rules = rules or rules_for(settings, registry)
        walk = Walk.of(registry, settings)
        detector = build_detector(registry, rules)
        detector.clock = clock = Stopwatch() if settings.timings else None
        return cls(recipe.sources, walk, detector, Redactor(rules, recipe.key), settings, clock)

    def scan(self, item: Item) -> list[ItemResult]:
        """The result of an item, then those of its members, inner ones before outer ones. Never raises for what is in the item."""
        budget = Budget(self.settings.limits.limits())
        source = self.sources[item.source]
        results: list[ItemResult] = []
        open_items: list[Collector] = []
        events = self._events(item, source, budget)
        if self.clock:
            events = self._timed(events, self.clock)
        for event in events:
            try:
                self._take(event, open_items, results, budget)
            except LimitError as error:
                open_items[-1].problem(Problem(code=error.code, detail=error.detail))
                events.close()
                break
            except Exception as error:  # noqa: BLE001 - a recognizer, a column stage, a broken value: costs this item, not the run
                code = "limit-memory" if isinstance(error, MemoryError) else "detector-failed"
                open_items[-1].problem(Problem(code=code, detail=type(error).__name__))
                events.close()
                break
        while open_items:
            self._close(open_items, results, complete=False)
        results[-1] = self._recheck(results[-1], source)
        if self.clock:
            results[-1] = replace(results[-1], timings=self.clock.taken())
        results.reverse()
        return results

    def prefetch(self, batch: Sequence[Item]) -> None:
        """Tell sources that can fetch ahead what comes next, so that one item's waiting is another's reading time."""
        limit = self.settings.limits.item_bytes
        due = [item for item in batch if not (limit and item.size is not None and item.size > limit)]
        for name in {item.source for item in due}:
            source = self.sources.get(name)
            if isinstance(source, Prefetches):
                # What goes wrong here shows when the item is opened, and is blamed on that item there.
                with contextlib.suppress(Exception):
                    source.prefetch([item for item in due if item.source == name])

    def _events(self, item: Item, source: Source, budget: Budget) -> Generator[Event, None, None]:
        limit = budget.limits.item_bytes
        if limit and item.size is not None and item.size > limit:
            yield Opened(item, None, 0)
            yield Problem(code="too-large", detail=str(limit), item=item.uri)
            yield Closed(item, complete=False)
            return
        yield from self.walk.item(item, source, budget)

    @staticmethod
    def _timed(events: Generator[Event, None, None], clock: Stopwatch) -> Generator[Event, None, None]:
        """The same events; the time each takes to come is reading of the innermost open item."""
        kinds: list[str] = []
        try:
            while True:
                started = perf_counter()
                event = next(events, None)
                seconds = perf_counter() - started
                if event is None:
                    return
                if isinstance(event, Opened):
                    kinds.append(event.media_type or "records")
                clock.read(kinds[-1] if kinds else "", seconds)
                if isinstance(event, Closed):
                    kinds.pop()
                elif isinstance(event, TableSegment):
                    event = replace(event, batches=clock.reads(kinds[-1], event.batches))
                yield event
        finally:
            events.close()

    def _take(self, event: Event, open_items: list[Collector], results: list[ItemResult], budget: Budget) -> None:
        if isinstance(event, Opened):
            open_items.append(Collector(event.item, self.redactor, event.media_type))
        elif isinstance(event, Closed):
            self._close(open_items, results, complete=event.complete)
        elif isinstance(event, Problem):
            open_items[-1].problem(event)
        elif isinstance(event, Attribute):
            open_items[-1].attribute(event)
        else:
            self._detect(event, open_items[-1], budget)

    def _detect(self, segment: TextSegment | TableSegment, collector: Collector, budget: Budget) -> None:
        started, privacy = perf_counter(), 0.0
        read = self.clock.reading if self.clock else 0.0
        for detected in self.detector.scan(segment):
            found = perf_counter()
            collector.add(detected)
            privacy += perf_counter() - found
            budget.check_time()
        budget.check_time()
        if not (isinstance(segment, TextSegment) and (segment.locator.get("name") or segment.locator.get("beside"))):
            collector.read_anything = True
        if self.clock:
            kind = "detect:table" if isinstance(segment, TableSegment) else "detect:text"
            self.clock.add(kind, perf_counter() - started - privacy - (self.clock.reading - read))
            self.clock.add("privacy", privacy)

    @staticmethod
    def _close(open_items: list[Collector], results: list[ItemResult], *, complete: bool) -> None:
        result = open_items.pop().result(complete=complete)
        results.append(result)
        if open_items:
            open_items[-1].member_ended(result)
            if complete:
                open_items[-1].read_anything = True

    def _recheck(self, result: ItemResult, source: Source) -> ItemResult:
        """Whether the item changed while it was read: then what was found may be neither the old nor the new."""
        current = getattr(source, "current_token", None)
        if current is None or not result.bytes_read or result.item.change_token is None:
            return result
        try:
            changed = current(result.item) != result.item.change_token
        except (OSError, SourceError):
            changed = True
        if not changed:
            return result
        problem = Problem(code="changed-while-reading", item=result.item.uri, source=result.item.source)
        return failed(result.item, problem, result)


def failed(item: Item, problem: Problem, partly: ItemResult | None = None) -> ItemResult:
    """The result of an item that ended with one problem; what was found before (`partly`) stays."""
    kind = PROBLEMS.get(problem.code)
    state = State.FAILED if kind is None else kind.state
    if partly is None:
        return ItemResult(item=item, state=state, reason=problem.code, problems=(problem,))

    return replace(partly, state=state, reason=problem.code, problems=(*partly.problems, problem))


def registry_for(settings: Settings, *, reports: bool = True) -> Registry:
    """The registry the settings ask for."""
    registry = load_plugins(disabled=settings.disable_plugins, strict=settings.strict_plugins, reports=reports)
    check_options(registry, settings)
    return registry


def rules_for(settings: Settings, registry: Registry) -> RuleSet:
    """The rules in force: built-in and plugin folders first, then the user's own."""
    folders = (*registry.rulesets, *settings.rules.folders)
    own = settings.rules
    return load_rules(
        folders, profile=settings.profile, disable=own.disable, allow=own.allow, validators=registry.validators
    )


__all__ = ["Recipe", "Worker", "failed", "registry_for", "rules_for"]
