"""Runs of figures: which readings come out, and where in the text as given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.detect.digits import fold, readings

TWELVE = {"0" * 12, "0000-0000-0000", "0000 0000 0000"}
PHONE = {"000-0000-0000", "0" * 11, "00-0000-0000", "(00)0000-0000", "000 0000 0000"}


def found(text: str, shapes: set[str]) -> list[tuple[str, str]]:
    """(text as given, folded value) of the readings."""
    return [(text[r.start : r.end], r.value) for r in readings(text, shapes)]


@pytest.mark.parametrize(
    ("text", "shapes", "value"),
    [
        ("０９０－１２３４－５６７８", PHONE, "090-1234-5678"),
        ("090ー1234ー5678", PHONE, "090-1234-5678"),
        ("090−1234‐5678", PHONE, "090-1234-5678"),
        ("ＴＥＬ０９０－１２３４－５６７８", PHONE, "090-1234-5678"),
        ("(03)1234-5678", PHONE, "(03)1234-5678"),
        ("090\u200b-1234-5678", PHONE, "090-1234-5678"),
        ("番号は09012345678です", PHONE, "09012345678"),
        ("1980-01-02（090-1234-5678）", PHONE, "090-1234-5678"),
        ("123456789018 4111", TWELVE, "123456789018"),
        ("TK1234567", {"AA0000000"}, "TK1234567"),
        ("ＴＫ１２３４５６７", {"AA0000000"}, "TK1234567"),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, shapes: set[str], value: str) -> None:
    """Full width, hyphen look-alikes, brackets, prefixes, neighbours."""
    assert [v for _, v in found(text, shapes)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "x123456789018",
        "123456789018x9",
        "1234567890189",
        "0.123456789018",
        "550e8400-e29b-41d4-a716-123456789018",
        "/articles/123456789018",
        "id_123456789018",
        "1234 5678 9018 3456",
        "1234-5678-9018-3456",
        "ver-123456789018",
    ],
)
def test_figures_inside_something_longer_are_no_number(text: str) -> None:
    """Letters, further groups, decimals, identifiers and paths around figures."""
    assert found(text, TWELVE) == []


def test_a_space_joins_groups_or_parts_numbers() -> None:
    """Both readings come out where both have a shape."""
    text = "1234 5678 9018 090-1234-5678"
    assert [v for _, v in found(text, TWELVE | PHONE)] == ["1234 5678 9018", "090-1234-5678"]


@given(st.text(alphabet="0123456789０１-ー ()./abＡ電\n", max_size=60))
def test_offsets_point_into_the_text_as_given(text: str) -> None:
    """The slice folds to the value, whatever surrounds it."""
    for reading in readings(text, TWELVE | PHONE | {"AA0000000", "0000000"}):
        assert fold(text[reading.start : reading.end]) == reading.value


@given(
    st.from_regex(r"[0-9]{12}", fullmatch=True),
    st.sampled_from(["", "番号", "：", "\n", "は", "（"]),
    st.sampled_from(["", "です", "）", "\n", "。"]),
)
def test_a_bare_number_is_found_between_japanese_words(number: str, before: str, after: str) -> None:
    """Japanese has no blanks between words and numbers."""
    assert (number, number) in found(before + number + after, TWELVE)
