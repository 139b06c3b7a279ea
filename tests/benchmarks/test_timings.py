"""``--timings``: where the time went, by stage, format and recognizer."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from piiscan import Scanner, Settings
from piiscan.model import ItemResult
from piiscan.scan.run import SilentWatcher
from piiscan.stopwatch import Stopwatch


class Keeper(SilentWatcher):
    """Keeps what results say of time."""

    def __init__(self) -> None:
        self.kept: list[dict[str, float]] = []

    def finished(self, result: ItemResult) -> None:
        self.kept.append(dict(result.timings))


@pytest.fixture
def share(tmp_path: Path) -> Path:
    """A text and a table."""
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "memo.txt").write_text("担当は山田様、電話 03-3456-7890\n" * 50, encoding="utf-8")
    rows = "".join(f"{n},user{n}@example.jp\n" for n in range(300))
    (folder / "list.csv").write_text("番号,メール\n" + rows, encoding="utf-8")
    return folder


def scanned(share: Path, settings: Settings) -> tuple[list[dict[str, float]], float]:
    """What the results say, and how long it took."""
    watcher = Keeper()
    started = time.perf_counter()
    Scanner(settings=settings).scan(share, inventory=f"sqlite:///{share.parent}/inventory.db", watcher=watcher)
    return watcher.kept, time.perf_counter() - started


def test_every_item_says_where_its_time_went(share: Path) -> None:
    """Stages by what they are, none negative, together not more than there was."""
    kept, elapsed = scanned(share, Settings(jobs=1, timings=True))
    names = {name for timings in kept for name in timings}
    assert {"read:text/plain", "read:text/csv", "detect:text", "detect:table", "privacy", "recognizer:names"} <= names
    assert all(seconds >= 0 for timings in kept for seconds in timings.values())
    parts = ("recognizer:", "rule:", "matches:")
    stages = [s for timings in kept for name, s in timings.items() if not name.startswith(parts)]
    assert 0 < sum(stages) < elapsed


def test_rules_say_what_they_took(share: Path) -> None:
    """The seconds of rules are part of the recognizers', and every match is counted; afterwards nothing is counted any more."""
    kept, _ = scanned(share, Settings(jobs=1, timings=True))
    memo = next(timings for timings in kept if "read:text/plain" in timings)
    assert memo["matches:ja.phone.fixed"] == 50
    rules = sum(seconds for name, seconds in memo.items() if name.startswith("rule:"))
    assert 0 < rules < sum(seconds for name, seconds in memo.items() if name.startswith("recognizer:"))
    (share / "memo.txt").touch()
    assert all(timings == {} for timings in scanned(share, Settings(jobs=1))[0])


def test_nobody_who_did_not_ask_is_told(share: Path) -> None:
    """Results stay without timings."""
    assert scanned(share, Settings(jobs=1))[0] == [{}, {}]


def test_the_command_prints_them_for_workers_too(share: Path) -> None:
    """They come from other processes to the end of the summary, on stderr."""
    inventory = f"sqlite:///{share.parent}/cli.db"
    command = [
        sys.executable,
        "-m",
        "piiscan",
        "scan",
        str(share),
        "--inventory",
        inventory,
        "--jobs",
        "2",
        "--timings",
    ]
    shown = subprocess.run(command, capture_output=True, text=True, check=False, cwd=share.parent)
    assert shown.returncode == 0, shown.stderr
    assert "read:text/csv" in shown.stderr
    assert "recognizer:digits" in shown.stderr
    assert "rule:ja.phone.fixed (" in shown.stderr
    assert not shown.stdout


def test_what_was_taken_is_not_told_twice() -> None:
    """Each item gets its own seconds."""
    clock = Stopwatch()
    assert list(clock.reads("text/csv", iter("ab"))) == ["a", "b"]
    assert set(clock.taken()) == {"read:text/csv"}
    assert clock.taken() == {}
