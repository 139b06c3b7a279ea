"""Files over HTTP, against small servers that do what web servers do: ranges or none, cuts, changes, pages in place of files, redirects, TLS."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import ssl
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from piiscan.errors import SourceError
from piiscan_cms.address import parse
from piiscan_cms.content import FIRST_WINDOW, WHOLE_BYTES, Fetcher, RemoteContent
from piiscan_cms.credentials import Login
from piiscan_cms.options import CmsOptions
from piiscan_cms.web import Web


@dataclass
class Server:
    """Serves `data` at every path. `answer` may take a request over (return True); `asked` are (path, range, had credentials)."""

    data: bytes = b""
    ranges: bool = True
    etag: str = '"1"'
    kind: str = "application/octet-stream"
    answer: Callable[[Any], bool] = lambda _handler: False
    asked: list[tuple[str, str, bool]] = field(default_factory=list)
    sent: int = 0
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Cut connections are what this is for."""


@contextmanager
def serving(server: Server, context: ssl.SSLContext | None = None) -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            server.asked.append((self.path, wanted, "Authorization" in self.headers))
            if server.answer(self):
                return
            start, end = 0, len(server.data)
            if server.ranges and wanted:
                first, _, last = wanted.removeprefix("bytes=").partition("-")
                start, end = int(first), min(end, int(last) + 1)
                if start >= len(server.data):
                    self.send_error(416)
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(server.data)}")
            else:
                self.send_response(200)
            self.send_header("ETag", server.etag)
            self.send_header("Content-Type", server.kind)
            self.send_header("Content-Length", str(end - start))
            self.end_headers()
            self.wfile.write(server.data[start:end])
            server.sent += end - start

        do_HEAD = do_GET  # noqa: N815

    http = _Quiet(("127.0.0.1", 0), Handler)
    if context is not None:
        http.socket = context.wrap_socket(http.socket, server_side=True)
        server.scheme = "https"
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(Server()) as running:
        yield running


@pytest.fixture
def fetcher(server: Server) -> Iterator[Fetcher]:
    web = Web(parse(f"wordpress+{server.url}/"), CmsOptions(attempts=3, timeout=5), Login("me", "hush"))
    yield Fetcher(web)
    web.close()


def noise(size: int) -> bytes:
    block = b"".join(hashlib.sha256(n.to_bytes(4, "big")).digest() for n in range(32_768))
    return (block * (size // len(block) + 1))[:size]


def cut_once(server: Server, after: int) -> Callable[[Any], bool]:
    """Ends the first connection after so many bytes."""
    left = [1]

    def answer(handler: Any) -> bool:
        if not left:
            return False
        left.clear()
        start = (
            int((handler.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
            if server.ranges
            else 0
        )
        handler.send_response(206 if server.ranges else 200)
        if server.ranges:
            handler.send_header("Content-Range", f"bytes {start}-{len(server.data) - 1}/{len(server.data)}")
        handler.send_header("ETag", server.etag)
        handler.send_header("Content-Length", str(len(server.data) - start))
        handler.end_headers()
        handler.wfile.write(server.data[start : start + after])
        handler.close_connection = True
        return True

    return answer


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("size", [0, 1, 5_000, WHOLE_BYTES, WHOLE_BYTES + 1, 3 * WHOLE_BYTES])
def test_any_size_with_and_without_ranges(server: Server, fetcher: Fetcher, ranges: bool, size: int) -> None:
    """Every byte, twice, whatever the listing said of the size."""
    server.data, server.ranges = noise(size), ranges
    for said in (None, size):
        content = RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", said)
        with content.open() as first, content.open() as second:
            assert first.read() == server.data
            assert second.read(10) == server.data[:10]
        assert content.size == size
        assert content.head() == server.data[:65536]


def test_a_member_of_a_large_archive_is_had_without_all_of_it(server: Server, fetcher: Fetcher) -> None:
    """Ranges: the directory at the end, and the member; not the rest."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("large.bin", noise(40 * 1024**2))
        archive.writestr("small.txt", "電話 090-1234-5678")
    server.data = out.getvalue()
    content = RemoteContent(fetcher, f"{server.url}/x.zip", "x.zip", len(server.data))
    with content.open() as stream, zipfile.ZipFile(stream) as archive:
        assert "090" in archive.read("small.txt").decode()
    assert server.sent < 3 * FIRST_WINDOW


def test_the_beginning_of_a_large_file_costs_little(server: Server, fetcher: Fetcher) -> None:
    """A film is recognised by its head, and not fetched."""
    server.data = noise(30 * 1024**2)
    assert RemoteContent(fetcher, f"{server.url}/film.mp4", "film.mp4", len(server.data)).head() == server.data[:65536]
    assert server.sent == FIRST_WINDOW


@pytest.mark.parametrize("ranges", [True, False])
@pytest.mark.parametrize("size", [200_000, WHOLE_BYTES + 200_000])
def test_a_cut_connection_is_taken_up_again(server: Server, fetcher: Fetcher, ranges: bool, size: int) -> None:
    """Nothing is lost, and nothing comes twice."""
    server.data, server.ranges = noise(size), ranges
    server.answer = cut_once(server, 70_000)
    with RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", size).open() as stream:
        assert stream.read() == server.data
    if ranges and size < WHOLE_BYTES:
        assert server.asked[1][1].startswith("bytes=70000-")


def test_a_connection_that_is_always_cut_is_given_up(server: Server, fetcher: Fetcher) -> None:
    """After all attempts it is for the next run."""

    def answer(handler: Any) -> bool:
        handler.close_connection = True
        return True

    server.answer = answer
    with pytest.raises(SourceError) as caught:
        RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", None).head()
    assert caught.value.code == "try-later"
    assert len(server.asked) == 3


def test_a_file_that_is_replaced_while_it_is_read(server: Server, fetcher: Fetcher) -> None:
    """Pieces of two versions are never put together."""
    server.data = noise(3 * WHOLE_BYTES)
    stream = RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", len(server.data)).open()
    stream.read(10)
    server.etag = '"2"'
    stream.seek(2 * WHOLE_BYTES)
    with pytest.raises(SourceError) as caught:
        stream.read(10)
    stream.close()
    assert caught.value.code == "changed-while-reading"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "vanished"), (410, "vanished"), (403, "access-denied"), (401, "access-denied"), (503, "try-later")],
)
def test_refused_files(server: Server, fetcher: Fetcher, status: int, code: str) -> None:
    """Gone, denied and busy apart; only a busy server is asked again."""

    def answer(handler: Any) -> bool:
        handler.send_response(status)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    server.answer = answer
    with pytest.raises(SourceError) as caught:
        RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", None).head()
    assert caught.value.code == code
    assert len(server.asked) == (3 if code == "try-later" else 1)


def test_a_page_in_place_of_a_file_is_not_the_file(server: Server, fetcher: Fetcher) -> None:
    """Log-in forms and 'not found' pages that say 200 would be scanned as if they were the picture."""
    server.data, server.kind = b"<html>Please log in</html>", "text/html; charset=utf-8"
    with pytest.raises(SourceError) as caught:
        RemoteContent(fetcher, f"{server.url}/photo.jpg", "photo.jpg", None).head()
    assert (caught.value.code, caught.value.detail) == ("io-error", "a page came instead of the file")
    assert RemoteContent(fetcher, f"{server.url}/page.html", "page.html", None).head() == server.data


def test_too_large_without_a_listed_size(server: Server, fetcher: Fetcher) -> None:
    """The limit holds also where only the answer tells the size, or nothing does."""
    for ranges in (True, False):
        server.data, server.ranges = noise(WHOLE_BYTES + 10), ranges
        with pytest.raises(SourceError) as caught:
            RemoteContent(fetcher, f"{server.url}/f.bin", "f.bin", None, limit=WHOLE_BYTES).head()
        assert caught.value.code == "too-large"


def redirecting(to: str) -> Callable[[Any], bool]:
    def answer(handler: Any) -> bool:
        if handler.path.startswith("/end"):
            return False
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    return answer


def test_redirects_within_the_site_are_followed(server: Server, fetcher: Fetcher) -> None:
    """With the account, too, where the account is used; a circle ends."""
    server.data = b"here"
    server.answer = redirecting("/end")
    assert fetcher.web.get(f"{server.url}/a", account=True).body == b"here"
    assert [had for _, _, had in server.asked] == [True, True]
    server.answer = redirecting("/a")
    with pytest.raises(SourceError) as caught:
        fetcher.web.get(f"{server.url}/a")
    assert caught.value.detail == "too many redirects"


def test_other_hosts_are_never_asked(server: Server, fetcher: Fetcher) -> None:
    """Neither by a redirect nor by an address in an answer: not another name, not another port, not a file of this machine."""
    with serving(Server(data=b"secret of the intranet")) as inside:
        server.answer = redirecting(f"{inside.url}/end")
        with pytest.raises(SourceError) as caught:
            fetcher.web.get(f"{server.url}/a", account=True)
        assert caught.value.code == "access-denied"
        for url in (
            f"{inside.url}/x",
            f"http://localhost:{server.port}/x",
            "file:///etc/passwd",
            "http://169.254.169.254/",
            "//x/",
            f"ftp://127.0.0.1:{server.port}/",
        ):
            with pytest.raises(SourceError):
                RemoteContent(fetcher, url, "x", None).head()
        assert inside.asked == []


def test_a_file_host_is_asked_without_the_account(server: Server) -> None:
    """A delivery network that the options name may give files, and never sees the password."""
    with serving(Server(data=b"picture")) as network:
        options = CmsOptions(file_hosts=("127.0.0.1",))
        web = Web(parse(f"wordpress+{server.url}/"), options, Login("me", "hush"))
        server.answer = redirecting(f"{network.url}/end")
        assert web.get(f"{server.url}/a", account=True).body == b"picture"
        assert [had for _, _, had in network.asked] == [False]
        web.close()


def test_an_endless_answer_ends(server: Server, fetcher: Fetcher) -> None:
    """An interface that sends more than any list needs is stopped."""
    server.data = noise(300_000)
    with pytest.raises(SourceError) as caught:
        fetcher.web.get(f"{server.url}/a", limit=100_000)
    assert caught.value.code == "limit-bytes"


def test_a_silent_server_is_not_waited_for_forever(server: Server) -> None:
    """Time-outs are for the next run."""
    release = threading.Event()

    def answer(handler: Any) -> bool:
        release.wait(10)
        handler.close_connection = True
        return True

    server.answer = answer
    web = Web(parse(f"wordpress+{server.url}/"), CmsOptions(attempts=2, timeout=0.2))
    with pytest.raises(SourceError) as caught:
        web.get(f"{server.url}/a")
    release.set()
    web.close()
    assert caught.value.code == "try-later"


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine that no authority signed, and its key."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, secret


def test_certificates_are_verified(tmp_path: Path) -> None:
    """One that nobody vouches for is refused at once, and taken when the company's own authority is named."""
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    with serving(Server(data=b"secret"), context) as server:
        address = parse(f"wordpress+{server.url}/")
        for options, expected in ((CmsOptions(), None), (CmsOptions(ca_file=str(cert)), b"secret")):
            web = Web(address, options, Login("me", "hush"))
            if expected is None:
                with pytest.raises(SourceError) as caught:
                    web.get(f"{server.url}/", account=True)
                assert caught.value.code == "access-denied"
                assert server.asked == []
            else:
                assert web.get(f"{server.url}/", account=True).body == expected
            web.close()
