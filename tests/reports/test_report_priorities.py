"""What to do first: each situation of the law from a small inventory, in every report."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Severity, State
from piiscan.reports.html import HtmlReport
from piiscan.reports.json_ import JsonReport
from piiscan.reports.priorities import LEVELS, ORDER, priorities
from piiscan.reports.words import Words
from piiscan.reports.xlsx import XlsxReport

Put = Callable[[Inventory, list[ItemResult]], None]


def held(name: str, *types: str, persons: int = 1, breadth: str = "group", roster: bool = False) -> ItemResult:
    """An item that holds these types."""
    item = Item(uri=f"file:///s/{name}", source="file:///s", name=name, attributes={"access.breadth": breadth})
    findings = tuple(
        Finding(entity_type=kind, category="pi", severity=Severity.MEDIUM, confidence=0.9, locator=Locator(), count=persons,
                mask="", rule="r", recognizer="digits")
        for kind in types
    )  # fmt: skip
    return ItemResult(item=item, state=State.SCANNED, findings=findings, persons=persons, roster=roster)


CASES = {
    "security_code": held("EC/log.txt", "CREDIT_CARD_SAD"),
    "my_number_open": held("人事/マイナンバー/一覧.xlsx", "JP_MY_NUMBER", breadth="company"),
    "credential": held("情報/パスワード.txt", "CREDENTIAL"),
    "public": held("web/問い合わせ.csv", "EMAIL_ADDRESS", breadth="public"),
    "card": held("EC/注文.csv", "CREDIT_CARD"),
    "my_number_place": held("営業/顧客.xlsx", "JP_MY_NUMBER"),
    "my_number_many": held("人事/マイナンバー.xlsx", "JP_MY_NUMBER", persons=101),
    "sensitive": held("健診/結果.csv", "SENS_CHECKUP"),
    "thousand": held("EC/会員.csv", "PERSON", persons=1001),
    "roster_open": held("総務/名簿.xlsx", "PERSON", persons=30, breadth="company", roster=True),
    "provenance": held("販促/DM/宛先.csv", "JP_ADDRESS", persons=15),
}


@pytest.mark.parametrize("code", CASES)
def test_each_situation_is_seen(empty: Inventory, put: Put, code: str) -> None:
    """One item of the kind that the rule speaks of gives its code, with the item as example."""
    put(empty, [CASES[code], held("何もない.txt")])
    found = {p.code: p for p in priorities(empty)}
    assert code in found
    assert any(CASES[code].item.name.split("/")[-1] in example for example in found[code].examples)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (held("EC/会員.csv", "PERSON", persons=1000), "thousand"),
        (held("人事/マイナンバー.xlsx", "JP_MY_NUMBER", persons=100), "my_number_many"),
        (held("人事/給与/マイナンバー.xlsx", "JP_MY_NUMBER"), "my_number_place"),
        (held("総務/名簿.xlsx", "PERSON", persons=30, breadth="group", roster=True), "roster_open"),
        (held("総務/メモ.txt", "PERSON", breadth="company"), "roster_open"),
    ],
)
def test_below_the_line_it_is_not(empty: Inventory, put: Put, result: ItemResult, code: str) -> None:
    """Exactly 1,000 persons and 100 My Numbers are not more than that; the payroll folder is where My Numbers belong."""
    put(empty, [result])
    assert code not in {p.code for p in priorities(empty)}


def test_the_most_urgent_comes_first_in_every_report(empty: Inventory, put: Put) -> None:
    """HTML, Excel and JSON show the same situations in the same order, with law and next step."""
    put(empty, list(CASES.values()))
    order = [p.code for p in priorities(empty)]
    assert order == [code for code in ORDER if code in order]
    assert set(CASES) <= set(order)
    words = Words("ja")
    page, book, data = io.BytesIO(), io.BytesIO(), io.BytesIO()
    HtmlReport().write(empty, page)
    XlsxReport().write(empty, book)
    JsonReport().write(empty, data)
    text = page.getvalue().decode()
    places = [text.index(words(f"do.{code}.title")) for code in order]
    assert places == sorted(places)
    sheet = openpyxl.load_workbook(book)["優先対応"]
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == [words(f"do.{code}.title") for code in order]
    assert [p["code"] for p in json.loads(data.getvalue())["priorities"]] == order


def test_every_code_has_its_words() -> None:
    """Title, law and step in both languages, and a level."""
    for lang in ("ja", "en"):
        for code in ORDER:
            assert all(Words(lang)(f"do.{code}.{part}") for part in ("title", "law", "step"))
    assert set(LEVELS) == set(ORDER)
