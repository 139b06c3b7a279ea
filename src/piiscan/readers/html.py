"""HTML: visible text with line numbers, form fields, remarks, scripts, and attributes in which personal data travels."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, unquote_plus

from piiscan.content import BytesContent
from piiscan.hookspecs import hookimpl
from piiscan.limits import SEGMENT_CHARS
from piiscan.model import Content, Embedded, Locator, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers.plain import repaired, stream_segments
from piiscan.text.decoding import BOMS, decode, decode_as

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_DOCUMENT_BYTES = 64 * 1024**2
"""A larger page is scanned as text, tags and all."""

MAX_GAP_LINES = 20
"""Empty lines kept between two texts; beyond this a new segment starts."""

_INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "mark", "q", "ruby", "rb", "rbc", "rtc", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr", "label", "nobr", "rt", "rp",
})  # fmt: skip
_UNSEEN = frozenset({"script", "style", "rt", "rp", "textarea", "select", "datalist"})
_FORM = frozenset({"input", "textarea", "select", "meter", "output"})
_TEXT_ATTRIBUTES = (
    "title",
    "alt",
    "aria-label",
    "placeholder",
    "summary",
    "value",
    "content",
    "datetime",
    "cite",
    "srcdoc",
    "longdesc",
)
_URL_ATTRIBUTES = ("href", "src", "action", "formaction", "data", "poster")
_SAYING_SCHEMES = frozenset({"mailto", "tel", "sms", "callto", "sip", "javascript"})
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
_XML_CHARSET = re.compile(rb"\A\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)")
_DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
_DATA_URI = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w-]+=[\w.\"-]+)*)(;base64)?,", re.IGNORECASE)
_NO_DOCUMENT = re.compile(r"(?:font/|audio/|video/|application/(?:font|x-font|vnd\.ms-fontobject))", re.IGNORECASE)
ICON_BYTES = 4096
"""Pictures inside a page up to this size are taken for icons: nothing can be read in them."""
_TAG = re.compile(r"<[^<>]*>")


class HtmlReader:
    """A page, or a fragment of one."""

    name: ClassVar[str] = "html"
    media_types: ClassVar[tuple[str, ...]] = ("text/html", "application/xhtml+xml")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Decoded by us (lxml stops at vendor characters when it decodes Shift_JIS itself), then taken apart."""
        with content.open() as stream:
            data = stream.read(MAX_DOCUMENT_BYTES + 1)
            if len(data) > MAX_DOCUMENT_BYTES:
                stream.seek(0)
                yield from stream_segments(stream, context)
                yield context.problem("limit-memory", f"HTML over {MAX_DOCUMENT_BYTES} bytes, scanned as text")
                return
        text = html_text(data)
        bad = text.count("\ufffd")
        yield from html_segments(text, Locator(), context)
        if bad:
            yield context.problem("encoding-unknown", count=bad)


def html_text(data: bytes, charset: str | None = None) -> str:
    """Decode a page: byte order mark, then the charset the carrier named, then the page's own, then detection."""
    head = data[:4096]
    if any(head.startswith(bom) for bom, _ in BOMS):
        return decode(data).text
    own = _META_CHARSET.search(head) or _XML_CHARSET.search(head)
    label = charset or (own.group(1).decode("ascii") if own else None)
    if label and label.lower().startswith(("utf-16", "utf16")):
        label = None  # a page that can be read so far is not UTF-16
    return decode_as(data, label)


def html_segments(text: str, locator: Locator, context: ReadContext) -> Iterator[Reading]:
    """Everything in a page: also used for mail bodies and rich text of databases."""
    if not text.strip():
        return
    import lxml.etree
    import lxml.html

    source = _DECLARATION.sub(lambda m: "\n" * m.group().count("\n"), text).replace("\x00", " ")
    lead = source[: len(source) - len(source.lstrip("\r\n\t \ufeff"))].count("\n")
    parser = lxml.html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=True, recover=True)
    try:
        root = lxml.html.document_fromstring(source.lstrip("\r\n\t \ufeff").encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        yield TextSegment(text=repaired(text), locator=locator, first_line=1)
        yield context.problem("part-unreadable", "HTML, scanned as text", locator)
        return
    yield from _Page(locator, context, lead).walk(root)
    if any(entry.level_name == "FATAL" for entry in parser.error_log):  # the parser gave up, and says so only here
        yield TextSegment(text=repaired(_TAG.sub(_blank, text)), locator=locator, first_line=1)
        yield context.problem("limit-depth", "HTML, scanned as text too", locator)


def _blank(match: re.Match[str]) -> str:
    return " " + "\n" * match.group().count("\n")


class _Page:
    """Walks a tree in document order and writes visible text so that its lines are those of the source."""

    def __init__(self, locator: Locator, context: ReadContext, lead: int) -> None:
        self.locator = locator
        self.context = context
        self.lead = lead
        self.parts: list[str] = []
        self.size = 0
        self.first_line = 1
        self.line = 1
        self.labels: dict[str, str] = {}
        self.embedded = 0

    def walk(self, root: _Element) -> Iterator[Reading]:
        """Iterative, since hostile pages nest deeply."""
        self.labels = {
            str(label.get("for")): _joined(label) for label in root.iter("label") if label.get("for") and _joined(label)
        }
        stack: list[tuple[_Element, bool]] = [(root, True)]
        while stack:
            self.context.budget.check_time()
            node, enter = stack.pop()
            if not enter:
                yield from self._leave(node)
                continue
            if not isinstance(node.tag, str):
                yield from self._remark(node)
                self._write(node.tail, None)
                continue
            yield from self._enter(node)
            stack.append((node, False))
            if str(node.tag).lower() not in _UNSEEN:
                stack.extend((child, True) for child in reversed(node))
            if self.size > SEGMENT_CHARS:
                yield from self._flush()
        yield from self._flush()

    def _enter(self, node: _Element) -> Iterator[Reading]:
        tag = str(node.tag).lower()
        line = self._line_of(node)
        if tag == "br" or tag not in _INLINE:
            self._gap()
        if line and line - self.line > MAX_GAP_LINES and tag not in _INLINE:
            yield from self._flush()
        yield from self._attributes(node, tag, line)
        if tag in _FORM:
            yield from self._form_field(node, tag, line)
        elif tag in {"script", "style"} or tag == "rt":
            yield from self._piece(node.text, line, tag, SegmentKind.PROSE)
        elif tag not in _UNSEEN:
            self._write(node.text, line)

    def _leave(self, node: _Element) -> Iterator[Reading]:
        if str(node.tag).lower() not in _INLINE and node.tag not in {"script", "style"}:
            self._gap()
        if node.tail and node.tail.strip() and self.size > SEGMENT_CHARS:
            yield from self._flush()
        self._write(node.tail, None)

    # visible text

    def _line_of(self, node: _Element) -> int | None:
        """libxml2 counts to 65,535 only."""
        line: int | None = node.sourceline  # type: ignore[assignment]
        return line + self.lead if line and line < 65535 else None

    def _write(self, text: str | None, line: int | None) -> None:
        """Append text; newlines are added where the source has moved on without text."""
        if line and line > self.line and text and text.strip():
            if not self.parts:
                self.first_line = line
            else:
                self._append("\n" * (line - self.line))
            self.line = line
        if text:
            self._append(text)
            self.line += text.count("\n")

    def _gap(self) -> None:
        """Keeps two blocks on one source line apart."""
        if self.parts and not self.parts[-1].endswith(("\n", "\t", " ")):
            self._append("\t")

    def _append(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def _flush(self) -> Iterator[Reading]:
        text = "".join(self.parts)
        body = text.lstrip()
        if body:
            first = self.first_line + text[: len(text) - len(body)].count("\n")
            yield TextSegment(text=repaired(body.rstrip()), locator=self.locator, first_line=first)
        self.parts, self.size, self.first_line = [], 0, self.line

    # what is beside it

    def _place(self, tag: str, line: int | None) -> Locator:
        return self.locator.then(tag=tag, line=line)

    def _piece(
        self, text: str | None, line: int | None, tag: str, kind: SegmentKind, label: str | None = None
    ) -> Iterator[Reading]:
        if text and text.strip():
            for start in range(0, len(text), SEGMENT_CHARS):
                piece = text[start : start + SEGMENT_CHARS]
                first = None if line is None else line + text.count("\n", 0, start)
                locator = self.locator.then(tag=tag)
                yield TextSegment(text=repaired(piece), locator=locator, kind=kind, label=label, first_line=first)

    def _remark(self, node: _Element) -> Iterator[Reading]:
        line = self._line_of(node)
        text = node.text
        start = None if line is None else max(1, line)
        yield from self._piece(text, start, "comment", SegmentKind.COMMENT)

    def _attributes(self, node: _Element, tag: str, line: int | None) -> Iterator[Reading]:
        for name, raw in node.attrib.items():
            value, attribute = str(raw), str(name).lower()
            if attribute in _URL_ATTRIBUTES:
                yield from self._url(value, tag, attribute, line)
            elif len(value) < 2 or (tag in _FORM and attribute == "value"):
                continue
            elif attribute in _TEXT_ATTRIBUTES or attribute.startswith("data-"):
                label = (
                    str(node.get("name") or node.get("property") or attribute) if attribute == "content" else attribute
                )
                place = self._place(f"{tag}@{attribute}", line)
                yield TextSegment(text=repaired(value), locator=place, kind=SegmentKind.FIELD, label=label)

    def _url(self, value: str, tag: str, attribute: str, line: int | None) -> Iterator[Reading]:
        place = self._place(f"{tag}@{attribute}", line)
        data = _DATA_URI.match(value.strip())
        if data:
            yield from self._data_uri(value.strip(), data, place)
            return
        scheme = value.partition(":")[0].strip().lower()
        text = unquote(value.partition(":")[2]) if scheme in _SAYING_SCHEMES else _readable_url(value)
        if text.strip():
            yield TextSegment(
                text=repaired(text),
                locator=place,
                kind=SegmentKind.FIELD,
                label=scheme if scheme != value.lower() else attribute,
            )

    def _data_uri(self, value: str, match: re.Match[str], place: Locator) -> Iterator[Reading]:
        kind = match.group(1) or "text/plain"
        if _NO_DOCUMENT.match(kind):
            return
        payload = unquote(value[match.end() :])
        try:
            data = (
                base64.b64decode(payload + "=" * (-len(payload) % 4))
                if match.group(3)
                else payload.encode("utf-8", "replace")
            )
        except ValueError:
            yield self.context.problem("part-unreadable", "data URI", place)
            return
        if kind.lower().startswith("image/") and "svg" not in kind.lower() and len(data) <= ICON_BYTES:
            return
        self.embedded += 1
        name = f"data-{self.embedded}.{kind.partition('/')[2].partition('+')[0]}"
        self.context.budget.spend(len(data))
        yield Embedded(path=name, content=BytesContent(data, name), size=len(data), media_type=kind)

    def _form_field(self, node: _Element, tag: str, line: int | None) -> Iterator[Reading]:
        kind = str(node.get("type") or "").lower()
        if tag == "select":
            chosen = [option for option in node.iter("option") if option.get("selected") is not None]
            value = "\n".join(filter(None, map(_joined, chosen or node.iter("option"))))
        elif tag == "input":
            value = "" if kind in {"submit", "button", "reset", "image"} else str(node.get("value") or "")
        else:
            value = "".join(map(str, node.itertext()))
        if value.strip():
            place = self._place(f"{tag}[{node.get('name')}]" if node.get("name") else tag, line)
            label = self._label(node)
            yield TextSegment(text=repaired(value), locator=place, kind=SegmentKind.FIELD, label=label)

    def _label(self, node: _Element) -> str | None:
        known = self.labels.get(str(node.get("id") or ""))
        if known:
            return known
        around = next(node.iterancestors("label"), None)
        own = _own_text(around) if around is not None else ""
        named = own or node.get("aria-label") or node.get("title") or node.get("placeholder") or node.get("name")
        return str(named) if named else None


def _readable_url(value: str) -> str:
    """The query and fragment of a URL decoded; the whole URL where a person's data may be in its path."""
    _, mark, query = value.partition("?")
    if mark:
        return "\n".join(unquote_plus(part) for part in re.split("[&;#]", query) if "=" in part or "%" in part)
    return unquote(value) if "@" in value or "%" in value or re.search(r"\d{7}", value) else ""


def _joined(node: _Element) -> str:
    return " ".join("".join(map(str, node.itertext())).split())


def _own_text(label: _Element) -> str:
    """Text of a label without that of the fields inside it."""
    texts = [label.text or ""]
    for child in label:
        texts += ["" if child.tag in _FORM or not isinstance(child.tag, str) else _joined(child), child.tail or ""]
    return " ".join(" ".join(texts).split())


@hookimpl
def piiscan_readers() -> list[type[HtmlReader]]:
    """The readers of this module."""
    return [HtmlReader]
