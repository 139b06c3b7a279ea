"""The command line as scripts and people use it."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

ASSET_KEYS = {
    "item",
    "state",
    "reason",
    "entities",
    "persons",
    "severity",
    "roster",
    "size",
    "modified",
    "last_scanned",
}
FINDING_KEYS = {"item", "entity_type", "locator", "count", "confidence", "severity", "category", "rule", "mask"}


SURNAMES = ("佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本")
GIVEN = ("花子", "太郎", "一郎", "直美", "健太", "由美")


def person(number: int) -> str:
    """One of 42 made-up persons."""
    return f"{SURNAMES[number % 7]} {GIVEN[number % 6]}"


@pytest.fixture
def scanned(tmp_path: Path, cli) -> Path:
    """A folder with a scanned share beside its inventory."""
    share = tmp_path / "share"
    share.mkdir()
    (share / "連絡先.txt").write_text("担当：山田 太郎　TEL 090-1234-5678\n", encoding="utf-8")
    rows = "".join(f"{person(n)},090-1234-{n:04},u{n}@example.jp\n" for n in range(12))
    (share / "=名簿.csv").write_text("氏名,電話番号,メール\n" + rows, encoding="cp932")
    (share / "空.txt").write_text("", encoding="utf-8")
    (share / "こわれた.docx").write_bytes(b"%PDF-1.7\n" + bytes(50))
    assert cli("scan", share).returncode == 3
    return tmp_path


def test_jsonl_keys_are_the_contract(scanned: Path, cli) -> None:
    """Other programs rely on exactly these keys."""
    assets = [json.loads(line) for line in cli("assets", "--format", "jsonl").stdout.splitlines()]
    assert {frozenset(row) for row in assets} == {frozenset(ASSET_KEYS)}
    assert {row["state"] for row in assets} == {"scanned", "failed"}
    findings = [json.loads(line) for line in cli("findings", "--format", "jsonl").stdout.splitlines()]
    assert {frozenset(row) for row in findings} == {frozenset(FINDING_KEYS)}
    roster = next(row for row in assets if row["roster"])
    assert roster["entities"]["PHONE_NUMBER"] == 12
    assert roster["persons"] == 12
    assert roster["item"].startswith("file://")


def test_csv_is_read_back_and_runs_no_formula(scanned: Path, cli) -> None:
    """CSV has a header, reads back, and no cell begins like a formula."""
    rows = list(csv.DictReader(io.StringIO(cli("assets", "--format", "csv").stdout)))
    assert len(rows) == 4
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row.values())


def test_table_is_for_people(scanned: Path, cli) -> None:
    """The table is Japanese by default, English on request, and shows trouble as well as findings."""
    table = cli("assets").stdout
    assert "重大度" in table
    assert "=名簿.csv" in table
    assert "壊れていて読み取れません" in table
    assert "severity" in cli("assets", "--lang", "en").stdout


def test_problems_say_what_to_do(scanned: Path, cli) -> None:
    """Each problem has a code, a sentence and, where there is one, a remedy."""
    rows = {row["code"]: row for row in map(json.loads, cli("problems", "--format", "jsonl").stdout.splitlines())}
    assert "damaged" in rows
    assert rows["damaged"]["message"]


def test_filters(scanned: Path, cli) -> None:
    """State, severity, type and roster narrow the list; unknown values are usage errors."""
    assert len(cli("assets", "--format", "jsonl", "--state", "failed").stdout.splitlines()) == 1
    assert len(cli("assets", "--format", "jsonl", "--roster").stdout.splitlines()) == 1
    assert len(cli("assets", "--format", "jsonl", "--entity", "EMAIL_ADDRESS").stdout.splitlines()) == 1
    assert cli("assets", "--state", "nonsense").returncode == 2
    assert cli("assets", "--min-severity", "nonsense").returncode == 2


def test_diff_shows_what_changed(scanned: Path, cli) -> None:
    """New, gone and grown items are listed between two runs."""
    share = scanned / "share"
    (share / "連絡先.txt").unlink()
    (share / "新しい.txt").write_text("携帯 080-1111-2222", encoding="utf-8")
    rows = "".join(f"{person(n)},090-1234-{n:04},u{n}@example.jp\n" for n in range(40))
    (share / "=名簿.csv").write_text("氏名,電話番号,メール\n" + rows, encoding="cp932")
    cli("scan", share)
    changes = {
        (row["kind"], Path(row["item"]).name[:6])
        for row in map(json.loads, cli("diff", "--format", "jsonl").stdout.splitlines())
    }
    assert {kind for kind, _ in changes} == {"new", "gone", "grown"}


def test_explain_masks_unless_asked(scanned: Path, cli) -> None:
    """Explain names rule, label and check; values show only with --reveal."""
    masked = cli("explain", scanned / "share" / "連絡先.txt").stdout
    assert "PHONE_NUMBER" in masked
    assert "label:" in masked
    assert "5678" not in masked
    assert "090-1234-5678" in cli("explain", "--reveal", scanned / "share" / "連絡先.txt").stdout


def test_explain_a_column_and_a_member(scanned: Path, cli) -> None:
    """A column is explained by its share and header; a member of an archive by its path inside."""
    import zipfile

    assert "header:" in cli("explain", scanned / "share" / "=名簿.csv").stdout
    with zipfile.ZipFile(scanned / "a.zip", "w") as out:
        out.writestr("中/連絡.txt", "TEL 090-1234-5678")
        out.writestr("other.txt", "TEL 090-9999-5678")
    shown = cli("explain", f"{scanned / 'a.zip'}!/中/連絡.txt").stdout
    assert shown.count("PHONE_NUMBER") == 1
    assert cli("explain", f"{scanned / 'a.zip'}!/nothing").returncode == 2


def test_plan_reads_and_changes_nothing(scanned: Path, cli) -> None:
    """The plan counts what is there and what is due; no inventory appears where none was."""
    before = (scanned / "piiscan.db").stat().st_mtime_ns
    out = cli("plan", scanned / "share", "--lang", "en").stdout
    assert "4 items" in out
    assert "due to be read: 0" in out
    assert (scanned / "piiscan.db").stat().st_mtime_ns == before
    empty = scanned / "empty"
    empty.mkdir()
    assert cli("plan", scanned / "share", cwd=empty).returncode == 0
    assert list(empty.iterdir()) == []


def test_plan_of_what_is_configured(scanned: Path, cli) -> None:
    """Without a target the plan is that of piiscan.toml; one that is not there is said, and does not stop the others."""
    assert cli("plan").returncode == 2
    (scanned / "piiscan.toml").write_text(
        '[[target]]\nname = "店舗"\nurl = "share"\n[[target]]\nname = "旧"\nurl = "old"\n', encoding="utf-8"
    )
    shown = cli("plan", "--lang", "en")
    assert shown.returncode == 0
    assert "店舗: 4 items" in shown.stdout
    assert "旧: cannot be opened" in shown.stdout


def test_who_can_open_what_was_found(scanned: Path, cli) -> None:
    """Rights and owners come on request, for people in words, for programs as stored."""
    rows = [json.loads(line) for line in cli("assets", "--access", "--format", "jsonl").stdout.splitlines()]
    assert all(set(row) == ASSET_KEYS | {"access", "principals", "owner", "department"} for row in rows)
    assert {row["access"] for row in rows} <= {"person", "group", "company", ""}
    assert "公開範囲" in cli("assets", "--access").stdout


def test_fail_on(scanned: Path, cli) -> None:
    """--fail-on makes findings of that severity an exit code, and only those."""
    share = scanned / "share"
    (share / "こわれた.docx").unlink()
    assert cli("scan", share, "--fail-on", "medium").returncode == 1
    assert cli("scan", share, "--fail-on", "critical").returncode == 0


@pytest.mark.parametrize("command", ["serve"])
def test_later_commands_say_so(cli, command: str) -> None:
    """What a later release brings says that plainly, in both languages, and does nothing."""
    ran = cli(command, "-o", "x.xlsx")
    assert ran.returncode == 2
    assert "later release" in ran.stderr


def test_pdf_report_says_it_comes_later(scanned: Path, cli) -> None:
    """A format that does not exist yet names those that do."""
    ran = cli("report", "--format", "pdf", "-o", "r.pdf")
    assert ran.returncode == 2
    assert "html" in ran.stderr
    assert not (scanned / "r.pdf").exists()


def test_reading_an_inventory_that_is_not_there(cli, tmp_path: Path) -> None:
    """A list command without an inventory says so and creates none."""
    ran = cli("assets")
    assert ran.returncode != 0
    assert "Traceback" not in ran.stderr
    assert not (tmp_path / "piiscan.db").exists()


def test_wrong_configuration_names_the_key(cli, tmp_path: Path) -> None:
    """A misspelt key is an error that names it, without repeating values."""
    (tmp_path / "piiscan.toml").write_text('profil = "hunter2"\n', encoding="utf-8")
    ran = cli("scan", ".")
    assert ran.returncode == 2
    assert "profil" in ran.stderr
    assert "hunter2" not in ran.stderr


def test_output_survives_a_narrow_console(scanned: Path, cli) -> None:
    """A console that speaks only CP932 or ASCII gets escapes, not a crash."""
    (scanned / "share" / "𠮷野家.txt").write_text("TEL 090-1234-5678", encoding="utf-8")
    cli("scan", scanned / "share")
    for encoding in ("cp932", "ascii"):
        ran = cli("assets", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert ran.returncode == 0, ran.stderr


def test_doctor_and_plugins_and_rules(cli) -> None:
    """The environment check passes here, plugins are listed, the shipped rules have no issue."""
    assert cli("doctor").returncode == 0
    assert "source: files" in cli("plugins").stdout
    checked = cli("rules", "check")
    assert checked.returncode == 0, checked.stdout


def test_demo_makes_a_share_and_a_report(cli, tmp_path: Path) -> None:
    """One command gives a scanned share with a report that opens in a browser."""
    ran = cli("demo", "d", "--lang", "en")
    assert ran.returncode == 0, ran.stderr
    report = (tmp_path / "d" / "report.html").read_text(encoding="utf-8")
    assert report.startswith(("<!DOCTYPE html>", "<!doctype html>"))
    assert "http://" not in report.replace("http://www.w3.org", "")


def test_explain_shows_no_digit_of_a_my_number(cli, tmp_path: Path) -> None:
    """Other readings of the same digits, turned down or not, do not give away their end."""
    (tmp_path / "a.txt").write_text("マイナンバー 1234-5678-9018 / 免許証番号 309012345620\n", encoding="utf-8")
    shown = cli("explain", "--all", tmp_path / "a.txt").stdout
    assert "JP_MY_NUMBER" in shown
    assert "9018" not in shown
    assert "5620" in shown, "a licence still shows its last four"


def test_list_into_a_closed_pipe_is_done(scanned: Path, cli) -> None:
    """`piiscan ... | head` ends with 0 and says nothing: 1 would mean findings over --fail-on."""
    import os

    program = [sys.executable, "-m", "piiscan", "rules", "list", "--format", "jsonl"]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"HOME": str(scanned)}
    ) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.close()
        said = ran.stderr.read()
    assert (ran.returncode, said) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("command", [["assets"], ["findings", "--format", "jsonl"], ["--help"]])
def test_list_to_a_full_disk_says_so(scanned: Path, command: list[str]) -> None:
    """What cannot be written is said in one line with exit code 2, not called an internal error."""
    with open("/dev/full", "w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "piiscan", *command],
            cwd=scanned, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (ran.returncode, ran.stderr.count("\n")) == (2, 1)
    assert ran.stderr.startswith("piiscan: the output cannot be written: ")


def test_explain_opens_no_pipe(cli, tmp_path: Path) -> None:
    """What a scan leaves alone (pipes, devices, links) `explain` leaves alone too, and says why, instead of waiting for ever."""
    import os

    os.mkfifo(tmp_path / "pipe")
    ran = cli("explain", "pipe", timeout=60)
    assert ran.returncode == 0
    assert "special-file" in ran.stdout


def test_wrong_language_is_a_usage_error_everywhere(cli, tmp_path: Path) -> None:
    """A language that does not exist is refused before anything is made, and no configuration file is blamed."""
    for command in (["demo", "d"], ["assets"]):
        ran = cli(*command, "--lang", "xx")
        assert ran.returncode == 2
        assert "--lang" in ran.stderr
        assert "piiscan.toml" not in ran.stderr
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("url", ["sqlite:///none.db", "none.db", "mysql://h/d", "sqlite:///not.db"])
def test_what_is_no_inventory_is_a_usage_error(cli, tmp_path: Path, url: str) -> None:
    """A wrong --inventory is the caller's mistake (2), not an internal error (70)."""
    import sqlite3

    with sqlite3.connect(tmp_path / "not.db") as other:
        other.execute("CREATE TABLE items (x)")
    other.close()
    ran = cli("assets", "--inventory", url)
    assert ran.returncode == 2, ran.stderr


def test_relative_paths_count_from_the_configuration_file(cli, tmp_path: Path) -> None:
    """A scheduler starts `piiscan run` wherever it likes: the inventory lies beside the file that names it."""
    folder = tmp_path / "conf"
    (folder / "share").mkdir(parents=True)
    (folder / "own.toml").write_text('inventory = "sqlite:///i.db"\n[[target]]\nurl = "share"\n', encoding="utf-8")
    assert cli("run", "conf/own.toml", "--jobs", "1").returncode == 0
    assert (folder / "i.db").exists()
    (folder / "own.toml").write_text('[[target]]\nurl = "~"\n', encoding="utf-8")
    assert cli("run", "conf/own.toml", "--jobs", "1", "--inventory", "sqlite:///o.db").returncode == 0
