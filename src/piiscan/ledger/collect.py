"""The inventory as holdings: items of the same kind in the same place become one row, as a person would write it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from posixpath import dirname
from urllib.parse import unquote

from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import AssetRecord
from piiscan.inventory.rows import BREADTHS
from piiscan.ledger.kinds import Kinds
from piiscan.ledger.model import Holding, Kind
from piiscan.model import Severity, State

DEPTH = 2
"""Folder levels below a target that make a place of their own: 店舗/天神店."""
_SCATTERED = frozenset({"other", "mail"})
"""Kinds of which nobody writes a row for each folder."""
NAMED_ITEMS = 5
_INSIDE = " › "
_IN_URI = "!/"
_MEMBERS_ALIKE = 0.5
"""Two columns hold the same persons when this share of the smaller sketch is in the larger one."""
_COPY_TYPES = ("EMAIL_ADDRESS", "PHONE_NUMBER", "PERSON", "MEMBER_ID")
_MIN_SKETCH = 8


@dataclass(slots=True)
class _Pile:
    """A holding while it grows."""

    kind: Kind
    source: str
    folder: str
    uri: str
    names: list[str] = field(default_factory=list)
    count: int = 0
    entities: dict[str, int] = field(default_factory=dict)
    persons: int = 0
    severity: Severity = Severity.NONE
    breadth: int = 0
    owners: dict[str, None] = field(default_factory=dict)
    attributes: dict[str, dict[str, None]] = field(default_factory=dict)
    rosters: int = 0
    moments: list[tuple[datetime | None, datetime | None]] = field(default_factory=list)
    first_run: int = 0
    unread: int = 0
    uris: list[str] = field(default_factory=list)

    def add(self, asset: AssetRecord, label: str) -> None:
        self.count += 1
        if len(self.names) < NAMED_ITEMS and label not in self.names:
            self.names.append(label)
        for kind, count in asset.entities.items():
            self.entities[kind] = self.entities.get(kind, 0) + count
        self.persons += asset.persons
        self.severity = max(self.severity, asset.severity)
        breadth = asset.attributes.get("access.breadth", "")
        self.breadth = max(self.breadth, BREADTHS.index(breadth) if breadth in BREADTHS else 0)
        for key in ("target.owner", "access.owner", "file.owner", "s3.tag.owner"):
            if owner := asset.attributes.get(key):
                self.owners[owner] = None
                break
        for key, value in asset.attributes.items():
            values = self.attributes.setdefault(key, {})
            if len(values) < NAMED_ITEMS:
                values[value] = None
        self.rosters += asset.roster
        self.moments.append((asset.modified, asset.last_scanned))
        self.first_run = min(self.first_run or asset.first_run, asset.first_run)
        self.unread += asset.state in (State.PARTIAL, State.FAILED)
        self.uris.append(asset.item)


def holdings(inventory: InventoryReader, kinds: Kinds, depth: int = DEPTH) -> tuple[Holding, ...]:
    """All holdings, worst first within each source and folder. Only items in which something of at least low severity was found count."""
    piles: dict[tuple[str, str, str], _Pile] = {}
    for asset in inventory.assets(min_severity=Severity.LOW):
        kind = kinds.of(_way(asset), asset.entities)
        folder, uri = place_of(asset, 1 if kind.id in _SCATTERED else depth)
        pile = piles.setdefault((asset.source, folder, kind.id), _Pile(kind, asset.source, folder, uri))
        pile.add(asset, _label(asset, folder))
    starts = {run.id: run.started for run in inventory.runs()}
    copies = _copies(inventory, piles.values())
    found = [_holding(pile, starts, copies.get(id(pile), ())) for pile in piles.values()]
    return tuple(sorted(found, key=lambda h: (h.source, h.folder, -h.severity, h.kind.id)))


def place_of(asset: AssetRecord, depth: int = DEPTH) -> tuple[str, str]:
    """The folder that stands for an item, relative to its source, and that folder's uri. What lies in an archive is where the archive is."""
    root_name = asset.name.split(_INSIDE)[0]
    root_uri = asset.item.split(_IN_URI)[0]
    if asset.kind == "table" or (asset.parent is None and asset.kind not in ("file", "object", "member")):
        return dirname(root_name), root_uri
    parts = dirname(root_name).split("/") if "/" in root_name else []
    kept = parts[:depth]
    uri = root_uri.rsplit("/", 1 + len(parts) - len(kept))[0]
    return "/".join(kept), uri


def _way(asset: AssetRecord) -> list[str]:
    """Names from the item up to the target: what it says of itself comes first."""
    steps = [step for part in asset.name.split(_INSIDE) for step in part.split("/")]
    return [*reversed(steps), asset.media_type or ""]


def _label(asset: AssetRecord, folder: str) -> str:
    return asset.name[len(folder) + 1 :] if folder and asset.name.startswith(folder + "/") else asset.name


def _holding(pile: _Pile, starts: Mapping[int, datetime], copies: Iterable[str]) -> Holding:
    modified = [m for m, _ in pile.moments if m]
    scanned = [s for _, s in pile.moments if s]
    name = f"{pile.source}\n{pile.folder}\n{pile.kind.id}"
    return Holding(
        key="L" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:10],
        kind=pile.kind,
        source=pile.source,
        folder=pile.folder,
        uri=pile.uri,
        items=tuple(pile.names),
        more_items=pile.count - len(pile.names),
        entities=dict(sorted(pile.entities.items(), key=lambda pair: (-pair[1], pair[0]))),
        persons=pile.persons,
        severity=pile.severity,
        breadth=BREADTHS[pile.breadth],
        owners=tuple(pile.owners),
        attributes={key: "、".join(values) for key, values in pile.attributes.items()},
        rosters=pile.rosters,
        first_seen=starts.get(pile.first_run),
        last_scanned=max(scanned, default=None),
        newest=max(modified, default=None),
        oldest=min(modified, default=None),
        unread=pile.unread,
        copies=tuple(copies),
    )


def _copies(inventory: InventoryReader, piles: Iterable[_Pile]) -> dict[int, tuple[str, ...]]:
    """For each pile the places of others that seem to hold the same persons, by the keyed sketches of their columns."""
    of_item = {uri: pile for pile in piles for uri in pile.uris}
    holders: dict[str, list[tuple[_Pile, int]]] = {}
    sizes: list[int] = []
    for uri, entity, signs in inventory.sketches():
        pile = of_item.get(uri)
        if pile is None or entity not in _COPY_TYPES or len(signs) < _MIN_SKETCH:
            continue
        number = len(sizes)
        sizes.append(len(signs))
        for sign in signs:
            holders.setdefault(sign, []).append((pile, number))
    shared: dict[tuple[int, int], int] = {}
    owner: dict[int, _Pile] = {}
    for entries in holders.values():
        if len(entries) > 50:  # a value in everything (a test address) says nothing
            continue
        for i, (pile, number) in enumerate(entries):
            owner[number] = pile
            for other, second in entries[i + 1 :]:
                if other is not pile:
                    pair = (min(number, second), max(number, second))
                    shared[pair] = shared.get(pair, 0) + 1
    found: dict[int, dict[str, None]] = {}
    for first, second, count in _pairs(shared):
        if count >= _MEMBERS_ALIKE * min(sizes[first], sizes[second]):
            one, two = owner[first], owner[second]
            found.setdefault(id(one), {})[shown_place(two.source, two.folder)] = None
            found.setdefault(id(two), {})[shown_place(one.source, one.folder)] = None
    return {key: tuple(places) for key, places in found.items()}


def _pairs(shared: Mapping[tuple[int, int], int]) -> Iterator[tuple[int, int, int]]:
    return ((first, second, count) for (first, second), count in shared.items())


def shown_place(source: str, folder: str) -> str:
    """A place as people write it: ``/mnt/share/店舗/天神店``, ``s3://bucket/exports``; without percent-encoding."""
    base = unquote(source)
    if base.startswith("file://"):
        base = base[len("file://") :]
        if len(base) > 2 and base[0] == "/" and base[2] == ":":  # /C:/share
            base = base[1:]
    return f"{base.rstrip('/')}/{folder}" if folder else base
