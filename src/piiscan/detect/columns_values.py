"""Checks values of a column against a rule, one by one: a regular expression, then validators.

What a column *is* is told by some hundreds of its distinct values, for which plain Python costs less than starting a vectorised query; whole
columns are checked in :mod:`piiscan.detect.columns_whole`.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from piiscan.detect.columns_shapes import Shapes
from piiscan.detect.columns_sure import FORMS, Form
from piiscan.protocols import Validator
from piiscan.rules.compiled import compile_pattern
from piiscan.rules.model import Rule

NOTHING = (
    r"(?i:[-‐－―ー*＊×/\s　.]*"
    r"|(?:特に?|特記(?:すべき)?事項(?:は|も)?|異常(?:は|所見)?|所見|既往(?:歴)?(?:は|に)?|該当(?:者|事項)?は?|記載(?:事項)?)?"
    r"(?:なし|無し?|ナシ|ありません|認めず|非該当)"
    r"|該当せず|いいえ|不明|未定|未登録|未記入|同上|〃|null|none|nil|n/?a|nan|unknown|\(null\)|#n/a)"
)
PLACEHOLDER = f"^{NOTHING}$"
"""Cells that say "nothing here" in one of the usual ways."""

DICTIONARY_CHECKS = frozenset({"person_name", "address"})
"""Validators that know real names and places: passing them says as much as a check digit does."""

TYPE_CHECKS = {"PERSON": "person_name", "JP_NAME_KANA": "kana_name", "JP_ADDRESS": "address"}
"""What checks a type whose rules only have labels: the dictionaries are programs."""

_SLOW = frozenset({"person_name", "address", "birth_date", "phone", "phone_mobile"})
"""Validators that take longer than to see whether a value has a usual form."""

BIRTH_TYPES = frozenset({"DATE_OF_BIRTH", "JP_DATE_OF_BIRTH"})

_is_nothing = re.compile(NOTHING).fullmatch
_PREFECTURE = re.compile(
    r"北海道|東京都|(?:大阪|京都)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|"
    r"兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県"
)
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}")
_HYPHENS = re.compile(r"(?<=[0-9])[‐‑‒–—―−ー─ｰ﹣](?=[0-9])")
_FLOAT = re.compile(r"([0-9]+)\.0+")
_LOST = re.compile(r"[1-9][0-9]{4,11}")
_DAYS = re.compile(r"[1-9][0-9]{3,4}")
_ROUNDED = re.compile(r"[0-9]{16,19}")
_REMEMBERED = 50_000
_EXCEL_EPOCH = date(1899, 12, 30)
_SHAPE_PARTS = re.compile(r"\{[0-9,]+\}|\[[^\]]+\]|.")
_UNITS = {"0": "[0-9]", "A": "[A-Za-z]", "-": "-", " ": " "}

T = TypeVar("T")
Mask = list[bool]


def fold_cell(value: str) -> str:
    """Half width, unified hyphens between digits, no outer spaces."""
    bare = value.strip(" \t\r\n　\ufeff'")
    if bare.isascii():
        return bare
    return _HYPHENS.sub("-", unicodedata.normalize("NFKC", bare)).strip()


def meaningful(values: Iterable[str | None]) -> list[str]:
    """The distinct cells that say something, in order of appearance."""
    return [v for v in dict.fromkeys(values) if v is not None and not _is_nothing(v)]


def spread(values: Sequence[T], size: int) -> Sequence[T]:
    """At most `size` of the values, taken evenly from beginning to end."""
    return values[:: max(1, len(values) // size)][:size]


class Values:
    """Distinct, meaningful cells, with what they are when folded. Folded once, for all rules that ask."""

    __slots__ = ("floats", "folded", "given")

    def __init__(self, given: Sequence[str]) -> None:
        self.given = given
        folded = [fold_cell(v) for v in given]
        self.folded = [_without_zero_decimals(v) for v in folded]
        self.floats = [a is not b for a, b in zip(folded, self.folded, strict=True)]

    def __len__(self) -> int:
        return len(self.given)

    def pick(self, numbers: Sequence[int]) -> Values:
        """Some of them."""
        if len(numbers) == len(self):
            return self
        some = Values(())
        some.given = [self.given[n] for n in numbers]
        some.folded = [self.folded[n] for n in numbers]
        some.floats = [self.floats[n] for n in numbers]
        return some

    def spread(self, size: int) -> Values:
        """As the function of this name."""
        return self.pick(spread(range(len(self)), size))


def _without_zero_decimals(value: str) -> str:
    if value[-1:] != "0" or "." not in value:
        return value
    match = _FLOAT.fullmatch(value)
    return match.group(1) if match else value


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which of the values pass, the share a validator confirmed, and how values had to be read."""

    mask: Mask
    confirmed: float
    evidence: tuple[str, ...] = ()
    best: int = 0

    @property
    def share(self) -> float:
        """Passing values over all values, 0..1."""
        return sum(self.mask) / len(self.mask) if self.mask else 0.0


@dataclass(slots=True)
class _Last:
    """What was asked last: a small column is judged and checked with the same values."""

    values: Values
    labelled: bool
    verdict: Verdict = field(repr=False)


class TypeCheck:
    """The checks of all rules of one entity type that may apply to a column: a value passes when it passes one of them."""

    def __init__(self, checks: Sequence[ValueCheck]) -> None:
        self.checks = tuple(sorted(checks, key=lambda c: -c.rule.specificity))
        self._last: _Last | None = None

    def judge(self, values: Values, *, labelled: bool) -> Verdict:
        """As :meth:`ValueCheck.judge`; `best` is the rule that most values follow."""
        last = self._last
        if last is not None and last.values is values and last.labelled == labelled:
            return last.verdict
        verdict = self._judge(values, labelled)
        self._last = _Last(values, labelled, verdict)
        return verdict

    def _judge(self, values: Values, labelled: bool) -> Verdict:
        mask = [False] * len(values)
        confirmed = 0.0
        counts: list[int] = []
        evidence: list[str] = []
        rest: Sequence[int] = range(len(values))
        for check in self.checks:
            if not rest:
                counts.append(0)
                continue
            verdict = check.judge(values.pick(rest), labelled=labelled)
            passing = [n for n, good in zip(rest, verdict.mask, strict=True) if good]
            counts.append(len(passing))
            if passing:
                for n in passing:
                    mask[n] = True
                confirmed += verdict.confirmed * len(rest) / len(values)
                evidence += verdict.evidence
                rest = [n for n in rest if not mask[n]]  # what one check accepted is not asked again: some are slow
        best = max(range(len(counts)), key=lambda n: (counts[n], -n))
        return Verdict(mask, confirmed, tuple(dict.fromkeys(evidence)), best)

    def noise_rate(self, passing: Values) -> float:
        """The worst of the checks."""
        return max(c.noise_rate(passing) for c in self.checks)

    @property
    def has_dictionary(self) -> bool:
        """Whether a name or address dictionary stands behind it."""
        return any(c.has_dictionary for c in self.checks)


class ValueCheck:
    """The value check of one rule. Not thread-safe (remembers answers of slow validators)."""

    def __init__(self, rule: Rule, validators: Mapping[str, Validator]) -> None:
        self.rule = rule
        own = tuple(name for name in rule.validators if name in validators)
        usual = (TYPE_CHECKS.get(rule.entity_type, ""),)
        self.checks = own or tuple(name for name in usual if name in validators)
        self._validators = {name: validators[name] for name in self.checks}
        self._known: dict[str, dict[str, bool | None]] = {name: {} for name in self.checks}
        self.pattern = _anchored(rule)
        self.matches = _compiled(self.pattern).match if self.pattern is not None else _is_short
        self.forms = self._usual_forms()
        self.shapes = Shapes(self.pattern) if not self.checks and self.pattern is not None else None

    def _usual_forms(self) -> tuple[Form, ...]:
        """The forms of the validator that this rule's shapes take as well."""
        if len(self.checks) != 1:
            return ()
        forms = FORMS.get(self.checks[0], ())
        if self.pattern is None:
            return tuple(f for f in forms if not f.exemplars)
        if self.rule.value or self.rule.pattern:
            return ()  # a pattern may look at single digits
        return tuple(f for f in forms if f.exemplars and all(map(self.matches, f.exemplars)))

    @property
    def has_dictionary(self) -> bool:
        """Whether a name or address dictionary stands behind this check."""
        return not DICTIONARY_CHECKS.isdisjoint(self.checks)

    @property
    def anything_goes(self) -> bool:
        """Whether there is nothing to check, so that only a header can speak for a column."""
        return self.pattern is None and not self.checks

    def judge(self, values: Values, *, labelled: bool) -> Verdict:
        """Judge distinct, meaningful values. With a header that names them (`labelled`), spreadsheet damage is repaired first."""
        if not len(values):
            return Verdict([], 0.0)
        plain = values.folded
        mask, confirmed = self._pass(plain)
        evidence = ["float"] if any(values.floats) else []
        if labelled and not all(mask):
            for name, repaired in (
                ("zero-lost", self._lost_zero),
                ("serial", self._serial),
                ("rounded", self._rounded),
            ):
                more = repaired(plain, mask)
                if any(more):
                    evidence.append(name)
                    mask = [a or b for a, b in zip(mask, more, strict=True)]
        if self.rule.entity_type == "JP_ADDRESS":
            mask = [good and not _PREFECTURE.fullmatch(v) for good, v in zip(mask, plain, strict=True)]
        return Verdict(mask, confirmed / len(values), tuple(evidence))

    def noise_rate(self, passing: Values) -> float:
        """How often the same shapes with other digits pass: low where a check digit or table really distinguishes."""
        dice = random.Random(11)  # noqa: S311 - reproducible noise, not a secret
        some = passing.spread(200)
        noise = [re.sub(r"[0-9]", lambda _: str(dice.randrange(10)), v) for v in some.folded]
        return sum(self._pass(noise)[0]) / len(noise) if noise else 0.0

    def _pass(self, folded: Sequence[str]) -> tuple[Mask, int]:
        """Which values pass, and how many of them a validator confirmed."""
        matches, checks, confirmed = self.matches, self.checks, 0
        mask: Mask = []
        for value in folded:
            good = matches(value) is not None
            if good and checks:
                answers = [self._ask(name, value) for name in checks]
                good = False not in answers
                confirmed += good and True in answers
            mask.append(good)
        return mask, confirmed

    def _ask(self, name: str, value: str) -> bool | None:
        known = self._known[name]
        try:
            return known[value]
        except KeyError:
            if len(known) > _REMEMBERED:
                known.clear()
            sure = any(form.one(value) for form in FORMS[name]) if name in _SLOW else False
            answer = known[value] = True if sure else self._validators[name](value)
            return answer

    def _lost_zero(self, plain: Sequence[str], mask: Mask) -> Mask:
        """A spreadsheet took the leading zeros of an identifier: would it pass with them?"""
        if self.anything_goes:
            return []
        lost = [n for n, v in enumerate(plain) if not mask[n] and _LOST.fullmatch(v)]
        found = {n for n, good in zip(lost, self._pass(["0" + plain[n] for n in lost])[0], strict=True) if good}
        short = [n for n in lost if n not in found and len(plain[n]) <= 6]
        found.update(n for n, good in zip(short, self._pass(["00" + plain[n] for n in short])[0], strict=True) if good)
        return [n in found for n in range(len(plain))] if found else []

    def _serial(self, plain: Sequence[str], mask: Mask) -> Mask:
        """A birth date left as the day number of a spreadsheet (29222 is 1980-01-02)."""
        if self.rule.entity_type not in BIRTH_TYPES:
            return []
        fits = [not good and _DAYS.fullmatch(v) is not None for v, good in zip(plain, mask, strict=True)]
        days = [
            (_EXCEL_EPOCH + timedelta(days=int(v))).isoformat() if c else "" for v, c in zip(plain, fits, strict=True)
        ]
        return [a and b for a, b in zip(fits, self._pass(days)[0], strict=True)] if any(fits) else []

    def _rounded(self, plain: Sequence[str], mask: Mask) -> Mask:
        """Numbers that a spreadsheet rounded: ``1.23457E+11``, or 16 digits of which the last is always 0."""
        if self.pattern is None:
            return []
        result = [
            not good and _SCIENTIFIC.fullmatch(v) is not None and self._matches_number(v)
            for v, good in zip(plain, mask, strict=True)
        ]
        long = [n for n, v in enumerate(plain) if len(v) >= 16 and _ROUNDED.fullmatch(v) and self.matches(v)]
        if len(long) >= 3 and all(plain[n][-1] == "0" for n in long):
            for n in long:
                result[n] |= not mask[n]
        return result

    def _matches_number(self, scientific: str) -> bool:
        return self.matches(str(int(Decimal(scientific)))) is not None


def _is_short(value: str) -> bool | None:
    return True if len(value) <= 200 else None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _anchored(rule: Rule) -> str | None:
    parts = [_expanded(p) for p in (rule.value, rule.pattern) if p][:1]
    parts += [_shape_pattern(s) for s in rule.shapes] if not rule.value else []
    parts += [rf".*(?:{'|'.join(re.escape(w) for w in rule.words)}).*"] if rule.words and not parts else []
    if not parts:
        return None
    joined = "|".join(f"(?:{p})" for p in dict.fromkeys(parts))
    return rf"\A(?:{joined})\Z"


def _expanded(pattern: str) -> str:
    """The pattern without borders at its ends (digits, a delimiter before): they say nothing about a whole cell."""
    return compile_pattern(pattern.removeprefix("{B}").removeprefix("{G}").removesuffix("{E}")).pattern


def _shape_pattern(shape: str) -> str:
    """A shape of a rule as a regular expression: 0 a digit, A a letter; sets and repetitions as they are; ``@`` a mail address."""
    if shape == "@":
        return r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+"
    return "".join(
        _UNITS.get(part, part if part[0] in "{[" else re.escape(part)) for part in _SHAPE_PARTS.findall(shape)
    )
