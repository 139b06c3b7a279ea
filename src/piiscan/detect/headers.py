"""Header cells of tables: what a column name means, and which rows of a sheet are headers at all.

A name matches a rule when, normalised, it is one of the rule's `columns` or `labels` (exact), ends with one (``会員電話番号``: the last
word of a Japanese compound says what it is), or contains one. Names of things that are not persons (``商品名``, ``file_name``) match no name rule.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from piiscan.detect.header_words import (
    GENERIC,
    NOT_PAYMENT,
    NOT_PERSON_WORDS,
    NOT_PERSONS,
    NOT_STREETS,
    NOTE,
    PARTS,
    QUIET,
    TAIL,
)
from piiscan.rules.model import Rule, RuleSet

_Text = TypeVar("_Text", str, tuple[str, ...])

NAME_TYPES = frozenset({"PERSON", "JP_NAME_KANA"})

_DROP = re.compile(r"[\s_\-.・/\\()\[\]【】「」<>〔〕※*★☆●■◆◎○:?。、#\"'`\ufeff\u200b-\u200f\u2060]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WORDS = re.compile(r"[a-z]+|[0-9]+")
_TRAILING = re.compile(r"(?<=\D)[0-9]{1,2}$")
_DATA = re.compile(r"[0-9]{5,}|@|^[0-9.,:/¥\\ -]+$|^https?:")

_KATAKANA = re.compile("(?!フリガナ|カナ)[ァ-ヺー]+")
_ADDRESS = re.compile(r"[0-9０-９一二三四五六七八九十](?:丁目|番)|[0-9０-９][-－−‐][0-9０-９]")
"""An address that ends in 番地 is no label 番地."""


@lru_cache(maxsize=8192)
def header_key(text: str) -> str:
    """The comparable form of a header cell: half width, lower case, without notes, separators and marks."""
    folded = NOTE.sub("", unicodedata.normalize("NFKC", text.replace("ー\n", "ー")))
    return _DROP.sub("", folded).lower().removesuffix("必須").removesuffix("任意")


@lru_cache(maxsize=8192)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORDS.findall(_CAMEL.sub("_", unicodedata.normalize("NFKC", text)).lower()))


@dataclass(frozen=True, slots=True)
class HeaderMatch:
    """How well a header names a rule's subject: `strength` 0..1 (1 exact), `label` the rule's word that matched."""

    strength: float
    label: str


class HeaderBook:
    """Matches header texts against all rules, remembering answers (headers repeat over the sheets of a store)."""

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules
        self._labels = _Labels(rule for rule in rules.rules if rule.columns or rule.labels)
        self._known: dict[str, dict[str, HeaderMatch]] = {}

    def matches(self, header: str) -> dict[str, HeaderMatch]:
        """Rule id to match, for the rules this header may speak of. Only the longest matching words count."""
        found = self._known.get(header)
        if found is None:
            if len(self._known) > 20_000:
                self._known.clear()
            found = self._known[header] = self._match(header)
        return found

    def _match(self, header: str) -> dict[str, HeaderMatch]:
        key = header_key(header)
        if not key or len(key) > 60:
            return {}
        found: dict[str, HeaderMatch] = {}
        for rule, labels in self._labels.near(key, _words(header)):
            best = max((_compare(key, header, k, w, raw) for k, w, raw in labels), key=_order)
            if best.strength and not _negated(rule, key, header, best):
                found[rule.id] = best
        if not found:
            return {}
        top = max(m.strength for m in found.values())
        if top >= 0.95:  # ポイントカード番号 is that, and not also a カード番号
            return {r: m for r, m in found.items() if m.strength >= 0.95}
        longest = max(len(header_key(m.label)) for m in found.values() if m.strength == top)
        return {r: m for r, m in found.items() if m.strength == top and len(header_key(m.label)) == longest}

    def is_label(self, text: str) -> bool:
        """Whether a cell is the name of something rules look for (exactly, or its last word)."""
        if len(text) > 40 or (len(text) > 8 and _ADDRESS.search(text)):
            return False
        return any(m.strength >= 0.85 for m in self.matches(text).values())

    def is_vocabulary(self, text: str) -> bool:
        """Whether a cell looks like a column name: a label, or a usual heading such as 備考."""
        key = header_key(text)
        return key in GENERIC or bool(QUIET.search(key)) or self.is_label(text)


def is_quiet(header: str) -> bool:
    """Whether this heading names amounts, codes of things or moments, so numbers below it are no identifiers of persons."""
    return bool(QUIET.search(header_key(header)))


def names_things(header: str) -> bool:
    """Whether this heading names products, companies, files, ... rather than persons."""
    return bool(NOT_PERSONS.search(header_key(header))) or not NOT_PERSON_WORDS.isdisjoint(_words(header))


_Label = tuple[str, tuple[str, ...], str]
"""Key, words, the word as the rule has it."""


class _Labels:
    """The labels of all rules, found by what a header has in common with them: sheets have thousands of cells to ask about."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._labels: list[tuple[Rule, _Label]] = []
        self._by_key: dict[str, list[int]] = {}
        self._by_words: dict[tuple[str, ...], list[int]] = {}
        for rule in rules:
            for raw in dict.fromkeys((*rule.columns, *rule.labels)):
                if not (key := header_key(raw)):
                    continue
                self._by_key.setdefault(key, []).append(len(self._labels))
                if key.isascii() and (words := _words(raw)):
                    self._by_words.setdefault(words, []).append(len(self._labels))
                self._labels.append((rule, (key, _words(raw), raw)))
        self._longest = max(map(len, self._by_key), default=0)
        self._most_words = max(map(len, self._by_words), default=0)

    def near(self, key: str, words: tuple[str, ...]) -> Iterable[tuple[Rule, list[_Label]]]:
        """Rules with their labels that are part of this key, or whose words are among these; all others say nothing of it."""
        numbers = {n for part in _parts(key, self._longest) for n in self._by_key.get(part, ())}
        numbers.update(n for part in _parts(words, self._most_words) for n in self._by_words.get(part, ()))
        found: dict[str, tuple[Rule, list[_Label]]] = {}
        for rule, label in map(self._labels.__getitem__, sorted(numbers)):
            found.setdefault(rule.id, (rule, []))[1].append(label)
        return found.values()


def _parts(whole: _Text, longest: int) -> Iterator[_Text]:
    size = len(whole)
    return (whole[i:end] for i in range(size) for end in range(i + 1, min(size, i + longest) + 1))


def _order(match: HeaderMatch) -> tuple[float, int]:
    return match.strength, len(match.label)


def _compare(key: str, header: str, label: str, words: tuple[str, ...], raw: str) -> HeaderMatch:
    if key == label:
        return HeaderMatch(1.0, raw)
    if _TRAILING.sub("", key) == label:
        return HeaderMatch(0.95, raw)
    if label.isascii():
        return HeaderMatch(_compare_words(_words(header), words) if len(label) >= 3 else 0.0, raw)
    if len(label) < 2 or label not in key:
        return HeaderMatch(0.0, raw)
    if _TRAILING.sub("", key).endswith(label):
        short = len(label) < 3 and _KATAKANA.fullmatch(key)  # カシハタナギセイ is no セイ
        return HeaderMatch(0.0 if short else 0.85, raw)
    return HeaderMatch(0.0 if TAIL.search(key) else 0.6, raw)


def _compare_words(header: tuple[str, ...], label: tuple[str, ...]) -> float:
    while header and header[-1].isdigit():
        header = header[:-1]
    size = len(label)
    if not label or size > len(header):
        return 0.0
    if header[-size:] == label:
        return 0.85
    if any(header[i : i + size] == label for i in range(len(header) - size)):
        return 0.0 if TAIL.search(header[-1]) or header[-1] in {"id", "no", "code", "key"} else 0.6
    return 0.0


def _negated(rule: Rule, key: str, header: str, match: HeaderMatch) -> bool:
    if match.strength >= 0.95:
        return False
    if any(len(word) >= 2 and header_key(word) and header_key(word) in key for word in rule.negative):
        return True
    if rule.entity_type in NAME_TYPES and names_things(header):
        return True
    other = {"JP_ADDRESS": NOT_STREETS, "CREDIT_CARD": NOT_PAYMENT}.get(rule.entity_type)
    return other is not None and bool(other.search(key))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the first rows of a table are. `names` has one entry a column (group names joined by ``/``, empty where there is none).

    `data_start` is the number of rows above the data, `header_rows` those of them that are headers (to drop repeats), `form` says that the rows
    above `data_start` (or all, with no header) hold label and value cells side by side.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    data_start: int = 0
    header_rows: tuple[tuple[str | None, ...], ...] = field(default=(), repr=False)
    form: bool = False
    table: bool = True


Rows = Sequence[tuple[str | None, ...]]


def judge_layout(rows: Rows, book: HeaderBook) -> Layout:
    """Find the header among the first rows of a table whose format declares none. `rows` are at most some dozens, all of one width."""
    width = len(rows[0]) if rows else 0
    nothing = ("",) * width
    start = _header_row(rows, book)
    if start is None:
        form = not _is_grid(rows, book) and _has_pairs(rows, book)
        return Layout(nothing, nothing, form=form, table=not form)
    above = rows[:start]
    group: tuple[str | None, ...] | None = None
    header, end = rows[start], start + 1
    if end < len(rows) and _is_second_line(header, rows[end], book):
        group, header, end = header, rows[end], end + 1
    elif above and _is_group_line(above[-1], header):
        group, above = above[-1], above[:-1]
    names, groups = _name_columns(group, header)
    kept = tuple(r for r in (group, header) if r is not None)
    return Layout(names, groups, end, kept, form=_has_pairs(above, book))


def _header_row(rows: Rows, book: HeaderBook) -> int | None:
    widest = max((_cell_count(row) for row in rows[:50]), default=0)
    for i, row in enumerate(rows[:-1][:30]):
        pairs = _key_value_rows([row], book) and _key_value_rows(rows[max(0, i - 3) : i], book)
        if pairs or _key_value_rows(rows[i : i + 6], book) >= 2:
            continue
        if _is_header(row, rows[i + 1 : i + 6], widest, book):
            return i
    return _plain_header(rows, widest)


def _cell_count(row: tuple[str | None, ...]) -> int:
    """Filled cells; digits in boxes of their own count as one."""
    boxes = sum(c is not None and len(c) == 1 and c.isdigit() for c in row)
    return sum(c is not None for c in row) - (boxes - 1 if boxes >= 7 else 0)


def _is_header(row: tuple[str | None, ...], below: Rows, widest: int, book: HeaderBook) -> bool:
    cells = [c for c in row if c is not None]
    data = sum(_is_data(c) for c in cells)
    known = sum(book.is_vocabulary(c) for c in cells)
    if not known or len(cells) < max(1, 0.4 * widest) or data > 0.1 * len(cells):
        return False
    if known / len(cells) > 0.6 and (len(cells) > 1 or widest == 1):
        return True
    others = [r for r in below if r != row]
    pairs = (book.is_label(c) and _value_right(r, i, book) for r in others for i, c in enumerate(r) if c is not None)
    return len(cells) > 1 and not any(pairs)


def _key_value_rows(rows: Rows, book: HeaderBook) -> int:
    """Rows that begin with a label and its value, as in forms and lists of 項目 and 値."""
    starts = ([(i, c) for i, c in enumerate(row) if c is not None][:1] for row in rows)
    return sum(
        bool(s) and book.is_label(s[0][1]) and _value_right(row, s[0][0], book)
        for row, s in zip(rows, starts, strict=True)
    )


def _plain_header(rows: Rows, widest: int) -> int | None:
    """A first full row of words above columns of numbers or dates is a header although no word in it is known."""
    first = next(
        (i for i, row in enumerate(rows[:10]) if sum(c is not None for c in row) >= max(2, 0.8 * widest)), None
    )
    if first is None or first + 2 > len(rows) - 1:
        return None
    row, below = rows[first], rows[first + 1 : first + 21]
    if any(c is not None and (_is_data(c) or len(c) > 30) for c in row) or len(set(row)) < len(row):
        return None
    shaped = sum(_mostly_data(below, i) for i in range(len(row)))
    return first if shaped >= max(1, len(row) // 3) else None


def _mostly_data(rows: Rows, column: int) -> bool:
    cells = [c for row in rows if (c := row[column]) is not None]
    return len(cells) >= 2 and sum(_is_data(c) for c in cells) >= 0.8 * len(cells)


def _is_data(cell: str) -> bool:
    return bool(_DATA.search(unicodedata.normalize("NFKC", cell).strip()))


def _is_second_line(first: tuple[str | None, ...], second: tuple[str | None, ...], book: HeaderBook) -> bool:
    cells = [c for c in second if c is not None]
    if not cells or second == first or any(_is_data(c) for c in cells):
        return False
    fits = any(a is None and b is not None for a, b in zip(first, second, strict=True))
    pairs = zip(first, first[1:], second, second[1:], strict=False)
    merged = any(a is not None and a == b and c and d and c != d for a, b, c, d in pairs)  # readers fill merged cells
    return (fits or merged) and sum(_is_part(c, book) for c in cells) >= 0.6 * len(cells)


def _is_part(cell: str, book: HeaderBook) -> bool:
    return book.is_vocabulary(cell) or header_key(cell) in PARTS


def _is_group_line(group: tuple[str | None, ...], header: tuple[str | None, ...]) -> bool:
    filled = [i for i, c in enumerate(group) if c is not None]
    if not filled or filled == [0] or any(_is_data(c) for c in group if c):
        return False
    return all(header[i] is not None for i in filled) and len(filled) < sum(c is not None for c in header)


def _name_columns(
    group: tuple[str | None, ...] | None, header: tuple[str | None, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    clean = [(c or "").strip().lstrip("\ufeff").replace("\r", "").replace("\n", " ") for c in header]
    if group is None:
        return tuple(clean), ("",) * len(clean)
    names, groups, current = [], [], ""
    for above, name in zip(group, clean, strict=True):
        above_text = (above or "").strip().replace("\n", " ")
        current = above_text or current
        names.append(name or above_text)  # merged downwards: the upper cell is the name
        groups.append(current if name else "")
    return tuple(names), tuple(groups)


def _is_grid(rows: Rows, book: HeaderBook) -> bool:
    """Whether rows are filled alike, as those of a list, and hardly one of them has a label: a department may be called as a label is."""
    width = len(rows[0]) if rows else 0
    if width < 3 or len(rows) < 5 or sum(c is not None for row in rows for c in row) < 0.85 * width * len(rows):
        return False
    if sum(_mostly_data(rows, i) for i in range(width)) < max(1, width // 4):
        return False
    starts = sum(row[0] is not None and book.is_label(row[0]) for row in rows)
    return starts <= 0.1 * len(rows) and len({r for r, _ in label_cells(rows, book)}) <= 0.4 * len(rows)


def _has_pairs(rows: Iterable[tuple[str | None, ...]], book: HeaderBook) -> bool:
    return next(label_cells(tuple(rows), book), None) is not None


def label_cells(rows: Rows, book: HeaderBook) -> Iterator[tuple[int, int]]:
    """Positions of cells that are labels and have a value to the right or below."""
    return (
        (r, c)
        for r, row in enumerate(rows)
        for c, cell in enumerate(row)
        if cell is not None and book.is_label(cell) and (_value_right(row, c, book) or _value_below(rows, r, c, book))
    )


def _value_right(row: tuple[str | None, ...], column: int, book: HeaderBook) -> bool:
    following = next((c for c in row[column + 1 : column + 6] if c is not None), None)
    return following is not None and not book.is_vocabulary(following)


def _value_below(rows: Rows, r: int, column: int, book: HeaderBook) -> bool:
    below = rows[r + 1][column] if r + 1 < len(rows) else None
    return below is not None and not book.is_vocabulary(below)
