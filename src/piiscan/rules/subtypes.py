"""What kind of phone or postal code a well-formed one is. Says nothing of whether it is one: the validators do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from piiscan.rules.checkdigits import digits_of
from piiscan.rules.formats import national_number

_KINDS = {"050": "ip", "060": "mobile", "070": "mobile", "080": "mobile", "090": "mobile", "020": "m2m"}
_SERVICES = ("0120", "0800", "0570", "0990", "0180", "0170")


def phone_kind(value: str) -> str:
    """``mobile``, ``fixed``, ``ip``, ``m2m``, ``business`` (toll-free and service numbers), ``foreign``; empty when it cannot tell."""
    national = national_number(value)
    if not national:
        return "foreign" if value.startswith("+") and not value.startswith("+81") else ""
    if national.startswith(_SERVICES):
        return "business"
    if len(national) == 11:
        return _KINDS.get(national[:3], "")
    return "fixed" if len(national) == 10 else ""


def company_postcode(value: str) -> bool:
    """Whether a postal code belongs to one large office (大口事業所): no private home has it."""
    digits = digits_of(value)
    return len(digits) == 7 and int(digits[3:]) in _codes(digits[:3])


@cache
def _codes(area: str) -> frozenset[int]:
    """The last four digits of the offices in an area, the first three digits."""
    ranges = (code.partition("-") for code in _offices().get(area, "").split())
    return frozenset(code for first, _, last in ranges for code in range(int(first), int(last or first) + 1))


@cache
def _offices() -> Mapping[str, str]:
    """Ranges of the last four digits by the first three (scripts/build_company_postcodes.py)."""
    from piiscan.rules.builtin import builtin_folder

    text = (builtin_folder() / "words" / "company-postcodes.txt").read_text(encoding="utf-8")
    lines = (line.partition("#")[0].partition(":") for line in text.splitlines())
    return MappingProxyType({area: codes for area, _, codes in lines if codes})
