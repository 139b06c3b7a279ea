"""Shows how a run goes: a bar on a terminal, a line now and then elsewhere. Everything goes to stderr."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from piiscan.cli.words import duration, say, size
from piiscan.model import Item, ItemResult, State
from piiscan.scan.listing import Listed, listed

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from piiscan.inventory.records import RunRecord
    from piiscan.protocols import Source

LINE_SECONDS = 30.0
"""Without a terminal, one line at most this often."""


class ProgressWatcher:
    """Counts items and bytes and shows rate and time left. On a terminal the targets are listed a second time in the background, so that the
    end is known; sources whose listing costs money should not be counted that way (`count`)."""

    def __init__(self, lang: str, *, quiet: bool = False, count: Sequence[Source] = ()) -> None:
        self.lang = lang
        self.items = self.bytes = self.unread = 0
        self.bytes_read = 0
        self.timings: dict[str, float] = {}
        self.started_at = time.monotonic()
        self._quiet = quiet
        self._last_line = self.started_at
        self._count = count
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        if not self._quiet and sys.stderr.isatty():
            self._open_bar()
            threading.Thread(target=self._count_all, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._bar is not None:
            self._bar.stop()

    def started(self, run: RunRecord, *, resumed: bool) -> None:
        """The run has a number."""
        if resumed:
            self._print(say("resumed", self.lang, run=run.id))

    def listed(self, item: Item) -> None:
        """Counting is done apart, ahead of the work."""

    def passed(self, count: int, size: int) -> None:
        """Items that were not due."""
        self._add(count, size)

    def finished(self, result: ItemResult) -> None:
        """An item is done."""
        self.bytes_read += result.bytes_read
        for name, seconds in result.timings.items():
            self.timings[name] = self.timings.get(name, 0.0) + seconds
        self.unread += result.state in {State.FAILED, State.PARTIAL}
        self._add(1, result.item.size or 0)

    def ended(self, run: RunRecord) -> None:
        """The run is over."""

    def _add(self, count: int, weight: int) -> None:
        self.items += count
        self.bytes += weight
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=self.bytes, items=self.items, unread=self.unread)
        elif not self._quiet and time.monotonic() - self._last_line >= LINE_SECONDS:
            self._last_line = time.monotonic()
            self._print(self._line())

    def _line(self) -> str:
        seconds = max(time.monotonic() - self.started_at, 0.001)
        return f"{self.items:,} items, {size(self.bytes)}, {size(self.bytes / seconds)}/s, {self.unread:,} unread, {duration(seconds)}"

    def _print(self, text: str) -> None:
        if not self._quiet:
            print(f"piiscan: {text}", file=sys.stderr, flush=True)  # noqa: T201

    def _open_bar(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[items]:,} items"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[unread]:,} unread"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("scan", total=None, items=0, unread=0)
        self._bar.start()

    def _count_all(self) -> None:
        total = 0
        for source in self._count:
            for entry in listed(source):
                if self._stop.is_set():
                    return
                if isinstance(entry, Listed):
                    total += entry.item.size or 0
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, total=max(total, 1))
