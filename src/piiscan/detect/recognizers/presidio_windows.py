"""Presidio's own recognizers for what is not Japanese: foreign bank accounts, identifiers of visitors and foreign staff.

To add one: a row. A row without hints must have a check that noise practically never passes; national numbers with one check digit, or
none, need a word beside them that names them. Rows share shapes on purpose: each shape is one search of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from piiscan.detect.presidio_gate import GatedRecognizer
from piiscan.hookspecs import hookimpl

_PREDEFINED = "presidio_analyzer.predefined_recognizers"
_HEAD = "[-A-Z]"
_END = "(?![A-Za-z0-9])"
_NO_WORD = "(?<![A-Za-z0-9].)"  # stands after the first character of the number

ROWS: tuple[GatedRecognizer, ...] = (
    GatedRecognizer(
        f"{_PREDEFINED}:IbanRecognizer",
        "IBAN_CODE",
        rf"{_HEAD}{_NO_WORD}[A-Z][0-9]{{2}}(?:[ -]?[A-Z0-9]{{4}}){{2,7}}",
        shapes=("A00",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:ItFiscalCodeRecognizer",
        "IT_FISCAL_CODE",
        rf"{_HEAD}{_NO_WORD}[A-Z]{{5}}[0-9LMNP-V]{{2}}[A-EHLMPR-T][0-9LMNP-V]{{2}}[A-Z][0-9LMNP-V]{{3}}[A-Z]{_END}",
        shapes=("*" * 15,),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:KrRrnRecognizer",
        "KR_RRN",
        rf"{_HEAD}(?<=(?<![0-9])[0-9]{{6}}-)[1-4][0-9]{{6}}(?![0-9])",
        hints=("주민등록", "주민번호", "rrn", "resident registration", "住民登録番号", "韓国"),
        shapes=("-0000000",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:KrFrnRecognizer",
        "KR_FRN",
        rf"{_HEAD}(?<=(?<![0-9])[0-9]{{6}}-)[5-8][0-9]{{6}}(?![0-9])",
        hints=("외국인등록", "foreigner registration", "frn", "外国人登録番号", "韓国"),
        shapes=("-0000000",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:KrPassportRecognizer",
        "KR_PASSPORT",
        rf"{_HEAD}{_NO_WORD}(?<=[MSROD])[0-9]{{3}}[A-Z0-9][0-9]{{4}}{_END}",
        hints=("여권", "korean passport", "korea passport", "韓国旅券", "韓国パスポート"),
        shapes=("A000",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:UsSsnRecognizer",
        "US_SSN",
        rf"{_HEAD}(?<=(?<![0-9-])[0-9]{{3}}-)[0-9]{{2}}-[0-9]{{4}}(?![0-9-])",
        hints=("ssn", "social security", "ソーシャルセキュリティ", "社会保障番号"),
        shapes=("-00-0000",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:SgFinRecognizer",
        "SG_NRIC_FIN",
        rf"{_HEAD}{_NO_WORD}(?<=[STFGM])[0-9]{{7}}[A-Z]{_END}",
        hints=("nric", "fin no", "fin:", "fin number", "シンガポール"),
        shapes=("A000",),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:UkNinoRecognizer",
        "UK_NINO",
        rf"{_HEAD}{_NO_WORD}[A-Z] ?[0-9]{{2}} ?[0-9]{{2}} ?[0-9]{{2}} ?[A-D]{_END}",
        hints=("national insurance", "nino", "ni number", "国民保険番号"),
        shapes=("A00", "A 00"),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:EsNieRecognizer",
        "ES_NIE",
        rf"{_HEAD}{_NO_WORD}(?<=[XYZ])-?[0-9]{{7}}-?[A-Z]{_END}",
        hints=("nie", "extranjero", "スペイン"),
        shapes=("A000", "-0000000"),
    ),
    GatedRecognizer(
        f"{_PREDEFINED}:InPanRecognizer",
        "IN_PAN",
        rf"{_HEAD}{_NO_WORD}[A-Z]{{2}}[ABCFGHJLPT][A-Z][0-9]{{4}}[A-Z]{_END}",
        hints=("permanent account number", "pan no", "pan card", "pan:", "インド"),
        shapes=("A000",),
    ),
)


@hookimpl
def piiscan_presidio_recognizers() -> Iterable[Callable[[], object]]:
    """The default set."""
    return ROWS
