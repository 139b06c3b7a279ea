"""Pictures in the drawing records of old Excel files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

_ENTRY: Final = 0xF007
_METAFILES: Final = {0xF01A: ".emf", 0xF01B: ".wmf", 0xF01C: ".pict"}
_IMAGES: Final = {0xF01D: ".jpg", 0xF01E: ".png", 0xF01F: ".dib", 0xF029: ".tif", 0xF02A: ".jpg"}
_TWO_IDS: Final = frozenset({0x217, 0x3D5, 0x543, 0x46B, 0x6E1, 0x6E3, 0x6E5, 0x7A9})
MAX_METAFILE: Final = 256 * 1024**2


def pictures(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(file ending, bytes) of every picture in a drawing group; ends where it is cut."""
    at = 0
    while at + 8 <= len(data):
        head, kind, size = struct.unpack_from("<HHI", data, at)
        at += 8
        if head & 0x0F == 0x0F:
            continue  # a container: its records follow
        if kind == _ENTRY and size > 36:
            at += 36 + 2 * data[at + 33] if at + 34 <= len(data) else size
            continue  # the picture follows
        body = data[at : at + size]
        at += size
        skip = 32 if head >> 4 in _TWO_IDS else 16
        if kind in _IMAGES:
            yield _IMAGES[kind], body[skip + 1 :]
        elif kind in _METAFILES and len(body) > skip + 34:
            packed = body[skip + 32] == 0
            raw = body[skip + 34 :]
            with suppress(zlib.error):
                raw = zlib.decompressobj().decompress(raw, MAX_METAFILE) if packed else raw
            yield _METAFILES[kind], raw
            start, end = raw.find(b"%PDF-"), raw.rfind(b"%%EOF")
            if 0 <= start < end:  # Excel for Mac keeps pasted PDF inside a picture
                yield ".pdf", raw[start : end + 5]
