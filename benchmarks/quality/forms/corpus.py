"""The corpus as a whole: deterministic for a split, a size and the material at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

from .clean import clean_papers
from .lines import lines
from .material import Material
from .pages import Document
from .papers import papers
from .people import People
from .tables import tables

SPLITS = ("dev", "holdout")


def documents(split: str, *, size: int = 10, corpora: Path | None = None) -> Iterator[Document]:
    """The papers of a split: `size` of each personal genre, twice as many of each clean one, fewer tables; the lines written by hand in dev.

    `corpora` is the folder of lists made by others, of which a tenth of the names and a seventh of the addresses are drawn where it exists.
    """
    for part, make in enumerate((papers, tables)):
        rng = Random(f"{split}-{part}")
        count = size if part == 0 else max(1, size // 4)
        yield from make(rng, People(rng, Material(rng, split, corpora)), count)
    if split == "dev":
        yield from lines()
    rng = Random(f"{split}-clean")
    yield from clean_papers(rng, Material(rng, split, corpora), size * 2)


def digest(papers_made: list[Document]) -> str:
    """Tells one corpus from another."""
    whole = hashlib.sha256()
    for document in papers_made:
        whole.update(f"{document.id}\n{document.plain}\n".encode())
    return whole.hexdigest()[:12]
