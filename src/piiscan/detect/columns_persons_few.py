"""Who the rows of a small table are about: what :mod:`piiscan.detect.columns_persons` does for whole columns, one row after another."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import chain

from piiscan.detect.persons import ADDRESS, BIRTH, MAIL, PHONE, hash_texts, person_key_layout

Column = Sequence[str | None]
Hashes = list[int | None]

_NAME_MARKS = re.compile(r"[\s・,.]+")
_HONORIFIC = re.compile(r"^(.+?)(?:様|さま|さん|殿|氏|先生|君|くん|ちゃん)$")
_ZERO_DECIMAL = re.compile(r"\.0$")
_NO_DIGIT = re.compile(r"[^0-9]")
_JAPAN = re.compile(r"^81([0-9]{9,})$")
_DAY_MARKS = re.compile(r"[年月/.]")
_DAY_END = re.compile(r"[日\s]")
_SPACE = re.compile(r"\s")


def fold_name(value: str) -> str:
    """A name without spaces, honorific and width."""
    return _HONORIFIC.sub(r"\1", _NAME_MARKS.sub("", unicodedata.normalize("NFKC", value)).lower())


def fold_contact(kind: int, value: str) -> str:
    """A comparable form of a contact, a birth date or an identifier."""
    folded = unicodedata.normalize("NFKC", value).strip().lower()
    if kind == PHONE:
        digits = _NO_DIGIT.sub("", _ZERO_DECIMAL.sub("", folded))
        return _JAPAN.sub(r"\1", digits).lstrip("0")
    if kind == BIRTH:
        return _DAY_END.sub("", _DAY_MARKS.sub("-", folded)).replace("-0", "-")
    return _SPACE.sub("", folded)


def coalesced(columns: Sequence[Column]) -> Column | None:
    """The first that is filled, row by row."""
    if len(columns) < 2:
        return columns[0] if columns else None
    return [next((cell for cell in row if cell is not None), None) for row in zip(*columns, strict=True)]


def hashed(names: Sequence[Column], contacts: Mapping[int, Column]) -> tuple[list[Hashes], dict[int, Hashes]]:
    """The hashes of folded names and contacts, all made in one call."""
    folded = [[None if v is None else fold_name(v) for v in column] for column in names]
    folded += [[None if v is None else fold_contact(k, v) for v in column] for k, column in contacts.items()]
    hashes = iter(hash_texts([v for v in chain.from_iterable(folded) if v is not None]))
    made = [[None if v is None else next(hashes) for v in column] for column in folded]
    return made[: len(names)], dict(zip(contacts, made[len(names) :], strict=True))


def named(names: Sequence[Hashes], contacts: Mapping[int, Hashes]) -> tuple[frozenset[int], int]:
    """One key a person, and how many of them have a contact."""
    rows = [n for n, name in enumerate(names[0]) if name is not None]
    usable = [k for k in (MAIL, PHONE, BIRTH, ADDRESS) if k in contacts]
    keys: dict[int, int] = {}
    for n in rows:
        told = next(((k, value) for k in usable if (value := contacts[k][n]) is not None), (0, 0))
        keys[n] = person_key_layout(names[0][n], *told)
    for kind in usable:
        _link(keys, names[0], contacts[kind])
    reachable = [contacts[k] for k in (MAIL, PHONE, ADDRESS) if k in contacts]
    listed = {keys[n] for n in rows if any(column[n] is not None for column in reachable)}
    others = (person_key_layout(name, 0, 0) for column in names[1:] for name in column if name is not None)
    return frozenset(chain(keys.values(), others)), len(listed)


def _link(keys: dict[int, int], names: Hashes, contacts: Hashes) -> None:
    """Rows of one name and one contact take the same key, the smallest of theirs."""
    groups: dict[tuple[int | None, int | None], list[int]] = {}
    for n in keys:
        if contacts[n] is not None:
            groups.setdefault((names[n], contacts[n]), []).append(n)
    for rows in groups.values():
        if len(rows) > 1:
            keys.update(dict.fromkeys(rows, min(keys[n] for n in rows)))


def nameless(identity: int, values: Hashes) -> frozenset[int]:
    """One key for each value of the contact or identifier that tells the rows apart."""
    return frozenset(person_key_layout(None, identity, value) for value in values if value is not None)
