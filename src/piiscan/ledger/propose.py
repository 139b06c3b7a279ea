"""What piiscan can say of the columns of a row: certain things as proposals with their evidence, the rest as unknown. People confirm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from piiscan.inventory.records import RunRecord
from piiscan.ledger.collect import shown_place
from piiscan.ledger.columns import COLUMNS
from piiscan.ledger.model import Cell, CellState, Holding, Row
from piiscan.reports.words import Words

_REVIEW_AFTER = timedelta(days=365)
_SENSITIVE = "SENS_"
_HELD_BY = frozenset(
    {"my_number", "members", "employees", "applicants", "leavers", "payroll", "campaign", "direct_mail", "orders"}
)
_MOST_ITEMS = 12
_BREADTH = {
    "person": ("本人のみ", "one person"),
    "group": ("部署など限られた範囲", "a group"),
    "company": ("社内の全員(要見直し)", "everybody in the company (review)"),
    "public": ("社外に公開(要確認)", "public (check)"),
}


def propose(holding: Holding, run: RunRecord | None, lang: str = "ja") -> Row:
    """A row with a cell for every column."""
    maker = _Maker(holding, run, Words(lang))
    said = maker.cells()
    return Row(holding=holding, cells={column.id: said.get(column.id, Cell()) for column in COLUMNS})


class _Maker:
    def __init__(self, holding: Holding, run: RunRecord | None, words: Words) -> None:
        self.h = holding
        self.words = words
        self.ja = words.lang == "ja"
        scanned = _day(holding.last_scanned)
        self.evidence = (
            f"実行{run.id if run else '-'}・{scanned}" if self.ja else f"run {run.id if run else '-'}, {scanned}"
        )
        self.by_table = "種別の表" if self.ja else "table of kinds"

    def cells(self) -> Mapping[str, Cell]:
        """Cells by column id."""
        h, kind = self.h, self.h.kind
        title = kind.ja if self.ja else kind.en
        where = h.folder.rsplit("/", 1)[-1]
        said = {
            "name": self._seen(f"{title}({where})" if where else title),
            "items": self._seen(self._items()),
            "count": self._seen(str(h.persons)) if h.persons else Cell(),
            "subject": self._guess(kind.subject),
            "purpose": self._guess(kind.purpose),
            "acquired": self._guess(kind.acquired),
            "place": self._seen(self._place()),
            "medium": self._seen("電子" if self.ja else "electronic"),
            "method": self._method(),
            "access": self._access(),
            "keep_until": self._guess(kind.retention),
            "sensitive": self._seen(self._yes_no(any(t.startswith(_SENSITIVE) for t in h.entities))),
            "my_number": self._seen(self._yes_no("JP_MY_NUMBER" in h.entities)),
            "held": self._guess(("該当" if self.ja else "yes") if kind.id in _HELD_BY else ""),
            "department": self._attribute("target.department") or self._attribute("s3.tag.department"),
            "owner": self._owner(),
            "risk": self._seen(self.words.severity(h.severity)),
            "found": self._seen(_day(h.first_seen)),
            "reviewed": self._seen(_day(h.last_scanned)),
            "next_review": self._guess(_day(h.last_scanned + _REVIEW_AFTER if h.last_scanned else None)),
            "note": self._seen(self._note()),
        }
        return {column: cell for column, cell in said.items() if cell is not None}

    def _seen(self, value: str) -> Cell:
        return Cell(value, CellState.PROPOSED, self.evidence) if value else Cell()

    def _guess(self, value: str) -> Cell:
        return Cell(value, CellState.PROPOSED, f"{self.by_table}: {self.h.kind.id}") if value else Cell()

    def _attribute(self, name: str) -> Cell | None:
        value = self.h.attributes.get(name, "")
        return Cell(value, CellState.PROPOSED, f"{name}, {self.evidence}") if value else None

    def _items(self) -> str:
        names = [self.words.entity(kind) for kind in self.h.entities]
        shown = list(dict.fromkeys(names))[:_MOST_ITEMS]
        rest = len(set(names)) - len(shown)
        comma = "、" if self.ja else ", "
        return comma.join(shown) + (f" ほか{rest}種" if self.ja and rest else f" and {rest} more" if rest else "")

    def _place(self) -> str:
        names = "、".join(self.h.items) + (
            (f" ほか{self.h.more_items}件" if self.ja else f" and {self.h.more_items} more")
            if self.h.more_items
            else ""
        )
        return f"{shown_place(self.h.source, self.h.folder)}\n({names})"

    def _method(self) -> Cell:
        parts = [
            f"{key}={self.h.attributes[key]}"
            for key in ("s3.encryption", "s3.versioning", "sql.encrypted")
            if key in self.h.attributes
        ]
        return Cell("、".join(parts), CellState.PROPOSED, self.evidence) if parts else Cell()

    def _access(self) -> Cell:
        breadth = _BREADTH.get(self.h.breadth)
        said = [breadth[0 if self.ja else 1]] if breadth else []
        principals = self.h.attributes.get("access.principals") or self.h.attributes.get("access.readers")
        if principals:
            said.append(principals if len(principals) < 300 else principals[:300] + "…")
        return Cell("\n".join(said), CellState.PROPOSED, self.evidence) if said else Cell()

    def _owner(self) -> Cell | None:
        return self._attribute("target.owner") or self._attribute("s3.tag.owner")

    def _yes_no(self, yes: bool) -> str:
        return ("有" if yes else "無") if self.ja else ("yes" if yes else "no")

    def _note(self) -> str:
        h, notes = self.h, []
        if h.kind.id == "direct_mail":
            notes.append(
                "取得元・同意・取得日を確認してください" if self.ja else "check source, consent and date of acquisition"
            )
        if h.rosters:
            notes.append(f"名簿 {h.rosters}件" if self.ja else f"{h.rosters} rosters")
        if h.copies:
            places = "、".join(h.copies[:3])
            notes.append(
                f"同じ人の情報が別の場所にもあります: {places}" if self.ja else f"the same persons also in: {places}"
            )
        if h.unread:
            notes.append(f"全部は読めていないもの {h.unread}件" if self.ja else f"{h.unread} not fully read")
        if old := over_retention(h, datetime.now(UTC).date()):
            notes.append(
                f"保管期限の目安({old}年)を過ぎた可能性" if self.ja else f"older than the {old} years of the table"
            )
        return "。".join(notes) if self.ja else "; ".join(notes)


def over_retention(holding: Holding, today: date) -> int | None:
    """The years of the table if even the newest item of a holding is older than that; None otherwise."""
    years = holding.kind.retention_years
    if years is None or holding.newest is None:
        return None
    return years if (today - holding.newest.date()).days > years * 366 else None


def _day(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        moment = moment.astimezone().date()
    return moment.isoformat() if moment else ""
