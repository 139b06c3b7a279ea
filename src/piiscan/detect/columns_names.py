"""Names in columns whose heading tells nothing, and columns whose heading says names although their cells are goods.

What most cells of a column are, the rest is as well: rare names that no dictionary has are told by the company they keep, as in lists pasted into a text
(:mod:`piiscan.detect.names_rows`). How many must be known depends on what stands beside the column: a reading or a birth date says that the rows are
people, a telephone may be a shop's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from piiscan.detect.checks import NEVER_A_NAME, kana_name, person_name
from piiscan.detect.columns_values import TypeCheck, Values, Verdict, fold_cell, meaningful, spread
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import COMPANY_KANA, to_katakana
from piiscan.detect.names_evidence import KANJI, NOT_VALUES
from piiscan.detect.names_labelled import NOT_PERSON
from piiscan.detect.variants import fold_variants

SAMPLE = 120
LEAST, ALONE = 3, 8
"""Distinct values that are enough where the row is surely about a person, and where nothing says so."""
SURNAMES, MOST_LEAST = 0.7, 5
"""So many of the distinct values, of which there are enough, are surnames and hardly anything else: a column of surnames."""
FEW = 0.35
"""Below this share of full names a column of words is none of names."""
PERSONS = frozenset({"PERSON", "JP_NAME_KANA", "DATE_OF_BIRTH", "JP_DATE_OF_BIRTH", "GENDER", "AGE", "JP_MY_NUMBER"})
"""Neighbours that only persons have."""
CONTACTS = frozenset({"PHONE_NUMBER", "JP_PHONE_MOBILE", "JP_PHONE_FIXED", "EMAIL_ADDRESS", "JP_ADDRESS"})
"""Neighbours that companies have as well."""

_NEEDED = {"person": 0.2, "contact": 0.35, "": 0.6}
_WORDS = 16
"""Longer cells are text, not the name of something."""
_form = re.compile(
    rf"[{KANJI}ヶケノツ]{{1,5}}[ 　]?[{KANJI}ぁ-ゖァ-ヺー]{{1,5}}|[ァ-ヺー]{{2,12}}(?:[・ 　][ァ-ヺー]{{2,12}}){{1,3}}"
).fullmatch
_spaced = re.compile(rf"[{KANJI}ヶケノツ]{{1,4}}[ 　][{KANJI}ぁ-ゖァ-ヺー]{{1,5}}").fullmatch
_part = re.compile(rf"[{KANJI}ぁ-ゖァ-ヺー]{{1,5}}").fullmatch
_kanji_part = re.compile(rf"[{KANJI}ヶケノツ]{{1,4}}").fullmatch
_kana = re.compile(r"[ァ-ヺー]{1,12}(?:[ 　・][ァ-ヺー]{1,12})?|[ぁ-ゖー]{2,12}[ 　][ぁ-ゖー]{2,12}").fullmatch
_kana_part = re.compile(r"[ァ-ヺー]{1,8}|[ぁ-ゖー]{1,8}").fullmatch
_GAP = re.compile("[ 　]")
_japanese = re.compile("[ぁ-ゖァ-ヺ一-龥]").search
_thing = re.compile(
    rf"{NOT_PERSON.pattern}|(?:[部課室係店社局院校園館駅市県町村区所品号円組科堂寺社]|大学|本舗|商事|物産|建設|工業|製作|運輸|産業)$"
).search
_goods = re.compile(
    r"価格|単価|定価|売価|原価|税込|税抜|在庫|入数|内容量|容量|産地|規格|型番|品番|品名|品目|銘柄|商品|製品|メーカー|ブランド|賞味期限|"
    r"jan|ean|isbn|sku|price|stock|qty|quantity|unit|item|product|goods|brand|maker|shohin|kakaku|tanka|zaiko",
    re.IGNORECASE,
).search
_ANY_NAME = frozenset({"name", "names"})
"""Headings that name persons and anything else."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a column without a telling heading is: the type, how sure, why."""

    entity_type: str
    confidence: float
    evidence: tuple[str, ...]


class NameCells(TypeCheck):
    """The checks of a type; in a column that is known to be of names, every cell passes that is written like one."""

    def __init__(self, base: TypeCheck, entity_type: str) -> None:
        super().__init__(base.checks)
        self._form = _kana if entity_type == "JP_NAME_KANA" else _form

    def _judge(self, values: Values, labelled: bool) -> Verdict:
        verdict = super()._judge(values, labelled)
        mask = [good or self._alike(v) for good, v in zip(verdict.mask, values.folded, strict=True)]
        return Verdict(mask, verdict.confirmed, verdict.evidence, verdict.best)

    def _alike(self, value: str) -> bool:
        if self._form(value) is None or value in NOT_VALUES:
            return False
        return _thing(value) is None or (_spaced(value) is not None and _surname(_GAP.split(value)[0]))


def names_of(sample: Values, neighbours: frozenset[str]) -> Names | None:
    """Whether a column holds full names or readings, given the types of the columns beside it."""
    values = sample.folded
    beside, why = _beside(neighbours)
    if len(values) < (LEAST if beside else ALONE):
        return None
    if _share(values, _reading_form) >= 0.9:
        known = _share(values, _is_reading)
        found = bool(beside) and known >= (0.3 if "PERSON" in neighbours else 0.5)
        return Names("JP_NAME_KANA", round(0.5 + 0.25 * known, 3), (*why, f"share:{known:.2f}")) if found else None
    if _share(values, _form) < 0.9 or _share(values, _thing) > 0.1:
        return None
    surnames = _share(values, _sure_surname)
    if surnames >= SURNAMES:
        found = bool(beside) and len(values) >= MOST_LEAST
        return Names("PERSON", round(0.4 + 0.2 * surnames, 3), (*why, f"share:{surnames:.2f}")) if found else None
    known = _share(values, _is_full)
    helped = beside and _share(values, _spaced) >= 0.9
    if known < _NEEDED[beside] - (0.15 if helped else 0.0):
        return None
    score = 0.5 + 0.3 * known + (0.1 if beside else 0.0)
    return Names("PERSON", round(score, 3), (*why, f"share:{known:.2f}"))


def name_pair(first: Iterable[str], second: Iterable[str]) -> str:
    """The type that two neighbouring columns are together (surname and given name, in kanji or kana); empty where they are none."""
    before, after = ([fold_cell(v) for v in spread(meaningful(column), SAMPLE)] for column in (first, second))
    if min(len(before), len(after)) < LEAST:
        return ""
    if _share(before, _kanji_part) >= 0.9 and _share(after, _part) >= 0.9:
        things = max(_share(before, _thing), _share(after, _thing))
        surnames, given = _share(before, _surname), _share(after, _given)
        return "PERSON" if things <= 0.2 and min(surnames, given) >= 0.45 and surnames + given >= 1.2 else ""
    if _share(before, _kana_part) >= 0.9 and _share(after, _kana_part) >= 0.9:
        kana = Lexicon.load().kana
        surnames = _share(before, lambda v: to_katakana(v) in kana["surname"])
        given = _share(after, lambda v: to_katakana(v) in kana["given"])
        return "JP_NAME_KANA" if min(surnames, given) >= 0.5 and surnames + given >= 1.2 else ""
    return ""


# what looks like names among other things


def says_little(header: str) -> bool:
    """Whether a heading of names may as well stand above names of goods or places."""
    return header.strip().lower() in _ANY_NAME


def about_goods(headers: Iterable[str]) -> bool:
    """Whether some heading of a table is one of a price list or catalogue."""
    return any(_goods(header) for header in headers)


def few_names(sample: Values, least: float = FEW) -> bool:
    """Whether a column of words holds so few full names that those are what the others are: goods, places, shops. Too few words tell nothing."""
    words = [v for v in sample.folded if len(v) <= _WORDS and _japanese(v)]
    if len(words) < max(ALONE, 0.6 * len(sample)):
        return False
    return _share(words, _is_full) < least


def _share(values: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(v)) for v in values) / max(1, len(values))


def _beside(neighbours: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    for kind, types in (("person", PERSONS), ("contact", CONTACTS)):
        if shared := types & neighbours:
            return kind, ("column:names", f"neighbour:{min(shared)}")
    return "", ("column:names",)


def _reading_form(value: str) -> bool:
    return _kana(value) is not None and COMPANY_KANA.search(value) is None


@lru_cache(8192)
def _is_full(value: str) -> bool:
    if value in Lexicon.load().surnames or NEVER_A_NAME.search(value):
        return False
    return person_name(value) is True


def _is_reading(value: str) -> bool:
    return kana_name(value) is True


def _sure_surname(value: str) -> bool:
    return Lexicon.load().surnames.get(fold_variants(value).text, "-") in "Ss"


def _surname(value: str) -> bool:
    return fold_variants(value).text in Lexicon.load().surnames


def _given(value: str) -> bool:
    word, lexicon = fold_variants(value).text, Lexicon.load()
    if word in lexicon.given or to_katakana(word) in _given_kana():
        return True
    return len(word) > 1 and lexicon.likely_given(word, 5, 5)


@cache
def _given_kana() -> frozenset[str]:
    return frozenset(Lexicon.load().kana["given"])
