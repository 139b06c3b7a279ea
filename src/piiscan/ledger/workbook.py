"""A new ledger as an Excel workbook: the ledger, the evidence of every proposal, and how to use it. No cell is ever a formula."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, BinaryIO

from piiscan.inventory.records import RunRecord
from piiscan.ledger.columns import COLUMNS, KEY_HEAD
from piiscan.ledger.model import CellState, Row
from piiscan.ledger.words import EVIDENCE_HEADS, LedgerWords, safe

LEDGER_SHEET = {"ja": "個人情報管理台帳", "en": "Ledger"}
EVIDENCE_SHEET = {"ja": "piiscan 根拠", "en": "piiscan evidence"}
HELP_SHEET = {"ja": "使い方", "en": "How to use"}
HEADER_ROW = 3
"""0-based row of the headings."""
_FILLS = {CellState.PROPOSED: "#FFF7D6", CellState.UNKNOWN: "#EFEFEF"}


def write_ledger(rows: Sequence[Row], out: BinaryIO, run: RunRecord | None, lang: str = "ja") -> None:
    """Write the workbook. Columns in the order of :data:`COLUMNS`, then the state of the row, who confirmed it and when, and the key."""
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    words = LedgerWords(lang)
    with xlsxwriter.Workbook(out, options) as workbook:
        workbook.set_properties({"title": LEDGER_SHEET[lang], "comments": "piiscan"})
        _Ledger(workbook, words, lang).write(rows, run)
        _evidence(workbook, rows, lang)
        _help(workbook, words, lang)


class _Ledger:
    def __init__(self, workbook: Any, words: LedgerWords, lang: str) -> None:
        self.words = words
        self.lang = lang
        self.sheet = workbook.add_worksheet(LEDGER_SHEET[lang])
        base = {"valign": "top", "text_wrap": True, "border": 1, "border_color": "#C8CDD3"}
        self.formats = {state: workbook.add_format(base | {"bg_color": fill}) for state, fill in _FILLS.items()}
        self.counts = workbook.add_format(base | {"bg_color": _FILLS[CellState.PROPOSED], "num_format": "#,##0"})
        self.plain = workbook.add_format(base)
        self.title = workbook.add_format({"bold": True, "font_size": 14})
        head = {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "border": 1}
        self.head = workbook.add_format(head | {"bg_color": "#1F4E79"})
        self.must = workbook.add_format(head | {"bg_color": "#0B2E4F"})

    def write(self, rows: Sequence[Row], run: RunRecord | None) -> None:
        sheet, words = self.sheet, self.words
        sheet.write_string(0, 0, LEDGER_SHEET[self.lang], self.title)
        sheet.write_string(
            1, 0, words("legend", run=run.id if run else "-", date=datetime.now(UTC).astimezone().date())
        )
        extra = [words("row-state"), words("confirmed-by"), words("confirmed-on"), KEY_HEAD]
        for n, column in enumerate(COLUMNS):
            sheet.set_column(n, n, column.width)
            heading = column.ja if self.lang == "ja" else column.en
            sheet.write_string(HEADER_ROW, n, heading, self.must if column.required else self.head)
        for n, heading in enumerate(extra, len(COLUMNS)):
            sheet.write_string(HEADER_ROW, n, heading, self.head)
        sheet.set_row(HEADER_ROW, 34)
        for number, row in enumerate(rows, 1):
            self._row(HEADER_ROW + number, number, row)
        last = len(COLUMNS) + len(extra) - 1
        sheet.set_column(last, last, 14, None, {"hidden": True})
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + max(1, len(rows)), last)
        sheet.freeze_panes(HEADER_ROW + 1, 2)
        sheet.set_landscape()
        sheet.set_paper(8)  # A3
        sheet.fit_to_pages(2, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.repeat_columns(0, 1)

    def _row(self, at: int, number: int, row: Row) -> None:
        for n, column in enumerate(COLUMNS):
            cell = row.cells[column.id]
            if column.id == "number":
                self.sheet.write_number(at, n, number, self.plain)
            elif column.id == "count" and cell.value.isdigit():
                self.sheet.write_number(at, n, int(cell.value), self.counts)
            else:
                self.sheet.write_string(at, n, safe(cell.value), self.formats[cell.state])
        n = len(COLUMNS)
        self.sheet.write_string(at, n, self.words("state.proposed"), self.plain)
        self.sheet.write_blank(at, n + 1, None, self.plain)
        self.sheet.write_blank(at, n + 2, None, self.plain)
        self.sheet.write_string(at, n + 3, row.holding.key, self.plain)


def evidence_rows(rows: Sequence[Row], lang: str) -> list[list[str]]:
    """One line for each cell that piiscan proposed: key, column, value, state, evidence, date."""
    words = LedgerWords(lang)
    found = [list(EVIDENCE_HEADS[lang])]
    for row in rows:
        for column in COLUMNS:
            cell = row.cells[column.id]
            if cell.state is CellState.PROPOSED:
                heading = column.ja if lang == "ja" else column.en
                found.append([row.holding.key, heading, cell.value, words(f"state.{cell.state.value}"), cell.evidence])
    return found


def _evidence(workbook: Any, rows: Sequence[Row], lang: str) -> None:
    sheet = workbook.add_worksheet(EVIDENCE_SHEET[lang])
    bold = workbook.add_format({"bold": True, "bg_color": "#F4F6F9", "bottom": 1})
    for at, line in enumerate(evidence_rows(rows, lang)):
        for n, value in enumerate(line):
            sheet.write_string(at, n, safe(value), bold if at == 0 else None)
    for n, width in enumerate((14, 20, 60, 10, 40)):
        sheet.set_column(n, n, width)
    sheet.freeze_panes(1, 0)


def _help(workbook: Any, words: LedgerWords, lang: str) -> None:
    sheet = workbook.add_worksheet(HELP_SHEET[lang])
    wrap = workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100)
    for at, line in enumerate(words("help").split("\n")):
        sheet.write_string(at, 0, line, wrap)
