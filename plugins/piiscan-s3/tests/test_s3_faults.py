"""What goes wrong on the way: gone, denied and try-later are told apart, cut connections are taken up, and nothing is lost in silence."""

import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from piiscan.errors import SourceError
from piiscan.model import Item, Problem
from piiscan_s3 import S3Source
from piiscan_s3.client import ReadOnlyError, guard, make_client
from piiscan_s3.faults import fault
from piiscan_s3.options import S3Options

server_test = pytest.mark.server


def source_of(url: str, bucket: str, **options: Any) -> S3Source:
    base = {"endpoint_url": url, "addressing": "path", "rights": False, "attempts": 3, "timeout": 5}
    return S3Source.from_target(f"s3://{bucket}", options=base | options)


def read(source: S3Source, item: Item) -> bytes | str:
    """The bytes, or the code of the problem."""
    try:
        with source.content(item).open() as stream:
            return stream.read()
    except SourceError as error:
        return error.code


def all_of(source: S3Source) -> dict[str, Item]:
    return {entry.name: entry for entry in source.items() if isinstance(entry, Item)}


def test_throttling_is_waited_out(proxy: Any, bucket: Any) -> None:
    """SlowDown twice, then the content: nothing is lost."""
    bucket("slow", {"x": b"content"})
    source = source_of(proxy.url, "slow")
    item = all_of(source)["x"]
    answers = iter([proxy.Fault(503, "SlowDown"), proxy.Fault(503, "SlowDown")])
    proxy.fault = lambda _m, _p: next(answers, None)
    assert read(source, item) == b"content"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (503, "SlowDown", "try-later"),
        (500, "InternalError", "try-later"),
        (429, "TooManyRequests", "try-later"),
        (403, "AccessDenied", "access-denied"),
        (403, "ExpiredToken", "access-denied"),
        (400, "ExpiredToken", "access-denied"),
        (404, "NoSuchKey", "vanished"),
        (403, "InvalidObjectState", "offline"),
        (412, "PreconditionFailed", "changed-while-reading"),
        (400, "KMS.DisabledException", "access-denied"),
        (400, "Something<script>", "io-error"),
    ],
)
@server_test
def test_refusals_are_told_apart(proxy: Any, bucket: Any, status: int, code: str, expected: str) -> None:
    """Each answer of the store leads to the problem a person can act on; reading fails for this object only."""
    name = re.sub(r"[^a-z0-9]", "", f"refuse{status}{code.lower()}")
    bucket(name, {"bad": b"1", "good": b"2"})
    source = source_of(proxy.url, name, attempts=2)
    found = all_of(source)
    proxy.fault = lambda _m, path: proxy.Fault(status, code) if path.endswith("/bad") else None
    source.prefetch(list(found.values()))
    assert read(source, found["bad"]) == expected
    assert read(source, found["good"]) == b"2"


@server_test
def test_cut_connections_are_taken_up_where_they_broke(proxy: Any, bucket: Any) -> None:
    """A body cut in the middle is continued by range, small objects and large ones alike; the bytes are right."""
    data = bytes(range(256)) * 40_000
    bucket("cut", {"large": data, "small": data[:200_000]})
    source = source_of(proxy.url, "cut")
    found = all_of(source)
    cuts = iter([70_000, 70_000])
    proxy.fault = lambda _m, _p: proxy.Fault(cut=cut) if (cut := next(cuts, None)) else None
    assert read(source, found["small"]) == data[:200_000]
    resumed = [one.range for one in proxy.seen if one.path == "/cut/small"]
    assert resumed == ["", "bytes=70000-", "bytes=140000-"]
    cuts = iter([70_000, 70_000])
    assert read(source, found["large"]) == data


@server_test
def test_a_store_that_keeps_cutting_is_try_later(proxy: Any, bucket: Any) -> None:
    """After the attempts allowed the object is to be tried at the next run."""
    bucket("cutting", {"x": b"x" * 1000})
    source = source_of(proxy.url, "cutting", attempts=2)
    item = all_of(source)["x"]
    proxy.fault = lambda _m, _p: proxy.Fault(cut=10)
    assert read(source, item) == "try-later"
    proxy.fault = lambda _m, _p: proxy.Fault(cut=0)
    assert read(source, item) == "try-later"


@server_test
def test_an_object_deleted_after_listing_is_vanished(proxy: Any, bucket: Any) -> None:
    """Deleted between listing and reading, and deleted between two ranges."""
    folder = bucket("deleted", {"a": b"x", "b": bytes(9_000_000)})
    source = source_of(proxy.url, "deleted")
    found = all_of(source)
    (folder / "a").unlink()
    assert read(source, found["a"]) == "vanished"
    stream = source.content(found["b"]).open()
    stream.read(10)
    (folder / "b").unlink()
    stream.seek(8_000_000)
    with pytest.raises(SourceError) as caught:
        stream.read(10)
    assert caught.value.code == "vanished"
    assert source.current_token(found["b"]) != found["b"].change_token


@server_test
def test_a_denied_prefix_costs_only_itself(proxy: Any, bucket: Any) -> None:
    """Objects under a prefix nobody may read are denied, the others are read."""
    bucket("mixed", {"人事/給与.csv": b"1", "open/x.csv": b"2"})
    source = source_of(proxy.url, "mixed")
    found = all_of(source)
    proxy.fault = lambda _m, path: proxy.Fault(403, "AccessDenied") if "人事" in path else None
    assert {name: read(source, item) for name, item in found.items()} == {
        "人事/給与.csv": "access-denied",
        "open/x.csv": b"2",
    }


@server_test
def test_a_listing_that_breaks_off_says_so(proxy: Any, bucket: Any) -> None:
    """The items of the first pages come, then the problem of the whole prefix: what was not listed does not count as gone."""
    bucket("breaks", {f"{n:04}": b"" for n in range(2500)})
    source = source_of(proxy.url, "breaks", attempts=1)
    pages = iter([None, None])
    proxy.fault = lambda _m, path: next(pages, proxy.Fault(503, "SlowDown")) if "list-type" in path else None
    entries = list(source.items())
    assert sum(isinstance(entry, Item) for entry in entries) == 2000
    last = entries[-1]
    assert isinstance(last, Problem)
    assert (last.code, last.item, last.detail) == ("list-failed", "s3://breaks/", "try-later SlowDown")


@server_test
def test_a_wrong_secret_is_a_failed_listing(server: Any, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never an empty bucket; and the secret is in no problem."""
    bucket("secret", {"x": b"x"})
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong-secret-value")
    (problem,) = source_of(server.url, "secret").items()
    assert isinstance(problem, Problem)
    assert (problem.code, problem.item) == ("list-failed", "s3://secret/")
    assert problem.detail == "access-denied SignatureDoesNotMatch"


@server_test
def test_no_credentials_and_no_server_are_failed_listings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each says what is wrong in fixed words."""
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    (down,) = source_of("http://127.0.0.1:9", "data", attempts=1).items()
    (profile,) = source_of("http://127.0.0.1:9", "data", profile="missing").items()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (nobody,) = source_of("http://127.0.0.1:9", "data").items()
    assert isinstance(down, Problem)
    assert down.detail == "try-later EndpointConnectionError"
    assert isinstance(profile, Problem)
    assert profile.detail == "access-denied ProfileNotFound"
    assert isinstance(nobody, Problem)
    assert nobody.detail == "access-denied NoCredentialsError"


def test_texts_of_the_other_side_are_dropped() -> None:
    """A store may put anything into its messages and codes; only letters and digits of the code are kept."""
    answer = {"Error": {"Code": "Evil 山田太郎 \n090-1234-5678", "Message": "山田太郎"}, "ResponseMetadata": {}}
    error = fault(ClientError(answer, "GetObject"))
    assert "山田" not in str(error)
    assert error.detail == "Evil09012345678"


WRITES = {
    "put_object": {"Bucket": "data", "Key": "x", "Body": b""},
    "delete_object": {"Bucket": "data", "Key": "x"},
    "copy_object": {"Bucket": "data", "Key": "y", "CopySource": "data/x"},
    "create_multipart_upload": {"Bucket": "data", "Key": "x"},
    "put_object_acl": {"Bucket": "data", "Key": "x", "ACL": "public-read"},
    "delete_bucket": {"Bucket": "data"},
    "restore_object": {"Bucket": "data", "Key": "x"},
    "select_object_content": {
        "Bucket": "data", "Key": "x", "Expression": "x", "ExpressionType": "SQL", "InputSerialization": {}, "OutputSerialization": {},
    },
}  # fmt: skip


@pytest.mark.parametrize("operation", WRITES)
def test_a_client_refuses_to_write(s3: Any, operation: str) -> None:
    """Whatever could change the store, or cost money to restore from the archive, is stopped before it is sent."""
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="x", Body=b"x")
    client = make_client(S3Options())
    with pytest.raises(ReadOnlyError):
        getattr(client, operation)(**WRITES[operation])
    assert s3.get_object(Bucket="data", Key="x")["Body"].read() == b"x"


def test_every_operation_that_is_let_through_only_reads() -> None:
    """Of all operations boto3 knows, those by names that are allowed and by GET or HEAD; none of them has a word for change in its name."""
    model = boto3.client("s3", region_name="us-east-1").meta.service_model
    passed = {
        name
        for name in model.operation_names
        if name.startswith(("List", "Get", "Head")) and model.operation_model(name).http["method"] in {"GET", "HEAD"}
    }
    assert {"ListObjectsV2", "GetObject", "HeadObject", "GetBucketPolicy"} <= passed
    assert not [name for name in passed if re.search(r"Put|Delete|Create|Write|Restore|Update|Upload(?!s$)", name)]
    assert callable(guard)


@server_test
def test_a_whole_scan_sends_only_gets_and_heads(proxy: Any, bucket: Any) -> None:
    """Listing with every detail, rights, versions, reading: nothing else is seen on the wire, and the files are as they were."""
    folder: Path = bucket("watched", {f"{n}.txt": b"x" * n for n in range(20)})
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    options = {"rights": True, "details": ("tags", "encryption", "acl")}
    source = source_of(proxy.url, "watched", **options)
    batch = list(all_of(source).values())
    source.prefetch(batch)
    assert all(isinstance(read(source, item), bytes) for item in batch)
    list(source_of(proxy.url, "watched", versions=True, attempts=1).items())
    assert {one.method for one in proxy.seen} <= {"GET", "HEAD"}
    assert len(proxy.seen) > 80
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
