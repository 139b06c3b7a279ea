"""What Word, Excel and PowerPoint packages share: relationships, properties, charts, diagrams, embedded parts, and the leftovers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Final

from piiscan.model import Content, Embedded, Locator, Problem, Reading, SegmentKind
from piiscan.protocols import ReadContext
from piiscan.readers._crypt import decrypted
from piiscan.readers._package import Package, Relations
from piiscan.readers._text import prop, segments
from piiscan.readers._xml import Element, all_text, attr, attributes, child, descend, local, parse_part, unescape, whole

PROPERTY_LABELS: Final = {
    "creator": "作成者",
    "lastModifiedBy": "最終更新者",
    "title": "タイトル",
    "subject": "件名",
    "description": "コメント",
    "keywords": "キーワード",
    "category": "分類",
    "Company": "会社",
    "Manager": "管理者",
    "HyperlinkBase": "ハイパーリンクの基点",
    "contentStatus": "状態",
}
_PLUMBING: Final = re.compile(
    r"(^|/)(_rels/|\[content_types\]\.xml|theme/|themes?\d*\.xml|styles(witheffects)?\.xml|fonttable\.xml|fonts/|websettings\.xml|"
    r"printersettings/|calcchain\.xml|presprops\.xml|viewprops\.xml|tablestyles\.xml|thumbnail\.|metadata/|"
    r"charts/(style|colors)\d*\.xml|diagrams/(layout|quickstyle|colors|drawing)\d*\.xml|stylesheet|rdrichvalue|richdata/|"
    r"customxml/itemprops\d*\.xml|itemprops\d*\.xml|volatiledependencies|vbaprojectsignature|commentsids|commentsextensible|commentsextended|"
    r"revisions/revisionlog|revisioninfo\.xml|changesinfos/|ctrlprops/|slideupdateinfo|_xmlsignatures/|docmetadata/)",
    re.IGNORECASE,
)
_EXTERNAL: Final = ("mailto:", "tel:", "http:", "https:", "file:", "ftp:", "sip:", "\\\\")


def open_package(content: Content, context: ReadContext) -> Package:
    """The package, decrypted where a password fits. Raises ReadError."""
    return Package(decrypted(content, context), context)


def relations(package: Package, part: str) -> Relations:
    """Relationship id -> (kind, target, external); targets inside the package are part names. Of the part asked last they are kept."""
    if package.relations_of[0] != part:
        package.relations_of = part, _relations(package, part)
    return package.relations_of[1]


def _relations(package: Package, part: str) -> Relations:
    folder, _, base = part.rpartition("/")
    name = package.find(f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels")
    root = parse_part(package, name) if name else None
    found: Relations = {}
    for relation in descend(root, "Relationship") if root is not None else ():
        kind = _value(relation, "Type").rpartition("/")[2]
        target, external = _value(relation, "Target"), _value(relation, "TargetMode") == "External"
        if not external:
            joined = (
                target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            )
            target = package.find(joined) or joined
        found[_value(relation, "Id")] = (kind, target, external)
    return found


def _value(relation: Element, name: str) -> str:
    return relation.get(name) or attr(relation, name)


def links(package: Package, part: str) -> list[str]:
    """What a part links to outside: mail addresses, telephone numbers, web and file addresses."""
    return [t for _, t, external in relations(package, part).values() if external and t.lower().startswith(_EXTERNAL)]


def main_part(package: Package, default: str) -> str | None:
    """The part with the document itself."""
    targets = [t for kind, t, external in relations(package, "").values() if kind == "officeDocument" and not external]
    named = next((package.find(t) for t in targets if package.find(t)), None)
    return named or package.find(default)


def part_label(name: str) -> str:
    """A part's name as people read it: ``header1`` for word/header1.xml."""
    return posixpath.splitext(posixpath.basename(name))[0]


def properties(package: Package) -> Iterator[Reading]:
    """Author, last editor, title, company and custom properties."""
    for name in package.names:
        if not name.lower().startswith("docprops/") or not name.lower().endswith(".xml"):
            continue
        root = parse_part(package, name)
        for element in root if root is not None else ():
            key = attr(element, "name") or local(element)
            value = " ".join(all_text(element))
            if value.strip() and (attr(element, "name") or key in PROPERTY_LABELS):
                yield prop(PROPERTY_LABELS.get(key, key), value, key)


def chart_lines(root: object) -> Iterator[str]:
    """Titles, categories, series names and values a chart keeps of its data: one line for each run of points."""
    for element in descend(root, "rich", "strCache", "numCache", "lvl", "strData"):
        if local(element) == "rich":
            for paragraph in descend(element, "p"):
                yield "".join(t.text or "" for t in descend(paragraph, "t"))
            continue
        if local(element) == "strCache" or local(element) == "numCache" or local(element) in {"lvl", "strData"}:
            points = (child(p, "v") for p in element if local(p) == "pt")
            yield "\t".join(p.text or "" for p in points if p is not None) or " ".join(
                t.strip() for p in element if local(p) == "pt" for t in [p.text or ""] if t.strip()
            )


def drawing_lines(root: object) -> Iterator[str]:
    """Paragraphs of DrawingML text (diagrams, text boxes of drawings), in order, with alternative texts."""
    for element in descend(root, "p", "cNvPr"):
        if local(element) == "cNvPr":
            yield from alt_text(element)
        elif element.tag.endswith("main}p"):
            yield paragraph_text(element)


def paragraph_text(paragraph: object) -> str:
    """The text of a DrawingML paragraph."""
    breaks = {"br": "\n", "tab": "\t"}
    return "".join(breaks.get(local(e)) or whole(e) for e in descend(paragraph, "t", "br", "tab"))


def alt_text(properties_: Element) -> Iterator[str]:
    """Title and description of a picture or shape; its name where somebody gave it one (a file name, say)."""
    values = attributes(properties_)
    for key in ("title", "descr"):
        value = values.get(key, "").strip()
        if value:
            yield value
    name = values.get("name", "")
    if "." in name or "@" in name:
        yield name


def leftovers(package: Package, done: Iterable[str]) -> Iterator[Reading]:
    """Every part nobody has read: charts, diagrams, custom XML as text; anything that is no XML as an embedded item."""
    seen = set(done)
    for name in package.names:
        lower = name.lower()
        if name in seen or _PLUMBING.search(lower) or lower.startswith("docprops/"):
            continue
        package.context.budget.check_time()
        if lower.endswith((".xml", ".rels", ".vml")) and "/afchunk" not in lower:
            yield from _xml_part(package, name)
        else:
            yield from embedded_part(package, name)


def _xml_part(package: Package, name: str) -> Iterator[Reading]:
    root = parse_part(package, name)
    if root is None:
        return
    kind, lower = SegmentKind.PROSE, name.lower()
    if "/charts/" in lower:
        lines: Iterable[str] = chart_lines(root)
    elif "/diagrams/" in lower or "/drawings/" in lower:
        lines = drawing_lines(root)
    else:
        lines = all_text(root)
    found = [unescape(line) for line in lines if line.strip()] + links(package, name)
    yield from segments(found, Locator.of(part=part_label(name)), kind)


def embedded_part(package: Package, name: str) -> Iterator[Embedded | Problem]:
    """A part as an item of its own; OLE wrappers are opened, so that the document inside comes out under its name."""
    from piiscan.readers._ole import unwrap

    item = package.embedded(name)
    if name.lower().endswith((".bin", ".ole")):
        yield from unwrap(item, package.context)
    else:
        yield item
