"""The whole way: from a database to the inventory."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sql_servers import PostgreSQL

from piiscan import Scanner
from piiscan.config import Settings
from piiscan.inventory.store import Inventory


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """300 customers, with column names that say nothing in one of two tables."""
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.execute("CREATE TABLE customers (id integer PRIMARY KEY, shimei text, mail text, memo text)")
        made.execute("CREATE TABLE stock (sku text, amount int)")
        people = [
            (i, f"山田{'太郎次郎花子'[i % 3 * 2 : i % 3 * 2 + 2]}", f"user{i}@example.jp", "") for i in range(300)
        ]
        made.executemany("INSERT INTO customers VALUES (?, ?, ?, ?)", people)
        made.executemany("INSERT INTO stock VALUES (?, ?)", [(f"A-{i}", i) for i in range(300)])
    made.close()
    return f"sqlite:///{(tmp_path / 'shop.db').as_posix()}"


def scanner(tmp_path: Path) -> Scanner:
    """One process, an inventory of its own."""
    return Scanner(
        settings=Settings(inventory=f"sqlite:///{tmp_path / 'inventory.db'}", jobs=1, key_file=tmp_path / "key")
    )


def test_tables_become_assets_and_are_not_read_twice(shop: str, tmp_path: Path) -> None:
    """Findings name table and column; a second run reads nothing; the sum comes out."""
    found = scanner(tmp_path)
    run = found.scan(shop)
    assert (run.counters.listed, run.counters.scanned) == (2, 2)
    with Inventory.open(found.settings.inventory) as store:
        assets = {a.item.rpartition("/")[2]: a for a in store.assets()}
        places = {str(f.locator): f.count for f in store.findings() if f.entity_type == "EMAIL_ADDRESS"}
    assert assets["customers"].entities["EMAIL_ADDRESS"] == 300
    assert assets["customers"].persons == 300
    assert not assets["stock"].entities
    assert places == {"table=customers;column=mail": 300}
    again = scanner(tmp_path).scan(shop)
    assert (again.counters.unchanged, again.counters.bytes_read) == (2, 0)


def test_sampled_tables_are_partial_until_full(shop: str, tmp_path: Path) -> None:
    """A sample is no full reading: state partial, reason sampled, shares with intervals; ``full`` reads the rest."""
    found = scanner(tmp_path)
    options = {"full_rows": 50, "sample_rows": 100, "exclude": ["stock"]}
    src = found.registry.source_for(shop, name="shop", options=options)
    run = found.scan_sources([src])
    assert (run.counters.partial, run.counters.skipped) == (1, 1)
    with Inventory.open(found.settings.inventory) as store:
        asset = next(a for a in store.assets() if a.item.endswith("customers"))
    assert asset.reason == "sampled"
    assert asset.attributes["sql.rows_seen"] == "100"
    assert asset.attributes["sql.share.mail.EMAIL_ADDRESS"].startswith("100/100 100.0% [")
    assert scanner(tmp_path).scan_sources([src], full=True).counters.scanned == 1


@pytest.mark.server
def test_comments_say_what_columns_are(pg: PostgreSQL, tmp_path: Path) -> None:
    """``c01`` with the comment 電話番号 is a telephone column, and is still called c01."""
    pg.run(
        "CREATE TABLE t (id int PRIMARY KEY, c01 text)",
        "COMMENT ON COLUMN t.c01 IS '電話番号'",
        "INSERT INTO t SELECT i, '0312345' || lpad(i::text, 3, '0') FROM generate_series(100, 300) i",
    )
    found = scanner(tmp_path)
    found.scan(pg.url())
    with Inventory.open(found.settings.inventory) as store:
        places = {str(f.locator): f.entity_type for f in store.findings()}
    assert places == {"table=t;column=c01": "PHONE_NUMBER"}


PROGRAM = """
    import resource, sys
    sys.path.insert(0, sys.argv[1])
    from sql_servers import item_of, source
    from piiscan.limits import Budget, Limits
    from piiscan.model import TableSegment
    from piiscan.protocols import ReadContext
    import polars
    src = source(sys.argv[2], {"full_rows": 10**9})
    item, rows = item_of(src, sys.argv[3]), 0
    for reading in src.read(item, ReadContext(item=item, budget=Budget(Limits()))):
        if isinstance(reading, TableSegment):
            rows += sum(batch.height for batch in reading.batches)
    print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize("key", ["PRIMARY KEY", ""])
def test_a_million_rows_in_flat_memory(pg: PostgreSQL, key: str) -> None:
    """Ten times the rows take no more memory, with a key and without."""
    pytest.importorskip("resource", reason="peak memory is measured on POSIX only")
    peaks = []
    for name, rows in (("small", 100_000), ("large", 1_000_000)):
        pg.run(
            f"CREATE TABLE {name} (id int {key}, n text, t text)",
            f"INSERT INTO {name} SELECT i, '山田太郎' || i, '03-1234-5678' FROM generate_series(1, {rows}) i",
        )
        command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(Path(__file__).parent), pg.url(), name]
        count, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert int(count) == rows
        peaks.append(int(peak) / 1024)
    assert peaks[1] - peaks[0] < 40, f"{peaks} MiB"
