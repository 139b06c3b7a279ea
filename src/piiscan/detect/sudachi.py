"""Sudachi is the judge: it reads only what the dictionaries find ambiguous. The only module that imports sudachipy.

A call costs about 60 us whatever it reads, is refused above 49,149 bytes, and becomes very slow on long runs of digits and signs. Hence windows are
joined to calls of some hundred characters, and runs of anything but Japanese are shortened before they are read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

CALL_CHARS = 400
PIECE_CHARS = 1000
MEMO_SIZE = 4096
_JUNK = re.compile(r"[0-9０-９,，.．:：;/+=_\-|*#~^<>{}\[\]()\"'`\\$%&@!?]{6,}|[A-Za-z0-9_+/=.\-]{24,}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_JAPANESE = re.compile(r"[ぁ-ヴー々〆㐀-鿿豈-﫿]")
_PIECE_END = re.compile(r"[\n。！？]")

Tag = Literal["surname", "given", "person", "place", "proper", "word", "suffix", "prefix", "number", "other", "unknown"]


class Token(NamedTuple):
    """A word as Sudachi reads it; start and end are positions in the text that was judged."""

    start: int
    end: int
    tag: Tag


class Judge:
    """Reads windows of text. One per worker; loads the dictionary (about 0.1 s) on first use, keeps the last verdicts."""

    def __init__(self) -> None:
        self._tokenizer: Any = None
        self._tags: dict[int, Tag] = {}
        self._memo: dict[str, list[list[tuple[int, int, Tag]]]] = {}

    def __reduce__(self) -> tuple[type[Judge], tuple[()]]:
        return Judge, ()

    def tokens(self, text: str, windows: Iterable[tuple[int, int]]) -> list[Token]:
        """The words of these windows of `text`, in order. Overlapping windows are read once."""
        found: list[Token] = []
        for batch in _batches(_pieces(text, _merged(windows))):
            found.extend(self._read(text, batch))
        return found

    def _read(self, text: str, batch: Sequence[tuple[int, int]]) -> list[Token]:
        pieces = [_calm(text[start:end]) for start, end in batch]
        joined = "\n".join(pieces)
        words = self._memo.get(joined)
        if words is None:
            words = self._words_of(joined, pieces)
            if len(self._memo) >= MEMO_SIZE:
                self._memo.clear()
            self._memo[joined] = words
        new = tuple.__new__  # half the time of Token(...), of which there is one for every word
        return [
            new(Token, (start + first, start + last, tag))
            for (start, _), piece in zip(batch, words, strict=True)
            for first, last, tag in piece
        ]

    def _words_of(self, joined: str, pieces: Sequence[str]) -> list[list[tuple[int, int, Tag]]]:
        """The words of each piece, with positions in it. The newlines that join, and words over them, belong to none."""
        found: list[list[tuple[int, int, Tag]]] = [[] for _ in pieces]
        number, offset = 0, 0
        for first, last, tag in self._words(joined):
            while first > offset + len(pieces[number]):
                offset += len(pieces[number]) + 1
                number += 1
            if last <= offset + len(pieces[number]):
                found[number].append((first - offset, last - offset, tag))
        return found

    def _words(self, joined: str) -> Iterator[tuple[int, int, Tag]]:
        if self._tokenizer is None:
            import sudachipy

            self._tokenizer = sudachipy.Dictionary(dict="core").tokenizer(mode=sudachipy.SplitMode.C)
        for morpheme in self._tokenizer.tokenize(joined):
            number = morpheme.part_of_speech_id()
            tag = self._tags.get(number)
            if tag is None:
                tag = self._tags[number] = _tag(morpheme.part_of_speech())
            if tag == "word" and morpheme.is_oov():
                tag = "unknown"
            yield morpheme.begin(), morpheme.end(), tag


class Reading:
    """The words of one judged text, found by position."""

    __slots__ = ("_starts", "tokens")

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self._starts = [token.start for token in tokens]

    def between(self, start: int, end: int) -> Sequence[Token]:
        """The words that start in ``[start, end)``."""
        return self.tokens[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def fits(self, start: int, end: int) -> bool:
        """Whether words begin at `start` and end at `end`."""
        return self.range(start, end) is not None

    def range(self, start: int, end: int) -> tuple[int, int] | None:
        """The words (first, stop) that begin at `start` and end at `end`; None where no words do."""
        first, stop = bisect_left(self._starts, start), bisect_left(self._starts, end)
        tokens = self.tokens
        if first < stop and tokens[first].start == start and tokens[stop - 1].end == end:
            return first, stop
        return None


def _tag(pos: Sequence[str]) -> Tag:
    if pos[0] == "名詞":
        if pos[1] == "数詞":
            return "number"
        if pos[1] != "固有名詞":
            return "word"
        if pos[2] == "人名":
            kinds: dict[str, Tag] = {"姓": "surname", "名": "given"}
            return kinds.get(pos[3], "person")
        return "place" if pos[2] == "地名" else "proper"
    kinds = {"接尾辞": "suffix", "接頭辞": "prefix"}
    return kinds.get(pos[0], "other")


def _merged(windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    last: tuple[int, int] | None = None
    for start, end in sorted(windows):
        if last and start <= last[1]:
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (start, end)
    if last:
        yield last


def _pieces(text: str, windows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Windows cut at line and sentence ends, none longer than `PIECE_CHARS`; pieces without Japanese are left out."""
    for start, end in windows:
        position = start
        while position < end:
            limit = min(end, position + PIECE_CHARS)
            stop = _PIECE_END.search(text, position, limit)
            cut = stop.end() if stop else limit
            if _JAPANESE.search(text, position, cut):
                yield position, cut
            position = cut


def _batches(pieces: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    batch: list[tuple[int, int]] = []
    size = 0
    for start, end in pieces:
        if batch and size + end - start > CALL_CHARS:
            yield batch
            batch, size = [], 0
        batch.append((start, end))
        size += end - start
    if batch:
        yield batch


def _calm(piece: str) -> str:
    """The piece with runs of digits, signs and Latin junk blanked out, of the same length."""
    plain = _LONE_SURROGATE.sub(" ", piece).replace("\n", " ")
    return _JUNK.sub(lambda match: " " * (match.end() - match.start()), plain)
