"""What stands around a match: units, marks, context words, labels of something else, marks of samples.

Several rules ask about one place after the other, so what does not depend on the rule is looked up once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from piiscan.detect import labels
from piiscan.model import Severity

if TYPE_CHECKING:
    from piiscan.detect.labels import LabelHit, LabelIndex
    from piiscan.detect.view import TextView
    from piiscan.rules.model import Rule, RuleSet

_WORTH_LOOKING, _WORTH_LOOKING_ASCII = 150, 8
_NUMBERED = frozenset({"MEMBER_ID", "EMPLOYEE_ID", "STUDENT_ID", "PATIENT_ID"})
_SAMPLE_PENALTY = -0.1
_OTHER_LABEL = -0.2
_WEAK_SPECIFICITY = 2
_SAMPLE_REACH = 60
_BLANKS = " \u3000"
_YEN = "円"


class Surroundings:
    """Reads the surroundings of matches for one rule set. Immutable after it is built."""

    def __init__(self, rules: RuleSet, index: LabelIndex) -> None:
        self._index = index
        suppressors = (r for r in rules.rules if rules.entity(r.entity_type).severity is Severity.NONE)
        self._suppressors = frozenset(r.id for r in suppressors)
        self._identifiers = frozenset(r.id for r in rules.rules if r.entity_type in _NUMBERED)
        self._units = tuple(rules.words.get("units_after", ()))
        self._marks = tuple(rules.words.get("marks_before", ()))
        self._samples = tuple(rules.words.get("sample_marks", ()))
        self._field = f"field:{rules.digest}"

    def field(self, view: TextView) -> frozenset[str]:
        """The rules that the label of the whole segment speaks for."""
        return view.once(self._field, self._index.field) if view.segment.label else frozenset()

    def weigh(
        self, view: TextView, rule: Rule, start: int, end: int, value: str, evidence: list[str], labelled: float
    ) -> float:
        """What the surroundings add to the score; says so in `evidence`."""
        place = view.place
        if not isinstance(place, _Place) or place.start != start or place.end != end:
            place = view.place = _Place(view, start, end)
        change = 0.0
        if rule.context and (word := place.context(rule)):
            change += rule.scores.context
            evidence.append(f"context:{word}")
        if against := self._against(place, rule, value, labelled):
            change += rule.scores.negative
            evidence.append(f"negative:{against}")
        elif labelled < 1.0 and rule.specificity <= _WEAK_SPECIFICITY and (other := self._other(place, rule)):
            change += _OTHER_LABEL
            evidence.append(f"other-label:{other}")
        if place.is_sample(self._samples):
            change += _SAMPLE_PENALTY
            evidence.append("sample")
        return change

    def _against(self, place: _Place, rule: Rule, value: str, labelled: float) -> str:
        if place.after.startswith(_YEN):
            return _YEN
        if value.isdigit() and (counted := place.counted(self._units, self._marks)):
            return counted
        if rule.negative and (word := place.negative(rule)):
            return word
        if labelled >= 1.0 or rule.id in self._suppressors:
            return ""
        hit = place.nearest(self._index)
        if hit is not None and hit.rules <= self._suppressors:
            return hit.label
        field = self.field(place.view)
        return place.view.segment.label or "" if field and field <= self._suppressors else ""

    def _other(self, place: _Place, rule: Rule) -> str:
        """A label right before the match that names another identifier: what follows 会員番号 is one, though it looks like a phone."""
        hit = place.nearest(self._index)
        return hit.label if hit is not None and rule.id not in hit.rules and hit.rules & self._identifiers else ""


class _Place:
    """One span of a text and what was found out about it so far; None is not known yet."""

    __slots__ = ("_counted", "_nearest", "_sample", "after", "end", "start", "view")

    def __init__(self, view: TextView, start: int, end: int) -> None:
        self.view, self.start, self.end = view, start, end
        self.after = view.text[end : end + 12].lstrip(_BLANKS)
        self._counted: str | None = None
        self._sample: bool | None = None
        self._nearest: tuple[LabelHit | None] | None = None

    def context(self, rule: Rule) -> str:
        """A context word of the rule within its window."""
        words = _present(self.view, "context:" + rule.id, rule.context)
        if not words:
            return ""
        around = self.view.text[max(0, self.start - rule.window) : self.end + rule.window]
        return next((w for w in words if w in around), "")

    def negative(self, rule: Rule) -> str:
        """A word in the same line that speaks against the rule."""
        words = _present(self.view, "negative:" + rule.id, rule.negative)
        if not words:
            return ""
        text, start = self.view.text, self.start
        low = max(0, text.rfind("\n", max(0, start - 40), start) + 1, start - 40)
        line = text[low : self.end + 16].split("\n", 1)[0]
        return next((w for w in words if w in line), "")

    def counted(self, units: tuple[str, ...], marks: tuple[str, ...]) -> str:
        """The unit after a bare number, or the mark before it."""
        if self._counted is None:
            self._counted = self._count(units, marks)
        return self._counted

    def _count(self, units: tuple[str, ...], marks: tuple[str, ...]) -> str:
        if self.after.startswith(units):
            unit = next((u for u in units if self.after.startswith(u) and not _word_goes_on(self.after, u)), "")
            if unit:
                return unit
        before = self.view.text[max(0, self.start - 10) : self.start].rstrip(" 　.")
        return next(m for m in marks if before.endswith(m)) if before.endswith(marks) else ""

    def nearest(self, index: LabelIndex) -> LabelHit | None:
        """The label right before the span."""
        if self._nearest is None:
            self._nearest = (labels.nearest(index.hits(self.view), self.view.text, self.start),)
        return self._nearest[0]

    def is_sample(self, samples: tuple[str, ...]) -> bool:
        """Whether something nearby says that this is an example."""
        if self._sample is None:
            present = _present(self.view, "samples", samples)
            around = self.view.text[max(0, self.start - _SAMPLE_REACH) : self.end + _SAMPLE_REACH] if present else ""
            self._sample = any(mark in around for mark in present)
        return self._sample


def _present(view: TextView, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the words that the segment may hold. Where many matches ask, it is worth looking once: mostly it holds none.

    Japanese words are no work in ASCII text."""
    asked: dict[str, int | tuple[str, ...]] = view.once("present", _nothing)
    found = asked.get(key, 0)
    if isinstance(found, tuple):
        return found
    if found < (_WORTH_LOOKING_ASCII if view.text.isascii() else _WORTH_LOOKING):
        asked[key] = found + 1
        return words
    present = asked[key] = tuple(w for w in words if w in view.text)
    return present


def _nothing(_: TextView) -> dict[str, int | tuple[str, ...]]:
    return {}


def _word_goes_on(text: str, unit: str) -> bool:
    """人 counts people, but 人種 does not."""
    return len(unit) == 1 and "一" <= unit <= "鿿" and "一" <= text[1:2] <= "鿿"
