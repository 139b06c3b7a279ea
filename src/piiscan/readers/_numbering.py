"""The numbers Word shows before list paragraphs: they are not in the text, but a letter that cites "第3条" or "1.2" is read with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from piiscan.readers._xml import Element, attr, child, descend, local

_AIUEO: Final = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_IROHA: Final = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセスン"
_KANJI: Final = "〇一二三四五六七八九"
_ROMAN: Final = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
)
_ROMAN_ONES: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")


def _roman(number: int) -> str:
    out = ""
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        out += letters * min(count, 10)
    return out + _ROMAN_ONES[number]


def _letter(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 10) if number > 0 else ""


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


def _counting(number: int) -> str:
    if not 0 < number < 100:
        return "".join(_KANJI[int(d)] for d in str(number))
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _KANJI[tens] + "十") + (_KANJI[ones] if ones else "")


def _from(letters: str) -> Callable[[int], str]:
    return lambda n: letters[(n - 1) % len(letters)] if n > 0 else ""


def _full_width(number: int) -> str:
    return str(number).translate({ord("0") + i: ord("０") + i for i in range(10)})


_FORMATS: Final[Mapping[str, Callable[[int], str]]] = {
    "decimalZero": lambda n: f"{n:02d}",
    "lowerRoman": _roman,
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerLetter": _letter,
    "upperLetter": lambda n: _letter(n).upper(),
    "ordinal": _ordinal,
    "decimalFullWidth": _full_width,
    "decimalFullWidth2": _full_width,
    "decimalEnclosedCircle": lambda n: chr(0x2460 + n - 1) if 0 < n <= 20 else str(n),
    "aiueo": _from(_AIUEO),
    "aiueoFullWidth": _from(_AIUEO),
    "iroha": _from(_IROHA),
    "irohaFullWidth": _from(_IROHA),
    "ideographDigital": lambda n: "".join(_KANJI[int(d)] for d in str(abs(n))),
    "japaneseCounting": _counting,
    "japaneseDigitalTenThousand": _counting,
    "none": lambda n: "",  # noqa: ARG005
}


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int
    legal: bool
    restart: int | None


def _number(element: Element | None, name: str, default: int) -> int:
    try:
        return int(attr(child(element, name), "val"))
    except (AttributeError, ValueError):
        return default


def _level(element: Element) -> _Level:
    form, text = child(element, "numFmt"), child(element, "lvlText")
    restart = child(element, "lvlRestart")
    return _Level(
        form=attr(form, "val", "decimal") if form is not None else "decimal",
        text=attr(text, "val") if text is not None else "",
        start=_number(element, "start", 0),
        legal=child(element, "isLgl") is not None,
        restart=None if restart is None else _number(element, "lvlRestart", 0),
    )


def _index(element: Element, name: str = "ilvl") -> int:
    try:
        return int(attr(element, name, "0"))
    except ValueError:
        return 0


class Numbering:
    """Counts as Word does while paragraphs pass by in document order."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._levels: dict[str, dict[int, _Level]] = {}
        self._style_links: dict[str, str] = {}
        self._nums: dict[str, tuple[str, dict[int, int], dict[int, _Level]]] = {}
        self._styles: dict[str, tuple[str, str, int | None]] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()
        for element in numbering if numbering is not None else ():
            if local(element) == "abstractNum":
                self._abstract(element)
            elif local(element) == "num":
                self._num(element)
        for style in descend(styles, "style") if styles is not None else ():
            self._style(style)

    def _abstract(self, element: Element) -> None:
        key = attr(element, "abstractNumId")
        self._levels[key] = {_index(e): _level(e) for e in element if local(e) == "lvl"}
        link = child(element, "numStyleLink")
        if link is not None:
            self._style_links[key] = attr(link, "val")

    def _num(self, element: Element) -> None:
        abstract = child(element, "abstractNumId")
        starts: dict[int, int] = {}
        levels: dict[int, _Level] = {}
        for override in (e for e in element if local(e) == "lvlOverride"):
            level = child(override, "lvl")
            if child(override, "startOverride") is not None:
                starts[_index(override)] = _number(override, "startOverride", 0)
            if level is not None:
                levels[_index(override)] = _level(level)
        key = attr(abstract, "val") if abstract is not None else ""
        self._nums[attr(element, "numId")] = (key, starts, levels)

    def _style(self, element: Element) -> None:
        num = child(element, "pPr", "numPr")
        based = child(element, "basedOn")
        num_id, level = self.reference(num)
        self._styles[attr(element, "styleId")] = (attr(based, "val") if based is not None else "", num_id, level)

    @staticmethod
    def reference(num: Element | None) -> tuple[str, int | None]:
        """(numId, level) of a ``w:numPr``."""
        if num is None:
            return "", None
        num_id, level = child(num, "numId"), child(num, "ilvl")
        return attr(num_id, "val") if num_id is not None else "", None if level is None else _index(level, "val")

    def prefix(self, properties: Element | None) -> str:
        """What Word writes before the paragraph with these ``w:pPr``; counts it."""
        if properties is None or not self._nums:
            return ""
        num_id, level = self.reference(child(properties, "numPr"))
        style = child(properties, "pStyle")
        name, hops = attr(style, "val") if style is not None else "", 0
        while name in self._styles and hops < 20 and (not num_id or level is None):
            name, style_num, style_level = self._styles[name]
            num_id, level, hops = num_id or style_num, style_level if level is None else level, hops + 1
        return self._next(num_id, level or 0) if num_id and num_id != "0" else ""

    def _resolve(self, num_id: str) -> tuple[str, dict[int, int], dict[int, _Level]] | None:
        found = self._nums.get(num_id)
        for _ in range(5):
            link = self._style_links.get(found[0]) if found else None
            linked = self._nums.get(self._styles.get(link, ("", "", None))[1]) if link else None
            if linked is None:
                break
            found = linked
        return found

    def _next(self, num_id: str, level: int) -> str:
        found = self._resolve(num_id)
        if found is None:
            return ""
        abstract, starts, overrides = found
        levels = {**self._levels.get(abstract, {}), **overrides}
        this = levels.get(level)
        if this is None:
            return ""
        counts = self._counts.setdefault(abstract, {})
        if (num_id, level) not in self._started and level in starts:
            counts[level] = starts[level]
        else:
            counts[level] = counts[level] + 1 if level in counts else this.start
        self._started.add((num_id, level))
        for above in range(level):  # levels that were passed over count as shown
            if above not in counts and above in levels:
                counts[above] = levels[above].start
        for deeper in [n for n in counts if n > level]:
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or (restart and level < restart):
                del counts[deeper]
        return self._show(this, levels, counts)

    @staticmethod
    def _show(this: _Level, levels: Mapping[int, _Level], counts: Mapping[int, int]) -> str:
        if this.form == "bullet":
            return ""

        def value(match: re.Match[str]) -> str:
            number = int(match[1]) - 1
            level = levels.get(number)
            if level is None or level.form == "bullet":
                return ""
            count = counts.get(number, level.start)
            return str(count) if this.legal else _FORMATS.get(level.form, str)(count)

        return re.sub(r"%([1-9])", value, this.text)
