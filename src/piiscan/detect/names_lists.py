"""Names in lists of people and beside contacts: entries after 出席者, bullets among names, fields of a line with a phone number."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from piiscan.detect.automaton import Match
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import MEMO_SIZE, NameGrammar
from piiscan.detect.names_evidence import HONORIFICS, KANJI, ROLES, words
from piiscan.detect.names_labelled import is_thing, without_honorific
from piiscan.detect.names_likeness import NEVER_IN_NAMES, Likeness
from piiscan.detect.names_prose import NameSpan

LIST_LABELS = words(
    """
    出席者 出席 参加者 参加メンバー 欠席者 欠席 参列者 同席者 来訪者 訪問者 面談者 対応者 出席予定者 メンバー 委員 構成員 宛先 宛 担当者 担当 関係者 発表者
    報告者
    講師 議長 書記 司会 進行 記録 共有先 配布先 受講者 受講生 引率 当番 応募者 候補者 合格者 受賞者 To TO CC Cc Bcc BCC
    """
)
_ROLE = "|".join(sorted(ROLES, key=len, reverse=True))
_LABEL_BEFORE = frozenset("\n \t　【[■●◆・（(")
_LABEL_END = re.compile(r"(?:一覧|名)?(?:[（(][^（）()\n]{0,12}[)）])?[ 　]*(?:[:：】\]]|[ 　\t]|(?=\r?\n))")
_NEXT_LABEL = re.compile("[ 　]+[^ 　：:、,]{2,6}[：:]")
_ITEM = re.compile(r"[^、，,;；／/\n\r\t|｜│・]+")
_BULLET = re.compile(r"[\s　]*(?:[・●○◎■□◆◇*※\-–→]|[0-9０-９]{1,3}[.．)）、 ]|[(（][0-9０-９]{1,3}[)）])?[\s　]*")
_UNIT = re.compile(
    rf"(?:(?:株式|有限|合同|合名|合資)会社[^\s　]{{1,20}}|[（(][^（）()]{{1,16}}[)）]"
    r"|[^\s　（）()]{1,16}(?:部|課|室|係|局|店|センター|グループ|チーム|本社|工場|支社|会社|委員会|事務所|[株有][)）])"
    rf"|{_ROLE})[ 　]+"
)
_TAIL = re.compile(rf"[ 　]*(?:(?:{_ROLE})|[（(][^（）()]*[)）]?|[㊞印]|ほか.*|他.*|以上|（敬称略）)$")
_TRIMMED_ENDS = frozenset(word[-1] for word in (*ROLES, *HONORIFICS, "㊞", "印", "以上"))
_TRIMMED = frozenset(" 　\t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0（()）ほ他")
"""Without these at the end and anywhere there is nothing to trim."""
_CONTACT = re.compile(
    r"[@0０〒T電携℡](?:(?<=@)[\w-]+\.|(?<=[0０])(?<![0-9０-９].)(?<![0-9０-９][-－ー‐/].)[0-9０-９]{1,4}[-－ー‐(（)）][0-9０-９]|(?<=[〒℡])|(?<=T)(?:EL|el)|(?<=電)話|(?<=携)帯)"
)  # begins with a set of characters, so that `re` skips over all others; a 0 inside a number or a date begins no phone number
_FILE_PART = re.compile(
    rf"[{KANJI}ぁ-ゖァ-ヺー]{{2,8}}(?:[ 　][{KANJI}ぁ-ゖァ-ヺー]{{1,5}})?(?=[_\-－\s　()（）.,・【】\[\]＿]|$)(?<![_\-])"
)
_BULLET_STARTS = frozenset("・●○◎■□◆◇*※-–→0123456789０１２３４５６７８９(（")
_NO_NAME = re.compile(r"[^（(ほ他0-9０-９]*[0-9０-９]")
"""A number before anything that :func:`_trim` takes off together with what follows."""
_KANA_FIELD = re.compile("[ァ-ヺー 　]+")
_FIELD = re.compile(r"[^\t,、;|｜│<>:：\"'/／]+")
MAX_LINE, MAX_ITEMS, MAX_ALONE, MAX_BESIDE = 200, 400, 20, 45
_LINES_AROUND = 4
_LIKELY, _LIKELY_PAIR, _POSSIBLE = 0.6, 0.55, 0.35
_SURE = 0.655
"""More than what a contact beside a name says."""
_PAIR = re.compile(rf"[{KANJI}]{{1,4}}[ 　][{KANJI}ぁ-ゖ]{{1,4}}")


class ListedNames:
    """Names by the company they keep in lists and lines."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar, likeness: Likeness) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._likeness = likeness
        self._trim = lru_cache(MEMO_SIZE)(_trim)
        self._line_items = lru_cache(MEMO_SIZE // 4)(self._read_items)

    def find(self, text: str, known: Sequence[NameSpan], labels: Iterable[Match]) -> Iterator[NameSpan]:
        """Names in folded `text`; `known` are spans found so far, `labels` hits of `LIST_LABELS`."""
        sure = {(span.start, span.end) for span in known if span.score >= 0.5}
        yield from self._labelled_lists(text, labels)
        yield from self._plain_lists(text, sure)
        yield from self._beside_contacts(text, {span[:2] for span in known if span.score >= _SURE})

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

    def _labelled_lists(self, text: str, labels: Iterable[Match]) -> Iterator[NameSpan]:
        done = -1
        for start, end, _ in labels:
            if end <= done or (start and text[start - 1] not in _LABEL_BEFORE):
                continue
            label = _LABEL_END.match(text, end)
            if label is None:
                continue
            done = label.end()
            line_end = _line_end(text, label.end())
            if another := _NEXT_LABEL.search(text, label.end(), line_end):
                line_end = another.start()
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
        line = text[start : min(end, start + 2000)]
        for low, high in self._line_items(line) if len(line) <= MAX_LINE else self._read_items(line):
            yield start + low, start + high

    def _read_items(self, text: str) -> tuple[tuple[int, int], ...]:
        return tuple(self._entries(text))

    def _entries(self, text: str) -> Iterator[tuple[int, int]]:
        for match in _ITEM.finditer(text):
            low = _BULLET.match(text, match.start()).end()  # type: ignore[union-attr]
            high = match.end()
            low = self._behind_units(text, low, high)
            yield self._trimmed(text, low, high)

    def _behind_units(self, text: str, low: int, high: int) -> int:
        """Where what follows departments and roles begins. 服部 is a surname."""
        while low < high and (unit := _UNIT.match(text, low, high)):
            if self._grammar.is_surname(unit.group().rstrip(" 　")):
                break
            low = unit.end()
        return low

    def _trimmed(self, text: str, low: int, high: int) -> tuple[int, int]:
        entry = text[low:high]
        if entry[-1:] in _TRIMMED_ENDS or not _TRIMMED.isdisjoint(entry):
            start, end = self._trim(entry)
            return low + start, low + end
        return low, high

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
        weights = [self._likeness.of(text[a:b]) for a, b in items[:MAX_ITEMS]]
        strong = sum(weight >= _LIKELY for weight in weights)
        helped = strong >= 2 and strong * 2 >= len(weights)
        for (start, end), weight in zip(items, weights, strict=False):
            if weight >= floor or (helped and weight >= 0.2):
                yield NameSpan(start, end, 0.52 + 0.3 * weight, (evidence,))

    def _beside_contacts(self, text: str, sure: Container[tuple[int, int]]) -> Iterator[NameSpan]:
        """Fields of a line with a phone number or mail address, and short lines near such a line, but those that are `sure` already."""
        done = 0
        contact = _CONTACT.search(text)
        while contact:
            position, done = _around(text, contact.start(), done)
            while position < done:
                end = _line_end(text, position)
                if contact and contact.start() < position:
                    contact = _CONTACT.search(text, position)
                size = end - position
                if size <= MAX_BESIDE or (size <= MAX_LINE and contact and contact.start() < end):
                    yield from self._fields(text, position, end, sure)
                position = end + 1
            if contact and contact.start() < done:
                contact = _CONTACT.search(text, done)

    def _fields(self, text: str, start: int, end: int, sure: Container[tuple[int, int]]) -> Iterator[NameSpan]:
        """The fields of a line that look like names."""
        for match in _FIELD.finditer(text, start, end):
            field = match.group()
            if field.isascii() and " " not in field and "(" not in field:
                continue  # one word in ASCII is no name
            if match.span() in sure:
                continue
            if _KANA_FIELD.fullmatch(field):
                continue  # a reading says nothing here
            low, high = match.span()
            if text[high : high + 1] in ("：", ":"):
                continue
            if field[0] in _BULLET_STARTS or field[0].isspace():
                low = _BULLET.match(text, low, high).end()  # type: ignore[union-attr]
            if _plainly_none(text[low:high]):
                continue
            if " " in field or "　" in field:
                low = self._behind_units(text, low, high)
            if _NO_NAME.match(text, low, high):
                continue
            low, high = self._trimmed(text, low, high)
            weight = self._likeness.of(text[low:high]) if high - low <= MAX_ALONE else 0.0
            if weight >= _LIKELY or (weight >= _LIKELY_PAIR and _PAIR.fullmatch(text, low, high)):
                yield NameSpan(low, high, 0.32 + 0.35 * weight, ("neighbour:contact",))


def _plainly_none(field: str) -> bool:
    """Whether a field in ASCII is no name in Latin letters, whatever is trimmed off: one word, too long, or with signs that names have not."""
    if not field.isascii() or "(" in field or ")" in field:
        return False
    return len(field.strip()) > MAX_ALONE or len(field.split()) < 2 or NEVER_IN_NAMES.search(field) is not None


def _trim(entry: str) -> tuple[int, int]:
    value = entry.rstrip()
    for _ in range(2):
        shorter = _TAIL.sub("", without_honorific(value)).rstrip(" 　")
        if len(shorter) < 2:
            break
        value = shorter
    low = len(value) - len(value.lstrip(" 　"))
    return low, low + len(value.strip(" 　"))


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _around(text: str, position: int, done: int) -> tuple[int, int]:
    """From the start of some lines before a place, none of them before `done`, to the end of some lines after it."""
    low, high = text.rfind("\n", done, position), _line_end(text, position)
    for _ in range(_LINES_AROUND):
        if low < 0:
            break
        low = text.rfind("\n", done, low)
    for _ in range(_LINES_AROUND):
        if high >= len(text):
            break
        high = _line_end(text, high + 1)
    return max(done, low + 1), high


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
