"""Checks of form that are no check digits: phones, mail addresses, network addresses, plates, accounts.

As all validators they take folded text; True means well formed, False impossible, None cannot tell.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from typing import Any

from piiscan.rules.checkdigits import digits_of

_NEVER_FIRST = frozenset("123456789")
_BUSINESS = ("0120", "0800", "0570", "0990", "0180", "0170")


def national_number(value: str) -> str:
    """The Japanese number with its leading 0, from any usual way of writing; empty when it is none."""
    if value[:1] in _NEVER_FIRST:
        return ""  # most runs of figures are no phone numbers
    bare = value.replace("-", "")
    if bare.isdigit() and bare.isascii() and bare[0] == "0" and not bare.startswith(("0081", "01081")):
        return bare
    text = re.sub(r"[\s\-./]", "", value)
    text = re.sub(r"^(?:\+|00|010)81(?:\(0\)|0)?", "0", text)
    text = text.replace("(", "").replace(")", "")
    return text if text.isascii() and text.isdigit() and text.startswith("0") else ""


def phone(value: str) -> bool:
    """A Japanese number that the numbering plan knows, not a business service (those are `phone_business`)."""
    return _is_phone(value, national_number(value))


def _is_phone(value: str, national: str) -> bool:
    if (
        not 10 <= len(national) <= 11
        or national.startswith(_BUSINESS)
        or national[1:] == national[1] * len(national[1:])
    ):
        return False
    if not _grouping_fits(value, national):
        return False
    return _in_numbering_plan(national[1:])


@cache
def _plan() -> tuple[re.Pattern[str], ...]:
    """What `phonenumbers` knows of Japan: all numbers, and those of the kinds that are in use, without the weight of its objects."""
    from phonenumbers import PhoneMetadata

    japan: Any = PhoneMetadata.metadata_for_region("JP", None)
    kinds = (  # the frequent ones first
        "mobile",
        "fixed_line",
        "premium_rate",
        "toll_free",
        "shared_cost",
        "voip",
        "personal_number",
        "pager",
        "uan",
        "voicemail",
    )
    known = [d for kind in kinds if (d := getattr(japan, kind)) is not None and d.national_number_pattern]
    lengths = (
        "|".join(f"[0-9]{{{n}}}" for n in d.possible_length or japan.general_desc.possible_length) for d in known
    )
    joined = "|".join(f"(?=(?:{n})$)(?:{d.national_number_pattern})$" for n, d in zip(lengths, known, strict=True))
    return re.compile(japan.general_desc.national_number_pattern), re.compile(joined)


def _in_numbering_plan(national: str) -> bool:
    """As ``phonenumbers.is_valid_number`` for a number without its leading 0 (a test compares)."""
    everything, kinds = _plan()
    return bool(everything.fullmatch(national) and kinds.match(national))


def _grouping_fits(value: str, national: str) -> bool:
    """Whether the first group can be an area code or a service prefix: ``0123-456-7890`` cannot."""
    if value.startswith(("+", "00", "010")):
        return True
    groups = value.split("-")
    if "" in groups or not all(map(str.isdigit, groups)):
        groups = re.findall(r"[0-9]+", value.replace("(0)", "0"))
    if len(groups) < 2:
        return True
    mobile = len(national) == 11
    if mobile:
        return len(groups[0]) == 3 and len(groups) <= 3
    return (len(groups[-1]) == 4 and 2 <= len(groups[0]) <= 5 and len(groups) == 3) or len(groups) == 2


_USUAL_MOBILE = re.compile("0(?:[5679]0-[0-9]|80-[1-9])[0-9]{3}-[0-9]{4}")


def phone_mobile(value: str) -> bool:
    """060, 070, 080, 090 and 050 numbers: eleven digits."""
    if _USUAL_MOBILE.fullmatch(value):
        national = value.replace("-", "")
        return national[1:] != national[1] * 10 and _in_numbering_plan(national[1:])
    national = national_number(value)
    return len(national) == 11 and national[1] in "56789" and national[2] == "0" and _is_phone(value, national)


def phone_lost_zero(value: str) -> bool:
    """Ten digits that become a mobile number with the 0 that a spreadsheet dropped."""
    digits = digits_of(value)
    return len(digits) == 10 and digits[:2] in {"60", "70", "80", "90"} and phone("0" + digits)


def phone_business(value: str) -> bool:
    """Toll-free, navigation and premium numbers: never a person's."""
    national = national_number(value)
    return national.startswith(_BUSINESS) and len(national) in {10, 11}


def phone_international(value: str) -> bool:
    """A number with a country code that its country's numbering plan knows."""
    import phonenumbers

    if not value.startswith("+"):
        return False
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.is_valid_number(number))


def postal_code(value: str) -> bool:
    """Seven digits; no postal area starts with 000, and 999 has no block above 8600."""
    digits = digits_of(value)
    return len(digits) == 7 and digits[:3] != "000" and not digits.startswith("9999") and len(set(digits)) > 1


def not_repeated(value: str) -> bool | None:
    """False for values of one repeated digit; else cannot tell."""
    digits = [c for c in value if c.isalnum()]
    return False if len(digits) > 1 and len(set(digits)) == 1 else None


def passport(value: str) -> bool | None:
    """Two letters and seven digits: impossible otherwise, else cannot tell (no check digit)."""
    bare = re.sub(r"[\s-]", "", value)
    return None if re.fullmatch(r"[A-Za-z]{2}[0-9]{7}", bare) and bare[2:] != "0000000" else False


def residence_card(value: str) -> bool | None:
    """Two letters, eight digits, two letters."""
    bare = re.sub(r"[\s-]", "", value)
    return None if re.fullmatch(r"[A-Za-z]{2}[0-9]{8}[A-Za-z]{2}", bare) else False


def pension_number(value: str) -> bool | None:
    """Ten digits, written whole or 4-6."""
    fits = re.fullmatch(r"[0-9]{4}[-\s]?[0-9]{6}", value)
    return None if fits and not_repeated(value) is None else False


def employment_insurance(value: str) -> bool | None:
    """Eleven digits, whole or 4-6-1."""
    fits = re.fullmatch(r"[0-9]{4}-[0-9]{6}-[0-9]|[0-9]{11}", value)
    return None if fits and not_repeated(value) is None else False


def care_insurance(value: str) -> bool | None:
    """Ten digits, or H and nine digits."""
    fits = re.fullmatch(r"[Hh][0-9]{9}|[0-9]{10}", value)
    return None if fits and not_repeated(value) is None else False


def juminhyo_code(value: str) -> bool | None:
    """Eleven digits; the check digit's formula is not public."""
    return None if len(digits_of(value)) == 11 and not_repeated(value) is None else False


def invoice_number(value: str) -> bool | None:
    """T and thirteen digits."""
    return None if re.fullmatch(r"[Tt][-\s]?[0-9]{13}", value) and not_repeated(value[1:]) is None else False


_LOCAL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}"
_HOST = r"(?:[A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff](?:[A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff-]{0,61}[A-Za-z0-9\u3040-\u30ff\u4e00-\u9fff])?\.)+"
_MAIL = re.compile(rf"{_LOCAL}@{_HOST}(?:xn--[A-Za-z0-9-]{{2,59}}|[A-Za-z]{{2,24}})")
_NO_DOMAIN = re.compile("png|jpe?g|gif|webp|svg|css|js|ts|json|md|txt|html?|py|rb|php|java|local|lan|localhost")


def email(value: str) -> bool:
    """A mail address. Lenient before the @: old carrier addresses have double dots and a dot before the @."""
    if not _MAIL.fullmatch(value):
        return False
    return not _NO_DOMAIN.fullmatch(value.rpartition(".")[2].lower())


def email_role(value: str) -> bool:
    """An address of an office rather than of a person (``info@``, ``support@``)."""
    local = value.partition("@")[0].lower()
    return local in role_mailboxes() or local.startswith(("noreply", "no-reply", "info-", "support-"))


def ip_address(value: str) -> bool:
    """A public IPv4 or IPv6 address: private, loopback, documentation and other special ranges are refused."""
    try:
        address = ipaddress.ip_address(value.strip("[]"))
    except ValueError:
        return False
    return address.is_global and not address.is_multicast and not (address.version == 4 and value.endswith(".0"))


def mac_address(value: str) -> bool:
    """Six octets, neither broadcast nor null."""
    octets = re.sub(r"[:.-]", "", value).lower()
    return bool(re.fullmatch(r"[0-9a-f]{12}", octets)) and len(set(octets)) > 2


_PLATE = re.compile(
    r"(?P<office>[\u4e00-\u9fff\u3040-\u309fヶ々]{1,4})\s*(?P<class>[0-9][0-9ACFHKLMPXY]{0,2})\s*(?P<kana>[あ-ん])\s*"
    r"(?P<number>[0-9]{1,2}-?[0-9]{2}|[・.]{1,3}-?[0-9]{1,3}|[0-9]{1,3})"
)


def vehicle_plate(value: str) -> bool:
    """A number plate: office, class, one kana in use, up to four digits. The office must exist."""
    match = _PLATE.fullmatch(value.strip())
    return match is not None and match["kana"] not in "おしへん" and match["office"] in plate_offices()


def bank_branch(value: str) -> bool | None:
    """``0001-001-...``: whether the bank (and branch) code exists; None when the tables do not know."""
    groups = re.findall(r"[0-9]+", value)
    if len(groups) < 2 or len(groups[0]) != 4:
        return None
    if groups[0] in {"0000", "9999"}:
        return False
    return True if groups[0] in bank_codes() else None


def yucho_account(value: str) -> bool:
    """ゆうちょ 記号 and 番号 that can be turned into a bank account."""
    groups = re.findall(r"[0-9]+", value)
    return len(groups) >= 2 and yucho_convert(groups[0], groups[-1]) is not None


def yucho_convert(symbol: str, number: str) -> tuple[str, str, str, str] | None:
    """(bank, branch, kind, account) of a ゆうちょ 記号番号, kind 1 savings, 2 transfer; None if it cannot be one."""
    symbol, number = digits_of(symbol), digits_of(number)
    if len(symbol) != 5 or symbol[4] != "0" or not 1 <= len(number) <= 8 or len(set(number)) < 2:
        return None
    if symbol[0] == "1" and number[-1] == "1" and len(number) > 1:
        branch = symbol[1:3] + "8"
        account = number[:-1].zfill(7)
        return ("9900", branch, "1", account) if branch in yucho_branches() else None
    if symbol[0] == "0" and len(number) <= 7:
        branch = symbol[1:3] + "9"
        return ("9900", branch, "2", number.zfill(7)) if branch in yucho_branches() else None
    return None


def _table(name: str) -> frozenset[str]:
    """A word list shipped beside the rules, without comments."""
    from piiscan.rules.builtin import builtin_folder

    text = (builtin_folder() / "words" / name).read_text(encoding="utf-8")
    return frozenset(w for line in text.splitlines() for w in line.partition("#")[0].split())


@cache
def bank_codes() -> frozenset[str]:
    """Codes of Japanese banks in use (scripts/build_banks.py)."""
    return _table("bank-codes.txt")


@cache
def yucho_branches() -> frozenset[str]:
    """Branch codes of Japan Post Bank."""
    return _table("yucho-branches.txt")


@cache
def plate_offices() -> frozenset[str]:
    """Names of places on number plates."""
    return _table("plate-offices.txt")


@cache
def role_mailboxes() -> frozenset[str]:
    """What stands before the @ in addresses of offices."""
    return _table("role-mailboxes.txt")
