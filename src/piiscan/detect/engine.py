"""The detector: recognizers find candidates, the resolver chooses. One per worker; it keeps nothing between segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

from piiscan.detect.allow import AllowList
from piiscan.detect.context import Judge
from piiscan.detect.presidio_gate import PresidioWindows
from piiscan.detect.refine import kind, refine
from piiscan.detect.resolve import Resolver, Verdict
from piiscan.detect.textlists import against_lists, known_lists
from piiscan.detect.view import TextView
from piiscan.model import Candidate, ColumnDetection, Detected, Detection, Problem, Segment, TextHits, TextSegment
from piiscan.plugins import Registry
from piiscan.protocols import Recognizer
from piiscan.rules.model import RuleSet
from piiscan.stopwatch import RECOGNIZER, Stopwatch

if TYPE_CHECKING:
    from piiscan.detect.columns import ColumnStage


class Detector:
    """Finds personal information in segments.

    Recognizers must be linear in the text; a segment is looked at as a whole. One that raises loses its candidates for that segment, which
    :meth:`scan` reports as a ``detector-failed`` problem; the others go on.
    """

    def __init__(self, rules: RuleSet, recognizers: Sequence[Recognizer]) -> None:
        self.rules = rules
        self.recognizers = tuple(recognizers)
        self._resolver = Resolver(rules)
        self._allow = AllowList(rules.allow)
        self._ids = frozenset(rule.id for rule in rules.rules)
        self._columns: ColumnStage | None = None
        self._clock: Stopwatch | None = None

    @property
    def clock(self) -> Stopwatch | None:
        """Where the time that recognizers and rules take is counted, if anybody asks."""
        return self._clock

    @clock.setter
    def clock(self, clock: Stopwatch | None) -> None:
        self._clock = clock
        Judge.of(self.rules).watch(clock)

    def text(self, segment: TextSegment) -> tuple[Detection, ...]:
        """What is reported of a text at the profile in force, in text order, without overlaps."""
        return self._detections(segment, [])

    def explain(self, segment: TextSegment) -> tuple[Verdict, ...]:
        """Every candidate, also the refused ones, with its evidence and what became of it; in text order, the strongest first."""
        view = TextView(segment, explaining=True)
        candidates = [
            replace(c, evidence=c.evidence + kind(view.text, c)) if c.score > 0 else c
            for c in self._candidates(view, [])
        ]
        verdicts = self._resolver.verdicts(candidates, self._allowed(segment.text))
        return tuple(sorted(verdicts, key=lambda v: (v.candidate.start, -v.candidate.score)))

    def scan(self, segment: Segment) -> Iterator[Detected]:
        """What is detected in a segment. Values are in memory only; `piiscan.privacy` makes findings of them."""
        if isinstance(segment, TextSegment):
            failed: list[str] = []
            detections = self._detections(segment, failed)
            for name in failed:
                yield Problem(code="detector-failed", detail=name, locator=segment.locator)
            if detections:
                yield TextHits(segment=segment, detections=detections)
            return
        for detected in self.column_stage().scan(segment):
            kept = self._without_own(detected) if isinstance(detected, ColumnDetection) and self._allow else detected
            if kept is not None:
                yield kept

    def column_stage(self) -> ColumnStage:
        """The part that judges tables, built on first need."""
        if self._columns is None:
            from piiscan.detect.columns import ColumnStage  # needs polars, which takes long to import

            self._columns = ColumnStage(self.rules, self, self.rules.validators)
        return self._columns

    def _detections(self, segment: TextSegment, failed: list[str]) -> tuple[Detection, ...]:
        view = TextView(segment)
        candidates = self._candidates(view, failed)
        return self._resolver.detections(candidates, self._allowed(segment.text), lambda c: kind(view.text, c))

    def _candidates(self, view: TextView, failed: list[str]) -> list[Candidate]:
        found: list[Candidate] = list(view.segment.known)
        for recognizer in self.recognizers:
            started = perf_counter() if self.clock else 0.0
            try:
                found += recognizer.candidates(view)
            except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and its message may hold text of the item
                failed.append(f"{recognizer.name}: {type(error).__name__}")
            if self.clock:
                self.clock.add(RECOGNIZER + recognizer.name, perf_counter() - started)
        if lists := known_lists(view):
            found = [c for c in found if not against_lists(view.text, c, lists)]
        return refine(view.text, found, self._ids)

    def _without_own(self, column: ColumnDetection) -> ColumnDetection | None:
        """A column without the cells that the company allows; None if there are no others."""
        import polars as pl  # its import takes long

        kept = [not self._allow.allows(column.entity_type, value) for value in column.values]
        if all(kept):
            return column
        values = column.values.filter(pl.Series(kept, dtype=pl.Boolean))
        evidence = (*column.evidence, "allowed-left-out")
        return replace(column, values=values, rows=len(values), evidence=evidence) if len(values) else None

    def _allowed(self, text: str) -> Callable[[Candidate], bool] | None:
        if not self._allow:
            return None
        return lambda c: self._allow.allows(c.entity_type, text[c.start : c.end])


def build_detector(registry: Registry, rules: RuleSet) -> Detector:
    """A detector with all recognizers of a registry, Presidio's behind their gates."""
    recognizers: list[Recognizer] = [factory(rules) for factory in registry.recognizers.values()]
    if registry.presidio:
        recognizers.append(PresidioWindows(rules, registry.presidio))
    return Detector(rules, recognizers)
