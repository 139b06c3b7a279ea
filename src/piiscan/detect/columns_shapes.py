"""Identifiers of a column look alike: a pattern that passes one of a shape passes all of that shape, so shapes are learned and looked for.

That holds for patterns which do not tell digits from digits nor letters from letters; others learn nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from re import _constants as sre  # type: ignore[attr-defined]  # the parser of `re` has no public name
from re import _parser  # type: ignore[attr-defined]
from typing import Any

import polars as pl

_CLASSES = ((48, 57, "[0-9]"), (65, 90, "[A-Z]"), (97, 122, "[a-z]"))
_MOST_SHAPES = 64
_LIKE = {code: low for low, high, _ in _CLASSES for code in range(low, high + 1)}
_DECIMAL = re.compile(r"[0-9]+\.[0-9]+")
"""Folding takes ``.0`` away."""


class Shapes:
    """Shapes of values that a pattern passes, as one regular expression. Learns at most 64."""

    def __init__(self, pattern: str) -> None:
        self._learns = _blind(pattern)
        self._shapes: set[str] = set()
        self._pattern = ""

    def learn(self, passing: Sequence[str]) -> None:
        """Take in values that pass (folded)."""
        if not self._learns or len(self._shapes) >= _MOST_SHAPES:
            return
        alike = {v.translate(_LIKE): v for v in passing}  # a few hundred values have a handful of outlines
        fresh = {_shape(v) for v in alike.values() if _plain(v)} - self._shapes
        if fresh:
            self._shapes.update(sorted(fresh)[: _MOST_SHAPES - len(self._shapes)])
            self._pattern = f"^(?:{'|'.join(sorted(self._shapes))})$"

    def surely(self, cells: pl.Series) -> pl.Series:
        """Cells of a learned shape."""
        if not self._pattern:
            return pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(cells))
        return cells.str.contains(self._pattern).fill_null(value=False)


def _plain(value: str) -> bool:
    """Whether folding leaves all values of this shape as they are, and none is a placeholder: visible ASCII with a digit, bare at its ends."""
    inside = value.isascii() and value.isprintable() and any(c.isdigit() for c in value)
    return inside and value[0].isalnum() and value[-1].isalnum() and not _DECIMAL.fullmatch(value)


def _shape(value: str) -> str:
    parts = []
    for unit, run in groupby(_unit(c) for c in value):
        count = sum(1 for _ in run)
        parts.append(unit + (f"{{{count}}}" if count > 1 else ""))
    return "".join(parts)


def _unit(char: str) -> str:
    return next((unit for low, high, unit in _CLASSES if low <= ord(char) <= high), re.escape(char))


def _blind(pattern: str) -> bool:
    """Whether a pattern cannot tell one digit from another, nor one small or capital letter from another."""
    return all(
        _is_blind(low, high, ranges)
        for ranges in _sets(_parser.parse(pattern.replace(r"\z", r"\Z")))
        for low, high, _ in _CLASSES
    )


def _is_blind(low: int, high: int, ranges: list[tuple[int, int]]) -> bool:
    covered = sum(max(0, min(high, b) - max(low, a) + 1) for a, b in ranges)
    return covered in (0, high - low + 1)


def _sets(tree: Iterable[tuple[Any, Any]]) -> Iterator[list[tuple[int, int]]]:
    """The character sets of a parsed pattern; what is not understood comes as a set that tells digits apart."""
    for code, argument in tree:
        if code in (sre.LITERAL, sre.NOT_LITERAL):
            yield [(argument, argument)]
        elif code is sre.IN:
            yield _ranges(argument)
        elif code is sre.BRANCH:
            for branch in argument[1]:
                yield from _sets(branch)
        elif code in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield from _sets(argument[2])
        elif code is sre.SUBPATTERN:
            yield from _sets(argument[3]) if not argument[1] else [[(48, 48)]]
        elif code in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _sets(argument[1])
        elif code is sre.ATOMIC_GROUP:
            yield from _sets(argument)
        elif code not in (sre.AT, sre.ANY):
            yield [(48, 48)]


def _ranges(items: Iterable[tuple[Any, Any]]) -> list[tuple[int, int]]:
    found = []
    for code, argument in items:
        if code is sre.RANGE:
            found.append(argument)
        elif code is sre.LITERAL:
            found.append((argument, argument))
        elif code is not sre.NEGATE:
            return [(48, 48)]
    return found
