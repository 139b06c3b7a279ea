"""Office documents written as the ZIP packages they are: just enough parts for any reader, no program and no template file needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from piiscan.demo._pack import zip_bytes

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"


def _package(parts: Mapping[str, str], types: Mapping[str, str], main: str, author: str) -> bytes:
    """Common parts of Word, Excel and PowerPoint packages: content types, the relation to the main part, properties."""
    overrides = "".join(
        f'<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-{kind}+xml"/>'
        for name, kind in {**types, "docProps/core.xml": "package.core-properties"}.items()
    )
    content_types = (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )
    relations = _relations({"rId1": ("officeDocument", main)}).replace(
        "</Relationships>",
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>",
    )
    core = (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:creator>{escape(author)}</dc:creator></cp:coreProperties>"
    )
    all_parts = {"[Content_Types].xml": content_types, "_rels/.rels": relations, "docProps/core.xml": core, **parts}
    return zip_bytes({name: text.encode() for name, text in all_parts.items()})


def _relations(targets: Mapping[str, tuple[str, str]]) -> str:
    rows = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/relationships/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{rows}</Relationships>'


def _paragraph(text: str) -> str:
    return f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'


def docx(
    paragraphs: Sequence[str],
    *,
    table: Sequence[Sequence[str]] = (),
    header: str = "",
    comment: str = "",
    author: str = "",
) -> bytes:
    """A Word document: paragraphs, then one table; a page header; a remark on the first paragraph."""
    rows = "".join("<w:tr>" + "".join(f"<w:tc>{_paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in table)
    body = "".join(map(_paragraph, paragraphs)) + (f"<w:tbl>{rows}</w:tbl>{_paragraph('')}" if rows else "")
    if comment:
        body = body.replace("</w:p>", '<w:r><w:commentReference w:id="1"/></w:r></w:p>', 1)
    section = (
        f'<w:sectPr><w:headerReference w:type="default" r:id="rId1" xmlns:r="{_OFFICE}/relationships"/></w:sectPr>'
    )
    note = f'<w:comment w:id="1" w:author="{escape(author)}">{_paragraph(comment)}</w:comment>' if comment else ""
    parts = {
        "word/document.xml": f'{_XML}<w:document xmlns:w="{_W}"><w:body>{body}{section}</w:body></w:document>',
        "word/header1.xml": f'{_XML}<w:hdr xmlns:w="{_W}">{_paragraph(header)}</w:hdr>',
        "word/comments.xml": f'{_XML}<w:comments xmlns:w="{_W}">{note}</w:comments>',
        "word/_rels/document.xml.rels": _relations(
            {"rId1": ("header", "header1.xml"), "rId2": ("comments", "comments.xml")}
        ),
    }
    word = "officedocument.wordprocessingml."
    types = {
        "word/document.xml": f"{word}document.main",
        "word/header1.xml": f"{word}header",
        "word/comments.xml": f"{word}comments",
    }
    return _package(parts, types, "word/document.xml", author)


def _shapes(texts: Sequence[str]) -> str:
    """The text boxes of a slide or a notes page."""
    boxes = "".join(
        f'<p:sp><p:nvSpPr><p:cNvPr id="{n}" name="Text {n}"/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
        f"<a:p><a:r><a:t>{escape(text)}</a:t></a:r></a:p></p:txBody></p:sp>"
        for n, text in enumerate(texts, 2)
    )
    return (
        '<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr/>'
        f"{boxes}</p:spTree></p:cSld>"
    )


def pptx(slides: Sequence[tuple[Sequence[str], str]], *, author: str = "") -> bytes:
    """A presentation: for each slide its texts and its speaker's notes."""
    spaces = f'xmlns:p="{_P}" xmlns:a="{_A}" xmlns:r="{_OFFICE}/relationships"'
    point = "officedocument.presentationml."
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    parts = {
        "ppt/presentation.xml": f"{_XML}<p:presentation {spaces}><p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(
            {f"rId{n}": ("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1)}
        ),
    }
    types = {"ppt/presentation.xml": f"{point}presentation.main"}
    for n, (texts, notes) in enumerate(slides, 1):
        parts[f"ppt/slides/slide{n}.xml"] = f"{_XML}<p:sld {spaces}>{_shapes(texts)}</p:sld>"
        parts[f"ppt/notesSlides/notesSlide{n}.xml"] = f"{_XML}<p:notes {spaces}>{_shapes([notes])}</p:notes>"
        parts[f"ppt/slides/_rels/slide{n}.xml.rels"] = _relations(
            {"rId1": ("notesSlide", f"../notesSlides/notesSlide{n}.xml")}
        )
        types[f"ppt/slides/slide{n}.xml"] = f"{point}slide"
        types[f"ppt/notesSlides/notesSlide{n}.xml"] = f"{point}notesSlide"
    return _package(parts, types, "ppt/presentation.xml", author)


def _odf(kind: str, body: str, author: str) -> bytes:
    """An OpenDocument package: the type goes first and uncompressed."""
    media = f"application/vnd.oasis.opendocument.{kind}"
    spaces = " ".join(
        f'xmlns:{short}="{_ODF}:{name}:1.0"'
        for short, name in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
            ("meta", "meta"),
        )
    )
    content = f'{_XML}<office:document-content {spaces} office:version="1.3"><office:body>{body}</office:body></office:document-content>'
    meta = (
        f'{_XML}<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta>'
        f"<meta:initial-creator>{escape(author)}</meta:initial-creator><dc:creator>{escape(author)}</dc:creator>"
        "</office:meta></office:document-meta>"
    )
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{path}" manifest:media-type="{kind_of}"/>'
        for path, kind_of in (("/", media), ("content.xml", "text/xml"), ("meta.xml", "text/xml"))
    )
    manifest = f'{_XML}<manifest:manifest xmlns:manifest="{_ODF}:manifest:1.0" manifest:version="1.3">{entries}</manifest:manifest>'
    return zip_bytes(
        {
            "mimetype": media.encode(),
            "content.xml": content.encode(),
            "meta.xml": meta.encode(),
            "META-INF/manifest.xml": manifest.encode(),
        },
        stored=("mimetype",),
    )


def odt(paragraphs: Sequence[str], *, author: str = "") -> bytes:
    """A text document."""
    body = "".join(f"<text:p>{escape(text)}</text:p>" for text in paragraphs)
    return _odf("text", f"<office:text>{body}</office:text>", author)


def ods(sheets: Mapping[str, Sequence[Sequence[str]]], *, author: str = "") -> bytes:
    """A spreadsheet of text cells."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{_ods_rows(rows)}</table:table>' for name, rows in sheets.items()
    )
    return _odf("spreadsheet", f"<office:spreadsheet>{tables}</office:spreadsheet>", author)


def _ods_rows(rows: Sequence[Sequence[str]]) -> str:
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    return "".join(
        "<table:table-row>" + "".join(cell.format(escape(value)) for value in row) + "</table:table-row>"
        for row in rows
    )


def odp(slides: Sequence[Sequence[str]], *, author: str = "") -> bytes:
    """A presentation of text boxes."""
    pages = "".join(
        f'<draw:page draw:name="page{n}">'
        + "".join(
            f"<draw:frame><draw:text-box><text:p>{escape(t)}</text:p></draw:text-box></draw:frame>" for t in texts
        )
        + "</draw:page>"
        for n, texts in enumerate(slides, 1)
    )
    return _odf("presentation", f"<office:presentation>{pages}</office:presentation>", author)


def rtf(paragraphs: Sequence[str], *, author: str = "") -> bytes:
    """Rich text as Word writes Japanese: characters as signed UTF-16 numbers with a question mark for old readers."""
    body = "\\par\n".join(map(_rtf_text, paragraphs))
    info = f"{{\\info{{\\author {_rtf_text(author)}}}}}" if author else ""
    return f"{{\\rtf1\\ansi\\ansicpg932\\deff0{{\\fonttbl{{\\f0 MS Mincho;}}}}{info}\n{body}\\par\n}}".encode("ascii")


def _rtf_text(text: str) -> str:
    out = []
    for char in text:
        if char in "\\{}":
            out.append("\\" + char)
        elif char < "\x80":
            out.append(char)
        else:
            raw = char.encode("utf-16-le")
            units = [int.from_bytes(raw[n : n + 2], "little", signed=True) for n in range(0, len(raw), 2)]
            out.append("".join(f"\\u{unit}?" for unit in units))
    return "".join(out)
