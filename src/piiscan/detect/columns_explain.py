"""Why a column was not taken for anything: what `piiscan explain` says of the columns that nothing is reported of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from piiscan.detect.columns import ColumnStage
from piiscan.detect.columns_cells import batch_of
from piiscan.detect.columns_judge import SAMPLE, STRICT_SHARE, STRICT_VALUES, ColumnJudge
from piiscan.detect.columns_table import TableScan
from piiscan.detect.columns_values import TypeCheck, Values
from piiscan.detect.headers import is_quiet
from piiscan.model import TableSegment
from piiscan.rules.model import Rule

if TYPE_CHECKING:
    import polars as pl

_NEARLY = 0.3
"""A type that so many of the values fit was at least considered."""


@dataclass(frozen=True, slots=True)
class Untaken:
    """A column of which nothing is reported. `place` is its name for people, `values` its different values.

    `why`: ``empty``, ``quiet`` (its name speaks of things, amounts or moments), ``not-personal`` (recognised as something else), ``weak``
    (below the profile's threshold), ``share`` (too few values fit), ``unsure`` (too little to go by without a telling name), ``unnamed``
    (neither its name nor its values speak of anything). `share` and `needed` are shares of the values.
    """

    place: str
    values: int
    why: str
    entity_type: str = ""
    rule: str = ""
    share: float = 0.0
    needed: float = 0.0
    evidence: tuple[str, ...] = ()


def untaken_columns(stage: ColumnStage, table: TableSegment, frame: pl.DataFrame) -> Iterator[Untaken]:
    """The reasons for a table that begins with `frame`. Nothing for forms, whose cells are read one by one."""
    scan = TableScan(stage, table)
    for _ in scan.batch(frame):
        pass
    if scan.layout is None or not scan.layout.table:
        return
    data = batch_of(frame.slice(scan.layout.data_start), 1, ())
    profile = stage.rules.profile
    for column in scan.columns:
        place = " + ".join(scan.place(c) for c in column.columns)
        distinct = column.cells(data).distinct()
        judged = column.judgement
        if judged is None:
            yield from _reasons(scan.judge, place, column.header, distinct)
            continue
        kind, rule = judged.rule.entity_type, judged.rule.id
        if judged.quiet:
            yield Untaken(place, len(distinct), "not-personal", kind, rule, evidence=judged.evidence)
        elif judged.confidence < profile.threshold(kind) or not profile.wants(kind):
            needed = profile.threshold(kind)
            yield Untaken(place, len(distinct), "weak", kind, rule, judged.confidence, needed, judged.evidence)


def _reasons(judge: ColumnJudge, place: str, header: str, distinct: Values) -> Iterator[Untaken]:
    if not len(distinct):
        yield Untaken(place, 0, "empty")
        return
    sample = distinct.spread(SAMPLE)
    named = {kind: rules for kind, rules in _by_type(judge, header).items() if rules}
    for kind, rules in named.items():
        share, rule = _share(judge, rules, sample, labelled=True)
        needed = max(rules[0].column_share, 0.0)
        yield Untaken(place, len(distinct), "share", kind, rule, share, needed, (f"header:{header}",))
    if named:
        return
    if is_quiet(header):
        yield Untaken(place, len(distinct), "quiet")
        return
    tried = [(*_share(judge, rules, sample, labelled=False), kind) for kind, rules in _shaped(judge).items()]
    share, rule, kind = max(tried, default=(0.0, "", ""))
    if share >= _NEARLY:
        needed = STRICT_SHARE if len(sample) >= STRICT_VALUES else 1.0
        yield Untaken(place, len(distinct), "unsure", kind, rule, share, needed)
    else:
        yield Untaken(place, len(distinct), "unnamed")


def _by_type(judge: ColumnJudge, header: str) -> dict[str, list[Rule]]:
    matches = judge.book.matches(header) if header else {}
    found: dict[str, list[Rule]] = {}
    for rule in judge.rules.rules:
        if rule.id in matches:
            found.setdefault(rule.entity_type, []).append(rule)
    return found


def _shaped(judge: ColumnJudge) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in judge.rules.rules:
        if rule.shapes or rule.pattern or judge.check(rule).has_dictionary:
            found.setdefault(rule.entity_type, []).append(rule)
    return found


def _share(judge: ColumnJudge, rules: list[Rule], sample: Values, *, labelled: bool) -> tuple[float, str]:
    check = TypeCheck([judge.check(rule) for rule in rules])
    verdict = check.judge(sample, labelled=labelled)
    return verdict.share, check.checks[verdict.best].rule.id
