"""What the inventory hands out: frozen rows without values of the scanned content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from piiscan.model import Counters, Locator, Severity, State

RunStatus = Literal["running", "done", "interrupted", "failed"]
ChangeKind = Literal["new", "gone", "changed", "grown", "shrunk", "exposed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One execution. `settings` is the digest of everything that decides results (rules, profile, readers, limits)."""

    id: int
    started: datetime
    finished: datetime | None
    status: RunStatus
    targets: tuple[str, ...]
    profile: str
    settings: str
    key_id: str
    versions: Mapping[str, str] = field(default_factory=dict)
    counters: Counters = field(default_factory=Counters)
    members: Counters = field(default_factory=Counters)
    full: bool = False
    resumed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """What the inventory remembers of an item, to decide whether it must be read again. `run` last looked at it."""

    uri: str
    change_token: str | None
    settings: str
    state: State
    reason: str
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRecord:
    """The roll-up of one item."""

    item: str
    source: str
    name: str
    kind: str
    state: State
    reason: str
    entities: Mapping[str, int]
    persons: int
    severity: Severity
    roster: bool
    size: int | None
    modified: datetime | None
    last_scanned: datetime | None
    media_type: str | None = None
    parent: str | None = None
    first_run: int = 0
    last_run: int = 0
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """A stored finding with its item."""

    item: str
    name: str
    entity_type: str
    category: str
    severity: Severity
    confidence: float
    locator: Locator
    count: int
    mask: str
    rule: str
    recognizer: str
    fingerprint: str
    evidence: tuple[str, ...]
    first_run: int
    last_run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRecord:
    """A stored problem; `item` is None for problems of a whole source."""

    run: int
    item: str | None
    name: str
    source: str | None
    code: str
    stage: str
    detail: str
    locator: Locator
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A difference between two runs for one item; `before` and `after` are entity counts."""

    kind: ChangeKind
    item: str
    name: str
    run: int
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)
    severity: Severity = Severity.NONE
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySummary:
    """One entity type over all items that are there. `persons` adds up the estimates of the items that hold it."""

    entity_type: str
    category: str
    severity: Severity
    items: int
    occurrences: int
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveritySummary:
    """Items by their worst severity; items without findings are under `Severity.NONE`."""

    severity: Severity
    items: int
    occurrences: int
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSummary:
    """A source and a top folder in it (`folder` is empty for what lies at the top). `assets` are items with findings."""

    source: str
    folder: str
    items: int
    assets: int
    occurrences: int
    persons: int
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSummary:
    """Listed items by state and reason; the sum over all rows is every listed item."""

    state: State
    reason: str
    items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemSummary:
    """One problem code: how many items (0 for problems of a whole source only), how many times."""

    code: str
    items: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What the inventory says as a whole, now, over all its sources. Items in state gone count in `coverage.gone` only.

    `persons` adds up the estimates of the items: somebody who is in three files counts three times.
    """

    run: RunRecord | None
    coverage: Counters
    members: Counters
    assets: int
    occurrences: int
    persons: int
    rosters: int
    by_entity: tuple[EntitySummary, ...] = ()
    by_severity: tuple[SeveritySummary, ...] = ()
    by_place: tuple[PlaceSummary, ...] = ()
    by_reason: tuple[ReasonSummary, ...] = ()
    by_problem: tuple[ProblemSummary, ...] = ()
