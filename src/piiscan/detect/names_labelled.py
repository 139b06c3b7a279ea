"""Names and readings after a label, in a labelled field, in a mail header."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from piiscan.detect.automaton import Match
from piiscan.detect.name_grammar import COMPANY_KANA, MEMO_SIZE, NameGrammar
from piiscan.detect.names_evidence import (
    GIVEN_LABELS,
    HALF_KATAKANA,
    HONORIFICS,
    KANJI,
    KATAKANA,
    LABEL_END,
    LABEL_GAP,
    NEXT_LINE,
    NOT_A_LABEL_BEFORE,
    NOT_VALUES,
    SAMPLE_NAMES,
    SURNAME_LABELS,
    WEAK_LABELS,
    is_kanji,
    is_katakana,
)
from piiscan.detect.names_prose import NameSpan

_KANA_CLASS = "ァ-ヺーぁ-ゖｦ-ﾟ"
_CELL = r"[^\s、。,，;；:：/／|｜│┃<>()（）「」『』\[\]【】\"'=＝{}㊞]"
_VALUE = re.compile(rf"{_CELL}{{1,20}}(?:[ 　]{_CELL}{{1,15}}){{0,3}}")
_LATIN_VALUE = re.compile(r"[A-Za-z][A-Za-z'\-]{0,20}\.?(?:,? [A-Za-z][A-Za-z'\-]{0,20}\.?){1,3}")
_KANA_VALUE = re.compile(rf"[{_KANA_CLASS}]{{2,20}}(?:[ 　・･][{_KANA_CLASS}]{{1,20}}){{0,3}}(?![{KANJI}])")
_NOT_READINGS = frozenset(
    (
        "カタカナ",
        "フリガナ",
        "ひらがな",
        "ふりがな",
        "メイ",
        "セイ",
        "せい",
        "めい",
        "なし",
        "ナシ",
        "オンライン",
        "ウェブ",
        "リモート",
        "オブザーバー",
        "リーダー",
        "メンバー",
        "ゲスト",
    )
)
_KANA_BESIDE = re.compile(
    rf"[ 　]?(?:様|さま|さん|氏|殿)?[ 　]?[（(〔\[]([{_KANA_CLASS}]{{2,12}}[ 　・]?[{_KANA_CLASS}]{{0,12}})[)）〕\]]"
)
_PLAIN_PAIR = re.compile(
    r"(?<![ｦ-ﾟァ-ヺー])(?:[ｦ-ﾟ]{2,12}[ 　][ｦ-ﾟ]{2,12}|[ァ-ヺー]{2,8}[ 　][ァ-ヺー]{2,8})(?![ｦ-ﾟァ-ヺー()（）])"
)
_KANA_SIGNS = frozenset(KATAKANA + HALF_KATAKANA)
_MAX_KANA = 13
_AFTER_LABELS = frozenset(' \t　\r\n（()）:：=＝|｜│┃】］]〕」>＞;；"<…‥/／')
"""Begins what may stand between a label and its value: most words that are spelled as labels are told from them by that."""
_UNKNOWN_PAIR = re.compile(rf"[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}}")
_MAILBOX = re.compile(r"<[\w.+\-=/]{1,64}@[\w.\-]{1,255}>")
_WORD_START = re.compile(r"(?<![^\s　])[^\s　]")
_BESIDE_KEY = re.compile(
    rf"[{KANJI}]{{1,5}}[ 　]?[{KANJI}ぁ-ゖ]{{1,5}}[\"',;&\s]{{1,4}}(?:tel|phone|mobile|e?mail|address|zip|postal|birth|kana|furigana)",
    re.IGNORECASE,
)
"""A name in kanji and the key of what else is told of a person: {"name": "…", "tel": …}."""
_BEFORE_NAME = re.compile("[0-9０-９]")
_BEFORE_MAILBOX = re.compile(r"[^\n<>,;:\"']{2,40}$")
_LATIN_PAIR = re.compile(r"[A-Z][A-Za-z'’\-]{1,20} [A-Z][A-Za-z'’\-]{1,20}")
_IN_KANA = re.compile(
    r"[（(](?:全角|半角)?(?:カナ|かな|フリガナ|ふりがな|カタカナ|ヨミ|ｶﾅ|ﾌﾘｶﾞﾅ)[)）](?:[（(][^（）()\n]{0,6}[)）])?[ 　:：=】\]|｜│\t\"]*$"
)
_MAX_FIELD = 100
_MAX_REST = 200
_INNER_BLANKS = (" ", "　", "  ", "　　")
"""氏　名, お 名 前: labels spread to the width of a form."""
_LINE_STARTS = frozenset(("", *"\n■□●◆○・"))
_FIELD_STARTS = frozenset(("", *"\n\t 　|｜│┃/／,、【[(（・■□●○◆*>"))
_UNIT = re.compile(
    r"(?:[^\s　、。:：（）()]{1,16}(?:部|課|室|係|局|店|センター|グループ|チーム|本社|工場|支社)|[(（][^（()）\n]{1,16}[)）])[ 　]+"
)
"""A department before the name of who belongs to it."""
_NEXT_LABEL = re.compile(r"[ 　\t]+[^\s　]{1,6}$")
NOT_PERSON = re.compile("株式会社|㈱|[(（]株[)）]|有限会社|合同会社|御中|各位|[課室]$|センター$|事務局|窓口")
_THING = re.compile("[部課室係店社局院校園館駅市県町村区場所]$")


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    kind: str
    """``strong`` (氏名), ``weak`` (担当者, name), ``gap`` (a weak one with nothing but a blank behind it) or ``kana``."""


class Labels:
    """The labels of names and of readings, and where they stand in a text."""

    def __init__(self, person: Iterable[str], kana: Iterable[str]) -> None:
        weak = frozenset(WEAK_LABELS)
        labels = {plain(label): _Label(label, "weak" if label.lower() in weak else "strong") for label in person}
        labels.update({plain(label): _Label(label, "kana") for label in kana})
        self._by_name = {key: label for key, label in labels.items() if key}
        spellings = {spelling: label for label in self._by_name.values() for spelling in _spellings(label.text)}
        self._labels = list(spellings.values())
        self._gap_labels = [replace(label, kind="gap") for label in self._labels]
        self.spellings = tuple(spellings)
        """What is looked for in texts; hits name them by number."""

    def of_field(self, label: str | None) -> _Label | None:
        """What a field's own label says."""
        if not label:
            return None
        key = plain(label)
        if found := self._by_name.get(key):
            return found
        if "氏名" in key and not key.endswith(("数", "欄")):
            return _Label("氏名", "kana" if "カナ" in key or "かな" in key else "strong")
        return None

    def values(self, text: str, hits: Iterable[Match]) -> Iterator[tuple[_Label, int]]:
        """Labels in running text with the place where their value starts; the longest label for each value."""
        found: dict[int, tuple[int, _Label]] = {}
        for start, end, number in hits:
            if text[end : end + 1] not in _AFTER_LABELS:
                continue
            label = self._labels[number]
            value = _value_start(text, start, end, label)
            if value is None and label.kind == "weak" and text[start - 1 : start] in _FIELD_STARTS:
                gap = LABEL_GAP.match(text, end)
                value = gap.end() if gap and not label.text.isascii() else None
                label = self._gap_labels[number]
            if value and (value not in found or found[value][0] < end - start):
                found[value] = (end - start, label)
        for value, (_, label) in sorted(found.items()):
            yield label, value


def plain(label: str) -> str:
    """A label without case, blanks and joining signs."""
    return re.sub(r"[\s_\-・:：*＊※]", "", label).lower()


def _spellings(label: str) -> set[str]:
    if not label.isascii():
        wide = {blank.join(label) for blank in _INNER_BLANKS} if len(label) < 4 else set()
        return {label, *wide}
    words = re.split(r"[_ \-]", label)
    forms = {
        " ".join(w.capitalize() for w in words),
        "_".join(words),
        " ".join(words),
        "-".join(words),
        "".join([words[0], *(w.capitalize() for w in words[1:])]),
    }
    return {case for form in forms for case in (form, form.upper(), form[:1].upper() + form[1:])}


def _value_start(text: str, start: int, end: int, label: _Label) -> int | None:
    """Where the value of a label starts, if this is a label."""
    before = text[start - 1] if start else ""
    if label.kind == "kana" and before in ("（", "(") and text[end : end + 1] in ("）", ")"):
        return len(text) - len(text[end + 1 :].lstrip(" 　\t"))
    if label.text.isascii():
        hump = before.islower() and text[start].isupper()
        if before.isascii() and before.isalpha() and not hump:
            return None
    elif len(label.text) < 3 and label.text != "氏名" and before and (is_kanji(before) or is_katakana(before)):
        return None
    stop = LABEL_END.match(text, end)
    if stop is None and label.kind != "weak" and before in _LINE_STARTS:
        stop = NEXT_LINE.match(text, end)
    if stop is None and label.kind != "weak" and not label.text.isascii():
        stop = LABEL_GAP.match(text, end)
    if stop is None or stop.end() == end:
        return None
    named = label.text.isascii() and _names_a_thing(text[max(0, start - 12) : start])
    return None if named else stop.end()


@lru_cache(MEMO_SIZE)
def _names_a_thing(before: str) -> bool:
    """Whether what stands before a label makes it one of a thing: file name, host_name."""
    return NOT_A_LABEL_BEFORE.search(before) is not None


class LabelledNames:
    """Reads the values of labels."""

    def __init__(self, grammar: NameGrammar, labels: Labels) -> None:
        self._grammar = grammar
        self._labels = labels
        self._person_in = lru_cache(MEMO_SIZE)(self._read_person)
        self._shown_in = lru_cache(MEMO_SIZE)(self._read_shown)

    @property
    def words(self) -> tuple[str, ...]:
        """The labels that texts are searched for."""
        return self._labels.spellings

    def find(self, text: str, hits: Iterable[Match]) -> Iterator[tuple[str, NameSpan]]:
        """(``person`` or ``kana``, span) for every label in the text with a name after it; `hits` are of `words`."""
        for label, start in self._labels.values(text, hits):
            yield from self.value(text, start, label)

    def is_label(self, value: str) -> bool:
        """Whether a cell is the head of a column of names or readings."""
        return self._labels.of_field(value) is not None

    def field(self, text: str, label: str | None) -> Iterator[tuple[str, NameSpan]]:
        """The same for a field's whole text, if its label is one of a name's."""
        found = self._labels.of_field(label)
        if found and len(text) <= _MAX_FIELD:
            yield from self.value(text, len(text) - len(text.lstrip()), found)

    def value(self, text: str, start: int, label: _Label) -> Iterator[tuple[str, NameSpan]]:
        """What stands at `start`, read as the label says."""
        kana = label.kind == "kana" or self._asks_for_kana(text, start, label)
        if kana:
            if reading := self._kana(text, start, label):
                yield "kana", reading
        elif span := self._person(text, start, label):
            yield "person", span

    def _asks_for_kana(self, text: str, start: int, label: _Label) -> bool:
        """Whether the label says カナ in brackets, or is that of a bank account, whose holders are written in kana."""
        if _IN_KANA.search(text, max(0, start - 14), start):
            return True
        return "名義" in label.text and bool(_KANA_VALUE.match(text, start)) and not text[start].isascii()

    def _person(self, text: str, start: int, label: _Label) -> NameSpan | None:
        """What :meth:`_read_person` says of the rest of the line, which is all that it looks at."""
        end = text.find("\n", start, start + _MAX_REST)
        if end < 0 and len(text) - start > _MAX_REST:
            return self._read_person(text, start, label)
        found = self._person_in(text[start : end + 1] if end >= 0 else text[start:], 0, label)
        return found and NameSpan(found.start + start, found.end + start, found.score, found.evidence)

    def _read_person(self, text: str, start: int, label: _Label) -> NameSpan | None:
        told_more = label.kind == "weak" and label.text.isascii() and _BESIDE_KEY.match(text, start) is not None
        strong = label.kind == "strong" or told_more
        evidence = (f"label:{label.text}",)
        part = "given" if label.text in GIVEN_LABELS else "surname" if label.text in SURNAME_LABELS else ""
        unit = _UNIT.match(text, start)
        if unit and not self._grammar.is_surname(unit.group().rstrip(" 　")):
            start = unit.end()
        full = None if part else self._grammar.full_name(text, start, self._grammar.surname_ends(text, start))
        if full:
            sure = full.given != "?" and (full.rank >= 5 or full.spaced)
            score = (0.95 if sure else 0.8) if strong else (0.9 if sure else 0.7)
            return NameSpan(full.start, full.end, score, (*evidence, "dictionary:surname", "dictionary:given"))
        match = _LATIN_VALUE.match(text, start) or _VALUE.match(text, start)
        if match is None:
            return None
        for value in _readings(_before_label(text, match)):
            if not value or value in NOT_VALUES or (value.isascii() and len(value.split()) < 2):
                continue  # one word in ASCII is no name
            if NOT_PERSON.search(value):
                continue
            if label.kind == "gap" and self._grammar.value_kind(value)[1] < 0.8:
                continue
            if score := self._score(value, strong, part):
                return NameSpan(start, start + len(value), score, evidence)
            if told_more and self._grammar.guessed(value) and not _THING.search(value):
                return NameSpan(start, start + len(value), 0.55, evidence)
        return None

    def _score(self, value: str, strong: bool, part: str) -> float:
        """How sure the value of a label is a name; `part` says that the label asks for one part only."""
        kind, sure = self._grammar.value_kind(value)
        if part and kind in (part, "kana"):
            return 0.6 + 0.2 * sure if kind == part or sure >= 0.5 else 0.0
        if kind == "given":
            return sure * (0.8 if strong else 0.45)
        if kind == "kana" and not strong:
            return 0.5 * sure
        if kind == "latin" and sure < 0.75 and not strong and ("," in value or SAMPLE_NAMES.search(value)):
            return 0.4
        if kind:
            return sure * (0.95 if strong else 0.85)
        if strong and _LATIN_PAIR.fullmatch(value):
            return 0.6
        if value.isascii() or _THING.search(value):
            return 0.0
        if _UNKNOWN_PAIR.fullmatch(value) and (strong or self._grammar.guessed(value) > 0.5):
            return 0.6
        if self._grammar.surname_and_more(value):
            return 0.7 if strong else 0.55
        guess = self._grammar.guessed(value)
        return 0.4 + 0.3 * guess if guess >= 0.4 else 0.0

    def _kana(self, text: str, start: int, label: _Label) -> NameSpan | None:
        match = _KANA_VALUE.match(text, start)
        if match is None:
            return None
        value = _before_label(text, match).rstrip(" 　")
        if COMPANY_KANA.search(unicodedata.normalize("NFKC", value)) or value in _NOT_READINGS:
            return None
        sure = self._grammar.kana_value(value)
        known = ("dictionary:kana",) if sure else ()
        return NameSpan(start, start + len(value), 0.6 + 0.35 * sure, (f"label:{label.text}", *known))

    def beside(self, text: str, end: int) -> NameSpan | None:
        """The reading in brackets after a name that ends here."""
        match = _KANA_BESIDE.match(text, end)
        if match is None or match.group(1) in _NOT_READINGS:
            return None
        sure = self._grammar.kana_value(match.group(1)) or self._grammar.kana_guessed(match.group(1))
        return NameSpan(match.start(1), match.end(1), 0.4 + 0.45 * sure, ("neighbour:PERSON",)) if sure else None

    def kana_pairs(self, text: str, gaps: Iterable[Match]) -> Iterator[NameSpan]:
        """Surname and given name in kana with a gap, without a label; `gaps` are kana with a blank."""
        done = 0
        for place, end, _ in gaps:
            if text[end : end + 1] not in _KANA_SIGNS:
                continue
            start, least = place, max(done, place - _MAX_KANA)
            while start > least and text[start - 1] in _KANA_SIGNS:
                start -= 1
            match = _PLAIN_PAIR.match(text, start)
            if match is None:
                continue
            done = match.end()
            if len(match.group()) > 5 and self._grammar.kana_value(match.group()) >= 0.95:
                half = match.group()[0] >= "ｦ"
                yield NameSpan(match.start(), match.end(), 0.6 if half else 0.5, ("dictionary:kana",))

    def mailboxes(self, text: str) -> Iterator[NameSpan]:
        """Display names before ``<address@domain>``."""
        if "@" not in text:
            return
        for match in _MAILBOX.finditer(text):
            end = len(text[max(0, match.start() - 3) : match.start()].rstrip(" \t\"'")) + max(0, match.start() - 3)
            shown = _BEFORE_MAILBOX.search(text, max(0, end - 40), end)
            if shown:
                yield from self._shown(text, shown.start(), shown.end())

    def _shown(self, text: str, start: int, end: int) -> Iterator[NameSpan]:
        first = start - 1 if start else 0  # the character before says whether a word starts here
        if found := self._shown_in(text[first:end], start - first):
            yield NameSpan(found.start + first, found.end + first, found.score, found.evidence)

    def _read_shown(self, text: str, start: int) -> NameSpan | None:
        end = len(text)
        for word in (m for n, m in enumerate(_WORD_START.finditer(text, start, end)) if n < 4):
            value = without_honorific(text[word.start() : end].strip(" \t　"))
            kind, sure = self._grammar.value_kind(value)
            if not kind and not _BEFORE_NAME.search(value):
                sure = self._grammar.guessed(value) * 1.3
            if sure >= 0.5 and not NOT_PERSON.search(value):
                weight = 0.95 if kind in ("full", "latin") else 0.75
                return NameSpan(word.start(), word.start() + len(value), sure * weight, ("neighbour:EMAIL_ADDRESS",))
        return None


def _before_label(text: str, match: re.Match[str]) -> str:
    """The value without its last word, where that is the label of what comes next: 姓：山田　名：花子."""
    value = match.group()
    if text[match.end() : match.end() + 1] in ("：", ":", "】", "]"):
        return _NEXT_LABEL.sub("", value)
    return value


def _readings(value: str) -> Iterator[str]:
    """The value as a name, then without what follows its second and its first word."""
    value = value.rstrip(" 　,")
    yield without_honorific(value)
    words = list(_WORD_START.finditer(value))
    for count in (2, 1):
        if len(words) > count:
            yield without_honorific(value[: words[count].start()].rstrip(" 　,"))


def is_thing(value: str) -> bool:
    """Whether a value ends as departments, shops and places do."""
    return bool(_THING.search(value))


def without_honorific(value: str) -> str:
    """The value without the honorific at its end."""
    if not value.endswith(HONORIFICS):
        return value
    for honorific in HONORIFICS:
        if value.endswith(honorific) and len(value) > len(honorific) + 1:
            return value[: -len(honorific)].rstrip(" 　")
    return value
