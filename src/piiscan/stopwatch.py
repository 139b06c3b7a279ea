"""Where the time of a scan goes: seconds of work by stage, by what was read and by recognizer. Only kept where it was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

READ = "read:"
RECOGNIZER = "recognizer:"
RULE, MATCHES = "rule:", "matches:"


class Stopwatch:
    """Sums seconds under names: ``read:<media type>``, ``detect:text``, ``detect:table``, ``privacy``, ``recognizer:<name>``, ``rule:<id>``.

    The recognizers' seconds are part of the detection's, those of a rule (trying its pattern, weighing its matches) of the recognizers'. Under
    ``matches:<id>`` it counts the matches of a rule that were weighed. Not thread-safe.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self.reading = 0.0
        """Seconds spent reading so far; reading of a table goes on while it is judged."""

    def add(self, name: str, seconds: float) -> None:
        """Count seconds under a name."""
        self._seconds[name] = self._seconds.get(name, 0.0) + seconds

    def times(self, name: str, entries: Iterator[T]) -> Iterator[T]:
        """The same entries; the time each takes to come is counted under a name."""
        while True:
            started = perf_counter()
            entry = next(entries, None)
            self.add(name, perf_counter() - started)
            if entry is None:
                return
            yield entry

    def reads(self, media_type: str, entries: Iterator[T]) -> Iterator[T]:
        """The same entries; the time each takes to come is reading."""
        while True:
            started = perf_counter()
            entry = next(entries, None)
            self.read(media_type, perf_counter() - started)
            if entry is None:
                return
            yield entry

    def read(self, media_type: str, seconds: float) -> None:
        """Count seconds of reading."""
        self.reading += seconds
        self.add(READ + media_type, seconds)

    def taken(self) -> dict[str, float]:
        """What was counted since the last call."""
        seconds, self._seconds = self._seconds, {}
        return seconds
