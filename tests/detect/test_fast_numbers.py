"""The fast way to numbers, labels and patterns finds what the slow, obvious way finds."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.context import Judge
from piiscan.detect.digits import fold, readings
from piiscan.detect.engine import Detector, build_detector
from piiscan.detect.labels import LabelHit
from piiscan.detect.phrases import Kind, Phrases, leftmost_longest
from piiscan.detect.recognizers.digits import DigitRecognizer
from piiscan.detect.recognizers.joined import JoinedRecognizer
from piiscan.detect.recognizers.patterns import PatternRecognizer
from piiscan.detect.resolve import Resolver
from piiscan.detect.view import TextView
from piiscan.model import Candidate, Detection, TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.compiled import compile_pattern, expand_shape
from piiscan.rules.loader import load_rules
from piiscan.rules.model import Rule, RuleSet

CORPORA = Path(__file__).parents[3] / "shared" / "corpora" / "dev"
PIECES = (
    *(
        "電話番号",
        "TEL",
        "tel:",
        "個人番号",
        "口座番号：",
        "生年月日",
        "order=",
        "order_id: ",
        "会員番号",
        "〒",
        "免許証番号",
        "IP",
    ),
    *(
        "090-1234-5678",
        "03-1234-5678",
        "(03) 1234 5678",
        "+81 90 1234 5678",
        "０９０－１２３４－５６７８",
        "090ー1234ー5678",
    ),
    *("123456789018", "1234 5678 9018", "100-0001", "1985-03-21", "1985/3/21", "S60.3.21", "4111 1111 1111 1111"),
    *(
        "2026-11-22 10:04:57,948",
        "10.225.30.190",
        "9851951171",
        "0312345678",
        "20261122100457",
        "203.0.113.9",
        "T1234567890123",
    ),
    *(
        "見本",
        "（例）",
        "円",
        "個",
        "約",
        "ver.",
        "\n",
        "\n",
        " ",
        "　",
        "、",
        "-",
        "/",
        "A",
        "No",
        "x",
        "_",
        "%",
        "0",
        "7",
    ),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(PIECES), max_size=24).map("".join),
    st.text("0123456789" * 3 + "０１９-－ー /()（）.+ATelＦ〒年円\n\u200b:", max_size=80),
)


@cache
def rules() -> RuleSet:
    """The built-in rules."""
    registry = load_plugins()
    return load_rules(registry.rulesets, validators=registry.validators)


@cache
def detector() -> Detector:
    """A detector of them."""
    return build_detector(load_plugins(), rules())


@cache
def shapes() -> dict[str, list[Rule]]:
    """Their rules by shape."""
    table: dict[str, list[Rule]] = {}
    for rule in rules().rules:
        for shape in dict.fromkeys(s for notation in rule.shapes for s in expand_shape(notation)):
            table.setdefault(shape, []).append(rule)
    return table


def slow_numbers(view: TextView) -> Iterator[Candidate]:
    """Every reading of every run, weighed by every rule of its shape."""
    judge = Judge.of(rules())
    for found in readings(view.text, shapes()):
        for rule in shapes()[found.shape]:
            candidate = judge.weigh(view, rule, found.start, found.end, found.value, "digits")
            if candidate is not None:
                yield candidate


def chosen(candidates: list[Candidate]) -> tuple[Detection, ...]:
    """What is made of candidates if everything counts that is above the threshold."""
    return Resolver(rules()).detections(candidates)


def same_numbers(text: str) -> None:
    """Compare both ways on a text: nothing is made up, and what is chosen is the same."""
    fast = list(DigitRecognizer(rules())._numbers(TextView(TextSegment(text=text))))
    slow = list(slow_numbers(TextView(TextSegment(text=text))))
    assert set(fast) <= set(slow)
    assert chosen(fast) == chosen(slow)
    best = {(c.entity_type, c.start, c.end): 0.0 for c in slow}
    for c in slow:
        best[c.entity_type, c.start, c.end] = max(best[c.entity_type, c.start, c.end], c.score)
    assert {(c.entity_type, c.start, c.end, c.score) for c in fast} >= {(*key, score) for key, score in best.items()}


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_numbers_are_found_as_by_asking_every_rule(text: str) -> None:
    """What is left out for lack of a label, for its first digit or for a better rule would not have been reported."""
    same_numbers(text)


def real_texts(number: int) -> list[str]:
    """Some real texts; skips where they are not at hand."""
    if not CORPORA.is_dir():
        pytest.skip("the shared corpora are not here")
    lines = [line for path in sorted(CORPORA.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [json.loads(line).get("text", "") for line in random.Random(11).sample(lines, 2 * number)]
    return [text for text in texts if text][:number]


def test_numbers_of_real_texts_too() -> None:
    """The same on real texts, several of them in one."""
    texts = real_texts(600)
    for start in range(0, len(texts), 6):
        same_numbers("\n".join(texts[start : start + 6]))


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 60))
def test_readings_over_a_cut_are_those_of_all(text: str, cut: int) -> None:
    """Only runs at the cut are read, and all of them."""
    runs = JoinedRecognizer(rules())._runs
    assert list(runs.crossing(text, cut)) == [r for r in readings(text, shapes()) if r.start < cut < r.end]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*PIECES, "電話", "番号", "口座", "銀行口座番号", "order", "Order", "ORDER_ID", "telNo"]))
)
def test_labels_are_the_leftmost_longest(parts: list[str]) -> None:
    """One pass for all strings finds the labels that a search at each place finds."""
    text = "".join(parts)
    phrases = Phrases.of(rules())
    known = set(phrases.strings(Kind.LABEL).values())
    longest = max(map(len, known))
    slow, at = [], 0
    while at < len(text):
        length = next((n for n in range(min(longest, len(text) - at), 0, -1) if text[at : at + n] in known), 0)
        if length:
            slow.append(text[at : at + length])
        at += length or 1
    found = phrases.found(TextView(TextSegment(text=text)), Kind.LABEL)
    assert [text[start:end] for start, end, _ in found] == slow
    assert [phrases.strings(Kind.LABEL)[number] for _, _, number in found] == slow


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 6)), max_size=12, unique=True))
def test_of_overlapping_matches_the_leftmost_longest_stay(places: list[tuple[int, int]]) -> None:
    """In whatever way they overlap."""
    matches = sorted(((start, start + length, 0) for start, length in places), key=lambda m: (m[1], m[0]))
    slow: list[tuple[int, int, int]] = []
    for match in sorted(matches, key=lambda m: (m[0], -m[1])):
        if not slow or match[0] >= slow[-1][1]:
            slow.append(match)
    assert leftmost_longest(matches) == slow


def test_labels_of_some_rules_are_picked_in_text_order() -> None:
    """Grouped by rules or looked through one by one, the same labels come."""
    text = "電話番号 order TEL 口座番号 order 生年月日 会員番号 電話 order " * 5
    found = Judge.of(rules()).labels.hits(TextView(TextSegment(text=text)))
    for rule in ("ja.phone.mobile", "s0.order_digits", "ja.bank.account"):
        wanted = frozenset({rule, "ja.birth_date"})
        slow: list[LabelHit] = [hit for hit in found.items if hit.rules & wanted]
        assert slow
        assert found.of(wanted) == slow
        assert found.spans(wanted) == ([h.start for h in slow], [h.end for h in slow])


def pattern_texts() -> list[str]:
    """The examples of all rules with patterns, alone and between other things."""
    examples = [e.text for r in rules().rules if r.pattern for e in (*r.matches, *r.rejects)]
    dice = random.Random(7)
    mixed = ["\n".join(dice.choices([*examples, *PIECES], k=8)) for _ in range(200)]
    return [*examples, *mixed]


def test_patterns_at_their_gates_find_what_they_find_everywhere() -> None:
    """A pattern tried at its gate literals alone finds what it finds when it is tried everywhere."""
    judge, fast = Judge.of(rules()), PatternRecognizer(rules())
    tried = [(r, compile_pattern(r.pattern)) for r in rules().rules if r.pattern]
    count = 0
    for text in pattern_texts():
        view = TextView(TextSegment(text=text))
        slow = [
            candidate
            for rule, pattern in tried
            for match in pattern.finditer(text)
            for start, end in [match.span(pattern.groupindex.get("v", 0))]
            if end > start
            and (candidate := judge.weigh(view, rule, start, end, fold(text[start:end]), "patterns")) is not None
        ]
        assert set(fast.candidates(view)) == set(slow)
        count += len(slow)
    assert count > 200


candidates = st.lists(
    st.builds(
        Candidate,
        entity_type=st.sampled_from(
            ["PHONE_NUMBER", "EMAIL_ADDRESS", "JP_MY_NUMBER", "JP_DRIVER_LICENSE", "COMPACT_DATETIME"]
        ),
        start=st.integers(0, 20),
        end=st.integers(21, 24),
        score=st.sampled_from([0.0, 0.3, 0.6, 0.9]),
        rule=st.sampled_from(["a", "b"]),
        recognizer=st.just("x"),
        specificity=st.integers(0, 2),
    ).flatmap(lambda c: st.integers(1, 6).map(lambda n: _shortened(c, n))),
    max_size=12,
)


def _shortened(candidate: Candidate, length: int) -> Candidate:
    from dataclasses import replace

    return replace(candidate, end=candidate.start + length)


@settings(max_examples=300)
@given(candidates)
def test_choosing_by_clusters_is_choosing_among_all(found: list[Candidate]) -> None:
    """What is reported is what the verdicts on all candidates say is reported."""
    resolver = Resolver(rules())
    slow = sorted(
        (v.candidate.start, v.candidate.end, v.candidate.entity_type, v.candidate.score)
        for v in resolver.verdicts(found)
        if v.outcome == "reported"
    )
    assert [(d.start, d.end, d.entity_type, d.confidence) for d in resolver.detections(found)] == slow
