"""Runs: what is read, what is not, that the sum comes out, and that a run that was killed goes on."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from piiscan import Scanner, Settings
from piiscan.config import TargetSettings, load_settings
from piiscan.content import BytesContent
from piiscan.detect.engine import Detector
from piiscan.inventory.store import Inventory
from piiscan.model import Item, ItemResult, Problem, State


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


def test_unchanged_container_keeps_its_members_and_what_may_have_passed_is_read(share: Path) -> None:
    """A third run carries members as well; an item that failed for a passing reason is tried again; the sums come out."""
    import zipfile

    with zipfile.ZipFile(share / "a.zip", "w") as out:
        out.writestr("in.txt", "電話 090-1111-2222")
    scan(share)
    scan(share)
    with sqlite3.connect(share.parent / "i.db") as database:
        database.execute("UPDATE items SET state = 'failed', reason = 'locked' WHERE name LIKE '%0.txt'")
    reads, run = scan(share)
    assert reads.names == ["総務/0.txt"]
    assert reads.passed_count == run.counters.unchanged == 6
    assert (run.counters.scanned, run.members.unchanged) == (1, 1)


def test_unchanged_items_whose_attributes_differ_are_looked_at(share: Path) -> None:
    """What is not just as the inventory has it takes the way by which attributes can be brought up to date; it is not read."""
    scan(share)
    with sqlite3.connect(share.parent / "i.db") as database:
        database.execute("UPDATE items SET attributes = '{}' WHERE name LIKE '%0.txt'")
    looked: list[str] = []
    reads = Reads()
    reads.listed = lambda item: looked.append(item.name)  # type: ignore[method-assign]
    settings = Settings(inventory=f"sqlite:///{share.parent / 'i.db'}", jobs=1)
    run = Scanner(settings=settings).scan(share, watcher=reads)
    assert (looked, reads.names) == (["総務/0.txt"], [])
    assert run.counters.unchanged == 6


@pytest.mark.parametrize(("families", "asked"), [(None, True), (("file",), True), (("other",), False)])
def test_enrichers_are_asked_about_unchanged_files_they_may_speak_of(
    share: Path, families: tuple[str, ...] | None, asked: bool
) -> None:
    """Only one that names families of attributes which files do not have lets them pass without a look."""

    class Owner:
        name = "owner"

        def __init__(self) -> None:
            self.answer: dict[str, str] = {}
            if families is not None:
                self.families = families

        def attributes(self, result: ItemResult) -> dict[str, str]:
            return self.answer

    owner = Owner()
    scanner = Scanner(settings=Settings(inventory=f"sqlite:///{share.parent / 'i.db'}", jobs=1))
    scanner.registry = replace(scanner.registry, enrichers=(owner,))  # type: ignore[misc]
    scanner.scan(share)
    owner.answer = {"team.name": "EC"}
    assert scanner.scan(share).counters.unchanged == 6
    with Inventory.open(f"sqlite:///{share.parent / 'i.db'}") as store:
        teams = [asset.attributes.get("team.name") for asset in store.assets(states=tuple(State))]
    assert teams == (["EC"] if asked else [None]) * 6


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
        patch.setattr("piiscan.scan.run.listed", lambda *source: iter([*plain(*source), *_meddle(victim)]))
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
def _until_a_run_is_on(database: Path, process: subprocess.Popen[str]) -> None:
    """Wait until a run is in the inventory: before that there is nothing to interrupt."""
    ends = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database)) as connection:
            if connection.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchone()[0]:
                break
        time.sleep(0.02)
    time.sleep(0.3)


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
    _until_a_run_is_on(tmp_path / "piiscan.db", process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    if process.returncode == 0:
        pytest.skip("the machine was too fast to interrupt a run")
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "what was done is kept" in errors
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


def test_who_answers_for_a_target_is_said_of_everything_in_it(share: Path) -> None:
    """Owner and department of a target are attributes of its items and of what is in them, and follow the configuration without a new reading."""
    with zipfile.ZipFile(share / "z.zip", "w") as archive:
        archive.writestr("x.txt", "連絡先 090-1234-5678")
    inventory = f"sqlite:///{share.parent / 'i.db'}"
    for owner in ("営業部長", "EC部長"):
        target = TargetSettings(name="店舗", url=str(share), owner=owner, department="営業部")
        scanner = Scanner(settings=Settings(inventory=inventory, jobs=1, target=(target,)))
        run = scanner.scan_configured()
        with Inventory.open(inventory) as store:
            said = {(a.attributes["target.owner"], a.attributes["target.department"]) for a in store.assets()}
        assert said == {(owner, "営業部")}
    assert run.counters.unchanged == run.counters.listed == 7


def configured(share: Path, options: str = "") -> Settings:
    config = share.parent / "own.toml"
    config.write_text(
        f'jobs = 1\ninventory = "sqlite:///i.db"\n[[target]]\nurl = "share"\n[target.options]\n{options}\n',
        encoding="utf-8",
    )
    return load_settings(config)


@pytest.mark.parametrize("options", ['exclude = ["3.txt"]', 'include = ["0.txt"]', "max_bytes = 3"])
def test_what_the_listing_lets_pass_again_is_read(share: Path, options: str) -> None:
    """A file that the options of a target kept unread is read as soon as they do not, although it did not change."""
    Scanner(settings=configured(share, options)).scan_configured()
    assert State.SKIPPED in stored(share).values()
    Scanner(settings=configured(share)).scan_configured()
    assert stored(share)["総務/3.txt"] is State.SCANNED
    assert State.SKIPPED not in stored(share).values()


def test_file_whose_name_begins_as_the_inventory_is_scanned(share: Path) -> None:
    """Only the inventory's own files are left out of a scan of the folder they lie in."""
    (share / "i.db.txt").write_text("電話 090-1234-5678\n", encoding="utf-8")
    Scanner(settings=Settings(inventory=f"sqlite:///{share / 'i.db'}", jobs=1)).scan(share)
    with Inventory.open(f"sqlite:///{share / 'i.db'}") as store:
        states = {a.name: a.state for a in store.assets()}
    assert states["i.db.txt"] is State.SCANNED
    assert states["i.db"] is State.SKIPPED


def test_what_a_target_inside_another_brought_is_gone_when_it_is_gone(share: Path) -> None:
    """A file that a scan of a sub-folder listed last is not kept for ever when the whole is scanned after it was deleted."""
    scan(share)
    (share / "総務" / "1.txt").write_text("連絡先 090-1111-2222\n", encoding="utf-8")
    settings = Settings(inventory=f"sqlite:///{share.parent / 'i.db'}", jobs=1)
    Scanner(settings=settings).scan(share / "総務")
    (share / "総務" / "1.txt").unlink()
    _, run = scan(share)
    assert run.counters.gone == 1
    assert stored(share)["1.txt"] is State.GONE


def test_what_another_target_holds_apart_stays(share: Path) -> None:
    """A folder that this target leaves out, but another one scans, is not gone after a run of this target alone."""
    settings = configured(share, 'exclude = ["総務/"]')
    Scanner(settings=settings).scan(share / "総務")
    Scanner(settings=settings).scan_configured()
    assert stored(share)["1.txt"] is State.SCANNED


def test_unlisted_folder_does_not_spare_its_neighbour(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that could not be listed keeps what is in it; one whose name merely begins alike does not."""
    for name in ("a", "a2"):
        (share / name).mkdir()
        (share / name / "x.txt").write_text("電話 090-1234-5678\n", encoding="utf-8")
    scan(share)
    (share / "a2" / "x.txt").unlink()
    real = os.scandir

    def refusing(path):
        if str(path).endswith("/a"):
            raise PermissionError
        return real(path)

    monkeypatch.setattr(os, "scandir", refusing)
    scan(share)
    assert stored(share)["a2/x.txt"] is State.GONE
    assert stored(share)["a/x.txt"] is State.SCANNED


def test_single_file_behind_a_link_is_scanned(share: Path) -> None:
    """A target that is a link to a file is read as that file, and did not change meanwhile."""
    (share / "link").symlink_to(share / "総務" / "0.txt")
    _, run = scan(share / "link")
    assert run.counters.scanned == 1


class _Odd:
    """A source that remarks on one item, gives another a code nobody knows, and fails to open a third."""

    kind, name, schemes = "odd", "odd", ()

    def items(self):
        for name in ("remarked", "unknown", "closed"):
            yield Item(uri=f"odd:{name}", source="odd", name=name, size=3, change_token="1")
            if name == "remarked":
                yield Problem(code="rights-unknown", item="odd:remarked", source="odd")
            if name == "unknown":
                yield Problem(code="never-heard-of", item="odd:unknown", source="odd")

    def content(self, item: Item) -> BytesContent:
        if item.name == "closed":
            raise PermissionError
        return BytesContent("電話 090-1234-5678".encode(), "x.txt")


def test_odd_source_costs_no_item_and_hides_none(tmp_path: Path) -> None:
    """A remark does not keep an item from being read; an unknown code and a failure to open are that item's, not the run's."""
    scanner = Scanner(settings=Settings(inventory=f"sqlite:///{tmp_path / 'i.db'}", jobs=1))
    run = scanner.scan_sources([_Odd()])
    assert run.counters.balanced
    with Inventory.open(f"sqlite:///{tmp_path / 'i.db'}") as store:
        found = {a.name: (a.state, a.reason, bool(a.entities)) for a in store.assets()}
        assert any(p.code == "rights-unknown" for p in store.problems())
    assert found == {
        "remarked": (State.SCANNED, "", True),
        "unknown": (State.FAILED, "never-heard-of", False),
        "closed": (State.FAILED, "access-denied", False),
    }


class _Enricher:
    name = "broken"

    def attributes(self, result: ItemResult) -> dict[str, str]:
        raise ValueError("090-1234-5678")


def test_failing_enricher_is_a_problem_of_the_item(share: Path) -> None:
    """A plugin that cannot add its attributes loses no item and says so without its exception's text."""
    settings = Settings(inventory=f"sqlite:///{share.parent / 'i.db'}", jobs=1)
    scanner = Scanner(settings=settings)
    scanner.registry = replace(scanner.registry, enrichers=(_Enricher(),))
    run = scanner.scan(share)
    assert run.counters.scanned == 6
    with Inventory.open(settings.inventory) as store:
        assert {(p.code, p.detail) for p in store.problems()} == {("enricher-failed", "broken: ValueError")}


@pytest.mark.parametrize("error", [ValueError("090-1234-5678"), MemoryError(), RecursionError()])
def test_failing_detector_costs_one_item(share: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """What goes wrong while a segment is judged is that item's problem, and its text is dropped."""
    real = Detector.scan

    def failing(self, segment):
        if "5673" in getattr(segment, "text", ""):
            raise error
        return real(self, segment)

    monkeypatch.setattr(Detector, "scan", failing)
    _, run = scan(share)
    assert (run.counters.scanned, run.counters.partial + run.counters.failed) == (5, 1)
    with Inventory.open(f"sqlite:///{share.parent / 'i.db'}") as store:
        [problem] = store.problems()
    assert problem.code in {"detector-failed", "limit-memory"}
    assert problem.detail == type(error).__name__


def test_password_of_a_target_is_stored_nowhere(share: Path, cli) -> None:
    """A target without a name whose URL carries a password and that cannot be opened is named without it."""
    (share.parent / "piiscan.toml").write_text(
        '[[target]]\nurl = "nothing://someone:hunter2@host/db?password=hunter2"\n', encoding="utf-8"
    )
    ran = cli("run", "--lang", "en", cwd=share.parent)
    assert ran.returncode == 3
    assert "nothing://someone@host/db" in ran.stderr
    assert "hunter2" not in ran.stderr
    assert "hunter2" not in cli("problems", "--format", "jsonl", cwd=share.parent).stdout


def test_wrong_option_of_a_target_is_a_configuration_error(share: Path, cli) -> None:
    """A misspelt option must not turn into a place that could not be listed."""
    (share.parent / "piiscan.toml").write_text(
        '[[target]]\nurl = "share"\n[target.options]\nexlude = ["x"]\n', encoding="utf-8"
    )
    ran = cli("run", cwd=share.parent)
    assert ran.returncode == 2
    assert "exlude" in ran.stderr
