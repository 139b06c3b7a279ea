"""The bytes of files: small ones in one round trip, large ones in windows that grow while reading goes on and shrink when it jumps.

A connection that breaks is taken up where it broke, if the file is still what it was. Files are opened so that nobody is kept from anything.
"""

from __future__ import annotations

import contextlib
import io
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, TypeVar

from piiscan.content import PositionedStream, StreamContent, Windows
from piiscan.errors import SourceError
from piiscan_smb import wire
from piiscan_smb.client import Attempts, Client, Tree
from piiscan_smb.faults import END_OF_FILE, faults, lost, status_of
from piiscan_smb.names import Place

T = TypeVar("T")

WHOLE_BYTES = 1024**2
"""Files up to this size are read in one round trip."""

ACCESS = wire.READ_DATA | wire.READ_ATTRIBUTES | wire.SYNCHRONIZE
OPTIONS = wire.NO_FOLDER

Seen = Callable[[wire.Stamp], None]


class Coming:
    """A small file on its way: asked for, not yet waited for."""

    def __init__(self, tree: Tree, path: str, size: int, options: int) -> None:
        self._tree = tree
        messages = [wire.create(path, ACCESS, options), wire.read(wire.RELATED, 0, size), wire.close(wire.RELATED)]
        self._requests = wire.send(tree, messages)

    def result(self) -> tuple[bytes, wire.Stamp]:
        """Its bytes and state. Raises what the server says."""
        error: Exception | None = None
        bodies: list[bytes] = []
        for request in self._requests:
            try:
                bodies.append(wire.answer(self._tree, request))
            except faults() as raised:
                if status_of(raised) == END_OF_FILE:  # emptied since it was listed
                    bodies.append(b"")
                else:
                    error = error or raised
        if error is not None:
            raise error
        data = wire.data_of(bodies[1]) if bodies[1] else b""
        return data, wire.closed(bodies[2])


def cost(size: int) -> int:
    """The credits that a small file takes."""
    return 2 + max(1, -(-size // 65536))


class Window:
    """Small files fetched ahead: as many as memory and the server allow, in the order in which they will be read."""

    def __init__(self, client: Client, options: Callable[[Any], int], most_bytes: int) -> None:
        self._client = client
        self._options = options
        self._most = most_bytes
        self._waiting: deque[tuple[str, Place, int, Any]] = deque()
        self._coming: dict[str, tuple[Coming, int]] = {}
        self._bytes = 0

    def start(self, files: Iterable[tuple[str, Place, int, Any]]) -> None:
        """These come next; what an earlier call left is forgotten."""
        for uri in list(self._coming):
            with contextlib.suppress(Exception):
                self._coming[uri][0].result()
        self._coming.clear()
        self._bytes = 0
        self._waiting = deque(file for file in files if 0 < file[2] <= WHOLE_BYTES)
        self._top_up()

    def take(self, uri: str) -> Coming | None:
        """What was fetched ahead, if it was."""
        found = self._coming.pop(uri, None)
        if found is None:
            self._waiting = deque(file for file in self._waiting if file[0] != uri)
            return None
        self._bytes -= found[1]
        return found[0]

    def more(self) -> None:
        """Ask for what there is room for again."""
        self._top_up()

    def _top_up(self) -> None:
        while self._waiting and self._bytes + self._waiting[0][2] <= self._most:
            uri, place, size, item = self._waiting[0]
            try:
                tree, path = self._client.reach(place)
                connection = tree.session.connection
                # Enough is left for whoever reads a large file meanwhile.
                if self._coming and (connection.credits < cost(size) + 40 or len(self._coming) >= 32):
                    return
                if connection.credits < cost(size) or size > connection.max_read_size:
                    return
                self._coming[uri] = Coming(tree, path, size, self._options(item)), size
            except faults():
                self._waiting.clear()  # shows when the items are opened, and is blamed on them there
                return
            self._bytes += size
            self._waiting.popleft()


class FileContent(StreamContent):
    """One file. `coming` is what was fetched ahead of it; `seen` is told the state of what was really read."""

    def __init__(
        self, client: Client, place: Place, size: int | None, options: int, seen: Seen, window: Window
    ) -> None:
        super().__init__(self._stream, place.name, size)
        self._client, self._place, self._options, self._seen, self._window = client, place, options, seen, window
        self._data: bytes | None = None
        self._coming: Coming | None = None

    def ahead(self, coming: Coming | None) -> FileContent:
        """With what was fetched ahead."""
        self._coming = coming
        return self

    def open(self) -> BinaryIO:
        """A fresh stream. Raises SourceError when the file cannot be had."""
        return self._stream()

    def _stream(self) -> BinaryIO:
        if self._data is None and (self.size or 0) <= WHOLE_BYTES:
            self._fetch()
        if self._data is not None:
            return io.BytesIO(self._data)
        return _Stream(FileWindows(self._client, self._place, self._options, self._seen))

    def _fetch(self) -> None:
        coming, self._coming = self._coming, None

        def whole(tree: Tree, path: str) -> tuple[bytes, wire.Stamp] | None:
            nonlocal coming
            if coming is not None:
                ahead, coming = coming, None
                try:
                    return ahead.result()
                except faults() as error:
                    if not lost(error):  # asked on a connection that broke since: ask anew
                        raise
            length = min(max(self.size or 0, 1), tree.session.connection.max_read_size)
            return Coming(tree, path, length, self._options).result()

        found = self._client.run(self._place, whole)
        self._window.more()
        assert found is not None
        data, stamp = found
        self._seen(stamp)
        if len(data) == stamp.size:
            self._data = data
        # One that has grown, or that is larger than a server's answer may be, is read in windows.
        self.size = stamp.size


class _Stream(io.BufferedReader):
    """A stream that gives its file back when it is closed."""

    def __init__(self, windows: FileWindows) -> None:
        self._windows = windows
        super().__init__(PositionedStream(windows.read_at, lambda: windows.total), 64 * 1024)

    def close(self) -> None:
        if not self.closed:
            self._windows.close()
        super().close()


class FileWindows(Windows):
    """One large file, open: the parts fetched last, and the one that is likely to be wanted next, on its way."""

    first_window = 64 * 1024
    last_window = 1024**2
    kept_windows = 4

    def __init__(self, client: Client, place: Place, options: int, seen: Seen) -> None:
        self._client, self._place, self._options, self._seen = client, place, options, seen
        self._next: tuple[int, Any] | None = None
        self._tree: Tree | None = None
        self._file = self._client.run(place, self._open)
        super().__init__(self._file.stamp.size)
        seen(self._file.stamp)

    def _open(self, tree: Tree, path: str) -> wire.Opened:
        found = wire.opened(wire.ask(tree, wire.create(path, ACCESS, self._options)))
        self._tree, self._next = tree, None
        return found

    def close(self) -> None:
        """Give the file back, and see in which state it is left."""
        if self._tree is None:
            return
        tree, self._tree = self._tree, None
        with contextlib.suppress(*faults()):
            if self._next is not None:
                wire.answer(tree, self._next[1])
        with contextlib.suppress(*faults()):
            self._seen(wire.closed(wire.ask(tree, wire.close(self._file.handle))))

    def _fetch(self, start: int) -> bytes:
        attempts = Attempts(self._client, self._place)
        while True:
            try:
                return self._once(start)
            except faults() as error:
                if status_of(error) == END_OF_FILE:
                    raise SourceError("changed-while-reading") from None
                attempts.failed(error, self._tree)
                self._again()

    def _once(self, start: int) -> bytes:
        coming, self._next = self._next, None
        if coming is not None:
            data = wire.data_of(wire.answer(self._tree, coming[1]))
            if coming[0] == start:
                return data
        length = self._wanted(start)
        return wire.data_of(wire.ask(self._tree, wire.read(self._file.handle, start, length)))

    def _wanted(self, start: int) -> int:
        assert self._tree is not None
        return int(min(self._length, self.total - start, self._tree.session.connection.max_read_size))

    def _ahead(self, start: int) -> None:
        if start >= self.total or self._tree is None:
            return
        length = min(
            self._length * 2, self.last_window, self.total - start, self._tree.session.connection.max_read_size
        )
        if self._tree.session.connection.credits < 2 * cost(length):
            return
        with contextlib.suppress(*faults()):  # asked again, and blamed on the file, when it is wanted
            self._next = start, wire.send(self._tree, [wire.read(self._file.handle, start, length)])[0]

    def _again(self) -> None:
        """Open the file anew after its connection was lost."""
        tree, before = self._tree, self._file
        if tree is not None and tree.session.connection.transport.connected:
            return
        self._file = self._client.run(self._place, self._open)
        if self._file.stamp != before.stamp:
            self._seen(self._file.stamp)
            raise SourceError("changed-while-reading")
