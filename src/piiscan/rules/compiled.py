"""The small notations of rules: shapes and pattern macros."""

from __future__ import annotations

import itertools
import re

DIGITS = "0-9０-９"
HYPHENS = "\\-－−‐‑‒–—―ーｰ─━﹣﹘˗⁃➖⁻ㅡ゠"
SPACES = " \\t\u3000\u00a0\u2002\u2003\u2009\u202f"
MACROS = {
    "{D}": f"[{DIGITS}]",
    "{H}": f"[{HYPHENS}]",
    "{S}": f"[{SPACES}]",
    "{L}": "[A-Za-zＡ-Ｚａ-ｚ]",
    "{K}": "[\u3005\u3400-\u9fff\U00020000-\U0002ffff]",
    "{B}": f"(?<![{DIGITS}A-Za-zＡ-Ｚａ-ｚ])",
    "{G}": "(?<=[:：=＝\\s|｜│┃,，」】』］\\])）>])",
    "{N}": (
        f"(?:(?:特記(?:すべき)?(?:事項)?|該当|既往歴?|異常|記載|特)?(?:[にはもの]|所見)?[{SPACES}]*"
        "(?:なし|無し|ナシ|ﾅｼ|無(?![一-龠])|ありません|ございません|ない(?![一-龠ぁ-ん])|認めず|認めません|未記入|未回答|不明|非該当|N/A|n/a|None|none|"
        "特になし|特になく|いいえ|同上|〃|[-－―ー×✕](?![^\\s、。,，)）])))"
    ),
    "{E}": f"(?![{DIGITS}A-Za-zＡ-Ｚａ-ｚ])",
}
"""Stand-ins in patterns: a digit, hyphen, space, Latin letter, kanji; no digit or letter before; none after;
a delimiter (not a mere particle) before; words such as 特になし, which say that a field holds nothing."""

_MAX_SHAPES = 3000
_UNIT = re.compile(r"(\[[^\]]+\]|.)(?:\{(\d+)(?:,(\d+))?\})?")
_BANNED = re.compile(r"\\[bBdDwW]")


class RuleSyntaxError(ValueError):
    """A pattern or shape is wrong; `ja` and `en` say how."""

    def __init__(self, ja: str, en: str) -> None:
        super().__init__(en)
        self.ja = ja
        self.en = en


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of a rule. ``\\b``, ``\\d`` and ``\\w`` are refused: they take kana for word characters and ٣ for a digit."""
    banned = _BANNED.search(pattern)
    if banned:
        name = banned.group()
        raise RuleSyntaxError(
            f"{name} は使えません({{D}} {{B}} {{E}} を使ってください)",
            f"{name} is not allowed; use {{D}}, {{B}}, {{E}}",
        )
    for macro, meaning in MACROS.items():
        pattern = pattern.replace(macro, meaning)
    try:
        return re.compile(pattern)
    except re.error as error:
        raise RuleSyntaxError(f"正規表現が正しくありません({error})", f"not a regular expression: {error}") from error


def expand_shape(shape: str) -> tuple[str, ...]:
    """All shapes that a notation stands for: ``0{2,3}[- ]0{4}`` gives six. ``0`` a digit, ``A`` a letter, others themselves."""
    choices: list[list[str]] = []
    for match in _UNIT.finditer(shape):
        unit, low, high = match.groups()
        members = list(unit[1:-1]) if unit.startswith("[") and unit.endswith("]") else [unit]
        first = int(low) if low else 1
        last = int(high) if high else first
        if first > last or last > 40:
            raise RuleSyntaxError(f"形 {shape} の繰り返しが正しくありません", f"bad repetition in shape {shape!r}")
        choices.append([m * n for m in members for n in range(first, last + 1)])
    total = 1
    for options in choices:
        total *= len(options)
        if total > _MAX_SHAPES:
            raise RuleSyntaxError(f"形 {shape} の組み合わせが多すぎます", f"shape {shape!r} stands for too many shapes")
    return tuple(dict.fromkeys("".join(parts) for parts in itertools.product(*choices)))
