"""Numbers that are not written in one piece: broken over lines, a box for each digit or group, or in kanji numerals.

Each is put together and then judged by the same rules as a number in one piece, at a lower confidence. What was put together over a plain
line end (no hyphen there) or from boxes needs a label right before it: two lines of a list are not one number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from piiscan.detect import labels
from piiscan.detect.context import Judge
from piiscan.detect.digits import HYPHENS, SPACES
from piiscan.detect.numerals import KANJI_DIGITS
from piiscan.detect.runs import RunReader
from piiscan.detect.view import TextView
from piiscan.hookspecs import hookimpl
from piiscan.model import Candidate, Severity
from piiscan.rules.compiled import expand_shape
from piiscan.rules.model import Rule, RuleSet

_STAMP = r"(?![0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}[ T][0-9]{1,2}:)"
"""A line that begins with date and time is no continuation."""
_NEXT = rf"(?=[-－‐−]?[0-9０-９]){_STAMP}"
_BREAK = re.compile(rf"\n[ \t\u3000>]{{0,12}}{_NEXT}|<[Bb][Rr][ /]{{0,2}}>[ \t\u3000\r\n]{{0,8}}{_NEXT}")
_TAGS = ("<br", "<BR", "<Br", "<bR")
_LINE_END = re.compile(rf"\n(?<=[0-9０-９{re.escape(HYPHENS + SPACES)}\r]\n)[ \t\u3000>]{{0,12}}{_NEXT}")
"""The breaks of a text without tags that may be inside of a number, found twice as fast."""
_RUN_CHARS = frozenset("0123456789０１２３４５６７８９.．()（）" + HYPHENS.replace("一", "") + SPACES)
_DIGITS = frozenset("0123456789０１２３４５６７８９")
_HYPHEN = frozenset(HYPHENS.replace("一", ""))
_AROUND, _FRAGMENT, _LINES = 12, 24, 4

_CELL = r"(?:[|｜¦│┃┆,，、/／]|\r?\n|</[Tt][DdHh]>\s{0,8}<[Tt][DdHh][^<>\n]{0,60}>|<[Bb][Rr][ /]{0,2}>)"
_SEPARATOR = re.compile(
    rf"(?:[ \t\u3000]{{0,4}}{_CELL}){{1,3}}[ \t\u3000]{{0,4}}|[ \t\u3000]{{1,6}}|[ \t\u3000]?[-－‐−ー―][ \t\u3000]?"
)
_GROUP = re.compile("[0-9０-９]{1,8}")
_BOXES = re.compile(rf"{labels.GAP}[0-9０-９]{{1,8}}(?:{_SEPARATOR.pattern})[0-9０-９]")
_BOXES_REACH = 300
_WORDS = frozenset("ABDEFGHJKLMOPQRSTUVWXYZabdefghjklmopqrstuvwxyz")
"""What must follow a label before it is worth looking at the boxes one by one, and within how many characters;
with what it does not go on (``No``, ``Code`` and ``ID`` may be between)."""
_PLAIN = frozenset(" -－‐−ー―\u3000")
_MAX_GROUPS, _MIN_BOXES = 20, 7

_NUMERALS = "".join(KANJI_DIGITS)
_KANJI_RUN = re.compile(f"[{_NUMERALS}](?:[{_NUMERALS}]|[ー－‐―−–\\-・ \u3000の](?=[{_NUMERALS}])){{6,24}}")
_COUNTED = frozenset("十百千万億兆年月日条項号番丁第")
_BROKEN, _BOXED, _IN_KANJI = ("line-break", -0.15), ("boxes", -0.05), ("kanji-numerals", -0.05)


class JoinedRecognizer:
    """Puts numbers together and asks the rules with shapes."""

    name = "joined"

    def __init__(self, rules: RuleSet) -> None:
        table: dict[str, list[Rule]] = {}
        for rule in rules.rules:
            for shape in dict.fromkeys(s for notation in rule.shapes for s in expand_shape(notation)):
                if shape != "@":
                    table.setdefault(shape, []).append(rule)
        self._table = {shape: tuple(found) for shape, found in table.items()}
        # Nobody writes numbers of orders or days into boxes.
        boxed = (
            r for found in table.values() for r in found if rules.entity(r.entity_type).severity is not Severity.NONE
        )
        self._boxed = frozenset(rule.id for rule in boxed)
        self._labelled = frozenset(rule.id for found in table.values() for rule in found if rule.labels or rule.columns)
        self._runs = RunReader(self._table)
        self._judge = Judge.of(rules)
        self.entity_types = tuple(sorted({r.entity_type for r in rules.rules if r.shapes}))

    def candidates(self, view: TextView) -> Iterable[Candidate]:
        """Numbers in pieces."""
        yield from self._over_lines(view)
        yield from self._boxes(view)
        if not view.text.isascii():
            yield from self._kanji(view)

    def _over_lines(self, view: TextView) -> Iterator[Candidate]:
        text, done, near = view.text, 0, self._judge.near(view)
        for match in (_BREAK if "<" in text and any(tag in text for tag in _TAGS) else _LINE_END).finditer(text):
            at = match.start() - (text[match.start() - 1 : match.start()] == "\r")
            left = at
            while left > max(0, at - _FRAGMENT) and text[left - 1] in _RUN_CHARS:
                left -= 1
            piece = text[left:at].rstrip(SPACES)
            if (
                not piece
                or (piece[-1] not in _DIGITS and not (piece[-1] in _HYPHEN and piece[-2:-1] in _DIGITS))
                or left < done
            ):
                continue
            hyphen = piece[-1] in _HYPHEN or text[match.end()] in _HYPHEN
            if hyphen or near is None or near(left, match.end(), self._labelled):
                spans = [(left, left + len(piece)), *self._further(text, match.end())]
                done = spans[1][0] if hyphen else done
                yield from self._glued(view, spans, hyphen=hyphen)

    def _further(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """The pieces on the following lines, as long as one line holds nothing but a piece."""
        for _ in range(_LINES - 1):
            end = start
            while end < min(len(text), start + _FRAGMENT) and text[end] in _RUN_CHARS:
                end += 1
            yield start, start + len(text[start:end].rstrip(SPACES))
            following = _BREAK.match(text, end + (text[end : end + 1] == "\r"))
            if following is None:
                return
            start = following.end()

    def _glued(self, view: TextView, spans: list[tuple[int, int]], *, hyphen: bool) -> Iterator[Candidate]:
        text, first, last = view.text, spans[0][0], spans[-1][1]
        before, after = text[max(0, first - _AROUND) : first], text[last : last + _AROUND]
        for glue in ("",) if hyphen else ("", " ", "-"):
            joined = glue.join(text[low:high] for low, high in spans)
            cut = len(before) + spans[0][1] - first
            for found in self._runs.crossing(before + joined + after, cut):
                low, high = found.start - len(before), found.end - len(before)
                if low >= 0 and high <= len(joined):
                    back = [i for a, b in spans for i in (*range(a, b), *([b - 1] * len(glue)))]
                    start, end = back[low], back[high - 1] + 1
                    yield from self._weighed(view, found.shape, start, end, found.value, _BROKEN, loose=hyphen)

    def _boxes(self, view: TextView) -> Iterator[Candidate]:
        """Digits or groups in boxes after a label."""
        text = view.text
        for hit in self._judge.labels.hits(view).of(self._boxed):
            if text[hit.end : hit.end + 1] not in _WORDS and _BOXES.match(text, hit.end, hit.end + _BOXES_REACH):
                yield from self._boxes_at(view, labels.value_start(text, hit.end), hit.rules)
        if view.segment.label:
            yield from self._boxes_at(view, len(text) - len(text.lstrip()), self._judge.labels.field(view))

    def _boxes_at(self, view: TextView, at: int, rules: frozenset[str]) -> Iterator[Candidate]:
        text = view.text
        if at >= len(text) or text[at] not in _DIGITS:
            return
        groups: list[str] = []
        odd = broken = False
        end = at
        while len(groups) < _MAX_GROUPS and (group := _GROUP.match(text, end)):
            groups.append(group.group())
            end = group.end()
            for shape_text in _forms(groups) if odd else ():
                how = _BROKEN if broken and len(groups[0]) > 1 else _BOXED
                shape = "".join("0" if c in _DIGITS else c for c in shape_text)
                yield from self._weighed(view, shape, at, end, shape_text, how, loose=False, only=rules)
            separator = _SEPARATOR.match(text, end)
            if separator is None:
                return
            odd = odd or separator.group() not in _PLAIN
            broken = broken or "\n" in separator.group() or "<b" in separator.group().lower()
            end = separator.end()

    def _kanji(self, view: TextView) -> Iterator[Candidate]:
        text = view.text
        for match in _KANJI_RUN.finditer(text):
            start, end = match.span()
            if text[start - 1 : start] in _COUNTED or text[end : end + 1] in _COUNTED:
                continue
            value = "".join(KANJI_DIGITS.get(c) or (" " if c in SPACES else "-") for c in match.group())
            shape = "".join("0" if c.isdigit() else c for c in value)
            yield from self._weighed(view, shape, start, end, value, _IN_KANJI, loose="-" in value)

    def _weighed(
        self,
        view: TextView,
        shape: str,
        start: int,
        end: int,
        value: str,
        how: tuple[str, float],
        *,
        loose: bool,
        only: frozenset[str] | None = None,
    ) -> Iterator[Candidate]:
        """What the rules for a shape say. Unless `loose`, a label must stand right before the number."""
        word, change = how
        for rule in self._table.get(shape, ()):
            if only is not None and rule.id not in only:
                continue
            candidate = self._judge.weigh(view, rule, start, end, value, self.name)
            if candidate is None or candidate.score <= 0:
                continue
            if loose or any(e.startswith("label:") for e in candidate.evidence):
                score = round(max(0.01, candidate.score + change), 4)
                yield replace(candidate, score=score, evidence=(*candidate.evidence, word))


def _forms(groups: list[str]) -> Iterator[str]:
    """How the groups read as one number: ``1|2|3...`` as 123..., ``1234|5678|9018`` as 1234-5678-9018."""
    plain = [g.translate(_HALF) for g in groups]
    if len(groups) > 1 and max(map(len, groups)) > 1:
        yield "-".join(plain)
    elif len(groups) >= _MIN_BOXES:
        yield "".join(plain)


_HALF = {0xFF10 + n: str(n) for n in range(10)}


@hookimpl
def piiscan_recognizers() -> Iterable[type[JoinedRecognizer]]:
    """This recognizer."""
    return [JoinedRecognizer]
