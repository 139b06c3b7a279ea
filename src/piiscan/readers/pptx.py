"""PowerPoint presentations (OOXML): slides in order, notes, comments, masters, charts, diagrams, embedded things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._package import Package
    from piiscan.readers._text import Block
    from piiscan.readers._xml import Element

_OOXML: Final = "application/vnd.openxmlformats-officedocument.presentationml."
_SLIDE: Final = re.compile(r"(^|/)slides/slide\d*\.xml$", re.IGNORECASE)
_MASTER: Final = re.compile(r"/(slidemasters|slidelayouts|notesmasters|handoutmasters)/[^/]*\.xml$", re.IGNORECASE)


class PptxReader:
    """Reads pptx, pptm, ppsx, ppsm, potx and potm."""

    name: ClassVar[str] = "pptx"
    media_types: ClassVar[tuple[str, ...]] = (
        _OOXML + "presentation",
        _OOXML + "slideshow",
        _OOXML + "template",
        _OOXML + "slide",
        "application/vnd.ms-powerpoint.presentation.macroenabled.12",
        "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
        "application/vnd.ms-powerpoint.template.macroenabled.12",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Each slide with its notes and comments, then masters and the rest. Steps: ``slide``, ``notes``, ``comment``."""
        from piiscan.readers._ooxml import open_package
        from piiscan.readers._text import unique

        with open_package(content, context) as package:
            yield from unique(_read(package))


def _read(package: Package) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers._ooxml import leftovers, main_part, part_label, properties

    main = main_part(package, "ppt/presentation.xml")
    slides = _order(package, main)
    if main is None and not slides:
        raise ReadError("damaged", "no presentation part")
    done = {main} if main else set()
    for number, part in enumerate(slides, 1):
        package.context.budget.check_time()
        yield from _slide(package, part, number, done)
        yield from package.take_problems()
    for name in package.names:
        if name not in done and _MASTER.search("/" + name):
            done.add(name)
            yield from _texts(package, name, Locator.of(part=part_label(name)))
    yield from _authors(package, done)
    yield from properties(package)
    yield from leftovers(package, done)
    yield from package.take_problems()


def _order(package: Package, main: str | None) -> list[str]:
    """Slide parts as they are shown, then those that no list names."""
    from piiscan.readers._ooxml import relations
    from piiscan.readers._xml import descend, parse_part

    root = parse_part(package, main) if main else None
    targets = relations(package, main) if main else {}
    listed = []
    for element in descend(root, "sldId") if root is not None else ():
        # Two attributes are called id; the relationship's is the one with a namespace.
        key = next((v for k, v in element.attrib.items() if k.endswith("}id")), "")
        part = package.find(targets.get(key, ("", "", False))[1])
        if part:
            listed.append(part)
        else:
            package.note("part-unreadable", "slide part missing", main)
    loose = sorted((n for n in package.names if _SLIDE.search(n)), key=_natural)
    return list(dict.fromkeys([*listed, *loose]))


def _natural(name: str) -> tuple[int, str]:
    digits = re.search(r"(\d+)\.xml$", name)
    return int(digits[1]) if digits else 0, name


def _slide(package: Package, part: str, number: int, done: set[str]) -> Iterator[Reading]:
    from piiscan.readers._ooxml import relations

    done.add(part)
    yield from _texts(package, part, Locator.of(slide=number))
    for kind, target, external in relations(package, part).values():
        name = None if external else package.find(target)
        if name is None or name in done:
            continue
        if kind == "notesSlide":
            done.add(name)
            yield from _texts(package, name, Locator.of(slide=number, notes=number))
        elif kind == "comments":
            done.add(name)
            yield from _texts(package, name, Locator.of(slide=number, comment=number), SegmentKind.COMMENT)


def _texts(package: Package, part: str, locator: Locator, kind: SegmentKind = SegmentKind.PROSE) -> Iterator[Reading]:
    from piiscan.readers._ooxml import links
    from piiscan.readers._text import segments
    from piiscan.readers._xml import parse_part

    root = parse_part(package, part)
    if root is not None:
        yield from segments([*_blocks(root), *links(package, part)], locator, kind)


def _blocks(element: Element) -> Iterator[Block]:
    """Paragraphs and tables below an element in document order; of two writings of one thing the richer."""
    from piiscan.readers._ooxml import alt_text, paragraph_text
    from piiscan.readers._xml import LOCALS, attr

    pending = [iter(element)]
    while pending:
        inner = next(pending[-1], None)
        if inner is None:
            pending.pop()
            continue
        name = inner.tag
        tag = LOCALS[name]
        if tag == "p" and name.endswith("main}p"):
            yield paragraph_text(inner)
        elif tag == "text" and len(inner) == 0:
            yield inner.text or ""
        elif tag == "tbl":
            yield _table(inner)
        elif tag == "AlternateContent":
            yield from _choice(inner)
        elif tag == "cNvPr":
            yield from alt_text(inner)
        elif tag == "tag" and attr(inner, "val"):
            yield attr(inner, "val")
        elif len(inner):
            pending.append(iter(inner))


def _choice(element: Element) -> list[Block]:
    options = [list(_blocks(option)) for option in element]
    return next((o for o in options if any(isinstance(b, str) and b.strip() for b in o)), options[0] if options else [])


def _table(element: Element) -> Block:
    from piiscan.readers._ooxml import paragraph_text
    from piiscan.readers._text import Grid
    from piiscan.readers._xml import descend

    return Grid(
        [
            ["\n".join(paragraph_text(p) for p in descend(cell, "p")) for cell in descend(row, "tc")]
            for row in descend(element, "tr")
        ]
    )


def _authors(package: Package, done: set[str]) -> Iterator[Reading]:
    from piiscan.readers._text import prop
    from piiscan.readers._xml import attr, descend, parse_part

    for name in package.names:
        if name.lower().rpartition("/")[2] not in {"commentauthors.xml", "authors.xml"}:
            continue
        done.add(name)
        root = parse_part(package, name)
        for element in descend(root, "cmAuthor", "author") if root is not None else ():
            values = dict.fromkeys(attr(element, k) for k in ("name", "userId") if attr(element, k).strip())
            yield from (prop("コメント作成者", value, "comment author") for value in values)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [PptxReader]
