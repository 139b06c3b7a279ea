"""Runs a reader over made bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from piiscan.content import BytesContent
from piiscan.limits import Budget, Limits
from piiscan.model import Embedded, Item, Problem, TableSegment, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers import delimited, html, jsonlike, markup_xml, plain, zengin
from piiscan.sniff import media_type_of

READERS = {
    media_type: reader
    for module in (plain, delimited, zengin, jsonlike, markup_xml, html)
    for reader in module.piiscan_readers()
    for media_type in reader.media_types
}


@dataclass
class Read:
    """Everything a reader gave, tables drained."""

    texts: list[TextSegment] = field(default_factory=list)
    tables: list[TableSegment] = field(default_factory=list)
    rows: list[tuple[str | None, ...]] = field(default_factory=list)
    batch_heights: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    embedded: list[Embedded] = field(default_factory=list)

    @property
    def codes(self) -> list[str]:
        return [p.code for p in self.problems]

    @property
    def text(self) -> str:
        return "\n".join(t.text for t in self.texts)

    def find(self, needle: str) -> tuple[TextSegment, str]:
        """The first segment that holds a text, and the locator of the place as a person sees it."""
        segment = next(t for t in self.texts if needle in t.text)
        return segment, str(segment.place(segment.text.index(needle)))


def make_context(name: str = "a", media_type: str = "text/plain", limits: Limits | None = None) -> ReadContext:
    item = Item(uri=f"file:///{name}", source="test", name=name)
    return ReadContext(item=item, budget=Budget(limits or Limits()), media_type=media_type)


def drain(readings: Iterator[object]) -> Read:
    out = Read()
    for reading in readings:
        if isinstance(reading, TextSegment):
            out.texts.append(reading)
        elif isinstance(reading, Problem):
            out.problems.append(reading)
        elif isinstance(reading, Embedded):
            out.embedded.append(reading)
        elif isinstance(reading, TableSegment):
            out.tables.append(reading)
            widths = set()
            for batch in reading.batches:
                if isinstance(batch, Problem):
                    out.problems.append(batch)
                    continue
                widths.add(batch.width)
                out.batch_heights.append(batch.height)
                out.rows += batch.rows()
                assert {str(t) for t in batch.dtypes} == {"String"}
            assert len(widths) <= 1, "every batch must have the same width"
    return out


@pytest.fixture
def read() -> Callable[..., Read]:
    """Sniff bytes, choose the reader by media type, and read everything."""

    def run(data: bytes, name: str = "a.txt", limits: Limits | None = None) -> Read:
        content = BytesContent(data, name)
        media_type = media_type_of(content)
        reader = READERS[media_type]()
        return drain(reader.read(content, make_context(name, media_type, limits)))

    return run


@pytest.fixture
def context() -> ReadContext:
    return make_context()
