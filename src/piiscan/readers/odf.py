"""OpenDocument files (odt, ods, odp, odg, odf and their templates and flat forms)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._odfxml import Beside, OdfText
    from piiscan.readers._package import Package
    from piiscan.readers._xml import Element

_PLUMBING: Final = re.compile(
    r"(?:^|/)(mimetype$|META-INF/|settings\.xml$|manifest\.rdf$|Thumbnails/|Configurations2/|layout-cache$|current\.xml$|Fonts/|"
    r"(script-l[bc]|dialog-l[bc])\.xml$)"
)
_LABELS: Final = {
    "initial-creator": "作成者",
    "creator": "最終更新者",
    "title": "タイトル",
    "subject": "件名",
    "description": "コメント",
    "keyword": "キーワード",
    "printed-by": "印刷者",
}


class OdfReader:
    """Reads packages and flat XML."""

    name: ClassVar[str] = "odf"
    media_types: ClassVar[tuple[str, ...]] = (
        *(
            f"application/vnd.oasis.opendocument.{kind}"
            for kind in (
                "text",
                "text-template",
                "text-master",
                "text-master-template",
                "text-web",
                "text-flat-xml",
                "spreadsheet",
                "spreadsheet-template",
                "spreadsheet-flat-xml",
                "presentation",
                "presentation-template",
                "presentation-flat-xml",
                "graphics",
                "graphics-template",
                "graphics-flat-xml",
                "formula",
                "formula-template",
                "chart",
                "chart-template",
                "image",
                "database",
                "base",
            )
        ),
    )

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Content, headers and footers, annotations, scripts, properties, embedded things."""
        from piiscan.readers._text import unique

        if content.head()[:4] == b"PK\x03\x04":
            from piiscan.readers._package import Package

            with Package(content, context) as package:
                yield from unique(_read(package))
        else:
            yield from unique(_flat(content, context))


def _read(package: Package) -> Iterator[Reading]:
    from piiscan.errors import ReadError
    from piiscan.readers._xml import parse_part

    if _encrypted(package):
        raise ReadError("encrypted", "OpenDocument")
    if not any(n.endswith("content.xml") for n in package.names):
        package.note("part-unreadable", "content.xml missing")
    for name in package.names:
        package.context.budget.check_time()
        if _PLUMBING.search(name):
            continue
        if name.endswith(".xml"):
            root = parse_part(package, name)
            if root is not None:
                base = name.rpartition("/")[2]
                place = Locator() if name == "content.xml" else Locator.of(part=name.removesuffix(".xml"))
                yield from _meta(root) if base == "meta.xml" else _document(root, place, package.context)
        elif not name.startswith(("ObjectReplacements/", "VersionList")):
            yield package.embedded(name)
        yield from package.take_problems()
    yield from package.take_problems()


def _encrypted(package: Package) -> bool:
    from piiscan.readers._xml import parse_part

    name = package.find("META-INF/manifest.xml")
    root = parse_part(package, name) if name else None
    return root is not None and any(True for _ in root.iter("{*}encryption-data"))


def _flat(content: Content, context: ReadContext) -> Iterator[Reading]:
    from lxml import etree

    from piiscan.errors import LimitError, ReadError
    from piiscan.readers._xml import SAFE

    limit = context.budget.limits.xml_part_bytes
    with content.open() as stream:
        data = stream.read(limit + 1) if limit else stream.read()
    if limit and len(data) > limit:
        raise LimitError("limit-bytes", str(limit))
    context.budget.check_time()
    # Flat files hold pictures as base64 text, which may be long; size was checked above.
    options = {**SAFE, "huge_tree": True}
    try:
        root = etree.fromstring(data, etree.XMLParser(**options))
    except etree.XMLSyntaxError:
        root = etree.fromstring(data, etree.XMLParser(recover=True, **options)) if data.strip() else None
        if root is None:
            raise ReadError("damaged", "XML") from None
        yield context.problem("part-unreadable", "XML")
    yield from _document(root, Locator(), context)
    yield from _meta(root)


def _document(root: Element, place: Locator, context: ReadContext) -> Iterator[Reading]:
    """Running text of one XML part; its spreadsheets as tables; what is beside the text."""
    from piiscan.readers._odfsheet import hidden_styles
    from piiscan.readers._odfxml import OdfText
    from piiscan.readers._text import segments
    from piiscan.readers._xml import all_text, child, local

    text = OdfText()
    if local(root) not in {"document-content", "document-styles", "document", "document-settings"}:
        lines = [" ".join(all_text(root))] if local(root) == "math" else list(all_text(root))
        yield from segments(lines, place)
        return
    hidden = hidden_styles(root)
    body = child(root, "body")
    for section in body if body is not None else ():
        if local(section) == "spreadsheet":
            yield from _spreadsheet(section, text, hidden, place, context)
        elif local(section) in {"presentation", "drawing"}:
            yield from _pages(section, text, place)
        else:
            yield from segments(text.blocks(section), place)
    yield from _surroundings(root, text, place)
    yield from _beside(text.beside, place)


def _spreadsheet(
    section: Element, text: OdfText, hidden: frozenset[str], place: Locator, context: ReadContext
) -> Iterator[Reading]:
    from piiscan.readers._odfsheet import sheet
    from piiscan.readers._text import segments
    from piiscan.readers._xml import local

    for table in section:
        if local(table) == "table":
            yield from sheet(table, text, hidden, context)
        elif local(table) == "tracked-changes":
            yield from segments(text.blocks(table), place.then(part="tracked-changes"))
        elif local(table) in {"content-validations", "named-expressions", "forms", "dde-links"}:
            yield from segments(text.blocks(table), place)


def _pages(section: Element, text: OdfText, place: Locator) -> Iterator[Reading]:
    from piiscan.readers._text import label_name, segments
    from piiscan.readers._xml import attr, child, local

    number = 0
    for page in section:
        if local(page) != "page":
            yield from segments(text.blocks(page), place)
            continue
        number += 1
        notes = child(page, "notes")
        if notes is not None:
            page.remove(notes)
        if attr(page, "name"):
            yield label_name(attr(page, "name"), slide=number)
        yield from segments(text.blocks(page), place.then(slide=number))
        if notes is not None:
            yield from segments(text.blocks(notes), place.then(slide=number, notes=number))


def _surroundings(root: Element, text: OdfText, place: Locator) -> Iterator[Reading]:
    """Headers and footers of master pages, and macros."""
    from piiscan.readers._text import segments
    from piiscan.readers._xml import local

    for holder in root:
        if local(holder) == "master-styles":
            yield from segments(text.blocks(holder), place.then(part="master"))
        elif local(holder) == "scripts":
            yield from segments(
                (e.text for e in holder.iter() if isinstance(e.tag, str) and (e.text or "").strip()),
                place.then(part="scripts"),
            )


def _beside(beside: Beside, place: Locator) -> Iterator[Reading]:
    import base64
    import binascii

    from piiscan.content import BytesContent
    from piiscan.model import Embedded
    from piiscan.readers._text import prop, segments

    yield from segments(beside.comments, place.then(comment="annotations"), SegmentKind.COMMENT)
    yield from (prop("コメント作成者", person, "comment author") for person in dict.fromkeys(beside.people))
    for number, text in enumerate(beside.binary, 1):
        try:
            data = base64.b64decode(text)
        except (binascii.Error, ValueError):
            continue
        yield Embedded(path=f"binary-data{number}", content=BytesContent(data), size=len(data))


def _meta(root: Element) -> Iterator[Reading]:
    from piiscan.readers._text import prop
    from piiscan.readers._xml import attr, local

    for meta in root.iter("{*}meta"):
        for element in meta:
            key, text = local(element), (getattr(element, "text", None) or "").strip()
            if text and key in _LABELS:
                yield prop(_LABELS[key], text, key)
            elif text and key == "user-defined":
                yield prop(attr(element, "name") or key, text, attr(element, "name") or key)


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [OdfReader]
