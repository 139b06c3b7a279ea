"""RTF documents: body, headers, footers, notes, comments, properties, embedded objects and pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from piiscan.errors import LimitError, ReadError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Locator, Reading, SegmentKind
from piiscan.protocols import ReadContext, Reader

if TYPE_CHECKING:
    from piiscan.readers._rtf import RtfText

_LABELS: Final = {
    "author": "作成者",
    "operator": "最終更新者",
    "title": "タイトル",
    "subject": "件名",
    "manager": "管理者",
    "company": "会社",
    "doccomm": "コメント",
    "keywords": "キーワード",
}
_LINK: Final = re.compile(
    r"(?:HYPERLINK|INCLUDETEXT|INCLUDEPICTURE|MERGEFIELD|LINK)\s+(?:\\\w\s+)*\"?([^\"]+?)\"?\s*(?:\\|$)", re.MULTILINE
)
_SKIP_PICTURES: Final = 64


class RtfReader:
    """Reads rtf."""

    name: ClassVar[str] = "rtf"
    media_types: ClassVar[tuple[str, ...]] = ("application/rtf", "text/rtf")

    def read(self, content: Content, context: ReadContext) -> Iterator[Reading]:
        """The body first; `line` counts its lines."""
        from piiscan.readers._rtf import RtfParser

        limit = context.budget.limits.xml_part_bytes
        with content.open() as stream:
            data = stream.read(limit + 1) if limit else stream.read()
        if limit and len(data) > limit:
            raise LimitError("limit-bytes", str(limit))
        if b"{\\rtf" not in data[:1024]:
            raise ReadError("damaged", "no RTF header")
        found = RtfParser(context.budget.check_time).parse(data.decode("latin-1"))
        yield from _texts(found)
        yield from _embedded(found, context)
        if not found.balanced:
            yield context.problem("truncated")


def _texts(found: RtfText) -> Iterator[Reading]:
    from piiscan.readers._text import prop, segments

    yield from segments(found.text("body").split("\n"))
    for place in ("header", "footer", "footnote", "form"):
        yield from segments(found.text(place).split("\n"), Locator.of(part=place))
    links = [m[1].strip() for m in _LINK.finditer(found.text("field"))]
    yield from segments([link for link in links if link], Locator.of(part="links"))
    yield from segments(found.text("annotation").split("\n"), Locator.of(comment="annotations"), SegmentKind.COMMENT)
    for person in dict.fromkeys(p.strip() for p in found.text("people").split("\n")):
        if person:
            yield prop("コメント作成者", person, "comment author")
    for place in found.places:
        key = place.removeprefix("info:")
        text = found.text(place).strip()
        if place.startswith("info:") and text:
            yield prop(_LABELS.get(key, key), text, key)


def _embedded(found: RtfText, context: ReadContext) -> Iterator[Reading]:
    from piiscan.content import BytesContent
    from piiscan.model import Embedded
    from piiscan.readers._ole import unwrap

    for number, data in enumerate(_hex_blocks(found, "object"), 1):
        name, payload = _ole1(data)
        item = Embedded(path=f"object{number}-{name}", content=BytesContent(payload, name), size=len(payload))
        yield from unwrap(item, context)
    for number, data in enumerate(_hex_blocks(found, "picture"), 1):
        if len(data) > _SKIP_PICTURES:
            yield Embedded(path=f"picture{number}{_picture(data)}", content=BytesContent(data), size=len(data))


def _hex_blocks(found: RtfText, place: str) -> Iterator[bytes]:
    for block in found.text(place).split("\n"):
        digits = "".join(block.split())
        digits = digits[: len(digits) // 2 * 2]
        try:
            data = bytes.fromhex(digits)
        except ValueError:
            continue
        if data:
            yield data


def _picture(data: bytes) -> str:
    for magic, ending in ((b"\x89PNG", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"\x01\0\0\0", ".emf")):
        if data.startswith(magic):
            return ending
    return ".wmf"


def _ole1(data: bytes) -> tuple[str, bytes]:
    """(name, bytes) of an OLE 1 object: header, class name, topic, item, length, native data; packages hold a file."""
    from piiscan.readers._ole import ole10native

    at = 8
    strings = []
    for _ in range(3):
        size = int.from_bytes(data[at : at + 4], "little")
        if size > 1024:
            return "object.bin", data
        strings.append(data[at + 4 : at + 4 + size].rstrip(b"\0").decode("cp932", "replace"))
        at += 4 + size
    size = int.from_bytes(data[at : at + 4], "little")
    native = data[at + 4 : at + 4 + size]
    if strings[0].lower() == "package":
        return ole10native(len(native).to_bytes(4, "little") + native) or ("object.bin", native)
    return "object.ole", native or data


@hookimpl
def piiscan_readers() -> list[type[Reader]]:
    return [RtfReader]
