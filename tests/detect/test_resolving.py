"""Choosing among candidates."""

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from piiscan.detect.resolve import AMBIGUOUS, Resolver
from piiscan.model import Candidate, Severity
from piiscan.rules.model import EntityType, Profile, Rule, RuleSet

TYPES = {
    name: EntityType(id=name, ja=name, en=name, category="pi", severity=severity)
    for name, severity in (
        ("CREDIT_CARD", Severity.HIGH),
        ("PHONE_NUMBER", Severity.MEDIUM),
        ("JAN_CODE", Severity.NONE),
        ("SENS_MEDICAL", Severity.CRITICAL),
        ("PERSON", Severity.MEDIUM),
        ("JP_MY_NUMBER", Severity.CRITICAL),
        ("JP_DRIVER_LICENSE", Severity.HIGH),
        (AMBIGUOUS, Severity.MEDIUM),
    )
}
RULES = (
    Rule(
        id="sens",
        entity_type="SENS_MEDICAL",
        title_ja="",
        title_en="",
        words=("糖尿病",),
        companions=("PERSON",),
        window=50,
    ),
)


def resolver(**profile: object) -> Resolver:
    """With a threshold of 0.5 unless said otherwise."""
    return Resolver(RuleSet(entity_types=TYPES, rules=RULES, profile=Profile(name="p", **profile)))  # type: ignore[arg-type]


def candidate(entity_type: str, start: int, end: int, score: float, rule: str = "r", **more: object) -> Candidate:
    """A candidate."""
    return Candidate(entity_type=entity_type, start=start, end=end, score=score, rule=rule, recognizer="t", **more)  # type: ignore[arg-type]


def test_a_look_alike_takes_the_span_of_something_weaker() -> None:
    """A product code is not reported, and neither is the card that it resembles."""
    card, jan = candidate("CREDIT_CARD", 0, 13, 0.6), candidate("JAN_CODE", 0, 13, 0.7)
    assert resolver().detections([card, jan]) == ()
    assert [v.outcome for v in resolver().verdicts([card, jan])] == ["suppressor", "suppressed"]


def test_a_weak_look_alike_does_not_hide_a_strong_finding() -> None:
    """With a label the card wins."""
    found = resolver().detections([candidate("CREDIT_CARD", 0, 13, 0.9), candidate("JAN_CODE", 0, 13, 0.7)])
    assert [d.entity_type for d in found] == ["CREDIT_CARD"]


def test_twelve_digits_that_may_be_either_are_ambiguous_without_a_label() -> None:
    """Neither My Number nor licence is claimed; a label decides."""
    both = [candidate("JP_MY_NUMBER", 0, 12, 0.4), candidate("JP_DRIVER_LICENSE", 0, 12, 0.35)]
    assert [d.entity_type for d in resolver(min_confidence=0.3).detections(both)] == [AMBIGUOUS]
    assert resolver().detections(both) == ()
    labelled = [candidate("JP_MY_NUMBER", 0, 12, 0.9, evidence=("label:個人番号",)), both[1]]
    assert [d.entity_type for d in resolver().detections(labelled)] == ["JP_MY_NUMBER"]


def test_a_sensitive_word_needs_a_person_nearby() -> None:
    """A word of a vocabulary alone says nothing about anybody."""
    word = candidate("SENS_MEDICAL", 40, 43, 0.7, rule="sens")
    assert resolver().detections([word]) == ()
    assert len(resolver().detections([word, candidate("PERSON", 0, 4, 0.8)])) == 2
    assert len(resolver().detections([word, candidate("PERSON", 400, 404, 0.8)])) == 1
    assert resolver().detections([word, candidate("PERSON", 0, 4, 0.2)]) == ()


def test_a_profile_reports_only_what_it_wants() -> None:
    """Types left out, types chosen, thresholds by type."""
    both = [candidate("PERSON", 0, 4, 0.8), candidate("PHONE_NUMBER", 10, 20, 0.6)]
    assert [d.entity_type for d in resolver(without=frozenset({"PERSON"})).detections(both)] == ["PHONE_NUMBER"]
    assert [d.entity_type for d in resolver(only=frozenset({"PERSON"})).detections(both)] == ["PERSON"]
    assert [d.entity_type for d in resolver(overrides={"PHONE_NUMBER": 0.7}).detections(both)] == ["PERSON"]


candidates = st.lists(
    st.builds(
        lambda kind, start, length, score, spec, rule: candidate(
            kind, start, start + length, score, rule, specificity=spec
        ),
        st.sampled_from(sorted(TYPES)),
        st.integers(0, 60),
        st.integers(1, 15),
        st.sampled_from([0.0, 0.3, 0.5, 0.7, 0.9]),
        st.integers(0, 3),
        st.sampled_from(["a", "b", "sens"]),
    ),
    max_size=25,
)


@given(candidates, st.randoms(use_true_random=False))
def test_the_choice_is_free_of_overlaps_and_of_order(found: list[Candidate], order: random.Random) -> None:
    """Whatever the candidates and however they arrive."""
    first = resolver().detections(found)
    assert all(a.end <= b.start for a, b in itertools.pairwise(first))
    shuffled = found.copy()
    order.shuffle(shuffled)
    assert resolver().detections(shuffled) == first
