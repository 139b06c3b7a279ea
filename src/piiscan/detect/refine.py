"""Last looks at candidates that need the whole text: what kind of phone it is, whether a postal code is a company's, what a passport's lines say."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from piiscan.detect.digits import fold
from piiscan.detect.numerals import KANJI_DIGITS
from piiscan.detect.things import among_things
from piiscan.model import Candidate
from piiscan.rules.subtypes import company_postcode, phone_kind

_BETWEEN = re.compile(r"<[^<>]*>|[\s|｜>・]+")
PHONE, POSTCODE, ADDRESS = "PHONE_NUMBER", "JP_POSTAL_CODE", "JP_ADDRESS"
COMPANY_ADDRESS_RULE = "ja.address.company"
COMPANY = "company-postcode"
_FAX = ("fax", "ファックス", "ファクス", "ｆａｘ")
_REACH = 24
"""How far an address may be from its postal code, in characters."""
_SOME_ADDRESS, _GAP, _ADDRESS_AFTER = 0.3, 6, 0.4
_COMPANY_POSTCODE, _COMPANY_ADDRESS = -0.3, -0.2


def refine(text: str, candidates: Iterable[Candidate], rules: frozenset[str]) -> list[Candidate]:
    """The candidates with more evidence, some with another score or as several. `rules` are the ids in force."""
    found = [c for one in candidates for c in (_passport(text, one) if "check:mrz" in one.evidence else (one,))]
    found = among_things(text, _before_addresses(text, found))
    companies = {
        id(c): c.end
        for c in found
        if c.entity_type == POSTCODE and c.score > 0 and company_postcode(fold(text[c.start : c.end]))
    }
    if not companies:
        return found
    ends = sorted(companies.values())
    changed: list[Candidate] = []
    for c in found:
        if id(c) in companies:
            changed.append(_lower(c, _COMPANY_POSTCODE))
        elif c.entity_type == ADDRESS and c.score > 0 and _right_after(c.start, ends):
            rule = COMPANY_ADDRESS_RULE if COMPANY_ADDRESS_RULE in rules else c.rule
            changed.append(replace(_lower(c, _COMPANY_ADDRESS), rule=rule))
        else:
            changed.append(c)
    return changed


def _right_after(start: int, ends: list[int]) -> bool:
    index = bisect_right(ends, start)
    return index > 0 and start - ends[index - 1] <= _REACH


def kind(text: str, found: Candidate) -> tuple[str, ...]:
    """The evidence of what kind a phone is, of which nothing else depends."""
    if found.entity_type != PHONE:
        return ()
    kind = phone_kind(_one_piece(text[found.start : found.end]))
    label = next((e for e in found.evidence if e.startswith("label:")), "").lower()
    if label and any(word in label for word in _FAX) and "tel" not in label:
        kind = "fax"
    return (f"kind:{kind}",) if kind else ()


def _before_addresses(text: str, found: list[Candidate]) -> list[Candidate]:
    """A postal code right before an address is one, also where nothing says so."""
    starts = sorted(c.start for c in found if c.entity_type == ADDRESS and c.score >= _SOME_ADDRESS)
    if not starts or not any(c.entity_type == POSTCODE for c in found):
        return found
    return [
        _beside(c) if c.entity_type == POSTCODE and c.score > 0 and _address_after(text, c.end, starts) else c
        for c in found
    ]


def _address_after(text: str, end: int, starts: list[int]) -> bool:
    index = bisect_left(starts, end)
    return (
        index < len(starts) and starts[index] - end <= _GAP and not text[end : starts[index]].strip(' \t\u3000,，|｜│"')
    )


def _beside(code: Candidate) -> Candidate:
    score = round(min(1.0, code.score + _ADDRESS_AFTER), 4)
    return replace(code, score=score, evidence=(*code.evidence, f"neighbour:{ADDRESS}"))


def _lower(candidate: Candidate, change: float) -> Candidate:
    score = round(max(0.01, candidate.score + change), 4)
    return replace(candidate, score=score, evidence=(*candidate.evidence, COMPANY))


def _one_piece(value: str) -> str:
    """A number without what it was broken with."""
    if value.isascii() and value.replace("-", "").isdigit():
        return value
    if len(value) > 8 and not any(c.isascii() and c.isdigit() for c in value):
        value = "".join(KANJI_DIGITS.get(c, c) for c in value)
    return fold(_BETWEEN.sub("", value))


def _passport(text: str, line: Candidate) -> Iterator[Candidate]:
    """The second line of a passport holds number, birth date and sex at fixed places."""
    if line.end - line.start != 44 or line.score <= 0:
        yield line
        return
    start = line.start
    yield replace(line, end=start + 9)
    yield replace(line, entity_type="DATE_OF_BIRTH", start=start + 13, end=start + 19)
    if text[start + 20] in "MF":
        yield replace(line, entity_type="GENDER", start=start + 20, end=start + 21)
