"""A store as companies run it (Ceph RADOS Gateway): policies that are enforced, lists, versions, wrong secrets."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from piiscan.errors import SourceError
from piiscan.model import Item, Problem
from piiscan.protocols import Source
from piiscan.testing import SourceSuite
from piiscan_s3 import S3Source

pytestmark = [pytest.mark.ceph, pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One cluster for all of these."""
    import sys

    ceph = sys.modules["piiscan_test_ceph"]
    if reason := ceph.missing():
        pytest.skip(reason)
    # Paths of sockets must be short.
    folder: Path = tmp_path_factory.mktemp("c")
    with ceph.serve(folder) as running:
        yield running


@pytest.fixture
def alice(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client of the account that owns the buckets, for preparing; the source uses the same account unless a test changes that."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", cluster.user("alice").access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", cluster.user("alice").secret_key)
    client = boto3.client(
        "s3",
        endpoint_url=cluster.url,
        region_name="us-east-1",
        aws_access_key_id=cluster.user("alice").access_key,
        aws_secret_access_key=cluster.user("alice").secret_key,
        config=Config(s3={"addressing_style": "path"}),
    )
    yield client
    client.close()


@pytest.fixture
def as_bob(cluster: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on sources run under the other account."""

    def become() -> None:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", cluster.user("bob").access_key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", cluster.user("bob").secret_key)

    return become


def source_of(cluster: Any, target: str, **options: Any) -> S3Source:
    base = {"endpoint_url": cluster.url, "addressing": "path", "region": "us-east-1", "attempts": 2}
    return S3Source.from_target(target, options=base | options)


def items(source: S3Source) -> dict[str, Item]:
    return {entry.name: entry for entry in source.items() if isinstance(entry, Item)}


class TestCeph(SourceSuite):
    made = 0

    @pytest.fixture
    def source(self, cluster: Any, alice: Any) -> Source:
        TestCeph.made += 1
        self.alice, self.name = alice, f"contract{TestCeph.made}"
        alice.create_bucket(Bucket=self.name)
        for key in ("名簿/会員 一覧+控え.csv", "plain.txt"):
            alice.put_object(Bucket=self.name, Key=key, Body=b"first")
        return source_of(cluster, f"s3://{self.name}", details=("tags", "encryption", "acl"))

    def change(self, source: Source) -> str:
        self.alice.put_object(Bucket=self.name, Key="plain.txt", Body=b"other")
        return f"s3://{self.name}/plain.txt"


def test_a_wrong_secret_is_a_failed_listing(cluster: Any, alice: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refused by a real check of the signature; never an empty bucket."""
    alice.create_bucket(Bucket="secrets")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    (problem,) = source_of(cluster, "s3://secrets").items()
    assert isinstance(problem, Problem)
    assert (problem.code, problem.detail) == ("list-failed", "access-denied SignatureDoesNotMatch")


def test_more_than_one_page_and_every_bucket(cluster: Any, alice: Any) -> None:
    """1,100 objects of one bucket, and ``s3://`` shows them as well."""
    alice.create_bucket(Bucket="pages")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: alice.put_object(Bucket="pages", Key=f"{n:05}", Body=b""), range(1100)))
    assert len(items(source_of(cluster, "s3://pages"))) == 1100
    assert sum(name.startswith("pages/") for name in items(source_of(cluster, "s3://"))) == 1100


def test_a_denied_prefix_costs_only_itself(cluster: Any, alice: Any) -> None:
    """A policy that the server enforces denies one folder; the rest is read, and the rights say what the policy grants."""
    alice.create_bucket(Bucket="denied")
    for key in ("人事/給与.csv", "open/x.csv"):
        alice.put_object(Bucket="denied", Key=key, Body=b"content")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::denied/人事/*"}
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::denied/open/*"}
    alice.put_bucket_policy(
        Bucket="denied", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny, allow]}, ensure_ascii=True)
    )
    source = source_of(cluster, "s3://denied")
    found = items(source)
    assert source.content(found["open/x.csv"]).open().read() == b"content"
    with pytest.raises(SourceError) as caught:
        source.content(found["人事/給与.csv"]).open()
    assert caught.value.code == "access-denied"
    breadths = {name: item.attributes["access.breadth"] for name, item in found.items()}
    assert breadths == {"open/x.csv": "public", "人事/給与.csv": "group"}
    anonymous = source_of(cluster, "s3://denied", anonymous=True)
    assert anonymous.content(found["open/x.csv"]).open().read() == b"content"


def test_another_account_sees_only_what_it_is_let_in_to(cluster: Any, alice: Any, as_bob: Callable[[], None]) -> None:
    """Without a grant the listing fails as denied; with one the objects are read, and what bob may not know is unknown."""
    alice.create_bucket(Bucket="shared")
    alice.put_object(Bucket="shared", Key="x", Body=b"content")
    as_bob()
    (problem,) = source_of(cluster, "s3://shared").items()
    assert isinstance(problem, Problem)
    assert problem.detail == "access-denied AccessDenied"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam:::user/bob"},
        "Action": ["s3:ListBucket", "s3:GetObject"],
        "Resource": ["arn:aws:s3:::shared", "arn:aws:s3:::shared/*"],
    }
    alice.put_bucket_policy(Bucket="shared", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    source = source_of(cluster, "s3://shared")
    entries = list(source.items())
    note = next(entry for entry in entries if isinstance(entry, Problem))
    assert (note.code, note.item) == ("rights-unknown", "s3://shared/")
    item = next(entry for entry in entries if isinstance(entry, Item))
    assert item.attributes["access.breadth"] == "unknown"
    assert source.content(item).open().read() == b"content"


def test_public_lists_of_objects_are_found(cluster: Any, alice: Any) -> None:
    """One object that its own list opens to the world, in a private bucket."""
    alice.create_bucket(Bucket="lists")
    alice.put_object(Bucket="lists", Key="open", Body=b"x", ACL="public-read")
    alice.put_object(Bucket="lists", Key="shut", Body=b"x", Tagging="class=internal")
    found = items(source_of(cluster, "s3://lists", details=("acl", "tags")))
    assert [found[key].attributes["access.breadth"] for key in ("open", "shut")] == ["public", "group"]
    assert found["shut"].attributes["s3.tag.class"] == "internal"


def test_versions_and_delete_markers(cluster: Any, alice: Any) -> None:
    """Overwritten and deleted content is still read, and marked as what it is."""
    alice.create_bucket(Bucket="versions")
    alice.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        alice.put_object(Bucket="versions", Key="名簿 +.csv", Body=body)
    alice.put_object(Bucket="versions", Key="gone", Body=b"deleted")
    alice.delete_object(Bucket="versions", Key="gone")
    source = source_of(cluster, "s3://versions", versions=True)
    read = {
        (item.attributes.get("s3.version-state", ""), source.content(item).open().read())
        for item in source.items()
        if isinstance(item, Item)
    }
    assert read == {("", b"second"), ("old", b"first"), ("deleted", b"deleted")}


def test_a_change_while_reading_is_refused_by_the_store(cluster: Any, alice: Any) -> None:
    """Ceph honours If-Match: the second range of a replaced object is not had. The object came in parts (its etag is no MD5)."""
    alice.create_bucket(Bucket="moving")
    alice.upload_fileobj(_Zeros(20 * 1024**2), "moving", "x")
    source = source_of(cluster, "s3://moving")
    item = items(source)["x"]
    stream = source.content(item).open()
    assert stream.read(10) == bytes(10)
    alice.put_object(Bucket="moving", Key="x", Body=b"1" * 20_000_000)
    stream.seek(15_000_000)
    with pytest.raises(SourceError) as caught:
        stream.read(10)
    assert caught.value.code == "changed-while-reading"


class _Zeros:
    """So many zero bytes as a file."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        take = self._left if size < 0 else min(size, self._left)
        self._left -= take
        return bytes(take)
