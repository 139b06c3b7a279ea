"""Values that a validator surely accepts, recognised in whole columns at once; everything else is left to the validator itself.

A *form* is one usual way of writing (``090-1234-5678``) with a test over a column and one of a single value. Where a test says True, the validator
says True; where it says False, nothing is known. Speed is all it is for: tests compare every form with its validator, and both tests of a form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import polars as pl

from piiscan.detect import vector
from piiscan.rules import checkdigits

Test = Callable[[pl.Series], pl.Series]
One = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Form:
    """`test` over a column, `one` for a single value: they say the same.

    Every value they accept has the shape of one of `exemplars`, so a rule whose shapes take those takes all.
    """

    test: Test
    one: One
    exemplars: tuple[str, ...] = ()


def written(pattern: Callable[[], str], *exemplars: str) -> Form:
    """A form that is one regular expression over the whole value; made on first need."""
    compiled = cache(lambda: re.compile(pattern()))
    return Form(
        lambda values: values.str.contains(f"^(?:{pattern()})$"),
        lambda value: compiled().fullmatch(value) is not None,
        exemplars,
    )


@cache
def _born() -> str:
    """Days of the calendar at most 119 years ago, written in the order year, month, day."""
    this = datetime.now(UTC).year
    years = "|".join(str(year) for year in range(this - 119, this))
    days = (
        r"(?:0?[13578]|1[02])[-/.](?:0?[1-9]|[12][0-9]|3[01])|(?:0?[469]|11)[-/.](?:0?[1-9]|[12][0-9]|30)"
        r"|0?2[-/.](?:0?[1-9]|1[0-9]|2[0-8])"
    )
    return rf"(?:{years})[-/.](?:{days})"


@cache
def _born_compact() -> str:
    days = (
        r"(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)|02(?:0[1-9]|1[0-9]|2[0-8])"
    )
    return _born().split(")", 1)[0] + f")(?:{days})"


@cache
def _plan() -> str:
    """Ten and eleven digits that the numbering plan gives to fixed lines and mobile telephones."""
    from phonenumbers import PhoneMetadata

    plan = PhoneMetadata.metadata_for_region("JP", None)
    kinds = (plan.fixed_line, plan.mobile, plan.voip) if plan else ()
    plans = "|".join(f"0(?:{k.national_number_pattern})" for k in kinds if k and k.national_number_pattern)
    return plans.replace(r"\d", "[0-9]")


_FIXED = re.compile(r"0[1-9][0-9]{0,3}-[0-9]{1,4}-[0-9]{4}")
_NO_LINE = r"^0(?:120|570|990|180|170)|^0(?:1+|2+|3+|4+|5+|6+|7+|8+|9+)$"
_no_line = re.compile(_NO_LINE).search


def _fixed(values: pl.Series) -> pl.Series:
    grouped = values.str.contains(f"^{_FIXED.pattern}$")
    return grouped & _planned(values.str.replace_all("-", "", literal=True))


def _is_fixed(value: str) -> bool:
    return _FIXED.fullmatch(value) is not None and _is_planned(value.replace("-", ""))


def _planned(digits: pl.Series) -> pl.Series:
    plan = _plan()
    if not plan:
        return digits.str.contains("^x0$")
    return digits.str.contains(f"^(?:{plan})$") & (digits.str.len_bytes() == 10) & ~digits.str.contains(_NO_LINE)


@cache
def _compiled_plan() -> re.Pattern[str]:
    return re.compile(_plan() or "(?!)")


def _is_planned(digits: str) -> bool:
    return len(digits) == 10 and _compiled_plan().fullmatch(digits) is not None and not _no_line(digits)


def my_number(values: pl.Series) -> pl.Series:
    """Twelve plain digits with the check digit of 個人番号."""
    return values.str.contains(r"^[0-9]{12}$") & vector.my_number_sum(values)


def _is_my_number(value: str) -> bool:
    return len(value) == 12 and value.isascii() and value.isdigit() and checkdigits.my_number(value) is True


_MAIL = (
    r"[A-Za-z0-9._+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"(?:jp|com|net|org|info|biz|edu|gov|io|dev|me|tv|cc|us|uk|de|fr|cn|kr|tw|asia|tokyo|test|example)"
)
_POSTAL = r"(?:[1-8][0-9]{2}|9[0-8][0-9]|0[1-9][0-9]|00[1-9])-?[0-9]{4}"
_ONE_DIGIT = "|".join(f"{d}{{3}}-?{d}{{4}}" for d in range(1, 9))
_repeated = re.compile(_ONE_DIGIT).fullmatch
_postal = re.compile(_POSTAL).fullmatch
_MOBILE = written(lambda: r"0[5-9]0-[1-9][0-9]{3}-[0-9]{4}", "090-1234-5678")
_MOBILE_BARE = written(lambda: r"0[5-9]0[1-9][0-9]{7}", "09012345678")

FORMS: Mapping[str, tuple[Form, ...]] = {
    "phone_mobile": (_MOBILE, _MOBILE_BARE),
    "phone": (
        Form(_fixed, _is_fixed, ("03-1234-5678", "045-123-4567", "0422-12-3456", "01547-2-3456")),
        Form(_planned, _is_planned, ("0312345678",)),
        _MOBILE,
        _MOBILE_BARE,
    ),
    "phone_lost_zero": (written(lambda: r"[6-9]0[1-9][0-9]{7}", "9012345678"),),
    "birth_date": (
        written(_born, "1980-1-2", "1980-01-02", "1980/1/2", "1980.01.02"),
        written(_born_compact, "19800102"),
    ),
    "email": (written(lambda: _MAIL, "a@b.jp", "a-b.c_d@e-f.g.example"),),
    "postal_code": (
        Form(
            lambda v: v.str.contains(f"^{_POSTAL}$") & ~v.str.contains(f"^(?:{_ONE_DIGIT})$"),
            lambda v: _postal(v) is not None and _repeated(v) is None,
            ("123-4567", "1234567"),
        ),
    ),
    "my_number": (Form(my_number, _is_my_number, ("123456789018",)),),
    "person_name": (Form(vector.surely_names, vector.is_surely_name),),
    "kana_name": (Form(vector.surely_readings, vector.is_surely_reading),),
    "address": (Form(vector.surely_addresses, vector.is_surely_address),),
}
"""By name of the validator. Forms without exemplars are of rules without shapes."""


def is_surely(name: str, value: str) -> bool:
    """Whether this validator is known to say True."""
    return any(form.one(value) for form in FORMS.get(name, ()))
