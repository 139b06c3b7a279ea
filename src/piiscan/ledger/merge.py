"""Into a company's own workbook: proposals beside what people wrote, and the lists of differences. Nothing of theirs is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO

from piiscan.errors import UsageError
from piiscan.ledger.columns import BY_ID, COLUMNS, KEY_HEAD, PREFIX, normal_head
from piiscan.ledger.compare import COUNT_SHARE, Comparison, Difference, compare
from piiscan.ledger.matching import keys_in
from piiscan.ledger.model import Row
from piiscan.ledger.package import Grid, Workbook
from piiscan.ledger.sheet import TheirRow, TheirSheet, read_sheets
from piiscan.ledger.words import LedgerWords
from piiscan.ledger.workbook import EVIDENCE_SHEET, evidence_rows
from piiscan.reports.words import Words

_BESIDE = ("col.items", "col.count", "col.access", "col.place", "col.check", "col.seen")
_BESIDE_WIDTHS = (30, 12, 24, 40, 40, 12, 14)
_WIDTHS = {
    "differences": (22, 18, 6, 26, 16, 40, 40, 40, 44, 14),
    "mapping": (18, 30, 24, 4, 24),
    "evidence": (14, 20, 60, 10, 40),
}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did, to be told to the person who asked for it."""

    sheets: tuple[str, ...]
    rows: int
    comparison: Comparison
    unknown: tuple[str, ...]
    """Headings that mean none of the known columns."""


def merge(
    path: Path,
    ours: Sequence[Row],
    out: BinaryIO,
    *,
    mapping: Mapping[str, str],
    lang: str = "ja",
    share: float = COUNT_SHARE,
) -> Merged:
    """Write `path` with proposals added to `out`.

    Raises :class:`UsageError` where `path` is no workbook, or none of its sheets is a ledger.
    """
    workbook = Workbook(path)
    try:
        remembered = _remembered(path)
        chosen = {**remembered, **mapping}
        sheets = read_sheets(path, workbook, chosen)
        theirs = [row for sheet in sheets for row in sheet.rows]
        comparison = compare(theirs, ours, Words(lang).entity, share=share)
        words = LedgerWords(lang)
        for sheet in sheets:
            workbook.set_cells(sheet.part, _beside(sheet, comparison, words))
        workbook.replace_sheet(words("sheet.differences"), _difference_rows(comparison, words), _WIDTHS["differences"])
        workbook.replace_sheet(words("sheet.additions"), _additions(sheets[0], comparison, words), [20] * 30)
        workbook.replace_sheet(words("sheet.mapping"), _mapping_rows(sheets, chosen, words), _WIDTHS["mapping"])
        workbook.replace_sheet(EVIDENCE_SHEET[lang], evidence_rows(ours, lang), _WIDTHS["evidence"])
        workbook.save(out)
    finally:
        workbook.close()
    unknown = tuple(dict.fromkeys(h.replace("\n", " / ") for sheet in sheets for h in sheet.unknown))
    return Merged(tuple(s.part.name for s in sheets), len(theirs), comparison, unknown)


def _beside(sheet: TheirSheet, comparison: Comparison, words: LedgerWords) -> Grid:
    """Our columns of one sheet: at the places they have from the last time, else one column after the last used one."""
    heads = [PREFIX + words(key) for key in _BESIDE] + [KEY_HEAD]
    free = sheet.width + 2
    places = {}
    for head in heads:
        if head in sheet.ours:
            places[head] = sheet.ours[head]
        else:
            places[head] = free
            free += 1
    grid = Grid(widths={places[h]: w for h, w in zip(heads, _BESIDE_WIDTHS, strict=True) if h not in sheet.ours})
    for head, column in places.items():
        grid.cells[sheet.header_row, column] = head
        grid.heads.add((sheet.header_row, column))
    found = {their.number: rows for their, rows in comparison.matched if their.sheet == sheet.part.name}
    told: dict[int, list[Difference]] = {}
    for difference in comparison.differences:
        if difference.theirs is not None:
            told.setdefault(id(difference.theirs), []).append(difference)
    for row in sheet.rows:
        values = _values(row, found.get(row.number, ()), told.get(id(row), ()), words)
        for head, kept in zip(heads, values, strict=True):
            if kept or head in sheet.ours:
                grid.cells[row.number, places[head]] = kept
    return grid


def _values(
    their: TheirRow, ours: Sequence[Row], differences: Sequence[Difference], words: LedgerWords
) -> list[str | int]:
    if not ours:
        todos = dict.fromkeys(words(d.todo if d.kind != "maybe" else "maybe") for d in differences)
        return ["", "", "", "", "\n".join(todos), "", their.key]
    todos = dict.fromkeys(words(d.todo) for d in differences if d.kind == "changed")
    # What is written there stays: a place that was not scanned this time belongs to the row still.
    keys = dict.fromkeys([*(key for key in keys_in(their.key)), *(row.holding.key for row in ours)])
    count = sum(row.holding.persons for row in ours)
    return [
        _joined(ours, "items", "、"),
        count or "",
        _joined(ours, "access", "\n"),
        _joined(ours, "place", "\n"),
        "\n".join(todos),
        max((row.text("reviewed") for row in ours), default=""),
        ",".join(keys),
    ]


def _joined(rows: Sequence[Row], column: str, between: str) -> str:
    parts = (part for row in rows for part in row.text(column).split(between))
    return between.join(dict.fromkeys(part for part in parts if part))


def _difference_rows(comparison: Comparison, words: LedgerWords) -> list[list[str | int]]:
    keys = ("kind", "sheet", "row", "name", "column", "before", "after", "place", "do")
    found: list[list[str | int]] = [[*(words(f"head.{key}") for key in keys), KEY_HEAD]]
    order = ("missing-in-ledger", "changed", "maybe", "missing-in-scan", "outside")
    for kind in order:
        found += [_difference(d, words) for d in comparison.of_kind(kind)]
    return found


def _difference(d: Difference, words: LedgerWords) -> list[str | int]:
    their, our = d.theirs, d.ours
    column = BY_ID[d.column] if d.column else None
    return [
        words(d.kind),
        their.sheet if their else "",
        their.number if their else "",
        (their.text("name") or their.text("items")) if their else our.text("name") if our else "",
        (column.ja if words.lang == "ja" else column.en) if column else "",
        d.before,
        d.after,
        our.text("place") if our else their.text("place") if their else "",
        words(d.todo),
        our.holding.key if our else their.key if their else "",
    ]


def _additions(sheet: TheirSheet, comparison: Comparison, words: LedgerWords) -> list[list[str | int]]:
    """What is not in the ledger, in the columns of their own sheet, ready to be copied there."""
    width = max([*sheet.headings, *sheet.columns])
    head = [
        sheet.headings.get(n, "").replace("\n", " ")
        for n in range(1, width + 1)
        if not sheet.headings.get(n, "").startswith(PREFIX)
    ]
    columns = [n for n in range(1, width + 1) if not sheet.headings.get(n, "").startswith(PREFIX)]
    found: list[list[str | int]] = [[*head, KEY_HEAD]]
    for difference in (*comparison.of_kind("missing-in-ledger"), *comparison.of_kind("maybe")):
        row = difference.ours
        if row is None:
            continue
        line: list[str | int] = []
        for n in columns:
            column = sheet.columns.get(n, "")
            count = row.holding.persons if column == "count" else 0
            line.append(count or row.text(column) if column else "")
        found.append([*line, row.holding.key])
    return found if len(found) > 1 else [[words("none")]]


def _mapping_rows(sheets: Sequence[TheirSheet], chosen: Mapping[str, str], words: LedgerWords) -> list[list[str | int]]:
    """Which heading is taken for which column: read again by the next merge, and open to corrections."""
    titles = {column.id: column.ja if words.lang == "ja" else column.en for column in COLUMNS}
    found: list[list[str | int]] = [[words("head.sheet"), words("head.heading"), words("head.meant")]]
    for sheet in sheets:
        for position, heading in sheet.headings.items():
            if not heading.startswith(PREFIX):
                column = sheet.columns.get(position) or chosen.get(heading, "-")
                found.append([sheet.part.name, heading, titles.get(column, column)])
    possible = [words("head.possible"), *titles.values(), "-"]
    lines = zip_longest(found, possible)
    return [[*(line or ("", "", "")), "", title or ""] for line, title in lines]


def _remembered(path: Path) -> dict[str, str]:
    """What an earlier merge wrote, and people may have corrected: heading to column."""
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        names = {LedgerWords(other)("sheet.mapping") for other in ("ja", "en")} & set(book.sheet_names)
        rows = [row for name in names for row in book.get_sheet_by_name(name).to_python()]
    except Exception:  # noqa: BLE001 - what cannot be read is told by the reading of the sheets
        return {}
    known = {normal_head(said): c.id for c in COLUMNS for said in (c.id, c.ja, c.en)}
    said = {str(row[1]): str(row[2]).strip() for row in rows[1:] if len(row) > 2 and row[1] and row[2]}
    if wrong := [text for text in said.values() if text != "-" and normal_head(text) not in known]:
        sheet = LedgerWords("ja")("sheet.mapping")
        raise UsageError(f"{path}, sheet {sheet}: {wrong[0]!r} is no column; the sheet lists those there are")
    return {heading: known.get(normal_head(text), "-") for heading, text in said.items()}
