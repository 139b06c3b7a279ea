"""Who the rows of a table are about: one key a person, from name and contact, vectorised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from piiscan.detect import columns_persons_few as few
from piiscan.detect.persons import (
    ADDRESS,
    BIRTH,
    IDENTIFIER,
    KANA_TYPE,
    KINDS,
    MAIL,
    NAME_TYPE,
    PHONE,
    ROSTER_PERSONS,
    hash_values,
)
from piiscan.model import Locator, TableRecords

Carried = tuple[str, pl.Series | list[str | None]]
"""An entity type and all cells of its column, null where they do not carry it: all columns of a batch as series, or all as lists."""

Found = Mapping[int, Carried]
"""By order of columns."""

_TAIL = 0x1FFFFFF
_FLAG = 1 << 63


class RowPersons:
    """Turns the rows of one table into person keys, batch after batch."""

    def __init__(self) -> None:
        self._identity: int | None = None
        self._records = 0

    def add(self, found: Found, locator: Locator) -> TableRecords | None:
        """The persons of a batch, None when its columns name nobody. `roster` holds from the batch on in which the table became one."""
        kind_of_name = next((t for t in (NAME_TYPE, KANA_TYPE) if any(kind == t for kind, _ in found.values())), None)
        names = [cells for kind, cells in found.values() if kind == kind_of_name]
        telling = (MAIL, PHONE, BIRTH, ADDRESS, *(() if names else (IDENTIFIER,)))  # a name with a contact says more
        kinds = {kind: _of_kind(found, kind) for kind in telling}
        contacts = {kind: columns for kind, columns in kinds.items() if columns}
        if not names and not set(contacts) - {BIRTH}:
            return None
        keys = self._vectorised(names, contacts) if _series(found) else self._few(names, contacts)
        rows = len(next(iter(found.values()))[1])
        return TableRecords(locator=locator, rows=rows, person_keys=keys, roster=self._records >= ROSTER_PERSONS)

    def _few(self, names: list[Any], contacts: Mapping[int, list[Any]]) -> frozenset[int]:
        first = {k: column for k, columns in contacts.items() if (column := few.coalesced(columns)) is not None}
        hashed_names, hashed = few.hashed(names, first)
        if not names:
            identity = self._telling({k: len(v) - v.count(None) for k, v in hashed.items()})
            return few.nameless(identity, hashed[identity])
        keys, listed = few.named(hashed_names, hashed)
        if self._records < ROSTER_PERSONS:
            self._records += listed
        return keys

    def _vectorised(self, names: list[Any], contacts: Mapping[int, list[Any]]) -> frozenset[int]:
        hashed = {kind: hash_values(_folded(kind, _first(columns))) for kind, columns in contacts.items()}
        keys = self._named(names, hashed) if names else self._nameless(hashed)
        return frozenset(keys.to_list())

    def _telling(self, filled: Mapping[int, int]) -> int:
        """What tells rows without names apart: the fullest column of the first batch, then always the same."""
        if self._identity not in filled:
            self._identity = max((k for k in (MAIL, PHONE, IDENTIFIER, ADDRESS) if k in filled), key=filled.__getitem__)
        assert self._identity is not None
        return self._identity

    def _named(self, names: list[pl.Series], contacts: Mapping[int, pl.Series]) -> pl.Series:
        name = hash_values(_folded_names(names[0]))
        frame = pl.DataFrame({"name": name, **{str(k): v for k, v in contacts.items()}})
        usable = [k for k in (MAIL, PHONE, BIRTH, ADDRESS) if k in contacts]
        key = pl.lit(None, dtype=pl.UInt64)
        for kind in reversed(usable):
            key = (
                pl.when(pl.col(str(kind)).is_not_null())
                .then(_key(pl.col("name"), kind, pl.col(str(kind))))
                .otherwise(key)
            )
        bare = _bare(pl.col("name"))
        frame = frame.filter(pl.col("name").is_not_null()).with_columns(key=pl.coalesce(key, bare))
        for kind in usable:  # rows of one name that share a contact are one person
            frame = _linked(frame, str(kind))
        keys = frame["key"].unique()
        reachable = [str(k) for k in (MAIL, PHONE, ADDRESS) if k in contacts]
        if reachable and self._records < ROSTER_PERSONS:
            listed = frame.filter(pl.any_horizontal(pl.col(reachable).is_not_null()))
            self._records += listed["key"].n_unique()
        for other in names[1:]:  # a second name in a row is somebody else: recipient, guardian
            hashes = hash_values(_folded_names(other)).drop_nulls().unique()
            keys = keys.append(pl.select(_bare(pl.lit(hashes))).to_series())
        return keys.unique()

    def _nameless(self, contacts: Mapping[int, pl.Series]) -> pl.Series:
        identity = self._telling({k: len(v) - v.null_count() for k, v in contacts.items()})
        values = contacts[identity].drop_nulls().unique()
        return pl.select(_key(None, identity, pl.lit(values))).to_series()


def _linked(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Rows of one name and one contact take the same key, the smallest of theirs."""
    known = frame[kind].is_not_null()
    pairs = frame["name"] ^ (frame[kind] // 2)
    if (
        pairs.filter(known).n_unique() == known.sum()
    ):  # grouping costs far more than seeing that there is nothing to group
        return frame
    rows = (pairs.is_duplicated() & known).arg_true()
    linked = frame[rows].select(pl.col("key").min().over(["name", kind])).to_series()
    return frame.with_columns(key=frame["key"].scatter(rows, linked))


def _key(name: pl.Expr | None, kind: int, value: pl.Expr) -> pl.Expr:
    """The layout of `piiscan.detect.persons.person_key_layout` as an expression."""
    head = (value if name is None else name) // _u64(1 << 29) * _u64(1 << 28)
    return head + _u64((0 if name is None else _FLAG) | kind << 25) + (value & _u64(_TAIL))


def _bare(name: pl.Expr) -> pl.Expr:
    return name // _u64(1 << 29) * _u64(1 << 28) + _u64(_FLAG)


def _u64(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.UInt64)


def _series(found: Found) -> bool:
    return all(isinstance(cells, pl.Series) for _, cells in found.values())


def _of_kind(found: Found, kind: int) -> list[Any]:
    return [cells for entity_type, cells in found.values() if KINDS.get(entity_type) == kind]


def _first(columns: list[pl.Series]) -> pl.Series:
    return columns[0] if len(columns) == 1 else pl.select(pl.coalesce(columns)).to_series()


_PLAIN: Mapping[int, str] = {
    MAIL: r"[^!-@\[-~]",
    PHONE: r"[^0-9-]|^81",
    BIRTH: r"[^0-9-]|-$",
    ADDRESS: r"[^ !-@\[-~、。「」々〇ぁ-ゖァ-ヾ一-龥]",
}
"""Values without these are folded by removing single characters; the others take the long way."""

_NOT_PLAIN_NAME = r"[^ ぁ-ゖァ-ヺー一-龥々]|(?:様|さま|さん|殿|氏|先生|君|くん|ちゃん)$"


def _folded_names(values: pl.Series) -> pl.Series:
    return _by_way(values, _NOT_PLAIN_NAME, _without_spaces, _any_names)


def _folded(kind: int, values: pl.Series) -> pl.Series:
    if kind not in _PLAIN:
        return _any_contacts(kind, values)
    short = {MAIL: _same, PHONE: _bare_phones, BIRTH: _bare_days, ADDRESS: _without_spaces}[kind]
    return _by_way(values, _PLAIN[kind], short, lambda v: _any_contacts(kind, v))


def _by_way(
    values: pl.Series,
    unusual: str,
    short: Callable[[pl.Series], pl.Series],
    long: Callable[[pl.Series], pl.Series],
) -> pl.Series:
    """Most values by the short way, those with something unusual in them by the long one. Both agree where both may be taken."""
    rest = values.str.contains(unusual).fill_null(value=False).arg_true()
    if len(rest) > len(values) // 4:
        return long(values)
    folded = short(values)
    return folded.scatter(rest, long(values.gather(rest))) if len(rest) else folded


def _without_spaces(values: pl.Series) -> pl.Series:
    if not values.str.contains(" ", literal=True).any():
        return values
    return values.str.replace_all(" ", "", literal=True)


def _same(values: pl.Series) -> pl.Series:
    return values


def _bare_phones(values: pl.Series) -> pl.Series:
    return values.str.replace_all("-", "", literal=True).str.strip_chars_start("0")


def _bare_days(values: pl.Series) -> pl.Series:
    return values.str.replace_all("-0", "-", literal=True)


def _any_names(values: pl.Series) -> pl.Series:
    folded = values.str.normalize("NFKC").str.replace_all(r"[\s・,.]+", "").str.to_lowercase()
    return folded.str.replace(r"^(.+?)(?:様|さま|さん|殿|氏|先生|君|くん|ちゃん)$", "$1")


def _any_contacts(kind: int, values: pl.Series) -> pl.Series:
    folded = values.str.normalize("NFKC").str.strip_chars().str.to_lowercase()
    if kind == PHONE:
        digits = folded.str.replace(r"\.0$", "").str.replace_all(r"[^0-9]", "")
        return digits.str.replace(r"^81([0-9]{9,})$", "$1").str.strip_chars_start("0")
    if kind == BIRTH:
        return folded.str.replace_all(r"[年月/.]", "-").str.replace_all(r"[日\s]", "").str.replace_all(r"-0", "-")
    return folded.str.replace_all(r"\s", "")
