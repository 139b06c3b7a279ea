"""The whole contract of a source, by inheriting one class."""

import json
from pathlib import Path

import pytest

from piiscan.protocols import Source
from piiscan.testing import SourceSuite
from piiscan_jsonfeed import FeedSource


class TestFeedSource(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        self.file = tmp_path / "feed.json"
        self.write("2026-04-01")
        return FeedSource.from_target(f"jsonfeed://{self.file.as_posix()}")

    def write(self, changed: str) -> None:
        entries = [
            {"id": "a b", "title": "お知らせ", "content_text": "担当 TEL 03-1234-5678", "date_modified": changed},
            {"id": "2", "content_html": "<p>本日休業</p>", "date_modified": "2026-04-02"},
        ]
        self.file.write_text(json.dumps({"items": entries}, ensure_ascii=False), encoding="utf-8")

    def change(self, source: Source) -> str:
        self.write("2026-05-01")
        return next(item.uri for item in self.items(source) if "a%20b" in item.uri)
