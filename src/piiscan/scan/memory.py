"""How much memory a process holds, as the system tells."""

from __future__ import annotations

import os

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident_bytes(pid: int) -> int | None:
    """What a process of this machine has in memory, shared pages included; None where the system does not tell (other than Linux) or it is gone."""
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:  # noqa: PTH123 - asked every second
            return int(file.read().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return None
