"""Names that their surroundings speak for: lists of people, contacts in the same line, speakers, those who introduce themselves, later mentions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from piiscan.detect.automaton import build
from piiscan.detect.lexicon import SINGLE_SURNAMES, Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_evidence import (
    KANJI,
    NOT_VALUES,
    RANKS,
    ROLES,
    ends_word,
    is_kanji,
    not_name_after,
    starts_word,
    words,
)
from piiscan.detect.names_labelled import NOT_PERSON, is_thing, without_honorific
from piiscan.detect.names_prose import THINGS, NameSpan
from piiscan.detect.sudachi import Judge

LIST_LABELS = words(
    """
    出席者 出席 参加者 参加メンバー 欠席者 欠席 参列者 同席者 来訪者 訪問者 面談者 対応者 出席予定者 メンバー 委員 構成員 宛先 宛 担当者 担当 関係者 発表者 報告者
    講師 議長 書記 司会 進行 記録 共有先 配布先 受講者 受講生 引率 当番 応募者 候補者 合格者 受賞者 To TO CC Cc Bcc BCC
    """
)
_LABEL_BEFORE = frozenset("\n \t　【[■●◆・（(")
_LABEL_END = re.compile(r"(?:一覧|名)?(?:[（(][^（）()\n]{0,12}[)）])?[ 　]*(?:[:：】\]]|[ 　\t]|(?=\r?\n))")
_ITEM = re.compile(r"[^、，,;；／/\n\r\t|｜│・]+")
_BULLET = re.compile(r"[\s　]*(?:[・●○◎■□◆◇*※\-–→]|[0-9０-９]{1,3}[.．)）、 ]|[(（][0-9０-９]{1,3}[)）])?[\s　]*")
_UNIT = re.compile(
    rf"(?:(?:株式|有限|合同|合名|合資)会社[^\s　]{{1,20}}|[（(][^（）()]{{1,16}}[)）]|[^\s　（）()]{{1,16}}(?:部|課|室|係|局|店|センター|グループ|チーム|本社|工場|支社|会社|委員会|事務所|[株有][)）])|{'|'.join(sorted(ROLES, key=len, reverse=True))})[ 　]+"
)
_TAIL = re.compile(
    rf"[ 　]*(?:(?:{'|'.join(sorted({*ROLES}, key=len, reverse=True))})|[（(][^（）()]*[)）]?|[㊞印]|ほか.*|他.*|以上|（敬称略）)$"
)
_NEVER = re.compile(r"[0-9０-９@:：/／。、<>()（）「」…※]")
_CONTACT = re.compile(r"@[\w-]+\.|[0０][0-9０-９]{1,4}[-－ー‐(（)）][0-9０-９]|〒|TEL|Tel|電話|携帯|℡")
_FILE_PART = re.compile(
    rf"[{KANJI}ぁ-ゖァ-ヺー]{{2,8}}(?:[ 　][{KANJI}ぁ-ゖァ-ヺー]{{1,5}})?(?=[_\-－\s　()（）.,・【】\[\]＿]|$)(?<![_\-])"
)
_FIELD = re.compile(r"[^\t,、;|｜│<>:：\"']+")
_SPEAKER = re.compile(rf"\n[ 　・→>\-]*(?P<name>[{KANJI}]{{1,5}})(?P<role>[^\s：:]{{0,6}})[：:](?=[^\n])")
_INTRODUCED = re.compile(r"(?:です[。、\n\r！!]|でございます|と申し|と言い|といいます)")
_GREETING = re.compile("お世話|お疲れ|いつも|はじめまして|初めまして|株式会社|㈱")
_OURS = re.compile(rf"(?:弊社|当社|当方|弊部|弊課)の(?P<name>[{KANJI}]{{1,5}})(?=まで|が|より|から|に|と|です|宛)")
_PARTY = re.compile(r"[（(]以下[、,]?[「『]")
_CHAT = re.compile(
    rf"\n[^\n]{{0,12}}?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?\]?[ \t　]+(?P<name>[{KANJI}]{{1,4}}[ 　]?[{KANJI}ぁ-ゖァ-ヺ]{{1,4}})(?=[ \t　:：\n]|$)"
)
_FORMER = re.compile(
    rf"(?P<name>[{KANJI}]{{1,4}}[ 　]?[（(](?:旧姓|旧氏)?[ 　:：]*[{KANJI}]{{1,4}}[)）][ 　]?[{KANJI}ぁ-ゖァ-ヺ]{{1,4}}?)(?=様|さん|氏|殿|先生|[^{KANJI}ぁ-ゖァ-ヺ]|[はがをにとのも]|$)"
)
_SPLIT = re.compile(
    rf"(?:姓|氏|苗字|名字)[ 　\t:：=]{{1,3}}(?P<name>[{KANJI}ァ-ヺー]{{1,6}})[ 　\t、,/|│\n]{{1,4}}名(?:前)?[ 　\t:：=]{{1,3}}(?P<given>[{KANJI}ぁ-ゖァ-ヺー]{{1,6}})(?=[\s、。，,/|│]|$)"
)
_ANCHORS = words("様 さま さん 氏 殿 取締役 社長 部長 課長 係長 主任 店長")
"""What stands behind a name: looked for all at once, then the name is read backwards."""
_POLITE = frozenset(words("様 さま さん 氏 殿"))
_AFTER_POLITE = re.compile(r"[はがをにとのもでへ、。，,）)」\s]|から|より|まで|宛|方|$")
_RUN = re.compile(rf"[{KANJI}]{{1,5}}[ 　]?[{KANJI}ぁ-ゖ]{{0,5}}")
_BACK = re.compile(
    rf"(?:[{KANJI}]{{2,6}}[ぁ-ゖ]{{0,3}}|[ァ-ヺー]{{2,12}}(?:[ 　・][ァ-ヺー]{{1,12}}){{0,4}}|[ぁ-ゖ]{{5,10}})$"
)
_ROLE_BEFORE = re.compile(
    rf"(?:部長|課長|係長|社長|店長|所長|センター長|支店長|主任|主査|代表取締役|取締役|代表|主事|参事|部員|担当|専務|常務|会長|次長|室長)[ 　]+"
    rf"(?P<name>[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖァ-ヺ]{{1,4}}|[{KANJI}]{{3,6}})(?=[\s、。（(,，|│㊞印]|$)"
)
_REASSIGNED = re.compile(
    rf"\n[ 　]*[・●○*\-][ 　]*(?P<name>[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}})(?=[ 　]*[（(\n])"
)
_FAMILY = re.compile(
    r"(?<![一-龥])(?:妻|夫|長男|次男|二男|三男|長女|次女|二女|三女|実父|実母|義父|義母|父|母|祖父|祖母|孫|兄|弟|姉|妹|子|続柄)"
    rf"[ 　:：]{{1,2}}(?P<name>[{KANJI}ぁ-ゖァ-ヺー]{{1,5}})(?=[\s、。，,（(]|$)"
)
_ORDINARY = frozenset({"word", "proper", "place", "other", "suffix", "prefix", "number"})
_BEFORE_SELF = frozenset(("", *"のはに、。，　 \n\t>"))
_NOT_NAME_END = frozenset("時者客員主人方社先達々手殿様店部課長役側")
MAX_LINE, MAX_ITEMS, MAX_ALONE = 200, 400, 20
_LIKELY, _POSSIBLE = 0.6, 0.35


class NearNames:
    """Names by the company they keep. Asked after the rules and the judge, and told what these found."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar, judge: Judge) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._judge = judge
        self._labels = build(LIST_LABELS)
        self._anchors = build(_ANCHORS)

    def find(self, text: str, known: Sequence[NameSpan]) -> Iterator[NameSpan]:
        """Names in folded `text`; `known` are spans found so far."""
        sure = {(span.start, span.end) for span in known if span.score >= 0.5}
        yield from self._labelled_lists(text)
        yield from self._plain_lists(text, sure)
        yield from self._beside_contacts(text)
        yield from self._patterns(text)
        yield from self._addressed(text)

    def mentions(
        self, text: str, known: Sequence[NameSpan], hits: Iterable[tuple[int, int, int]]
    ) -> Iterator[NameSpan]:
        """Surnames that stand alone, of persons whose full name, or who with an honorific, stand elsewhere in the text."""
        surnames = {self._surname_of(text[span.start : span.end]) for span in known if span.score >= 0.55}
        surnames.discard("")
        if not surnames:
            return
        taken = {place for span in known if span.score >= 0.5 for place in range(span.start, span.end)}
        for start, end, _ in hits:
            if text[start:end] in surnames and start not in taken and starts_word(text, start):
                after = text[end : end + 1]
                if (ends_word(text, end) or after in "：:") and not not_name_after(text, end):
                    yield NameSpan(start, end, 0.56, ("dictionary:surname", "mention"))

    def _surname_of(self, name: str) -> str:
        """The surname in a name of two parts, if it has two kanji at least."""
        for end in self._grammar.surname_ends(name, 0):
            if end > 1 and (end == len(name) or self._lexicon.surnames[name[:end]] in "SsPp"):
                return name[:end]
        return ""

    def likeness(self, value: str) -> float:
        """How much a whole value looks like a name, 0..1, names of no dictionary included."""
        value = value.strip(" 　")
        if len(value) == 1:
            return 0.5 if value in SINGLE_SURNAMES and self._lexicon.surnames.get(value, "-") in "SW" else 0.0
        if not 1 < len(value) < 24 or value in NOT_VALUES or NOT_PERSON.search(value) or _NEVER.search(value):
            return 0.0
        kind, sure = self._grammar.value_kind(value)
        if kind == "latin" or (kind == "full" and (sure >= 0.8 or not self._is_word(value))):
            return sure
        if kind == "surname":
            return sure - 0.1
        if is_thing(value):
            return 0.0
        if kind in ("given", "kana"):
            return sure * 0.6
        guess = 0.6 if self._grammar.surname_and_more(value) else self._grammar.guessed(value)
        return 0.0 if guess and self._is_word(value) else guess

    def in_file_name(self, text: str) -> Iterator[NameSpan]:
        """Names as whole parts of a file's name: 議事録_鈴木.docx, 履歴書（山田 花子）.pdf."""
        for match in _FILE_PART.finditer(text):
            value = without_honorific(match.group())
            kind, sure = self._grammar.value_kind(value)
            if (
                sure >= 0.8
                and (kind == "full" or (kind == "surname" and self._lexicon.surnames[value] in "Ss"))
                and not is_thing(value)
            ):
                yield NameSpan(match.start(), match.start() + len(value), 0.4 + 0.2 * sure, ("name:part",))

    # lists

    def _labelled_lists(self, text: str) -> Iterator[NameSpan]:
        done = -1
        for start, end, _ in self._labels.find(text):
            if end <= done or (start and text[start - 1] not in _LABEL_BEFORE):
                continue
            label = _LABEL_END.match(text, end)
            if label is None:
                continue
            done = label.end()
            line_end = _line_end(text, label.end())
            rest = text[label.end() : line_end]
            items = list(self._items(text, label.end(), line_end)) if rest.strip(" 　】])）:：") else []
            if not items:
                items = list(self._lines_below(text, line_end))
            yield from self._accepted(text, items, floor=0.55, evidence="list:label")

    def _lines_below(self, text: str, position: int) -> Iterator[tuple[int, int]]:
        """The items of the lines after a heading, until one is empty or too long."""
        while position < len(text) and text[position] == "\n":
            end = _line_end(text, position + 1)
            line = text[position + 1 : end]
            if (
                not line.strip()
                or len(line) > 60
                or "：" in line
                or ":" in line
                or line.lstrip()[:1] in ("【", "[", "■")
            ):
                return
            yield from self._items(text, position + 1, end)
            position = end

    def _items(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The entries between separators, without bullets, units, roles, honorifics and remarks."""
        for match in _ITEM.finditer(text, start, min(end, start + 2000)):
            low = _BULLET.match(text, match.start()).end()  # type: ignore[union-attr]
            high = match.end()
            while low < high and (unit := _UNIT.match(text, low, high)):
                low = unit.end()
            yield self._trimmed(text, low, high)

    def _trimmed(self, text: str, low: int, high: int) -> tuple[int, int]:
        value = text[low:high].rstrip()
        for _ in range(2):
            shorter = _TAIL.sub("", without_honorific(value)).rstrip(" 　")
            if len(shorter) < 2:
                break
            value = shorter
        low += len(value) - len(value.lstrip(" 　"))
        return low, low + len(value.strip(" 　"))

    def _plain_lists(self, text: str, sure: set[tuple[int, int]]) -> Iterator[NameSpan]:
        """Neighbouring entries of a list in which others are surely names."""
        if len(sure) < 2:
            return
        for start, end in _blocks(text, sure):
            items = [item for item in self._items(text, start, end) if item[1] > item[0]]
            named = sum(item in sure for item in items)
            if named >= 2 and named * 2 >= len(items) and len(items) <= MAX_ITEMS:
                yield from self._accepted(text, items, floor=_POSSIBLE, evidence="list:names")

    def _accepted(
        self, text: str, items: Sequence[tuple[int, int]], *, floor: float, evidence: str
    ) -> Iterator[NameSpan]:
        """Entries that look like names; the less a single one does, the more the others have to."""
        weights = [self.likeness(text[a:b]) for a, b in items[:MAX_ITEMS]]
        strong = sum(weight >= _LIKELY for weight in weights)
        helped = strong >= 2 and strong * 2 >= len(weights)
        for (start, end), weight in zip(items, weights, strict=False):
            if weight >= floor or (helped and weight >= 0.2):
                yield NameSpan(start, end, 0.52 + 0.3 * weight, (evidence,))

    # contacts

    def _beside_contacts(self, text: str) -> Iterator[NameSpan]:
        """Fields of a line with a phone number or mail address, and short lines near such a line."""
        done = 0
        for contact in _CONTACT.finditer(text):
            if contact.start() < done:
                continue
            low, high = _around(text, contact.start(), 4)
            low = max(low, done)
            done = high
            position = low
            while position < high:
                end = _line_end(text, position)
                here = bool(_CONTACT.search(text, position, end))
                if end - position <= (MAX_LINE if here else MAX_ALONE + 10):
                    yield from self._fields(text, position, end, "neighbour:contact")
                position = end + 1

    def _fields(self, text: str, start: int, end: int, evidence: str) -> Iterator[NameSpan]:
        for match in _FIELD.finditer(text, start, end):
            low, high = match.span()
            if text[high : high + 1] in ("：", ":"):
                continue
            low = _BULLET.match(text, low, high).end()  # type: ignore[union-attr]
            while low < high and (unit := _UNIT.match(text, low, high)):
                low = unit.end()
            low, high = self._trimmed(text, low, high)
            if high - low <= MAX_ALONE and (weight := self.likeness(text[low:high])) >= 0.6:
                yield NameSpan(low, high, 0.32 + 0.35 * weight, (evidence,))

    # patterns

    def _patterns(self, text: str) -> Iterator[NameSpan]:
        for pattern, floor, score, evidence in (
            (_OURS, 0.45, 0.58, "context:introduction"),
            (_ROLE_BEFORE, 0.4, 0.58, "role:before"),
            (_REASSIGNED, 0.5, 0.55, "list:bullet"),
            (_CHAT, 0.3, 0.62, "context:speaker"),
        ):
            for match in pattern.finditer(text):
                if self.likeness(match.group("name")) >= floor:
                    yield NameSpan(*match.span("name"), score, (evidence,))
        yield from self._speakers(text)
        yield from self._introduced(text)
        yield from self._parties(text)
        yield from self._former(text)
        yield from self._split(text)
        for match in _FAMILY.finditer(text):
            if self._lexicon.given.get(match.group("name"), "x") in "GgSs" or self._grammar.is_given_kana(
                match.group("name")
            ):
                yield NameSpan(*match.span("name"), 0.6, ("context:family", "dictionary:given"))

    def _former(self, text: str) -> Iterator[NameSpan]:
        """One person with a former surname in brackets: 山田(旧姓 佐藤)花子."""
        if "旧" not in text:
            return
        for match in _FORMER.finditer(text):
            surname = re.split("[ 　（(]", match.group("name"))[0]
            if "旧" in match.group("name") and surname in self._lexicon.surnames:
                yield NameSpan(*match.span("name"), 0.88, ("dictionary:surname", "label:旧姓"))

    def _split(self, text: str) -> Iterator[NameSpan]:
        """Surname and given name each behind its label."""
        for match in _SPLIT.finditer(text):
            for group in ("name", "given"):
                if match.group(group) not in NOT_VALUES:
                    yield NameSpan(*match.span(group), 0.8, ("label:姓" if group == "name" else "label:名",))

    def _speakers(self, text: str) -> Iterator[NameSpan]:
        """Surnames at the start of a line before a colon; unknown ones if they stand elsewhere as well."""
        for match in _SPEAKER.finditer(text):
            name, role = match.group("name"), match.group("role")
            weight = self.likeness(name)
            known = weight >= 0.7 or (weight >= 0.5 and role in RANKS)
            again = weight >= 0.45 and len(name) > 1 and text.count(name) > 1
            if (known or again) and (not role or role in RANKS):
                yield NameSpan(*match.span("name"), 0.54, ("context:speaker",))

    def _introduced(self, text: str) -> Iterator[NameSpan]:
        """Those who say who they are: 株式会社○○の山田です。 お疲れさまです。中村です。"""
        for match in _INTRODUCED.finditer(text):
            end = match.start()
            start = end
            while start and end - start < 8 and (is_kanji(text[start - 1]) or text[start - 1] in " 　"):
                start -= 1
            value = text[start:end].strip(" 　")
            start = end - len(text[start:end].lstrip(" 　"))
            greeted = bool(_GREETING.search(text, max(0, start - 30), start))
            floor = 0.45 if greeted or match.group() == "と申し" else 0.5 if len(value) == 1 else 0.65
            if value and text[start - 1 : start] in _BEFORE_SELF and self.likeness(value) >= floor:
                yield NameSpan(start, end, 0.56, ("context:introduction",))

    def _parties(self, text: str) -> Iterator[NameSpan]:
        """Those whom a contract names: 阿部 心春（以下「乙」という。）."""
        for match in _PARTY.finditer(text):
            found = re.search(
                rf"[{KANJI}ぁ-ゖァ-ヺー・]{{1,8}}[ 　]?[{KANJI}ぁ-ゖァ-ヺー]{{1,8}}$",
                text[max(0, match.start() - 17) : match.start()],
            )
            value = found.group() if found else ""
            if cut := re.match("^(?:及び|並びに|[とはおよび、])+", value):
                value = value[cut.end() :]
            if value and self.likeness(value) >= 0.4:
                yield NameSpan(match.start() - len(value), match.start(), 0.7, ("context:party",))

    def _addressed(self, text: str) -> Iterator[NameSpan]:
        """Names of no dictionary before an honorific or a rank, unless they are a word: 錦窪様より, やまだたろうさん."""
        for place, end, number in self._anchors.find(text):
            anchor = _ANCHORS[number]
            polite = anchor in _POLITE
            if place == 0 or (polite and not _AFTER_POLITE.match(text, end)):
                continue
            if polite and (span := self._alone(text, place, end)):
                yield span
                continue
            stop = place - (text[place - 1] in " 　" and polite)
            stop -= 2 * text.endswith("代表", 0, stop)
            found = _BACK.search(text, max(0, stop - 24), stop)
            if found is None:
                continue
            name = found.group()
            sure = self._unknown(name) if is_kanji(name[0]) else self._kana_name(name) if polite else 0.0
            if sure and (polite or len(name) > 3 or anchor in RANKS):
                yield NameSpan(found.start(), stop, sure, (f"honorific:{anchor}" if polite else f"role:{anchor}",))

    def _alone(self, text: str, place: int, end: int) -> NameSpan | None:
        """What stands alone with 様 in its line."""
        if text[end : end + 1] not in ("", "\n", "\r") or text[end - 1] not in "様殿":
            return None
        low = text.rfind("\n", 0, place) + 1
        value = text[low:place].strip(" 　\t")
        if not _RUN.fullmatch(value) or value[-1] in _NOT_NAME_END or self.likeness(value) < 0.2:
            return None
        start = text.index(value, low)
        return NameSpan(start, start + len(value), 0.62, ("honorific:様",))

    def _unknown(self, name: str) -> float:
        if name[-1] in _NOT_NAME_END or self.likeness(name) < 0.45:
            return 0.0
        return 0.54

    def _kana_name(self, name: str) -> float:
        sure = self._grammar.kana_value(name)
        first = re.split("[ 　・]", name)[0]
        foreign = first != name and first in self._lexicon.kana["foreign"] and not THINGS.search(name)
        return 0.6 if (sure >= 0.7 and len(name) > 4) or foreign else 0.0

    def _is_word(self, name: str) -> bool:
        """Whether Sudachi reads it as ordinary words, not as kanji that it cannot join."""
        words = self._judge.tokens(name, [(0, len(name))])
        ordinary = all(word.tag in _ORDINARY for word in words)
        return ordinary and (len(words) == 1 or any(word.end - word.start > 1 for word in words))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _around(text: str, position: int, lines: int) -> tuple[int, int]:
    """From the start of some lines before to the end of some lines after."""
    low, high = text.rfind("\n", 0, position) + 1, _line_end(text, position)
    for _ in range(lines):
        low = text.rfind("\n", 0, max(0, low - 1)) + 1
        high = _line_end(text, min(len(text), high + 1))
    return low, high


def _blocks(text: str, sure: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Paragraphs of short lines, and single lines with separators, that hold at least two of the places."""
    starts = sorted(start for start, _ in sure)
    done = -1
    for first, second in pairwise(starts):
        if first < done or second - first > 80:
            continue
        low = text.rfind("\n", 0, first) + 1
        high = _line_end(text, second)
        while (end := _line_end(text, high + 1)) > high + 1 and end - high <= 40 and high < len(text):
            high = end
        while low and (line := text.rfind("\n", 0, low - 1) + 1) < low - 1 and low - line <= 40:
            low = line
        done = high
        yield low, high
