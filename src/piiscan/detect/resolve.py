"""From candidates to detections: suppressors first, then the best reading wherever readings overlap, then thresholds and companions.

The result does not depend on the order of the candidates, and no two results overlap.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import NamedTuple

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


class _Policy(NamedTuple):
    """What the profile in force does with a type. `silent` ones only keep others from being reported."""

    silent: bool
    threshold: float
    wanted: bool


class Resolver:
    """Chooses among candidates by the rules in force."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules
        self._needy: dict[str, Rule] = {r.id: r for r in rules.rules if r.companions}
        self._silent = frozenset(t.id for t in rules.entity_types.values() if t.severity is Severity.NONE)
        self._policies: dict[str, _Policy] = {}

    def detections(
        self,
        candidates: Iterable[Candidate],
        allowed: Allowed | None = None,
        more: Callable[[Candidate], tuple[str, ...]] = lambda _: (),
    ) -> tuple[Detection, ...]:
        """What is reported, in text order; `more` says what is known of a candidate besides, which only matters once it is chosen."""
        kept = [c for cluster in _clusters(candidates) for c in self._reported(cluster, allowed)]
        present = _Present(kept) if any(c.rule in self._needy for c in kept) else None
        return tuple(
            Detection(
                entity_type=c.entity_type,
                start=c.start,
                end=c.end,
                confidence=c.score,
                rule=c.rule,
                recognizer=c.recognizer,
                evidence=c.evidence + more(c),
            )
            for c in kept
            if present is None or not self._lonely(c, present)
        )

    def _reported(self, cluster: list[Candidate], allowed: Allowed | None) -> list[Candidate]:
        """Those of candidates that may overlap which are reported if nothing else is asked for, in text order."""
        if len(cluster) == 1:
            return cluster if self._standing(cluster[0], allowed) == "reported" else []
        taken = _Taken()
        kept = [c for c in sorted(cluster, key=_strength) if self._outcome(c, taken, allowed)[0] == "reported"]
        return sorted(kept, key=lambda c: (c.start, c.end))

    def verdicts(self, candidates: Iterable[Candidate], allowed: Allowed | None = None) -> list[Verdict]:
        """What becomes of every candidate, the strongest first. `allowed` says which are the company's own."""
        taken = _Taken()
        ordered = sorted(set(_ambiguous(list(candidates))), key=_strength)
        verdicts = [
            Verdict(c, *(self._outcome(c, taken, allowed) if c.score > 0.0 else ("refused", ""))) for c in ordered
        ]
        present = _Present(v.candidate for v in verdicts if v.outcome == "reported")
        return [
            Verdict(v.candidate, "lonely", ",".join(self._needy[v.candidate.rule].companions))
            if v.outcome == "reported" and self._lonely(v.candidate, present)
            else v
            for v in verdicts
        ]

    def _outcome(self, candidate: Candidate, taken: _Taken, allowed: Allowed | None) -> tuple[str, str]:
        """What becomes of a candidate after the stronger ones, and because of which rule."""
        other = taken.overlapping(candidate.start, candidate.end)
        if other is not None:
            return "suppressed" if other.entity_type in self._silent else "overlapped", other.rule
        outcome = self._standing(candidate, allowed)
        if outcome != "weak":
            taken.add(candidate)
        return outcome, ""

    def _standing(self, candidate: Candidate, allowed: Allowed | None) -> str:
        """What becomes of a candidate that nothing overlaps."""
        policy = self._policies.get(candidate.entity_type) or self._policy(candidate.entity_type)
        if policy.silent:
            return "suppressor"
        if candidate.score < policy.threshold:
            return "weak"
        if allowed is not None and allowed(candidate):
            return "allowed"
        return "reported" if policy.wanted else "unwanted"

    def _policy(self, entity_type: str) -> _Policy:
        profile = self._rules.profile
        found = _Policy(entity_type in self._silent, profile.threshold(entity_type), profile.wants(entity_type))
        self._policies[entity_type] = found
        return found

    def _lonely(self, candidate: Candidate, present: _Present) -> bool:
        """Whether a rule wants company that is not there."""
        rule = self._needy.get(candidate.rule)
        if rule is None:
            return False
        low, high = candidate.start - rule.window, candidate.end + rule.window
        return not any(present.within(kind, low, high) for kind in rule.companions)


class _Present:
    """Spans without overlaps, by entity type, found by bisecting."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._spans: dict[str, tuple[list[int], list[int]]] = {}
        for c in sorted(candidates, key=attrgetter("start")):
            starts, ends = self._spans.setdefault(c.entity_type, ([], []))
            starts.append(c.start)
            ends.append(c.end)

    def within(self, entity_type: str, low: int, high: int) -> bool:
        """Whether a span of the type touches low..high."""
        starts, ends = self._spans.get(entity_type, ((), ()))
        index = bisect_left(ends, low)
        return index < len(starts) and starts[index] <= high


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


def _clusters(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """The candidates that count for something, in text order, parted where none reaches over: what overlaps is in one cluster."""
    cluster: list[Candidate] = []
    edge = 0
    for c in sorted(_ambiguous([c for c in candidates if c.score > 0.0]), key=attrgetter("start")):
        if cluster and c.start >= edge:
            yield cluster
            cluster = []
        cluster.append(c)
        edge = max(edge, c.end)
    if cluster:
        yield cluster


def _ambiguous(candidates: list[Candidate]) -> list[Candidate]:
    """Twelve digits that pass both as My Number and as licence, without a label for either: one candidate of a type of its own."""
    spans: dict[tuple[int, int], list[Candidate]] = {}
    for c in candidates:
        if c.entity_type in _TWELVE and c.score > 0:
            spans.setdefault((c.start, c.end), []).append(c)
    merged: dict[int, Candidate] = {}
    for pair in spans.values():
        clear = any(e.startswith(("label:", "near:")) for c in pair for e in c.evidence)
        if {c.entity_type for c in pair} == _TWELVE and not clear:
            best = min(pair, key=_strength)
            one = replace(best, entity_type=AMBIGUOUS, evidence=(*best.evidence, "ambiguous"))
            merged.update((id(c), one) for c in pair)
    return [merged.get(id(c), c) for c in candidates] if merged else candidates
