"""Measuring: engines take turns for several rounds, so that a busy machine slows all of them; medians are compared."""

from __future__ import annotations

import os
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_CLEAR = Path("/proc/self/clear_refs")


@dataclass(slots=True)
class Engine:
    """One thing to measure. `run` does the whole work once and returns how much it found; `amount` is what it works through.

    `prepare` is called before each round, outside of its time: what remembers verdicts must not meet the same text again.
    """

    name: str
    amount: float
    run: Callable[[], int]
    unit: str = "MB/s"
    prepare: Callable[[], object] = lambda: None


@dataclass(slots=True)
class Result:
    """What was measured of an engine. Speeds are `unit` (MB = 10**6 bytes), one a round; `peak` is resident memory in MB."""

    name: str
    unit: str
    speeds: list[float] = field(default_factory=list)
    found: int = 0
    peak: float = 0.0

    @property
    def speed(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.speeds)

    @property
    def spread(self) -> str:
        """Slowest and fastest round."""
        return f"{min(self.speeds):.3g}-{max(self.speeds):.3g}"


def interleaved(
    engines: Sequence[Engine], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> dict[str, Result]:
    """Run all engines in turn, `rounds` times. `clock` gives seconds: of the wall, or of this process's work alone (`time.process_time`)."""
    results = {e.name: Result(e.name, e.unit) for e in engines}
    for _ in range(rounds):
        for engine in engines:
            engine.prepare()
            _reset_peak()
            started = clock()
            found = engine.run()
            seconds = max(clock() - started, 1e-9)
            result = results[engine.name]
            result.speeds.append(engine.amount / seconds)
            result.found, result.peak = found, max(result.peak, peak_rss())
    return results


def ratios(results: dict[str, Result], name: str, reference: str) -> list[float]:
    """`name` against `reference`, round by round: both saw the same machine."""
    return [a / b for a, b in zip(results[name].speeds, results[reference].speeds, strict=True)]


def peak_rss() -> float:
    """Peak resident memory of this process in MB since the last reset; 0 where the system does not say."""
    return _peak_of(os.getpid())


class WorkersPeak:
    """Peak resident memory in MB of the largest process below this one, looked up every tenth of a second while it is entered; 0 where the system
    does not say. Pools start workers over a server process, so they are no children and their peak is in no `getrusage`."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.megabytes = max([self.megabytes, *map(_peak_of, _below(os.getpid()))])


def _below(pid: int) -> Iterator[int]:
    """The processes that a process started, and those that these started."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(child) for child in path.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _below(child)


def _peak_of(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM")), 0.0)


def _reset_peak() -> None:
    try:
        _CLEAR.write_text("5")
    except OSError:
        return


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a Markdown table; the first is the header."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell + " " * (w - _width(cell)) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in text)
