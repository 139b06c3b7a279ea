"""Names that only a reading of the whole text shows: surnames, given names and foreign names standing alone. For profiles that want recall."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import honorific_at, is_katakana, not_name_after, person_noun_at, role_at
from piiscan.detect.names_prose import THINGS, NameSpan
from piiscan.detect.sudachi import Judge, Token

_PERSONS = frozenset({"surname", "given", "person"})
_JOINTS = frozenset("・＝･=")
_GAPS = frozenset(" 　")
_ALONE = {"surname": 0.42, "given": 0.38, "person": 0.4}
_FOREIGN_ALONE = 0.37
_COMPOUND = frozenset({"word", "proper", "place", "unknown"})
_OPENING, _CLOSING = ("「", "『", "《", "〈", "【"), ("」", "』", "》", "〉", "】")
_REGNAL = re.compile("[0-9０-９一二三四五六七八九十IVX]{1,4}世(?!界|代|紀)")
_MAX_PARTS = 6


class DeepNames:
    """Reads everything with Sudachi and takes what it calls a person's name."""

    def __init__(self, lexicon: Lexicon, judge: Judge) -> None:
        self._lexicon = lexicon
        self._judge = judge

    def find(self, text: str, judged: str) -> Iterator[NameSpan]:
        """Names in folded `text` (`judged`: the same as Sudachi reads it), scored lower than those with evidence."""
        tokens = self._judge.tokens(judged, [(0, len(judged))])
        position = 0
        while position < len(tokens):
            stop = self._chain(text, tokens, position)
            if stop > position:
                yield from self._scored(text, tokens[position:stop], tokens[stop] if stop < len(tokens) else None)
            elif self._foreign_subject(text, tokens[position]):
                yield NameSpan(tokens[position].start, tokens[position].end, _FOREIGN_ALONE, ("sudachi",))
            position = max(stop, position + 1)

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

    def _foreign_subject(self, text: str, word: Token) -> bool:
        """Whether it is an unknown katakana word of which something is told: most of these are people."""
        following = text[word.end : word.end + 1]
        return (
            word.tag == "unknown" and following in ("は", "が") and word.end - word.start > 2 and _katakana(text, word)
        )

    def _scored(self, text: str, words: Sequence[Token], after: Token | None) -> Iterator[NameSpan]:
        start, end = words[0].start, words[-1].end
        surface = text[start:end]
        if not_name_after(text, end) or (len(surface) == 1 and is_katakana(surface)):
            return
        full = sum(word.tag in _PERSONS or word.end - word.start > 1 for word in words) > 1
        if surface.isascii() and not full:
            return
        if full and THINGS.search(surface):
            return
        score = 0.55 if full else _ALONE.get(words[0].tag, 0.36)
        if honorific_at(text, end) or role_at(text, end) or person_noun_at(text, end):
            score += 0.08
        elif not full and words[0].tag != "given" and after and after.start == end and after.tag in _COMPOUND:
            score -= 0.12  # 藤倉電線, ディズニーリゾート: the first part of something's name
        if text[start - 1 : start] in _OPENING and text[end : end + 1] in _CLOSING:
            score -= 0.08  # 『シンドラー』: a title, more often than not
        yield NameSpan(start, end, score, ("sudachi",))


def _katakana(text: str, word: Token) -> bool:
    return all(map(is_katakana, text[word.start : word.end]))
