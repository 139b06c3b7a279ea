"""Folding: one spelling for many, and the way back to the original."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.text import folding
from piiscan.text.folding import fold, fold_digits, fold_kanji

LOOKALIKES = "－−‐‑‒–—―ーｰ─━﹣﹘⁃➖ㅡ゠〰"
ANYTHING = st.text(
    st.one_of(st.characters(), st.sampled_from("０１－ーｰﾀﾞﾊﾟ①㈱髙\U000e0100\u3099\u309a\u200b゛")), max_size=40
)


@pytest.mark.parametrize("mark", LOOKALIKES + "一")
def test_hyphen_lookalikes_between_digits_become_hyphens(mark: str) -> None:
    assert fold(f"０３{mark}１２３４{mark}5678").text == "03-1234-5678"


@pytest.mark.parametrize("text", ["サーバー", "コーヒー1杯", "一丁目", "第一回", "ユーザー 3"])
def test_long_vowels_and_kanji_one_stay_letters_elsewhere(text: str) -> None:
    assert "-" not in fold(text).text


def test_circled_and_raised_numbers_are_no_digits() -> None:
    assert fold("①090-1234-5678²").text == " 090-1234-5678 "


@pytest.mark.parametrize(
    ("given_", "folded"),
    [("ﾔﾏﾀﾞ ﾊﾟﾋﾟ", "ヤマダ パピ"), ("ｳﾞｰ", "ヴー"), ("か\u3099は\u309a", "がぱ"), ("ＡＢ＠ｃ．ｊｐ", "AB@c.jp"), ("山\u200b田\u3000", "山田 "),
     ("㈱山田", "(株)山田"), ("㍻元年", "平成元年")],
)  # fmt: skip
def test_spellings_fold_to_one(given_: str, folded: str) -> None:
    assert fold(given_).text == folded


@given(ANYTHING)
def test_offsets_lead_back(span: str) -> None:
    folded = fold(span)
    assert len(folded.offsets) == len(folded.text) + 1
    assert list(folded.offsets) == sorted(folded.offsets)
    assert folded.offsets[-1] == len(span)
    for index, char in enumerate(folded.text):
        start, end = folded.original(index, index + 1)
        assert 0 <= start < end <= len(span)
        if char in span:
            continue
        assert unicodedata.normalize("NFKC", span[start:end]) != ""


@given(ANYTHING)
def test_folding_twice_changes_nothing_more(span: str) -> None:
    once = fold(span).text
    assert fold(once).text == once


def test_original_span_includes_marks_that_were_folded_in() -> None:
    folded = fold("ﾀﾞﾅｶ")
    assert folded.text == "ダナカ"
    assert folded.original(0, 1) == (0, 2)
    assert folded.original(1, 3) == (2, 4)


@given(st.text(st.sampled_from("0123456789０１２３４５６７８９-－ーｰ—\u3000 ＡＺ"), max_size=30))
def test_quick_digit_folding_keeps_length_and_leaves_ascii_only(token: str) -> None:
    assert len(fold_digits(token)) == len(token)
    assert fold_digits(token).isascii()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("髙橋", "高橋"),
        ("宮﨑", "宮崎"),
        ("渡邉", "渡辺"),
        ("渡邊", "渡辺"),
        ("齋藤", "斎藤"),
        ("𠮷田", "吉田"),
        ("濵口", "浜口"),
        ("福\U000e0100", "福"),
        ("\ufa1b", "福"),
    ],
)
def test_variant_kanji_fold_to_dictionary_forms(old: str, new: str) -> None:
    assert fold_kanji(old) == new


def test_variant_map_ends_in_one_step() -> None:
    table = folding._kanji()
    assert all(ord(new) not in table for new in table.values() if new)


@pytest.mark.parametrize(
    ("cls", "inside", "outside"),
    [
        ("DIGIT_CLASS", "0９", "一a"),
        ("HYPHENS", LOOKALIKES + "-", "一.0"),
        ("SPACES", " \u3000\u00a0", "\n0"),
        ("INVISIBLE", "\u200b\ufe0f\U000e0100", " a"),
    ],
)
def test_constants_work_inside_character_classes(cls: str, inside: str, outside: str) -> None:
    pattern = re.compile(f"[{getattr(folding, cls)}]")
    assert all(pattern.fullmatch(c) for c in inside)
    assert not any(pattern.fullmatch(c) for c in outside)
