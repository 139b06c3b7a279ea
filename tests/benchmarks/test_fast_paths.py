"""The fast ways find what the slow, obvious ways find."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.digits import readings
from piiscan.detect.names_prose import NameSpan
from piiscan.detect.recognizers.addresses import _AFTER_LABEL, LabelPattern
from piiscan.detect.recognizers.digits import DigitRecognizer
from piiscan.detect.recognizers.names import _without_readings
from piiscan.detect.runs import RunReader
from piiscan.plugins import load_plugins
from piiscan.rules.formats import _in_numbering_plan
from piiscan.rules.loader import load_rules

ALPHABET = "0123456789" * 3 + "０１２９-－ー―  /()（）.+ATxtelＦ〒年円人:\n\u200b号一第"


@pytest.fixture(scope="module")
def shapes() -> frozenset[str]:
    """The shapes of all built-in rules."""
    registry = load_plugins()
    rules = load_rules(registry.rulesets, validators=registry.validators)
    return frozenset(DigitRecognizer(rules)._table)


@settings(max_examples=300)
@given(st.text(ALPHABET, max_size=60))
def test_runs_are_read_by_plan_as_one_by_one(shapes: frozenset[str], text: str) -> None:
    """A plan made for one run serves every run of its shape, whatever stands around it."""
    assert list(RunReader(shapes).readings(text)) == list(readings(text, shapes))


def test_one_reader_serves_many_texts(shapes: frozenset[str]) -> None:
    """What a reader remembers of earlier texts changes nothing, also when it forgets."""
    dice = random.Random(3)
    reader = RunReader(shapes)
    for _ in range(400):
        text = "".join(dice.choice(ALPHABET) for _ in range(dice.randrange(200)))
        assert list(reader.readings(text)) == list(readings(text, shapes))


def test_numbers_are_valid_as_phonenumbers_says() -> None:
    """The compiled numbering plan agrees with the library it is made from."""
    import phonenumbers

    dice = random.Random(5)
    starts = ("", "3", "6", "11", "45", "50", "60", "70", "80", "90", "120", "800", "570", "990", "422", "1267")
    agreed = 0
    for _ in range(4000):
        national = (dice.choice(starts) + "".join(dice.choice("0123456789") for _ in range(10)))[: dice.choice((9, 10))]
        if national[0] == "0":
            continue
        number = phonenumbers.PhoneNumber(country_code=81, national_number=int(national))
        assert _in_numbering_plan(national) == phonenumbers.is_valid_number(number), national
        agreed += phonenumbers.is_valid_number(number)
    assert agreed > 500


spans = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.sampled_from([0.3, 0.5, 0.7])), max_size=12)


def _row(steps: list[tuple[int, int, float]]) -> list[NameSpan]:
    """Sorted spans without overlaps."""
    found: list[NameSpan] = []
    at = 0
    for gap, length, score in steps:
        found.append(NameSpan(at + gap, at + gap + length, score, ()))
        at += gap + length
    return found


@given(spans, spans)
def test_readings_take_the_place_of_weaker_names(
    persons: list[tuple[int, int, float]], kana: list[tuple[int, int, float]]
) -> None:
    """A name goes if any reading overlaps it with a higher score, and only then."""
    names, readings_ = _row(persons), _row(kana)
    slow = [n for n in names if not any(r.start < n.end and n.start < r.end and r.score > n.score for r in readings_)]
    assert _without_readings(names, readings_) == slow


ADDRESS_LABELS = ["お届け先住所", "お届け先", "address", "住所", "Addr", "jusho", "〒住所"]


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from(
            [*ADDRESS_LABELS, "ADDRESS", "aDDr", "Jusho", ":", "：", " ", "(", ")", '"', "〒100-0001", "港", "x", "\n"]
        )
    )
)
def test_labels_of_addresses_are_found_as_one_expression_finds_them(parts: list[str]) -> None:
    """Split by their first character they match the same places as tried all at each."""
    text = "".join(parts)
    labels = sorted(ADDRESS_LABELS, key=len, reverse=True)
    slow = re.compile(f"(?:{'|'.join(map(re.escape, labels))}){_AFTER_LABEL}", re.IGNORECASE)
    assert [m.span() for m in LabelPattern(labels, _AFTER_LABEL).finditer(text)] == [
        m.span() for m in slow.finditer(text)
    ]
