"""Names in Latin letters: with Mr. or -san, under Regards, beside the name in kanji, in names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from piiscan.detect.automaton import Match
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import words
from piiscan.detect.names_prose import NameSpan

_WORD = r"[A-Z][A-Za-z'’\-]{1,20}"
_TITLED = re.compile(
    rf"(?<![A-Za-z])(?:Mr|Ms|Mrs|Miss|Mx|Dr|Prof)(?:\.[ 　]?|[ 　])({_WORD}(?: (?:[A-Z]\. )?{_WORD}){{0,2}})"
)
_DEAR = re.compile(rf"(?:Dear|Hi|Hello)[ 　]({_WORD}(?: {_WORD})?)(?=[,，:\n]|-?(?:san|sama)\b)")
ANCHORS = {
    **dict.fromkeys(words("Mr Ms Mrs Miss Mx Dr Prof"), "title"),
    **dict.fromkeys(words("Dear Hi Hello"), "dear"),
    **dict.fromkeys(words("egards incerely hanks ours Cheers Best hank"), "closing"),
    **dict.fromkeys(words("-san -sama さん 様 氏"), "san"),
}
"""Looked for all at once, with what they announce."""
_BEFORE_SAN = re.compile(rf"(?<![A-Za-z]){_WORD}(?: {_WORD})?$")
_CLOSING = re.compile(
    rf"(?:egards|incerely(?: yours)?|hanks|hank you|ours(?: truly)?|Cheers|Best),?[ \t]*\r?\n(?:[ \t]*\r?\n)?[ \t]*"
    rf"({_WORD}(?: (?:[A-Z]\. )?{_WORD}){{0,2}})[ \t]*(?=\r?\n|$)"
)
_PAIR = re.compile(
    rf"[ \t　]*[/／(（]?[ \t　]*(?:\r?\n[ \t　]*)?({_WORD}[ ,]{{1,2}}{_WORD})[ \t　]*(?=[)）/／|│]|\r?\n|$)"
)
_NOT_NAMES = frozenset(
    words(
        """
    Sir Madam All Team Everyone Customer Customers Friends There World Support Sales Manager Management Office Company Service Services January
    February March April June July August September October November December
    """
    )
)
_PARTS = re.compile(r"[A-Za-z]{2,}")


class LatinNames:
    """Finds names in Latin letters by what stands beside them."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._roman = lexicon.romaji
        self._kinds = tuple(ANCHORS.values())

    def find(self, text: str, hits: Iterable[Match]) -> Iterator[NameSpan]:
        """Names with a title, a greeting, a Japanese honorific, or alone under the end of a letter; `hits` are of `ANCHORS`."""
        for start, _, number in hits:
            kind = self._kinds[number]
            if kind == "san":
                yield from self._before(text, start)
            elif kind == "closing" or not (start and text[start - 1].isascii() and text[start - 1].isalpha()):
                yield from self._after(text, start, kind)

    def _after(self, text: str, start: int, kind: str) -> Iterator[NameSpan]:
        pattern, unknown = {"title": (_TITLED, 0.6), "dear": (_DEAR, 0.0), "closing": (_CLOSING, 0.0)}[kind]
        match = pattern.match(text, start)
        if match is None:
            return
        parts = match.group(1).split(" ")
        if _NOT_NAMES.isdisjoint(parts) and (score := 0.68 if self._known(parts) else unknown):
            yield NameSpan(*match.span(1), score, (f"honorific:{kind}",))

    def _before(self, text: str, place: int) -> Iterator[NameSpan]:
        """A name in Latin letters before -san or 様."""
        stop = place - (text[place - 1 : place] == " ")
        if not stop or not (text[stop - 1].isascii() and text[stop - 1].isalpha()):
            return
        found = _BEFORE_SAN.search(text, max(0, stop - 40), stop)
        parts = found.group().split(" ") if found else []
        japanese = any(part.lower() in self._roman["surname"] for part in parts)
        if (
            found
            and (len(parts) > 1 or japanese)
            and self._known(parts)
            and _NOT_NAMES.isdisjoint(found.group().split(" "))
        ):
            yield NameSpan(*found.span(), 0.6, ("honorific:san",))

    def beside(self, text: str, persons: Sequence[NameSpan]) -> Iterator[NameSpan]:
        """The same name in Latin letters right behind one in kanji, on its line or the next."""
        for person in persons:
            if person.score < 0.5 or text[person.start].isascii():
                continue
            match = _PAIR.match(text, person.end)
            if match and _NOT_NAMES.isdisjoint(re.split("[ ,]+", match.group(1))):
                yield NameSpan(*match.span(1), 0.62, ("neighbour:PERSON",))

    def in_file_name(self, text: str) -> Iterator[NameSpan]:
        """Surname and given name as two neighbouring words of a file's name: resume_taro_yamada.pdf."""
        parts = list(_PARTS.finditer(text))
        for first, second in pairwise(parts):
            if (
                second.start() - first.end() != 1
                or text[first.end()] == "."
                or min(len(first.group()), len(second.group())) < 3
            ):
                continue
            a, b = first.group().lower(), second.group().lower()
            surname, given = self._roman["surname"], self._roman["given"]
            if ((a in surname and b in given) or (a in given and b in surname)) and len(a) + len(b) > 7:
                yield NameSpan(first.start(), second.end(), 0.55, ("dictionary:romaji",))

    def _known(self, words: Sequence[str]) -> bool:
        low = [word.lower().strip(".") for word in words]
        return any(word in self._roman[kind] for word in low for kind in ("surname", "given", "foreign"))
