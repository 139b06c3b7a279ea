"""Names in running text: dictionary hits with evidence first, Sudachi's verdict on what is left open."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from piiscan.detect.automaton import Match
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import GAPS, FullName, NameGrammar, katakana_start
from piiscan.detect.names_evidence import (
    COMMON_WITH_HONORIFIC,
    HONORIFICS,
    KATAKANA,
    ORGANISATION_BEFORE,
    RANKS,
    ROLES,
    ends_word,
    honorific_at,
    is_kanji,
    not_name_after,
    person_noun_at,
    role_at,
    starts_word,
    words,
)
from piiscan.detect.names_hits import NameHits
from piiscan.detect.sudachi import Judge, Reading

WINDOW = 24
_CHAIN = re.compile(
    r"[ァ-ヺー](?<![ァ-ヺー・].)[ァ-ヺー]+(?:[・＝･=](?:[ァ-ヺー]+|[A-ZＡ-Ｚ]\.?(?=[・＝]))){1,5}(?![ァ-ヺー・])"
)
THINGS = re.compile(
    "(?:スタジアム|サーキット|グループ|シティ|ユナイテッド|コミックス?|ダム|パーク|レーベル|トロフィー|ゴルフ|エンタテ[イー]ンメント|レコーズ?|クラブ|チーム|リーグ|カップ|バンド|ホテル|タワー|"
    "センター|ストリート|アベニュー|スクエア|シンジケート|カンパニー|コーポレーション|ソフト|システムズ?|ゲーム|シリーズ|サービス|プロジェクト|ファンド|バンク|ブラザーズ|ショップ|ストア|ハウス|ガーデンズ?|"
    "フェスティバル|コンテスト|オリンピック|ブリッジ|スクール|カレッジ|アカデミー|オーケストラ|プロダクション|スタジオ|ピクチャーズ|ニュース|タイムズ|ポスト|マガジン|ロケッツ|コスタ|アレー|スクウェア)$"
)
_ADDRESS_WORDS = words(
    "氏 さん 様 大統領 首相 監督 選手 投手 教授 博士 容疑者 被告 議員 将軍 夫人 夫妻 夫婦 卿 公爵 伯爵 元帥 社長 会長"
)
_ADDRESSED = re.compile("|".join(_ADDRESS_WORDS))
_ADDRESS_STARTS = frozenset(word[0] for word in _ADDRESS_WORDS)
_TITLE_STARTS = frozenset(word[0] for word in (*HONORIFICS, *ROLES, " ", "　"))
_TOLD_OF = frozenset("はがをにのもと、")
_IN_CHAINS = frozenset(f"{KATAKANA}・＝")
_INITIALS = re.compile(
    r"[A-ZＡ-Ｚ][.．・](?<![A-Za-zＡ-Ｚァ-ヺ]..) ?(?:[A-ZＡ-Ｚ](?:[.．・] ?)){0,2}([ァ-ヺー]{3,})(?![ァ-ヺー・])"
)
_FOR_PERSONS = frozenset(("様", "さん", "氏", "さま"))
_EDGES = frozenset(("", *"\t\n\r、|｜│┃;；・()（）"))
_LINE_EDGES = frozenset(("", "\n", "\r"))
_CELL_EDGES = frozenset(("", *'\t\n\r,;|"'))
_SURE_RANK = 6
"""From here on a surname, a blank and a given name that fill a cell need no verdict."""
_PAIR = 0.52
_ALONE = (0.42, 0.3, 0.2)
_PERSONS = ("surname", "given", "person")
_FOREIGN_TAGS = frozenset({*_PERSONS, "unknown", "place"})


class NameSpan(NamedTuple):
    """A place that may be a name, with a score and what spoke for it."""

    start: int
    end: int
    score: float
    evidence: tuple[str, ...]


class _Open(NamedTuple):
    """A name that waits for the verdict: the scores if Sudachi agrees, sees no name but the same words, disagrees."""

    start: int
    end: int
    surname_end: int
    yes: float
    same: float
    no: float
    evidence: tuple[str, ...]
    pair: bool = False
    """Whether both parts are attested names that are nothing else: then the dictionary outweighs a verdict of place or word."""


class ProseNames:
    """Finds full names, surnames with an honorific or role, and foreign names in katakana."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar, judge: Judge) -> None:
        self._lexicon = lexicon
        self._grammar = grammar
        self._judge = judge

    def find(
        self, text: str, judged: str, hits: NameHits, *, known: Collection[tuple[int, int]] = (), whole: bool = False
    ) -> tuple[list[NameSpan], Reading]:
        """Names in folded `text`, and the words read for them: windows, or the `whole` text.

        `judged` is the same text as Sudachi reads it; of names at `known` places nothing is asked.
        """
        opened: list[_Open] = []
        for start, ends in _grouped(text, hits.surnames).items():
            if len(ends) > 1 or ends[0] > start + 1 or self._goes_on(text, ends[0]):
                opened += self._at(text, start, ends)
        opened += self._chains(text, hits.joined)
        opened += self._single(text, hits.foreign)
        opened += self._initials(text, hits.initials)
        windows = [
            (max(0, o.start - WINDOW), min(len(text), o.end + WINDOW))
            for o in opened
            if o.yes != o.no and o[:2] not in known
        ]
        reading = self._judge.read(judged, [(0, len(judged))] if whole else windows)
        return [_decided(name, reading) for name in opened], reading

    def _goes_on(self, text: str, end: int) -> bool:
        """Whether a title or a given name may follow what ends here: without, a surname of one kanji is never read as one."""
        after = text[end : end + 2]
        char = after[:1]
        return after in self._lexicon.given_pairs or char in _TITLE_STARTS or char in GAPS or "ァ" <= char <= "ー"

    def _at(self, text: str, start: int, ends: list[int]) -> Sequence[_Open]:
        """What may be read of the surnames that start here: a full name, the longest surname that something speaks for."""
        if len(ends) > 1:
            ends.sort(reverse=True)
        found: list[_Open] = []
        full = self._grammar.full_name(text, start, ends)
        if full and not self._is_name(text, full):
            full = None
        if full:
            found.append(self._full(text, full))
        if full is None or full.given == "?":
            for end in ends:
                if surname := self._surname(text, start, end):
                    found.append(surname)
                    break
        if found and text.endswith(ORGANISATION_BEFORE, max(0, start - 6), start):
            return ()
        return found

    def _is_name(self, text: str, full: FullName) -> bool:
        if not_name_after(text, full.end):
            return False
        short = full.surname_end - full.start == 1
        if full.spaced:
            return text[full.surname_end] in " 　" or (full.end - full.start > 4 and not short)
        if full.given == "k":
            return full.surname in "Ss" and not short
        return text[full.start : full.end] not in self._lexicon.not_names

    def _full(self, text: str, full: FullName) -> _Open:
        honorific = honorific_at(text, full.end) or honorific_at(text, full.end + 1)
        role = "" if honorific else role_at(text, full.end)
        evidence = ["dictionary:surname", "dictionary:given"]
        bonus = 0.0
        if honorific:
            evidence.append(f"honorific:{honorific}")
            bonus = 0.2
        elif role:
            evidence.append(f"role:{role}")
            bonus = 0.1
        yes = 0.45 + 0.03 * full.rank + bonus
        if full.given == "?":
            evidence[1] = "kanji:given"
            yes = 0.62 if honorific else 0.52 if _line_alone(text, full.start, full.end) else 0.42
        same, no = (0.5, 0.45) if honorific else (0.33, 0.2)
        if full.given == "?" and honorific in _FOR_PERSONS and full.surname == "S":
            no = 0.5  # 浜田心春氏: a place and two words to Sudachi
        if full.rank >= _SURE_RANK and full.spaced and _cell_alone(text, full.start, full.end):
            evidence.append("alone")
            return _Open(full.start, full.end, full.surname_end, yes, yes, yes, tuple(evidence))
        return _Open(
            full.start, full.end, full.surname_end, yes, same + bonus / 2, no, tuple(evidence), pair=full.rank == 8
        )

    def _surname(self, text: str, start: int, end: int) -> _Open | None:
        after = text[end : end + 1]
        honorific = role = ""
        if after in _TITLE_STARTS:
            gap = 1 if after in " 　" else 0
            honorific = honorific_at(text, end + gap)
            role = "" if honorific or gap else role_at(text, end)
        kind = self._lexicon.surnames[text[start:end]]
        if not (honorific or role):
            alone = kind == "S" and end - start > 1 and ends_word(text, end) and not not_name_after(text, end)
            return _Open(start, end, end, *_ALONE, ("dictionary:surname",)) if alone else None
        if text[start : end + len(honorific)] in COMMON_WITH_HONORIFIC:
            return None
        evidence = ("dictionary:surname", f"honorific:{honorific}" if honorific else f"role:{role}")
        if kind == "S" and honorific and end - start > 1:
            return _Open(start, end, end, 0.65, 0.65, 0.65, evidence)
        yes = 0.62 if honorific else 0.52
        no = 0.36 if kind == "S" else 0.3 if kind == "s" else 0.2
        same = 0.42 if honorific else 0.3
        if end - start > 1 and (kind.isupper() or kind == "p") and (honorific in _FOR_PERSONS or role in RANKS):
            same, no = 0.55, 0.5  # 福島様, 大原部長: a place to Sudachi
        return _Open(start, end, end, yes, same, no, evidence)

    def _chains(self, text: str, joints: Sequence[Match]) -> Iterator[_Open]:
        """Foreign names of several parts: ジョン・スミス."""
        if not joints or ("・" not in text and "＝" not in text):
            return
        kana, done = self._lexicon.kana, 0
        for place, _, _ in joints:
            start = katakana_start(text, place)
            match = _CHAIN.match(text, start) if start >= done else None
            if match is None:
                continue
            done = match.end()
            parts = re.split("[・＝･=]", match.group())
            known = sum(part in kana["foreign"] for part in parts)
            ambiguous = sum(part in kana["foreign-word"] for part in parts)
            few = len(parts) > 2 and known + ambiguous < 2
            if not known or few or _thing_after(text, match.end()) or THINGS.search(match.group()):
                continue
            honorific = honorific_at(text, match.end())
            share = (known + ambiguous / 2) / len(parts)
            yes = 0.45 + 0.2 * share + (0.15 if honorific else 0.0)
            yield _Open(match.start(), match.end(), match.end(), yes, yes - 0.1, 0.3, ("dictionary:foreign",))

    def _initials(self, text: str, initials: Sequence[Match]) -> Iterator[_Open]:
        """Initials before a foreign name: J・K・ローリング, J.K.ローリング."""
        done = 0
        for place, _, _ in initials:
            match = _INITIALS.match(text, place) if place >= done else None
            if match is None:
                continue
            done = match.end()
            name = text[match.start(1) : match.end(1)]
            yes = 0.6 if name in self._lexicon.kana["foreign"] else 0.4
            yield _Open(match.start(), match.end(), match.end(), yes, yes, yes, ("dictionary:foreign",))

    def _single(self, text: str, foreign: Sequence[Match]) -> list[_Open]:
        """Single foreign names: with an honorific or a role (オバマ大統領), and those of which something is told.

        Most of the latter words are things, so the judge decides.
        """
        addressed: list[_Open] = []
        subjects: list[_Open] = []
        for start, end, _ in foreign:
            after = text[end : end + 1]
            if after in _TOLD_OF:
                if end - start > 2 and not (start and text[start - 1] in _IN_CHAINS):
                    subjects.append(_Open(start, end, end, *_ALONE, ("dictionary:foreign",)))
            elif after in _ADDRESS_STARTS and not (start and text[start - 1] in _IN_CHAINS):
                match = _ADDRESSED.match(text, end)
                if match:
                    evidence = ("dictionary:foreign", f"honorific:{match.group()}")
                    addressed.append(_Open(start, end, end, 0.58, 0.4, 0.3, evidence))
        return addressed + subjects


def _line_alone(text: str, start: int, end: int) -> bool:
    """Whether it stands alone in its line or cell, or between tabs."""
    return text[start - 1 : start] in _EDGES and text[end : end + 1] in _EDGES


def _cell_alone(text: str, start: int, end: int) -> bool:
    """Whether it is a whole cell of a row that is written with commas, tabs, semicolons or bars."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return before in _CELL_EDGES and after in _CELL_EDGES and not (before in _LINE_EDGES and after in _LINE_EDGES)


def _thing_after(text: str, position: int) -> bool:
    char = text[position : position + 1]
    if not char or not is_kanji(char):
        return False
    return not (honorific_at(text, position) or role_at(text, position) or person_noun_at(text, position))


def _grouped(text: str, hits: Iterable[Match]) -> dict[int, list[int]]:
    """Ends of the surnames by start, for starts at which a name can begin."""
    groups: dict[int, list[int]] = {}
    for start, end, _ in hits:
        if start in groups:
            groups[start].append(end)
        elif starts_word(text, start):
            groups[start] = [end]
    return groups


def _decided(name: _Open, reading: Reading) -> NameSpan:
    start, end, surname_end, yes, same, no, evidence, pair = name
    if yes == no:
        return NameSpan(start, end, yes, evidence)
    words = reading.range(start, end)
    if words is None:
        return NameSpan(start, end, no, evidence)
    tags = [tag for tag in reading.tags[words[0] : words[1]] if tag != "other"]
    if not tags or ("dictionary:foreign" in evidence and not _FOREIGN_TAGS.issuperset(tags)):
        return NameSpan(start, end, same, evidence)
    if tags[0] in _PERSONS or (len(tags) > 1 and tags[-1] in _PERSONS):
        return NameSpan(start, end, yes, (*evidence, "sudachi"))
    if pair and surname_end in reading.ends[words[0] : words[1]]:
        return NameSpan(start, end, max(same, _PAIR), evidence)
    if "place" in tags or "proper" in tags:
        return NameSpan(start, end, no, evidence)
    return NameSpan(start, end, same, evidence)


_place = itemgetter(0, 1)


def best(spans: Iterable[NameSpan]) -> list[NameSpan]:
    """Spans that do not overlap: the surest first, then the longest; equal spans join their evidence."""
    kept: list[NameSpan] = []
    group: list[NameSpan] = []
    reach = 0
    for span in sorted(spans, key=_place):
        if span.start >= reach and group:
            kept += _without_overlaps(group) if len(group) > 1 else group
            group = [span]
        elif group and _place(group[-1]) == _place(span):
            group[-1] = _joined(group[-1], span)
        else:
            group.append(span)
        reach = max(reach, span.end)
    return kept + _without_overlaps(group)


def _joined(other: NameSpan, span: NameSpan) -> NameSpan:
    high, low = (span, other) if span.score > other.score else (other, span)
    evidence = tuple(dict.fromkeys((*high.evidence, *low.evidence)))
    return NameSpan(high.start, high.end, high.score, evidence)


def _without_overlaps(group: list[NameSpan]) -> list[NameSpan]:
    """Of spans that overlap in a row, what is kept of them, in order."""
    kept: list[NameSpan] = []
    for span in sorted(group, key=lambda s: (-s.score, s.start - s.end, s.start)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return sorted(kept)
