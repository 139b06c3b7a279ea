"""What recognizers look at: a segment's text and whatever several of them need of it, computed once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from piiscan.model import TextSegment

T = TypeVar("T")
_LONE = re.compile("[\ud800-\udfff]")


class TextView:
    """One text segment during detection. Lives in memory only; its repr shows no text."""

    __slots__ = ("_shared", "around", "explaining", "segment", "text")

    def __init__(self, segment: TextSegment, *, explaining: bool = False) -> None:
        self.explaining = explaining
        """Whether refused matches are wanted too (`Detector.explain`)."""
        self.around: Any = None
        """What :mod:`piiscan.detect.surroundings` knows of this text."""
        self.segment = segment
        self.text = _encodable(segment.text)
        self._shared: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<TextView of {len(self.text)} characters>"

    def once(self, key: str, compute: Callable[[TextView], T]) -> T:
        """The result of `compute(self)`, computed on first demand and kept: digit tokens, dictionary hits, line starts."""
        if key not in self._shared:
            self._shared[key] = compute(self)
        value: T = self._shared[key]
        return value


def _encodable(text: str) -> str:
    """The text with lone surrogates replaced one by one: dictionaries look in UTF-8, where they do not exist. Offsets stay."""
    if text.isascii():
        return text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return _LONE.sub("\ufffd", text)
    return text
