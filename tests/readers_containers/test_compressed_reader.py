"""Single compressed files: names, several streams, damage, trailing bytes, bombs."""

import bz2
import gzip
import lzma
import struct

import pytest

from piiscan.limits import Limits
from piiscan.readers.compressed import CompressedReader

TEXT = "氏名,電話\n山田太郎,090-1234-5678\n".encode() * 3000
SAMPLES = {
    "list.csv.gz": gzip.compress(TEXT),
    "list.csv.bz2": bz2.compress(TEXT),
    "list.csv.xz": lzma.compress(TEXT),
    "list.csv.lzma": lzma.compress(TEXT, format=lzma.FORMAT_ALONE),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_content_comes_out_under_the_name_without_the_ending(read, name):
    out = read(CompressedReader, SAMPLES[name], name=name)
    assert out.members == {"list.csv": TEXT}
    assert not out.codes


@pytest.mark.parametrize(
    ("name", "inner"), [("b.tgz", "b.tar"), ("b.TBZ2", "b.tar"), ("名簿.tar.gz", "名簿.tar"), ("x", "x")]
)
def test_short_endings_stand_for_tar(read, name, inner):
    assert list(read(CompressedReader, gzip.compress(b"x"), name=name).members) == [inner]


@pytest.mark.parametrize("raw", ["名簿.csv".encode("cp932"), "名簿.csv".encode()])
def test_the_name_in_the_gzip_header_is_read_as_japanese(read, raw):
    plain = gzip.compress(b"x", mtime=1_700_000_000)
    data = plain[:3] + b"\x08" + plain[4:10] + raw + b"\0" + plain[10:]
    out = read(CompressedReader, data, name="abc.gz")
    assert out.members == {"名簿.csv": b"x"}
    assert out.embedded[0].modified.timestamp() == 1_700_000_000


@pytest.mark.parametrize("name", ["list.csv.gz", "list.csv.bz2", "list.csv.xz"])
def test_streams_behind_each_other_are_one_content(read, name):
    out = read(CompressedReader, SAMPLES[name] * 3 + bytes(512), name=name)
    assert out.members == {"list.csv": TEXT * 3}
    assert not out.codes


@pytest.mark.parametrize("name", SAMPLES)
def test_a_cut_file_gives_what_it_has_and_says_that_it_is_cut(read, name):
    import random

    noise = random.Random(7).randbytes(1_000_000).hex().encode()
    pack = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}.get(
        name.rsplit(".", 1)[1], lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE)
    )
    packed = pack(noise)
    out = read(CompressedReader, packed[: len(packed) * 2 // 3], name=name)
    got = out.members["list.csv"]
    assert len(got) > 500_000
    assert noise.startswith(got)
    assert out.codes == {"truncated"}


@pytest.mark.parametrize("name", ["list.csv.gz", "list.csv.bz2", "list.csv.xz"])
def test_bytes_behind_the_end_are_told(read, name):
    out = read(CompressedReader, SAMPLES[name] + b"something else", name=name)
    assert out.members == {"list.csv": TEXT}
    assert out.codes == {"damaged"}


def test_a_wrong_checksum_is_told(read):
    data = SAMPLES["list.csv.gz"]
    out = read(CompressedReader, data[:-8] + struct.pack("<LL", 1, len(TEXT)))
    assert out.members == {"sample": TEXT}
    assert out.codes == {"damaged"}


def test_a_bomb_stops_at_the_ratio(read):
    out = read(CompressedReader, gzip.compress(bytes(30_000_000)), limits=Limits(archive_ratio=100))
    assert out.members == {"sample": "limit-ratio"}


def test_zstd_is_named_as_unsupported_where_python_has_none(read):
    try:
        import compression.zstd  # noqa: F401
    except ImportError:
        assert read(CompressedReader, b"\x28\xb5\x2f\xfd\0\0\0\0", name="a.zst").codes == {"unsupported-format"}


def lzw(data, most_bits=16):
    """Unix compress, written from its description: no clear codes, groups of eight codes."""
    table = {bytes([i]): i for i in range(256)}
    size, bits, out, group = 257, 9, bytearray(b"\x1f\x9d" + bytes([0x80 | most_bits])), []

    def flush(full):
        value = sum(code << i * bits for i, code in enumerate(group))
        length = bits if full else -(-len(group) * bits // 8)
        out.extend(value.to_bytes(bits, "little")[:length])
        group.clear()

    current, first = b"", True
    for byte in data:
        longer = current + bytes([byte])
        if longer in table:
            current = longer
            continue
        group.append(table[current])
        if len(group) == 8:
            flush(True)
        if size < 1 << most_bits:
            table[longer], size = size, size + 1
        # the reader's table is one entry behind the writer's
        if not first and size - 1 > (1 << bits) - 1 and bits < most_bits:
            if group:
                flush(True)
            bits += 1
        first, current = False, bytes([byte])
    group.append(table[current])
    flush(False)
    return bytes(out)


@pytest.mark.parametrize("most_bits", [9, 12, 16])
def test_unix_compress_is_read_through_all_code_widths(read, most_bits):
    import random

    data = bytes(random.Random(3).choices(b"abcdefgh\n", k=300_000))
    assert read(CompressedReader, lzw(data, most_bits), name="a.txt.Z").members == {"a.txt": data}


def test_an_endless_row_of_empty_streams_does_not_outlive_the_time_limit(read):
    out = read(CompressedReader, gzip.compress(b"") * 20_000, limits=Limits(item_seconds=0.01))
    assert out.codes == {"timeout"}


def test_the_dictionary_of_a_hostile_xz_is_not_allocated(read):
    header = b"\x5d\x00\x00" + b"\x00\xf0" + b"\xff" * 8 + bytes(50)
    assert read(CompressedReader, header, name="a.lzma").codes == {"limit-memory"}
