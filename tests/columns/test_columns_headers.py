"""Headers: which rows they are, and what they say."""

from __future__ import annotations

import pytest

from piiscan.detect.headers import HeaderBook, header_key, judge_layout
from piiscan.rules.loader import load_rules


@pytest.fixture(scope="module")
def book() -> HeaderBook:
    return HeaderBook(load_rules())


def types(book: HeaderBook, header: str) -> set[str]:
    return {rule.entity_type for rule in book.rules.rules if rule.id in book.matches(header)}


@pytest.mark.parametrize(
    "header",
    [
        "電話番号",
        "電 話 番 号",
        "ＴＥＬ",
        "tel",
        "TEL",
        "\ufeff電話番号",
        "電話番号(必須)",
        "電話番号\n（半角）",
        "※電話番号",
        "【電話番号】",
        "電話番号1",
        "お客様電話番号",
        "customer_tel",
        "customerTel",
        "phone_number",
        "Phone Number",
    ],
)
def test_one_meaning_in_many_spellings(book: HeaderBook, header: str) -> None:
    """Width, spaces, notes, marks, numbers, owners and program style do not change what a column is."""
    assert "PHONE_NUMBER" in types(book, header)


@pytest.mark.parametrize(
    "header",
    [
        "商品名",
        "product_name",
        "店舗名",
        "会社名",
        "file_name",
        "hostname",
        "部署名",
        "電話番号区分",
        "電話番号登録日",
        "tel_flag",
        "住所変更日",
        "contents",
        "intel",
    ],
)
def test_names_of_things_and_facts_about_values_mean_no_person(book: HeaderBook, header: str) -> None:
    """A column about something is not a column of it."""
    assert types(book, header).isdisjoint({"PERSON", "PHONE_NUMBER", "JP_ADDRESS"})


def test_the_longest_word_wins(book: HeaderBook) -> None:
    """メールアドレス ends like 住所's English word, and カード名義 contains カード."""
    assert "JP_ADDRESS" not in types(book, "mail_address")
    assert "CREDIT_CARD" not in types(book, "ポイントカード番号")


def test_notes_do_not_reach_the_key() -> None:
    """The comparable form is what both sides of a comparison go through."""
    assert header_key("氏　名（必須）※") == header_key("氏名") == "氏名"


def test_title_and_blank_rows_above_the_header(book: HeaderBook) -> None:
    """A list often starts with its title."""
    rows = [
        ("会員名簿 2024年度", None, None),
        (None, None, None),
        ("氏名", "電話番号", "備考"),
        ("山田 太郎", "03-1234-5678", None),
        ("佐藤 花子", "03-1234-5679", None),
    ]
    layout = judge_layout(rows, book)
    assert (layout.names, layout.data_start, layout.table) == (("氏名", "電話番号", "備考"), 3, True)


def test_two_line_header_with_a_merged_group(book: HeaderBook) -> None:
    """連絡先 over 電話 and メール: the lower line names the columns, the upper one those that were merged downwards."""
    rows = [
        ("氏名", "連絡先", None),
        (None, "電話", "メール"),
        ("山田 太郎", "03-1234-5678", "a@example.jp"),
        ("佐藤 花子", None, "b@example.jp"),
    ]
    layout = judge_layout(rows, book)
    assert layout.names == ("氏名", "電話", "メール")
    assert layout.groups == ("", "連絡先", "連絡先")
    assert layout.data_start == 2


def test_group_line_above_a_full_header(book: HeaderBook) -> None:
    """The group may stand above a header that is complete by itself."""
    rows = [
        (None, None, "連絡先", None),
        ("会員番号", "氏名", "電話", "メール"),
        ("A001", "山田 太郎", "03-1234-5678", "a@example.jp"),
    ]
    layout = judge_layout([*rows, rows[-1]], book)
    assert layout.names == ("会員番号", "氏名", "電話", "メール")
    assert layout.groups[2:] == ("連絡先", "連絡先")


def test_data_from_the_first_row_on(book: HeaderBook) -> None:
    """A file without header must not lose its first person."""
    rows = [("山田 太郎", "03-1234-5678"), ("佐藤 花子", "090-1234-5678"), ("鈴木 一郎", "090-1234-5679")]
    assert judge_layout(rows, book).data_start == 0


def test_header_of_unknown_words_above_numbers(book: HeaderBook) -> None:
    """Words above columns of numbers are a header even if we know none of them."""
    rows = [("推し", "熱量"), ("赤", "12345"), ("青", "23456"), ("黄", "34567")]
    assert judge_layout(rows, book).names == ("推し", "熱量")


def test_form_is_not_a_list(book: HeaderBook) -> None:
    """Labels down the left side with values beside them."""
    layout = judge_layout(
        [("氏名", "山田 太郎"), ("電話番号", "03-1234-5678"), ("住所", "東京都千代田区丸の内1-1-1")], book
    )
    assert (layout.form, layout.table) == (True, False)


def test_form_above_a_list(book: HeaderBook) -> None:
    """An order sheet: who ordered, then what."""
    rows = [
        ("氏名", "山田 太郎", None, None),
        ("電話番号", "03-1234-5678", None, None),
        (None, None, None, None),
        ("商品名", "単価", "数量", "金額"),
        ("りんご", "100", "2", "200"),
        ("みかん", "50", "4", "200"),
    ]
    layout = judge_layout(rows, book)
    assert (layout.form, layout.table, layout.data_start) == (True, True, 4)
