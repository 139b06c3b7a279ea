"""From an entry of WordPress to text: a page with all its fields, or what stands beside a file."""

from __future__ import annotations

import json
from collections.abc import Iterator

from piiscan.model import Locator, Reading, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers.html import html_segments
from piiscan.readers.jsonlike import json_segments
from piiscan_cms.kinds._wp_api import Record
from piiscan_cms.kinds._wp_items import text_of

# What WordPress itself says of an entry; everything else was added by a plugin, and may hold anything.
_OWN = frozenset({
    "id", "date", "date_gmt", "guid", "modified", "modified_gmt", "password", "slug", "status", "type", "link", "title", "content", "excerpt",
    "author", "featured_media", "comment_status", "ping_status", "sticky", "template", "format", "categories", "tags", "permalink_template",
    "generated_slug", "parent", "menu_order", "class_list", "_links", "alt_text", "caption", "description", "media_type", "mime_type",
    "media_details", "post", "source_url", "missing_image_sizes", "theme", "area", "wp_id", "has_theme_file", "is_custom", "origin", "source",
})  # fmt: skip


def captions(record: Record) -> Iterator[Reading]:
    """The text beside a file."""
    for key, step in (("title", "title"), ("caption", "caption"), ("alt_text", "alt"), ("description", "description")):
        text = text_of(record.get(key))
        if text.strip():
            yield TextSegment(text=text, kind=SegmentKind.FIELD, label=step, locator=Locator.of(beside=step))


def texts(record: Record, context: ReadContext) -> Iterator[Reading]:
    """Everything of a page: title, text, excerpt, and what plugins added."""
    title = text_of(record.get("title"))
    if title.strip():
        yield TextSegment(text=title, kind=SegmentKind.FIELD, label="title", locator=Locator.of(path="title"))
    for key in ("content", "excerpt", "description"):
        yield from html_segments(_markup(record, key), Locator.of(path=key), context)
    content = record.get("content")
    if (
        isinstance(content, dict)
        and content.get("protected")
        and not content.get("raw")
        and not content.get("rendered")
    ):
        yield context.problem("access-denied", "protected by a password of its own", Locator.of(path="content"))
    added = {key: value for key, value in record.items() if key not in _OWN and value not in ("", [], {}, None)}
    for key, value in added.items():
        yield from json_segments(json.dumps(value, ensure_ascii=False), Locator.of(path=key), context)


def _markup(record: Record, key: str) -> str:
    """A field with its markup. An excerpt that nobody wrote is made of the beginning of the text, and is not counted again."""
    value = record.get(key)
    if not isinstance(value, dict):
        return value if isinstance(value, str) else ""
    if isinstance(value.get("raw"), str):
        return str(value["raw"])
    shown = str(value.get("rendered") or "")
    begins = " ".join(text_of(value).split())[:40]
    if key == "excerpt" and begins in " ".join(text_of(record.get("content")).split()):
        return ""
    return shown
