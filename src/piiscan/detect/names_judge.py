"""A small learned judge of possible names: logistic regression over features of words, nothing but a table of weights at run time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat

from piiscan.detect.lexicon import Lexicon, read_data
from piiscan.detect.names_deep import NameChains
from piiscan.detect.names_features import features
from piiscan.detect.names_prose import NameSpan
from piiscan.detect.sudachi import Reading, Token

SCALE = 100
"""Weights are kept as whole hundredths."""
LEARNED = "learned"
_STEPS = ((0.0, 0.0), (0.36, 0.35), (0.86, 0.5), (1.0, 0.65))
"""Probability -> score: what the thresholds of the profiles ``thorough`` (0.35) and ``default`` (0.5) mean to the judge."""
SURE = 0.5
"""Rules that are as sure as this are not judged again."""
MEMO_SIZE = 8192
_AFTER = 24
"""Characters after a name that its features may look at."""


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
        total = sum(map(self.weights.get, names, repeat(0.0)))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


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
        self._model = model
        self._memo: dict[tuple[object, ...], float] = {}

    def questions(self, text: str, reading: Reading, spans: Iterable[NameSpan]) -> Iterator[Question]:
        """Everything in the words of `reading` to decide on; `spans` are what the rules think."""
        for start, end, first, stop, rule in self._asked(text, reading, spans):
            told = features(text, reading.tokens, first, stop, self._lexicon)
            yield Question(start, end, [*told, rule])

    def _asked(
        self, text: str, reading: Reading, spans: Iterable[NameSpan]
    ) -> Iterator[tuple[int, int, int, int, str]]:
        """Place, words and the rules' opinion of everything to decide on."""
        tokens = reading.tokens
        by_place = {(span.start, span.end): span for span in spans}
        ranges = {(tokens[a].start, tokens[b - 1].end): (a, b) for a, b in self._chains.find(text, tokens)}
        for start, end in by_place:
            if found := reading.range(start, end):
                ranges[start, end] = found
        for (start, end), (first, stop) in ranges.items():
            span = by_place.get((start, end))
            yield start, end, first, stop, f"rule={round(span.score * 10)}" if span else "rule=-"

    def _score(self, text: str, tokens: Sequence[Token], first: int, stop: int, rule: str, again: bool) -> float:
        """What the model says, kept for the same words between the same neighbours."""
        start, end = tokens[first].start, tokens[stop - 1].end
        low = max(0, first - 2)
        around = tokens[low : stop + 2]
        edge, final = min(start - 1, around[0].start), max(end + _AFTER, around[-1].end)
        key = (
            text[max(0, edge) : final],
            start - edge,
            first - low,
            stop - first,
            rule,
            again,
            *[(token.start - start, token.end - start, token.tag) for token in around],
        )
        found = self._memo.get(key)
        if found is None:
            told = features(text, tokens, first, stop, self._lexicon)
            if len(self._memo) >= MEMO_SIZE:
                self._memo.clear()
            found = self._memo[key] = score_of(self._model.probability([*told, rule]))
        return found

    def decide(self, text: str, reading: Reading, spans: Sequence[NameSpan]) -> Iterator[NameSpan]:
        """The spans of the rules and of the judge, with scores that both agree on."""
        sure = {(span.start, span.end) for span in spans if span.score >= SURE}
        judged: dict[tuple[int, int], float] = {}
        again: dict[str, bool] = {}
        for start, end, first, stop, rule in self._asked(text, reading, spans):
            place = (start, end)
            surface = text[start:end]
            if surface not in again:
                once = text.find(surface)
                again[surface] = text.find(surface, once + len(surface)) >= 0
            judged[place] = self._score(text, reading.tokens, first, stop, rule, again[surface])
            if place not in sure:
                yield NameSpan(*place, judged[place], ("sudachi", LEARNED))
        for span in spans:
            place = (span.start, span.end)
            if place in sure or place not in judged:
                yield span
            else:
                yield NameSpan(*place, judged[place], span.evidence)


def score_of(probability: float) -> float:
    """The score of a probability, linear between the steps."""
    low, floor = _STEPS[0]
    for high, ceiling in _STEPS[1:]:
        if probability <= high:
            return floor + (ceiling - floor) * (probability - low) / (high - low)
        low, floor = high, ceiling
    return floor
