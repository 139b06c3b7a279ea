"""What ``rules learn`` does: proposes a rule for the company's own numbers from a column or list of them. The samples are never printed."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from piiscan.errors import UsageError
from piiscan.limits import Budget
from piiscan.model import Item, Problem, SegmentKind, TableSegment, TextSegment
from piiscan.rules.learn import Learned, NothingToLearnError, fold, learn
from piiscan.rules.proposal import Alarms, Proposal, is_heading, propose, settled, to_toml

if TYPE_CHECKING:
    import polars as pl

    from piiscan.config import Settings
    from piiscan.detect.engine import Detector
    from piiscan.scanner import Scanner

MAX_SAMPLES = 100_000
_HEAD_ROWS = 10
_WORD = re.compile(r"[^\s、。,，:：=＝;；\"'「」()（）\[\]<>|]{4,40}")


def propose_rule(
    samples: str,
    column: str | None,
    *,
    name: str,
    entity: str,
    label: Sequence[str],
    against: Sequence[str],
    settings: Settings,
) -> None:
    """Write the proposal to standard output."""
    from piiscan.scanner import Scanner

    scanner = Scanner(settings=settings)
    ja = settings.language == "ja"
    if entity not in scanner.rules.entity_types:
        raise UsageError(f"種別 {entity} はありません" if ja else f"there is no entity type {entity}")
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*", name):
        raise UsageError("--name は own.member のように書きます" if ja else "--name looks like own.member")
    given = _Given.from_target(samples, column, scanner, ja=ja)
    try:
        learned = learn(given.values, scanner.rules.validators)
    except NothingToLearnError as error:
        raise UsageError(error.ja if ja else error.en) from None
    if not (label or given.header or learned.distinctive):
        raise UsageError("見出しがないため --label が必要です" if ja else "there is no heading: give one with --label")
    proposal = propose(
        learned,
        given.values,
        rule=name,
        entity_type=entity,
        labels=label,
        header=given.header,
        checks=scanner.rules.validators,
    )
    proposal, issues = settled(proposal, scanner.registry)
    alarms = [*given.others(proposal), *_against(against, proposal, scanner)]
    sys.stdout.write(to_toml(proposal, list(_notes(proposal, alarms, issues, ja=ja))))


@dataclass
class _Given:
    """The samples, their heading, and the cells of the other columns of the same table."""

    values: list[str] = field(default_factory=list, repr=False)
    header: str = ""
    rest: dict[int, list[str]] = field(default_factory=dict, repr=False)

    @classmethod
    def from_target(cls, target: str, column: str | None, scanner: Scanner, *, ja: bool) -> _Given:
        given = cls()
        if target == "-":
            given._lines(sys.stdin.read())
            return given
        if not Path(target).is_file():
            raise UsageError("見本のファイルがありません" if ja else "there is no such file of samples")
        for segment in _segments(target, scanner):
            if isinstance(segment, TextSegment):
                given._lines(segment.text)
            elif isinstance(segment, TableSegment):
                given._table(segment, column, ja=ja)
        return given

    def _lines(self, text: str) -> None:
        lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
        if lines and not self.values and is_heading(lines[0]):
            self.header = lines.pop(0)
        self.values += lines[: MAX_SAMPLES - len(self.values)]

    def _table(self, table: TableSegment, column: str | None, *, ja: bool) -> None:
        chosen: int | None = None
        header = list(table.header or ())
        for batch in table.batches:
            if isinstance(batch, Problem):
                continue
            skip = 0
            if chosen is None:
                chosen, skip, name = _choose(batch, header, column, ja=ja)
                self.header = self.header or name
            for index in range(batch.width):
                cells = [c for c in batch.to_series(index).slice(skip).drop_nulls().to_list() if c.strip()]
                kept = self.values if index == chosen else self.rest.setdefault(index, [])
                kept += cells[: MAX_SAMPLES - len(kept)]

    def others(self, proposal: Proposal) -> Iterator[Alarms]:
        """The form among the other columns of the same table, where the rule reports nothing without its heading."""
        form = _form(proposal.learned)
        looked = sum(map(len, self.rest.values()))
        if looked:
            hits = sum(bool(form.fullmatch(fold(cell))) for cells in self.rest.values() for cell in cells)
            yield Alarms("", hits, looked, hits if proposal.by_itself else 0)


def _choose(batch: pl.DataFrame, header: list[str], column: str | None, *, ja: bool) -> tuple[int, int, str]:
    """Position of the column, rows above the data, and its heading."""
    rows = [tuple(header)] if header else batch.head(_HEAD_ROWS).rows()
    above = 0 if header else 1
    if column is not None and not column.isdigit():
        for number, row in enumerate(rows):
            if column in row:
                return row.index(column), (number + 1) * above, column
        raise UsageError("その名前の列がありません" if ja else "there is no column of this name")
    if column is None and batch.width > 1:
        raise UsageError("--column で列を選んでください" if ja else "choose a column with --column")
    index = int(column or 1) - 1
    if not 0 <= index < batch.width:
        raise UsageError("その番号の列がありません" if ja else "there is no column of this number")
    first = str(rows[0][index] or "") if rows else ""
    if header or is_heading(first):
        return index, above, first.strip() if is_heading(first) else ""
    return index, 0, ""


def _segments(target: str, scanner: Scanner) -> Iterator[TextSegment | TableSegment]:
    """Everything readable below a path."""
    from piiscan.scan.walk import Walk

    source = scanner.registry.source_for(target)
    walk = Walk.of(scanner.registry, scanner.settings)
    for item in (entry for entry in source.items() if isinstance(entry, Item)):
        for event in walk.item(item, source, Budget(scanner.settings.limits.limits())):
            named = isinstance(event, TextSegment) and event.kind in {SegmentKind.NAME, SegmentKind.PROPERTY}
            if isinstance(event, TextSegment | TableSegment) and not named:
                yield event


def _form(learned: Learned) -> re.Pattern[str]:
    from piiscan.rules.compiled import compile_pattern

    return compile_pattern(learned.pattern)


def _against(targets: Sequence[str], proposal: Proposal, scanner: Scanner) -> Iterator[Alarms]:
    """The form and the rule in other files."""
    if not targets:
        return
    detector = _proposed_detector(proposal, scanner)
    form = _form(proposal.learned)
    for target in targets:
        hits = looked = reported = 0
        for segment in _segments(target, scanner):
            if isinstance(segment, TextSegment):
                words = _WORD.findall(segment.text)
                reported += sum(d.rule == proposal.rule for d in detector.text(segment))
            else:
                cells = _cells(segment)
                words = [cell for column in cells for cell in column]
                reported += len(words) and _reported_columns(cells, proposal, form)
            looked += len(words)
            hits += sum(bool(form.fullmatch(fold(word))) for word in words)
        yield Alarms(target, hits, looked, reported)


def _cells(table: TableSegment) -> list[list[str]]:
    columns: dict[int, list[str]] = {}
    for batch in table.batches:
        if not isinstance(batch, Problem):
            for index in range(batch.width):
                columns.setdefault(index, []).extend(c for c in batch.to_series(index).drop_nulls().to_list() if c)
    heads = table.header or ()
    return [[*(heads[i : i + 1]), *cells] for i, cells in columns.items()]


def _reported_columns(columns: list[list[str]], proposal: Proposal, form: re.Pattern[str]) -> int:
    """Cells of the form that stand below one of the rule's headings (or anywhere, if the rule needs none)."""
    words = set(proposal.labels) | set(proposal.columns)
    chosen = (c for c in columns if proposal.by_itself or any(cell.strip() in words for cell in c[:_HEAD_ROWS]))
    return sum(bool(form.fullmatch(fold(cell))) for column in chosen for cell in column)


def _proposed_detector(proposal: Proposal, scanner: Scanner) -> Detector:
    """The detector in force with the proposed rule."""
    with tempfile.TemporaryDirectory(prefix="piiscan-rules-") as folder:
        (Path(folder) / "proposed.toml").write_text(to_toml(proposal), encoding="utf-8", newline="\n")
        own = scanner.settings.rules
        folders = (*own.folders, Path(folder))
        settings = scanner.settings.model_copy(update={"rules": own.model_copy(update={"folders": folders})})
        return type(scanner)(settings=settings).detector


def _notes(proposal: Proposal, alarms: Sequence[Alarms], issues: Sequence[str], *, ja: bool) -> Iterator[str]:
    """What the privacy officer should know, as comments above the rule."""
    learned = proposal.learned
    shapes = ", ".join(f"{shape} ({share:.1%})" for shape, share in learned.shapes)
    if ja:
        yield "piiscan rules learn の提案です。内容を確かめてから、自社ルールのフォルダーに置いてください。例は作りものです。"
        yield f"見本 {learned.samples:,} 件(異なる値 {learned.distinct:,} 件)。形(0=数字、A・a=英字): {shapes}"
        yield f"先頭の共通部分: {learned.prefix}" if learned.prefix else "先頭の共通部分: なし"
        yield f"検査数字: {learned.check}" if learned.check else "検査数字: 既知の方式には合いません"
    else:
        yield "Proposed by piiscan rules learn. Check it, then put it into your folder of rules. The examples are made up."
        yield f"{learned.samples:,} samples, {learned.distinct:,} different. Shapes (0 digit, A a letters): {shapes}"
        yield f"all begin with: {learned.prefix or '-'}"
        yield f"check digit: {learned.check or 'none of the known schemes fits'}"
    for kind in learned.looks_like:
        yield (
            f"注意: 見本は {kind} の形と検査にも合います。列を間違えていないか確かめてください。"
            if ja
            else f"CAUTION: the samples also pass as {kind}. Is it the right column?"
        )
    yield from (_alarm_note(alarm, ja=ja) for alarm in alarms)
    if not alarms:
        yield (
            "誤検出の見積もり: --against で、この番号を含まないファイルを指定すると数えます。"
            if ja
            else "False alarms: name files without such numbers with --against."
        )
    yield (
        "インベントリには値を保存していないため、過去の検出からは誤検出を数えられません。"
        if ja
        else "The inventory keeps no values, so false alarms cannot be counted from it."
    )
    for issue in issues:
        yield f"要修正: {issue}" if ja else f"TO FIX: {issue}"


def _alarm_note(alarm: Alarms, *, ja: bool) -> str:
    rate = alarm.hits / alarm.looked if alarm.looked else 0.0
    if ja:
        place = alarm.place or "同じ表の他の列"
        return f"誤検出の見積もり [{place}]: 形が合うもの {alarm.hits:,} / {alarm.looked:,} ({rate:.3%})、このルールで報告されるもの {alarm.reported:,}"
    place = alarm.place or "other columns of the table"
    return f"False alarms [{place}]: {alarm.hits:,} of {alarm.looked:,} have the form ({rate:.3%}), {alarm.reported:,} would be reported"
