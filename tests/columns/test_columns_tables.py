"""Columns of tables: what is found, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from piiscan.detect.columns import ColumnStage
from piiscan.model import Locator, Problem, TableSegment

HEADER = ("氏名", "電話番号", "生年月日", "備考")


def people(made: Any, count: int) -> list[tuple[str, str, str, str | None]]:
    return [(name, made.mobile(), made.birth(), None) for name in made.names(count)]


def test_columns_are_found_with_place_rows_and_reasons(scan: Any, made: Any) -> None:
    """A person must be led to the column, and told why."""
    out = scan([HEADER, *people(made, 60)], columns=("A", "B", "C", "D"))
    assert out.types == {"A 氏名": "PERSON", "B 電話番号": "PHONE_NUMBER", "C 生年月日": "DATE_OF_BIRTH"}
    phone = out.only("PHONE_NUMBER")
    assert (phone.column, phone.rows, phone.first_row, len(phone.values)) == (1, 60, 2, 60)
    assert phone.confidence > 0.8
    assert {"header:電話番号", "share:1.00"} <= set(phone.evidence)


def test_declared_header_of_a_database_is_used(scan: Any, made: Any) -> None:
    """SQL columns have names and no header row; the first row is data."""
    out = scan(people(made, 30), header=("name_kanji", "tel", "birth_date", "note"))
    assert out.only("PERSON").rows == 30
    assert out.only("PERSON").locator.get("column") == "name_kanji"


def test_file_without_header_is_judged_by_its_values(scan: Any, made: Any) -> None:
    """Names by the dictionary, telephone numbers by their groups; dates alone say nothing."""
    out = scan(people(made, 60))
    assert sorted(out.types.values()) == ["PERSON", "PHONE_NUMBER"]
    assert out.only("PERSON").first_row == 1


def test_every_row_of_every_batch_is_checked(scan: Any, made: Any) -> None:
    """Detections come one a batch and sum up; row numbers go on."""
    rows = people(made, 95)
    out = scan([HEADER, *rows], batch=20)
    phones = [c for c in out.columns if c.entity_type == "PHONE_NUMBER"]
    assert len({(c.locator, c.rule) for c in phones}) == 1
    assert sum(c.rows for c in phones) == 95
    assert [c.first_row for c in phones] == [2, 21, 41, 61, 81]


def test_column_that_is_empty_at_first_is_judged_when_it_fills(scan: Any, made: Any) -> None:
    """A rarely used column must not be forgotten because the first batch had none."""
    rows = [(n, None) for n in made.names(40)] + [(n, made.my_number()) for n in made.names(40)]
    found = [c for c in scan([("氏名", "個人番号"), *rows], batch=20).columns if c.entity_type == "JP_MY_NUMBER"]
    assert sum(c.rows for c in found) == 40


def test_repeated_header_and_page_title_are_no_data(scan: Any, made: Any) -> None:
    """Printed lists repeat their header on each page."""
    rows = people(made, 40)
    out = scan([HEADER, *rows[:20], HEADER, *rows[20:]])
    assert out.only("PERSON").rows == 40
    assert "氏名" not in out.only("PERSON").values.to_list()


def test_cells_that_say_nothing_do_not_count(scan: Any, made: Any) -> None:
    """A column of なし and a few numbers is a column of numbers."""
    rows = [(n, made.mobile() if i % 4 == 0 else "なし") for i, n in enumerate(made.names(40))]
    assert scan([("氏名", "電話番号"), *rows]).only("PHONE_NUMBER").rows == 10


def test_illnesses_are_counted_without_the_healthy(scan: Any, made: Any) -> None:
    """特になし is no illness: neither counted, nor a reason to find none."""
    ill = ["高血圧症", "糖尿病", "喘息", "てんかん"]
    rows = [
        (n, ill[i // 5 % 4] if i % 5 == 0 else ("特になし", "異常なし", "なし", "－")[i % 4])
        for i, n in enumerate(made.names(40))
    ]
    found = scan([("氏名", "既往歴"), *rows])
    assert found.only("SENS_MEDICAL").rows == 8
    nobody = scan([("品番", "アレルギー"), *((f"A-{i}", "小麦・卵") for i in range(40))])
    assert not [c for c in nobody.columns if c.entity_type.startswith("SENS_")]
    healthy = scan([("氏名", "既往歴"), *((n, "特になし") for n in made.names(40))])
    assert not [c for c in healthy.columns if c.entity_type.startswith("SENS_")]


@pytest.mark.parametrize(
    ("header", "value", "kind"),
    [
        ("障害の有無", "有", "SENS_DISABILITY"),
        ("支持政党", "みどりの会", "SENS_CREED"),
        ("健診判定", "要精密検査", "SENS_CHECKUP"),
        ("本籍", "東京都千代田区千代田1番", "FAMILY_REGISTER"),
    ],
)
def test_fields_of_any_words_are_told_by_their_heading(
    scan: Any, made: Any, header: str, value: str, kind: str
) -> None:
    """Columns of sensitive facts beside the people they are about."""
    out = scan([("氏名", header), *((name, value) for name in made.names(12))])
    assert out.only(kind).rows == 12


# --- numbers without header: the share decides


def test_twelve_digits_are_my_numbers_by_their_share(scan: Any, made: Any) -> None:
    """One number passes by chance in ten; a hundred do not."""
    assert scan([(made.my_number(), "x") for _ in range(60)]).only("JP_MY_NUMBER").rows == 60


def test_few_or_mixed_numbers_without_header_are_left_alone(scan: Any, made: Any) -> None:
    """Fewer than twenty values, or a share like noise, prove nothing."""
    assert scan([(made.my_number(), "x") for _ in range(12)]).columns == []
    assert scan([(made.my_number() if i % 2 else made.digits(12), "x") for i in range(100)]).columns == []


def test_cards_without_header(scan: Any, made: Any) -> None:
    """Luhn and issuer range over a whole column."""
    assert scan([(made.luhn("4", 16), "x") for _ in range(40)]).only("CREDIT_CARD").rows == 40


TRAPS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "jan": ("JANコード", lambda m: m.jan()),
    "jan without header": ("コード", lambda m: m.jan()),
    "price": ("単価", lambda m: str(m.dice.randrange(100, 999_999))),
    "amount with yen": ("金額", lambda m: f"¥{m.dice.randrange(100, 999_999):,}"),
    "quantity": ("数量", lambda m: str(m.dice.randrange(1, 50))),
    "order of 12": ("注文番号", lambda m: m.digits(12)),
    "order of 13": ("注文番号", lambda m: "1" + m.digits(12)),
    "order of 16": ("注文番号", lambda m: "9" + m.digits(15)),
    "order of 12 without header word": ("key", lambda m: "8" + m.digits(11)),
    "stamp": (
        "受付日時",
        lambda m: (
            f"2024{m.dice.randrange(1, 13):02}{m.dice.randrange(1, 29):02}{m.dice.randrange(24):02}{m.dice.randrange(60):02}"
        ),
    ),
    "issue date": ("発行日", lambda m: f"2023-{m.dice.randrange(1, 13):02}-{m.dice.randrange(1, 29):02}"),
    "dates of any kind": ("日付", lambda m: m.birth()),
    "version": ("バージョン", lambda m: f"{m.dice.randrange(9)}.{m.dice.randrange(20)}.{m.dice.randrange(99)}"),
    "prefecture": ("都道府県", lambda m: m.dice.choice(["東京都", "大阪府", "北海道", "福岡県", "山口県"])),
    "shop": ("店舗名", lambda m: m.dice.choice(["山口店", "新宿本店", "千葉中央店", "福島駅前店"]) + m.digits(2)),
    "product": ("商品名", lambda m: m.dice.choice(["山田錦", "佐藤錦", "高橋飴", "りんご"]) + m.digits(2)),
    "katakana product": (
        "品名",
        lambda m: m.dice.choice(["キッチン タイマー", "カラー ボックス", "テレビ ボード"]) + m.digits(1),
    ),
    "epoch": ("ts", lambda m: str(1_700_000_000_000 + m.dice.randrange(10**9))),
    "tracking": ("追跡番号", lambda m: (b := m.digits(11)) + str(int(b) % 7)),
    "tracking without header": ("col", lambda m: (b := m.digits(11)) + str(int(b) % 7)),
    "uuid": ("id", lambda m: f"{m.digits(8)}-{m.digits(4)}-4{m.digits(3)}-a{m.digits(3)}-{m.digits(12)}"),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_columns_that_only_look_like_identifiers_stay_quiet(scan: Any, made: Any, trap: str) -> None:
    """Codes of things, amounts and moments are most of what a shop stores."""
    header, value = TRAPS[trap]
    out = scan([(header, "連番"), *[(value(made), str(i)) for i in range(120)]])
    assert out.columns == []
    assert out.text_types == []
    assert out.persons == 0


def test_point_cards_that_pass_luhn_are_no_credit_cards(scan: Any, made: Any) -> None:
    """Shop cards often have 16 digits and the same check."""
    out = scan([("ポイントカード番号", "x"), *[(made.luhn("2990", 16), "a") for _ in range(60)]])
    assert "CREDIT_CARD" not in out.types.values()


# --- what spreadsheets do to numbers


@pytest.mark.parametrize(
    ("header", "damage", "entity_type", "note"),
    [
        ("個人番号", lambda m: m.my_number() + ".0", "JP_MY_NUMBER", "float"),
        ("個人番号", lambda m: f"{m.dice.randrange(1, 9)}.{m.digits(5)}E+11", "JP_MY_NUMBER", "rounded"),
        ("電話番号", lambda m: m.mobile().replace("-", "")[1:], "PHONE_NUMBER", ""),
        ("郵便番号", lambda m: f"6{m.dice.randrange(10000, 40000)}", "JP_POSTAL_CODE", "zero-lost"),
        ("生年月日", lambda m: str(m.dice.randrange(15000, 38000)), "DATE_OF_BIRTH", "serial"),
        ("カード番号", lambda m: "41" + m.digits(13) + "0", "CREDIT_CARD_ROUNDED", "check:card_rounded"),
    ],
)
def test_numbers_damaged_by_spreadsheets_are_still_found(
    scan: Any, made: Any, header: str, damage: Any, entity_type: str, note: str
) -> None:
    """With a header that names them; the evidence says what was repaired."""
    column = scan([(header, "x"), *[(damage(made), "a") for _ in range(60)]]).only(entity_type)
    assert column.rows >= 54
    assert not note or note in column.evidence


def test_damaged_numbers_without_header_prove_nothing(scan: Any, made: Any) -> None:
    """Day numbers and six digits are everywhere."""
    assert (
        scan(
            [
                ("x", "y"),
                *[
                    (str(made.dice.randrange(15000, 38000)), str(made.dice.randrange(100000, 999999)))
                    for _ in range(60)
                ],
            ]
        ).columns
        == []
    )


def test_full_width_cells_are_folded(scan: Any, made: Any) -> None:
    """Numbers are typed in full width as often as not."""
    wide = str.maketrans("0123456789-", "０１２３４５６７８９－")
    out = scan([("氏名", "電話番号"), *[(n, made.mobile().translate(wide)) for n in made.names(40)]])
    assert out.only("PHONE_NUMBER").rows == 40


# --- one value over several columns


@pytest.mark.parametrize(
    ("header", "row", "entity_type", "value"),
    [
        (("姓", "名"), ("山田", "太郎"), "PERSON", "山田 太郎"),
        (("name01", "name02"), ("山田", "太郎"), "PERSON", "山田 太郎"),
        (("セイ", "メイ"), ("ヤマダ", "タロウ"), "JP_NAME_KANA", "ヤマダ タロウ"),
        (("tel01", "tel02", "tel03"), ("090", "1234", "5678"), "PHONE_NUMBER", "090-1234-5678"),
        (("zip01", "zip02"), ("100", "0001"), "JP_POSTAL_CODE", "100-0001"),
        (("生年", "生月", "生日"), ("1980", "1", "2"), "DATE_OF_BIRTH", "1980-1-2"),
        (
            ("都道府県", "市区町村", "番地"),
            ("東京都", "千代田区", "丸の内1-1-1"),
            "JP_ADDRESS",
            "東京都千代田区丸の内1-1-1",
        ),
        (
            ("pref", "addr01", "addr02"),
            ("大阪府", "大阪市北区梅田", "2-2-2"),
            "JP_ADDRESS",
            "大阪府大阪市北区梅田2-2-2",
        ),
        (("銀行コード", "支店コード", "口座番号"), ("0001", "001", "1234567"), "JP_BANK_ACCOUNT", "0001-001-1234567"),
    ],
)
def test_value_written_over_several_columns_is_one(
    scan: Any, header: tuple[str, ...], row: tuple[str, ...], entity_type: str, value: str
) -> None:
    """The locator names all of its columns."""
    column = scan([header, row, row, row], columns=tuple("ABCDE"[: len(row)])).only(entity_type)
    assert column.values.to_list() == [value] * 3
    assert column.locator.get("column") == " + ".join(f"{c} {h}" for c, h in zip("ABCDE", header, strict=False))


def test_year_month_day_below_a_group(scan: Any) -> None:
    """The group line says whose date it is."""
    rows = [
        ("氏名", "生年月日", None, None),
        (None, "年", "月", "日"),
        ("山田 太郎", "1980", "1", "2"),
        ("佐藤 花子", "1991", "12", "31"),
    ]
    assert scan(rows).only("DATE_OF_BIRTH").values.to_list() == ["1980-1-2", "1991-12-31"]


def test_two_telephone_columns_are_not_joined(scan: Any, made: Any) -> None:
    """電話番号1 and 電話番号2 with whole numbers are two numbers."""
    out = scan([("電話番号1", "電話番号2"), *[(made.mobile(), made.mobile()) for _ in range(20)]])
    assert [c.entity_type for c in out.columns] == ["PHONE_NUMBER", "PHONE_NUMBER"]


def test_one_digit_a_column(scan: Any, made: Any) -> None:
    """Forms keep one box a digit, and so do their spreadsheets."""
    header = ("個人番号", *[None] * 11)
    assert scan([header, *[tuple(made.my_number()) for _ in range(20)]]).only("JP_MY_NUMBER").rows == 20


# --- text in tables


def test_free_text_is_read_cell_by_cell_with_its_place(scan: Any, made: Any) -> None:
    """What people write in remarks is found at its row, once a cell."""
    rows = [(f"A{i:04}", "折り返し 090-1234-5678 まで" if i in {3, 7} else "特になし") for i in range(20)]
    out = scan([("整理番号", "備考"), *rows], columns=("A", "B"))
    assert out.text_types == [("PHONE_NUMBER", "090-1234-5678")] * 2
    assert [h.segment.locator for h in out.texts] == [Locator.of(column="B 備考", row=r) for r in (5, 9)]


def test_cell_that_does_not_fit_its_column_is_read_as_text(scan: Any, made: Any) -> None:
    """A telephone number in the mail column is not lost."""
    rows = [(n, made.birth()) for n in made.names(30)]
    rows[4] = (rows[4][0], "電話 090-1234-5678")
    assert ("PHONE_NUMBER", "090-1234-5678") in scan([("氏名", "生年月日"), *rows]).text_types


def test_column_of_mixed_contacts_is_read_as_text(scan: Any, made: Any) -> None:
    """連絡先 may hold this or that."""
    rows = [(n, made.mobile() if i % 2 else "東京都千代田区丸の内1-1-1") for i, n in enumerate(made.names(20))]
    out = scan([("氏名", "連絡先"), *rows])
    found = [t for t, _ in out.text_types] + [c.entity_type for c in out.columns]
    assert {"PHONE_NUMBER", "JP_ADDRESS"} <= set(found)


def test_form_in_a_sheet(scan: Any) -> None:
    """Labels speak for the cells beside and below them."""
    rows = [
        ("会員登録票", None, None, None),
        ("氏名", "山田 太郎", "生年月日", "1980年1月2日"),
        ("電話番号", "03-1234-5678", None, None),
        ("住所", None, None, None),
        ("東京都千代田区丸の内1-1-1", None, None, None),
    ]
    out = scan(rows, columns=("A", "B", "C", "D"))
    places = {t: h.segment.locator.get("cell") for h in out.texts for t in {d.entity_type for d in h.detections}}
    assert places == {"PERSON": "B2", "DATE_OF_BIRTH": "D2", "PHONE_NUMBER": "B3", "JP_ADDRESS": "A5"}
    assert out.persons == 1
    assert not out.roster


def test_list_of_keys_and_values_is_a_form(scan: Any) -> None:
    """項目 and 値 head the columns, but each row has a label of its own."""
    found = [
        ("氏名", "PERSON", "山田 太郎"),
        ("電話番号", "PHONE_NUMBER", "09012345678"),
        ("個人番号", "JP_MY_NUMBER", "123456789018"),
        ("住所", "JP_ADDRESS", "東京都千代田区丸の内1-1-1"),
    ]
    rows = [("項目", "値"), *((label, value) for label, _, value in found), ("備考", "特になし")]
    out = scan(rows, columns=("A", "B"))
    assert out.text_types == [(entity_type, value) for _, entity_type, value in found]
    assert out.persons == 1


def test_few_rows_without_header_are_few_persons(scan: Any, made: Any) -> None:
    """Names found as text and mail addresses found as a column are the same persons."""
    out = scan([(n, f"a{i}@example.jp") for i, n in enumerate(made.names(4))])
    assert out.persons == 4


def test_boxes_in_a_form(scan: Any) -> None:
    """Twelve cells in groups of four are one number."""
    number = "123456789018"
    row = ("個人番号", *number[:4], "-", *number[4:8], "-", *number[8:])
    out = scan([("氏名", "山田 太郎"), row, ("電話番号", "03-1234-5678")])
    assert ("JP_MY_NUMBER", number) in out.text_types


# --- robustness


@pytest.mark.parametrize(
    "rows", [[("",)], [(None, None)], [("氏名",)], [("\x00", "￿"), ("\u202e", "=1+1")], [("a" * 100_000, "b")] * 3]
)
def test_odd_tables_do_no_harm(scan: Any, rows: list[tuple[str | None, ...]]) -> None:
    """Empty, tiny and hostile tables are normal."""
    assert scan(rows).columns == []


def test_problems_of_the_reader_pass_through(stage: ColumnStage) -> None:
    """Silence would hide what was not read."""
    problem = Problem(code="truncated")
    table = TableSegment(batches=iter([problem, pl.DataFrame({"a": ["x"]})]))
    assert list(stage.scan(table)) == [problem]


def test_empty_table(stage: ColumnStage) -> None:
    """No rows, no columns, no batches."""
    assert list(stage.scan(TableSegment(batches=iter([pl.DataFrame()])))) == []
    assert list(stage.scan(TableSegment(batches=iter([]), header=("氏名",)))) == []


def test_merged_group_cells_that_the_reader_filled_are_the_upper_line_of_a_header(scan: Any, made: Any) -> None:
    """氏名 over 漢字 and フリガナ, 連絡先 over the rest: the lower line names the columns."""
    rows = [("社員番号", "氏名", "氏名", "連絡先", "連絡先"), (None, "漢字", "フリガナ", "郵便番号", "電話番号")]
    rows += [(f"E{9000 + n}", made.name(), "タナカ クミコ", f"33{n % 10}-0846", made.mobile()) for n in range(12)]
    kinds = {c.entity_type for c in scan(rows).columns}
    assert kinds == {"EMPLOYEE_ID", "PERSON", "JP_NAME_KANA", "JP_POSTAL_CODE", "PHONE_NUMBER"}


def test_postal_codes_are_known_by_the_addresses_beside_them(scan: Any, made: Any) -> None:
    """Without header, and only there: seven digits alone say nothing."""
    rows = [(f"33{n % 10}-0846", f"埼玉県さいたま市大宮区大門町7丁目{n}番1号", f"{made.name()} 様") for n in range(12)]
    column = scan(rows).only("JP_POSTAL_CODE")
    assert column.rows == 12
    assert "neighbour:JP_ADDRESS" in column.evidence
    assert not [c for c in scan([(a, "x") for a, _, _ in rows]).columns if c.entity_type == "JP_POSTAL_CODE"]


def test_kana_below_a_header_of_names_are_readings(scan: Any) -> None:
    """Account holders in transfer files are written in kana only; names in katakana beside names in kanji stay names."""
    kana = [(f"ｻﾄｳ {given}", "x") for given in ("ﾀﾛｳ", "ﾊﾅｺ", "ｹﾝｲﾁ", "ﾐｻｷ", "ﾕﾐｺ", "ﾅｵｷ")]
    assert scan([("口座名義", "区分"), *kana]).types == {"1 口座名義": "JP_NAME_KANA"}
    mixed = [("田中 太郎", "x"), ("佐藤 花子", "x"), ("鈴木 健一", "x"), ("マイケル・スミス", "x"), ("高橋 美咲", "x")]
    assert scan([("口座名義", "区分"), *mixed]).types == {"1 口座名義": "PERSON"}
