"""The dictionaries of names and places, loaded once per process and never changed.

Class letters of names say what Sudachi takes the word for when it stands alone: s surname, g given name, p place, w other word, x unknown or several;
upper case when its training text knew the name. Words must be folded (`fold_kanji`) before they are looked up.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Any

from piiscan.text.folding import fold_kanji

FORMAT = 1
MAX_GIVEN = 5
"""Characters of the longest given names that are looked for."""
SINGLE_SURNAMES = frozenset(
    "林森原岡辻関堀星谷菅南東西北島泉岸畑浜滝宮桂榊柳柴梶楠橘牧乾角堤塙巽峰嶋橋杉椿槙江沢秦窪薗薮越轟迫金李朴崔張陳王劉黄呉周孫高鄭曹趙楊徐安"
    "姜尹沈郭范蔡脇荒荻奥湊栗桑梅松梨伴仲堺筧榎栃柏芝葛蔦鎌城俵佃勝倉尾岩庄旭毛池熊石砂竹米糸茂菱藤隅鶴麻芹"
)
"""Surnames of one kanji that are looked for; the rest of such surnames are common words and need a label."""

NOT_NAMES = frozenset(
    ("平家建", "平家造", "千秋公園", "小川内科", "三国時代", "中国史", "三国志", "大東洋", "今日一日", "佐藤錦")
)
"""Words that the build does not find because Sudachi does not hold them as one."""


def read_data(name: str) -> tuple[dict[str, Any], Iterator[tuple[str, list[str]]]]:
    """The header of a data file, and its (key, entries) lines."""
    raw = gzip.decompress((files("piiscan") / "data" / f"{name}.gz").read_bytes()).decode()
    head, *lines = raw.split("\n")
    header: dict[str, Any] = json.loads(head)
    if header.get("format") != FORMAT:
        raise RuntimeError(f"dictionary file {name} has another format: reinstall piiscan")
    pairs = (line.partition("\t") for line in lines)
    return header, ((key, rest.split(" ") if rest else []) for key, _, rest in pairs)


@dataclass(frozen=True)
class Lexicon:
    """Names and readings. Build with :meth:`load`."""

    surnames: Mapping[str, str] = field(repr=False)
    given: Mapping[str, str] = field(repr=False)
    not_names: frozenset[str] = field(repr=False)
    variants: Mapping[str, int] = field(repr=False)
    """Variant kanji, and how often they occur in the names of the source."""
    versions: Mapping[str, str]

    @staticmethod
    @lru_cache(maxsize=1)
    def load() -> Lexicon:
        """The shipped dictionary; the same object every time."""
        header, surnames = read_data("surnames")
        variants: Counter[str] = Counter()
        return Lexicon(
            surnames=_by_class(surnames, variants),
            given=_by_class(read_data("given")[1], variants),
            variants=variants,
            not_names=NOT_NAMES | frozenset(word for _, words in read_data("notnames")[1] for word in words),
            versions=header["inputs"],
        )

    @cached_property
    def searched(self) -> tuple[str, ...]:
        """The surnames that texts are searched for: those of two kanji and more, and `SINGLE_SURNAMES`."""
        return tuple(name for name in self.surnames if len(name) > 1 or name in SINGLE_SURNAMES)

    @cached_property
    def given_pairs(self) -> frozenset[str]:
        """The first two characters of given names: most of what follows a surname in text is told from names by them."""
        return frozenset(name[:2] for name in self.given)

    @cached_property
    def _given_edges(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many given names begin, and how many end, with a character."""
        return _edges(self.given)

    def likely_given(self, word: str, first: int, last: int) -> bool:
        """Whether at least `first` given names begin, and `last` end, as this word does."""
        begins, ends = self._given_edges
        return (
            begins.get(word[0], 0) >= first
            and ends.get(word[-1], 0) >= last
            and all(c in begins or c in ends for c in word)
        )

    @cached_property
    def _surname_edges(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        return _edges(self.surnames)

    def likely_surname(self, word: str, first: int, last: int) -> bool:
        """Whether at least `first` surnames begin, and `last` end, as this word does."""
        begins, ends = self._surname_edges
        return len(word) > 1 and begins.get(word[0], 0) >= first and ends.get(word[-1], 0) >= last

    @cached_property
    def kana(self) -> Mapping[str, frozenset[str]]:
        """Katakana words: ``surname`` and ``given`` readings, ``foreign`` names, ``foreign-word`` that are ordinary words as well."""
        return {key: frozenset(words) for key, words in read_data("kana")[1]}

    @cached_property
    def romaji(self) -> Mapping[str, frozenset[str]]:
        """Lower-case Latin words: ``surname``, ``given``, ``foreign``."""
        return {key: frozenset(words) for key, words in read_data("romaji")[1]}

    @cached_property
    def plain_kana_surnames(self) -> frozenset[str]:
        """Surname readings as the banks' format writes them: no small kana."""
        return frozenset(enlarge("\n".join(self.kana["surname"])).split("\n"))

    @cached_property
    def plain_kana_given(self) -> frozenset[str]:
        """Given-name readings without small kana."""
        return frozenset(enlarge("\n".join(self.kana["given"])).split("\n"))


def _edges(names: Iterable[str]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How many of the names of two characters and more begin, and how many end, with a character."""
    longer = [name for name in names if len(name) > 1]
    return Counter(map(itemgetter(0), longer)), Counter(map(itemgetter(-1), longer))


def _by_class(sections: Iterator[tuple[str, list[str]]], variants: Counter[str]) -> dict[str, str]:
    """Word -> class, with variant kanji folded; the better class stays where two words fold to one. Counts the variants."""
    found: dict[str, str] = {}
    for kind, words in sections:
        given = "\n".join(words)
        variants.update({char: count for char, count in Counter(given).items() if fold_kanji(char) != char})
        folded = fold_kanji(given).split("\n")
        found.update(dict.fromkeys(folded if kind.isupper() else [word for word in folded if word not in found], kind))
    return found


_ENLARGE = str.maketrans("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ")


def enlarge(kana: str) -> str:
    """Small kana as large ones, as the banks' transfer format writes them."""
    return kana.translate(_ENLARGE)
