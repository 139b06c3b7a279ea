"""Word documents (OOXML): body, headers, footers, notes, comments, text boxes, changes, properties, embedded things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._numbering import Numbering
    from piiscan.readers._package import Package

_OOXML: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_TEXT: Final = re.compile(
    r"(^|/)(document\d*|header\d*|footer\d*|footnotes\d*|endnotes\d*|comments\d*|glossary/document\d*)\.xml$",
    re.IGNORECASE,
)
_SETTINGS: Final = re.compile(r"(^|/)(settings\d*|people|numbering\d*)\.xml$", re.IGNORECASE)


class DocxReader:
    """Reads docx, docm, dotx and dotm."""

    name: ClassVar[str] = "docx"
    media_types: ClassVar[tuple[str, ...]] = (
        _OOXML + "document",
        _OOXML + "template",
        "application/vnd.ms-word.document.macroenabled.12",
        "application/vnd.ms-word.template.macroenabled.12",
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Body first, then the other parts, properties, embedded items. `line` counts paragraphs within a part."""
        from piiscan.readers._ooxml import open_package
        from piiscan.readers._text import unique

        with open_package(content, context) as package:
            yield from unique(_read(package))


def _read(package: Package) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers._numbering import Numbering
    from piiscan.readers._ooxml import leftovers, main_part, properties
    from piiscan.readers._xml import parse_part

    main = main_part(package, "word/document.xml")
    texts = [
        n
        for n in package.names
        if _TEXT.search(n) and not n.lower().startswith(("docprops/", "customxml/", "ppt/", "xl/"))
    ]
    if main is None and not texts:
        raise ReadError("damaged", "no document part")
    if main is None:
        package.note("part-unreadable", "main document missing")
    roots = (
        parse_part(package, n) if n else None
        for n in (package.find("word/numbering.xml"), package.find("word/styles.xml"))
    )
    numbering = Numbering(*roots)
    authors: set[str] = set()
    for name in dict.fromkeys([n for n in (main,) if n] + sorted(texts)):
        yield from _part(package, name, numbering, authors, main=name == main)
        yield from package.take_problems()
    settings = [n for n in package.names if _SETTINGS.search(n)]
    yield from _settings(package, settings, authors)
    yield from properties(package)
    yield from leftovers(package, [*texts, *settings, *([main] if main else [])])
    yield from package.take_problems()


def _part(package: Package, name: str, numbering: Numbering, authors: set[str], *, main: bool) -> Iterator[Reading]:
    from piiscan.readers._ooxml import part_label
    from piiscan.readers._text import segments
    from piiscan.readers._word import WordPart

    comment = "comments" in name.lower()
    locator = (
        Locator() if main else Locator.of(comment=part_label(name)) if comment else Locator.of(part=part_label(name))
    )
    part = WordPart(package, name, numbering, authors)
    yield from segments(part.blocks(), locator, SegmentKind.COMMENT if comment else SegmentKind.PROSE)


def _settings(package: Package, names: Iterable[str], authors: set[str]) -> Iterator[Reading]:
    """People who changed or commented, and where a mail merge takes its data from."""
    from piiscan.readers._ooxml import links
    from piiscan.readers._text import prop, segments
    from piiscan.readers._xml import attr, descend, parse_part

    found: list[str] = []
    for name in names:
        if name.lower().endswith("people.xml"):
            root = parse_part(package, name)
            authors.update(attr(p, "author") for p in (descend(root, "person") if root is not None else ()))
        elif "settings" in name.lower():
            root = parse_part(package, name)
            merge = ("connectString", "query", "dataSource", "mailSubject")
            found += [attr(e, "val") for e in (descend(root, *merge) if root is not None else ())] + links(
                package, name
            )
    yield from (prop("校閲者", author, "author") for author in sorted(a for a in authors if a.strip()))
    yield from segments((f for f in found if f.strip()), Locator.of(part="settings"))


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [DocxReader]
