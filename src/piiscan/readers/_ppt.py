"""Text in the records of old PowerPoint files: what a converter leaves out, and what remains where none can read the file."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

_CHARS, _BYTES, _STRING = 0x0FA0, 0x0FA8, 0x0FBA
_CONTAINER: Final = 0x0F
_PROMPTS: Final = (
    "click to edit",
    "___ppt",
    "マスター",
    "<footer>",
    "<date",
    "*",
    "‹#›",
    "second level",
    "third level",
    "fourth level",
    "fifth level",
)


def texts(data: bytes) -> Iterator[str]:
    """Every text and string record, in stored order, once; ends where the stream is cut. Prompts of empty masters are left out."""
    at, seen = 0, set[str]()
    while at + 8 <= len(data):
        version, kind, size = struct.unpack_from("<HHI", data, at)
        at += 8
        if version & 0x0F == _CONTAINER:
            continue  # its records follow
        body = data[at : at + size]
        at += size
        text = ""
        if kind in {_CHARS, _STRING}:
            text = body[: len(body) // 2 * 2].decode("utf-16-le", "replace")
        elif kind == _BYTES:
            text = body.decode("latin-1")
        text = text.replace("\r", "\n").replace("\x0b", "\n").strip("\0 \n")
        if text and text not in seen and not text.lower().startswith(_PROMPTS):
            seen.add(text)
            yield text
