"""What plugins implement, as typing protocols. The work is plain method calls; hooks only collect the objects (`hookspecs`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Protocol, runtime_checkable

from piiscan.limits import Budget
from piiscan.model import Candidate, Content, Item, Locator, Problem, Reading

if TYPE_CHECKING:
    from pydantic import BaseModel

    from piiscan.detect.view import TextView
    from piiscan.inventory.reading import InventoryReader
    from piiscan.model import ItemResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContext:
    """What a reader may use besides the content: the item, its limits, and passwords to try."""

    item: Item
    budget: Budget
    depth: int = 0
    media_type: str = "application/octet-stream"
    passwords: Sequence[str] = field(default=(), repr=False)
    ocr: OcrEngine | None = None

    def problem(self, code: str, detail: str = "", locator: Locator = Locator(), count: int = 1) -> Problem:  # noqa: B008
        """A problem of this item."""
        return Problem(
            code=code, detail=detail, item=self.item.uri, source=self.item.source, locator=locator, count=count
        )


@runtime_checkable
class Source(Protocol):
    """A configured place to scan. Instances are picklable: workers open items with their own copy.

    Class attributes: `kind` is the short name (``files``), `schemes` the URI schemes it takes, `Options` a pydantic model of its settings
    in ``[[target]]``. A source never writes to what it scans.
    """

    kind: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]
    Options: ClassVar[type[BaseModel]]
    name: str

    @classmethod
    def claims(cls, target: str) -> bool:
        """Whether this target string is for this source."""
        ...

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> Source:
        """Build from a target string of the command line or of piiscan.toml. Raises :class:`piiscan.errors.UsageError`."""
        ...

    def items(self) -> Iterator[Item | Problem]:
        """List without reading content, lazily, in any order. What cannot be listed is a problem whose `item` is the uri prefix.

        A problem with state `skipped` or `failed` for one item carries that item's uri, and the item itself is yielded before it.
        """
        ...


@runtime_checkable
class ByteSource(Source, Protocol):
    """A source whose items are bytes."""

    def content(self, item: Item) -> Content | None:
        """The bytes of an item; opening raises :class:`piiscan.errors.SourceError` or OSError. None only where a source has `read` too."""
        ...


class Known(Protocol):
    """What the inventory knows, as a source that lists it again may ask."""

    def mark(self, attributes: Mapping[str, str]) -> str:
        """How attributes are compared. Many files share theirs: call it once for equal ones."""
        ...

    def passes(self, uri: str, token: str, mark: str, size: int) -> bool:
        """Whether an item was listed just so, and need not be read again. It is then counted, and not to be yielded."""
        ...


@runtime_checkable
class Skims(Protocol):
    """What a source may have besides, where listing a million unchanged items should cost little."""

    def items_but(self, known: Known) -> Iterator[Item | Problem]:
        """As `items`, but without items that are as they were (`known.passes`) and that listing itself does not skip."""
        ...


@runtime_checkable
class Prefetches(Protocol):
    """What a source may have besides, to hide the latency of a remote store."""

    def prefetch(self, items: Sequence[Item]) -> None:
        """These items are read next, in this order, one by one. Returns at once, keeps a bounded amount, and forgets what an earlier call left."""
        ...


@runtime_checkable
class Rooted(Protocol):
    """What a source may have besides, where one target can lie inside another: what another target once listed below this one is looked
    after as well."""

    @property
    def root_uri(self) -> str:
        """What the uris of everything below the target begin with."""
        ...

    def current_token(self, item: Item) -> str | None:
        """The change token as of now. Raises :class:`piiscan.errors.SourceError` (`vanished`) for what is there no more."""
        ...


@runtime_checkable
class RecordSource(Source, Protocol):
    """A source whose items are records (database tables): it makes segments itself.

    A source may have both: where `content` gives None the item is records; where it gives bytes, `read` gives only the text that the store keeps
    beside them (a picture's caption), with locators that begin with a step ``beside``.
    """

    def read(self, item: Item, context: ReadContext) -> Iterator[Reading]:
        """The segments of an item, and :class:`piiscan.model.Embedded` for cells that are documents."""
        ...


class Reader(Protocol):
    """Turns the bytes of one media family into segments.

    `media_types` lists what it reads, as `piiscan.sniff` names them; a pattern may end in ``/*``. A reader raises
    :class:`piiscan.errors.ReadError` when it cannot go on (what it yielded stays), yields problems for what it leaves out, and asks
    `context.budget` in its loops. It keeps no state between items.
    """

    name: ClassVar[str]
    media_types: ClassVar[tuple[str, ...]]

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """Everything in the item, in reading order, lazily."""
        ...


@runtime_checkable
class RecognisesContent(Protocol):
    """What a reader may have besides: it knows its files itself. Asked only about content that no reader takes by its media type."""

    def recognises(self, head: bytes, name: str) -> bool:
        """Whether content that begins so, with this name, is for this reader."""
        ...


@runtime_checkable
class Configured(Protocol):
    """What a reader or an OCR engine has besides, if it has settings: they are ``[plugin.NAME]`` of piiscan.toml, and it is built with them."""

    Options: ClassVar[type[BaseModel]]

    def __init__(self, options: Any = None) -> None: ...


class OcrEngine(Protocol):
    """Reads the text that a picture shows. `Options` has a field ``enabled``; of several engines the first enabled one is used."""

    name: ClassVar[str]
    Options: ClassVar[type[BaseModel]]

    def __init__(self, options: Any = None) -> None: ...

    def read(self, picture: bytes, context: ReadContext, locator: Locator) -> Iterator[Reading]:
        """Segments at `locator` of a picture (PNG, JPEG, TIFF or PNM), or the problem that kept it unread. `context.budget` counts its pages."""
        ...


class Recognizer(Protocol):
    """Finds candidates in text. Pure: no I/O, no logging, deterministic. Built once per worker.

    `view` shares what several recognizers need (digit tokens, dictionary hits), computed once per segment.
    """

    name: str
    entity_types: tuple[str, ...]

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Scored spans in `view.text`."""
        ...


class Validator(Protocol):
    """A named check that rules may call: True passed, False failed, None cannot tell.

    `value` is folded (half width, hyphens unified) but keeps separators.
    """

    def __call__(self, value: str, /) -> bool | None: ...


class Report(Protocol):
    """Writes what the inventory holds. `name` is the ``--format``; `suffix` the usual file ending."""

    name: ClassVar[str]
    suffix: ClassVar[str]

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:
        """Write to a binary stream."""
        ...


@runtime_checkable
class Enricher(Protocol):
    """Adds attributes to a result before it is stored: owner, department, tags.

    One that has nothing to say of items whose listed attributes are none of certain families (``sql`` of ``sql.table``) may name these in
    `families`: then other unchanged files of a share are still passed over at full speed.
    """

    name: str

    def attributes(self, result: ItemResult) -> Mapping[str, str]:
        """Extra attributes, keys dotted. Items that were not read again come too, with state `unchanged` and without findings: what is then left
        out stays as it was, unless its family (the part before the first dot) is given or is ``access``.
        """
        ...
