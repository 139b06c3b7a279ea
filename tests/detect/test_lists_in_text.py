"""Lists pasted into texts: the heading far above a value is its label."""

import pytest

from piiscan.detect.engine import Detector, build_detector
from piiscan.model import TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The default detector."""
    registry = load_plugins(entry_points=False)
    return build_detector(registry, load_rules(validators=registry.validators))


HEADINGS = ["社員番号", "氏名", "個人番号", "年金番号", "生年月日"]
ROWS = [
    ["557117", "山田 太郎", "123456789018", "3631-461517", "1980/01/02"],
    ["557118", "鈴木 花子", "111111111118", "3631-461518", "1990/12/31"],
    ["557119", "佐藤 一郎", "012345678903", "3631-461519", "2001/02/03"],
]
TYPES = ["EMPLOYEE_ID", "PERSON", "JP_MY_NUMBER", "JP_PENSION_NUMBER", "DATE_OF_BIRTH"]


@pytest.mark.parametrize("separator", [",", "\t", " | ", "　　", "   ", ";"])
def test_every_cell_is_told_by_its_heading(detector: Detector, separator: str) -> None:
    """Whatever parts the cells; each value is whole and of its own type, the text around is not disturbed."""
    lines = [separator.join(row) for row in (HEADINGS, *ROWS)]
    text = "下記のとおりです。\n\n" + "\n".join(lines) + "\n\n以上、携帯 090-1234-5678"
    found = [(d.entity_type, text[d.start : d.end]) for d in detector.text(TextSegment(text=text))]
    expected = [(kind, cell) for row in ROWS for kind, cell in zip(TYPES, row, strict=True)]
    assert found == [*expected, ("PHONE_NUMBER", "090-1234-5678")]


def test_markdown_and_quotes(detector: Detector) -> None:
    """Lines drawn below the headings and quotes around cells are no values."""
    text = "| 会員番号 | 旅券番号 |\n|---|---|\n| M001234 | TK1234567 |\n| M001235 | MH7685612 |\n"
    assert [d.entity_type for d in detector.text(TextSegment(text=text))] == ["MEMBER_ID", "JP_PASSPORT"] * 2
    quoted = '"会員番号","旅券番号"\n"M001234","TK1234567"\n"M001235","MH7685612"\n'
    values = [quoted[d.start : d.end] for d in detector.text(TextSegment(text=quoted))]
    assert values == ["M001234", "TK1234567", "M001235", "MH7685612"]


def test_a_heading_is_no_label_of_the_next_line(detector: Detector) -> None:
    """The last heading stands right before the first cell of the next line, and means another column."""
    text = "店コード,支店,口座番号\n2607661,本店,1234567\n2607662,東京,7654321\n"
    assert [text[d.start : d.end] for d in detector.text(TextSegment(text=text))] == ["1234567", "7654321"]


@pytest.mark.parametrize(
    "text",
    [
        "品番,商品名,金額\n12345678,りんご,100\n23456789,みかん,200\n",
        "年金番号,旅券番号\n",
        "年金番号と旅券番号\n1234567890\nTK1234567\n",
        "電話番号,年金番号\nあり,なし\n不明,未定\n",
    ],
)
def test_what_is_no_such_list(detector: Detector, text: str) -> None:
    """Goods, headings alone, other lines, cells that do not fit."""
    assert [d.entity_type for d in detector.text(TextSegment(text=text)) if d.entity_type != "JP_PENSION_NUMBER"] == []


def test_a_long_list_is_read_to_its_end(detector: Detector) -> None:
    """Thousands of rows, one that does not fit among them."""
    rows = [f"M{n:06},TK{n:07}" for n in range(1, 2001)]
    rows[1000] = "(改ページ)"
    text = "会員番号,旅券番号\n" + "\n".join(rows)
    found = detector.text(TextSegment(text=text))
    assert sum(d.entity_type == "JP_PASSPORT" for d in found) == 1999
