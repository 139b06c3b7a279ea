"""Counts persons, not matches, and tells rosters (lists of persons that can be contacted) from mentions.

Tables give one 64-bit key a person and batch (see :func:`person_key_layout`), text gives names and contacts. The counter puts both
together for one item: the same person in two sheets, or in a sheet and a remark, is one person. All of it lives in memory only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from piiscan.model import Detected, Detection, SegmentKind, TableRecords, TextHits

if TYPE_CHECKING:
    import polars as pl

ROSTER_PERSONS = 10
"""So many persons with a name and a contact make a roster."""

MAIL, PHONE, BIRTH, ADDRESS, IDENTIFIER = 1, 2, 3, 4, 5
KINDS = {
    "EMAIL_ADDRESS": MAIL,
    "PHONE_NUMBER": PHONE,
    "JP_PHONE_MOBILE": PHONE,
    "JP_PHONE_FIXED": PHONE,
    "JP_PHONE_IP": PHONE,
    "DATE_OF_BIRTH": BIRTH,
    "JP_DATE_OF_BIRTH": BIRTH,
    "JP_ADDRESS": ADDRESS,
    "MEMBER_ID": IDENTIFIER,
    "EMPLOYEE_ID": IDENTIFIER,
    "STUDENT_ID": IDENTIFIER,
    "JP_MY_NUMBER": IDENTIFIER,
    "JP_DRIVER_LICENSE": IDENTIFIER,
    "JP_PASSPORT": IDENTIFIER,
    "JP_RESIDENCE_CARD": IDENTIFIER,
    "JP_PENSION_NUMBER": IDENTIFIER,
    "JP_EMPLOYMENT_INSURANCE": IDENTIFIER,
    "JP_HEALTH_INSURANCE": IDENTIFIER,
    "CREDIT_CARD": IDENTIFIER,
    "JP_BANK_ACCOUNT": IDENTIFIER,
}
"""What an entity type says about who somebody is."""

CONTACTS = frozenset({MAIL, PHONE, ADDRESS})
NAME_TYPE, KANA_TYPE = "PERSON", "JP_NAME_KANA"
SHORT_NAME = 2

_KEEP = 200_000
_NAME_BITS, _KIND_BITS, _VALUE_BITS = 35, 3, 25
_TOLD = (1 << _VALUE_BITS + _KIND_BITS) - 1
_FEW_KEYS = 2_000
_HONORIFIC = re.compile(r"(?:様|さま|さん|殿|氏|先生|君|くん|ちゃん)$")
_SPACES = re.compile(r"[\s・,.]+")
_BLANK_LINE = re.compile(r"\n[ \t　]*\r?\n")


def person_key_layout(name: int | None, kind: int, value: int) -> int:
    """Put 64-bit hashes together to a key: a flag (named), 35 bits of the name (or of the value, without one), 3 of kind, 25 of the value.

    So one key names one person, and keys of the same name can still be compared by what they were told apart with.
    """
    head = value if name is None else name
    flag = 0 if name is None else 1
    return flag << 63 | (head >> 29) << 28 | kind << 25 | (value & 0x1FFFFFF if kind else 0)


def fold_name(text: str) -> str:
    """A name without spaces, honorific and width."""
    folded = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    return _HONORIFIC.sub("", folded).lower() if len(folded) > 1 else folded


def fold_contact(kind: int, text: str) -> str:
    """A comparable form of a contact."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    if kind == PHONE:
        digits = re.sub(r"[^0-9]", "", folded)
        return ("0" + digits[2:] if digits.startswith("81") and len(digits) > 10 else digits).lstrip("0")
    return re.sub(r"\s", "", folded)


@dataclass(slots=True)
class _Block:
    """Names and contacts that stand together: a paragraph, the fields of a record, a form."""

    names: set[str] = field(default_factory=set)
    contacts: dict[int, list[str]] = field(default_factory=dict)

    def add(self, kind: int, text: str) -> None:
        known = self.contacts.setdefault(kind, [])
        if text not in known[-50:]:
            known.append(text)


class PersonCounter:
    """Counts the persons of one item. Feed it everything detected; ask at the end. Memory is bounded (a sample of names beyond 200,000)."""

    def __init__(self) -> None:
        self._keys: set[int] = set()
        self._level = 0
        self._table_roster = False
        self._names: set[str] = set()
        self._contacts: set[tuple[int, str]] = set()
        self._attached: set[tuple[int, str]] = set()
        self._cells: set[tuple[int, str]] = set()
        self._cell_names: set[str] = set()
        self._listed: set[str] = set()
        self._scope: tuple[tuple[str, str], ...] = ()
        self._record = _Block()

    def __repr__(self) -> str:
        return f"<PersonCounter roster={self.roster}>"

    def add(self, detected: Detected) -> None:
        """Take in what was detected. Column detections say nothing new: their rows come as :class:`TableRecords`."""
        if isinstance(detected, TableRecords):
            self._add_keys(detected.person_keys)
            self._table_roster |= detected.roster
        elif isinstance(detected, TextHits):
            self._add_text(detected)

    @property
    def roster(self) -> bool:
        """Whether the item lists at least :data:`ROSTER_PERSONS` persons with a name and a contact."""
        pending = self._record.names if self._is_listed(self._record) else set()
        return self._table_roster or len(self._listed | pending) >= ROSTER_PERSONS

    def estimate(self) -> int:
        """The number of distinct persons; exact for small items, an estimate for large or contradictory ones."""
        self._close_record()
        if not self._keys:
            free = self._contacts - self._attached
            loose = max(_by_kind(self._cells - self._attached).values(), default=0)
            names = _without_prefixes(self._names | self._cell_names)
            return max(len(names) + len(free), loose)
        named = any(key >> 63 for key in self._keys)
        if named:  # names in remarks are further persons, or those of the rows
            self._names |= self._cell_names
            self._cell_names = set()
        keys = self._keys | self._text_keys(tables=True)
        return max(_count(keys) << self._level, len(self._cell_names))

    def _add_keys(self, keys: Iterable[int]) -> None:
        self._keys.update(keys)
        while len(self._keys) > _KEEP:
            self._level += 1
            self._keys = {k for k in self._keys if self._sampled(k)}
        if self._level:
            self._keys = {k for k in self._keys if self._sampled(k)}

    def _sampled(self, key: int) -> bool:
        return not (key >> 28 & ((1 << _NAME_BITS) - 1)) & ((1 << self._level) - 1)

    def _add_text(self, hits: TextHits) -> None:
        segment = hits.segment
        if segment.kind is SegmentKind.FIELD:
            self._add_field(hits)
        else:
            for detections in _blocks(segment.text, hits.detections):
                self._close(_gather(segment.text, detections))
                self._list(segment.text, detections)
        if len(self._names) + len(self._contacts) > _KEEP:
            self._add_keys(self._text_keys(tables=False))
            self._names.clear()
            self._contacts.clear()

    def _add_field(self, hits: TextHits) -> None:
        block = _gather(hits.segment.text, hits.detections)
        if (
            hits.segment.locator.get("row") is not None
        ):  # a remark in a row: the row's own person is counted with the table
            self._cell_names |= block.names
            self._cells.update((k, v) for k, values in block.contacts.items() for v in values if k in CONTACTS)
            return
        scope = hits.segment.locator.steps[:-1]
        if scope != self._scope:
            self._close_record()
            self._scope = scope
        self._record.names |= block.names
        for kind, values in block.contacts.items():
            for value in values:
                self._record.add(kind, value)

    def _close_record(self) -> None:
        if self._is_listed(self._record):
            self._listed |= self._record.names
        self._close(self._record)
        self._record = _Block()

    @staticmethod
    def _is_listed(block: _Block) -> bool:
        return bool(block.names) and not CONTACTS.isdisjoint(block.contacts)

    def _close(self, block: _Block) -> None:
        """Persons of a block: its names, and contacts beyond them."""
        names = _without_prefixes(block.names)
        self._names |= names
        kind = max((MAIL, PHONE), key=lambda k: len(block.contacts.get(k, ())))
        values = list(dict.fromkeys(block.contacts.get(kind, ())))
        own = len(names) * (1 if kind == MAIL else 3)  # office, mobile and fax of one person
        self._attached.update((kind, v) for v in values[:own])
        self._contacts.update((kind, v) for v in values[own:])

    def _list(self, text: str, detections: list[Detection]) -> None:
        """Names followed by a contact before the next name: lines of a list, blocks of ``key: value``."""
        current: str | None = None
        for d in detections:
            if d.entity_type == NAME_TYPE:
                current = fold_name(text[d.start : d.end])
            elif current and KINDS.get(d.entity_type) in CONTACTS:
                self._listed.add(current)
                current = None

    def _text_keys(self, *, tables: bool) -> set[int]:
        names = [n for n in _without_prefixes(self._names) if not tables or len(n) > SHORT_NAME]
        keys = {person_key_layout(h, 0, 0) for h in hash_texts(names)}
        free = sorted(self._contacts - self._attached)
        hashes = hash_texts([v for _, v in free])
        keys |= {person_key_layout(None, kind, h) for (kind, _), h in zip(free, hashes, strict=True)}
        return {k for k in keys if self._sampled(k)}


def hash_values(values: pl.Series) -> pl.Series:
    """The hash that all keys of a process are made of; null stays null."""
    import polars as pl

    return pl.select(pl.when(values.is_not_null()).then(values.hash(seed=11))).to_series()


def hash_texts(values: list[str]) -> list[int]:
    """The same hash of some texts."""
    if not values:
        return []
    import polars as pl

    hashes: list[int] = pl.Series(values, dtype=pl.String).hash(seed=11).to_list()
    return hashes


def _by_kind(contacts: Iterable[tuple[int, str]]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for kind, _ in contacts:
        counts[kind] = counts.get(kind, 0) + 1
    return counts


def _blocks(text: str, detections: tuple[Detection, ...]) -> Iterator[list[Detection]]:
    """Detections by paragraph."""
    borders = [m.start() for m in _BLANK_LINE.finditer(text)]
    block: list[Detection] = []
    border = 0
    for d in sorted(detections, key=lambda d: d.start):
        while border < len(borders) and borders[border] < d.start:
            border += 1
            if block:
                yield block
                block = []
        block.append(d)
    if block:
        yield block


def _gather(text: str, detections: Iterable[Detection]) -> _Block:
    block = _Block()
    for d in detections:
        value = text[d.start : d.end]
        if d.entity_type == NAME_TYPE:
            block.names.add(fold_name(value))
        elif (kind := KINDS.get(d.entity_type)) is not None:
            block.add(kind, fold_contact(kind, value))
    return block


def _without_prefixes(names: set[str]) -> set[str]:
    """山田様 beside 山田太郎 is the same person."""
    ordered = sorted(names)
    return {a for a, b in zip(ordered, [*ordered, ""][1:], strict=True) if a and not (b.startswith(a) and len(a) <= 3)}


def _count(keys: set[int]) -> int:
    """Persons behind keys.

    Keys of one name are told apart within one kind only: two mail addresses are two persons, but a mail address in one sheet and a
    telephone number in another may be one. Contacts without a name count unless a named key has them.
    """
    return _count_few(keys) if len(keys) <= _FEW_KEYS else _count_many(keys)


def _count_few(keys: set[int]) -> int:
    by_name: dict[int, dict[int, int]] = {}
    known: set[int] = set()
    identified = 0
    loose: list[int] = []
    for key in keys:
        told = key & _TOLD
        kind = told >> _VALUE_BITS
        if key >> 63:
            kinds = by_name.setdefault(key >> _VALUE_BITS + _KIND_BITS, {})
            kinds[kind] = kinds.get(kind, 0) + 1
            known.add(told)
        elif kind == IDENTIFIER:
            identified += 1
        else:
            loose.append(told)
    persons = sum(max(kinds.values()) for kinds in by_name.values()) + sum(told not in known for told in loose)
    return max(persons, identified)


def _count_many(keys: set[int]) -> int:
    import polars as pl

    frame = pl.DataFrame({"key": pl.Series(list(keys), dtype=pl.UInt64)}).select(
        named=pl.col("key") >= pl.lit(1 << 63, dtype=pl.UInt64),
        name=pl.col("key") // (1 << 28),
        told=pl.col("key") & pl.lit(_TOLD, dtype=pl.UInt64),
    )
    frame = frame.with_columns(kind=pl.col("told") // (1 << _VALUE_BITS))
    named, loose = frame.filter("named"), frame.filter(~pl.col("named"))
    by_kind = named.group_by("name", "kind").len().group_by("name").agg(pl.col("len").max())
    identified = int((loose["kind"] == IDENTIFIER).sum())
    contacts = loose.filter(pl.col("kind") != IDENTIFIER)["told"]
    unknown = contacts.filter(~contacts.is_in(named["told"].unique().implode())) if len(named) else contacts
    return max(int(by_kind["len"].sum()) + len(unknown), identified)
