"""What looks like a name in lists of goods, places and shops, and persons in lists that look alike."""

from __future__ import annotations

import pytest

from piiscan.model import TextSegment
from piiscan.scanner import Scanner

GOODS = [
    "宮崎牛",
    "佐藤錦",
    "ツナ缶",
    "小倉羊羹",
    "計量カップ",
    "江戸切子",
    "夕張メロン",
    "桜餅",
    "三輪素麺",
    "山田錦",
    "木のスプーン",
    "黒糖飴",
]
GOODS += ["有田焼", "ハーブティー", "山口外郎", "藍染のれん", "明石蛸", "風呂いす"]
PEOPLE = ["佐藤 花子", "鈴木 一郎", "高橋 直美", "田中 健太", "渡辺 裕子", "伊藤 拓也"]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def names(scanner: Scanner, text: str) -> list[str]:
    return [text[d.start : d.end] for d in scanner.scan_text(text) if d.entity_type == "PERSON"]


@pytest.mark.parametrize(
    "row",
    [
        "49{n:011}\t{word}\t{n},400\t在庫{n}",
        "{n},{word},{n}00,2026-10-0{n}",
        "・{word}",
        "{word}　{n},200円（税込）",
        "No.{n}3 {word} … ¥{n}00",
        "INSERT INTO items VALUES ({n}, '{word}', 45{n}, '2026-10-20 10:00:00');",
        "INSERT INTO shop_master (id, title) VALUES ({n}, '{word}');",
        '{{"item_id": {n}, "name": "{word}", "price": {n}00}},',
    ],
)
def test_goods_are_no_persons(scanner: Scanner, row: str) -> None:
    """山口外郎 is a sweet, 山田錦 is rice: the rows beside them say so."""
    assert names(scanner, "\n".join(row.format(n=n % 9 + 1, word=word) for n, word in enumerate(GOODS))) == []


@pytest.mark.parametrize(
    "row",
    [
        "{n}\t{word}\t{n},400",
        "・{word}",
        "INSERT INTO members VALUES ({n}, '{word}', '2026-10-20 10:00:00');",
        '{{"id": {n}, "name": "{word}", "price": {n}00}},',
    ],
)
def test_persons_in_the_same_rows_are_found(scanner: Scanner, row: str) -> None:
    """The same forms with people in them."""
    text = "\n".join(row.format(n=n + 1, word=word) for n, word in enumerate(PEOPLE))
    assert names(scanner, text) == PEOPLE


def test_surnames_in_a_column_of_their_own_are_found(scanner: Scanner) -> None:
    """苗字 | 名: parts of names are no things, though none is a full name."""
    rows = [
        "乾 | 澪士郎 | 080-2655-4197",
        "霧谷 | ひなた | 070-2780-8509",
        "竹内 | 結愛 | 070-4449-4541",
        "柚森 | 旺佳 | 070-7159-4514",
    ]
    rows += ["曽我部 | 瑳乃 | 080-4637-4323", "佐藤 | 花子 | 090-4637-4323", "鈴木 | 健太 | 090-4637-4324"]
    found = names(scanner, "\n".join(("苗字 | mei | 電話番号", *rows)))
    assert len(found) == 14
    bare = "1,佐藤,3\n2,鈴木,4\n3,高橋,2\n4,田中,2\n5,渡辺,9\n6,伊藤,1\n7,小林,3"
    assert not [
        v for v in scanner.detector.explain(TextSegment(text=bare)) if "negative:things" in v.candidate.evidence
    ]


def test_one_person_among_goods_is_found_by_the_title(scanner: Scanner) -> None:
    """様 says more than the rows around."""
    assert names(scanner, "\n".join(["・" + word for word in GOODS[:4]] + ["・鈴木一郎様"])) == ["鈴木一郎"]


@pytest.mark.parametrize("date", ["2026-10-20 10:00:00", "2026-02-27", "20-09-1"])
def test_a_date_is_no_contact(scanner: Scanner, date: str) -> None:
    """A moment beside a word is no telephone number that speaks for a name."""
    text = f"25821188, 山口外郎, {date}"
    assert not any("neighbour:contact" in d.evidence for d in scanner.scan_text(text))
