"""What an item is about: the table of kinds, and which of them an item is."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from piiscan.errors import ConfigError
from piiscan.ledger.model import Kind

BUILT_IN = Path(__file__).with_name("kinds.toml")
_TEXTS = ("id", "ja", "en", "subject", "purpose", "acquired", "retention")
_SHARE = 0.2
"""A type decides the kind of an item only if it is at least this share of the item's most frequent type, or needs special care by law."""
_DECIDE_ALWAYS = frozenset({"JP_MY_NUMBER", "CREDIT_CARD", "CREDIT_CARD_SAD", "SENS_CHECKUP"})


class Kinds:
    """The table of kinds, asked in its order. The last row takes everything else."""

    def __init__(self, rows: Sequence[tuple[Kind, str]]) -> None:
        self._rows = tuple(rows)

    def of(self, names: Iterable[str], entities: Mapping[str, int]) -> Kind:
        """The kind of an item, by the names on the way to it (nearest first) and by what was found in it."""
        path = [unicodedata.normalize("NFKC", name).lower() for name in names]
        kinds = [row for row in self._rows if row[0].types and _decides(row[0], entities)]
        sure = [kind for kind, need in kinds if need != "both" and set(kind.types) & _DECIDE_ALWAYS & entities.keys()]
        if sure:
            return sure[0]
        for name in path:  # the nearest name that says something
            for kind, need in self._rows:
                if need != "types" and any(w.lower() in name for w in kind.words):
                    if need == "both" and not _decides(kind, entities):
                        continue
                    return kind
        return next((kind for kind, need in kinds if need != "both"), self._rows[-1][0])

    def __iter__(self) -> Any:
        return iter(kind for kind, _ in self._rows)


def _decides(kind: Kind, entities: Mapping[str, int]) -> bool:
    most = max(entities.values(), default=0)
    return any(entities.get(t, 0) > 0 and (t in _DECIDE_ALWAYS or entities[t] >= most * _SHARE) for t in kind.types)


def load_kinds(path: Path | None = None) -> Kinds:
    """The built-in table, or one of the company's own. Raises :class:`ConfigError` that names the file and the row."""
    if path is None:
        return _built_in()
    return _read(path)


@cache
def _built_in() -> Kinds:
    return _read(BUILT_IN)


def _read(path: Path) -> Kinds:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("kind", [])
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"cannot read the table of kinds {path}: {type(error).__name__}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    found = [_kind(path, number, row) for number, row in enumerate(rows, 1)]
    if not found:
        raise ConfigError(f"{path}: no [[kind]]")
    return Kinds(found)


def _kind(path: Path, number: int, row: Mapping[str, Any]) -> tuple[Kind, str]:
    needs = row.get("needs", "any")
    bad = [key for key in row if key not in (*_TEXTS, "words", "types", "retention_years", "risky", "needs")]
    missing = [key for key in ("id", "ja") if not row.get(key)]
    if bad or missing or needs not in ("any", "both", "types"):
        raise ConfigError(f"{path}: [[kind]] number {number}: {', '.join([*bad, *missing]) or 'needs'}")
    texts = {key: str(row.get(key, "")) for key in _TEXTS}
    texts["en"] = texts["en"] or texts["ja"]
    kind = Kind(
        **texts,
        words=tuple(row.get("words", ())),
        types=tuple(row.get("types", ())),
        retention_years=row.get("retention_years"),
        risky=bool(row.get("risky", False)),
    )
    return kind, str(needs)
