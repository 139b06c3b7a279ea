"""Excel workbooks (OOXML): cells of all sheets, hidden ones too, and everything that hangs around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._package import Package
    from piiscan.readers._sheet import Workbook
    from piiscan.readers._sheetfast import FastCells
    from piiscan.readers._workbook import Sheet

_OOXML: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."


class XlsxReader:
    """Reads xlsx, xlsm, xltx and xltm."""

    name: ClassVar[str] = "xlsx"
    media_types: ClassVar[tuple[str, ...]] = (
        _OOXML + "sheet",
        _OOXML + "template",
        "application/vnd.ms-excel.sheet.macroenabled.12",
        "application/vnd.ms-excel.template.macroenabled.12",
        "application/vnd.ms-excel.addin.macroenabled.12",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Sheets in order as tables without header, columns by letter; then names, comments, drawings, caches, properties."""
        from piiscan.readers._ooxml import open_package
        from piiscan.readers._text import unique

        with open_package(content, context) as package:
            yield from unique(_read(package))


def _read(package: Package) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers._ooxml import leftovers, main_part, properties
    from piiscan.readers._sheetfast import FastCells
    from piiscan.readers._text import segments
    from piiscan.readers._workbook import index, load

    main = main_part(package, "xl/workbook.xml")
    book = index(package, main)
    if not book.sheets and main is None:
        raise ReadError("damaged", "no workbook part")
    if main is None:
        package.note("part-unreadable", "workbook part missing")
    workbook, readings = load(package, book.base_1904)
    fast = FastCells(package, [s.name for s in book.sheets])
    done = {p for p in (main, package.find("xl/sharedStrings.xml")) if p}
    for sheet in book.sheets:
        yield from _sheet(package, sheet, workbook, fast, done)
        yield from package.take_problems()
    yield from segments(book.names, Locator.of(part="definedNames"))
    yield from segments(readings, Locator.of(part="phonetic"), SegmentKind.COMMENT)
    yield from _others(package, done)
    yield from properties(package)
    yield from leftovers(package, done)
    yield from package.take_problems()


def _sheet(package: Package, sheet: Sheet, workbook: Workbook, fast: FastCells, done: set[str]) -> Iterator[Reading]:
    from piiscan.errors import LimitError, ReadError
    from piiscan.readers._ooxml import relations
    from piiscan.readers._sheet import look, tables
    from piiscan.readers._text import label_name
    from piiscan.readers._workbook import around_cells, comments

    locator = Locator.of(sheet=sheet.name, hidden=sheet.state or None)
    if sheet.name.strip():
        yield label_name(sheet.name, sheet=sheet.name)
    part = package.find(sheet.part) if sheet.part else None
    if part is None:
        package.note("part-unreadable", "sheet part missing")
        return
    if sheet.kind == "chartsheet":
        return  # its chart is a part of its own
    done.add(part)
    try:
        found = look(package, part, workbook.padded)
    except LimitError:
        raise
    except ReadError as error:
        package.note("part-unreadable" if error.code == "damaged" else error.code, error.detail, part)
        return
    quick = fast.tables(sheet.name, found, locator)
    yield from tables(package, part, found, workbook, locator) if quick is None else quick
    yield from around_cells(package, sheet, bytes(found.skeleton), found.formulas, locator)
    for kind, target, external in relations(package, part).values():
        if kind in {"comments", "threadedComment"} and not external and package.find(target) and target not in done:
            done.add(target)
            yield from comments(package, target, locator)


def _others(package: Package, done: set[str]) -> Iterator[Reading]:
    """Parts that need their own way of reading; the rest is left to the general one."""
    from piiscan.readers._workbook import attributes, comments, persons, pivot_cache

    for name in package.names:
        lower = name.lower()
        if name in done or not lower.endswith(".xml"):
            continue
        if "pivotcachedefinition" in lower:
            readings = pivot_cache(package, name)
        elif "/persons/" in lower:
            readings = persons(package, name)
        elif "comments" in lower.rpartition("/")[2]:
            readings = comments(package, name, Locator())
        elif any(k in lower for k in ("connections.xml", "/externallinks/", "/querytables/")):
            readings = attributes(package, name)
        else:
            # A table's columns, a pivot table's layout and cached records are said elsewhere.
            if any(k in lower for k in ("/tables/", "/pivottables/", "pivotcacherecords")):
                done.add(name)
            continue
        done.add(name)
        yield from readings


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [XlsxReader]
