"""PDF, by PDFium: text page by page, forms, remarks, bookmarks, properties, attached files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Problem, Reading, SegmentKind
from piiscan.protocols import ReadContext
from piiscan.readers import _pdf_parts as parts
from piiscan.readers._pdf_page import Page, read_page, rendered, text_segments
from piiscan.readers._pdf_pictures import have_metadata, pictures
from piiscan.readers._pdf_raw import OpenPdf, open_pdf

_TAIL = 2048
_NAMED = 5


class PdfReader:
    """Reads PDF documents. Pages that show something but hold no text are counted in a `no-text` problem, never passed over."""

    name: ClassVar[str] = "pdf"
    media_types: ClassVar[tuple[str, ...]] = ("application/pdf",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Properties, pages, then what hangs on the document. Raises ReadError `encrypted`, `damaged` or a limit."""
        with open_pdf(content, context) as pdf:
            seen = _Seen()
            known: set[str] = set()
            for segment in parts.properties(pdf):
                known.add(segment.text)
                yield segment
            yield from parts.xmp(content, context, known)
            yield from _pages(pdf, context, seen)
            yield from seen.marked(parts.bookmarks(pdf, context))
            yield from seen.marked(parts.scripts(pdf))
            yield from seen.marked(parts.xfa(pdf, context, seen.fields))
            yield from seen.marked(parts.attachments(pdf, context, seen.attachments, set()))
            if have_metadata(content):
                yield from pictures(pdf, context)
            yield from _remainder(pdf, content, context, seen)


@dataclass(slots=True)
class _Seen:
    """What the pages brought, for the problems told at the end."""

    pictures: list[int] = field(default_factory=list)
    unmapped: list[int] = field(default_factory=list)
    broken: list[int] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    fields: set[str] = field(default_factory=set, repr=False)
    anything: bool = False

    def marked(self, readings: Iterable[Reading]) -> Iterator[Reading]:
        for reading in readings:
            self.anything = True
            yield reading

    def note(self, page: Page) -> None:
        if page.picture:
            self.pictures.append(page.number)
        if page.unmapped:
            self.unmapped.append(page.number)
        self.attachments += page.attachments
        self.fields.update(segment.text for segment in page.segments if segment.kind is SegmentKind.FIELD)


def _pages(pdf: OpenPdf, context: ReadContext, seen: _Seen) -> Iterator[Reading]:
    limit = context.budget.limits.pdf_pages
    count = len(pdf)
    for index in range(min(count, limit) if limit else count):
        context.budget.check_time()
        page = read_page(pdf, index, context.budget.check_time)
        if page is None:
            seen.broken.append(index + 1)
            continue
        if page.picture and context.ocr is not None:
            picture = rendered(pdf, index)
            if picture:
                page.picture = False  # what OCR cannot do with it is a problem of its own
                yield from seen.marked(context.ocr.read(picture, context, Locator.of(page=page.number, part="ocr")))
        seen.note(page)
        if page.text.strip():
            yield from seen.marked(text_segments(page.text, Locator.of(page=page.number)))
        yield from seen.marked(page.segments)
    if limit and count > limit:
        yield context.problem("limit-pages", f"{limit} of {count}", Locator.of(page=limit + 1), count - limit)


def _remainder(pdf: OpenPdf, content: Content, context: ReadContext, seen: _Seen) -> Iterator[Problem]:
    """What was not read, and signs that the file is not whole."""
    total = len(pdf)
    for pages, code, what in (
        (seen.pictures, "no-text", "pages that are pictures"),
        (seen.unmapped, "part-unreadable", "pages in fonts whose characters are unknown"),
        (seen.broken, "part-unreadable", "pages that cannot be loaded"),
    ):
        if pages:
            named = ", ".join(map(str, pages[:_NAMED])) + (", ..." if len(pages) > _NAMED else "")
            detail = f"{len(pages)} of {total} {what}: {named}"
            yield context.problem(code, detail, Locator.of(page=pages[0]), len(pages))
    if not _ends_properly(content):
        yield context.problem("truncated", "no end-of-file mark")
    elif not pdf.raw.FPDF_DocumentHasValidCrossReferenceTable(pdf.doc):
        yield context.problem("damaged", "table of objects was rebuilt")
    if not (seen.anything or seen.pictures or seen.unmapped or seen.broken):
        yield context.problem("no-text", f"nothing readable on {total} pages", count=total)


def _ends_properly(content: Content) -> bool:
    with content.open() as stream:
        end = stream.seek(0, 2)
        stream.seek(max(0, end - _TAIL))
        return b"%%EOF" in stream.read()


@hookimpl
def piiscan_readers() -> list[type[PdfReader]]:
    """The PDF reader."""
    return [PdfReader]
