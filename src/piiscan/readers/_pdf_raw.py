"""The handles of one open PDF document, and the few ways in which PDFium hands over strings."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piiscan.errors import ReadError
from piiscan.model import Content
from piiscan.protocols import ReadContext

MEMORY_BYTES = 32 * 1024**2
"""Up to this size a document is read from memory, so that members of archives leave no copy on disk."""

_ERR_PASSWORD = 4
_ERR_SECURITY = 5


@dataclass(frozen=True, slots=True)
class OpenPdf:
    """`doc` is pypdfium2's document, `raw` PDFium's own functions, `form` a form handle where the document has a form."""

    doc: Any
    raw: Any
    form: Any

    def __len__(self) -> int:
        return len(self.doc)


def wide(call: Callable[[Any, int], int], limit: int = 16 * 1024**2) -> str:
    """A UTF-16 string from a function that first tells the number of bytes it needs. Empty where there is none."""
    size = min(call(None, 0), limit)
    if size <= 2:
        return ""
    units = (ctypes.c_ushort * (size // 2 + 1))()
    call(units, size)
    return bytes(units)[:size].decode("utf-16-le", "replace").split("\0", 1)[0]


@contextmanager
def open_pdf(content: Content, context: ReadContext) -> Iterator[OpenPdf]:
    """Open with no password, then with each given one. Raises ReadError `encrypted` or `damaged`.

    Everything is closed on leaving, in the order PDFium asks for: pages belong to the caller and must be closed before.
    """
    with _input(content) as source:
        doc = _load(source, context)
        try:
            with _form(doc) as (raw, form):
                yield OpenPdf(doc, raw, form)
        finally:
            doc.close()


@contextmanager
def _input(content: Content) -> Iterator[bytes | Path]:
    if content.size is not None and content.size > MEMORY_BYTES:
        with content.local_path() as path:
            yield path.absolute()  # pypdfium2 would expand a leading ~
        return
    with content.open() as stream:
        data = stream.read(MEMORY_BYTES + 1)
    if len(data) <= MEMORY_BYTES:
        yield data
        return
    with content.local_path() as path:
        yield path.absolute()


def _load(source: bytes | Path, context: ReadContext) -> Any:
    import pypdfium2

    code = 0
    for password in (None, *context.passwords):
        context.budget.check_time()
        try:
            return pypdfium2.PdfDocument(source, password=password)
        except pypdfium2.PdfiumError as error:
            code = error.err_code or 0
        except (UnicodeError, ValueError, OSError):
            code = 0
        if code != _ERR_PASSWORD:
            break
    if code == _ERR_PASSWORD:
        tried = len(context.passwords)
        raise ReadError("encrypted", f"{tried} configured passwords tried" if tried else "")
    if code == _ERR_SECURITY:
        raise ReadError("encrypted", "unknown security handler")
    raise ReadError("damaged")


@contextmanager
def _form(doc: Any) -> Iterator[tuple[Any, Any]]:
    """Field names and values need a form handle. pypdfium2's own way logs about XFA, so it is done here."""
    from pypdfium2 import raw

    if raw.FPDF_GetFormType(doc) == raw.FORMTYPE_NONE:
        yield raw, None
        return
    config = raw.FPDF_FORMFILLINFO(version=2)
    form = raw.FPDFDOC_InitFormFillEnvironment(doc, config)
    try:
        yield raw, form or None
    finally:
        if form:
            raw.FPDFDOC_ExitFormFillEnvironment(form)
