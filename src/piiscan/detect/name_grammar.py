"""How a name is put together: surname, perhaps a gap, given name; in kanji, kana, half-width kana or Latin letters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from piiscan.detect.lexicon import MAX_GIVEN, Lexicon, enlarge
from piiscan.detect.names_evidence import (
    KANJI,
    NOT_NAME_AFTER,
    PARTICLES,
    addressed,
    ends_word,
    is_kanji,
    is_katakana,
    not_name_after,
    role_at,
)

GAPS = " 　・･"
_BLANKS, _GAP_SIGNS = frozenset(" 　"), frozenset(GAPS)
MEMO_SIZE = 8192
"""How many answers about values are kept: lists and logs say the same again and again."""
Kind = Literal["full", "surname", "given", "latin", "kana", ""]
MAX_SURNAME = 5
_KATAKANA = re.compile("[ァ-ヺー]+")
_HIRAGANA = re.compile("[ぁ-ゖー]+")
_SPLIT_GAPS = re.compile(f"[{GAPS}＝=]+")
_SPLIT_KANA = re.compile(r"[\s・,.=]+")
_SPLIT_LATIN = re.compile(r"[\s,]+")
_LATIN_WORD = re.compile(r"[A-Za-z][A-Za-z'\-]*")
_GUESSED_PAIR = re.compile(rf"[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}}")
_GUESSED_KANA = re.compile(rf"([{KANJI}]{{2,3}})([ぁ-ゖ]{{2,4}})")
_GUESSED_RUN = re.compile(rf"[{KANJI}]{{2,6}}")
_PART = re.compile(rf"[{KANJI}ヶケノツぁ-ゖァ-ヺー]{{1,6}}")
_SURNAME_RANK = {"S": 4, "s": 3, "P": 3, "p": 2, "W": 2, "w": 1, "x": 1, "X": 1}
_LIKELY_FIRST, _LIKELY_LAST = 40, 40
"""How many given names of the dictionary must begin or end with a kanji before it makes an unknown word a likely given name."""
_GIVEN_RANK = {"?": 0, "G": 4, "g": 3, "S": 3, "s": 2, "P": 1, "p": 1, "W": 1, "w": 1, "x": 1, "X": 1}
_SURNAME_EDGES = (5, 30)
"""How many surnames of the dictionary begin and end with the kanji of an unknown one."""
_NEVER_GIVEN = frozenset(NOT_NAME_AFTER)
_OTHER_READING = re.compile("[ァ-ヺ]ー|オンライン|リーダー|サービス|センター|ロング|ショート")
COMPANY_KANA = re.compile(r"^(?:カブシキ|ユウゲン|カ\)|ユ\)|ド\)|シヤ\)|ザイ\)|イ\))|[(]カ\)?$|[(]ユ\)?$|\)カ$")


@dataclass(frozen=True, slots=True)
class FullName:
    """A surname with a given name. Classes as in :mod:`piiscan.detect.lexicon`; given names also ``k`` in katakana, ``?`` unknown but of likely kanji."""

    start: int
    surname_end: int
    given_start: int
    end: int
    surname: str
    given: str

    @property
    def rank(self) -> int:
        """How likely the two parts are names: 2 to 8."""
        return _SURNAME_RANK.get(self.surname, 1) + _GIVEN_RANK.get(self.given, 3)

    @property
    def spaced(self) -> bool:
        """Whether there is a gap between the parts."""
        return self.given_start > self.surname_end


class NameGrammar:
    """Reads names at given places of folded text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self.value_kind = lru_cache(MEMO_SIZE)(self._value_kind)
        self.kana_value = lru_cache(MEMO_SIZE)(self._kana_value)
        self.guessed = lru_cache(MEMO_SIZE)(self._guess)

    def surname_ends(self, text: str, start: int) -> list[int]:
        """Where a surname that starts here may end, longest first."""
        if text[start : start + 1].isascii():
            return []
        longest = min(MAX_SURNAME, len(text) - start)
        return [start + n for n in range(longest, 0, -1) if text[start : start + n] in self._lexicon.surnames]

    def full_name(self, text: str, start: int, surname_ends: Sequence[int]) -> FullName | None:
        """The likeliest surname and given name that start here."""
        best: FullName | None = None
        for surname_end in surname_ends:
            gap = text[surname_end : surname_end + 1] in _GAP_SIGNS
            given_start = surname_end + gap
            for end, given in self._given_at(text, given_start):
                if not gap and (end - start < 3 or self._lexicon.surnames.get(text[start:end], "x").isupper()):
                    continue
                surname = self._lexicon.surnames[text[start:surname_end]]
                found = FullName(start, surname_end, given_start, end, surname, given)
                if best is None or (found.rank, found.end) > (best.rank, best.end):
                    best = found
        if best:
            return best
        for surname_end in surname_ends:
            if guess := self._guessed(text, start, surname_end):
                return guess
        return None

    def _guessed(self, text: str, start: int, surname_end: int) -> FullName | None:
        """An attested surname before one to three kanji that given names are made of."""
        surname = self._lexicon.surnames[text[start:surname_end]]
        if surname not in "SP" or surname_end - start < 2:
            return None
        char = text[surname_end : surname_end + 1]
        given_start = surname_end
        if char in _BLANKS:
            given_start += 1
            char = text[given_start : given_start + 1]
        if "ぁ" <= char <= "ゖ":
            end = self._given_hiragana(text, given_start)
            return FullName(start, surname_end, given_start, end, surname, "?") if end else None
        for length in (3, 2, 1) if char and is_kanji(char) else ():
            end = given_start + length
            given = text[given_start:end]
            if given in _NEVER_GIVEN or len(given) < length:
                continue
            likely = self._lexicon.likely_given(given, _LIKELY_FIRST, _LIKELY_LAST)
            if (
                (likely or (addressed(text, end) and not not_name_after(text, surname_end)))
                and all(map(is_kanji, given))
                and ends_word(text, end)
                and text[start:end] not in self._lexicon.not_names
            ):
                return FullName(start, surname_end, given_start, end, surname, "?")
        return None

    def _given_hiragana(self, text: str, start: int) -> int:
        """The end of a given name in hiragana that starts here; 0 where there is none that ends as names do."""
        run = _HIRAGANA.match(text, start, start + 5)
        word = run.group() if run else ""
        if not 2 < len(word) < 5 or word in PARTICLES or not self._is_given_hiragana(word):
            return 0
        end = start + len(word)
        after = text[end : end + 1]
        if addressed(text, end) or role_at(text, end) or not (after.isalnum() or is_kanji(after or "一")):
            return end
        return 0

    def _given_at(self, text: str, start: int) -> Sequence[tuple[int, str]]:
        """(end, class) of the given names that start here, longest first; then of a name in katakana."""
        pair = text[start : start + 2]
        char = pair[:1]
        kana = "ァ" <= char <= "ー"
        lookup = self._lexicon.given
        more = pair in self._lexicon.given_pairs
        if not (more or kana or char in lookup):
            return ()
        found = []
        for length in range(min(MAX_GIVEN, len(text) - start) if more else len(char), 0, -1):
            kind = lookup.get(text[start : start + length])
            if kind and ends_word(text, start + length):
                found.append((start + length, kind))
        if kana:
            run = _KATAKANA.match(text, start)
            if run and len(run.group()) > 1 and self.is_given_kana(run.group()):
                found.append((run.end(), "k"))
        return found

    def is_surname(self, word: str) -> bool:
        """Whether a word is a surname of two kanji or more: 服部 is no department."""
        return len(word) > 1 and word in self._lexicon.surnames

    def is_given_kana(self, word: str) -> bool:
        """Whether a katakana word is a Japanese or foreign given name."""
        kana = self._lexicon.kana
        return word in kana["given"] or word in kana["foreign"]

    # values of fields and cells

    def _value_kind(self, value: str) -> tuple[Kind, float]:
        """What kind of name a whole value is, and how sure (0..1); ``("", 0)`` for what is no name. `value` is folded."""
        value = value.strip(" 　\t\r\n\"'「」")
        if not value or len(value) > 40:
            return "", 0.0
        if value.isascii():
            return ("latin", sure) if (sure := self._latin(value)) else ("", 0.0)
        full = self.full_name(value, 0, self.surname_ends(value, 0))
        if full and full.end == len(value):
            if full.given == "?":
                return "full", 0.85 if full.spaced else 0.72
            return "full", 0.95 if full.rank >= 6 or full.spaced else 0.75
        return self._other_value(value)

    def _other_value(self, value: str) -> tuple[Kind, float]:
        parts = _SPLIT_GAPS.split(value)
        if all(map(_KATAKANA.fullmatch, parts)) or all(map(_HIRAGANA.fullmatch, parts)):
            sure = self.kana_value(value)
            return ("kana", sure) if sure else ("", 0.0)
        known = [p in self._lexicon.surnames or p in self._lexicon.given for p in parts]
        if len(parts) == 2 and any(known) and all(map(_PART.fullmatch, parts)):
            return "full", 0.9 if parts[0] in self._lexicon.surnames else 0.65
        if len(parts) == 1 and (kind := self._lexicon.surnames.get(value)):
            return "surname", 0.8 if kind in "SsP" else 0.65 if len(value) > 1 and kind in "WXpw" else 0.5
        if len(parts) == 1 and (kind := self._lexicon.given.get(value)):
            return "given", 0.7 if kind in "Gg" else 0.4
        return "", 0.0

    def surname_and_more(self, value: str) -> bool:
        """Whether a value is a surname and one to three kanji more: after a label that is enough for a rare given name."""
        ends = self.surname_ends(value, 0)
        return any(
            0 < len(value) - end <= 3
            and self._lexicon.surnames[value[:end]] in "SP"
            and (all(map(is_kanji, value[end:])) or self._is_given_hiragana(value[end:]))
            for end in ends
        )

    def _is_given_hiragana(self, word: str) -> bool:
        return bool(len(word) > 2 and _HIRAGANA.fullmatch(word) and to_katakana(word) in self._lexicon.kana["given"])

    def _kana_value(self, value: str) -> float:
        """How sure a value in kana (any width) is a person's reading or a name in katakana, 0..1. Companies are 0."""
        text = unicodedata.normalize("NFKC", value).strip()
        if COMPANY_KANA.search(text):
            return 0.0
        parts = [to_katakana(p) for p in _SPLIT_KANA.split(text) if p]
        if not parts or len(parts) > 5 or not all(map(_KATAKANA.fullmatch, parts)):
            return 0.0
        if len(parts) == 1:
            return self._joined_kana(parts[0])
        first, last = enlarge(parts[0]), enlarge(parts[-1])
        surname, given = first in self._lexicon.plain_kana_surnames, last in self._lexicon.plain_kana_given
        if surname and given:
            return 0.95
        foreign = sum(p in self._lexicon.kana["foreign"] for p in parts)
        if foreign == len(parts):
            return 0.9
        return 0.7 if surname or given or foreign else 0.0

    def _guess(self, value: str) -> float:
        """How much kanji that no dictionary has as a name look like one, 0..0.55: for places where names are expected."""
        if value.isascii():
            return 0.0
        first, _, last = value.partition("　" if "　" in value else " ")
        if self.is_given_kana(last) and len(first) < 4 and all(map(is_kanji, first)):
            return 0.55 if self._lexicon.likely_surname(first, *_SURNAME_EDGES) else 0.3
        pair = _GUESSED_PAIR.fullmatch(value)
        if pair:
            given = re.split("[ 　]", value)[1]
            if self._lexicon.given.get(given, "x") in "Gg":
                return 0.7
            return 0.55 if given in self._lexicon.given or self._lexicon.likely_given(given, 5, 5) else 0.3
        kana = _GUESSED_KANA.fullmatch(value)
        if kana and to_katakana(kana.group(2)) in self._lexicon.kana["given"]:
            return 0.5 if self._lexicon.likely_surname(kana.group(1), *_SURNAME_EDGES) else 0.0
        if not _GUESSED_RUN.fullmatch(value) or value in self._lexicon.not_names:
            return 0.0
        if len(value) < 4 and self._lexicon.likely_surname(value, *_SURNAME_EDGES):
            return 0.45
        cuts = [n for n in (2, 3, 1) if n < len(value) < n + 4]
        if any(
            self._splits(value[:n], value[n:])
            and self._lexicon.given.get(value[n:], "x") in "Gg"
            and len(value) > n + 1
            for n in cuts
        ):
            return 0.6
        return 0.45 if any(self._splits(value[:n], value[n:]) for n in cuts) else 0.2

    def _splits(self, surname: str, given: str) -> bool:
        known = surname in self._lexicon.surnames or self._lexicon.likely_surname(surname, *_SURNAME_EDGES)
        return known and (given in self._lexicon.given or self._lexicon.likely_given(given, 20, 20))

    def kana_guessed(self, value: str) -> float:
        """The same as `kana_value` for readings of rare names, where a reading is expected."""
        text = unicodedata.normalize("NFKC", value).strip()
        parts = [enlarge(to_katakana(p)) for p in re.split(r"[\s・]+", text) if p]
        if not parts or not all(map(_KATAKANA.fullmatch, parts)):
            return 0.0
        if len(parts) == 2:
            return 0.4 if min(map(len, parts)) > 1 and not _OTHER_READING.search(text) else 0.0
        surnames = self._lexicon.plain_kana_surnames
        word = parts[0]
        starts = (
            len(word) > 4
            and not _OTHER_READING.search(word)
            and "ー" not in word
            and any(word[:n] in surnames for n in (4, 3, 2))
        )
        return 0.35 if starts else 0.0

    def _joined_kana(self, word: str) -> float:
        plain = enlarge(word)
        surnames, given = self._lexicon.plain_kana_surnames, self._lexicon.plain_kana_given
        if any(plain[:i] in surnames and plain[i:] in given for i in range(2, len(plain) - 1)):
            return 0.7 if len(plain) > 4 else 0.5
        if plain in surnames or plain in given or word in self._lexicon.kana["foreign"]:
            return 0.5
        return 0.0

    def _latin(self, value: str) -> float:
        words = [w.strip(".,") for w in _SPLIT_LATIN.split(value) if w.strip(".,")]
        if not 2 <= len(words) <= 4 or not all(map(_LATIN_WORD.fullmatch, words)):
            return 0.0
        low = [w.lower() for w in words]
        roman = self._lexicon.romaji
        surname = [w in roman["surname"] for w in low]
        given = [w in roman["given"] or w in roman["foreign"] for w in low]
        if (surname[0] and given[-1]) or (given[0] and surname[-1]):
            return 0.9
        if given[0] and given[-1]:
            return 0.75
        capital = all(w[0].isupper() for w in words)
        return 0.6 if capital and (surname[0] or surname[-1] or given[0]) else 0.0


def to_katakana(text: str) -> str:
    """Hiragana as katakana."""
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


def katakana_start(text: str, position: int) -> int:
    """Where the run of katakana that `position` is in begins."""
    while position and is_katakana(text[position - 1]):
        position -= 1
    return position
