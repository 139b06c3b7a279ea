"""Tar in its dialects, links, sparse files, and archives that end too early."""

import io
import tarfile

import pytest

from piiscan.readers.tar import TarReader


def make_tar(members, fmt=tarfile.PAX_FORMAT, encoding="utf-8"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=fmt, encoding=encoding) as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_700_000_000
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.parametrize("fmt", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp"])
def test_japanese_names_of_every_format_and_encoding_are_read(read, fmt, encoding):
    name = "顧客リスト/会員名簿一覧表.csv"
    out = read(TarReader, make_tar({name: b"x" * 1000}, fmt, encoding))
    assert out.members == {name: b"x" * 1000}
    assert out.embedded[0].modified.timestamp() == 1_700_000_000
    assert not out.codes


@pytest.mark.parametrize("fmt", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_names_are_whole_and_belong_to_their_own_member_only(read, fmt):
    long = "長い名前" * 40 + ".txt"
    assert list(read(TarReader, make_tar({long: b"1", "b.txt": b"2"}, fmt)).members) == [long, "b.txt"]


def test_old_tar_without_magic_is_read(read):
    data = bytearray(make_tar({"old.txt": b"x"}, tarfile.USTAR_FORMAT))
    data[257:265] = bytes(8)
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert read(TarReader, bytes(data)).members == {"old.txt": b"x"}


def test_links_and_devices_are_counted_not_followed(read):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (
            ("s", tarfile.SYMTYPE),
            ("h", tarfile.LNKTYPE),
            ("d", tarfile.CHRTYPE),
            ("dir", tarfile.DIRTYPE),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    got = read(TarReader, out.getvalue())
    assert not got.members
    assert sorted((p.code, p.count) for p in got.problems) == [("external-reference", 2), ("special-file", 1)]


def test_a_cut_archive_says_so_and_keeps_what_was_there(read):
    data = make_tar({"a.txt": b"a" * 600, "b.txt": b"b" * 50_000}, tarfile.USTAR_FORMAT)
    out = read(TarReader, data[:20_000])
    assert out.members["a.txt"] == b"a" * 600
    assert 0 < len(out.members["b.txt"]) < 50_000
    assert out.raised == "truncated"
    assert ("truncated", "b.txt") in {(p.code, p.locator.get("part")) for p in out.problems}


def test_a_damaged_header_in_the_middle_is_not_taken_for_the_end(read):
    data = bytearray(make_tar({"a.txt": b"a", "b.txt": b"b"}, tarfile.USTAR_FORMAT))
    data[1024:1040] = b"\xff" * 16
    out = read(TarReader, bytes(data))
    assert out.members == {"a.txt": b"a"}
    assert out.raised == "damaged"


def test_a_header_that_claims_gigabytes_is_refused_without_reading_them(read):
    data = bytearray(make_tar({"長" * 80: b"a"}, tarfile.GNU_FORMAT))
    data[124:136] = b"77777777777\0"
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    assert read(TarReader, bytes(data)).raised == "damaged"


def test_holes_of_sparse_files_are_filled(read):
    pax = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "穴.txt", "GNU.sparse.realsize": "3000"}
    stored = b"1\n2000\n5\n".ljust(512, b"\0") + b"hello"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("GNUSparseFile.0/x")
        info.size, info.pax_headers = len(stored), pax
        archive.addfile(info, io.BytesIO(stored))
    assert read(TarReader, out.getvalue()).members == {"穴.txt": bytes(2000) + b"hello" + bytes(995)}


def test_a_member_nobody_reads_does_not_disturb_the_next(read):
    out = read(TarReader, make_tar({"a": b"a" * 100_000, "b": b"b"}), read_members=False)
    assert list(out.members) == ["a", "b"]
    assert not out.codes
