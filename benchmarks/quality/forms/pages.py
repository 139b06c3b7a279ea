"""What the generator hands out: documents whose personal values are known to the character, and the pen they are written with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Value(NamedTuple):
    """A value and what it is."""

    type: str
    text: str


class Span(NamedTuple):
    """Where a value stands in a text."""

    start: int
    end: int
    type: str


Part = str | Value
Row = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One paper. Either `text` with `spans`, or `rows` of cells (the first `head` rows are headers).

    `genre` names the kind of paper, `clean` says that nothing in it is personal, `persons` how many distinct people it is about where that
    is counted.
    """

    id: str
    genre: str
    text: str = field(default="", repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)
    rows: tuple[Row, ...] = field(default=(), repr=False)
    head: int = 0
    clean: bool = False
    persons: int | None = None

    @property
    def plain(self) -> str:
        """The text, tables with a tab between cells."""
        return self.text or "\n".join("\t".join(words(cell) for cell in row) for row in self.rows)


def words(part: Part) -> str:
    """A part as it is written."""
    return part.text if isinstance(part, Value) else part


class Page:
    """Collects parts of a text and remembers where values went."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._spans: list[Span] = []
        self._length = 0

    def add(self, *parts: Part) -> Page:
        """Write parts one after another."""
        for part in parts:
            text = words(part)
            if isinstance(part, Value) and text:
                self._spans.append(Span(self._length, self._length + len(text), part.type))
            self._parts.append(text)
            self._length += len(text)
        return self

    def line(self, *parts: Part) -> Page:
        """Write parts and a line break."""
        return self.add(*parts, "\n")

    def document(self, name: str, genre: str, *, clean: bool = False, persons: int | None = None) -> Document:
        """What was written."""
        return Document(name, genre, "".join(self._parts), tuple(self._spans), clean=clean, persons=persons)


def template(page: Page, text: str, values: dict[str, Part]) -> Page:
    """Write a text whose ``{name}`` are replaced by values."""
    for number, piece in enumerate(text.replace("}", "{").split("{")):
        page.add(values[piece] if number % 2 else piece)
    return page


def joined(genre: str, name: str, rows: list[Row], separator: str, persons: int | None = None) -> Document:
    """A table as text, cells with a separator between them."""
    page = Page()
    for row in rows:
        for number, cell in enumerate(row):
            page.add(separator if number else "", cell)
        page.add("\n")
    return page.document(name, genre, persons=persons)
