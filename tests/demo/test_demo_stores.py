"""The demo's other stores: what is installed is scanned, what is not is left out, and everything made there is found."""

from __future__ import annotations

import json
from pathlib import Path

from piiscan.config import Settings
from piiscan.demo._stores import make_database, make_exports, make_pictures
from piiscan.scanner import Scanner


def test_the_demo_scans_every_store_that_can_be_had(tmp_path: Path, cli) -> None:
    """The share always, the core system's database as tables or as a file, pictures and a bucket where their plugins are."""
    done = cli("demo", "d", "--jobs", "1", timeout=300)
    assert done.returncode in (0, 3), done.stderr
    registry = Scanner(settings=Settings()).registry
    inventory = f"sqlite:///{tmp_path / 'd' / 'piiscan.db'}"
    rows = [
        json.loads(line) for line in cli("assets", "--format", "jsonl", "--inventory", inventory).stdout.splitlines()
    ]
    persons = {row["item"].rsplit("/", 1)[-1]: row["persons"] for row in rows}
    tables = any(source.claims("sqlite:///x.db") for source in registry.sources.values())
    assert persons["m_kokyaku" if tables else "kikan.db"] == 60
    if "images" in registry.readers:
        shown = next(row for row in rows if row["item"].endswith("%E4%BC%9A%E5%A0%B4.jpg"))
        assert {"GEO_LOCATION", "PERSON"} <= set(shown["entities"])
        assert not next(row for row in rows if row["item"].endswith("%E5%95%86%E5%93%81.jpg"))["entities"]
    if "hoshizora-exports" in done.stderr:
        assert persons["settlement_202406.csv"] == 40
    assert (tmp_path / "d" / "ledger.xlsx").exists()


def test_equal_seeds_give_equal_stores(tmp_path: Path) -> None:
    """As for the share: the same bytes again, other persons with another seed."""
    made = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        folder = tmp_path / name
        folder.mkdir()
        make_exports(folder, seed)
        make_pictures(folder, seed)
        make_database(folder / "k.db", seed)
        made.append(
            {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file() and p.suffix != ".db"}
        )
    assert made[0] == made[1]
    assert made[0].keys() == made[2].keys()
    assert made[0] != made[2]
