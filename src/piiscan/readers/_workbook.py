"""Parts of an xlsx package besides its cells: strings, styles, names, comments, connections, links, pivot caches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from lxml import etree

from piiscan.model import Locator, Reading, SegmentKind, TableSegment, TextSegment
from piiscan.readers._numfmt import Formatter, formatter
from piiscan.readers._ooxml import part_label, relations
from piiscan.readers._package import Package
from piiscan.readers._sheet import Workbook, reading_text, string_text
from piiscan.readers._sheetfast import strings_have_readings
from piiscan.readers._text import frames, prop, segments
from piiscan.readers._xml import SAFE, Element, all_text, attr, child, descend, local, parse_bytes, parse_part, unescape

MAX_READINGS: Final = 200_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook names it. `state` is empty, ``hidden`` or ``veryHidden``; `kind` that of its relationship."""

    name: str
    part: str
    state: str = ""
    kind: str = "worksheet"


@dataclass(frozen=True, slots=True)
class Index:
    """The workbook part: sheets in order, defined names, date system."""

    sheets: tuple[Sheet, ...]
    names: tuple[str, ...] = field(repr=False, default=())
    base_1904: bool = False


def index(package: Package, main: str | None) -> Index:
    """Read the workbook part; where it is missing, every worksheet part is a sheet of its own name."""
    root = parse_part(package, main) if main else None
    targets = relations(package, main) if main else {}
    sheets = []
    for element in descend(root, "sheet") if root is not None else ():
        kind, target, _ = targets.get(attr(element, "id"), ("worksheet", "", False))
        state = attr(element, "state")
        sheets.append(Sheet(attr(element, "name"), target, "" if state == "visible" else state, kind))
    known = {s.part for s in sheets}
    loose = (n for n in package.names if "/worksheets/" in f"/{n.lower()}" and n.lower().endswith(".xml"))
    sheets += [Sheet(part_label(n), n, "hidden" if known else "") for n in loose if n not in known]
    names = [
        f"{attr(e, 'name')}\t{e.text or ''}"
        for e in (descend(root, "definedName") if root is not None else ())
        if not attr(e, "name").startswith("_xlnm.")
    ]
    props = next(descend(root, "workbookPr"), None) if root is not None else None
    return Index(tuple(sheets), tuple(names), props is not None and attr(props, "date1904") in {"1", "true"})


def strings(package: Package, part: str | None) -> tuple[list[str], list[str]]:
    """(shared strings, lines of string and reading where Excel keeps furigana)."""
    texts: list[str] = []
    readings: list[str] = []
    if part is None:
        return texts, readings
    try:
        with package.xml_stream(part) as stream:
            for _, element in etree.iterparse(stream, events=("end",), tag="{*}si", **SAFE):
                texts.append(string_text(element))
                reading = reading_text(element) if len(element) > 1 else ""
                if reading and len(readings) < MAX_READINGS:
                    readings.append(f"{texts[-1]} {reading}")
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError:
        package.note("part-unreadable", "XML", part)
    return texts, readings


def formats(package: Package, *, base_1904: bool) -> Mapping[int, Formatter]:
    """By cell style number, how numbers are written; styles without a say in it are left out."""
    name = package.find("xl/styles.xml")
    root = parse_part(package, name) if name else None
    if root is None:
        return {}
    codes = {attr(e, "numFmtId"): attr(e, "formatCode") for e in descend(root, "numFmt")}
    cells = child(root, "cellXfs")
    found: dict[int, Formatter] = {}
    for number, style in enumerate(cells if cells is not None else ()):
        key = attr(style, "numFmtId", "0")
        show = formatter(int(key) if key.isdigit() else 0, codes.get(key, ""), base_1904=base_1904)
        if show is not None:
            found[number] = show
    return found


def load(package: Package, base_1904: bool) -> tuple[Workbook, list[str]]:
    """What cells refer to, and the readings of strings."""
    part = package.find("xl/sharedStrings.xml")
    known = formats(package, base_1904=base_1904)
    padded = frozenset(number for number, show in known.items() if show.__qualname__.startswith("padder"))
    cached = cache(lambda: strings(package, part))
    readings = cached()[1] if strings_have_readings(package, part) else []
    return Workbook(lambda: cached()[0], known, padded), readings


def around_cells(
    package: Package, sheet: Sheet, skeleton: bytes, formulas: set[str], locator: Locator
) -> Iterator[Reading]:
    """Headers and footers, links, input rules of a sheet, and formulas that hold addresses."""
    lines: list[str] = []
    try:
        data = bytes(skeleton)
        root = parse_bytes(data, recover=True) if data else None
    except etree.XMLSyntaxError:
        root = None
    linked = relations(package, sheet.part)
    for element in root.iter() if root is not None else ():
        tag = local(element)
        if tag in {"oddHeader", "evenHeader", "firstHeader", "oddFooter", "evenFooter", "firstFooter"}:
            lines.append(element.text or "")
        elif tag == "hyperlink":
            target = linked.get(attr(element, "id"), ("", "", False))[1]
            lines += [t for t in (target, attr(element, "display"), attr(element, "tooltip")) if t]
        elif tag == "dataValidation":
            lines += [attr(element, k) for k in ("promptTitle", "prompt", "errorTitle", "error") if attr(element, k)]
            lines += [t for t in all_text(element) if t.startswith('"')]
    lines += sorted(formulas)
    yield from segments((unescape(line) for line in lines if line.strip()), locator)


def comments(package: Package, part: str, locator: Locator) -> Iterator[Reading]:
    """Notes and threaded comments with the cell they hang on, and who wrote them."""
    root = parse_part(package, part)
    if root is None:
        return
    for element in descend(root, "author"):
        if (element.text or "").strip() and not (element.text or "").startswith("tc={"):
            yield prop("コメント作成者", element.text, "comment author")
    for element in descend(root, "comment", "threadedComment"):
        text = unescape("".join(t.text or "" for t in descend(element, "t", "text") if local(t.getparent()) != "rPh"))
        if text.strip():
            place = locator.then(comment=attr(element, "ref") or None)
            yield TextSegment(text=text, locator=place, kind=SegmentKind.COMMENT)


def persons(package: Package, part: str) -> Iterator[Reading]:
    """The authors of threaded comments."""
    root = parse_part(package, part)
    for element in descend(root, "person") if root is not None else ():
        values = dict.fromkeys(attr(element, k) for k in ("displayName", "userId") if attr(element, k))
        yield from (prop("コメント作成者", value, "comment author") for value in values)


def attributes(package: Package, part: str) -> Iterator[Reading]:
    """Parts whose content is in attributes (connections, queries, external links): ``name value`` lines."""
    root = parse_part(package, part)
    lines = [t for _, t, external in relations(package, part).values() if external]
    for element in root.iter() if root is not None else ():
        if isinstance(element.tag, str):
            lines += [
                f"{k.rpartition('}')[2]} {v}" for k, v in element.attrib.items() if len(v) > 3 and "://schemas" not in v
            ]
            if (element.text or "").strip():
                lines.append(element.text.strip())
    yield from segments((unescape(line) for line in lines), Locator.of(part=part_label(part)))


def pivot_cache(package: Package, part: str) -> Iterator[Reading]:
    """The copy of its source that a pivot table keeps: as a table, and the values its fields remember from rows since deleted."""
    root = parse_part(package, part)
    if root is None:
        return
    fields: list[tuple[str, list[str]]] = []
    for element in descend(root, "cacheField"):
        shared = child(element, "sharedItems")
        fields.append((attr(element, "name"), [attr(i, "v") for i in (shared if shared is not None else ())]))
    records = next((t for kind, t, _ in relations(package, part).values() if kind == "pivotCacheRecords"), None)
    used: list[set[int]] = [set() for _ in fields]
    place = Locator.of(part=part_label(part))
    if records is not None and package.find(records) and fields:
        rows = list(_records(package, records, fields, used))
        if rows:
            header = tuple(name for name, _ in fields)
            yield TableSegment(
                batches=iter(frames(rows, len(fields))), locator=place, header=header, row_count=len(rows)
            )
    for (name, items), seen in zip(fields, used, strict=True):
        rest = [v for i, v in enumerate(items) if i not in seen and v]
        if rest:
            yield TextSegment(text="\n".join(rest), locator=place, kind=SegmentKind.FIELD, label=name)


def _records(
    package: Package, part: str, fields: list[tuple[str, list[str]]], used: list[set[int]]
) -> Iterator[list[str | None]]:
    root = parse_part(package, part)
    for record in descend(root, "r") if root is not None else ():
        row: list[str | None] = []
        for number, element in enumerate(e for e in record if _has_field(fields, e, record)):
            value: str | None = attr(element, "v") or None
            if local(element) == "x" and value is not None and value.isdigit():
                items = fields[number][1]
                used[number].add(int(value))
                value = items[int(value)] if int(value) < len(items) else None
            row.append(value)
        yield row


def _has_field(fields: list[tuple[str, list[str]]], element: Element, record: Element) -> bool:
    """Whether a record's value has a field to belong to."""
    return int(record.index(element)) < len(fields)
