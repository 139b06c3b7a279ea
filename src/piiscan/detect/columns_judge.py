"""Decides what a column is: the rule it follows, with what confidence and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from piiscan.detect.columns_names import (
    CONTACTS,
    FEW,
    PERSONS,
    NameCells,
    Names,
    about_goods,
    few_names,
    names_of,
    says_little,
)
from piiscan.detect.columns_names import SAMPLE as NAME_SAMPLE
from piiscan.detect.columns_values import TypeCheck, ValueCheck, Values, Verdict
from piiscan.detect.headers import NAME_TYPES, HeaderMatch, is_quiet, names_things
from piiscan.model import Severity

if TYPE_CHECKING:
    from piiscan.detect.columns import ColumnStage
    from piiscan.detect.columns_cells import Cells
    from piiscan.rules.model import Rule

SAMPLE = 500
"""Distinct values on which a column is judged, spread over the batch."""

STRICT_VALUES = 20
STRICT_SHARE = 0.8
"""Without a header, this many distinct values and this share of them must pass a check that noise does not pass."""

SURE_NAMES = 0.6
"""Below a heading of names, so many known ones tell that what is written like them is a name too."""
NOISE_RATE = 0.35
_KANA_ONLY = re.compile(r"[ァ-ヺー]+(?:[ .][ァ-ヺー]+)*").fullmatch
FREE_COLUMN = 5
"""Names and addresses without a header need as many distinct values, all known below twice as many; fewer are left to the text path."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a column."""

    rule: Rule
    check: TypeCheck
    labelled: bool
    confidence: float
    evidence: tuple[str, ...]
    quiet: bool


@dataclass(frozen=True, slots=True)
class _Option:
    judgement: Judgement
    order: tuple[float, ...]


class ColumnJudge:
    """Judges columns against all rules. Holds the compiled checks of a stage."""

    def __init__(self, stage: ColumnStage) -> None:
        self.rules = stage.rules
        self.book = stage.book
        self._validators = stage.validators
        self._checks: dict[str, ValueCheck] = {}

    def check(self, rule: Rule) -> ValueCheck:
        """The value check of a rule, compiled on first need."""
        if rule.id not in self._checks:
            self._checks[rule.id] = ValueCheck(rule, self._validators)
        return self._checks[rule.id]

    def company_rule(self, rule: Rule) -> Rule | None:
        """The rule of the same type for what belongs to companies: the one whose severity says that it is nobody's; None without one."""
        own = (r for r in self.rules.of(rule.entity_type) if _of_companies(r))
        return next(own, None) if rule.severity is None else None

    @cached_property
    def _unlabelled(self) -> tuple[Rule, ...]:
        """Rules that a column without a telling header may follow."""
        return tuple(
            r
            for r in self.rules.rules
            if self.check(r).has_dictionary
            or (
                not _of_companies(r)  # only a heading says that
                and (r.need == "nothing" or "check" in r.need)
                and (r.pattern or r.shapes)
                and r.entity_type != "JP_NAME_KANA"
                and not r.entity_type.startswith("SENS_")
            )
        )

    def column(self, header: str, group: str, cells: Cells) -> Judgement | None:
        """The best reading of a column, or None. A judgement with `quiet` says that it holds nothing about persons."""
        sample = cells.sample(SAMPLE)
        if not len(sample):
            return None
        matches = self._with_readings(self._matches(header, group), sample)
        options = [*self._labelled_options(matches, sample)]
        if not options and not is_quiet(header):
            options = [*self._unlabelled_options(header, sample, matches)]
        best = max(options, key=lambda o: o.order, default=None)
        return best.judgement if best else None

    def joined(self, types: tuple[str, ...], header: str, cells: Cells) -> Judgement | None:
        """The reading of a value that was written over several columns, of one of `types` (any that the header names, if empty)."""
        if types and not header.strip(" +"):
            return self._named(Names(types[0], 0.75, ("column:names",)))
        sample = cells.sample(SAMPLE)
        if not len(sample):
            return None
        if types:
            known = [r for r in self.rules.rules if r.entity_type in types and (r.columns or r.labels)]
            matches = {r.id: HeaderMatch(1.0, header) for r in known}
        else:
            matches = self.book.matches(header)
        best = max(
            self._labelled_options(matches, sample),
            key=lambda o: (-_rank(types, o.judgement.rule), *o.order),
            default=None,
        )
        return best.judgement if best else None

    def beside(
        self, entity_type: str, neighbour: str, cells: Cells, *, least: int = 1, share: float = STRICT_SHARE
    ) -> Judgement | None:
        """The reading of a column without header as a type that another column of the table speaks for: `least` values, of which a `share` fits."""
        sample = cells.sample(SAMPLE)
        rules = [r for r in self.rules.rules if r.entity_type == entity_type and not self.check(r).anything_goes]
        if len(sample) < least or not rules:
            return None
        check = TypeCheck([self.check(r) for r in rules])
        verdict = check.judge(sample, labelled=False)
        if verdict.share < share:
            return None
        rule = check.checks[verdict.best].rule
        total = round(min(rule.scores.base + rule.scores.check + rule.scores.context, 0.99), 3)
        evidence = ("column", f"share:{verdict.share:.2f}", f"neighbour:{neighbour}")
        return Judgement(rule, check, False, total, evidence, False)

    def names(self, header: str, cells: Cells, neighbours: frozenset[str]) -> Judgement | None:
        """The reading of a column whose heading tells nothing as names or their readings, with the types of the columns beside it."""
        if header and (not neighbours or is_quiet(header) or names_things(header) or self._matches(header, "")):
            return None
        found = names_of(cells.sample(NAME_SAMPLE), neighbours)
        return self._named(found) if found else None

    def of_things(self, header: str, cells: Cells, kinds: frozenset[str], headers: Sequence[str]) -> bool:
        """Whether what looks like names in a column is none: its other cells are not, and neither its heading nor its neighbours say so."""
        if kinds & (PERSONS - {"PERSON"} | CONTACTS):
            return not header and few_names(cells.sample(NAME_SAMPLE))
        strength = max((m.strength for m in self._matches(header, "").values()), default=0.0) if header else 0.0
        if strength >= 0.85 and not says_little(header):
            return False
        return few_names(cells.sample(NAME_SAMPLE), 0.5 if about_goods(headers) else FEW)

    def _named(self, found: Names) -> Judgement | None:
        rules = [r for r in self.rules.rules if r.entity_type == found.entity_type and not self.check(r).anything_goes]
        if not rules:
            return None
        check = NameCells(TypeCheck([self.check(r) for r in rules]), found.entity_type)
        return Judgement(check.checks[0].rule, check, False, found.confidence, ("column", *found.evidence), False)

    def speaks(self, header: str, group: str) -> bool:
        """Whether a header names something that rules look for."""
        return bool(self._matches(header, group))

    def _matches(self, header: str, group: str) -> dict[str, HeaderMatch]:
        own = self.book.matches(header) if header else {}
        if not group or group == header:
            return own
        both = self.book.matches(f"{group}{header}")
        if max((m.strength for m in both.values()), default=0) > max((m.strength for m in own.values()), default=0):
            return both
        return own or self.book.matches(group)

    def _with_readings(self, matches: dict[str, HeaderMatch], sample: Values) -> dict[str, HeaderMatch]:
        """A header of names above nothing but kana (口座名義 in the banks' way) speaks of readings as well."""
        named = [m for r in self.rules.rules if r.entity_type == "PERSON" and (m := matches.get(r.id))]
        if not named or sum(map(bool, map(_KANA_ONLY, sample.folded))) < STRICT_SHARE * len(sample):
            return matches
        return {r.id: named[0] for r in self.rules.rules if r.entity_type == "JP_NAME_KANA"} | matches

    def _labelled_options(self, matches: dict[str, HeaderMatch], sample: Values) -> Iterator[_Option]:
        for rules in _by_type(r for r in self.rules.rules if r.id in matches):
            match = max((matches[r.id] for r in rules), key=lambda m: (m.strength, len(m.label)))
            checks = [c for r in rules if not (c := self.check(r)).anything_goes or match.strength >= 0.85]
            if not checks:
                continue
            check = TypeCheck(checks)
            verdict = check.judge(sample, labelled=True)
            needed = rules[0].column_share if match.strength >= 0.85 else max(rules[0].column_share, STRICT_SHARE)
            if verdict.share >= needed:
                yield self._option(check, verdict, match, f"header:{match.label}")

    def _unlabelled_options(self, header: str, sample: Values, matches: dict[str, HeaderMatch]) -> Iterator[_Option]:
        first = sample.spread(24)
        for rules in _by_type(self._unlabelled):
            if rules[0].entity_type in NAME_TYPES and (names_things(header) or matches):
                continue
            check = TypeCheck([self.check(r) for r in rules])
            if check.judge(first, labelled=False).share < 0.5:
                continue
            verdict = check.judge(sample, labelled=False)
            if self._strict(check, verdict, sample):
                yield self._option(check, verdict, None, "column")

    def _strict(self, check: TypeCheck, verdict: Verdict, sample: Values) -> bool:
        rule = check.checks[verdict.best].rule
        if check.has_dictionary:
            needed = STRICT_SHARE if len(sample) >= 2 * FREE_COLUMN else 1.0
            return len(sample) >= FREE_COLUMN and min(verdict.share, verdict.confirmed) >= needed
        if rule.need == "nothing" or (rule.need == "check" and _grouped(rule)):
            return verdict.share >= max(rule.column_share, 0.6)
        if len(sample) < STRICT_VALUES or verdict.share < STRICT_SHARE or verdict.confirmed < STRICT_SHARE:
            return False
        return check.noise_rate(sample.pick([n for n, good in enumerate(verdict.mask) if good])) <= NOISE_RATE

    def _option(self, check: TypeCheck, verdict: Verdict, match: HeaderMatch | None, why: str) -> _Option:
        best = check.checks[verdict.best]
        rule, scores = best.rule, best.rule.scores
        confirmed = verdict.confirmed >= 0.5
        strength = match.strength if match else 0.0
        total = scores.base + (scores.check if confirmed else 0.0)
        total += scores.column * strength if match else 0.25 if rule.need != "nothing" else 0.15
        if "rounded" in verdict.evidence:
            total -= 0.2
        checks = tuple(f"check:{name}" for name in best.checks) if confirmed else ()
        evidence = (why, f"share:{verdict.share:.2f}", *checks, *verdict.evidence)
        quiet = self.rules.entity(rule.entity_type).severity is Severity.NONE
        if match and rule.entity_type in NAME_TYPES and verdict.confirmed >= SURE_NAMES and strength >= 0.85:
            check = NameCells(check, rule.entity_type)  # the rare ones among them are names as well
        judgement = Judgement(rule, check, match is not None, round(min(max(total, 0.0), 0.99), 3), evidence, quiet)
        order = (strength, float(confirmed), total + 0.3 * verdict.share, float(rule.specificity), float(quiet))
        return _Option(judgement, order)


def _of_companies(rule: Rule) -> bool:
    return rule.severity is not None and rule.severity <= Severity.INFO


def _by_type(rules: Iterable[Rule]) -> Iterable[list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in rules:
        found.setdefault(rule.entity_type, []).append(rule)
    return found.values()


def _grouped(rule: Rule) -> bool:
    """Whether the rule's numbers are written in groups, which alone says much (``090-1234-5678``)."""
    return bool(rule.shapes) and all(any(c in shape for c in "-(@") for shape in rule.shapes)


def _rank(types: tuple[str, ...], rule: Rule) -> int:
    return types.index(rule.entity_type) if rule.entity_type in types else len(types)
