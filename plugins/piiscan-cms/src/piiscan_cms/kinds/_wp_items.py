"""From WordPress' records to items: names, addresses, change tokens, who can open them. Pure."""

from __future__ import annotations

import hashlib
import hmac
import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from piiscan.model import Item
from piiscan.sources.paths import display_name
from piiscan_cms import attributes as a
from piiscan_cms.address import Address
from piiscan_cms.kinds._wp_usage import MOST_PAGES, Page, addresses

ROUTE = "cms.route"
POST_FIELDS = "id,status,type,date_gmt,modified_gmt,link,slug,title,content.raw,content.protected,excerpt.raw,author,featured_media"
MEDIA_FIELDS = "id,status,type,date_gmt,modified_gmt,link,slug,title,caption,description,alt_text,author,post,mime_type,source_url,media_details"
_READERS = {
    "private": "role:administrator, role:editor",
    "draft": "role:administrator, role:editor, author",
    "protected": "everybody with the password of the page",
}
_TITLE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of content: its name in addresses, its route, whether everybody can see what is published of it."""

    base: str
    route: str
    open: bool


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes items of one site. `secret` keys digests, so that nobody can try texts against them."""

    address: Address
    source: str
    audience: str
    admin: str
    secret: bytes = field(repr=False)
    files_open: bool = True

    def digest(self, *parts: object) -> str:
        """A short keyed digest."""
        return hmac.new(self.secret, repr(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:16]

    def page(self, record: Mapping[str, Any], kind: Kind) -> Page:
        """A post as a place where pictures are used."""
        public = self._public(record, kind)
        url = str(record.get("link") or "") if public else self.edit(record["id"])
        return Page(url, public and self.audience == "public", str(record.get("date_gmt") or "")[:10])

    def post(self, record: Mapping[str, Any], kind: Kind, owner: str) -> Item:
        """A post, a page, an entry of any type."""
        path = f"{kind.base}/{record['id']}"
        public = self._public(record, kind)
        status = str(record.get("status") or "")
        found = {
            a.TYPE: kind.base,
            a.STATUS: status,
            a.EDIT: self.edit(record["id"]),
            a.OWNER: owner,
            ROUTE: kind.route,
            a.PATH: path,
            **self._rights(status, public=public, protected=_protected(record)),
        }
        if status == "publish":
            found[a.LINK] = str(record.get("link") or "")
        name = path + (f" {_short(text_of(record.get('title')))}" if public else "")
        return Item(
            uri=self.address.uri(path),
            source=self.source,
            name=display_name(name.strip()),
            kind="page",
            size=_length(record),
            modified=moment(record.get("modified_gmt")),
            change_token=self.token(record),
            attributes=found,
        )

    def media(self, record: Mapping[str, Any], owner: str, pages: list[Page], route: str) -> Item | None:
        """A file of the media library; None for an entry without a file."""
        read, shown = _files(record)
        if not read:
            return None
        public = self.files_open
        file = unquote(urlsplit(read).path)
        below = file.rpartition("/uploads/")[2] if "/uploads/" in file else file.rpartition("/")[2]
        found = {
            a.TYPE: "media",
            a.STATUS: str(record.get("status") or ""),
            a.EDIT: self.edit(record["id"]),
            a.OWNER: owner,
            ROUTE: route,
            a.PATH: f"media/{below}",
            a.FILE: read,
            **self._rights("inherit", public=public, protected=False),
            **self._texts(record, public=public),
            **_used(pages),
        }
        if shown:
            found[a.ORIGINAL] = shown
        return Item(
            uri=self.address.uri(f"media/{record['id']}"),
            source=self.source,
            name=display_name(f"media/{record['id']} {below.rpartition('/')[2]}"),
            kind="picture" if str(record.get("mime_type")).startswith("image/") else "file",
            size=_file_size(record),
            modified=moment(record.get("modified_gmt")),
            change_token=self.token(record),
            media_type=str(record.get("mime_type") or "") or None,
            attributes=found,
        )

    def sizes(self, item: Item, record: Mapping[str, Any]) -> Iterable[Item]:
        """The scaled versions of a picture, as items of their own."""
        sizes = _details(record).get("sizes")
        versions = sizes.items() if isinstance(sizes, dict) else ()
        named = {str(k): str(v.get("source_url") or "") for k, v in versions if isinstance(v, dict)}
        shown = item.attributes.get(a.ORIGINAL)
        if shown:
            named["shown"] = shown
        for name, url in named.items():
            if not url or url in {item.attributes[a.FILE], shown if name != "shown" else ""}:
                continue
            found = {k: v for k, v in item.attributes.items() if k not in {a.ORIGINAL, a.TITLE, a.CAPTION, a.ALT}}
            file = unquote(urlsplit(url).path).rpartition("/")[2]
            path = item.attributes[a.PATH].rpartition("/")[0] + "/" + file
            yield Item(
                uri=f"{item.uri}/{quote(name, safe='')}",
                source=self.source,
                name=display_name(f"media/{record['id']}/{name} {file}"),
                kind=item.kind,
                modified=item.modified,
                change_token=item.change_token,
                media_type=item.media_type,
                attributes=found | {a.FILE: url, a.PATH: path, "cms.version_of": item.uri},
            )

    def token(self, record: Mapping[str, Any]) -> str:
        """What moves with an entry's content, the same in a listing and in a reading; rights and uses are compared by every listing anyway."""
        details = _details(record)
        parts = (
            record.get("status"), urlsplit(str(record.get("link") or "")).path, record.get("featured_media"), _protected(record),
            len(_raw(record.get("content"))), urlsplit(str(record.get("source_url") or "")).path, details.get("original_image"),
            details.get("filesize"), details.get("width"), details.get("height"), record.get("alt_text"), record.get("post"),
            *(text_of(record.get(key)) for key in ("title", "caption", "description")),
        )  # fmt: skip
        return f"{record.get('modified_gmt') or ''}:{self.digest(*parts)}"

    def rights(self, breadth: str, principals: str = "") -> dict[str, str]:
        """Who can open something; ``public`` stands for everybody who reaches the site."""
        if breadth == "public":
            return {a.BREADTH: self.audience, a.PRINCIPALS: "everybody"}
        return {a.BREADTH: breadth, a.PRINCIPALS: principals}

    def edit(self, number: object) -> str:
        """Where an editor opens an entry."""
        if isinstance(number, int):
            return f"{self.admin}post.php?post={number}&action=edit"
        return f"{self.admin}site-editor.php"

    def _public(self, record: Mapping[str, Any], kind: Kind) -> bool:
        return kind.open and record.get("status") == "publish" and not _protected(record)

    def _rights(self, status: str, *, public: bool, protected: bool) -> dict[str, str]:
        if public:
            return self.rights("public")
        if protected and status == "publish":
            return self.rights("group", _READERS["protected"])
        return self.rights("group", _READERS["private" if status in {"private", "inherit"} else "draft"])

    def _texts(self, record: Mapping[str, Any], *, public: bool) -> dict[str, str]:
        """Captions as the worklist of photos shows them: only of what everybody can read anyway."""
        found = {a.PUBLIC: "true" if public and self.audience == "public" else "false"}
        uploaded = moment(record.get("date_gmt"))
        if uploaded is not None:
            found[a.UPLOADED] = uploaded.isoformat()
        if found[a.PUBLIC] == "true":
            texts = {a.TITLE: record.get("title"), a.CAPTION: record.get("caption"), a.ALT: record.get("alt_text")}
            found |= {key: text for key, value in texts.items() if (text := _short(text_of(value)))}
        return found


def text_of(value: Any) -> str:
    """The text of a field: as it was typed where the account may see that, else as visitors see it, without markup."""
    if isinstance(value, dict):
        raw = value.get("raw")
        value = raw if isinstance(raw, str) else _unmarked(str(value.get("rendered") or ""))
    return value if isinstance(value, str) else ""


def moment(value: Any) -> datetime | None:
    """A time of WordPress, which is UTC without saying so; None for the zeros that drafts have."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    except ValueError:
        return None


def _unmarked(markup: str) -> str:
    if not markup.strip():
        return ""
    import lxml.html

    try:
        return str(lxml.html.fragment_fromstring(markup, create_parent="div").text_content()).strip()
    except (ValueError, lxml.etree.LxmlError):
        return html.unescape(markup)


def _raw(value: Any) -> str:
    raw = value.get("raw") if isinstance(value, dict) else None
    return raw if isinstance(raw, str) else ""


def _short(text: str) -> str:
    line = " ".join(_unmarked(text).split()) if "<" in text else " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1] + "…"


def _protected(record: Mapping[str, Any]) -> bool:
    content = record.get("content")
    return bool(content.get("protected")) if isinstance(content, dict) else False


def _length(record: Mapping[str, Any]) -> int | None:
    content = record.get("content")
    if not isinstance(content, dict) or not isinstance(content.get("raw"), str):
        return None
    return sum(len(text_of(record.get(key)).encode("utf-8", "replace")) for key in ("title", "content", "excerpt"))


def _details(record: Mapping[str, Any]) -> Mapping[str, Any]:
    details = record.get("media_details")
    return details if isinstance(details, dict) else {}


def _files(record: Mapping[str, Any]) -> tuple[str, str]:
    """The file to read (the original), and the one that pages show where that is another."""
    shown = str(record.get("source_url") or "")
    original = _details(record).get("original_image")
    if not shown or not isinstance(original, str) or not original:
        return shown, ""
    return f"{shown.rpartition('/')[0]}/{quote(original)}", shown


def _file_size(record: Mapping[str, Any]) -> int | None:
    """The size of the file that is shown; a larger original's is not known before it is fetched."""
    size = _details(record).get("filesize")
    return size if isinstance(size, int) and size > 0 else None


def _used(pages: list[Page]) -> dict[str, str]:
    if not pages:
        return {}
    found = {a.USED_ON: " ".join(page.url for page in pages[:MOST_PAGES]), a.USES: str(len(pages))}
    since = min((page.since for page in pages if page.public and page.since), default="")
    return found | ({a.SINCE: since} if since else {})


__all__ = ["MEDIA_FIELDS", "POST_FIELDS", "ROUTE", "Builder", "Kind", "addresses", "moment", "text_of"]
