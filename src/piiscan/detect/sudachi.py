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
_FIELDS = {"pos", "normalized_form"}
"""What is read of each word in the dictionary; without the second Sudachi does not join numbers."""
PIECE_CHARS = 1000
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


class Reading:
    """The words of one judged text in order: starts, ends and tags side by side, found by position.

    (An object for every word costs as much as reading it.)
    """

    __slots__ = ("ends", "starts", "tags")

    def __init__(self, starts: Sequence[int], ends: Sequence[int], tags: Sequence[Tag]) -> None:
        self.starts = starts
        self.ends = ends
        self.tags = tags

    def __len__(self) -> int:
        return len(self.starts)

    def __iter__(self) -> Iterator[Token]:
        return map(Token, self.starts, self.ends, self.tags)

    def between(self, start: int, end: int) -> tuple[int, int]:
        """The words (first, stop) that start in ``[start, end)``."""
        return bisect_left(self.starts, start), bisect_left(self.starts, end)

    def range(self, start: int, end: int) -> tuple[int, int] | None:
        """The words (first, stop) that begin at `start` and end at `end`; None where no words do."""
        first, stop = self.between(start, end)
        if first < stop and self.starts[first] == start and self.ends[stop - 1] == end:
            return first, stop
        return None


class Judge:
    """Reads windows of text. One per worker; loads the dictionary (about 0.1 s) on first use."""

    def __init__(self) -> None:
        self._tokenizer: Any = None
        self._tags: dict[int, Tag] = {}

    def __reduce__(self) -> tuple[type[Judge], tuple[()]]:
        return Judge, ()

    def read(self, text: str, windows: Iterable[tuple[int, int]]) -> Reading:
        """The words of these windows of `text`, in order. Overlapping windows are read once."""
        starts: list[int] = []
        ends: list[int] = []
        tags: list[Tag] = []
        for batch in _batches(_pieces(text, _merged(windows))):
            joined = "\n".join([_calm(text[start:end]) for start, end in batch])
            first, kinds = self._words(joined)
            last = [*first[1:], len(joined)]
            offset = word = 0
            for start, end in batch:
                # The newlines that join, and words over them, belong to no piece.
                limit = offset + end - start
                low = bisect_left(first, offset, word)
                word = bisect_left(first, limit, low)
                high = word - (word > low and last[word - 1] > limit)
                shift = start - offset
                starts += [place + shift for place in first[low:high]] if shift else first[low:high]
                ends += [place + shift for place in last[low:high]] if shift else last[low:high]
                tags += kinds[low:high]
                offset = limit + 1
        return Reading(starts, ends, tags)

    def _words(self, joined: str) -> tuple[list[int], list[Tag]]:
        """Where words begin (they leave no gaps), and their tags."""
        if self._tokenizer is None:
            import sudachipy

            dictionary = sudachipy.Dictionary(dict="core")
            self._tokenizer = dictionary.tokenizer(mode=sudachipy.SplitMode.C, fields=_FIELDS)
        words = list(self._tokenizer.tokenize(joined))
        numbers = [word.part_of_speech_id() for word in words]
        known = self._tags
        for number, word in zip(numbers, words, strict=True) if not known.keys() >= set(numbers) else ():
            if number not in known:
                known[number] = _tag(word.part_of_speech())
        tags: list[Tag] = [known[number] for number in numbers]
        for place, tag in enumerate(tags):
            if tag == "word" and words[place].is_oov():
                tags[place] = "unknown"
        return [word.begin() for word in words], tags


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
