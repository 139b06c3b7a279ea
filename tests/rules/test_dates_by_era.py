"""Dates as people write them."""

from datetime import date

import pytest

from piiscan.rules.dates import birth_date, calendar_date, compact_datetime, epoch, kanji_number, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("S55.1.2", "1980-01-02"),
        ("昭和64年1月7日", "1989-01-07"),
        ("平成元年1月8日", "1989-01-08"),
        ("平成31年4月30日", "2019-04-30"),
        ("令和元年5月1日", "2019-05-01"),
        ("R6.2.29", "2024-02-29"),
        ("大正15年12月24日", "1926-12-24"),
        ("M45.7.29", "1912-07-29"),
        ("㍼55年1月2日", "1980-01-02"),
        ("昭和五十五年一月二日", "1980-01-02"),
        ("昭55.1.2", "1980-01-02"),
        ("S550102", "1980-01-02"),
        ("3550102", "1980-01-02"),
        ("19800102", "1980-01-02"),
        ("1980年1月2日", "1980-01-02"),
        ("80/01/02", "1980-01-02"),
        ("二〇〇一年十二月廿三日", "2001-12-23"),
    ],
)
def test_a_date_is_read_in_every_way_of_writing(text: str, day: str) -> None:
    """Era names, letters, squared characters, 元年, kanji numerals, figures only."""
    assert parse_date(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    "text", ["S55.2.30", "R5.2.29", "1980-13-01", "2023年2月29日", "第1条", "1.2.3.4", "", "昭和0年1月1日"]
)
def test_what_is_no_day_of_the_calendar_is_none(text: str) -> None:
    """Impossible days are not dates."""
    assert parse_date(text) is None
    assert not calendar_date(text)


@pytest.mark.parametrize("text", ["昭和64年1月8日", "平成31年5月1日"])
def test_a_day_after_its_era_is_told_apart(text: str) -> None:
    """People do write them, so they count as dates."""
    assert parse_date(text) == "out_of_era"
    assert birth_date(text)


def test_nobody_is_born_in_the_future_or_two_centuries_ago() -> None:
    """A birth date is between today and 120 years ago."""
    assert birth_date("1980-01-02")
    assert not birth_date("2999-01-01")
    assert not birth_date("1800-01-01")


@pytest.mark.parametrize(
    ("text", "number"),
    [("五十五", 55), ("五五", 55), ("廿三", 23), ("百二十", 120), ("元", 1), ("〇", 0), ("あ", None)],
)
def test_kanji_numbers_have_both_forms(text: str, number: int | None) -> None:
    """Positional and multiplicative."""
    assert kanji_number(text) == number


def test_times_in_figures_are_told_from_numbers() -> None:
    """Look-alikes of twelve-digit numbers and of account numbers."""
    assert compact_datetime("202401011234")
    assert not compact_datetime("123456789018")
    assert epoch("1700000000000")
    assert not epoch("4111111111111")
