"""Piiscan's rules in somebody's Presidio."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest
from presidio_analyzer import Pattern, PatternRecognizer, RecognizerRegistry

from piiscan.detect.presidio import SudachiNlpEngine, analyzer_engine, presidio_recognizers
from piiscan.errors import RuleError
from piiscan.rules.loader import load_rules

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TEXT = "ご担当は090-1234-5678、振込は法人番号7000012050002まで"


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here may reach for the network."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_engine_finds_japanese_entities_without_model_or_network() -> None:
    """Presidio's default constructor would download a model here."""
    results = analyzer_engine().analyze(TEXT, language="ja")
    assert [(r.entity_type, TEXT[r.start : r.end]) for r in results] == [("PHONE_NUMBER", "090-1234-5678")]


def test_results_explain_themselves_without_the_value() -> None:
    """Explanations end in logs of others, so they name rule and evidence only."""
    (result,) = analyzer_engine().analyze(TEXT, language="ja", return_decision_process=True)
    explanation = result.analysis_explanation
    assert explanation.pattern_name.startswith("ja.phone")
    assert "check" in explanation.textual_explanation
    assert "1234" not in str(explanation.to_dict())


def test_entities_filter_is_obeyed() -> None:
    """Callers of Presidio ask for the types they want."""
    assert analyzer_engine().analyze(TEXT, language="ja", entities=["JP_MY_NUMBER"]) == []


def test_suppressors_are_no_supported_entities() -> None:
    """Types that exist only to be left out are not offered."""
    supported = set(presidio_recognizers()[0].supported_entities)
    assert "JP_MY_NUMBER" in supported
    assert "JP_CORPORATE_NUMBER" not in supported


def test_recognizers_join_any_registry_and_language() -> None:
    """The documented name works with a registry of the caller's own."""
    registry = RecognizerRegistry(supported_languages=["en"])
    for recognizer in presidio_recognizers(language="en"):
        registry.add_recognizer(recognizer)
    found = registry.get_recognizers(language="en", all_fields=True)[0].analyze(TEXT, ["PHONE_NUMBER"])
    assert [TEXT[r.start : r.end] for r in found] == ["090-1234-5678"]


def test_profile_is_chosen_and_unknown_ones_are_refused() -> None:
    """A profile decides which types are offered."""
    only = load_rules(profile="cards").profile.only
    assert set(presidio_recognizers("cards")[0].supported_entities) <= only
    with pytest.raises(RuleError):
        presidio_recognizers("no-such-profile")


def test_sudachi_engine_lets_presidio_find_japanese_context_words() -> None:
    """Presidio's context enhancer compares words; without a tokenizer Japanese has none."""
    badge = PatternRecognizer(
        supported_entity="BADGE",
        supported_language="ja",
        patterns=[Pattern("b", r"(?<!\d)B\d{4}(?!\d)", 0.3)],
        context=["社員"],
    )
    text = "彼の 社員 は B1234 です"
    plain = analyzer_engine(extra=[badge]).analyze(text, language="ja", entities=["BADGE"])
    words = analyzer_engine(nlp_engine=SudachiNlpEngine(), extra=[badge]).analyze(
        text, language="ja", entities=["BADGE"]
    )
    assert [round(r.score, 2) for r in plain] == [0.3]
    assert [r.score >= 0.4 for r in words] == [True]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("presidio_in_scan", ["LOCKER_NUMBER LK-0042", "SG_NRIC_FIN S1234567D"]),
        ("piiscan_in_presidio", ["PHONE_NUMBER 090-1234-5678"]),
    ],
)
def test_example_runs(name: str, expected: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """What the documentation shows works."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()
    output = capsys.readouterr().out
    assert all(line in output for line in expected)
