"""Reads a table with the bare driver and with the source, and prints the ratio. The table is made up and dropped again.

    python benchmarks/scan_speed.py postgresql://postgres@127.0.0.1/test mariadb://root@127.0.0.1/test sqlite:///x.db [--rows 100000]

The account must be allowed to make a table here: use a test database. A SQLite file is made where there is none.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from piiscan import Scanner
from piiscan.limits import Budget, Limits
from piiscan.model import Item, TableSegment
from piiscan.protocols import ReadContext
from piiscan_sql import SqlSource

TABLE = "piiscan_benchmark"
DDL = f"""CREATE TABLE {TABLE} (id int PRIMARY KEY, name varchar(50), kana varchar(50), tel varchar(20), mail varchar(60), zip varchar(10),
addr varchar(200), birth date, amount int)"""


def people(count: int) -> list[tuple[Any, ...]]:
    """Made-up rows."""
    chance = random.Random(1)
    return [
        (
            i, chance.choice(["佐藤", "鈴木", "高橋", "田中", "渡辺"]) + chance.choice(["太郎", "花子", "一郎", "美咲"]), "ヤマダタロウ",
            f"090-{chance.randrange(10000):04}-{chance.randrange(10000):04}", f"user{i}@example.jp", f"{chance.randrange(1000):03}-0001",
            f"東京都千代田区丸の内1-{chance.randrange(20)}", f"19{chance.randrange(40, 99)}-0{chance.randrange(1, 10)}-11", chance.randrange(100_000),
        )
        for i in range(count)
    ]  # fmt: skip


def best(work: Callable[[], object], times: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def fill(url: str, rows: list[tuple[Any, ...]]) -> sa.Engine:
    """The table, made anew."""
    if url.startswith("sqlite"):
        with open(url.removeprefix("sqlite:///"), "ab"):  # noqa: PTH123 - makes it
            pass
    engine = sa.create_engine(SqlSource.from_target(url).target.url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {TABLE}")
        connection.exec_driver_sql(DDL)
        table = sa.table(
            TABLE, *(sa.column(c) for c in ["id", "name", "kana", "tel", "mail", "zip", "addr", "birth", "amount"])
        )
        connection.execute(sa.insert(table), [dict(zip(table.c.keys(), row, strict=True)) for row in rows])
    return engine


def compare(url: str, rows: list[tuple[Any, ...]]) -> str:
    """One line of the result."""
    engine = fill(url, rows)
    raw = engine.raw_connection()

    def bare() -> None:
        cursor = raw.cursor()
        cursor.execute(f"SELECT * FROM {TABLE}")
        while cursor.fetchmany(10_000):
            pass

    source = SqlSource.from_target(url)
    item = next(i for i in source.items() if isinstance(i, Item) and i.attributes["sql.table"] == TABLE)
    detector = Scanner().detector

    def read(*, detect: bool) -> None:
        for reading in source.read(item, ReadContext(item=item, budget=Budget(Limits()))):
            if isinstance(reading, TableSegment):
                for _ in detector.scan(reading) if detect else reading.batches:
                    pass

    read(detect=True)
    driver, columns, scan = best(bare), best(lambda: read(detect=False)), best(lambda: read(detect=True))
    raw.close()
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {TABLE}")
    return f"{engine.name:12} driver {driver:.2f} s   columns {columns:.2f} s ({columns / driver:.2f}x)   with detection {scan:.2f} s ({scan / driver:.2f}x)"


def main() -> None:
    """Compare each URL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("urls", nargs="+")
    parser.add_argument("--rows", type=int, default=100_000)
    arguments = parser.parse_args()
    rows = people(arguments.rows)
    for url in arguments.urls:
        print(compare(url, rows))


if __name__ == "__main__":
    main()
