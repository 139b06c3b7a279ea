"""Binary Excel workbooks (xlsb): cells of all sheets, then the texts in the records of other parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._package import Package
    from piiscan.readers._records import BinaryBook


class XlsbReader:
    """Reads xlsb."""

    name: ClassVar[str] = "xlsb"
    media_types: ClassVar[tuple[str, ...]] = ("application/vnd.ms-excel.sheet.binary.macroenabled.12",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Sheets as tables without header; then the texts of comments, links and caches, charts, properties."""
        from piiscan.readers._ooxml import leftovers, open_package, properties
        from piiscan.readers._text import unique

        with open_package(content, context) as package:
            yield from _sheets(package)
            done = {n for n in package.names if n.lower().endswith(".bin") and not _foreign(n)}
            for name in sorted(done):
                yield from _texts(package, name)
            yield from properties(package)
            yield from unique(leftovers(package, done))
            yield from package.take_problems()


def _foreign(name: str) -> bool:
    lower = name.lower()
    return any(k in lower for k in ("/embeddings/", "/media/", "/activex/", "vbaproject", "/printersettings/"))


def _sheets(package: Package) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers import _records
    from piiscan.readers._ooxml import main_part, relations
    from piiscan.readers._text import label_name

    main = main_part(package, "xl/workbook.bin")
    if main is None:
        raise ReadError("damaged", "no workbook part")
    targets = relations(package, main)
    parts = {n: package.find(n) for n in ("xl/sharedStrings.bin", "xl/styles.bin")}
    strings, styles = (package.read(part) if part else b"" for part in parts.values())
    book = _records.BinaryBook(_records.shared_strings(strings), _records.formats(styles))
    for name, relation, state in _records.sheets(package.read(main)):
        yield label_name(name, sheet=name)
        kind, target, _ = targets.get(relation, ("", "", False))
        part = package.find(target)
        if part is None:
            package.note("part-unreadable", "sheet part missing")
        elif kind != "chartsheet":
            yield from _tables(package, part, book, Locator.of(sheet=name, hidden=state or None))


def _tables(package: Package, part: str, book: BinaryBook, locator: Locator) -> Iterator[Reading]:
    from piiscan.model import TableSegment
    from piiscan.readers._records import cells
    from piiscan.readers._sheetscan import MAX_ROW, Scan, column_name
    from piiscan.readers._text import frames

    rows: dict[int, dict[int, str]] = {}
    for number, (row, column, text) in enumerate(cells(package.read(part), book)):
        if number % 10_000 == 0:
            package.context.budget.check_time()
        if row <= MAX_ROW:
            rows.setdefault(row, {})[column] = text
    columns = sorted({c for row in rows.values() for c in row})
    for first, last in Scan(rows=list(rows)).blocks():
        span = (_row(rows.get(n), columns) for n in range(first, last + 1))
        yield TableSegment(
            batches=frames(span, len(columns)),
            locator=locator,
            columns=tuple(column_name(c) for c in columns),
            first_row=first,
            row_count=last - first + 1,
        )


def _row(cells: dict[int, str] | None, columns: list[int]) -> Sequence[str | None]:
    return [cells.get(c) for c in columns] if cells else ()


def _texts(package: Package, name: str) -> Iterator[Reading]:
    """Texts in the records of a part that is neither cells nor shared strings nor plumbing."""
    from piiscan.readers._ooxml import links, part_label
    from piiscan.readers._records import records, wide_strings
    from piiscan.readers._text import segments

    lower = name.lower().rpartition("/")[2]
    lines: list[str] = []
    if not lower.startswith(
        ("sheet", "sharedstrings", "styles", "workbook", "calcchain", "binaryindex", "table", "theme")
    ):
        for _, body in records(package.read(name)):
            lines += wide_strings(body)
    comment = "comment" in lower
    place = Locator.of(comment=part_label(name)) if comment else Locator.of(part=part_label(name))
    yield from segments([*lines, *links(package, name)], place, SegmentKind.COMMENT if comment else SegmentKind.PROSE)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [XlsbReader]
