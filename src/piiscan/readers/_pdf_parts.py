"""What belongs to a PDF as a whole: properties, bookmarks, scripts, XFA forms, XMP, attached files."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import Any

from piiscan.content import BytesContent
from piiscan.model import Content, Embedded, Locator, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers._pdf_page import text_segments
from piiscan.readers._pdf_raw import OpenPdf, wide

PROPERTIES = ("Title", "Author", "Subject", "Keywords", "Creator", "Company", "Manager", "Category", "Comments")
MAX_BOOKMARKS = 200_000
MAX_DEPTH = 64
XMP_PACKETS = 64
XMP_BYTES = 4 * 1024**2
_CHUNK = 4 * 1024**2
_TECHNICAL = frozenset({"xmptk", "lang", "about", "format", "parseType", "resource", "x", "y", "w", "h"})


def properties(pdf: OpenPdf) -> Iterator[TextSegment]:
    """Document properties. PDFium tells only those it is asked for by name."""
    for key in PROPERTIES:
        name = key.encode() + b"\0"
        value = wide(lambda b, n, k=name: pdf.raw.FPDF_GetMetaText(pdf.doc, k, b, n))  # type: ignore[misc]
        if value.strip():
            yield TextSegment(text=value, locator=Locator.of(property=key), kind=SegmentKind.PROPERTY, label=key)


def bookmarks(pdf: OpenPdf, context: ReadContext) -> Iterator[Reading]:
    """The outline as one text, a line for a bookmark; a circle or a too deep branch in it is a problem."""
    raw, lines, seen, cut = pdf.raw, list[str](), set[int](), 0
    stack = [(raw.FPDFBookmark_GetFirstChild(pdf.doc, None), 0)]
    while stack:
        mark, depth = stack.pop()
        if not mark:
            continue
        context.budget.check_time()
        address = ctypes.addressof(mark.contents)
        if address in seen or depth > MAX_DEPTH or len(lines) >= MAX_BOOKMARKS:
            cut += 1
            continue
        seen.add(address)
        lines.append(wide(lambda b, n, m=mark: raw.FPDFBookmark_GetTitle(m, b, n)).replace("\n", " "))  # type: ignore[misc]
        stack.append((raw.FPDFBookmark_GetNextSibling(pdf.doc, mark), depth))
        stack.append((raw.FPDFBookmark_GetFirstChild(pdf.doc, mark), depth + 1))
    place = Locator.of(part="bookmarks")
    if any(line.strip() for line in lines):
        yield from text_segments("\n".join(lines), place)
    if cut:
        yield context.problem("part-unreadable", "bookmarks that refer to each other or nest too deeply", place, cut)


def scripts(pdf: OpenPdf) -> Iterator[TextSegment]:
    """JavaScript that runs when the document is opened."""
    raw = pdf.raw
    for index in range(max(raw.FPDFDoc_GetJavaScriptActionCount(pdf.doc), 0)):
        action = raw.FPDFDoc_GetJavaScriptAction(pdf.doc, index)
        if not action:
            continue
        try:
            text = wide(lambda b, n, a=action: raw.FPDFJavaScriptAction_GetScript(a, b, n))  # type: ignore[misc]
        finally:
            raw.FPDFDoc_CloseJavaScriptAction(action)
        if text.strip():
            yield from text_segments(text, Locator.of(part=f"javascript{index + 1}"))


def xfa(pdf: OpenPdf, context: ReadContext, known: set[str]) -> Iterator[Reading]:
    """The data and the texts of an XFA form, which the pages may not show; without values already `known` from fields."""
    raw = pdf.raw
    for index in range(max(raw.FPDF_GetXFAPacketCount(pdf.doc), 0)):
        name = _xfa_name(raw, pdf.doc, index)
        if name not in {"datasets", "form", "template"}:
            continue
        size = ctypes.c_ulong()
        raw.FPDF_GetXFAPacketContent(pdf.doc, index, None, 0, size)
        if not 0 < size.value <= context.budget.limits.xml_part_bytes:
            continue
        buffer = ctypes.create_string_buffer(size.value)
        raw.FPDF_GetXFAPacketContent(pdf.doc, index, buffer, size.value, size)
        kind = SegmentKind.PROSE if name == "template" else SegmentKind.FIELD
        for path, label, value in leaves(buffer.raw):
            if value in known:
                continue
            place = Locator.of(part=f"xfa-{name}", path=path)
            yield TextSegment(text=value, locator=place, kind=kind, label=None if name == "template" else label)


def _xfa_name(raw: Any, doc: Any, index: int) -> str:
    size = raw.FPDF_GetXFAPacketName(doc, index, None, 0)
    if not 0 < size < 256:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDF_GetXFAPacketName(doc, index, buffer, size)
    return buffer.value.decode("ascii", "replace")


def leaves(xml: bytes) -> Iterator[tuple[str, str, str]]:
    """(path, label, text) of the elements with text and attributes with a value. Nothing outside is fetched."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if root is None:
        return
    for element in root.iter(etree.Element):
        tag = _local(element.tag)
        path = "/".join(_local(e.tag) for e in [*reversed(list(element.iterancestors()))][-3:]) + "/" + tag
        if element.text and element.text.strip():
            yield path, _label(element, tag), element.text
        for key, value in element.attrib.items():
            name = _local(key)
            if len(value) > 1 and "://" not in value and name not in _TECHNICAL:
                yield f"{path}/@{name}", name, str(value)


def _label(element: Any, tag: str) -> str:
    """RDF wraps values in lists: the label is the element around them."""
    while tag in {"li", "Seq", "Bag", "Alt", "value"} and element.getparent() is not None:
        element = element.getparent()
        tag = _local(element.tag)
    return tag


def _local(name: object) -> str:
    """A name without its namespace. lxml's own way refuses the names that damaged XML brings."""
    return str(name).rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def xmp(content: Content, context: ReadContext, known: set[str]) -> Iterator[TextSegment]:
    """XMP packets found in the bytes (they are stored plain so that others can find them), without values already `known`."""
    for packet in _packets(content, context):
        for _, label, value in leaves(packet):
            technical = label in _TECHNICAL or label.endswith(("Date", "ID"))
            if value.strip() and value not in known and not technical:
                known.add(value)
                place = Locator.of(property=f"xmp:{label}")
                yield TextSegment(text=value, locator=place, kind=SegmentKind.PROPERTY, label=label)


def _packets(content: Content, context: ReadContext) -> Iterator[bytes]:
    start_mark, end_mark = b"<x:xmpmeta", b"</x:xmpmeta>"
    found, kept = 0, b""
    with content.open() as stream:
        while found < XMP_PACKETS and (chunk := stream.read(_CHUNK)):
            context.budget.check_time()
            kept += chunk
            while (start := kept.find(start_mark)) >= 0 and found < XMP_PACKETS:
                end = kept.find(end_mark, start)
                if end < 0:
                    # an unfinished packet waits for the next chunk; one that never ends is dropped
                    kept = kept[start:] if len(kept) - start < XMP_BYTES else kept[start + len(start_mark) :]
                    break
                found += 1
                yield kept[start : end + len(end_mark)]
                kept = kept[end + len(end_mark) :]
            else:
                kept = kept[-len(start_mark) :]


def attachments(pdf: OpenPdf, context: ReadContext, on_pages: list[Any], taken: set[str]) -> Iterator[Reading]:
    """Files attached to the document, then those pinned to pages. `taken` are names in use; doubles get ``~2``."""
    raw = pdf.raw
    count = max(raw.FPDFDoc_GetAttachmentCount(pdf.doc), 0)
    handles = [raw.FPDFDoc_GetAttachment(pdf.doc, index) for index in range(count)]
    for number, handle in enumerate([*handles, *on_pages], 1):
        context.budget.check_time()
        name = wide(lambda b, n, h=handle: raw.FPDFAttachment_GetName(h, b, n)) if handle else ""  # type: ignore[misc]
        data = _attached_bytes(raw, handle, context) if handle else None
        if data is None:
            place = Locator.of(part=f"attachment{number}")
            yield context.problem("part-unreadable", "attached file", place)
            continue
        context.budget.spend(len(data))
        path = _unique(name.replace("\\", "/").rsplit("/", 1)[-1] or f"attachment{number}", taken)
        yield Embedded(path=path, content=BytesContent(data, path), size=len(data))


def _attached_bytes(raw: Any, handle: Any, context: ReadContext) -> bytes | None:
    size = ctypes.c_ulong()
    limit = context.budget.limits.member_bytes
    if not raw.FPDFAttachment_GetFile(handle, None, 0, size) or (limit and size.value > limit):
        return None
    buffer = ctypes.create_string_buffer(max(size.value, 1))
    if size.value and not raw.FPDFAttachment_GetFile(handle, buffer, size.value, size):
        return None
    return buffer.raw[: size.value]


def _unique(name: str, taken: set[str]) -> str:
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}~{number}"
    taken.add(candidate)
    return candidate
