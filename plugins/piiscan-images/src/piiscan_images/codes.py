"""QR and bar codes in pictures: where they are, what they hold, where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from piiscan.model import Attribute, Candidate, Locator, Reading, SegmentKind, TextSegment
from piiscan_images.facts import decoded, tidy
from piiscan_images.targets import Target, target_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

MAX_CODES: Final = 200
_PRODUCTS = re.compile(r"EAN|UPC|ISBN|DataBar|DX", re.IGNORECASE)
_FIELDS: Final = {
    "N": "氏名", "FN": "氏名", "SOUND": "フリガナ", "X-PHONETIC-LAST-NAME": "フリガナ", "TEL": "電話番号", "EMAIL": "メールアドレス", "ADR": "住所",
    "BDAY": "生年月日", "ORG": "勤務先", "TITLE": "役職", "NOTE": "備考", "URL": "URL", "NICKNAME": "氏名", "MEMO": "備考",
}  # fmt: skip
_WIFI: Final = {"S": "SSID", "P": "パスワード"}
_UNESCAPED = re.compile(r"(?<!\\);")
_SPLIT = re.compile(r"(?<!\\)[;,]")


@dataclass(frozen=True, slots=True)
class Code:
    """A decoded code. `number` counts from 1 from the top left; `box` is left,top,right,bottom in per mille of the picture."""

    number: int
    format: str
    text: str = field(repr=False)
    box: tuple[int, int, int, int]

    @property
    def locator(self) -> Locator:
        """Where a person finds it."""
        return Locator.of(code=self.number, box=",".join(map(str, self.box)))


def found(picture: Image) -> list[Code]:
    """The codes of a grey picture, in reading order."""
    import zxingcpp

    width, height = picture.size
    hits = []
    for code in zxingcpp.read_barcodes(picture)[:MAX_CODES]:
        spots = [getattr(code.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
        xs, ys = [s.x * 1000 // max(width, 1) for s in spots], [s.y * 1000 // max(height, 1) for s in spots]
        hits.append(((min(xs), min(ys), max(xs), max(ys)), str(code.format), _content(code.bytes, code.text)))
    hits.sort(key=lambda hit: (hit[0][1] // 50, hit[0][0], hit[2]))
    return [Code(n, kind, text, box) for n, (box, kind, text) in enumerate(hits, 1)]


def readings(code: Code, allowed: Sequence[str]) -> Iterator[Reading]:
    """The content on its way to the detector, and the target where it leads somewhere."""
    if not code.text or _PRODUCTS.search(code.format):
        return  # numbers of goods
    target = target_of(code.text, allowed)
    if target is None:
        yield TextSegment(text=contents(code.text), locator=code.locator, first_line=None)
        return
    if not target.known:
        # What the company put on its list may change from one to another; the list itself is what it is compared with.
        yield Attribute(key="image.codes", value=f"{target.value}", locator=code.locator, watch="QR_TARGET_CHANGED")
    yield TextSegment(
        text=target.value, locator=code.locator, kind=SegmentKind.PROSE, known=_unexpected(target, bool(allowed))
    )


def _unexpected(target: Target, listed: bool) -> tuple[Candidate, ...]:
    odd = tuple(f"odd:{reason}" for reason in target.odd)
    if target.known or not (odd or listed):
        return ()
    harmless = target.odd == ("no-encryption",) and not listed
    return (
        Candidate(
            entity_type="QR_TARGET_UNEXPECTED",
            start=0,
            end=len(target.value),
            score=0.55 if harmless else 0.85 if odd else 0.8,
            rule="image.qr_target",
            recognizer="images",
            evidence=(*odd, *(("not-on-list",) if listed else ()), f"kind:{target.kind}"),
            specificity=9,
        ),
    )


def contents(text: str) -> str:
    """The text of a code with the fields of contact and network codes on lines of their own, under labels that people use."""
    upper = text[:12].upper()
    if upper.startswith("BEGIN:VCARD"):
        return "\n".join(_vcard(text))
    if upper.startswith(("MECARD:", "BIZCARD:")):
        return "\n".join(_pairs(text.partition(":")[2], _FIELDS))
    if upper.startswith("WIFI:"):
        return "\n".join(_pairs(text[5:], _WIFI))
    if upper.startswith(("MATMSG:", "SMSTO:", "TEL:", "MAILTO:")):
        return text.replace(";", "\n")
    return text


def _vcard(text: str) -> Iterator[str]:
    lines = re.sub(r"\r?\n[ \t]", "", text).splitlines()
    for line in lines:
        head, colon, value = line.partition(":")
        name = head.partition(";")[0].rpartition(".")[2].upper()
        if colon and name not in {"BEGIN", "END", "VERSION", "PHOTO", "REV", "UID"}:
            yield f"{_FIELDS.get(name, name)}: {_plain(value, name)}"


def _pairs(text: str, labels: dict[str, str]) -> Iterator[str]:
    for pair in _UNESCAPED.split(text):
        name, colon, value = pair.partition(":")
        if colon and value:
            yield f"{labels.get(name.upper(), name)}: {_plain(value, name.upper())}"


def _plain(value: str, name: str) -> str:
    """A value without escapes; the parts of names and addresses joined as they are written in Japan."""
    parts = _SPLIT.split(value) if name in {"N", "ADR"} else [value]
    parts = [re.sub(r"\\(.)", r"\1", part).strip() for part in parts]
    if name == "ADR" and len(parts) >= 6:  # of vCard: box, extension, street, city, region, postal code, country
        box, extension, street, city, region, postcode = parts[:6]
        parts = [f"〒{postcode}" if postcode else "", region + city + street, extension, box]
    return " ".join(filter(None, parts))


def _content(data: bytes, text: str) -> str:
    """Japanese codes are in Shift_JIS or UTF-8 whatever the standard says; the library's own reading is taken where ours cannot be right."""
    own = decoded(bytes(data)) if data else ""
    return tidy(text) if not own or "\ufffd" in own else own
