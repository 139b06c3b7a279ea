"""What every recognizer must do."""

from __future__ import annotations

import pytest

from piiscan.detect.view import TextView
from piiscan.model import Candidate, TextSegment
from piiscan.protocols import Recognizer


class RecognizerSuite:
    """Inherit it, name the class ``Test...``, and give the fixture `recognizer`.

    `matches` are (text, entity type, the part that must be found); `rejects` texts that must give no candidate of `min_score` or more.
    """

    matches: tuple[tuple[str, str, str], ...] = ()
    rejects: tuple[str, ...] = ()
    min_score: float = 0.5

    @pytest.fixture
    def recognizer(self) -> Recognizer:
        """The recognizer under test."""
        raise NotImplementedError("give the fixture 'recognizer'")

    @staticmethod
    def candidates(recognizer: Recognizer, text: str) -> list[Candidate]:
        """All candidates of a text."""
        return list(recognizer.candidates(TextView(TextSegment(text=text))))

    def test_rec_01_names_itself(self, recognizer: Recognizer) -> None:
        """REC-01: a recognizer has a name and the entity types it gives."""
        assert recognizer.name
        assert recognizer.entity_types

    def test_rec_02_finds(self, recognizer: Recognizer) -> None:
        """REC-02: each example is found, with its exact span."""
        for text, entity_type, part in self.matches:
            found = {text[c.start : c.end] for c in self.candidates(recognizer, text) if c.entity_type == entity_type}
            assert part in found, f"{entity_type} not found in an example"

    def test_rec_03_keeps_quiet(self, recognizer: Recognizer) -> None:
        """REC-03: counter-examples give nothing that would be reported."""
        for text in self.rejects:
            strong = [c.entity_type for c in self.candidates(recognizer, text) if c.score >= self.min_score]
            assert strong == []

    def test_rec_04_spans_are_in_range(self, recognizer: Recognizer) -> None:
        """REC-04: spans lie in the text, scores between 0 and 1, types among the declared ones."""
        for text in self._texts():
            for candidate in self.candidates(recognizer, text):
                assert 0 <= candidate.start < candidate.end <= len(text)
                assert 0.0 <= candidate.score <= 1.0
                assert candidate.entity_type in recognizer.entity_types

    def test_rec_05_is_deterministic(self, recognizer: Recognizer) -> None:
        """REC-05: the same text gives the same candidates, whatever came between."""
        first = [self.candidates(recognizer, text) for text in self._texts()]
        second = [self.candidates(recognizer, text) for text in self._texts()]
        assert first == second

    def test_rec_06_holds_no_text(self, recognizer: Recognizer) -> None:
        """REC-06: neither candidates nor the recognizer show text in their repr."""
        for text, _, part in self.matches:
            shown = repr(self.candidates(recognizer, text)) + repr(recognizer)
            assert len(part) < 4 or part not in shown

    def test_rec_07_ends_on_hostile_repetition(self, recognizer: Recognizer) -> None:
        """REC-07: long repetition of what patterns like to begin with comes to an end (a runaway one would take hours)."""
        for unit in ("あ", "1", "1-", "山田", "a@", " ", "((", "=:"):
            self.candidates(recognizer, unit * 20_000)

    def test_rec_08_stands_odd_text(self, recognizer: Recognizer) -> None:
        """REC-08: empty text, lone surrogates, NUL and other planes raise nothing."""
        for text in ("", "\x00", "\ud83d", "𠮷野家\U000e0100", "\n" * 50, "﷽" * 20):
            self.candidates(recognizer, text)

    def _texts(self) -> list[str]:
        return [text for text, _, _ in self.matches] + list(self.rejects)
