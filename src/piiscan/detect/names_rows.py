"""Names and readings in columns of plain text: rows pasted into a mail, a log, a fixed-width list. A column speaks for its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_evidence import KANJI, NOT_VALUES
from piiscan.detect.names_labelled import NOT_PERSON, is_thing
from piiscan.detect.names_prose import NameSpan

MIN_ROWS, SAMPLE = 3, 40
_DELIMITERS = (("\t", "\t"), ("|", re.compile("[|｜│]")), (",", ","))
_WIDE = re.compile("[ 　]{2,}")
_NAME = re.compile(rf"[{KANJI}ヶケノツ]{{1,5}}[ 　]?[{KANJI}ぁ-ゖァ-ヺー]{{1,5}}|[{KANJI}]{{1,4}}")
_KANA = re.compile(r"[ァ-ヺーぁ-ゖｦ-ﾟ]{1,12}(?:[ 　・][ァ-ヺーぁ-ゖｦ-ﾟ]{1,12}){0,2}")
_GIVEN = re.compile(rf"[{KANJI}ぁ-ゖァ-ヺー]{{1,5}}")
_EDGES = " 　\t\r\"'"
Cell = tuple[int, int]
Delimiter = str | re.Pattern[str]


class NameRows:
    """Judges columns of text as tables' columns are judged: what most cells are, the rest is as well."""

    def __init__(
        self,
        lexicon: Lexicon,
        grammar: NameGrammar,
        likeness: Callable[[str], float],
        is_label: Callable[[str], bool],
    ) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._likeness = likeness
        self._is_label = is_label

    def find(self, text: str, places: Iterable[int]) -> Iterator[tuple[str, NameSpan]]:
        """(``person`` or ``kana``, span) for the cells of columns that hold names or readings.

        `places` are where names may begin: only lines with one of them are looked at, and their neighbours.
        """
        for block in _blocks(text, sorted(places)):
            rows = block[1:] if any(self._is_label(text[a:b]) for a, b in block[0]) else block
            columns = list(zip(*rows, strict=True))
            halves = self._halves(text, columns)
            for number, cells in enumerate(columns):
                if number in halves:
                    yield from self._accepted(text, cells, _GIVEN, "person", 0.62)
                elif share := self._share(text, cells, _NAME, self._likeness, 0.6):
                    yield from self._accepted(text, cells, _NAME, "person", 0.5 + 0.2 * share)
                elif share := self._share(text, cells, _KANA, self._grammar.kana_value, 0.5):
                    yield from self._accepted(text, cells, _KANA, "kana", 0.5 + 0.25 * share)

    def _share(
        self, text: str, cells: Sequence[Cell], form: re.Pattern[str], weigh: Callable[[str], float], least: float
    ) -> float:
        """The share of distinct cells that are surely names; 0 where that is not most of them."""
        values = _values(text, cells)
        if len(values) < MIN_ROWS - 1 or sum(bool(form.fullmatch(v)) for v in values) < 0.7 * len(values):
            return 0.0
        share = sum(weigh(v) >= least for v in values) / len(values)
        return share if share >= 0.5 else 0.0

    def _halves(self, text: str, columns: Sequence[Sequence[Cell]]) -> set[int]:
        """Columns that are surname and given name beside each other."""
        found: set[int] = set()
        shares = [self._part_shares(text, cells) for cells in columns]
        for number, ((surname, _), (_, given)) in enumerate(pairwise(shares)):
            if min(surname, given) >= 0.5 and surname + given >= 1.2:
                found |= {number, number + 1}
        return found

    def _part_shares(self, text: str, cells: Sequence[Cell]) -> tuple[float, float]:
        values = _values(text, cells)
        if len(values) < MIN_ROWS or sum(bool(_GIVEN.fullmatch(v)) for v in values) < 0.8 * len(values):
            return 0.0, 0.0
        kana = self._lexicon.kana["given"]
        surname = sum(v in self._lexicon.surnames for v in values) / len(values)
        return surname, sum(self._may_be_given(v) or v in kana for v in values) / len(values)

    def _may_be_given(self, value: str) -> bool:
        return value in self._lexicon.given or (len(value) > 1 and self._lexicon.likely_given(value, 5, 5))

    def _accepted(
        self, text: str, cells: Sequence[Cell], form: re.Pattern[str], kind: str, score: float
    ) -> Iterator[tuple[str, NameSpan]]:
        for start, end in cells:
            value = text[start:end]
            if form.fullmatch(value) and value not in NOT_VALUES and not NOT_PERSON.search(value):
                known = kind == "kana" or self._likeness(value) >= 0.6
                if known or not is_thing(value):
                    yield kind, NameSpan(start, end, score, ("column:names",))


def _values(text: str, cells: Sequence[Cell]) -> list[str]:
    step = max(1, len(cells) // SAMPLE)
    return list(dict.fromkeys(text[a:b] for a, b in cells[::step] if a < b))


def _blocks(text: str, places: Iterable[int]) -> Iterator[list[list[Cell]]]:
    """Runs of lines around these places that have the same delimiter and as many fields."""
    done = -1
    for place in places:
        if place < done:
            continue
        low, high = text.rfind("\n", 0, place) + 1, _line_end(text, place)
        row = _row(text, low, high)
        done = high
        if row is None:
            continue
        block = [row[1]]
        while low:
            start = text.rfind("\n", 0, low - 1) + 1
            before = _row(text, start, low - 1)
            if before is None or before[0] != row[0]:
                break
            block.append(before[1])
            low = start
        block.reverse()
        while (
            high < len(text)
            and (after := _row(text, high + 1, end := _line_end(text, high + 1)))
            and after[0] == row[0]
        ):
            block.append(after[1])
            high = end
        done = high
        if len(block) >= MIN_ROWS:
            yield block


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _row(text: str, start: int, end: int) -> tuple[tuple[Delimiter, int], list[Cell]] | None:
    """What kind of row the line is (delimiter, number of fields) and its cells; None where it is no row."""
    delimiter = _delimiter(text, start, end)
    if delimiter is None:
        return None
    cells = _cells(text, start, end, delimiter)
    return (delimiter, len(cells)), cells


def _delimiter(text: str, start: int, end: int) -> Delimiter | None:
    if end - start > 400:
        return None
    for sign, pattern in _DELIMITERS:
        if text.find(sign, start, end) >= 0:
            return pattern
    if text.find("  ", start, end) >= 0 or text.find("　　", start, end) >= 0:
        return _WIDE
    return None


def _cells(text: str, start: int, end: int, delimiter: Delimiter) -> list[Cell]:
    """The cells without outer blanks and quotes."""
    cells = []
    if isinstance(delimiter, str):
        for part in text[start:end].split(delimiter):
            cells.append(_bare(part, start))
            start += len(part) + 1
        return cells
    for match in delimiter.finditer(text, start, end):
        cells.append(_bare(text[start : match.start()], start))
        start = match.end()
    cells.append(_bare(text[start:end], start))
    return cells


def _bare(value: str, start: int) -> Cell:
    inner = value.strip(_EDGES)
    if len(inner) == len(value):
        return start, start + len(value)
    start += value.find(inner)
    return start, start + len(inner)
