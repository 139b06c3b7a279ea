"""Workbooks of other shapes: what people do to their ledgers, and what must not go wrong with them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from ledger_samples import PEOPLE, SHOP, item, retailer
from test_ledger import refused, rows_of, run

from piiscan.ledger.compare import number_in

HEADS = ("No.", "区分", "個人情報の\n名称", "個人情報の\n項目", "件数", "保管\n場所", "保管期限")
ROW = (
    1,
    "特定個人情報",
    "社員名簿",
    "氏名、住所、電話番号、社員番号",
    "2026/4時点 約24名",
    "総務フォルダ",
    "2005年度末",
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return retailer(tmp_path / "inventory.db", *SHOP)


def test_a_word_of_a_heading_in_a_row_makes_it_no_heading(tmp_path: Path, url: str) -> None:
    """Under row 12, a column 区分 that says 特定個人情報; dates beside counts and school years as periods are no numbers."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(theirs) as book:
        sheet = book.add_worksheet("従業者's 台帳")
        sheet.write_row(11, 0, HEADS)
        sheet.write_row(12, 0, ROW)
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    book = openpyxl.load_workbook(out)
    assert book["従業者's 台帳"]["I12"].value == "piiscan:検出された項目"
    assert [r["区分"] for r in rows_of(out, "piiscan 差分") if r["行"]] == []


def test_our_columns_are_seen_where_people_hid_the_rest_of_the_sheet(tmp_path: Path, url: str) -> None:
    """Columns hidden up to the last stay hidden, except those that are ours; hidden columns of theirs stay so."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(theirs) as book:
        sheet = book.add_worksheet("台帳")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ROW)
        sheet.set_column("B:B", 9, None, {"hidden": True})
        sheet.set_column("H:XFD", None, None, {"hidden": True})
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    dimensions = openpyxl.load_workbook(out)["台帳"].column_dimensions
    hidden = {n for d in dimensions.values() if d.hidden for n in range(d.min, d.max + 1)}
    assert hidden == {2, 8, *range(16, 16385)}


def test_nothing_is_written_over_formulas_without_results_or_beyond_the_sheet(tmp_path: Path, url: str) -> None:
    """A title merged over the whole row, and formulas right of the table whose results were never stored."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["個人情報管理台帳"])
    sheet.merge_cells("A1:XFD1")
    sheet.append(list(HEADS))
    sheet.append(list(ROW))
    sheet["I3"], sheet["L3"] = '=IF(E3="","",1)', "=A3+1"
    book.save(theirs)
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    merged = openpyxl.load_workbook(out).active
    assert (merged["I3"].value, merged["L3"].value) == ('=IF(E3="","",1)', "=A3+1")
    assert merged["N2"].value == "piiscan:検出された項目"


def test_headings_repeated_and_examples_are_no_rows(tmp_path: Path, url: str) -> None:
    """A line that shows how to fill in the table, and the headings again above its second part."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(theirs) as book:
        sheet = book.add_worksheet("台帳")
        for n, line in enumerate(
            (HEADS, ("(記入例)", "個人情報", "会員名簿", "氏名", 100, "店舗", "3年"), ROW, HEADS, ROW)
        ):
            sheet.write_row(n, 0, line)
    assert "台帳の行 2" in run("ledger", "-o", out, "--merge", theirs, "--inventory", url)


def test_the_mapping_is_read_and_corrected_in_the_words_of_the_ledger(tmp_path: Path, url: str) -> None:
    """People write 管理部門, not an identifier; what is no column is told and not passed over."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(theirs) as book:
        sheet = book.add_worksheet("台帳")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, ROW)
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    book = openpyxl.load_workbook(out)
    lines = {row[1].value: row[2] for row in book["piiscan 列の対応"].iter_rows(min_row=2) if row[1].value}
    assert (lines["件数"].value, lines["区分"].value) == ("件数(概数)", "-")
    lines["区分"].value = "管理部門"
    book.save(tmp_path / "edited.xlsx")
    again = tmp_path / "again.xlsx"
    run("ledger", "-o", again, "--merge", tmp_path / "edited.xlsx", "--inventory", url)
    kept = {row["台帳の見出し"]: row["読んだ項目"] for row in rows_of(again, "piiscan 列の対応")}
    assert kept["区分"] == "管理部門"
    lines["区分"].value = "かんり"
    book.save(tmp_path / "edited.xlsx")
    assert "かんり" in refused("ledger", "-o", again, "--merge", tmp_path / "edited.xlsx", "--inventory", url)


def test_an_id_stays_while_its_place_is_not_scanned(tmp_path: Path, url: str) -> None:
    """A row that stands for two places keeps both IDs when one of them is not found this time."""
    theirs, out = tmp_path / "t.xlsx", tmp_path / "o.xlsx"
    with xlsxwriter.Workbook(theirs) as book:
        sheet = book.add_worksheet("台帳")
        sheet.write_row(0, 0, (*HEADS, "piiscan:ID"))
        sheet.write_row(1, 0, (*ROW, "L0000000000"))
    run("ledger", "-o", out, "--merge", theirs, "--inventory", url)
    assert openpyxl.load_workbook(out)["台帳"]["H2"].value.startswith("L0000000000,L")


def test_a_workbook_with_macros_keeps_its_ending(tmp_path: Path, url: str) -> None:
    """Excel does not open macros under the name of a workbook without."""
    (tmp_path / "t.xlsm").write_bytes(b"PK")
    assert ".xlsm" in refused("ledger", "-o", tmp_path / "o.xlsx", "--merge", tmp_path / "t.xlsm", "--inventory", url)


def test_matches_do_not_depend_on_the_process(tmp_path: Path) -> None:
    """The same workbook and inventory give the same list, whatever the seed of hashes is."""
    inventory = retailer(
        tmp_path / "i.db", item("人事/マイナンバー/個人番号収集一覧.xlsx", 12, "PERSON", "JP_MY_NUMBER"), *SHOP
    )
    with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
        sheet = book.add_worksheet("台帳")
        sheet.write_row(0, 0, HEADS)
        sheet.write_row(1, 0, (1, "", "マイナンバー収集管理票データ一覧", "氏名、個人番号", 12, "人事フォルダ", ""))
        sheet.write_row(2, 0, (2, "", "その他情報管理リスト等", "氏名", 12, "人事/マイナンバー", ""))
    told = set()
    for seed in range(3):
        out = tmp_path / f"o{seed}.xlsx"
        command = [
            sys.executable,
            "-m",
            "piiscan",
            "ledger",
            "-o",
            out,
            "--merge",
            tmp_path / "t.xlsx",
            "--inventory",
            inventory,
        ]
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": str(seed)})
        told.add(str(rows_of(out, "piiscan 差分")))
    assert len(told) == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("約1,200件", 1200), ("3万人", 30_000), ("1万2千件", 12_000), ("1.5千", 1500), ("2026/03時点 1,200件", 1200),
        ("約30名(2026年4月)", 30), ("R8.4.1現在 45", 45), ("令和8年度 50件", 50), ("2026", 2026), ("数百件", None), ("", None),
    ],
)  # fmt: skip
def test_counts_as_people_write_them(text: str, number: int | None) -> None:
    """With units, with ten thousands, with the date they were counted."""
    assert number_in(text) == number


def test_a_bound_that_holds_is_no_change(tmp_path: Path) -> None:
    """10件以上 is still true of 36; 10件未満 is not."""
    inventory = retailer(tmp_path / "i.db", item("店舗/天神店/会員.csv", 36, *PEOPLE))
    for said, changes in (("10件以上", 0), ("10件未満", 1)):
        with xlsxwriter.Workbook(tmp_path / "t.xlsx") as book:
            sheet = book.add_worksheet("台帳")
            sheet.write_row(0, 0, HEADS)
            sheet.write_row(1, 0, (1, "", "天神店の会員", "氏名、住所、電話番号", said, "店舗/天神店", ""))
        run("ledger", "-o", tmp_path / "o.xlsx", "--merge", tmp_path / "t.xlsx", "--inventory", inventory)
        assert sum(r["項目"] == "件数(概数)" for r in rows_of(tmp_path / "o.xlsx", "piiscan 差分")) == changes
