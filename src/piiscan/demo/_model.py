"""What the generator hands back: the planted truth, and the folder it writes to."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

FIXED_TIME = 1_717_225_200
"""2024-06-01 16:00 in Japan: the time of every file, so that two shares of one seed are equal."""


@dataclass(frozen=True, slots=True)
class Planted:
    """Personal data that was put into a file on purpose.

    `path` is relative to the share, members after ``!/`` as in item uris; `count` is how often the type occurs there; `locator_hint` says
    where (words for a person). `values` are the values as written, one for each occurrence, kept in memory only. `readable` is False where
    nobody can read them: behind a password, on a scanned page, in a damaged file.
    """

    path: str
    entity_type: str
    count: int
    locator_hint: str = ""
    readable: bool = True
    values: tuple[str, ...] = field(default=(), repr=False)

    @property
    def value_digest(self) -> str:
        """SHA-256 over the sorted values: equal for equal plantings."""
        return hashlib.sha256("\n".join(sorted(self.values)).encode()).hexdigest()


Plant = tuple[str, Sequence[str], str]
"""(entity type, values as written, locator hint)."""


class Share:
    """The folder that is being filled. Files are written as given, with a fixed time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.planted: list[Planted] = []

    def add(self, path: str, data: bytes, *plants: Iterable[Plant], readable: bool = True) -> None:
        """Write a file and note what is in it."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        os.utime(target, (FIXED_TIME, FIXED_TIME))
        self.note(path, *plants, readable=readable)

    def note(self, path: str, *plants: Iterable[Plant], readable: bool = True) -> None:
        """Note what is in a file, or in a member of one (``a.zip!/b.csv``)."""
        for entity_type, values, hint in (plant for group in plants for plant in group):
            if values:
                self.planted.append(Planted(path, entity_type, len(values), hint, readable, tuple(values)))
