"""What other scanners got wrong, each as a test: they stop early, call errors clean, phone home, or forget.

Those that only a plugin can make are tested there: listings of more than one page (piiscan-s3, piiscan-cms), rows beyond a first page (piiscan-sql).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from piiscan import Scanner
from piiscan.demo._pdf import write_pdf

LINES = 6_000


def found(cli, *options: str) -> dict[str, int]:
    """Occurrences of phones by item, after a scan of the folder ``share``."""
    done = cli("scan", "share", "--jobs", "1", "--quiet", *options)
    assert done.returncode in (0, 3), done.stderr
    rows = [json.loads(line) for line in cli("findings", "--format", "jsonl").stdout.splitlines()]
    sums: dict[str, int] = {}
    for row in rows:
        if "PHONE" in row["entity_type"]:
            name = row["item"].rsplit("/", 1)[1]
            sums[name] = sums.get(name, 0) + row["count"]
    return sums


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


def test_not_only_the_first_rows(share: Path, cli) -> None:
    """The one phone is in the last of thousands of rows or lines: of a CSV, a SQLite table, a log."""
    rows = [(n, f"商品{n}", "在庫あり") for n in range(LINES)]
    rows.append((LINES, "連絡先", "電話 090-1234-5678"))
    (share / "a.csv").write_text("番号,品名,備考\n" + "\n".join(",".join(map(str, r)) for r in rows), encoding="utf-8")
    (share / "a.log").write_text("\n".join(f"{n} {name} {note}" for n, name, note in rows), encoding="utf-8")
    with sqlite3.connect(share / "a.db") as database:
        database.execute("CREATE TABLE t (n INTEGER, name TEXT, note TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    database.close()
    assert found(cli) == {"a.csv": 1, "a.log": 1, "a.db": 1}


def test_not_only_the_last_page_of_a_pdf(share: Path, cli) -> None:
    """A phone on each of three pages is found three times."""
    (share / "a.pdf").write_bytes(write_pdf([[f"電話 090-1234-567{n}"] for n in range(3)]))
    assert found(cli) == {"a.pdf": 3}


def test_errors_are_not_clean(share: Path, cli) -> None:
    """What is damaged or cut ends in a state that says so, with a reason, and the exit code is not 0."""
    (share / "kaputt.xlsx").write_bytes(b"PK\x03\x04" + bytes(200))
    (share / "kaputt.pdf").write_bytes(b"%PDF-1.7\n" + bytes(200))
    done = cli("scan", "share", "--jobs", "1", "--quiet")
    assert done.returncode == 3
    listed = [json.loads(line) for line in cli("assets", "--format", "jsonl").stdout.splitlines()]
    states = {row["item"].rsplit("/", 1)[1]: row["state"] for row in listed}
    assert (states["kaputt.pdf"], states["kaputt.xlsx"]) == ("failed", "partial")
    told = {json.loads(line)["item"] for line in cli("problems", "--format", "jsonl").stdout.splitlines()}
    assert {row["item"] for row in listed if row["state"] != "scanned"} <= told


def test_kanji_beside_a_number_hide_nothing() -> None:
    r"""``\b`` sees no border between kanji and digits of the other width; neither side may need a blank."""
    scanner = Scanner()
    for text in ("電話は090-1234-5678まで", "連絡先０９０－１２３４－５６７８迄", "携帯電話番号09012345678宛"):
        assert [d.entity_type for d in scanner.scan_text(text) if "PHONE" in d.entity_type], text


def test_corporate_numbers_are_no_my_numbers() -> None:
    """The word マイナンバー beside 法人 does not make thirteen digits a person's number."""
    scanner = Scanner()
    for text in ("法人マイナンバー 7000012050002", "法人番号(企業版マイナンバー):7000012050002"):
        assert "JP_MY_NUMBER" not in [d.entity_type for d in scanner.scan_text(text)], text


@pytest.mark.skipif(not shutil.which("unshare"), reason="no unshare to cut off the network with")
def test_nothing_is_fetched_and_nobody_is_told(share: Path, tmp_path: Path) -> None:
    """In a network namespace without any interface a scan, a report and a ledger work as ever: no rules fetched, no analytics."""
    alone = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make network namespaces")
    (share / "a.txt").write_text("電話 090-1234-5678\n", encoding="utf-8")
    for arguments in (["scan", "share", "--jobs", "1"], ["report", "-o", "r.html"], ["ledger", "-o", "l.xlsx"]):
        command = [*alone, sys.executable, "-m", "piiscan", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "l.xlsx").exists()
