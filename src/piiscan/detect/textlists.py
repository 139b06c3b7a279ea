"""Lists pasted into a text: a line of headings, and below it lines with as many cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from piiscan.detect.labels import LabelIndex
from piiscan.detect.view import TextView
from piiscan.model import Candidate

MIN_ROWS = 2
_WIDE = 3
"""With so many cells one known heading is enough."""
_MAX_DIGITS = 2
_NUMBER = re.compile("[0-9０-９]{3}")
"""More digits than a heading has: most lines of logs and data."""
_MAX_ROWS, _MAX_HEADING, _MAX_LINE = 20_000, 24, 2_000
_SEPARATORS = (
    re.compile(r"\t"),
    re.compile(r"[ \u3000]*[|｜│┃][ \u3000]*"),
    re.compile(r"[,，]"),
    re.compile(";"),
    re.compile(r" {2,}|[ ]?\u3000[ \u3000]+"),
)
_PARTS = re.compile(r"[\t|｜│┃,，;]|[ \u3000]{2}")
"""Stands in every line that one of the separators parts."""
_EDGES = " \t\r\u3000\"'"
_RULE_LINE = re.compile(r"[-+=|│├┼┤─━:\s]*")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TextList:
    """A list: `headings` of its columns, the rules that each speaks for, and `rows` of cells as spans of the text."""

    headings: tuple[str, ...]
    rules: tuple[frozenset[str], ...]
    start: int
    end: int
    rows: tuple[tuple[Span, ...], ...]


def text_lists(view: TextView, index: LabelIndex) -> tuple[TextList, ...]:
    """The lists of a segment, found once."""
    return view.once("textlists", lambda v: tuple(_find(v, index)))


def known_lists(view: TextView) -> tuple[TextList, ...]:
    """The lists that some recognizer has looked for; none if nobody did."""
    found: tuple[TextList, ...] = view.once("textlists", lambda _: ())
    return found


def against_lists(text: str, candidate: Candidate, lists: tuple[TextList, ...]) -> bool:
    """Whether a candidate ignores a list: it runs over the end of a row, or takes the last heading for the label of the first cell."""
    for one in lists:
        if candidate.start >= one.end or candidate.end <= one.start:
            continue
        if "\n" in text[candidate.start : candidate.end]:
            return True
        low, high = one.rows[0][0]
        if low <= candidate.start < high and one.headings[0] != one.headings[-1]:
            return any(e.partition(":")[2] in one.headings[-1] for e in candidate.evidence if e.startswith("label:"))
    return False


def _find(view: TextView, index: LabelIndex) -> Iterator[TextList]:
    text, done = view.text, 0
    hits = index.hits(view).items
    for hit in hits:
        if hit.start < done:
            continue
        start = text.rfind("\n", 0, hit.start) + 1
        end = _line_end(text, hit.start)
        done = end
        found = _below(text, start, end, index)
        if found is not None:
            done = found.end
            yield found


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _below(text: str, start: int, end: int, index: LabelIndex) -> TextList | None:
    """The list whose line of headings is start..end."""
    if end - start > _MAX_LINE or end >= len(text) or _NUMBER.search(text, start, end):
        return None
    # What parts nothing but an empty cell at the end leaves one heading: most lines of source code.
    inside = end - 1 - (text[end - 1] == "\r")
    low = _first(text, start, end)
    if _PARTS.search(text, low, inside) is None:
        return None
    for separator in _SEPARATORS:
        if separator.search(text, low, inside) is None:
            continue
        cells = _cells(text, start, end, separator)
        names = tuple(text[low:high] for low, high in cells)
        if not _headings(names):
            continue
        rules = tuple(index.header(n) if n else frozenset() for n in names)
        if sum(map(bool, rules)) < (1 if len(names) >= _WIDE else 2):
            continue
        rows, stop = _rows(text, end + 1, len(cells), separator)
        if len(rows) >= MIN_ROWS:
            return TextList(names, rules, start, stop, rows)
    return None


def _headings(names: tuple[str, ...]) -> bool:
    """Whether cells may be headings: enough of them, short, and no numbers."""
    filled = sum(map(bool, names))
    if filled < (1 if len(names) >= _WIDE else 2) or max(map(len, names)) > _MAX_HEADING:
        return False
    return all(sum(map(str.isdigit, name)) <= _MAX_DIGITS for name in names)


def _rows(text: str, start: int, width: int, separator: re.Pattern[str]) -> tuple[tuple[tuple[Span, ...], ...], int]:
    """The lines below with so many cells; lines drawn between them are passed over, one that does not fit too."""
    rows: list[tuple[Span, ...]] = []
    misfits, stop = 0, start
    while start < len(text) and len(rows) < _MAX_ROWS and misfits < 2:
        end = _line_end(text, start)
        line = text[start:end]
        if not line.strip():
            break
        cells = _cells(text, start, end, separator)
        if len(cells) == width:
            rows.append(cells)
            misfits, stop = 0, end
        elif not _RULE_LINE.fullmatch(line[:200]):
            misfits += 1
        start = end + 1
    return tuple(rows), stop


def _first(text: str, low: int, end: int) -> int:
    """Where the first cell begins."""
    while low < end and text[low] in _EDGES and text[low] != "\t":
        low += 1
    return low


def _cells(text: str, start: int, end: int, separator: re.Pattern[str]) -> tuple[Span, ...]:
    spans: list[Span] = []
    low = _first(text, start, end)
    for match in separator.finditer(text, low, end):
        spans.append(_bare(text, low, match.start()))
        low = match.end()
    spans.append(_bare(text, low, end))
    return tuple(spans)


def _bare(text: str, low: int, high: int) -> Span:
    while low < high and text[low] in _EDGES:
        low += 1
    while high > low and text[high - 1] in _EDGES:
        high -= 1
    return low, high
