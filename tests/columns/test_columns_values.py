"""The vectorised checks agree with those that read one value."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.columns_values import PLACEHOLDER, fold_cells, luhn, my_number
from piiscan.rules import checkdigits

DIGITS = st.text("0123456789", min_size=0, max_size=20)


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(DIGITS, st.from_regex(r"[0-9]{12}", fullmatch=True), st.text(max_size=14)), min_size=1, max_size=30
    )
)
def test_my_number_column_agrees_with_the_single_check(values: list[str]) -> None:
    """One definition of the check digit, two speeds."""
    values = [v.encode("utf-8", "ignore").decode() for v in values]
    folded = fold_cells(pl.Series(values, dtype=pl.String))
    assert my_number(folded).to_list() == [checkdigits.my_number(v) for v in folded.to_list()]


@settings(max_examples=60)
@given(st.lists(st.from_regex(r"[0-9]{2,19}", fullmatch=True), min_size=1, max_size=30))
def test_luhn_column_agrees_with_the_single_check(values: list[str]) -> None:
    """Up to nineteen digits; repeated digits are refused in columns, as card rules do."""
    column = luhn(pl.Series(values, dtype=pl.String)).to_list()
    assert column == [checkdigits.luhn(v) and len(set(v)) > 1 for v in values]


def test_folding_keeps_long_vowels_and_unifies_hyphens() -> None:
    """ー is a letter in words and a hyphen between digits."""
    folded = fold_cells(pl.Series(["０３ー１２３４ー５６７８", "ｻﾄｰ", "1ー2ー3", "'0012"]))
    assert folded.to_list() == ["03-1234-5678", "サトー", "1-2-3", "0012"]


def test_placeholders() -> None:
    """What people write for nothing, and no real value."""
    nothing = ["", "-", "ー", "なし", "無", "N/A", "null", "未登録", "***", "〃", "　"]
    something = ["無量", "梨", "0", "山田", "-1-"]
    assert all(pl.Series(nothing).str.contains(PLACEHOLDER).to_list())
    assert not any(pl.Series(something).str.contains(PLACEHOLDER).to_list())
