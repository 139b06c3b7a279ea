"""SmartArt in old Office files: shown as a picture, its words kept in a package inside the drawing (organisation charts hold names)."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from lxml import etree

from piiscan.readers._ooxml import drawing_lines
from piiscan.readers._xml import parse_bytes

_DIRECTORY_END: Final = b"PK\x05\x06"
_WORDS: Final = re.compile(r"diagrams/data\d*\.xml$")
_MARK: Final = b"diagrams/data"
MAX_PART: Final = 8 * 1024**2
MAX_PACKAGES: Final = 2000


def diagram_lines(data: bytes) -> Iterator[str]:
    """The paragraphs of every diagram whose package lies whole in a stream. Never raises: what is damaged is left out."""
    at = data.find(_MARK)
    for _ in range(MAX_PACKAGES if at >= 0 else 0):
        end = data.find(_DIRECTORY_END, at)
        if end < 0 or end + 22 > len(data):
            return
        size, offset = struct.unpack_from("<II", data, end + 12)
        start = end - size - offset
        if start >= 0 and _MARK in data[start:end]:
            yield from _package_lines(data[start : end + 22])
        at = data.find(_MARK, end)
        if at < 0:
            return


def _package_lines(data: bytes) -> Iterator[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for part in package.infolist():
                if _WORDS.search(part.filename) and part.file_size <= MAX_PART:
                    with package.open(part) as stream:
                        yield from _lines(stream.read(MAX_PART))
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ):
        return


def _lines(xml: bytes) -> Iterator[str]:
    try:
        root = parse_bytes(xml, recover=True)
    except etree.XMLSyntaxError:
        return
    if root is not None:
        yield from (line for line in drawing_lines(root) if line.strip())
