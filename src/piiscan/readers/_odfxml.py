"""The text of OpenDocument XML: paragraphs, tables, notes, annotations, tracked deletions, ruby."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from piiscan.readers._text import Block, Grid
from piiscan.readers._xml import Element, attr, local

MAX_REPEAT: Final = 1000
_SKIP: Final = frozenset(
    {"automatic-styles", "styles", "font-face-decls", "forms-settings", "settings", "tracked-changes-meta", "soft-page-break",
     "binary-data", "sequence-decls", "number-style", "calculation-settings"}
)  # fmt: skip
_PARAGRAPHS: Final = frozenset({"p", "h"})


@dataclass(slots=True)
class Beside:
    """What a walk finds next to the text: annotations (author, text), embedded bytes, scripts."""

    comments: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    binary: list[str] = field(default_factory=list)


def repeat(element: Element, name: str, limit: int = MAX_REPEAT) -> int:
    """How often a cell or row stands for itself; bounded, as files may claim millions."""
    value = attr(element, name, "1")
    return max(1, min(int(value), limit)) if value.isascii() and value.isdigit() and len(value) < 12 else 1


class OdfText:
    """Walks a body. What is not running text is kept in `beside`."""

    def __init__(self) -> None:
        self.beside = Beside()

    def blocks(self, element: Element) -> Iterator[Block]:
        """Everything below an element in document order."""
        for inner in element:
            tag = local(inner)
            if tag in _PARAGRAPHS:
                yield from self.paragraph(inner)
            elif tag == "table":
                yield Grid(self._rows(inner))
            elif tag == "annotation":
                self._annotation(inner)
            elif tag in {"title", "desc"}:
                yield "".join(inner.itertext())
            elif tag == "changed-region":
                yield from self._change(inner)
            elif tag == "binary-data":
                self.beside.binary.append(inner.text or "")
            elif tag in {"math", "semantics"}:
                yield " ".join(t.strip() for t in inner.itertext() if t.strip())
            elif tag not in _SKIP:
                yield from self._form(inner, tag)
                yield from self.blocks(inner)

    @staticmethod
    def _form(element: Element, tag: str) -> Iterator[str]:
        """Values that form controls, scripts and declarations keep in attributes or as bare text."""
        if tag in {
            "text",
            "textarea",
            "combobox",
            "listbox",
            "item",
            "option",
            "fixed-text",
            "formatted-text",
            "user-field-decl",
        }:
            for key in ("current-value", "value", "label", "string-value"):
                if attr(element, key):
                    yield attr(element, key)
        elif (
            tag in {"header-decl", "footer-decl", "date-time-decl", "module", "source-code", "script"}
            and (element.text or "").strip()
        ):
            yield element.text or ""
        if tag in {"database-source-sql", "dde-source"}:
            yield " ".join(str(v) for v in element.attrib.values())

    def paragraph(self, element: Element) -> Iterator[Block]:
        """A paragraph's text, then what hangs on it (notes, frames, link targets)."""
        pieces: list[str] = []
        after: list[Block] = []
        self._inline(element, pieces, after)
        yield "".join(pieces)
        yield from after

    def _inline(self, element: Element, pieces: list[str], after: list[Block]) -> None:
        pieces.append(element.text or "")
        for inner in element:
            tag = local(inner)
            if tag == "s":
                pieces.append(" " * repeat(inner, "c"))
            elif tag in {"tab", "line-break"}:
                pieces.append("\t" if tag == "tab" else "\n")
            elif tag == "annotation":
                self._annotation(inner)
            elif tag == "ruby":
                _ruby(inner, pieces)
            elif tag in {"note", "frame", "custom-shape", "g", "rect", "ellipse", "line", "path", "polygon", "control"}:
                after += self.blocks(inner)
            elif tag not in _SKIP:
                if tag == "a" and attr(inner, "href"):
                    after.append(attr(inner, "href"))
                self._inline(inner, pieces, after)
            pieces.append(inner.tail or "")

    def _annotation(self, element: Element) -> None:
        for inner in element:
            tag, text = local(inner), "".join(inner.itertext())
            if tag == "creator" and text.strip():
                self.beside.people.append(text)
            elif tag in _PARAGRAPHS or tag == "list":
                self.beside.comments.append(text)

    def _change(self, element: Element) -> Iterator[Block]:
        """Text that was deleted with change tracking is still in the file."""
        self.beside.people += ["".join(e.itertext()) for e in element.iter("{*}creator")]
        for deletion in element.iter("{*}deletion"):
            yield from self.blocks(deletion)

    def _rows(self, element: Element) -> list[list[str]]:
        rows: list[list[str]] = []
        for row in element.iter("{*}table-row"):
            if next((a for a in row.iterancestors("{*}table")), None) is not element:
                continue
            cells: list[str] = []
            for cell in row:
                if local(cell) in {"table-cell", "covered-table-cell"}:
                    texts = [b if isinstance(b, str) else _flat(b) for b in self.blocks(cell)]
                    cells += ["\n".join(t for t in texts if t.strip())] * repeat(cell, "number-columns-repeated", 64)
            rows += [cells] * (repeat(row, "number-rows-repeated", 64) if any(cells) else 1)
        return rows


def _flat(block: object) -> str:
    return "\n".join("\t".join(row) for row in block.rows) if isinstance(block, Grid) else ""


def _ruby(element: Element, pieces: list[str]) -> None:
    parts = {local(e): "".join(e.itertext()) for e in element}
    base, reading = parts.get("ruby-base", ""), parts.get("ruby-text", "")
    pieces.append(f"{base} ({reading})" if reading else base)
