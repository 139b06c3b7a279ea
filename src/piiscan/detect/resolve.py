"""From candidates to detections: suppressors first, then the best reading wherever readings overlap, then thresholds and companions.

The result does not depend on the order of the candidates, and no two results overlap.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from piiscan.model import Candidate, Detection, Severity
from piiscan.rules.model import Rule, RuleSet

AMBIGUOUS = "JP_12DIGIT_ID"
Allowed = Callable[[Candidate], bool]
_TWELVE = frozenset({"JP_MY_NUMBER", "JP_DRIVER_LICENSE"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a candidate: ``reported``, ``weak``, ``overlapped``, ``suppressed``, ``refused``, ``lonely``, ``unwanted``, ``allowed``."""

    candidate: Candidate
    outcome: str
    by: str = ""


def _strength(candidate: Candidate) -> tuple[float, int, int, int, str, str]:
    """Sort key: the strongest first; the rest of the key only makes the order total."""
    length = candidate.end - candidate.start
    return (-candidate.score, -candidate.specificity, -length, candidate.start, candidate.entity_type, candidate.rule)


class Resolver:
    """Chooses among candidates by the rules in force."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._by_id: dict[str, Rule] = {r.id: r for r in rules.rules}
        self._silent = frozenset(t.id for t in rules.entity_types.values() if t.severity is Severity.NONE)

    def detections(self, candidates: Iterable[Candidate], allowed: Allowed | None = None) -> tuple[Detection, ...]:
        """What is reported, in text order."""
        kept = (v.candidate for v in self.verdicts(candidates, allowed) if v.outcome == "reported")
        return tuple(
            Detection(
                entity_type=c.entity_type,
                start=c.start,
                end=c.end,
                confidence=c.score,
                rule=c.rule,
                recognizer=c.recognizer,
                evidence=c.evidence,
            )
            for c in sorted(kept, key=lambda c: (c.start, c.end))
        )

    def verdicts(self, candidates: Iterable[Candidate], allowed: Allowed | None = None) -> list[Verdict]:
        """What becomes of every candidate, the strongest first. `allowed` says which are the company's own."""
        ordered = sorted(_ambiguous(set(candidates)), key=_strength)
        taken = _Taken()
        verdicts = [self._verdict(candidate, taken, allowed) for candidate in ordered]
        present = [v.candidate for v in verdicts if v.outcome == "reported"]
        return [self._accompanied(v, present) for v in verdicts]

    def _verdict(self, candidate: Candidate, taken: _Taken, allowed: Allowed | None) -> Verdict:
        if candidate.score <= 0.0:
            return Verdict(candidate, "refused")
        other = taken.overlapping(candidate.start, candidate.end)
        if other is not None:
            return Verdict(candidate, "suppressed" if other.entity_type in self._silent else "overlapped", other.rule)
        profile = self._rules.profile
        silent = candidate.entity_type in self._silent
        if not silent and candidate.score < profile.threshold(candidate.entity_type):
            return Verdict(candidate, "weak")
        taken.add(candidate)
        if silent:
            return Verdict(candidate, "suppressor")
        if allowed is not None and allowed(candidate):
            return Verdict(candidate, "allowed")
        return Verdict(candidate, "reported" if profile.wants(candidate.entity_type) else "unwanted")

    def _accompanied(self, verdict: Verdict, present: Sequence[Candidate]) -> Verdict:
        rule = self._by_id.get(verdict.candidate.rule)
        if verdict.outcome != "reported" or rule is None or not rule.companions:
            return verdict
        low, high = verdict.candidate.start - rule.window, verdict.candidate.end + rule.window
        for other in present:
            if other.entity_type in rule.companions and other.end >= low and other.start <= high:
                return verdict
        return Verdict(verdict.candidate, "lonely", ",".join(rule.companions))


class _Taken:
    """Spans that are taken, without overlaps, found by bisecting."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._spans: dict[int, Candidate] = {}

    def overlapping(self, start: int, end: int) -> Candidate | None:
        index = bisect_left(self._starts, end)
        if index:
            other = self._spans[self._starts[index - 1]]
            if other.end > start:
                return other
        return None

    def add(self, candidate: Candidate) -> None:
        insort(self._starts, candidate.start)
        self._spans[candidate.start] = candidate


def _ambiguous(candidates: set[Candidate]) -> set[Candidate]:
    """Twelve digits that pass both as My Number and as licence, without a label for either: one candidate of a type of its own."""
    spans: dict[tuple[int, int], list[Candidate]] = {}
    for c in candidates:
        if c.entity_type in _TWELVE and c.score > 0:
            spans.setdefault((c.start, c.end), []).append(c)
    for pair in spans.values():
        clear = any(e.startswith(("label:", "near:")) for c in pair for e in c.evidence)
        if {c.entity_type for c in pair} == _TWELVE and not clear:
            best = min(pair, key=_strength)
            candidates = (candidates - set(pair)) | {
                Candidate(
                    entity_type=AMBIGUOUS,
                    start=best.start,
                    end=best.end,
                    score=best.score,
                    rule=best.rule,
                    recognizer=best.recognizer,
                    evidence=(*best.evidence, "ambiguous"),
                    specificity=best.specificity,
                )
            }
    return candidates
