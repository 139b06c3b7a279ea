"""All kinds of paper with personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from .formal import Formal
from .letters import Letters
from .operations import Operations
from .pages import Document
from .people import People


class Papers(Formal, Letters, Operations):
    """Writes papers; a method ``make_x_y`` makes the genre ``x-y``."""

    def genres(self) -> dict[str, Callable[[str], Document]]:
        """The kinds of paper by name."""
        return {name[5:].replace("_", "-"): getattr(self, name) for name in dir(self) if name.startswith("make_")}


def papers(rng: Random, people: People, count: int) -> Iterator[Document]:
    """`count` papers of every genre."""
    for genre, make in sorted(Papers(rng, people).genres().items()):
        for number in range(count):
            yield make(f"{genre}-{number:03}")
