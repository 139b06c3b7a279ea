"""Dates as Japanese people write them: western and by era, in figures and in kanji."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Literal

_ERAS: tuple[tuple[str, str, date, date], ...] = (
    # The first day of an era also carries the old name on some papers; the last column is the last day that is beyond doubt.
    ("明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
    ("大正", "T", date(1912, 7, 30), date(1926, 12, 24)),
    ("昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    ("平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    ("令和", "R", date(2019, 5, 1), date(9999, 12, 31)),
)
_NAMES = {
    name: index
    for index, (kanji, letter, _, _) in enumerate(_ERAS)
    for name in (
        kanji,
        kanji[0],
        letter,
        letter.lower(),
        chr(ord("㍾") - index) if kanji != "令和" else "㋿",
        str(index + 1),
    )
}
_KANJI = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "壱": 1,
    "弐": 2,
    "参": 3,
}
_NUMBER = r"(?:[0-9]{1,4}|[〇零一二三四五六七八九十百廿卅壱弐参拾千]{1,7}|元)"
_DATE = re.compile(
    rf"(?P<era>明治|大正|昭和|平成|令和|[㍾㍽㍼㍻㋿明大昭平令]|[MTSHRmtshr])?\s*\.?\s*(?P<y>{_NUMBER})\s*(?:[-/.年])\s*(?P<m>{_NUMBER})"
    rf"\s*(?:[-/.月])\s*(?P<d>{_NUMBER})\s*日?"
)
_WESTERN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
"""Month first as in America, day first as in Europe: ``3/21/1985``, ``21/3/1985``."""
_COMPACT = re.compile(r"(?P<era>[MTSHRmtshr1-5])?(?P<y>[0-9]{2}|[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_NAMES |= {"㍾": 0, "㍽": 1, "㍼": 2, "㍻": 3, "㋿": 4}

OUT_OF_ERA: Literal["out_of_era"] = "out_of_era"


def kanji_number(text: str) -> int | None:
    """The value of a number in figures, in kanji (``五十五``, ``五五``, ``廿三``) or ``元``; None if it is none."""
    if text == "元":
        return 1
    if text.isascii() and text.isdigit():
        return int(text)
    text = text.replace("廿", "二十").replace("卅", "三十").replace("拾", "十")
    if not any(unit in text for unit in "十百千"):
        digits = [_KANJI.get(c) for c in text]
        return None if None in digits or not digits else int("".join(map(str, digits)))
    total, digit = 0, None
    for char in text:
        unit = {"十": 10, "百": 100, "千": 1000}.get(char)
        if unit:
            total += (1 if digit is None else digit) * unit
            digit = None
        elif char in _KANJI:
            digit = _KANJI[char]
        else:
            return None
    return total + (digit or 0)


def parse_date(text: str) -> date | Literal["out_of_era"] | None:
    """The day that a text names; ``out_of_era`` for a day of the calendar outside the named era (people do write them); else None.

    Two-digit years without an era count as 19xx when above 30, else 20xx.
    """
    if western := _WESTERN.fullmatch(text.strip()):
        one, two, whole = map(int, western.groups())
        return _day(whole, one, two) or _day(whole, two, one)
    match = _DATE.fullmatch(text.strip()) or _COMPACT.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (kanji_number(match[k]) for k in "ymd")
    if year is None or month is None or day is None:
        return None
    era = match["era"]
    if not era:
        if len(match["y"]) == 3 or match["y"] == "元":
            return None
        century = 0 if year > 99 else (1900 if year > 30 else 2000)
        return _day(year + century, month, day)
    return _era_day(_NAMES[era], year, month, day)


def _era_day(index: int, year: int, month: int, day: int) -> date | Literal["out_of_era"] | None:
    _, _, first, last = _ERAS[index]
    if not 1 <= year <= 99:
        return None
    found = _day(first.year + year - 1, month, day)
    if found is None or first <= found <= last:
        return found
    return OUT_OF_ERA


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def calendar_date(value: str) -> bool:
    """Whether a value is a day of the calendar (a day outside its era counts: it was meant as one)."""
    return parse_date(value) is not None


def birth_date(value: str) -> bool:
    """Whether somebody alive may be born on that day: 0 to 120 years ago."""
    day = parse_date(value)
    if day is None:
        return False
    if day == OUT_OF_ERA:
        return True
    today = datetime.now(UTC).date()
    return day <= today and today.year - day.year <= 120


_MOMENT = re.compile(
    "(?:(?:19[7-9]|20[0-9])[0-9](?:[0-9]{2})?|[0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][0-9])?"
)
"""At least what a moment looks like: most numbers do not."""


def compact_datetime(value: str) -> bool:
    """``YYYYMMDDhhmm`` or ``YYYYMMDDhhmmss`` in 1970 to 2099, or ``YYMMDDhhmmss``."""
    if len(value) not in {12, 14} or not _MOMENT.fullmatch(value):
        return False
    if len(value) == 14:
        return _moment(int(value[:4]), value[4:])
    short = int(value[:2])
    return _moment(int(value[:4]), value[4:] + "00") or _moment(short + (2000 if short < 69 else 1900), value[2:])


def _moment(year: int, rest: str) -> bool:
    """Whether ``MMDDhhmmss`` is a moment of a year in 1970 to 2099."""
    month, day, hour, minute, second = (int(rest[i : i + 2]) for i in range(0, 10, 2))
    in_range = 1970 <= year <= 2099 and hour < 24 and minute < 60 and second < 60
    return in_range and _day(year, month, day) is not None


def epoch(value: str) -> bool:
    """Seconds or milliseconds since 1970 that fall between 2001 and 2040."""
    if not (value.isascii() and value.isdigit()):
        return False
    seconds = int(value) / (1000 if len(value) == 13 else 1)
    return len(value) in {10, 13} and 1_000_000_000 <= seconds <= 2_208_988_800
