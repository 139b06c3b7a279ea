"""The shapes of gates spare work and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.detect.presidio_gate import GatedRecognizer, PresidioWindows
from piiscan.detect.recognizers.presidio_windows import ROWS
from piiscan.rules.loader import load_rules

PIECES = (
    *("GB82", "WEST", "DE", "12", "1234", "123456", "-1234567", "-5678901", "S1234567D", "X1234567L", "X-1234567-L"),
    *("RSSMRA85T10A562S", "RSSMRALRTMLARSNS", "M12345678", "123-45-6789", "ABCPE1234F", "AB 12 34 56 C", "AB123456C"),
    *(" ", "-", "A", "0", "a", "番号", "Ａ", "\n"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@pytest.fixture(scope="module")
def windows() -> PresidioWindows:
    """The default rows, without hints, so that every match of a gate counts."""
    rows = [GatedRecognizer(row.path, row.entity, row.gate, shapes=row.shapes) for row in ROWS]
    return PresidioWindows(load_rules(), rows)


def slow(text: str) -> set[tuple[str, int, int]]:
    """Every match of every gate from every position."""
    found = set()
    for row in ROWS:
        gate = re.compile(row.gate)
        for start in range(len(text)):
            if match := gate.match(text, start):
                found.add((row.entity, start, match.end()))
    return found


@given(TEXTS)
def test_shapes_lose_no_match(windows: PresidioWindows, text: str) -> None:
    """With shapes the gates find what they find when tried everywhere."""
    assert {(row.entity, start, end) for row, start, end in windows._hits(text)} == slow(text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.entity)
def test_every_row_has_shapes(row: GatedRecognizer) -> None:
    """No row of the default set makes its gate go over whole texts."""
    assert row.shapes
