"""Values of lists pasted into a text, told by the heading of their column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from piiscan.detect.context import Judge
from piiscan.detect.digits import fold, shape_of
from piiscan.detect.textlists import Span, text_lists
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.compiled import compile_pattern, expand_shape
from piiscan.rules.model import Rule, RuleSet

_CODED = {"PERSON": "person_name", "JP_NAME_KANA": "kana_name", "JP_ADDRESS": "address"}
"""Types that are found by programs, and the check that knows them."""
_CODED_SCORE = 0.9


class ListRecognizer:
    """Judges each cell by the rules that its heading speaks for."""

    name = "lists"

    def __init__(self, rules: RuleSet) -> None:
        self._judge = Judge.of(rules)
        self._rules = {r.id: r for r in rules.rules}
        self._shapes = {r.id: frozenset(s for n in r.shapes for s in expand_shape(n)) for r in rules.rules if r.shapes}
        self._patterns: dict[str, tuple[re.Pattern[str], int]] = {}
        self._checks = {kind: rules.validators[name] for kind, name in _CODED.items() if name in rules.validators}
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Cells of lists."""
        for found in text_lists(view, self._judge.labels):
            for heading, ids, column in zip(found.headings, found.rules, range(len(found.headings)), strict=True):
                rules = [self._rules[i] for i in sorted(ids)]
                for row in found.rows if rules else ():
                    if row[column][1] > row[column][0]:
                        yield from self._cell(view, row[column], rules, heading)

    def _cell(self, view: TextView, span: Span, rules: list[Rule], heading: str) -> Iterator[Candidate]:
        value = fold(view.text[span[0] : span[1]])
        shape = shape_of(value)
        for rule in rules:
            if rule.entity_type in self._checks:
                if self._checks[rule.entity_type](value) is True:
                    yield self._coded(rule, span, heading)
            elif self._fits(view.text, rule, span, shape):
                candidate = self._judge.weigh(view, rule, *span, value, self.name, heading=heading)
                if candidate is not None and candidate.score > 0:
                    yield replace(candidate, evidence=(*candidate.evidence, "list"))

    def _coded(self, rule: Rule, span: Span, heading: str) -> Candidate:
        return Candidate(
            entity_type=rule.entity_type,
            start=span[0],
            end=span[1],
            score=_CODED_SCORE,
            rule=rule.id,
            recognizer=self.name,
            evidence=(f"label:{heading}", f"check:{_CODED[rule.entity_type]}", "list"),
        )

    def _fits(self, text: str, rule: Rule, span: Span, shape: str) -> bool:
        """Whether the whole cell is what the rule looks for."""
        if shape in self._shapes.get(rule.id, ()):
            return True
        source = rule.value or rule.pattern
        if not source:
            return "@" in rule.shapes and "@" in text[slice(*span)]
        if rule.id not in self._patterns:
            compiled = compile_pattern(source)
            self._patterns[rule.id] = (compiled, compiled.groupindex.get("v", 0))
        pattern, group = self._patterns[rule.id]
        match = pattern.match(text, *span)
        return match is not None and match.span(group) == span


@hookimpl
def piiscan_recognizers() -> Iterable[type[ListRecognizer]]:
    """This recognizer."""
    return [ListRecognizer]
