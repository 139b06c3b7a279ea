"""The whole way against a real server: scan, scan again, rights that change, a server that goes down, and the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from smb_samples import LINES, samba

from piiscan import Scanner
from piiscan.config import Settings
from piiscan.inventory.store import Inventory
from piiscan.scan.run import unread
from piiscan_smb import SmbSource

pytestmark = pytest.mark.server

CHANGING = ("pwrite", "write", "unlink", "mkdir", "rename", "truncate", "chmod", "chown", "acl_set", "fset_nt_acl", "ntimes", "setxattr",
            "removexattr", "link", "symlink", "fallocate", "set_dos", "mknod", "offload_write")  # fmt: skip


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """Built once: loading the dictionaries takes longer than these tests."""
    return Scanner(settings=Settings(jobs=1))


def test_a_share_is_scanned_and_only_changes_are_read_again(
    scanner: Scanner, folder: Any, source: Callable[..., SmbSource], proxy: Any, tmp_path: Path
) -> None:
    """CP932 and UTF-8, rights beside the finding; the second run reads nothing; a wider right shows, and a server that is down costs nothing."""
    url = f"sqlite:///{(tmp_path / 'i.db').as_posix()}"
    made = folder({"顧客/一覧.csv": LINES.encode("cp932"), "b.txt": "連絡先 090-1111-2222", "c.csv": LINES})
    (made / "c.csv").chmod(0o604)
    os.chown(made / "b.txt", samba_uid(), -1)
    (made / "b.txt").chmod(0o600)

    def scan(**options: Any) -> Any:
        return scanner.scan_sources([source(made, port=proxy.port, **options)], inventory=url)

    run = scan()
    assert (run.counters.scanned, unread(run.counters)) == (3, 0)
    with Inventory.open(url) as store:
        found = {a.name: a for a in store.assets()}
    assert found["顧客/一覧.csv"].entities["PHONE_NUMBER"] == 2
    assert found["顧客/一覧.csv"].attributes["access.breadth"] == "company"
    assert found["b.txt"].attributes["access.breadth"] == "person"
    proxy.reset()
    again = scan()
    assert again.counters.unchanged == again.counters.listed == 3
    (made / "b.txt").chmod(0o644)
    wider = scan(change_time=True)
    with Inventory.open(url) as store:
        assert {c.name: c.kind for c in store.diff(again.id, wider.id)} == {"b.txt": "exposed"}
    proxy.down = True
    proxy.hang_up()
    down = scan(attempts=1)
    assert (down.counters.listed, down.counters.gone) == (0, 0)
    with Inventory.open(url) as store:
        assert {(p.code, p.source) for p in store.problems(down.id)} == {
            ("list-failed", source(made, port=proxy.port).name)
        }
        assert {a.name: a.entities for a in store.assets()} == {name: a.entities for name, a in found.items()}


def samba_uid() -> int:
    import pwd

    return pwd.getpwnam(samba.USER).pw_uid


def test_nothing_is_ever_written(scanner: Scanner, server: Any, folder: Any, source: Any, tmp_path: Path) -> None:
    """A share that everybody may write to, watched by the server itself: not one changing operation, and every file is as it was."""
    made = folder({"a.csv": LINES, "deep/b.txt": LINES, "large.bin": b"x" * 2_000_000}, share="watched")
    before = {path: (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns) for path in (made, *made.rglob("*"))}
    start = len(server.log())
    scanner.scan_sources([source(made, streams=True)], inventory=f"sqlite:///{tmp_path / 'i.db'}")
    audited = [line for line in server.log()[start:].splitlines() if "audited|" in line and made.name in line]
    assert {path: (path.lstat().st_mtime_ns, path.lstat().st_ctime_ns) for path in before} == before
    assert len(audited) > 10, "the server watches"
    operations = {line.partition("audited|")[2].split("|")[1] for line in audited}
    assert {"pread_send", "pread"} & operations or any("read" in one for one in operations)
    assert [one for one in operations if any(word in one for word in CHANGING)] == []


@pytest.mark.slow
def test_the_command_line(folder: Any, proxy: Any, tmp_path: Path) -> None:
    """plan, run with worker processes, run again, explain; credentials by reference; no password anywhere."""
    made = folder({"顧客/一覧.csv": LINES, **{f"{n}.txt": f"連絡先 090-1234-{n:04}" for n in range(40)}})
    target = f"smb://127.0.0.1:{proxy.port}/Open/{made.name}"
    (tmp_path / "piiscan.toml").write_text(
        f'jobs = 2\nlanguage = "en"\n[[target]]\nname = "営業"\nurl = "{target}"\nowner = "営業部長"\n'
        f'[target.options]\nusername = "{samba.USER}"\npassword_env = "FILER_PASSWORD"\n',
        encoding="utf-8",
    )

    def piiscan(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-W", "error::ResourceWarning", "-m", "piiscan", *arguments], cwd=tmp_path,
            env=os.environ | {"HOME": str(tmp_path), "PYTHONUTF8": "1", "FILER_PASSWORD": samba.PASSWORD},
            capture_output=True, text=True, encoding="utf-8", timeout=180, check=False,
        )  # fmt: skip

    plan = piiscan("plan", target)
    assert plan.returncode == 0, plan.stderr
    assert "41" in plan.stdout
    first, second = piiscan("run"), piiscan("run")
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "no content was read" in second.stderr
    rows = [json.loads(line) for line in piiscan("assets", "--format", "jsonl").stdout.splitlines()]
    assert sum(row["entities"].get("PHONE_NUMBER", 0) for row in rows) == 42
    explained = piiscan("explain", f"{target}/顧客/一覧.csv")
    assert explained.returncode == 0, explained.stderr
    assert "PHONE_NUMBER" in explained.stdout
    for ran in (plan, first, second, explained):
        assert samba.PASSWORD not in ran.stdout + ran.stderr
        assert "Traceback" not in ran.stderr
    assert samba.PASSWORD.encode() not in (tmp_path / "piiscan.db").read_bytes()
