"""Values that a validator surely accepts, recognised in whole columns at once; everything else is left to the validator itself.

A *form* is one usual way of writing (``090-1234-5678``) with a test over a column. Where the test says True, the validator says True; where it says
False, nothing is known. Speed is all it is for: tests compare every form with its validator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import polars as pl

from piiscan.detect import vector

Test = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True, slots=True)
class Form:
    """`test` over a column. Every value it accepts has the shape of one of `exemplars`, so a rule whose shapes take those takes all."""

    test: Test
    exemplars: tuple[str, ...] = ()


def matching(pattern: str) -> Test:
    """A test by one regular expression."""
    return lambda values: values.str.contains(pattern)


@cache
def _born() -> str:
    """Days of the calendar at most 119 years ago, written in the order year, month, day."""
    this = datetime.now(UTC).year
    years = "|".join(str(year) for year in range(this - 119, this))
    days = (
        r"(?:0?[13578]|1[02])[-/.](?:0?[1-9]|[12][0-9]|3[01])|(?:0?[469]|11)[-/.](?:0?[1-9]|[12][0-9]|30)"
        r"|0?2[-/.](?:0?[1-9]|1[0-9]|2[0-8])"
    )
    return rf"^(?:{years})[-/.](?:{days})$"


@cache
def _born_compact() -> str:
    days = (
        r"(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8])"
    )
    return _born().split(")", 1)[0] + f")(?:{days})$"


@cache
def _plan() -> str:
    """Ten and eleven digits that the numbering plan gives to fixed lines and mobile telephones."""
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region("JP", None)
    kinds = (plan.fixed_line, plan.mobile, plan.voip) if plan else ()
    return "|".join(f"0(?:{k.national_number_pattern})" for k in kinds if k and k.national_number_pattern)


def _fixed(values: pl.Series) -> pl.Series:
    grouped = values.str.contains(r"^0[1-9][0-9]{0,3}-[0-9]{1,4}-[0-9]{4}$")
    return grouped & _planned(values.str.replace_all("-", "", literal=True))


def _planned(digits: pl.Series) -> pl.Series:
    plan = _plan()
    if not plan:
        return digits.str.contains("^x0$")
    fits = digits.str.contains(rf"^(?:{plan.replace(chr(92) + 'd', '[0-9]')})$") & (digits.str.len_bytes() == 10)
    return fits & ~digits.str.contains(r"^0(?:120|570|990|180|170)|^0(?:1+|2+|3+|4+|5+|6+|7+|8+|9+)$")


def my_number(values: pl.Series) -> pl.Series:
    """Twelve plain digits with the check digit of 個人番号."""
    return values.str.contains(r"^[0-9]{12}$") & vector.my_number_sum(values)


_MOBILE, _MOBILE_BARE = r"^0[5-9]0-[1-9][0-9]{3}-[0-9]{4}$", r"^0[5-9]0[1-9][0-9]{7}$"
_MAIL = (
    r"^[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?:jp|com|net|org|info|biz|edu|gov|io|dev|me|tv|cc|us|uk|de|fr|cn|kr|tw|asia|tokyo|test|example)$"
)
_POSTAL = r"^(?:[1-8][0-9]{2}|9[0-8][0-9]|0[1-9][0-9]|00[1-9])-?[0-9]{4}$"
_ONE_DIGIT = "^(?:" + "|".join(f"{d}{{3}}-?{d}{{4}}" for d in range(1, 9)) + ")$"
_LOCAL_MOBILE = ("090-1234-5678",)

FORMS: Mapping[str, tuple[Form, ...]] = {
    "phone_mobile": (Form(matching(_MOBILE), _LOCAL_MOBILE), Form(matching(_MOBILE_BARE), ("09012345678",))),
    "phone": (
        Form(_fixed, ("03-1234-5678", "045-123-4567", "0422-12-3456", "01547-2-3456")),
        Form(_planned, ("0312345678",)),
        Form(matching(_MOBILE), _LOCAL_MOBILE),
        Form(matching(_MOBILE_BARE), ("09012345678",)),
    ),
    "phone_lost_zero": (Form(matching(r"^[6-9]0[1-9][0-9]{7}$"), ("9012345678",)),),
    "birth_date": (
        Form(lambda v: v.str.contains(_born()), ("1980-1-2", "1980-01-02", "1980/1/2", "1980.01.02")),
        Form(lambda v: v.str.contains(_born_compact()), ("19800102",)),
    ),
    "email": (Form(matching(_MAIL), ("a@b.jp", "a-b.c_d@e-f.g.example")),),
    "postal_code": (Form(lambda v: v.str.contains(_POSTAL) & ~v.str.contains(_ONE_DIGIT), ("123-4567", "1234567")),),
    "my_number": (Form(my_number, ("123456789018",)),),
    "person_name": (Form(vector.surely_names),),
    "kana_name": (Form(vector.surely_readings),),
    "address": (Form(vector.surely_addresses),),
}
"""By name of the validator. Forms without exemplars are of rules without shapes."""


def surely(name: str, values: pl.Series) -> pl.Series:
    """Where this validator is known to say True; False elsewhere, also for null."""
    mask = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(values))
    for form in FORMS.get(name, ()):
        mask |= form.test(values).fill_null(value=False)
        if mask.all():
            break
    return mask
