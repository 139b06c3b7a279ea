"""Names that are none: cells of lists in which nothing else is a name, items of a catalogue, rows of a table of goods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

from piiscan.detect.checks import person_name
from piiscan.detect.lexicon import Lexicon
from piiscan.model import Candidate

EVIDENCE = "negative:things"
LOWER, LOWER_LABELLED = -0.35, -0.45
_WEAK = ("dictionary:", "kanji:", "sudachi", "learned", "alone")
"""Evidence that lies in the word itself; a label, a title or a contact beside it says more."""
_LABELS = frozenset({"label:name", "label:Name"})
_ROWS = 20
"""Rows looked at on each side."""
_LEAST, _FEW = 5, 0.25
_LINE, _TUPLE, _CELL, _AROUND, _BLOCK = 300, 400, 16, 1500, 1500
_SEPARATOR = re.compile(r"\t|[ 　]*[|｜│][ 　]*|[,，]|[ 　]{2,}|　|[ 　]*(?:…+|\.{3,})[ 　]*")
_BULLET = re.compile(
    r"[ 　]*(?:[・●○◎■□◆◇*※\-–]|[0-9０-９]{1,3}[.．)）、]|No\.?[ ]?[0-9]+|[(（][0-9０-９]{1,3}[)）])[ 　]*"
)
_EDGES = " 　\"'`"
_JAPANESE = re.compile("[ぁ-ゖァ-ヺ一-龥]")
_INSERT = re.compile(r"INSERT\s+INTO\s+[`\"\[]?(?:\w+[`\"\]]?\.[`\"\[]?)?(\w+)", re.IGNORECASE)
_GOODS = re.compile(
    r"(?<![0-9])4[59][0-9]{11}(?![0-9])|在庫[ 　:：]?[0-9]|[0-9]円?[(（]税[込抜別]|(?:本体|税込|税抜|単価|定価|売価)[ 　:：]*[¥￥]?[0-9]|[0-9]個入"
)
"""What stands beside goods: their bar code, stock, unit price."""
_GOODS_TABLE = re.compile(
    r"(?:^|_)(?:item|product|good|shop|store|brand|maker|category|categorie|station|city|citie|place|spot|menu|recipe|company|companie|supplier|vendor|hotel|temple|"
    r"shohin|tenpo|kaisha|mst_?item|m_?shohin)s?(?:$|_)",
    re.IGNORECASE,
)
_GOODS_KEY = re.compile(
    r"[\"'](?:item|product|goods|shop|store|sku|jan|ean|price|stock|unit_?price|brand|category)[a-z_]*[\"']\s*[:=]",
    re.IGNORECASE,
)
_NAME_KEY = re.compile(r"[\"'][Nn]ame[\"']\s*[:=]\s*[\"']([^\"'\n]{1,40})[\"']")
_PERSON_KEY = re.compile(
    r"[\"'](?:[a-z_]*(?:tel|phone|mail|address|birth|kana|gender|age|sex))[a-z_]*[\"']\s*[:=]", re.IGNORECASE
)


def among_things(text: str, found: list[Candidate]) -> list[Candidate]:
    """The candidates, those for names lowered where the list they stand in is none of names."""
    doubtful = [c for c in found if c.entity_type == "PERSON" and 0.4 <= c.score <= 0.95 and _weak(c)]
    if not doubtful:
        return found
    lists: dict[tuple[object, ...], bool] = {}
    things = {id(c) for c in doubtful if _is_thing(text, c, lists)}
    return [_lower(c) if id(c) in things else c for c in found] if things else found


def _weak(candidate: Candidate) -> bool:
    return all(e in _LABELS or e.startswith(_WEAK) for e in candidate.evidence)


def _lower(candidate: Candidate) -> Candidate:
    change = LOWER if _LABELS.isdisjoint(candidate.evidence) else LOWER_LABELLED
    score = round(max(0.01, candidate.score + change), 4)
    return replace(candidate, score=score, evidence=(*candidate.evidence, EVIDENCE))


def _is_thing(text: str, c: Candidate, lists: dict[tuple[object, ...], bool]) -> bool:
    """Whether what is around a candidate says that it is none; `lists` remembers what was said of the list it stands in."""
    if not _LABELS.isdisjoint(c.evidence):
        return _in_object(text, c)
    before = text[c.start - 1 : c.start]
    if before in ("'", '"') and text[c.end : c.end + 1] == before:
        row = _tuple_around(text, c)
        if row is not None:
            if _in_table_of_goods(text, row[0]):
                return True
            return _in_things(text, row, c.start, lambda: _tuples(text, row), lists)
    low, high = _line(text, c.start)
    if high - low > _LINE or high < c.end:
        return False
    cell = _cell(text[low:high], c.start - low)
    if cell is None or cell[1].strip(_EDGES) != text[c.start : c.end]:
        return False
    if _GOODS.search(text, low, high):
        return True
    return _in_things(text, (low, high), c.start, lambda: _lines(text, low, high), lists)


def _in_object(text: str, c: Candidate) -> bool:
    """Whether the value of a key ``name`` belongs to an object with a price and without anything of a person."""
    low = max(text.rfind("{", max(0, c.start - _TUPLE), c.start), c.start - _TUPLE, 0)
    high = text.find("}", c.end, c.end + _TUPLE)
    high = high if high >= 0 else min(len(text), c.end + _TUPLE)
    if _GOODS_KEY.search(text, low, high) is None or _PERSON_KEY.search(text, low, high) is not None:
        return False
    around = text[max(0, low - _AROUND) : low] + text[high : high + _AROUND]
    others = [match.group(1) for match in _NAME_KEY.finditer(around)]
    return not others or sum(map(_full, others)) < 2 * _FEW * len(others)


def _in_table_of_goods(text: str, start: int) -> bool:
    at = text.rfind("INSERT", max(0, start - 50_000), start)
    match = _INSERT.match(text, at) if at >= 0 else None
    return match is not None and _GOODS_TABLE.search(match.group(1)) is not None


def _tuple_around(text: str, c: Candidate) -> tuple[int, int] | None:
    low = text.rfind("(", max(0, c.start - _TUPLE), c.start)
    high = text.find(")", c.end, c.end + _TUPLE)
    if low < 0 or high < 0 or text.find(")", low, c.start) >= 0:
        return None
    return low + 1, high


def _tuples(text: str, row: tuple[int, int]) -> Iterator[str]:
    """Rows of values before and after."""
    low, high = row
    for _ in range(_ROWS):
        end = text.rfind(")", max(0, low - _TUPLE), low - 1)
        start = text.rfind("(", max(0, end - _TUPLE), end) if end >= 0 else -1
        if start < 0:
            break
        yield text[start + 1 : end]
        low = start
    for _ in range(_ROWS):
        start = text.find("(", high, high + _TUPLE)
        end = text.find(")", start, start + _TUPLE) if start >= 0 else -1
        if end < 0:
            break
        yield text[start + 1 : end]
        high = end


def _line(text: str, position: int) -> tuple[int, int]:
    low = text.rfind("\n", max(0, position - _LINE), position) + 1
    high = text.find("\n", position, position + _LINE)
    return (low or max(0, position - _LINE)), (high if high >= 0 else min(len(text), position + _LINE))


def _lines(text: str, low: int, high: int) -> Iterator[str]:
    """Lines before and after, as far as they are short."""
    for _ in range(_ROWS):
        start = text.rfind("\n", max(0, low - 1 - _LINE), max(0, low - 1)) + 1
        if low <= 0 or start >= low - 1:  # the beginning, or an empty line
            break
        yield text[start : low - 1]
        low = start
    for _ in range(_ROWS):
        end = text.find("\n", high + 1, high + 1 + _LINE)
        if end <= high + 1:
            break
        yield text[high + 1 : end]
        high = end


def _cell(row: str, at: int) -> tuple[tuple[int, bool, int], str] | None:
    """Where a place is in a row, as comparable between rows (its field, whether a bullet is before it, the number of fields), and what its field says."""
    bullet = _BULLET.match(row)
    low = bullet.end() if bullet else 0
    fields: list[tuple[int, int]] = []
    for match in _SEPARATOR.finditer(row, low):
        fields.append((low, match.start()))
        low = match.end()
    fields.append((low, len(row)))
    number = next((n for n, (a, b) in enumerate(fields) if a <= at <= b), None)
    if number is None or (len(fields) == 1 and bullet is None):
        return None
    return (number, bullet is not None, len(fields)), row[slice(*fields[number])]


def _in_things(
    text: str,
    row: tuple[int, int],
    at: int,
    others: Callable[[], Iterable[str]],
    lists: dict[tuple[object, ...], bool],
) -> bool:
    """Whether hardly any other row has a name where this one has what looks like it."""
    own = _cell(text[slice(*row)], at - row[0])
    if own is None:
        return False
    test = _full if _full(own[1].strip(_EDGES)) else _any_name
    key = (own[0], test, at // _BLOCK, text.rfind("\n\n", max(0, at - _BLOCK), at))
    if key not in lists:
        words = {
            cell
            for other in others()
            if (cell := _field(other, own[0])) and len(cell) <= _CELL and _JAPANESE.search(cell)
        } - {own[1].strip(_EDGES)}
        lists[key] = len(words) >= _LEAST and sum(map(test, words)) < _FEW * len(words)
    return lists[key]


def _field(row: str, place: tuple[int, bool, int]) -> str | None:
    """What stands at a place of a row; None where it is another kind of row."""
    number, bulleted, count = place
    bullet = _BULLET.match(row)
    if (bullet is not None) != bulleted:
        return None
    fields = _SEPARATOR.split(row[bullet.end() :] if bullet else row)
    return fields[number].strip(_EDGES) if len(fields) == count else None


@lru_cache(4096)
def _full(value: str) -> bool:
    return value not in Lexicon.load().surnames and person_name(value) is True


def _any_name(value: str) -> bool:
    return value in Lexicon.load().surnames or _full(value)
