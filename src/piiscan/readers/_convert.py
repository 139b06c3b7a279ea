"""Converters on this machine: LibreOffice for everything old, antiword for .doc where there is none."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from piiscan.errors import LimitError, ReadError
from piiscan.protocols import ReadContext

_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>
"""
"""Macros off, links to other files and hosts not followed."""


def converters() -> list[tuple[str, Path | None]]:
    """(name, program or None where it is not installed) of every converter that readers can use."""
    return [("LibreOffice", _soffice()), ("antiword", _which("antiword"))]


def _which(*names: str) -> Path | None:
    return next((Path(p) for p in map(shutil.which, names) if p), None)


def _soffice() -> Path | None:
    found = _which("soffice", "libreoffice")
    if found is not None:
        return found
    places = [
        Path(os.environ[k]) / "LibreOffice" / "program" / "soffice.exe"
        for k in ("PROGRAMFILES", "PROGRAMFILES(X86)")
        if k in os.environ
    ]
    places.append(Path("/Applications/LibreOffice.app/Contents/MacOS/soffice"))
    return next((p for p in places if p.is_file()), None)


def office(program: Path | None, source: Path, folder: Path, ending: str, context: ReadContext) -> Path:
    """Convert a file with LibreOffice into `folder`. Raises ReadError `needs-converter`, `converter-failed` or LimitError `timeout`."""
    if program is None:
        raise ReadError("needs-converter", "LibreOffice")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    out = folder / "out"
    options = ["--headless", "--norestore", "--nolockcheck", "--nodefault", "--nologo", "--nofirststartwizard"]
    # A profile of its own: the user's may be open, and two conversions must not wait for each other.
    command = [str(program), f"-env:UserInstallation={profile.as_uri()}", *options, "--convert-to", ending]
    run([*command, "--outdir", str(out), str(source)], context, "LibreOffice")
    made = next(iter(sorted(out.glob("*"))), None) if out.is_dir() else None
    if made is None or made.stat().st_size == 0:
        raise ReadError("converter-failed", "LibreOffice")
    return made


def run(command: Sequence[str], context: ReadContext, name: str) -> bytes:
    """What a program writes to its output. It is ended, with its children, when time is over."""
    left = context.budget.seconds_left()
    longest = context.budget.limits.converter_seconds or None
    timeout = min((t for t in (left, longest) if t is not None), default=None)
    windows = sys.platform == "win32"
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=not windows,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise ReadError("converter-failed", f"{name}: {type(error).__name__}") from None
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        raise LimitError("timeout", name) from None
    finally:
        _end(process)
    if process.returncode:
        raise ReadError("converter-failed", f"{name}: exit {process.returncode}")
    return output


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that neither the program nor anything it started goes on."""
    if process.poll() is None:
        if sys.platform == "win32":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], check=False, capture_output=True)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()
