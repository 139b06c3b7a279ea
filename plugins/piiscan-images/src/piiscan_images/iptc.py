"""IPTC-IIM: captions, by-lines and places in the records that news and photo programs write."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from piiscan.model import Locator
from piiscan_images.exif import by_name
from piiscan_images.facts import Fact, decoded, tidy

_RECORDS: Final = {
    5: ("ObjectName", "タイトル"),
    25: ("Keywords", "キーワード"),
    40: ("SpecialInstructions", "備考"),
    90: ("City", "市区町村"),
    92: ("Sublocation", "場所"),
    95: ("ProvinceState", "都道府県"),
    105: ("Headline", "タイトル"),
    110: ("Credit", "クレジット"),
    115: ("Source", "出典"),
    116: ("CopyrightNotice", "著作権"),
    118: ("Contact", "連絡先"),
    120: ("Caption", "説明"),
}
_PERSONS: Final = {80: ("Byline", "作成者"), 122: ("CaptionWriter", "作成者")}
_ENVELOPE, _APPLICATION, _CHARSET = 1, 2, 90
_MARK = b"8BIM"
IIM_RESOURCE, XMP_RESOURCE, EXIF_RESOURCE = 0x0404, 0x0424, 0x0422


def facts(data: bytes) -> Iterator[Fact]:
    """The application records, in the charset the envelope names or, where it names none, in the one they are in."""
    records = list(_datasets(data))
    utf8 = any(r == _ENVELOPE and n == _CHARSET and value.startswith(b"\x1b%G") for r, n, value in records)
    for record, number, value in records:
        if record != _APPLICATION:
            continue
        text = tidy(value.decode("utf-8", "replace")) if utf8 and _is_utf8(value) else decoded(value)
        if text and number in _PERSONS:
            name, label = _PERSONS[number]
            yield from by_name(text, label, f"Iptc.{name}")
        elif text and number in _RECORDS:
            name, label = _RECORDS[number]
            yield Fact(text, label, Locator.of(tag=f"Iptc.{name}"))


def resources(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, data) of Photoshop's image resources; ends where the block is cut."""
    at = 0
    while data[at : at + 4] == _MARK and at + 7 <= len(data):
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6
        at += (data[at] + 2) // 2 * 2  # a name with its length, padded
        size = int.from_bytes(data[at : at + 4], "big")
        yield number, data[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2


def _datasets(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    while at + 5 <= len(data) and data[at] == 0x1C:
        record, number, size = struct.unpack_from(">BBH", data, at + 1)
        at += 5
        if size & 0x8000:
            digits = size & 0x7FFF
            if digits > 4:
                return
            size = int.from_bytes(data[at : at + digits], "big")
            at += digits
        yield record, number, data[at : at + size]
        at += size


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
