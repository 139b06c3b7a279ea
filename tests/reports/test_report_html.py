"""The HTML report: what it says, that it adds up, and that file names cannot do anything in it."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable
from itertools import pairwise

import pytest
from lxml import html

from piiscan.inventory.store import Inventory
from piiscan.model import Counters, ItemResult
from piiscan.reports import data as report_data
from piiscan.reports.data import shares
from piiscan.reports.html import HtmlReport


def page(inventory: Inventory, lang: str = "ja") -> tuple[str, html.HtmlElement]:
    out = io.BytesIO()
    HtmlReport().write(inventory, out, lang=lang)
    text = out.getvalue().decode()
    return text, html.document_fromstring(text)


def section(tree: html.HtmlElement, name: str) -> str:
    (heading,) = tree.xpath(f"//h2[@id='{name}']")
    return " ".join(heading.getparent().text_content().split())


def test_a_privacy_officer_finds_everything(company: Inventory) -> None:
    """Each section says in Japanese what the inventory holds."""
    _, tree = page(company)
    assert "共有" in tree.xpath("string(//dl[@class='head'])")
    overview = section(tree, "overview")
    for figure in (
        "見つかったもの 5 件",
        "1,361 人",
        "重大・高のもの 2 件",
        "名簿と思われるもの 1 件",
        "読めなかったもの 2 件",
    ):
        assert figure.replace(" ", "") in overview.replace(" ", "")
    assets = section(tree, "assets")
    for words in (
        "個人番号(マイナンバー) 150",
        "マイナンバーを含む",
        "1,000人を超える",
        "シート「会員」 C列",
        "一部のみ検査",
    ):
        assert words in assets
    assert "何もない" not in assets
    assert "特定個人情報" in section(tree, "kinds")
    assert "通販" in section(tree, "places")
    unread = section(tree, "unread")
    for words in (
        "パスワードまたは暗号化で保護されています",
        "台帳に手で記入",
        "OCR プラグイン",
        "読み取れる形式ではありません",
        "/share/役員/",
    ):
        assert words in unread
    changes = section(tree, "changes")
    for words in ("増えた 1", "新しく見つかった 1", "なくなった 1", "人数 5人 → 9人"):
        assert words.replace(" ", "") in changes.replace(" ", "")
    assert "0.1.0" in tree.text_content()


def test_coverage_adds_up(company: Inventory) -> None:
    """The rows of the coverage table add up to its total and to exactly 100.0 %."""
    _, tree = page(company)
    (table,) = tree.xpath("//h2[@id='coverage']/..//table")
    rows = [[cell.text_content().strip() for cell in row] for row in table.xpath("./tbody/tr")]
    total = [cell.text_content().strip() for cell in table.xpath("./tfoot/tr/*")]
    assert sum(int(row[1].rstrip("件")) for row in rows) == int(total[1].rstrip("件")) == 8
    assert round(sum(float(row[2].rstrip(" %")) for row in rows), 1) == 100.0


@pytest.mark.parametrize(
    "counts", [(1, 1, 1, 0, 0), (1, 1, 1, 1, 2), (333, 333, 334, 1, 0), (1, 0, 0, 0, 10**9), (0, 0, 0, 0, 0)]
)
def test_shares_always_add_up(counts: tuple[int, ...]) -> None:
    """Whatever the counts, rounded shares sum to 100 (to 0 where there is nothing), and nothing rounds below zero."""
    scanned, unchanged, partial, skipped, failed = counts
    parts = shares(
        Counters(
            listed=sum(counts), scanned=scanned, unchanged=unchanged, partial=partial, skipped=skipped, failed=failed
        )
    )
    assert round(sum(part.percent for part in parts), 6) == (100 if sum(counts) else 0)
    assert all(part.percent >= 0 for part in parts)


def test_members_stand_under_their_container(company: Inventory) -> None:
    """The table body of a member starts with its container."""
    _, tree = page(company)
    (group,) = [g for g in tree.xpath("//tbody[@class='group']") if "2023.csv" in g.text_content()]
    rows = group.xpath("./tr")
    assert rows[0].get("class") == "box"
    assert "扶養控除.zip" in rows[0].text_content()
    assert rows[1].get("class") == "member"


EVIL = [
    "<script>alert(1)</script>.csv",
    '"><img src=x onerror=alert(1)>.csv',
    "'; alert(1); '.csv",
    "{{ 7*7 }}{% raw %}.csv",
    "</style></title><svg onload=alert(1)>.csv",
    "a\u202egpj.exe.csv",
]


@pytest.mark.parametrize("name", EVIL)
def test_names_are_only_ever_text(
    empty: Inventory, name: str, make_result: Callable[..., ItemResult], put: Callable[..., None]
) -> None:
    """A file name with markup, script or template syntax adds no element and no attribute, wherever names are shown."""
    put(empty, [make_result("harmless.csv", {"PERSON": 1}), make_result("z.csv", state="failed", reason="damaged")])
    _, clean = page(empty)
    put(empty, [make_result(name, {"PERSON": 1}), make_result("2" + name, state="failed", reason="damaged")])
    text, tree = page(empty)
    assert name in tree.text_content()
    assert len(tree.xpath("//script")) == len(tree.xpath("//style")) == 1
    assert not tree.xpath("//img | //iframe | //object | //body//link | //base | //form")
    assert not [
        a for e in tree.iter() if isinstance(e.tag, str) for a in e.attrib if a.startswith("on") or a == "style"
    ]
    assert {e.tag for e in tree.iter()} == {e.tag for e in clean.iter()}
    assert "7*7" in text or "7*7" not in name


def test_the_page_needs_and_allows_nothing_from_elsewhere(company: Inventory) -> None:
    """No address is loaded, and the content security policy admits exactly the inline style and script that are there."""
    text, tree = page(company)
    assert not tree.xpath("//@src | //link/@href")
    assert not re.search(r"url\(|@import|https?://", text)
    policy = tree.xpath("string(//meta[@http-equiv='Content-Security-Policy']/@content)")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for tag, directive in (("style", "style-src"), ("script", "script-src")):
        inner = re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert inner is not None
        digest = base64.b64encode(hashlib.sha256(inner[1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_empty_inventory_makes_a_page(empty: Inventory, lang: str) -> None:
    """Before the first scan, and after one that found nothing, the report says so."""
    _, tree = page(empty, lang)
    assert ("台帳はまだ空です" if lang == "ja" else "inventory is empty") in section(tree, "overview")


def test_nothing_found_is_not_praised(
    empty: Inventory, make_result: Callable[..., ItemResult], put: Callable[..., None]
) -> None:
    """A scan without findings points at what was not read."""
    put(empty, [make_result("a.txt"), make_result("b.xlsx", state="failed", reason="encrypted")])
    _, tree = page(empty)
    assert "見つかりませんでした" in section(tree, "overview")
    assert "暗号化" in section(tree, "unread")


def test_english_has_no_japanese_of_ours(company: Inventory) -> None:
    """In English only names of files, places and sheets are Japanese."""
    _, tree = page(company, "en")
    for name in ("limits", "glossary", "kinds", "coverage"):
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", section(tree, name)), name
    assert tree.get("lang") == "en"


def test_long_lists_are_cut_and_say_so(
    empty: Inventory, make_result: Callable[..., ItemResult], put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page lists the worst, and says how many there are in all."""
    monkeypatch.setattr(report_data, "WORST", 10)
    put(empty, [make_result(f"f{n}.csv", {"PERSON": n + 1}) for n in range(25)])
    _, tree = page(empty)
    assert "全 25件のうち上位 10件" in section(tree, "assets")
    assert len(tree.xpath("//tbody[@class='group']")) == 10
    assert "f24.csv" in section(tree, "assets")


def test_tables_can_be_understood_by_screen_readers(company: Inventory) -> None:
    """Headings go down one level at a time, column titles have a scope, pictures a name or are hidden."""
    _, tree = page(company)
    levels = [int(h.tag[1]) for h in tree.xpath("//h1 | //h2 | //h3")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(th.get("scope") for th in tree.xpath("//th"))
    assert all(svg.get("aria-label") or svg.get("aria-hidden") for svg in tree.xpath("//svg"))
    ids = set(tree.xpath("//@id"))
    assert all(link[1:] in ids for link in tree.xpath("//nav//@href"))
