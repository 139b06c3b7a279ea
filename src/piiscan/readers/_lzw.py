"""The LZW of Unix ``compress`` (.Z): codes of 9 to 16 bits, least significant bit first, in groups of eight codes."""

from __future__ import annotations

from collections.abc import Iterator

from piiscan.errors import ReadError

_CLEAR = 256


def decompress_lzw(source: Iterator[bytes]) -> Iterator[bytes]:
    """The unpacked bytes. Raises ReadError `damaged` or `truncated`."""
    buffer = bytearray()
    for data in source:
        buffer += data
        if len(buffer) >= 3:
            break
    if len(buffer) < 3 or buffer[:2] != b"\x1f\x9d":
        raise ReadError("truncated" if len(buffer) < 3 else "damaged")
    most_bits, block_mode = buffer[2] & 0x1F, bool(buffer[2] & 0x80)
    if not 9 <= most_bits <= 16:
        raise ReadError("damaged", "LZW width")
    del buffer[:3]
    table = _Table(most_bits, block_mode)
    for data in source:
        buffer += data
        yield from _groups(table, buffer, last=False)
    yield from _groups(table, buffer, last=True)


class _Table:
    """The strings so far, and the width codes have now."""

    def __init__(self, most_bits: int, block_mode: bool) -> None:
        self.most_bits, self.block_mode = most_bits, block_mode
        self.clear()

    def clear(self) -> None:
        self.strings = [bytes([i]) for i in range(256)] + ([b""] if self.block_mode else [])
        self.bits = 9
        self.previous = b""

    def next_string(self, code: int) -> bytes:
        strings = self.strings
        if code < len(strings):
            string = strings[code]
        elif code == len(strings) and self.previous:
            string = self.previous + self.previous[:1]
        else:
            raise ReadError("damaged", "LZW code")
        if self.previous and len(strings) < 1 << self.most_bits:
            strings.append(self.previous + string[:1])
        self.previous = string
        return string

    @property
    def full(self) -> bool:
        """Whether the next codes are one bit wider."""
        return len(self.strings) >= 1 << self.bits and self.bits < self.most_bits


def _groups(table: _Table, buffer: bytearray, *, last: bool) -> Iterator[bytes]:
    """Take whole groups (eight codes of one width fill as many bytes as the width has bits) out of the buffer."""
    at = 0
    while True:
        width = table.bits
        group = bytes(buffer[at : at + width])
        if len(group) < width and not (last and len(group) * 8 >= width):
            break
        at += width  # a change of width, or a clear, skips what is left of the group
        yield _group(table, int.from_bytes(group, "little"), len(group) * 8 // width)
    del buffer[:at]


def _group(table: _Table, bits: int, codes: int) -> bytes:
    width, mask = table.bits, (1 << table.bits) - 1
    out = []
    for _ in range(codes):
        code = bits & mask
        bits >>= width
        if code == _CLEAR and table.block_mode:
            table.clear()
            break
        out.append(table.next_string(code))
        if table.full:
            table.bits += 1
            break
    return b"".join(out)
