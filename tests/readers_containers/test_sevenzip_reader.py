"""7z: every coder the standard library has, chains of them, solid folders, names, and headers that lie."""

import importlib.util
import struct
import zlib
from pathlib import Path

import pytest

from piiscan.limits import Limits
from piiscan.readers.sevenzip import SevenZipReader

_spec = importlib.util.spec_from_file_location("sevenzip_writer", Path(__file__).with_name("sevenzip_writer.py"))
writer = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(writer)

CODE = bytes(range(256)) * 40 + b"\xe8\x10\x20\x30\x00" * 500 + "氏名 山田太郎\n".encode() * 900
CHAINS = [
    ("copy",), ("lzma",), ("lzma2",), ("bzip2",), ("deflate",), ("delta",), ("x86",),
    ("lzma", "x86"), ("lzma2", "x86"), ("lzma", "arm"), ("deflate", "delta"), ("bzip2", "x86"), ("lzma2", "delta", "x86"),
]  # fmt: skip


@pytest.mark.parametrize("chain", CHAINS, ids="+".join)
def test_every_chain_of_coders_gives_back_the_bytes_to_the_last_one(read, chain):
    out = read(SevenZipReader, writer.make_7z([(chain, {"a.bin": CODE, "b.txt": b"tail \xe8\x01\x02"})]))
    assert out.members == {"a.bin": CODE, "b.txt": b"tail \xe8\x01\x02"}
    assert not out.codes


@pytest.mark.parametrize("header", [None, ("lzma",), ("lzma2",), ("copy",)])
def test_names_times_empty_files_and_directories_from_plain_and_packed_headers(read, header):
    data = writer.make_7z(
        [(("lzma2",), {"顧客/名簿①髙.csv": b"x"})], empty=["空.txt"], directories=["箱"], header_chain=header
    )
    out = read(SevenZipReader, data)
    assert out.members == {"顧客/名簿①髙.csv": b"x", "空.txt": b""}
    assert {e.modified.timestamp() for e in out.embedded} == {1_700_000_000}


def test_a_solid_folder_stays_in_step_when_members_are_not_or_only_partly_read(read):
    members = {f"{i}.txt": f"{i}".encode() * 70_000 for i in range(5)}
    data = writer.make_7z([(("lzma2",), members)])
    assert list(read(SevenZipReader, data, read_members=False).members) == list(members)
    from piiscan.content import BytesContent
    from piiscan.limits import Budget
    from piiscan.model import Embedded, Item
    from piiscan.protocols import ReadContext

    context = ReadContext(item=Item(uri="u", source="s", name="n"), budget=Budget(Limits()))
    heads = [
        r.content.head() if i % 2 else b""
        for i, r in enumerate(SevenZipReader().read(BytesContent(data), context))
        if isinstance(r, Embedded)
    ]
    assert heads == [b"", members["1.txt"][:65536], b"", members["3.txt"][:65536], b""]


def test_unread_coders_fail_their_own_members_only(read):
    data = writer.make_7z(
        [(("ppmd",), {"p1": b"x", "p2": b"y"}), (("lzma",), {"ok": b"fine"}), (("aes",), {"secret": b"z" * 16})]
    )
    out = read(SevenZipReader, data)
    assert out.members == {"p1": "unsupported-format", "p2": "unsupported-format", "ok": b"fine", "secret": "encrypted"}
    assert sorted((p.code, p.count) for p in out.problems) == [("encrypted", 1), ("unsupported-format", 2)]


def test_an_encrypted_header_hides_even_the_names(read):
    assert read(SevenZipReader, writer.make_7z([(("copy",), {"a": b"x"})], header_chain=("aes",))).raised == "encrypted"


def test_a_wrong_checksum_is_told_of_its_member(read):
    out = read(SevenZipReader, writer.make_7z([(("lzma",), {"a": b"x" * 100})], crc_error=True))
    assert out.members == {"a": b"x" * 100}
    assert [(p.code, p.locator.get("part")) for p in out.problems] == [("damaged", "a")]


def test_damage_inside_a_solid_folder_is_told_and_what_stands_well_before_it_is_kept(read):
    import random

    noise = random.Random(5)
    members = {f"{i}": noise.randbytes(50_000).hex().encode() for i in range(4)}
    data = bytearray(writer.make_7z([(("lzma2",), members)]))
    data[200_000:200_100] = bytes(100)
    out = read(SevenZipReader, bytes(data))
    assert [out.members[n] for n in "01"] == [members[n] for n in "01"]
    told = {p.locator.get("part") for p in out.problems} | {n for n, v in out.members.items() if v == "damaged"}
    assert "3" in told
    assert out.codes == {"damaged"}


def test_a_bomb_stops_at_the_ratio(read):
    out = read(
        SevenZipReader,
        writer.make_7z([(("lzma2",), {"bomb": bytes(40_000_000), "b": b"b"})]),
        limits=Limits(archive_ratio=100),
    )
    assert out.members == {"bomb": "limit-ratio", "b": "limit-ratio"}


def test_a_member_over_its_limit_is_passed_over(read):
    data = writer.make_7z([(("lzma2",), {"big": bytes(300_000), "small": b"s"})])
    assert read(SevenZipReader, data, limits=Limits(member_bytes=1000)).members == {"big": "too-large", "small": b"s"}


def test_an_archive_of_nothing_is_empty(read):
    start = struct.pack("<QQL", 0, 0, 0)
    out = read(SevenZipReader, writer.MAGIC + b"\0\4" + struct.pack("<L", zlib.crc32(start)) + start)
    assert not out.members
    assert not out.codes


@pytest.mark.parametrize("cut", [5, 31, 100, -1])
def test_a_cut_archive_is_truncated_or_damaged(read, cut):
    data = writer.make_7z([(("lzma2",), {"a": CODE})])
    assert read(SevenZipReader, data[:cut]).raised in {"truncated", "damaged"}


@pytest.mark.parametrize(
    "header",
    [
        b"\x01\x05" + writer.number(1 << 40) + b"\x00\x00",
        b"\x01\x04\x06\x00" + writer.number(1 << 50) + b"\x09",
        b"\x01\x04\x07\x0b" + writer.number(1 << 30) + b"\x00",
        b"\x01\x04\x07\x0b\x01\x00" + b"\x02\x00\x00" + writer.number(99) + writer.number(99),
        b"\x01\x05\x01\x11" + writer.number(1 << 60),
        b"\x17" * 50,
        b"\x01" + b"\x02" * 50,
        b"",
    ],
)
def test_headers_that_claim_too_much_are_damage_and_cost_nothing(read, header):
    assert read(SevenZipReader, writer.wrap(b"", header or b"\x00")).raised == "damaged"
