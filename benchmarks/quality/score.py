"""How hits are compared with what is known: spans in texts, values in tables."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

FAMILY = {
    "JP_PHONE_MOBILE": "PHONE_NUMBER",
    "JP_PHONE_FIXED": "PHONE_NUMBER",
    "JP_PHONE_IP": "PHONE_NUMBER",
    "JP_FAX": "PHONE_NUMBER",
    "JP_LATE_ELDERLY_INSURANCE": "JP_HEALTH_INSURANCE",
}
"""Types that count as one: what a number is called inside the telephone plan is not scored."""
NAMES = frozenset({"PERSON", "JP_NAME_KANA"})
CHECKED = frozenset({"JP_MY_NUMBER", "JP_DRIVER_LICENSE", "CREDIT_CARD", "JP_HEALTH_INSURANCE", "IBAN_CODE"})
UNCHECKED = frozenset(
    {
        "JP_PENSION_NUMBER",
        "JP_EMPLOYMENT_INSURANCE",
        "JP_PASSPORT",
        "JP_RESIDENCE_CARD",
        "JP_JUMINHYO_CODE",
        "JP_BANK_ACCOUNT",
        "JP_YUCHO_ACCOUNT",
        "MEMBER_ID",
        "EMPLOYEE_ID",
        "JP_VEHICLE_PLATE",
        "JP_CARE_INSURANCE",
        "STUDENT_ID",
        "PATIENT_ID",
    }
)
CONTACT = frozenset({"PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "JP_POSTAL_CODE", "IBAN_CODE"})
SCORED = NAMES | CHECKED | UNCHECKED | CONTACT | {"JP_ADDRESS", "DATE_OF_BIRTH"}
_BLANK = re.compile(r"[\s│|]+")


class Hit(NamedTuple):
    """What a system says."""

    start: int
    end: int
    type: str


@dataclass(slots=True)
class Tally:
    """Counts of one kind, and the cases behind them."""

    gold: int = 0
    found: int = 0
    exact: int = 0
    hits: int = 0
    right: int = 0
    missed: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """Share of known values that were found."""
        return self.found / self.gold if self.gold else None

    @property
    def precision(self) -> float | None:
        """Share of hits that are right."""
        return self.right / self.hits if self.hits else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean."""
        if not self.recall or not self.precision:
            return 0.0 if self.gold else None
        return 2 * self.recall * self.precision / (self.recall + self.precision)

    @property
    def exact_share(self) -> float | None:
        """Share of known values found with the same first and last character."""
        return self.exact / self.gold if self.gold else None

    def add(self, other: Tally) -> Tally:
        """Both together."""
        self.gold += other.gold
        self.found += other.found
        self.exact += other.exact
        self.hits += other.hits
        self.right += other.right
        self.missed += other.missed
        self.alarms += other.alarms
        return self


Tallies = defaultdict[tuple[str, str], Tally]
"""By genre and family."""


def tallies() -> Tallies:
    """Empty ones."""
    return defaultdict(Tally)


def family(entity_type: str) -> str:
    """What a type counts as."""
    return FAMILY.get(entity_type, entity_type)


def total(scores: Tallies, families: Iterable[str], genres: Sequence[str] = ("",)) -> Tally:
    """The sum over families, and genres that start so."""
    result = Tally()
    wanted = set(families)
    for (genre, name), tally in scores.items():
        if name in wanted and genre.startswith(tuple(genres)):
            result.add(tally)
    return result


def score_text(scores: Tallies, name: str, genre: str, text: str, gold: Sequence[Hit], hits: Sequence[Hit]) -> None:
    """Compare spans.

    A value is found when a hit of its family covers it (numbers, mails) or shares a character with it (names); it is exact when the span is the same
    but for blanks at the ends. A hit is right when it shares a character with a value of its family. Names in kana may be called names.
    """
    known = [Hit(g.start, g.end, family(g.type)) for g in gold]
    said = [Hit(h.start, h.end, family(h.type)) for h in hits if family(h.type) in SCORED]
    for g in known:
        tally = scores[genre, g.type]
        tally.gold += 1
        of_kind = [h for h in said if _same(g.type, h.type) and h.start < g.end and g.start < h.end]
        if any(_finds(text, g, h) for h in of_kind):
            tally.found += 1
        else:
            tally.missed.append(f"{name}:{g.start}:{g.type}")
        tally.exact += any(_trim(text, h) == _trim(text, g) for h in of_kind)
    for h in said:
        over = [g for g in known if h.start < g.end and g.start < h.end]
        right = [g for g in over if _same(g.type, h.type)]
        tally = scores[genre, right[0].type if right else h.type]
        tally.hits += 1
        tally.right += bool(right)
        if not right:
            tally.alarms.append(f"{name}:{h.start}:{h.type}")


def _same(gold: str, hit: str) -> bool:
    return gold == hit or (gold in NAMES and hit in NAMES)


def _finds(text: str, gold: Hit, hit: Hit) -> bool:
    if gold.type in NAMES:
        return True
    start, end = _trim(text, gold)
    return hit.start <= start and hit.end >= end


def _trim(text: str, hit: Hit) -> tuple[int, int]:
    piece = text[hit.start : hit.end]
    return hit.start + len(piece) - len(piece.lstrip()), hit.start + len(piece.rstrip())


def canonical(value: str) -> str:
    """A value without blanks, in half width."""
    return _BLANK.sub("", unicodedata.normalize("NFKC", value))


def score_values(
    scores: Tallies, name: str, genre: str, gold: Sequence[tuple[str, str]], hits: Sequence[tuple[str, str]]
) -> None:
    """Compare (type, value) as multisets: what a table says, whichever column said it."""
    known = Counter((_one(family(t)), canonical(v)) for t, v in gold)
    said = Counter((_one(family(t)), canonical(v)) for t, v in hits if family(t) in SCORED)
    for kind, value in known | said:
        wanted, got = known[kind, value], said[kind, value]
        tally = scores[genre, kind]
        tally.gold += wanted
        tally.hits += got
        same = min(wanted, got)
        tally.found += same
        tally.exact += same
        tally.right += same
        if wanted > got:
            tally.missed.append(f"{name}:{kind}:{wanted - got}")
        if got > wanted:
            tally.alarms.append(f"{name}:{kind}:{got - wanted}")


def _one(kind: str) -> str:
    return "PERSON" if kind in NAMES else kind
