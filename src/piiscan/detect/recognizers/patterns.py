"""Rules with a pattern behind a gate, with words, or with a value right after a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick_rs

from piiscan.detect import labels
from piiscan.detect.context import Judge
from piiscan.detect.digits import fold
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.rules.compiled import compile_pattern
from piiscan.rules.model import Rule, RuleSet

_DFA = ahocorasick_rs.Implementation.DFA
"""Twice the speed of what the library chooses by itself; these automata are small."""


class _Gated(NamedTuple):
    rule: Rule
    pattern: re.Pattern[str]
    group: int


class PatternRecognizer:
    """Patterns, tried only around the places where one of their gate literals occurs."""

    name = "patterns"

    def __init__(self, rules: RuleSet) -> None:
        found = [r for r in rules.rules if r.pattern]
        literals: dict[str, list[int]] = {}
        for index, rule in enumerate(found):
            for literal in dict.fromkeys(rule.gate):
                literals.setdefault(literal, []).append(index)
        patterns = (compile_pattern(r.pattern) for r in found)
        self._gated = tuple(_Gated(r, p, p.groupindex.get("v", 0)) for r, p in zip(found, patterns, strict=True))
        self._owners = tuple(tuple((i, found[i].reach) for i in owners) for owners in literals.values())
        self._gates = ahocorasick_rs.AhoCorasick(list(literals), implementation=_DFA) if literals else None
        self._judge = Judge.of(rules)
        self.entity_types = tuple(sorted({r.entity_type for r in found}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Matches of patterns."""
        for index, windows in self._windows(view.text).items():
            for low, high in windows:
                yield from self._matches(view, self._gated[index], low, high)

    def _windows(self, text: str) -> dict[int, list[tuple[int, int]]]:
        """For each pattern the surroundings of its gate literals, merged, in text order."""
        lows: dict[int, list[int]] = {}
        highs: dict[int, list[int]] = {}
        if self._gates is None:
            return {}
        for literal, at, _ in self._gates.find_matches_as_indexes(text, overlapping=True):
            for index, reach in self._owners[literal]:  # it also bounds the cost of a bad pattern
                mine = highs.get(index)
                if mine is None:
                    lows[index], highs[index] = [at - reach], [at + 2 * reach]
                elif at - reach <= mine[-1]:
                    mine[-1] = max(at + 2 * reach, mine[-1])
                else:
                    lows[index].append(at - reach)
                    mine.append(at + 2 * reach)
        size = len(text)
        return {
            index: [(max(0, low), min(size, high)) for low, high in zip(starts, highs[index], strict=True)]
            for index, starts in lows.items()
        }

    def _matches(self, view: TextView, gated: _Gated, low: int, high: int) -> Iterator[Candidate]:
        for match in gated.pattern.finditer(view.text, low, high):
            start, end = match.span(gated.group)
            if end > start:
                candidate = self._judge.weigh(view, gated.rule, start, end, fold(view.text[start:end]), self.name)
                if candidate is not None:
                    yield candidate


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
        hits = self._judge.labels.hits(view).items
        starts = {hit.start for hit in hits}
        for hit in hits:
            mine = hit.rules & self._ids
            if mine:
                at = labels.value_start(text, hit.end)
                if at > hit.end and at not in starts:  # right before the next label: the field is empty
                    yield from self._values_at(view, mine, at)
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
        self._owners = tuple(tuple(found) for found in owners.values())
        self._headings = frozenset((r.entity_type, label) for r in rules.rules if r.value for label in r.labels)
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules if r.words}))
        kind = ahocorasick_rs.MatchKind.LeftmostLongest
        self._automaton = (
            ahocorasick_rs.AhoCorasick(list(owners), matchkind=kind, implementation=_DFA) if owners else None
        )

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Words of vocabularies."""
        if self._automaton is None:
            return
        text = view.text
        for index, start, end in self._automaton.find_matches_as_indexes(text):
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
