"""Results as workers would hand them over, and the whole content of an inventory to compare."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from piiscan.inventory import tables
from piiscan.inventory.store import Inventory
from piiscan.model import Finding, Item, ItemResult, Locator, Problem, Severity, State

SEVERITIES = {"PHONE_NUMBER": Severity.MEDIUM, "JP_MY_NUMBER": Severity.CRITICAL, "AGE": Severity.INFO}


def finding(entity: str = "PHONE_NUMBER", *, line: int = 1, count: int = 1, **more: Any) -> Finding:
    fields: dict[str, Any] = {
        "category": "pi",
        "severity": SEVERITIES.get(entity, Severity.LOW),
        "confidence": 0.9,
        "locator": Locator.of(sheet="会員", line=line),
        "mask": "090-****-**78",
        "rule": f"ja.{entity.lower()}",
        "recognizer": "digits",
        "fingerprint": f"fp{line}",
        "evidence": ("format", "label:電話"),
    }
    return Finding(entity_type=entity, count=count, **fields | more)


def result(
    name: str,
    entities: Mapping[str, int] | Sequence[Finding] = (),
    *,
    source: str = "share",
    state: State = State.SCANNED,
    reason: str = "",
    parent: str | None = None,
    token: str = "1",
    breadth: str = "",
    problems: Sequence[str] = (),
    persons: int | None = None,
    **more: Any,
) -> ItemResult:
    """An item ``file:///share/NAME`` with findings; `parent` is the name of its container."""
    if isinstance(entities, Mapping):
        entities = [finding(e, count=n) for e, n in entities.items()]
    item = Item(
        uri=uri(name),
        source=source,
        name=name,
        size=100,
        change_token=token,
        parent=None if parent is None else uri(parent),
        attributes={"access.breadth": breadth} if breadth else {},
    )
    return ItemResult(
        item=item,
        state=state,
        reason=reason,
        findings=tuple(entities),
        problems=tuple(Problem(code=code, item=item.uri) for code in problems),
        persons=sum(f.count for f in entities) if persons is None else persons,
        bytes_read=100 if state in {State.SCANNED, State.PARTIAL} else 0,
        **more,
    )


def uri(name: str) -> str:
    return f"file:///share/{name}"


def listed(name: str, source: str = "share", **attributes: str) -> Item:
    """An item as a listing gives it; attributes with ``_`` for the first dot."""
    given = {key.replace("_", ".", 1): value for key, value in attributes.items()}
    return Item(uri=uri(name), source=source, name=name, size=100, change_token="1", attributes=given)


def begin(inventory: Inventory, settings: str = "s1", **more: Any) -> int:
    return inventory.begin_run(["./share"], "default", settings, "key", {"piiscan": "1"}, **more).id


def whole_run(inventory: Inventory, results: Sequence[ItemResult], carried: Sequence[str | Item] = ()) -> int:
    """A run that lists exactly these items, done; those carried over by name have no attributes."""
    run = begin(inventory)
    inventory.save(run, results, "s1")
    inventory.carry_over(run, [listed(one) if isinstance(one, str) else one for one in carried])
    inventory.mark_gone(run, "share")
    inventory.finish_run(run, "done")
    return run


def content(inventory: Inventory, *, runs: bool = False) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, without clock times."""
    rows = {}
    with inventory._database.engine.connect() as connection:
        for table in tables.metadata.tables.values():
            if table.name in {"meta", "runs"} and not runs:
                continue
            columns = [c for c in table.columns if c.name not in {"read_at", "started", "finished", "resumed"}]
            rows[table.name] = sorted(map(tuple, connection.execute(select(*columns))), key=repr)
    return rows


# What a run in `test_inventory_killed` does, as a program of its own so that it can be killed.

ITEMS = 70


def listing(run: int) -> list[list[ItemResult]]:
    """Batches: every fifth item is a container whose members change, every seventh one fails, some grow, some vanish."""
    batches = []
    for number in range(ITEMS):
        if run == 2 and number % 11 == 0:
            continue
        name = f"f{number}"
        if number % 7 == 0:
            batches.append([result(name, state=State.FAILED, reason="encrypted", problems=["encrypted"])])
        elif number % 5 == 0:
            members = [result(f"{name}!/m{m}", {"AGE": m + 1}, parent=name) for m in range(run, run + 3)]
            batches.append([result(name), *members])
        else:
            batches.append([result(name, {"PHONE_NUMBER": number + run * (number % 3)})])
    return batches


def scan(url: str, run: int) -> None:
    """Begin or resume a run and do what is left of it; says on stdout what it has done."""
    with Inventory.open(url) as inventory, inventory.lock():
        found = inventory.resumable(["./share"], f"s{run}", "key")
        record = inventory.resume_run(found) if found else None
        run_id = record.id if record else begin(inventory, f"s{run}")
        inventory.add_problems(run_id, [Problem(code="list-failed", item=uri("closed/"), source="share")])
        for batch in listing(run):
            known = inventory.known("share", [batch[0].item.uri])
            if any(k.run == run_id for k in known.values()):
                continue
            inventory.save(run_id, batch, f"s{run}")
            print("saved", flush=True)
        inventory.mark_gone(run_id, "share", [uri("closed/")])
        print("marked", flush=True)
        inventory.finish_run(run_id, "done")
    print("done", flush=True)


if __name__ == "__main__":
    scan(sys.argv[1], int(sys.argv[2]))
