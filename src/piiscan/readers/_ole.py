"""OLE compound files: the documents that embedding programs wrapped in them."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Final

from piiscan.content import BytesContent
from piiscan.errors import ReadError
from piiscan.model import Content, Embedded, Locator, Problem
from piiscan.protocols import ReadContext
from piiscan.readers._crypt import OLE_MAGIC

if TYPE_CHECKING:
    import olefile

_DOCUMENTS: Final = (
    ("WordDocument", ".doc"),
    ("Workbook", ".xls"),
    ("Book", ".xls"),
    ("PowerPoint Document", ".ppt"),
    ("__properties_version1.0", ".msg"),
)
_PAYLOADS: Final = ("Package", "CONTENTS", "Contents", "EmbeddedOdf")
MAX_OLE: Final = 512 * 1024**2


def unwrap(item: Embedded, context: ReadContext) -> Iterator[Embedded | Problem]:
    """What an OLE object holds: the packaged file under its own name, the document itself, or the object as it is."""
    try:
        head = item.content.head()
        payload = _payload(item.content) if head.startswith(OLE_MAGIC) else None
    except ReadError as error:
        yield context.problem(
            "part-unreadable" if error.code == "damaged" else error.code, error.detail, Locator.of(part=item.path)
        )
        return
    if payload is None:
        yield item
        return
    ending, data, label = payload
    if data is None:
        yield dataclasses.replace(item, path=item.path + ending)
        return
    path = f"{item.path}/{label}" if label else item.path + ending
    yield Embedded(path=path, content=BytesContent(data, label or path), size=len(data))


def _payload(content: Content) -> tuple[str, bytes | None, str] | None:
    """(ending, bytes or None for the object as it is, file name) of what is wrapped; None where nothing is known of it."""
    import olefile

    with content.open() as stream:
        try:
            ole = olefile.OleFileIO(stream)
        except Exception as error:  # noqa: BLE001 - olefile raises many kinds on broken files
            raise ReadError("damaged", type(error).__name__) from None
        with ole:
            native = ole_stream(ole, "\x01Ole10Native")
            if native:
                parsed = ole10native(native)
                return ("", parsed[1], parsed[0]) if parsed else ("", native[4:], "")
            for name, ending in _DOCUMENTS:
                if ole.exists(name):
                    return ending, None, ""
            for name in _PAYLOADS:
                data = ole_stream(ole, name)
                if data and len(data) > 64:
                    return _ending(data), data, ""
    return None


def ole_stream(ole: olefile.OleFileIO, name: str | list[str]) -> bytes | None:
    """A stream's bytes, or None where it is missing or broken."""
    with suppress(Exception):
        if ole.exists(name) and ole.get_size(name) <= MAX_OLE:
            data: bytes = ole.openstream(name).read()
            return data
    return None


def _ending(data: bytes) -> str:
    for magic, ending in ((b"%PDF", ".pdf"), (b"PK\x03\x04", ".zip"), (OLE_MAGIC, ".ole"), (b"{\\rtf", ".rtf")):
        if magic in data[:16]:
            return ending
    return ".bin"


def ole10paths(data: bytes) -> list[str]:
    """Where the packaged file lay on its author's machine: paths hold user names."""
    paths = data[6:4096].split(b"\0", 8)
    texts = (p.decode("cp932", "replace") for p in paths if b":\\" in p or p.startswith(b"\\\\"))
    return list(
        dict.fromkeys(t[t.find(":\\") - 1 if ":\\" in t else 0 :] for t in texts if t.isprintable() or ":\\" in t)
    )


def ole10native(data: bytes) -> tuple[str, bytes] | None:
    """(file name, bytes) of a packager object; None where it has another shape."""
    try:
        if struct.unpack_from("<H", data, 4)[0] != 2:
            return None
        end = data.index(b"\0", 6)
        label, at = data[6:end], data.index(b"\0", end + 1) + 1
        at += 4
        (length,) = struct.unpack_from("<I", data, at)
        at += 4 + length
        (size,) = struct.unpack_from("<I", data, at)
    except (struct.error, ValueError):
        return None
    name = label.decode("cp932", "replace")
    return PureWindowsPath(name).name, data[at + 4 : at + 4 + size]
