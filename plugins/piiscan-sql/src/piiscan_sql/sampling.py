"""Which rows of a large table are read, and what may be said of the rest. Never the first ones."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

STRATA = 1000
DENSE = 0.2
"""Key ranges stand for rows only where keys are taken up: below this share of numbers in use, rows are drawn by chance instead."""
Z95 = 1.959964


@dataclass(slots=True)
class Sample:
    """How rows are chosen. `clusters` is the number of neighbourhoods drawn (blocks, key ranges); 0 where single rows are."""

    method: str
    total: int
    share: float
    seed: int
    clusters: int = 0
    seen: int = 0

    @property
    def effective(self) -> int:
        """Independent draws: neighbours resemble each other, so a neighbourhood counts as one."""
        return min(self.seen, self.clusters) if self.clusters else self.seen

    @property
    def margin(self) -> float:
        """Half the width of the 95 % interval for any share of rows, 0..1."""
        return Z95 * math.sqrt(0.25 / self.effective) if self.effective else 1.0

    def words(self) -> str:
        """For the problem ``sampled``; read back by :func:`piiscan_sql.numbers.sample_of`."""
        share = f"{100 * self.seen / self.total:.2g}%" if self.total else "?"
        return f"{self.seen}/{self.total} rows ({share}); {self.method}; seed {self.seed}; n={self.effective}; ±{100 * self.margin:.2g}%"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Up to `rows` rows with keys from `start`, below `end`."""

    start: int
    end: int
    rows: int


def stretches(low: int, high: int, rows: int, seed: int) -> Iterator[Stretch]:
    """The key range in equal strata; in each a random place from which rows are read, and from its beginning what is then missing.

    Yields pairs: the stretch from the random place to the end of the stratum, and the one from the beginning to that place.
    """
    strata = max(1, min(STRATA, rows, high - low + 1))
    width = (high - low + 1) / strata
    each = max(1, round(rows / strata))
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    for number in range(strata):
        begin, end = low + int(number * width), low + int((number + 1) * width)
        place = chance.randrange(begin, end) if end > begin else begin
        yield Stretch(place, max(end, begin + 1), each)
        yield Stretch(begin, place, each)


def wilson(hits: int, n: int, effective: int | None = None) -> tuple[float, float]:
    """The 95 % interval of a share, by Wilson's formula on `effective` draws."""
    if not n:
        return 0.0, 1.0
    draws, p = effective or n, min(1.0, hits / n)
    centre = (p + Z95**2 / (2 * draws)) / (1 + Z95**2 / draws)
    half = Z95 * math.sqrt(p * (1 - p) / draws + Z95**2 / (4 * draws**2)) / (1 + Z95**2 / draws)
    return max(0.0, centre - half), min(1.0, centre + half)
