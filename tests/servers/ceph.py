"""Brings up a Ceph cluster of one monitor, one in-memory OSD and one RADOS Gateway from Debian's packages: an S3 as companies run it.

Needs root and ``apt-get install ceph-mon ceph-osd radosgw ceph-common``. Everything lies in one folder and ends with the block.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROGRAMS = ("ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool", "ceph")
START_SECONDS = 120.0

# Without "crc" the gateway insists on secure connections and never gets one; without auth there are no keys to hand out.
CONFIG = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
ms cluster mode = crc
ms service mode = crc
ms client mode = crc
ms mon cluster mode = crc
ms mon service mode = crc
ms mon client mode = crc
mon allow pool size one = true
mon data avail crit = 1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd objectstore = memstore
memstore device bytes = 1073741824
mon data = {folder}/mon
osd data = {folder}/osd
osd journal = {folder}/osd/journal
run dir = {folder}
admin socket = {folder}/$name.asok
pid file = {folder}/$name.pid
log file = {folder}/$name.log
mon cluster log file = {folder}/cluster.log
crash dir = {folder}

[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{rgw}
rgw data = {folder}/rgw
"""


@dataclass(frozen=True, slots=True)
class User:
    """An account of the gateway."""

    name: str
    access_key: str
    secret_key: str = field(repr=False)


@dataclass(slots=True)
class Ceph:
    """A running cluster."""

    folder: Path
    port: int
    users: dict[str, User] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.port}"

    def user(self, name: str) -> User:
        """The account of this name, made on first use."""
        if name in self.users:
            return self.users[name]
        said = _run(self.folder, "radosgw-admin", "user", "create", f"--uid={name}", f"--display-name={name}")
        key = json.loads(said)["keys"][0]
        self.users[name] = User(name, key["access_key"], key["secret_key"])
        return self.users[name]


def missing() -> str:
    """Why it cannot be brought up here; empty if it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "Ceph needs root"
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def serve(folder: Path) -> Iterator[Ceph]:
    """A cluster in this folder until the block ends. Raises RuntimeError when it does not come up."""
    mon2, mon1, rgw = (_free_port() for _ in range(3))
    fsid, osd = str(uuid.uuid4()), str(uuid.uuid4())
    config = CONFIG.format(fsid=fsid, mon1=mon1, mon2=mon2, rgw=rgw, folder=folder)
    (folder / "ceph.conf").write_text(config, encoding="utf-8")
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    running: list[subprocess.Popen[bytes]] = []
    try:
        address = f"[v2:127.0.0.1:{mon2},v1:127.0.0.1:{mon1}]"
        _run(
            folder, "monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, str(folder / "monmap"), conf=False
        )
        _run(folder, "ceph-mon", "--mkfs", "-i", "a", "--monmap", str(folder / "monmap"))
        running.append(_start(folder, "ceph-mon", "-f", "-i", "a"))
        _run(folder, "ceph", "--connect-timeout", "60", "osd", "new", osd)
        # Without this uuid the monitor silently ignores the OSD.
        _run(folder, "ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        running.append(_start(folder, "ceph-osd", "-f", "-i", "0"))
        running.append(_start(folder, "radosgw", "-f", "-n", "client.rgw"))
        _wait(rgw, running)
        yield Ceph(folder, rgw)
    finally:
        for process in reversed(running):
            process.kill()
        for process in running:
            process.wait()


def _run(folder: Path, *command: str, conf: bool = True) -> str:
    extra = ("-c", str(folder / "ceph.conf")) if conf else ()
    done = subprocess.run(
        [command[0], *extra, *command[1:]], capture_output=True, text=True, timeout=START_SECONDS, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr[-500:]}")
    return done.stdout


def _start(folder: Path, *command: str) -> subprocess.Popen[bytes]:
    arguments = [command[0], "-c", str(folder / "ceph.conf"), *command[1:]]
    with (folder / f"{command[0]}.out").open("wb") as out:
        return subprocess.Popen(arguments, stdout=out, stderr=out)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, running: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        ended = [process.args for process in running if process.poll() is not None]
        if ended:
            raise RuntimeError(f"ended early: {ended}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise RuntimeError("the gateway did not come up")
