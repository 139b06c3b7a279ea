"""Names in Latin letters: with Mr. or -san, under Regards, beside the name in kanji, in names of files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.name_grammar import NameGrammar
from piiscan.detect.names_prose import NameSpan

_WORD = r"[A-Z][A-Za-z'’\-]{1,20}"
_TITLED = re.compile(
    rf"(?<![A-Za-z])(?:Mr|Ms|Mrs|Miss|Mx|Dr|Prof)(?:\.[ 　]?|[ 　])({_WORD}(?: (?:[A-Z]\. )?{_WORD}){{0,2}})"
)
_DEAR = re.compile(rf"(?<![A-Za-z])(?:Dear|Hi|Hello)[ 　]({_WORD}(?: {_WORD})?)(?=[,，:\n]|-?(?:san|sama)\b)")
_SAN = re.compile(r"(?<=[A-Za-z])[ \-]?(?:san(?![A-Za-z])|sama(?![A-Za-z])|さん|様|氏)")
_BEFORE_SAN = re.compile(rf"(?<![A-Za-z]){_WORD}(?: {_WORD})?$")
_CLOSING = re.compile(
    rf"(?:[Rr]egards|[Ss]incerely(?: yours)?|[Tt]hanks|[Tt]hank you|[Yy]ours(?: truly)?|Cheers|Best),?[ \t]*\r?\n(?:[ \t]*\r?\n)?[ \t]*({_WORD}(?: (?:[A-Z]\. )?{_WORD}){{0,2}})[ \t]*(?=\r?\n|$)"
)
_PAIR = re.compile(
    rf"[ \t　]*[/／(（]?[ \t　]*(?:\r?\n[ \t　]*)?({_WORD}[ ,]{{1,2}}{_WORD})[ \t　]*(?=[)）/／|│]|\r?\n|$)"
)
_NOT_NAMES = frozenset(
    ["Sir", "Madam", "All", "Team", "Everyone", "Customer", "Customers", "Friends", "There", "World", "Support", "Sales", "Manager", "Management", "Office", "Company", "Service", "Services", "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December"]
)
_PARTS = re.compile(r"[A-Za-z]{2,}")


class LatinNames:
    """Finds names in Latin letters by what stands beside them."""

    def __init__(self, lexicon: Lexicon, grammar: NameGrammar) -> None:
        self._roman = lexicon.romaji
        self._grammar = grammar

    def find(self, text: str) -> Iterator[NameSpan]:
        """Names with a title, a greeting, a Japanese honorific, or alone under the end of a letter."""
        for pattern, unknown, title in ((_TITLED, 0.6, "Mr."), (_DEAR, 0.0, "Dear"), (_CLOSING, 0.0, "regards")):
            for match in pattern.finditer(text):
                words = match.group(1).split(" ")
                if _NOT_NAMES.isdisjoint(words) and (score := 0.68 if self._known(words) else unknown):
                    yield NameSpan(*match.span(1), score, (f"honorific:{title}",))

        for match in _SAN.finditer(text):
            found = _BEFORE_SAN.search(text, max(0, match.start() - 40), match.start())
            if found and self._known(found.group().split(" ")) and _NOT_NAMES.isdisjoint(found.group().split(" ")):
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
        words = list(_PARTS.finditer(text))
        for first, second in zip(words, words[1:], strict=False):
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
