"""How much one item may cost. Readers ask a :class:`Budget`; nothing else decides when to stop."""

from __future__ import annotations

import time
from dataclasses import dataclass

from piiscan.errors import LimitError

SEGMENT_CHARS = 65_536
"""Readers cut text into pieces of about this many characters, at newlines."""

TABLE_BATCH_ROWS = 40_000
"""Rows of a table batch at most: enough for whole columns to pay, few enough for a flat memory."""

SNIFF_BYTES = 65_536
"""How much of an item `Content.head` keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one item, settable in ``[limits]`` of piiscan.toml. Sizes in bytes, times in seconds; 0 means no limit."""

    item_bytes: int = 0
    item_seconds: float = 300.0
    archive_depth: int = 8
    archive_members: int = 100_000
    archive_bytes: int = 20 * 1024**3
    archive_ratio: int = 1000
    member_bytes: int = 4 * 1024**3
    xml_part_bytes: int = 512 * 1024**2
    pdf_pages: int = 20_000
    converter_seconds: float = 120.0


class Budget:
    """What is left for one listed item and everything inside it. One per item, passed along; not thread-safe."""

    __slots__ = ("_deadline", "bytes_out", "limits", "members", "ocr_pages", "ocr_seconds")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.members = 0
        self.bytes_out = 0
        self.ocr_pages = 0
        self.ocr_seconds = 0.0
        self._deadline = time.monotonic() + limits.item_seconds if limits.item_seconds else None

    def check_time(self) -> None:
        """Raise `timeout` when the item's time is over. Call it in every loop over input."""
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise LimitError("timeout", f"{self.limits.item_seconds:g}s")

    def seconds_left(self) -> float | None:
        """Seconds until the time limit; None without one."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def enter_member(self, depth: int) -> None:
        """Count one member at this depth (the item itself is depth 0)."""
        if depth > self.limits.archive_depth:
            raise LimitError("limit-depth", str(self.limits.archive_depth))
        self.members += 1
        if self.limits.archive_members and self.members > self.limits.archive_members:
            raise LimitError("limit-members", str(self.limits.archive_members))

    def spend(self, unpacked: int) -> None:
        """Count bytes that came out of a decompressor, over all members of the item."""
        self.bytes_out += unpacked
        if self.limits.archive_bytes and self.bytes_out > self.limits.archive_bytes:
            raise LimitError("limit-bytes", str(self.limits.archive_bytes))
        self.check_time()

    def check_ratio(self, unpacked: int, packed: int) -> None:
        """Raise `limit-ratio` where a stream blew up suspiciously (small streams are let through)."""
        ratio = self.limits.archive_ratio
        if ratio and unpacked > 10 * 1024**2 and unpacked > max(packed, 1) * ratio:
            raise LimitError("limit-ratio", f"{unpacked // max(packed, 1)}:1")
