"""Recognizes persons' names (PERSON) and their readings (JP_NAME_KANA)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from piiscan.detect.automaton import Match
from piiscan.detect.checks import given_name, kana_name, person_name, surname
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_evidence import KANA_LABELS, PERSON_LABELS, SAMPLE_NAMES, WEAK_LABELS
from piiscan.detect.names_hits import NameHits, NameWords
from piiscan.detect.names_judge import JudgedNames, NameModel
from piiscan.detect.names_labelled import LabelledNames, Labels
from piiscan.detect.names_latin import ANCHORS as LATIN_ANCHORS
from piiscan.detect.names_latin import LatinNames
from piiscan.detect.names_likeness import Likeness
from piiscan.detect.names_lists import LIST_LABELS, ListedNames
from piiscan.detect.names_near import ANCHORS, NearNames
from piiscan.detect.names_prose import NameSpan, ProseNames, best
from piiscan.detect.names_rows import NameRows
from piiscan.detect.sudachi import Judge
from piiscan.detect.variants import FoldedText, fold_variants, may_be_japanese
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate, SegmentKind
from piiscan.protocols import Recognizer, Validator
from piiscan.rules.model import RuleSet

PERSON, KANA = "PERSON", "JP_NAME_KANA"
_KINDS = {"person": PERSON, "kana": KANA}
_ends = itemgetter(1)
_SAMPLE_REACH = 20
"""How far an example may be announced before a name, in characters."""
_KNOWN = 0.8
"""Names that a label or an address makes as sure as this are not asked about again."""
DEEP_BELOW = 0.45
"""Profiles with a lower threshold for names have the whole text read by Sudachi: about 1 MB/s."""


def folded(view: TextView) -> FoldedText:
    """The view's text as the dictionaries need it, computed once."""
    return view.once("folded", lambda v: fold_variants(v.text))


def japanese(view: TextView) -> bool:
    """Whether the view's text may hold anything written in Japanese, computed once: what only looks for that leaves others alone."""
    return view.once("japanese", lambda v: may_be_japanese(v.text))


class NameRecognizer:
    """Labels first, then dictionary hits with evidence, then (where the profile wants it) everything that Sudachi calls a name."""

    name = "names"
    entity_types: tuple[str, ...] = (PERSON, KANA)

    def __init__(self, rules: RuleSet, model: NameModel | None = None) -> None:
        lexicon = Lexicon.load()
        grammar = NameGrammar(lexicon)
        judge = Judge()
        self._lexicon = lexicon
        self._labelled = LabelledNames(grammar, Labels(_labels(rules, PERSON), _labels(rules, KANA)))
        self._prose = ProseNames(lexicon, grammar, judge)
        likeness = Likeness(lexicon, grammar, judge)
        self._near = NearNames(lexicon, grammar, likeness)
        self._lists = ListedNames(lexicon, grammar, likeness)
        self._rows = NameRows(lexicon, grammar, likeness.of, self._labelled.is_label)
        self._latin = LatinNames(lexicon)
        self._judged = JudgedNames(lexicon, model or NameModel.load())
        self._words = NameWords(
            lexicon, labels=self._labelled.words, lists=LIST_LABELS, near=ANCHORS, latin=tuple(LATIN_ANCHORS)
        )
        self._whole = rules.profile.threshold(PERSON) < DEEP_BELOW
        self._rules = {PERSON: _rule(rules, PERSON, "ja.person"), KANA: _rule(rules, KANA, "ja.name_kana")}

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Names and readings in the view's text."""
        ready = folded(view)
        hits = self._words.find(ready.text)
        found = list(self._spans(view, ready, hits))
        found += [(PERSON, span) for span in self._company(view, ready.text, found, hits)]
        places = {span.start for _, span in found}
        found += [(_KINDS[kind], span) for kind, span in self._rows.find(ready.text, places)]
        person = best(span for kind, span in found if kind == PERSON)
        if beside := list(self._latin.beside(ready.text, person)):
            person = best([*person, *beside])
        kana = best([*(span for kind, span in found if kind == KANA), *self._readings(ready.text, person)])
        person = _without_readings(person, kana)
        yield from self._candidates(ready, PERSON, person, hits.samples)
        yield from self._candidates(ready, KANA, kana, hits.samples)

    def _spans(self, view: TextView, ready: FoldedText, hits: NameHits) -> Iterator[tuple[str, NameSpan]]:
        text, segment = ready.text, view.segment
        label = segment.label or ("author" if segment.kind is SegmentKind.PROPERTY else None)
        for kind, span in self._labelled.field(text, label):
            yield _KINDS[kind], span
        labelled = list(self._labelled.find(text, hits.labels))
        shown = list(self._labelled.mailboxes(text))
        for kind, span in labelled:
            yield _KINDS[kind], span
        for span in (*shown, *self._latin.find(text, hits.latin)):
            yield PERSON, span
        if segment.kind is SegmentKind.NAME:
            for span in (*self._latin.in_file_name(text), *self._lists.in_file_name(text)):
                yield PERSON, span
        if not japanese(view):
            return
        bonus = 0.1 if segment.kind is SegmentKind.NAME else 0.0
        known = {span[:2] for span in (*(span for _, span in labelled), *shown) if span.score >= _KNOWN}
        spans, reading = self._prose.find(text, ready.judged, hits, known=known, whole=self._whole)
        for span in self._judged.decide(text, reading, spans):
            lifted = bonus and "dictionary:given" in span.evidence
            yield PERSON, span._replace(score=span.score + bonus) if lifted else span
        for span in self._labelled.kana_pairs(text, hits.kana_gaps):
            yield KANA, span

    def _company(
        self, view: TextView, text: str, found: Iterable[tuple[str, NameSpan]], hits: NameHits
    ) -> Iterator[NameSpan]:
        """Names that those found so far, or what is around them, speak for."""
        if text.isascii():
            return
        known = best(span for kind, span in found if kind == PERSON)
        near = list(self._lists.find(text, known, hits.lists))
        if not japanese(view):
            yield from near
            return
        near += self._near.find(text, hits.near)
        yield from near
        known = best([*known, *near]) if near else known
        yield from self._near.mentions(text, known, hits.surnames)

    def _readings(self, text: str, persons: Iterable[NameSpan]) -> Iterator[NameSpan]:
        for person in persons:
            if person.score >= 0.4 and (reading := self._labelled.beside(text, person.end)):
                yield reading

    def _candidates(
        self, ready: FoldedText, entity_type: str, spans: Iterable[NameSpan], samples: Sequence[Match]
    ) -> Iterator[Candidate]:
        rule = self._rules[entity_type]
        if rule is None:
            return
        for span in spans:
            start, end = ready.span(span.start, span.end)
            evidence, score = _sample(ready.text, span, samples)
            yield Candidate(
                entity_type=entity_type,
                start=start,
                end=end,
                score=round(min(score, 0.98), 3),
                rule=rule,
                recognizer=self.name,
                evidence=evidence,
            )


def _without_readings(persons: list[NameSpan], readings: list[NameSpan]) -> list[NameSpan]:
    """The persons without names in kana that are better read as the reading that stands there. Both come sorted and without overlaps."""
    ends = [reading.end for reading in readings]
    kept: list[NameSpan] = []
    for name in persons:
        index = bisect_right(ends, name.start)
        while index < len(readings) and readings[index].start < name.end and readings[index].score <= name.score:
            index += 1
        if index == len(readings) or readings[index].start >= name.end:
            kept.append(name)
    return kept


def _sample(text: str, span: NameSpan, samples: Sequence[Match]) -> tuple[tuple[str, ...], float]:
    """Evidence and score, with ``sample`` where the name is one of those that forms are explained with.

    `samples` are words that announce an example.
    """
    surface = text[span.start : span.end]
    before = bisect_right(samples, span.start, key=_ends) - 1 if samples else -1
    if before >= 0:
        start, end, _ = samples[before]
        if start >= span.start - _SAMPLE_REACH and "\n" not in text[end : span.start]:
            return (*span.evidence, "sample"), span.score - 0.15
    if SAMPLE_NAMES.search(surface):
        return (*span.evidence, "sample"), span.score - (0.15 if surface.isascii() else 0.0)
    return span.evidence, span.score


def _labels(rules: RuleSet, entity_type: str) -> list[str]:
    found = list(PERSON_LABELS) + sorted(WEAK_LABELS) if entity_type == PERSON else list(KANA_LABELS)
    for rule in rules.rules:
        if rule.entity_type == entity_type:
            found += [*rule.labels, *rule.columns]
    return [label for label in dict.fromkeys(found) if len(label) > 1 or label in WEAK_LABELS]


def _rule(rules: RuleSet, entity_type: str, default: str) -> str | None:
    """The rule that candidates name; None when rules are in force and none is for this type: it was switched off."""
    if not rules.rules:
        return default
    return next((rule.id for rule in rules.rules if rule.entity_type == entity_type), None)


@hookimpl
def piiscan_recognizers() -> Iterable[Callable[[RuleSet], Recognizer]]:
    """This recognizer."""
    return [NameRecognizer]


@hookimpl
def piiscan_validators() -> Mapping[str, Validator]:
    """Checks that rules may name."""
    return {"person_name": person_name, "surname": surname, "given_name": given_name, "kana_name": kana_name}
