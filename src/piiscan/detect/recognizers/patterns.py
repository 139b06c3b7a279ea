"""Rules with a pattern behind a gate, with words, or with a value right after a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from piiscan.detect import labels
from piiscan.detect.context import Judge
from piiscan.detect.digits import fold
from piiscan.detect.phrases import Kind, Phrases, gates_of
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.compiled import compile_pattern
from piiscan.rules.model import Rule, RuleSet
from piiscan.stopwatch import RULE


class _Gated(NamedTuple):
    rule: Rule
    pattern: re.Pattern[str]
    group: int
    labelled: bool
    """Whether a label must be in reach of a match, so that none is tried without one."""


class PatternRecognizer:
    """Patterns, tried only around the places where one of their gate literals occurs."""

    name = "patterns"

    def __init__(self, rules: RuleSet) -> None:
        self._judge = judge = Judge.of(rules)
        self._phrases = Phrases.of(rules)
        self._gated = tuple(_gated(r, judge) for r in rules.rules if r.pattern)
        owners: dict[str, list[int]] = {}
        for index, gated in enumerate(self._gated):
            for literal in gates_of(gated.rule):
                owners.setdefault(literal, []).append(index)
        self._owners = {n: tuple(owners[literal]) for n, literal in self._phrases.strings(Kind.GATE).items()}
        self.entity_types = tuple(sorted({g.rule.entity_type for g in self._gated}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Matches of patterns."""
        places: dict[int, list[int]] = {}
        for at, _, literal in self._phrases.found(view, Kind.GATE):
            for index in self._owners[literal]:
                places.setdefault(index, []).append(at)
        for index, found in places.items():
            gated = self._gated[index]
            matches = _tried(gated, view.text, self._labelled(view, gated, found))
            if clock := self._judge.clock:
                matches = clock.times(RULE + gated.rule.id, matches)
            for match in matches:
                start, end = match.span(gated.group)
                if end > start:
                    value = fold(view.text[start:end])
                    candidate = self._judge.weigh(view, gated.rule, start, end, value, self.name)
                    if candidate is not None:
                        yield candidate

    def _labelled(self, view: TextView, gated: _Gated, places: list[int]) -> list[int]:
        """Those of the places where the rule can report something."""
        if not gated.labelled:
            return places
        near = self._judge.near(view)
        if near is None:
            return places
        reach, rules = gated.rule.reach, frozenset((gated.rule.id,))
        return [at for at in places if near(at - reach, at + 2 * reach, rules)]


def _gated(rule: Rule, judge: Judge) -> _Gated:
    pattern = compile_pattern(rule.pattern)
    return _Gated(rule, pattern, pattern.groupindex.get("v", 0), judge.needs_label_near(rule))


def _tried(gated: _Gated, text: str, places: list[int]) -> Iterator[re.Match[str]]:
    """The matches of a pattern at its gates; how far they may reach also bounds the cost of a bad pattern."""
    rule, edge = gated.rule, 0
    if rule.begins is not None:
        for at in places:
            start = at - rule.begins
            if start >= edge and (match := gated.pattern.match(text, start, at + 2 * rule.reach)):
                edge = match.end()
                yield match
        return
    for low, high in _windows(places, rule.reach):
        yield from gated.pattern.finditer(text, max(0, low), high)


def _windows(places: Iterable[int], reach: int) -> Iterator[tuple[int, int]]:
    """The surroundings of gate literals, merged."""
    low = high = None
    for at in places:
        if high is None or low is None or at - reach > high:
            if high is not None and low is not None:
                yield low, high
            low, high = at - reach, at + 2 * reach
        else:
            high = max(high, at + 2 * reach)
    if high is not None and low is not None:
        yield low, high


class LabelRecognizer:
    """Rules whose value is known only by the label before it: ``会員番号：A-12345``, also in the next line or cell."""

    name = "labels"

    def __init__(self, rules: RuleSet) -> None:
        self._judge = Judge.of(rules)
        self._values = {r.id: (r, compile_pattern(r.value)) for r in rules.rules if r.value}
        self.entity_types = tuple(sorted({r.entity_type for r, _ in self._values.values()}))
        self._ids = frozenset(self._values)

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Values after labels, and the whole text of a labelled field."""
        text = view.text
        hits = self._judge.labels.hits(view)
        mine = hits.of(self._ids)
        starts = {hit.start for hit in hits.items} if mine else frozenset()
        for hit in mine:
            at = labels.value_start(text, hit.end)
            if at > hit.end and at not in starts:  # right before the next label: the field is empty
                yield from self._values_at(view, hit.rules & self._ids, at)
        if view.segment.label:
            field = self._judge.labels.field(view) & self._ids
            at = len(text) - len(text.lstrip())
            yield from self._values_at(view, field, at)

    def _values_at(self, view: TextView, rules: Iterable[str], at: int) -> Iterator[Candidate]:
        for rule_id in sorted(rules):
            rule, pattern = self._values[rule_id]
            match = pattern.match(view.text, at)
            if match is None:
                continue
            start, end = match.span(pattern.groupindex.get("v", 0))
            candidate = (
                self._judge.weigh(view, rule, start, end, fold(view.text[start:end]), self.name)
                if end > start
                else None
            )
            if candidate is not None:
                yield candidate


class WordRecognizer:
    """Rules with a vocabulary. The words of all rules are found in one pass."""

    name = "words"

    def __init__(self, rules: RuleSet) -> None:
        owners: dict[str, list[Rule]] = {}
        for rule in rules.rules:
            for word in rule.words:
                owners.setdefault(word, []).append(rule)
        self._judge = Judge.of(rules)
        self._phrases = Phrases.of(rules)
        self._owners = {n: tuple(owners[word]) for n, word in self._phrases.strings(Kind.WORD).items()}
        self._headings = frozenset((r.entity_type, label) for r in rules.rules if r.value for label in r.labels)
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules if r.words}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Words of vocabularies."""
        text = view.text
        for start, end, index in self._phrases.found(view, Kind.WORD):
            if text[start].isascii() and not _free(text, start, end):
                continue
            if end - start <= _SHORT and _KANJI.match(text[start - 1 : start]):
                continue  # 信者 is no word of 発信者
            denied = _DENIED.match(text, end)
            for rule in self._owners[index]:
                if (rule.entity_type, text[start:end]) in self._headings and _FILLED.match(text, end):
                    continue  # the value after it is what is reported
                if denied:
                    candidate = self._judge.refused(view, rule, start, end, self.name, "negated")
                else:
                    candidate = self._judge.weigh(view, rule, start, end, fold(text[start:end]), self.name)
                if candidate is not None:
                    yield candidate


_SHORT = 2
_KANJI = re.compile("[一-龠]")
_DENIED = re.compile(
    r"(?:の(?:既往|有無|所見|疑い|症状|診断|経験|事実)?)?(?:既往歴?|治療歴|罹患歴?|入院歴|歴|所見|疑い|症状)?(?:[はもがに]|では|には)?"
    r"[ \t\u3000]{0,3}(?:[:：・（(［\[「][ \t\u3000]{0,3})?"
    r"(?:特記(?:すべき)?(?:事項)?|特に?|該当|異常)?[ \t\u3000]?"
    r"(?:なし|無し|ナシ|無(?![一-龠])|ありません|ございません|ない(?![一-龠])|なく|認めず|認めません|非該当|陰性|該当せず|いいえ|受けていない|\(-\)|（[－-]）"
    r"|□ ?(?:有り?|はい|あり)[ \t\u3000/・]{0,3}[☑■✓✔レ] ?(?:無|なし|いいえ))"
    r"|[ \t\u3000]{0,3}[:：][ \t\u3000]{0,3}(?:\r?\n[ \t\u3000]*(?:[^\n:：]{1,12}[:：]|\r?\n)|\Z)"
)
"""What takes a word back: ``糖尿病：なし``, ``前科はありません``, a field that is empty (the next line is another one)."""


_FILLED = re.compile(r"[ \t\u3000]{0,3}[:：=＝|｜│\t][ \t\u3000]{0,3}[^\s:：]")


def _free(text: str, start: int, end: int) -> bool:
    """Whether a Latin word stands by itself."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


@hookimpl
def piiscan_recognizers() -> Iterable[type]:
    """The recognizers of patterns, labels and words."""
    return [PatternRecognizer, LabelRecognizer, WordRecognizer]
