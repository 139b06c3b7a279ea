"""All fixed strings that rules look for, found in one pass: labels, gate literals, words of vocabularies, headings of documents.

Four automata over the same text take four times as long as one over all their strings, and most text holds few of them.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from operator import itemgetter

from piiscan.detect import automaton
from piiscan.detect.automaton import Match
from piiscan.detect.view import TextView
from piiscan.rules.model import Rule, RuleSet

_ACRONYMS = frozenset({"id", "no", "cd", "tel", "ip", "fax", "url"})
_SHORT_COLUMN = 3
"""Names of columns that are no longer are no labels of texts."""


class Kind(IntEnum):
    """What a string is looked for as."""

    LABEL = 0
    GATE = 1
    WORD = 2
    MARK = 3
    SAMPLE = 4


class Phrases:
    """The strings of a rule set, and where they stand in a text. Immutable after it is built.

    A match is (start, end, number); `strings(kind)[number]` is what was found. Gates and samples are found overlapping, of the others the leftmost and
    there the longest one.
    """

    def __init__(self, rules: RuleSet) -> None:
        wanted: dict[str, list[Kind]] = {}
        for kind in Kind:
            for string in dict.fromkeys(_strings(rules, kind)):
                wanted.setdefault(string, []).append(kind)
        # Strings of one kind first, kind by kind, so that a comparison tells the kind of a match.
        ordered = sorted(wanted.items(), key=lambda item: item[1][0] if len(item[1]) == 1 else len(Kind))
        self._strings: tuple[dict[int, str], ...] = tuple(
            {number: string for number, (string, kinds) in enumerate(ordered) if kind in kinds} for kind in Kind
        )
        self._key = f"phrases:{rules.digest}"
        self._all = _Finder(list(enumerate(ordered)))
        # Searching ASCII text for strings that it cannot hold costs nothing but memory that does not fit the caches.
        self._ascii = _Finder([one for one in enumerate(ordered) if one[1][0].isascii()])

    @classmethod
    def of(cls, rules: RuleSet) -> Phrases:
        """The phrases of these rules: the same object for all recognizers that ask one after the other."""
        return _phrases(Same(rules))

    def strings(self, kind: Kind) -> Mapping[int, str]:
        """What is looked for, by number."""
        return self._strings[kind]

    def found(self, view: TextView, kind: Kind) -> Sequence[Match]:
        """The strings of one kind in a text; all kinds are looked for at the first call."""
        return view.once(self._key, self._find)[kind]

    def _find(self, view: TextView) -> tuple[Sequence[Match], ...]:
        finder = self._ascii if view.text.isascii() else self._all
        labels, gates, words, marks, samples = finder.find(view.text)
        return leftmost_longest(labels), gates, leftmost_longest(words), leftmost_longest(marks), samples


_Numbered = tuple[int, tuple[str, list[Kind]]]
"""The number of a string, the string and what it is looked for as."""


class _Finder:
    """An automaton of some of the strings. Its numbers are its own where strings are left out."""

    def __init__(self, strings: Sequence[_Numbered]) -> None:
        self._automaton = automaton.build([string for _, (string, _) in strings]) if strings else None
        self._numbers = [number for number, _ in strings]
        self._whole = self._numbers == list(range(len(strings)))
        kinds = [kinds for _, (_, kinds) in strings]
        self._many = {number: found for number, found in zip(self._numbers, kinds, strict=True) if len(found) > 1}
        alone = [found[0] if len(found) == 1 else len(Kind) for found in kinds]
        ends = [bisect_right(alone, kind) for kind in Kind]
        self._ends = [self._numbers[end - 1] + 1 if end else 0 for end in ends]

    def find(self, text: str) -> tuple[list[Match], ...]:
        """All matches, overlapping, by kind."""
        found: tuple[list[Match], ...] = tuple([] for _ in Kind)
        if self._automaton is None or not text:
            return found
        matches = self._automaton.find(text)
        if not self._whole:
            numbers = self._numbers
            matches = [(start, end, numbers[mine]) for start, end, mine in matches]
        label, gate, *_ = found
        label_end, gate_end, *_ = self._ends
        for match in matches:
            number = match[2]
            if number < label_end:
                label.append(match)
            elif number < gate_end:
                gate.append(match)
            else:
                self._add_rare(match, found)
        return found

    def _add_rare(self, match: Match, found: tuple[list[Match], ...]) -> None:
        kinds = self._many.get(match[2])
        for kind in kinds or [Kind(bisect_right(self._ends, match[2]))]:
            found[kind].append(match)


def leftmost_longest(matches: list[Match]) -> list[Match]:
    """Of overlapping matches, given in the order of their ends, those that start first, and of these the longest."""
    edge = 0
    for start, end, _ in matches:
        if start < edge:
            break
        edge = end
    else:
        return matches
    matches.sort(key=itemgetter(1), reverse=True)
    matches.sort(key=itemgetter(0))
    kept: list[Match] = []
    edge = 0
    for match in matches:
        if match[0] >= edge:
            kept.append(match)
            edge = match[1]
    return kept


def _strings(rules: RuleSet, kind: Kind) -> Iterable[str]:
    match kind:
        case Kind.LABEL:
            return (s for rule in rules.rules for label in labels_of(rule) for s in spellings(label))
        case Kind.GATE:
            return (literal for rule in rules.rules if rule.pattern for literal in gates_of(rule))
        case Kind.WORD:
            return (word for rule in rules.rules for word in rule.words)
        case Kind.MARK:
            return (mark for rule in rules.rules for mark in rule.marks)
    return rules.words.get("sample_marks", ())


def labels_of(rule: Rule) -> list[str]:
    """The labels of a rule in texts: names of columns too, unless they are so short that they are found everywhere."""
    return [s for s in (*rule.labels, *rule.columns) if s in rule.labels or len(s) > _SHORT_COLUMN]


def gates_of(rule: Rule) -> Iterable[str]:
    """What must stand where the pattern of a rule is tried."""
    return dict.fromkeys(literal + char for literal in rule.gate for char in rule.gate_then or ("",))


def spellings(label: str) -> Iterable[str]:
    """The ways a label is written."""
    words = [w for w in re.split(r"[ _\-]", label) if w]
    if not words or not label.isascii():
        wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in label)
        half = unicodedata.normalize("NFKC", label)
        return dict.fromkeys((label, wide, half, label.lower(), label.upper()))
    forms: dict[str, None] = {label: None}
    lower, title = [w.lower() for w in words], [w[:1].upper() + w[1:].lower() for w in words]
    for joint in ("_", "-", " ", ""):
        shouted = [*title[:-1], words[-1].upper()] if lower[-1] in _ACRONYMS else title
        for parts in (
            lower,
            title,
            [w.upper() for w in words],
            [lower[0], *title[1:]],
            shouted,
            [lower[0], *shouted[1:]],
        ):
            forms[joint.join(parts)] = None
    wide_forms = ["".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in f) for f in (label.upper(), title[0])]
    return dict.fromkeys((*forms, *(wide_forms if len(words) == 1 else ())))


class Same:
    """Rules as a key: equal to nothing but the same object."""

    __slots__ = ("rules",)

    def __init__(self, rules: RuleSet) -> None:
        self.rules = rules

    def __hash__(self) -> int:
        return id(self.rules)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.rules is self.rules


@lru_cache(maxsize=1)
def _phrases(same: Same) -> Phrases:
    return Phrases(same.rules)
