"""Kinds of documents by the headings they have: a 履歴書 is known by 学歴, 職歴, 志望動機, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from piiscan.detect.context import Judge
from piiscan.detect.phrases import Kind, Phrases
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.model import Rule, RuleSet

_SPAN = 6000
"""Headings farther apart than this are not of one document, in characters."""


class DocumentRecognizer:
    """Finds at most one document of each rule in a stretch of text; it is shown at its first heading."""

    name = "documents"

    def __init__(self, rules: RuleSet) -> None:
        self._rules = tuple(r for r in rules.rules if r.marks)
        owners: dict[str, list[int]] = {}
        for index, rule in enumerate(self._rules):
            for mark in rule.marks:
                owners.setdefault(mark, []).append(index)
        self._judge = Judge.of(rules)
        self._phrases = Phrases.of(rules)
        self._marks = self._phrases.strings(Kind.MARK)
        self._owners = {number: tuple(owners[mark]) for number, mark in self._marks.items()}
        self.entity_types = tuple(sorted({r.entity_type for r in self._rules}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Documents."""
        seen: dict[int, dict[str, tuple[int, int]]] = {}
        for start, end, number in self._phrases.found(view, Kind.MARK):
            for index in self._owners[number]:
                mine = seen.setdefault(index, {})
                mine.setdefault(self._marks[number], (start, end))
                if start - min(s for s, _ in mine.values()) > _SPAN:
                    seen[index] = {m: at for m, at in mine.items() if start - at[0] <= _SPAN}
                elif len(mine) == self._rules[index].marks_needed:
                    yield from self._document(view, self._rules[index], mine)

    def _document(self, view: TextView, rule: Rule, marks: dict[str, tuple[int, int]]) -> Iterator[Candidate]:
        start, end = min(marks.values())
        candidate = self._judge.weigh(view, rule, start, end, view.text[start:end], self.name)
        if candidate is not None:
            yield candidate


@hookimpl
def piiscan_recognizers() -> Iterable[type[DocumentRecognizer]]:
    """This recognizer."""
    return [DocumentRecognizer]
