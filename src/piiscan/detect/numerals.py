"""Kanji numerals written digit by digit, as in 〇九〇ー一二三四ー五六七八."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

KANJI_DIGITS: Mapping[str, str] = MappingProxyType(
    {
        **{c: str(n) for n, c in enumerate("〇一二三四五六七八九")},
        "零": "0",
        "◯": "0",
        "○": "0",
        "壱": "1",
        "弐": "2",
        "参": "3",
    }
)
"""A numeral and its digit; circles that people type for 〇 included."""
