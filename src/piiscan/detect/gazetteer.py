"""Prefectures, municipalities and their towns, from the postal data; loaded once per process and never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from piiscan.detect.automaton import Automaton, build
from piiscan.detect.lexicon import read_data
from piiscan.text.folding import fold_kanji

SPELLINGS = str.maketrans(
    "ヶｹがガヵかカノﾉの之ッﾂっ大字０１２３４５６７８９",
    "ケケケケケケケノノノノツツツ大字0123456789",
)
_LARGE_SECTION = re.compile("^大?字")
_DISTRICT = re.compile("^.{1,5}郡(?=.{1,6}[町村]$)")
_ISLAND = re.compile("^.{1,4}島(?=.{1,4}村$|八丈町$|大島町$)")
_WARD = re.compile("^(.{1,5}市)(.{1,5}区)$")
_KE = re.compile("[ケヶ]")
MAX_TOWN, MAX_CITY = 16, 14
_CITY_END = frozenset("市区町村")
"""What every municipality ends with."""


def fold_place(text: str) -> str:
    """One spelling of place names: ヶ ケ が, ノ の 之, variant kanji; one to one except what has no width."""
    return text if text.isascii() else fold_kanji(text).translate(SPELLINGS)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A city, ward, town or village. `alias` tells that a name without its city or district was met."""

    number: int
    prefecture: str
    name: str


class _Towns(NamedTuple):
    """The towns of a municipality, what they begin with, and how long the longest is."""

    names: frozenset[str]
    firsts: frozenset[str]
    longest: int


@dataclass(frozen=True)
class Gazetteer:
    """Where places are. Build with :meth:`load`."""

    municipalities: tuple[Municipality, ...] = field(repr=False)
    _towns: tuple[str, ...] = field(repr=False)
    names: Mapping[str, tuple[int, ...]] = field(repr=False)
    """Every way a municipality is written -> its numbers; several for names that are not unique."""
    short_names: frozenset[str] = field(repr=False)
    """Names of wards without their city."""

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> Gazetteer:
        """The shipped data; the same object every time."""
        places: list[Municipality] = []
        towns: list[str] = []
        for key, entries in read_data("places")[1]:
            prefecture, _, name = key.partition("/")
            places.append(Municipality(len(places), prefecture, fold_kanji(name)))
            towns.append(" ".join(entries))
        names: dict[str, list[int]] = {}
        short: set[str] = set()
        for place in places:
            for spelling in _written(place.name, short):
                numbers = names.setdefault(spelling, [])
                if place.number not in numbers:
                    numbers.append(place.number)
        frozen = {name: tuple(numbers) for name, numbers in names.items()}
        return Gazetteer(tuple(places), tuple(towns), frozen, frozenset(short - {p.name for p in places}))

    @cached_property
    def prefectures(self) -> frozenset[str]:
        """The 47."""
        return frozenset(place.prefecture for place in self.municipalities)

    def automaton(self, others: Sequence[str] = ()) -> Automaton:
        """Finds prefectures and municipalities in folded text, and other words in the same pass; these have the numbers from `size` on."""
        return build([*self._words, *others], cache="places")

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return (*sorted(self.prefectures), *(name for name in self.names if name not in self.prefectures))

    @property
    def size(self) -> int:
        """How many names of prefectures and municipalities there are."""
        return len(self._words)

    @cached_property
    def _town_sets(self) -> dict[int, _Towns]:
        return {}

    @cached_property
    def _inside(self) -> dict[tuple[str, str], tuple[int, ...]]:
        return {}

    def places_at(self, text: str) -> Iterator[int]:
        """The ends of prefectures and municipalities that a folded text begins with, the longest first."""
        for length in range(min(MAX_CITY, len(text)), 1, -1):
            if text[:length] in self.names or text[:length] in self.prefectures:
                yield length

    def towns(self, number: int) -> frozenset[str]:
        """The towns of a municipality, spelled as `fold_place` does; made on first demand."""
        return self._towns_of(number).names

    def _towns_of(self, number: int) -> _Towns:
        found = self._town_sets.get(number)
        if found is None:
            names = frozenset(_LARGE_SECTION.sub("", fold_place(name)) for name in self._towns[number].split(" "))
            firsts = frozenset(name[0] for name in names if name)
            found = self._town_sets[number] = _Towns(names, firsts, max(map(len, names)))
        return found

    def town_end(self, place: str, start: int, numbers: tuple[int, ...]) -> tuple[int, int] | None:
        """(end, municipality) of the longest town of these municipalities that starts at `start` of `fold_place` text."""
        first = place[start : start + 1]
        known = [(number, towns) for number in numbers if first in (towns := self._towns_of(number)).firsts]
        if not known:
            return None
        longest = min(MAX_TOWN, len(place) - start, max(towns.longest for _, towns in known))
        for end in range(start + longest, start, -1):
            name = place[start:end]
            for number, towns in known:
                if name in towns.names:
                    return end, number
        return None

    def inside(self, name: str, prefecture: str) -> tuple[int, ...]:
        """The municipalities of a prefecture that are called so."""
        key = name, prefecture
        found = self._inside.get(key)
        if found is None:
            numbers = self.names.get(name, ())
            found = tuple(n for n in numbers if self.municipalities[n].prefecture == prefecture)
            if numbers:
                self._inside[key] = found
        return found

    def city_end(self, text: str, start: int, prefecture: str) -> tuple[int, tuple[int, ...]] | None:
        """(end, municipalities) of the longest name of a municipality of this prefecture that starts at `start`."""
        for end in range(min(start + MAX_CITY, len(text)), start + 1, -1):
            if text[end - 1] in _CITY_END and (numbers := self.inside(text[start:end], prefecture)):
                return end, numbers
        return None


def _written(name: str, short: set[str]) -> Iterator[str]:
    """The full name, the name without its district or island, the ward alone, the city without ward; with all ヶ."""
    bare = _ISLAND.sub("", _DISTRICT.sub("", name))
    ward = _WARD.match(name)
    forms = {name, bare}
    if ward:
        forms |= set(ward.groups())
        short.add(ward.group(2))
    for form in sorted(forms):
        yield form
        if _KE.search(form):
            yield from (_KE.sub(ke, form) for ke in "ケヶがｹ" if _KE.sub(ke, form) != form)
