"""Names by a phrase beside them: those who introduce themselves, speakers, parties of a contract, families; and later mentions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from piiscan.detect.automaton import Match
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_evidence import (
    KANJI,
    NOT_VALUES,
    RANKS,
    ends_word,
    is_kanji,
    not_name_after,
    starts_word,
    words,
)
from piiscan.detect.names_likeness import Likeness
from piiscan.detect.names_prose import THINGS, NameSpan

_POLITE = frozenset(words("様 さま さん 氏 殿"))
_RANKS = words("取締役 社長 部長 課長 係長 主任 店長")
_LEADERS = frozenset(
    (*_RANKS, *words("所長 センター長 支店長 主査 代表取締役 代表 主事 参事 部員 担当 専務 常務 会長 次長 室長"))
)
_SELF = words("です。 です、 です！ です! です\\n でございます と申し と言い といいます".replace("\\n", ""))
_OURS = words("弊社の 当社の 当方の 弊部の 弊課の")
_FAMILY = frozenset(
    words("妻 夫 長男 次男 二男 三男 長女 次女 二女 三女 実父 実母 義父 義母 父 母 祖父 祖母 孫 兄 弟 姉 妹 子 続柄")
)
_PARTIES = words("（以下 (以下")
_SURNAME_LABELS = frozenset(words("姓 氏 苗字 名字"))
_LABEL_ENDS = words("長： 長: 者： 者: 員： 員: 師： 師: 士： 士: 係： 係: 役： 役: 当： 当:")
"""Ends of labels that ask for a person: 看護師長：, 対応者：."""
ANCHORS = tuple(
    {*_LABEL_ENDS, *_POLITE, *_LEADERS, *_SELF, "です\n", "です\r", *_OURS, *_FAMILY, *_PARTIES, *_SURNAME_LABELS}
)
"""Looked for all at once; then names are read before or after them."""
_SPEAKER = re.compile(rf"\n[ 　・→>\-]*(?P<name>[{KANJI}]{{1,5}})(?P<role>[^\s：:]{{0,6}})[：:](?=[^\n])")
_GREETING = re.compile("お世話|お疲れ|いつも|はじめまして|初めまして|株式会社|㈱")
_AFTER_OURS = re.compile(rf"(?P<name>[{KANJI}]{{1,5}})(?=まで|が|より|から|に|と|です|宛)")
_AFTER_LABEL = re.compile(
    rf"[ 　]*(?P<name>[{KANJI}]{{1,5}}(?:[ 　][{KANJI}ぁ-ゖ]{{1,4}})?)(?=[\s、。，,（(／/|│㊞様さ氏]|$)"
)
_AFTER_PARTY = re.compile("[、,]?[「『]")
_CHAT = re.compile(
    rf"\n[^\n]{{0,12}}?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?\]?[ \t　]+(?P<name>[{KANJI}]{{1,4}}[ 　]?[{KANJI}ぁ-ゖァ-ヺ]{{1,4}})(?=[ \t　:：\n]|$)"
)
_TIME_BEFORE_NAME = re.compile(rf":[0-9]{{2}}\]?[ \t　]+[{KANJI}]")
"""Stands in every line that `_CHAT` matches, and in few others."""
_FORMER = re.compile(
    rf"(?P<name>[{KANJI}]{{1,4}}[ 　]?[（(](?:旧姓|旧氏)[ 　:：]*[{KANJI}]{{1,4}}[)）][ 　]?[{KANJI}ぁ-ゖァ-ヺ]{{1,4}}?)"
    rf"(?=様|さん|氏|殿|先生|[^{KANJI}ぁ-ゖァ-ヺ]|[はがをにとのも]|$)"
)
_SPLIT = re.compile(
    rf"[ 　\t:：=]{{1,3}}(?P<name>[{KANJI}ァ-ヺー]{{1,6}})[ 　\t、,/|│\n]{{1,4}}名(?:前)?[ 　\t:：=]{{1,3}}"
    rf"(?P<given>[{KANJI}ぁ-ゖァ-ヺー]{{1,6}})(?=[\s、。，,/|│]|$)"
)
_AFTER_POLITE = re.compile(r"[はがをにとのもでへ、。，,）)」\s]|から|より|まで|宛|方|$")
_RUN = re.compile(rf"[{KANJI}]{{1,5}}[ 　]?[{KANJI}ぁ-ゖ]{{0,5}}")
_BACK = re.compile(
    rf"(?:[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}}|[{KANJI}]{{2,6}}[ぁ-ゖ]{{0,3}}|[ァ-ヺー]{{2,12}}(?:[ 　・][ァ-ヺー]{{1,12}}){{0,4}}|[ぁ-ゖ]{{5,10}})$"
)
_AFTER_LEADER = re.compile(
    rf"[ 　]+(?P<name>[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖァ-ヺ]{{1,4}}|[{KANJI}]{{3,6}})(?=[\s、。（(,，|│㊞印]|$)"
)
_REASSIGNED = re.compile(
    rf"\n[ 　]*[・●○*\-][ 　]*(?P<name>[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}})(?=[ 　]*[（(\n])"
)
_AFTER_FAMILY = re.compile(rf"[ 　:：]{{1,2}}(?P<name>[{KANJI}ぁ-ゖァ-ヺー]{{1,5}})(?=[\s、。，,（(]|$)")
_BEFORE_SELF = frozenset(("", *"のはに、。，　 \n\t>"))
_NOT_NAME_END = frozenset("時者客員主人方社先達々手殿様店部課長役側")

_PARTY_NAME = re.compile(rf"[{KANJI}ぁ-ゖァ-ヺー・]{{1,8}}[ 　]?[{KANJI}ぁ-ゖァ-ヺー]{{1,8}}$")
_PARTY_JOIN = re.compile("(?:及び|並びに|[とはおよび、])+")


class NearNames:
    """Names by what is said right before or after them."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar, likeness: Likeness) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._likeness = likeness

    def find(self, text: str, hits: Iterable[Match]) -> Iterator[NameSpan]:
        """Names in folded `text`; `hits` are of `ANCHORS`."""
        yield from self._lines(text)
        if "旧姓" in text or "旧氏" in text:
            yield from self._former(text)
        for start, end, number in hits:
            yield from self._at(text, start, end, ANCHORS[number])

    def _at(self, text: str, start: int, end: int, anchor: str) -> Iterator[NameSpan]:
        """What the phrase at a place speaks for."""
        if anchor in _POLITE or anchor in _RANKS:
            yield from self._addressed(text, start, end, anchor)
        if anchor in _LEADERS:
            yield from self._after(text, end, _AFTER_LEADER, 0.4, 0.58, "role:before")
        elif anchor in _OURS:
            yield from self._after(text, end, _AFTER_OURS, 0.45, 0.58, "context:introduction")
        elif anchor in _PARTIES:
            if _AFTER_PARTY.match(text, end):
                yield from self._party(text, start)
        elif anchor in _FAMILY:
            yield from self._family(text, start, end)
        elif anchor in _LABEL_ENDS:
            yield from self._after(text, end, _AFTER_LABEL, 0.45, 0.56, "label:role")
        elif anchor in _SURNAME_LABELS:
            yield from self._split(text, end)
        elif anchor not in _POLITE:
            yield from self._introduced(text, start, anchor)

    def _after(
        self, text: str, end: int, pattern: re.Pattern[str], floor: float, score: float, evidence: str
    ) -> Iterator[NameSpan]:
        match = pattern.match(text, end)
        if match and self._likeness.of(match.group("name")) >= floor:
            yield NameSpan(*match.span("name"), score, (evidence,))

    def _family(self, text: str, start: int, end: int) -> Iterator[NameSpan]:
        match = _AFTER_FAMILY.match(text, end)
        if match is None or (start and is_kanji(text[start - 1])):
            return
        name = match.group("name")
        if self._lexicon.given.get(name, "x") in "GgSs" or self._grammar.is_given_kana(name):
            yield NameSpan(*match.span("name"), 0.6, ("context:family", "dictionary:given"))

    def _lines(self, text: str) -> Iterator[NameSpan]:
        """Names at the start of a line: who says something, who is in a list of changes."""
        lines = [(_REASSIGNED, 0.5, 0.55, "list:bullet")]
        if _TIME_BEFORE_NAME.search(text):
            lines.append((_CHAT, 0.3, 0.62, "context:speaker"))
        for pattern, floor, score, evidence in lines:
            for match in _line_matches(pattern, text):
                if self._likeness.of(match.group("name")) >= floor:
                    yield NameSpan(*_place(match, text), score, (evidence,))
        for match in _line_matches(_SPEAKER, text):
            name, role = match.group("name"), match.group("role")
            weight = self._likeness.of(name)
            known = weight >= 0.7 or (weight >= 0.45 and role in RANKS)
            again = weight >= 0.45 and len(name) > 1 and text.count(name) > 1
            if (known or again) and (not role or role in RANKS):
                yield NameSpan(*_place(match, text), 0.54, ("context:speaker",))

    def _former(self, text: str) -> Iterator[NameSpan]:
        """One person with a former surname in brackets: 山田(旧姓 佐藤)花子."""
        for match in _FORMER.finditer(text):
            surname = re.split("[ 　（(]", match.group("name"))[0]
            if surname in self._lexicon.surnames:
                yield NameSpan(*match.span("name"), 0.88, ("dictionary:surname", "label:旧姓"))

    def _split(self, text: str, end: int) -> Iterator[NameSpan]:
        """Surname and given name each behind its label."""
        match = _SPLIT.match(text, end)
        for group in ("name", "given") if match else ():
            if match and match.group(group) not in NOT_VALUES:
                yield NameSpan(*match.span(group), 0.8, ("label:姓" if group == "name" else "label:名",))

    def _introduced(self, text: str, end: int, anchor: str) -> Iterator[NameSpan]:
        """Those who say who they are: 株式会社○○の山田です。 お疲れさまです。中村です。"""
        start = end
        while start and end - start < 8 and (is_kanji(text[start - 1]) or text[start - 1] in " 　"):
            start -= 1
        value = text[start:end].strip(" 　")
        start = end - len(text[start:end].lstrip(" 　"))
        if not value or text[start - 1 : start] not in _BEFORE_SELF:
            return
        greeted = anchor == "と申し" or _GREETING.search(text, max(0, start - 30), start)
        floor = 0.45 if greeted else 0.5 if len(value) == 1 else 0.65
        if self._likeness.of(value) >= floor:
            yield NameSpan(start, end, 0.56, ("context:introduction",))

    def _party(self, text: str, place: int) -> Iterator[NameSpan]:
        """Those whom a contract names: 阿部 心春（以下「乙」という。）."""
        found = _PARTY_NAME.search(text[max(0, place - 17) : place])
        value = found.group() if found else ""
        if cut := _PARTY_JOIN.match(value):
            value = value[cut.end() :]
        if value and self._likeness.of(value) >= 0.4:
            yield NameSpan(place - len(value), place, 0.7, ("context:party",))

    def _addressed(self, text: str, place: int, end: int, anchor: str) -> Iterator[NameSpan]:
        """A name of no dictionary before an honorific or a rank, unless it is a word: 錦窪様より, やまだたろうさん."""
        polite = anchor in _POLITE
        if place == 0 or (polite and not _AFTER_POLITE.match(text, end)):
            return
        if polite and (span := self._alone(text, place, end)):
            yield span
            return
        stop = place - (text[place - 1] in " 　" and polite)
        stop -= 2 * text.endswith("代表", 0, stop)
        found = _BACK.search(text, max(0, stop - 24), stop)
        if found is None:
            return
        name = found.group()
        sure = self._unknown(name) if is_kanji(name[0]) else self._kana_name(name) if polite else 0.0
        if sure and (polite or len(name) > 3 or anchor in RANKS or stop < place):
            yield NameSpan(found.start(), stop, sure, (f"honorific:{anchor}" if polite else f"role:{anchor}",))

    def _alone(self, text: str, place: int, end: int) -> NameSpan | None:
        """What stands alone with 様 in its line."""
        if text[end : end + 1] not in ("", "\n", "\r") or text[end - 1] not in "様殿":
            return None
        low = text.rfind("\n", 0, place) + 1
        value = text[low:place].strip(" 　\t")
        if not _RUN.fullmatch(value) or value[-1] in _NOT_NAME_END or self._likeness.of(value) < 0.2:
            return None
        start = text.index(value, low)
        return NameSpan(start, start + len(value), 0.62, ("honorific:様",))

    def _unknown(self, name: str) -> float:
        if name[-1] in _NOT_NAME_END or self._likeness.of(name) < 0.45:
            return 0.0
        return 0.54

    def _kana_name(self, name: str) -> float:
        sure = self._grammar.kana_value(name)
        first = re.split("[ 　・]", name)[0]
        foreign = first != name and first in self._lexicon.kana["foreign"] and not THINGS.search(name)
        return 0.6 if (sure >= 0.7 and len(name) > 4) or foreign else 0.0

    def mentions(self, text: str, known: Sequence[NameSpan], hits: Iterable[Match]) -> Iterator[NameSpan]:
        """Surnames that stand alone, of persons whose full name, or who with an honorific, stand elsewhere in the text."""
        names = {text[span.start : span.end] for span in known if span.score >= 0.55}
        surnames = {self._surname_of(name) for name in names}
        surnames.discard("")
        if not surnames:
            return
        taken = [span for span in known if span.score >= 0.5]
        starts = [span.start for span in taken]
        for start, end, _ in hits:
            if text[start:end] not in surnames or not starts_word(text, start):
                continue
            before = bisect_right(starts, start) - 1
            if before >= 0 and taken[before].end > start:
                continue
            after = text[end : end + 1]
            if (ends_word(text, end) or after in "：:") and not not_name_after(text, end):
                yield NameSpan(start, end, 0.56, ("dictionary:surname", "mention"))

    def _surname_of(self, name: str) -> str:
        """The surname in a name of two parts, if it has two kanji at least."""
        for end in self._grammar.surname_ends(name, 0):
            if end > 1 and (end == len(name) or self._lexicon.surnames[name[:end]] in "SsPp"):
                return name[:end]
        return ""


def _line_matches(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Matches of a pattern that begins with a newline, also in the first line."""
    first = text.find("\n")
    if match := pattern.match("\n" + text[: first + 1 if first >= 0 else 200]):
        yield match
    yield from pattern.finditer(text)


def _place(match: re.Match[str], text: str) -> tuple[int, int]:
    shift = 0 if match.string is text else 1
    start, end = match.span("name")
    return start - shift, end - shift
