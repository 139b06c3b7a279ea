"""Finding many fixed strings at once: one interface over two Aho-Corasick libraries.

daachorse is used where it has a wheel, because its automaton can be kept in a file and is back in milliseconds; ahocorasick_rs everywhere else.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

Match = tuple[int, int, int]
"""Start, end (code points of the text), and the number of the pattern."""

CACHE_ENV = "PIISCAN_CACHE_DIR"
_DIGEST_BYTES = 32


class Automaton(Protocol):
    """Finds every occurrence of every pattern, overlapping ones too, ordered by where they end."""

    def find(self, text: str) -> list[Match]:
        """All matches."""
        ...


class Daachorse:
    """The one that can be kept."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def find(self, text: str) -> list[Match]:
        found: list[Match] = self._engine.find_overlapping(text)
        return found


class AhoCorasickRs:
    """The one that has wheels everywhere."""

    def __init__(self, patterns: Sequence[str]) -> None:
        import ahocorasick_rs

        self._engine = ahocorasick_rs.AhoCorasick(patterns, implementation=ahocorasick_rs.Implementation.DFA)

    def find(self, text: str) -> list[Match]:
        found = self._engine.find_matches_as_indexes(text, overlapping=True)
        return [(start, end, number) for number, start, end in found]


def build(patterns: Sequence[str], *, cache: str = "") -> Automaton:
    """An automaton of distinct, non-empty patterns.

    With `cache`, a name, the built form is kept in the user's cache folder (or ``$PIISCAN_CACHE_DIR``) and taken from there next time. A folder that
    cannot be written, or a file that is not what was written, only costs the time to build.
    """
    try:
        from daachorse import CharwiseDoubleArrayAhoCorasick
    except ImportError:
        return AhoCorasickRs(patterns)
    path = _cache_path(cache, patterns) if cache else None
    blob = _read(path) if path else None
    if blob is not None:
        try:
            return Daachorse(CharwiseDoubleArrayAhoCorasick.deserialize(blob))
        except ValueError:
            pass
    engine = CharwiseDoubleArrayAhoCorasick(list(patterns))
    if path:
        _write(path, engine.serialize())
    return Daachorse(engine)


def _cache_path(name: str, patterns: Sequence[str]) -> Path | None:
    import importlib.metadata

    from platformdirs import user_cache_path

    key = hashlib.sha256("\n".join(patterns).encode("utf-8", "surrogatepass"))
    key.update(importlib.metadata.version("daachorse").encode())
    folder = os.environ.get(CACHE_ENV)
    try:
        root = Path(folder) if folder else user_cache_path("piiscan", appauthor=False)
    except (OSError, RuntimeError):  # no home folder
        return None
    return root / f"{name}-{key.hexdigest()[:16]}.automaton"


def _read(path: Path) -> bytes | None:
    """The kept form, if its digest says that all of it was written."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    digest, blob = data[:_DIGEST_BYTES], data[_DIGEST_BYTES:]
    return blob if hashlib.sha256(blob).digest() == digest else None


def _write(path: Path, blob: bytes) -> None:
    """Written beside and renamed, so that parallel workers never see half a file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "wb") as out:
            out.write(hashlib.sha256(blob).digest() + blob)
        Path(temporary).replace(path)
    except OSError:
        return
