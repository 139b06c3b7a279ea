"""Scans one table batch by batch: header, columns, joined columns, free text, records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from piiscan.detect.columns_cells import STRONG, TEXTUAL, Batch, Cells, batch_of
from piiscan.detect.columns_forms import form_hits, loose_cells
from piiscan.detect.columns_judge import Judgement
from piiscan.detect.columns_persons import Carried, RowPersons
from piiscan.detect.columns_split import Group, find_groups
from piiscan.detect.header_words import COMPANIES
from piiscan.detect.headers import Layout, is_quiet, judge_layout, names_things
from piiscan.model import ColumnDetection, Detected, SegmentKind, TableSegment, TextHits, TextSegment

if TYPE_CHECKING:
    import polars as pl

    from piiscan.detect.columns import ColumnStage

HEAD_ROWS = 60
FORM_ROWS = 2_000
FEW_NUMBERS = 5
"""So many numbers with the right check digit are no chance where their rows are about people: one in ten has it."""
TRIES = 3
"""Batches in which a column without a telling header is judged before it is left alone."""

PERSONAL = frozenset(
    {"PERSON", "JP_NAME_KANA", "DATE_OF_BIRTH", "AGE", "GENDER", "MEMBER_ID", "EMPLOYEE_ID", "EMAIL_ADDRESS"}
)
"""A table with one of these is about persons, whatever else it names."""


@dataclass(slots=True)
class _Column:
    """A column, or a group of them, with what is known of it so far."""

    columns: tuple[int, ...]
    header: str
    group: str
    split: Group | None = None
    judgement: Judgement | None = None
    tries: int = 0
    things: bool | None = None
    """Whether what looks like a name in it is none, once that is known."""

    def cells(self, batch: Batch) -> Cells:
        return batch.joined(self.columns, self.split.glue) if self.split else batch.column(self.columns[0])


class TableScan:
    """State of one table: bounded, whatever the number of rows."""

    def __init__(self, stage: ColumnStage, table: TableSegment) -> None:
        self.stage = stage
        self.table = table
        self.judge = stage.judge
        self.layout: Layout | None = None
        self.columns: list[_Column] = []
        self.persons = RowPersons()
        self.next_row = table.first_row

    def batch(self, frame: pl.DataFrame) -> Iterator[Detected]:
        """What is in one batch."""
        start = self.next_row
        self.next_row += frame.height
        if not frame.height or not frame.width:
            return
        if self.layout is None:
            self.layout = self._judge_layout(frame)
            yield from self._above(frame, start)
            frame, start = frame.slice(self.layout.data_start), start + self.layout.data_start
        if not self.layout.table:
            if frame.height and self.columns == [] and start > self.table.first_row + FORM_ROWS:
                self._settle(batch_of(frame, start, ()))
            if not self.columns:
                return
        if frame.height:
            yield from self._data(batch_of(frame, start, self.layout.header_rows))

    def place(self, column: int) -> str:
        """How a person finds a column: its letter or number, and its name."""
        name = self.layout.names[column] if self.layout else ""
        if self.table.columns and column < len(self.table.columns):
            return f"{self.table.columns[column]} {name}".strip()
        header = self.table.header
        if header is not None:  # not `name`, which may be a hint
            return (header[column] if column < len(header) else "") or str(column + 1)
        return f"{column + 1} {name}".strip()

    def _judge_layout(self, frame: pl.DataFrame) -> Layout:
        header = self.table.header
        if header is not None:
            names = tuple(header[: frame.width]) + ("",) * (frame.width - len(header))
            return Layout(self._telling(names), ("",) * frame.width)
        layout = judge_layout(frame.head(HEAD_ROWS).rows(), self.stage.book)
        if layout.form and layout.table is False and frame.height > FORM_ROWS:
            return Layout(layout.names, layout.groups)
        return layout

    def _telling(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names, and hints in place of those that tell nothing: ``c07`` with the comment 電話番号."""
        hints = self.table.hints
        if hints is None:
            return names
        book = self.stage.book
        return tuple(
            hint if hint and not book.matches(name) and book.matches(hint) else name
            for name, hint in zip(names, hints + ("",) * (len(names) - len(hints)), strict=False)
        )

    def _above(self, frame: pl.DataFrame, start: int) -> Iterator[Detected]:
        """Cells that are no part of a list: titles above it, or a form."""
        layout = self.layout
        assert layout is not None
        count = layout.data_start - len(layout.header_rows) if layout.table else frame.height
        rows = frame.head(count).rows()
        if not rows:
            return
        if layout.form:
            yield from form_hits(rows, start, self.table, self.stage)
        else:
            yield from loose_cells(rows, start, self.table, self.stage)

    def _settle(self, batch: Batch) -> None:
        """Lay out the columns on the first data."""
        assert self.layout is not None
        names, groups = self.layout.names, self.layout.groups
        used: set[int] = set()
        for group in find_groups(names, groups, batch.first):
            column = _Column(group.columns, group.header, "", group)
            self._try(column, batch)
            if column.judgement:
                self.columns.append(column)
                used.update(group.columns)
        self.columns += [_Column((i,), names[i], groups[i]) for i in range(batch.width) if i not in used]

    def _try(self, column: _Column, batch: Batch) -> None:
        cells = column.cells(batch)
        if column.split:
            column.judgement = self.judge.joined(column.split.types, column.header, cells)
        else:
            column.judgement = self.judge.column(column.header, column.group, cells)
        if cells.filled:
            column.tries += 1

    def _beside_addresses(self, batch: Batch) -> None:
        """Seven digits are a postal code where the row has an address, although no header says so."""
        kinds = self._kinds()
        if "JP_ADDRESS" not in kinds or "JP_POSTAL_CODE" in kinds:
            return
        for column in self.columns:
            if column.judgement is None and not column.split and not column.header:
                column.judgement = self.judge.beside("JP_POSTAL_CODE", "JP_ADDRESS", column.cells(batch))

    def _beside_persons(self, batch: Batch) -> None:
        """Twelve digits that all have the check digit are My Numbers where the rows are about people, also in a list too short to tell by itself."""
        kinds = self._kinds()
        if "PERSON" not in kinds or "JP_MY_NUMBER" in kinds:
            return
        for column in self.columns:
            if column.judgement is None and column.tries < TRIES and not column.split and not column.header:
                cells = column.cells(batch)
                column.judgement = self.judge.beside("JP_MY_NUMBER", "PERSON", cells, least=FEW_NUMBERS, share=1.0)

    def _names(self, batch: Batch) -> None:
        """Columns of names whose heading tells nothing. Twice: readings and names speak for each other."""
        left = [c for c in self.columns if c.judgement is None and not c.split and c.tries < TRIES]
        for _ in range(2 if left else 0):
            kinds = self._kinds()
            for column in left:
                if column.judgement is None:
                    column.judgement = self.judge.names(column.header, column.cells(batch), kinds)

    def _things(self, batch: Batch) -> None:
        """Columns in which hardly anything is a name: those that look so are goods, places, shops."""
        kinds, headers = self._kinds(), [c.header for c in self.columns]
        for column in self.columns:
            kind = column.judgement.rule.entity_type if column.judgement else "PERSON"
            weighed = column.judgement is not None and "column:names" in column.judgement.evidence
            if column.things is None and not column.split and kind == "PERSON" and not weighed:
                column.things = self.judge.of_things(column.header, column.cells(batch), kinds, headers)
                if column.things:
                    column.judgement = None

    def _lonely(self) -> None:
        """What counts only together with a person (an illness) counts where another column says who."""
        kinds = self._kinds()
        for column in self.columns:
            if (
                column.judgement
                and column.judgement.rule.companions
                and kinds.isdisjoint(column.judgement.rule.companions)
            ):
                column.judgement = None

    def _kinds(self) -> frozenset[str]:
        return frozenset(c.judgement.rule.entity_type for c in self.columns if c.judgement)

    def _of_companies(self) -> None:
        """In a list of companies or shops that names no person, phones and addresses are theirs: a rule of its own, of low severity, says so."""
        if not any(COMPANIES.search(c.header) for c in self.columns):
            return
        judged = [c for c in self.columns if c.judgement]
        if any(c.judgement and c.judgement.rule.entity_type in PERSONAL for c in judged):
            return
        for column in judged:
            rule = self.judge.company_rule(column.judgement.rule) if column.judgement else None
            if column.judgement and rule is not None and column.judgement.rule is not rule:
                evidence = (*column.judgement.evidence, "companies")
                column.judgement = replace(column.judgement, rule=rule, evidence=evidence)

    def _data(self, batch: Batch) -> Iterator[Detected]:
        if not batch.height:
            return
        if not self.columns:
            self._settle(batch)
        found: dict[int, Carried] = {}
        for column in self.columns:
            if column.judgement is not None or column.things:
                continue
            if column.tries < TRIES or self.judge.speaks(column.header, column.group):
                self._try(column, batch)
        self._beside_addresses(batch)
        self._names(batch)
        self._beside_persons(batch)
        self._things(batch)
        self._lonely()
        self._of_companies()
        for n, column in enumerate(self.columns):
            if column.judgement is None:
                yield from self._free(column, batch)
            elif not column.judgement.quiet:
                yield from self._judged(n, column, batch, found)
        records = self.persons.add(found, self.table.locator)
        if records is not None:
            yield records

    def _judged(self, n: int, column: _Column, batch: Batch, found: dict[int, Carried]) -> Iterator[Detected]:
        judgement = column.judgement
        assert judgement is not None
        rule = judgement.rule
        cells = column.cells(batch)
        accepted = cells.accepted(judgement.check, labelled=judgement.labelled)
        if accepted.rows and not accepted.rounded:  # rounded numbers tell nobody apart
            found[n] = (rule.entity_type, accepted.carried)
        if accepted.rows and self._wanted(judgement):
            yield ColumnDetection(
                entity_type=rule.entity_type,
                locator=self.table.locator.then(column=" + ".join(self.place(c) for c in column.columns)),
                column=column.columns[0],
                rows=accepted.rows,
                first_row=accepted.first_row,
                values=accepted.values,
                confidence=judgement.confidence,
                rule=rule.id,
                recognizer="columns",
                evidence=judgement.evidence,
            )
        if not column.split and accepted.rest.filled:
            yield from self._cells(column, accepted.rest, TEXTUAL, plain=True)

    def _wanted(self, judgement: Judgement) -> bool:
        profile = self.stage.rules.profile
        kind = judgement.rule.entity_type
        return profile.wants(kind) and judgement.confidence >= profile.threshold(kind)

    def _free(self, column: _Column, batch: Batch) -> Iterator[Detected]:
        """Cells of a column that follows no rule as a whole."""
        if column.split or is_quiet(column.header):
            return
        labelled = self.judge.speaks(column.header, column.group)
        gate = STRONG if names_things(column.header) and not labelled else TEXTUAL
        yield from self._cells(column, column.cells(batch), gate, plain=labelled)

    def _cells(self, column: _Column, cells: Cells, gate: str, *, plain: bool) -> Iterator[Detected]:
        """Read the cells that pass the gate as text, each distinct one once."""
        step = self.place(column.columns[0])
        known: dict[str, TextHits | None] = {}
        for row, text in cells.readable(gate, plain=plain):
            if text in known and known[text] is None:
                continue
            segment = TextSegment(
                text=text,
                kind=SegmentKind.FIELD,
                label=None if column.things else column.header or None,
                locator=self.table.locator.then(column=step, row=row),
            )
            before = known.get(text)
            if before is not None:
                yield TextHits(segment=segment, detections=before.detections)
                continue
            known[text] = None
            for detected in self.stage.detector.scan(segment):
                found = _without_whole_names(detected) if column.things else detected
                if isinstance(found, TextHits):
                    known[text] = found
                if found is not None:
                    yield found


def _without_whole_names(found: Detected) -> Detected | None:
    """What was found in a cell, but not that the whole cell is a name, or the beginning of a short one (木村家)."""
    if not isinstance(found, TextHits):
        return found
    size = len(found.segment.text.strip())
    kept = tuple(
        d for d in found.detections if d.entity_type != "PERSON" or (d.end - d.start < size and (d.start or size > 8))
    )
    return replace(found, detections=kept) if kept else None
