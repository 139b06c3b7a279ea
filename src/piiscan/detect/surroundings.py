"""What stands around a match: units, marks, context words, labels of something else, marks of samples.

Several rules ask about one place after the other, so what does not depend on the rule is looked up once.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from piiscan.detect import labels
from piiscan.detect.phrases import Kind, Phrases
from piiscan.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from piiscan.detect.automaton import Match
    from piiscan.detect.labels import LabelIndex
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
_NOTHING: tuple[float, tuple[str, ...]] = (0.0, ())


class Surroundings:
    """Reads the surroundings of matches for one rule set. Immutable after it is built."""

    def __init__(self, rules: RuleSet, index: LabelIndex) -> None:
        self._index = index
        suppressors = (r for r in rules.rules if rules.entity(r.entity_type).severity is Severity.NONE)
        self._suppressors = frozenset(r.id for r in suppressors)
        self._identifiers = frozenset(r.id for r in rules.rules if r.entity_type in _NUMBERED)
        self.units = tuple(rules.words.get("units_after", ()))
        self.marks = tuple(rules.words.get("marks_before", ()))
        self._phrases = Phrases.of(rules)
        self._field = f"field:{rules.digest}"

    def field(self, view: TextView) -> frozenset[str]:
        """The rules that the label of the whole segment speaks for."""
        return view.once(self._field, self._index.field) if view.segment.label else frozenset()

    def weigh(
        self, view: TextView, rule: Rule, start: int, end: int, value: str, labelled: float
    ) -> tuple[float, tuple[str, ...]]:
        """What the surroundings add to the score, and the evidence for that."""
        around = view.around
        if not isinstance(around, _Around):
            around = view.around = _Around(view, self._index.hits(view), self._phrases.found(view, Kind.SAMPLE))
        place = around.place
        if place is None or place.start != start or place.end != end:
            place = around.place = _Place(around, start, end)
        if place.plain and not (rule.context or rule.negative) and not (value.isdigit() and place.counted(self)):
            return _NOTHING
        return self._weighed(place, rule, value, labelled)

    def _weighed(self, place: _Place, rule: Rule, value: str, labelled: float) -> tuple[float, tuple[str, ...]]:
        change, evidence = 0.0, []
        if rule.context and (word := place.context(rule)):
            change += rule.scores.context
            evidence.append(f"context:{word}")
        if against := self._against(place, rule, value, labelled):
            change += rule.scores.negative
            evidence.append(f"negative:{against}")
        elif labelled < 1.0 and rule.specificity <= _WEAK_SPECIFICITY and (other := self._other(place, rule)):
            change += _OTHER_LABEL
            evidence.append(f"other-label:{other}")
        if place.sample:
            change += _SAMPLE_PENALTY
            evidence.append("sample")
        return change, tuple(evidence)

    def _against(self, place: _Place, rule: Rule, value: str, labelled: float) -> str:
        if place.after.startswith(_YEN):
            return _YEN
        if value.isdigit() and (counted := place.counted(self)):
            return counted
        if rule.negative and (word := place.negative(rule)):
            return word
        if labelled >= 1.0 or rule.id in self._suppressors:
            return ""
        hit = place.nearest
        if hit is not None and hit.rules <= self._suppressors:
            return hit.label
        field = self.field(place.view)
        return place.view.segment.label or "" if field and field <= self._suppressors else ""

    def _other(self, place: _Place, rule: Rule) -> str:
        """A label right before the match that names another identifier: what follows 会員番号 is one, though it looks like a phone."""
        hit = place.nearest
        return hit.label if hit is not None and rule.id not in hit.rules and hit.rules & self._identifiers else ""


class _Around:
    """What one text holds, and the place that was looked at last: rules ask about one place after the other."""

    __slots__ = ("asked", "hits", "place", "samples", "view")

    def __init__(self, view: TextView, hits: labels.Hits, samples: Sequence[Match]) -> None:
        self.view, self.hits = view, hits
        self.samples = sorted((start, end) for start, end, _ in samples)
        self.place: _Place | None = None
        self.asked: dict[str, int | tuple[str, ...]] = {}

    def present(self, key: str, words: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the words that the text may hold. Where many matches ask, it is worth looking once: mostly it holds none.

        Japanese words are no work in ASCII text."""
        found = self.asked.get(key, 0)
        if isinstance(found, tuple):
            return found
        if found < (_WORTH_LOOKING_ASCII if self.view.text.isascii() else _WORTH_LOOKING):
            self.asked[key] = found + 1
            return words
        present = self.asked[key] = tuple(w for w in words if w in self.view.text)
        return present


class _Place:
    """One span of a text and what stands around it. `plain` if there is nothing that speaks against anything, units and marks aside."""

    __slots__ = ("_around", "_counted", "after", "end", "nearest", "plain", "sample", "start", "view")

    def __init__(self, around: _Around, start: int, end: int) -> None:
        self._around, self.view, self.start, self.end = around, around.view, start, end
        text = around.view.text
        self.after = text[end : end + 12].lstrip(_BLANKS)
        self._counted: str | None = None
        self.nearest = labels.nearest(around.hits, text, start)
        self.sample = bool(around.samples) and self._near_sample(around.samples)
        self.plain = (
            self.nearest is None
            and not self.sample
            and not self.after.startswith(_YEN)
            and not around.view.segment.label
        )

    def _near_sample(self, samples: list[tuple[int, int]]) -> bool:
        """Whether something nearby says that this is an example."""
        low, high = self.start - _SAMPLE_REACH, self.end + _SAMPLE_REACH
        inside = samples[bisect_left(samples, (low, low)) : bisect_left(samples, (high, high))]
        return any(end <= high for _, end in inside)

    def context(self, rule: Rule) -> str:
        """A context word of the rule within its window."""
        words = self._around.present("context:" + rule.id, rule.context)
        if not words:
            return ""
        around = self.view.text[max(0, self.start - rule.window) : self.end + rule.window]
        return next((w for w in words if w in around), "")

    def negative(self, rule: Rule) -> str:
        """A word in the same line that speaks against the rule."""
        words = self._around.present("negative:" + rule.id, rule.negative)
        if not words:
            return ""
        text, start = self.view.text, self.start
        low = max(0, text.rfind("\n", max(0, start - 40), start) + 1, start - 40)
        line = text[low : self.end + 16].split("\n", 1)[0]
        return next((w for w in words if w in line), "")

    def counted(self, known: Surroundings) -> str:
        """The unit after a bare number, or the mark before it."""
        if self._counted is None:
            self._counted = self._count(known.units, known.marks)
        return self._counted

    def _count(self, units: tuple[str, ...], marks: tuple[str, ...]) -> str:
        if self.after.startswith(units):
            unit = next((u for u in units if self.after.startswith(u) and not _word_goes_on(self.after, u)), "")
            if unit:
                return unit
        before = self.view.text[max(0, self.start - 10) : self.start].rstrip(" 　.")
        return next(m for m in marks if before.endswith(m)) if before.endswith(marks) else ""


def _word_goes_on(text: str, unit: str) -> bool:
    """人 counts people, but 人種 does not."""
    return len(unit) == 1 and "一" <= unit <= "鿿" and "一" <= text[1:2] <= "鿿"
