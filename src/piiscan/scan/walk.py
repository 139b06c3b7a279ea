"""Opens one item and everything inside it, through one door: sniff, reader, and again for what the reader finds embedded.

The walk is a stream of events: :class:`Opened` and :class:`Closed` bracket an item (members nest inside their container); between them come the
segments and problems of that item. No exception of a reader gets out: it becomes a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import partial
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import quote

from piiscan import sniff
from piiscan.errors import LimitError, ReadError, SourceError
from piiscan.limits import Budget
from piiscan.model import (
    INHERITED,
    Attribute,
    Content,
    Embedded,
    Item,
    Locator,
    Problem,
    Reading,
    SegmentKind,
    TableSegment,
    TextSegment,
)
from piiscan.plugins import configured, ocr_engine
from piiscan.protocols import ReadContext, RecognisesContent, RecordSource, Source
from piiscan.sources.paths import display_name

if TYPE_CHECKING:
    from piiscan.config import Settings
    from piiscan.plugins import Registry
    from piiscan.protocols import OcrEngine, Reader

# Media families that a plugin reads; without it the person should hear that one exists.
_PLUGIN_FAMILIES = {"image": "piiscan-images"}
_VAGUE = {"text/plain", "application/octet-stream", "application/zip", "text/xml", "application/xml"}
_SHARING_VIOLATIONS = {32, 33}  # Windows: another program has the file or a part of it locked


@dataclass(frozen=True, slots=True)
class Opened:
    """Reading of an item begins. `media_type` is None for items that are records."""

    item: Item
    media_type: str | None
    depth: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Reading of an item ended; `complete` unless the reader stopped early."""

    item: Item
    complete: bool


Event = Opened | Closed | TextSegment | TableSegment | Attribute | Problem
_Read = Callable[[], Iterator[Reading]]


def _nothing() -> Iterator[Reading]:
    return iter(())


class ReaderTable:
    """Readers by the media types they take. `options` are their settings by reader name (``[plugin.NAME]``)."""

    def __init__(
        self, readers: Mapping[str, type[Reader]], options: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None:
        self._exact: dict[str, Reader] = {}
        self._patterns: list[tuple[str, Reader]] = []
        self._own_eyes: list[Reader] = []
        for name, cls in readers.items():
            reader = configured(cls, name, (options or {}).get(name))
            for media_type in reader.media_types:
                if media_type.endswith("/*"):
                    self._patterns.append((media_type, reader))
                else:
                    self._exact[media_type] = reader
            if isinstance(reader, RecognisesContent):
                self._own_eyes.append(reader)

    def find(self, media_type: str) -> Reader | None:
        """The reader for a type; an exact entry wins over a pattern."""
        exact = self._exact.get(media_type)
        return exact or next((reader for pattern, reader in self._patterns if fnmatch(media_type, pattern)), None)

    def find_for(self, media_type: str, content: Content) -> Reader | None:
        """The reader for content of this type; where none takes the type, one that recognises the content itself."""
        reader = self.find(media_type)
        if reader is not None or not self._own_eyes:
            return reader
        head = content.head()
        return next((r for r in self._own_eyes if r.recognises(head, content.name)), None)  # type: ignore[attr-defined]


@dataclass(slots=True)
class Walk:
    """Walks items with one set of readers. `passwords` are tried on what is encrypted; `ocr` reads pictures of text, where there is one."""

    readers: ReaderTable
    passwords: Sequence[str] = field(default=(), repr=False)
    ocr: OcrEngine | None = None
    _kinds: dict[type[Source], bool] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, registry: Registry, settings: Settings) -> Walk:
        """With the readers of a registry, as the settings want them."""
        return cls(ReaderTable(registry.readers, settings.plugin), settings.passwords(), ocr_engine(registry, settings))

    def _has_records(self, source: Source) -> TypeGuard[RecordSource]:
        """Whether a source makes segments itself; asked once of each class, as looking at a protocol is slow."""
        kind = type(source)
        if kind not in self._kinds:
            self._kinds[kind] = isinstance(source, RecordSource)
        return self._kinds[kind]

    def item(self, item: Item, source: Source, budget: Budget) -> Iterator[Event]:
        """The events of one listed item of a source."""
        context = self._context(item, budget, 0, "application/x-records")
        records = partial(source.read, item, context) if self._has_records(source) else None
        content: Content | None = None
        if records is None or hasattr(source, "content"):
            try:
                content = source.content(item)  # type: ignore[attr-defined]
            except Exception as error:  # noqa: BLE001 - a source is a plugin that talks to the outside
                yield from _unopened(item, error, 0)
                return
        if content is not None:
            yield from self.content(item, content, budget, beside=records or _nothing)
        elif records is not None:
            yield Opened(item, None, 0)
            yield from self._readings(records, context)
        else:
            yield from _unopened(item, TypeError(), 0)

    def content(
        self, item: Item, content: Content, budget: Budget, depth: int = 0, beside: _Read = _nothing
    ) -> Iterator[Event]:
        """The events of one item whose bytes are at hand; `beside` gives the text that its store keeps beside them."""
        try:
            media_type = _media_type(item, content, self.readers)
            reader = self.readers.find_for(media_type, content)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong while opening is this item's problem
            yield from _unopened(item, error, depth, beside)
            return
        yield Opened(item, media_type, depth)
        yield _name_segment(item)
        yield from _beside(beside, item)
        context = self._context(item, budget, depth, media_type)
        if not content.head():
            yield context.problem("empty")
            yield Closed(item, complete=True)
        elif reader is None:
            yield _unsupported(context)
            yield Closed(item, complete=False)
        else:
            yield from self._readings(partial(reader.read, content, context), context)

    def _context(self, item: Item, budget: Budget, depth: int, media_type: str) -> ReadContext:
        return ReadContext(
            item=item, budget=budget, depth=depth, media_type=media_type, passwords=self.passwords, ocr=self.ocr
        )

    def _readings(self, read: _Read, context: ReadContext) -> Iterator[Event]:
        """Pull readings one by one, so that an exception is told apart from one of whoever consumes them."""
        try:
            readings = read()
        except Exception as error:  # noqa: BLE001 - a reader need not be a generator
            yield _problem_of(error, context.item)
            yield Closed(context.item, complete=False)
            return
        complete = True
        names: set[str] = set()
        try:
            while True:
                try:
                    reading = next(readings, None)
                except Exception as error:  # noqa: BLE001 - readers meet hostile input
                    yield _problem_of(error, context.item)
                    complete = False
                    break
                if reading is None:
                    break
                if not isinstance(reading, Embedded):
                    yield reading
                elif not (yield from self._member(reading, context, names)):
                    yield context.problem("limit-members", str(context.budget.limits.archive_members))
                    complete = False
                    break
        finally:
            close = getattr(readings, "close", None)
            if close is not None:
                close()
        yield Closed(context.item, complete=complete)

    def _member(self, embedded: Embedded, context: ReadContext, names: set[str]) -> Generator[Event, None, bool]:
        """The events of a member; returns False when the container may have no more members."""
        item = _member_item(embedded, context.item, names)
        depth = context.depth + 1
        try:
            context.budget.enter_member(depth)
        except LimitError as error:
            if error.code == "limit-members":
                return False
            yield Opened(item, None, depth)
            yield _problem_of(error, item)
            yield Closed(item, complete=False)
            return True
        yield from self.content(item, embedded.content, context.budget, depth)
        return True


def _member_item(embedded: Embedded, parent: Item, names: set[str]) -> Item:
    path, number = embedded.path, 1
    while path in names:
        number += 1
        path = f"{embedded.path}~{number}"
    names.add(path)
    return Item(
        uri=f"{parent.uri}!/{quote(path.encode('utf-8', 'surrogatepass'), safe='/')}",
        source=parent.source,
        name=f"{parent.name} › {display_name(path)}",
        kind="member",
        size=embedded.size,
        modified=embedded.modified,
        media_type=embedded.media_type,
        parent=parent.uri,
        attributes={key: parent.attributes[key] for key in INHERITED if key in parent.attributes},
    )


def _media_type(item: Item, content: Content, readers: ReaderTable) -> str:
    """What the content says; a hint of the container counts only where the content is vague."""
    found = sniff.media_type_of(content)
    hint = item.media_type
    if hint and hint != found and found in _VAGUE and readers.find(hint) is not None:
        return hint
    return found


def _name_segment(item: Item) -> TextSegment:
    own = item.name.rpartition("›")[2].strip()
    return TextSegment(text=own, kind=SegmentKind.NAME, locator=Locator.of(name="1"))


def _beside(read: _Read, item: Item) -> Iterator[Event]:
    """Captions and the like. It holds no members; what goes wrong with it keeps nobody from reading the bytes."""
    try:
        yield from (reading for reading in read() if not isinstance(reading, Embedded))
    except Exception as error:  # noqa: BLE001 - a source is a plugin that talks to the outside
        yield _problem_of(error, item)


def _unopened(item: Item, error: BaseException, depth: int, beside: _Read = _nothing) -> Iterator[Event]:
    """All there is to say of an item that could not be opened."""
    yield Opened(item, None, depth)
    yield _name_segment(item)
    yield from _beside(beside, item)
    yield _problem_of(error, item)
    yield Closed(item, complete=False)


def _unsupported(context: ReadContext) -> Problem:
    plugin = _PLUGIN_FAMILIES.get(context.media_type.partition("/")[0])
    if plugin:
        return context.problem("needs-plugin", f"{context.media_type}: {plugin}")
    return context.problem("unsupported-format", context.media_type)


def _problem_of(error: BaseException, item: Item) -> Problem:
    """The problem an exception stands for. Its text is dropped: it may quote the content."""
    code, detail = "reader-failed", type(error).__name__
    if isinstance(error, ReadError | SourceError):
        code, detail = error.code, error.detail
    elif isinstance(error, MemoryError):
        code = "limit-memory"
    elif isinstance(error, FileNotFoundError):
        code = "vanished"
    elif isinstance(error, OSError) and getattr(error, "winerror", None) in _SHARING_VIOLATIONS:
        code = "locked"
    elif isinstance(error, PermissionError):
        code = "access-denied"
    elif isinstance(error, OSError):
        code = "io-error"
    return Problem(code=code, detail=detail, item=item.uri, source=item.source)
