"""A real Samba file server on a high port of this machine, with folders, accounts and log of its own.

Needs Debian's ``samba``, ``samba-vfs-modules`` and root.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

USER, PASSWORD = "piiscan-reader", "Only-for-tests-1"
"""The account that scans: it owns nothing and may write where the test share lets everybody write."""

EXPIRED = "piiscan-expired"

_GLOBAL = """[global]
    server role = standalone server
    workgroup = TESTS
    netbios name = FILER
    smb ports = {port}
    bind interfaces only = yes
    interfaces = lo
    private dir = {base}/private
    lock directory = {base}/lock
    state directory = {base}/state
    cache directory = {base}/cache
    pid directory = {base}/pid
    ncalrpc dir = {base}/ncalrpc
    usershare path =
    log file = {base}/log.%m
    log level = 1
    max log size = 0
    load printers = no
    printing = bsd
    printcap name = /dev/null
    disable spoolss = yes
    disable netbios = yes
    map to guest = never
    host msdfs = yes
    deadtime = 5
    {more}
"""


@dataclass
class Samba:
    """A running server: `port`, the folder of its files, its log folder, and its process."""

    base: Path
    port: int
    process: subprocess.Popen[bytes]

    def log(self) -> str:
        """Everything it has logged."""
        return "\n".join(path.read_text("utf-8", "replace") for path in sorted(self.base.glob("log.*")))

    def stop(self) -> None:
        """End it with all its children."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=10)


def missing() -> str:
    """Why no server can be started here; empty where one can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "starting Samba needs root"
    if not Path("/usr/sbin/smbd").exists() or shutil.which("smbpasswd") is None:
        return "samba is not installed (apt-get install samba samba-vfs-modules)"
    if not any(Path("/usr/lib").glob("*/samba/vfs/full_audit.so")):
        return "Samba's modules are not installed (apt-get install samba-vfs-modules)"
    return ""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(base: Path, shares: Mapping[str, str], more: str = "") -> Iterator[Samba]:
    """Serve these shares (name to lines of its section); `more` goes into the global section."""
    base.chmod(0o755)
    for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
        (base / name).mkdir(exist_ok=True)
    port = free_port()
    sections = "".join(f"[{name}]\n    {lines}\n" for name, lines in shares.items())
    config = base / "smb.conf"
    config.write_text(_GLOBAL.format(port=port, base=base, more=more) + sections, encoding="utf-8")
    for user in (USER, EXPIRED):
        _account(config, user)
    _run("pdbedit", "-s", str(config), "-u", EXPIRED, "--kickoff-time=1000000000")
    with (base / "log.smbd").open("ab") as log:
        process = subprocess.Popen(
            ["/usr/sbin/smbd", "--foreground", "--no-process-group", f"--configfile={config}"],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    server = Samba(base, port, process)
    try:
        _await(server)
        yield server
    finally:
        server.stop()


def share_rights(server: Samba, share: str, sddl: str) -> None:
    """Say who may use a share, as an administrator does."""
    _run("sharesec", "-s", str(server.base / "smb.conf"), share, "--setsddl", sddl)


def administrator(server: Samba) -> str:
    """Let root log on, with the same password; the SID this server gives it."""
    config = str(server.base / "smb.conf")
    _run("smbpasswd", "-c", config, "-s", "-a", "root", text=f"{PASSWORD}\n{PASSWORD}\n")
    shown = _run("pdbedit", "-s", config, "-L", "-v", "-u", "root")
    return next(line.split()[-1] for line in shown.splitlines() if line.startswith("User SID"))


def _account(config: Path, user: str) -> None:
    """An account of this machine without a login, and its Samba password."""
    for _ in range(20):  # tests that run side by side make it together, and one of them is locked out for a moment
        if subprocess.run(["id", user], capture_output=True, check=False).returncode == 0:
            break
        made = ["useradd", "--no-create-home", "--shell", "/usr/sbin/nologin", user]
        if subprocess.run(made, capture_output=True, check=False).returncode:
            time.sleep(0.2)
    _run("smbpasswd", "-c", str(config), "-s", "-a", user, text=f"{PASSWORD}\n{PASSWORD}\n")


def _run(*command: str, text: str = "") -> str:
    ran = subprocess.run(command, input=text, text=True, capture_output=True, check=False, timeout=60)
    assert ran.returncode == 0, f"{command[0]}: {ran.stderr or ran.stdout}"
    return ran.stdout


def _await(server: Samba) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log()
        with suppress(OSError), socket.create_connection(("127.0.0.1", server.port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("smbd does not answer")
