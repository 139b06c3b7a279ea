"""What reports share: the figures and lists of one inventory, gathered once, with caps where a page would become unreadable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import AssetRecord, Change, FindingRecord, RunRecord, Summary
from piiscan.model import Counters, Severity, State

WORST = 1000
PLACES = 3
UNREAD = 300
CHANGES = 200
COVERAGE_STATES = (State.SCANNED, State.UNCHANGED, State.PARTIAL, State.SKIPPED, State.FAILED)
LEAK_PERSONS = 1000  # 規則7条4号: more than 1,000 persons
MY_NUMBER_PERSONS = 100  # 番号法: more than 100 persons


@dataclass(frozen=True, slots=True)
class Evidence:
    """A digest over all finding rows in the order of the JSON report, so that an export can be tied to this report later.

    SHA-256 over one line a finding: the JSON object of :func:`finding_json` with sorted keys and no spaces, UTF-8, and a line feed.
    """

    findings: int
    digest: str


@dataclass(frozen=True, slots=True)
class Share:
    """One state's part of the coverage. `percent` has one decimal; all of them add up to 100."""

    state: State
    items: int
    percent: float


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of the worst list: why it is there, and the first places to look at."""

    asset: AssetRecord
    reasons: tuple[str, ...]
    places: tuple[FindingRecord, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A listed item with those of its members that are in the list; `container` is None where the item is no container."""

    container: AssetRecord | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything a report of a page shows."""

    generated: datetime
    summary: Summary
    runs: tuple[RunRecord, ...]
    coverage: tuple[Share, ...]
    groups: tuple[Group, ...]
    shown: int
    unread: tuple[AssetRecord, ...]
    unread_total: int
    source_problems: tuple[tuple[str, str, int], ...]
    changes: tuple[Change, ...]
    change_counts: Mapping[str, int]
    compared: tuple[RunRecord, RunRecord] | None
    evidence: Evidence


def collect(inventory: InventoryReader) -> ReportData:
    """Gather it. Reads every finding once, for the digest."""
    summary = inventory.summary()
    categories = {row.entity_type: row.category for row in summary.by_entity}
    worst = list(inventory.assets(min_severity=Severity.INFO, limit=WORST))
    unread = list(inventory.assets(states=[State.FAILED, State.PARTIAL], order="name", limit=UNREAD))
    changes, counts = _changes(inventory)
    return ReportData(
        generated=datetime.now(UTC),
        summary=summary,
        runs=inventory.runs()[-20:],
        coverage=shares(summary.coverage),
        groups=tuple(_groups(inventory, worst, categories)),
        shown=len(worst),
        unread=tuple(unread),
        unread_total=sum(c.failed + c.partial for c in (summary.coverage, summary.members)),
        source_problems=_source_problems(inventory),
        changes=changes,
        change_counts=counts,
        compared=_compared(inventory),
        evidence=evidence(inventory),
    )


def shares(counters: Counters) -> tuple[Share, ...]:
    """Parts of the listed items by state, rounded so that they add up to exactly 100 (largest remainders get the rest)."""
    counts = {state: int(getattr(counters, state.value)) for state in COVERAGE_STATES}
    total = sum(counts.values())
    if not total:
        return tuple(Share(state, 0, 0.0) for state in COVERAGE_STATES)
    thousandths = {state: divmod(count * 1000, total) for state, count in counts.items()}
    missing = 1000 - sum(whole for whole, _ in thousandths.values())
    lucky = sorted(COVERAGE_STATES, key=lambda s: -thousandths[s][1])[:missing]
    return tuple(Share(s, counts[s], (thousandths[s][0] + (s in lucky)) / 10) for s in COVERAGE_STATES)


def reasons(asset: AssetRecord, categories: Mapping[str, str]) -> tuple[str, ...]:
    """Codes saying why an item matters, worst first: keys ``why.*`` of the wording."""
    held = {categories.get(entity, "pi") for entity in asset.entities}
    found = []
    if "spi" in held:
        found.append("my_number")
    if "sens" in held:
        found.append("sensitive")
    if "pci" in held:
        found.append("card")
    if "CREDENTIAL" in asset.entities:
        found.append("credential")
    if "idcode" in held:
        found.append("idcode")
    if asset.attributes.get("access.breadth") == "public":
        found.append("public")
    if asset.persons > LEAK_PERSONS:
        found.append("thousand")
    elif "spi" in held and asset.persons > MY_NUMBER_PERSONS:
        found.append("hundred")
    if asset.roster:
        found.append("roster")
    return tuple(found)


def evidence(inventory: InventoryReader) -> Evidence:
    """The digest over all findings."""
    digest = Digest()
    for finding in inventory.findings():
        digest.add(finding_json(finding))
    return digest.result()


class Digest:
    """Computes :class:`Evidence` while rows go by."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._count = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """One finding, as exported."""
        self._hash.update(json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n")
        self._count += 1

    def result(self) -> Evidence:
        """The evidence so far."""
        return Evidence(self._count, self._hash.hexdigest())


def finding_json(finding: FindingRecord) -> dict[str, Any]:
    """A finding as the JSON report and ``piiscan findings --format jsonl`` write it."""
    return {
        "item": finding.item,
        "entity_type": finding.entity_type,
        "locator": str(finding.locator),
        "count": finding.count,
        "confidence": finding.confidence,
        "severity": finding.severity.name.lower(),
        "category": finding.category,
        "rule": finding.rule,
        "mask": finding.mask,
    }


def _groups(inventory: InventoryReader, worst: list[AssetRecord], categories: Mapping[str, str]) -> Iterator[Group]:
    known = {asset.item: asset for asset in worst}
    roots: dict[str, AssetRecord | None] = {}

    def root_of(asset: AssetRecord) -> AssetRecord:
        while asset.parent is not None:
            parent = known.get(asset.parent) or roots.get(asset.parent) or inventory.asset(asset.parent)
            if parent is None:
                break
            roots[parent.item] = asset = parent
        return asset

    grouped: dict[str, list[AssetRecord]] = {}
    for asset in worst:
        grouped.setdefault(root_of(asset).item, []).append(asset)
    for uri, assets in grouped.items():
        entries = tuple(
            Entry(asset, reasons(asset, categories), tuple(inventory.findings(item=asset.item, limit=PLACES)))
            for asset in sorted(assets, key=lambda a: a.parent is not None)
        )
        only_itself = len(assets) == 1 and assets[0].item == uri
        yield Group(None if only_itself else known.get(uri) or roots[uri], entries)


def _changes(inventory: InventoryReader) -> tuple[tuple[Change, ...], dict[str, int]]:
    counts: dict[str, int] = {}
    worst: list[Change] = []
    for change in inventory.diff():
        counts[change.kind] = counts.get(change.kind, 0) + 1
        worst.append(change)
        if len(worst) > 10 * CHANGES:
            worst = sorted(worst, key=_change_order)[:CHANGES]
    return tuple(sorted(worst, key=_change_order)[:CHANGES]), counts


def _change_order(change: Change) -> tuple[bool, int, int, str]:
    return (change.kind != "exposed", -change.severity, -sum(change.after.values()), change.item)


def _compared(inventory: InventoryReader) -> tuple[RunRecord, RunRecord] | None:
    done = [run for run in inventory.runs() if run.status == "done"]
    return (done[-2], done[-1]) if len(done) > 1 else None


def _source_problems(inventory: InventoryReader) -> tuple[tuple[str, str, int], ...]:
    """(code, place, count) of what could not even be listed."""
    listing = (p for p in inventory.problems() if p.stage in {"list", "run"} and inventory.asset(p.item or "") is None)
    return tuple((p.code, p.item or p.source or "", p.count) for p in islice(listing, UNREAD))
