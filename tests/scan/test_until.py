"""A run that ends when its time is up, and goes on the next night."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from piiscan.config import Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Item, Problem
from piiscan.scanner import Scanner
from piiscan.sources.files import FilesSource

FILES = 12


class Slow(FilesSource):
    """A share whose listing takes a while."""

    def items(self) -> Iterator[Item | Problem]:
        for entry in super().items():
            time.sleep(0.1)
            yield entry


def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:02}.txt").write_text(f"連絡先 090-1234-{number:04}\n", encoding="utf-8")
    return folder


def states(url: str) -> dict[str, str]:
    with Inventory.open(url, create=False) as inventory:
        return {asset.name: asset.state.value for asset in inventory.assets()}


def test_it_stops_and_the_next_run_goes_on(tmp_path: Path) -> None:
    """Nothing is begun after the time; what was read stays; the next run reads the rest and nothing twice; nothing counts as gone."""
    folder = share(tmp_path)
    url = f"sqlite:///{tmp_path / 'i.db'}"
    scanner = Scanner(settings=Settings(inventory=url, jobs=1))
    source = Slow.from_target(str(folder))
    list(scanner.scan_text("温める"))
    first = scanner.scan_sources([source], until=datetime.now(UTC) + timedelta(seconds=0.45))
    assert first.status == "interrupted"
    assert len(states(url)) < FILES
    second = scanner.scan_sources([source])
    assert (second.id, second.status, second.resumed) == (first.id, "done", 1)
    assert set(states(url).values()) == {"scanned"}
    assert len(states(url)) == FILES


def test_a_time_that_is_over_reads_nothing(tmp_path: Path) -> None:
    """Not even the first item is begun, and earlier items stay what they were."""
    folder = share(tmp_path)
    url = f"sqlite:///{tmp_path / 'i.db'}"
    scanner = Scanner(settings=Settings(inventory=url, jobs=1))
    scanner.scan(folder)
    before = states(url)
    (folder / "neu.txt").write_text("090-1234-9999", encoding="utf-8")
    late = scanner.scan_sources([FilesSource.from_target(str(folder))], until=datetime.now(UTC) - timedelta(hours=1))
    assert late.status == "interrupted"
    assert states(url) == before
