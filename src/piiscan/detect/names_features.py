"""What a learned judge is told about a possible name: its words, the dictionaries' word on them, and what stands on either side.

Nothing here is kept of a text; features are words and classes that live as long as the question.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from piiscan.detect.lexicon import Lexicon
from piiscan.detect.names_evidence import (
    PERSON_NOUN_END,
    TITLES_BEFORE,
    honorific_at,
    is_hiragana,
    is_kanji,
    is_katakana,
    not_name_after,
    person_noun_at,
    role_at,
)
from piiscan.detect.sudachi import Reading

TITLES = frozenset(TITLES_BEFORE)
LISTING = frozenset("、・とや")
EDGE, BLANK = ("^", "^"), ("_", "blank")
_OPENING, _CLOSING = frozenset('「『《〈【“"（('), frozenset('」』》〉】”"）)')
_LONG = 12
MAX_TAGS = 3


def features(text: str, words: Reading, first: int, stop: int, lexicon: Lexicon) -> list[str]:
    """Features of the words from `first` to `stop` as a name in folded `text`."""
    start, end = words.starts[first], words.ends[stop - 1]
    surface = text[start:end]
    script = script_of(surface)
    tags = "+".join(words.tags[first : min(stop, first + MAX_TAGS)])
    before = [word_at(text, words, first - n, first - n + 1) for n in (1, 2)]
    after = [word_at(text, words, stop + n, stop + n - 1) for n in (0, 1)]
    found = own_features(
        surface, tags, words.ends[first] - start, words.starts[stop - 1] - start, stop - first, lexicon
    )
    found += _sides(text, start, end, before, after, script)
    for n in (0, 1):
        (word, tag), (word2, tag2) = before[n], after[n]
        found += [f"b{n}={word}", f"b{n}t={tag}", f"a{n}={word2}", f"a{n}t={tag2}"]
    found += [
        f"a0={after[0][0]}&{script}",
        f"b0={before[0][0]}&{script}",
        f"a0t={after[0][1]}&b0t={before[0][1]}&{script}",
        f"tags={tags}&a0={after[0][0]}",
        f"tags={tags}&b0={before[0][0]}",
        f"tags={tags}&a0t={after[0][1]}",
        f"tags={tags}&b0t={before[0][1]}",
        f"a={after[0][0]} {after[1][0]}",
        f"b={before[1][0]} {before[0][0]}",
    ]
    if first > 1 and before[0][0] in LISTING:
        found.append(f"listed={words.tags[first - 2]}")
    if stop + 1 < len(words) and after[0][0] in LISTING:
        found.append(f"lists={words.tags[stop + 1]}")
    if text.find(surface, text.find(surface) + len(surface)) >= 0:
        found.append(f"again&{script}")
    return found


def own_features(surface: str, tags: str, head: int, tail: int, count: int, lexicon: Lexicon) -> list[str]:
    """Features of a possible name of `count` words by itself; its first word ends at `head`, its last begins at `tail`."""
    script, size = script_of(surface), min(len(surface), _LONG)
    found = ["bias", f"tags={tags}", f"script={script}", f"size={script}{size}", f"tags={tags}&size={size}&{script}"]
    found += _dictionaries(surface, surface[:head], surface[tail:], count, lexicon, script)
    return found


def word_at(text: str, words: Reading, number: int, neighbour: int) -> tuple[str, str]:
    """(surface, tag) of a word if it stands right beside the next one; edges are ``^``."""
    starts, ends = words.starts, words.ends
    if not 0 <= number < len(starts):
        return EDGE
    low, high = (number, neighbour) if number < neighbour else (neighbour, number)
    if ends[low] != starts[high]:
        return EDGE
    surface = text[starts[number] : ends[number]]
    if surface.isspace():
        return BLANK
    tag = words.tags[number]
    return surface, f"other{script_of(surface)}" if tag == "other" else tag


@lru_cache(4096)
def script_of(surface: str) -> str:
    """k kanji, h hiragana, t katakana, l other letters, s signs; m for a mixture."""
    kinds = {_kind(char) for char in surface if char not in "・＝ 　"}
    return kinds.pop() if len(kinds) == 1 else "m" if kinds else "s"


def _kind(char: str) -> str:
    if is_katakana(char):
        return "t"
    if is_hiragana(char):
        return "h"
    if is_kanji(char):
        return "k"
    return "l" if char.isalpha() else "d" if char.isdigit() else "s"


def _dictionaries(whole: str, head: str, tail: str, count: int, lexicon: Lexicon, script: str) -> Iterator[str]:
    if script == "t":
        parts = whole.replace("＝", "・").split("・")
        known = sum(part in lexicon.kana["foreign"] for part in parts)
        word = sum(part in lexicon.kana["foreign-word"] for part in parts)
        given = sum(part in lexicon.kana["given"] for part in parts)
        yield f"kana={min(len(parts), 3)}:{min(known, 2)}:{min(word, 2)}:{min(given, 1)}"
        yield f"kana={min(len(parts), 3)}:{min(known, 2)}"
        yield f"end={whole[-1]}t"
        yield f"end={whole[-2:]}t"
        return
    surname, given_class = lexicon.surnames.get(head, "-"), lexicon.given.get(tail, "-")
    yield f"surname={surname}"
    yield f"given={given_class}"
    yield f"dict={surname}{given_class}&{count}&{min(len(whole), 5)}"
    yield f"end={whole[-1]}"
    yield f"begin={whole[0]}"
    if whole in lexicon.not_names:
        yield "notname"


def _sides(
    text: str, start: int, end: int, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], script: str
) -> Iterator[str]:
    """What the lists of the rules say about both sides."""
    if honorific := honorific_at(text, end):
        yield f"honorific={honorific}"
        yield f"honorific&{script}"
    elif role_at(text, end):
        yield f"role&{script}"
    elif person_noun_at(text, end):
        yield f"noun&{script}"
    if not_name_after(text, end):
        yield "thing-after"
    if before[0][0] in TITLES:
        yield f"title&{script}"
    elif before[0][0][-1] in PERSON_NOUN_END:
        yield f"noun-before&{script}"
    if after[0][0] and is_kanji(after[0][0][-1]):
        yield f"after-ends={after[0][0][-1]}"
    if is_kanji(before[0][0][-1]):
        yield f"before-ends={before[0][0][-1]}"
    if inside := brackets(text, start, end):
        yield f"brackets={inside}"


def brackets(text: str, start: int, end: int) -> str:
    """The brackets that open right before and close right behind; empty when none."""
    if not start:
        return ""
    opened, closed = text[start - 1], text[end : end + 1]
    return (opened if opened in _OPENING else "") + (closed if closed in _CLOSING else "")
