"""Weighing: what speaks for and against a match becomes a score. One :class:`Judge` serves all recognizers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container
from functools import lru_cache

from piiscan.detect import labels
from piiscan.detect.labels import LabelIndex
from piiscan.detect.view import TextView
from piiscan.model import Candidate, Severity
from piiscan.rules.model import Rule, RuleSet

NEED_LABEL = frozenset({"label", "label+check"})
"""Rules that need one of these report nothing without a label in reach."""
_MANY_LABELS = 64
_REACH = 100
"""How far most rules look for a label; no less than `labels.MAX_GAP`."""
_WORTH_LOOKING, _WORTH_LOOKING_ASCII = 150, 8


class _Every:
    def __contains__(self, _: object) -> bool:
        return True


_EVERY = _Every()
_NUMBERED = frozenset({"MEMBER_ID", "EMPLOYEE_ID", "STUDENT_ID", "PATIENT_ID"})
_SAMPLE_PENALTY = -0.1
_OTHER_LABEL = -0.2
_WEAK_SPECIFICITY = 2
_SAMPLE_REACH = 60


class Judge:
    """Scores matches of rules. Immutable after it is built.

    A match is refused (None) when a validator says no or what the rule needs is missing; :meth:`explaining` keeps refused ones with
    score 0 and the reason among the evidence.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.labels = LabelIndex(rules)
        suppressors = (r for r in rules.rules if rules.entity(r.entity_type).severity is Severity.NONE)
        self._suppressors = frozenset(r.id for r in suppressors)
        self._identifiers = frozenset(r.id for r in rules.rules if r.entity_type in _NUMBERED)
        self._units = tuple(rules.words.get("units_after", ()))
        self._marks = tuple(rules.words.get("marks_before", ()))
        self._samples = tuple(rules.words.get("sample_marks", ()))
        self._wide = frozenset(r.id for r in rules.rules if r.window > _REACH)
        self._field = f"field:{rules.digest}"

    @classmethod
    def of(cls, rules: RuleSet) -> Judge:
        """The judge of these rules: the same one for all recognizers that ask one after the other, since building it takes a while."""
        return _judge(_Same(rules))

    @staticmethod
    def explaining(view: TextView) -> bool:
        """Whether refused matches are wanted (`Detector.explain`)."""
        return bool(view.once("explain", lambda _: False))

    def needs_label_near(self, rule: Rule) -> bool:
        """Whether a rule reports nothing where :meth:`any_near` says that there is no label."""
        return rule.need in NEED_LABEL and rule.id not in self._wide

    def any_near(self, view: TextView, start: int, end: int) -> bool:
        """Whether a label stands within the usual reach of a match; true where that cannot be told or all matches are wanted."""
        if view.segment.label or self.explaining(view):
            return True
        hits = self.labels.hits(view)
        index = bisect_right(hits.ends, start - _REACH - 1)
        return index < len(hits.items) and hits.items[index].start <= end + _REACH

    def near(self, view: TextView) -> Callable[[int, int], bool] | None:
        """:meth:`any_near` for many matches of one text; None where it is always true."""
        if view.segment.label or self.explaining(view):
            return None
        items, ends = self.labels.hits(view)
        count = len(items)

        def some(start: int, end: int) -> bool:
            index = bisect_right(ends, start - _REACH - 1)
            return index < count and items[index].start <= end + _REACH

        return some

    def nearby(self, view: TextView, start: int, end: int) -> Container[str]:
        """The rules for which a label may stand within reach of a match; for all others `weigh` needs not look for one.

        Rules that look further than usual are always among them.
        """
        if view.segment.label or self.explaining(view):
            return _EVERY
        hits = self.labels.hits(view)
        index = bisect_right(hits.ends, start - _REACH - 1)
        found = self._wide
        for hit in hits.items[index : index + _MANY_LABELS]:
            if hit.start > end + _REACH:
                return found
            if not hit.rules <= found:
                found |= hit.rules
        return _EVERY if index + _MANY_LABELS < len(hits.items) else found

    def weigh(
        self,
        view: TextView,
        rule: Rule,
        start: int,
        end: int,
        value: str,
        recognizer: str,
        nearby: Container[str] | None = None,
        heading: str = "",
    ) -> Candidate | None:
        """The candidate for a match of `rule`; `value` is its folded text, `nearby` what :meth:`nearby` says of the place, if known.
        `heading` is the name of the column that the value stands in, where its text is a list."""
        far = nearby is not None and rule.id not in nearby
        labelled, near = labels.NOT_LABELLED, ""
        if rule.need in NEED_LABEL:  # spares the checks
            if not far:
                labelled = self._labelled(view, rule, start, heading)
                near = "" if labelled.strength else self._near(view, rule, start, end)
            if not labelled.strength and not near:
                return self.refused(view, rule, start, end, recognizer, f"needs:{rule.need}")
        checked = self._check(rule, value)
        if checked is False and rule.scores.failed is None:
            return self.refused(view, rule, start, end, recognizer, f"failed:{','.join(rule.validators)}")
        if rule.need not in NEED_LABEL and not far:
            labelled = self._labelled(view, rule, start, heading)
            near = self._near(view, rule, start, end) if checked and not labelled.strength else ""
        elif not checked:
            near = ""
        if not _enough(rule, bool(checked), bool(labelled.strength) or bool(near)):
            return self.refused(view, rule, start, end, recognizer, f"needs:{rule.need}")
        evidence, score = _believed(rule, checked, labelled, near)
        score += self._surroundings(view, rule, start, end, value, evidence, labelled.strength)
        return Candidate(
            entity_type=rule.entity_type,
            start=start,
            end=end,
            score=round(min(1.0, max(0.0, score)), 4),
            rule=rule.id,
            recognizer=recognizer,
            evidence=tuple(evidence),
            specificity=rule.specificity,
        )

    def _check(self, rule: Rule, value: str) -> bool | None:
        """False when any validator fails, True when one passed and none failed, None when none can tell."""
        passed: bool | None = None
        for name in rule.validators:
            verdict = self.rules.validators[name](value)
            if verdict is False:
                return False
            passed = passed or verdict
        return passed

    def _labelled(self, view: TextView, rule: Rule, start: int, heading: str) -> labels.Labelled:
        if heading:
            return labels.Labelled(1.0, heading)
        if view.segment.label and rule.id in view.once(self._field, self.labels.field):
            return labels.Labelled(1.0, view.segment.label)
        if not (rule.labels or rule.columns):
            return labels.NOT_LABELLED
        return labels.before(self.labels.hits(view), view.text, rule.id, start)

    def _near(self, view: TextView, rule: Rule, start: int, end: int) -> str:
        """A label of the rule anywhere within its window."""
        if not rule.labels or not rule.window:
            return ""
        hits = self.labels.hits(view)
        for hit in hits.items[bisect_right(hits.ends, start - rule.window) :]:
            if hit.start > end + rule.window:
                break
            if rule.id in hit.rules and hit.label in rule.labels:
                return hit.label
        return ""

    def _surroundings(
        self, view: TextView, rule: Rule, start: int, end: int, value: str, evidence: list[str], labelled: float
    ) -> float:
        """What context words, units, other labels and sample marks add."""
        text, change = view.text, 0.0
        if rule.context and (words := _present(view, rule.context)):
            around = text[max(0, start - rule.window) : end + rule.window]
            word = next((w for w in words if w in around), "")
            if word:
                change += rule.scores.context
                evidence.append(f"context:{word}")
        against = self._against(view, rule, start, end, value, labelled)
        if against:
            change += rule.scores.negative
            evidence.append(f"negative:{against}")
        elif labelled < 1.0 and rule.specificity <= _WEAK_SPECIFICITY and (other := self._other(view, rule, start)):
            change += _OTHER_LABEL
            evidence.append(f"other-label:{other}")
        if samples := _present(view, self._samples):
            around = text[max(0, start - _SAMPLE_REACH) : end + _SAMPLE_REACH]
            if any(mark in around for mark in samples):
                change += _SAMPLE_PENALTY
                evidence.append("sample")
        return change

    def _against(self, view: TextView, rule: Rule, start: int, end: int, value: str, labelled: float) -> str:
        text = view.text
        after = text[end : end + 12].lstrip(" 　")
        if after.startswith("円"):
            return "円"
        if value.isdigit():
            if after.startswith(self._units):
                unit = next((u for u in self._units if after.startswith(u) and not _word_goes_on(after, u)), "")
                if unit:
                    return unit
            before = text[max(0, start - 10) : start].rstrip(" 　.")
            if before.endswith(self._marks):
                return next(m for m in self._marks if before.endswith(m))
        if rule.negative and (words := _present(view, rule.negative)):
            line = text[max(0, text.rfind("\n", 0, start) + 1, start - 40) : end + 16].split("\n", 1)[0]
            word = next((w for w in words if w in line), "")
            if word:
                return word
        if labelled >= 1.0 or rule.id in self._suppressors:
            return ""
        hit = labels.nearest(self.labels.hits(view), text, start)
        if hit is not None and hit.rules <= self._suppressors:
            return hit.label
        field = view.once(self._field, self.labels.field)
        return view.segment.label or "" if field and field <= self._suppressors else ""

    def _other(self, view: TextView, rule: Rule, start: int) -> str:
        """A label right before the match that names another identifier: what follows 会員番号 is one, though it looks like a phone."""
        hit = labels.nearest(self.labels.hits(view), view.text, start)
        return hit.label if hit is not None and rule.id not in hit.rules and hit.rules & self._identifiers else ""

    def refused(
        self, view: TextView, rule: Rule, start: int, end: int, recognizer: str, reason: str
    ) -> Candidate | None:
        """A match that counts for nothing, for :meth:`explaining`; else None."""
        if not self.explaining(view):
            return None
        return Candidate(
            entity_type=rule.entity_type,
            start=start,
            end=end,
            score=0.0,
            rule=rule.id,
            recognizer=recognizer,
            evidence=(reason,),
        )


class _Same:
    """Rules as a key: equal to nothing but the same object."""

    __slots__ = ("rules",)

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.rules is self.rules


@lru_cache(maxsize=1)
def _judge(same: _Same) -> Judge:
    return Judge(same.rules)


def _believed(rule: Rule, checked: bool | None, labelled: labels.Labelled, near: str) -> tuple[list[str], float]:
    """Evidence and score before the surroundings are looked at."""
    evidence = ["format"]
    score = rule.scores.base
    if checked is not None:
        score += rule.scores.check if checked else rule.scores.failed or 0.0
        evidence.append(("check:" if checked else "failed:") + ",".join(rule.validators))
    if labelled.strength:
        score += rule.scores.label * labelled.strength
        evidence.append(f"label:{labelled.label}")
    if near:
        evidence.append(f"near:{near}")
        score += rule.scores.context
    return evidence, score


def _present(view: TextView, words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the words that the segment may hold. Where many matches ask, it is worth looking once: mostly it holds none.

    Japanese words are no work in ASCII text."""
    asked: dict[tuple[str, ...], int | tuple[str, ...]] = view.once("present", lambda _: {})
    found = asked.get(words, 0)
    if isinstance(found, tuple):
        return found
    if found < (_WORTH_LOOKING_ASCII if view.text.isascii() else _WORTH_LOOKING):
        asked[words] = found + 1
        return words
    present = asked[words] = tuple(w for w in words if w in view.text)
    return present


def _word_goes_on(text: str, unit: str) -> bool:
    """人 counts people, but 人種 does not."""
    return len(unit) == 1 and "一" <= unit <= "鿿" and "一" <= text[1:2] <= "鿿"


def _enough(rule: Rule, checked: bool, labelled: bool) -> bool:
    match rule.need:
        case "label":
            return labelled
        case "check":
            return checked
        case "label+check":
            return labelled and checked
        case "label|check":
            return labelled or checked
    return True
