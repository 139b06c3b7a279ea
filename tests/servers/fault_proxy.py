"""A small HTTP proxy in front of a real server that does what networks and busy stores do: delays, refuses, cuts, and counts.

It forwards requests as they are (the signature covers the host name, which it keeps), so the server behind it still checks them.
"""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


@dataclass(slots=True)
class Fault:
    """What to do with a request: answer with `status` and an S3 error `code` (or `body` of this `kind`, and `headers`), or cut the body after `cut`
    bytes, or cut before any answer (0)."""

    status: int = 0
    code: str = ""
    cut: int | None = None
    body: bytes | None = None
    kind: str = "application/xml"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Seen:
    """A request that came by; `sent` are the bytes of body that went back, `secret` whether it carried credentials."""

    method: str
    path: str
    range: str
    sent: int = 0
    secret: bool = False


@dataclass
class Proxy:
    """Its address, what it saw, and what it is told to do: `fault` decides for each request, `before` runs first."""

    port: int = 0
    delay: float = 0.0
    fault: Callable[[str, str], Fault | None] = lambda _method, _path: None
    before: Callable[[str, str], None] = lambda _method, _path: None
    seen: list[Seen] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    most_at_once: int = 0
    at_once: int = 0

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """As if new."""
        self.delay, self.most_at_once = 0.0, 0
        self.fault = lambda _method, _path: None
        self.before = lambda _method, _path: None
        self.seen.clear()

    @property
    def sent(self) -> int:
        """Bytes of bodies that went back in all."""
        return sum(one.sent for one in self.seen)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """Cut connections are what this is for."""


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """A proxy in front of a server on this machine."""
    proxy = Proxy()
    server = _Server(("127.0.0.1", 0), _handler(proxy, port))
    proxy.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(proxy: Proxy, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def setup(self) -> None:
            super().setup()
            self.behind = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def finish(self) -> None:
            self.behind.close()
            with suppress(OSError):
                super().finish()

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def _serve(self) -> None:
            seen = Seen(
                self.command, unquote(self.path), self.headers.get("Range", ""), secret="Authorization" in self.headers
            )
            with proxy.lock:
                proxy.seen.append(seen)
                proxy.at_once += 1
                proxy.most_at_once = max(proxy.most_at_once, proxy.at_once)
            try:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                time.sleep(proxy.delay)
                proxy.before(seen.method, seen.path)
                fault = proxy.fault(seen.method, seen.path)
                if fault is not None and fault.status:
                    self._refuse(fault)
                elif fault is not None and fault.cut == 0:
                    self.close_connection = True
                else:
                    self._pass_on(body, seen, None if fault is None else fault.cut)
            finally:
                with proxy.lock:
                    proxy.at_once -= 1

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _serve  # noqa: N815 - names that http.server asks for

        def _refuse(self, fault: Fault) -> None:
            planned = (
                f"<?xml version='1.0'?><Error><Code>{fault.code}</Code><Message>planned</Message></Error>".encode()
            )
            text = planned if fault.body is None else fault.body
            self.send_response(fault.status)
            self.send_header("Content-Type", fault.kind)
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        def _pass_on(self, body: bytes, seen: Seen, cut: int | None) -> None:
            self.behind.request(self.command, self.path, body or None, dict(self.headers.items()))
            answer = self.behind.getresponse()
            self.send_response_only(answer.status)
            # What ends with the connection behind must get a length in front, where the connection goes on.
            chunked = answer.headers.get("Transfer-Encoding") == "chunked" or "Content-Length" not in answer.headers
            for name, value in answer.headers.items():
                if name.lower() not in {"transfer-encoding", "connection"}:
                    self.send_header(name, value)
            data = answer.read() if chunked else b""
            if chunked:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            pieces = iter([data]) if chunked else iter(lambda: answer.read(65536), b"")
            for piece in pieces:
                part = piece if cut is None else piece[: max(0, cut - seen.sent)]
                self.wfile.write(part)
                seen.sent += len(part)
                if cut is not None and seen.sent >= cut:
                    self.wfile.flush()
                    self.close_connection = True
                    self.behind.close()
                    return
            self.wfile.flush()

    return Handler
