"""Prefectures, municipalities and their towns, from the postal data; loaded once per process and never changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from piiscan.detect.automaton import Automaton, Match, build
from piiscan.detect.lexicon import read_data
from piiscan.text.folding import fold_kanji

_SPELLINGS = str.maketrans(
    "ヶｹがガヵかカノﾉの之ッﾂっ大字０１２３４５６７８９",
    "ケケケケケケケノノノノツツツ大字0123456789",
)
_LARGE_SECTION = re.compile("^大?字")
_DISTRICT = re.compile("^.{1,5}郡(?=.{1,6}[町村]$)")
_ISLAND = re.compile("^.{1,4}島(?=.{1,4}村$|八丈町$|大島町$)")
_WARD = re.compile("^(.{1,5}市)(.{1,5}区)$")
_KE = re.compile("[ケヶ]")
MAX_TOWN = 16


def fold_place(text: str) -> str:
    """One spelling of place names: ヶ ケ が, ノ の 之, variant kanji; one to one except what has no width."""
    return fold_kanji(text).translate(_SPELLINGS)


@dataclass(frozen=True, slots=True)
class Municipality:
    """A city, ward, town or village. `alias` tells that a name without its city or district was met."""

    number: int
    prefecture: str
    name: str


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

    @cached_property
    def automaton(self) -> Automaton:
        """Finds prefectures and municipalities in folded text."""
        return build([*sorted(self.prefectures), *self.names], cache="places")

    @cached_property
    def _town_sets(self) -> dict[int, frozenset[str]]:
        return {}

    def find(self, text: str) -> list[Match]:
        """Every prefecture and municipality in the text, overlapping ones too."""
        return self.automaton.find(text)

    def towns(self, number: int) -> frozenset[str]:
        """The towns of a municipality, spelled as `fold_place` does; made on first demand."""
        found = self._town_sets.get(number)
        if found is None:
            names = (fold_place(name) for name in self._towns[number].split(" "))
            found = frozenset(_LARGE_SECTION.sub("", name) for name in names)
            self._town_sets[number] = found
        return found

    def town_end(self, place: str, start: int, numbers: tuple[int, ...]) -> tuple[int, int] | None:
        """(end, municipality) of the longest town of these municipalities that starts at `start` of `fold_place` text."""
        for length in range(min(MAX_TOWN, len(place) - start), 0, -1):
            name = place[start : start + length]
            for number in numbers:
                if name in self.towns(number):
                    return start + length, number
        return None

    def city_end(self, text: str, start: int, prefecture: str) -> tuple[int, tuple[int, ...]] | None:
        """(end, municipalities) of the longest name of a municipality of this prefecture that starts at `start`."""
        for length in range(min(14, len(text) - start), 1, -1):
            numbers = self.names.get(text[start : start + length])
            inside = tuple(n for n in numbers or () if self.municipalities[n].prefecture == prefecture)
            if inside:
                return start + length, inside
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
