"""How a scheduled run is told: webhook and mail over real sockets, and the metrics file."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])  # type: ignore[index]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted."""

    posted: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        self.posted.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


class Post(socketserver.StreamRequestHandler):
    """The least of a mail server; keeps the mails."""

    mails: ClassVar[list[str]] = []

    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text.decode())
                self.mails.append("".join(lines))
            if word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "共有"
    folder.mkdir()
    (folder / "佐藤花子.txt").write_text("氏名：佐藤花子　電話 090-1234-5678\n", encoding="utf-8")
    return folder


def config(tmp_path: Path, share: Path, notify: str) -> Path:
    file = tmp_path / "piiscan.toml"
    file.write_text(f"jobs = 1\n[notify]\n{notify}\n[[target]]\nurl = '{share}'\n", encoding="utf-8")
    return file


def test_chat_and_mail_hear_counts_and_nothing_else(tmp_path: Path, share: Path, cli) -> None:
    """Both get the sums; neither gets a value, a name of a file or a place. The webhook's address comes from the environment."""
    with (
        serving(HTTPServer(("127.0.0.1", 0), Hook)) as web,
        serving(socketserver.TCPServer(("127.0.0.1", 0), Post)) as smtp,
    ):
        file = config(
            tmp_path,
            share,
            f'webhook = "env:HOOK"\nsmtp = "127.0.0.1:{smtp}"\nmail_from = "piiscan@example.co.jp"\nmail_to = ["a@example.co.jp"]',
        )
        done = cli("run", file, "--quiet", "--lang", "en", HOOK=f"http://127.0.0.1:{web}/secret-part")
    assert done.returncode == 0, done.stderr
    text = Hook.posted[-1]["text"]
    assert "run 1: done" in text
    assert "1 items (1 scanned" in text
    assert "Subject: piiscan run 1: done" in Post.mails[-1]
    for told in (text, Post.mails[-1], done.stderr):
        assert not [word for word in ("佐藤", "5678", "共有", "secret-part") if word in told]


def test_people_are_told_in_their_language(tmp_path: Path, share: Path, cli) -> None:
    """A message in Japanese names severities and changes as the reports do."""
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as web:
        file = config(tmp_path, share, 'webhook = "env:HOOK"')
        for _ in range(2):
            cli("run", file, "--quiet", "--lang", "ja", HOOK=f"http://127.0.0.1:{web}/")
            (share / "二人目.txt").write_text("氏名：鈴木一郎　電話 090-8765-4321\n", encoding="utf-8")
    text = Hook.posted[-1]["text"]
    assert "中 2" in text
    assert "新しく見つかった 1" in text


def test_who_cannot_be_told_does_not_change_the_run(tmp_path: Path, share: Path, cli) -> None:
    """A webhook that is not there, and one whose address is in no variable: said on stderr without the address, exit code 0."""
    for notify in ('webhook = "http://127.0.0.1:9/hidden-token"', 'webhook = "env:NOT_THERE"'):
        done = cli("run", config(tmp_path, share, notify), "--quiet")
        assert done.returncode == 0
        assert "webhook" in done.stderr
        assert "hidden-token" not in done.stderr


def test_only_trouble(tmp_path: Path, share: Path, cli) -> None:
    """With when = "trouble" a run in which all was read tells nobody; one with an unreadable file does."""
    Hook.posted.clear()
    with serving(HTTPServer(("127.0.0.1", 0), Hook)) as web:
        file = config(tmp_path, share, f'when = "trouble"\nwebhook = "http://127.0.0.1:{web}/"')
        cli("run", file, "--quiet")
        assert Hook.posted == []
        (share / "kaputt.zip").write_bytes(b"PK\x03\x04" + bytes(100))
        assert cli("run", file, "--quiet").returncode == 3
    assert len(Hook.posted) == 1


def test_metrics_for_prometheus(tmp_path: Path, share: Path, cli) -> None:
    """Each sample has HELP and TYPE, and the figures are those of the run."""
    done = cli("run", config(tmp_path, share, ""), "--quiet", "--metrics", "piiscan.prom")
    assert done.returncode == 0, done.stderr
    lines = (tmp_path / "piiscan.prom").read_text(encoding="utf-8").splitlines()
    samples = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert samples['piiscan_items{state="scanned"}'] == "1"
    assert samples["piiscan_run_complete"] == "1"
    names = {key.split("{")[0] for key in samples}
    assert names == {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert cli("run", config(tmp_path, share, ""), "--metrics", "no/such/folder.prom").returncode == 0


def test_until_wants_a_time(tmp_path: Path, share: Path, cli) -> None:
    """Anything but HH:MM is a mistake of usage; a run whose time has come is not done."""
    file = config(tmp_path, share, "")
    for clock in ("6", "25:00", "abc", "06:61"):
        assert cli("run", file, "--until", clock).returncode == 2
    assert cli("run", file, "--quiet", "--until", "23:59").returncode == 0
