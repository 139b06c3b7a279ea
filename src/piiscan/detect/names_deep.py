"""Which words of a read text may be names: Sudachi's names joined to chains, and words that dictionaries know as names as well."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import is_kanji, is_katakana
from piiscan.detect.sudachi import Reading

_PERSONS = frozenset({"surname", "given", "person"})
_NEVER = frozenset({"other", "number", "suffix", "prefix"})
_JOINTS = frozenset("・＝･=")
_GAPS = frozenset(" 　")
_MAX_PARTS = 6
MEMO_SIZE = 8192


class NameChains:
    """Finds runs of words that a judge should look at."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._maybe = lru_cache(MEMO_SIZE)(self._is_maybe)

    def find(self, text: str, words: Reading) -> Iterator[tuple[int, int]]:
        """Runs of words (first, stop) of folded `text` that may be a name, none inside another."""
        starts, tags = words.starts, words.tags
        done = 0
        for number in [
            n for n, tag in enumerate(tags) if tag not in _NEVER or "ァ" <= text[starts[n]] <= "ー"
        ]:  # all words that are left out begin no name
            if number < done:
                continue
            start, tag = starts[number], tags[number]
            if tag in _PERSONS or ("ァ" <= text[start] <= "ー" and self._goes_on(text, words, number)):
                done = self._chain(text, words, number)
                yield number, done
            elif tag not in _NEVER and self._maybe(text[start : words.ends[number]], tag):
                yield number, number + 1

    def _goes_on(self, text: str, words: Reading, first: int) -> bool:
        """Whether a katakana word is joined to a name: コナン・ドイル."""
        following = first + 2
        return (
            following < len(words)
            and words.tags[following] in _PERSONS
            and text[words.starts[first + 1] : words.ends[first + 1]] in _JOINTS
            and _katakana(text[words.starts[first] : words.ends[first]])
            and _katakana(text[words.starts[following] : words.ends[following]])
        )

    def _chain(self, text: str, words: Reading, first: int) -> int:
        """The end of the run of name words that begins with the word at `first`."""
        starts, ends = words.starts, words.ends
        position = first + 1
        while position < len(words) and position - first < _MAX_PARTS * 2:
            if position + 1 < len(words) and self._jumps(text, words, position):
                position += 2
            elif starts[position] == ends[position - 1] and self._joins(text, words, first, position):
                position += 1
            else:
                break
        return position

    def _jumps(self, text: str, words: Reading, position: int) -> bool:
        """Whether a name goes on after a joint (ジョン・スミス) or a gap (山田 太郎) at `position`."""
        starts, ends, tags = words.starts, words.ends, words.tags
        between = text[starts[position] : ends[position]]
        if between in _JOINTS:
            after, before = (text[starts[n] : ends[n]] for n in (position + 1, position - 1))
            return _katakana(after) and _katakana(before)
        return between in _GAPS and tags[position - 1] == "surname" and tags[position + 1] == "given"

    def _joins(self, text: str, words: Reading, first: int, position: int) -> bool:
        """Whether a word without a gap is the given name to what stands before."""
        tags = words.tags
        if "given" in tags[first:position]:
            return False
        tag = tags[position]
        if tag in ("given", "person"):
            return True
        surface = text[words.starts[position] : words.ends[position]]
        return (
            tags[position - 1] == "surname" and tag != "suffix" and surface in self._lexicon.given and len(surface) < 4
        )

    def _is_maybe(self, surface: str, tag: str) -> bool:
        """Whether a word that Sudachi does not call a name may be one."""
        lexicon = self._lexicon
        if _katakana(surface):
            foreign = surface in lexicon.kana["foreign"] or surface in lexicon.kana["given"]
            return len(surface) > 1 and (tag != "word" or foreign)
        if tag == "unknown":
            return len(surface) < 6 and all(map(is_kanji, surface))
        if tag in ("place", "proper"):
            return surface in lexicon.surnames or surface in lexicon.given
        surname = lexicon.surnames.get(surface, "")
        attested = lexicon.given.get(surface, "-") in "Gg" or surname in ("S", "s")
        return len(surface) < 5 and (attested or (bool(surname) and len(surface) > 2))


def _katakana(surface: str) -> bool:
    return all(map(is_katakana, surface))
