"""What an S/MIME body holds: signed content is taken out of its envelope, the rest is told apart."""

from __future__ import annotations

from collections.abc import Iterator

from piiscan.errors import ReadError

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENCRYPTED = frozenset(
    bytes.fromhex(h)
    for h in ("2a864886f70d010703", "2a864886f70d010704", "2a864886f70d010706", "2a864886f70d0109100117")
)
_DATA = bytes.fromhex("2a864886f70d010701")
_MAX_DEPTH = 20


def signed_content(data: bytes) -> bytes:
    """The mail inside a signed-data envelope. Raises ReadError: `encrypted`, `unsupported-format`, `damaged`."""
    kind, body = _content_info(data, 0, len(data))
    if kind in _ENCRYPTED:
        raise ReadError("encrypted", "S/MIME")
    if kind != _SIGNED:
        raise ReadError("unsupported-format", "S/MIME")
    _, start, end = _element(data, *body)  # SignedData ::= SEQUENCE
    for tag, inner_start, inner_end in _elements(data, start, end):
        if tag == 0x30:  # version and digest algorithms stand before it
            return _encapsulated(data, inner_start, inner_end)
    raise ReadError("damaged", "S/MIME")


def _encapsulated(data: bytes, start: int, end: int) -> bytes:
    parts = list(_elements(data, start, end))
    if not parts or data[parts[0][1] : parts[0][2]] != _DATA:
        raise ReadError("unsupported-format", "S/MIME")
    if len(parts) < 2:
        raise ReadError("unsupported-format", "detached S/MIME signature")
    return b"".join(_octets(data, parts[1][1], parts[1][2], 0))


def _octets(data: bytes, start: int, end: int, depth: int) -> Iterator[bytes]:
    """The bytes of octet strings, which may be cut into pieces of pieces."""
    if depth > _MAX_DEPTH:
        raise ReadError("damaged", "S/MIME")
    for tag, inner_start, inner_end in _elements(data, start, end):
        if tag == 0x04:
            yield data[inner_start:inner_end]
        elif tag == 0x24:
            yield from _octets(data, inner_start, inner_end, depth + 1)


def _content_info(data: bytes, start: int, end: int) -> tuple[bytes, tuple[int, int]]:
    tag, start, end = _element(data, start, end)
    parts = list(_elements(data, start, end)) if tag == 0x30 else []
    if len(parts) < 2 or parts[0][0] != 0x06:
        raise ReadError("damaged", "S/MIME")
    return data[parts[0][1] : parts[0][2]], (parts[1][1], parts[1][2])


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(tag, start, end) of the elements in a stretch. BER: a length may be left open, ended by two zeros."""
    at = start
    while at < end and data[at : at + 2] != b"\0\0":
        tag, inner_start, inner_end = _element(data, at, end)
        yield tag, inner_start, inner_end
        at = inner_end + (2 if data[at + 1] == 0x80 else 0)


def _element(data: bytes, at: int, end: int, depth: int = 0) -> tuple[int, int, int]:
    if at + 2 > end or data[at] & 0x1F == 0x1F or depth > _MAX_DEPTH:
        raise ReadError("damaged", "S/MIME")
    tag, length = data[at], data[at + 1]
    start = at + 2
    if length == 0x80:
        return tag, start, _open_end(data, start, end, depth)
    if length > 0x80:
        width = length - 0x80
        length = int.from_bytes(data[start : start + width], "big")
        start += width
    if start + length > end:
        raise ReadError("truncated", "S/MIME")
    return tag, start, start + length


def _open_end(data: bytes, at: int, end: int, depth: int) -> int:
    """Where the two zeros of an element of open length stand."""
    while data[at : at + 2] != b"\0\0":
        _, _, inner_end = _element(data, at, end, depth + 1)
        at = inner_end + (2 if data[at + 1] == 0x80 else 0)
    return at
