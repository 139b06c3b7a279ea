"""The named checks that rules may call. To add one: a function and its line in :data:`VALIDATORS`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from piiscan.hookspecs import hookimpl
from piiscan.protocols import Validator
from piiscan.rules import checkdigits, dates, formats

VALIDATORS: Mapping[str, Validator] = MappingProxyType(
    {
        "my_number": checkdigits.my_number,
        "driver_license": checkdigits.driver_license,
        "corporate_number": checkdigits.corporate_number,
        "insurer_number": checkdigits.insurer_number,
        "late_elderly_insurer": checkdigits.late_elderly_insurer,
        "luhn": checkdigits.luhn,
        "credit_card": checkdigits.credit_card,
        "card_rounded": checkdigits.card_rounded,
        "my_number_rounded": checkdigits.my_number_rounded,
        "imei": checkdigits.imei,
        "jan_code": checkdigits.jan_code,
        "ean13": checkdigits.ean13,
        "isbn13": checkdigits.isbn13,
        "parcel_7dr": checkdigits.parcel_7dr,
        "gtin": checkdigits.gtin,
        "mod7": checkdigits.mod7,
        "mod11": checkdigits.mod11,
        "city_code": checkdigits.city_code,
        "iban": checkdigits.iban,
        "mrz": checkdigits.mrz,
        "calendar_date": dates.calendar_date,
        "birth_date": dates.birth_date,
        "compact_datetime": dates.compact_datetime,
        "epoch": dates.epoch,
        "phone": formats.phone,
        "phone_mobile": formats.phone_mobile,
        "phone_lost_zero": formats.phone_lost_zero,
        "phone_business": formats.phone_business,
        "phone_international": formats.phone_international,
        "postal_code": formats.postal_code,
        "not_repeated": formats.not_repeated,
        "passport": formats.passport,
        "residence_card": formats.residence_card,
        "pension_number": formats.pension_number,
        "employment_insurance": formats.employment_insurance,
        "care_insurance": formats.care_insurance,
        "juminhyo_code": formats.juminhyo_code,
        "invoice_number": formats.invoice_number,
        "email": formats.email,
        "email_role": formats.email_role,
        "ip_address": formats.ip_address,
        "mac_address": formats.mac_address,
        "vehicle_plate": formats.vehicle_plate,
        "bank_branch": formats.bank_branch,
        "yucho_account": formats.yucho_account,
    }
)


NEVER_1_TO_9 = frozenset({"phone", "phone_mobile", "phone_business", "phone_international"})
"""The checks that no value passes which begins with one of these figures. Most numbers do, and need not be asked about."""


@hookimpl
def piiscan_validators() -> Mapping[str, Validator]:
    """All of them."""
    return VALIDATORS
