"""Rules with shapes: numbers, and mail addresses (whose shape is ``@``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from piiscan.detect import labels
from piiscan.detect.context import NEED_LABEL, Judge
from piiscan.detect.digits import fold
from piiscan.detect.mail import mail_tokens
from piiscan.detect.runs import RunReader
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.compiled import expand_shape
from piiscan.rules.model import Rule, RuleSet
from piiscan.rules.validators import NEVER_1_TO_9

MAIL_SHAPE = "@"
_NONE: frozenset[str] = frozenset()
_NO_PHONE = frozenset("123456789")


class _Asked(NamedTuple):
    """The rules for a shape: those that report nothing without a label (`ids`; `quiet` if none of them looks far for it), and the others, the
    better ones first. `unlike` are those of the others that may report a value which begins with 1 to 9, as no phone does."""

    labelled: tuple[Rule, ...]
    free: tuple[Rule, ...]
    unlike: tuple[Rule, ...]
    ids: frozenset[str]
    quiet: bool

    @classmethod
    def of(cls, rules: Sequence[Rule], judge: Judge) -> _Asked:
        labelled = tuple(r for r in rules if r.need in NEED_LABEL)
        free = tuple(sorted((r for r in rules if r.need not in NEED_LABEL), key=lambda r: -r.specificity))
        unlike = tuple(r for r in free if r.scores.failed is not None or NEVER_1_TO_9.isdisjoint(r.validators))
        return cls(
            labelled, free, unlike, frozenset(r.id for r in labelled), all(map(judge.needs_label_near, labelled))
        )


def _beats(one: Rule, other: Rule) -> bool:
    """Whether a match of `one` that passes its checks leaves no chance to one of `other` at the same place: whatever is around counts for both
    alike, and for `other` no more."""
    alike = all(
        getattr(one, name) == getattr(other, name)
        for name in ("entity_type", "labels", "columns", "context", "negative", "window", "companions")
    )
    if not alike or one.specificity <= other.specificity or other.need in NEED_LABEL or not one.validators:
        return False
    ours, theirs = one.scores, other.scores
    if ours.context != theirs.context or ours.negative != theirs.negative:
        return False
    best = max(theirs.check, theirs.failed or 0.0, 0.0)
    return all(
        ours.base + ours.check + ours.label * strength >= theirs.base + best + theirs.label * strength
        for strength in (0.0, labels.LOOSE, 1.0)
    )


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
        self._table = {shape: _Asked.of(found, judge) for shape, found in table.items()}
        quiet = {
            shape: frozenset(r.id for r in found)
            for shape, found in table.items()
            if all(map(judge.needs_label_near, found))
        }
        zero = {s: asked.ids for s, asked in self._table.items() if asked.quiet and asked.free and not asked.unlike}
        self._runs = RunReader(self._table, quiet, zero)
        shaped = [r for r in rules.rules if r.shapes]
        self._beaten = {one.id: frozenset(o.id for o in shaped if _beats(one, o)) for one in shaped}
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules if r.shapes}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Numbers and mail addresses."""
        yield from self._numbers(view)
        if self._mail:
            yield from self._addresses(view)

    def _numbers(self, view: TextView) -> Iterator[Candidate]:
        judge, table = self._judge, self._table
        labelled = judge.near(view)
        for start, end, value, shape in self._runs.readings(view.text, labelled):
            asked = table[shape]
            rules = asked.unlike if labelled is not None and value[0] in _NO_PHONE else asked.free
            if not rules and asked.quiet and labelled is not None and not labelled(start, end, asked.ids):
                continue
            near = judge.nearby(view, start, end)
            if asked.labelled and near is not judge.nothing_near:
                rules += tuple(r for r in asked.labelled if r.id in near)
            beaten: frozenset[str] = _NONE
            for rule in rules:
                if rule.id in beaten:
                    continue
                candidate = judge.weigh(view, rule, start, end, value, self.name, near)
                if candidate is not None:
                    yield candidate
                    if labelled is not None and rule.need == "check":
                        beaten |= self._beaten[rule.id]

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
