"""The text of Word's XML: paragraphs, tables, text boxes, tracked changes, fields, ruby."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from piiscan.readers._numbering import Numbering
from piiscan.readers._ooxml import alt_text, relations
from piiscan.readers._package import Package
from piiscan.readers._text import Block, Grid
from piiscan.readers._xml import LOCALS, Element, attr, blocks, child, descend, local, whole

PARENTS: Final = frozenset({"body", "hdr", "ftr", "footnote", "endnote", "comment", "docPartBody"})
_BLOCKS: Final = ("p", "tbl", "sdt", "customXml", "smartTag", "AlternateContent", "altChunk")
_SKIP: Final = frozenset({"pPr", "rPr", "tblPr", "trPr", "tcPr", "sectPr", "moveFrom", "sdtEndPr", "rubyPr", "tblGrid"})
_SILENT: Final = frozenset({"bookmarkStart", "bookmarkEnd", "proofErr", "lastRenderedPageBreak"})
_BREAKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_DULL_FIELDS: Final = re.compile(
    r"\s*(PAGE|NUMPAGES|TOC|REF|PAGEREF|SEQ|SECTION|STYLEREF|DATE|TIME|FORMTEXT|FORMCHECKBOX|XE|TC)\b", re.IGNORECASE
)


class _Line:
    """A paragraph being put together: its text, and what belongs beside it (deleted text, fields, alternative texts)."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.beside: list[Block] = []
        self.deleted: list[str] = []
        self.fields: list[str] = []
        self._ruby: list[tuple[str, str]] = []
        self._fresh_deletion = True

    def add(self, text: str) -> None:
        if text:
            self.close_ruby()
            self._fresh_deletion = True
            self.pieces.append(text)

    def add_deleted(self, text: str) -> None:
        if self._fresh_deletion:
            self.deleted.append("")
        self._fresh_deletion = False
        self.deleted[-1] += text

    def add_ruby(self, base: str, reading: str) -> None:
        self._ruby.append((base, reading))

    def close_ruby(self) -> None:
        """Neighbouring ruby belongs together: 山(やま)田(だ) is 山田 (やまだ)."""
        if self._ruby:
            base, reading = ("".join(r[i] for r in self._ruby) for i in (0, 1))
            self._ruby = []
            self.pieces.append(f"{base} ({reading})" if reading else base)

    def text(self) -> str:
        self.close_ruby()
        return "".join(self.pieces)

    def lines(self, prefix: str = "") -> Iterator[Block]:
        text = self.text()
        yield f"{prefix} {text}" if prefix else text
        yield from (d for d in self.deleted if d.strip())
        yield from (f.strip() for f in ["".join(self.fields)] if f.strip() and not _DULL_FIELDS.match(f))
        yield from self.beside


class WordPart:
    """One part (body, header, notes, comments) as blocks of text. `authors` collects who changed or commented."""

    def __init__(self, package: Package, name: str, numbering: Numbering, authors: set[str]) -> None:
        self.package, self.name = package, name
        self.numbering, self.authors = numbering, authors
        self._links = {k: t for k, (_, t, external) in relations(package, name).items() if external}

    def blocks(self) -> Iterator[Block]:
        """Everything in the part, in order; then the link targets that no text showed."""
        check_time, around = self.package.context.budget.check_time, None
        for element in blocks(self.package, self.name, _BLOCKS, PARENTS):
            check_time()
            parent = element.getparent()
            if parent is not around and parent is not None and attr(parent, "author"):
                self.authors.add(attr(parent, "author"))
            around = parent
            plain = _plain(element)
            if plain is None:
                yield from self._block(element)
            else:
                text, properties = plain
                prefix = self.numbering.prefix(properties)
                yield f"{prefix} {text}" if prefix else text
        yield from (target for target in self._links.values() if target)

    def _block(self, element: Element) -> Iterator[Block]:
        tag = local(element)
        if tag == "p":
            yield from self._paragraph(element)
        elif tag == "tbl":
            yield self._table(element)
        elif tag == "AlternateContent":
            for option in self._choice(element):
                yield from self._block(option)
        elif tag not in _SKIP:
            if tag == "sdtPr":
                yield from (i for i in _list_items(element) if i)
                return
            for inner in element:
                yield from self._block(inner)

    def _paragraph(self, element: Element) -> Iterator[Block]:
        line = _Line()
        self._inline(element, line)
        yield from line.lines(self.numbering.prefix(child(element, "pPr")))

    def _table(self, element: Element) -> Grid:
        rows = []
        for row in _through(element, "tr"):
            cells = [""] * _count(row, "trPr", "gridBefore")
            for cell in _through(row, "tc"):
                texts = [b if isinstance(b, str) else _grid_text(b) for inner in cell for b in self._block(inner)]
                span = _count(cell, "tcPr", "gridSpan", default=1)
                cells += ["\n".join(t for t in texts if t.strip()), *[""] * (min(span, 64) - 1)]
            rows.append(cells)
        return Grid(rows)

    def _choice(self, element: Element) -> Iterator[Element]:
        """The richer of two writings of the same thing; the fallback where that one has no text."""
        options = [e for e in element if local(e) == "Choice"] + [e for e in element if local(e) == "Fallback"]
        written = [e for e in options if any((t.text or "").strip() for t in descend(e, "t", "delText"))]
        yield from (written or options)[:1]

    def _inline(self, element: Element, line: _Line, deleted: bool = False) -> None:
        for part in element:
            tag = local(part)
            if tag == "t":
                (line.add_deleted if deleted else line.add)(whole(part))
            elif tag in _BREAKS:
                line.add(_BREAKS[tag])
            elif tag == "AlternateContent":
                for option in self._choice(part):
                    self._inline(option, line, deleted)
            elif tag not in _SKIP:
                self._special(part, tag, line, deleted)

    def _special(self, part: Element, tag: str, line: _Line, deleted: bool) -> None:
        if tag in {"delText", "delInstrText"}:
            line.add_deleted(part.text or "")
        elif tag == "instrText":
            line.fields.append(part.text or "")
        elif tag == "sym":
            line.add(_symbol(part))
        elif tag == "ruby":
            base, reading = _Line(), _Line()
            self._inline(child(part, "rubyBase") if child(part, "rubyBase") is not None else (), base)
            self._inline(child(part, "rt") if child(part, "rt") is not None else (), reading)
            line.add_ruby(base.text(), reading.text())
        elif tag == "txbxContent":
            line.beside += [b for inner in part for b in self._block(inner)]
        elif tag in {"ffData", "sdtPr"}:
            line.beside += _list_items(part)
        else:
            self._container(part, tag, line, deleted)

    def _container(self, part: Element, tag: str, line: _Line, deleted: bool) -> None:
        if tag in {"docPr", "cNvPr"}:
            line.beside += [t for t in alt_text(part) if t not in line.beside]
        elif tag in {"ins", "del", "moveTo"} and attr(part, "author"):
            self.authors.add(attr(part, "author"))
        elif tag == "fldSimple":
            line.fields.append(attr(part, "instr"))
        elif tag == "textpath":
            line.beside.append(attr(part, "string"))
        elif tag in {"shape", "imagedata"}:
            line.beside += [t for t in (attr(part, "alt"), attr(part, "title")) if t]
        elif tag == "hyperlink":
            target = self._links.get(attr(part, "id"))
            if target:
                self._links[attr(part, "id")] = ""
                line.beside.append(target)
        self._inline(part, line, deleted or tag == "del")


def _plain(element: Element) -> tuple[str, Element | None] | None:
    """Text and properties of a paragraph of nothing but runs of text, as most are; None for everything else."""
    if local(element) != "p":
        return None
    pieces: list[str] = []
    properties: Element | None = None
    for part in element:
        tag = LOCALS[part.tag]
        if tag == "r":
            for piece in part:
                inner = LOCALS[piece.tag]
                if inner == "t" and len(piece) == 0:
                    pieces.append(piece.text or "")
                elif inner != "rPr":
                    return None
        elif tag == "pPr" and properties is None:
            properties = part
        elif tag not in _SILENT or len(part):
            return None
    return "".join(pieces), properties


def _through(element: Element, tag: str) -> Iterator[Element]:
    """Children of this tag, also those wrapped in content controls and the like."""
    for inner in element:
        name = local(inner)
        if name == tag:
            yield inner
        elif name in {"sdt", "sdtContent", "customXml", "ins", "smartTag", "AlternateContent", "Choice"}:
            yield from _through(inner, tag)


def _count(element: Element, *path: str, default: int = 0) -> int:
    found = child(element, *path)
    try:
        return max(0, min(int(attr(found, "val", "0")), 1024)) if found is not None else default
    except ValueError:
        return default


def _grid_text(block: object) -> str:
    return "\n".join("\t".join(row) for row in block.rows) if isinstance(block, Grid) else ""


def _list_items(element: Element) -> list[Block]:
    """Default and list entries of form fields and content controls."""
    items = []
    for inner in descend(element, "listEntry", "listItem", "default", "statusText", "helpText", "result", "alias"):
        value = attr(inner, "displayText") or attr(inner, "val")
        if len(value) > 1:
            items.append(value)
    return list(dict.fromkeys(items))


def _symbol(element: Element) -> str:
    try:
        code = int(attr(element, "char"), 16)
    except ValueError:
        return ""
    # Symbol fonts live in the private use area; a box is all that can be said of them.
    return "□" if 0xE000 <= code <= 0xF8FF or code < 32 or code > 0x10FFFF else chr(code)
