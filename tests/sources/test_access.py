"""Who can open a file: mode, access control list, and the folders above it."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from piiscan.config import Settings
from piiscan.inventory.store import Inventory
from piiscan.model import Item, Problem
from piiscan.scanner import Scanner
from piiscan.sources import access
from piiscan.sources.access import AclEntry, Reach, mounted, parse_acl, reach_of
from piiscan.sources.files import FilesSource

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")

SHARED = 100  # any group that is not the user's own; the tests that use it need root
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="changes owners")


@pytest.fixture
def share() -> Iterator[Path]:
    """A folder that everybody may pass through, unlike those pytest makes."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def rights(root: Path) -> dict[str, dict[str, str]]:
    return {e.name: dict(e.attributes) for e in FilesSource.from_target(str(root)).items() if isinstance(e, Item)}


def made(path: Path, mode: int, group: int | None = None) -> Path:
    path.write_text("連絡先 090-1234-5678\n", encoding="utf-8")
    if group is not None:
        os.chown(path, -1, group)
    path.chmod(mode)
    return path


def test_mode_says_who_can_read(share: Path) -> None:
    """Owner and mode belong to the inventory, and nothing is changed by looking."""
    for mode, breadth in ((0o600, "person"), (0o644, "company"), (0o604, "company")):
        file = made(share / "a.txt", mode)
        found = rights(share)["a.txt"]
        assert (found["access.breadth"], found["file.mode"]) == (breadth, f"{mode:04o}")
        assert (found["access.principals"] == "everyone") is (breadth == "company")
        assert stat.S_IMODE(file.stat().st_mode) == mode


@as_root
def test_a_group_is_a_group_unless_it_is_one_persons_own(share: Path) -> None:
    """The private group most systems give each account lets nobody else in."""
    made(share / "own", 0o640, 0)
    made(share / "shared", 0o640, SHARED)
    made(share / "closed", 0o600, SHARED)
    found = rights(share)
    assert {name: a["access.breadth"] for name, a in found.items()} == {
        "own": "person",
        "shared": "group",
        "closed": "person",
    }
    assert f"group:{access.group_name(SHARED)}" in found["shared"]["access.principals"]


@as_root
def test_folders_above_narrow_what_a_mode_allows(share: Path) -> None:
    """A file that everybody could read lies in a folder that only a group, or only its owner, may enter."""
    for name, mode in (("group", 0o750), ("owner", 0o700), ("listed-only", 0o744)):
        (share / name / "deep").mkdir(parents=True)
        made(share / name / "deep" / "x", 0o644)
        os.chown(share / name, -1, SHARED)
        (share / name).chmod(mode)
    found = rights(share)
    assert {name: a["access.breadth"] for name, a in found.items()} == {
        "group/deep/x": "group",
        "owner/deep/x": "person",
        "listed-only/deep/x": "person",
    }
    assert found["owner/deep/x"]["access.principals"] == "everyone"
    assert found["owner/deep/x"]["access.through"] == f"user:{access.user_name(0)}"
    assert rights(share / "owner" / "deep")["x"]["access.breadth"] == "person", "also above the target"
    assert rights(share / "owner" / "deep" / "x")["x"]["access.breadth"] == "person"


@as_root
def test_a_link_is_another_way(share: Path) -> None:
    """What a link in a closed folder leads to is as open as where it lies."""
    (share / "closed").mkdir(mode=0o700)
    made(share / "x", 0o644)
    (share / "closed" / "link").symlink_to(share / "x")
    source = FilesSource.from_target(str(share / "closed"), options={"follow_symlinks": True})
    assert next(iter(source.items())).attributes["access.breadth"] == "company"


def setfacl(*arguments: str) -> None:
    if shutil.which("setfacl") is None:
        pytest.skip("setfacl is not installed (apt-get install acl)")
    ran = subprocess.run(["setfacl", *arguments], check=False, capture_output=True, text=True)
    if "not supported" in ran.stderr:
        pytest.skip("this file system has no access control lists")
    assert ran.returncode == 0, ran.stderr


@as_root
def test_access_control_lists_count(share: Path) -> None:
    """Named users and groups are in; what the mask takes away is out; a folder's list counts as well."""
    for name, acl in (("one", "u:daemon:r"), ("team", f"g:{SHARED}:r"), ("masked", f"g:{SHARED}:r,m::-")):
        made(share / name, 0o600)
        setfacl("-m", acl, str(share / name))
    made(share / "plain", 0o600)
    found = rights(share)
    assert {name: a["access.breadth"] for name, a in found.items()} == {
        "one": "group",
        "team": "group",
        "masked": "person",
        "plain": "person",
    }
    assert found["one"]["access.principals"] == "user:daemon, user:root"
    assert found["one"]["file.acl"] == "u::rw-,u:daemon:r--,g::---,m::r--,o::---"
    assert "file.acl" not in found["plain"]
    (share / "box").mkdir(mode=0o700)
    made(share / "box" / "x", 0o644)
    setfacl("-m", f"g:{SHARED}:x", str(share / "box"))
    assert rights(share)["box/x"]["access.breadth"] == "group"


def test_list_that_is_none_is_passed_over() -> None:
    """Another version, a cut one and nothing at all are no list."""
    for raw in (b"", b"\x02", b"\x03\0\0\0" + b"\0" * 8, b"\x02\0\0\0" + b"\0" * 7):
        assert parse_acl(raw) == ()


def test_reach_of_odd_modes() -> None:
    """Nobody at all, and unknown tags of a list, are read as they are."""
    assert reach_of(0, 1, 1, (), access.READ) == Reach(False, frozenset(), frozenset())
    assert reach_of(0, 1, 1, (), access.READ).breadth == "person"
    assert reach_of(0o777, 1, 1, (AclEntry(0x40, 7, 5),), access.READ).breadth == "person"
    many = Reach(False, frozenset(range(50_000, 50_030)), frozenset())
    assert many.names().endswith(", +10")


MOUNTS = """22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
51 22 0:45 / /mnt/shops rw,relatime shared:30 - cifs //filer/shops rw,uid=0
52 22 0:46 / /mnt/with\\040space rw - 9p none rw
broken line
"""


def test_mounts_whose_modes_are_made_up_are_unknown(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mounted Windows share shows the modes of its mount options: who can open a file there is said to be unknown, once."""
    found = mounted(MOUNTS)
    assert sorted(found.values()) == ["9p", "cifs", "ext4"]
    made(share / "a", 0o644)
    made(share / "b", 0o644)
    monkeypatch.setattr("piiscan.sources.files.made_up_devices", lambda: {share.stat().st_dev: "cifs"})
    entries = list(FilesSource.from_target(str(share)).items())
    assert [e.code for e in entries if isinstance(e, Problem)] == ["rights-unknown"]
    assert {e.attributes["access.breadth"] for e in entries if isinstance(e, Item)} == {"unknown"}


def test_wider_rights_show_in_the_next_run(share: Path, tmp_path: Path) -> None:
    """chmod of a file has it read again; chmod of the folder above does not, and both are "more exposed", also for what is in an archive."""
    made(share / "file.txt", 0o600)
    (share / "box").mkdir(mode=0o700)
    made(share / "box" / "x.txt", 0o644)
    shutil.make_archive(str(share / "box" / "all"), "zip", share / "box", "x.txt")
    (share / "box" / "all.zip").chmod(0o644)
    settings = Settings(inventory=f"sqlite:///{tmp_path / 'i.db'}", jobs=1)
    scanner = Scanner(settings=settings)
    scanner.scan(share)
    (share / "box").chmod(0o755)
    run = scanner.scan(share)
    assert run.counters.unchanged == run.counters.listed == 3
    (share / "file.txt").chmod(0o644)
    scanner.scan(share)
    with Inventory.open(settings.inventory) as store:
        exposed = {c.name: c.kind for c in store.diff(1, 2)}
        assert exposed == {"box/x.txt": "exposed", "box/all.zip › x.txt": "exposed"}
        assert {c.name: (c.kind, c.note) for c in store.diff(2, 3)} == {
            "file.txt": ("exposed", "access person>company")
        }
