"""Text chunks of PNG files, which may stand before or behind the picture, compressed or as hex digits."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
MAX_CHUNK: Final = 16 * 1024**2
MAX_TEXT: Final = 4 * 1024**2
MAX_CHUNKS: Final = 20_000
MAX_TEXTS: Final = 1_000
_RAW_PROFILE = re.compile(rb"\s*(\w+)\s+(\d+)\s+([0-9a-fA-F\s]*)")


def chunks(stream: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """(keyword, bytes) of tEXt, zTXt and iTXt; (``"exif"``, block) of eXIf. Ends where the file is cut or a chunk is absurd."""
    if stream.read(8) != SIGNATURE:
        return
    texts = 0
    for _ in range(MAX_CHUNKS):
        head = stream.read(8)
        if len(head) < 8:
            return
        size, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind not in {b"tEXt", b"zTXt", b"iTXt", b"eXIf"} or size > MAX_CHUNK:
            stream.seek(size + 4, 1)
            continue
        data = stream.read(size)
        stream.seek(4, 1)
        texts += 1
        if texts > MAX_TEXTS:
            return
        yield ("exif", data) if kind == b"eXIf" else _text(kind, data)


def _text(kind: bytes, data: bytes) -> tuple[str, bytes]:
    keyword, _, rest = data.partition(b"\0")
    name = keyword[:79].decode("latin-1", "replace")
    if kind == b"zTXt":
        return name, _inflated(rest[1:])
    if kind == b"iTXt":
        packed, rest = rest[:1] == b"\1", rest[2:]
        rest = rest.partition(b"\0")[2].partition(b"\0")[2]
        return name, _inflated(rest) if packed else rest
    return name, rest


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, MAX_TEXT)
    except zlib.error:
        return b""


def raw_profile(data: bytes) -> bytes:
    """The bytes of a profile that ImageMagick wrote as hex digits: a name, a length, the digits."""
    match = _RAW_PROFILE.match(data)
    if match is None:
        return b""
    try:
        return bytes.fromhex(match[3].decode("ascii"))
    except ValueError:
        return b""
