"""What the tests of this plugin share without fixtures."""

from __future__ import annotations

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType

from piiscan.model import Item, Problem

SERVERS = Path(__file__).parents[3] / "tests" / "servers"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"piiscan_test_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


samba = _load("samba")
tcp_proxy = _load("tcp_proxy")

LINES = "氏名,電話\n山田太郎,090-1234-5678\n鈴木花子,080-2345-6789\n"


def to_read(entries: list[Item | Problem]) -> set[str]:
    decided = {e.item for e in entries if isinstance(e, Problem)}
    return {e.name for e in entries if isinstance(e, Item) and e.uri not in decided}


def problems(entries: list[Item | Problem]) -> dict[str, str]:
    """Codes by name, without remarks about rights of shares, which this account may not read."""
    names = {e.uri: e.name for e in entries if isinstance(e, Item)}
    found = [e for e in entries if isinstance(e, Problem) and e.code != "rights-unknown"]
    return {names.get(e.item or "", (e.item or "").rstrip("/").rpartition("/")[2]): e.code for e in found}


def owner_uid() -> int:
    import pwd

    return pwd.getpwnam(samba.USER).pw_uid


def sid_bytes(text: str) -> bytes:
    """A SID as it goes over the wire."""
    _, revision, authority, *parts = text.split("-")
    head = bytes([int(revision), len(parts)]) + int(authority).to_bytes(6, "big")
    return head + struct.pack(f"<{len(parts)}I", *map(int, parts))
