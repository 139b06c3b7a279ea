"""Text made ready for dictionaries: variant kanji folded, variation selectors taken out, and the way back to the text as given."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass

try:
    from piiscan.text.folding import fold_kanji
except ImportError:
    _PAIRS = (
        "髙高﨑崎嵜崎碕崎邉辺邊辺齋斎齊斎斉斎德徳瀨瀬濵浜濱浜嶋島嶌島澤沢廣広國国會会櫻桜眞真淸清靑青惠恵冨富渕淵舘館栁柳桒桑橫横增増寬寛𠮷吉鷗鴎"
        "龍竜黑黒塚塚條条圓円榮栄藏蔵豐豊壽寿將将實実學学萬万礒磯藪薮槇槙曾曽靜静彌弥遙遥峯峰"
    )
    _TABLE = str.maketrans(_PAIRS[::2], _PAIRS[1::2])
    _ANY = re.compile(f"[{_PAIRS[::2]}]")

    def fold_kanji(text: str) -> str:
        return _ANY.sub(lambda m: m.group().translate(_TABLE), text)

_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text. `origin` maps its positions to the given text's where selectors were taken out; None where nothing moved."""

    text: str
    origin: array[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the text as given. A selector belongs to the character before it."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end]


def fold(text: str) -> Folded:
    """Fold what dictionaries do not know. Costs next to nothing where there is nothing to fold."""
    if not _SELECTOR.search(text):
        return Folded(fold_kanji(text))
    kept = array("L", (i for i, char in enumerate(text) if not _SELECTOR.match(char)))
    folded = fold_kanji("".join(text[i] for i in kept))
    kept.append(len(text))
    return Folded(folded, kept)
