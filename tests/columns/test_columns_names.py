"""Names in columns whose heading tells nothing, and what only looks like names among goods."""

from __future__ import annotations

from typing import Any

import pytest

RARE = ["福田 鼓太朗", "乾 彗之助", "佐藤 彗華", "笹塚 詩華", "藍窪 純", "霜井 彗莉", "鷺畑 マリア", "齋藤 紬音"]
GOODS = [
    "宮崎牛",
    "佐藤錦",
    "小倉羊羹",
    "松坂屋",
    "清水寺",
    "大島紬",
    "結城紬",
    "美濃和紙",
    "江戸切子",
    "有田焼",
    "宇治抹茶",
    "川根茶",
    "夕張メロン",
    "吉野葛",
    "三輪素麺",
    "伊予柑",
    "高砂",
    "山田錦",
    "五百万石",
    "久保田",
    "加賀友禅",
    "西陣織",
    "会津塗",
    "南部鉄器",
    "長崎カステラ",
    "山口外郎",
    "近江牛",
    "明石蛸",
    "中村屋",
    "木村家",
    "秋田小町",
    "三浦大根",
]
"""Produce, crafts and shops whose names begin as surnames do."""


def persons(out: Any) -> list[tuple[str, str]]:
    """Cells and columns that are said to be names."""
    columns = [(c.entity_type, value) for c in out.columns for value in c.values.to_list()]
    return [found for found in (*columns, *out.text_types) if found[0] in ("PERSON", "JP_NAME_KANA")]


def test_rare_names_are_known_by_the_telephones_beside_them(scan: Any, made: Any) -> None:
    """Rows without a header: the cells that no dictionary has are names because the others are."""
    names = [*made.names(12), *RARE]
    out = scan([(str(4000 + i), name, made.mobile()) for i, name in enumerate(names)])
    assert out.only("PERSON").rows == 20
    assert out.only("PERSON").rows == 20


def test_few_rows_are_enough_beside_contacts(scan: Any, made: Any) -> None:
    """Five rows with mobile numbers."""
    out = scan([(name, made.mobile()) for name in made.names(5)])
    assert out.only("PERSON").rows == 5
    assert out.persons == 5
    assert out.only("PHONE_NUMBER").rule != "ja.phone.company"


def test_surname_and_given_name_without_header(scan: Any, made: Any) -> None:
    """Two columns are one name; readings beside them are readings."""
    kana = ["サトウ ハナコ", "スズキ タロウ", "タカハシ ナオミ", "タナカ ケンタ", "ワタナベ ユウコ", "イトウ ケンイチ"]
    out = scan([(*n.split(" "), k, made.mobile()) for n, k in zip(made.names(6), kana, strict=True)])
    assert out.only("PERSON").rows == 6
    assert " " in out.only("PERSON").values[0]
    assert out.only("JP_NAME_KANA").rows == 6


def test_departments_below_a_header_of_names(scan: Any, made: Any) -> None:
    """A list of 氏名 and 所属 has a header, although one department is called as a label is."""
    rows = [(name, "お客様相談室" if i % 2 else "経理課") for i, name in enumerate([*made.names(6), *RARE])]
    out = scan([("氏　名", "所属"), *rows])
    assert out.only("PERSON").rows + len([t for t in out.text_types if t[0] == "PERSON"]) == 14


def test_an_address_or_a_reading_is_no_header(scan: Any, made: Any) -> None:
    """A cell that ends like a label (番地22, セイ) does not make rows of a list a form."""
    rows = [
        (name, "カシハタ ナギセイ", made.mobile(), f"千葉県いすみ市大原{i + 1}番地22")
        for i, name in enumerate(made.names(8))
    ]
    out = scan(rows)
    assert (out.only("PERSON").rows, out.only("JP_ADDRESS").rows) == (8, 8)


@pytest.mark.parametrize(
    "header",
    [None, ("商品コード", "銘柄", "単価"), ("コード", "名称", "価格"), ("id", "name", "price"), ("id", "name", "rank")],
)
def test_goods_are_no_persons(scan: Any, header: tuple[str, ...] | None) -> None:
    """In a list of goods the few that look like names are goods."""
    rows = [(str(7000 + i), name, str(300 + 7 * i)) for i, name in enumerate(GOODS)]
    assert persons(scan([header, *rows] if header else rows)) == []


def test_people_with_amounts_stay_people(scan: Any, made: Any) -> None:
    """The heading name above names, though a price stands beside them."""
    out = scan([("id", "name", "price"), *((str(i), n, str(300 + i)) for i, n in enumerate(made.names(30)))])
    assert out.only("PERSON").rows == 30


def test_shops_with_telephones_are_no_persons(scan: Any) -> None:
    """Without a header: a telephone beside it makes no person of a shop."""
    assert persons(scan([(name, f"03-3210-{1000 + i}") for i, name in enumerate(GOODS)])) == []


def test_a_short_list_of_my_numbers_beside_names(scan: Any, made: Any) -> None:
    """Six rows without a header: all pass, and the rows are people. One wrong number, or rows of goods, and nobody can tell."""
    names, numbers = made.names(6), [made.my_number() for _ in range(6)]
    out = scan([(str(n), name, number) for n, (name, number) in enumerate(zip(names, numbers, strict=True))])
    assert out.only("JP_MY_NUMBER").rows == 6
    wrong = [*numbers[:5], f"{(int(numbers[5]) + 1) % 10**12:012}"]
    for first, last in ((names, wrong), ([f"A-{n}" for n in range(6)], numbers)):
        assert "JP_MY_NUMBER" not in scan(list(zip(first, last, strict=True))).types.values()


def test_surnames_alone_beside_telephones(scan: Any, made: Any) -> None:
    """A call list: nothing but 姓 and number, with and without a header. Towns with telephones are none."""
    surnames = ["佐藤", "鈴木", "高橋", "田中", "渡辺", "伊藤", "笹塚", "山本"]
    rows = [(name, made.mobile()) for name in surnames]
    assert scan(rows).only("PERSON").rows == 8
    assert scan([("姓", "電話番号"), *rows]).only("PERSON").rows == 8
    towns = ["渋谷", "新宿", "品川", "池袋", "上野", "大宮", "横浜", "川崎"]
    assert persons(scan([(town, f"03-3210-{1000 + n}") for n, town in enumerate(towns)])) == []


def test_rare_names_below_a_heading_are_counted(scan: Any, made: Any) -> None:
    """岡部 三園 is one person, and not two names found in a text."""
    rows = [(name, made.mobile()) for name in (*made.names(12), "岡部 三園", "藍窪 瑳乃")]
    out = scan([("氏名", "電話番号"), *rows])
    assert (out.only("PERSON").rows, out.persons, out.text_types) == (14, 14, [])
    things = scan([("担当者", "電話番号"), *rows[:12], ("営業部", made.mobile()), ("お客様窓口", made.mobile())])
    assert things.only("PERSON").rows == 12
