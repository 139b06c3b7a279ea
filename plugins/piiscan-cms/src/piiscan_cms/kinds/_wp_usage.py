"""On which pages a picture is used: by the references in the text of pages, and by their featured picture. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

MOST_PAGES = 50
"""Addresses of pages that are kept for one picture; further ones are counted."""

# Every part is bounded: a page may hold megabytes without a blank or a bracket.
_IDS = re.compile(
    r"wp-image-(\d{1,12})"
    r"|<!--\s{1,9}wp:(?:image|cover|file|video|audio|media-text|site-logo)\s{1,9}\{[^>]{0,2000}?\"(?:id|mediaId)\":(\d{1,12})"
    r"|wp-att-(\d{1,12})|attachment_(\d{1,12})|data-id=[\"'](\d{1,12})"
)
_ID_LISTS = re.compile(
    r"\[(?:gallery|playlist)[^\]]{0,500}?\b(?:ids|include)=[\"']?([\d,\s]{1,20000})|\"ids\":\[([\d,\s\"]{1,20000})\]"
)
_FILES = re.compile(r"/(?:uploads|files)/[^\s\"'<>()\\,?#]{1,1000}", re.IGNORECASE)
_SCALED = re.compile(r"-(?:\d+x\d+|scaled|rotated|e\d{10,})(?=\.\w+$)")


@dataclass(frozen=True, slots=True)
class Page:
    """A page that uses pictures: its address, whether visitors see it, and since when (ISO 8601, UTC)."""

    url: str
    public: bool
    since: str = ""


@dataclass(slots=True)
class Uses:
    """What uses what, by the picture's number and by its file."""

    _by_id: dict[int, dict[str, Page]] = field(default_factory=dict)
    _by_file: dict[str, dict[str, Page]] = field(default_factory=dict)

    def add(self, page: Page, text: str, featured: int = 0) -> None:
        """Take the references of one page."""
        numbers = set(references(text)) | ({featured} if featured else set())
        for number in numbers:
            self._by_id.setdefault(number, {})[page.url] = page
        for file in set(files(text)):
            self._by_file.setdefault(file, {})[page.url] = page

    def of(self, number: int, addresses: Iterator[str]) -> list[Page]:
        """The pages that use a picture with these addresses (original, scaled versions), those that visitors see first."""
        found = dict(self._by_id.get(number, {}))
        for file in {plain(address) for address in addresses}:
            found |= self._by_file.get(file, {})
        return sorted(found.values(), key=lambda page: (not page.public, page.url))


def references(text: str) -> Iterator[int]:
    """Numbers of the media library that a text names."""
    for match in _IDS.finditer(text):
        yield int(next(filter(None, match.groups())))
    for match in _ID_LISTS.finditer(text):
        yield from (int(n) for n in re.findall(r"\d+", match[1] or match[2]))


def files(text: str) -> Iterator[str]:
    """Files of the media library that a text names, in the form of :func:`plain`."""
    text = text.replace("\\/", "/").replace("&amp;", "&")
    return (plain(match[0]) for match in _FILES.finditer(text))


def plain(address: str) -> str:
    """A file's path below the folder of uploads without the marks of scaled versions: the same for all versions of a picture."""
    path = unquote(urlsplit(address).path)
    lower = path.lower()
    for folder in ("/uploads/", "/files/"):
        at = lower.find(folder)
        if at >= 0:
            path = path[at + len(folder) :]
            break
    while (shorter := _SCALED.sub("", path)) != path:
        path = shorter
    return path


def addresses(media: Mapping[str, Any]) -> Iterator[str]:
    """All addresses of a picture: the one that is shown, its sizes, the original."""
    source = str(media.get("source_url") or "")
    if source:
        yield source
    details = media.get("media_details")
    details = details if isinstance(details, dict) else {}
    sizes = details.get("sizes")
    for size in sizes.values() if isinstance(sizes, dict) else ():
        if isinstance(size, dict) and size.get("source_url"):
            yield str(size["source_url"])
    if details.get("original_image") and source:
        yield source.rpartition("/")[0] + "/" + str(details["original_image"])
