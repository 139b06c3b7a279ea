"""Sums what was detected in one item and decides its state."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING

from piiscan.detect.persons import PersonCounter
from piiscan.model import (
    Attribute,
    ColumnDetection,
    Detected,
    Finding,
    Item,
    ItemResult,
    Locator,
    Problem,
    State,
    TableRecords,
    TextHits,
)
from piiscan.privacy import SKETCH_SIZE, Redactor, smallest
from piiscan.problems import PROBLEMS

if TYPE_CHECKING:
    from piiscan.problems import ProblemKind

DISTINCT_FINDINGS = 200
"""Distinct values of one type that one item keeps apart; further ones are counted in one finding without fingerprint, with a sketch."""

PROBLEM_PLACES = 50
"""Problems of one code that one item keeps apart."""

_Key = tuple[str, str, str]


@dataclass(slots=True)
class Collector:
    """Collects one item: give it what detection yields and the problems, then ask for the result."""

    item: Item
    redactor: Redactor
    media_type: str | None = None
    read_anything: bool = False
    _findings: dict[_Key, Finding] = field(default_factory=dict)
    _kinds: dict[str, int] = field(default_factory=dict)
    _problems: dict[tuple[str, str], Problem] = field(default_factory=dict)
    _attributes: dict[str, str] = field(default_factory=dict)
    _watched: dict[tuple[str, str], Finding] = field(default_factory=dict)
    _persons: PersonCounter = field(default_factory=PersonCounter)
    _overflow: int = 0
    _unread_members: int = 0
    _started: float = field(default_factory=perf_counter)

    def add(self, detected: Detected) -> None:
        """One thing that detection yields."""
        if isinstance(detected, Problem):
            self.problem(detected)
            return
        self._persons.add(detected)
        if isinstance(detected, TextHits):
            for detection in detected.detections:
                self._text(self.redactor.of_text(detected.segment, detection))
        elif isinstance(detected, ColumnDetection):
            self._merge((detected.entity_type, str(detected.locator), detected.rule), self.redactor.of_column(detected))
        else:
            assert isinstance(detected, TableRecords)

    def problem(self, problem: Problem) -> None:
        """One problem of this item; equal ones are counted together, and so are places beyond `PROBLEM_PLACES`."""
        kept = replace(problem, item=self.item.uri, source=self.item.source)
        key = (kept.code, str(kept.locator))
        if key not in self._problems and sum(1 for code, _ in self._problems if code == kept.code) >= PROBLEM_PLACES:
            key, kept = (kept.code, "…"), replace(kept, locator=Locator())
        known = self._problems.get(key)
        self._problems[key] = replace(known, count=known.count + kept.count) if known else kept

    def attribute(self, attribute: Attribute) -> None:
        """Something that is known of the item as a whole."""
        if attribute.watch:
            finding = self.redactor.of_watched(attribute)
            if len(self._watched) < DISTINCT_FINDINGS:
                self._watched.setdefault((attribute.key, finding.fingerprint), finding)
        else:
            self._attributes[attribute.key] = attribute.value

    def member_ended(self, result: ItemResult) -> None:
        """A member of this item ended; one that should have been read and was not makes this item partial."""
        if result.state in {State.FAILED, State.PARTIAL}:
            self._unread_members += 1

    def result(self, *, complete: bool) -> ItemResult:
        """The sum. `complete` says that the reader came to the end."""
        if self._overflow:
            self.problem(Problem(code="limit-findings", detail=str(DISTINCT_FINDINGS), count=self._overflow))
        if self._unread_members:
            self.problem(Problem(code="part-unreadable", detail="members", count=self._unread_members))
        problems = tuple(self._problems.values())
        state, reason = state_of(problems, read=self.read_anything, complete=complete)
        return ItemResult(
            item=replace(self.item, attributes={**self._attributes, **self.item.attributes}),
            state=state,
            reason=reason,
            findings=tuple(self._findings.values()),
            problems=problems,
            persons=self._persons.estimate(),
            roster=self._persons.roster,
            bytes_read=(self.item.size or 0) if self.read_anything or complete else 0,
            seconds=round(perf_counter() - self._started, 4),
            media_type=self.media_type,
            watched=tuple((key, finding) for (key, _), finding in self._watched.items()),
        )

    def _text(self, finding: Finding) -> None:
        """Equal values are one finding with a count; what has no fingerprint is kept by its place."""
        key = (
            finding.entity_type,
            finding.fingerprint or str(finding.locator),
            finding.rule if not finding.fingerprint else "",
        )
        if key not in self._findings:
            kinds = self._kinds.get(finding.entity_type, 0)
            if kinds >= DISTINCT_FINDINGS:
                self._overflow += 1
                sketch = (finding.fingerprint,) if finding.fingerprint else ()
                finding = replace(finding, locator=Locator(), mask="", fingerprint="", sketch=sketch, evidence=())
                key = (finding.entity_type, "…", "")
            else:
                self._kinds[finding.entity_type] = kinds + 1
        self._merge(key, finding)

    def _merge(self, key: _Key, finding: Finding) -> None:
        known = self._findings.get(key)
        if known is None:
            self._findings[key] = finding
            return
        sketch = known.sketch
        if finding.sketch and (len(sketch) < SKETCH_SIZE or finding.sketch[0] < sketch[-1]):
            sketch = smallest({*sketch, *finding.sketch})
        best = (
            known
            if known.confidence >= finding.confidence
            else replace(finding, locator=known.locator, mask=known.mask)
        )
        self._findings[key] = replace(best, count=known.count + finding.count, sketch=sketch)


def state_of(problems: tuple[Problem, ...], *, read: bool, complete: bool) -> tuple[State, str]:
    """The one state of an item, and the code of the problem that decided it."""
    real = [(p.code, kind) for p in problems if (kind := PROBLEMS.get(p.code)) is None or not kind.harmless]
    if not real:
        return (State.SCANNED, "") if complete else (State.FAILED, "reader-failed")
    code, kind = max(real, key=lambda entry: _weight(entry[1]))
    if read:
        return State.PARTIAL, code
    return (State.FAILED if kind is None else kind.state), code


def _weight(kind: ProblemKind | None) -> int:
    order = {State.SKIPPED: 1, State.PARTIAL: 2, State.FAILED: 3}
    return 3 if kind is None else order.get(kind.state, 0)
