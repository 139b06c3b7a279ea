"""The vectors of the issuing bodies and of published worked examples."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.rules import checkdigits, formats
from piiscan.rules.validators import VALIDATORS

VECTORS = {
    "my_number": (
        "123456789018 111111111118 012345678903 983205673214 201510050008 100000000080 100000000030 1234-5678-9018",
        "123456789012 123456789019 111111111111 202401011234 12345678901 1234567890180 000000000000",
    ),
    "driver_license": (
        "309012345620 622510000130 450112345620 979900001780 300510000610 300510000100 309012345621",
        "309012345610 309212345610 991012345678 123456789018 30901234562",
    ),
    "corporate_number": (
        "7000012050002 8700110005901 1180301018771 5835678256246 7010001008844",
        "7000012050003 9000012050002 1234567890123 0000000000000 9999999999999",
    ),
    "insurer_number": ("01130012 01270016 33120015 39131016 138016 138040", "01130013 33120010 06130012 39123456"),
    "late_elderly_insurer": ("39131016", "01130012 39123456"),
    "credit_card": (
        (
            "4111111111111111 4012888888881881 5555555555554444 2223003122003222 378282246310005 3530111333300000 3566002020360505 "
            "30569309025904 36259600000004 6011111111111117 6200000000000005 3528000000000007 3589999999999994"
        ),
        "4111111111111112 3530111333300001 1234567890123456 0000000000000000 3527999999999999 3590000000000000",
    ),
    "iban": (
        "GB82WEST12345698765432 DE89370400440532013000 FR1420041010050500013M02606",
        "GB82WEST12345698765431 DE88370400440532013000 JP12345678",
    ),
    "imei": ("490154203237518 356938035643809", "490154203237519 000000000000000"),
    "jan_code": (
        "4902102107648 4901234567894 4512345678906",
        "4902102107649 4901234567890 4512345678900 9784641131583",
    ),
    "isbn13": ("9784641131583", "9784641131584 4902102107648"),
    "ean13": ("9784641131583 4902102107648", "4902102107649"),
    "parcel_7dr": ("444413758703 405548424886 512547514334", "444413758704 123456789018 111111111118"),
    "city_code": ("131016 131041 271004 011002 261009 401307", "131015 271005 123456"),
    "phone": (
        (
            "090-1234-5678 06012345678 03-1234-5678 01547-2-1234 050-1234-5678 +819012345678 090(1234)5678 (03)1234-5678 +81(0)90-1234-5678 "
            "0081-90-1234-5678 010-81-3-1234-5678"
        ),
        "090-123-5678 00-1234-5678 1990-1234-5678 0120-123-456 0123-456-7890 192.168.0.1",
    ),
    "phone_business": ("0120-123-456 0800-123-4567 0570-000-123 +81-120-123-456", "090-1234-5678 03-1234-5678"),
    "phone_mobile": ("090-1234-5678 06012345678 050-1234-5678", "03-1234-5678 090-123-5678 0900-123-4567"),
    "phone_lost_zero": ("9012345678 7012345678", "1012345678 90123456789"),
    "postal_code": ("100-0001 0600000", "000-0000 100-001 999-9999"),
    "email": (
        "taro.yamada@example.co.jp foo..bar@docomo.ne.jp foo.@ezweb.ne.jp .abc@docomo.ne.jp taro@例え.jp",
        "foo@bar image@2x.png user@localhost sha@1.2.3 foo@bar.x",
    ),
    "email_role": ("info@example.jp noreply@example.jp", "taro@example.jp"),
    "ip_address": ("203.104.209.7 2400:4050::1", "192.168.0.1 127.0.0.1 192.0.2.1 2001:db8::1 256.1.1.1 1.2.3"),
    "mac_address": ("00:1A:2B:3C:4D:5E 00-1a-2b-3c-4d-5f", "ff:ff:ff:ff:ff:ff 00:00:00:00:00:00 00:1a"),
    "yucho_account": ("10530-12345671 00100-1-123456 12340-1234561", "20530-12345671 10530-12345672 1053-12345671"),
    "bank_branch": ("0001-001-1234567", "9999-999-1234567"),
}


def cases(index: int) -> list[tuple[str, str]]:
    """(validator, value) of the accepted (0) or refused (1) vectors."""
    return [(name, value) for name, lists in VECTORS.items() for value in lists[index].split()]


@pytest.mark.parametrize(("name", "value"), cases(0))
def test_a_valid_number_passes_its_check(name: str, value: str) -> None:
    """Published valid numbers pass."""
    assert VALIDATORS[name](value) is True


@pytest.mark.parametrize(("name", "value"), cases(1))
def test_an_invalid_number_fails_its_check(name: str, value: str) -> None:
    """Wrong check digits, wrong lengths and repeated digits are refused."""
    assert VALIDATORS[name](value) is False


UNCHECKED = {
    "passport": ("TK1234567 MS0000001 XS1234567", "T12345678 TK123456 TKA123456"),
    "residence_card": ("AB12345678CD UH38115679EA ZZ00000001AA", "A123456789CD AB1234567CD 12AB345678CD"),
    "pension_number": ("1234-567890 2101123456 4123-456789", "123-4567890 1234-56789 12345678901"),
    "employment_insurance": (
        "1234-567890-1 5001-123456-7 1301-000001-9",
        "1234-56789-01 91234-567890-12 1234-567890-12",
    ),
    "care_insurance": ("0001234567 1234567890 H012345678", "123456789 12345678901 HH12345678"),
    "juminhyo_code": ("55512345670 24727059608", "1234567890 123456789012 11111111111"),
    "invoice_number": ("T7000012050002 T-1234567890123", "T123456789012 T12345678901234"),
}


@pytest.mark.parametrize("name", UNCHECKED)
def test_a_number_without_check_digit_is_refused_or_left_open(name: str) -> None:
    """Where no check digit is published the form decides, and a good form is no proof."""
    good, bad = UNCHECKED[name]
    assert {VALIDATORS[name](v) for v in good.split()} == {None}
    assert {VALIDATORS[name](v) for v in bad.split()} == {False}


@pytest.mark.parametrize(
    ("symbol", "number", "account"),
    [
        ("10530", "12345671", ("9900", "058", "1", "1234567")),
        ("17300", "19927651", ("9900", "738", "1", "1992765")),
        ("12340", "1234561", ("9900", "238", "1", "0123456")),
        ("00100", "123456", ("9900", "019", "2", "0123456")),
        ("02340", "1234", ("9900", "239", "2", "0001234")),
        ("20530", "12345671", None),
    ],
)
def test_a_yucho_symbol_becomes_a_bank_account(symbol: str, number: str, account: tuple[str, ...] | None) -> None:
    """記号番号 convert as the bank publishes it: the final 1 is dropped before padding."""
    assert formats.yucho_convert(symbol, number) == account


@pytest.mark.parametrize(
    ("field", "digit"),
    [("TK1234567", 1), ("MS0000001", 9), ("TR1111111", 7), ("XS1234567", 3), ("800101", 4), ("850412", 4), ("tk", -1)],
)
def test_machine_readable_fields_have_icao_check_digits(field: str, digit: int) -> None:
    """The 7-3-1 weights; small letters cannot stand in a machine-readable zone."""
    assert checkdigits.mrz_digit(field) == digit


@pytest.mark.parametrize("plate", ["品川 300 あ 12-34", "横浜330さ1234", "なにわ 500 わ ・・・1", "足立 3A0 す 56-78"])
def test_a_plate_of_a_real_office_passes(plate: str) -> None:
    """Office, class, kana and number as they are issued."""
    assert VALIDATORS["vehicle_plate"](plate) is True


@pytest.mark.parametrize("plate", ["品川 300 お 12-34", "東京 300 あ 1234", "品川 3000 あ 12-34"])
def test_a_plate_that_is_never_issued_fails(plate: str) -> None:
    """お is not used, 東京 is no office, four class digits do not exist."""
    assert VALIDATORS["vehicle_plate"](plate) is False


@given(st.text(max_size=40), st.sampled_from(sorted(VALIDATORS)))
def test_no_validator_raises(value: str, name: str) -> None:
    """Whatever the text, a validator answers True, False or None."""
    assert VALIDATORS[name](value) in {True, False, None}


@given(st.from_regex(r"[0-9]{11}", fullmatch=True))
def test_a_my_number_body_has_one_check_digit(body: str) -> None:
    """Of the ten numbers with one body exactly one passes (none where all twelve digits are equal)."""
    passing = [d for d in "0123456789" if checkdigits.my_number(body + d)]
    assert len(passing) == 1 or (not passing and len(set(body)) == 1)


@given(st.from_regex(r"0[0-9]{2}-[0-9]{4}-[0-9]{4}", fullmatch=True))
def test_mobiles_written_as_usual_are_judged_like_all_others(number: str) -> None:
    """The short way for hyphens says what the long way says of blanks."""
    assert formats.phone_mobile(number) == formats.phone_mobile(number.replace("-", " "))


def test_toll_free_numbers_grouped_like_mobiles_are_none() -> None:
    """0800 begins like 080."""
    assert not formats.phone_mobile("080-0250-9410")
    assert formats.phone_mobile("080-1250-9410")


@given(
    st.from_regex(r"(?:19|20|[0-9]{2})[0-9]{2}[01][0-9][0-3][0-9][0-2][0-9][0-6][0-9](?:[0-6][0-9])?", fullmatch=True)
)
def test_moments_are_those_that_the_library_reads(digits: str) -> None:
    """``compact_datetime`` against `strptime`."""
    forms = {12: ("%Y%m%d%H%M", "%y%m%d%H%M%S"), 14: ("%Y%m%d%H%M%S",)}[len(digits)]
    assert VALIDATORS["compact_datetime"](digits) == any(_reads(digits, form) for form in forms)


def _reads(digits: str, form: str) -> bool:
    try:
        return 1970 <= datetime.strptime(digits, form).replace(tzinfo=UTC).year <= 2099
    except ValueError:
        return False
