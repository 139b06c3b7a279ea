"""The inventory as an Excel workbook, written row by row: any size, and no cell is ever a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.records import Summary
from piiscan.model import Severity
from piiscan.protocols import Report
from piiscan.reports.data import Digest, Evidence, finding_json, reasons, shares
from piiscan.reports.html import note_words, place_words
from piiscan.reports.priorities import priorities
from piiscan.reports.words import Words

MAX_ROWS = 1_048_576 - 2  # Excel's own limit, less the header and the row that says that there is more
MAX_TEXT = 32_767
Cell = str | int | float | datetime | None

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


class XlsxReport:
    """Overview, assets, findings, what was not read, runs, changes; filters and frozen headers."""

    name: ClassVar[str] = "xlsx"
    suffix: ClassVar[str] = ".xlsx"

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:
        """Write the workbook."""
        import xlsxwriter

        words = Words(lang)
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        with xlsxwriter.Workbook(out, options) as workbook:
            book = _Book(workbook)
            summary = inventory.summary()
            digest = Digest()
            # The overview comes first for the reader but needs the digest of the findings, so its sheet is filled last.
            overview = book.sheet(words("sheet.overview"), (("", 34), ("", 24), ("", 14), ("", 60)), table=False)
            categories = {row.entity_type: row.category for row in summary.by_entity}
            _priorities(book, words, inventory)
            _assets(book, words, inventory, categories)
            _findings(book, words, inventory, digest)
            _problems(book, words, inventory)
            _runs(book, words, inventory)
            _changes(book, words, inventory)
            _overview(overview, words, summary, digest.result())


class _Book:
    """A workbook and its formats."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.header = workbook.add_format(
            {
                "bold": True,
                "bg_color": "#1F4E79",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "vcenter",
                "border": 1,
            }
        )
        self.text = workbook.add_format({"valign": "top", "text_wrap": True})
        self.line = workbook.add_format({"valign": "top"})
        self.bold = workbook.add_format({"bold": True, "bottom": 1, "bg_color": "#F4F6F9"})
        # Excel would turn such a text into a formula when somebody edits the cell; this makes it show, and keep, an apostrophe
        self.quoted = workbook.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True})
        self.number = workbook.add_format({"valign": "top", "num_format": "#,##0"})
        self.share = workbook.add_format({"valign": "top", "num_format": "0.0##"})
        self.moment = workbook.add_format({"valign": "top", "num_format": "yyyy-mm-dd hh:mm"})

    def sheet(self, title: str, columns: Sequence[tuple[str, float]], *, table: bool = True) -> _Sheet:
        """A sheet with column titles and widths."""
        return _Sheet(self, self.workbook.add_worksheet(title), columns, table)


@dataclass
class _Sheet:
    """Rows are added from top to bottom, never changed afterwards."""

    book: _Book
    sheet: Any
    columns: Sequence[tuple[str, float]]
    table: bool
    row: int = 0

    def __post_init__(self) -> None:
        for number, (_, width) in enumerate(self.columns):
            self.sheet.set_column(number, number, width)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        if self.table:
            self.sheet.freeze_panes(1, 1)
            self.sheet.repeat_rows(0)
            for number, (title, _) in enumerate(self.columns):
                self.sheet.write_string(0, number, title, self.book.header)
            self.row = 1

    def fill(self, rows: Iterable[Sequence[Cell]], too_many: str) -> None:
        """All rows, as far as Excel can hold them."""
        for row in rows:
            if self.row > MAX_ROWS:
                self.add((too_many,))
                break
            self.add(row)
        self.sheet.autofilter(0, 0, max(self.row - 1, 1), len(self.columns) - 1)

    def line(self, text: str) -> None:
        """A sentence over the width of the sheet."""
        self.sheet.write_string(self.row, 0, text, self.book.line)
        self.row += 1

    def head(self, titles: Sequence[str]) -> None:
        """Column titles in the middle of a sheet."""
        for column, title in enumerate(titles):
            self.sheet.write_string(self.row, column, title, self.book.bold)
        self.row += 1

    def add(self, row: Sequence[Cell]) -> None:
        """One row."""
        for column, value in enumerate(row):
            self._cell(column, value)
        self.row += 1

    def _cell(self, column: int, value: Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, str):
            text = _NOT_XML.sub("\ufffd", value)[:MAX_TEXT]
            self.sheet.write_string(
                self.row, column, text, self.book.quoted if text.startswith(_RISKY) else self.book.text
            )
        elif isinstance(value, datetime):
            self._moment(column, value)
        else:
            self.sheet.write_number(
                self.row, column, value, self.book.share if isinstance(value, float) else self.book.number
            )

    def _moment(self, column: int, value: datetime) -> None:
        if 1900 < value.year < 9999:  # what Excel knows as a date
            self.sheet.write_datetime(self.row, column, value.astimezone().replace(tzinfo=None), self.book.moment)
        else:
            self.sheet.write_string(self.row, column, value.isoformat(), self.book.text)


def _overview(sheet: _Sheet, words: Words, summary: Summary, evidence: Evidence) -> None:
    sheet.line(words("title"))
    sheet.line(words("privacy.masked"))
    sheet.line("")
    for row in _about_run(words, summary):
        sheet.add(row)
    sheet.line("")
    sheet.add((words("overview.assets"), summary.assets))
    sheet.add((words("overview.persons"), summary.persons))
    high = sum(row.items for row in summary.by_severity if row.severity >= Severity.HIGH)
    sheet.add((words("overview.critical"), high))
    sheet.add((words("overview.rosters"), summary.rosters))
    sheet.line("")
    sheet.head([words(f"col.{key}") for key in ("state", "items", "share", "meaning")])
    for share in shares(summary.coverage):
        sheet.add((words.state(share.state.value), share.items, share.percent, words(f"state.{share.state.value}")))
    sheet.add((words("coverage.total"), summary.coverage.listed, 100.0 if summary.coverage.listed else 0.0))
    sheet.line("")
    sheet.head([words(f"col.{key}") for key in ("kind", "items", "occurrences", "category")])
    for kind in summary.by_entity:
        sheet.add((words.entity(kind.entity_type), kind.items, kind.occurrences, words.category(kind.category)))
    sheet.line("")
    sheet.line(words("record.evidence", n=evidence.findings) + evidence.digest)
    for key in ("found", "persons", "unread"):
        sheet.line(words(f"limits.{key}"))


def _about_run(words: Words, summary: Summary) -> Iterator[Sequence[Cell]]:
    run = summary.run
    if run is None:
        yield (words("head.when"), words("head.none"))
        return
    yield from ((words("head.targets") if n == 0 else "", target) for n, target in enumerate(run.targets))
    yield (words("col.started"), run.started)
    yield (words("col.finished"), run.finished)
    yield (words("col.status"), words.run_status(run.status))
    yield (words("head.run"), run.id)
    yield (words("head.profile"), run.profile)
    yield (words("head.version"), ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items())))


def _priorities(book: _Book, words: Words, inventory: InventoryReader) -> None:
    titles = (
        ("col.severity", 8), ("col.situation", 40), ("do.reportable", 10), ("col.items", 9), ("col.persons", 11),
        ("col.law", 50), ("col.step", 50), ("col.examples", 60),
    )  # fmt: skip
    sheet = book.sheet(words("sheet.priorities"), [(words(key), width) for key, width in titles])
    rows = (
        (
            words.severity(p.level),
            words(f"do.{p.code}.title"),
            words("yes") if p.reportable else "",
            p.items,
            p.persons,
            words(f"do.{p.code}.law"),
            words(f"do.{p.code}.step"),
            "\n".join(p.examples),
        )
        for p in priorities(inventory)
    )
    sheet.fill(rows, words("sheet.cap"))


def _assets(book: _Book, words: Words, inventory: InventoryReader, categories: dict[str, str]) -> None:
    titles = (
        ("col.name", 50), ("col.severity", 8), ("col.kinds", 44), ("col.persons", 11), ("col.roster", 8), ("col.why", 30),
        ("col.state", 10), ("col.reason", 26), ("col.breadth", 14), ("col.source", 16), ("col.parent", 34), ("col.size", 14),
        ("col.modified", 17), ("col.scanned", 17), ("col.firstRun", 9), ("col.uri", 60),
    )  # fmt: skip
    sheet = book.sheet(words("sheet.assets"), [(words(key), width) for key, width in titles])
    rows = (
        (
            a.name,
            words.severity(a.severity),
            words.entities(a.entities),
            a.persons,
            words("yes") if a.roster else "",
            "、".join(words(f"why.{reason}") for reason in reasons(a, categories) if reason != "roster"),
            words.state(a.state.value),
            words.problem(a.reason),
            words.breadth(a.attributes.get("access.breadth", "")),
            a.source,
            place_words(a.parent or ""),
            a.size,
            a.modified,
            a.last_scanned,
            a.first_run,
            a.item,
        )
        for a in inventory.assets(min_severity=Severity.INFO)
    )
    sheet.fill(rows, words("sheet.cap"))


def _findings(book: _Book, words: Words, inventory: InventoryReader, digest: Digest) -> None:
    titles = (
        ("col.name", 50), ("col.kind", 24), ("col.severity", 8), ("col.category", 16), ("col.where", 32), ("col.occurrences", 9),
        ("col.confidence", 10), ("col.mask", 20), ("col.rule", 26), ("col.entity", 22), ("col.firstRun", 9), ("col.uri", 60),
    )  # fmt: skip
    sheet = book.sheet(words("sheet.findings"), [(words(key), width) for key, width in titles])

    def rows() -> Iterator[Sequence[Cell]]:
        for f in inventory.findings():
            digest.add(finding_json(f))
            if sheet.row > MAX_ROWS + 1:
                continue
            yield (
                f.name,
                words.entity(f.entity_type),
                words.severity(f.severity),
                words.category(f.category),
                words.describe(f.locator),
                f.count,
                round(f.confidence, 2),
                f.mask,
                f.rule,
                f.entity_type,
                f.first_run,
                f.item,
            )

    source = rows()
    sheet.fill(source, words("sheet.cap"))
    for _ in source:  # what Excel cannot hold is still part of the evidence
        pass


def _problems(book: _Book, words: Words, inventory: InventoryReader) -> None:
    titles = (
        ("col.name", 50), ("col.reason", 40), ("col.todo", 40), ("col.where", 24), ("col.detail", 20), ("col.count", 8),
        ("col.source", 16), ("col.uri", 60),
    )  # fmt: skip
    sheet = book.sheet(words("sheet.problems"), [(words(key), width) for key, width in titles])
    rows = (
        (
            place_words(p.name) if p.name == p.item else p.name,
            words.problem(p.code),
            words.hint(p.code),
            words.describe(p.locator),
            p.detail,
            p.count,
            p.source,
            p.item,
        )
        for p in inventory.problems()
    )
    sheet.fill(rows, words("sheet.cap"))


def _runs(book: _Book, words: Words, inventory: InventoryReader) -> None:
    states = ("scanned", "unchanged", "partial", "skipped", "failed", "gone")
    titles = [
        (words(key), width)
        for key, width in (("head.run", 9), ("col.started", 17), ("col.finished", 17), ("col.status", 10))
    ]
    titles += [(words("head.profile"), 12), (words("col.targets"), 40), (words("col.items"), 10)]
    titles += [(words.state(state), 10) for state in states]
    titles += [
        (words("col.read"), 14),
        (words("col.full"), 10),
        (words("col.resumed"), 10),
        (words("head.version"), 40),
    ]
    sheet = book.sheet(words("sheet.runs"), titles)
    rows = (
        (
            run.id,
            run.started,
            run.finished,
            words.run_status(run.status),
            run.profile,
            "\n".join(run.targets),
            run.counters.listed,
            *(getattr(run.counters, state) for state in states),
            run.counters.bytes_read,
            words("yes") if run.full else "",
            run.resumed,
            ", ".join(f"{name} {version}" for name, version in sorted(run.versions.items())),
        )
        for run in reversed(inventory.runs())
    )
    sheet.fill(rows, words("sheet.cap"))


def _changes(book: _Book, words: Words, inventory: InventoryReader) -> None:
    titles = (
        ("col.change", 18),
        ("col.name", 50),
        ("col.severity", 8),
        ("col.before", 40),
        ("col.after", 40),
        ("col.note", 30),
        ("col.uri", 60),
    )
    sheet = book.sheet(words("sheet.changes"), [(words(key), width) for key, width in titles])
    rows = (
        (
            words.change(c.kind),
            c.name,
            words.severity(c.severity),
            words.entities(c.before),
            words.entities(c.after),
            note_words(c, words),
            c.item,
        )
        for c in inventory.diff()
    )
    sheet.fill(rows, words("sheet.cap"))


@hookimpl
def piiscan_reports() -> Iterable[type[Report]]:
    """The Excel report."""
    return [XlsxReport]
