"""Which cells of a whole column pass: what is written in a usual form is told for all at once, the rest by distinct value."""

from __future__ import annotations

import polars as pl

from piiscan.detect.columns_sure import FORMS
from piiscan.detect.columns_values import PLACEHOLDER, TypeCheck, ValueCheck, Values

_LONG = r"[0-9０-９]{16}"
_FEW, _LOOK = 500, 2000
"""Columns of few cells, or of few different ones among so many, are judged by distinct value."""
_LEARN_FROM = 200


def distinct(values: pl.Series) -> list[str]:
    """The distinct cells that say something, in order of appearance."""
    found = values.drop_nulls().unique(maintain_order=True)
    return found.filter(~found.str.contains(PLACEHOLDER)).to_list()


def passing(check: TypeCheck, values: pl.Series, *, labelled: bool) -> tuple[pl.Series, bool]:
    """Which cells pass, and whether the numbers in them were rounded by a spreadsheet. The answer is that of `check.judge` for each value."""
    if len(values) > _FEW and 2 * values.head(_LOOK).n_unique() > min(len(values), _LOOK):
        sure = _surely(check, values)
        rest = (~sure & values.is_not_null()).arg_true()
        if not len(rest):
            return sure, False
        left = values.gather(rest)
        if not left.str.contains(_LONG).any():  # rounding is told by all long numbers together
            mask, _ = _by_value(check, left, labelled)
            return sure.scatter(rest.filter(mask), values=True), False
    return _by_value(check, values, labelled)


def _by_value(check: TypeCheck, values: pl.Series, labelled: bool) -> tuple[pl.Series, bool]:
    found = Values(distinct(values))
    verdict = check.judge(found, labelled=labelled)
    good = [v for v, passes in zip(found.given, verdict.mask, strict=True) if passes]
    for one in check.checks:
        _learn(one, found)
    mask = values.is_in(pl.Series(good, dtype=pl.String).implode()).fill_null(value=False)
    return mask, "rounded" in verdict.evidence


def _surely(check: TypeCheck, values: pl.Series) -> pl.Series:
    """Cells that pass one of the checks for certain."""
    mask = nowhere(len(values))
    for one in check.checks:
        if one.shapes is None and not one.forms:
            continue
        if not mask.any():
            mask = _sure_of(one, values)
        elif len(rest := (~mask).arg_true()):
            mask = mask.scatter(rest.filter(_sure_of(one, values.gather(rest))), values=True)
    return mask


def _learn(check: ValueCheck, values: Values) -> None:
    if check.shapes is not None:
        check.shapes.learn([v for v in values.folded[:_LEARN_FROM] if check.matches(v)])


def _sure_of(check: ValueCheck, cells: pl.Series) -> pl.Series:
    """Cells as given that pass for certain: nothing in them needs folding, and they are no placeholders."""
    if check.shapes is not None:
        mask = check.shapes.surely(cells)
        if mask.all():
            return mask
        some = cells.drop_nulls()
        _learn(check, Values(some.gather_every(max(1, len(some) // _LEARN_FROM)).head(_LEARN_FROM).to_list()))
        return check.shapes.surely(cells)
    mask = nowhere(len(cells))
    for form in check.forms:
        mask |= form.test(cells).fill_null(value=False)
        if mask.all():
            break
    return mask


def surely(name: str, values: pl.Series) -> pl.Series:
    """Where this validator is known to say True; False elsewhere, also for null."""
    mask = nowhere(len(values))
    for form in FORMS.get(name, ()):
        mask |= form.test(values).fill_null(value=False)
        if mask.all():
            break
    return mask


def nowhere(size: int) -> pl.Series:
    """All False."""
    return pl.Series([False], dtype=pl.Boolean).new_from_index(0, size)
