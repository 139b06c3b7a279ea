"""Which tables a pattern of the settings speaks of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase


def matches(patterns: Sequence[str], schema: str, table: str) -> bool:
    """Whether a pattern fits ``schema.table``, or ``table`` alone."""
    return any(fnmatchcase(f"{schema}.{table}", p) or fnmatchcase(table, p) for p in patterns)


def chosen(by_pattern: Mapping[str, str], schema: str, table: str) -> str:
    """The value of the first pattern that fits; empty where none does."""
    return next((value for pattern, value in by_pattern.items() if matches((pattern,), schema, table)), "")
