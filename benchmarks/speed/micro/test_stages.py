# ruff: noqa: SLF001 - stages have no public door
"""Stages one by one:  pytest benchmarks/speed/micro --benchmark-only  (texts of 64 KB of the made-up corpora)."""

import sys
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

sys.path.insert(0, str(Path(__file__).parents[1]))

import corpora
import engines

from piiscan.detect.engine import Detector
from piiscan.detect.recognizers.digits import DigitRecognizer
from piiscan.detect.view import TextView
from piiscan.model import ColumnDetection, TextSegment
from piiscan.privacy import FingerprintKey, Redactor

TEXTS = ("sparse", "medium", "dense")


@pytest.fixture(scope="module")
def detector() -> Detector:
    """With all recognizers."""
    return engines.worker().detector


@pytest.fixture(scope="module", params=TEXTS)
def segment(request: pytest.FixtureRequest) -> TextSegment:
    """A segment of each corpus."""
    return engines.segments(corpora.TEXTS[request.param](100_000))[0]


def test_decode(benchmark: BenchmarkFixture, segment: TextSegment) -> None:
    data = segment.text.encode()
    assert benchmark(data.decode) == segment.text


def test_digit_runs(benchmark: BenchmarkFixture, segment: TextSegment, detector: Detector) -> None:
    digits = next(r for r in detector.recognizers if isinstance(r, DigitRecognizer))
    benchmark(lambda: sum(1 for _ in digits._runs.readings(segment.text)))


def test_automaton_of_surnames(benchmark: BenchmarkFixture, segment: TextSegment) -> None:
    from piiscan.detect.lexicon import Lexicon

    find = Lexicon.load().find
    find("")
    benchmark(lambda: len(find(segment.text)))


@pytest.mark.parametrize("name", ["digits", "patterns", "labels", "words", "names", "addresses", "presidio"])
def test_recognizer(benchmark: BenchmarkFixture, segment: TextSegment, detector: Detector, name: str) -> None:
    recognizer = next(r for r in detector.recognizers if r.name == name)
    benchmark(lambda: len(list(recognizer.candidates(TextView(segment)))))


def test_resolve(benchmark: BenchmarkFixture, segment: TextSegment, detector: Detector) -> None:
    candidates = detector._candidates(TextView(segment), [])
    benchmark(lambda: len(detector._resolver.detections(candidates)))


def test_privacy_of_text(benchmark: BenchmarkFixture, segment: TextSegment, detector: Detector) -> None:
    redactor = Redactor(detector.rules, FingerprintKey(bytes(32)))
    detections = detector.text(segment)
    benchmark(lambda: [redactor.of_text(segment, d) for d in detections])


def test_privacy_of_a_column(benchmark: BenchmarkFixture, detector: Detector) -> None:
    import polars as pl

    from piiscan.model import Locator

    mails = pl.Series([f"user{n}@example.jp" for n in range(10_000)])
    column = ColumnDetection(
        entity_type="EMAIL_ADDRESS",
        locator=Locator.of(column="mail"),
        column=0,
        rows=len(mails),
        first_row=1,
        values=mails,
        confidence=0.9,
        rule="mail",
        recognizer="columns",
    )
    redactor = Redactor(detector.rules, FingerprintKey(bytes(32)))
    assert benchmark(lambda: redactor.of_column(column)).count == len(mails)
