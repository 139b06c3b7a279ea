"""Digit tokens: one pass over the text finds runs of figures, which are folded and read in every way some rule asks for.

A run is digits (half or full width) with separators between them. Its *shape* has ``0`` for each digit, ``A`` for a letter that touches
it, and the separators: ``000-0000-0000``. Only shapes that a rule names become readings, so cost does not grow with the number of
rules. Runs with spaces are read joined and split, since a space may join groups of one number or part two numbers.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import NamedTuple

HYPHENS = "-－−‐‑‒–—―ーｰ─━﹣﹘˗⁃➖⁻ㅡ゠一"
SPACES = " \u3000\u00a0\u2002\u2003\u2009\u202f"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
DOTS = "．・･"
_DIGIT = "0-9０-９"
# One character class repeated: linear whatever the text. The shortest number anybody asks for here has five characters.
TOKEN = re.compile(f"[{_DIGIT}][{_DIGIT}{re.escape(HYPHENS + SPACES + INVISIBLE + DOTS)}./()（）／]{{4,}}")
FOLD = str.maketrans(
    {
        **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys(SPACES, " "),
        **dict.fromkeys(DOTS, "."),
    }
)
_FOLD_TEXT = {code: char for code, char in FOLD.items() if chr(code) not in "ーｰ一"}
_BETWEEN = re.compile("(?<=[0-9])[ーｰ一](?=[0-9])")
_SHAPE = str.maketrans({**dict.fromkeys("123456789", "0"), **{chr(c): "A" for c in (*range(65, 91), *range(97, 123))}})
RUN_SHAPE = {
    **{code: chr(code).translate(FOLD).translate(_SHAPE) for code in (*range(0x30, 0x3A), *FOLD)},
    **dict.fromkeys(map(ord, INVISIBLE), None),
}
"""From the characters of a run as given to its shape."""
ASCII_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_PIECE = re.compile("[^ ]+")
_PART = re.compile("[^/()]+")
_EDGE = "-./() "
MAX_LETTERS = 3
OPENING = frozenset("+＋(（")
LETTERS = frozenset(chr(c) for low, high in ("AZ", "az", "ＡＺ", "ａｚ") for c in range(ord(low), ord(high) + 1))
_MAX_GROUPS = 6
_PREFIXES = frozenset(
    {"tel", "fax", "no", "mob", "mobile", "phone", "ph", "cell", "id", "pin", "acct", "dl", "t", "f", "m"}
)
"""Words that people write right before a number without a space. The single letters stand for tel, fax and mobile."""


class Reading(NamedTuple):
    """One way to read a run: offsets in the text as given, the folded characters and their shape."""

    start: int
    end: int
    value: str
    shape: str


def fold(text: str) -> str:
    """Half width, hyphens and spaces unified, the same length (only for short strings: it costs on whole texts).

    ー and 一 become hyphens only between digits: elsewhere they are a letter and a number.
    """
    return text if text.isascii() else _BETWEEN.sub("-", text.translate(_FOLD_TEXT))


def shape_of(folded: str) -> str:
    """The shape of a folded value: ``0`` for each digit, ``A`` for each letter."""
    return folded.translate(_SHAPE)


def readings(text: str, shapes: Container[str]) -> Iterator[Reading]:
    """Every reading of every run whose shape is asked for, in text order."""
    for match in TOKEN.finditer(text):
        yield from Run(text, match.start(), match.end()).readings(shapes)


class Run:
    """One run of figures and its surroundings."""

    __slots__ = ("back", "folded", "left", "left_ok", "right", "right_ok", "start")

    def __init__(self, text: str, start: int, end: int) -> None:
        if start and text[start - 1] in "+＋(（":
            start -= 1
        self.start = start
        raw = text[start:end]
        self.back: list[int] | None = None
        if not raw.isascii() and _INVISIBLE.search(raw):
            self.back = [i for i, c in enumerate(raw) if c not in INVISIBLE]
            raw = _INVISIBLE.sub("", raw)
        folded = raw if raw.isascii() else raw.translate(FOLD)
        self.folded = folded.rstrip("-./( ")
        self.left, self.left_ok = _left(text, start)
        tail = folded[len(self.folded) :]
        self.right, self.right_ok = _right(text, end, tail)

    @classmethod
    def of_shape(cls, shape: str, left: int, left_ok: str, right: int, right_ok: bool) -> Run:
        """A run that stands for all of one form: its digits are zeros, the letters beside it A."""
        run = cls.__new__(cls)
        run.start, run.back, run.folded = 0, None, shape.rstrip("-./( ")
        run.left, run.left_ok, run.right, run.right_ok = "A" * left, left_ok, "A" * right, right_ok
        return run

    def readings(self, shapes: Container[str]) -> Iterator[Reading]:
        """All readings that some rule asks for."""
        pieces = [(m.start(), m.end()) for m in _PIECE.finditer(self.folded)]
        yield from self._boxes(pieces, shapes)
        for first in range(len(pieces)):
            for last in range(first, min(first + _MAX_GROUPS, len(pieces))):
                if last > first and pieces[last][0] - pieces[last - 1][1] != 1:
                    break
                if last > first and self._part_of_longer(pieces, first, last):
                    continue
                yield from self._read(pieces[first][0], pieces[last][1], shapes, split=first == last)

    def _boxes(self, pieces: list[tuple[int, int]], shapes: Container[str]) -> Iterator[Reading]:
        """Forms with a box for each digit: all single digits in a row are one number."""
        first = 0
        for index in range(1, len(pieces) + 1):
            single = (
                index < len(pieces)
                and pieces[index][1] - pieces[index - 1][0] == 3
                and pieces[index][1] - pieces[index][0] == 1
            )
            if single:
                continue
            if index - first > _MAX_GROUPS:
                yield from self._read(pieces[first][0], pieces[index - 1][1], shapes, split=False)
            first = index

    def _part_of_longer(self, pieces: list[tuple[int, int]], first: int, last: int) -> bool:
        """Groups of one width with one more such group beside them: a slice of a longer number, such as a card."""
        widths = {end - start for start, end in pieces[first : last + 1]}
        beside = [pieces[i] for i in (first - 1, last + 1) if 0 <= i < len(pieces)]
        return len(widths) == 1 and any(end - start in widths for start, end in beside)

    def _read(self, start: int, end: int, shapes: Container[str], *, split: bool) -> Iterator[Reading]:
        """The characters start..end, bare of brackets around them if need be, else parted at slashes and brackets."""
        found = self._reading(start, end, shapes)
        if found is None:
            value = self.folded[start:end]
            lead = len(value) - len(value.lstrip(_EDGE))
            trail = len(value) - len(value.rstrip(_EDGE))
            if lead or trail:
                found = self._reading(start + lead, end - trail, shapes)
        if found is not None:
            yield found
        elif split:
            for part in _PART.finditer(self.folded, start, end):
                inner = (
                    self._reading(part.start(), part.end(), shapes) if part.end() - part.start() < end - start else None
                )
                if inner is not None:
                    yield inner

    def _reading(self, start: int, end: int, shapes: Container[str]) -> Reading | None:
        if end <= start:
            return None
        left = self.left if start == 0 else ""
        right = self.right if end == len(self.folded) else ""
        value = left + self.folded[start:end] + right
        shape = value.translate(_SHAPE)
        if shape not in shapes or not self._bounded(start, end, shape):
            return None
        return Reading(self._at(start) - len(left), self._at(end - 1) + 1 + len(right), value, shape)

    def span(self, start: int, end: int, shape: str) -> Reading:
        """The reading of the folded characters start..end, which are known to be of this shape."""
        left = self.left if start == 0 else ""
        right = self.right if end == len(self.folded) else ""
        value = left + self.folded[start:end] + right
        return Reading(self._at(start) - len(left), self._at(end - 1) + 1 + len(right), value, shape)

    def _bounded(self, start: int, end: int, shape: str) -> bool:
        if start == 0 and (self.left_ok == "no" or (self.left_ok == "path" and shape.strip("0") == "")):
            return False
        return self.right_ok or end != len(self.folded)

    def _at(self, index: int) -> int:
        return self.start + (index if self.back is None else self.back[index])


def _left(text: str, start: int) -> tuple[str, str]:
    """The letters that touch a run on the left, and whether a number may start here: yes, no, or path (only if not bare digits)."""
    at = start
    while at > 0 and start - at <= 10 and text[at - 1] in LETTERS:
        at -= 1
    letters = text[at:start].translate(FOLD)
    if (
        letters.lower() in _PREFIXES
        and (len(letters) > 1 or text[start] in "(（")
        and not _of_number(text, start, letters)
    ):
        return "", "yes"
    if len(letters) > MAX_LETTERS:
        return "", "no"
    before, second = text[at - 1 : at], text[at - 2 : at - 1] if at > 1 else ""
    if before and before in "_\\%":
        return "", "no"
    if before and (before in ".@#" or before in HYPHENS) and second.isascii() and second.isalnum():
        word = re.search(r"[A-Za-z]+$", text[max(0, at - 12) : at - 1])
        return letters, "yes" if word and word.group().lower() in _PREFIXES else "no"
    if before and before in "/／" and (not second or second.isspace() or (second.isascii() and second not in ")>")):
        return letters, "path"
    return letters, "yes"


_LETTERED = re.compile(f"[{_DIGIT}]{{8}}[A-ZＡ-Ｚ]{{2}}|[{_DIGIT}]{{7}}(?![{_DIGIT}])")


def _of_number(text: str, start: int, letters: str) -> bool:
    """Whether two capitals belong to the number although people also write them before one: ``DL64549881AA``, ``PH1234567``."""
    found = _LETTERED.match(text, start) if len(letters) == 2 and letters.isupper() else None
    return found is not None and (found.end() - start == 10 or letters not in {"NO", "ID"})


def _right(text: str, end: int, tail: str) -> tuple[str, bool]:
    """The letters that touch a run on the right, and whether a number may end here."""
    at = end
    while at < len(text) and at - end <= 10 and text[at] in LETTERS:
        at += 1
    letters = text[end:at].translate(FOLD)
    if tail:
        return "", not (tail == "-" and letters)
    if letters.lower() in _PREFIXES and len(letters) > 1:
        return "", True
    if len(letters) > MAX_LETTERS:
        return "", False
    return letters, text[at : at + 1] not in ("_", "%", "％")
