"""Labels: the words beside a value that say what it is. They are found with the other fixed
strings of the rules in one pass (:mod:`piiscan.detect.phrases`).

Labels of Latin letters are found in the spellings that programs use: ``kaiin_no`` also as ``KAIIN_NO``, ``kaiinNo``, ``kaiin-no``, ``Kaiin No``.
Where labels overlap the longest wins, so 銀行口座番号 is not also 番号.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from piiscan.detect.automaton import Match
from piiscan.detect.phrases import Kind, Phrases, labels_of, spellings
from piiscan.detect.view import TextView
from piiscan.rules.model import RuleSet

GAP = (
    r"(?>[（(［\[][^（()）\[\]［］\n]{0,24}[)）\]］]|</?[A-Za-z][^<>\n]{0,60}>|番号|コード|です|[Nn]umber|[Cc]ode|NO|[Nn]o|ＮＯ|[Ii][Dd]"
    r"|[\s:：;=＝\-－ー―|｜│┃┆¦,，、/／…‥．.・\"'“”‘’「」『』【】\[\]［］<>＜＞〈〉《》*＊※→⇒＿_#＃№&（()）`はがの第])*+"
)
"""What may stand between a label and its value."""
_GAP = re.compile(GAP)
_BREAK = re.compile(r"[\n。0-9０-９]")
MAX_GAP = 48
"""How far a value may be from its label."""
_LOOSE_GAP = 24
LOOSE = 0.6
"""How strongly a label in the same line speaks for a value, where one right beside it is 1."""
_DELIMITERS = frozenset(":：=＝\t|｜│┃¦,，】」』］]>＞)）　 \n\"'")
_DECORATION = re.compile(r"[（(［\[【<＜].{0,20}?[)）\]］】>＞]|[※*＊:：?？!！#＃\"'「」『』【】\s_\-./・]+")


class LabelHit(NamedTuple):
    """A label in a text: where, its spelling in the rules, and the rules it belongs to."""

    start: int
    end: int
    label: str
    rules: frozenset[str]


_hit: Callable[[tuple[int, int, str, frozenset[str]]], LabelHit] = partial(tuple.__new__, LabelHit)
"""Half the time of calling the class: most of the time that labels take goes into making these."""


class _Spelling(NamedTuple):
    """One spelling of a label: the rules it belongs to, and what must be looked at where it is found."""

    label: str
    rules: frozenset[str]
    latin_start: bool
    capital_start: bool
    latin_end: bool
    small_end: bool
    lone: bool


class Hits:
    """All labels of a segment in text order; `ends` for bisecting.

    They are kept by the rules they belong to as well: few groups, of which most questions concern none.
    """

    __slots__ = ("_asked", "_groups", "ends", "items")

    def __init__(self, items: Sequence[LabelHit]) -> None:
        self.items = items
        self.ends = [hit[1] for hit in items]
        self._groups: dict[frozenset[str], list[LabelHit]] = {}
        for hit in items:
            group = self._groups.get(hit[3])
            if group is None:
                self._groups[hit[3]] = [hit]
            else:
                group.append(hit)
        self._asked: dict[frozenset[str], tuple[list[int], list[int]]] = {}

    def of(self, rules: frozenset[str]) -> list[LabelHit]:
        """The labels of some rules."""
        groups = [group for key, group in self._groups.items() if not key.isdisjoint(rules)]
        if len(groups) == 1:
            return groups[0]
        return sorted((hit for group in groups for hit in group), key=itemgetter(0))

    def spans(self, rules: frozenset[str]) -> tuple[list[int], list[int]]:
        """The starts and the ends of the labels of some rules."""
        known = self._asked.get(rules)
        if known is None:
            mine = self.of(rules)
            known = self._asked[rules] = ([hit[0] for hit in mine], [hit[1] for hit in mine])
        return known


class LabelIndex:
    """The labels and columns of a rule set. Immutable after it is built."""

    def __init__(self, rules: RuleSet) -> None:
        owners: dict[str, set[str]] = {}
        names: dict[str, str] = {}
        columns: dict[str, set[str]] = {}
        for rule in rules.rules:
            for label in (*rule.labels, *rule.columns):
                columns.setdefault(normal_header(label), set()).add(rule.id)
            for label in labels_of(rule):
                for spelling in spellings(label):
                    owners.setdefault(spelling, set()).add(rule.id)
                    names.setdefault(spelling, label)
        self._columns = {key: frozenset(value) for key, value in columns.items() if key}
        self._japanese = tuple(k for k in self._columns if len(k) > 1 and not k.isascii())
        self._phrases = Phrases.of(rules)
        self._spellings = {
            number: _Spelling(
                names[s],
                frozenset(owners[s]),
                latin_start=s[0] in _LATIN,
                capital_start=s[0] in _CAPITALS,
                latin_end=s[-1] in _LATIN,
                small_end=s[-1] in _SMALL,
                lone=len(s) == 1,
            )
            for number, s in self._phrases.strings(Kind.LABEL).items()
        }
        self._key = f"labels:{rules.digest}"

    def hits(self, view: TextView) -> Hits:
        """The labels in a segment, found once."""
        return view.once(self._key, self._find)

    def _find(self, view: TextView) -> Hits:
        return Hits(self._checked(view.text, self._phrases.found(view, Kind.LABEL)))

    def _checked(self, text: str, matches: Iterable[Match]) -> list[LabelHit]:
        size, spelled, hits = len(text), self._spellings, []
        for start, end, number in matches:
            label, rules, latin_start, capital_start, latin_end, small_end, lone = spelled[number]
            # Most of what is found is inside of a word.
            if latin_start and start and (c := text[start - 1]) in _LATIN and (c not in _SMALL or not capital_start):
                continue
            if latin_end and end < size:
                c = text[end]
                if c in _SMALL or (c in _CAPITALS and not small_end) or (c in "_-" and _goes_on(text, end)):
                    continue
            if lone and text[start].isalpha() and not _stands_alone(text, start, end):
                continue
            hits.append(_hit((start, end, label, rules)))
        return hits

    def field(self, view: TextView) -> frozenset[str]:
        """The rules whose label the whole segment carries (JSON member, form field, mail header)."""
        label = view.segment.label
        return self.header(label) if label else frozenset()

    def header(self, name: str) -> frozenset[str]:
        """The rules that a column or field of this name speaks for: the same name, else the longest known name it ends with or holds."""
        key = normal_header(name)
        exact = self._columns.get(key)
        if exact:
            return exact
        plain = key.rstrip("0123456789")
        if plain in self._columns:
            return self._columns[plain]
        words = _words(name)
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length, -1, -1):
                found = self._columns.get("".join(words[start : start + length]))
                if found and (length > 1 or len(words[start]) > 2):
                    return found
        if key.isascii():
            return frozenset()
        japanese = [k for k in self._japanese if k in key]
        return self._columns[max(japanese, key=lambda k: (key.endswith(k), len(k), k))] if japanese else frozenset()


def _words(name: str) -> list[str]:
    """customerTel_1 -> customer, tel; only of Latin names."""
    name = unicodedata.normalize("NFKC", name)
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)] if name.isascii() else []


def normal_header(name: str) -> str:
    """A header without marks such as (任意), ※, blanks and underscores; half width, lower case."""
    folded = unicodedata.normalize("NFKC", name)
    return _DECORATION.sub("", folded).lower() or folded.strip().lower()


_SMALL = frozenset(chr(c) for low, high in ("az", "ａｚ") for c in range(ord(low), ord(high) + 1))
_CAPITALS = frozenset(chr(c) for low, high in ("AZ", "ＡＺ") for c in range(ord(low), ord(high) + 1))
_LATIN = _SMALL | _CAPITALS


def _goes_on(text: str, end: int) -> bool:
    """Whether a name of a program goes on after an underscore or hyphen: ``password_hash`` is not ``password``."""
    return text[end] in "_-" and text[end + 1 : end + 2] in _LATIN


def _stands_alone(text: str, start: int, end: int) -> bool:
    """For labels of one character: something must part them from the word before, and a delimiter must follow."""
    before = text[start - 1] if start else "\n"
    return (not before.isalnum() or before.isascii()) and end < len(text) and text[end] in _DELIMITERS


class Labelled(NamedTuple):
    """How a label speaks for a value: `strength` 1 beside it, 0.6 in the same line, 0 not; `label` its name."""

    strength: float
    label: str


NOT_LABELLED = Labelled(0.0, "")


def before(hits: Hits, text: str, rule: str, start: int) -> Labelled:
    """How the labels before `start` speak for a rule."""
    edge = start
    for index in range(bisect_right(hits.ends, start) - 1, -1, -1):
        hit = hits.items[index]
        if start - hit.end > MAX_GAP:
            break
        beside = bridges(text, hit.end, edge)
        if rule in hit.rules:
            if beside:
                return Labelled(1.0, hit.label)
            gap = text[hit.end : start]
            loose = edge == start and len(gap) <= _LOOSE_GAP and not _BREAK.search(gap)
            return Labelled(LOOSE, hit.label) if loose else NOT_LABELLED
        if not beside:
            break
        edge = hit.start
    return NOT_LABELLED


def nearest(hits: Hits, text: str, start: int) -> LabelHit | None:
    """The label right before `start`, if nothing but punctuation is between."""
    index = bisect_right(hits.ends, start) - 1
    if index < 0 or not bridges(text, hits.items[index].end, start):
        return None
    return hits.items[index]


def bridges(text: str, end: int, start: int) -> bool:
    """Whether only punctuation, blanks, remarks in brackets and particles are between a label and a value."""
    if start - end > MAX_GAP:
        return False
    return text.count("\n", end, start) <= 2 and _GAP.fullmatch(text, end, start) is not None


def value_start(text: str, end: int) -> int:
    """Where the value of a label that ends at `end` begins."""
    match = _GAP.match(text, end, end + MAX_GAP)
    return match.end() if match else end
