"""Reading: whole or in ranges, from a real server, without fetching more than is needed, and noticing when the object changes."""

import gzip
import io
import random
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from piiscan.errors import SourceError
from piiscan.model import Item
from piiscan_s3 import S3Source

rclone, fault_proxy = sys.modules["piiscan_test_rclone"], sys.modules["piiscan_test_fault_proxy"]

pytestmark = pytest.mark.server


def source_of(url: str, bucket: str, **options: Any) -> S3Source:
    return S3Source.from_target(
        f"s3://{bucket}", options={"endpoint_url": url, "addressing": "path", "rights": False} | options
    )


def only(source: S3Source) -> Item:
    return next(entry for entry in source.items() if isinstance(entry, Item))


def noise(size: int) -> bytes:
    return random.Random(5).randbytes(size)


def test_a_large_object_reads_like_a_file(proxy: Any, bucket: Any) -> None:
    """Reads and jumps of every kind give the bytes a local file would, and reading on from the start fetches nothing twice."""
    data = noise(20_000_000)
    bucket("large", {"x.bin": data})
    source = source_of(proxy.url, "large")
    item = only(source)
    proxy.seen.clear()
    with source.content(item).open() as stream:
        assert stream.read() == data
    assert proxy.sent <= len(data)
    assert len(proxy.seen) < 12
    here, there = io.BytesIO(data), source.content(item).open()
    moves = random.Random(1)
    for _ in range(60):
        place, size = moves.randrange(len(data) + 10), moves.randrange(70_000)
        assert here.seek(place) == there.seek(place)
        assert here.read(size) == there.read(size)
    assert there.seek(-100, io.SEEK_END) == len(data) - 100
    assert there.read() == data[-100:]
    assert source.current_token(item) == item.change_token


def test_a_member_of_a_zip_is_read_without_the_rest(proxy: Any, bucket: Any) -> None:
    """The directory at the end and one member out of 30 MB: well under a tenth is fetched."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(30):
            archive.writestr(f"{n}.bin", noise(1_000_000))
    bucket("zips", {"a.zip": packed.getvalue()})
    source = source_of(proxy.url, "zips")
    item = only(source)
    proxy.seen.clear()
    with zipfile.ZipFile(source.content(item).open()) as archive:
        assert archive.read("17.bin") == noise(1_000_000)
    assert proxy.sent < 3_000_000


def test_a_column_of_parquet_is_read_without_the_rest(proxy: Any, bucket: Any) -> None:
    """Parquet keeps its directory at the end; a narrow column does not cost the wide one."""
    frame = pl.DataFrame({"wide": [noise(2000) + b"%d" % n for n in range(10_000)], "id": list(range(10_000))})
    packed = io.BytesIO()
    frame.write_parquet(packed, compression="uncompressed", row_group_size=5_000)
    bucket("parquet", {"a.parquet": packed.getvalue()})
    source = source_of(proxy.url, "parquet")
    item = only(source)
    proxy.seen.clear()
    stream = source.content(item).open()
    stream.seek(-8, io.SEEK_END)
    footer = int.from_bytes(stream.read(4), "little")
    stream.seek(-8 - footer, io.SEEK_END)
    assert len(stream.read(footer)) == footer
    assert proxy.sent < 1_000_000


@pytest.fixture
def unhashed(tmp_path: Path, server: Any) -> Iterator[tuple[Path, Any]]:
    """A server that does not read a whole object to make its etag, and a proxy in front of it."""
    assert server, "is there rclone at all"
    with rclone.serve_s3(tmp_path, "--etag-hash", "") as running, fault_proxy.proxy_to(running.port) as proxy:
        yield tmp_path, proxy


def test_five_gigabytes_cost_only_what_is_read(unhashed: tuple[Path, Any]) -> None:
    """A sparse object of 5 GB with a zip at its end: head and one member are had for a few hundred kilobytes, memory stays small."""
    folder, proxy = unhashed
    (folder / "huge").mkdir()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("会員.csv", "氏名\n山田太郎\n")
    size = 5 * 1024**3 + len(packed.getvalue())
    with (folder / "huge" / "huge.zip").open("wb") as file:
        file.seek(5 * 1024**3)
        file.write(packed.getvalue())
    source = source_of(proxy.url, "huge")
    item = only(source)
    assert item.size == size
    reader = source.content(item)
    assert reader.head() == bytes(65536)
    with zipfile.ZipFile(reader.open()) as archive:
        assert archive.read("会員.csv").decode() == "氏名\n山田太郎\n"
    assert proxy.sent < 2_000_000
    assert source.current_token(item) == item.change_token


def test_ranges_work_on_objects_with_a_checksum(server: Any, writer: Any) -> None:
    """Put with boto3's default checksum and read in ranges in one life of the server: the case that fails with boto3's default for reading."""
    writer.create_bucket(Bucket="sums")
    data = noise(9_000_000)
    writer.put_object(Bucket="sums", Key="x", Body=data)
    source = source_of(server.url, "sums")
    stream = source.content(only(source)).open()
    assert stream.read(1000) == data[:1000]
    stream.seek(8_000_000)
    assert stream.read(1000) == data[8_000_000:8_001_000]


def test_a_change_while_reading_is_noticed(proxy: Any, bucket: Any) -> None:
    """Ranges of two states of an object are never mixed, also on a server that ignores If-Match, and the token says it changed."""
    data = noise(12_000_000)
    folder = bucket("moving", {"x.bin": data})
    source = source_of(proxy.url, "moving")
    item = only(source)
    stream = source.content(item).open()
    assert stream.read(10) == data[:10]
    (folder / "x.bin").write_bytes(data[::-1])
    stream.seek(11_000_000)
    with pytest.raises(SourceError) as caught:
        stream.read(10)
    assert caught.value.code == "changed-while-reading"
    assert source.current_token(item) != item.change_token


def test_a_change_between_listing_and_reading_is_noticed(server: Any, bucket: Any) -> None:
    """What is read is the new content, and the token of what was read is not the listed one."""
    folder = bucket("replaced", {"x": b"before"})
    source = source_of(server.url, "replaced")
    item = only(source)
    (folder / "x").write_bytes(b"after!")
    assert source.content(item).open().read() == b"after!"
    assert source.current_token(item) not in {None, item.change_token}


def test_stored_compression_stays(server: Any, writer: Any) -> None:
    """An object stored with Content-Encoding gzip arrives as it is stored; readers unpack it under their limits."""
    writer.create_bucket(Bucket="packed")
    packed = gzip.compress(b"x" * 1000)
    writer.put_object(Bucket="packed", Key="x.csv", Body=packed, ContentEncoding="gzip")
    source = source_of(server.url, "packed")
    assert source.content(only(source)).open().read() == packed


def test_an_empty_object_whose_size_nobody_knew_is_empty(server: Any, bucket: Any) -> None:
    """An inventory report may leave sizes out."""
    bucket("nothing", {"x": b""})
    source = source_of(server.url, "nothing")
    assert source.content(Item(uri="s3://nothing/x", source="s", name="x")).open().read() == b""


def test_small_objects_are_fetched_ahead_and_bounded(proxy: Any, bucket: Any) -> None:
    """A batch is fetched by one request an object, several at a time, not more bytes than allowed; what nobody takes is forgotten."""
    bucket("ahead", {f"{n:02}": bytes([n]) * 1000 for n in range(40)})
    source = source_of(proxy.url, "ahead", concurrency=8, prefetch_bytes=30_500)
    batch = [entry for entry in source.items() if isinstance(entry, Item)]
    proxy.seen.clear()
    proxy.delay = 0.05
    source.prefetch(batch)
    assert [source.content(item).open().read() for item in batch] == [bytes([n]) * 1000 for n in range(40)]
    assert len(proxy.seen) == 40
    assert proxy.most_at_once == 8
    assert all(source.current_token(item) == item.change_token for item in batch[-1:])
    source.prefetch(batch[:3])
    source.prefetch([])
    assert source.content(batch[0]).open().read() == bytes(1000)
    source.close()
    assert source.content(batch[1]).open().read() == b"\x01" * 1000
