"""Small tables are looked at in plain Python, large ones as polars columns: both say the same of the same rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import polars as pl
import pytest

from piiscan.detect import columns_cells, persons
from piiscan.detect.columns import ColumnStage
from piiscan.detect.persons import PersonCounter, person_key_layout
from piiscan.model import ColumnDetection, Problem, TableRecords, TableSegment, TextHits

DICE = random.Random(7)
Cell = str | None


def some(*ways: str) -> str:
    return DICE.choice(ways)


def digits(count: int) -> str:
    return "".join(DICE.choice("0123456789") for _ in range(count))


def name() -> str:
    surname = some("佐藤", "鈴木", "五十嵐", "髙橋", "林", "東海林", "齋藤", "Smith", "株式会社山田")
    return surname + some(" ", "　", "", "  ") + some("太郎", "花子", "翔太", "さくら", "John", "様", "")


def reading() -> str:
    return (
        some("サトウ", "ｽｽﾞｷ", "いがらし", "カ）ヤマダ", "タカハシ")
        + some(" ", "　")
        + some("タロウ", "ハナコ", "ｼｮｳﾀ", "さくら")
    )


def mail() -> str:
    return f"{some('a', 'Yamada.T', 'info')}{digits(2)}@{some('example.jp', 'EXAMPLE.com', 'mail.example.co.jp')}"


def phone() -> str:
    return some(
        f"090-{digits(4)}-{digits(4)}",
        f"03-{digits(4)}-{digits(4)}",
        f"０９０{digits(8)}",
        f"90{digits(8)}",
        "+81-90-1234-5678",
    )


def day() -> str:
    return some("1980-01-02", "1980/1/2", "昭和55年1月2日", "29222", "19800102", "S55.1.2", "2030-01-01")


def address() -> str:
    return some(
        "東京都港区芝公園4-2-8",
        "大阪府大阪市北区梅田１丁目２番",
        "北海道",
        "京都市中京区寺町通御池上る",
        "丸の内1-1 ㈱空",
        "丸の内①ー1",
    )


def number() -> str:
    return some(
        "123456789018",
        digits(12),
        "4111111111111111",
        "4.11111E+15",
        f"M{digits(6)}",
        f"{digits(3)}-{digits(4)}",
        "1234567.0",
    )


def remark() -> str:
    return some(
        f"{name()}様より連絡 {phone()}",
        "特になし",
        f"返金済み {mail()}",
        "2026-01-05 10:20",
        "1,200円",
        "在庫確認",
        f"担当 {name()}",
    )


MAKERS: dict[str, Sequence[Callable[[], str]]] = {
    "氏名": (name,),
    "フリガナ": (reading,),
    "メールアドレス": (mail,),
    "電話番号": (phone,),
    "携帯": (phone, mail),
    "生年月日": (day,),
    "住所": (address,),
    "会員番号": (number,),
    "個人番号": (number,),
    "カード番号": (number,),
    "郵便番号": (number,),
    "備考": (remark, name),
    "会社名": (name, remark),
    "商品名": (remark,),
    "性別": (lambda: some("男", "女", "1", "2"),),
    "姓": (lambda: some("佐藤", "鈴木", "林"),),
    "名": (lambda: some("太郎", "花子"),),
    "電話1": (lambda: some("03", "090"),),
    "電話2": (lambda: digits(4),),
    "電話3": (lambda: digits(4),),
    "": (name, number, mail, phone, remark, day, address, reading),
    "項目": (number, remark),
}


def cell(header: str) -> Cell:
    lot = DICE.random()
    if lot < 0.06:
        return None
    if lot < 0.1:
        return some("-", "なし", "不明", "N/A", "　")
    value = DICE.choice(MAKERS[header])()
    return some(value, value, value, f" {value}", f"{value}　", f"'{value}")


def made_up(height: int) -> pl.DataFrame:
    """Some columns of all kinds, with a header row or none, that row once more in the middle, a line above, repeated rows."""
    headers = DICE.sample([*MAKERS, "", ""], DICE.randint(2, 8))
    rows: list[list[Cell]] = [[cell(h) for h in headers] for _ in range(height)]
    rows += DICE.choices(rows, k=height // 5)
    if DICE.random() < 0.8:
        rows.insert(0, [h or None for h in headers])
        if DICE.random() < 0.3:
            rows.insert(len(rows) // 2, [h or None for h in headers])
        if DICE.random() < 0.3:
            rows.insert(0, ["顧客一覧", *[None] * (len(headers) - 1)])
    names = {f"c{n}": pl.String for n in range(len(headers))}
    return pl.DataFrame(rows, schema=names, orient="row")


def said(stage: ColumnStage, frame: pl.DataFrame, batch: int) -> list[object]:
    """All that the stage says, and the persons."""
    counter = PersonCounter()
    found: list[object] = []
    for d in stage.scan(TableSegment(batches=frame.iter_slices(batch))):
        assert not isinstance(d, Problem), d
        counter.add(d)
        if isinstance(d, ColumnDetection):
            place = (str(d.locator), d.column, d.first_row, d.rows, d.values.to_list())
            found.append((d.entity_type, d.rule, d.confidence, d.evidence, *place))
        elif isinstance(d, TextHits):
            found.append((str(d.segment.locator), d.segment.label, d.detections))
        elif isinstance(d, TableRecords):
            found.append((d.rows, d.roster, d.person_keys))
    return [*found, counter.estimate(), counter.roster]


@pytest.mark.parametrize("height", [1, 3, 12, 30, 90, 180])
def test_few_rows_and_many_are_judged_alike(stage: ColumnStage, monkeypatch: pytest.MonkeyPatch, height: int) -> None:
    """Random tables, in one batch and in several, both ways."""
    for _ in range(12):
        frame = made_up(height)
        batch = DICE.choice((10_000, 10_000, max(1, height // 2)))
        monkeypatch.setattr(columns_cells, "FEW_ROWS", 1_000)
        few = said(stage, frame, batch)
        monkeypatch.setattr(columns_cells, "FEW_ROWS", 0)
        assert few == said(stage, frame, batch)


def test_persons_behind_few_and_many_keys_are_counted_alike() -> None:
    """Named and nameless keys that share names, kinds and contacts."""
    for size in (1, 5, 40, 400):
        keys = {
            person_key_layout(
                DICE.choice((None, DICE.randrange(9) << 40)),
                DICE.randrange(6),
                DICE.randrange(12) << 40 | DICE.randrange(9),
            )
            for _ in range(size)
        }
        assert persons._count_few(keys) == persons._count_many(keys)
