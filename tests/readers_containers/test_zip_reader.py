"""Zip archives as Windows, macOS, archivers of all ages and attackers make them."""

import io
import struct
import zipfile
import zlib

import pytest

from piiscan.limits import Limits
from piiscan.readers._zip_crypt import _Traditional
from piiscan.readers.zip_ import ZipReader


def make_zip(members, method=zipfile.ZIP_DEFLATED, **options):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method, **options) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def raw_zip(entries):
    """Entries of (raw name, flags, method, packed bytes, plain bytes, extra), with a directory."""
    body, directory = b"", b""
    for name, flags, method, packed, plain, extra in entries:
        fields = struct.pack(
            "<5H3L2H", 20, flags, method, 0, 0x5A21, zlib.crc32(plain), len(packed), len(plain), len(name), len(extra)
        )
        directory += b"PK\x01\x02\x14\x00" + fields + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name + extra
        body += b"PK\x03\x04" + fields + name + extra + packed
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + end


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_every_method_of_the_standard_library_come_out(read, method):
    out = read(ZipReader, make_zip({"顧客/名簿.csv": "氏名\n山田太郎\n" * 5000, "空.txt": ""}, method))
    assert out.members == {"顧客/名簿.csv": ("氏名\n山田太郎\n" * 5000).encode(), "空.txt": b""}
    assert not out.codes


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("会員名簿①.csv".encode("cp932"), "会員名簿①.csv"),
        ("会員名簿.csv".encode(), "会員名簿.csv"),
        ("会員名簿.csv".encode("euc_jp"), "会員名簿.csv"),
        ("ソ表.txt".encode("cp932"), "ソ表.txt"),
    ],
)
def test_names_without_the_utf8_flag_are_read_as_japanese_archivers_wrote_them(read, raw, expected):
    assert list(read(ZipReader, raw_zip([(raw, 0, 0, b"x", b"x", b"")])).members) == [expected]


def test_the_unicode_path_field_wins_over_a_garbled_name_but_only_if_it_belongs_to_it(read):
    good = struct.pack("<HHBL", 0x7075, 5 + 6, 1, zlib.crc32(b"??.txt")) + "名.t".encode() + b"x"
    stale = struct.pack("<HHBL", 0x7075, 5 + 3, 1, 1) + "名".encode()
    out = read(ZipReader, raw_zip([(b"??.txt", 0, 0, b"a", b"a", good), (b"old.txt", 0, 0, b"b", b"b", stale)]))
    assert list(out.members) == ["名.tx", "old.txt"]


def test_hostile_names_become_harmless_unique_labels(read):
    names = [b"../../etc/passwd", b"/abs.txt", b"C:\\x\\y.txt", b"a\x00b.txt", b"same.txt", b"same.txt", b"..", b"\x01"]
    out = read(ZipReader, raw_zip([(n, 0, 0, b"x", b"x", b"") for n in names]))
    assert len(out.members) == len(names)
    assert "same~2.txt" in out.members
    assert not any(p.startswith("/") or ".." in p.split("/") or "\0" in p for p in out.members)


def test_directories_are_no_members(read):
    assert not read(ZipReader, make_zip({"空の箱/": b""})).members


def traditional(plain, password, check):
    cipher = _Traditional(password)
    out = bytearray()
    for byte in bytes(11) + bytes([check]) + plain:
        k = cipher._keys[2] | 2
        out.append(byte ^ ((k * (k ^ 1)) >> 8 & 0xFF))
        from piiscan.readers._zip_crypt import _mixed

        cipher._keys = _mixed(*cipher._keys, byte)
    return bytes(out)


def encrypted_zip(password):
    plain = "番号 090-1234-5678".encode()
    packed = traditional(plain, password, zlib.crc32(plain) >> 24)
    return plain, raw_zip([(b"secret.txt", 1, 0, packed, plain, b""), (b"open.txt", 0, 0, b"o", b"o", b"")])


def test_encrypted_members_are_listed_and_counted_and_the_others_read(read):
    _, data = encrypted_zip(b"pass")
    out = read(ZipReader, data)
    assert out.members == {"secret.txt": "encrypted", "open.txt": b"o"}
    assert [(p.code, p.count) for p in out.problems] == [("encrypted", 1)]


def test_a_configured_password_opens_a_member_also_when_it_was_typed_on_japanese_windows(read):
    plain, data = encrypted_zip("合言葉".encode("cp932"))
    out = read(ZipReader, data, passwords=("wrong", "合言葉"))
    assert out.members["secret.txt"] == plain
    assert not out.codes


def test_encryption_follows_the_standard_so_that_the_standard_library_opens_the_sample():
    plain, data = encrypted_zip(b"pass")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("secret.txt", pwd=b"pass") == plain


@pytest.mark.parametrize("method", [1, 6, 9, 98, 93, 4242])
def test_a_method_nobody_reads_is_said_of_that_member_only(read, method):
    out = read(ZipReader, raw_zip([(b"a", 0, method, b"??", b"??", b""), (b"b", 0, 0, b"b", b"b", b"")]))
    assert out.members == {"a": "unsupported-format", "b": b"b"}
    assert out.codes == {"unsupported-format"}


def test_an_archive_behind_other_bytes_is_read(read):
    assert read(ZipReader, b"MZ" + b"\x90" * 5000 + make_zip({"a.txt": "x"})).members == {"a.txt": b"x"}


def test_sizes_behind_the_data_and_wide_sizes_are_read(read):
    class Unseekable(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

        def tell(self):
            raise io.UnsupportedOperation

    out = Unseekable()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("streamed.txt", "x" * 1000)
        with archive.open("wide.txt", "w", force_zip64=True) as member:
            member.write(b"y" * 1000)
    got = read(ZipReader, out.getvalue())
    assert got.members == {"streamed.txt": b"x" * 1000, "wide.txt": b"y" * 1000}
    cut = read(ZipReader, out.getvalue()[:-60])  # no directory: the sizes are known to nobody
    assert cut.members == got.members
    assert cut.codes == {"truncated"}


def test_without_its_directory_the_members_are_found_by_their_own_headers(read):
    data = make_zip({f"{i}.txt": f"body {i} " * 100 for i in range(5)})
    out = read(ZipReader, data[: data.index(b"PK\x01\x02") - 10])
    assert [out.members[f"{i}.txt"] for i in range(4)] == [(f"body {i} " * 100).encode() for i in range(4)]
    assert "truncated" in out.codes


def test_what_came_out_before_the_damage_is_kept_and_the_damage_told(read):
    import random

    words = random.Random(1).randbytes(200_000).hex().encode()
    data = bytearray(make_zip({"a.txt": words, "b.txt": "fine"}))
    data[100_000:100_010] = bytes(10)
    out = read(ZipReader, bytes(data))
    got = out.members["a.txt"]
    assert len(got) > 50_000
    assert words.startswith(got[:50_000])
    assert [(p.code, p.locator.get("part")) for p in out.problems] == [("damaged", "a.txt")]
    assert out.members["b.txt"] == b"fine"


def test_no_zip_at_all_is_damaged_or_truncated(read):
    assert read(ZipReader, b"PK\x03\x04 nothing of the kind").raised == "truncated"


def test_a_bomb_stops_at_the_ratio_and_the_other_members_are_read(read):
    out = read(ZipReader, make_zip({"bomb": bytes(50_000_000), "list.txt": "山田"}), limits=Limits(archive_ratio=100))
    assert out.members == {"bomb": "limit-ratio", "list.txt": "山田".encode()}


def test_entries_inside_each_other_are_refused(read):
    data = bytearray(make_zip({"a": b"A" * 3000, "b": b"B"}, zipfile.ZIP_STORED))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<L", 20)  # the second entry's data begin inside the first
    out = read(ZipReader, bytes(data))
    assert out.members["b"] == "limit-ratio"
    assert out.members["a"] == b"A" * 3000


def test_all_bytes_of_all_members_count_together(read):
    out = read(ZipReader, make_zip({str(i): bytes(1000) for i in range(10)}), limits=Limits(archive_bytes=4500))
    assert list(out.members.values())[:4] == [bytes(1000)] * 4
    assert out.members["4"] == "limit-bytes"


def test_one_member_over_its_limit_is_too_large_and_the_rest_is_read(read):
    out = read(ZipReader, make_zip({"big": bytes(300_000), "small": b"s"}), limits=Limits(member_bytes=200_000))
    assert out.members == {"big": "too-large", "small": b"s"}


def test_more_members_than_allowed_stop_the_listing(read):
    out = read(ZipReader, make_zip({str(i): b"" for i in range(50)}), limits=Limits(archive_members=10))
    assert len(out.members) == 10
    assert out.raised == "limit-members"


def test_members_nobody_reads_are_not_unpacked(read):
    out = read(ZipReader, make_zip({"big": bytes(50_000_000)}), limits=Limits(archive_bytes=1), read_members=False)
    assert not out.codes
