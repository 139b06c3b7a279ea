"""Rows of driver values become polars columns of text, column by column: no work per cell where a column holds one type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from piiscan.text.decoding import decode

if TYPE_CHECKING:
    import polars as pl

IDENTIFIER_BYTES = 64
"""Binary values up to this long are keys and hashes, shown as hexadecimal digits."""
BYTES_MARK = "\x00"
"""What stands in a cell whose bytes are read later."""
CIPHERTEXT = r"^(?:gAAAAA|vault:v[0-9]+:|-----BEGIN PGP MESSAGE|\{cipher\}|ENC\[|\$ANSIBLE_VAULT)"
"""How values begin that an application encrypted: Fernet, Vault transit, OpenPGP, Spring, SOPS, Ansible."""


@dataclass(slots=True)
class Met:
    """What was met in the cells of one column."""

    repaired: int = 0
    binary: int = 0
    documents: bool = False
    cut: int = 0
    filled: int = 0
    ciphertext: bool = False


def frame(columns: Sequence[Sequence[Any]], met: Sequence[Met], cell_chars: int) -> pl.DataFrame:
    """One batch. Empty cells are null, NUL characters are dropped; `met` is added to."""
    import polars as pl

    series = [
        _finish(column_text(values, m), f"c{i}", m, cell_chars)
        for i, (values, m) in enumerate(zip(columns, met, strict=True))
    ]
    return pl.DataFrame(series)


def _finish(series: pl.Series, name: str, met: Met, cell_chars: int) -> pl.Series:
    import polars as pl

    series = series.alias(name)
    if series.null_count() == len(series):
        return series
    if series.str.contains("\x00", literal=True).any():
        met.documents |= bool((series == BYTES_MARK).any())
        series = series.str.replace_all("\x00", "", literal=True)
    empty = series == ""
    if empty.any():
        series = series.to_frame().select(pl.when(pl.col(name) != "").then(pl.col(name))).to_series()
    if not met.filled:  # the first batch that has something
        head = series.drop_nulls().head(200)
        met.ciphertext = bool(len(head)) and head.str.contains(CIPHERTEXT).sum() > 0.9 * len(head)
    met.filled += len(series) - series.null_count()
    longest = series.str.len_bytes().max()
    if isinstance(longest, int) and longest >= cell_chars:
        met.cut += int((series.str.len_chars() >= cell_chars).sum())
    return series


def column_text(values: Sequence[Any], met: Met) -> pl.Series:
    """The text of a column's values."""
    import polars as pl

    if isinstance(values, pl.Series):
        return values
    kinds = set(map(type, values))
    kinds.discard(type(None))
    if not kinds:
        return pl.Series([None] * len(values), dtype=pl.String)
    if kinds == {str}:
        try:
            return pl.Series(values, dtype=pl.String, strict=True)
        except UnicodeEncodeError:  # lone surrogates
            return pl.Series([None if v is None else _sound(v) for v in values], dtype=pl.String)
    if kinds == {bytes}:
        try:
            return pl.Series(values, dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            pass
    elif kinds == {int}:
        try:
            return pl.Series(values, dtype=pl.Int64).cast(pl.String)
        except (OverflowError, TypeError, pl.exceptions.PolarsError):
            pass
    return pl.Series([None if v is None else text_of(v, met) for v in values], dtype=pl.String)


def text_of(value: Any, met: Met) -> str | None:
    """One value as text: numbers exactly, dates in ISO form, bytes that are text decoded."""
    if isinstance(value, str):
        return _sound(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes_text(bytes(value), met)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Decimal):
        return format(value, "f") if value.is_finite() else str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _bytes_text(raw: bytes, met: Met) -> str | None:
    if raw == b"\x00":
        return BYTES_MARK
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        if not _looks_like_text(raw):
            return _binary(raw, met)
        met.repaired += 1
        return decode(raw).text
    return text if _looks_like_text(raw) else _binary(raw, met)


def _looks_like_text(raw: bytes) -> bool:
    """Without control characters; longer than a key in its own right, or of letters."""
    if any(byte < 32 and byte not in b"\t\n\r" for byte in raw):
        return (
            b"\x00" in raw
            and raw.replace(b"\x00", b"").decode("utf-8", "ignore").isprintable()
            and not raw.startswith(b"\x00")
        )
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        found = decode(raw)
        return found.text.isprintable() and "\ufffd" not in found.text
    return True


def _binary(raw: bytes, met: Met) -> str | None:
    if len(raw) <= IDENTIFIER_BYTES:
        return raw.hex()
    met.binary += 1
    return None


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
