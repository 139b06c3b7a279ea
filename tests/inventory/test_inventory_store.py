"""What saving, carrying over and marking do to the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inventory_samples import begin, content, finding, listed, result, uri, whole_run

from piiscan.inventory import tables
from piiscan.inventory.rows import Prefixes
from piiscan.inventory.store import Inventory
from piiscan.model import Item, ItemResult, Locator, Problem, Severity, State


@pytest.fixture
def inventory(url: str) -> Iterator[Inventory]:
    with Inventory.open(url) as opened:
        yield opened


def states(inventory: Inventory) -> dict[str, str]:
    return {a.name: a.state.value for a in inventory.assets(states=list(State))}


def test_what_goes_in_comes_out(inventory: Inventory) -> None:
    """An item, its findings and problems are read back as they were given."""
    run = begin(inventory)
    modified = datetime(2024, 4, 1, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    item = Item(
        uri=uri("%E5%90%8D%E7%B0%BF.xlsx"),
        source="share",
        name="営業部/名簿.xlsx",
        size=5,
        modified=modified,
        change_token="t",
        media_type="x/y",
        attributes={"access.owner": "山"},
    )
    found = finding("JP_MY_NUMBER", count=3, mask="", fingerprint="")
    problem = Problem(code="part-unreadable", detail="2", item=item.uri, locator=Locator.of(sheet="a;b=c"), count=2)
    inventory.save(
        run,
        [
            ItemResult(
                item=item,
                state=State.PARTIAL,
                reason="part-unreadable",
                findings=(found,),
                problems=(problem,),
                persons=3,
                roster=True,
            )
        ],
        "s1",
    )

    (asset,) = inventory.assets()
    assert (asset.item, asset.name, asset.state, asset.reason) == (
        item.uri,
        item.name,
        State.PARTIAL,
        "part-unreadable",
    )
    assert (asset.entities, asset.persons, asset.severity, asset.roster) == (
        {"JP_MY_NUMBER": 3},
        3,
        Severity.CRITICAL,
        True,
    )
    assert (asset.size, asset.modified, asset.media_type) == (5, modified, "x/y")
    assert asset.attributes == {"access.owner": "山"}
    assert asset.last_scanned is not None
    assert datetime.now(UTC) - asset.last_scanned < timedelta(minutes=5)
    assert asset == inventory.asset(item.uri)
    (stored,) = inventory.findings()
    for name in (
        "entity_type",
        "category",
        "severity",
        "confidence",
        "locator",
        "count",
        "mask",
        "rule",
        "recognizer",
        "evidence",
    ):
        assert getattr(stored, name) == getattr(found, name)
    (said,) = inventory.problems()
    assert (said.code, said.detail, said.locator, said.count, said.stage) == (
        "part-unreadable",
        "2",
        problem.locator,
        2,
        "read",
    )


def test_saving_twice_changes_nothing(inventory: Inventory) -> None:
    """The same results again leave every row as it was, also over an earlier run and for items that came back."""
    whole_run(
        inventory,
        [result("a", {"AGE": 1}), result("z"), result("z!/m", {"AGE": 4}, parent="z"), result("back", {"AGE": 2})],
    )
    whole_run(inventory, [], carried=["a", "z"])
    run = begin(inventory)
    results = [
        result("a", [finding(line=1, sketch=("x", "y")), finding(line=2)], problems=["mojibake"], state=State.PARTIAL),
        result("z"),
        result("back", {"AGE": 2}),
        result("new", {"AGE": 1}),
    ]
    inventory.save(run, results, "s1")
    once = content(inventory)
    inventory.save(run, results, "s1")
    inventory.save(run, results[:2], "s1")
    assert content(inventory) == once
    kinds = {c.name: c.kind for c in inventory.diff(2, run)}
    assert kinds == {"a": "changed", "z!/m": "gone", "back": "new", "new": "new"}


def test_many_results_in_one_call(inventory: Inventory) -> None:
    """A container with more members than fit one statement is stored whole, and a re-read drops just what left it."""
    members = [result(f"z!/m{n}", {"AGE": 1}, parent="z") for n in range(1000)]
    run = whole_run(inventory, [result("z"), *members])
    assert inventory.counters(run)[1].listed == 1000
    second = begin(inventory)
    inventory.save(second, [result("z"), *members[1:]], "s1")
    assert [c.name for c in inventory.diff(run, second)] == ["z!/m0"]
    assert inventory.counters(second)[1].scanned == 999


def test_findings_keep_the_run_that_first_saw_them(inventory: Inventory) -> None:
    """A finding at the same place, of the same kind, rule and fingerprint is the same finding; others are new."""
    whole_run(inventory, [result("a", [finding(line=1), finding(line=2)])])
    whole_run(inventory, [result("a", [finding(line=2), finding(line=3), finding(line=1, rule="other")])])
    seen = {(f.locator.get("line"), f.rule): (f.first_run, f.last_run) for f in inventory.findings(item=uri("a"))}
    assert seen == {("2", "ja.phone_number"): (1, 2), ("3", "ja.phone_number"): (2, 2), ("1", "other"): (2, 2)}


def test_carrying_over(inventory: Inventory) -> None:
    """Scanned items and members become unchanged; partial and failed ones stay so, with their reason; all count as seen."""
    whole_run(
        inventory,
        [
            result("a", {"AGE": 1}),
            result("p", {"AGE": 1}, state=State.PARTIAL, reason="no-text", problems=["no-text"]),
            result("f", state=State.FAILED, reason="encrypted"),
            result("z"),
            result("z!/m", {"AGE": 1}, parent="z"),
            result("z!/m!/n", {"AGE": 1}, parent="z!/m"),
        ],
    )
    run = whole_run(inventory, [], carried=["a", "p", "f", "z"])
    assert states(inventory) == {
        "a": "unchanged", "p": "partial", "f": "failed", "z": "unchanged", "z!/m": "unchanged", "z!/m!/n": "unchanged"
    }  # fmt: skip
    counters, members = inventory.counters(run)
    assert (counters.listed, counters.unchanged, counters.partial, counters.failed) == (4, 2, 1, 1)
    assert counters.balanced
    assert (members.listed, members.unchanged) == (2, 2)
    assert (counters.bytes_listed, counters.bytes_read) == (400, 0)
    assert list(inventory.diff()) == []
    assert [p.code for p in inventory.problems()] == ["no-text"]


def test_carrying_over_what_this_run_read_keeps_it_read(inventory: Inventory) -> None:
    """A resumed run that carries over an item which it had scanned before it was killed does not call it unchanged."""
    run = begin(inventory)
    inventory.save(run, [result("a")], "s1")
    inventory.carry_over(run, [listed("a")])
    assert states(inventory) == {"a": "scanned"}


def test_what_is_not_read_again_has_the_rights_of_today(inventory: Inventory) -> None:
    """A wider breadth of an unchanged item, and of the members of an unchanged archive, is a change; what others than the listing said stays."""
    names = {"a": "group", "n": "group", "z": "person"}
    first = [result(name, {"AGE": 1} if name != "z" else (), breadth=breadth) for name, breadth in names.items()]
    whole_run(inventory, [*first, result("z!/m", {"AGE": 2}, parent="z", breadth="person")])
    with inventory._database.writing.begin() as connection:
        extra = '{"access.breadth":"group","access.old":"x","team.name":"EC"}'
        connection.execute(tables.items.update().where(tables.items.c.name == "a").values(attributes=extra))
    carried = [
        listed("a", access_breadth="company"),
        listed("n", access_breadth="person"),
        listed("z", access_breadth="public"),
    ]
    run = whole_run(inventory, [], carried)
    assert {c.name: (c.kind, c.note) for c in inventory.diff(1, run)} == {
        "a": ("exposed", "access group>company"),
        "z!/m": ("exposed", "access person>public"),
    }
    found = {a.name: dict(a.attributes) for a in inventory.assets(states=tuple(State))}
    assert found["a"] == {"access.breadth": "company", "team.name": "EC"}
    assert found["n"] == {"access.breadth": "person"}
    assert states(inventory) == dict.fromkeys(found, "unchanged")
    again = whole_run(inventory, [], carried)
    assert list(inventory.diff(run, again)) == []


def test_carrying_over_a_source_at_once(inventory: Inventory, monkeypatch: pytest.MonkeyPatch) -> None:
    """As item by item: with members, without what was not listed as it was, what must be tried again, other sources and other settings."""
    results = [
        result("a", {"AGE": 1}),
        result("p", {"AGE": 1}, state=State.PARTIAL, reason="no-text", problems=["no-text"]),
        result("z"),
        result("z!/m", {"AGE": 1}, parent="z"),
        result("y"),
        result("y!/m", {"AGE": 1}, parent="y"),
        result("retry", state=State.FAILED, reason="locked"),
        result("hidden", state=State.SKIPPED, reason="excluded"),
        result("untold", token=None),
        result("elsewhere", source="other"),
    ]
    for limit in (5_000, 0):  # few keys left out at once, and more than one statement takes
        monkeypatch.setattr("piiscan.inventory.unchanged.SPARED_AT_ONCE", limit or 1)
        whole_run(inventory, results)
        run = begin(inventory)
        inventory.save(run, [result("p", token="2")], "s1")
        hashes = inventory.hashes(run, "share", "s1")
        assert inventory.hashes(run, "share", "s2") == set()
        known = {hash((uri(name), "1", "{}")): name for name in ("a", "z", "y")}
        assert hashes == known.keys()
        inventory.carry_over_all(run, "share", "s1", [key for key, name in known.items() if name == "y"])
        here = {n: s for n, s in states(inventory).items() if n not in {"retry", "hidden", "untold", "elsewhere"}}
        assert here == {
            "a": "unchanged", "p": "scanned", "z": "unchanged", "z!/m": "unchanged", "y": "scanned", "y!/m": "scanned"
        }  # fmt: skip
        assert inventory.counters(run)[0].listed == 3
        assert inventory.mark_gone(run, "share") == 5


def test_gone(inventory: Inventory) -> None:
    """Unseen items of the source and their members are gone, except under a prefix that could not be listed; other sources stay."""
    whole_run(
        inventory,
        [
            result("a", {"AGE": 1}),
            result("b/x", {"AGE": 1}),
            result("z"),
            result("z!/m", {"AGE": 1}, parent="z"),
            result("b/z"),
            result("b/z!/m", {"AGE": 1}, parent="b/z"),
            result("other", {"AGE": 1}, source="elsewhere"),
        ],
    )
    run = begin(inventory)
    assert inventory.mark_gone(run, "share", [uri("b/")]) == 3
    assert {n for n, s in states(inventory).items() if s == "gone"} == {"a", "z", "z!/m"}
    assert {a.name for a in inventory.assets()} == {"b/x", "b/z", "b/z!/m", "other"}
    assert {c.name: (c.kind, c.before, c.after) for c in inventory.diff(1, run)} == {
        "a": ("gone", {"AGE": 1}, {}),
        "z!/m": ("gone", {"AGE": 1}, {}),
    }
    assert inventory.counters(run)[0].gone == 2
    assert inventory.mark_gone(run, "share", [uri("b/")]) == 0
    assert inventory.known("share", [uri("a"), uri("b/x")]).keys() == {uri("b/x")}
    assert {f.name for f in inventory.findings()} == {"b/x", "b/z!/m", "other"}
    assert inventory.summary().occurrences == 3


def test_prefixes_are_taken_literally(inventory: Inventory) -> None:
    """Wildcards of SQL in a folder name protect nothing else."""
    whole_run(inventory, [result("a_b/x"), result("axb/x"), result("a%/x")])
    run = begin(inventory)
    inventory.mark_gone(run, "share", [uri("a_b/"), uri("a%/")])
    assert {n for n, s in states(inventory).items() if s == "gone"} == {"axb/x"}


def test_thousands_of_folders_that_could_not_be_listed(inventory: Inventory) -> None:
    """However many prefixes there are, what lies under one of them stays and the rest is gone."""
    whole_run(inventory, [result("d77/x"), result("d7/x"), result("e/x")])
    run = begin(inventory)
    prefixes = [uri(f"d{n}/") for n in range(5000) if n != 7]
    assert inventory.mark_gone(run, "share", prefixes) == 2
    assert states(inventory) == {"d77/x": "scanned", "d7/x": "gone", "e/x": "gone"}


@given(prefixes=st.lists(st.text("ab", max_size=4), max_size=6), text=st.text("ab", max_size=6))
def test_prefixes(prefixes: list[str], text: str) -> None:
    """Looking up in a set of prefixes answers as trying each of them does."""
    assert (text in Prefixes(prefixes)) == text.startswith(tuple(prefixes))


def test_members_after_a_reading_that_was_cut_are_not_gone(inventory: Inventory) -> None:
    """Where a container was read only up to a limit, what was in it before and was not reached is failed, and keeps its findings."""
    members = [result(f"z!/m{n}", {"AGE": 1}, parent="z") for n in range(3)]
    whole_run(inventory, [result("z"), *members])
    run = whole_run(inventory, [result("z", state=State.PARTIAL, reason="limit-members"), members[0]])
    assert states(inventory) == {"z": "partial", "z!/m0": "scanned", "z!/m1": "failed", "z!/m2": "failed"}
    assert inventory.asset(uri("z!/m2")).reason == "limit-members"  # type: ignore[union-attr]
    assert inventory.summary().occurrences == 3
    assert inventory.counters(run)[1].listed == 3


@pytest.mark.parametrize(("reason", "kept"), [("locked", True), ("access-denied", True), ("encrypted", False)])
def test_findings_of_what_could_not_be_read_this_time(inventory: Inventory, reason: str, kept: bool) -> None:
    """A passing obstacle keeps the last known findings (the state says failed); one of the content itself replaces them."""
    whole_run(inventory, [result("a", {"AGE": 5}, roster=True)])
    whole_run(inventory, [result("a", state=State.FAILED, reason=reason, problems=[reason])])
    (asset,) = inventory.assets()
    assert (asset.state, asset.reason) == (State.FAILED, reason)
    assert (dict(asset.entities), asset.persons, asset.roster) == (({"AGE": 5}, 5, True) if kept else ({}, 0, False))
    assert [(f.count, f.last_run) for f in inventory.findings()] == ([(5, 1)] if kept else [])
    assert [c.kind for c in inventory.diff()] == ([] if kept else ["changed"])


def test_what_no_database_stores_is_replaced(inventory: Inventory) -> None:
    """Lone surrogates, NUL, sizes beyond 64 bits and dates at the edge of time neither fail nor stop their neighbours."""
    zone = timezone(timedelta(hours=14))
    odd = Item(
        uri="file:///share/%FF\udcff\x00",
        source="share",
        name="\udcff\x00.txt",
        size=2**64 - 1,
        modified=datetime(1, 1, 1, tzinfo=zone),
        change_token="\udcff",
        attributes={"file.owner\udcff": "\x00"},
    )
    run = begin(inventory)
    strange = finding(mask="\udcff\x00", evidence=("label:\udcff",), locator=Locator.of(sheet="\udcff\x00"))
    many = [result(f"{n}") for n in range(9000 // 100)]
    inventory.save(run, [ItemResult(item=odd, state=State.SCANNED, findings=(strange,)), *many], "s1")
    asset = inventory.asset(odd.uri)
    assert asset is not None
    assert asset.name == "\ufffd\ufffd.txt"
    assert asset.modified is None
    assert odd.uri in inventory.known("share", [odd.uri])
    assert inventory.summary().coverage.bytes_listed > 0
    assert next(inventory.findings()).mask == "\ufffd\ufffd"


def test_sums_of_absurd_sizes_do_not_overflow(inventory: Inventory) -> None:
    """Ten thousand members that claim 16 EiB each can still be counted."""
    run = begin(inventory)
    absurd = [
        ItemResult(item=Item(uri=f"x:{n}", source="share", name="x", size=2**64, parent="x:"), state=State.FAILED)
        for n in range(10_000)
    ]
    inventory.save(run, absurd, "s1")
    assert inventory.counters(run)[1].failed == 10_000


def test_resuming(inventory: Inventory) -> None:
    """Only the last run, unfinished, of the same targets, settings, key and kind is resumed; its listing problems start anew."""
    run = begin(inventory)
    args = (["./share"], "s1", "key")
    assert inventory.resumable(*args) == inventory.run(run)
    assert inventory.resumable(*args, profile="default") is not None
    assert inventory.resumable(*args, profile="strict") is None
    assert inventory.resumable(["./other"], "s1", "key") is None
    assert inventory.resumable(["./share"], "s2", "key") is None
    assert inventory.resumable(["./share"], "s1", "key2") is None
    assert inventory.resumable(*args, full=True) is None
    inventory.add_problems(run, [Problem(code="list-failed", item=uri("x/"), source="share")])
    found = inventory.resumable(*args)
    assert found is not None
    resumed = inventory.resume_run(found)
    assert (resumed.id, resumed.resumed, resumed.status) == (run, 1, "running")
    assert list(inventory.problems()) == []
    inventory.finish_run(run, "done")
    assert inventory.resumable(*args) is None
    begin(inventory)
    latest = begin(inventory)
    assert [r.status for r in inventory.runs()] == ["done", "interrupted", "running"]
    assert inventory.finish_run(latest, "interrupted").status == "interrupted"
    assert inventory.resumable(*args).id == latest  # type: ignore[union-attr]


def test_problems_of_a_source_hold_until_it_is_listed_again(inventory: Inventory) -> None:
    """What could not be listed stays a problem while other sources are scanned, and goes with the next listing of its own."""
    run = begin(inventory)
    inventory.add_problems(run, [Problem(code="list-failed", detail="3", item=uri("x/"), source="share", count=2)])
    inventory.finish_run(run)
    other = begin(inventory)
    inventory.mark_gone(other, "elsewhere")
    (problem,) = inventory.problems()
    assert (problem.run, problem.item, problem.code, problem.count) == (run, uri("x/"), "list-failed", 2)
    third = begin(inventory)
    inventory.mark_gone(third, "share")
    assert list(inventory.problems()) == []
    assert [p.code for p in inventory.problems(run=run)] == ["list-failed"]
    assert inventory.summary().by_problem == ()


def test_key_epoch(inventory: Inventory) -> None:
    """The key id is unknown at first, and the last one set is remembered."""
    assert inventory.key_id() is None
    inventory.set_key_id("k1")
    inventory.set_key_id("k2")
    assert inventory.key_id() == "k2"


def test_a_failing_transaction_leaves_nothing(inventory: Inventory) -> None:
    """When one result of a batch cannot be stored, none is."""
    run = begin(inventory)
    broken = result("b", [finding(confidence="much")])
    with pytest.raises((ValueError, TypeError)):
        inventory.save(run, [result("a", {"AGE": 1}), broken], "s1")
    assert list(inventory.assets()) == []
