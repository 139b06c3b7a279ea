"""A small learned judge of possible names: logistic regression over features of words, nothing but a table of weights at run time."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat

from piiscan.detect.automaton import build
from piiscan.detect.lexicon import Lexicon, read_data
from piiscan.detect.names_deep import NameChains
from piiscan.detect.names_features import features
from piiscan.detect.names_prose import NameSpan
from piiscan.detect.names_weights import NameWeights
from piiscan.detect.sudachi import Reading

SCALE = 100
"""Weights are kept as whole hundredths."""
LEARNED = "learned"
_STEPS = ((0.0, 0.0), (0.36, 0.35), (0.86, 0.5), (1.0, 0.65))
"""Probability -> score: what the thresholds of the profiles ``thorough`` (0.35) and ``default`` (0.5) mean to the judge."""
SURE = 0.5
"""Rules that are as sure as this are not judged again."""
_FEW = 1_000_000
"""Fewer characters times names than this are searched one by one: an automaton is not worth it."""


@dataclass(frozen=True)
class NameModel:
    """Weights by feature. Build with :meth:`load`; made by ``scripts/train_name_judge.py``."""

    weights: Mapping[str, float] = field(repr=False)

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> NameModel:
        """The shipped weights; the same object every time."""
        return NameModel({name: int(value[0]) / SCALE for name, value in read_data("judge")[1]})

    def probability(self, names: Iterable[str]) -> float:
        """How likely what has these features is a person's name, 0..1."""
        return _probability(sum(map(self.weights.get, names, repeat(0.0))))


@dataclass(frozen=True, slots=True)
class Question:
    """A possible name and what the judge is told about it."""

    start: int
    end: int
    features: Sequence[str] = field(repr=False)


class JudgedNames:
    """Lets the model decide about names that the rules leave open, and about those that only Sudachi sees."""

    def __init__(self, lexicon: Lexicon, model: NameModel) -> None:
        self._lexicon = lexicon
        self._chains = NameChains(lexicon)
        self._weights = NameWeights({name: round(w * SCALE) for name, w in model.weights.items()}, lexicon)

    def questions(self, text: str, reading: Reading, spans: Iterable[NameSpan]) -> Iterator[Question]:
        """Everything in the words of `reading` to decide on; `spans` are what the rules think."""
        for start, end, first, stop, rule in self._asked(text, reading, spans):
            told = features(text, reading, first, stop, self._lexicon)
            yield Question(start, end, [*told, rule])

    def _asked(
        self, text: str, reading: Reading, spans: Iterable[NameSpan]
    ) -> Iterator[tuple[int, int, int, int, str]]:
        """Place, words and the rules' opinion of everything to decide on."""
        starts, ends = reading.starts, reading.ends
        by_place = {(span.start, span.end): span for span in spans}
        ranges = {(starts[a], ends[b - 1]): (a, b) for a, b in self._chains.find(text, reading)}
        for start, end in by_place:
            if found := reading.range(start, end):
                ranges[start, end] = found
        for (start, end), (first, stop) in ranges.items():
            span = by_place.get((start, end))
            yield start, end, first, stop, f"rule={round(span.score * 10)}" if span else "rule=-"

    def decide(self, text: str, reading: Reading, spans: Sequence[NameSpan]) -> Iterator[NameSpan]:
        """The spans of the rules and of the judge, with scores that both agree on."""
        sure = {(span.start, span.end) for span in spans if span.score >= SURE}
        judged: dict[tuple[int, int], float] = {}
        asked = [one for one in self._asked(text, reading, spans) if one[:2] not in sure]
        again = repeated(text, {text[start:end] for start, end, *_ in asked})
        for start, end, first, stop, rule in asked:
            told = text[start:end] in again
            total = self._weights.total(text, reading, first, stop, rule, again=told)
            judged[start, end] = score = score_of(_probability(total / SCALE))
            yield NameSpan(start, end, score, ("sudachi", LEARNED))
        for span in spans:
            score = judged.get((span.start, span.end), span.score)
            yield NameSpan(span.start, span.end, score, span.evidence)


def repeated(text: str, names: Collection[str]) -> set[str]:
    """Which of the names stand in the text twice, without overlapping themselves."""
    if len(names) * len(text) < _FEW:
        return {name for name in names if text.find(name, text.find(name) + len(name)) >= 0}
    ordered = list(names)
    first_end: dict[int, int] = {}
    found: set[int] = set()
    for start, end, number in build(ordered).find(text):
        if start >= first_end.setdefault(number, end):
            found.add(number)
    return {ordered[number] for number in found}


def _probability(total: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def score_of(probability: float) -> float:
    """The score of a probability, linear between the steps."""
    low, floor = _STEPS[0]
    for high, ceiling in _STEPS[1:]:
        if probability <= high:
            return floor + (ceiling - floor) * (probability - low) / (high - low)
        low, floor = high, ceiling
    return floor
