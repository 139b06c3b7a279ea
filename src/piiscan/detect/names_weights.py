"""The sum of a possible name's weights, without making its features one by one.

:func:`piiscan.detect.names_features.features` says what is summed; here the same is done part by part: the name by itself, the tags around it, the
words around it, what the lists say. Parts that come again are kept, and words that no weight is for are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import (
    PERSON_NOUN_END,
    honorific_at,
    is_kanji,
    not_name_after,
    person_noun_at,
    role_at,
)
from piiscan.detect.names_features import LISTING, MAX_TAGS, TITLES, brackets, own_features, script_of, word_at
from piiscan.detect.sudachi import Reading

MEMO_SIZE = 8192


class NameWeights:
    """Sums weights. Keeps sums of parts, at most `MEMO_SIZE` of each kind."""

    def __init__(self, weights: Mapping[str, int], lexicon: Lexicon) -> None:
        self._weights = weights
        self._lexicon = lexicon
        self._before, self._after = _words_of(weights, "b0="), _words_of(weights, "a0=")
        self._pairs_before = {tail for pair in _starting(weights, "b=") for tail in _tails(pair)}
        self._pairs_after = {head for pair in _starting(weights, "a=") for head in _heads(pair)}
        self._own = lru_cache(MEMO_SIZE)(self._of_name)
        self._beside = lru_cache(MEMO_SIZE)(self._of_word)
        self._around = lru_cache(MEMO_SIZE)(self._of_tags)

    def total(self, text: str, words: Reading, first: int, stop: int, rule: str, *, again: bool) -> int:
        """The sum for the words from `first` to `stop` of folded `text`; `again` says that the name stands there once more."""
        get = self._weights.get
        start, end = words.starts[first], words.ends[stop - 1]
        surface = text[start:end]
        script = script_of(surface)
        tags = "+".join(words.tags[first : min(stop, first + MAX_TAGS)])
        before, b0t = word_at(text, words, first - 1, first)
        before1, b1t = word_at(text, words, first - 2, first - 1)
        after, a0t = word_at(text, words, stop, stop - 1)
        after1, a1t = word_at(text, words, stop + 1, stop)
        total = self._own(surface, tags, words.ends[first] - start, words.starts[stop - 1] - start, stop - first)
        total += self._around(tags, script, b0t, b1t, a0t, a1t)
        total += get(f"b1={before1}", 0) + get(f"a1={after1}", 0) + get(rule, 0)
        if before in self._before:
            total += self._beside("b0", before, tags, script)
        if after in self._after:
            total += self._beside("a0", after, tags, script)
        if before in self._pairs_before:
            total += get(f"b={before1} {before}", 0)
        if after in self._pairs_after:
            total += get(f"a={after} {after1}", 0)
        if first > 1 and before in LISTING:
            total += get(f"listed={words.tags[first - 2]}", 0)
        if stop + 1 < len(words) and after in LISTING:
            total += get(f"lists={words.tags[stop + 1]}", 0)
        if again:
            total += get(f"again&{script}", 0)
        return total + self._sides(text, start, end, before, after, script)

    def _sum(self, names: Iterable[str]) -> int:
        return sum(self._weights.get(name, 0) for name in names)

    def _of_name(self, surface: str, tags: str, head: int, tail: int, count: int) -> int:
        return self._sum(own_features(surface, tags, head, tail, count, self._lexicon))

    def _of_word(self, place: str, word: str, tags: str, script: str) -> int:
        return self._sum((f"{place}={word}", f"{place}={word}&{script}", f"tags={tags}&{place}={word}"))

    def _of_tags(self, tags: str, script: str, b0t: str, b1t: str, a0t: str, a1t: str) -> int:
        alone = (f"b0t={b0t}", f"b1t={b1t}", f"a0t={a0t}", f"a1t={a1t}")
        return self._sum((*alone, f"a0t={a0t}&b0t={b0t}&{script}", f"tags={tags}&a0t={a0t}", f"tags={tags}&b0t={b0t}"))

    def _sides(self, text: str, start: int, end: int, before: str, after: str, script: str) -> int:
        get, total = self._weights.get, 0
        if honorific := honorific_at(text, end):
            total += get(f"honorific={honorific}", 0) + get(f"honorific&{script}", 0)
        elif role_at(text, end):
            total += get(f"role&{script}", 0)
        elif person_noun_at(text, end):
            total += get(f"noun&{script}", 0)
        if not_name_after(text, end):
            total += get("thing-after", 0)
        if before in TITLES:
            total += get(f"title&{script}", 0)
        elif before[-1] in PERSON_NOUN_END:
            total += get(f"noun-before&{script}", 0)
        if is_kanji(after[-1]):
            total += get(f"after-ends={after[-1]}", 0)
        if is_kanji(before[-1]):
            total += get(f"before-ends={before[-1]}", 0)
        if inside := brackets(text, start, end):
            total += get(f"brackets={inside}", 0)
        return total


def _starting(weights: Iterable[str], prefix: str) -> Iterable[str]:
    return [name.removeprefix(prefix) for name in weights if name.startswith(prefix)]


def _words_of(weights: Iterable[str], prefix: str) -> frozenset[str]:
    """Words that some weight beside a name may be for: with what follows a last ``&``, and without."""
    names = [*_starting(weights, prefix), *(name.split(f"&{prefix}", 1)[1] for name in weights if f"&{prefix}" in name)]
    return frozenset([*names, *(name.rpartition("&")[0] for name in names)])


def _tails(pair: str) -> Iterable[str]:
    return [pair[place + 1 :] for place, char in enumerate(pair) if char == " "]


def _heads(pair: str) -> Iterable[str]:
    return [pair[:place] for place, char in enumerate(pair) if char == " "]
