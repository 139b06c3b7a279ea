"""The ways a katakana reading is written in Latin letters on forms and in mail addresses."""

from __future__ import annotations

import re

_ROWS = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ", "h": "ハヒフヘホ", "m": "マミムメモ",
    "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ", "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ",
}  # fmt: skip
KUNREI = {kana: head + vowel for head, row in _ROWS.items() for kana, vowel in zip(row, "aiueo", strict=True)}
KUNREI |= {
    "ヤ": "ya",
    "ユ": "yu",
    "ヨ": "yo",
    "ワ": "wa",
    "ヲ": "o",
    "ン": "n",
    "ヰ": "i",
    "ヱ": "e",
    "ヴ": "vu",
    "ヂ": "ji",
    "ヅ": "zu",
}
_HEPBURN = (
    ("shy", "sh"), ("tyu", "chu"), ("tya", "cha"), ("tyo", "cho"), ("zya", "ja"), ("zyu", "ju"), ("zyo", "jo"), ("sya", "sha"), ("syu", "shu"),
    ("syo", "sho"), ("si", "shi"), ("ti", "chi"), ("tu", "tsu"), ("hu", "fu"), ("zi", "ji"), ("jiy", "j"),
)  # fmt: skip
_SMALL = {"ャ": "ya", "ュ": "yu", "ョ": "yo", "ァ": "a", "ィ": "i", "ゥ": "u", "ェ": "e", "ォ": "o"}


def romaji(kana: str) -> set[str]:
    """Lower-case spellings: Hepburn and Kunrei, long vowels written out, dropped, or as oh. Empty when a sign is unknown."""
    plain = _kunrei(kana)
    if plain is None:
        return set()
    spellings = {plain, _hepburn(plain)}
    spellings |= {re.sub(r"ou|oo", "o", s).replace("uu", "u") for s in spellings}
    spellings |= {re.sub(r"n(?=[bmp])", "m", s) for s in spellings}
    spellings |= {re.sub(r"ou|oo", "oh", s) for s in (plain, _hepburn(plain)) if re.search(r"ou|oo", s)}
    return spellings


def _kunrei(kana: str) -> str | None:
    out = ""
    double = False
    for char in kana:
        if char == "ー":
            continue
        if char == "ッ":
            double = True
            continue
        if char in _SMALL:
            out = out[:-1] + _SMALL[char]
            continue
        if char not in KUNREI:
            return None
        sound = KUNREI[char]
        out += (sound[0] if double and sound else "") + sound
        double = False
    return out


def _hepburn(kunrei: str) -> str:
    for old, new in _HEPBURN:
        kunrei = kunrei.replace(old, new)
    return kunrei
