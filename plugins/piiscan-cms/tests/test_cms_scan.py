"""The whole way: sources, readers, detection, an inventory, against a real WordPress; by the command line; and beside the site's database and folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piiscan import Scanner
from piiscan.config import Settings
from piiscan.inventory.records import RunRecord
from piiscan.inventory.store import Inventory

pytestmark = pytest.mark.server

Scan = Callable[..., tuple[RunRecord, dict[str, Any]]]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    """Built once: loading the dictionaries takes longer than these tests."""
    return Scanner(settings=Settings(jobs=1))


@pytest.fixture
def scan(scanner: Scanner, source: Any, tmp_path: Path) -> Scan:
    """Scans the site into the test's own inventory; returns the run, and assets by what stands behind the # of their uri."""
    url = f"sqlite:///{(tmp_path / 'piiscan.db').as_posix()}"

    def run(user: str = "chief", **options: Any) -> tuple[RunRecord, dict[str, Any]]:
        record = scanner.scan_sources([source(user, exclude=("media/2025/",), **options)], inventory=url)
        with Inventory.open(url) as inventory:
            return record, {asset.item.partition("#")[2]: asset for asset in inventory.assets()}

    return run


def test_persons_are_found_and_only_changes_are_read_again(scan: Scan, site: Any, proxy: Any) -> None:
    """Pages, files, comments, users; the second run fetches neither pages nor files; a change and a deletion show at the third."""
    made = site.made
    extra = site.send("POST", "/wp/v2/posts", {"title": "臨時", "status": "draft", "content": "連絡先 090-1212-3434"})
    moved = site.send("POST", "/wp/v2/posts", {"title": "変更", "status": "draft", "content": "連絡先 090-5656-7878"})
    run, found = scan()
    assert run.counters.balanced
    assert run.counters.failed == 0
    assert found[f"posts/{made['news']['id']}"].entities.get("PHONE_NUMBER") == 1
    assert found[f"media/{made['list']['id']}"].entities.get("PHONE_NUMBER") == 2
    assert found[f"inquiry/{made['inquiry']['id']}"].entities.get("PHONE_NUMBER") == 1
    assert (found["comments/kept"].persons, found["comments/kept"].entities.get("EMAIL_ADDRESS")) == (6, 6)
    assert found["comments/shown"].persons == 4
    assert found["users/accounts"].entities.get("EMAIL_ADDRESS", 0) >= 4
    proxy.seen.clear()
    run, _ = scan()
    assert run.counters.scanned == run.counters.partial == 0
    asked = [s.path for s in proxy.seen]
    assert not [path for path in asked if "include=" in path]
    assert len([path for path in asked if "/uploads/" in path]) <= 1  # the look whether files open at all
    site.send("POST", f"/wp/v2/posts/{moved['id']}", {"content": "なし"})
    site.send("DELETE", f"/wp/v2/posts/{extra['id']}?force=true")
    run, found = scan()
    assert (run.counters.scanned, run.counters.gone) == (1, 1)
    assert not found[f"posts/{moved['id']}"].entities
    site.send("DELETE", f"/wp/v2/posts/{moved['id']}?force=true")
    assert {s.method for s in proxy.seen} <= {"GET", "HEAD"}


def test_captions_are_found_and_not_stored(scan: Scan, site: Any, tmp_path: Path) -> None:
    """A name in a caption is a finding of the picture; the inventory keeps its kind, not the name. A harmless alt text stays, also unread."""
    for _ in range(2):
        _, found = scan(part="media")
        sale, visit = found[f"media/{site.made['sale']['id']}"], found[f"media/{site.made['visit']['id']}"]
        assert sale.entities.get("PERSON") == 1
        assert sale.attributes["text.caption"] == "(PERSON)"
        assert visit.attributes["text.alt"]
        assert int(sale.attributes["media.uses"]) >= 3
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("piiscan.db*"))
    assert "店長の山田太郎".encode() not in stored
    for password in site.passwords.values():
        assert password.encode() not in stored


def test_a_page_that_is_published_is_more_widely_open(scan: Scan, site: Any) -> None:
    """Rights of today are those in the inventory."""
    number = site.made["pending"]["id"]
    _, before = scan(part="posts")
    site.send("POST", f"/wp/v2/posts/{number}", {"status": "publish"})
    _, after = scan(part="posts")
    site.send("POST", f"/wp/v2/posts/{number}", {"status": "pending"})
    key = f"posts/{number}"
    assert (before[key].attributes["access.breadth"], after[key].attributes["access.breadth"]) == ("group", "public")


def test_a_site_that_is_down_or_refuses_makes_nothing_gone(scan: Scan, site: Any, proxy: Any) -> None:
    """What is known of it stays."""
    scan()
    proxy.fault = lambda _m, _p: proxy.Fault(503, headers={"Retry-After": "900"})
    run, found = scan()
    assert run.counters.gone == 0
    assert str(found[f"posts/{site.made['news']['id']}"].state) != "gone"
    proxy.fault = lambda _m, path: proxy.Fault(403) if "/v2/posts" in path else None
    run, _ = scan()
    assert run.counters.gone == 0


def test_the_same_site_by_its_database_and_its_folder(scanner: Scanner, site: Any, tmp_path: Path) -> None:
    """What REST does not show (form entries, orders, private fields, files outside the library) is found by the other sources."""
    pytest.importorskip("piiscan_sql", reason="piiscan-sql is not installed")
    from piiscan.sources.files import FilesSource
    from piiscan_sql import SqlSource

    site.php("add_post_meta(get_posts(['numberposts' => 1])[0]->ID, '_form_entry', '問合せ 渡辺翔 090-4321-8765');")
    (site.root / "wp-content/uploads/export.csv").write_text("氏名,電話\n高橋健,090-8888-1111\n", encoding="utf-8")
    url = f"sqlite:///{(tmp_path / 'piiscan.db').as_posix()}"
    sources = [
        SqlSource.from_target(f"mariadb://root@127.0.0.1:{site.db}/wp", options={"include": ("*.wp_*",)}),
        FilesSource.from_target(str(site.root / "wp-content/uploads")),
    ]
    scanner.scan_sources(sources, inventory=url)
    with Inventory.open(url) as inventory:
        found = {asset.item.rpartition("/")[2]: asset for asset in inventory.assets()}
    assert found["wp_postmeta"].entities.get("PHONE_NUMBER", 0) >= 1
    assert found["wp_comments"].entities.get("EMAIL_ADDRESS", 0) >= 6
    assert found["wp_users"].entities.get("EMAIL_ADDRESS", 0) >= 4
    assert found["export.csv"].entities.get("PHONE_NUMBER") == 1
    (site.root / "wp-content/uploads/export.csv").unlink()


@pytest.mark.slow
def test_the_command_line(site: Any, proxy: Any, tmp_path: Path) -> None:
    """``plan`` reads no file; ``run`` with two workers and a password by reference; ``explain`` of an item by its uri, with the account from the
    environment; the password is nowhere."""
    (tmp_path / "piiscan.toml").write_text(
        f'[[target]]\nname = "店のサイト"\nurl = "wordpress+{proxy.url}/"\n[target.options]\nuser = "reader"\npassword_env = "SITE_PASSWORD"\n'
        'exclude = ["media/2025/"]\n',
        encoding="utf-8",
    )
    password = site.passwords["reader"]
    outputs: list[str] = []

    def piiscan(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ran = subprocess.run(
            [sys.executable, "-m", "piiscan", *arguments], cwd=tmp_path, env=os.environ | {"HOME": str(tmp_path), "PYTHONUTF8": "1"} | environment,
            capture_output=True, text=True, encoding="utf-8", timeout=180, check=False,
        )  # fmt: skip
        outputs.append(ran.stdout + ran.stderr)
        return ran

    account = {"PIISCAN_CMS_USER_127_0_0_1": "reader", "PIISCAN_CMS_PASSWORD_127_0_0_1": password}
    plan = piiscan("plan", f"wordpress+{proxy.url}/", "--lang", "en", **account)
    assert plan.returncode == 0, plan.stderr
    assert not [s for s in proxy.seen if s.path.startswith("/wp-content/") and s.method == "GET"]
    ran = piiscan("run", "--jobs", "2", "--lang", "en", SITE_PASSWORD=password)
    assert ran.returncode == 0, ran.stderr
    with Inventory.open(f"sqlite:///{(tmp_path / 'piiscan.db').as_posix()}") as inventory:
        rows = {asset.item: asset.entities for asset in inventory.assets()}
    assert sum(entities.get("PHONE_NUMBER", 0) for entities in rows.values()) >= 8
    uri = next(uri for uri in rows if uri.endswith(f"#posts/{site.made['news']['id']}"))
    explained = piiscan("explain", uri, "--lang", "en", **account)
    assert "PHONE_NUMBER" in explained.stdout
    assert "090-1234" not in explained.stdout
    assert not [text for text in outputs if password in text]
