"""The worklist of photos: which published pictures show or name people, on which page, since when; whether they agreed is filled in by people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, ClassVar, Final

from piiscan_images.photos_text import ABOUT, COLUMNS, EMPTY, HINTS, WORDS

if TYPE_CHECKING:
    from piiscan.inventory.reading import InventoryReader
    from piiscan.inventory.records import AssetRecord

PERSONS: Final = ("IMAGE_PERSON_METADATA", "PERSON", "JP_NAME_KANA")
FACE, PLACE = "FACE_IMAGE", "GEO_LOCATION"
VERSION_OF: Final = "cms.version_of"
PAGES_SHOWN: Final = 20
MAX_ROWS: Final = 1_000_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
Cell = str | int | float


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture of the list. `public` is None where nobody knows."""

    asset: AssetRecord
    public: bool | None
    since: str
    pages: tuple[str, ...]
    uses: int
    faces: int | None
    certainty: float
    hints: tuple[str, ...]

    @property
    def named(self) -> int:
        """How often a person's name is recorded in it."""
        return sum(self.asset.entities.get(kind, 0) for kind in PERSONS)

    def order(self) -> tuple[object, ...]:
        """Published ones first, then those with most people."""
        return ({True: 0, None: 1, False: 2}[self.public], -(self.faces or 0), -self.named, self.asset.item)


def photos(inventory: InventoryReader) -> list[Photo]:
    """The pictures that show or name people, those to look at first in front."""
    certain: dict[str, float] = {}
    for finding in inventory.findings(entity=FACE):
        certain[finding.item] = max(certain.get(finding.item, 0.0), finding.confidence)
    parents: dict[str, AssetRecord | None] = {}
    found = []
    for asset in inventory.assets(order="name"):
        if (asset.media_type or "").startswith("image/"):
            photo = _photo(asset, _around(asset, inventory, parents), certain.get(asset.item, 0.0))
            if photo.faces or photo.named or photo.hints:
                found.append(photo)
    # The scaled versions a CMS makes of a picture are one picture to whoever asks for consent.
    whole = {photo.asset.item for photo in found}
    return sorted((p for p in found if p.asset.attributes.get(VERSION_OF) not in whole), key=Photo.order)


def _around(asset: AssetRecord, inventory: InventoryReader, known: dict[str, AssetRecord | None]) -> Mapping[str, str]:
    """The attributes of a picture, and of what it is in where it says nothing itself."""
    if asset.parent is None:
        return asset.attributes
    if asset.parent not in known:
        known[asset.parent] = inventory.asset(asset.parent)
    parent = known[asset.parent]
    return {**(parent.attributes if parent else {}), **asset.attributes}


def _photo(asset: AssetRecord, attributes: Mapping[str, str], certainty: float) -> Photo:
    pages = tuple(_pages(_attribute(attributes, "used_on")))
    uses = _attribute(attributes, "uses")
    counted = attributes.get("image.faces", "")
    words = f"{asset.name}\n" + "\n".join(_attribute(attributes, key) for key in ("title", "caption", "alt"))
    since = _attribute(attributes, "public_since") or _attribute(attributes, "uploaded")
    return Photo(
        asset=asset,
        public=_public(attributes),
        since=since[:10],
        pages=pages,
        uses=int(uses) if uses.isdigit() else len(pages),
        faces=asset.entities.get(FACE, 0) if counted or FACE in asset.entities else None,
        certainty=certainty,
        hints=tuple(hint for hint in HINTS if hint in words.lower())[:5],
    )


def _attribute(attributes: Mapping[str, str], key: str) -> str:
    """What a source says of a picture: facts in the family ``media``, texts that were judged harmless in ``text``."""
    return attributes.get(f"media.{key}") or attributes.get(f"text.{key}") or attributes.get(key) or ""


def _public(attributes: Mapping[str, str]) -> bool | None:
    said = _attribute(attributes, "public").lower()
    if said in {"true", "false"}:
        return said == "true"
    breadth = attributes.get("access.breadth")
    if breadth == "public":
        return True
    return None if breadth in {None, "", "unknown"} else False


def _pages(text: str) -> Iterable[str]:
    """Addresses as a JSON list, or with white space between them."""
    if text.startswith("["):
        try:
            found = json.loads(text)
        except ValueError:
            return ()
        return [str(page) for page in found] if isinstance(found, list) else ()
    return text.split()


def _rows(found: Iterable[Photo], inventory: InventoryReader, lang: str) -> Iterator[tuple[Cell, ...]]:
    words = WORDS[lang]
    started = {run.id: run.started.date().isoformat() for run in inventory.runs()}
    for photo in found:
        asset = photo.asset
        more = photo.uses - len(photo.pages[:PAGES_SHOWN])
        pages = "\n".join((*photo.pages[:PAGES_SHOWN], *([words["more-pages"].format(n=more)] if more > 0 else [])))
        others = {k: n for k, n in asset.entities.items() if k not in {FACE, PLACE, *PERSONS}}
        yield (
            words["unknown"] if photo.public is None else words["public" if photo.public else "not-public"],
            photo.since or started.get(asset.first_run, ""),
            pages,
            asset.name,
            words["not-counted"] if photo.faces is None else photo.faces,
            round(photo.certainty, 2) if photo.faces else "",
            photo.named or "",
            asset.entities.get(PLACE, "") or "",
            ", ".join(f"{kind} {count}" for kind, count in sorted(others.items())),
            "、".join(photo.hints) if lang == "ja" else ", ".join(photo.hints),
            asset.source,
            *EMPTY,
            asset.item,
        )


class PhotosCsv:
    """The worklist as CSV with a byte order mark, which Excel needs to see Japanese."""

    name: ClassVar[str] = "photos-csv"
    suffix: ClassVar[str] = ".csv"

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:
        """One line a picture; no cell begins like a formula."""
        text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", errors="replace")
        writer = csv.writer(text)
        writer.writerow([title for title, _ in COLUMNS[lang]])
        for row in _rows(photos(inventory), inventory, lang):
            writer.writerow([_plain(cell) for cell in row])
        text.flush()
        text.detach()


class PhotosXlsx:
    """The worklist as a workbook: published pictures, the others, and what the list can and cannot say."""

    name: ClassVar[str] = "photos"
    suffix: ClassVar[str] = ".xlsx"

    def write(self, inventory: InventoryReader, out: BinaryIO, *, lang: str = "ja") -> None:
        """Write the workbook; no cell is a formula or a link."""
        import xlsxwriter

        words, found = WORDS[lang], photos(inventory)
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with xlsxwriter.Workbook(out, options) as book:
            for title, part in (
                ("sheet.public", [p for p in found if p.public]),
                ("sheet.others", [p for p in found if not p.public]),
            ):
                _sheet(book, words[title], _rows(part, inventory, lang), lang)
            about = book.add_worksheet(words["sheet.about"])
            about.set_column(0, 0, 120)
            for number, line in enumerate(ABOUT[lang]):
                about.write_string(number, 0, line)


def _sheet(book: Any, title: str, rows: Iterator[tuple[Cell, ...]], lang: str) -> None:
    header = book.add_format(
        {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
    )
    plain = book.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True})
    fill_in = book.add_format({"valign": "top", "text_wrap": True, "bg_color": "#FFF8DC", "border": 4})
    sheet = book.add_worksheet(title)
    columns = COLUMNS[lang]
    first = next(n for n, (name, _) in enumerate(columns) if name in {"同意の状態", "consent"})
    to_fill = range(first, first + len(EMPTY))
    for number, (name, width) in enumerate(columns):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, name, header)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(rows, 1):
        if last > MAX_ROWS:
            break
        for number, cell in enumerate(row):
            if number in to_fill:
                sheet.write_blank(last, number, None, fill_in)
            elif isinstance(cell, str):
                sheet.write_string(last, number, _storable(cell), plain)
            else:
                sheet.write_number(last, number, cell, plain)
    if not last:
        sheet.write_string(1, 0, WORDS[lang]["none"])
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    if last:
        states = {
            "ja": ["同意あり", "同意なし", "確認中", "不要(特定できない)"],
            "en": ["given", "not given", "asking", "not needed"],
        }
        sheet.data_validation(
            1,
            first,
            last,
            first,
            {"validate": "list", "source": states[lang], "ignore_blank": True, "error_type": "warning"},
        )


def _storable(text: str) -> str:
    return "".join(c if c >= " " or c in "\t\n" else " " for c in text if not "\ud800" <= c <= "\udfff")[:32_000]


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
