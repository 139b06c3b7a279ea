"""Recognizes Japanese addresses (JP_ADDRESS) down to the room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import NamedTuple

from piiscan.detect.address_grammar import Address, AddressGrammar
from piiscan.detect.address_romaji import SIGNS, romaji_addresses
from piiscan.detect.automaton import Automaton, build
from piiscan.detect.checks import address
from piiscan.detect.gazetteer import Gazetteer
from piiscan.detect.names_evidence import words
from piiscan.detect.recognizers.names import folded, japanese
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate
from piiscan.protocols import Recognizer, Validator
from piiscan.rules.model import RuleSet

ADDRESS = "JP_ADDRESS"
LABELS = words(
    """
    住所 現住所 ご住所 所在地 居所 本籍 お届け先 届け先 送付先 配送先 本籍地 address addr jusho
    """
)
_LEVEL = {"pref": 0.15, "city": 0.25, "town": 0.38, "block": 0.5, "room": 0.55}
_PARCEL = re.compile("[一二三四五六七八九]?[百千][一二三四五六七八九十百]*番")
"""Parcels of land as statutes and notices write them: not how people write where they live."""


_KANJI_NUMBERS = re.compile("[一二三四五六七八九十百](?:丁目|番地?|号)")
_STATUTE = re.compile("平方メートル|この法律|この政令|この省令|法律第|政令第|省令第|告示第|附[ 　]則|別表")
_COMPANY_BEFORE = re.compile(
    r"(?:本社|本店|本部|支社|支店|営業所|事業所|工場|倉庫|店舗|会社所在地|登記上)(?:住所|所在地)?[ 　]*[:：│｜|\t][ 　]*"
    r"(?:〒?[ 　]?[0-9０-９]{3}[-－‐]?[0-9０-９]{4}[ 　]*)?$"
)
"""Where a company is, not where somebody lives."""


_CONTACT_AFTER = re.compile(
    r"[ 　,、\t\n|｜│/／]{1,4}(?:(?:TEL|Tel|tel|電話|℡|携帯)(?:番号)?[ 　:：.]*)?[(（]?[0０][0-9０-９]{1,4}[-－−‐(（)）][0-9０-９]"
)
"""A telephone number right behind: who can be reached there has an address."""
_BEHIND = " \t\r\n\x0b\x0c\xa0\u2002\u2003\u2009　:：=＝\"'】］]」|｜、,〒0123456789０１２３４５６７８９-－"
"""What may stand between a label and an address."""
_LABEL_SIGNS = frozenset(":：│｜|\t")
_AFTER_LABEL = (
    r"(?:[（(][^（）()\n]{1,8}[)）])?[\"】\]]?[ 　]*[:：=＝】\]\t│｜|\" 　][\" 　]*"
    r"(?:〒?[ 　]?[0-9０-９]{3}[-－‐]?[0-9０-９]{4}[ 　]*)?"
)


_PREFIX = 4
_FORMS = {"s": "sSſ", "k": "kKK"}
"""Letters that IGNORECASE takes for one, where they are more than a small and a large one."""


class LabelPattern:
    """Finds what ``(?:label|label|...)after`` finds with IGNORECASE, which tries every label at every character: here labels without case, and the
    first letters of the others in every case, are looked for as plain strings."""

    def __init__(self, labels: Sequence[str], after: str) -> None:
        plain = [label for label in labels if label.lower() == label.upper()]
        cased = [label for label in labels if label.lower() != label.upper()]
        parts = [*map(re.escape, plain), *([f"(?i:{'|'.join(map(re.escape, cased))})"] if cased else [])]
        self._label = re.compile(f"(?:{'|'.join(parts)}){after}")
        self.signs = tuple(dict.fromkeys((*plain, *(form for label in cased for form in _cases(label[:_PREFIX])))))
        """What every label begins with."""

    @cached_property
    def _automaton(self) -> Automaton | None:
        return build(self.signs) if self.signs else None

    def finditer(self, text: str, starts: Iterable[int] | None = None) -> Iterator[re.Match[str]]:
        """Matches from left to right, without overlaps. `starts` are the places of `signs`, where somebody has looked for them already."""
        if starts is None:
            starts = (start for start, _, _ in self._automaton.find(text)) if self._automaton else ()
        end = -1
        for start in sorted(set(starts)):
            if start >= end and (match := self._label.match(text, start)):
                end = match.end()
                yield match


def _cases(prefix: str) -> Iterator[str]:
    """Every way to write the letters in small and large."""
    forms = (_FORMS.get(c.lower(), "".join(dict.fromkeys((c.lower(), c.upper())))) for c in prefix)
    return map("".join, product(*forms))


class _Hits(NamedTuple):
    """What one pass over a text found: places, where labels may begin, signs of addresses in Latin letters."""

    places: list[tuple[int, int]]
    labels: list[int]
    romaji: list[tuple[int, str]]


class AddressRecognizer:
    """Starts at a prefecture or municipality of the postal data and reads on as far as the address goes."""

    name = "addresses"
    entity_types: tuple[str, ...] = (ADDRESS,)

    def __init__(self, rules: RuleSet) -> None:
        self._gazetteer = Gazetteer.load()
        self._grammar = AddressGrammar(self._gazetteer)
        own = [rule for rule in rules.rules if rule.entity_type == ADDRESS]
        labels = sorted(
            {*LABELS, *(label for rule in own for label in (*rule.labels, *rule.columns))}, key=len, reverse=True
        )
        self._labels = frozenset(label.lower() for label in labels)
        joined = "|".join(map(re.escape, labels))
        self._label_before = re.compile(
            rf"(?:{joined})(?:[はが]、?)?[\s　:：=＝\"'】］\]」|｜、,〒\d\-－]{{0,16}}$", re.IGNORECASE
        )
        self._label_at = LabelPattern(labels, _AFTER_LABEL)
        bare = {label.lower().rstrip(_BEHIND) for label in labels} - {""}
        self._ends = (*bare, *(f"{label}{particle}" for label in bare for particle in "はが"))
        self._words = tuple(dict.fromkeys((*self._label_at.signs, *SIGNS)))
        self._signs = frozenset(self._label_at.signs)
        self._romaji_signs = frozenset(SIGNS)
        self._rule = own[0].id if own else None if rules.rules else "ja.address"

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Addresses in the view's text."""
        if self._rule is None:
            return
        if not japanese(view):
            yield from self._romaji(view.text, self._rule, None)
            return
        ready = folded(view)
        hits = self._find(ready.text)
        yield from self._romaji(view.text, self._rule, hits.romaji if ready.text == view.text else None)
        for found in self._addresses(ready.text, hits):
            start, end = ready.span(found.start, found.end)
            score, evidence = self._weigh(ready.text, found, view.segment.label)
            yield Candidate(
                entity_type=ADDRESS,
                start=start,
                end=end,
                score=round(min(score, 0.97), 3),
                rule=self._rule,
                recognizer=self.name,
                evidence=evidence,
            )

    @cached_property
    def _automaton(self) -> Automaton:
        return self._gazetteer.automaton(self._words)

    def _find(self, text: str) -> _Hits:
        found = _Hits([], [], [])
        size = self._gazetteer.size
        for start, end, number in self._automaton.find(text):
            if number < size:
                found.places.append((start, end))
                continue
            word = self._words[number - size]
            if word in self._signs:
                found.labels.append(start)
            if word in self._romaji_signs:
                found.romaji.append((start, word))
        return found

    def _romaji(self, text: str, rule: str, signs: list[tuple[int, str]] | None) -> Iterator[Candidate]:
        for start, end in romaji_addresses(text, signs):
            evidence = ("level:block", "format:romaji")
            yield Candidate(
                entity_type=ADDRESS, start=start, end=end, score=0.7, rule=rule, recognizer=self.name, evidence=evidence
            )

    def _addresses(self, text: str, hits: _Hits) -> Iterator[Address]:
        """Addresses from left to right, none inside another; then those that a label alone speaks for."""
        found = list(self._known(text, hits.places))
        yield from found
        for label in self._label_at.finditer(text, hits.labels):
            town = self._grammar.from_town(text, label.end())
            if town and not any(a.start < town.end and town.start < a.end for a in found):
                yield town

    def _known(self, text: str, places: list[tuple[int, int]]) -> Iterator[Address]:
        """Addresses that begin with a known place, from left to right, none inside another."""
        done = -1
        for start, end in sorted(places, key=lambda hit: (hit[0], -hit[1])):
            if start < done:
                continue
            if text[start:end] in self._gazetteer.prefectures:
                found = self._grammar.from_prefecture(text, start, end)
            else:
                found = self._grammar.from_city(text, start, end)
            yield found
            done = found.end if found.level != "pref" else end

    def _weigh(self, text: str, found: Address, label: str | None) -> tuple[float, tuple[str, ...]]:
        score = _LEVEL[found.level]
        evidence = [f"level:{found.level}"]
        numbered = found.level in ("block", "room")
        if found.town:
            evidence.append("dictionary:town")
            score += 0.15 if numbered else 0.0
        if found.prefecture:
            evidence.append("dictionary:prefecture")
            score += 0.1 if numbered or found.town or found.level == "town" else 0.0
        if numbered and not found.strong:
            score -= 0.05
        if not found.unique and not found.prefecture:
            score -= 0.05 if found.town else 0.15
        if numbered and _parcel(text, found):
            evidence.append("negative:地番")
            score -= 0.4
        elif numbered and _KANJI_NUMBERS.search(text, found.start, found.end) and _in_statute(text, found):
            evidence.append("negative:法令")
            score -= 0.4
        before = text[max(0, found.start - 30) : found.start]
        if (label and label.lower() in self._labels) or self._after_label(before):
            evidence.append("label:住所")
            score += 0.2 if found.level not in ("pref", "city") else 0.1
        elif not _LABEL_SIGNS.isdisjoint(before) and _COMPANY_BEFORE.search(before):
            evidence.append("negative:company")
            score -= 0.3
        elif found.level != "pref" and _alone(text, found):
            evidence.append("alone")
            score += 0.1
        elif found.level not in ("pref", "city") and _CONTACT_AFTER.match(text, found.end):
            evidence.append("neighbour:contact")
            score += 0.1
        return score, tuple(evidence)

    def _after_label(self, before: str) -> bool:
        """Whether a label ends a text, with no more than signs and digits behind it; what the expression would say, which costs more."""
        bare = before.lower().rstrip(_BEHIND)
        return bare.endswith(self._ends) and self._label_before.search(before) is not None


def _parcel(text: str, found: Address) -> bool:
    some = text.find("百", found.start, found.end) >= 0 or text.find("千", found.start, found.end) >= 0
    return some and _PARCEL.search(text, found.start, found.end) is not None


def _alone(text: str, found: Address) -> bool:
    """Whether nothing else stands in its cell; for an address with numbers, in its line."""
    numbered = found.level in ("block", "room")
    line = text.rfind("\n", 0, found.start) + 1 if numbered else 0
    stop = text.find("\n", found.end) if numbered else -1
    rest = text[found.end : stop if stop >= 0 else len(text)]
    return not text[line : found.start].strip(" \t\r\n　〒0123456789-－\"'") and not rest.strip(" \t\r\n　\"'")


def _in_statute(text: str, found: Address) -> bool:
    """Whether the text around is one of law, or a list of plots of land."""
    return bool(_STATUTE.search(text, max(0, found.start - 300), found.end + 200))


@hookimpl
def piiscan_recognizers() -> Iterable[Callable[[RuleSet], Recognizer]]:
    """This recognizer."""
    return [AddressRecognizer]


@hookimpl
def piiscan_validators() -> Mapping[str, Validator]:
    """Checks that rules may name."""
    return {"address": address}
