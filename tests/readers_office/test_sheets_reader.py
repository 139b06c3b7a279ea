"""Excel workbooks in their three formats: every cell under its own address, and what hangs around the cells."""

from __future__ import annotations

import datetime as dt
import io
import random

import openpyxl
import pytest
import xlsxwriter
from office_kit import S, package_of, read, rels
from openpyxl.comments import Comment

from piiscan.limits import TABLE_BATCH_ROWS, Limits
from piiscan.model import SegmentKind
from piiscan.readers.xlsx import XlsxReader


def book(fill, **options) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **options}) as workbook:
        fill(workbook)
    return stream.getvalue()


def raw(sheet: str, strings: str = "", styles: str = "") -> bytes:
    return package_of(
        {
            "_rels/.rels": rels(("r1", "officeDocument", "xl/workbook.xml", False)),
            "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": rels(("r1", "worksheet", "worksheets/sheet1.xml", False)),
            "xl/worksheets/sheet1.xml": f"<worksheet {S}>{sheet}</worksheet>",
            "xl/sharedStrings.xml": f"<sst {S}>{strings}</sst>",
            "xl/styles.xml": f"<styleSheet {S}>{styles}</styleSheet>",
        }
    )


def test_cells_have_the_letters_and_numbers_people_see():
    def fill(w):
        w.add_worksheet("会員").write(4, 2, "山田 太郎")

    out = read(XlsxReader, book(fill))
    segment, rows = out.tables[0]
    assert (segment.columns, segment.first_row, rows) == (("C",), 5, [("山田 太郎",)])
    assert segment.locator.get("sheet") == "会員"
    assert any(t.kind is SegmentKind.NAME and t.text == "会員" for t in out.texts)


def test_values_come_out_as_people_type_them():
    def fill(w):
        s = w.add_worksheet()
        date = w.add_format({"num_format": "yyyy/m/d"})
        time = w.add_format({"num_format": "yyyy/m/d h:mm"})
        s.write_row(0, 0, [123456789012, 1.5, "0901234", True])
        s.write_datetime(0, 4, dt.datetime(1985, 4, 1), date)  # noqa: DTZ001
        s.write_datetime(0, 5, dt.datetime(1985, 4, 1, 9, 30), time)  # noqa: DTZ001

    rows = read(XlsxReader, book(fill)).tables[0][1]
    assert rows == [("123456789012", "1.5", "0901234", "TRUE", "1985-04-01", "1985-04-01 09:30:00")]


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("0000000", 600001, "0600001"),
        ("[<=999]000;[<=9999]000-00;000-0000", 600001, "060-0001"),
        ("[<=99999999]####-####;\\(00\\) ####-####", 312345678, "(03) 1234-5678"),
        ("#,##0", 1234567, "1234567"),
    ],
)
def test_zeros_that_live_in_the_format_are_not_lost(code, value, shown):
    def fill(w):
        w.add_worksheet().write(0, 0, value, w.add_format({"num_format": code}))

    assert read(XlsxReader, book(fill)).tables[0][1] == [(shown,)]


@pytest.mark.parametrize("state", ["hide", "very_hidden"])
def test_hidden_sheets_are_read_and_marked(state):
    def fill(w):
        w.add_worksheet("表紙").write(0, 0, "x")
        hidden = w.add_worksheet("裏")
        hidden.write(0, 0, "佐藤 花子")
        getattr(hidden, state)()

    segment, rows = read(XlsxReader, book(fill)).tables[1]
    assert rows == [("佐藤 花子",)]
    assert segment.locator.get("hidden") == {"hide": "hidden", "very_hidden": "veryHidden"}[state]


def test_a_merged_header_names_every_column_below_it_but_a_title_does_not():
    def fill(w):
        s = w.add_worksheet()
        s.merge_range("A1:D1", "会員名簿")
        s.merge_range("A2:B2", "氏名")
        s.write("C2", "電話")
        s.write("D2", "備考")
        s.write_row("A3", ["山田", "太郎", "03-1234-5678", "x"])

    rows = read(XlsxReader, book(fill)).tables[0][1]
    assert rows[0] == ("会員名簿", None, None, None)
    assert rows[1] == ("氏名", "氏名", "電話", "備考")


def test_batches_are_bounded_and_row_numbers_right_over_many_rows():
    def fill(w):
        s = w.add_worksheet()
        for row in range(TABLE_BATCH_ROWS + 5):
            s.write(row, 0, row)

    segment, rows = read(XlsxReader, book(fill)).tables[0]
    assert len(rows) == TABLE_BATCH_ROWS + 5 == segment.row_count
    assert rows[-1] == (str(TABLE_BATCH_ROWS + 4),)


def test_two_cells_at_the_ends_of_the_sheet_do_not_become_a_grid():
    def fill(w):
        s = w.add_worksheet()
        s.write(0, 0, "山田")
        s.write(1_048_575, 16_383, "佐藤")

    out = read(XlsxReader, book(fill))
    assert [(s.first_row, s.columns, r) for s, r in out.tables] == [
        (1, ("A", "XFD"), [("山田", None)]),
        (1_048_576, ("A", "XFD"), [(None, "佐藤")]),
    ]


def test_own_reading_and_calamine_agree(monkeypatch):
    random.seed(1)

    def fill(w):
        s = w.add_worksheet()
        date = w.add_format({"num_format": "yyyy/m/d"})
        for row in range(200):
            s.write(row + 3, 1, f"会員 {row}")
            s.write(row + 3, 2, random.choice([row, row + 0.25, 10**11 + row]))
            s.write(row + 3, 3, 30000 + row, date)
            s.write(row + 3, 5, random.choice(["x", None, True]))

    data = book(fill)
    fast = read(XlsxReader, data).tables
    monkeypatch.setattr("piiscan.readers._sheetfast.suits", lambda found: False)
    slow = read(XlsxReader, data).tables
    pick = [[{c: v for c, v in zip(s.columns, row, strict=True) if v} for row in rows] for s, rows in fast]
    assert pick == [[{c: v for c, v in zip(s.columns, row, strict=True) if v} for row in rows] for s, rows in slow]


def test_cells_without_addresses_are_counted():
    sheet = "<sheetData><row><c><v>1</v></c><c t='inlineStr'><is><t>山田</t></is></c></row><row><c><v>2</v></c></row></sheetData>"
    segment, rows = read(XlsxReader, raw(sheet)).tables[0]
    assert (segment.first_row, segment.columns, rows) == (1, ("A", "B"), [("1", "山田"), ("2", None)])


def test_furigana_stays_out_of_the_cell_but_is_read():
    strings = '<si><t>山田</t><rPh sb="0" eb="2"><t>ヤマダ</t></rPh></si>'
    out = read(XlsxReader, raw('<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>', strings))
    assert out.tables[0][1] == [("山田",)]
    assert out.at(part="phonetic") == "山田 ヤマダ"


def test_comments_headers_links_rules_and_names_come_out():
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet["B2"] = "x"
    sheet["B2"].comment = Comment("電話 03-1234-5678", "鈴木 次郎")
    sheet["A1"] = "お問い合わせ"
    sheet["A1"].hyperlink = "mailto:yamada@example.jp"
    sheet.oddFooter.center.text = "作成 高橋"
    stream = io.BytesIO()
    workbook.save(stream)
    out = read(XlsxReader, stream.getvalue())
    assert out.at(comment="B2") == "電話 03-1234-5678"
    assert "鈴木 次郎" in [t.text for t in out.texts if t.kind is SegmentKind.PROPERTY]
    assert "mailto:yamada@example.jp" in out.text
    assert "作成 高橋" in out.text


def test_a_pivot_cache_gives_back_rows_and_what_its_fields_remember():
    parts = {
        "xl/workbook.xml": f"<workbook {S}><sheets/></workbook>",
        "xl/pivotCache/pivotCacheDefinition1.xml": (
            f'<pivotCacheDefinition {S} r:id="r1"><cacheFields><cacheField name="氏名"><sharedItems><s v="山田"/><s v="退会 佐藤"/></sharedItems>'
            '</cacheField><cacheField name="金額"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>'
        ),
        "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": rels(
            ("r1", "pivotCacheRecords", "pivotCacheRecords1.xml", False)
        ),
        "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords {S}><r><x v="0"/><n v="5"/></r></pivotCacheRecords>',
    }
    out = read(XlsxReader, package_of(parts))
    segment, rows = out.tables[0]
    assert (segment.header, rows) == (("氏名", "金額"), [("山田", "5")])
    assert [(t.label, t.text) for t in out.texts] == [("氏名", "退会 佐藤")]


def test_a_sheet_cut_in_the_middle_gives_its_rows_and_a_problem():
    out = read(
        XlsxReader, raw('<sheetData><row r="1"><c r="A1" t="str"><v>山田</v></c></row><row r="2"><c r="A2"><v>1')
    )
    assert ("山田",) in out.tables[0][1]
    assert "part-unreadable" in out.codes


def test_a_missing_sheet_part_is_a_problem():
    data = package_of(
        {
            "xl/workbook.xml": f'<workbook {S}><sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": rels(("r1", "worksheet", "worksheets/sheet1.xml", False)),
        }
    )
    assert read(XlsxReader, data).codes == ["part-unreadable"]


def test_time_over_in_a_table_keeps_what_was_read_and_says_timeout(monkeypatch):
    def fill(w):
        w.add_worksheet().write(0, 0, "山田")

    data = book(fill)
    out = read(XlsxReader, data, limits=Limits(item_seconds=1e-9))
    assert out.error is not None
    assert out.error.code == "timeout"
