"""Values planted in the demo share must appear nowhere but in the share itself."""

import hashlib
import json
import os
import unicodedata
from pathlib import Path

import pytest

from piiscan.demo import canaries, make_share


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A demo share, scanned with every message on, with all lists and reports written beside it."""
    import subprocess
    import sys

    root = tmp_path_factory.mktemp("canary")
    planted = make_share(root / "share")
    out = root / "out"
    out.mkdir()
    environment = os.environ | {
        "PYTHONUTF8": "1",
        "HOME": str(out),
        "XDG_CONFIG_HOME": str(out),
        "PIISCAN_TRACEBACK": "1",
        "PYTHONDEVMODE": "1",
    }
    environment.pop("PIISCAN_KEY", None)

    def piiscan(name: str, *arguments: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "piiscan", *arguments], cwd=out, env=environment, capture_output=True, check=False
        )
        (out / f"{name}.stdout").write_bytes(ran.stdout)
        (out / f"{name}.stderr").write_bytes(ran.stderr)

    piiscan("scan", "scan", str(root / "share"), "--jobs", "2")
    for fmt in ("table", "jsonl", "csv"):
        for command in ("assets", "findings", "problems", "runs", "diff"):
            piiscan(f"{command}-{fmt}", command, "--format", fmt)
    for fmt in ("html", "xlsx", "json"):
        piiscan(f"report-{fmt}", "report", "--format", fmt, "-o", f"report.{fmt}")
    piiscan("ledger", "ledger", "-o", "ledger.xlsx")
    piiscan("ledger-merged", "ledger", "-o", "merged.xlsx", "--merge", "ledger.xlsx")
    who = ("--by", "担当", "--reason", "確認済み")
    piiscan("triage", "triage", "set", "false", "EC/ログ/access.log", "--type", "EMAIL_ADDRESS", "--value", *who)
    piiscan("triage-export", "triage", "export", "-o", "baseline.jsonl")
    piiscan("triage-list", "triage", "list", "--all", "--format", "jsonl")
    piiscan("explain", "explain", str(root / "share"), "--all")
    return out, canaries(planted)


def readable(path: Path) -> bytes:
    """The bytes of a file; of a workbook, those of its parts."""
    if path.suffix == ".xlsx":
        import zipfile

        with zipfile.ZipFile(path) as book:
            return b"\n".join(book.read(name) for name in book.namelist())
    return path.read_bytes()


def test_no_planted_value_anywhere(scanned: tuple[Path, list[str]]) -> None:
    """No database file, list, report, message or explanation holds a planted value, in any encoding or width."""
    out, values = scanned
    assert len(values) > 500
    files = [path for path in out.rglob("*") if path.is_file()]
    assert {
        "piiscan.db",
        "report.html",
        "report.xlsx",
        "report.json",
        "explain.stdout",
        "merged.xlsx",
        "baseline.jsonl",
    } <= {p.name for p in files}
    everything = {path.name: readable(path) for path in files}
    for value in values:
        spellings = {value, unicodedata.normalize("NFKC", value), value.replace("-", ""), json.dumps(value)[1:-1]}
        needles = {s.encode(encoding, "ignore") for s in spellings for encoding in ("utf-8", "cp932", "utf-16-le")}
        for name, data in everything.items():
            assert not [n for n in needles if len(n) >= 8 and n in data], f"a planted value is in {name}"


def test_no_unkeyed_hash_of_a_planted_value(scanned: tuple[Path, list[str]]) -> None:
    """Hashes that anybody could compute are not in the inventory either."""
    out, values = scanned
    data = b"".join(path.read_bytes() for path in out.glob("piiscan.db*"))
    for value in values:
        for spelling in {value, value.replace("-", "")}:
            for algorithm in ("md5", "sha1", "sha256"):
                digest = hashlib.new(algorithm, spelling.encode()).hexdigest()
                assert digest[:32].encode() not in data


def test_the_scan_found_what_it_hides(scanned: tuple[Path, list[str]]) -> None:
    """The test means something only if the values were really found."""
    out, _ = scanned
    rows = [json.loads(line) for line in (out / "findings-jsonl.stdout").read_text(encoding="utf-8").splitlines()]
    assert {"JP_MY_NUMBER", "PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "JP_ADDRESS", "CREDIT_CARD"} <= {
        r["entity_type"] for r in rows
    }
    assert all(row["mask"] == "" for row in rows if row["entity_type"] == "JP_MY_NUMBER")
    assert "found" in (out / "scan.stderr").read_text(encoding="utf-8") or "見つかった" in (
        out / "scan.stderr"
    ).read_text(encoding="utf-8")
