"""Adding to an Excel workbook without touching what people wrote: cells at the right end of rows, and sheets of our own.

The workbook is edited as the package it is (ECMA-376): every part that is not named here is copied byte by byte, so formulas, formats, comments,
pictures, charts, macros and whatever else stay as they are. Libraries that read a workbook and write it anew lose part of that.
"""

from __future__ import annotations

import re
import zipfile
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from piiscan.errors import UsageError
from piiscan.ledger.words import safe

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_MAX_PART = 300 * 1024**2
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet of the workbook: its name as people see it, and the part it is in."""

    name: str
    part: str


@dataclass(slots=True)
class Grid:
    """Cells to set in one sheet, by (row, column), both from 1. A number is written as one, text never as a formula."""

    cells: dict[tuple[int, int], str | int] = field(default_factory=dict)
    heads: set[tuple[int, int]] = field(default_factory=set)
    """Cells that take the format of the heading left of them."""
    widths: dict[int, int] = field(default_factory=dict)
    """Widths of columns in characters. These columns are shown, also where people hid everything right of their table."""


class Workbook:
    """An opened .xlsx or .xlsm file. Raises :class:`UsageError` for what is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self._workbook = self._xml("xl/workbook.xml")
            relations = self._xml("xl/_rels/workbook.xml.rels")
        except (
            OSError,
            zipfile.BadZipFile,
            KeyError,
            etree.XMLSyntaxError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise UsageError(
                f"{path} is no Excel workbook (.xlsx, .xlsm), or has a password: {type(error).__name__}"
            ) from None
        self._main = MAIN if self._workbook.tag.startswith("{" + MAIN) else _STRICT
        self._changed: dict[str, bytes] = {}
        self._new: list[tuple[str, bytes]] = []
        self._relations = relations
        self.sheets = tuple(self._sheets())

    def close(self) -> None:
        """Close the file."""
        self._zip.close()

    def merged(self, sheet: SheetPart) -> list[tuple[int, int, int, int]]:
        """Merged ranges as (first row, first column, last row, last column), from 1."""
        found = []
        for node in self._xml(sheet.part).iter(f"{{{self._main}}}mergeCell"):
            first, _, last = node.get("ref", "").partition(":")
            if (a := _position(first)) and (b := _position(last or first)):
                found.append((*a, *b))
        return found

    def width(self, sheet: SheetPart) -> int:
        """The last column with something in it: also formulas without a stored result, which readers of values do not see."""
        last, row, column = 0, f"{{{self._main}}}row", f"{{{self._main}}}c"
        for line in self._xml(sheet.part).iter(row):
            at = 0
            for cell in line.iter(column):
                place = _position(cell.get("r", ""))
                at = place[1] if place else at + 1
                if len(cell):
                    last = max(last, at)
        return last

    def set_cells(self, sheet: SheetPart, grid: Grid) -> None:
        """Write cells. Existing cells at these places are replaced and keep their format; nothing else changes."""
        if not grid.cells:
            return
        root = self._xml(sheet.part)
        data = root.find(f"{{{self._main}}}sheetData")
        if data is None:
            raise UsageError(f"{self._path}: the sheet has no cells")
        _Writer(self._main, data).write(grid)
        self._widen(root, grid)
        if grid.widths:
            _Columns(self._main, root).set(grid.widths)
        self._changed[sheet.part] = _bytes(root)

    def replace_sheet(self, name: str, rows: Iterable[Sequence[str | int]], widths: Sequence[int]) -> None:
        """A sheet of our own with this name: the one there is is replaced, else it is added at the end."""
        content = _sheet_xml(rows, widths)
        for sheet in self.sheets:
            if sheet.name == name:
                self._changed[sheet.part] = content
                return
        numbers = [int(m[1]) for n in self._names() if (m := re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", n))]
        number = max([*numbers, 0]) + 1
        part = f"xl/worksheets/sheet{number}.xml"
        ids = {node.get("Id") for node in self._relations}
        relation = next(f"rIdPiiscan{n}" for n in range(1, len(ids) + 2) if f"rIdPiiscan{n}" not in ids)
        etree.SubElement(
            self._relations,
            f"{{{_RELATIONS}}}Relationship",
            Id=relation,
            Type=f"{_OFFICE}/worksheet",
            Target=f"/{part}",
        )
        sheets = self._workbook.find(f"{{{self._main}}}sheets")
        if sheets is None:
            raise UsageError(f"{self._path}: the workbook has no sheets")
        taken = [int(node.get("sheetId", "0")) for node in sheets]
        node = etree.SubElement(sheets, f"{{{self._main}}}sheet", name=name, sheetId=str(max([*taken, 0]) + 1))
        node.set(f"{{{self._office}}}id", relation)
        self._add_type(part)
        self._new.append((part, content))
        self.sheets = (*self.sheets, SheetPart(name, part))

    def save(self, out: BinaryIO) -> None:
        """Write the whole package: unchanged parts as they were, byte by byte before compression."""
        if self._new:
            self._changed["xl/workbook.xml"] = _bytes(self._workbook)
            self._changed["xl/_rels/workbook.xml.rels"] = _bytes(self._relations)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for info in self._zip.infolist():
                data = self._changed.get(info.filename)
                target.writestr(_like(info), data if data is not None else self._zip.read(info))
            for name, data in self._new:
                target.writestr(name, self._changed.get(name, data))

    # inside

    @property
    def _office(self) -> str:
        return _OFFICE if self._main == MAIN else "http://purl.oclc.org/ooxml/officeDocument/relationships"

    def _names(self) -> list[str]:
        return [*self._zip.namelist(), *(name for name, _ in self._new)]

    def _xml(self, part: str) -> etree._Element:
        if part in getattr(self, "_changed", {}):
            return etree.fromstring(self._changed[part], _parser())
        for name, data in getattr(self, "_new", ()):
            if name == part:
                return etree.fromstring(data, _parser())
        if self._zip.getinfo(part).file_size > _MAX_PART:
            raise UsageError(f"{self._path}: a part is larger than {_MAX_PART >> 20} MB")
        return etree.fromstring(self._zip.read(part), _parser())

    def _sheets(self) -> Iterable[SheetPart]:
        targets = {node.get("Id"): node.get("Target", "") for node in self._relations}
        for node in self._workbook.iter(f"{{{self._main}}}sheet"):
            target = targets.get(node.get(f"{{{self._office}}}id"), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if part in self._zip.NameToInfo and "worksheets" in part:
                yield SheetPart(node.get("name", ""), part)

    def _add_type(self, part: str) -> None:
        types = self._xml("[Content_Types].xml")
        etree.SubElement(types, f"{{{_TYPES}}}Override", PartName=f"/{part}", ContentType=_SHEET_TYPE)
        self._changed["[Content_Types].xml"] = _bytes(types)

    def _widen(self, root: etree._Element, grid: Grid) -> None:
        """The used range, so that programs that trust it see the new cells."""
        node = root.find(f"{{{self._main}}}dimension")
        if node is None:
            return
        first, _, last = node.get("ref", "A1").partition(":")
        low, high = _position(first) or (1, 1), _position(last or first) or (1, 1)
        rows = [row for row, _ in grid.cells] + [low[0], high[0]]
        columns = [column for _, column in grid.cells] + [low[1], high[1]]
        node.set("ref", f"{_name(min(rows), min(columns))}:{_name(max(rows), max(columns))}")


class _Writer:
    """Puts cells into the rows of a sheet."""

    def __init__(self, main: str, data: etree._Element) -> None:
        self._row, self._cell = f"{{{main}}}row", f"{{{main}}}c"
        self._main = main
        self._data = data

    def write(self, grid: Grid) -> None:
        by_row: dict[int, dict[int, str | int]] = {}
        headed: dict[int, set[int]] = {}
        for row, column in grid.heads:
            headed.setdefault(row, set()).add(column)
        for (row, column), value in grid.cells.items():
            by_row.setdefault(row, {})[column] = value
        rows = self._rows(by_row)
        for number, cells in by_row.items():
            self._fill(rows[number], number, cells, headed.get(number, set()))

    def _rows(self, wanted: Mapping[int, object]) -> dict[int, etree._Element]:
        found: dict[int, etree._Element] = {}
        number = 0
        for node in self._data.iter(self._row):
            number = int(node.get("r", number + 1))
            found[number] = node
        there = sorted(found)
        for missing in sorted(set(wanted) - found.keys()):
            node = etree.Element(self._row, r=str(missing))
            at = bisect(there, missing)
            if at:
                found[there[at - 1]].addnext(node)
            else:
                self._data.insert(0, node)
            there.insert(at, missing)
            found[missing] = node
        return found

    def _fill(self, row: etree._Element, number: int, cells: Mapping[int, str | int], heads: set[int]) -> None:
        row.attrib.pop("spans", "")
        there: dict[int, etree._Element] = {}
        at = 0
        for cell in row.iter(self._cell):
            place = _position(cell.get("r", ""))
            at = place[1] if place else at + 1
            there[at] = cell
        for column, value in sorted(cells.items()):
            node = there.get(column)
            if node is None:
                node = etree.Element(self._cell, r=_name(number, column))
                before = [n for n in there if n < column]
                if before:
                    there[max(before)].addnext(node)
                else:
                    row.insert(0, node)
                if column in heads and before and (style := there[max(before)].get("s")):
                    node.set("s", style)
                there[column] = node
            self._put(node, value)

    def _put(self, node: etree._Element, value: str | int) -> None:
        for child in list(node):
            node.remove(child)
        for name in ("t", "cm", "vm"):
            node.attrib.pop(name, "")
        if isinstance(value, int):
            etree.SubElement(node, f"{{{self._main}}}v").text = str(value)
        elif value:
            node.set("t", "inlineStr")
            text = etree.SubElement(etree.SubElement(node, f"{{{self._main}}}is"), f"{{{self._main}}}t")
            text.text = safe(value)
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


class _Columns:
    """The widths of columns of a sheet. A range of columns that holds some of ours is split around them."""

    def __init__(self, main: str, root: etree._Element) -> None:
        self._col = f"{{{main}}}col"
        node = root.find(f"{{{main}}}cols")
        if node is None:
            node = etree.Element(f"{{{main}}}cols")
            data = root.find(f"{{{main}}}sheetData")
            if data is not None:
                data.addprevious(node)
        self._node = node

    def set(self, widths: Mapping[int, int]) -> None:
        found: list[tuple[int, etree._Element]] = []
        for col in self._node.iter(self._col):
            first, last = int(col.get("min", "1")), int(col.get("max", "1"))
            edges = sorted({first, *(e for w in widths for e in (w, w + 1) if first < e <= last), last + 1})
            for low, high in pairwise(edges):
                found.append((low, self._piece(col, low, high - 1, widths.get(low))))
        known = {low for low, _ in found}
        found += [(n, self._piece(None, n, n, width)) for n, width in widths.items() if n not in known]
        for child in list(self._node):
            self._node.remove(child)
        self._node.extend(node for _, node in sorted(found, key=lambda pair: pair[0]))

    def _piece(self, like: etree._Element | None, first: int, last: int, width: int | None) -> etree._Element:
        made = etree.Element(self._col)
        for name, value in like.items() if like is not None else ():
            made.set(name, value)
        made.set("min", str(first))
        made.set("max", str(last))
        hidden = made.get("hidden", "0") in ("1", "true")
        if width is not None and (like is None or hidden or not made.get("width")):
            made.attrib.pop("hidden", "")
            made.attrib.pop("collapsed", "")
            made.set("width", str(width))
            made.set("customWidth", "1")
        return made


def _sheet_xml(rows: Iterable[Sequence[str | int]], widths: Sequence[int]) -> bytes:
    root = etree.Element(f"{{{MAIN}}}worksheet")
    views = etree.SubElement(root, f"{{{MAIN}}}sheetViews")
    view = etree.SubElement(views, f"{{{MAIN}}}sheetView", workbookViewId="0")
    pane = etree.SubElement(view, f"{{{MAIN}}}pane")
    for name, value in (("ySplit", "1"), ("topLeftCell", "A2"), ("activePane", "bottomLeft"), ("state", "frozen")):
        pane.set(name, value)
    columns = etree.SubElement(root, f"{{{MAIN}}}cols")
    for n, width in enumerate(widths, 1):
        etree.SubElement(columns, f"{{{MAIN}}}col", min=str(n), max=str(n), width=str(width), customWidth="1")
    data = etree.SubElement(root, f"{{{MAIN}}}sheetData")
    writer = _Writer(MAIN, data)
    cells = {(r, c): value for r, line in enumerate(rows, 1) for c, value in enumerate(line, 1)}
    writer.write(Grid(cells))
    return _bytes(root)


def _like(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same entry for the new package."""
    made = zipfile.ZipInfo(info.filename, info.date_time)
    made.compress_type = (
        info.compress_type if info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) else zipfile.ZIP_DEFLATED
    )
    made.external_attr = info.external_attr
    return made


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _bytes(root: etree._Element) -> bytes:
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return found


def _position(reference: str) -> tuple[int, int] | None:
    """(row, column) of ``AB12``."""
    match = _REFERENCE.fullmatch(reference.replace("$", ""))
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _name(row: int, column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"
