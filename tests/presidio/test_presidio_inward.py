"""Presidio recognizers inside scans."""

from __future__ import annotations

import pickle
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.detect.engine import Detector
from piiscan.detect.presidio_gate import GatedRecognizer, PresidioWindows, ascii_view
from piiscan.detect.recognizers.presidio_windows import ROWS
from piiscan.model import Problem, Severity, TextHits, TextSegment
from piiscan.rules.model import EntityType, Profile, RuleSet


def rules(**aliases: str) -> RuleSet:
    types = {
        ours: EntityType(
            id=ours, ja=ours, en=ours, category="pi", severity=Severity.MEDIUM, aliases={"presidio": theirs}
        )
        for theirs, ours in aliases.items()
    }
    return RuleSet(entity_types=types, rules=(), profile=Profile(name="default"))


def detector(*factories: object, **aliases: str) -> Detector:
    in_force = rules(**aliases)
    return Detector(in_force, [PresidioWindows(in_force, factories)])  # type: ignore[arg-type]


def found(text: str, *factories: object, **aliases: str) -> list[tuple[str, str]]:
    segment = TextSegment(text=text)
    return [(d.entity_type, text[d.start : d.end]) for d in detector(*(factories or ROWS), **aliases).text(segment)]


FOREIGN = [
    ("IBAN_CODE", "GB82WEST12345698765432", "送金先口座は{}です"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "振込先　{}　まで"),
    ("IT_FISCAL_CODE", "RSSMRA85T10A562S", "税番号{}を確認"),
    ("KR_RRN", "900101-1234568", "주민등록번호는 {}입니다"),
    ("KR_FRN", "900101-5234567", "韓国 외국인등록번호 {}"),
    ("KR_PASSPORT", "M12345678", "韓国旅券番号{}"),
    ("US_SSN", "219-09-9998", "SSNは{}。"),
    ("SG_NRIC_FIN", "S1234567D", "NRIC番号:{}"),
    ("UK_NINO", "AB 12 34 56 C", "National Insurance {}です"),
    ("ES_NIE", "X1234567L", "スペインのNIE {}"),
    ("IN_PAN", "ABCPE1234F", "インドのPAN No.{}"),
]


@pytest.mark.parametrize(("entity", "value", "frame"), FOREIGN)
def test_foreign_identifier_is_found_between_japanese_characters(entity: str, value: str, frame: str) -> None:
    """Word borders of Presidio's patterns must hold beside kanji and kana, and offsets be those of the text as given."""
    assert found(frame.format(value)) == [(entity, value)]


@pytest.mark.parametrize(
    "text",
    [
        "注文番号 240501-1234567 を発送しました",
        "部品 S1234567D と AB123456C の在庫",
        "型番 ABCPE1234F、X1234567L、M12345678",
        "内線 219-09-9998",
        "送金先 GB82WEST12345698765431",
        "税番号 RSSMRA85T10A562X",
    ],
)
def test_numbers_of_the_same_shape_without_a_word_or_check_for_them_are_not_reported(text: str) -> None:
    """One check digit or none is too little evidence: a word must name the number."""
    assert found(text) == []


def test_every_row_has_an_example_and_its_class_exists() -> None:
    """A row whose class was renamed by Presidio would otherwise fail only on somebody's data."""
    assert {row.entity for row in ROWS} == {entity for entity, _, _ in FOREIGN}
    for row in ROWS:
        recognizer = row()
        assert row.entity in recognizer.supported_entities  # type: ignore[attr-defined]


def test_text_without_foreign_identifiers_never_imports_presidio() -> None:
    """The import costs seconds and 100 MB in every worker, so nothing but a hit of the gate may cause it."""
    code = """
import sys
from piiscan.detect.engine import build_detector
from piiscan.model import TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules
registry = load_plugins(entry_points=False)
assert registry.presidio, "no recognizers registered"
detector = build_detector(registry, load_rules())
hits = detector.text(TextSegment(text="氏名：山田 太郎 090-1234-5678 注文 240501-1234567 型番 AB12-3456 test@example.jp"))
assert hits, "nothing found at all"
assert "presidio_analyzer" not in sys.modules, "presidio imported without need"
detector.text(TextSegment(text="GB82WEST12345698765432"))
assert "presidio_analyzer" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def staff_number() -> object:
    from presidio_analyzer import Pattern, PatternRecognizer

    return PatternRecognizer(
        supported_entity="STAFF", name="Staff", patterns=[Pattern("staff", r"\bE-\d{5}\b", 0.4)], context=["社員"]
    )


def validated() -> object:
    from presidio_analyzer import Pattern, PatternRecognizer

    class Even(PatternRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return int(pattern_text[-1]) % 2 == 0

    return Even(supported_entity="EVEN", patterns=[Pattern("even", r"(?<!\d)\d{6}(?!\d)", 0.3)])


def project_names() -> object:
    from presidio_analyzer import PatternRecognizer

    return PatternRecognizer(supported_entity="PROJECT", name="Projects", deny_list=["あけぼの計画", "Dawn"])


def test_pattern_recognizer_of_a_plugin_finds_its_pattern_beside_kanji_and_full_width() -> None:
    """Presidio's \\b sees kanji as word characters, so without the ASCII view these would be missed."""
    text = "社員番号E-12345です。社員Ｅ－５４３２１も。XE-12345Yは違う"
    assert found(text, staff_number) == [("STAFF", "E-12345"), ("STAFF", "Ｅ－５４３２１")]


def test_context_words_of_the_recognizer_raise_the_score() -> None:
    """Presidio leaves this to its engine; inside scans we do it, with Japanese words too."""
    segment = TextSegment(text="社員番号E-12345" + "。" * 300 + "E-54321")
    verdicts = detector(staff_number).explain(segment)
    assert [v.candidate.score for v in verdicts] == [0.75, 0.4]


def test_validation_of_the_recognizer_decides() -> None:
    """A plugin that overrides validate_result stays the judge of what its pattern fired on."""
    assert found("番号123456と123457", validated) == [("EVEN", "123456")]


def test_japanese_deny_list_words_are_found_in_running_text() -> None:
    """Presidio asks for non-word characters around a deny-list word, which Japanese text never has."""
    assert found("来月のあけぼの計画では、Dawn を使う", project_names) == [
        ("PROJECT", "あけぼの計画"),
        ("PROJECT", "Dawn"),
    ]


def custom() -> object:
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    class AfterWord(EntityRecognizer):
        def load(self) -> None: ...

        def analyze(self, text, entities, nlp_artifacts):  # type: ignore[no-untyped-def]
            words = list(zip(nlp_artifacts.tokens_indices, nlp_artifacts.tokens, strict=True))
            return [RecognizerResult("PLACE", i, i + len(w), 0.9) for i, w in words if w == "東京"]

    return AfterWord(supported_entities=["PLACE"], name="AfterWord")


def test_any_entity_recognizer_runs_and_gets_japanese_words() -> None:
    """Recognizers that work on tokens get Sudachi's words, not spaces."""
    assert found("明日は東京へ行く", custom) == [("PLACE", "東京")]


def broken() -> object:
    from presidio_analyzer import EntityRecognizer

    class Broken(EntityRecognizer):
        def load(self) -> None: ...

        def analyze(self, text, entities, nlp_artifacts):  # type: ignore[no-untyped-def]
            raise RuntimeError(f"cannot read {text}")

    return Broken(supported_entities=["X"])


def test_failing_recognizer_becomes_a_problem_without_text_and_others_go_on() -> None:
    """A plugin's exception message may quote the item, so only names may come through."""
    results = list(detector(broken, staff_number).scan(TextSegment(text="社員番号E-12345 秘密")))
    problems = [r for r in results if isinstance(r, Problem)]
    assert [p.code for p in problems] == ["detector-failed"]
    assert "秘密" not in problems[0].detail
    hits = [d.entity_type for r in results if isinstance(r, TextHits) for d in r.detections]
    assert hits == ["STAFF"]


def test_types_are_renamed_by_the_taxonomy() -> None:
    """A taxonomy row may claim a Presidio type as its alias."""
    assert found("口座 GB82WEST12345698765432", IBAN_CODE="FOREIGN_ACCOUNT") == [
        ("FOREIGN_ACCOUNT", "GB82WEST12345698765432")
    ]


def test_a_gate_of_any_form_works_for_plugins() -> None:
    """Plugins need not know the shared head of the built-in gates."""
    row = GatedRecognizer(
        "presidio_analyzer.predefined_recognizers:ThTninRecognizer", "TH_TNIN", r"[1-9][0-9]{12}", ("タイ",)
    )
    assert found("タイの番号1104300000012", row, *ROWS) in ([], [("TH_TNIN", "1104300000012")])
    assert found("番号1104300000012", row) == []


def test_recognizer_is_picklable_after_use() -> None:
    """Workers get it by pickle; loaded recognizers stay behind."""
    recognizer = PresidioWindows(rules(), ROWS)
    Detector(rules(), [recognizer]).text(TextSegment(text="GB82WEST12345698765432"))
    again = pickle.loads(pickle.dumps(recognizer))
    text = "口座GB82WEST12345698765432"
    assert [text[d.start : d.end] for d in Detector(rules(), [again]).text(TextSegment(text=text))] == [text[2:]]


@given(st.text())
def test_ascii_view_keeps_every_offset(text: str) -> None:
    """Results are used as offsets of the text as given."""
    view = ascii_view(text)
    assert len(view) == len(text)
    assert view.isascii()
    assert all(a == b for a, b in zip(text, view, strict=True) if a.isascii())
