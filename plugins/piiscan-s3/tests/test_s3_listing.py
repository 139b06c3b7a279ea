"""What is listed: every page, every version, every bucket; and what is left out, with its reason."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import pytest

from piiscan.model import Item, Problem
from piiscan_s3 import S3Source
from piiscan_s3.listing import Entry


def entries(target: str, **options: Any) -> list[Item | Problem]:
    return list(S3Source.from_target(target, options=options).items())


def items(target: str, **options: Any) -> dict[str, Item]:
    return {e.name: e for e in entries(target, **options) if isinstance(e, Item)}


def decided(target: str, **options: Any) -> dict[str, tuple[str, str]]:
    """Names of the items that a problem speaks of, with its code and detail."""
    found, last = {}, None
    for entry in entries(target, **options):
        if isinstance(entry, Problem) and last is not None and entry.item == last.uri:
            found[last.name] = entry.code, entry.detail
        last = entry if isinstance(entry, Item) else None
    return found


@pytest.mark.server
def test_every_page_of_a_long_listing_is_listed(proxy: Any, bucket: Any) -> None:
    """20,000 objects are 20 pages, not the first thousand; they are asked for as they are needed, and no content is touched."""
    bucket("long", {f"d{n % 7}/{n:05}.txt": b"" for n in range(20_000)})
    source = S3Source.from_target("s3://long", options={"endpoint_url": proxy.url, "addressing": "path"})
    listing = source.items()
    first = [entry for entry in (next(listing) for _ in range(10)) if isinstance(entry, Item)]
    assert sum("list-type=2" in one.path for one in proxy.seen) == 1
    uris = {entry.uri for entry in [*first, *listing] if isinstance(entry, Item)}
    assert uris == {f"s3://long/d{n % 7}/{n:05}.txt" for n in range(20_000)}
    assert sum("list-type=2" in one.path for one in proxy.seen) == 20
    assert not [one for one in proxy.seen if one.path.endswith(".txt")]


def test_more_versions_than_a_page_are_all_listed(s3: Any) -> None:
    """Versions come in pages as well."""
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    for n in range(1030):
        s3.put_object(Bucket="data", Key=f"k{n // 2}", Body=b"%d" % n)
    assert len(items("s3://data", versions=True)) == 1030
    assert len(items("s3://data")) == 515


def test_versions_and_deleted_objects_are_found_on_request(s3: Any) -> None:
    """What a plain listing hides is still there: overwritten and deleted objects, each with its own content."""
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"first", b"second"):
        s3.put_object(Bucket="data", Key="名簿 +.csv", Body=body)
    s3.put_object(Bucket="data", Key="gone.csv", Body=b"deleted")
    s3.delete_object(Bucket="data", Key="gone.csv")
    assert list(items("s3://data")) == ["名簿 +.csv"]
    source = S3Source.from_target("s3://data", options={"versions": True})
    found = [entry for entry in source.items() if isinstance(entry, Item)]
    read = {(item.attributes.get("s3.version-state", ""), source.content(item).open().read()) for item in found}
    assert read == {("", b"second"), ("old", b"first"), ("deleted", b"deleted")}
    current = next(item for item in found if "s3.version-state" not in item.attributes)
    assert "versionId" not in current.uri
    old = next(item for item in found if item.attributes.get("s3.version-state") == "old")
    alone = [e for e in S3Source.from_target(old.uri).items() if isinstance(e, Item)]
    assert [item.uri for item in alone] == [old.uri]


def test_all_buckets_are_scanned_and_one_that_is_gone_does_not_stop_the_others(s3: Any, monkeypatch: Any) -> None:
    """``s3://`` lists every bucket of the account; a bucket that cannot be listed is a problem of its own."""
    for name in ("one", "two"):
        s3.create_bucket(Bucket=f"data-{name}")
        s3.put_object(Bucket=f"data-{name}", Key="a/b.txt", Body=b"x")
    names = ("data-one", "data-gone", "data-two")
    with monkeypatch.context() as patched:
        patched.setattr("piiscan_s3.listing.buckets", lambda _client: iter(names))
        found = entries("s3://")
    assert [e.name for e in found if isinstance(e, Item)] == ["data-one/a/b.txt", "data-two/a/b.txt"]
    failed = [(e.item, e.detail) for e in found if isinstance(e, Problem) and e.code == "list-failed"]
    assert failed == [("s3://data-gone/", "vanished NoSuchBucket")]
    assert set(items("s3://")) == {"data-one/a/b.txt", "data-two/a/b.txt"}


def test_only_the_prefix_is_listed(s3: Any) -> None:
    """Names are shown below the folder of the prefix; uris stay whole."""
    s3.create_bucket(Bucket="data")
    for key in ("exports/2026/a b.csv", "exports/2026-old/c.csv", "other/d.csv"):
        s3.put_object(Bucket="data", Key=key, Body=b"x")
    assert set(items("s3://data/exports/2026/")) == {"a b.csv"}
    assert set(items("s3://data/exports/2026")) == {"2026/a b.csv", "2026-old/c.csv"}
    assert items("s3://data/exports/2026/")["a b.csv"].uri == "s3://data/exports/2026/a%20b.csv"


def test_what_is_left_out_is_listed_with_its_reason(s3: Any) -> None:
    """Patterns, size, archive classes, classes the user does not want to pay for."""
    s3.create_bucket(Bucket="data")
    for key, storage in {
        "keep.csv": "STANDARD", "log/x.tmp": "STANDARD", "cold.csv": "GLACIER", "deep.csv": "DEEP_ARCHIVE", "now.csv": "GLACIER_IR",
        "rare.csv": "STANDARD_IA",
    }.items():  # fmt: skip
        s3.put_object(Bucket="data", Key=key, Body=b"x", StorageClass=storage)
    s3.put_object(Bucket="data", Key="big.csv", Body=b"x" * 100)
    found = decided("s3://data", exclude=["*.tmp"], max_bytes=50, skip_storage_classes=["STANDARD_IA"])
    assert found == {
        "log/x.tmp": ("excluded", ""),
        "cold.csv": ("offline", "GLACIER"),
        "deep.csv": ("offline", "DEEP_ARCHIVE"),
        "rare.csv": ("excluded", "STANDARD_IA"),
        "big.csv": ("too-large", "50"),
    }
    assert set(decided("s3://data/", include=["*.tmp"])) >= {"keep.csv", "now.csv"}


def test_a_restored_object_is_read(monkeypatch: Any, s3: Any) -> None:
    """An archive object that was restored is there to be read, until it expires."""
    s3.create_bucket(Bucket="data")
    restored = Entry(key="x", size=1, etag="e", modified=None, storage_class="GLACIER", restored=True)
    monkeypatch.setattr("piiscan_s3.listing.entries", lambda *_: iter([restored]))
    assert decided("s3://data") == {}


def test_without_an_etag_the_time_is_the_token() -> None:
    """A store that gives no etag must not look unchanged for ever."""
    times = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))
    first, second = (Entry(key="x", size=1, etag="", modified=moment).token for moment in times)
    assert first != second


def make_report(s3: Any, rows: list[list[str]], when: str = "2026-11-20T01-00Z", **changed: Any) -> str:
    """An inventory report as Amazon writes it; returns the folder to give as option."""
    folder, name = "inv/data/all", f"inv/data/all/data/{when}.csv.gz"
    text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
    s3.put_object(Bucket="reports", Key=name, Body=gzip.compress(text.encode()))
    manifest = {
        "sourceBucket": "data", "destinationBucket": "arn:aws:s3:::reports", "version": "2016-11-30", "creationTimestamp": "1763600400000",
        "fileFormat": "CSV", "fileSchema": "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass",
        "files": [{"key": name, "size": 1, "MD5checksum": "x"}],
    } | changed  # fmt: skip
    size = s3.head_object(Bucket="reports", Key=name)["ContentLength"]
    manifest["files"][0]["size"] = size
    s3.put_object(Bucket="reports", Key=f"{folder}/{when}/manifest.json", Body=json.dumps(manifest).encode())
    return f"s3://reports/{folder}/"


@pytest.fixture
def reported(s3: Any) -> Any:
    """A bucket, and one for its reports."""
    for name in ("data", "reports"):
        s3.create_bucket(Bucket=name)
    return s3


def row(key: str, body: bytes, *, latest: str = "true", marker: str = "false", version: str = "") -> list[str]:
    import hashlib

    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    return [
        "data",
        quote_plus(key, safe="/"),
        version,
        latest,
        marker,
        str(len(body)),
        "2026-11-19T01:02:03.000Z",
        etag,
        "STANDARD",
    ]


def test_an_inventory_report_stands_in_for_listing(reported: Any) -> None:
    """Same items and tokens as a listing gives, with the report's date said, and the bucket is not listed."""
    for key in ("名簿/a b+c.csv", "x.txt"):
        reported.put_object(Bucket="data", Key=key, Body=key.encode())
    make_report(reported, [row("stale", b"x")], when="2026-11-19T01-00Z")
    rows = [row(key, key.encode()) for key in ("名簿/a b+c.csv", "x.txt")]
    rows += [row("old", b"1", latest="false"), row("gone", b"", marker="true")]
    address = make_report(reported, rows)
    by_report, by_listing = items("s3://data", inventory=address), items("s3://data")
    assert {n: (i.uri, i.change_token, i.size) for n, i in by_report.items()} == {
        n: (i.uri, i.change_token, i.size) for n, i in by_listing.items()
    }
    dated = [e for e in entries("s3://data", inventory=address) if isinstance(e, Problem) and e.code == "listing-dated"]
    assert [p.detail for p in dated] == ["2025-11-20T01:00Z"]
    assert set(items("s3://data/名簿/", inventory=address)) == {"a b+c.csv"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"sourceBucket": "another"}, "another bucket"),
        ({"fileFormat": "ORC"}, "not CSV"),
        ({"fileSchema": "Bucket, Size"}, "without keys"),
        ({"fileSchema": None}, "not understood"),
        ({"fileSchema": "Bucket, Key"}, "file not understood"),
        ({"files": [{"key": "missing", "size": 1}]}, "vanished"),
    ],
)
def test_a_report_that_does_not_fit_is_a_failed_listing(reported: Any, changed: dict[str, Any], said: str) -> None:
    """Never an empty bucket by mistake."""
    if "files" in changed:
        changed = {"files": [dict(changed["files"][0])]}
    address = make_report(reported, [row("x", b"x")], **changed)
    if "files" in changed:
        reported.delete_object(Bucket="reports", Key="inv/data/all/data/2026-11-20T01-00Z.csv.gz")
    problems = [e for e in entries("s3://data", inventory=address) if isinstance(e, Problem)]
    assert problems[-1].code == "list-failed"
    assert said in problems[-1].detail


def test_names_of_sources_tell_targets_apart() -> None:
    """The inventory keeps sources by name."""
    names = {S3Source.from_target(t).name for t in ("s3://", "s3://data", "s3://data/x", "s3://data/y")}
    assert len(names) == 4
