"""Runs: what is read, what is not, that the sum comes out, and that a run that was killed goes on."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from piiscan import Scanner, Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Item, ItemResult, State


class Reads:
    """A watcher that remembers what was read."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.passed_count = 0

    def started(self, run, *, resumed: bool) -> None:
        self.resumed = resumed

    def listed(self, item: Item) -> None: ...

    def passed(self, count: int, size: int) -> None:
        self.passed_count += count

    def finished(self, result: ItemResult) -> None:
        self.names.append(result.item.name)

    def ended(self, run) -> None: ...


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    (folder / "総務").mkdir(parents=True)
    for number in range(6):
        (folder / "総務" / f"{number}.txt").write_text(f"連絡先 090-1234-567{number}\n", encoding="utf-8")
    return folder


def scan(share: Path, **options: object) -> tuple[Reads, "object"]:
    reads = Reads()
    settings = Settings(inventory=f"sqlite:///{share.parent / 'i.db'}", jobs=1, **options.pop("settings", {}))
    run = Scanner(settings=settings).scan(share, watcher=reads, **options)
    assert run.counters.balanced
    assert run.members.balanced
    return reads, run


def stored(share: Path) -> dict[str, State]:
    with Inventory.open(f"sqlite:///{share.parent / 'i.db'}") as store:
        return {a.name: a.state for a in store.assets(states=tuple(State))}


def test_second_run_reads_only_what_changed(share: Path) -> None:
    """Unchanged items are carried over unread; the changed and the new one are read; the missing one is gone."""
    first, run = scan(share)
    assert len(first.names) == run.counters.scanned == 6
    nothing, run = scan(share)
    assert nothing.names == []
    assert run.counters.unchanged == 6
    (share / "総務" / "0.txt").write_text("変更後 090-8888-0000", encoding="utf-8")
    (share / "総務" / "new.txt").write_text("x", encoding="utf-8")
    (share / "総務" / "1.txt").unlink()
    some, run = scan(share)
    assert sorted(some.names) == ["総務/0.txt", "総務/new.txt"]
    assert (run.counters.unchanged, run.counters.scanned, run.counters.gone) == (4, 2, 1)
    assert stored(share)["総務/1.txt"] is State.GONE


def test_full_reads_everything(share: Path) -> None:
    """``--full`` reads what did not change, too."""
    scan(share)
    everything, run = scan(share, full=True)
    assert len(everything.names) == run.counters.scanned == 6


def test_changed_rules_make_items_due(share: Path, tmp_path: Path) -> None:
    """Switching a rule off or another profile on reads everything again; the old result would be wrong."""
    scan(share)
    again, _ = scan(share, settings={"profile": "strict"})
    assert len(again.names) == 6


def test_touched_container_replaces_its_members(share: Path) -> None:
    """When an archive is read again, members that left it are gone and new ones are there."""
    import zipfile

    archive = share / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("old.txt", "電話 090-1111-2222")
        out.writestr("both.txt", "電話 090-1111-3333")
    scan(share)
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("both.txt", "電話 090-1111-3333")
        out.writestr("new.txt", "電話 090-1111-4444 です")
    _, run = scan(share)
    states = stored(share)
    assert states["a.zip › old.txt"] is State.GONE
    assert states["a.zip › new.txt"] is State.SCANNED
    assert run.counters.listed == 7


def test_unreadable_member_makes_the_container_partial(share: Path) -> None:
    """A container is not clean when something in it could not be read."""
    import zipfile

    with zipfile.ZipFile(share / "a.zip", "w") as out:
        out.writestr("broken.pdf", b"%PDF-1.7\n" + bytes(100))
        out.writestr("ok.txt", "電話 090-1111-3333")
    scan(share)
    states = stored(share)
    assert states["a.zip › broken.pdf"] is State.FAILED
    assert states["a.zip › ok.txt"] is State.SCANNED
    assert states["a.zip"] is State.PARTIAL


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")
def test_unlisted_folder_is_not_gone(share: Path) -> None:
    """What lies in a folder that cannot be listed today is not taken for gone, and the place is named."""
    scan(share)
    elsewhere = share / "総務"
    hidden = share.parent / "hidden"
    elsewhere.rename(hidden)
    elsewhere.symlink_to(elsewhere)  # a loop: listing it fails
    _, run = scan(share)
    assert run.counters.gone == 6, "a renamed folder is gone for good"
    elsewhere.unlink()
    hidden.rename(elsewhere)
    _, run = scan(share)
    assert run.counters.listed == 6


def test_missing_target_of_a_configuration_does_not_stop_the_others(share: Path, cli) -> None:
    """``piiscan run`` scans what is there, names what is not, and says so by its exit code."""
    config = share.parent / "piiscan.toml"
    config.write_text(
        f'[[target]]\nname = "総務共有"\nurl = "{share.as_posix()}"\n[[target]]\nname = "倉庫"\nurl = "./nowhere"\n',
        encoding="utf-8",
    )
    ran = cli("run", cwd=share.parent)
    assert ran.returncode == 3, ran.stderr
    assets = [json.loads(line) for line in cli("assets", "--format", "jsonl", cwd=share.parent).stdout.splitlines()]
    assert len(assets) == 6
    assert "倉庫" in cli("problems", "--format", "jsonl", cwd=share.parent).stdout


def test_scheduler_runs_twice_and_the_second_says_nothing_changed(share: Path, cli) -> None:
    """The second run of a configuration reads no content, says so, and exits 0."""
    (share.parent / "piiscan.toml").write_text(
        f'[[target]]\nname = "s"\nurl = "{share.as_posix()}"\n', encoding="utf-8"
    )
    assert cli("run", cwd=share.parent).returncode == 0
    second = cli("run", "--lang", "en", cwd=share.parent)
    assert second.returncode == 0
    assert "no content was read" in second.stderr


def test_second_run_at_once_is_refused(share: Path, cli) -> None:
    """While a run holds the inventory another ends with 75 and changes nothing."""
    with Inventory.open(f"sqlite:///{share.parent / 'piiscan.db'}") as store, store.lock():
        refused = cli("scan", share, cwd=share.parent)
    assert refused.returncode == 75, refused.stderr


def test_changing_while_read_is_partial_and_read_again(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes between listing and reading says so, and the next run reads it again."""
    from piiscan.scan import listing

    plain = listing.listed
    victim = share / "総務" / "3.txt"

    with monkeypatch.context() as patch:
        # The file is altered after the whole listing and before the first read.
        patch.setattr("piiscan.scan.run.listed", lambda source: iter([*plain(source), *_meddle(victim)]))
        scan(share)
    assert stored(share)["総務/3.txt"] is State.PARTIAL
    again, _ = scan(share)
    assert again.names == ["総務/3.txt"]
    assert stored(share)["総務/3.txt"] is State.SCANNED


def _meddle(victim: Path):
    victim.write_text("別の内容 090-7777-0000", encoding="utf-8")
    return ()


def contents(database: Path) -> dict[str, list[tuple]]:
    """What an inventory says, without run numbers and times."""
    with Inventory.open(f"sqlite:///{database}", create=False) as store:
        assets = sorted(
            (a.item, a.state, a.reason, sorted(a.entities.items()), a.persons, a.roster, a.size) for a in store.assets()
        )
        findings = sorted(
            (f.item, f.entity_type, str(f.locator), f.count, f.mask, f.fingerprint) for f in store.findings()
        )
        problems = sorted((p.item or "", p.code, p.detail, p.count) for p in store.problems())
    return {"assets": assets, "findings": findings, "problems": problems}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_killed_run_ends_as_an_undisturbed_one(tmp_path: Path, cli) -> None:
    """Kill -9 the whole process group in the middle, several times; the run that follows leaves the inventory of an undisturbed run."""
    share = tmp_path / "share"
    share.mkdir()
    for number in range(400):
        text = "".join(f"{number}-{line} 担当 090-1{number:03}-{line:04} 山田 太郎様\n" for line in range(60))
        (share / f"{number:03}.txt").write_text(text, encoding="utf-8")
    (share / "bad.docx").write_bytes(b"PK\x03\x04 broken")
    undisturbed = tmp_path / "undisturbed"
    undisturbed.mkdir()
    cli("scan", share, "--jobs", 2, cwd=undisturbed)
    killed = tmp_path / "killed"
    killed.mkdir()
    kills = 0
    for delay in (1.2, 1.6, 2.0):
        process = subprocess.Popen(
            [sys.executable, "-m", "piiscan", "scan", str(share), "--jobs", "2"],
            cwd=killed, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(delay)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills, "the machine was too fast to kill a run"
    last = cli("scan", share, "--jobs", 2, cwd=killed)
    assert last.returncode == 3, last.stderr
    assert contents(killed / "piiscan.db") == contents(undisturbed / "piiscan.db")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT to a process group")
def test_ctrl_c_leaves_a_usable_inventory(tmp_path: Path, cli) -> None:
    """Ctrl-C ends in order with 130; what was done is there, and the next scan goes on from it."""
    share = tmp_path / "share"
    share.mkdir()
    for number in range(600):
        (share / f"{number:03}.txt").write_text(f"担当 090-1{number:03}-0000 山田 太郎様\n" * 200, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "piiscan", "scan", str(share), "--jobs", "2"],
        cwd=tmp_path, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    time.sleep(2.0)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    if process.returncode == 0:
        pytest.skip("the machine was too fast to interrupt a run")
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    resumed = cli("scan", share, "--jobs", 2, "--lang", "en")
    assert resumed.returncode == 0, resumed.stderr
    assert "going on where run 1 stopped" in resumed.stderr
    assert len(contents(tmp_path / "piiscan.db")["assets"]) == 600


def test_inventory_file_in_the_scanned_folder_is_left_alone(share: Path, cli) -> None:
    """Scanning the folder one stands in does not read the inventory that is being written there."""
    ran = cli("scan", ".", cwd=share)
    assert ran.returncode == 0, ran.stderr
    rows = [json.loads(line) for line in cli("assets", "--format", "jsonl", cwd=share).stdout.splitlines()]
    own = [row for row in rows if "piiscan.db" in row["item"]]
    assert own
    assert all((row["state"], row["reason"]) == ("skipped", "excluded") for row in own)


def test_no_value_reaches_the_database(share: Path) -> None:
    """Neither the values nor unkeyed hashes of them are in the inventory file."""
    import hashlib

    scan(share)
    raw = b"".join(path.read_bytes() for path in share.parent.glob("i.db*"))
    for value in ("090-1234-5670", "09012345670"):
        assert value.encode() not in raw
        for algorithm in ("md5", "sha1", "sha256"):
            assert hashlib.new(algorithm, value.encode()).hexdigest().encode() not in raw
    with sqlite3.connect(share.parent / "i.db") as database:
        assert database.execute("select count(*) from findings").fetchone()[0] >= 6
    shutil.rmtree(share)
