"""The Excel and JSON reports, and that all three agree."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from piiscan.inventory.store import Inventory
from piiscan.model import ItemResult, Locator
from piiscan.reports import xlsx
from piiscan.reports.data import evidence
from piiscan.reports.html import HtmlReport
from piiscan.reports.json_ import JsonReport
from piiscan.reports.words import Words, describe, sentences
from piiscan.reports.xlsx import XlsxReport

SHEETS = ["概要", "優先対応", "検出一覧", "検出明細", "読めなかったもの", "実行履歴", "前回との差分"]


def book(inventory: Inventory, lang: str = "ja") -> tuple[bytes, openpyxl.Workbook]:
    out = io.BytesIO()
    XlsxReport().write(inventory, out, lang=lang)
    return out.getvalue(), openpyxl.load_workbook(io.BytesIO(out.getvalue()))


def rows(sheet: Any) -> list[dict[str, Any]]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def document(inventory: Inventory) -> dict[str, Any]:
    out = io.BytesIO()
    JsonReport().write(inventory, out)
    loaded: dict[str, Any] = json.loads(out.getvalue())
    return loaded


def test_workbook(company: Inventory) -> None:
    """Six sheets with filters and frozen headers hold every asset, finding, problem, run and change."""
    _, workbook = book(company)
    assert workbook.sheetnames == SHEETS
    for name in SHEETS[1:]:
        assert workbook[name].freeze_panes == "B2"
        assert workbook[name].auto_filter.ref
    assets = rows(workbook["検出一覧"])
    assert [row["重大度"] for row in assets] == ["重大", "高", "中", "中", "情報"]
    assert assets[0]["入れ物"] == "/share/総務部/扶養控除.zip"
    assert assets[2]["名簿"] == "あり"
    assert assets[2]["人数(推定)"] == 1200
    findings = rows(workbook["検出明細"])
    assert len(findings) == 6
    assert (findings[0]["情報の種類"], findings[0]["箇所"], findings[0]["伏せ字"]) == (
        "個人番号(マイナンバー)",
        "シート「会員」 C列",
        None,
    )
    assert {row["理由"] for row in rows(workbook["読めなかったもの"])} >= {"一覧を取得できませんでした"}
    assert len(rows(workbook["読めなかったもの"])) == 4
    assert [row["調査番号"] for row in rows(workbook["実行履歴"])] == [2, 1]
    assert {row["変化"] for row in rows(workbook["前回との差分"])} == {"増えた", "新しく見つかった", "なくなった"}
    text = "\n".join(str(cell) for row in workbook["概要"].iter_rows(values_only=True) for cell in row)
    assert evidence(company).digest in text


@pytest.mark.parametrize(
    "start", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "http://x.example/"]
)
def test_no_cell_is_a_formula_or_link(
    empty: Inventory, start: str, make_result: Callable[..., ItemResult], put: Callable[..., None]
) -> None:
    """A file name that looks like a formula is a string, marked so that editing the cell does not make it one."""
    put(empty, [make_result(start + ".csv", {"PERSON": 1}), make_result(start + "2", state="failed", reason="damaged")])
    data, workbook = book(empty)
    cell = workbook["検出一覧"]["A2"]
    assert (cell.data_type, cell.value.replace("_x000D_", "\r")) == ("s", start + ".csv")
    assert cell.quotePrefix == (not start.startswith("http"))
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        for name in parts.namelist():
            content = parts.read(name).decode()
            assert "<f>" not in content
            assert "<hyperlink" not in content


def test_odd_and_long_texts_keep_the_workbook_readable(
    empty: Inventory, make_result: Callable[..., ItemResult], put: Callable[..., None]
) -> None:
    """Control characters and names beyond Excel's limit are cut or replaced, not dropped."""
    put(empty, [make_result("x\x01\ufffe.csv", {"PERSON": 2}), make_result("長" * 40_000, {"PERSON": 1})])
    _, workbook = book(empty)
    names = [row["名前と場所"] for row in rows(workbook["検出一覧"])]
    assert names == ["x\ufffd\ufffd.csv", "長" * 32_767]


def test_sheets_that_are_full_say_so(
    empty: Inventory, make_result: Callable[..., ItemResult], put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where Excel's rows end, a last row says that there is more, and the evidence still covers everything."""
    monkeypatch.setattr(xlsx, "MAX_ROWS", 5)
    put(empty, [make_result(f"f{n}", {"PERSON": 1}) for n in range(9)])
    _, workbook = book(empty)
    for name in ("検出一覧", "検出明細"):
        values = [row[0] for row in workbook[name].iter_rows(values_only=True)]
        assert len(values) == 7
        assert "JSON" in values[-1]
    text = "\n".join(str(cell) for row in workbook["概要"].iter_rows(values_only=True) for cell in row)
    assert evidence(empty).digest in text
    assert evidence(empty).findings == 9


def test_json_document(company: Inventory) -> None:
    """The document has its stable parts, with items under the names of the command line's contract."""
    loaded = document(company)
    assert list(loaded) == [
        "format",
        "version",
        "generated",
        "summary",
        "runs",
        "assets",
        "priorities",
        "problems",
        "changes",
        "findings",
        "evidence",
    ]
    assert (loaded["format"], loaded["version"]) == ("piiscan-report", 1)
    contract = {
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
    assert all(contract <= asset.keys() for asset in loaded["assets"])
    assert {a["name"] for a in loaded["assets"] if a["state"] == "gone"} == {"古い.csv"}
    assert {a["severity"] for a in loaded["assets"]} == {"none", "info", "medium", "high", "critical"}
    contract = {"item", "entity_type", "locator", "count", "confidence", "severity", "category", "rule", "mask"}
    assert all(contract == finding.keys() for finding in loaded["findings"])
    assert loaded["summary"]["coverage"]["listed"] == 8
    assert sum(row["items"] for row in loaded["summary"]["by_reason"]) == 8
    assert {c["kind"] for c in loaded["changes"]} == {"new", "gone", "grown"}


def test_the_evidence_can_be_computed_by_others(company: Inventory) -> None:
    """The digest printed in the HTML page is the one anybody computes from the findings of the JSON document as described."""
    loaded = document(company)
    lines = [
        json.dumps(f, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n" for f in loaded["findings"]
    ]
    digest = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert loaded["evidence"] == {"algorithm": "sha256", "findings": 6, "digest": digest}
    out = io.BytesIO()
    HtmlReport().write(company, out)
    assert digest in out.getvalue().decode()


def test_empty_inventories(empty: Inventory) -> None:
    """Both formats are complete documents before anything was scanned."""
    assert document(empty)["assets"] == []
    for lang in ("ja", "en"):
        _, workbook = book(empty, lang)
        assert len(workbook.sheetnames) == 7


def test_twenty_thousand_items(
    empty: Inventory, make_result: Callable[..., ItemResult], put: Callable[..., None]
) -> None:
    """Large inventories make all three reports, the page of bounded size, the others with every item."""
    put(empty, [make_result(f"部{n % 40}/f{n}.csv", {"PERSON": n % 50 + 1} if n % 2 else None) for n in range(20_000)])
    out = io.BytesIO()
    HtmlReport().write(empty, out)
    assert len(out.getvalue()) < 2_000_000
    assert len(document(empty)["assets"]) == 20_000
    out = io.BytesIO()
    XlsxReport().write(empty, out)
    with zipfile.ZipFile(out) as parts:
        assert parts.read("xl/worksheets/sheet3.xml").count(b"<row ") == 10_001


@pytest.mark.parametrize(
    ("locator", "ja", "en"),
    [
        (Locator.of(sheet="会員", column="C"), "シート「会員」 C列", "sheet “会員”, column C"),
        (Locator.of(page=3), "3ページ", "page 3"),
        (Locator.of(line=12), "12行目", "line 12"),
        (Locator.of(table="users", column="氏名"), "表「users」 列「氏名」", "table “users”, column “氏名”"),
        (Locator.of(column="2"), "2列目", "column 2"),
        (Locator.of(column="2 電話 番号"), "2列目「電話 番号」", "column 2 “電話 番号”"),
        (Locator.of(column="AB 氏名"), "AB列「氏名」", "column AB “氏名”"),
        (Locator.of(column="first name"), "列「first name」", "column “first name”"),
        (Locator.of(slide=2, notes=""), "スライド2 ノート", "slide 2, notes"),
        (Locator.of(name=""), "名前", "its name"),
        (Locator.of(path="$.a{0}"), "項目「$.a{0}」", "field “$.a{0}”"),
        (Locator.of(gate="x"), "gate x", "gate x"),
        (Locator(), "", ""),
    ],
)
def test_places_in_words(locator: Locator, ja: str, en: str) -> None:
    """A locator reads as a person would say it, in both languages; kinds of plugins are shown as they are."""
    assert (describe(locator, "ja"), describe(locator, "en")) == (ja, en)


def test_every_sentence_exists_twice_with_the_same_blanks() -> None:
    """No sentence is missing in a language or loses a number there."""
    for key, texts in sentences().items():
        assert texts.keys() == {"ja", "en"}, key
        blanks = [set(re.findall(r"{(\w+)", texts[lang])) for lang in ("ja", "en")]
        assert blanks[0] == blanks[1], key


def test_unknown_ids_are_shown_as_they_are() -> None:
    """Kinds, codes and classes that only a plugin or a newer version knows stop no report."""
    words = Words("ja")
    assert words.entity("X_PLUGIN_TYPE") == "X_PLUGIN_TYPE"
    assert words.problem("x-new") == "x-new"
    assert words.category("x") == words.state("x") == words.change("x") == "x"
    assert words.entity("PERSON") != "PERSON"
