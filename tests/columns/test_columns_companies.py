"""Lists of companies and shops: their phones and addresses are nobody's, unless the list names persons."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pytest

from piiscan.model import ColumnDetection, Severity, TableSegment
from piiscan.scanner import Scanner

PHONES = [f"03-3210-{n:04}" for n in range(20)]
ADDRESSES = [f"東京都千代田区丸の内{n + 1}-2-3" for n in range(20)]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def severities(scanner: Scanner, header: tuple[str, ...], columns: Iterable[list[str]]) -> dict[str, Severity]:
    frame = pl.DataFrame([pl.Series(str(i), cells) for i, cells in enumerate(columns)])
    found = scanner.detector.scan(TableSegment(batches=iter([frame]), header=header))
    own = {rule.id: rule.severity for rule in scanner.rules.rules}
    detections = [d for d in found if isinstance(d, ColumnDetection)]
    return {d.entity_type: own[d.rule] or scanner.rules.entity(d.entity_type).severity for d in detections}


def test_phones_and_addresses_of_companies_weigh_little(scanner: Scanner) -> None:
    """A corporate list is reported as information only."""
    names = [f"株式会社丸山{n}商店" for n in range(20)]
    found = severities(scanner, ("商号又は名称", "代表電話", "本店所在地"), (names, PHONES, ADDRESSES))
    assert found == {"PHONE_NUMBER": Severity.INFO, "JP_ADDRESS": Severity.INFO}


def test_a_person_in_the_list_makes_it_personal(scanner: Scanner) -> None:
    """With the person in charge in the list, the phone may be that person's."""
    names = [f"株式会社丸山{n}商店" for n in range(20)]
    persons = [f"{s} {g}" for s in ("佐藤", "鈴木", "高橋", "田中") for g in ("花子", "太郎", "直美", "健太", "由美")]
    found = severities(scanner, ("会社名", "担当者氏名", "電話番号"), (names, persons, PHONES))
    assert found["PHONE_NUMBER"] == Severity.MEDIUM
    assert found["PERSON"] == Severity.MEDIUM


def test_a_list_without_companies_stays_as_it_was(scanner: Scanner) -> None:
    """Phones without any name beside them are still phones of somebody."""
    found = severities(scanner, ("番号", "電話番号"), ([str(n) for n in range(20)], PHONES))
    assert found["PHONE_NUMBER"] == Severity.MEDIUM
