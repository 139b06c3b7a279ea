"""What to do first, as the law sees it: situations, how many items and persons, the rule each rests on, the next step.

Wording and legal basis are sentences ``do.CODE.title``, ``.law`` and ``.step``. Sources: 個人情報保護法26条・規則7条 (leak reports), 番号法 (My Number: more
than 100 persons, kept only while a task needs it), 割賦販売法 and PCI DSS v4 (cards), JIS Q 15001 (ledger, access, retention).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import AssetRecord
from piiscan.ledger.collect import holdings
from piiscan.ledger.kinds import load_kinds
from piiscan.ledger.model import Holding
from piiscan.ledger.propose import over_retention
from piiscan.model import Severity, State
from piiscan.reports.data import LEAK_PERSONS, MY_NUMBER_PERSONS

EXAMPLES = 5
ORDER = (
    "security_code",
    "my_number_open",
    "credential",
    "public",
    "card",
    "my_number_place",
    "my_number_many",
    "sensitive",
    "thousand",
    "roster_open",
    "provenance",
    "retention",
    "copies",
    "unread",
)
"""Most urgent first."""
LEVELS = {
    **dict.fromkeys(("security_code", "my_number_open", "credential", "public"), Severity.CRITICAL),
    **dict.fromkeys(
        ("card", "my_number_place", "my_number_many", "sensitive", "thousand", "roster_open"), Severity.HIGH
    ),
    **dict.fromkeys(("provenance", "retention", "copies", "unread"), Severity.MEDIUM),
}
REPORTABLE = frozenset(
    {"security_code", "my_number_open", "credential", "card", "my_number_many", "sensitive", "thousand"}
)
"""Situations that must be reported to the authority if they leak."""
_FOR_MY_NUMBER = (
    "マイナンバー",
    "個人番号",
    "特定個人",
    "源泉",
    "扶養",
    "給与",
    "人事",
    "社会保険",
    "mynumber",
    "my_number",
    "payroll",
)


@dataclass(frozen=True, slots=True)
class Priority:
    """A situation that holds somewhere. `persons` adds up the items' estimates; `examples` are names of items or places."""

    code: str
    items: int
    persons: int
    examples: tuple[str, ...]

    @property
    def level(self) -> Severity:
        """How urgent it is."""
        return LEVELS[self.code]

    @property
    def reportable(self) -> bool:
        """Whether a leak would have to be reported."""
        return self.code in REPORTABLE


@dataclass(slots=True)
class _Sum:
    items: int = 0
    persons: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, name: str, persons: int) -> None:
        self.items += 1
        self.persons += persons
        if len(self.examples) < EXAMPLES and name not in self.examples:
            self.examples.append(name)


def priorities(inventory: InventoryReader) -> tuple[Priority, ...]:
    """What holds now, most urgent first. Reads every item with findings once, and the sketches."""
    sums: dict[str, _Sum] = {}
    for asset in inventory.assets(min_severity=Severity.LOW):
        for code in situations(asset):
            sums.setdefault(code, _Sum()).add(asset.name, asset.persons)
    for holding in holdings(inventory, load_kinds()):
        for code in _of_holding(holding):
            sums.setdefault(code, _Sum()).add(_place(holding), holding.persons)
    for asset in inventory.assets(states=[State.FAILED, State.PARTIAL], order="name"):
        sums.setdefault("unread", _Sum()).add(asset.name, 0)
    return tuple(
        Priority(code, sums[code].items, sums[code].persons, tuple(sums[code].examples))
        for code in ORDER
        if code in sums
    )


def situations(asset: AssetRecord) -> Iterator[str]:
    """Codes of what holds for one item."""
    held = asset.entities
    breadth = asset.attributes.get("access.breadth", "")
    wide = breadth in ("company", "public")
    if "CREDIT_CARD_SAD" in held:
        yield "security_code"
    if "JP_MY_NUMBER" in held:
        yield from _my_number(asset, wide)
    if "CREDENTIAL" in held:
        yield "credential"
    if breadth == "public":
        yield "public"
    if "CREDIT_CARD" in held:
        yield "card"
    if any(kind.startswith("SENS_") for kind in held):
        yield "sensitive"
    if asset.persons > LEAK_PERSONS:
        yield "thousand"
    if asset.roster and wide:
        yield "roster_open"


def _my_number(asset: AssetRecord, wide: bool) -> Iterator[str]:
    if wide:
        yield "my_number_open"
    name = asset.name.lower()
    if not any(word in name for word in _FOR_MY_NUMBER):
        yield "my_number_place"
    if asset.persons > MY_NUMBER_PERSONS:
        yield "my_number_many"


def _of_holding(holding: Holding) -> Iterable[str]:
    if holding.kind.id == "direct_mail" and holding.persons:
        yield "provenance"
    if holding.last_scanned and over_retention(holding, holding.last_scanned.date()):
        yield "retention"
    if holding.copies and holding.rosters:
        yield "copies"


def _place(holding: Holding) -> str:
    names = "、".join(holding.items[:2])
    return f"{holding.folder}/ ({names})" if holding.folder else names
