"""The dictionary checks over whole columns: each distinct value is checked once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from piiscan.detect import checks

if TYPE_CHECKING:
    import polars as pl

Check = Callable[[str], bool | None]


def is_person_name_series(values: pl.Series) -> pl.Series:
    """`piiscan.detect.checks.person_name` of every value: Boolean, null where it cannot be told or the cell is empty."""
    return _each(values, checks.person_name)


def is_surname_series(values: pl.Series) -> pl.Series:
    """The same for surnames alone."""
    return _each(values, checks.surname)


def is_kana_name_series(values: pl.Series) -> pl.Series:
    """The same for readings in kana."""
    return _each(values, checks.kana_name)


def is_address_series(values: pl.Series) -> pl.Series:
    """The same for addresses."""
    return _each(values, checks.address)


def _each(values: pl.Series, check: Check) -> pl.Series:
    import polars as pl

    known: dict[str | None, bool | None] = {None: None}
    answers: list[bool | None] = []
    for value in values.to_list():
        if value not in known:
            known[value] = check(value)
        answers.append(known[value])
    return pl.Series(values.name, answers, dtype=pl.Boolean)
