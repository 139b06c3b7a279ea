"""Dictionary checks and check digits over whole columns: what is certain is told without looking at single values.

The `surely_*` functions say True where the check of the same name in :mod:`piiscan.detect.checks` says True, and False where nothing is known; the
`is_surely_*` functions say the same of one value. Words of names repeat, so a column is split into its words and the dictionary asked for each
distinct one; of addresses the part before the first number is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from piiscan.detect import checks
from piiscan.detect.gazetteer import MAX_TOWN, Gazetteer, fold_place
from piiscan.detect.lexicon import Lexicon, enlarge
from piiscan.detect.name_grammar import COMPANY_KANA
from piiscan.detect.names_evidence import HONORIFICS, NOT_VALUES
from piiscan.detect.variants import fold_variants

if TYPE_CHECKING:
    import polars as pl

_KANA_WORDS = re.compile("[ァ-ヺー]{1,15}[ 　][ァ-ヺー]{1,15}")
_NUMBER = re.compile("[0-9 ]")
_NUMBERED_START = re.compile("[^0-9 ]{0,40}[0-9]{0,4}[^0-9 ]{0,8}")
_KANJI_WORD = re.compile("[一-龥々]{1,5}")
_NAME_WORD = re.compile("[一-龥々ぁ-ゖァ-ヺー]{1,5}")
_ENDS_POLITELY = tuple(HONORIFICS)
_STREETS = re.compile("通|筋|[上下][るルがガ]|[東西]入|[東西南北]側|角")
_CITY_END = frozenset("市区町村")
_MAX_CITY = 14
_MAX_ADDRESS_BYTES = 240


def surely_names(values: pl.Series) -> pl.Series:
    """Values that are a known surname and a known given name, with a space or, where both are ordinary, without."""
    import polars as pl

    parts = _two_words(values)
    surname, given = parts.to_series(0), parts.to_series(1)
    mask = (_which(surname, _is_surname) & _which(given, _is_given)).fill_null(value=False)
    rest = (given.is_null() & values.is_not_null()).arg_true()
    if not len(rest):
        return mask
    joined = _joined_names(values.gather(rest))
    return mask.scatter(rest.filter(joined), pl.Series([True], dtype=pl.Boolean)) if joined.any() else mask


def is_surely_name(value: str) -> bool:
    """The same of one value."""
    surname, space, given = value.replace("　", " ").partition(" ")
    if space:
        return _is_surname(surname) and _is_given(given)
    ordinary = any(_is_ordinary_surname(value[:n]) and _is_ordinary_given(value[n:]) for n in (2, 3, 1))
    return ordinary and len(value) >= 3 and value not in _like_full_names() and not checks.NEVER_A_NAME.search(value)


def surely_readings(values: pl.Series) -> pl.Series:
    """Values of two katakana words, one of them the reading of a name that stands in its place."""
    parts = _two_words(values)
    first, last = parts.to_series(0), parts.to_series(1)
    known = _which(first, _is_kana_surname)
    if not known.all():
        known |= _which(last, _is_kana_given)
    companies = [w for w in first.unique().to_list() if w and _begins_as_company(w)]
    if companies:
        known &= ~_which(first, companies.__contains__)
    return (known & values.str.contains(f"^{_KANA_WORDS.pattern}$")).fill_null(value=False)


def is_surely_reading(value: str) -> bool:
    """The same of one value."""
    if _KANA_WORDS.fullmatch(value) is None:
        return False
    first, _, last = value.replace("　", " ").partition(" ")
    return (_is_kana_surname(first) or _is_kana_given(last)) and not _begins_as_company(first)


def _is_kana_surname(word: str) -> bool:
    return enlarge(word) in Lexicon.load().plain_kana_surnames


def _is_kana_given(word: str) -> bool:
    return enlarge(word) in Lexicon.load().plain_kana_given


def _begins_as_company(word: str) -> bool:
    return COMPANY_KANA.search(f"{word} ") is not None


def surely_addresses(values: pl.Series) -> pl.Series:
    """Values that begin with a municipality and a town of it, whatever follows."""
    import polars as pl

    start = pl.select(
        pl.lit(values.cast(pl.Binary)).bin.slice(0, pl.coalesce(pl.lit(values.str.find("[0-9 ]")), pl.lit(200)))
    ).to_series()
    known = [s for s in start.drop_nulls().unique().to_list() if begins_with_town(s.decode(errors="ignore"))]
    mask = start.is_in(pl.Series(known, dtype=pl.Binary).implode()).fill_null(value=False)
    rest = (~mask & values.is_not_null()).arg_true()
    if len(rest):  # 南5条: a town may have a number in its name
        longer = values.gather(rest).str.extract(f"^{_NUMBERED_START.pattern}", 0)
        mask = mask.scatter(rest.filter(_which(longer, begins_with_town).fill_null(value=False)), values=True)
    return mask & (values.str.len_bytes() <= _MAX_ADDRESS_BYTES).fill_null(value=False)


def is_surely_address(value: str) -> bool:
    """The same of one value."""
    start = _NUMBERED_START.match(value)
    return (
        len(value.encode(errors="replace")) <= _MAX_ADDRESS_BYTES
        and start is not None
        and (begins_with_town(_NUMBER.split(value, maxsplit=1)[0]) or begins_with_town(start.group()))
    )


@lru_cache(maxsize=8192)
def begins_with_town(text: str) -> bool:
    """Whether a text starts with a municipality (its prefecture before it or not) and goes on with a town of it."""
    gazetteer = Gazetteer.load()
    text = fold_variants(text).text
    at = next((n for n in (3, 4) if text[:n] in gazetteer.prefectures), 0)
    for end in range(min(at + _MAX_CITY, len(text)), at + 1, -1):
        if text[end - 1] not in _CITY_END:
            continue
        numbers = gazetteer.names.get(text[at:end], ())
        if at:
            numbers = tuple(n for n in numbers if gazetteer.municipalities[n].prefecture == text[:at])
        if numbers:
            kyoto = {gazetteer.municipalities[n].prefecture for n in numbers} == {"京都府"}
            if kyoto and _STREETS.search(text, end):
                return False  # directions stand before the town
            return _starts_with_one(fold_place(text[end : end + MAX_TOWN]), numbers, gazetteer)
    return False


def _starts_with_one(place: str, numbers: tuple[int, ...], gazetteer: Gazetteer) -> bool:
    return any(place[:n] in gazetteer.towns(number) for number in numbers for n in range(len(place), 0, -1))


def _two_words(values: pl.Series) -> pl.DataFrame:
    spaced = values
    if values.str.contains("　", literal=True).any():
        spaced = values.str.replace_all("　", " ", literal=True)
    return spaced.str.splitn(" ", 2).struct.unnest()


def _which(words: pl.Series, test: Callable[[str], bool]) -> pl.Series:
    """Where a word passes; the test is asked once for each distinct one."""
    import polars as pl

    good = [w for w in words.unique().to_list() if w is not None and test(w)]
    return words.is_in(pl.Series(good, dtype=pl.String).implode())


def _is_surname(word: str) -> bool:
    return word in Lexicon.load().surnames and _KANJI_WORD.fullmatch(word) is not None and _may_be(word)


def _is_given(word: str) -> bool:
    return word in Lexicon.load().given and _NAME_WORD.fullmatch(word) is not None and _may_be(word)


def _may_be(word: str) -> bool:
    return not word.endswith(_ENDS_POLITELY) and not checks.NEVER_A_NAME.search(word)


def _joined_names(values: pl.Series) -> pl.Series:
    """An ordinary surname and an ordinary given name without a space: nothing ranks higher, so no other reading is taken."""
    mask = values.is_null()  # all False: nulls were taken out before
    for size in (2, 3, 1):
        surname = _which(values.str.slice(0, size), _is_ordinary_surname)
        given = _which(values.str.slice(size), _is_ordinary_given)
        mask |= surname & given
    other = values.is_in(_surnames_like_full_names().implode()) | values.str.contains(checks.NEVER_A_NAME.pattern)
    return mask & (values.str.len_chars() >= 3) & ~other


def _is_ordinary_surname(word: str) -> bool:
    return Lexicon.load().surnames.get(word) == "S" and _is_surname(word)


def _is_ordinary_given(word: str) -> bool:
    return Lexicon.load().given.get(word) == "G" and _is_given(word)


@cache
def _surnames_like_full_names() -> pl.Series:
    import polars as pl

    return pl.Series(sorted(_like_full_names()), dtype=pl.String)


@cache
def _like_full_names() -> frozenset[str]:
    """Long surnames that are also a surname and a given name (五十嵐), and what forms say instead of a name."""
    lexicon = Lexicon.load()
    long = (
        w
        for w, kind in lexicon.surnames.items()
        if len(w) > 2
        and kind.isupper()
        and any(w[:n] in lexicon.surnames and w[n:] in lexicon.given for n in (1, 2, 3))
    )
    return frozenset((*long, *NOT_VALUES))


# check digits


@cache
def _partial_sums(weights: tuple[int, int, int, int], modulus: int) -> pl.Series:
    """For four digits at a time: the weighted sum of each number from 0000 to 9999 (weights from the last digit on)."""
    import polars as pl

    sums = (sum(n // 10**i % 10 * w for i, w in enumerate(weights)) % modulus for n in range(10_000))
    return pl.Series(list(sums), dtype=pl.UInt8)


def my_number_sum(values: pl.Series) -> pl.Series:
    """Whether twelve digits have the check digit of 個人番号 and are not one digit repeated; False for what is no number."""
    import polars as pl

    number = values.cast(pl.Int64, strict=False).fill_null(0)
    number = pl.select(pl.when(number.is_between(0, 10**12 - 1)).then(number).otherwise(0)).to_series()
    low = _partial_sums((0, 2, 3, 4), 11).gather(number % 10_000)
    middle = _partial_sums((5, 6, 7, 2), 11).gather(number // 10**4 % 10_000)
    rest = (low + middle + _partial_sums((3, 4, 5, 6), 11).gather(number // 10**8)) % 11
    digit = pl.Series([0, 0, *range(9, 0, -1)], dtype=pl.Int64).gather(rest)
    return (digit == number % 10) & (number % 111_111_111_111 != 0)
