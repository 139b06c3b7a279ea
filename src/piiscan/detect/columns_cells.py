"""Batches of a table and their columns, in two ways that say the same.

`Many` are polars columns. `Few` are lists: some dozens of rows are looked at in plain Python before a vectorised query has begun, and most
tables in the world are small.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import polars as pl

from piiscan.detect import columns_whole
from piiscan.detect.columns_values import NOTHING, PLACEHOLDER, TypeCheck, Values, meaningful, spread

FEW_ROWS = 200
"""Up to so many rows, Python is faster."""

_HAN = "\u2e80-\u2fd5々〇〡-〩〸-〻\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9\U00020000-\U000323af"
_DIGITS = r"[0-9０-９][0-9０-９ \-‐‑‒–—―−－ー().（）]{5,}[0-9０-９]"
STRONG = rf"[@＠]|{_DIGITS}"
TEXTUAL = rf"[@＠]|{_DIGITS}|[{_HAN}]{{2}}|[ァ-ヶｦ-ﾟ]{{2}}|[A-Z][a-z]+ [A-Z]"
"""Cells worth reading as text. Strong: an address of mail or a long number; textual: also words that may be names."""

_FOUR_DIGITS = r"[0-9０-９]{4}"
_PLAIN = (
    r"[-+]?[0-9０-９.,:¥￥$% T]*"
    r"|[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[T ].*)?|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}"
)
"""Numbers, amounts and moments: left to the verdict on the whole column."""

_ZERO_DECIMALS = r"^([0-9]+)\.0+$"
_LOOK = 2_000

_gates = {gate: re.compile(gate).search for gate in (STRONG, TEXTUAL)}
_four_digits = re.compile(_FOUR_DIGITS).search
_is_plain = re.compile(_PLAIN).fullmatch
_is_nothing = re.compile(NOTHING).fullmatch
_float = re.compile(_ZERO_DECIMALS)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What a check said of a column's cells. `carried` are all cells, null where they do not pass; `values` those that do."""

    rows: int
    first_row: int
    rounded: bool
    carried: pl.Series | list[str | None] = field(repr=False)
    values: pl.Series = field(repr=False)
    rest: Cells = field(repr=False)


class Cells(Protocol):
    """The cells of a column, or of a value written over several, in one batch; empty ones are None."""

    def __len__(self) -> int: ...

    @property
    def filled(self) -> int:
        """How many are not empty."""
        ...

    def sample(self, size: int) -> Values:
        """Distinct meaningful values from all over the column."""
        ...

    def distinct(self) -> Values:
        """All distinct meaningful values."""
        ...

    def accepted(self, check: TypeCheck, *, labelled: bool) -> Accepted:
        """What passes a check, and what is left."""
        ...

    def readable(self, gate: str, *, plain: bool) -> Iterator[tuple[int, str]]:
        """Row number and text of the cells worth reading as text. `plain` numbers are, where a header speaks of them."""
        ...


class Batch(Protocol):
    """Rows of a table, all of one width."""

    height: int
    width: int

    def column(self, number: int) -> Cells:
        """One column."""
        ...

    def joined(self, columns: Sequence[int], glue: str) -> Cells:
        """The cells of columns put together; null where one of the first two is empty (a value of one part only is not whole)."""
        ...

    def first(self, number: int) -> Sequence[str]:
        """The first 500 filled cells of a column."""
        ...


def batch_of(frame: pl.DataFrame, first_row: int, headers: Sequence[tuple[str | None, ...]]) -> Batch:
    """The rows of a frame without those that repeat a header."""
    repeated = [h for h in headers if sum(c is not None for c in h) >= 2]
    return FewRows(frame, first_row, repeated) if frame.height <= FEW_ROWS else ManyRows(frame, first_row, repeated)


# few


class FewRows:
    """A batch of lists."""

    def __init__(self, frame: pl.DataFrame, first_row: int, headers: Sequence[tuple[str | None, ...]]) -> None:
        self._series = frame.get_columns()
        columns = [series.to_list() for series in self._series]
        numbers = list(range(first_row, first_row + frame.height))
        kept = numbers if not headers else [n for n in numbers if not _repeats(columns, n - first_row, headers)]
        if len(kept) < len(numbers):
            columns = [[column[n - first_row] for n in kept] for column in columns]
            self._series = []
        self._columns, self._numbers = columns, kept
        self.height, self.width = len(kept), len(columns)
        self._made: dict[int, Few] = {}

    def column(self, number: int) -> Few:
        if number not in self._made:
            series = self._series[number] if self._series else None
            self._made[number] = Few(self._columns[number], self._numbers, series)
        return self._made[number]

    def first(self, number: int) -> Sequence[str]:
        return [c for c in self._columns[number] if c is not None][:500]

    def joined(self, columns: Sequence[int], glue: str) -> Few:
        parts = [[_part(cell, glue) for cell in self._columns[i]] for i in columns]
        values = [
            glue.join(cell for cell in row if cell is not None) if None not in row[:2] else None
            for row in zip(*parts, strict=True)
        ]
        return Few(values, self._numbers)


def _repeats(columns: list[list[str | None]], row: int, headers: Sequence[tuple[str | None, ...]]) -> bool:
    return any(all(c is None or columns[i][row] == c for i, c in enumerate(header)) for header in headers)


def _part(cell: str | None, glue: str) -> str | None:
    if cell is None:
        return None
    bare = _float.sub(r"\1", cell.strip())
    return bare.lstrip("-") if glue == "-" else bare


class Few:
    """A column as a list. `series` are the same cells, where they were read as such."""

    def __init__(self, values: list[str | None], numbers: list[int], series: pl.Series | None = None) -> None:
        self.values, self.numbers, self._series = values, numbers, series

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def filled(self) -> int:
        return len(self.values) - self.values.count(None)

    @cached_property
    def _distinct(self) -> Values:
        return Values(meaningful(self.values))

    def distinct(self) -> Values:
        return self._distinct

    def sample(self, size: int) -> Values:
        return self._distinct.spread(size)

    def accepted(self, check: TypeCheck, *, labelled: bool) -> Accepted:
        verdict = check.judge(self._distinct, labelled=labelled)
        good = {v for v, passes in zip(self._distinct.given, verdict.mask, strict=True) if passes}
        carried = [v if v in good else None for v in self.values]
        rows = [n for n, v in enumerate(carried) if v is not None]
        series = self._series if len(rows) == len(carried) else None
        left = (
            []
            if len(rows) == self.filled
            else [n for n, v in enumerate(self.values) if v is not None and v not in good]
        )
        return Accepted(
            rows=len(rows),
            first_row=self.numbers[rows[0]] if rows else 0,
            rounded="rounded" in verdict.evidence,
            carried=carried,
            values=pl.Series([self.values[n] for n in rows], dtype=pl.String) if series is None else series,
            rest=Few([self.values[n] for n in left], [self.numbers[n] for n in left]),
        )

    def readable(self, gate: str, *, plain: bool) -> Iterator[tuple[int, str]]:
        search = _gates[gate]
        for row, text in zip(self.numbers, self.values, strict=True):
            if text is None or not (search(text) or (plain and _four_digits(text))):
                continue
            if (plain or not _is_plain(text)) and not _is_nothing(text.strip()):
                yield row, text


# many


class ManyRows:
    """A batch of polars columns."""

    def __init__(self, frame: pl.DataFrame, first_row: int, headers: Sequence[tuple[str | None, ...]]) -> None:
        numbers = pl.Series(range(first_row, first_row + frame.height), dtype=pl.Int64)
        for header in headers:
            cells = [(i, c) for i, c in enumerate(header) if c is not None]
            repeated = frame.select(pl.all_horizontal(pl.nth(i).eq_missing(pl.lit(c)) for i, c in cells)).to_series()
            if repeated.any():
                frame, numbers = frame.filter(~repeated), numbers.filter(~repeated)
        self._frame, self._numbers = frame, numbers
        self.height, self.width = frame.height, frame.width

    def column(self, number: int) -> Many:
        return Many(self._frame.to_series(number), self._numbers)

    def first(self, number: int) -> Sequence[str]:
        some: list[str] = self._frame.to_series(number).drop_nulls().head(500).to_list()
        return some

    def joined(self, columns: Sequence[int], glue: str) -> Many:
        cells = [self._frame.to_series(i).str.strip_chars().str.replace(_ZERO_DECIMALS, "$1") for i in columns]
        if glue == "-":
            cells = [c.str.strip_chars_start("-") for c in cells]
        names = [f"{n}" for n in range(len(cells))]
        parts = pl.DataFrame([c.alias(n) for n, c in zip(names, cells, strict=True)])
        whole = pl.all_horizontal(pl.col(names[:2]).is_not_null())
        put = pl.when(whole).then(pl.concat_str(names, separator=glue, ignore_nulls=True))
        return Many(parts.select(put).to_series(), self._numbers)


class Many:
    """A column as a polars series."""

    def __init__(self, values: pl.Series, numbers: pl.Series) -> None:
        self.values, self.numbers = values, numbers

    def __len__(self) -> int:
        return len(self.values)

    @property
    def filled(self) -> int:
        return len(self.values) - self.values.null_count()

    def distinct(self) -> Values:
        return Values(columns_whole.distinct(self.values))

    def sample(self, size: int) -> Values:
        """Of a long column not every cell is looked at where some tell enough."""
        filled = self.values.drop_nulls()
        some = columns_whole.distinct(filled.gather_every(max(1, len(filled) // _LOOK)).head(_LOOK))
        if len(some) < size // 4:
            some = columns_whole.distinct(filled)
        return Values(spread(some, size))

    def accepted(self, check: TypeCheck, *, labelled: bool) -> Accepted:
        mask, rounded = columns_whole.passing(check, self.values, labelled=labelled)
        rows = int(mask.sum())
        if rows == len(mask):
            nothing = Many(self.values.clear(), self.numbers.clear())
            return Accepted(rows, int(self.numbers[0]), rounded, self.values, self.values, nothing)
        left = ~mask & self.values.is_not_null()
        return Accepted(
            rows=rows,
            first_row=int(self.numbers[mask.arg_max() or 0]),
            rounded=rounded,
            carried=pl.select(pl.when(mask).then(self.values)).to_series(),
            values=self.values.filter(mask),
            rest=Many(self.values.filter(left), self.numbers.filter(left)),
        )

    def readable(self, gate: str, *, plain: bool) -> Iterator[tuple[int, str]]:
        wanted = self.values.str.contains(gate)
        if plain:
            wanted |= self.values.str.contains(_FOUR_DIGITS)
        else:
            wanted &= ~self.values.str.contains(f"^(?:{_PLAIN})$")
        wanted = (wanted & ~self.values.str.strip_chars().str.contains(PLACEHOLDER)).fill_null(value=False)
        return zip(self.numbers.filter(wanted).to_list(), self.values.filter(wanted).to_list(), strict=True)
