"""Photos inside a PDF that still carry their own metadata: where they were taken, by whom, who is shown.

Only JPEG pictures keep it, and only few PDFs have any, so the file is first searched for the marks of such metadata; without one no page is looked
through for pictures. (In an encrypted document the marks cannot be seen.)
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from piiscan.content import BytesContent
from piiscan.model import Content, Embedded
from piiscan.protocols import ReadContext
from piiscan.readers._pdf_page import objects
from piiscan.readers._pdf_raw import OpenPdf

MARKS = (b"Exif\0\0", b"Photoshop 3.0\0", b"http://ns.adobe.com/xap/1.0/\0")
MAX_BYTES = 128 * 1024**2
_CHUNK = 4 * 1024**2
_HEAD = 256 * 1024


def have_metadata(content: Content) -> bool:
    """Whether some picture in the file may carry metadata."""
    overlap = max(map(len, MARKS))
    with content.open() as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            block = tail + chunk
            if any(mark in block for mark in MARKS):
                return True
            tail = block[-overlap:]
    return False


def pictures(pdf: OpenPdf, context: ReadContext) -> Iterator[Embedded]:
    """Each such picture once, named by the first page it is on."""
    seen: set[bytes] = set()
    limit = context.budget.limits.pdf_pages
    for index in range(min(len(pdf), limit) if limit else len(pdf)):
        context.budget.check_time()
        page = pdf.raw.FPDF_LoadPage(pdf.doc, index)
        if not page:
            continue
        try:
            found = list(_of_page(pdf.raw, page, seen))
        finally:
            pdf.raw.FPDF_ClosePage(page)
        for number, data in enumerate(found, 1):
            name = f"page{index + 1}-picture{number}.jpg"
            yield Embedded(path=name, content=BytesContent(data, name), size=len(data))


def _of_page(raw: Any, page: Any, seen: set[bytes]) -> Iterator[bytes]:
    for kind, handle in objects(raw, page):
        if kind != raw.FPDF_PAGEOBJ_IMAGE or not _is_jpeg(raw, handle):
            continue
        size = raw.FPDFImageObj_GetImageDataRaw(handle, None, 0)
        if not 4 < size <= MAX_BYTES:
            continue
        buffer = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageDataRaw(handle, buffer, size)
        data = buffer.raw
        digest = blake2b(data, digest_size=16).digest()
        if digest not in seen and any(mark in data[:_HEAD] for mark in MARKS):
            seen.add(digest)
            yield data


def _is_jpeg(raw: Any, handle: Any) -> bool:
    if raw.FPDFImageObj_GetImageFilterCount(handle) != 1:
        return False
    name = ctypes.create_string_buffer(32)
    raw.FPDFImageObj_GetImageFilter(handle, 0, name, 32)
    return name.value == b"DCTDecode"
