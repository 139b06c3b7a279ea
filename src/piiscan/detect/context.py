"""Weighing: what speaks for and against a match becomes a score. One :class:`Judge` serves all recognizers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Container
from functools import lru_cache, partial
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

from piiscan.detect import labels
from piiscan.detect.labels import LabelIndex
from piiscan.detect.phrases import Same
from piiscan.detect.runs import REACH
from piiscan.detect.surroundings import Surroundings
from piiscan.detect.view import TextView
from piiscan.model import Candidate
from piiscan.rules.model import Rule, RuleSet
from piiscan.stopwatch import MATCHES, RULE, Stopwatch

if TYPE_CHECKING:
    from piiscan.protocols import Validator

T = TypeVar("T")
NEED_LABEL = frozenset({"label", "label+check"})
"""Rules that need one of these report nothing without a label in reach."""
_MANY_LABELS = 64


class _Every:
    def __contains__(self, _: object) -> bool:
        return True


_EVERY = _Every()


class LabelsNear:
    """The labels of a text within the usual reach of a match."""

    def __init__(self, hits: labels.Hits) -> None:
        self.spans = hits.spans

    def __call__(self, start: int, end: int, rules: frozenset[str]) -> bool:
        """Whether a label of one of the rules stands within reach."""
        starts, ends = self.spans(rules)
        if not starts:
            return False
        index = bisect_right(ends, start - REACH - 1)
        return index < len(starts) and starts[index] <= end + REACH


class Judge:
    """Scores matches of rules. Immutable after it is built.

    A match is refused (None) when a validator says no or what the rule needs is missing; :meth:`explaining` keeps refused ones with
    score 0 and the reason among the evidence.
    """

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self.labels = LabelIndex(rules)
        self._surroundings = Surroundings(rules, self.labels)
        # Rules that look further than usual may find a label where no other does.
        self.nothing_near = frozenset(r.id for r in rules.rules if r.window > REACH)
        self.clock: Stopwatch | None = None
        self._checks: dict[str, tuple[Validator, ...]] = {}
        self._unlabelled: dict[bool | None, dict[str, tuple[tuple[str, ...], float]]] = {True: {}, False: {}, None: {}}

    @classmethod
    def of(cls, rules: RuleSet) -> Judge:
        """The judge of these rules: the same one for all recognizers that ask one after the other, since building it takes a while."""
        return _judge(Same(rules))

    def watch(self, clock: Stopwatch | None) -> None:
        """Count the time and the matches of each rule; None ends it. The method is replaced, so that it costs nothing where nobody asks."""
        self.clock = clock
        self.__dict__.pop("weigh", None)
        if clock is not None:
            self.__dict__["weigh"] = partial(self._watched, clock, self.weigh)

    @staticmethod
    def _watched(clock: Stopwatch, weigh: Callable[..., T], view: TextView, rule: Rule, *args: Any, **more: Any) -> T:
        started = perf_counter()
        try:
            return weigh(view, rule, *args, **more)
        finally:
            clock.add(RULE + rule.id, perf_counter() - started)
            clock.add(MATCHES + rule.id, 1)

    @staticmethod
    def explaining(view: TextView) -> bool:
        """Whether refused matches are wanted (`Detector.explain`)."""
        return view.explaining

    def needs_label_near(self, rule: Rule) -> bool:
        """Whether a rule reports nothing where :meth:`near` says that there is no label."""
        return rule.need in NEED_LABEL and rule.id not in self.nothing_near

    def near(self, view: TextView) -> LabelsNear | None:
        """Says of matches of a text whether a label of one of some rules stands within the usual reach; None where that is always so: where
        the whole text is labelled, or all matches are wanted."""
        if view.segment.label or view.explaining:
            return None
        return LabelsNear(self.labels.hits(view))

    def nearby(self, view: TextView, start: int, end: int) -> Container[str]:
        """The rules for which a label may stand within reach of a match; for all others `weigh` needs not look for one.

        Rules that look further than usual are always among them.
        """
        if view.segment.label or view.explaining:
            return _EVERY
        hits = self.labels.hits(view)
        items, ends = hits.items, hits.ends
        index = bisect_right(ends, start - REACH - 1)
        found = self.nothing_near
        for hit in items[index : index + _MANY_LABELS]:
            if hit.start > end + REACH:
                return found
            if not hit.rules <= found:
                found |= hit.rules
        return _EVERY if index + _MANY_LABELS < len(items) else found

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
        checked = self._check(rule, value) if rule.validators else None
        if checked is False and rule.scores.failed is None:
            return self.refused(view, rule, start, end, recognizer, f"failed:{','.join(rule.validators)}")
        if rule.need not in NEED_LABEL and not far:
            labelled = self._labelled(view, rule, start, heading)
            near = self._near(view, rule, start, end) if checked and not labelled.strength else ""
        elif not checked:
            near = ""
        if not _enough(rule, bool(checked), bool(labelled.strength) or bool(near)):
            return self.refused(view, rule, start, end, recognizer, f"needs:{rule.need}")
        if labelled.strength or near:
            evidence, score = _believed(rule, checked, labelled, near)
        else:
            known = self._unlabelled[checked]
            if rule.id not in known:
                known[rule.id] = _believed(rule, checked, labelled, near)
            evidence, score = known[rule.id]
        change, more = self._surroundings.weigh(view, rule, start, end, value, labelled.strength)
        score += change
        return Candidate(
            entity_type=rule.entity_type,
            start=start,
            end=end,
            score=round(1.0 if score > 1.0 else max(score, 0.0), 4),
            rule=rule.id,
            recognizer=recognizer,
            evidence=evidence + more if more else evidence,
            specificity=rule.specificity,
        )

    def _check(self, rule: Rule, value: str) -> bool | None:
        """False when any validator fails, True when one passed and none failed, None when none can tell."""
        passed: bool | None = None
        checks = self._checks.get(rule.id)
        for check in self._checks_of(rule) if checks is None else checks:
            verdict = check(value)
            if verdict is False:
                return False
            passed = passed or verdict
        return passed

    def _checks_of(self, rule: Rule) -> tuple[Validator, ...]:
        # The last is the narrowest: an address of an office is a mail address too.
        found = self._checks[rule.id] = tuple(self.rules.validators[name] for name in reversed(rule.validators))
        return found

    def _labelled(self, view: TextView, rule: Rule, start: int, heading: str) -> labels.Labelled:
        if heading:
            return labels.Labelled(1.0, heading)
        if view.segment.label and rule.id in self._surroundings.field(view):
            return labels.Labelled(1.0, view.segment.label)
        if not (rule.labels or rule.columns):
            return labels.NOT_LABELLED
        return labels.before(self.labels.hits(view), view.text, rule.id, start)

    def _near(self, view: TextView, rule: Rule, start: int, end: int) -> str:
        """A label of the rule anywhere within its window."""
        if not rule.labels or not rule.window:
            return ""
        hits = self.labels.hits(view)
        for index in range(bisect_right(hits.ends, start - rule.window), len(hits.items)):
            hit = hits.items[index]
            if hit.start > end + rule.window:
                break
            if rule.id in hit.rules and hit.label in rule.labels:
                return hit.label
        return ""

    def refused(
        self, view: TextView, rule: Rule, start: int, end: int, recognizer: str, reason: str
    ) -> Candidate | None:
        """A match that counts for nothing, for :meth:`explaining`; else None."""
        if not view.explaining:
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


@lru_cache(maxsize=1)
def _judge(same: Same) -> Judge:
    return Judge(same.rules)


def _believed(rule: Rule, checked: bool | None, labelled: labels.Labelled, near: str) -> tuple[tuple[str, ...], float]:
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
    return tuple(evidence), score


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
