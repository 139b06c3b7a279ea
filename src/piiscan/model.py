"""The data every part of piiscan speaks in: frozen, slotted, without I/O.

Words (see docs/concepts.md): a *source* lists *items*; a *reader* turns an item's bytes into *segments* (a
:class:`TextSegment` or a :class:`TableSegment`), each with a :class:`Locator` that leads a person back to the place;
*recognizers* turn segments into :class:`Candidate` spans; resolving them gives :class:`Detection`; privacy turns those into
:class:`Finding`, the only one of these that is stored, and which holds no value. What could not be read is a :class:`Problem`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    import polars as pl


class State(StrEnum):
    """How a run left an item. Every item is in exactly one."""

    SCANNED = "scanned"  # read to the end
    PARTIAL = "partial"  # read, but something in it was cut or could not be read; `reason` says what
    SKIPPED = "skipped"  # not read, by rule: excluded, special file, a format nobody reads
    FAILED = "failed"  # not read, although it should have been
    UNCHANGED = "unchanged"  # was `scanned` earlier, and nothing changed since
    GONE = "gone"  # was there in an earlier run


class Severity(IntEnum):
    """How bad a leak would be (research scale S0 to S5)."""

    NONE = 0  # a suppressor: recognised so that it is not reported
    INFO = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4
    CRITICAL = 5


@dataclass(frozen=True, slots=True)
class Locator:
    """The way to a place inside an item, from coarse to fine, as (kind, value) steps.

    Kinds in use: ``part`` (a part of a package or mail), ``header`` (mail header), ``sheet``, ``table``, ``column``, ``cell``,
    ``row``, ``page``, ``slide``, ``notes``, ``comment``, ``property`` (document property), ``line``, ``record``, ``path`` (JSON or XML
    path), ``tag``, ``name`` (the item's own name), ``beside`` (what its store keeps beside the bytes: a caption); in pictures ``code``, ``face``,
    ``picture`` (the whole) and ``box`` (left,top,right,bottom in thousandths). Values are strings;
    numbers count from 1, as people do.
    """

    steps: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, **steps: object) -> Locator:
        """Build from keyword arguments in order; ``None`` values are left out."""
        return cls(tuple((k, str(v)) for k, v in steps.items() if v is not None))

    def then(self, **steps: object) -> Locator:
        """This place, and a finer one inside it."""
        return Locator(self.steps + Locator.of(**steps).steps)

    def get(self, kind: str) -> str | None:
        """The value of the finest step of this kind."""
        return next((v for k, v in reversed(self.steps) if k == kind), None)

    def __str__(self) -> str:
        """Text form, parsed back by :meth:`parse`: ``sheet=会員;column=C``, with % ; = and newlines escaped."""
        return ";".join(f"{k}={_escape(v)}" for k, v in self.steps)

    @classmethod
    def parse(cls, text: str) -> Locator:
        """Read back what ``str()`` wrote."""
        pairs = (step.partition("=") for step in text.split(";") if step)
        return cls(tuple((k, _unescape(v)) for k, _, v in pairs))


_ESCAPES = {"%": "%25", ";": "%3B", "=": "%3D", "\n": "%0A", "\r": "%0D", "\t": "%09"}


def _escape(value: str) -> str:
    for char, code in _ESCAPES.items():
        value = value.replace(char, code)
    return value


def _unescape(value: str) -> str:
    for char, code in reversed(_ESCAPES.items()):
        value = value.replace(code, char)
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One listable thing: a file, an object, a table, a picture, or a member of an archive or mail.

    `uri` is its identity and is the same over runs; `name` is what a person sees (path relative to the target). `change_token`
    changes when the content does (and may change when it does not); ``None`` means that the source cannot tell.
    `parent` is the uri of the containing item for members. `attributes` are flat strings with dotted keys (``file.mode``,
    ``access.owner``), never values of the content.
    """

    uri: str
    source: str
    name: str
    kind: str = "file"
    size: int | None = None
    modified: datetime | None = None
    change_token: str | None = None
    media_type: str | None = None
    parent: str | None = None
    attributes: Mapping[str, str] = field(default_factory=dict)


INHERITED = ("access.breadth", "target.owner", "target.department")
"""Attributes of a container that hold for what is in it as well."""


class Content(Protocol):
    """The bytes of one item, opened as often as a reader needs.

    `open` gives a fresh, seekable, binary stream positioned at 0; the caller closes it. `local_path` gives a real file for libraries
    that insist on one (a temporary copy where there is none). `head` is the first up to 64 KiB, kept. Implementations:
    :mod:`piiscan.content`.
    """

    @property
    def name(self) -> str:
        """File or member name, for its ending only."""
        ...

    @property
    def size(self) -> int | None: ...

    def head(self) -> bytes: ...

    def open(self) -> BinaryIO: ...

    def local_path(self) -> AbstractContextManager[Path]: ...


class SegmentKind(StrEnum):
    """What kind of text a segment is; recognizers may weigh evidence by it."""

    PROSE = "prose"  # running text, logs, mail bodies, source code
    FIELD = "field"  # the value of something labelled: JSON member, form field, mail header; `label` is set
    NAME = "name"  # the name of the item itself, of a sheet, of an attachment
    PROPERTY = "property"  # document properties: author, last modified by
    COMMENT = "comment"  # remarks beside the content


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSegment:
    """A piece of text. Offsets of everything found in it are code points of `text` as given.

    `first_line` is the 1-based line of the item at which `text` starts, if the item has lines; places found in it then get a
    ``line`` step. Readers cut long text at newlines into pieces of about `piiscan.limits.SEGMENT_CHARS`.
    `known` are candidates that the reader itself puts forward, because the format says what the text is (a position tag, the name beside a
    face); they are weighed against all others.
    """

    text: str = field(repr=False)
    locator: Locator = Locator()
    kind: SegmentKind = SegmentKind.PROSE
    label: str | None = None
    first_line: int | None = None
    known: tuple[Candidate, ...] = ()

    def place(self, start: int) -> Locator:
        """The locator of the character at `start`."""
        if self.first_line is None:
            return self.locator
        return self.locator.then(line=self.first_line + self.text.count("\n", 0, start))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSegment:
    """A table as polars frames, each a batch of rows, all columns of dtype String, the same width in every batch.

    `header` holds the column names where the format declares them (SQL, Parquet, JSON members); ``None`` where the first rows may
    be headers or not (CSV, sheets): the column stage of detection judges that. `first_row` is the number a person gives the first row of
    the first batch. `columns` are the names a person gives the columns (``A``, ``B`` in sheets, else None: the position is used).
    `hints` say in words what each column holds (comments of a database), for columns whose name says nothing; "" where there is none.
    `batches` may yield a :class:`Problem` between frames and is consumed once. Empty cells are null.
    """

    batches: Iterator[pl.DataFrame | Problem] = field(repr=False)
    locator: Locator = Locator()
    header: tuple[str, ...] | None = None
    columns: tuple[str, ...] | None = None
    hints: tuple[str, ...] | None = None
    first_row: int = 1
    row_count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Something inside an item that is an item of its own: archive member, attachment, embedded document.

    `path` is its name inside the parent, unique there (readers add ``~2`` to doubles). It goes through the same door: sniff, reader.
    """

    path: str
    content: Content = field(repr=False)
    size: int | None = None
    modified: datetime | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """Something a reader knows of the item as a whole, for its attributes in the inventory. `key` is dotted (``image.faces``).

    Without `watch`, `value` is stored as given and holds no personal value. With it, only a keyed fingerprint of `value` is stored, and
    when a later reading of the item brings a value it did not have, that is a finding of the entity type `watch` at `locator`: for targets
    that should stay what they are. Several with one key are a set.
    """

    key: str
    value: str = field(repr=False)
    locator: Locator = Locator()
    watch: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A counted reason why something was not, or not fully, read. `code` is a key of :data:`piiscan.problems.PROBLEMS`.

    `detail` is short, safe to store and to print: numbers, format names, names of programs; never text of the item.
    """

    code: str
    detail: str = ""
    item: str | None = None
    source: str | None = None
    locator: Locator = Locator()
    count: int = 1


Segment = TextSegment | TableSegment
Reading = TextSegment | TableSegment | Embedded | Attribute | Problem
"""What a reader yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A scored span before it is resolved. Holds no copy of the text.

    `evidence` are short codes saying what spoke for or against it: ``format``, ``check:my_number``, ``label:個人番号`` (a label is rule data,
    not a value), ``column``, ``dictionary:surname``, ``neighbour:PHONE_NUMBER``, ``negative:円``. `specificity` decides between equal
    spans of different rules; higher wins.
    """

    entity_type: str
    start: int
    end: int
    score: float
    rule: str
    recognizer: str
    evidence: tuple[str, ...] = ()
    specificity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A chosen reading of a span, still in memory. `start` and `end` are code points of the text as given."""

    entity_type: str
    start: int
    end: int
    confidence: float
    rule: str
    recognizer: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnDetection:
    """A column of a table that holds one entity type. `locator` leads to the column, `column` is its 0-based position.

    `rows` counts the cells that carry it; `values` are those cells' values as given, a polars Series of dtype String in row order (in
    memory only; dropped by privacy). `first_row` is the person's number of the first such row.
    """

    entity_type: str
    locator: Locator
    column: int
    rows: int
    first_row: int
    values: pl.Series = field(repr=False)
    confidence: float
    rule: str
    recognizer: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextHits:
    """A text segment (or a free-text cell of a table, as one) with what was detected in it."""

    segment: TextSegment
    detections: tuple[Detection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRecords:
    """What the rows of a table say about persons.

    `rows` are data rows; `person_keys` one in-memory hash (UInt64) a distinct person, from name with contact or birth date, or from the best single
    identifier; `roster` when many records carry a name and a contact.
    """

    locator: Locator
    rows: int
    person_keys: frozenset[int] = field(repr=False)
    roster: bool = False


Detected = TextHits | ColumnDetection | TableRecords | Problem
"""What detection yields for a segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is stored of a detection: the place, the kind and how often, but no value.

    `mask` is what a person may see; empty for My Number. `fingerprint` is a keyed hash of type and canonical value, hex; empty for My
    Number and for whole columns. `sketch` are the smallest keyed fingerprints of a column's distinct values (at most
    `piiscan.privacy.SKETCH_SIZE`), enough to see that two stores hold the same persons.
    """

    entity_type: str
    category: str
    severity: Severity
    confidence: float
    locator: Locator
    count: int
    mask: str
    rule: str
    recognizer: str
    fingerprint: str = ""
    evidence: tuple[str, ...] = ()
    sketch: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """What a worker says of one item: value-free, picklable, ready to be stored.

    `watched` are (attribute key, finding) pairs of watched values: findings only if the inventory does not know the value from before.
    """

    item: Item
    state: State
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    persons: int = 0
    roster: bool = False
    bytes_read: int = 0
    seconds: float = 0.0
    media_type: str | None = None
    timings: Mapping[str, float] = field(default_factory=dict)
    watched: tuple[tuple[str, Finding], ...] = ()

    @property
    def severity(self) -> Severity:
        """The worst severity of the findings."""
        return max((f.severity for f in self.findings), default=Severity.NONE)

    @property
    def entities(self) -> dict[str, int]:
        """Occurrences by entity type."""
        counts: dict[str, int] = {}
        for f in self.findings:
            counts[f.entity_type] = counts.get(f.entity_type, 0) + f.count
        return counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """The coverage sum of a run over its listed items (members of archives are summed apart)."""

    listed: int = 0
    scanned: int = 0
    partial: int = 0
    skipped: int = 0
    failed: int = 0
    unchanged: int = 0
    gone: int = 0
    bytes_listed: int = 0
    bytes_read: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every listed item is in exactly one state."""
        return self.listed == self.scanned + self.partial + self.skipped + self.failed + self.unchanged
