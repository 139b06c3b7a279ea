"""Records to rows and back. Text is cleaned here, so that odd file names and hostile headers cannot stop a transaction."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Table
from sqlalchemy.engine import Connection, RowMapping

from piiscan.inventory.records import AssetRecord, FindingRecord, KnownItem, ProblemRecord, RunRecord
from piiscan.model import Counters, Finding, Item, Locator, Problem, Severity, State
from piiscan.problems import PROBLEMS

CHUNK = 400
"""Keys of one ``IN`` list: databases limit the parameters of a statement."""

MAX_INT = 2**50
"""Sizes are cut to this: archive headers may claim 2^64 bytes, and sums of such numbers overflow."""

BREADTHS = ("", "person", "group", "company", "public")
"""How many may open an item, from few to many; the index is what is stored. From the attribute ``access.breadth``."""

T = TypeVar("T")
Row = dict[str, Any]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no NUL, UTF-8 no lone surrogates


@lru_cache(maxsize=4096)
def key_of(uri: str) -> str:
    """The primary key of an item. Looked up, saved and joined within moments: the last ones are kept."""
    return urlsafe_b64encode(hashlib.sha256(uri.encode("utf-8", "surrogatepass")).digest()).decode().rstrip("=")


def clean(text: str) -> str:
    """Text that every database stores."""
    return _UNSTORABLE.sub("\ufffd", text)


def optional(text: str | None) -> str | None:
    """Clean text or None."""
    return None if text is None else clean(text)


def whole(number: int) -> int:
    """A whole number that fits, and still fits when many are added."""
    return max(0, min(int(number), MAX_INT))


def dump(value: Mapping[str, Any] | Sequence[str]) -> str:
    """JSON text; the same value always gives the same text."""
    return clean(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))).replace(
        "\\u0000", "\ufffd"
    )


def load(text: str) -> Any:
    """What `dump` wrote."""
    return json.loads(text)


def chunks(things: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most `size`."""
    batch: list[T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


class Prefixes:
    """Whether a text begins with one of many prefixes, in the time of a look-up."""

    def __init__(self, prefixes: Iterable[str]) -> None:
        # Without those that another one begins: then only the nearest prefix before a text in sort order can be its prefix.
        self._sorted: list[str] = []
        for prefix in sorted(prefixes):
            if not self._sorted or not prefix.startswith(self._sorted[-1]):
                self._sorted.append(prefix)

    def __contains__(self, text: str) -> bool:
        place = bisect_right(self._sorted, text)
        return place > 0 and text.startswith(self._sorted[place - 1])


def insert_many(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in as few round trips as the database allows."""
    if not rows:
        return
    statement = table.insert()
    if connection.dialect.name == "sqlite":
        connection.execute(statement, rows)
    else:  # asking for something back makes SQLAlchemy send many rows in one statement
        connection.execute(statement.returning(next(iter(table.columns))), rows).close()


def top_folder(name: str) -> str:
    """The first folder of a name relative to its target; empty for what lies at the top."""
    head, _, rest = name.replace("\\", "/").lstrip("/").partition("/")
    return head if rest else ""


def item_row(item: Item) -> Row:
    """The columns that come from listing."""
    return {
        "key": key_of(item.uri),
        "uri": clean(item.uri),
        "source": clean(item.source),
        "name": clean(item.name),
        "kind": clean(item.kind),
        "size": None if item.size is None else whole(item.size),
        "modified": item.modified,
        "change_token": optional(item.change_token),
        "media_type": optional(item.media_type),
        "parent_key": None if item.parent is None else key_of(item.parent),
        "attributes": dump(dict(item.attributes)),
        "breadth": breadth_of(item.attributes),
    }


def breadth_of(attributes: Mapping[str, str]) -> int:
    """How many may open an item, as stored; 0 where it is not known."""
    breadth = attributes.get("access.breadth", "")
    return BREADTHS.index(breadth) if breadth in BREADTHS else 0


def finding_row(item_key: str, seq: int, finding: Finding, first_run: int) -> Row:
    """One row of `findings`."""
    return {
        "item_key": item_key,
        "seq": seq,
        "entity_type": clean(finding.entity_type),
        "category": clean(finding.category),
        "severity": int(finding.severity),
        "confidence": float(finding.confidence),
        "locator": clean(str(finding.locator)),
        "occurrences": whole(finding.count),
        "mask": clean(finding.mask),
        "rule": clean(finding.rule),
        "recognizer": clean(finding.recognizer),
        "fingerprint": clean(finding.fingerprint),
        "evidence": dump(list(finding.evidence)),
        "first_run": first_run,
    }


def problem_row(run_id: int, problem: Problem, item_key: str | None, source: str | None) -> Row:
    """One row of `problems`."""
    return {
        "run_id": run_id,
        "item_key": item_key,
        "source": optional(problem.source if problem.source is not None else source),
        "place": optional(problem.item),
        "code": clean(problem.code),
        "detail": clean(problem.detail),
        "locator": clean(str(problem.locator)),
        "count": whole(problem.count),
    }


def counters_text(counters: Counters) -> str:
    """Counters as JSON."""
    return dump(asdict(counters))


def counters_from(text: str) -> Counters:
    """Counters from JSON; what a newer version added is left out."""
    known = {f.name for f in fields(Counters)}
    return Counters(**{k: v for k, v in load(text or "{}").items() if k in known})


def run_from(row: RowMapping) -> RunRecord:
    """A row of `runs`."""
    return RunRecord(
        id=row["id"],
        started=row["started"],
        finished=row["finished"],
        status=row["status"],
        targets=tuple(load(row["targets"])),
        profile=row["profile"],
        settings=row["settings"],
        key_id=row["key_id"],
        versions=load(row["versions"]),
        counters=counters_from(row["counters"]),
        members=counters_from(row["members"]),
        full=bool(row["full_scan"]),
        resumed=row["resumed"],
    )


def asset_from(row: RowMapping) -> AssetRecord:
    """A row of `items`, joined with its parent's uri as ``parent_uri``."""
    return AssetRecord(
        item=row["uri"],
        source=row["source"],
        name=row["name"],
        kind=row["kind"],
        state=State(row["state"]),
        reason=row["reason"],
        entities=load(row["entities"]),
        persons=row["persons"],
        severity=Severity(row["severity"]),
        roster=bool(row["roster"]),
        size=row["size"],
        modified=row["modified"],
        last_scanned=row["read_at"],
        media_type=row["media_type"],
        parent=row["parent_uri"],
        first_run=row["first_run"],
        last_run=row["seen_run"],
        attributes=load(row["attributes"]),
    )


def finding_from(row: RowMapping) -> FindingRecord:
    """A row of `findings`, joined with its item."""
    kept = row["state"] == State.FAILED  # findings of an earlier reading that are still the best knowledge
    return FindingRecord(
        item=row["uri"],
        name=row["name"],
        entity_type=row["entity_type"],
        category=row["category"],
        severity=Severity(row["severity"]),
        confidence=row["confidence"],
        locator=Locator.parse(row["locator"]),
        count=row["occurrences"],
        mask=row["mask"],
        rule=row["rule"],
        recognizer=row["recognizer"],
        fingerprint=row["fingerprint"],
        evidence=tuple(load(row["evidence"])),
        first_run=row["first_run"],
        last_run=(row["read_run"] if kept else None) or row["seen_run"],
    )


def known_from(row: RowMapping, uri: str) -> KnownItem:
    """A row of `items`, under the uri that was asked for."""
    return KnownItem(
        uri=uri,
        change_token=row["change_token"],
        settings=row["settings"],
        state=State(row["state"]),
        reason=row["reason"],
        run=row["seen_run"],
    )


def problem_from(row: RowMapping) -> ProblemRecord:
    """A row of `problems`, joined with its item's name."""
    kind = PROBLEMS.get(row["code"])
    return ProblemRecord(
        run=row["run_id"],
        item=row["place"],
        name=row["name"] or row["place"] or "",
        source=row["source"],
        code=row["code"],
        stage=kind.stage if kind else "",
        detail=row["detail"],
        locator=Locator.parse(row["locator"]),
        count=row["count"],
    )
