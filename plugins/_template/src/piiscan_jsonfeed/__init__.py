"""A piiscan source in one file: every entry of a JSON Feed file (a blog export) is an item.

Target: ``jsonfeed:///path/to/feed.json``. This is the template for source plugins; the contract it meets is tested in tests/.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict

from piiscan.content import BytesContent
from piiscan.errors import SourceError
from piiscan.hookspecs import hookimpl
from piiscan.model import Content, Item, Problem
from piiscan.protocols import Source


class FeedOptions(BaseModel):
    """Options of a ``jsonfeed`` target: `encoding` of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoding: str = "utf-8"


@dataclass(slots=True)
class FeedSource:
    """Lists the entries of one feed."""

    kind: ClassVar[str] = "jsonfeed"
    schemes: ClassVar[tuple[str, ...]] = ("jsonfeed",)
    Options: ClassVar[type[BaseModel]] = FeedOptions

    path: str
    name: str
    options: FeedOptions

    @classmethod
    def claims(cls, target: str) -> bool:
        """Targets of this scheme."""
        return target.startswith("jsonfeed://")

    @classmethod
    def from_target(cls, target: str, name: str = "", options: Mapping[str, Any] | None = None) -> FeedSource:
        """From ``jsonfeed:///path``."""
        path = unquote(target.removeprefix("jsonfeed://"))
        return cls(path, name or target, FeedOptions.model_validate(dict(options or {})))

    def items(self) -> Iterator[Item | Problem]:
        """One item an entry; its change token is what the feed says of its last change."""
        try:
            entries = self._entries()
        except SourceError as error:
            yield Problem(code="list-failed", detail=error.detail, source=self.name)
            return
        for key, entry in entries.items():
            uri = f"jsonfeed://{quote(self.path)}#{quote(key, safe='')}"
            token = str(entry.get("date_modified") or entry.get("date_published") or "") or None
            yield Item(uri=uri, source=self.name, name=f"entry {key}", kind="page", change_token=token)

    def content(self, item: Item) -> Content:
        """Title and text of an entry."""
        entry = self._entries().get(unquote(item.uri.rpartition("#")[2]))
        if entry is None:
            raise SourceError("vanished")
        parts = (str(entry.get(key) or "") for key in ("title", "content_text", "content_html"))
        return BytesContent("\n".join(filter(None, parts)).encode(), "entry.txt")

    def _entries(self) -> dict[str, dict[str, Any]]:
        try:
            feed = json.loads(Path(self.path).read_text(encoding=self.options.encoding))
            return {str(entry["id"]): entry for entry in feed["items"]}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise SourceError("list-failed", type(error).__name__) from None


@hookimpl
def piiscan_sources() -> list[type[Source]]:
    """What this plugin brings."""
    return [FeedSource]
