"""Inventories that reports are written of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Problem, Severity, State

KINDS = {
    "PERSON": (Severity.MEDIUM, "pi"),
    "JP_MY_NUMBER": (Severity.CRITICAL, "spi"),
    "CREDIT_CARD": (Severity.HIGH, "pci"),
    "AGE": (Severity.INFO, "pi"),
}

Make = Callable[..., ItemResult]


def make(name: str, entities: dict[str, int] | None = None, **more: object) -> ItemResult:
    """An item with one finding of each type."""
    uri = f"file:///share/{name}"
    findings = tuple(
        Finding(
            entity_type=entity,
            category=KINDS[entity][1],
            severity=KINDS[entity][0],
            confidence=0.87654321,
            locator=Locator.of(sheet="会員", column="C"),
            count=count,
            mask="" if entity == "JP_MY_NUMBER" else "山* **",
            rule="ja.rule",
            recognizer="words",
        )
        for entity, count in (entities or {}).items()
    )
    state = State(str(more.pop("state", "scanned")))
    reason = str(more.pop("reason", ""))
    problems = (Problem(code=reason, item=uri),) if reason else ()
    parent = more.pop("parent", None)
    item = Item(
        uri=uri,
        source="共有",
        name=name,
        size=1234,
        parent=f"file:///share/{parent}" if parent else None,
        attributes=more.pop("attributes", {}),  # type: ignore[arg-type]
    )
    persons = max((entities or {}).values(), default=0)
    return ItemResult(
        item=item,
        state=state,
        reason=reason,
        findings=findings,
        problems=problems,
        persons=persons,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def make_result() -> Make:
    return make


@pytest.fixture
def empty() -> Iterator[Inventory]:
    with Inventory.open("sqlite://") as inventory:
        yield inventory


@pytest.fixture
def company(empty: Inventory) -> Inventory:
    """Two runs over a small share: an archive with members, one file that grew, a new one, one gone, some unreadable."""
    same = [
        make("営業部/名簿.xlsx", {"PERSON": 1200, "AGE": 3}, roster=True),
        make("総務部/扶養控除.zip"),
        make("総務部/扶養控除.zip > 2023.csv", {"JP_MY_NUMBER": 150}, parent="総務部/扶養控除.zip"),
        make("何もない.txt"),
        make("鍵付き.xlsx", state="failed", reason="encrypted"),
        make("絵だけ.pdf", {"PERSON": 1}, state="partial", reason="no-text"),
        make("動画.mp4", state="skipped", reason="unsupported-format"),
    ]
    for run, changing in (
        (1, [make("通販/注文.csv", {"CREDIT_CARD": 5}), make("古い.csv", {"AGE": 1})]),
        (2, [make("通販/注文.csv", {"CREDIT_CARD": 9}), make("新しい.csv", {"AGE": 1})]),
    ):
        record = empty.begin_run(["\\\\server\\共有"], "default", "s", "k", {"piiscan": "0.1.0"})
        assert record.id == run
        empty.save(run, [*same, *changing], "s")
        empty.add_problems(run, [Problem(code="list-failed", item="file:///share/%E5%BD%B9%E5%93%A1/", source="共有")])
        empty.mark_gone(run, "共有")
        empty.finish_run(run, "done")
    return empty


def store(inventory: Inventory, results: list[ItemResult]) -> None:
    run = inventory.begin_run(["./share"], "default", "s", "k", {})
    inventory.save(run.id, results, "s")
    inventory.finish_run(run.id, "done")


@pytest.fixture
def put() -> Callable[[Inventory, list[ItemResult]], None]:
    return store
