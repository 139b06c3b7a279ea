"""Decisions of people: what they change, how long they hold, and that they outlive scans. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from inventory_samples import begin, finding, result, uri, whole_run

from piiscan.inventory.store import Inventory
from piiscan.inventory.triage import Decision, Decisions, expire

PHONE, AGE = "PHONE_NUMBER", "AGE"


@pytest.fixture
def inventory(url: str) -> Iterator[Inventory]:
    with Inventory.open(url) as opened:
        yield opened


def ours(verdict: str = "false", **more: object) -> Decision:
    return Decision(**{"verdict": verdict, "by": "検査担当", "reason": "代表電話", **more})  # type: ignore[arg-type]


def entities(inventory: Inventory, name: str) -> dict[str, int]:
    asset = inventory.asset(uri(name))
    assert asset is not None
    return dict(asset.entities)


def test_false_findings_leave_lists_and_sums(inventory: Inventory) -> None:
    """The finding is kept and can be asked for, but counts nowhere; the other one stays."""
    whole_run(inventory, [result("a.txt", [finding(PHONE, line=1), finding(AGE, line=2)], persons=1)])
    number, count = inventory.decide(ours(uri=uri("a.txt"), entity_type=PHONE))
    assert (number, count) == (1, 1)
    assert entities(inventory, "a.txt") == {AGE: 1}
    assert [f.entity_type for f in inventory.findings()] == [AGE]
    assert len(list(inventory.findings(false_ones=True))) == 2
    assert [e.entity_type for e in inventory.summary().by_entity] == [AGE]


def test_they_are_remembered_when_the_item_is_read_again(inventory: Inventory) -> None:
    """A later scan finds the same, and something new: only the new one counts."""
    whole_run(inventory, [result("a.txt", [finding(PHONE, line=1)])])
    inventory.decide(ours(uri=uri("a.txt"), locator=str(finding(PHONE, line=1).locator)))
    whole_run(inventory, [result("a.txt", [finding(PHONE, line=1), finding(PHONE, line=9)], token="2")])
    assert entities(inventory, "a.txt") == {PHONE: 1}
    assert [f.locator.get("line") for f in inventory.findings()] == ["9"]


def test_a_value_is_known_wherever_it_turns_up(inventory: Inventory) -> None:
    """By its keyed fingerprint, in items that come later as well; an item left with nothing holds no persons."""
    whole_run(inventory, [result("a.txt", [finding(PHONE, line=1)], persons=1)])
    inventory.decide(ours(entity_type=PHONE, fingerprint="fp1"))
    whole_run(
        inventory,
        [result("a.txt", [finding(PHONE, line=1)], persons=1), result("b.txt", [finding(PHONE, line=1)], persons=1)],
    )
    assert [a.persons for a in inventory.assets()] == [0, 0]
    assert not list(inventory.findings())


def test_a_folder_covers_what_comes_later(inventory: Inventory) -> None:
    """Everything below it, and nothing whose name only begins the same."""
    whole_run(inventory, [result("テスト/a.txt", {PHONE: 1}), result("テスト用/b.txt", {PHONE: 1})])
    inventory.decide(ours(uri=uri("テスト"), below=True))
    whole_run(inventory, [result("テスト/c/d.txt", {PHONE: 1}), result("テスト用/b.txt", {PHONE: 1})])
    assert [f.item for f in inventory.findings()] == [uri("テスト用/b.txt")]


def test_the_latest_decision_counts_and_undoing_brings_back_the_one_before(inventory: Inventory) -> None:
    """Accepted after false counts again; taken back, it is false again."""
    whole_run(inventory, [result("a.txt", {PHONE: 1})])
    inventory.decide(ours(uri=uri("a.txt")))
    inventory.decide(ours("accepted", uri=uri("a.txt")))
    assert entities(inventory, "a.txt") == {PHONE: 1}
    assert inventory.revoke(2, "監査担当")
    assert entities(inventory, "a.txt") == {}
    assert not inventory.revoke(2, "監査担当")
    assert [(d.verdict, d.revoked_by) for d, _, _ in inventory.decisions()] == [("false", ""), ("accepted", "監査担当")]


def test_what_counts_again_is_read_again(inventory: Inventory) -> None:
    """The persons of an item that held nothing are not known any more, so its change token is forgotten."""
    whole_run(inventory, [result("a.txt", {PHONE: 3}, persons=3)])
    inventory.decide(ours(uri=uri("a.txt")))
    inventory.revoke(1, "x")
    assert inventory.known("share", [uri("a.txt")])[uri("a.txt")].change_token is None


def test_decisions_end_on_their_day(inventory: Inventory) -> None:
    """The last day is included; the next run, not a reader, takes them out of force."""
    whole_run(inventory, [result("a.txt", {PHONE: 1})])
    today = datetime.now(UTC).date()
    decision = ours(uri=uri("a.txt"), until=today)
    assert decision.holds(today)
    assert not decision.holds(today + timedelta(days=1))
    inventory.decide(ours(uri=uri("a.txt"), until=date(2020, 1, 1)))
    assert entities(inventory, "a.txt") == {PHONE: 1}
    inventory.decide(decision)
    inventory._write(lambda connection: expire(connection, today + timedelta(days=1)))
    begin(inventory)


def test_who_is_asked_decides(inventory: Inventory) -> None:
    """Type, place and value narrow what a decision speaks of."""
    narrow = ours(uri="u", entity_type=PHONE, locator="line=1")
    assert narrow.covers("u", PHONE, "line=1", "f")
    for other in (("v", PHONE, "line=1", "f"), ("u", AGE, "line=1", "f"), ("u", PHONE, "line=2", "f")):
        assert not narrow.covers(*other)
    assert not ours().covers("u", PHONE, "", "")  # neither place nor value: speaks of nothing


@pytest.mark.parametrize("count", [0, 3])
def test_no_decision_is_the_common_case(count: int) -> None:
    """Without decisions nothing is asked; with some, the newest that fits is found."""
    decisions = Decisions(ours(id=n, uri="u", entity_type=PHONE) for n in range(1, count + 1))
    assert bool(decisions) == bool(count)
    found = decisions.of("u", PHONE, "", "")
    assert (found.id if found else 0) == count


def test_folders_are_looked_up_by_the_way_up() -> None:
    """A folder covers itself and what is below, not its neighbour with a longer name; of several the latest decides."""
    made = [
        Decision(id=n, verdict="accepted", by="a", reason="b", uri=uri, below=True)
        for n, uri in enumerate(("file:///s", "file:///s/a/", "s3://b"), 1)
    ]
    decisions = Decisions(made)
    ways = ("file:///s/a/x.csv", "file:///s/ab/x.csv", "file:///s", "file:///sa/x.csv", "s3://b/x", "s3://bb/x")
    found = [decisions.of(uri, "PERSON", "", "") for uri in ways]
    assert [d.id if d else None for d in found] == [2, 1, 1, None, 3, None]
