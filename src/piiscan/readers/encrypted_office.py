"""Password-protected Office files of today: opened where a password fits, then read as what they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from piiscan.errors import ReadError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Reading
from piiscan.protocols import ReadContext, Reader


class EncryptedOfficeReader:
    """Reads docx, xlsx, xlsb and pptx in their encrypted container; raises ReadError `encrypted` without a fitting password."""

    name: ClassVar[str] = "encrypted-office"
    media_types: ClassVar[tuple[str, ...]] = ("application/x-ooxml-encrypted",)

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Whatever the reader of the document inside yields."""
        from piiscan.readers._crypt import decrypted
        from piiscan.readers._package import Package
        from piiscan.readers.docx import DocxReader
        from piiscan.readers.pptx import PptxReader
        from piiscan.readers.xlsb import XlsbReader
        from piiscan.readers.xlsx import XlsxReader

        inner = decrypted(content, context)
        if inner is content:
            raise ReadError("encrypted", "Office")
        with Package(inner, context) as package:
            names = [n.lower() for n in package.names]
        reader: Reader | None = None
        if "xl/workbook.bin" in names:
            reader = XlsbReader()
        elif any(n.startswith("xl/") for n in names):
            reader = XlsxReader()
        elif any(n.startswith("ppt/") for n in names):
            reader = PptxReader()
        elif any(n.startswith("word/") for n in names):
            reader = DocxReader()
        if reader is None:
            raise ReadError("unsupported-format", "encrypted package")
        yield from reader.read(inner, context)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [EncryptedOfficeReader]
