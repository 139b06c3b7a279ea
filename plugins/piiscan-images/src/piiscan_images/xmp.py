"""XMP: persons shown, faces with names, the creator's contact, and every other text of the packet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree

from piiscan.model import Locator
from piiscan_images.exif import DEVICE, PERSON, by_name, position
from piiscan_images.facts import Fact, tidy

MAX_BYTES = 16 * 1024**2
MAX_LEAVES = 5_000

_CREATORS: Final = {"creator", "author", "artist", "ownername", "cameraownername", "captionwriter", "photographer"}
_SERIALS: Final = {"serialnumber", "bodyserialnumber", "lensserialnumber", "cameraserialnumber"}
_LABELS: Final = {
    "ciemailwork": "メールアドレス",
    "citelwork": "電話番号",
    "ciadrextadr": "住所",
    "ciadrcity": "住所",
    "ciadrregion": "住所",
    "ciadrpcode": "郵便番号",
    "ciurlwork": "URL",
    "description": "説明",
    "title": "タイトル",
    "headline": "タイトル",
    "subject": "キーワード",
    "usercomment": "コメント",
    "rights": "著作権",
    "location": "場所",
    "city": "市区町村",
}
_SHOWN: Final = {"personinimage"}
_FORM: Final = {
    "type",
    "unit",
    "x",
    "y",
    "w",
    "h",
    "d",
    "rectangle",
    "focususage",
    "rotation",
    "lang",
    "toolkit",
    "xmptk",
    "format",
}
_REGIONS: Final = {"regions", "regionlist", "regioninfo"}
_TECHNICAL_NS: Final = (
    "http://ns.adobe.com/xap/1.0/mm/",
    "http://ns.adobe.com/camera-raw-settings/",
    "http://ns.adobe.com/tiff/1.0/",
    "http://ns.adobe.com/xap/1.0/sType/",
    "http://ns.adobe.com/xap/1.0/g/",
    "http://ns.adobe.com/xap/1.0/t/pg/",
    "http://ns.google.com/photos/",
    "http://ns.google.com/hdrgm/",
    "http://ns.apple.com/HDRGainMap/",
    "adobe:ns:meta/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/XML/1998/namespace",
)
_READABLE = {"usercomment", "gpslatitude", "gpslongitude", "artist", "copyright", "imagedescription"}
_EXIF_NS: Final = ("http://ns.adobe.com/exif/1.0/", "http://cipa.jp/exif/")
_WORD = re.compile(r"[^\W\d_]{2}|[\u3040-\u30ff\u4e00-\u9fff]|\d{7}|@")


def facts(packet: bytes) -> Iterator[Fact]:
    """What a packet says. Nothing outside it is fetched and no entity is expanded; a broken packet gives what comes before the break."""
    root = _parsed(packet)
    if root is None:
        return
    place: dict[str, float] = {}
    for count, (path, name, text) in enumerate(_leaves(root)):
        if count >= MAX_LEAVES:
            break
        if name.lower() not in _FORM:
            yield from _fact(path, name, tidy(text), place)
    if len(place) == 2:
        yield from position(place["latitude"], place["longitude"], "Xmp.GPS")


def _parsed(packet: bytes) -> Any:
    if len(packet) > MAX_BYTES:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False, load_dtd=False)
    try:
        return etree.fromstring(packet.strip(b"\0 \r\n\t"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _leaves(root: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(names from the root, own name, text) of elements with text and of attributes: XMP writes a simple property as either."""
    for element in root.iter(etree.Element):
        names = (*(_local(e.tag) for e in reversed(list(element.iterancestors()))), _local(element.tag))
        if not len(element) and element.text and element.text.strip() and not _technical(element.tag, names):
            yield names, _of_region(element.getparent(), _property(names)), element.text
        for key, value in element.attrib.items():
            if value.strip() and not _technical(key, names):
                yield names, _of_region(element, _local(key)), value


def _of_region(region: Any, name: str) -> str:
    """The name of a region, which is a person's unless it says that it is something else (a pet, a bar code)."""
    if name != "Name" or region is None:
        return name
    kinds = [v for k, v in region.attrib.items() if _local(k) == "Type"]
    kinds += [e.text or "" for e in region if isinstance(e.tag, str) and _local(e.tag) == "Type"]
    return name if not kinds or kinds[0].strip().lower() == "face" else f"{kinds[0].strip()[:20]}Name"


def _technical(tag: str, names: tuple[str, ...]) -> bool:
    space, _, local = tag[1:].partition("}") if tag.startswith("{") else ("", "", tag)
    if space.startswith(_EXIF_NS):
        return local.lower() not in _READABLE | _CREATORS | _SERIALS
    own = space == "http://www.w3.org/1999/02/22-rdf-syntax-ns#" and local == "li"
    return (not own and space.startswith(_TECHNICAL_NS)) or bool(
        {"history", "derivedfrom"} & {n.lower() for n in names}
    )


def _property(names: tuple[str, ...]) -> str:
    """The property an element belongs to: the containers of RDF between are none."""
    return next((n for n in reversed(names) if n not in {"li", "Bag", "Seq", "Alt", "Description", "RDF"}), names[-1])


def _fact(path: tuple[str, ...], name: str, text: str, place: dict[str, float]) -> Iterator[Fact]:
    lower = name.lower()
    inside = {part.lower() for part in path}
    locator = Locator.of(tag=f"Xmp.{name}")
    if lower in {"gpslatitude", "gpslongitude"}:
        degrees = _degrees(text)
        if degrees is not None:
            place[lower[3:]] = degrees
    elif lower in _SHOWN or (lower == "personname" and "personinimagewdetails" in inside):
        yield Fact(text, "人物", locator, PERSON, 0.95)
    elif lower == "persondisplayname" or (lower == "name" and inside & _REGIONS):
        yield Fact(text, "人物", locator, PERSON, 0.9)
    elif lower in _SERIALS:
        yield Fact(text, "シリアル番号", locator, DEVICE, 0.6 if lower.startswith("lens") else 0.8)
    elif lower in _CREATORS:
        yield from by_name(text, "作成者", f"Xmp.{name}", 0.7 if "owner" in lower else 0.55)
    elif lower in _LABELS:
        yield Fact(text, _LABELS[lower], locator)
    elif _WORD.search(text) and "://ns." not in text and len(text) > 1:
        yield Fact(text, name, locator)


def _degrees(text: str) -> float | None:
    """``35,40.8742N`` or ``35,40,52N``, or a plain number."""
    match = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW]?)\s*", text)
    if match is None:
        return None
    degrees = float(match[1]) + float(match[2] or 0) / 60 + float(match[3] or 0) / 3600
    return -degrees if match[4] in {"S", "W"} else degrees


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
