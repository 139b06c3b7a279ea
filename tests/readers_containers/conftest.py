"""Runs a reader as the pipeline does: each member is read before the next one is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from piiscan.content import BytesContent, FileContent
from piiscan.errors import ReadError
from piiscan.limits import Budget, Limits
from piiscan.model import Embedded, Item, Problem, TableSegment, TextSegment
from piiscan.problems import PROBLEMS
from piiscan.protocols import ReadContext

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "files"


@dataclass
class Outcome:
    """What came out: members' bytes (or the code of the error their content raised), problems, texts, tables."""

    members: dict[str, bytes | str] = field(default_factory=dict)
    embedded: list[Embedded] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    texts: list[TextSegment] = field(default_factory=list)
    tables: dict[str, tuple[TableSegment, list[tuple[Any, ...]]]] = field(default_factory=dict)
    raised: str | None = None

    @property
    def codes(self) -> set[str]:
        return {p.code for p in self.problems} | ({self.raised} if self.raised else set())

    def field(self, label: str) -> str:
        return next(t.text for t in self.texts if t.label == label)

    @property
    def body(self) -> str:
        return "".join(t.text for t in self.texts if t.label is None)


def run_reader(reader, source, *, name="sample", passwords=(), limits=None, read_members=True):
    content = FileContent(source) if isinstance(source, Path) else BytesContent(source, name)
    item = Item(uri=f"file:///{name}", source="test", name=name)
    context = ReadContext(item=item, budget=Budget(limits or Limits()), passwords=passwords)
    out = Outcome()
    try:
        for reading in reader().read(content, context):
            _take(out, reading, context, read_members)
    except ReadError as error:
        out.raised = error.code
    assert out.codes <= set(PROBLEMS)
    return out


def _take(out, reading, context, read_members):
    if isinstance(reading, Embedded):
        assert reading.path not in out.members, "paths of members are unique"
        context.budget.enter_member(1)
        out.embedded.append(reading)
        out.members[reading.path] = _bytes(reading) if read_members else b""
    elif isinstance(reading, Problem):
        out.problems.append(reading)
    elif isinstance(reading, TextSegment):
        out.texts.append(reading)
    else:
        rows = []
        for batch in reading.batches:
            if isinstance(batch, Problem):
                out.problems.append(batch)
            else:
                rows += batch.rows()
        out.tables[reading.locator.get("table")] = (reading, rows)


def _bytes(reading):
    try:
        reading.content.head()
        with reading.content.open() as stream:
            data = stream.read()
        with reading.content.open() as again:
            assert again.read(10) == data[:10], "content opens more than once"
    except ReadError as error:
        return error.code
    return data


@pytest.fixture
def read():
    return run_reader


@pytest.fixture
def corpus():
    if not CORPUS.is_dir():
        pytest.skip("the sample files of other projects are not on this machine")
    return CORPUS
