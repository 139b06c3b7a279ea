"""The vectorised checks agree with those that read one value."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from piiscan.detect.columns_values import PLACEHOLDER, fold_cell
from piiscan.detect.vector import my_number_sum
from piiscan.rules import checkdigits


@settings(max_examples=60, deadline=None)
@given(st.lists(st.from_regex(r"[0-9]{12}", fullmatch=True), min_size=1, max_size=30))
def test_my_number_column_agrees_with_the_single_check(values: list[str]) -> None:
    """One definition of the check digit, two speeds."""
    assert my_number_sum(pl.Series(values, dtype=pl.String)).to_list() == [checkdigits.my_number(v) for v in values]


def test_folding_keeps_long_vowels_and_unifies_hyphens() -> None:
    """ー is a letter in words and a hyphen between digits."""
    folded = [fold_cell(v) for v in ("０３ー１２３４ー５６７８", "ｻﾄｰ", "1ー2ー3", "'0012")]
    assert folded == ["03-1234-5678", "サトー", "1-2-3", "0012"]


def test_placeholders() -> None:
    """What people write for nothing, and no real value."""
    nothing = ["", "-", "ー", "なし", "無", "N/A", "null", "未登録", "***", "〃", "　"]
    nothing += [
        "特になし",
        "特に無し",
        "異常なし",
        "所見なし",
        "特記事項なし",
        "既往歴なし",
        "該当者なし",
        "該当せず",
        "いいえ",
        "非該当",
    ]
    something = ["異常あり", "所見", "特になしと回答", "無量", "梨", "0", "山田", "-1-"]
    assert all(pl.Series(nothing).str.contains(PLACEHOLDER).to_list())
    assert not any(pl.Series(something).str.contains(PLACEHOLDER).to_list())
