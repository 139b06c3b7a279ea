"""Listing as the coordinator needs it: each item with the problem that decides it unread, and batches of a useful size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from piiscan.errors import SourceError
from piiscan.model import Item, Problem
from piiscan.problems import PROBLEMS
from piiscan.protocols import Known, Skims, Source

BATCH_ITEMS = 256
BATCH_BYTES = 1024**2
"""A batch for a worker: so many items or so many bytes, whichever comes first. Large files travel alone."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An item, and why it will not be read, if so."""

    item: Item
    problem: Problem | None = None


def listed(source: Source, known: Known | None = None) -> Iterator[Listed | Problem]:
    """The items of a source, less those that pass as known where the source can tell.

    Bare problems are those of places that could not be listed; none is lost, whatever the source raises.
    """
    waiting: Item | None = None
    entries = source.items_but(known) if known is not None and isinstance(source, Skims) else source.items()
    while True:
        try:
            entry = next(entries, None)
        except Exception as error:  # noqa: BLE001 - a source is a plugin that talks to the outside
            detail = error.detail or error.code if isinstance(error, SourceError) else type(error).__name__
            if waiting is not None:
                yield Listed(waiting)
            yield Problem(code="list-failed", detail=detail, item=None, source=source.name)
            return
        if isinstance(entry, Problem) and waiting is not None and entry.item == waiting.uri:
            if _is_note(entry):
                yield entry  # a remark keeps nobody from reading the item
            else:
                yield Listed(waiting, entry)
                waiting = None
            continue
        if waiting is not None:
            yield Listed(waiting)
            waiting = None
        if entry is None:
            return
        if isinstance(entry, Problem):
            yield entry
        else:
            waiting = entry


def _is_note(problem: Problem) -> bool:
    kind = PROBLEMS.get(problem.code)
    return kind is not None and kind.harmless


def chunks(entries: Iterator[Listed | Problem], size: int) -> Iterator[list[Listed | Problem]]:
    """Groups for one look-up in the inventory."""
    group: list[Listed | Problem] = []
    for entry in entries:
        group.append(entry)
        if len(group) >= size:
            yield group
            group = []
    if group:
        yield group


def batches(items: Iterator[Item]) -> Iterator[list[Item]]:
    """Groups for one worker."""
    batch: list[Item] = []
    weight = 0
    for item in items:
        size = item.size or 0
        if batch and (len(batch) >= BATCH_ITEMS or weight + size > BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(item)
        weight += size
    if batch:
        yield batch
