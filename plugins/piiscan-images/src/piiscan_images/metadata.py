"""All metadata blocks of a picture, whatever container holds them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from piiscan.model import Content, Locator
from piiscan_images import exif, iptc, pngtext, xmp
from piiscan_images.facts import Fact, decoded

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

_EXIF_HEAD: Final = b"Exif\0\0"
_XMP_MORE: Final = b"http://ns.adobe.com/xmp/extension/\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 0x02BC, 0x83BB, 0x8649
_PNG_PROFILES: Final = {
    "Raw profile type exif": "exif",
    "Raw profile type APP1": "exif",
    "Raw profile type iptc": "iptc",
}
_TECHNICAL_TEXT: Final = {"software", "date:create", "date:modify", "date:timestamp", "creation time", "mkbf"}


@dataclass(slots=True)
class Blocks:
    """The raw blocks of one picture."""

    exif: list[bytes] = field(default_factory=list, repr=False)
    iptc: list[bytes] = field(default_factory=list, repr=False)
    xmp: list[bytes] = field(default_factory=list, repr=False)
    texts: list[tuple[str, bytes]] = field(default_factory=list, repr=False)
    broken: list[str] = field(default_factory=list)


def blocks_of(picture: ImageFile, content: Content) -> Blocks:
    """The blocks that Pillow hands out, and those it does not: PNG chunks behind the picture, Photoshop's resources, extended XMP."""
    blocks = Blocks()
    info = picture.info
    for key, into in (("exif", blocks.exif), ("xmp", blocks.xmp)):
        if isinstance(info.get(key), bytes):
            into.append(info[key])
    if isinstance(info.get("comment"), bytes | str):
        blocks.texts.append(("Comment", _bytes(info["comment"])))
    if picture.format == "PNG":
        blocks.exif.clear()
        blocks.xmp.clear()
        _png(content, blocks)
    _applications(getattr(picture, "applist", []), blocks)
    for number, _, data in getattr(picture, "resources", []):
        _resource(number, data, blocks)
    tags = getattr(picture, "tag_v2", None)
    if picture.format == "TIFF" and tags is not None:
        _tiff(tags, blocks)
    return blocks


def facts_of(blocks: Blocks, tiff: Any = None) -> Iterator[Fact]:
    """What the blocks say; `tiff` is the EXIF of a TIFF file, whose own directory it is. A block that cannot be read is noted as broken."""
    for parsed in filter(None, (tiff, *(_exif(data, blocks) for data in blocks.exif))):
        yield from _guarded("exif", exif.facts(parsed), blocks)
    for data in blocks.iptc:
        yield from _guarded("iptc", iptc.facts(data), blocks)
    for data in blocks.xmp:
        yield from _guarded("xmp", xmp.facts(data), blocks)
    for keyword, data in blocks.texts:
        if keyword.lower() not in _TECHNICAL_TEXT:
            text = decoded(data)
            if text:
                yield from _text(keyword, text)


def parsed_exif(data: bytes) -> Any:
    """Pillow's view of a block, with or without its head."""
    from PIL.Image import Exif

    parsed = Exif()
    parsed.load(data if data.startswith(_EXIF_HEAD) else _EXIF_HEAD + data)
    return parsed


def _exif(data: bytes, blocks: Blocks) -> Any:
    try:
        return parsed_exif(data)
    except Exception:  # noqa: BLE001 - Pillow raises many things on broken blocks
        blocks.broken.append("exif")
        return None


def _guarded(kind: str, facts: Iterator[Fact], blocks: Blocks) -> Iterator[Fact]:
    try:
        yield from facts
    except Exception:  # noqa: BLE001 - see _exif
        blocks.broken.append(kind)


def _text(keyword: str, text: str) -> Iterator[Fact]:
    if keyword.lower() in {"author", "artist", "creator"}:
        yield from exif.by_name(text, "作成者", f"Text.{keyword}")
    else:
        label = {"Comment": "コメント", "Description": "説明", "Title": "タイトル"}.get(keyword, keyword)
        yield Fact(text, label, Locator.of(tag=f"Text.{keyword}"))


def _png(content: Content, blocks: Blocks) -> None:
    with content.open() as stream:
        for keyword, data in pngtext.chunks(stream):
            profile = _PNG_PROFILES.get(keyword)
            if keyword == "exif":
                blocks.exif.append(data)
            elif keyword in {"XML:com.adobe.xmp", "Raw profile type xmp"}:
                blocks.xmp.append(data if keyword.startswith("XML") else pngtext.raw_profile(data))
            elif profile == "exif":
                blocks.exif.append(pngtext.raw_profile(data))
            elif profile == "iptc":
                _photoshop(pngtext.raw_profile(data), blocks)
            elif not keyword.startswith("Raw profile"):
                blocks.texts.append((keyword, data))


def _applications(segments: list[tuple[str, bytes]], blocks: Blocks) -> None:
    """Of JPEG: Photoshop's resources over several segments, and the parts of an XMP packet that did not fit into one."""
    photoshop, more = b"", dict[bytes, dict[int, bytes]]()
    for name, data in segments:
        if name == "APP13" and data.startswith(_PHOTOSHOP):
            photoshop += data[len(_PHOTOSHOP) :]
        elif name == "APP1" and data.startswith(_XMP_MORE) and len(data) > 75:
            at = len(_XMP_MORE)
            more.setdefault(data[at : at + 32], {})[int.from_bytes(data[at + 36 : at + 40], "big")] = data[at + 40 :]
    _photoshop(photoshop, blocks)
    blocks.xmp += [b"".join(parts[key] for key in sorted(parts)) for parts in more.values()]


def _photoshop(data: bytes, blocks: Blocks) -> None:
    if data.startswith(b"\x1c"):
        blocks.iptc.append(data)
        return
    for number, resource in iptc.resources(data):
        _resource(number, resource, blocks)


def _resource(number: int, data: bytes, blocks: Blocks) -> None:
    if number == iptc.IIM_RESOURCE:
        blocks.iptc.append(data)
    elif number == iptc.XMP_RESOURCE and data not in blocks.xmp:
        blocks.xmp.append(data)
    elif number == iptc.EXIF_RESOURCE:
        blocks.exif.append(data)


def _tiff(tags: Any, blocks: Blocks) -> None:
    packet, records = tags.get(_TIFF_XMP), tags.get(_TIFF_IPTC)
    blocks.exif.clear()
    if packet and _bytes(packet) not in blocks.xmp:
        blocks.xmp.append(_bytes(packet))
    if records:
        blocks.iptc.append(_bytes(records))
    _photoshop(_bytes(tags.get(_TIFF_PHOTOSHOP) or b""), blocks)


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("latin-1", "replace") if value.isascii() or max(value) <= "\xff" else value.encode("utf-8")
    if isinstance(value, tuple) and all(isinstance(n, int) for n in value):  # IPTC written as a list of 32-bit numbers
        return struct.pack(f"<{len(value)}I", *value) if max(value, default=0) > 0xFF else bytes(value)
    return b""
