"""The contract of a source, against a real WordPress, with an account and without."""

from typing import Any

import pytest

from piiscan.protocols import ByteSource, Prefetches, RecordSource, Source
from piiscan.testing import SourceSuite
from piiscan_cms.kinds.wordpress import WordPressSource

pytestmark = pytest.mark.server


class TestWithAccount(SourceSuite):
    @pytest.fixture
    def source(self, source: Any, site: Any) -> Source:
        self.site = site
        type(self).secrets = tuple(site.passwords.values())
        found: Source = source("chief")
        return found

    def change(self, source: Source) -> str:
        number = self.site.made["future"]["id"]
        self.site.send("POST", f"/wp/v2/posts/{number}", {"content": "<p>書き換え</p>"})
        return next(item.uri for item in self.items(source) if item.uri.endswith(f"#posts/{number}"))


class TestWithoutAccount(SourceSuite):
    @pytest.fixture
    def source(self, source: Any, site: Any) -> Source:
        self.site = site
        found: Source = source("", part="pages")
        return found

    def change(self, source: Source) -> str:
        number = self.site.made["about"]["id"]
        self.site.send("POST", f"/wp/v2/pages/{number}", {"title": f"店舗案内 {source.name[-3:]}"})
        return next(item.uri for item in self.items(source) if item.uri.endswith(f"#pages/{number}"))


def test_it_has_bytes_and_records_and_fetches_ahead() -> None:
    """Files are bytes, pages and people are records, and workers see that this source can be told what comes next."""
    source = WordPressSource.from_target("wordpress+https://shop.example/")
    assert isinstance(source, ByteSource)
    assert isinstance(source, RecordSource)
    assert isinstance(source, Prefetches)
