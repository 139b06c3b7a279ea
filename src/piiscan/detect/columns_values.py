"""Checks the values of a column against a rule, vectorised: a regular expression, then validators, on distinct values only."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from piiscan.detect.columns_shapes import Shapes
from piiscan.detect.columns_sure import FORMS, Form, surely
from piiscan.protocols import Validator
from piiscan.rules.compiled import compile_pattern
from piiscan.rules.model import Rule

PLACEHOLDER = r"^(?i)(?:[-‐－―ー*＊×/\s　.]*|なし|無し?|不明|未定|未登録|未記入|該当なし|同上|〃|null|none|nil|n/?a|nan|unknown|\(null\)|#n/a)$"
"""Cells that say "nothing here" in one of the usual ways."""

DICTIONARY_CHECKS = frozenset({"person_name", "address"})
"""Validators that know real names and places: passing them says as much as a check digit does."""

TYPE_CHECKS = {"PERSON": "person_name", "JP_NAME_KANA": "kana_name", "JP_ADDRESS": "address"}
"""What checks a type whose rules only have labels: the dictionaries are programs."""

BIRTH_TYPES = frozenset({"DATE_OF_BIRTH", "JP_DATE_OF_BIRTH"})

_PREFECTURE = (
    r"^(?:北海道|東京都|(?:大阪|京都)府|(?:青森|岩手|宮城|秋田|山形|福島|茨城|栃木|群馬|埼玉|千葉|神奈川|新潟|富山|石川|福井|山梨|長野|岐阜|静岡|愛知|三重|滋賀|"
    r"兵庫|奈良|和歌山|鳥取|島根|岡山|広島|山口|徳島|香川|愛媛|高知|福岡|佐賀|長崎|熊本|大分|宮崎|鹿児島|沖縄)県)$"
)
_SCIENTIFIC = r"^[0-9](?:\.[0-9]+)?[eE]\+?[0-9]{1,2}$"
_HYPHENS = r"([0-9])[‐‑‒–—―−ー─ｰ﹣]([0-9])"
_REMEMBERED = 50_000
_EXCEL_EPOCH = date(1899, 12, 30)
_ARITHMETIC = frozenset({"my_number", "luhn"})
_LONG = r"[0-9０-９]{16}"
_FEW, _LOOK = 500, 2000
"""Columns of few cells, or of few different ones among so many, are judged by distinct value."""
_SHAPE_PARTS = re.compile(r"\{[0-9,]+\}|\[[^\]]+\]|.")
_UNITS = {"0": "[0-9]", "A": "[A-Za-z]", "-": "-", " ": " "}

VectorCheck = Callable[[pl.Series], pl.Series]


def fold_cells(values: pl.Series) -> pl.Series:
    """Half width, unified hyphens between digits, no outer spaces; untouched where a column is plain ASCII."""
    stripped = values.str.strip_chars(" \t\r\n　\ufeff'")
    if not stripped.str.contains(r"[^\x00-\x7f]").any():
        return stripped
    folded = stripped.str.normalize("NFKC")
    return folded.str.replace_all(_HYPHENS, "$1-$2").str.replace_all(_HYPHENS, "$1-$2").str.strip_chars()


def meaningful(values: pl.Series) -> pl.Series:
    """The distinct cells that say something, in order of appearance."""
    distinct = values.drop_nulls().unique(maintain_order=True)
    return distinct.filter(~distinct.str.contains(PLACEHOLDER))


def spread(values: pl.Series, size: int) -> pl.Series:
    """At most `size` of the values, taken evenly from beginning to end."""
    step = max(1, len(values) // size)
    return values.gather_every(step).head(size)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which of the distinct values pass, the share a validator confirmed, and how values had to be read."""

    mask: pl.Series
    confirmed: float
    evidence: tuple[str, ...] = ()
    best: int = 0

    @property
    def share(self) -> float:
        """Passing values over all values, 0..1."""
        return float(self.mask.mean() or 0.0) if len(self.mask) else 0.0  # type: ignore[arg-type]


class TypeCheck:
    """The checks of all rules of one entity type that may apply to a column: a value passes when it passes one of them."""

    def __init__(self, checks: Sequence[ValueCheck]) -> None:
        self.checks = tuple(sorted(checks, key=lambda c: -c.rule.specificity))

    def judge(self, distinct: pl.Series, *, labelled: bool) -> Verdict:
        """As :meth:`ValueCheck.judge`; `best` is the rule that most values follow."""
        mask = _all_false(len(distinct))
        confirmed = 0.0
        counts: list[int] = []
        evidence: list[str] = []
        for check in self.checks:
            rest = (~mask).arg_true()  # what an earlier check accepted is not asked again: some checks are slow
            verdict = check.judge(distinct.gather(rest), labelled=labelled)
            counts.append(int(verdict.mask.sum()))
            if counts[-1]:
                mask = mask.scatter(rest.filter(verdict.mask), values=True)
                confirmed += verdict.confirmed * len(rest) / len(distinct)
                evidence += verdict.evidence
        best = max(range(len(counts)), key=lambda n: (counts[n], -n))
        return Verdict(mask, confirmed, tuple(dict.fromkeys(evidence)), best)

    def cells(self, values: pl.Series, *, labelled: bool) -> tuple[pl.Series, bool]:
        """Which cells of a whole column pass, and whether the numbers in it were rounded by a spreadsheet.

        What is written in a usual form is told at once; only the rest is looked at value by value. The answer is that of `judge`.
        """
        if len(values) > _FEW and 2 * values.head(_LOOK).n_unique() > min(len(values), _LOOK):
            sure = self._surely(values)
            rest = (~sure & values.is_not_null()).arg_true()
            if not len(rest):
                return sure, False
            left = values.gather(rest)
            if not left.str.contains(_LONG).any():  # rounding is told by all long numbers together
                mask, _ = self._by_value(left, labelled=labelled)
                return sure.scatter(rest.filter(mask), values=True), False
        return self._by_value(values, labelled=labelled)

    def _by_value(self, values: pl.Series, *, labelled: bool) -> tuple[pl.Series, bool]:
        distinct = meaningful(values)
        verdict = self.judge(distinct, labelled=labelled)
        mask = values.is_in(distinct.filter(verdict.mask).implode()).fill_null(value=False)
        return mask, "rounded" in verdict.evidence

    def _surely(self, values: pl.Series) -> pl.Series:
        """Cells that pass one of the checks for certain."""
        mask = _all_false(len(values))
        for check in self.checks:
            if not check.has_forms:
                continue
            if not mask.any():
                mask = check.surely(values)
            elif len(rest := (~mask).arg_true()):
                mask = mask.scatter(rest.filter(check.surely(values.gather(rest))), values=True)
        return mask

    def noise_rate(self, passing: pl.Series) -> float:
        """The worst of the checks."""
        return max(c.noise_rate(passing) for c in self.checks)

    @property
    def has_dictionary(self) -> bool:
        """Whether a name or address dictionary stands behind it."""
        return any(c.has_dictionary for c in self.checks)


class ValueCheck:
    """The value check of one rule for whole columns. Not thread-safe (remembers answers of slow validators)."""

    def __init__(self, rule: Rule, validators: Mapping[str, Validator]) -> None:
        self.rule = rule
        own = tuple(name for name in rule.validators if name in validators)
        self.checks = own or ((TYPE_CHECKS[rule.entity_type],) if rule.entity_type in TYPE_CHECKS else ())
        self._validators = {name: validators[name] for name in self.checks if name in validators}
        self.pattern = _anchored(rule)
        self._fast = self.pattern is None or _polars_takes(self.pattern)
        self._slow = None if self._fast or self.pattern is None else re.compile(self.pattern)
        self._known: dict[str, dict[str, bool | None]] = {name: {} for name in self.checks}
        self._forms = self._usual_forms()
        self._shapes = Shapes(self.pattern) if not self.checks and self.pattern is not None else None

    def _usual_forms(self) -> tuple[Form, ...]:
        """The forms of the validator that this rule's shapes take as well."""
        if len(self.checks) != 1 or self.checks[0] not in self._validators:
            return ()
        forms = FORMS.get(self.checks[0], ())
        if self.pattern is None:
            return tuple(f for f in forms if not f.exemplars)
        if self.rule.value or self.rule.pattern or not self._fast:
            return ()  # a pattern may look at single digits
        return tuple(f for f in forms if f.exemplars and pl.Series(f.exemplars).str.contains(self.pattern).all())

    @property
    def has_forms(self) -> bool:
        """Whether `surely` can say anything."""
        return bool(self._forms) or self._shapes is not None

    def surely(self, cells: pl.Series) -> pl.Series:
        """Cells as given that pass for certain: nothing in them needs folding, and they are no placeholders."""
        if self._shapes is not None:
            return self._shapes.surely(cells)
        mask = _all_false(len(cells))
        for form in self._forms:
            mask |= form.test(cells).fill_null(value=False)
            if mask.all():
                break
        return mask

    @property
    def has_dictionary(self) -> bool:
        """Whether a name or address dictionary stands behind this check."""
        return not DICTIONARY_CHECKS.isdisjoint(self.checks)

    @property
    def anything_goes(self) -> bool:
        """Whether there is nothing to check, so that only a header can speak for a column."""
        return self.pattern is None and not self.checks

    def judge(self, distinct: pl.Series, *, labelled: bool) -> Verdict:
        """Judge distinct, meaningful values. With a header that names them (`labelled`), spreadsheet damage is repaired first."""
        if not len(distinct):
            return Verdict(pl.Series([], dtype=pl.Boolean), 0.0)
        folded = fold_cells(distinct)
        plain = folded.str.replace(r"^([0-9]+)\.0+$", "$1")
        mask, confirmed = self._pass(plain)
        evidence = ["float"] if bool((folded != plain).any()) else []
        if labelled:
            for name, repaired in (
                ("zero-lost", self._lost_zero),
                ("serial", self._serial),
                ("rounded", self._rounded),
            ):
                more = repaired(plain, mask)
                if more is not None and more.any():
                    evidence.append(name)
                    mask |= more
        if self.rule.entity_type == "JP_ADDRESS":
            mask &= ~plain.str.contains(_PREFECTURE)
        share = float(confirmed.mean() or 0.0)  # type: ignore[arg-type]
        return Verdict(mask, share, tuple(evidence))

    def noise_rate(self, passing: pl.Series) -> float:
        """How often the same shapes with other digits pass: low where a check digit or table really distinguishes."""
        dice = random.Random(11)  # noqa: S311 - reproducible noise, not a secret
        noise = [
            re.sub(r"[0-9]", lambda _: str(dice.randrange(10)), v) for v in fold_cells(spread(passing, 200)).to_list()
        ]
        return float(self._pass(pl.Series(noise, dtype=pl.String))[0].mean() or 0.0)  # type: ignore[arg-type]

    def _pass(self, folded: pl.Series) -> tuple[pl.Series, pl.Series]:
        mask = self._matches(folded)
        confirmed = _all_false(len(folded))
        for name in self.checks:
            if not mask.any():
                break
            answers = self._ask(name, folded, mask)
            mask &= answers.fill_null(value=True)
            confirmed |= answers.fill_null(value=False)
        return mask, confirmed & mask

    def _matches(self, folded: pl.Series) -> pl.Series:
        if self.pattern is None:
            return folded.str.len_chars() <= 200
        slow = self._slow
        found = (
            pl.Series([bool(slow.match(v)) for v in folded], dtype=pl.Boolean)
            if slow
            else folded.str.contains(self.pattern)
        )
        if self._shapes is not None:
            self._shapes.learn(folded.filter(found))
        return found

    def _ask(self, name: str, folded: pl.Series, mask: pl.Series) -> pl.Series:
        """Answers (None unknown) for the values where `mask` holds; None elsewhere."""
        vector = vector_checks().get(name)
        if vector is not None and (name in _ARITHMETIC or name not in self._validators):
            return pl.select(pl.when(mask).then(vector(folded))).to_series()
        sure = surely(name, folded) & mask
        known, check = self._known[name], self._validators[name]
        if len(known) > _REMEMBERED:
            known.clear()
        asked = (mask & ~sure).arg_true()
        answers: list[bool | None] = []
        for value in folded.gather(asked).to_list():
            if value not in known:
                known[value] = check(value)
            answers.append(known[value])
        result = pl.select(pl.when(sure).then(pl.lit(value=True))).to_series()
        return result.scatter(asked, pl.Series(answers, dtype=pl.Boolean))

    def _lost_zero(self, plain: pl.Series, mask: pl.Series) -> pl.Series | None:
        """A spreadsheet took the leading zeros of an identifier: would it pass with them?"""
        candidates = ~mask & plain.str.contains(r"^[1-9][0-9]{4,11}$")
        if self.anything_goes or not candidates.any():
            return None
        result, _ = self._pass(pl.select(pl.when(candidates).then("0" + plain).otherwise(pl.lit(""))).to_series())
        rest = candidates & ~result & (plain.str.len_chars() <= 6)
        if rest.any():
            result |= (
                self._pass(pl.select(pl.when(rest).then("00" + plain).otherwise(pl.lit(""))).to_series())[0] & rest
            )
        return result & candidates

    def _serial(self, plain: pl.Series, mask: pl.Series) -> pl.Series | None:
        """A birth date left as the day number of a spreadsheet (29222 is 1980-01-02)."""
        if self.rule.entity_type not in BIRTH_TYPES:
            return None
        candidates = ~mask & plain.str.contains(r"^[1-9][0-9]{3,4}$")
        if not candidates.any():
            return None
        days = [
            (_EXCEL_EPOCH + timedelta(days=int(v))).isoformat() if c else ""
            for v, c in zip(plain, candidates, strict=True)
        ]
        return self._pass(pl.Series(days, dtype=pl.String))[0] & candidates

    def _rounded(self, plain: pl.Series, mask: pl.Series) -> pl.Series | None:
        """Numbers that a spreadsheet rounded: ``1.23457E+11``, or 16 digits of which the last is always 0."""
        if self.pattern is None:
            return None
        scientific = ~mask & plain.str.contains(_SCIENTIFIC)
        result = scientific
        if scientific.any():
            digits = [str(int(Decimal(v))) if s else "" for v, s in zip(plain, scientific, strict=True)]
            result = self._matches(pl.Series(digits, dtype=pl.String)) & scientific
        long = plain.str.contains(r"^[0-9]{16,19}$") & self._matches(plain)
        if long.sum() >= 3 and plain.filter(long).str.ends_with("0").all():
            result |= long & ~mask
        return result


def _all_false(size: int) -> pl.Series:
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, size)


def _anchored(rule: Rule) -> str | None:
    parts = [_expanded(p) for p in (rule.value, rule.pattern) if p][:1]
    parts += [_shape_pattern(s) for s in rule.shapes] if not rule.value else []
    parts += [rf".*(?:{'|'.join(re.escape(w) for w in rule.words)}).*"] if rule.words and not parts else []
    if not parts:
        return None
    joined = "|".join(f"(?:{p})" for p in dict.fromkeys(parts))
    fast = rf"\A(?:{joined})\z"
    return fast if _polars_takes(fast) else rf"\A(?:{joined})\Z"


def _expanded(pattern: str) -> str:
    """The pattern without digit borders at its ends: they say nothing about a whole cell, and polars has no look-around."""
    return compile_pattern(pattern.removeprefix("{B}").removesuffix("{E}")).pattern


def _shape_pattern(shape: str) -> str:
    """A shape of a rule as a regular expression: 0 a digit, A a letter; sets and repetitions as they are; ``@`` a mail address."""
    if shape == "@":
        return r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;.]+"
    return "".join(
        _UNITS.get(part, part if part[0] in "{[" else re.escape(part)) for part in _SHAPE_PARTS.findall(shape)
    )


def _polars_takes(pattern: str) -> bool:
    try:
        pl.Series(["x"]).str.contains(pattern)
    except pl.exceptions.PolarsError:
        return False
    return True


def vector_checks() -> Mapping[str, VectorCheck]:
    """Validators that exist in vectorised form, by name: those of this module, and of the dictionaries."""
    from piiscan.detect import vector

    return {
        "my_number": my_number,
        "luhn": luhn,
        "person_name": vector.is_person_name_series,
        "kana_name": vector.is_kana_name_series,
        "address": vector.is_address_series,
    }


def _digits(values: pl.Series) -> pl.Series:
    return values.str.replace_all(r"[-\s./()]", "")


def my_number(values: pl.Series) -> pl.Series:
    """The check digit of 個人番号 over a whole column (see `piiscan.rules.checkdigits.my_number`)."""
    digits = _digits(values)
    good = digits.str.contains(r"^[0-9]{12}$") & ~digits.str.contains(_ONE_DIGIT)
    number = digits.cast(pl.Int64, strict=False)
    total = pl.Series([0], dtype=pl.Int64).new_from_index(0, len(values))
    for place, weight in enumerate((2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6), start=1):
        total += (number // 10**place % 10) * weight
    rest = total % 11
    expected = pl.select(pl.when(rest <= 1).then(0).otherwise(11 - rest)).to_series()
    return good & (number % 10 == expected).fill_null(value=False)


def luhn(values: pl.Series) -> pl.Series:
    """The Luhn sum over a whole column."""
    digits = _digits(values)
    good = digits.str.contains(r"^[0-9]{2,19}$") & ~digits.str.contains(_ONE_DIGIT)
    number = digits.cast(pl.UInt64, strict=False)
    total = pl.Series([0], dtype=pl.UInt64).new_from_index(0, len(values))
    for place in range(19):
        digit = number // 10**place % 10
        doubled = digit * 2
        total += digit if place % 2 == 0 else doubled - (doubled > 9).cast(pl.UInt64) * 9
    return good & (total % 10 == 0).fill_null(value=False)


_ONE_DIGIT = "^(?:" + "|".join(f"{d}+" for d in range(10)) + ")$"
