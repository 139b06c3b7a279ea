"""The words of the ledger: a column, a cell with its state and evidence, a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from piiscan.model import Severity


class CellState(StrEnum):
    """How sure a cell is. Only people confirm."""

    CONFIRMED = "confirmed"
    PROPOSED = "proposed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a column says of a row, and what that rests on (run, rule table, attribute of the item; never a value of the content)."""

    value: str = ""
    state: CellState = CellState.UNKNOWN
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list or document is about: a row of ``kinds.toml``. `words` are looked for in names and paths, `types` among what was found."""

    id: str
    ja: str
    en: str
    subject: str
    words: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    purpose: str = ""
    acquired: str = ""
    retention: str = ""
    retention_years: int | None = None
    risky: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A row of the ledger before it is worded: items of one kind in one place."""

    key: str
    """The same over runs: of source, folder and kind."""
    kind: Kind
    source: str
    folder: str
    uri: str
    """Of the folder (or of the table, bucket prefix, page)."""
    items: tuple[str, ...]
    """Names of the items, worst first."""
    more_items: int
    entities: Mapping[str, int]
    persons: int
    severity: Severity
    breadth: str
    """The widest access of any item: ``person``, ``group``, ``company``, ``public`` or empty."""
    owners: tuple[str, ...]
    attributes: Mapping[str, str] = field(default_factory=dict)
    rosters: int = 0
    first_seen: datetime | None = None
    last_scanned: datetime | None = None
    newest: datetime | None = None
    oldest: datetime | None = None
    unread: int = 0
    copies: tuple[str, ...] = ()
    """Folders of other holdings in which the same persons seem to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A worded row: cells by column id."""

    holding: Holding
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """The value of a column."""
        cell = self.cells.get(column)
        return cell.value if cell else ""
