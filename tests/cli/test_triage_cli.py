"""``piiscan triage`` as people use it."""

from __future__ import annotations

import json
from pathlib import Path


def scan(tmp_path: Path, cli) -> None:
    done = cli("scan", tmp_path / "share", "--jobs", "1")
    assert done.returncode == 0, done.stderr


def found(cli, *options: str) -> list[str]:
    lines = cli("findings", "--format", "jsonl", *options).stdout.splitlines()
    return sorted(json.loads(line)["entity_type"] for line in lines)


def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share" / "総務"
    folder.mkdir(parents=True)
    (folder / "連絡.txt").write_text("代表電話 03-1234-5678\n担当 佐藤花子様 携帯 090-1234-5678\n", encoding="utf-8")
    return folder


def test_a_decision_is_made_listed_and_remembered(tmp_path: Path, cli) -> None:
    """False by value: gone from the list, still gone after the file changed, listed with person and reason, back after undo."""
    folder = share(tmp_path)
    scan(tmp_path, cli)
    before = found(cli)
    phones = [kind for kind in before if "PHONE" in kind]
    assert len(phones) == 2
    told = cli(
        "triage",
        "set",
        "false",
        "総務/連絡.txt",
        "--value",
        "--type",
        phones[0],
        "--by",
        "佐々木",
        "--reason",
        "自社の番号",
    )
    assert told.returncode == 0, told.stderr
    assert found(cli) != before
    assert found(cli, "--all") == before
    (folder / "連絡.txt").write_text("代表電話 03-1234-5678\n携帯 090-1234-5678\n追記\n", encoding="utf-8")
    scan(tmp_path, cli)
    assert not [kind for kind in found(cli) if kind == phones[0]]
    rows = [json.loads(line) for line in cli("triage", "list", "--format", "jsonl").stdout.splitlines()]
    assert {(r["verdict"], r["by"], r["reason"], r["status"]) for r in rows} == {
        ("false", "佐々木", "自社の番号", "open")
    }
    assert "佐々木" in cli("triage", "list").stdout
    for row in rows:
        assert cli("triage", "undo", row["decision"], "--by", "監査").returncode == 0
    assert phones[0] in found(cli)
    assert not cli("triage", "list", "--format", "jsonl").stdout
    assert len(cli("triage", "list", "--all", "--format", "jsonl").stdout.splitlines()) == len(rows)


def test_fixed_is_proved_by_the_next_scan(tmp_path: Path, cli) -> None:
    """Called fixed: waits for a scan; still there if it is; gone when the file does not hold it any more."""
    folder = share(tmp_path)
    scan(tmp_path, cli)
    cli("triage", "set", "fixed", "総務/連絡.txt", "--by", "x", "--reason", "削除した")
    status = lambda: json.loads(cli("triage", "list", "--format", "jsonl").stdout)["status"]  # noqa: E731
    assert status() == "unproved"
    (folder / "連絡.txt").write_text("携帯 090-1234-5678\n", encoding="utf-8")
    scan(tmp_path, cli)
    assert status() == "still-there"
    (folder / "連絡.txt").write_text("削除しました\n", encoding="utf-8")
    scan(tmp_path, cli)
    assert status() == "gone"


def test_decisions_travel_in_a_file_without_values(tmp_path: Path, cli) -> None:
    """Exported, taken over by another inventory of the same key, and not twice."""
    share(tmp_path)
    scan(tmp_path, cli)
    cli("triage", "set", "accepted", "総務/連絡.txt", "--by", "x", "--reason", "業務に必要", "--until", "2999-12-31")
    assert cli("triage", "export", "-o", "baseline.jsonl").returncode == 0
    text = (tmp_path / "baseline.jsonl").read_text(encoding="utf-8")
    assert "5678" not in text
    again = ("--inventory", f"sqlite:///{tmp_path / 'other.db'}")
    cli("scan", tmp_path / "share", "--jobs", "1", *again)
    for _ in range(2):
        assert cli("triage", "import", "baseline.jsonl", *again).returncode == 0
    rows = cli("triage", "list", "--format", "jsonl", *again).stdout.splitlines()
    assert [json.loads(row)["until"] for row in rows] == ["2999-12-31"]


def test_mistakes_are_told(tmp_path: Path, cli) -> None:
    """Unknown item, no reason, a day that is over, nothing below a folder, a file that is no baseline."""
    share(tmp_path)
    scan(tmp_path, cli)
    (tmp_path / "no.txt").write_text("x", encoding="utf-8")
    who = ("--by", "x", "--reason", "y")
    for arguments in (
        ("set", "false", "ない.txt", *who),
        ("set", "false", "総務/連絡.txt", "--by", "x", "--reason", " "),
        ("set", "false", "総務/連絡.txt", *who, "--until", "2020-01-01"),
        ("set", "false", "総務/連絡.txt", *who, "--type", "PHONE_NUMBR"),
        ("set", "false", tmp_path / "home", "--below", *who),
        ("import", "no.txt"),
        ("undo", "99", "--by", "x"),
    ):
        told = cli("triage", *arguments)
        assert told.returncode == 2, arguments
        assert "Traceback" not in told.stderr


def test_what_cannot_be_read_any_more_is_not_proved(tmp_path: Path, cli) -> None:
    """A file that is damaged after it was called fixed has no findings, but nobody saw that they are gone; neither has a type that was not there."""
    folder = share(tmp_path)
    scan(tmp_path, cli)
    who = ("--by", "山田", "--reason", "修正済")
    cli("triage", "set", "fixed", "総務/連絡.txt", *who, "--type", "JP_MY_NUMBER")
    cli("triage", "set", "fixed", "総務/連絡.txt", *who)
    (folder / "連絡.txt").write_bytes(b"PK\x03\x04broken")
    cli("scan", tmp_path / "share", "--jobs", "1")
    listed = cli("triage", "list", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["status"] for line in listed] == ["unproved", "unproved"]
    (folder / "連絡.txt").unlink()
    cli("scan", tmp_path / "share", "--jobs", "1")
    listed = cli("triage", "list", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["status"] for line in listed] == ["gone", "gone"]


def test_reasons_with_odd_line_ends_travel_too(tmp_path: Path, cli) -> None:
    """A line separator pasted from a document is part of the reason; lines that are no decisions are told."""
    share(tmp_path)
    scan(tmp_path, cli)
    cli("triage", "set", "accepted", "総務/連絡.txt", "--by", "山田", "--reason", "一行目\u2028二行目")
    assert cli("triage", "export", "-o", tmp_path / "b.jsonl").returncode == 0
    assert cli("triage", "import", tmp_path / "b.jsonl").returncode == 0
    (tmp_path / "c.jsonl").write_text('{"format": 1, "key": ""}\n3\n', encoding="utf-8")
    told = cli("triage", "import", tmp_path / "c.jsonl")
    assert "line 2" in told.stderr
    assert "internal" not in told.stderr
