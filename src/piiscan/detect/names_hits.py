"""One pass over a text for everything that names are found by: surnames, foreign names, labels, honorifics, phrases.

The pass costs about the same whatever it looks for, so all readers of names share one automaton; each gets its own hits, in the order they end in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from piiscan.detect.automaton import Match, build
from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import HALF_KATAKANA, KATAKANA, SAMPLE_WORDS

JOINTS = "・＝･="
_INITIAL_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
_JOINED = tuple(kana + joint for kana in KATAKANA for joint in JOINTS)
_INITIALS = tuple(letter + sign for letter in _INITIAL_LETTERS for sign in ".．・")
_KANA_GAPS = tuple(kana + blank for kana in KATAKANA + HALF_KATAKANA for blank in " 　")


class NameHits(NamedTuple):
    """(start, end, number of the word in its group) of what was found, by group."""

    surnames: Sequence[Match]
    foreign: Sequence[Match]
    joined: Sequence[Match]
    """A katakana and a sign that joins the parts of foreign names."""
    initials: Sequence[Match]
    kana_gaps: Sequence[Match]
    """A katakana and a blank."""
    labels: Sequence[Match]
    lists: Sequence[Match]
    near: Sequence[Match]
    latin: Sequence[Match]
    samples: Sequence[Match]


class NameWords:
    """The automaton over all the words. `labels`, `lists`, `near` and `latin` are the words of the readers of these names."""

    def __init__(
        self,
        lexicon: Lexicon,
        *,
        labels: Sequence[str] = (),
        lists: Sequence[str] = (),
        near: Sequence[str] = (),
        latin: Sequence[str] = (),
    ) -> None:
        # Foreign names and surnames share no word (scripts differ), so ranges of numbers tell them; all others may have several owners.
        foreign = sorted(lexicon.kana["foreign"] - lexicon.surnames.keys())
        numbers = {word: number for number, word in enumerate((*lexicon.searched, *foreign))}
        self._surnames, self._foreign = len(lexicon.searched), len(numbers)
        owners: dict[int, tuple[tuple[int, int], ...]] = {}
        for group, words in enumerate((_JOINED, _INITIALS, _KANA_GAPS, labels, lists, near, latin, SAMPLE_WORDS), 2):
            for own, word in enumerate(words):
                number = numbers.setdefault(word, len(numbers))
                owners[number] = (*owners.get(number, ()), (group, own))
        self._owners = owners
        self._automaton = build(list(numbers), cache="names")

    def find(self, text: str) -> NameHits:
        """Every word in folded text, overlapping ones too."""
        found: tuple[list[Match], ...] = ([], [], [], [], [], [], [], [], [], [])
        surnames, foreign, owners = found[0], found[1], self._owners
        last_surname, last_foreign = self._surnames, self._foreign
        for hit in self._automaton.find(text):
            start, end, number = hit
            if number < last_surname:
                surnames.append(hit)
            elif number < last_foreign:
                foreign.append(hit)
            if number in owners:
                for group, own in owners[number]:
                    found[group].append((start, end, own))
        return NameHits(*found)
