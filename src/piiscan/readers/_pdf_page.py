"""What a page of a PDF holds: text, form fields, remarks, links, attached files; and whether it is only a picture."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from piiscan.limits import SEGMENT_CHARS
from piiscan.model import Locator, SegmentKind, TextSegment
from piiscan.readers._pdf_raw import OpenPdf, wide

FEW_CHARS = 16
"""A page with fewer characters than this and a picture over half of it counts as a picture."""

MANY_PATHS = 24
"""A page without text and with this many drawn shapes may show text turned into outlines."""

MAX_OBJECTS = 5_000
OCR_DPI = 300
OCR_PIXELS = 20_000_000
"""A3 at 300 dots an inch; larger pages are drawn coarser."""
_SAMPLE = 300
_LETTER = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_VERTICAL_RUN = 3


@dataclass(slots=True)
class Page:
    """What was read of one page. `number` counts from 1."""

    number: int
    text: str = field(repr=False)
    picture: bool = False
    unmapped: bool = False
    segments: list[TextSegment] = field(default_factory=list, repr=False)
    attachments: list[Any] = field(default_factory=list, repr=False)


def read_page(pdf: OpenPdf, index: int, check_time: Callable[[], None]) -> Page | None:
    """Page `index` (from 0); None where PDFium cannot load it. `attachments` are handles that live as long as the document.

    `check_time` is called for every annotation and may raise.
    """
    loaded = pdf.raw.FPDF_LoadPage(pdf.doc, index)
    if not loaded:
        return None
    try:
        if pdf.form:
            pdf.raw.FORM_OnAfterLoadPage(loaded, pdf.form)
        text, unmapped = _text(pdf.raw, loaded)
        page = Page(index + 1, text, unmapped=unmapped)
        page.picture = _is_picture(pdf.raw, loaded, text)
        only_drawn = _annotations(pdf, loaded, page, check_time)
        if only_drawn:
            page.segments += _drawn(pdf, loaded, page)
    finally:
        if pdf.form:
            pdf.raw.FORM_OnBeforeClosePage(loaded, pdf.form)
        pdf.raw.FPDF_ClosePage(loaded)
    return page


def rendered(pdf: OpenPdf, index: int) -> bytes:
    """Page `index` as a grey picture (PGM), as fine as OCR wants it and no larger than `OCR_PIXELS`; empty where PDFium cannot."""
    page = pdf.doc[index]
    try:
        width, height = page.get_size()
        if width <= 0 or height <= 0:
            return b""
        scale = min(OCR_DPI / 72, (OCR_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        try:
            data = bytes(bitmap.buffer)
            rows = (data[n * bitmap.stride : n * bitmap.stride + bitmap.width] for n in range(bitmap.height))
            return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
        finally:
            bitmap.close()
    finally:
        page.close()


def text_segments(text: str, locator: Locator) -> Iterator[TextSegment]:
    """Running text at a place, cut at newlines where it is very long; lines are counted on."""
    line, start = 1, 0
    while start < len(text):
        end = len(text)
        if end - start > SEGMENT_CHARS:
            cut = text.rfind("\n", start, start + SEGMENT_CHARS)
            end = cut + 1 if cut > start else start + SEGMENT_CHARS
        yield TextSegment(text=text[start:end], locator=locator, first_line=line)
        line += text.count("\n", start, end)
        start = end


def _text(raw: Any, page: Any) -> tuple[str, bool]:
    """The text, and whether most of a sample of it has no known characters (fonts without a way back to text)."""
    handle = raw.FPDFText_LoadPage(page)
    if not handle:
        return "", False
    try:
        count = raw.FPDFText_CountChars(handle)
        if count <= 0:
            return "", False
        units = (ctypes.c_ushort * (2 * count + 2))()
        written = raw.FPDFText_GetText(handle, 0, count, units)
        text = bytes(units)[: 2 * max(written - 1, 0)].decode("utf-16-le", "replace")
        sample = range(0, count, max(1, count // _SAMPLE))
        wrong = sum(raw.FPDFText_HasUnicodeMapError(handle, n) == 1 for n in sample)
    finally:
        raw.FPDFText_ClosePage(handle)
    return tidy(text), wrong * 2 > len(sample)


def tidy(text: str) -> str:
    """Newlines as one character, PDFium's mark of a hyphen at a line end as a hyphen, upright lines put together."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\x02", "-").replace("\0", "")
    lines = text.split("\n")
    if sum(len(line.strip()) == 1 for line in lines) < _VERTICAL_RUN:
        return text
    return "\n".join(_rejoined(lines))


def _rejoined(lines: list[str]) -> Iterator[str]:
    """Runs of lines with one character each, as upright writing comes out, become one line.

    A run without kana or kanji stays: it is more likely a column of figures than a number.
    """
    run: list[str] = []
    for line in [*lines, None]:
        if line is not None and len(line.strip()) == 1:
            run.append(line.strip())
            continue
        joined = "".join(run)
        if len(run) >= _VERTICAL_RUN and _LETTER.search(joined):
            yield joined
        else:
            yield from run
        run = []
        if line is not None:
            yield line


def _is_picture(raw: Any, page: Any, text: str) -> bool:
    """Whether the page shows something that is not in its text: pictures, or text drawn as shapes."""
    chars = len("".join(text.split()))
    if chars >= FEW_CHARS:
        return False
    area = raw.FPDF_GetPageWidthF(page) * raw.FPDF_GetPageHeightF(page)
    pictures, covered, paths = 0, 0.0, 0
    for kind, handle in objects(raw, page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            pictures, covered = pictures + 1, covered + _area(raw, handle)
        elif kind in {raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_SHADING}:
            paths += 1
    if chars:
        return pictures > 0 and covered > area / 2
    return pictures > 0 or paths >= MANY_PATHS


def objects(raw: Any, page: Any) -> Iterator[tuple[int, Any]]:
    """Kind and handle of the page's objects, also of those inside form objects; the first few thousand."""
    stack = [(raw.FPDFPage_GetObject(page, n), 0) for n in range(min(raw.FPDFPage_CountObjects(page), MAX_OBJECTS))]
    seen = 0
    while stack and seen < MAX_OBJECTS:
        handle, depth = stack.pop()
        if not handle:
            continue
        seen += 1
        kind = raw.FPDFPageObj_GetType(handle)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < 4:
            inside = min(max(raw.FPDFFormObj_CountObjects(handle), 0), MAX_OBJECTS)
            stack += [(raw.FPDFFormObj_GetObject(handle, n), depth + 1) for n in range(inside)]
            continue
        yield kind, handle


def _area(raw: Any, handle: Any) -> float:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
        return 0.0
    return abs((right.value - left.value) * (top.value - bottom.value))


def _annotations(pdf: OpenPdf, page: Any, read: Page, check_time: Callable[[], None]) -> bool:
    """Fields, remarks, links and attached files; True where something is only drawn (stamps, signatures)."""
    raw, only_drawn = pdf.raw, False
    seen: set[tuple[str, str]] = set()
    for index in range(max(raw.FPDFPage_GetAnnotCount(page), 0)):
        check_time()
        annot = raw.FPDFPage_GetAnnot(page, index)
        if not annot:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annot)
            if kind == raw.FPDF_ANNOT_WIDGET:
                only_drawn |= _field(pdf, annot, read, seen)
                continue
            if kind == raw.FPDF_ANNOT_FILEATTACHMENT:
                read.attachments.append(raw.FPDFAnnot_GetFileAttachment(annot))
            if kind == raw.FPDF_ANNOT_LINK:
                _link(pdf, annot, read)
            only_drawn |= kind in {raw.FPDF_ANNOT_STAMP, raw.FPDF_ANNOT_WATERMARK}
            _remark(raw, annot, read, index + 1, seen)
        finally:
            raw.FPDFPage_CloseAnnot(annot)
    return only_drawn


def _field(pdf: OpenPdf, annot: Any, read: Page, seen: set[tuple[str, str]]) -> bool:
    """A form field with its value; True for a signature, whose text is only in its appearance."""
    raw = pdf.raw
    if not pdf.form:
        return False
    kind = raw.FPDFAnnot_GetFormFieldType(pdf.form, annot)
    if kind == raw.FPDF_FORMFIELD_SIGNATURE:
        return True
    if kind == raw.FPDF_FORMFIELD_PUSHBUTTON:
        return False
    buttons = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
    if kind in buttons and not raw.FPDFAnnot_IsChecked(pdf.form, annot):
        return False
    name = wide(lambda b, n: raw.FPDFAnnot_GetFormFieldName(pdf.form, annot, b, n))
    label = wide(lambda b, n: raw.FPDFAnnot_GetFormFieldAlternateName(pdf.form, annot, b, n)) or name
    value = wide(lambda b, n: raw.FPDFAnnot_GetFormFieldValue(pdf.form, annot, b, n)).replace("\r", "\n")
    if not value.strip() or (name, value) in seen:
        return False
    seen.add((name, value))
    place = Locator.of(page=read.number, part="form", path=name or None)
    read.segments.append(TextSegment(text=value, locator=place, kind=SegmentKind.FIELD, label=label or None))
    return False


def _remark(raw: Any, annot: Any, read: Page, number: int, seen: set[tuple[str, str]]) -> None:
    """Text of a note or mark-up, and who wrote it. A pop-up often repeats its parent's."""
    place = Locator.of(page=read.number, comment=number)
    for key, kind, label in (
        (b"Contents\0", SegmentKind.COMMENT, None),
        (b"Subj\0", SegmentKind.COMMENT, None),
        (b"T\0", SegmentKind.PROPERTY, "author"),
    ):
        value = wide(lambda b, n, k=key: raw.FPDFAnnot_GetStringValue(annot, k, b, n)).replace("\r", "\n")  # type: ignore[misc]
        if value.strip() and ("", value) not in seen:
            seen.add(("", value))
            read.segments.append(TextSegment(text=value, locator=place, kind=kind, label=label))


def _link(pdf: OpenPdf, annot: Any, read: Page) -> None:
    """The target of a link, where the page does not show it anyway."""
    raw = pdf.raw
    action = raw.FPDFLink_GetAction(raw.FPDFAnnot_GetLink(annot))
    if not action:
        return
    size = raw.FPDFAction_GetURIPath(pdf.doc, action, None, 0)
    if not 1 < size < SEGMENT_CHARS:
        return
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(pdf.doc, action, buffer, size)
    target = buffer.value.decode("utf-8", "replace")
    if target.removeprefix("mailto:") not in read.text:
        place = Locator.of(page=read.number, part="link")
        read.segments.append(TextSegment(text=target, locator=place, kind=SegmentKind.FIELD, label="uri"))


def _drawn(pdf: OpenPdf, page: Any, read: Page) -> list[TextSegment]:
    """Text that only the appearance of stamps and signatures shows: flatten them into the page, see which lines are new."""
    if pdf.raw.FPDFPage_Flatten(page, pdf.raw.FLAT_NORMALDISPLAY) != pdf.raw.FLATTEN_SUCCESS:
        return []
    again = pdf.raw.FPDF_LoadPage(pdf.doc, read.number - 1)
    if not again:
        return []
    try:
        text, _ = _text(pdf.raw, again)
    finally:
        pdf.raw.FPDF_ClosePage(again)
    known = Counter(line.strip() for line in read.text.split("\n"))
    known.update(line.strip() for segment in read.segments for line in segment.text.split("\n"))
    new = list((Counter(line.strip() for line in text.split("\n") if line.strip()) - known).elements())
    if not new:
        return []
    place = Locator.of(page=read.number, part="appearance")
    return [TextSegment(text="\n".join(new), locator=place, kind=SegmentKind.COMMENT)]
