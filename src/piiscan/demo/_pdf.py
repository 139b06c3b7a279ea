"""A small PDF writer: Japanese text in a font that every viewer brings along, so that nothing needs to be embedded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_FONT = b"<< /Type /Font /Subtype /Type0 /BaseFont /KozMinPr6N-Regular /Encoding /UniJIS-UTF16-H /DescendantFonts [ %d 0 R ] >>"
_CID_FONT = (
    b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /KozMinPr6N-Regular "
    b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 6 >> /DW 1000 /W [ 1 [ 500 ] 2 230 500 ] "
    b"/FontDescriptor %d 0 R >>"
)
_DESCRIPTOR = (
    b"<< /Type /FontDescriptor /FontName /KozMinPr6N-Regular /Flags 4 /FontBBox [ -437 -340 1147 1317 ] "
    b"/ItalicAngle 0 /Ascent 1317 /Descent -349 /CapHeight 742 /StemV 80 >>"
)


class _Objects:
    """Numbered objects; `reserve` gives a number whose content comes later."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def reserve(self) -> int:
        self.bodies.append(b"null")
        return len(self.bodies)

    def add(self, body: bytes) -> int:
        self.bodies.append(body)
        return len(self.bodies)

    def stream(self, data: bytes, entries: bytes = b"") -> int:
        return self.add(b"<< /Length %d %s >>\nstream\n" % (len(data), entries) + data + b"\nendstream")

    def file(self, root: int, info: int) -> bytes:
        out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        offsets: list[int] = []
        for number, body in enumerate(self.bodies, 1):
            offsets.append(len(out))
            out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
        start = len(out)
        out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(offsets) + 1)
        out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
        out += b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\n" % (len(offsets) + 1, root, info)
        out += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(out)


def _string(text: str) -> bytes:
    """A text string object."""
    return b"<FEFF" + text.encode("utf-16-be").hex().upper().encode() + b">"


def _shown(lines: Sequence[str]) -> bytes:
    """Page content: the lines from the top, 11 points on 18."""
    rows = [b"<" + line.encode("utf-16-be").hex().upper().encode() + b"> Tj T*" for line in lines]
    return b"BT /F1 11 Tf 18 TL 56 780 Td\n" + b"\n".join(rows) + b"\nET"


def _scan_page(width: int, height: int) -> bytes:
    """Raw grey pixels of a page that looks scanned: light paper with darker bars where lines of writing would be."""
    row_paper, row_ink = b"\xf4" * width, b"\xf4" * 8 + b"\x60" * (width - 16) + b"\xf4" * 8
    return b"".join(row_ink if y % 12 in {4, 5} else row_paper for y in range(height))


def write_pdf(
    pages: Sequence[Sequence[str]],
    *,
    info: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
    note: str = "",
    scanned_pages: int = 0,
) -> bytes:
    """A PDF with one page for each sequence of lines.

    `info` are document properties (``Title``, ``Author``); `fields` form fields on the first page; `note` a remark there;
    `scanned_pages` pages with a picture only are added at the end.
    """
    objects = _Objects()
    font = objects.add(_FONT % objects.add(_CID_FONT % objects.add(_DESCRIPTOR)))
    tree = objects.reserve()
    kids = [
        _page(objects, tree, font, lines, _annotations(objects, fields or {}, note) if not n else [])
        for n, lines in enumerate(pages)
    ]
    kids += [_picture_page(objects, tree) for _ in range(scanned_pages)]
    refs = b" ".join(b"%d 0 R" % kid for kid, _ in kids)
    objects.bodies[tree - 1] = b"<< /Type /Pages /Kids [ %s ] /Count %d >>" % (refs, len(kids))
    widgets = kids[0][1] if fields and kids else []
    form = b"/AcroForm << /Fields [ %s ] >>" % b" ".join(b"%d 0 R" % w for w in widgets[: len(fields or {})])
    root = objects.add(b"<< /Type /Catalog /Pages %d 0 R %s >>" % (tree, form if widgets else b""))
    entries = b" ".join(b"/%s %s" % (key.encode(), _string(value)) for key, value in (info or {}).items())
    return objects.file(root, objects.add(b"<< %s >>" % entries))


def _page(
    objects: _Objects, tree: int, font: int, lines: Sequence[str], annotations: list[int]
) -> tuple[int, list[int]]:
    content = objects.stream(_shown(lines))
    notes = b" ".join(b"%d 0 R" % a for a in annotations)
    page = objects.add(
        b"<< /Type /Page /Parent %d 0 R /MediaBox [ 0 0 595 842 ] /Contents %d 0 R "
        b"/Resources << /Font << /F1 %d 0 R >> >> /Annots [ %s ] >>" % (tree, content, font, notes)
    )
    return page, annotations


def _annotations(objects: _Objects, fields: Mapping[str, str], note: str) -> list[int]:
    """Form fields first, then the remark."""
    made = [
        objects.add(
            b"<< /Type /Annot /Subtype /Widget /FT /Tx /T %s /V %s /Rect [ 56 %d 300 %d ] /F 4 >>"
            % (_string(name), _string(value), 400 - 24 * n, 418 - 24 * n)
        )
        for n, (name, value) in enumerate(fields.items())
    ]
    if note:
        made.append(
            objects.add(b"<< /Type /Annot /Subtype /Text /Rect [ 500 780 520 800 ] /Contents %s >>" % _string(note))
        )
    return made


def _picture_page(objects: _Objects, tree: int) -> tuple[int, list[int]]:
    width, height = 149, 210
    image = objects.stream(
        _scan_page(width, height),
        b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
        % (width, height),
    )
    content = objects.stream(b"q 595 0 0 842 0 0 cm /Im1 Do Q")
    page = objects.add(
        b"<< /Type /Page /Parent %d 0 R /MediaBox [ 0 0 595 842 ] /Contents %d 0 R "
        b"/Resources << /XObject << /Im1 %d 0 R >> >> >>" % (tree, content, image)
    )
    return page, []
