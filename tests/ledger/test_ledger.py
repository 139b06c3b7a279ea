"""The ledger: a new one, and one merged into workbooks that people keep."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ledger_samples import PEOPLE, SHOP, by_department, english, item, merged_headings, retailer
from lxml import etree
from typer.testing import CliRunner

from piiscan.cli.app import build_app
from piiscan.errors import UsageError
from piiscan.ledger.package import MAIN

OURS = ("piiscan 差分", "piiscan 追加候補", "piiscan 列の対応", "piiscan 根拠")
PARTS_OF_OURS = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}


def run(*arguments: object) -> str:
    result = CliRunner().invoke(build_app(), [str(a) for a in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(build_app(), [str(a) for a in arguments])
    assert isinstance(result.exception, UsageError)
    return str(result.exception)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return retailer(tmp_path / "inventory.db", *SHOP)


def merged(tmp_path: Path, url: str, make: Callable[[Path], None], *options: object) -> tuple[Path, Path]:
    theirs, out = tmp_path / "theirs.xlsx", tmp_path / "merged.xlsx"
    make(theirs)
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url, *options)
    return theirs, out


def rows_of(path: Path, sheet: str) -> list[dict[str, Any]]:
    head, *rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_new_ledger_has_a_row_for_each_kind_in_each_place(tmp_path: Path, url: str) -> None:
    """Cell by cell for one row: what is seen is there, what is guessed is proposed, what only people know is left open."""
    run("ledger", "-o", tmp_path / "l.xlsx", "--inventory", url)
    sheet = openpyxl.load_workbook(tmp_path / "l.xlsx")["個人情報管理台帳"]
    heads = [cell.value for cell in sheet[4]]
    rows = [dict(zip(heads, row, strict=True)) for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert [row["個人情報の名称"] for row in rows] == [
        "特定個人情報(マイナンバー)(マイナンバー)",
        "会員・ポイントカード情報(天神店)",
        "会員・ポイントカード情報(新宿店)",
        "従業者情報(総務)",
        "DM・メールマガジンの宛先(DM)",
    ]
    tenjin = rows[1]
    assert tenjin["個人情報の項目"] == "メールアドレス、住所、氏名、電話番号"
    assert tenjin["件数(概数)"] == 36
    assert tenjin["保管場所"] == "/srv/share/店舗/天神店\n(ポイントカード会員.csv)"
    assert tenjin["アクセス権を有する者"].startswith("社内の全員")
    assert tenjin["特定個人情報"] == "無"
    assert rows[0]["特定個人情報"] == "有"
    assert not tenjin["本人同意の有無"]
    assert not tenjin["委託先・委託内容"]
    assert "取得元・同意・取得日" in rows[4]["備考"]


@pytest.mark.parametrize("make", [merged_headings, by_department, english])
def test_everything_people_wrote_stays_byte_by_byte(tmp_path: Path, url: str, make: Callable[[Path], None]) -> None:
    """Each cell of theirs is the same XML as before, and each part that is not a sheet the same bytes."""
    theirs, out = merged(tmp_path, url, make)
    with zipfile.ZipFile(theirs) as before, zipfile.ZipFile(out) as after:
        for name in before.namelist():
            if name in PARTS_OF_OURS:
                continue
            if name.startswith("xl/worksheets/sheet"):
                old, new = cells(before.read(name)), cells(after.read(name))
                assert {place: new[place] for place in old} == old
            else:
                assert after.read(name) == before.read(name), name


def cells(sheet: bytes) -> dict[str, bytes]:
    root = etree.fromstring(sheet)
    return {c.get("r", ""): etree.tostring(c, method="c14n") for c in root.iter(f"{{{MAIN}}}c")}


@pytest.mark.parametrize("make", [merged_headings, by_department, english])
def test_excel_and_people_see_the_same_workbook_as_before(
    tmp_path: Path, url: str, make: Callable[[Path], None]
) -> None:
    """Values, formulas, formats, comments, merged ranges, filters and validations, as another program reads them."""
    theirs, out = merged(tmp_path, url, make)
    old, new = openpyxl.load_workbook(theirs), openpyxl.load_workbook(out)
    assert new.sheetnames == [*old.sheetnames, *OURS]
    for sheet in old:
        other = new[sheet.title]
        assert other.merged_cells.ranges == sheet.merged_cells.ranges
        assert other.auto_filter.ref == sheet.auto_filter.ref
        assert len(other.data_validations.dataValidation) == len(sheet.data_validations.dataValidation)
        for row in sheet.iter_rows():
            for cell in row:
                same = other[cell.coordinate]
                assert (same.value, same.number_format, same.fill.fgColor.rgb) == (
                    cell.value,
                    cell.number_format,
                    cell.fill.fgColor.rgb,
                )
                assert (same.comment and same.comment.text) == (cell.comment and cell.comment.text)


def test_the_lists_say_what_is_new_missing_and_changed(tmp_path: Path, url: str) -> None:
    """Item by item, with the row of their sheet and what to do."""
    _, out = merged(tmp_path, url, merged_headings)
    told = rows_of(out, "piiscan 差分")
    assert {(r["区分"], r["行"], r["項目"]) for r in told if r["行"]} == {
        ("変わった", 5, "個人情報の項目"),
        ("変わった", 5, "件数(概数)"),
        ("変わった", 5, "アクセス権を有する者"),
        ("台帳にあるが見つからない", 8, None),
        ("検査の対象外の場所", 7, None),
    }
    new = {r["台帳の名称"] for r in told if r["区分"] == "見つかったが台帳にない"}
    assert new == {
        "特定個人情報(マイナンバー)(マイナンバー)",
        "会員・ポイントカード情報(新宿店)",
        "DM・メールマガジンの宛先(DM)",
    }
    counts = next(r for r in told if r["項目"] == "件数(概数)")
    assert (counts["台帳の記載"], counts["今回の検査結果"]) == ("約20件", "36")


def test_what_is_missing_is_offered_in_their_own_columns(tmp_path: Path, url: str) -> None:
    """Ready to be copied into their sheet: the same headings in the same order."""
    _, out = merged(tmp_path, url, by_department)
    added = rows_of(out, "piiscan 追加候補")
    heads = [
        "管理番号",
        "情報資産名",
        "個人情報項目",
        "件数(概数)",
        "保存先",
        "主管部署",
        "独自区分",
        "備考",
        "piiscan:ID",
    ]
    assert list(added[0]) == heads
    assert {row["情報資産名"] for row in added} == {"従業者情報(総務)", "DM・メールマガジンの宛先(DM)"}


def test_rows_of_several_sheets_and_merged_places_are_matched(tmp_path: Path, url: str) -> None:
    """Each shop to its row although the place is merged over both, the numbers on another sheet."""
    _, out = merged(tmp_path, url, by_department)
    book = openpyxl.load_workbook(out)
    shops = book["店舗運営部"]
    heads = {cell.value: cell.column for cell in shops[1]}
    found = [shops.cell(row, heads["piiscan:実際の場所"]).value for row in (2, 3)]
    assert "天神店" in found[0]
    assert "新宿店" not in found[0]
    assert "新宿店" in found[1]
    staff = book["人事部"]
    heads = {cell.value: cell.column for cell in staff[1]}
    assert staff.cell(2, heads["piiscan:検出された件数"]).value == 12


def test_a_second_merge_updates_our_columns_and_nothing_else(tmp_path: Path, url: str) -> None:
    """Merging the merged workbook adds no second set of columns or sheets, and follows the new state."""
    _, out = merged(tmp_path, url, merged_headings)
    later = retailer(tmp_path / "later.db", item("店舗/天神店/ポイントカード会員.csv", 50, *PEOPLE), *SHOP[1:])
    run("ledger", "-o", tmp_path / "again.xlsx", "--merge", out, "--inventory", later)
    first, second = openpyxl.load_workbook(out), openpyxl.load_workbook(tmp_path / "again.xlsx")
    assert second.sheetnames == first.sheetnames
    assert [c.value for c in second["台帳"][4]] == [c.value for c in first["台帳"][4]]
    heads = {cell.value: cell.column for cell in second["台帳"][4]}
    assert second["台帳"].cell(5, heads["piiscan:検出された件数"]).value == 50


def test_an_id_written_by_a_person_decides_the_match(tmp_path: Path, url: str) -> None:
    """What matching leaves open is closed by writing the ID beside a row."""
    _, out = merged(tmp_path, url, merged_headings)
    key = next(r["piiscan:ID"] for r in rows_of(out, "piiscan 差分") if "DM・" in (r["台帳の名称"] or ""))
    book = openpyxl.load_workbook(out)
    heads = {cell.value: cell.column for cell in book["台帳"][4]}
    book["台帳"].cell(8, heads["piiscan:ID"], key)
    book.save(tmp_path / "edited.xlsx")
    run("ledger", "-o", tmp_path / "again.xlsx", "--merge", tmp_path / "edited.xlsx", "--inventory", url)
    told = [(r["区分"], r["項目"]) for r in rows_of(tmp_path / "again.xlsx", "piiscan 差分") if r["行"] == 8]
    assert told == [("変わった", "件数(概数)"), ("変わった", "保管期限")]


def test_our_own_ledger_can_be_merged_into(tmp_path: Path, url: str) -> None:
    """A ledger that piiscan wrote, with a cell corrected and rows confirmed by a person, finds all its rows again and keeps them."""
    run("ledger", "-o", tmp_path / "l.xlsx", "--inventory", url)
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    heads = {cell.value: cell.column for cell in book["個人情報管理台帳"][4]}
    book["個人情報管理台帳"].cell(6, heads["利用目的"], "会員証の発行のみ")
    book.save(tmp_path / "kept.xlsx")
    told = run("ledger", "-o", tmp_path / "next.xlsx", "--merge", tmp_path / "kept.xlsx", "--inventory", url)
    assert "対応した行 5" in told
    assert "台帳にない 0件" in told
    assert "わからなかった" not in told
    assert (
        openpyxl.load_workbook(tmp_path / "next.xlsx")["個人情報管理台帳"].cell(6, heads["利用目的"]).value
        == "会員証の発行のみ"
    )


def test_headings_nobody_knows_can_be_explained_once(tmp_path: Path, url: str) -> None:
    """What --column says is remembered in the workbook."""

    def odd(path: Path) -> None:
        book = openpyxl.Workbook()
        book.active.append(["おなまえ帳", "なかみ", "ありか"])
        book.active.append(["社員の名簿", "氏名、住所", "総務"])
        book.save(path)

    theirs, out = tmp_path / "odd.xlsx", tmp_path / "out.xlsx"
    odd(theirs)
    assert "odd.xlsx" in refused("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    assert not out.exists()
    columns = ["--column", "おなまえ帳=name", "--column", "なかみ=items", "--column", "ありか=place"]
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url, *columns)
    assert "対応した行 1" in run("ledger", "-o", tmp_path / "b.xlsx", "--merge", out, "--inventory", url)


def test_no_name_becomes_a_formula(tmp_path: Path) -> None:
    """A file or folder named like a formula is text in every sheet."""
    url = retailer(tmp_path / "i.db", item("=HYPERLINK(1)/+会員.csv", 30, *PEOPLE))
    run("ledger", "-o", tmp_path / "l.xlsx", "--inventory", url)
    merged_headings(tmp_path / "t.xlsx")
    run("ledger", "-o", tmp_path / "m.xlsx", "--merge", tmp_path / "t.xlsx", "--inventory", url)
    for name in ("l.xlsx", "m.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as package:
            sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
            formulas = [f for n in sheets for f in etree.fromstring(package.read(n)).iter(f"{{{MAIN}}}f")]
        assert not [f for f in formulas if "HYPERLINK" in (f.text or "")]


def test_the_merged_file_is_never_written_over(tmp_path: Path, url: str) -> None:
    """Output and input must differ, and the input stays even when asked."""
    theirs = tmp_path / "t.xlsx"
    merged_headings(theirs)
    before = theirs.read_bytes()
    refused("ledger", "-o", theirs, "--merge", theirs, "--inventory", url)
    assert theirs.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_what_is_no_workbook_is_said_so(tmp_path: Path, url: str, content: bytes) -> None:
    """Empty, damaged and old or encrypted files give an error with the file's name and leave nothing behind."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    theirs.write_bytes(content)
    assert "t.xlsx" in refused("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    assert sorted(p.name for p in tmp_path.iterdir() if ".db" not in p.name) == ["t.xlsx"]


def test_parts_nobody_knows_survive(tmp_path: Path, url: str) -> None:
    """Macros, threaded comments, pictures: whatever is in the package is in the new one."""
    merged_headings(tmp_path / "plain.xlsx")
    odd = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(odd, "w") as new:
        for info in old.infolist():
            new.writestr(info, old.read(info))
        new.writestr("xl/vbaProject.bin", b"\x01macro")
        new.writestr("xl/threadedComments/threadedComment1.xml", b"<x/>")
    theirs, out = tmp_path / "t.xlsm", tmp_path / "o.xlsm"
    theirs.write_bytes(odd.getvalue())
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    with zipfile.ZipFile(out) as package:
        assert package.read("xl/vbaProject.bin") == b"\x01macro"
        assert package.read("xl/threadedComments/threadedComment1.xml") == b"<x/>"


def test_copies_of_the_same_persons_are_pointed_out(tmp_path: Path) -> None:
    """Two places whose columns share most of their keyed sketch hold the same persons."""
    signs = tuple(f"{n:064x}" for n in range(64))
    url = retailer(
        tmp_path / "i.db",
        item("EC/会員/一覧.csv", 100, "EMAIL_ADDRESS", sketch=signs),
        item("販促/DM/写し.csv", 90, "EMAIL_ADDRESS", sketch=signs[:60]),
        item("店舗/本店/別.csv", 90, "EMAIL_ADDRESS", "MEMBER_ID", sketch=tuple(f"{n:064x}" for n in range(900, 964))),
    )
    run("ledger", "-o", tmp_path / "l.xlsx", "--inventory", url)
    sheet = openpyxl.load_workbook(tmp_path / "l.xlsx")["個人情報管理台帳"]
    heads = [cell.value for cell in sheet[4]]
    notes = {
        row[heads.index("保管場所")]: row[heads.index("備考")] for row in sheet.iter_rows(min_row=5, values_only=True)
    }
    said = {place.split("\n")[0]: "同じ人" in (note or "") for place, note in notes.items()}
    assert said == {"/srv/share/EC/会員": True, "/srv/share/販促/DM": True, "/srv/share/店舗/本店": False}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_reads_it_and_what_it_saves_can_be_merged_again(tmp_path: Path, url: str) -> None:
    """Opened and saved by LibreOffice, people's cells, formulas and comments are there, and our columns are found again."""
    _, out = merged(tmp_path, url, merged_headings)
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(tmp_path / "saved"),
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    saved = tmp_path / "saved" / out.name
    book = openpyxl.load_workbook(saved)
    assert book["台帳"]["B5"].value == "ポイントカード会員（天神店）"
    assert book["台帳"]["D9"].value == "=SUM(D6:D8)"
    assert "2025年に確認" in book["台帳"]["F5"].comment.text
    run("ledger", "-o", tmp_path / "again.xlsx", "--merge", saved, "--inventory", url)
    again = openpyxl.load_workbook(tmp_path / "again.xlsx")
    assert [c.value for c in again["台帳"][4]] == [c.value for c in book["台帳"][4]]
