"""A TCP proxy in front of a real server that does what networks do: delays, cuts after so many bytes, and refuses."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """`delay` seconds pass before each piece goes on to the server; after `cut` bytes from the server connections end; while `down` none is taken.

    `connections` counts those that were made, `sent` the bytes that came from the server.
    """

    target: int
    port: int = 0
    delay: float = 0.0
    cut: int | None = None
    cuts: int = 0
    down: bool = False
    connections: int = 0
    sent: int = 0
    open: list[socket.socket] = field(default_factory=list)

    def reset(self) -> None:
        """As if new."""
        self.delay, self.cut, self.cuts, self.down, self.connections, self.sent = 0.0, None, 0, False, 0, 0

    def hang_up(self) -> None:
        """End all connections."""
        for one in list(self.open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(self, client: socket.socket) -> None:
        """Both ways of one connection."""
        self.connections += 1
        with client, socket.create_connection(("127.0.0.1", self.target)) as server:
            self.open += [client, server]
            back = threading.Thread(target=self._pump, args=(server, client, True), daemon=True)
            back.start()
            self._pump(client, server, False)
            back.join()
            self.open.remove(client)
            self.open.remove(server)

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not answers and self.delay:
                    time.sleep(self.delay)
                if answers:
                    self.sent += len(data)
                    if self.cut is not None and self.sent >= self.cut:
                        self.cut, self.cuts = None, self.cuts + 1
                        break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy in front of a server on this machine."""
    proxy = Proxy(port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy.port = listener.getsockname()[1]
        threading.Thread(target=_accept, args=(listener, proxy), daemon=True).start()
        yield proxy
        proxy.hang_up()


def _accept(listener: socket.socket, proxy: Proxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            if proxy.down:
                client.close()
                continue
            threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()
