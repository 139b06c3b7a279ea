"""How much a value looks like a name where names are expected: in a list of people, beside a phone number, before 様."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from piiscan.detect.lexicon import SINGLE_SURNAMES, Lexicon
from piiscan.detect.name_grammar import MEMO_SIZE, NameGrammar
from piiscan.detect.names_evidence import NOT_VALUES, is_kanji
from piiscan.detect.names_labelled import NOT_PERSON, is_thing
from piiscan.detect.sudachi import Judge

NEVER_IN_NAMES = re.compile(r"[0-9０-９@:：/／。、<>()（）「」…※]|第[一二三四五六七八九十百]")
_BLANKS = re.compile("[ 　]")
_ORDINARY = frozenset({"word", "proper", "place", "other", "suffix", "prefix", "number"})


class Likeness:
    """Weighs values by the dictionaries, by the kanji that names are made of, and by what Sudachi takes them for."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar, judge: Judge) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._judge = judge
        self.of = lru_cache(MEMO_SIZE)(self._of)

    def _of(self, value: str) -> float:
        """How much a whole value looks like a name, 0..1, names of no dictionary included."""
        value = value.strip(" 　")
        if len(value) == 1:
            return 0.5 if value in SINGLE_SURNAMES and self._lexicon.surnames.get(value, "-") in "SW" else 0.0
        if (
            not 1 < len(value) < 24
            or _BLANKS.sub("", value) in NOT_VALUES
            or NOT_PERSON.search(value)
            or NEVER_IN_NAMES.search(value)
        ):
            return 0.0
        kind, sure = self._grammar.value_kind(value)
        if kind == "latin" or (kind == "full" and (sure >= 0.8 or self._known_given(value) or not self.is_word(value))):
            return sure
        if kind == "surname":
            return sure - 0.1
        if is_thing(value):
            return 0.0
        if kind in ("given", "kana"):
            return sure * 0.6
        guess = 0.6 if self._grammar.surname_and_more(value) else self._grammar.guessed(value)
        if not guess or self._known_given(value) or not self.is_word(value):
            return guess
        return guess if self._is_broken(value) else 0.0

    def _known_given(self, value: str) -> bool:
        """Whether a given name that is no common word stands behind a gap."""
        parts = re.split("[ 　]", value)
        return len(parts) == 2 and self._lexicon.given.get(parts[1], "w") not in "Ww"

    def _is_broken(self, value: str) -> bool:
        """Whether Sudachi's ordinary words leave two kanji in a row that it cannot join, in one part of a name: 鶴井 湊｜乃, 千葉｜心｜春."""
        words = self._judge.read(value, [(0, len(value))])
        alone = [
            last - first == 1 and is_kanji(value[first]) for first, last in zip(words.starts, words.ends, strict=True)
        ]
        return any(one and other for one, other in pairwise(alone))

    def is_word(self, name: str) -> bool:
        """Whether Sudachi reads it as ordinary words, not as kanji that it cannot join."""
        words = self._judge.read(name, [(0, len(name))])
        ordinary = _ORDINARY.issuperset(words.tags)
        return ordinary and (len(words) == 1 or any(word.end - word.start > 1 for word in words))
