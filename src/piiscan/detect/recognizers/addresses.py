"""Recognizes Japanese addresses (JP_ADDRESS) down to the room."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from piiscan.detect.address_grammar import Address, AddressGrammar
from piiscan.detect.address_romaji import romaji_addresses
from piiscan.detect.automaton import build
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
_AFTER_LABEL = (
    r"(?:[（(][^（）()\n]{1,8}[)）])?[\"】\]]?[ 　]*[:：=＝】\]\t│｜|\" 　][\" 　]*"
    r"(?:〒?[ 　]?[0-9０-９]{3}[-－‐]?[0-9０-９]{4}[ 　]*)?"
)


class LabelPattern:
    """Finds what ``(?:label|label|...)after`` finds with IGNORECASE, which tries every label at every character: here the pattern of labels
    without case begins with a set of characters, so that `re` skips over all others, and labels with case are looked for as plain strings."""

    def __init__(self, labels: Sequence[str], after: str) -> None:
        plain = [label for label in labels if label.lower() == label.upper()]
        cased = [label for label in labels if label.lower() != label.upper()]
        self._plain = re.compile(f"(?:{'|'.join(map(re.escape, plain))}){after}") if plain else None
        self._cased = re.compile(f"(?i:{'|'.join(map(re.escape, cased))}){after}") if cased else None
        lower = {label.lower() for label in cased}
        self._lower = (
            build(sorted(w for w in lower if not any(w.startswith(o) for o in lower - {w}))) if lower else None
        )

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Matches from left to right, without overlaps."""
        found = list(self._plain.finditer(text)) if self._plain else []
        if self._cased:
            found += [match for start in self._starts(text) if (match := self._cased.match(text, start))]
        end = -1
        for match in sorted(found, key=lambda match: match.start()):
            if match.start() >= end:
                end = match.end()
                yield match

    def _starts(self, text: str) -> Iterator[int]:
        """Where labels with case may begin."""
        lower = text.lower()
        if self._lower is None or len(lower) != len(text):  # a letter that is two in lower case: look at every place
            yield from range(len(text))
            return
        for start, _, _ in self._lower.find(lower):
            yield start


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
        self._rule = own[0].id if own else None if rules.rules else "ja.address"

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Addresses in the view's text."""
        if self._rule is None:
            return
        yield from self._romaji(view.text, self._rule)
        if not japanese(view):
            return
        ready = folded(view)
        for found in self._addresses(ready.text):
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

    def _romaji(self, text: str, rule: str) -> Iterator[Candidate]:
        for start, end in romaji_addresses(text):
            evidence = ("level:block", "format:romaji")
            yield Candidate(
                entity_type=ADDRESS, start=start, end=end, score=0.7, rule=rule, recognizer=self.name, evidence=evidence
            )

    def _addresses(self, text: str) -> Iterator[Address]:
        """Addresses from left to right, none inside another; then those that a label alone speaks for."""
        found = list(self._known(text))
        yield from found
        for label in self._label_at.finditer(text):
            town = self._grammar.from_town(text, label.end())
            if town and not any(a.start < town.end and town.start < a.end for a in found):
                yield town

    def _known(self, text: str) -> Iterator[Address]:
        """Addresses that begin with a known place, from left to right, none inside another."""
        hits = sorted(self._gazetteer.find(text), key=lambda hit: (hit[0], -hit[1]))
        done = -1
        for start, end, _ in hits:
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
        if numbered and _PARCEL.search(text, found.start, found.end):
            evidence.append("negative:地番")
            score -= 0.4
        elif numbered and _KANJI_NUMBERS.search(text, found.start, found.end) and _in_statute(text, found):
            evidence.append("negative:法令")
            score -= 0.4
        before = text[max(0, found.start - 30) : found.start]
        if (label and label.lower() in self._labels) or self._label_before.search(before):
            evidence.append("label:住所")
            score += 0.2 if found.level not in ("pref", "city") else 0.1
        elif _COMPANY_BEFORE.search(before):
            evidence.append("negative:company")
            score -= 0.3
        elif found.level != "pref" and _alone(text, found):
            evidence.append("alone")
            score += 0.1
        elif found.level not in ("pref", "city") and _CONTACT_AFTER.match(text, found.end):
            evidence.append("neighbour:contact")
            score += 0.1
        return score, tuple(evidence)


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
