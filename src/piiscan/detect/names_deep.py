"""Which words of a read text may be names: Sudachi's names joined to chains, and words that dictionaries know as names as well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import is_kanji, is_katakana
from piiscan.detect.sudachi import Token

_PERSONS = frozenset({"surname", "given", "person"})
_NEVER = frozenset({"other", "number", "suffix", "prefix"})
_JOINTS = frozenset("・＝･=")
_GAPS = frozenset(" 　")
_MAX_PARTS = 6


class NameChains:
    """Finds runs of words that a judge should look at."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def find(self, text: str, tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Runs ``tokens[first:stop]`` of folded `text` that may be a name, none inside another."""
        done = 0
        for position in [
            n for n, (start, _, tag) in enumerate(tokens) if tag not in _NEVER or "ァ" <= text[start] <= "ー"
        ]:
            if position < done:  # all words that are left out begin no chain
                continue
            stop = self._chain(text, tokens, position)
            if stop == position and self._maybe(text, tokens[position]):
                stop += 1
            if stop > position:
                yield position, stop
            done = stop

    def _chain(self, text: str, tokens: Sequence[Token], first: int) -> int:
        """The end of the run of name words that begins with the word at `first`; `first` itself when none does."""
        if not self._begins(text, tokens, first):
            return first
        position = first + 1
        while position < len(tokens) and position - first < _MAX_PARTS * 2:
            word = tokens[position]
            between = text[word.start : word.end]
            following = tokens[position + 1] if position + 1 < len(tokens) else None
            if following and self._jumps(text, tokens[position - 1], between, following):
                position += 2
            elif word.start == tokens[position - 1].end and self._joins(text, tokens[first:position], word):
                position += 1
            else:
                break
        return position

    def _begins(self, text: str, tokens: Sequence[Token], first: int) -> bool:
        word = tokens[first]
        if word.tag in _PERSONS:
            return True
        if not _katakana(text, word) or first + 2 >= len(tokens):
            return False
        joint, following = tokens[first + 1], tokens[first + 2]
        return text[joint.start : joint.end] in _JOINTS and following.tag in _PERSONS and _katakana(text, following)

    def _jumps(self, text: str, before: Token, between: str, word: Token) -> bool:
        """Whether a name goes on after a joint (ジョン・スミス) or a gap (山田 太郎)."""
        if between in _JOINTS:
            return _katakana(text, word) and _katakana(text, before)
        return between in _GAPS and before.tag == "surname" and word.tag == "given"

    def _joins(self, text: str, so_far: Sequence[Token], word: Token) -> bool:
        """Whether a word without a gap is the given name to what stands before."""
        if any(t.tag == "given" for t in so_far):
            return False
        if word.tag in ("given", "person"):
            return True
        surface = text[word.start : word.end]
        return (
            so_far[-1].tag == "surname" and word.tag != "suffix" and surface in self._lexicon.given and len(surface) < 4
        )

    def _maybe(self, text: str, word: Token) -> bool:
        """Whether a word that Sudachi does not call a name may be one."""
        if word.tag in _NEVER:
            return False
        surface, lexicon = text[word.start : word.end], self._lexicon
        if _katakana(text, word):
            foreign = surface in lexicon.kana["foreign"] or surface in lexicon.kana["given"]
            return len(surface) > 1 and (word.tag != "word" or foreign)
        if word.tag == "unknown":
            return len(surface) < 6 and all(map(is_kanji, surface))
        if word.tag in ("place", "proper"):
            return surface in lexicon.surnames or surface in lexicon.given
        surname = lexicon.surnames.get(surface, "")
        attested = lexicon.given.get(surface, "-") in "Gg" or surname in ("S", "s")
        return len(surface) < 5 and (attested or (bool(surname) and len(surface) > 2))


def _katakana(text: str, word: Token) -> bool:
    return all(map(is_katakana, text[word.start : word.end]))
