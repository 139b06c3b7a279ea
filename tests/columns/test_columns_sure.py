"""Whole columns at once say what single values say: the shortcuts widen and narrow no rule."""

from __future__ import annotations

import random
import re

import polars as pl
import pytest

from piiscan.detect import checks, vector
from piiscan.detect.columns import ColumnStage
from piiscan.detect.columns_judge import ColumnJudge
from piiscan.detect.columns_shapes import Shapes
from piiscan.detect.columns_sure import FORMS, is_surely
from piiscan.detect.columns_values import PLACEHOLDER, TypeCheck, ValueCheck, fold_cell
from piiscan.detect.columns_whole import passing, surely
from piiscan.detect.gazetteer import Gazetteer
from piiscan.detect.lexicon import Lexicon
from piiscan.rules.model import RuleSet

DICE = random.Random(20)
WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def digits(count: int) -> str:
    return "".join(DICE.choice("0123456789") for _ in range(count))


def phone() -> str:
    area = DICE.randint(1, 4)
    grouped = (f"0{digits(area)}", digits(5 - area), digits(4))
    mobile = (f"0{DICE.choice('56789')}0", digits(4), digits(4))
    return DICE.choice("--- .").join(DICE.choice((grouped, mobile, mobile, ("0120", digits(3), digits(3)))))


def day() -> str:
    year, month, date = DICE.randint(1890, 2030), DICE.randint(0, 13), DICE.randint(0, 32)
    ways = ("{}-{}-{}", "{}/{:02}/{:02}", "{}-{:02}-{:02}", "{}{:02}{:02}", "{}年{}月{}日", "{}.{}.{}")
    return DICE.choice(ways).format(year, month, date)


def name() -> str:

    surname, given = DICE.choice(SURNAMES), DICE.choice(GIVEN)
    odd = DICE.choice((surname + "様", given, surname, "株式会社" + surname, surname + "銀行", given + surname))
    whole = surname + DICE.choice(("", "", " ", "　", "  ")) + given + DICE.choice(("", "", "", "", "様", "君", "部"))
    return DICE.choice((whole, whole, whole, odd, DICE.choice(VARIANTS) + whole))


def reading() -> str:

    first, last = (DICE.choice(READINGS[k]) for k in ("surname", "given"))
    odd = DICE.choice(
        (first, last, "カ)" + first, first + "カブシキ", "ソノタ " + last, first + " ラーメン", last + " " + first)
    )
    return DICE.choice((f"{first} {last}", f"{first}　{last}", first + last, odd))


def address() -> str:
    gazetteer = Gazetteer.load()
    number = DICE.randrange(len(gazetteer.municipalities))
    place = gazetteer.municipalities[number]
    town = DICE.choice(sorted(gazetteer.towns(number)) or [""])
    tail = DICE.choice(
        ("1-2-3", "１丁目２番３号", "", "5丁目 ハイツ空203", "寺町通御池上る", "役所前", "字本町12", " 4-5", "以下未定")
    )
    return (
        DICE.choice((place.prefecture, place.prefecture, "")) + place.name + DICE.choice((town, town, town, "")) + tail
    )


def mail() -> str:
    local = "".join(DICE.choice("abcXYZ019._+-") for _ in range(DICE.randint(0, 9)))
    host = DICE.choice(
        ("example.jp", "a-b.example.com", "-a.jp", "例え.jp", "x.local", "a..jp", "a.png", "ex_a.com", "a.museum")
    )
    return f"{local}@{host}"


def identifier() -> str:
    return (
        DICE.choice(("M", "", "ab-", "A_B", "x9-", "-"))
        + digits(DICE.randint(1, 12))
        + DICE.choice(("", "", "-1", "円", ".00"))
    )


def number() -> str:
    body = digits(11)
    rest = sum(int(d) * w for d, w in zip(body, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
    mine = body + str(0 if rest <= 1 else 11 - rest)
    lost = f"{DICE.choice('6789')}0{digits(8)}"
    return DICE.choice(
        (mine, lost, digits(7), DICE.choice(("", "4", "35", "00")) + digits(DICE.choice((7, 10, 12, 13, 15, 16))))
    )


SURNAMES = sorted(w for w in Lexicon.load().surnames if len(w) < 4)[::37]
GIVEN = sorted(w for w in Lexicon.load().given if len(w) < 4)[::37]
READINGS = {k: sorted(Lexicon.load().kana[k])[::3] for k in ("surname", "given")}
VARIANTS = sorted(Lexicon.load().variants)
MAKERS = (phone, day, name, reading, address, mail, identifier, number)


def damaged(value: str) -> str:
    """As cells are: sometimes in full width, with spaces around, or empty in one of the usual ways."""
    lot = DICE.random()
    if lot < 0.04:
        return value.translate(WIDE)
    if lot < 0.07:
        return DICE.choice((f" {value}", f"{value}　", f"'{value}", f"{value}.0", "なし", "-", "n/a"))
    return value


def cells(maker: int, count: int) -> pl.Series:
    values = [None if DICE.random() < 0.02 else damaged(MAKERS[maker]()) for _ in range(count)]
    return pl.Series(values, dtype=pl.String)


@pytest.fixture(scope="module")
def judge(stage: ColumnStage) -> ColumnJudge:
    return ColumnJudge(stage)


def plainly(check: ValueCheck, rules: RuleSet, folded: str) -> bool:
    """The slow and obvious answer about a folded value: match the pattern, ask the validators."""
    value = re.sub(r"^([0-9]+)\.0+$", r"\1", folded)
    pattern = check.pattern
    if len(value) > 200 if pattern is None else not re.match(pattern, value):
        return False
    known = all(rules.validators[n](value) is not False for n in check.checks if n in rules.validators)
    whole = check.rule.entity_type != "JP_ADDRESS" or not re.fullmatch("北海道|東京都|..府|.{2,3}県", value)
    return known and whole


OF_INTEREST = {
    "phone": (
        "ja.phone.mobile",
        "ja.phone.mobile_bare",
        "ja.phone.fixed",
        "ja.phone.fixed_bare",
        "ja.phone.fixed_loose",
        "ja.phone.international",
    ),
    "day": ("ja.birth_date", "ja.birth_date.era", "s0.plain_date"),
    "name": ("ja.person",),
    "reading": ("ja.name_kana",),
    "address": ("ja.address",),
    "mail": ("mail", "mail.role", "mail.disguised"),
    "identifier": ("ja.member_id", "sns.labelled", "ja.bank.account", "s0.reference_number", "credential.en"),
    "number": (
        "ja.my_number",
        "card.bare",
        "ja.phone.lost_zero",
        "ja.postal_code",
        "s0.jan",
        "ja.corporate_number",
        "s0.epoch",
    ),
}


@pytest.mark.parametrize("maker", range(len(MAKERS)), ids=[m.__name__ for m in MAKERS])
def test_whole_columns_are_judged_as_their_values_are(maker: int, judge: ColumnJudge, stage: ColumnStage) -> None:
    """Rules over a column of things that look like one kind of value, against the slow answer for each cell."""
    column = cells(maker, 1300)
    folded = [fold_cell(v or "") for v in column]
    nothing = column.str.contains(PLACEHOLDER).fill_null(value=True).to_list()
    for rule in stage.rules.rules:
        if rule.id not in OF_INTEREST[MAKERS[maker].__name__]:
            continue
        check = judge.check(rule)
        expected = [not n and plainly(check, stage.rules, v) for n, v in zip(nothing, folded, strict=True)]
        for _ in range(2):  # the second time with what was learned the first time
            mask, _ = passing(TypeCheck([check]), column, labelled=False)
            wrong = [v for v, a, b in zip(column, mask, expected, strict=True) if a != b]
            assert not wrong, (rule.id, wrong[:5])


@pytest.mark.parametrize("name", sorted(FORMS))
def test_what_is_surely_right_is_right(name: str, stage: ColumnStage) -> None:
    """A form never says more than its validator, whatever it is given, says the same of a column and of a value, and says something."""
    said = 0
    for maker in range(len(MAKERS)):
        column = cells(maker, 1500).drop_nulls()
        for value, sure in zip(column, surely(name, column), strict=True):
            assert is_surely(name, value) is sure, value
            said += sure
            assert not sure or stage.rules.validators[name](fold_cell(value)) is True, value
    assert said > 40


def test_every_exemplar_is_of_its_form(stage: ColumnStage) -> None:
    """An exemplar stands for the shapes a form accepts, so the form accepts it or the same with other digits."""
    for name, forms in FORMS.items():
        for form in forms:
            for exemplar in form.exemplars:
                tries = [re.sub(r"[0-9]", lambda _: digits(1), exemplar) for _ in range(400)]
                assert form.test(pl.Series([exemplar, *tries])).any(), (name, exemplar)


def test_municipalities_end_in_their_kind() -> None:
    """The shortcut for addresses looks for municipalities only where one of these characters stands."""
    gazetteer = Gazetteer.load()
    assert all(written[-1] in "市区町村" and len(written) <= 14 for written in gazetteer.names)


def test_long_surnames_are_not_taken_for_full_names() -> None:
    """五十嵐 is 五十 and 嵐 to a dictionary, and a surname to everybody."""
    column = pl.Series(["五十嵐", "佐々木", "山田太郎"])
    assert vector.surely_names(column).to_list() == [False, False, True]
    assert [checks.person_name(v) for v in column][2]


@pytest.mark.parametrize(
    ("pattern", "fair"),
    [(r"\A(?=[A-Z]?[0-9])[A-Z0-9]{3,9}\Z", True), (r"\A[A-Z]0[0-9]+\Z", False), (r"\A[1-5]{3}\Z", False)],
)
def test_shapes_are_learned_only_where_digits_are_alike(pattern: str, fair: bool) -> None:
    """A pattern with a digit of its own says nothing about other values of the same shape."""
    shapes = Shapes(pattern)
    shapes.learn([v for v in ("A01", "123") if re.match(pattern, v)])
    assert shapes.surely(pl.Series(["B99", "999"])).any() is fair
