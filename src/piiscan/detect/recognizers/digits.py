"""Rules with shapes: numbers, and mail addresses (whose shape is ``@``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from piiscan.detect.context import NEED_LABEL, Judge
from piiscan.detect.digits import RunReader, fold
from piiscan.detect.mail import mail_tokens
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.compiled import expand_shape
from piiscan.rules.model import Rule, RuleSet

MAIL_SHAPE = "@"


class _Asked(NamedTuple):
    """The rules for a shape: those that report nothing without a label, and the others."""

    labelled: tuple[Rule, ...]
    free: tuple[Rule, ...]

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> _Asked:
        return cls(tuple(r for r in rules if r.need in NEED_LABEL), tuple(r for r in rules if r.need not in NEED_LABEL))


class DigitRecognizer:
    """Dispatches digit tokens to rules by their shape."""

    name = "digits"

    def __init__(self, rules: RuleSet) -> None:
        table: dict[str, list[Rule]] = {}
        for rule in rules.rules:
            for shape in dict.fromkeys(s for notation in rule.shapes for s in expand_shape(notation)):
                table.setdefault(shape, []).append(rule)
        self._mail = tuple(table.pop(MAIL_SHAPE, ()))
        self._judge = judge = Judge.of(rules)
        self._table = {shape: _Asked.of(found) for shape, found in table.items()}
        quiet = {
            shape: frozenset(r.id for r in found)
            for shape, found in table.items()
            if all(map(judge.needs_label_near, found))
        }
        self._runs = RunReader(self._table, quiet)
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules if r.shapes}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Numbers and mail addresses."""
        yield from self._numbers(view)
        if self._mail:
            yield from self._addresses(view)

    def _numbers(self, view: TextView) -> Iterator[Candidate]:
        judge, table = self._judge, self._table
        for start, end, value, shape in self._runs.readings(view.text, judge.near(view)):
            asked = table[shape]
            near = judge.nearby(view, start, end)
            rules = asked.free
            if asked.labelled and near is not judge.nothing_near:
                rules += tuple(r for r in asked.labelled if r.id in near)
            for rule in rules:
                candidate = judge.weigh(view, rule, start, end, value, self.name, near)
                if candidate is not None:
                    yield candidate

    def _addresses(self, view: TextView) -> Iterator[Candidate]:
        for start, end in mail_tokens(view.text):
            for rule in self._mail:
                candidate = self._judge.weigh(view, rule, start, end, fold(view.text[start:end]), self.name)
                if candidate is not None:
                    yield candidate


@hookimpl
def piiscan_recognizers() -> Iterable[type[DigitRecognizer]]:
    """The recognizer of shapes."""
    return [DigitRecognizer]
