"""What every reader must do."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from typing import Any

import pytest

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.limits import Budget, Limits
from piiscan.model import Attribute, Embedded, Item, Locator, Problem, Reading, Segment, TableSegment, TextSegment
from piiscan.problems import PROBLEMS
from piiscan.protocols import ReadContext, Reader


class ReaderSuite:
    """Inherit it, name the class ``Test...``, and give the fixtures `reader` and `sample` (the bytes of a good file).

    `expected` are strings that must come out of the sample; `name` is its file name; `media_type` what sniffing calls it.
    """

    expected: tuple[str, ...] = ()
    name: str = "sample"
    media_type: str = "application/octet-stream"

    @pytest.fixture
    def reader(self) -> Reader:
        """The reader under test."""
        raise NotImplementedError("give the fixture 'reader'")

    @pytest.fixture
    def sample(self) -> bytes:
        """A good file."""
        raise NotImplementedError("give the fixture 'sample'")

    def read(self, reader: Reader, data: bytes, **limits: Any) -> list[Reading]:
        """All readings; tables are drained, and a ReadError becomes a problem as in a scan."""
        return list(self._read(reader, data, Limits(**limits)))

    def _read(self, reader: Reader, data: bytes, limits: Limits) -> Iterator[Reading]:
        item = Item(uri="test:///sample", source="test", name=self.name, size=len(data))
        context = ReadContext(item=item, budget=Budget(limits), media_type=self.media_type)
        try:
            for reading in reader.read(BytesContent(data, self.name), context):
                if isinstance(reading, TableSegment):
                    yield from _drain(reading)
                    continue
                yield reading
                if isinstance(reading, Embedded):
                    yield from _look(reading, context)
        except ReadError as error:
            yield context.problem(error.code, error.detail)

    def text(self, readings: list[Reading]) -> str:
        """All text that came out, cells and the text of members as their bytes included."""
        parts = [reading.text for reading in readings if isinstance(reading, TextSegment)]
        for reading in readings:
            if isinstance(reading, Embedded):
                parts.append(reading.path)
                with contextlib.suppress(ReadError):  # told as a problem when the member came
                    parts.append(reading.content.head().decode("utf-8", "replace"))
        return "\n".join(parts)

    def test_rdr_01_names_itself(self, reader: Reader) -> None:
        """RDR-01: a reader has a name and the media types it takes."""
        assert reader.name
        assert reader.media_types
        assert all("/" in media_type for media_type in reader.media_types)

    def test_rdr_02_reads_the_sample(self, reader: Reader, sample: bytes) -> None:
        """RDR-02: everything expected comes out of a good file, without a problem that is not harmless."""
        readings = self.read(reader, sample)
        text = self.text(readings)
        assert [string for string in self.expected if string not in text] == []
        assert [r.code for r in readings if isinstance(r, Problem) and not PROBLEMS[r.code].harmless] == []

    def test_rdr_03_is_deterministic(self, reader: Reader, sample: bytes) -> None:
        """RDR-03: reading twice with one reader gives the same: it keeps no state."""
        first, second = self.read(reader, sample), self.read(reader, sample)
        assert self.text(first) == self.text(second)
        assert len(first) == len(second)

    def test_rdr_04_locators_lead_back(self, reader: Reader, sample: bytes) -> None:
        """RDR-04: every piece of text says where it is, in a form that can be written and read back."""
        for reading in self.read(reader, sample):
            if isinstance(reading, TextSegment):
                place = reading.place(0)
                assert place.steps or not reading.text.strip(), "a place needs at least one step"
                assert Locator.parse(str(place)) == place

    def test_rdr_05_is_never_silent_about_truncation(self, reader: Reader, sample: bytes) -> None:
        """RDR-05: cut files end with what could be read or a known problem, never with another exception."""
        for share in (0.1, 0.5, 0.9, 0.99):
            self._known(self.read(reader, sample[: int(len(sample) * share)]))

    def test_rdr_06_survives_noise(self, reader: Reader, sample: bytes) -> None:
        """RDR-06: files with random bytes changed end without an exception."""
        rng = random.Random(20261122)  # noqa: S311 - noise, not secrets
        for _ in range(15):
            data = bytearray(sample)
            for _ in range(max(1, len(data) // 200)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            self._known(self.read(reader, bytes(data)))

    def test_rdr_07_survives_nothing_and_rubbish(self, reader: Reader) -> None:
        """RDR-07: an empty file and pure noise end without an exception."""
        rng = random.Random(7)  # noqa: S311
        self._known(self.read(reader, b""))
        self._known(self.read(reader, rng.randbytes(5000)))

    def test_rdr_08_heeds_time(self, reader: Reader, sample: bytes) -> None:
        """RDR-08: when the time of an item is over, a reader stops with the time limit or ends at once."""
        budget_over = Limits(item_seconds=1e-9)
        readings = list(self._read(reader, sample, budget_over))
        assert all(r.code in PROBLEMS for r in readings if isinstance(r, Problem))

    def test_rdr_09_closes_what_it_opens(self, reader: Reader, sample: bytes) -> None:
        """RDR-09: stopping in the middle leaves no stream open (resource warnings are errors in tests)."""
        item = Item(uri="test:///sample", source="test", name=self.name, size=len(sample))
        context = ReadContext(item=item, budget=Budget(Limits()), media_type=self.media_type)
        readings = reader.read(BytesContent(sample, self.name), context)
        with contextlib.suppress(ReadError):
            next(readings, None)
        readings.close()  # type: ignore[attr-defined]

    @staticmethod
    def _known(readings: list[Reading]) -> None:
        for reading in readings:
            assert isinstance(reading, Segment | Embedded | Attribute | Problem)
            if isinstance(reading, Problem):
                assert reading.code in PROBLEMS


def _look(member: Embedded, context: ReadContext) -> Iterator[Reading]:
    """Read a member's beginning, and keep it with the member: as in a scan, it need not be readable once the next reading was asked for."""
    try:
        member.content.head()
    except ReadError as error:
        yield context.problem(error.code, error.detail)


def _drain(table: TableSegment) -> Iterator[Reading]:
    """The cells of a table as text segments, a row each."""
    row = table.first_row
    if table.header:
        yield TextSegment(text="\t".join(table.header), locator=table.locator.then(row="header"))
    for batch in table.batches:
        if isinstance(batch, Problem):
            yield batch
            continue
        assert all(str(kind) == "String" for kind in batch.dtypes), "table batches hold strings only"
        for cells in batch.iter_rows():
            yield TextSegment(
                text="\t".join("" if c is None else c for c in cells), locator=table.locator.then(row=row)
            )
            row += 1
