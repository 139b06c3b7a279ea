"""Excel number formats, as far as they change what a value is: dates, and leading zeros that live in the format only.

Postal codes, account and membership numbers typed as numbers lose their zeros; ``0000000`` or Excel's own Japanese postal code
format puts them back on the screen. Thousands separators, currencies and the like are left away: they are for looks.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

Formatter = Callable[[float], str]

_BUILTIN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOISE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_SECTION: Final = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_EPOCH: Final = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - sheets know no time zone
_EPOCH_1904: Final = dt.datetime(1904, 1, 1)  # noqa: DTZ001


def is_date(code: str) -> bool:
    """Whether a format code shows dates or times."""
    bare = _NOISE.sub("", code).lower()
    if "general" in bare or "標準" in bare:
        return False
    return bool(re.search(r"[ymdhsg]|e(?![+-])", bare))


def plain(value: float) -> str:
    """A number as a person would type it: whole numbers without ``.0``, never with an exponent where it can be helped."""
    if value == int(value) and abs(value) < 1e18:
        return str(int(value))
    text = repr(float(f"{value:.15g}"))
    return f"{value:.15f}".rstrip("0").rstrip(".") if "e-" in text and abs(value) > 1e-9 else text


def serial_date(value: float, *, base_1904: bool = False) -> str:
    """A serial day as ISO text: ``2024-04-01``, ``2024-04-01 09:30:00``, or ``09:30:00`` where there is no day."""
    if not -700_000 < value < 2_958_466:
        return plain(value)
    if 0 <= value < 1:
        seconds = round(value * 86400) % 86400
        return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}" if value else "0"
    if not base_1904 and 1 <= value < 60:
        value += 1  # Excel believes that 1900 was a leap year.
    try:
        when = (_EPOCH_1904 if base_1904 else _EPOCH) + dt.timedelta(seconds=round(value * 86400))
    except OverflowError:
        return plain(value)
    return when.strftime("%Y-%m-%d") if value == int(value) else when.strftime("%Y-%m-%d %H:%M:%S")


def _padding(section: str) -> tuple[str, ...] | None:
    """A section as pieces (``0``, ``#`` or literal text) where it is nothing but digits and literals; None otherwise."""
    pieces: list[str] = []
    at = 0
    while at < len(section):
        literal = _LITERAL.match(section, at)
        if literal:
            pieces.append("'" + (literal[1] or literal[2] or ""))
            at = literal.end()
            continue
        char = section[at]
        if char in "0#?":
            pieces.append("0" if char == "0" else "#")
        elif char in "-() +－（）〒":
            pieces.append("'" + char)
        else:
            return None
        at += 1
    return tuple(pieces) if pieces.count("0") >= 2 else None


def _fill(pieces: tuple[str, ...], number: int) -> str:
    digits = list(str(number))
    slots = sum(p in {"0", "#"} for p in pieces)
    out: list[str] = []
    for piece in reversed(pieces):
        if piece.startswith("'"):
            out.append(piece[1:])
            continue
        slots -= 1
        if slots == 0:
            out.append("".join(digits) or ("0" if piece == "0" else ""))
        else:
            out.append(digits.pop() if digits else ("0" if piece == "0" else ""))
    return "".join(reversed(out))


def _applies(section: str, value: float, index: int, count: int) -> bool:
    condition = _SECTION.search(section)
    if condition:
        limit = float(condition[2])
        return {
            "<": value < limit,
            "<=": value <= limit,
            ">": value > limit,
            ">=": value >= limit,
            "=": value == limit,
            "<>": value != limit,
        }[condition[1]]
    return index == count - 1 or (index == 0 and value >= 0) or (index == 1 and value < 0)


@lru_cache(maxsize=512)
def padder(code: str) -> Formatter | None:
    """A function for formats that add leading zeros (``0000000``, ``[<=999]000;[<=9999]000-00;000-0000``); None for all others."""
    sections = code.split(";")[:4]
    if len(sections) > 1 and not _SECTION.search(code):
        sections = sections[:1]
    parts = [_padding(s) for s in sections]
    if not any(parts):
        return None

    def show(value: float) -> str:
        if value != int(value) or value < 0 or value >= 1e18:
            return plain(value)
        for index, (section, pieces) in enumerate(zip(sections, parts, strict=True)):
            if _applies(section, value, index, len(sections)):
                return _fill(pieces, int(value)) if pieces else plain(value)
        return plain(value)

    return show


def formatter(format_id: int, code: str, *, base_1904: bool = False) -> Formatter | None:
    """How to write numbers of this format; None for plain numbers."""
    if (not code and format_id in _BUILTIN_DATES) or (code and is_date(code)):
        return lambda value: serial_date(value, base_1904=base_1904)
    return padder(code) if code else None
