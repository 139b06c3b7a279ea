"""EXIF: where, with which camera, by whom, and what was written into the comments."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from piiscan.model import Locator
from piiscan_images.facts import Fact, decoded, names_nobody, repaired, tidy

if TYPE_CHECKING:
    from PIL.Image import Exif

EXIF_IFD, GPS_IFD, THUMBNAIL_IFD = 0x8769, 0x8825, -1
PERSON, DEVICE, PLACE = "IMAGE_PERSON_METADATA", "DEVICE_ID", "GEO_LOCATION"

_TEXTS: Final = {
    0x010D: ("DocumentName", "タイトル"),
    0x010E: ("ImageDescription", "説明"),
    0x011D: ("PageName", "タイトル"),
    0x013C: ("HostComputer", "端末"),
    0x8298: ("Copyright", "著作権"),
    0xA436: ("ImageTitle", "タイトル"),
    0xA439: ("ImageEditor", "作成者"),
}
_PERSONS: Final = {
    0x013B: ("Artist", "作成者", 0.55),
    0xA430: ("CameraOwnerName", "名前", 0.7),
    0xA437: ("Photographer", "作成者", 0.7),
}
_SERIALS: Final = {
    0xA431: ("BodySerialNumber", 0.8),
    0xA435: ("LensSerialNumber", 0.6),
    0xC62F: ("CameraSerialNumber", 0.8),
}
_WIDE: Final = {
    0x9C9B: ("XPTitle", "タイトル"),
    0x9C9C: ("XPComment", "コメント"),
    0x9C9D: ("XPAuthor", "作成者"),
    0x9C9E: ("XPKeywords", "キーワード"),
    0x9C9F: ("XPSubject", "件名"),
}
_USER_COMMENT, _GPS_METHOD, _GPS_AREA = 0x9286, 0x1B, 0x1C
_JIS_TO_ASCII: Final = (b"\x1b$B", b"\x1b(B")


def facts(exif: Exif) -> Iterator[Fact]:
    """Everything of the main picture's directories that may say something about a person."""
    tags: dict[int, Any] = dict(exif)
    with contextlib.suppress(Exception):  # broken directories raise many things; the others are still good
        tags |= exif.get_ifd(EXIF_IFD)
    yield from _texts(tags)
    yield from _persons(tags)
    comment = user_comment(tags.get(_USER_COMMENT))
    if comment:
        yield Fact(comment, "コメント", Locator.of(tag="Exif.UserComment"))
    with contextlib.suppress(Exception):
        gps = exif.get_ifd(GPS_IFD)
        yield from _position(gps)


def thumbnail(exif: Exif, data: bytes) -> bytes:
    """The embedded JPEG thumbnail; empty where there is none. `data` is the EXIF block from its byte order mark on."""
    try:
        ifd = exif.get_ifd(THUMBNAIL_IFD)
        start, length = int(ifd.get(0x0201, 0)), int(ifd.get(0x0202, 0))
    except Exception:  # noqa: BLE001 - see facts
        return b""
    picture = data[start : start + length] if start > 0 and 0 < length <= len(data) else b""
    return picture if picture.startswith(b"\xff\xd8") else b""


def _texts(tags: Mapping[int, Any]) -> Iterator[Fact]:
    for number, (name, label) in _TEXTS.items():
        text = _string(tags.get(number))
        if text:
            yield Fact(text, label, Locator.of(tag=f"Exif.{name}"))
    for number, (name, label) in _WIDE.items():
        text = wide(tags.get(number))
        if text:
            yield from (
                by_name(text, label, f"Exif.{name}")
                if name == "XPAuthor"
                else (Fact(text, label, Locator.of(tag=f"Exif.{name}")),)
            )


def _persons(tags: Mapping[int, Any]) -> Iterator[Fact]:
    for number, (name, label, score) in _PERSONS.items():
        text = _string(tags.get(number))
        if text:
            yield from by_name(text, label, f"Exif.{name}", score)
    for number, (name, score) in _SERIALS.items():
        text = _string(tags.get(number))
        if len(text.strip("0 .-")) >= 3:
            yield Fact(text, "シリアル番号", Locator.of(tag=f"Exif.{name}"), DEVICE, score)


def by_name(text: str, label: str, tag: str, score: float = 0.55) -> Iterator[Fact]:
    """Names in one tag, each by itself: several stand on lines or behind semicolons."""
    for part in filter(None, map(str.strip, text.replace(";", "\n").replace("；", "\n").splitlines())):
        if names_nobody(part):
            yield Fact(part, label, Locator.of(tag=tag))
        else:
            yield Fact(part, label, Locator.of(tag=tag), PERSON, score)


def _string(value: Any) -> str:
    if isinstance(value, bytes):
        return decoded(value)
    if isinstance(value, tuple | list):
        return "\n".join(filter(None, map(_string, value)))
    return repaired(value) if isinstance(value, str) else ""


def wide(value: Any) -> str:
    """A tag of Windows: UTF-16, little end first."""
    if isinstance(value, tuple | list) and all(isinstance(n, int) for n in value):
        value = bytes(n & 0xFF for n in value)
    if not isinstance(value, bytes):
        return _string(value)
    return tidy(value[: len(value) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0"))


def user_comment(value: Any) -> str:
    """The comment behind its eight bytes of charset, which many cameras leave empty or get wrong."""
    if not isinstance(value, bytes):
        return _string(value)
    kind, data = value[:8], value[8:]
    if kind.startswith(b"UNICODE"):
        return _utf16(data)
    if kind.startswith(b"JIS"):
        plain = data.strip(b"\0 ")
        if b"\x1b" not in plain and plain and all(0x21 <= b <= 0x7E for b in plain) and len(plain) % 2 == 0:
            plain = plain.join(_JIS_TO_ASCII)  # JIS X 0208 without the escapes of ISO-2022-JP
        return decoded(plain)
    if kind.rstrip(b"\0 ") in {b"", b"ASCII"}:
        return decoded(data)
    return decoded(value)


def _utf16(data: bytes) -> str:
    """EXIF does not say which end comes first, and the byte order of the file need not be that of the comment."""
    data = data[: len(data) // 2 * 2]
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return tidy(data.decode("utf-16", "replace"))
    both = [data.decode(name, "replace").rstrip("\0") for name in ("utf-16-le", "utf-16-be")]
    return tidy(max(both, key=_plausible))


def _plausible(text: str) -> float:
    common = sum(c.isascii() or "\u3040" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fa0" or c >= "\uff00" for c in text)
    return (common + sum(c.isascii() for c in text)) / max(len(text), 1)


def _position(gps: Mapping[int, Any]) -> Iterator[Fact]:
    latitude, longitude = _degrees(gps.get(2), gps.get(1), "S"), _degrees(gps.get(4), gps.get(3), "W")
    if latitude is not None and longitude is not None:
        yield from position(latitude, longitude, "Exif.GPS")
    for number, name in ((_GPS_METHOD, "GPSProcessingMethod"), (_GPS_AREA, "GPSAreaInformation")):
        text = user_comment(gps.get(number))
        if text and text.upper() not in {"GPS", "CELLID", "WLAN", "MANUAL", "NETWORK", "FUSED", "HYBRID-FIX"}:
            yield Fact(text, "住所", Locator.of(tag=f"Exif.{name}"))


def position(latitude: float, longitude: float, tag: str) -> Iterator[Fact]:
    """Where a picture was taken, unless it is the zero of a receiver without a fix."""
    if abs(latitude) <= 90 and abs(longitude) <= 180 and (abs(latitude) > 0.0001 or abs(longitude) > 0.0001):
        yield Fact(f"{latitude:.6f},{longitude:.6f}", "位置情報", Locator.of(tag=tag), PLACE, 0.95)


def _degrees(value: Any, reference: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in (*value, 0, 0)[:3])
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    number = degrees + minutes / 60 + seconds / 3600
    if not isfinite(number):  # 0/0
        return None
    return -number if str(reference or "").upper().startswith(negative) else number
