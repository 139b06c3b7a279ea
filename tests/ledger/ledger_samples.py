"""An inventory of a made-up retailer, and ledgers as three companies keep them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Severity, State

SOURCE = "file:///srv/share"
SEVERITY = {"JP_MY_NUMBER": Severity.CRITICAL, "CREDIT_CARD": Severity.HIGH, "SENS_CHECKUP": Severity.HIGH}


def item(
    name: str, persons: int, *types: str, breadth: str = "group", year: int = 2026, sketch: tuple[str, ...] = ()
) -> ItemResult:
    """A file with columns of these types; `persons` rows each."""
    findings = tuple(
        Finding(
            entity_type=kind,
            category="spi" if kind == "JP_MY_NUMBER" else "sens" if kind.startswith("SENS") else "pi",
            severity=SEVERITY.get(kind, Severity.MEDIUM),
            confidence=0.9,
            locator=Locator.of(column=str(n)),
            count=persons,
            mask="",
            rule="ja.rule",
            recognizer="columns",
            sketch=sketch if kind == "EMAIL_ADDRESS" else (),
        )
        for n, kind in enumerate(types, 1)
    )
    listed = Item(
        uri=f"{SOURCE}/{name}",
        source=SOURCE,
        name=name,
        size=1000,
        modified=datetime(year, 4, 1, tzinfo=UTC),
        attributes={"access.breadth": breadth},
    )
    return ItemResult(item=listed, state=State.SCANNED, findings=findings, persons=persons, roster=persons > 20)


def retailer(path: Path, *results: ItemResult) -> str:
    """An inventory with one finished run over these items; its URL."""
    url = f"sqlite:///{path}"
    with Inventory.open(url) as inventory:
        run = inventory.begin_run([SOURCE], "default", "s", "k", {"piiscan": "0"})
        inventory.save(run.id, results, "s")
        inventory.finish_run(run.id)
    return url


PEOPLE = ("PERSON", "JP_ADDRESS", "PHONE_NUMBER")
SHOP = (
    item("店舗/天神店/ポイントカード会員.csv", 36, *PEOPLE, "EMAIL_ADDRESS", breadth="company"),
    item("店舗/新宿店/ポイントカード会員.csv", 12, *PEOPLE),
    item("総務/社員名簿_2026年度.xlsx", 24, *PEOPLE, "EMPLOYEE_ID"),
    item("人事/マイナンバー/個人番号一覧.xlsx", 12, "PERSON", "JP_MY_NUMBER"),
    item("販促/DM/DMリスト.csv", 900, "PERSON", "JP_ADDRESS", year=2019),
)


def merged_headings(path: Path) -> None:
    """Two lines of merged headings under a title, formulas, a comment, colours, a sum, a second sheet that refers to the first."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "台帳"
    sheet["A1"] = "株式会社みほん商店 個人情報管理台帳"
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.merge_cells("A1:J1")
    for column, (top, bottom) in enumerate(
        (("No.", None), ("個人情報", "名称"), (None, "項目"), (None, "件数"), ("利用目的", None), ("保管", "場所"),
         (None, "方法"), (None, "期限"), ("アクセス権者", None), ("社内メモ", None)), 1
    ):  # fmt: skip
        if top:
            sheet.cell(3, column, top)
        if bottom:
            sheet.cell(4, column, bottom)
        else:
            sheet.merge_cells(start_row=3, end_row=4, start_column=column, end_column=column)
    sheet.merge_cells("B3:D3")
    sheet.merge_cells("F3:H3")
    rows = (
        (1, "ポイントカード会員（天神店）", "氏名、住所、電話番号", "約20件", "会員サービス",
         r"\\server\share\店舗\天神店", "パスワード", "5年", "店長のみ", '=D5&"x"'),
        (2, "社員名簿", "氏名、住所、電話、社員番号", 24, "人事管理", "総務フォルダ", "施錠", "退職後3年", "総務部", None),
        (3, "応募書類（紙）", "履歴書", 10, "採用選考", "人事部キャビネット", "施錠", "6か月", "人事部", None),
        (4, "年賀状リスト", "氏名、住所", 500, "あいさつ状の発送", r"\\server\share\販促\年賀状", "なし", "2020/3/31", "販促課", None),
    )  # fmt: skip
    for number, row in enumerate(rows, 5):
        for column, value in enumerate(row, 1):
            sheet.cell(number, column, value)
    sheet["A9"], sheet["D9"] = "合計", "=SUM(D6:D8)"
    sheet["F5"].comment = Comment("2025年に確認", "総務")
    sheet["G5"].fill = PatternFill("solid", fgColor="FFFF00")
    book.create_sheet("集計")["A1"] = "=台帳!D9"
    book.save(path)


def by_department(path: Path) -> None:
    """A sheet for each department, the place merged over several rows, own columns, a filter and a data validation."""
    with xlsxwriter.Workbook(path) as book:
        bold = book.add_format({"bold": True, "bg_color": "#DDEBF7"})
        for name, place, rows in (
            ("店舗運営部", "店舗", (("天神店の会員情報", 30), ("新宿店の会員情報", 12))),
            ("人事部", "人事\\マイナンバー", (("マイナンバー収集一覧", 12),)),
        ):
            sheet = book.add_worksheet(name)
            heads = ("管理番号", "情報資産名", "個人情報項目", "件数(概数)", "保存先", "主管部署", "独自区分", "備考")
            sheet.write_row(0, 0, heads, bold)
            for n, (title, count) in enumerate(rows, 1):
                sheet.write_row(n, 0, (f"{name[0]}-{n}", title, "氏名、住所、電話番号", count))
                sheet.write_row(n, 5, (name, f"区分{n}", "=確認中"))
            if len(rows) > 1:
                sheet.merge_range(1, 4, len(rows), 4, place)
            else:
                sheet.write(1, 4, place)
            sheet.autofilter(0, 0, len(rows), 7)
            sheet.data_validation(1, 6, 50, 6, {"validate": "list", "source": ["区分1", "区分2"]})


def english(path: Path) -> None:
    """Headings in English, starting at C5, numbers as formulas, a hidden row."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Register"
    for column, head in enumerate(
        ("name", "data items", "persons (approx.)", "place", "who has access", "Owner's view"), 3
    ):
        sheet.cell(5, column, head)
    row = ("Employee list", "name, address", "=10+14", "file server, 総務", "general affairs only", "ok")
    for column, value in enumerate(row, 3):
        sheet.cell(6, column, value)
    sheet.row_dimensions[7].hidden = True
    book.save(path)
