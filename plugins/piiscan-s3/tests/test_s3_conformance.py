"""The contract of a source, against a mocked Amazon S3 and against a real server on a socket."""

from pathlib import Path
from typing import Any

import pytest

from piiscan.protocols import Prefetches, Source
from piiscan.testing import SourceSuite
from piiscan_s3 import S3Source

KEYS = {"名簿/会員 一覧+控え.csv": b"a,b\n1,2\n", "plain.txt": b"first", "empty.txt": b""}


class TestMockedS3(SourceSuite):
    secrets = ("piiscan-test-secret",)

    @pytest.fixture
    def source(self, s3: Any) -> Source:
        self.s3 = s3
        s3.create_bucket(Bucket="data")
        for key, body in KEYS.items():
            s3.put_object(Bucket="data", Key=key, Body=body)
        return S3Source.from_target("s3://data", options={"details": ("tags", "encryption", "acl")})

    def change(self, source: Source) -> str:
        self.s3.put_object(Bucket="data", Key="plain.txt", Body=b"other")
        return "s3://data/plain.txt"


class TestVersionsOfMockedS3(TestMockedS3):
    @pytest.fixture
    def source(self, s3: Any) -> Source:
        self.s3 = s3
        s3.create_bucket(Bucket="data")
        s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
        for _ in range(2):
            for key, body in KEYS.items():
                s3.put_object(Bucket="data", Key=key, Body=body)
        return S3Source.from_target("s3://data", options={"versions": True})

    def test_src_06_change_tokens_move(self, source: Source) -> None:
        """SRC-06 for versions: what was there keeps its token under the name of its version, and the new one has another."""
        before = {item.uri: item.change_token for item in self.items(source)}
        changed = self.change(source)
        after = {item.uri: item.change_token for item in self.items(source)}
        assert before[changed] != after[changed]
        assert {uri for uri in before if before[uri] != after[uri]} == {changed}
        assert len(after) == len(before) + 1


@pytest.mark.server
class TestRealServer(SourceSuite):
    secrets = ("piiscan-test-secret",)
    made = 0

    @pytest.fixture
    def source(self, server: Any, bucket: Any) -> Source:
        TestRealServer.made += 1
        self.name = f"contract{TestRealServer.made}"
        self.folder: Path = bucket(self.name, KEYS)
        return S3Source.from_target(f"s3://{self.name}", options={"endpoint_url": server.url, "addressing": "path"})

    def change(self, source: Source) -> str:
        (self.folder / "plain.txt").write_bytes(b"other")
        return f"s3://{self.name}/plain.txt"


def test_it_fetches_ahead() -> None:
    """Workers see that this source can be told what comes next."""
    assert isinstance(S3Source.from_target("s3://data"), Prefetches)
