"""Reading the numbers of a text by the shapes of their runs. Shapes repeat, so what is read in a run of one shape is found out once; and most runs
hold nothing that any rule asks for, which is known by their shape and the labels of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from piiscan.detect.digits import (
    ASCII_SHAPE,
    DOTS,
    FOLD,
    HYPHENS,
    LETTERS,
    MAX_LETTERS,
    OPENING,
    RUN_SHAPE,
    SPACES,
    TOKEN,
    Reading,
    Run,
)

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


_NONE: Mapping[str, frozenset[str]] = MappingProxyType({})


class RunReader:
    """`piiscan.detect.digits.readings` for one choice of shapes, faster: how a run is read depends on its shape only, and shapes repeat.

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
        for match in TOKEN.finditer(text):
            raw = match.group()
            start = match.start()
            if raw.isascii():
                shape = raw.encode().translate(ASCII_SHAPE)
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
        for match in TOKEN.finditer(text):
            start, end = match.span()
            if start > cut + MAX_LETTERS:  # letters beside a run and a sign before it may be part of a reading
                return
            if end + MAX_LETTERS >= cut:
                yield from (r for r in self._run(text, start, end, None) if r.start < cut < r.end)

    def _run(self, text: str, start: int, end: int, near: Near | None) -> Iterable[Reading]:
        if end - start > _LONGEST:
            return Run(text, start, end).readings(self._shapes)
        before = text[start - 1] if start else " "
        if before in OPENING:
            start -= 1
            before = text[start - 1] if start else " "
        after = text[end : end + 1] if text[end - 1] not in _PARTING else ""
        raw = text[start:end]
        shape = raw.encode().translate(ASCII_SHAPE).decode() if raw.isascii() else raw.translate(RUN_SHAPE)
        touched = before in LETTERS or after in LETTERS
        plan = (self._touched if touched else self._alone).get(shape) or self._outlook(shape, touched)
        if not plan.spans or not (plan.loud or near is None or near(start, end, plan.rules)):
            return ()
        if touched or before in _ODD_BEFORE or after in _ODD_AFTER or len(shape) != end - start:
            return self._read(text, start, end, shape)
        folded = raw if raw.isascii() else raw.translate(FOLD)
        return [Reading(start + low, start + high, folded[low:high], form) for low, high, form in plan.spans]

    def _read(self, text: str, start: int, end: int, shape: str) -> list[Reading]:
        """The readings of a run beside letters or other signs that can be part of it or speak against it."""
        run = Run(text, start + (text[start] in OPENING), end)
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
_PARTING = frozenset("./(（／" + SPACES + DOTS)
"""At the end of a run they part it from what follows."""
_ODD_BEFORE = frozenset("_\\%.@#/／" + HYPHENS)
_ODD_AFTER = frozenset("_%％")
"""What :func:`_left` and :func:`_right` look at besides letters."""
_PlanKey = tuple[str, int, str, int, bool]
"""Shape of a run, letters on its left, whether a number may start there, letters on its right, whether one may end there."""


def _planned(key: _PlanKey, shapes: Container[str], quiet: Mapping[str, frozenset[str]]) -> _Plan:
    """What is read in runs of this form."""
    shape, left, left_ok, right, right_ok = key
    run = Run.of_shape(shape, left, left_ok, right, right_ok)
    spans = tuple(
        (found.start + left if found.start < 0 else found.start, min(found.end, len(run.folded)), found.shape)
        for found in run.readings(shapes)
    )
    forms = [form for _, _, form in spans]
    rules = frozenset[str]().union(*(quiet[form] for form in forms if form in quiet))
    return _Plan(spans, any(form not in quiet for form in forms), rules)
