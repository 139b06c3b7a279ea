"""Text made ready for dictionaries: variant kanji folded, what has no width taken out, and the way back to the text as given."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from functools import cache

from piiscan.detect.lexicon import Lexicon
from piiscan.text.folding import INVISIBLE, fold_kanji

_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_WIDE = re.compile("[\u3000-\U0010ffff]")
_KNOWN_FROM = 50
_RANGES = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00))


@dataclass(frozen=True, slots=True)
class FoldedText:
    """Folded text. `origin` maps its positions to the given text's where something was taken out; None where nothing moved.

    `judged` is what Sudachi should read: of the same length, but with the variants that it knows left as they are (朝青龍 is a name to it, 朝青竜 is not).
    """

    text: str
    judged: str
    origin: array[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as given. What has no width belongs to the character before it."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def may_be_japanese(text: str) -> bool:
    """Whether any character is one of those that Japanese is written with, or above them."""
    return not text.isascii() and _WIDE.search(text) is not None


def fold_variants(text: str) -> FoldedText:
    """Fold what dictionaries do not know. Reads the text once, and changes it only where there is something to change.

    (`fold_kanji` on all text would cap detection at 20 MB/s.)
    """
    if text.isascii() or not _to_fold().search(text):
        return FoldedText(text, text)
    if not _INVISIBLE.search(text):
        return FoldedText(fold_kanji(text), text.translate(_unknown_variants()))
    kept = array("L", (i for i, char in enumerate(text) if not _INVISIBLE.match(char)))
    visible = "".join(text[i] for i in kept)
    kept.append(len(text))
    return FoldedText(fold_kanji(visible), visible.translate(_unknown_variants()), kept)


@cache
def _unknown_variants() -> dict[int, str]:
    """What to fold for Sudachi: variants that hardly occur in its own names."""
    occurrences = Lexicon.load().variants
    return {ord(char): fold_kanji(char) for char in _changed() if occurrences.get(char, 0) < _KNOWN_FROM}


@cache
def _changed() -> str:
    chars = "".join(chr(code) for low, high in _RANGES for code in range(low, high))
    return "".join(a for a, b in zip(chars, fold_kanji(chars), strict=True) if a != b)


@cache
def _to_fold() -> re.Pattern[str]:
    """Any character that `fold_kanji` changes or drops."""
    return re.compile(f"[{INVISIBLE}{_changed()}\U00020000-\U0003ffff]")
