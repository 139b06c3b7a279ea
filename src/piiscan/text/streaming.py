"""Text of a stream in pieces of bounded size, whatever its encoding and line lengths."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from piiscan.limits import SEGMENT_CHARS, SNIFF_BYTES
from piiscan.text.decoding import WIDE, Decoder, declared_by_bytes

BLOCK_BYTES = 256 * 1024
MAX_LINE_BYTES = 1024 * 1024
"""A line longer than this is cut at a place where no value is likely to be."""

_BREAK = re.compile(r"[\s,;|、。，；<>\"「」{}\[\]]")


class TextStream:
    """The text of a binary stream. Iterate once: pairs of (piece, 1-based line at which it starts).

    `decoder` says afterwards what was met: encodings, undecodable places, mojibake. Bare carriage returns of old Mac files count as line ends.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None, segment_chars: int = SEGMENT_CHARS) -> None:
        self._stream = stream
        self._size = segment_chars
        self._head = stream.read(SNIFF_BYTES)
        declared, skip = declared_by_bytes(self._head)
        self._head = self._head[skip:]
        self.decoder = Decoder(declared or encoding)
        self.raw: bytes | None = None
        """The bytes of the block just given, where they are its text in UTF-8."""

    def blocks(self) -> Iterator[str]:
        """Decoded blocks of some 256 KiB, ending at newlines where there are any. Instead of iterating, not besides."""
        mac = None
        for data in _byte_blocks(self._head, self._stream, self.decoder.bulk if self.decoder.fixed else None):
            text = self.decoder.block(data)
            if mac is None and ("\n" in text or "\r" in text):
                mac = "\n" not in text
            self.raw = data if self._is_utf8() else None
            if mac and "\n" not in text:
                self.raw, text = None, text.replace("\r", "\n")
            yield text

    def _is_utf8(self) -> bool:
        known = self.decoder
        return known.seen <= {"utf-8"} and not known.undecodable and not (known.fixed and known.bulk in WIDE)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return cut(self.blocks(), self._size)


def iter_text(
    stream: BinaryIO, encoding: str | None = None, segment_chars: int = SEGMENT_CHARS
) -> Iterator[tuple[str, int]]:
    """(piece, first line) of a stream; use :class:`TextStream` to learn about the encoding as well."""
    return iter(TextStream(stream, encoding, segment_chars))


def cut(blocks: Iterator[str], size: int = SEGMENT_CHARS) -> Iterator[tuple[str, int]]:
    """Re-cut text into pieces of at most `size` characters, at newlines where possible; with the line each starts at."""
    buffer, line = "", 1
    for block in blocks:
        buffer = buffer + block if buffer else block
        start = 0
        while len(buffer) - start > size:
            end = _cut_place(buffer, start, size)
            yield buffer[start:end], line
            line += buffer.count("\n", start, end)
            start = end
        buffer = buffer[start:]
    if buffer:
        yield buffer, line


def _cut_place(text: str, start: int, size: int) -> int:
    limit = start + size
    newline = text.rfind("\n", start, limit)
    if newline >= start:
        return newline + 1
    window = max(start + 1, limit - 2048)
    breaks = [m.end() for m in _BREAK.finditer(text, window, limit)]
    return breaks[-1] if breaks else limit


def _byte_blocks(head: bytes, stream: BinaryIO, encoding: str | None) -> Iterator[bytes]:
    tail = head
    more = stream.read(BLOCK_BYTES)
    while more:
        data = tail + more
        more = stream.read(BLOCK_BYTES)
        end = _line_end(data, encoding)
        if end == 0 and len(data) >= MAX_LINE_BYTES:
            end = _safe_end(data, encoding)
        if end:
            yield data[:end]
        tail = data[end:]
    if tail:
        yield tail


def _line_end(data: bytes, encoding: str | None) -> int:
    """Where the last complete line ends; 0 if there is none."""
    if encoding not in WIDE:
        return (data.rfind(b"\n") + 1) or (data.rfind(b"\r", 0, -1) + 1)
    newline = "\n".encode(encoding)
    width = len(newline)
    at = data.rfind(newline)
    while at >= 0 and at % width:
        at = data.rfind(newline, 0, at + width - 1)
    return at + width if at >= 0 else 0


def _safe_end(data: bytes, encoding: str | None) -> int:
    """A place between two characters near the end of a huge line."""
    if encoding in WIDE:
        return len(data) // 4 * 4 - 4  # a split surrogate pair costs one character of a hostile file
    if b"\x1b$" in data:
        return data.rfind(b"\x1b$") or len(data)
    place = max(data.rfind(mark, len(data) - 65536) for mark in (b" ", b",", b";", b">", b'"', b"\t"))
    if place > 0:
        return place + 1  # bytes below 0x40 are never the second half of a character
    for codec in ("utf-8", "cp932", "euc_jp"):
        for back in range(4):
            try:
                data[: len(data) - back].decode(codec)
            except UnicodeDecodeError:
                continue
            return len(data) - back
    return len(data)
