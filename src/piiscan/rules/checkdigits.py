"""Check digits and number ranges, one function each. They take folded text (half width, `-` as hyphen) with or without separators.

Every function answers True or False and never raises. The arithmetic is that of the issuing bodies; sources are named where it is
not common knowledge. Strings of one repeated digit are refused everywhere: ``000000000000`` satisfies several of these sums.
"""

from __future__ import annotations

import re
from operator import mul

_SEPARATORS = re.compile(r"[-\s./()]")
_LICENSE_PREFIX = re.compile("1[0-4]|2[0-5]|30|4[0-9]|5[0-5]|6[0-5]|7[0-4]|8[0-3]|9[0-7]")
_INSURER_LAW = re.compile("0[123467]|3[12349]|6[37]|7[2-5]")


def digits_of(value: str) -> str:
    """The digits of a value if there is nothing else in it but separators, else the empty string."""
    bare = value.replace("-", "")
    if not bare.isdigit():
        bare = _SEPARATORS.sub("", value)
    return bare if bare.isascii() and bare.isdigit() else ""


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    total: int = sum(map(mul, digits.encode(), weights)) - ord("0") * sum(weights)
    return total


def _sane(digits: str, *lengths: int) -> bool:
    return len(digits) in lengths and digits != digits[0] * len(digits)


def my_number(value: str) -> bool:
    """個人番号: eleven digits and a check digit (総務省令85号 5条)."""
    digits = digits_of(value)
    if not _sane(digits, 12):
        return False
    rest = _weighted(digits[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def driver_license(value: str) -> bool:
    """運転免許証番号: prefix of a public safety commission, check digit in position 11, then the number of reissues."""
    digits = digits_of(value)
    if not _sane(digits, 12) or not _LICENSE_PREFIX.match(digits):
        return False
    return int(digits[10]) == (11 - _weighted(digits[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 10


def corporate_number(value: str) -> bool:
    """法人番号: the first of 13 digits checks the other twelve."""
    digits = digits_of(value)
    if not _sane(digits, 13):
        return False
    total = sum(int(d) * (1 if n % 2 == 0 else 2) for n, d in enumerate(reversed(digits[1:])))
    return int(digits[0]) == 9 - total % 9


def insurer_number(value: str) -> bool:
    """保険者番号: eight digits (法別番号 first) or six, the last a check digit by the Luhn scheme."""
    digits = digits_of(value)
    if not _sane(digits, 6, 8) or not luhn(digits):
        return False
    prefecture = digits[-6:-4]
    if len(digits) == 8 and not _INSURER_LAW.match(digits):
        return False
    return "01" <= prefecture <= "47"


def late_elderly_insurer(value: str) -> bool:
    """保険者番号 of 後期高齢者医療: an insurer number that starts with 39."""
    return digits_of(value).startswith("39") and insurer_number(value)


def luhn(value: str) -> bool:
    """The Luhn sum over all digits."""
    digits = digits_of(value)
    if len(digits) < 2:
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


_BRANDS: tuple[tuple[int, int, int, tuple[int, ...], str], ...] = (
    # digits of the range, first, last, lengths, brand
    (1, 4, 4, (13, 16, 19), "visa"),
    (2, 51, 55, (16,), "mastercard"),
    (4, 2221, 2720, (16,), "mastercard"),
    (4, 3528, 3589, (16, 17, 18, 19), "jcb"),
    (2, 34, 34, (15,), "amex"),
    (2, 37, 37, (15,), "amex"),
    (3, 300, 305, (14, 16, 17, 18, 19), "diners"),
    (4, 3095, 3095, (14, 16, 17, 18, 19), "diners"),
    (2, 36, 36, (14, 15, 16, 17, 18, 19), "diners"),
    (2, 38, 39, (14, 16, 17, 18, 19), "diners"),
    (4, 6011, 6011, (16, 17, 18, 19), "discover"),
    (3, 644, 649, (16, 17, 18, 19), "discover"),
    (2, 65, 65, (16, 17, 18, 19), "discover"),
    (2, 62, 62, (16, 17, 18, 19), "unionpay"),
    (2, 81, 81, (16, 17, 18, 19), "unionpay"),
    (4, 5018, 5020, (16, 17, 18, 19), "maestro"),
    (4, 5038, 5038, (16, 17, 18, 19), "maestro"),
    (4, 5893, 5893, (16, 17, 18, 19), "maestro"),
    (4, 6304, 6304, (16, 17, 18, 19), "maestro"),
    (4, 6759, 6763, (16, 17, 18, 19), "maestro"),
)


def card_brand(value: str) -> str:
    """The brand whose number range and length a card number fits, else the empty string."""
    digits = digits_of(value)
    for width, first, last, lengths, brand in _BRANDS:
        if len(digits) in lengths and first <= int(digits[:width]) <= last:
            return brand
    return ""


def credit_card(value: str) -> bool:
    """A card number: Luhn sum and a number range in use."""
    digits = digits_of(value)
    return len(set(digits)) > 1 and bool(card_brand(digits)) and luhn(digits)


def card_rounded(value: str) -> bool:
    """What a spreadsheet left of a card number: ``4.11111E+15``, or 16 digits of which it rounded the last to 0."""
    text = value.strip().lower()
    mantissa, _, exponent = text.partition("e")
    if exponent:
        whole, _, fraction = mantissa.partition(".")
        length = int(exponent.lstrip("+")) + 1 if exponent.lstrip("+").isdigit() else 0
        kept = whole + fraction
        fits = len(whole) == 1 and kept.isdigit() and 3 <= len(kept) < length <= 19
        return fits and bool(card_brand(kept.ljust(length, "0")))
    digits = digits_of(text)
    return len(digits) == 16 and digits.endswith("0") and bool(card_brand(digits)) and not luhn(digits)


def my_number_rounded(value: str) -> bool | None:
    """``1.23457E+11``: twelve digits that a spreadsheet shortened. Nothing can be checked any more."""
    mantissa, _, exponent = value.strip().lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    fits = len(whole) == 1 and (whole + fraction).isdigit() and len(fraction) <= 11
    return None if fits and exponent.lstrip("+") == "11" else False


def imei(value: str) -> bool:
    """A device number of 15 digits with a Luhn sum."""
    digits = digits_of(value)
    return _sane(digits, 15) and luhn(digits)


def _gtin(digits: str) -> bool:
    total = sum(int(d) * (3 if place % 2 == 0 else 1) for place, d in enumerate(reversed(digits[:-1])))
    return int(digits[-1]) == (10 - total % 10) % 10


def jan_code(value: str) -> bool:
    """A JAN (EAN-13 with a Japanese prefix)."""
    digits = digits_of(value)
    return _sane(digits, 13) and digits[:2] in {"45", "49"} and _gtin(digits)


def ean13(value: str) -> bool:
    """Any EAN-13."""
    digits = digits_of(value)
    return _sane(digits, 13) and _gtin(digits)


def isbn13(value: str) -> bool:
    """An ISBN of 13 digits."""
    digits = digits_of(value)
    return _sane(digits, 13) and digits[:3] in {"978", "979"} and _gtin(digits)


def parcel_7dr(value: str) -> bool:
    """A parcel tracking number of 11 or 12 digits whose last digit is the rest of the others by 7."""
    digits = digits_of(value)
    return _sane(digits, 11, 12) and int(digits[:-1]) % 7 == int(digits[-1])


def _number(value: str) -> str:
    """The digits of a company's own number, without the letters it may begin with."""
    return digits_of(re.sub(r"^[A-Za-z]{1,6}[-_]?", "", value))


def gtin(value: str) -> bool:
    """The last digit by the scheme of EAN codes (weights 3, 1), whatever the length: many point cards have it."""
    digits = _number(value)
    return len(digits) >= 6 and len(set(digits)) > 1 and _gtin(digits)


def mod7(value: str) -> bool:
    """The last digit is the rest of the others by 7 (7DR), whatever the length."""
    digits = _number(value)
    return len(digits) >= 6 and len(set(digits)) > 1 and int(digits[:-1]) % 7 == int(digits[-1])


def mod11(value: str) -> bool:
    """The last digit by modulus 11 with weights 2 to 7 from the right, 10 and 11 written 0, whatever the length."""
    digits = _number(value)
    if len(digits) < 6 or len(set(digits)) < 2:
        return False
    total = sum(int(d) * (2 + place % 6) for place, d in enumerate(reversed(digits[:-1])))
    rest = total % 11
    return int(digits[-1]) == (0 if rest <= 1 else 11 - rest)


def city_code(value: str) -> bool:
    """全国地方公共団体コード of six digits."""
    digits = digits_of(value)
    if not _sane(digits, 6) or not "01" <= digits[:2] <= "47":
        return False
    return int(digits[5]) == (11 - _weighted(digits[:5], (6, 5, 4, 3, 2)) % 11) % 10


def iban(value: str) -> bool:
    """An international bank account number (modulo 97)."""
    bare = re.sub(r"[\s-]", "", value).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", bare):
        return False
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def mrz_digit(field: str) -> int:
    """The ICAO 9303 check digit of a field of a machine-readable zone; -1 for characters that cannot stand there."""
    total = 0
    for place, char in enumerate(field):
        if char == "<":
            number = 0
        elif char.isascii() and char.isalnum() and not char.islower():
            number = int(char, 36)
        else:
            return -1
        total += number * (7, 3, 1)[place % 3]
    return total % 10


def mrz(value: str) -> bool:
    """The second line of a passport's machine-readable zone (44 characters): number, birth and expiry all check."""
    line = value.strip().splitlines()[-1].strip() if value.strip() else ""
    if len(line) != 44:
        return False
    fields = ((line[0:9], line[9]), (line[13:19], line[19]), (line[21:27], line[27]))
    return all(digit == str(mrz_digit(field)) for field, digit in fields)
