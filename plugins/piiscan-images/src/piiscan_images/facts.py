"""What a place in a picture's metadata says, on its way to the detector."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from piiscan.limits import SEGMENT_CHARS
from piiscan.model import Candidate, Locator, SegmentKind, TextSegment
from piiscan.text.decoding import decode

MAX_TEXT = 4 * 1024**2
"""Characters of one text tag at most; the rest is left out."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]+")
_ORGANISATION = re.compile(
    r"[©®™@/\\0-9]|^[A-Z.&]{1,5}$|\w\.\w{2,}|株式会社|有限会社|合同会社|写真部|編集部|事務所|スタジオ|(?i:\b(?:inc|ltd|llc|corp|co|gmbh|company|studios?|photos?|photography"
    r"|images?|camera|agency|press|news|magazine|museum|library|university|unknown|none|owner|user|admin|default|picasa|adobe|microsoft)\b)"
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A text with the label that says what it is. With `entity`, the metadata itself makes it a candidate of that type with `score`."""

    text: str = field(repr=False)
    label: str
    locator: Locator
    entity: str = ""
    score: float = 0.0

    def segments(self) -> Iterator[TextSegment]:
        """As segments; long text in pieces."""
        text = self.text[:MAX_TEXT]
        for start in range(0, len(text), SEGMENT_CHARS):
            piece = text[start : start + SEGMENT_CHARS]
            known = (self._candidate(piece),) if self.entity and start == 0 else ()
            yield TextSegment(
                text=piece, locator=self.locator, kind=SegmentKind.FIELD, label=self.label or None, known=known
            )

    def _candidate(self, piece: str) -> Candidate:
        return Candidate(
            entity_type=self.entity,
            start=0,
            end=len(piece),
            score=self.score,
            rule=f"image.{self.entity.lower()}",
            recognizer="images",
            evidence=(f"tag:{self.locator.get('tag') or self.label}",),
            specificity=5,
        )


def tidy(text: str) -> str:
    """Text without control characters and the padding that cameras write."""
    return _CONTROL.sub(" ", text.replace("\0", "\n")).strip()


def decoded(data: bytes) -> str:
    """Bytes in whatever encoding a Japanese program wrote them: what a standard calls ASCII is often UTF-8 or Shift_JIS."""
    return tidy(decode(data.strip(b"\0")).text)


def repaired(text: str) -> str:
    """Text that a library read as Latin-1 because the tag is called ASCII, read again as what it is."""
    try:
        return decoded(text.encode("latin-1"))
    except UnicodeEncodeError:
        return tidy(text)


def names_nobody(text: str) -> bool:
    """Whether a value of an artist or owner tag is rather a company, an address or a phrase than a person."""
    return not 2 <= len(text) <= 40 or _ORGANISATION.search(text) is not None or len(text.split()) > 4
