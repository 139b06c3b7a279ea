"""Numbers over lines, in boxes and in kanji numerals."""

import pytest

from piiscan.detect.engine import Detector, build_detector
from piiscan.model import Detection, SegmentKind, TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The default detector."""
    registry = load_plugins(entry_points=False)
    return build_detector(registry, load_rules(validators=registry.validators))


def found(detector: Detector, text: str) -> list[tuple[str, str]]:
    """(type, text) of what is reported."""
    return [(d.entity_type, text[d.start : d.end]) for d in detector.text(TextSegment(text=text))]


def only(detector: Detector, text: str, **segment: object) -> Detection:
    """The one detection of a text."""
    (one,) = detector.text(TextSegment(text=text, **segment))  # type: ignore[arg-type]
    return one


# fmt: off
OVER_LINES = [
    ("携帯：", "090-1234-\n5678", "PHONE_NUMBER"),
    ("携帯：", "090-1234-\r\n5678", "PHONE_NUMBER"),
    ("", "090-1234\n-5678", "PHONE_NUMBER"),
    ("TEL ", "090-1234-<br>5678", "PHONE_NUMBER"),
    ("TEL ", "090-1234-<BR />\n  5678", "PHONE_NUMBER"),
    ("> TEL ", "090-\n> 1234-5678", "PHONE_NUMBER"),
    ("カード番号：", "4111-1111-\n1111-1111", "CREDIT_CARD"),
    ("カード番号：", "4111 1111\n1111 1111", "CREDIT_CARD"),
    ("個人番号：", "1234 5678\n9018", "JP_MY_NUMBER"),
    ("個人番号　", "１２３４５６\n７８９０１８", "JP_MY_NUMBER"),
    ("個人番号\n", "1234\n5678\n9018", "JP_MY_NUMBER"),
    ("生年月日：", "昭和55年\n1月2日", "DATE_OF_BIRTH"),
]
BOXES = [
    ("個人番号|", "1|2|3|4|5|6|7|8|9|0|1|8", "JP_MY_NUMBER"),
    ("│個人番号 │", "1│2│3│4│5│6│7│8│9│0│1│8", "JP_MY_NUMBER"),
    ("個人番号\n", "1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n8", "JP_MY_NUMBER"),
    ("個人番号\t", "1\t2\t3\t4\t5\t6\t7\t8\t9\t0\t1\t8", "JP_MY_NUMBER"),
    ("個人番号 ", "１ ２ ３ ４ | ５ ６ ７ ８ | ９ ０ １ ８", "JP_MY_NUMBER"),
    ("個人番号：", "１２３４｜５６７８｜９０１８", "JP_MY_NUMBER"),
    ("<td>個人番号</td><td>", "1234</td><td>5678</td><td>9018", "JP_MY_NUMBER"),
    ("電話番号|", "090|1234|5678", "PHONE_NUMBER"),
    ("生年月日|", "1980|1|2", "DATE_OF_BIRTH"),
]
IN_KANJI = [
    ("電話 ", "〇九〇ー一二三四ー五六七八", "PHONE_NUMBER"),
    ("電話番号：", "〇三・一二三四・五六七八", "PHONE_NUMBER"),
    ("電話 ", "零九〇一二三四五六七八", "PHONE_NUMBER"),
    ("郵便番号 ", "一〇〇ー〇〇〇一", "JP_POSTAL_CODE"),
    ("個人番号 ", "一二三四五六七八九〇一八", "JP_MY_NUMBER"),
    ("生年月日：", "昭和五拾五年壱月弐日", "DATE_OF_BIRTH"),
]
# fmt: on


@pytest.mark.parametrize(("before", "value", "entity_type"), [*OVER_LINES, *BOXES, *IN_KANJI])
def test_a_number_in_pieces_is_found_whole(detector: Detector, before: str, value: str, entity_type: str) -> None:
    """The span runs from the first to the last digit, whatever stands between."""
    assert (entity_type, value) in found(detector, f"{before}{value} \n 以上")


@pytest.mark.parametrize(
    ("whole", "broken", "why"),
    [
        ("携帯 090-1234-5678", "携帯 090-1234-\n5678", "line-break"),
        ("個人番号 123456789018", "個人番号 1|2|3|4|5|6|7|8|9|0|1|8", "boxes"),
        ("電話 03-1234-5678", "電話 〇三ー一二三四ー五六七八", "kanji-numerals"),
    ],
)
def test_joining_costs_confidence_and_says_so(detector: Detector, whole: str, broken: str, why: str) -> None:
    """The same number in one piece is surer."""
    joined = only(detector, broken)
    assert why in joined.evidence
    assert joined.confidence < only(detector, whole).confidence


@pytest.mark.parametrize(
    "text",
    [
        "実績\n1234 5678\n9018 5555",
        "4111 1111\n1111 1111",
        "売上 123456\n789018",
        "090\n1234\n5678",
        "部数\n1\n2\n3\n4\n5\n6\n7\n8\n9\n0\n1\n8",
        "2024-\n1234",
        "第三〇九〇一二三四五六七八号",
        "一二三四五六七八九〇一八",
        "カード番号：4111 1111\n1111 1112",
        "個人番号|1|2|3|4|5|6|7|8|9|0|1|9|",
    ],
)
def test_numbers_below_each_other_are_not_one(detector: Detector, text: str) -> None:
    """Without a label, or with a wrong check digit, lines and cells stay apart."""
    assert found(detector, text) == []


def test_a_number_on_its_own_line_keeps_its_end(detector: Detector) -> None:
    """A complete number is not lengthened by the next line."""
    assert found(detector, "電話：03-1234-5678\n12") == [("PHONE_NUMBER", "03-1234-5678")]
    assert found(detector, "電話：03-1234-5678\n03-1234-5679") == [
        ("PHONE_NUMBER", "03-1234-5678"),
        ("PHONE_NUMBER", "03-1234-5679"),
    ]


def test_the_label_of_a_field_serves_boxes_too(detector: Detector) -> None:
    """A form field that holds one digit a line."""
    text = "\n".join("123456789018")
    assert only(detector, text, kind=SegmentKind.FIELD, label="個人番号").entity_type == "JP_MY_NUMBER"


@pytest.mark.parametrize("unit", ["1\n", "1-\n", "個人番号|1|", "〇一", "個人番号\n1", "1<br>", "番号 1 2 | "])
def test_hostile_repetition_is_read_to_its_end(detector: Detector, unit: str) -> None:
    """Nothing gives up or runs away on half a segment of breaks."""
    text = unit * (20_000 // len(unit)) + "\n\n携帯：090-1234-\n5678\n"
    assert found(detector, text)[-1] == ("PHONE_NUMBER", "090-1234-\n5678")
