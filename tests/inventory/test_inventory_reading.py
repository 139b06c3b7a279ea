"""The reading side: filters, sums that agree with the rows, differences, streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import inventory_samples as samples
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inventory_samples import begin, finding, result, uri, whole_run

from piiscan.inventory.changes import Snapshot, classify
from piiscan.inventory.rows import top_folder
from piiscan.inventory.store import Inventory
from piiscan.model import Severity, State


@pytest.fixture
def inventory(url: str) -> Iterator[Inventory]:
    with Inventory.open(url) as opened:
        yield opened


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, Snapshot(entities={"A": 1}), "new"),
        (Snapshot(entities={"A": 1}), None, "gone"),
        (None, Snapshot(), None),
        (Snapshot(), None, None),
        (Snapshot(), Snapshot(entities={"A": 1}), "changed"),
        (Snapshot(entities={"A": 1}), Snapshot(entities={"A": 2}), "grown"),
        (Snapshot(entities={"A": 1}, persons=1), Snapshot(entities={"A": 1}, persons=2), "grown"),
        (Snapshot(entities={"A": 2, "B": 1}), Snapshot(entities={"A": 1, "B": 1}), "shrunk"),
        (Snapshot(entities={"A": 2, "B": 1}), Snapshot(entities={"A": 1, "B": 2}), "changed"),
        (Snapshot(entities={"A": 2}), Snapshot(entities={"A": 2, "B": 2}), "changed"),
        (Snapshot(entities={"A": 1}, breadth=2), Snapshot(entities={"A": 9}, breadth=4), "exposed"),
        (Snapshot(entities={"A": 1}, breadth=4), Snapshot(entities={"A": 1}, breadth=2), None),
        (Snapshot(entities={"A": 1}, breadth=0), Snapshot(entities={"A": 1}, breadth=4), None),
        (Snapshot(breadth=1), Snapshot(breadth=4), None),
        (Snapshot(entities={"A": 1}), Snapshot(entities={"A": 1}), None),
    ],
)
def test_kinds_of_change(before: Snapshot | None, after: Snapshot | None, kind: str | None) -> None:
    """Each difference has one kind; what holds no personal information, before or after, is no change."""
    assert classify(before, after) == kind


def test_diff_between_runs(inventory: Inventory) -> None:
    """Between the last two done runs by default; over more runs what came and went is netted."""
    assert list(inventory.diff()) == []
    one = whole_run(
        inventory, [result("a", {"AGE": 2}), result("b", {"AGE": 1}, breadth="group"), result("c", {"AGE": 1})]
    )
    assert list(inventory.diff()) == []
    two = whole_run(
        inventory, [result("a", {"AGE": 5}), result("b", {"AGE": 1}, breadth="public"), result("d", {"AGE": 1})]
    )
    begin(inventory)  # never finished: not a run to compare with, and what it did belongs to the next
    four = whole_run(inventory, [result("a", {"AGE": 2}), result("c", {"AGE": 3})], carried=["b"])

    def kinds(older: int | None, newer: int | None) -> dict[str, str]:
        return {c.name: c.kind for c in inventory.diff(older, newer)}

    assert kinds(one, two) == {"a": "grown", "b": "exposed", "c": "gone", "d": "new"}
    assert kinds(None, None) == kinds(two, four) == {"a": "shrunk", "c": "new", "d": "gone"}
    assert kinds(one, four) == {"b": "exposed", "c": "grown"}
    assert kinds(0, four) == {"a": "new", "b": "new", "c": "new"}
    assert kinds(None, two) == kinds(one, two)
    change = next(c for c in inventory.diff(one, two) if c.name == "b")
    assert change.note == "access group>public"
    assert next(c for c in inventory.diff(one, two) if c.name == "a").note == "persons 2>5"


def test_a_run_that_died_still_counts_in_the_next_difference(inventory: Inventory) -> None:
    """What an interrupted run stored before it stopped is part of the difference between the done runs around it."""
    whole_run(inventory, [result("a", {"AGE": 1})])
    dead = begin(inventory, settings="other")
    inventory.save(dead, [result("a", {"AGE": 7})], "other")
    whole_run(inventory, [], carried=["a"])
    assert [(c.kind, c.before, c.after) for c in inventory.diff()] == [("grown", {"AGE": 1}, {"AGE": 7})]


def test_filters(inventory: Inventory) -> None:
    """Each filter of assets and findings lets through what it names and nothing else."""
    whole_run(
        inventory,
        [
            result("low", {"AGE": 9}),
            result("high", {"JP_MY_NUMBER": 1, "AGE": 1}, roster=True),
            result("mid1", {"PHONE_NUMBER": 1}, persons=1, source="share"),
            result("mid2", {"PHONE_NUMBER": 1}, persons=2),
            result("none"),
            result("bad", state=State.FAILED, reason="damaged"),
        ],
    )

    def names(**filters: object) -> list[str]:
        return [a.name for a in inventory.assets(**filters)]  # type: ignore[arg-type]

    assert names() == ["high", "mid2", "mid1", "low", "bad", "none"]
    assert names(min_severity=Severity.MEDIUM) == ["high", "mid2", "mid1"]
    assert names(entity="AGE") == ["high", "low"]
    assert names(states=[State.FAILED]) == ["bad"]
    assert names(roster=True) == ["high"]
    assert names(limit=2) == ["high", "mid2"]
    assert names(source="elsewhere") == []
    assert names(order="name") == sorted(names())
    assert names(order="persons")[0] == "low"
    assert [f.name for f in inventory.findings(entity="AGE")] == ["high", "low"]
    assert [f.entity_type for f in inventory.findings(item=uri("high"))] == ["JP_MY_NUMBER", "AGE"]
    assert [f.name for f in inventory.findings(min_severity=Severity.HIGH)] == ["high"]
    assert list(inventory.findings(min_confidence=0.95)) == []
    assert len(list(inventory.findings(limit=2))) == 2


_results = st.lists(
    st.builds(
        lambda n, folder, entities, state, inside: result(
            f"{folder}/f{n}" if folder else f"f{n}",
            entities if state in {State.SCANNED, State.PARTIAL} else {},
            state=state,
            reason="" if state is State.SCANNED else "damaged",
            problems=[] if state is State.SCANNED else ["damaged"],
            parent="zip" if inside else None,
        ),
        st.integers(0, 30),
        st.sampled_from(["", "a", "b"]),
        st.dictionaries(st.sampled_from(["AGE", "PHONE_NUMBER", "JP_MY_NUMBER"]), st.integers(1, 9)),
        st.sampled_from([State.SCANNED, State.PARTIAL, State.FAILED, State.SKIPPED]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=_results, second=_results)
def test_sums_agree_with_the_rows(first: list[object], second: list[object]) -> None:
    """Whatever two runs saw, the summary, the counters and the records tell the same story, and coverage balances."""
    with Inventory.open("sqlite://") as inventory:
        whole_run(inventory, [result("zip"), *first])  # type: ignore[list-item]
        run = whole_run(inventory, [result("zip"), *second])  # type: ignore[list-item]
        assets = list(inventory.assets())
        listed = [a for a in assets if a.parent is None]
        summary = inventory.summary()
        assert summary.coverage.balanced
        assert summary.members.balanced
        assert summary.coverage.listed == len(listed) == sum(r.items for r in summary.by_reason)
        assert summary.members.listed == len(assets) - len(listed)
        assert inventory.counters(run)[0].listed == len(listed)
        assert summary.assets == sum(1 for a in assets if a.entities)
        assert summary.occurrences == sum(f.count for f in inventory.findings())
        assert summary.occurrences == sum(e.occurrences for e in summary.by_entity)
        assert summary.occurrences == sum(p.occurrences for p in summary.by_place)
        assert summary.persons == sum(a.persons for a in assets) == sum(s.persons for s in summary.by_severity)
        assert sum(p.items for p in summary.by_place) == len(assets) == sum(s.items for s in summary.by_severity)
        by_name = {a.item: a.entities for a in inventory.assets(states=list(State))}
        for change in inventory.diff():
            assert change.kind == "gone" or by_name[change.item] == change.after


def test_summary_of_persons_by_type(inventory: Inventory) -> None:
    """Persons of a type are those of the items that hold it; items in state gone are out."""
    whole_run(
        inventory,
        [result("x/a", {"AGE": 2, "PHONE_NUMBER": 1}, persons=2), result("x/b", {"AGE": 1}), result("c", {"AGE": 50})],
    )
    whole_run(inventory, [], carried=["x/a", "x/b"])
    summary = inventory.summary()
    assert [(e.entity_type, e.items, e.occurrences, e.persons) for e in summary.by_entity] == [
        ("PHONE_NUMBER", 1, 1, 2),
        ("AGE", 2, 3, 3),
    ]
    assert [(p.folder, p.items, p.assets, p.persons, p.severity) for p in summary.by_place] == [
        ("x", 2, 2, 3, Severity.MEDIUM)
    ]
    assert summary.coverage.gone == 1
    assert summary.run == inventory.latest_run()


@pytest.mark.parametrize(("name", "folder"), [("a/b/c", "a"), ("c", ""), ("a\\b", "a"), ("/a/b", "a"), ("", "")])
def test_top_folder(name: str, folder: str) -> None:
    """The first folder of a relative name, with either slash."""
    assert top_folder(name) == folder


def test_members_are_shown_in_the_folder_of_their_container(inventory: Inventory) -> None:
    """However deep and in whatever batch a member comes, it counts in the top folder of the listed item."""
    run = begin(inventory)
    inventory.save(run, [result("dept/z.zip"), result("z!/m", parent="dept/z.zip")], "s1")
    inventory.save(run, [result("q!/n", {"AGE": 1}, parent="z!/m")], "s1")
    assert [(p.folder, p.items) for p in inventory.summary().by_place] == [("dept", 3)]
    assert inventory.counters(run)[1].listed == 2
    assert inventory.asset(uri("q!/n")).parent == uri("z!/m")  # type: ignore[union-attr]


def test_sketches(inventory: Inventory) -> None:
    """Sketches come back whole, by item and type."""
    whole_run(
        inventory, [result("a", [finding(sketch=("b", "a")), finding("AGE", sketch=("c",))]), result("b", [finding()])]
    )
    assert list(inventory.sketches()) == [(uri("a"), "PHONE_NUMBER", ("a", "b")), (uri("a"), "AGE", ("c",))]
    assert list(inventory.sketches("AGE")) == [(uri("a"), "AGE", ("c",))]


def test_reading_while_a_run_writes(inventory: Inventory) -> None:
    """A half-read stream does not stop writing, nor the other way round."""
    whole_run(inventory, [result(f"f{n}", {"AGE": 1}) for n in range(1500)])
    stream = inventory.assets()
    next(stream)
    run = begin(inventory)
    inventory.save(run, [result("late", {"AGE": 1})], "s1")
    assert 1500 <= 1 + sum(1 for _ in stream) <= 1501
    assert inventory.asset(uri("late")) is not None


def test_a_list_of_the_worst_uses_the_index(tmp_path: Path) -> None:
    """The worst items of a large inventory are found without sorting it."""
    with (
        Inventory.open(f"sqlite:///{tmp_path / 'i.db'}") as inventory,
        inventory._database.engine.connect() as connection,
    ):
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT * FROM items WHERE state <> 'gone' AND severity >= 1 AND severity > 0 "
            "ORDER BY severity DESC, persons DESC, occurrences DESC, uri LIMIT 10"
        ).fetchall()
    assert "items_worst" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_samples_cover_what_they_promise() -> None:
    """The share that the kill test scans has containers, failures, growth and losses in both runs."""
    first = {r.item.name for batch in samples.listing(1) for r in batch}
    second = {r.item.name for batch in samples.listing(2) for r in batch}
    assert first - second
    assert second - first
    assert any("!/" in name for name in first & second)
