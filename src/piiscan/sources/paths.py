"""Between paths of this machine and the URIs that name items.

A URI keeps the bytes of a name exactly (percent-encoded), whatever encoding they were meant in, so that it is plain ASCII, stable over runs,
and leads back to the file. What a person sees is `display_name`.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from urllib.parse import quote_from_bytes, unquote_to_bytes

_SAFE = "/:@!$&'()*+,=~"
_WINDOWS_LONG = 240


def to_uri(path: str) -> str:
    """``file:`` URI of an absolute path. UNC paths become ``file://server/share/...``."""
    raw = os.fsencode(path)
    if sys.platform == "win32":
        raw = raw.replace(b"\\", b"/")
        if raw.startswith(b"//"):
            return "file:" + quote_from_bytes(raw, _SAFE)
        return "file:///" + quote_from_bytes(raw, _SAFE)
    return "file://" + quote_from_bytes(raw, _SAFE)


def to_name(name: str) -> str:
    """The last step of a ``file:`` URI: `to_uri` of a folder, a slash and this make the URI of an entry."""
    return quote_from_bytes(os.fsencode(name), _SAFE)


def from_uri(uri: str) -> str:
    """The path a ``file:`` URI names; bytes that are no text come back as surrogates, as Python's file functions take them."""
    raw = unquote_to_bytes(uri.removeprefix("file://"))
    if sys.platform == "win32":
        text = os.fsdecode(raw)
        return text[1:].replace("/", "\\") if text.startswith("/") else "\\\\" + text.replace("/", "\\")
    return os.fsdecode(raw)


def extended(path: str) -> str:
    """The spelling of a path that Windows accepts beyond 260 characters; elsewhere the path itself."""
    if sys.platform != "win32" or len(path) < _WINDOWS_LONG or path.startswith("\\\\?\\"):
        return path
    return "\\\\?\\UNC" + path[1:] if path.startswith("\\\\") else "\\\\?\\" + path


def display_name(path: str) -> str:
    """A path for people: composed Unicode, ``/`` between steps, control characters visible, CP932 bytes read as such."""
    text = path.replace(os.sep, "/")
    if any("\ud800" <= c <= "\udfff" for c in text):
        raw = os.fsencode(text) if sys.platform != "win32" else text.encode("utf-8", "replace")
        try:
            text = raw.decode("cp932")
        except UnicodeDecodeError:
            text = raw.decode("utf-8", "backslashreplace")
    text = unicodedata.normalize("NFC", text)
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
