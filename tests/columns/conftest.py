"""Tables made up for tests, and the stage with the real rules."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl
import pytest

from piiscan.detect.columns import ColumnStage
from piiscan.detect.engine import build_detector
from piiscan.detect.persons import PersonCounter
from piiscan.model import ColumnDetection, Detected, Problem, TableRecords, TableSegment, TextHits
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules

SURNAMES = [
    "佐藤",
    "鈴木",
    "高橋",
    "田中",
    "渡辺",
    "伊藤",
    "中村",
    "小林",
    "加藤",
    "吉田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "斎藤",
    "清水",
    "山崎",
    "阿部",
]
GIVEN = [
    "太郎",
    "花子",
    "一郎",
    "健一",
    "美咲",
    "翔太",
    "直美",
    "大輔",
    "直樹",
    "恵子",
    "陽子",
    "裕子",
    "和也",
    "拓也",
    "明美",
    "由美子",
    "健太",
    "千尋",
    "真由美",
    "浩",
]


@dataclass
class Outcome:
    """What a stage said of a table."""

    detected: list[Detected]
    persons: int
    roster: bool
    columns: list[ColumnDetection] = field(default_factory=list)
    texts: list[TextHits] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.columns = [d for d in self.detected if isinstance(d, ColumnDetection)]
        self.texts = [d for d in self.detected if isinstance(d, TextHits)]
        self.problems = [d for d in self.detected if isinstance(d, Problem)]

    @property
    def types(self) -> dict[str, str]:
        """Column step to entity type."""
        return {str(c.locator.get("column")): c.entity_type for c in self.columns}

    @property
    def text_types(self) -> list[tuple[str, str]]:
        """Entity type and text of what the text path found."""
        return [(d.entity_type, h.segment.text[d.start : d.end]) for h in self.texts for d in h.detections]

    def only(self, entity_type: str) -> ColumnDetection:
        (column,) = [c for c in self.columns if c.entity_type == entity_type]
        return column

    def records(self) -> list[TableRecords]:
        return [d for d in self.detected if isinstance(d, TableRecords)]


Scan = Callable[..., Outcome]


@pytest.fixture(scope="session")
def stage() -> ColumnStage:
    registry = load_plugins(entry_points=False)
    rules = load_rules(validators=registry.validators)
    return ColumnStage(rules, build_detector(registry, rules), rules.validators)


@pytest.fixture(scope="session")
def scan(stage: ColumnStage) -> Scan:
    def run(
        rows: Sequence[Sequence[str | None]],
        *,
        header: tuple[str, ...] | None = None,
        columns: tuple[str, ...] | None = None,
        batch: int = 10_000,
        first_row: int = 1,
    ) -> Outcome:
        width = max(len(r) for r in rows)
        filled = [tuple(r) + (None,) * (width - len(r)) for r in rows]
        frame = pl.DataFrame(filled, schema={f"c{i}": pl.String for i in range(width)}, orient="row")

        def batches() -> Iterator[pl.DataFrame | Problem]:
            for start in range(0, frame.height, batch):
                yield frame.slice(start, batch)

        table = TableSegment(batches=batches(), header=header, columns=columns, first_row=first_row)
        counter = PersonCounter()
        detected = []
        for found in stage.scan(table):
            counter.add(found)
            detected.append(found)
        return Outcome(detected, counter.estimate(), counter.roster)

    return run


@dataclass
class Made:
    """Generates values, the same every time."""

    dice: random.Random = field(default_factory=lambda: random.Random(7))

    def digits(self, count: int) -> str:
        return "".join(str(self.dice.randrange(10)) for _ in range(count))

    def name(self) -> str:
        return f"{self.dice.choice(SURNAMES)} {self.dice.choice(GIVEN)}"

    def names(self, count: int) -> list[str]:
        """Different names."""
        every = [f"{s} {g}" for s in SURNAMES for g in GIVEN]
        self.dice.shuffle(every)
        return every[:count]

    def mobile(self) -> str:
        return f"0{self.dice.choice('789')}0-{self.dice.randrange(1000, 9999)}-{self.dice.randrange(1000, 9999)}"

    def my_number(self) -> str:
        body = self.digits(11)
        rest = sum(int(d) * w for d, w in zip(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        return body + str(0 if rest <= 1 else 11 - rest)

    def luhn(self, prefix: str, length: int) -> str:
        body = prefix + self.digits(length - 1 - len(prefix))
        total = sum(
            (n * 2 - 9 if n * 2 > 9 else n * 2) if i % 2 == 0 else n
            for i, n in enumerate(int(d) for d in reversed(body))
        )
        return body + str(-total % 10)

    def jan(self) -> str:
        body = "49" + self.digits(10)
        total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
        return body + str(-total % 10)

    def birth(self) -> str:
        return f"{self.dice.randrange(1940, 2005)}-{self.dice.randrange(1, 13):02}-{self.dice.randrange(1, 29):02}"


@pytest.fixture
def made() -> Made:
    return Made()
