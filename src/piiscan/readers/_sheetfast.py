"""Calamine for the worksheets it reads safely: dense enough to hold as a grid, and without formats that add zeros."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from piiscan.errors import ReadError
from piiscan.model import Locator, TableSegment
from piiscan.readers._calamine import MAX_GRID, safely, table, workbook
from piiscan.readers._package import CHUNK, Package
from piiscan.readers._sheetscan import Scan


class FastCells:
    """A workbook opened by calamine on first need. `failed` once it could not read it."""

    def __init__(self, package: Package, names: list[str]) -> None:
        self._package = package
        self._names = names
        self._book: Any = None
        self._failed = False

    def tables(self, name: str, found: Scan, locator: Locator) -> Iterator[TableSegment] | None:
        """The sheet's cells; None where this is not the way to read it."""
        if self._failed or self._names.count(name) != 1 or not found.exact or found.styled or not suits(found):
            return None
        try:
            if self._book is None:
                self._book = workbook(self._package.content)
            sheet = safely(lambda: self._book.get_sheet_by_name(name))
        except ReadError:
            self._failed = True
            return None
        return table(sheet, self._package.context, locator)


def suits(found: Scan) -> bool:
    """Whether the rectangle around all cells is small, or well filled, and without long gaps."""
    blocks = found.blocks()
    if len(blocks) != 1 or not found.columns:
        return False
    grid = (blocks[0][1] - blocks[0][0] + 1) * (max(found.columns) - min(found.columns) + 1)
    return grid <= MAX_GRID and grid <= 4 * found.cells + 100_000


def strings_have_readings(package: Package, part: str | None) -> bool:
    """Inflate the shared strings once, within the limits (calamine has none), and say whether they hold furigana."""
    found, tail = False, b""
    if part is None:
        return False
    with package.xml_stream(part) as stream:
        while data := stream.read(CHUNK):
            found = found or b"rPh" in tail + data
            tail = data[-3:]
    return found
