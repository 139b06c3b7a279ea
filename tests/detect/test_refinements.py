"""Kinds of phones, company postal codes, passports, rounded numbers, other labels, negations, documents."""

import polars as pl
import pytest

from piiscan.detect.engine import Detector, build_detector
from piiscan.model import ColumnDetection, Severity, TableSegment, TextSegment
from piiscan.plugins import load_plugins
from piiscan.rules.loader import load_rules
from piiscan.rules.subtypes import company_postcode, phone_kind


@pytest.fixture(scope="module")
def detector() -> Detector:
    """The default detector."""
    registry = load_plugins(entry_points=False)
    return build_detector(registry, load_rules(validators=registry.validators))


def types(detector: Detector, text: str) -> list[str]:
    """Types in text order."""
    return [d.entity_type for d in detector.text(TextSegment(text=text))]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("090-1234-5678", "mobile"),
        ("+81 60-1234-5678", "mobile"),
        ("050-1234-5678", "ip"),
        ("03-1234-5678", "fixed"),
        ("0120-123-456", "business"),
        ("+44 20 7946 0958", "foreign"),
        ("12345", ""),
    ],
)
def test_kinds_of_phones(number: str, kind: str) -> None:
    """The numbering plan says what kind of number it is."""
    assert phone_kind(number) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("携帯 090-1234-5678", "mobile"),
        ("FAX：03-1234-5678", "fax"),
        ("TEL/FAX：03-1234-5678", "fixed"),
        ("電話 〇九〇ー一二三四ー五六七八", "mobile"),
    ],
)
def test_a_phone_is_one_type_with_its_kind_as_evidence(detector: Detector, text: str, kind: str) -> None:
    """What is reported stays PHONE_NUMBER."""
    (phone,) = detector.text(TextSegment(text=text))
    assert phone.entity_type == "PHONE_NUMBER"
    assert f"kind:{kind}" in phone.evidence


def test_codes_of_large_offices() -> None:
    """An office's own code, not that of the quarter it is in; digits as people write them."""
    assert company_postcode("100-8055")
    assert company_postcode("1008055")
    assert not company_postcode("100-0001")
    assert not company_postcode("100-805")


def test_an_address_with_a_company_code_weighs_less(detector: Detector) -> None:
    """Its rule carries the lower severity, its evidence says why; an ordinary code changes nothing."""
    company = detector.text(TextSegment(text="〒100-8055 東京都千代田区大手町1-3-7"))
    private = detector.text(TextSegment(text="〒100-0004 東京都千代田区大手町1-3-7"))
    rule = next(r for r in detector.rules.rules if r.id == company[1].rule)
    assert [d.entity_type for d in company] == [d.entity_type for d in private] == ["JP_POSTAL_CODE", "JP_ADDRESS"]
    assert rule.severity is Severity.INFO
    assert "company-postcode" in company[0].evidence
    assert company[1].confidence < private[1].confidence
    assert "company-postcode" not in private[1].evidence


def test_a_passport_gives_name_number_birth_and_sex(detector: Detector) -> None:
    """Both lines of the machine-readable zone, each part at its place."""
    text = "P<JPNYAMADA<<TARO<<<<<<<<<<<<<<<<<<<<<<<<<<<\nTK12345671JPN8001014M3001019<<<<<<<<<<<<<<04"
    assert [(d.entity_type, text[d.start : d.end]) for d in detector.text(TextSegment(text=text))] == [
        ("PERSON", "YAMADA<<TARO"),
        ("JP_PASSPORT", "TK1234567"),
        ("DATE_OF_BIRTH", "800101"),
        ("GENDER", "M"),
    ]


def columns(detector: Detector, header: str, values: list[str]) -> list[tuple[str, int]]:
    """(type, rows) of a column."""
    frame = pl.DataFrame({"a": values})
    table = TableSegment(batches=iter([frame]), header=(header,))
    return [(d.entity_type, d.rows) for d in detector.scan(table) if isinstance(d, ColumnDetection)]


def test_cards_that_a_spreadsheet_rounded(detector: Detector) -> None:
    """Exponents, or 16 digits that all end in 0; real numbers and other columns are none of it."""
    assert columns(detector, "カード番号", ["4.11111E+15", "5.55556E+15", "3.53011E+15"]) == [
        ("CREDIT_CARD_ROUNDED", 3)
    ]
    zeros = ["4111111111111110", "5555555555554440", "3530111333300010", "4012888888881880"]
    assert columns(detector, "カード番号", zeros) == [("CREDIT_CARD_ROUNDED", 4)]
    real = ["4111111111111111", "5555555555554444", "3530111333300000"]
    assert columns(detector, "カード番号", real) == [("CREDIT_CARD", 3)]
    assert columns(detector, "重量", ["4.11111E+15", "5.55556E+15", "3.53011E+15"]) == []


def test_a_rounded_my_number_is_still_told(detector: Detector) -> None:
    """In a column and after a label; the bare figure says nothing."""
    assert columns(detector, "個人番号", ["1.23457E+11", "9.83206E+11", "2.01511E+11"]) == [("JP_MY_NUMBER", 3)]
    assert types(detector, "マイナンバー 1.23457E+11") == ["JP_MY_NUMBER"]
    assert types(detector, "距離 1.23457E+11") == []


def test_another_number_s_label_speaks_against(detector: Detector) -> None:
    """What follows 会員番号 is one though it looks like a phone; an order number is no card."""
    assert types(detector, "ポイントカード番号 0955-001078") == ["MEMBER_ID"]
    assert types(detector, "取引ID：4997055233500744") == []
    assert types(detector, "注文4819955199249095の出荷") == []
    assert types(detector, "カード番号：4111111111111111") == ["CREDIT_CARD"]


@pytest.mark.parametrize("value", ["DL64549881AA", "ＤＬ６４５４９８８１ＡＡ", "PH12345678AB"])
def test_letters_that_are_also_words_belong_to_the_number(detector: Detector, value: str) -> None:
    """DL is short for a licence, and the beginning of a residence card."""
    text = f"在留カード番号：{value}"
    assert [text[d.start : d.end] for d in detector.text(TextSegment(text=text))] == [value]


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("社員番号：E01234 既往歴：高血圧症", True),
        ("社員番号：E01234 既往歴：特になし", False),
        ("社員番号：E01234\n既往歴　なし", False),
        ("社員番号：E01234\n既往歴：\n備考：なし", False),
        ("社員番号：E01234 糖尿病の既往はありません", False),
        ("社員番号：E01234 糖尿病：無", False),
        ("社員番号：E01234 持病：無呼吸症候群", True),
        ("社員番号：E01234 賞罰：なし", False),
        ("社員番号：E01234 前科はない", False),
        ("社員番号：E01234 前科がある", True),
        ("社員番号：E01234 食事：ハラール食、車椅子を利用、聖書を購入", False),
        ("社員番号：E01234 宗教：仏教", True),
        ("宗教：仏教", False),
    ],
)
def test_sensitive_only_of_a_person_and_only_if_said(detector: Detector, text: str, reported: bool) -> None:
    """Not without a person in the record, not when denied or left empty, not when it could merely be guessed."""
    assert any(t.startswith("SENS_") for t in types(detector, text)) is reported


@pytest.mark.parametrize(
    ("text", "entity_type"),
    [
        ("携帯 090-1234-5678\n学歴\n職歴\n現在に至る\n志望動機\n接客", "HR_DOCUMENT"),
        ("個人番号：123456789018\n支払を受ける者\n支払金額 1\n源泉徴収税額 1\n社会保険料等の金額 1", "HR_DOCUMENT"),
        ("社員番号：E01234\n身長 170\n体重 60\n血圧 120/80\n尿蛋白 -\n心電図 異常なし", "SENS_CHECKUP"),
        ("TEL 090-1234-5678\n入会申込書\n申込日 4/1\nご署名\n個人情報の取扱いに同意します", "APPLICATION_FORM"),
    ],
)
def test_documents_are_known_by_their_headings(detector: Detector, text: str, entity_type: str) -> None:
    """With somebody in it; the blank form of the same kind is none."""
    assert entity_type in types(detector, text)
    assert entity_type not in types(detector, text.split("\n", 1)[1])


# fmt: off
EVERY_TYPE = [
    ("COOKIE_ID", "Set-Cookie: sessionid=abcdefghij0123456789; Path=/"), ("COOKIE_ID", "_ga=GA1.2.1234567890.1700000000"),
    ("SNS_HANDLE", "LINE userId: U4af4980629c6a4b6d1e1e8b8b8b8b8b8"), ("SNS_HANDLE", "Discord: taro#1234"), ("SNS_HANDLE", "Xアカウント：@yamada_t"),
    ("URL_WITH_USER_ID", "会員 https://shop.example.jp/users/12345/profile"), ("DEVICE_ID", "idfa: 6D92078A-8246-4BA4-AE5B-76104861E7DC"),
    ("FAMILY_REGISTER", "婚姻歴：あり"), ("FAMILY_REGISTER", "続柄：妻"), ("JP_VEHICLE_PLATE", "車台番号：ABC12-1234567"),
    ("JP_VEHICLE_PLATE", "品川 300 あ 12-34"), ("EMPLOYEE_ID", "Employee ID E42961"), ("CREDIT_CARD", "pan=30569309025904"),
    ("JP_BANK_ACCOUNT", "\n20001ﾐｽﾞﾎ           001ﾎﾝﾃﾝ           000011234567ﾔﾏﾀﾞ ﾀﾛｳ                      0000250000"),
]
# fmt: on


@pytest.mark.parametrize(("entity_type", "text"), EVERY_TYPE)
def test_kinds_that_are_easily_forgotten(detector: Detector, entity_type: str, text: str) -> None:
    """Handles, cookies, device ids, family, chassis numbers."""
    assert entity_type in types(detector, text)


def test_digits_inside_a_uuid_are_no_number(detector: Detector) -> None:
    """Though its groups pass as other things."""
    assert types(detector, "id=12345678-1234-4123-8123-123456789018 マイナンバー") == []


@pytest.mark.parametrize("gap", ["\t", ",", "　", " | "])
def test_a_code_before_an_address_needs_no_mark(detector: Detector, gap: str) -> None:
    """Also where the address leaves out its prefecture; a score or a part number before other words is none."""
    assert types(detector, f"420-0852{gap}つくばみらい市小張1-2-3")[0] == "JP_POSTAL_CODE"
    assert "JP_POSTAL_CODE" not in types(detector, f"420-0852{gap}の部品")


@pytest.mark.parametrize(
    ("text", "entity_type"),
    [
        ("誕生日 3/21/1985", "DATE_OF_BIRTH"),
        ("DOB: 21/3/1985", "DATE_OF_BIRTH"),
        ("免許の番号 3090 1234 5620", "JP_DRIVER_LICENSE"),
        ("Tカード番号 8765432109", "MEMBER_ID"),
        ("前の番号0422277755は解約済みで、", "PHONE_NUMBER"),
    ],
)
def test_ways_people_write(detector: Detector, text: str, entity_type: str) -> None:
    """Western dates, other words for the label, a phone in a sentence."""
    assert types(detector, text) == [entity_type]


def test_short_words_are_not_parts_of_others(detector: Detector) -> None:
    """発信者 has nothing to do with 信者."""
    assert "SENS_CREED" not in types(detector, "社員番号：E01234 発信者：総務部")
    assert "SENS_CREED" in types(detector, "社員番号：E01234 ある宗派の信者である")


def test_a_switchboard_is_of_low_severity(detector: Detector) -> None:
    """代表電話 is nobody's phone; a mobile number is somebody's."""
    severities = {r.id: r.severity for r in detector.rules.rules}
    (company,) = detector.text(TextSegment(text="代表電話：082-247-7095"))
    (person,) = detector.text(TextSegment(text="携帯：090-1234-5678"))
    assert severities[company.rule] is Severity.INFO
    assert severities[person.rule] is None
