"""The generator of the form corpus, and how hits are compared with it."""

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

QUALITY = Path(__file__).parents[2] / "benchmarks" / "quality"


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmark's own modules can be imported."""
    monkeypatch.syspath_prepend(str(QUALITY))
    assert "score" not in sys.modules or sys.modules["score"].__file__ == str(QUALITY / "score.py")


def test_a_corpus_is_the_same_every_time_and_its_spans_hold_values() -> None:
    """Two corpora of a split are equal, the other split is not, and no span is blank or crosses the text's end."""
    from forms.corpus import digest, documents

    first, again, other = (list(documents(split, size=1)) for split in ("dev", "dev", "holdout"))
    assert digest(first) == digest(again) != digest(other)
    for document in first:
        assert all(document.text[s.start : s.end].strip() for s in document.spans)
        assert not (document.clean and document.spans)
    assert len({d.id for d in first}) == len(first)


def test_development_and_holdout_share_no_name_and_no_town() -> None:
    """What rules are tuned on does not come back in the hold-out."""
    from forms.material import Material

    dev, held = (Material(Random(1), split) for split in ("dev", "holdout"))
    for attribute in ("common", "rare", "given", "made_surnames", "made_given", "places", "towns", "buildings"):
        mine, theirs = set(getattr(dev, attribute)), set(getattr(held, attribute))
        assert mine
        assert theirs
        assert not mine & theirs


def test_made_up_identifiers_pass_the_product_s_checks() -> None:
    """The generator's check digits and the product's, written apart, agree."""
    from forms import numbers as n

    from piiscan.rules import checkdigits

    rng = Random(7)
    for make, check in (
        (n.my_number, checkdigits.my_number),
        (n.licence, checkdigits.driver_license),
        (n.corporate, checkdigits.corporate_number),
        (n.insurer, checkdigits.insurer_number),
        (n.card, checkdigits.credit_card),
        (n.iban, checkdigits.iban),
        (n.jan, checkdigits.jan_code),
        (n.parcel, checkdigits.parcel_7dr),
    ):
        assert all(check(make(rng)) for _ in range(200)), make.__name__
    assert all(checkdigits.credit_card(number) for number in n.TEST_CARDS)


def test_scoring_of_spans() -> None:
    """A cut number is missed, a cut name is found but not exact, a hit of another family is an alarm, and blanks at the ends do not count."""
    from score import Hit, score_text, tallies

    text = "氏名 山田 太郎　電話 090-1234-5678"
    gold = [Hit(3, 8, "PERSON"), Hit(12, 25, "PHONE_NUMBER")]
    scores = tallies()
    score_text(scores, "a", "form", text, gold, [Hit(3, 5, "PERSON"), Hit(12, 20, "JP_PHONE_MOBILE")])
    name, phone = scores["form", "PERSON"], scores["form", "PHONE_NUMBER"]
    assert (name.found, name.exact, name.right, name.hits) == (1, 0, 1, 1)
    assert (phone.found, phone.exact, phone.right, phone.missed) == (0, 0, 1, ["a:12:PHONE_NUMBER"])

    scores = tallies()
    score_text(scores, "a", "form", text, gold, [Hit(2, 9, "PERSON"), Hit(12, 25, "JP_BANK_ACCOUNT")])
    assert scores["form", "PERSON"].exact == 1
    assert scores["form", "PHONE_NUMBER"].found == 0
    assert scores["form", "JP_BANK_ACCOUNT"].alarms == ["a:12:JP_BANK_ACCOUNT"]


def test_scoring_of_tables_counts_values() -> None:
    """A value that stands twice must be found twice; width and blanks do not matter."""
    from score import score_values, tallies

    scores = tallies()
    score_values(
        scores,
        "t",
        "list",
        [("PERSON", "山田 太郎"), ("PERSON", "山田 太郎"), ("JP_MY_NUMBER", "123456789018")],
        [("PERSON", "山田太郎"), ("JP_MY_NUMBER", "１２３４５６７８９０１８"), ("AGE", "33")],
    )
    assert scores["list", "PERSON"].recall == 0.5
    assert scores["list", "JP_MY_NUMBER"].recall == 1.0
    assert ("list", "AGE") not in scores


def test_surname_and_given_name_in_neighbouring_cells_are_one_name() -> None:
    """As the column stage joins them."""
    from forms.pages import Document, Value
    from measures import table_gold

    rows = (
        ("姓", "名", "TEL"),
        (Value("PERSON", "山田"), Value("PERSON", "太郎"), Value("PHONE_NUMBER", "090-1234-5678")),
    )
    gold = table_gold(Document("t", "list-table", rows=rows, head=1))
    assert Counter(gold) == Counter({("PERSON", "山田太郎"): 1, ("PHONE_NUMBER", "090-1234-5678"): 1})


def test_changes_between_runs_are_told_by_ids() -> None:
    """What is found now, missed now, alarms new and gone."""
    from figures import changes

    before = {"missed": ["a", "b"], "alarms": ["x"]}
    assert changes(before, {"missed": ["b", "c"], "alarms": ["y"]}) == {
        "now found": ["a"],
        "now missed": ["c"],
        "new alarms": ["y"],
        "alarms gone": ["x"],
    }


def test_a_line_of_the_table_is_ok_only_if_every_figure_reaches_its_aim() -> None:
    """At least for shares found, under for alarms; nothing known gives no verdict."""
    from figures import Aim, verdict

    aims = (Aim("r", ">=", 0.9), Aim("a", "<", 2.0))
    assert verdict(aims, {"r": 0.9, "a": 1.9}) == "ok"
    assert verdict(aims, {"r": 0.9, "a": 2.0}) == "below"
    assert verdict(aims, {"r": 0.89, "a": 0.0}) == "below"
    assert verdict(aims, {}) == "-"
