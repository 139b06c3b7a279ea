"""How batches of items reach workers. One interface: `run(recipe, batches)` yields results; it pulls batches as it has room.

:class:`SerialExecutor` works in this process. :class:`ProcessExecutor` keeps worker processes of its own instead of a pool, because a pool cannot
say which item killed a process or hung in it: here each worker publishes what it is at, is ended from outside when an item overruns, is replaced,
and only that item is blamed. Workers ignore Ctrl-C; the coordinator decides.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, Protocol

from piiscan import collector
from piiscan.model import Item, ItemResult, Problem
from piiscan.scan.listing import BATCH_BYTES
from piiscan.scan.memory import resident_bytes
from piiscan.scan.worker import Recipe, Worker, failed

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from piiscan.plugins import Registry
    from piiscan.rules.model import RuleSet

GRACE_SECONDS = 15.0
"""How long past an item's time limit a worker may take before it is ended from outside."""

WEIGH_SECONDS = 1.0
"""Between two looks at the memory of a worker."""

_IDLE, _BUILDING = -1, -2

Batch = Sequence[Item]


class Executor(Protocol):
    """Spreads batches over workers. At most a bounded number of batches is taken from the iterator ahead of the results."""

    def run(self, recipe: Recipe, batches: Iterator[Batch]) -> Iterator[list[ItemResult]]:
        """Results in the order they come."""
        ...


@dataclass(slots=True)
class SerialExecutor:
    """One worker in this process: for small scans, debugging and embedding. A reader that hangs in C code hangs the scan."""

    registry: Registry | None = None
    rules: RuleSet | None = None

    def run(self, recipe: Recipe, batches: Iterator[Batch]) -> Iterator[list[ItemResult]]:
        """Items one after the other. The worker is built for the first one: a run without changes needs none."""
        worker: Worker | None = None
        for batch in batches:
            worker = worker or Worker.build(recipe, self.registry, self.rules)
            worker.prefetch(batch)
            for item in batch:
                yield worker.scan(item)


@dataclass(slots=True)
class _Slot:
    """One worker process as the coordinator sees it."""

    process: BaseProcess
    pipe: Connection
    at: Any  # shared array: number of the item in work, counted from the worker's first, and when it began
    left: deque[Item] = field(default_factory=deque)  # given and not handed over
    done: int = 0  # handed over
    last: int = 0  # items of the batch given last
    weighed: float = 0.0  # when its memory was looked at

    @property
    def item_index(self) -> int:
        return int(self.at[0])

    def is_over(self, limit: int) -> bool:
        """Whether it holds more memory than it may; looked at once a second."""
        now = time.monotonic()
        if now - self.weighed < WEIGH_SECONDS:
            return False
        self.weighed = now
        held = resident_bytes(self.process.pid) if self.process.pid and self.item_index >= 0 else None
        return held is not None and held > limit

    @property
    def may_have_more(self) -> bool:
        """Whether it is at its last batch, and that one of small items: then the next can lie ready, and the worker never waits for us."""
        return len(self.left) <= self.last and sum(item.size or 0 for item in self.left) <= BATCH_BYTES

    def give(self, batch: Batch) -> None:
        """Send a batch. Raises what the pipe raises when the worker is dead."""
        self.left += batch
        self.last = len(batch)
        self.pipe.send(batch)


@dataclass(slots=True)
class ProcessExecutor:
    """Worker processes on this machine."""

    jobs: int
    _slots: list[_Slot] = field(default_factory=list)

    def run(self, recipe: Recipe, batches: Iterator[Batch]) -> Iterator[list[ItemResult]]:
        """Results as workers finish; a dead or stuck worker costs one item."""
        context = _context()
        waiting: deque[Batch] = deque()
        limits = recipe.settings.limits
        try:
            exhausted = False
            while True:
                exhausted = self._feed(context, recipe, batches, waiting, exhausted)
                busy = [slot for slot in self._slots if slot.left]
                if not busy:
                    if exhausted and not waiting:
                        return
                    continue
                ready = wait([slot.pipe for slot in busy], timeout=1.0)
                for slot in busy:
                    if slot.pipe in ready:
                        yield from self._receive(slot, waiting)
                    elif limits.item_seconds and self._overrun(slot, limits.item_seconds):
                        yield from self._end(slot, waiting, "timeout")
                    elif limits.worker_bytes and slot.is_over(limits.worker_bytes):
                        yield from self._end(slot, waiting, "limit-memory")
        finally:
            self._stop()

    def _feed(
        self, context: BaseContext, recipe: Recipe, batches: Iterator[Batch], waiting: deque[Batch], exhausted: bool
    ) -> bool:
        """Give every worker something to do and small items ahead, starting workers as long as there is work for them."""
        while True:
            slot = next((s for s in self._slots if not s.left), None)
            if slot is None and len(self._slots) >= self.jobs:
                slot = next((s for s in self._slots if s.may_have_more), None)
                if slot is None:
                    return exhausted
            batch = waiting.popleft() if waiting else None if exhausted else next(batches, None)
            if batch is None:
                return True
            if slot is None:
                slot = _start(context, recipe)
                self._slots.append(slot)
            try:
                slot.give(batch)
            except (BrokenPipeError, ConnectionError):
                for _ in batch:
                    slot.left.pop()
                waiting.append(batch)
                if slot.left:
                    return exhausted  # what it was at shows when its pipe is read
                self._slots.remove(slot)  # it died idle: nobody's item is to blame

    def _receive(self, slot: _Slot, waiting: deque[Batch]) -> Iterator[list[ItemResult]]:
        try:
            results = slot.pipe.recv()
        except (EOFError, ConnectionError):
            yield from self._end(slot, waiting, "worker-crashed")
            return
        slot.done += len(results)
        for _ in results:
            slot.left.popleft()
        yield from results

    @staticmethod
    def _overrun(slot: _Slot, limit: float) -> bool:
        return slot.item_index >= 0 and time.monotonic() - float(slot.at[1]) > limit + GRACE_SECONDS

    def _end(self, slot: _Slot, waiting: deque[Batch], code: str) -> Iterator[list[ItemResult]]:
        """End a worker, blame the item it was at, and give the rest of what it had back."""
        slot.process.kill()
        slot.process.join()
        slot.pipe.close()
        self._slots.remove(slot)
        index = slot.item_index
        if index == _BUILDING:
            raise RuntimeError("a worker process could not start; run with --jobs 1 to see why")
        # What came before the culprit but was not handed over yet is read again.
        redo = [*slot.left]
        item = redo.pop(max(index - slot.done, 0))
        if redo:
            waiting.append(redo)
        yield [failed(item, Problem(code=code, detail=_exit(slot.process), item=item.uri, source=item.source))]

    def _stop(self) -> None:
        for slot in self._slots:
            if slot.left:
                slot.process.kill()
            else:
                with contextlib.suppress(OSError):
                    slot.pipe.send(None)
            slot.pipe.close()
        for slot in self._slots:
            slot.process.join(timeout=5.0)
            if slot.process.is_alive():
                slot.process.kill()
                slot.process.join()
        self._slots.clear()


def _exit(process: BaseProcess) -> str:
    return f"exit {process.exitcode}" if process.exitcode is not None else ""


def _context() -> BaseContext:
    """forkserver where it exists: workers start with imports done and dictionaries loaded, in memory that they share, and never inherit the
    coordinator's threads or connections."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["piiscan.scan.preload"])
        return context
    return multiprocessing.get_context("spawn")


def _start(context: BaseContext, recipe: Recipe) -> _Slot:
    ours, theirs = context.Pipe()
    at = context.RawArray("d", [_BUILDING, 0.0])
    process = context.Process(target=_work, args=(theirs, at, recipe), daemon=True)  # type: ignore[attr-defined]
    with _uninterrupted():
        process.start()
    theirs.close()
    return _Slot(process, ours, at)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds Ctrl-C back while a process is started: it comes a moment later here, and never to the process, which would show a traceback
    while it still imports. Windows knows no such mask; there a worker ignores Ctrl-C from its first own line on."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # when it starts it lifts the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


HAND_OVER_SECONDS = 1.0
"""Results of a batch are handed over at least this often, so that a crash loses little and progress shows."""


def _work(pipe: Connection, at: Any, recipe: Recipe) -> None:
    """The worker process: batches in, lists of results out, until None or until the coordinator is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collector.rarely()
    _be_nice()
    worker = Worker.build(recipe)
    collector.keep()
    at[0] = _IDLE
    batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
    threading.Thread(target=_receive_all, args=(pipe, batches), daemon=True).start()
    done = 0
    with contextlib.suppress(BrokenPipeError, ConnectionError):
        while (batch := batches.get()) is not None:
            _scan_batch(worker, batch, pipe, at, done)
            done += len(batch)
    # Skips interpreter shutdown: native libraries' exit handlers have nothing left to do and take time.
    sys.stderr.flush()
    os._exit(0)


def _receive_all(pipe: Connection, batches: queue.SimpleQueue[Batch | None]) -> None:
    """Take what comes at once, so that the coordinator never waits for a worker that waits for it."""
    batch: Batch | None = ()
    while batch is not None:
        try:
            batch = pipe.recv()
        except (EOFError, ConnectionError):
            batch = None
        batches.put(batch)


def _scan_batch(worker: Worker, batch: Batch, pipe: Connection, at: Any, done: int) -> None:
    results: list[list[ItemResult]] = []
    handed_over = time.monotonic()
    worker.prefetch(batch)
    for number, item in enumerate(batch, done):
        now = time.monotonic()
        at[1] = now
        at[0] = number
        if results and now - handed_over > HAND_OVER_SECONDS:
            pipe.send(results)
            results, handed_over = [], now
        results.append(worker.scan(item))
    at[0] = _IDLE
    pipe.send(results)


def _be_nice() -> None:
    """One thread per worker in libraries that would take all cores; the processes are the parallelism."""
    for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
