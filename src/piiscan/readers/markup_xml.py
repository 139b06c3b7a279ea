"""XML as a stream: labelled fields with path and line, remarks, processing instructions. Nothing outside the file is ever opened.

The standard library's expat is used: it knows the line of everything, needs no tree in memory, opens nothing, and guards itself against
entity bombs. Where it stops, the rest is scanned as text (docs/adr/0012).
"""

from __future__ import annotations

import html.entities
import re
from collections import deque
from collections.abc import Iterator
from typing import ClassVar
from xml.parsers import expat

from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Problem, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers.plain import encoding_problems, repaired, stream_segments
from piiscan.text.streaming import TextStream, cut

FEED_CHARS = 65536
MAX_DEPTH = 2000
MAX_EXPANSION = 1024 * 1024
"""Characters that entities of the document may add to it."""

_DECLARED = re.compile(r"(\A\ufeff?\s*<\?xml[^>]*?)\s+encoding\s*=\s*[\"'][^\"']*[\"']")
_CODE_ATTRIBUTES = re.compile(r"xmlns|xml:|xsi:|style$|class$|id$", re.IGNORECASE)


class XmlReader:
    """Any XML that has no reader of its own."""

    name: ClassVar[str] = "xml"
    media_types: ClassVar[tuple[str, ...]] = ("text/xml", "application/xml")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Texts, attributes, comments in document order; a broken rest as text. Worksheets of Excel's XML come as tables."""
        from piiscan.readers._xmlsheet import SheetHandler, is_spreadsheet

        handler = SheetHandler() if is_spreadsheet(content.head()) else XmlHandler(Locator())
        with content.open() as stream:
            source = TextStream(stream)
            yield from _parse(source.blocks(), handler, context)
            yield from encoding_problems(source.decoder, context)
        if handler.stopped_at:
            with content.open() as stream:
                rest = stream_segments(stream, context, skip_lines=handler.stopped_at - 1)
                yield from (part for part in rest if not isinstance(part, Problem))


def xml_segments(text: str, locator: Locator, context: ReadContext) -> Iterator[Reading]:
    """Everything in an XML text."""
    handler = XmlHandler(locator)
    yield from _parse(iter([text]), handler, context)
    if handler.stopped_at:
        lines = text.split("\n")[handler.stopped_at - 1 :]
        for piece, line in cut(iter(["\n".join(lines)])):
            yield TextSegment(text=repaired(piece), locator=locator, first_line=handler.stopped_at + line - 1)


def _parse(blocks: Iterator[str], handler: XmlHandler, context: ReadContext) -> Iterator[Reading]:
    parser = handler.parser
    first = True
    for block in blocks:
        text = _DECLARED.sub(r"\1", block, count=1).lstrip("\ufeff \t\r\n") if first else block
        if first:
            handler.line_shift = block[: len(block) - len(block.lstrip("\ufeff \t\r\n"))].count("\n")
        first = False
        for start in range(0, len(text), FEED_CHARS):
            context.budget.check_time()
            if not handler.feed(text[start : start + FEED_CHARS]):
                break
            yield from handler.take()
        if handler.stopped_at:
            break
    if not handler.stopped_at:
        handler.feed("", final=True)
    handler.finish()
    yield from handler.take()
    if handler.stopped_at:
        code = "truncated" if parser.ErrorCode in _CUT_OFF else "part-unreadable"
        yield context.problem(code, "XML, the rest was scanned as text", handler.locator.then(line=handler.stopped_at))
    if handler.external:
        yield context.problem("external-reference", "DTD or entity", handler.locator, handler.external)


_CUT_OFF = frozenset(
    expat.errors.codes[getattr(expat.errors, name)]
    for name in (
        "XML_ERROR_NO_ELEMENTS",
        "XML_ERROR_UNCLOSED_TOKEN",
        "XML_ERROR_PARTIAL_CHAR",
        "XML_ERROR_UNCLOSED_CDATA_SECTION",
    )
)


class XmlElement:
    """An open element: its text so far, and how many children of each name it had."""

    __slots__ = ("counts", "line", "mixed", "name", "path", "texts")

    def __init__(self, name: str, path: str, line: int) -> None:
        self.name = name
        self.path = path
        self.line = line
        self.texts: list[str] = []
        self.counts: dict[str, int] = {}
        self.mixed = False


class XmlHandler:
    """Turns expat's events into segments. An element inside running text becomes part of that text."""

    def __init__(self, locator: Locator) -> None:
        self.locator = locator
        self.ready: deque[Reading] = deque()
        self.stack: list[XmlElement] = []
        self.stopped_at = 0
        self.external = 0
        self.line_shift = 0
        self.counts: dict[str, int] = {}
        self.entities: dict[str, str] = {}
        self.expanded = 0
        self.parser = self._parser()

    def _parser(self) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.UseForeignDTD(True)  # unknown entities are then reported instead of ending the parse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._data
        parser.CommentHandler = self._comment
        parser.ProcessingInstructionHandler = self._instruction
        parser.SkippedEntityHandler = self._skipped
        parser.DefaultHandler = lambda _data: (
            None
        )  # with it set, expat leaves internal entities to SkippedEntityHandler
        parser.ExternalEntityRefHandler = self._external
        parser.StartDoctypeDeclHandler = self._doctype
        parser.EntityDeclHandler = self._entity
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        return parser

    @property
    def line(self) -> int:
        return self.parser.CurrentLineNumber + self.line_shift

    def feed(self, text: str, final: bool = False) -> bool:
        """False when the parse ended early; `stopped_at` is then the line."""
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), final)
        except expat.ExpatError:
            self.stopped_at = max(1, self.parser.ErrorLineNumber + self.line_shift)
            while self.stack:
                self._flush(self.stack.pop())
        except _TooDeepError:
            self.stopped_at = max(1, self.line)
        return not self.stopped_at

    def take(self) -> Iterator[Reading]:
        while self.ready:
            yield self.ready.popleft()

    def finish(self) -> None:
        """Called once behind the last event: for those who hold something back."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _TooDeepError
        parent = self.stack[-1] if self.stack else None
        counts = parent.counts if parent else self.counts
        counts[name] = counts.get(name, 0) + 1
        step = name if counts[name] == 1 else f"{name}[{counts[name]}]"
        path = f"{parent.path if parent else ''}/{step}"
        element = XmlElement(name, path, self.line)
        if parent and (parent.mixed or "".join(parent.texts).strip()):
            element.mixed = True  # inside running text: its text goes to the parent
        self.stack.append(element)
        for key, value in attributes.items():
            if len(value) > 1 and not _CODE_ATTRIBUTES.match(key) and not key.startswith("xmlns"):
                self._field(value, key.rpartition(":")[2], f"{path}/@{key}", self.line)

    def _end(self, _name: str) -> None:
        self._flush(self.stack.pop())

    def _flush(self, element: XmlElement) -> None:
        text = "".join(element.texts)
        if element.mixed and self.stack:
            self.stack[-1].texts.append(text)
        elif text.strip():
            self._field(text, element.name.rpartition(":")[2], element.path, element.line)

    def _field(self, text: str, label: str, path: str, line: int) -> None:
        lead = text[: len(text) - len(text.lstrip())]
        for piece, at in cut(iter([text.strip()])):
            self.ready.append(
                TextSegment(
                    text=repaired(piece),
                    locator=self.locator.then(path=path),
                    kind=SegmentKind.FIELD,
                    label=label,
                    first_line=line + lead.count("\n") + at - 1,
                )
            )

    def _data(self, data: str) -> None:
        if self.stack:
            element = self.stack[-1]
            if not element.texts:
                element.line = self.line
            element.texts.append(data)

    def _skipped(self, name: str, is_parameter: bool) -> None:
        """A reference expat left to us: only plain entities of the document and those of HTML are put in, and not without end."""
        value = self.entities.get(name, "")
        if not value and name in html.entities.name2codepoint:
            value = chr(html.entities.name2codepoint[name])
        self.expanded += len(value)
        if value and not is_parameter and self.expanded <= MAX_EXPANSION:
            self._data(value)
        else:
            self.external += 1

    def _comment(self, data: str) -> None:
        self._remark(data, SegmentKind.COMMENT)

    def _instruction(self, target: str, data: str) -> None:
        self._remark(data, SegmentKind.PROSE, f"?{target}")

    def _remark(self, data: str, kind: SegmentKind, name: str = "comment()") -> None:
        if data.strip():
            path = f"{self.stack[-1].path if self.stack else ''}/{name}"
            for piece, at in cut(iter([data])):
                place = self.locator.then(path=path)
                self.ready.append(
                    TextSegment(text=repaired(piece), locator=place, kind=kind, first_line=self.line + at - 1)
                )

    def _doctype(self, _name: str, system: str | None, _public: str | None, _internal: bool) -> None:
        self.external += system is not None

    def _external(self, _context: str, _base: str | None, system: str | None, _public: str | None) -> int:
        self.external += system is not None
        return 1

    def _entity(
        self,
        name: str,
        parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        _n: str | None,
    ) -> None:
        self.external += system is not None
        if value and value.strip():
            if not parameter and "&" not in value and "<" not in value:
                self.entities[name] = value
            self._field(value, name, f"/!ENTITY {name}", self.line)


class _TooDeepError(Exception):
    pass


@hookimpl
def piiscan_readers() -> list[type[XmlReader]]:
    """The readers of this module."""
    return [XmlReader]
