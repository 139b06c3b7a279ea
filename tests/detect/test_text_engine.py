"""Texts through the whole detector with the built-in rules."""

import itertools
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.engine import Detector, build_detector
from piiscan.detect.view import TextView
from piiscan.model import Candidate, Problem, SegmentKind, TextHits, TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The default detector."""
    registry = load_plugins(entry_points=False)
    return build_detector(registry, load_rules(validators=registry.validators))


def types(detector: Detector, text: str, **segment: object) -> list[str]:
    """Types in text order."""
    return [d.entity_type for d in detector.text(TextSegment(text=text, **segment))]  # type: ignore[arg-type]


def spans(detector: Detector, text: str) -> list[tuple[str, str]]:
    """(type, text)."""
    return [(d.entity_type, text[d.start : d.end]) for d in detector.text(TextSegment(text=text))]


FORMS = [
    ("個人番号（マイナンバー）：1234 5678 9018", "JP_MY_NUMBER"),
    ("【個人番号】123456789018", "JP_MY_NUMBER"),
    ("個人番号(任意)\n123456789018", "JP_MY_NUMBER"),
    ("個人番号\t１２３４５６７８９０１８", "JP_MY_NUMBER"),
    ("KOJIN_BANGO=123456789018", "JP_MY_NUMBER"),
    ("免許証番号 第3090-1234-5620号", "JP_DRIVER_LICENSE"),
    ("<td>電話番号</td><td>0312345678</td>", "PHONE_NUMBER"),
    ('"telNo": "0312345678"', "PHONE_NUMBER"),
    ("旅券番号|TK1234567", "JP_PASSPORT"),
    ("口座番号：普通 1234567", "JP_BANK_ACCOUNT"),
    ("会員番号\nM1234567", "MEMBER_ID"),
    ("ご生年月日（西暦）　1980年1月2日", "DATE_OF_BIRTH"),
    ("カード番号：3782-822463-10005", "CREDIT_CARD"),
]


@pytest.mark.parametrize(("text", "entity_type"), FORMS)
def test_a_labelled_value_is_found_in_every_layout(detector: Detector, text: str, entity_type: str) -> None:
    """Brackets, remarks, next line, next cell, markup, JSON, romaji."""
    assert entity_type in types(detector, text)


@pytest.mark.parametrize(
    "text",
    [
        "処理番号 123456789018",
        "2024-01-01 202401011234 完了",
        "総額123456789018円",
        "JAN 4902102107648",
        "ISBN 978-4-641-13158-3",
        "id=550e8400-e29b-41d4-a716-446655440000",
        "型番 TK1234567",
        "v1.2.3.4 と 192.168.0.1",
        "昭和22年法律第67号第1条第2項第3号",
        "糖尿病の予防について",
        "法人番号：7000012050002",
        "TEL: 0120-123-456",
        "info@example.co.jp",
        "更新日：1980-01-02",
    ],
)
def test_look_alikes_stay_quiet(detector: Detector, text: str) -> None:
    """Nothing is reported of what only looks like an identifier."""
    assert types(detector, text) == []


def test_neighbours_are_told_apart(detector: Detector) -> None:
    """Two numbers in one line, each with its own label."""
    text = "マイナンバー 123456789018 と免許証番号 309012345620、TEL/FAX：03-1234-5678"
    assert spans(detector, text) == [
        ("JP_MY_NUMBER", "123456789018"),
        ("JP_DRIVER_LICENSE", "309012345620"),
        ("PHONE_NUMBER", "03-1234-5678"),
    ]


def test_offsets_are_those_of_the_text_as_given(detector: Detector) -> None:
    """Characters outside the basic plane, half-width kana and compatibility characters before a value shift nothing."""
    assert ("PHONE_NUMBER", "０９０－１２３４－５６７８") in spans(
        detector, "𠮷野家㈱ｶﾞ①\n携帯：０９０－１２３４－５６７８"
    )


@pytest.mark.parametrize("label", ["電話番号", "telNo", "customer_tel", "お電話番号（必須）"])
def test_the_label_of_a_field_counts(detector: Detector, label: str) -> None:
    """A JSON member or form field needs no label in its own text; with another label it is something else."""
    field = {"kind": SegmentKind.FIELD, "label": label}
    assert types(detector, "0312345678", **field) == ["PHONE_NUMBER"]
    assert types(detector, "0312345678", kind=SegmentKind.FIELD, label="注文番号") == []


def test_samples_are_weaker_but_not_lost(detector: Detector) -> None:
    """記入例 lowers the score and says so."""
    (plain,) = detector.text(TextSegment(text="マイナンバー：1234-5678-9018"))
    (sample,) = detector.text(TextSegment(text="マイナンバー：1234-5678-9018（記入例）"))
    assert sample.confidence < plain.confidence
    assert "sample" in sample.evidence


def test_a_sensitive_word_is_reported_beside_a_person(detector: Detector) -> None:
    """Illness alone is an article; illness in a record is 要配慮個人情報."""
    assert "SENS_MEDICAL" in types(detector, "社員番号：E01234\n診断名：適応障害")
    assert "SENS_MEDICAL" not in types(detector, "診断名：適応障害")


def test_the_thorough_profile_shows_what_only_its_check_digit_supports() -> None:
    """The default stays silent on the same text; a wrong digit behind the label shows as well."""
    registry = load_plugins(entry_points=False)
    thorough = build_detector(registry, load_rules(profile="thorough", validators=registry.validators))
    assert types(thorough, "処理: 123456789018") == ["JP_MY_NUMBER"]
    assert types(thorough, "個人番号：123456789019") == ["JP_MY_NUMBER"]


def test_explaining_names_every_candidate_and_its_fate(detector: Detector) -> None:
    """Also the refused ones, with the reason."""
    verdicts = detector.explain(TextSegment(text="個人番号：123456789018"))
    fates = {(v.candidate.entity_type, v.outcome) for v in verdicts}
    assert ("JP_MY_NUMBER", "reported") in fates
    assert ("JP_DRIVER_LICENSE", "refused") in fates
    assert all(v.candidate.evidence for v in verdicts)


class Broken:
    """A plugin's recognizer with a bug."""

    name = "broken"
    entity_types = ("PERSON",)

    def candidates(self, view: TextView) -> Iterator[Candidate]:
        raise RuntimeError(view.text)
        yield


class Fixed:
    """A plugin's recognizer that works."""

    name = "fixed"
    entity_types = ("OWN_TYPE",)

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        return [Candidate(entity_type="OWN_TYPE", start=0, end=3, score=0.9, rule="own", recognizer=self.name)]


def test_a_recognizer_that_fails_is_a_problem_and_the_others_go_on(detector: Detector) -> None:
    """The problem names the recognizer and the kind of error, never the text."""
    results = list(Detector(detector.rules, [Broken(), Fixed()]).scan(TextSegment(text="秘密の文章")))
    problem = next(r for r in results if isinstance(r, Problem))
    assert (problem.code, problem.detail) == ("detector-failed", "broken: RuntimeError")
    hits = next(r for r in results if isinstance(r, TextHits))
    assert [d.entity_type for d in hits.detections] == ["OWN_TYPE"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("0123456789０９-ー一 　\n()（）.@＠a%年月日生歳号個人番電話：:/山田様T+"), max_size=80
    )
)
def test_no_text_breaks_the_detector(detector: Detector, text: str) -> None:
    """No error, no overlap, offsets inside the text."""
    (failed, detections) = (
        [r for r in detector.scan(TextSegment(text=text)) if isinstance(r, Problem)],
        detector.text(TextSegment(text=text)),
    )
    assert failed == []
    assert all(0 <= d.start < d.end <= len(text) for d in detections)
    assert all(a.end <= b.start for a, b in itertools.pairwise(detections))


@pytest.mark.parametrize(
    "unit",
    ["1 ", "1-", "0", "年", "個人番号", "a@", "記号", "（", "本籍：", "パスワード:a1", "https://a?b=", "普通 ", "；4"],
)
def test_hostile_repetition_is_read_to_its_end(detector: Detector, unit: str) -> None:
    """A value after half a segment of junk is still found: nothing gives up, nothing runs away."""
    text = unit * (30_000 // len(unit)) + "\n\n携帯：090-1234-5678\n"
    assert types(detector, text)[-1:] == ["PHONE_NUMBER"]
