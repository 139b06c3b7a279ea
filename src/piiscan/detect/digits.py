"""Digit tokens: one pass over the text finds runs of figures, which are folded and read in every way some rule asks for.

A run is digits (half or full width) with separators between them. Its *shape* has ``0`` for each digit, ``A`` for a letter that touches
it, and the separators: ``000-0000-0000``. Only shapes that a rule names become readings, so cost does not grow with the number of
rules. Runs with spaces are read joined and split, since a space may join groups of one number or part two numbers.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

HYPHENS = "-－−‐‑‒–—―ーｰ─━﹣﹘˗⁃➖⁻ㅡ゠一"
SPACES = " \u3000\u00a0\u2002\u2003\u2009\u202f"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_DOTS = "．・･"
_DIGIT = "0-9０-９"
# One character class repeated: linear whatever the text. The shortest number anybody asks for here has five characters.
_TOKEN = re.compile(f"[{_DIGIT}][{_DIGIT}{re.escape(HYPHENS + SPACES + INVISIBLE + _DOTS)}./()（）／]{{4,}}")
_FOLD = str.maketrans(
    {
        **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
        **dict.fromkeys(HYPHENS, "-"),
        **dict.fromkeys(SPACES, " "),
        **dict.fromkeys(_DOTS, "."),
    }
)
_FOLD_TEXT = {code: char for code, char in _FOLD.items() if chr(code) not in "ーｰ一"}
_BETWEEN = re.compile("(?<=[0-9])[ーｰ一](?=[0-9])")
_SHAPE = str.maketrans({**dict.fromkeys("123456789", "0"), **{chr(c): "A" for c in (*range(65, 91), *range(97, 123))}})
_RUN_SHAPE = {
    **{code: chr(code).translate(_FOLD).translate(_SHAPE) for code in (*range(0x30, 0x3A), *_FOLD)},
    **dict.fromkeys(map(ord, INVISIBLE), None),
}
"""From the characters of a run as given to its shape."""
_ASCII_SHAPE = bytes.maketrans(b"123456789", b"000000000")
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_PIECE = re.compile("[^ ]+")
_PART = re.compile("[^/()]+")
_EDGE = "-./() "
_MAX_LETTERS = 3
_MAX_GROUPS = 6
_PREFIXES = frozenset(
    {"tel", "fax", "no", "mob", "mobile", "phone", "ph", "cell", "id", "pin", "acct", "dl", "t", "f", "m"}
)
"""Words that people write right before a number without a space. The single letters stand for tel, fax and mobile."""


REACH = 100
"""How far most rules look for a label; no less than `labels.MAX_GAP`."""


class Near(Protocol):
    """The labels of a text."""

    def spans(self, rules: frozenset[str], /) -> tuple[Sequence[int], Sequence[int]]:
        """Where the labels of these rules start and end."""
        ...

    def __call__(self, start: int, end: int, rules: frozenset[str], /) -> bool:
        """Whether one of them stands within reach of start..end."""
        ...


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
    for match in _TOKEN.finditer(text):
        yield from _Run(text, match.start(), match.end()).readings(shapes)


_NONE: Mapping[str, frozenset[str]] = MappingProxyType({})


class RunReader:
    """:func:`readings` for one choice of shapes, faster: how a run is read depends on its shape only, and shapes repeat.

    `quiet` names the shapes that are worth reading only beside a label, with the rules whose label it must be; `zero` those that are so unless they
    begin with 0. Remembers at most `_REMEMBERED` shapes of runs, none of them longer than `_LONGEST`; holds no text.
    """

    def __init__(
        self,
        shapes: Collection[str],
        quiet: Mapping[str, frozenset[str]] = _NONE,
        zero: Mapping[str, frozenset[str]] = _NONE,
    ) -> None:
        self._shapes = shapes
        self._quiet = quiet
        # With a letter beside a run the shapes of rules begin or end with it: what the run itself must then look like.
        self._inner = frozenset(s.strip("A") for s in shapes)
        self._inner_quiet = _without_letters(quiet, shapes)
        self._zero = (zero, _without_letters({**quiet, **zero}, shapes))
        self._plans: dict[_PlanKey, _Plan] = {}
        self._alone: dict[str, _Plan] = {}
        self._touched: dict[str, _Plan] = {}
        self._prospects: dict[tuple[bytes, bool], _Plan] = {}

    def readings(self, text: str, near: Near | None = None) -> Iterator[Reading]:
        """The same as ``readings(text, shapes)``.

        With `near`, the labels of the text, runs that have nothing but quiet readings are left out where no label is in reach.
        """
        # What is known of a shape in this text: nothing to read; only beside these labels; to be read. Apart for a first 0 and others.
        after_zero: dict[bytes, _Spans | None] = {}
        after_other: dict[bytes, _Spans | None] = {}
        for match in _TOKEN.finditer(text):
            raw = match.group()
            start = match.start()
            if raw.isascii():
                shape = raw.encode().translate(_ASCII_SHAPE)
                known = after_zero if raw[0] == "0" else after_other
                if shape not in known:
                    known[shape] = self._labels_for(shape, near, zero=raw[0] == "0")
                if (spans := known[shape]) is not None:
                    index = bisect_right(spans[1], start - 1 - REACH - 1)
                    if index == len(spans[0]) or spans[0][index] > match.end() + REACH:
                        continue
            yield from self._run(text, start, match.end(), near)

    def _labels_for(self, shape: bytes, near: Near | None, *, zero: bool) -> _Spans | None:
        """The labels of which one must be in reach of a run of this shape, whatever stands beside it; none where there is nothing to read in it; None
        where it is to be read in any case."""
        if len(shape) > _LONGEST:
            return None
        key = (shape, zero)
        plan = self._prospects.get(key)
        if plan is None:
            if len(self._prospects) >= _REMEMBERED:
                self._prospects.clear()
            plan = self._prospects[key] = self._prospect(shape.decode(), zero=zero)
        if not plan.spans:
            return (), ()
        return None if plan.loud or near is None else near.spans(plan.rules)

    def _prospect(self, shape: str, *, zero: bool) -> _Plan:
        """All that can be read in runs of this shape with anything beside them; `zero` says whether the first digit is a 0."""
        spans: list[tuple[int, int, str]] = []
        loud, rules = False, frozenset[str]()
        for opening in ("", "+", "("):
            for touched in (False, True):
                plan = self._outlook(opening + shape, touched)
                spans += plan.spans
                rules |= plan.rules
                quiet, spared = self._inner_quiet if touched else self._quiet, self._zero[touched]
                for low, _, form in plan.spans:
                    other = not zero and low == len(opening) and form in spared
                    rules |= spared[form] if other else frozenset()
                    loud = loud or not (other or form in quiet)
        return _Plan(tuple(spans), loud, rules)

    def crossing(self, text: str, cut: int) -> Iterator[Reading]:
        """The readings with characters on both sides of `cut`."""
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            if start >= cut:
                return
            if end > cut:
                yield from (r for r in self._run(text, start, end, None) if r.start < cut < r.end)

    def _run(self, text: str, start: int, end: int, near: Near | None) -> Iterable[Reading]:
        if end - start > _LONGEST:
            return _Run(text, start, end).readings(self._shapes)
        before = text[start - 1] if start else " "
        if before in _OPENING:
            start -= 1
            before = text[start - 1] if start else " "
        after = text[end : end + 1] if text[end - 1] not in _PARTING else ""
        raw = text[start:end]
        shape = raw.encode().translate(_ASCII_SHAPE).decode() if raw.isascii() else raw.translate(_RUN_SHAPE)
        touched = before in _LETTERS or after in _LETTERS
        plan = (self._touched if touched else self._alone).get(shape) or self._outlook(shape, touched)
        if not plan.spans or not (plan.loud or near is None or near(start, end, plan.rules)):
            return ()
        if touched or before in _ODD_BEFORE or after in _ODD_AFTER or len(shape) != end - start:
            return self._read(text, start, end, shape)
        folded = raw if raw.isascii() else raw.translate(_FOLD)
        return [Reading(start + low, start + high, folded[low:high], form) for low, high, form in plan.spans]

    def _read(self, text: str, start: int, end: int, shape: str) -> list[Reading]:
        """The readings of a run beside letters or other signs that can be part of it or speak against it."""
        run = _Run(text, start + (text[start] in _OPENING), end)
        plan = self._plan((shape, len(run.left), run.left_ok, len(run.right), run.right_ok))
        return [run.span(low, high, form) for low, high, form in plan.spans]

    def _outlook(self, shape: str, touched: bool) -> _Plan:
        """What can be read at most in runs of this shape, with a letter beside them or without, whatever else is there."""
        shapes, quiet = (self._inner, self._inner_quiet) if touched else (self._shapes, self._quiet)
        known = self._touched if touched else self._alone
        if len(known) >= _REMEMBERED:
            known.clear()
        plan = known[shape] = _planned((shape, 0, "yes", 0, True), shapes, quiet)
        return plan

    def _plan(self, key: _PlanKey) -> _Plan:
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _REMEMBERED:
                self._plans.clear()
            plan = self._plans[key] = _planned(key, self._shapes, self._quiet)
        return plan


_Spans = tuple[Sequence[int], Sequence[int]]


class _Plan(NamedTuple):
    """How runs of one form are read: the spans of the readings with their shapes, whether any is worth having without a label, and if not the
    rules whose label it takes."""

    spans: tuple[tuple[int, int, str], ...]
    loud: bool
    rules: frozenset[str]


def _without_letters(chosen: Mapping[str, frozenset[str]], shapes: Collection[str]) -> dict[str, frozenset[str]]:
    """The same for shapes without the letters around them, if all that differ in these only are chosen."""
    others = {s.strip("A") for s in shapes if s not in chosen}
    found: dict[str, frozenset[str]] = {}
    for shape, rules in chosen.items():
        inner = shape.strip("A")
        if inner not in others:
            found[inner] = found.get(inner, frozenset()) | rules
    return found


_LONGEST, _REMEMBERED = 48, 20_000
_OPENING = frozenset("+＋(（")
_LETTERS = frozenset(chr(c) for low, high in ("AZ", "az", "ＡＺ", "ａｚ") for c in range(ord(low), ord(high) + 1))
_PARTING = frozenset("./(（／" + SPACES + _DOTS)
"""At the end of a run they part it from what follows."""
_ODD_BEFORE = frozenset("_\\%.@#/／" + HYPHENS)
_ODD_AFTER = frozenset("_%％")
"""What :func:`_left` and :func:`_right` look at besides letters."""
_PlanKey = tuple[str, int, str, int, bool]
"""Shape of a run, letters on its left, whether a number may start there, letters on its right, whether one may end there."""


def _planned(key: _PlanKey, shapes: Container[str], quiet: Mapping[str, frozenset[str]]) -> _Plan:
    """What is read in runs of this form."""
    shape, left, left_ok, right, right_ok = key
    run = _Run.of_shape(shape, left, left_ok, right, right_ok)
    spans = tuple(
        (found.start + left if found.start < 0 else found.start, min(found.end, len(run.folded)), found.shape)
        for found in run.readings(shapes)
    )
    forms = [form for _, _, form in spans]
    rules = frozenset[str]().union(*(quiet[form] for form in forms if form in quiet))
    return _Plan(spans, any(form not in quiet for form in forms), rules)


class _Run:
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
        folded = raw if raw.isascii() else raw.translate(_FOLD)
        self.folded = folded.rstrip("-./( ")
        self.left, self.left_ok = _left(text, start)
        tail = folded[len(self.folded) :]
        self.right, self.right_ok = _right(text, end, tail)

    @classmethod
    def of_shape(cls, shape: str, left: int, left_ok: str, right: int, right_ok: bool) -> _Run:
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
    while at > 0 and start - at <= 10 and text[at - 1] in _LETTERS:
        at -= 1
    letters = text[at:start].translate(_FOLD)
    if (
        letters.lower() in _PREFIXES
        and (len(letters) > 1 or text[start] in "(（")
        and not _of_number(text, start, letters)
    ):
        return "", "yes"
    if len(letters) > _MAX_LETTERS:
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
    while at < len(text) and at - end <= 10 and text[at] in _LETTERS:
        at += 1
    letters = text[end:at].translate(_FOLD)
    if tail:
        return "", not (tail == "-" and letters)
    if letters.lower() in _PREFIXES and len(letters) > 1:
        return "", True
    if len(letters) > _MAX_LETTERS:
        return "", False
    return letters, text[at : at + 1] not in ("_", "%", "％")
