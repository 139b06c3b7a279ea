"""The whole way: sources, readers, detection, an inventory, against a real server; and once by the command line with worker processes."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from piiscan import Scanner
from piiscan.config import Settings
from piiscan.inventory.records import RunRecord
from piiscan.inventory.store import Inventory
from piiscan.scan.run import unread
from piiscan_s3 import S3Source

pytestmark = pytest.mark.server

LINES = "氏名,電話\n山田太郎,090-1234-5678\n鈴木花子,080-2345-6789\n"

Scan = Callable[[str], tuple[RunRecord, dict[str, Any]]]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """Built once: loading the dictionaries takes longer than these tests."""
    return Scanner(settings=Settings(jobs=1))


@pytest.fixture
def scan(scanner: Scanner, proxy: Any, tmp_path: Path) -> Scan:
    """Scans a bucket behind the proxy into the test's own inventory; returns the run, and its assets by the last part of their uri."""
    url = f"sqlite:///{(tmp_path / 'piiscan.db').as_posix()}"

    def run(bucket: str) -> tuple[RunRecord, dict[str, Any]]:
        options = {"endpoint_url": proxy.url, "addressing": "path", "attempts": 2}
        record = scanner.scan_sources([S3Source.from_target(f"s3://{bucket}", options=options)], inventory=url)
        with Inventory.open(url) as inventory:
            return record, {asset.item.rpartition("/")[2]: asset for asset in inventory.assets()}

    return run


def test_exports_are_found_and_only_changes_are_read_again(scan: Scan, bucket: Any, proxy: Any) -> None:
    """CSV in CP932, JSON Lines and gz; the second run reads nothing; a change and a deletion show at the third."""
    records = [{"氏名": "山田太郎", "電話": f"090-1234-56{n:02}"} for n in range(5)]
    lines = "\n".join(json.dumps(record, ensure_ascii=False) for record in records)
    objects = {
        "顧客 一覧+.csv": LINES.encode("cp932"),
        "x.jsonl": lines.encode(),
        "y.csv.gz": gzip.compress(LINES.encode()),
    }
    folder = bucket("exports", objects)
    run, found = scan("exports")
    name = "%E9%A1%A7%E5%AE%A2%20%E4%B8%80%E8%A6%A7%2B.csv"
    assert run.counters.balanced
    assert found[name].entities["PHONE_NUMBER"] == 2
    assert found["x.jsonl"].entities["PHONE_NUMBER"] == 5
    assert any(".gz" in asset.item and asset.entities.get("PHONE_NUMBER") for asset in found.values())
    proxy.seen.clear()
    run, _ = scan("exports")
    assert run.counters.unchanged == 3
    assert not [one.path for one in proxy.seen if "?" not in one.path]
    (folder / "x.jsonl").unlink()
    (folder / "顧客 一覧+.csv").write_text("なし", encoding="utf-8")
    run, found = scan("exports")
    assert (run.counters.gone, run.counters.unchanged, run.counters.scanned) == (1, 1, 1)
    assert not found[name].entities
    assert {one.method for one in proxy.seen} <= {"GET", "HEAD"}


def test_what_could_not_be_read_is_counted_and_tried_again(scan: Scan, bucket: Any, proxy: Any) -> None:
    """Denied, busy and vanished objects fail with their reasons, and the next run tries them again."""
    names = ("denied.csv", "busy.csv", "good.csv", "going.csv")
    folder = bucket("troubled", dict.fromkeys(names, LINES.encode()))
    faults = {"denied.csv": proxy.Fault(403, "AccessDenied"), "busy.csv": proxy.Fault(503, "SlowDown")}
    proxy.fault = lambda _m, path: faults.get(path.rpartition("/")[2])
    proxy.before = lambda _m, path: (
        (folder / "going.csv").unlink(missing_ok=True) if path.endswith("/going.csv") else None
    )
    run, found = scan("troubled")
    assert {name: found[name].reason for name in names} == {
        "denied.csv": "access-denied",
        "busy.csv": "try-later",
        "good.csv": "",
        "going.csv": "vanished",
    }
    assert unread(run.counters) == 3
    assert run.counters.balanced
    proxy.reset()
    run, _ = scan("troubled")
    assert (run.counters.scanned, run.counters.unchanged, run.counters.gone) == (2, 1, 1)


def test_an_object_that_changes_while_it_is_read_keeps_its_findings_and_says_so(
    scan: Scan, bucket: Any, proxy: Any
) -> None:
    """What is read is what is reported, with the remark that the listing saw something else; the next run reads it again."""
    folder = bucket("changing", {"x.csv": b"nothing here"})
    proxy.before = lambda _m, path: (
        (folder / "x.csv").write_text(LINES, "utf-8") and None if path.endswith("/x.csv") else None
    )
    _, found = scan("changing")
    assert found["x.csv"].reason == "changed-while-reading"
    assert found["x.csv"].entities["PHONE_NUMBER"] == 2
    proxy.reset()
    run, found = scan("changing")
    assert (run.counters.scanned, found["x.csv"].reason) == (1, "")


def test_a_store_that_is_down_makes_nothing_gone(scan: Scan, bucket: Any, proxy: Any) -> None:
    """What is known of it stays; and refused rights alone do not keep deletions from being noticed."""
    folder = bucket("downtime", {"x.csv": LINES.encode(), "y.csv": LINES.encode()})
    scan("downtime")
    proxy.fault = lambda _m, _p: proxy.Fault(503, "SlowDown")
    run, found = scan("downtime")
    assert run.counters.gone == 0
    assert str(found["x.csv"].state) != "gone"
    proxy.fault = lambda _m, path: proxy.Fault(403, "AccessDenied") if "?policy" in path else None
    (folder / "y.csv").unlink()
    run, _ = scan("downtime")
    assert run.counters.gone == 1


def test_parquet_is_read_or_said_to_be_unread(scan: Scan, bucket: Any, tmp_path: Path) -> None:
    """A Parquet export is never passed over in silence."""
    path = tmp_path / "x.parquet"
    frame = pl.DataFrame({"氏名": ["山田太郎", "鈴木花子"], "電話": ["090-1234-5678", "080-2345-6789"]})
    frame.write_parquet(path)
    bucket("columns", {"x.parquet": path.read_bytes()})
    _, found = scan("columns")
    asset = found["x.parquet"]
    assert asset.entities.get("PHONE_NUMBER") == 2 or asset.reason == "unsupported-format"


@pytest.mark.slow
def test_the_command_line_with_worker_processes(bucket: Any, proxy: Any, tmp_path: Path) -> None:
    """``plan`` reads no content; ``run`` with two workers finds what is there, whose rights could not be told, and exits 0."""
    bucket("commanded", {f"{n}.csv": LINES.encode() for n in range(150)})
    (tmp_path / "piiscan.toml").write_text(
        '[[target]]\nname = "exports"\nurl = "s3://commanded"\n'
        f'[target.options]\nendpoint_url = "{proxy.url}"\naddressing = "path"\n',
        encoding="utf-8",
    )

    def piiscan(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "piiscan", *arguments], cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path), "PYTHONUTF8": "1"} | environment,
            capture_output=True, text=True, encoding="utf-8", timeout=180, check=False,
        )  # fmt: skip

    plan = piiscan("plan", "s3://commanded/", "--lang", "en", AWS_ENDPOINT_URL=proxy.url)
    assert plan.returncode == 0, plan.stderr
    assert "150" in plan.stdout + plan.stderr
    assert "could not be listed" not in plan.stdout + plan.stderr
    assert not [one for one in proxy.seen if one.path.endswith(".csv")]
    ran = piiscan("run", "--jobs", "2")
    assert ran.returncode == 0, ran.stderr
    rows = [json.loads(line) for line in piiscan("assets", "--format", "jsonl").stdout.splitlines()]
    assert sum(row["entities"].get("PHONE_NUMBER", 0) for row in rows) == 300
    assert "rights-unknown" in piiscan("problems", "--format", "jsonl").stdout
