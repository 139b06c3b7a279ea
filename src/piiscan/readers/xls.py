"""Old Excel workbooks (xls, xlt) and binary ones (xlsb): cells by calamine, what hangs around them by an own look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._biff import Around


class XlsReader:
    """Reads Excel 95 to 2003 workbooks."""

    name: ClassVar[str] = "xls"
    media_types: ClassVar[tuple[str, ...]] = ("application/vnd.ms-excel",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Sheets as tables without header; then notes, text boxes, headers, links, properties, embedded objects."""
        from piiscan.readers._crypt import OLE_MAGIC, decrypted
        from piiscan.readers._text import unique

        content = decrypted(content, context)
        ole = content.head().startswith(OLE_MAGIC)
        yield from unique(_read_ole(content, context) if ole else _sheets(content, context, None))


def _read_ole(content: Content, context: ReadContext) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers._biff import Around, around
    from piiscan.readers._compound import Compound
    from piiscan.readers._diagrams import diagram_lines
    from piiscan.readers._text import segments

    with Compound(content, context) as compound:
        data = compound.stream("Workbook") or compound.stream("WORKBOOK") or compound.stream("Book")
        found = around(data) if data else Around()
        damage: ReadError | None = None
        try:
            yield from _sheets(content, context, found)
        except ReadError as error:
            damage = error
        yield from _around(found)
        yield from segments(dict.fromkeys(diagram_lines(bytes(found.shapes))), Locator.of(part="diagrams"))
        yield from compound.properties()
        yield from compound.embedded()
        yield from _pictures(found, context)
        if damage is not None:
            raise damage


def _pictures(found: Around, context: ReadContext) -> Iterator[Reading]:
    from piiscan.content import BytesContent
    from piiscan.model import Embedded
    from piiscan.readers._blips import pictures

    for number, (ending, data) in enumerate(pictures(bytes(found.drawings)), 1):
        context.budget.spend(len(data))
        yield Embedded(
            path=f"picture{number}{ending}", content=BytesContent(data, f"picture{number}{ending}"), size=len(data)
        )


def _sheets(content: Content, context: ReadContext, found: Around | None) -> Iterator[Reading]:
    from piiscan.readers._calamine import HIDDEN, workbook
    from piiscan.readers._text import label_name

    book = workbook(content)
    for number, meta in enumerate(book.sheets_metadata):
        context.budget.check_time()
        locator = Locator.of(sheet=meta.name, hidden=HIDDEN.get(str(meta.visible).rpartition(".")[2]))
        if meta.name.strip():
            yield label_name(meta.name, sheet=meta.name)
        if "Sheet" in str(meta.typ) and "ChartSheet" not in str(meta.typ):
            yield from _sheet(book, number, context, locator, found)


def _sheet(book: Any, number: int, context: ReadContext, locator: Locator, found: Around | None) -> Iterator[Reading]:
    from piiscan.errors import LimitError, ReadError
    from piiscan.readers._calamine import safely, table

    try:
        sheet = safely(lambda: book.get_sheet_by_index(number))
    except LimitError:
        raise
    except ReadError as error:
        yield context.problem("part-unreadable", error.detail, locator)
        return
    yield from table(sheet, context, locator, found.shown.get(number) if found else None)


def _around(found: Around) -> Iterator[Reading]:
    from piiscan.readers._text import prop, segments

    yield from segments((line for line in found.lines if line.strip()), Locator.of(part="sheets"))
    yield from segments((t for t in found.texts if t.strip()), Locator.of(comment="notes"), SegmentKind.COMMENT)
    yield from (prop("コメント作成者", a, "comment author") for a in dict.fromkeys(found.authors) if a.strip())
    yield from segments(found.readings, Locator.of(part="phonetic"), SegmentKind.COMMENT)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [XlsReader]
