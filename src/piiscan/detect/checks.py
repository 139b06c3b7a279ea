"""Named checks of the dictionaries: is a whole value a name, a reading, an address? True yes, False no, None cannot tell."""

from __future__ import annotations

import re
from functools import lru_cache

from piiscan.detect.address_grammar import AddressGrammar
from piiscan.detect.gazetteer import Gazetteer
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import COMPANY_KANA, NameGrammar
from piiscan.detect.names_evidence import KANJI, NOT_VALUES, SAMPLE_NAMES
from piiscan.detect.names_labelled import without_honorific
from piiscan.detect.variants import fold_variants

MAX_NAME, MAX_ADDRESS = 40, 120
NEVER_A_NAME = re.compile(
    r"[0-9０-９@/_#%&+=<>|\\。、！？!?：:]|株式|有限|合同会社|[(（][株有][)）]|㈱|㈲|御中|各位|法人|銀行|商店|会社|支店|営業所"
)
_ENDS_AS_THING = re.compile(
    r"(?:部|課|室|係|店|社|局|院|校|園|館|駅|市|県|町|村|区|都|府|号|円|年|月|組合|大学|センター|グループ|チーム|サービス|事務局)$"
)
_KANJI_NAME = re.compile(rf"[{KANJI}ヶケノツ]{{1,5}}[ 　]?[{KANJI}ぁ-ゖァ-ヺーヶケノ]{{1,5}}")
_KANA_NAME = re.compile(r"[ァ-ヺーぁ-ゖｦ-ﾟ]{1,15}(?:[ 　・.]+[ァ-ヺーぁ-ゖｦ-ﾟ]{1,20}){0,4}")
_FOREIGN = re.compile(r"[ァ-ヺー]{2,}(?:[・＝ 　][ァ-ヺー]+){1,4}")
_PLACE_PART = re.compile(
    rf"(?:丁目|番地|[0-9０-９]+番|[{KANJI}ぁ-ゖァ-ヺー]{{1,12}}[0-9０-９一二三四五六七八九十]{{1,4}}(?:[-－‐−ー]|$))"
)
_HAS_LETTER = re.compile(rf"[{KANJI}ぁ-ゖァ-ヺｦ-ﾟA-Za-z]")


@lru_cache(maxsize=1)
def _names() -> NameGrammar:
    return NameGrammar(Lexicon.load())


@lru_cache(maxsize=1)
def _addresses() -> AddressGrammar:
    return AddressGrammar(Gazetteer.load())


def person_name(value: str, /) -> bool | None:
    """A person's name: full, or a surname that is hardly anything else. None for what has the form of a rare name."""
    text = without_honorific(fold_variants(value).text.strip(" 　\t\r\n\"'"))
    if not text or len(text) > MAX_NAME or text in NOT_VALUES or NEVER_A_NAME.search(text):
        return False
    kind, sure = _names().value_kind(text)
    if sure < 0.9 and _ENDS_AS_THING.search(text):
        return False
    if kind == "full" or (kind == "latin" and sure >= 0.75):
        return True
    if kind == "kana":  # a reading, unless it is written as foreign names are
        return True if sure >= 0.9 and re.search("[・＝]", text) else None
    if kind == "surname":
        return True if sure >= 0.8 and len(text) > 1 and Lexicon.load().surnames[text] in "Ss" else None
    if kind or _FOREIGN.fullmatch(text):
        return None
    if _KANJI_NAME.fullmatch(text):
        known = any(text[:n] in Lexicon.load().surnames for n in range(1, 4))
        return None if known or " " in text or "　" in text else False
    return False


def surname(value: str, /) -> bool | None:
    """A surname. None where it is more often something else (place, word)."""
    text = fold_variants(value).text.strip(" 　\t\"'")
    kind = Lexicon.load().surnames.get(text)
    if kind is None:
        return False
    return True if kind in "SsP" else None


def given_name(value: str, /) -> bool | None:
    """A given name, in kanji or kana. None where it is more often something else."""
    text = fold_variants(value).text.strip(" 　\t\"'")
    kind = Lexicon.load().given.get(text)
    if kind is None:
        return _names().is_given_kana(text)
    return True if kind in "Gg" else None


def kana_name(value: str, /) -> bool | None:
    """A reading of a name, in any kana. Companies (ｶ) and so on) are none; unknown pairs of kana words cannot be told."""
    text = value.strip(" 　\t\"'")
    if not text or len(text) > MAX_NAME or not _KANA_NAME.fullmatch(text) or COMPANY_KANA.search(text):
        return False
    if _names().kana_value(text) >= 0.5:
        return True
    return None if re.search(r"[ 　・]", text) else False


def address(value: str, /) -> bool | None:
    """An address down to the town at least. None for a part of one: prefecture or city alone, or what follows them."""
    text = fold_variants(value).text.strip(" 　\t\r\n\"'")
    text = re.sub(r"^〒?[ 　]?[0-9０-９]{3}[-－‐−ー]?[0-9０-９]{4}[ 　]*", "", text)
    if not text or len(text) > MAX_ADDRESS or not _HAS_LETTER.search(text):
        return False
    gazetteer, grammar = Gazetteer.load(), _addresses()
    for end in gazetteer.places_at(text):
        known = text[:end] in gazetteer.prefectures
        found = grammar.from_prefecture(text, 0, end) if known else grammar.from_city(text, 0, end)
        if found.level not in ("pref", "city"):
            return True
        if found.end == len(text):
            return None
    return None if _PLACE_PART.match(text) else False


def is_sample(value: str) -> bool:
    """Whether a name is one that forms are explained with: 山田太郎, テスト太郎."""
    return bool(SAMPLE_NAMES.search(value))
