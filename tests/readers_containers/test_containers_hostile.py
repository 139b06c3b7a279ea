"""Whatever the bytes are, a reader ends with what it could read and with problems, never with another exception."""

import bz2
import gzip
import importlib.util
import io
import lzma
import random
import sqlite3
import tarfile
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piiscan.limits import Limits
from piiscan.readers._mime import Parser, base64, header_text, quoted_printable, uudecode, value_and_parameters
from piiscan.readers._smime import signed_content
from piiscan.readers._unpack import Names
from piiscan.readers.compressed import CompressedReader
from piiscan.readers.mail import MailReader
from piiscan.readers.mbox import MboxReader
from piiscan.readers.sevenzip import SevenZipReader
from piiscan.readers.sqlite_ import SqliteReader
from piiscan.readers.tar import TarReader
from piiscan.readers.zip_ import ZipReader

_spec = importlib.util.spec_from_file_location("sevenzip_writer_h", Path(__file__).with_name("sevenzip_writer.py"))
writer = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(writer)

TEXT = "氏名,電話\n山田太郎,090-1234-5678\n".encode() * 40
SMALL = Limits(archive_bytes=20_000_000, member_bytes=5_000_000, item_seconds=20)


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("名簿.csv", TEXT)
        archive.writestr("b.txt", TEXT, zipfile.ZIP_LZMA)
        archive.writestr("c.txt", TEXT, zipfile.ZIP_BZIP2)
    return out.getvalue()


def _tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in ("名簿.csv", "長" * 80):
            info = tarfile.TarInfo(name)
            info.size = len(TEXT)
            archive.addfile(info, io.BytesIO(TEXT))
    return out.getvalue()


def _sqlite(tmp):
    with closing(sqlite3.connect(tmp / "seed.db")) as database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, b BLOB)")
        database.executemany("INSERT INTO t VALUES (?,?,?)", ((i, "山田", b"%PDF-1.4") for i in range(300)))
        database.execute("CREATE VIEW v AS SELECT name FROM t")
        database.commit()
    return (tmp / "seed.db").read_bytes()


MAIL = (
    b'From: =?iso-2022-jp?B?GyRCOzNFRBsoQg==?= <a@example.jp>\r\nContent-Type: multipart/mixed; boundary="bb"\r\n\r\n--bb\r\n'
    b"Content-Type: text/plain; charset=iso-2022-jp; format=flowed\r\n\r\n\x1b$B;3ED\x1b(B \r\nbegin 644 a\n#0V%T\n`\nend\n--bb\r\n"
    b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nMAsGCSqGSIb3DQEHAg==\r\n--bb--\r\n"
)  # fmt: skip
SEEDS = {
    "zip": (ZipReader, lambda _: _zip()),
    "tar": (TarReader, lambda _: _tar()),
    "gz": (CompressedReader, lambda _: gzip.compress(TEXT)),
    "bz2": (CompressedReader, lambda _: bz2.compress(TEXT)),
    "xz": (CompressedReader, lambda _: lzma.compress(TEXT)),
    "7z": (
        SevenZipReader,
        lambda _: writer.make_7z([(("lzma", "x86"), {"a": TEXT, "b": TEXT}), (("bzip2",), {"c": b"c"})], empty=["e"]),
    ),
    "7z packed": (SevenZipReader, lambda _: writer.make_7z([(("deflate",), {"a": TEXT})], header_chain=("lzma",))),
    "mail": (MailReader, lambda _: MAIL),
    "mbox": (MboxReader, lambda _: (b"From a Mon Jun 1 10:00:00 2026\n" + MAIL + b"\n") * 3),
    "sqlite": (SqliteReader, _sqlite),
}


def mutated(seed, rng):
    data = bytearray(seed)
    kind = rng.randrange(4)
    if kind == 0:
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[rng.randrange(len(data)) :]
    elif kind == 2:
        at = rng.randrange(len(data))
        data[at : at + rng.randint(1, 64)] = rng.randbytes(rng.randint(0, 64))
    else:
        at = rng.randrange(len(data))
        data[at : at + 8] = rng.choice([b"\xff" * 8, b"\0" * 8, b"\x7f" + b"\xff" * 7, b"\x80" + b"\0" * 7])
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_damaged_samples_end_in_problems_only(read, tmp_path, name):
    reader, seed = SEEDS[name]
    data, rng = seed(tmp_path), random.Random(name)
    for _ in range(60 if name == "sqlite" else 250):
        read(reader, mutated(data, rng), name="a", limits=SMALL)


def test_headers_of_7z_that_pass_their_checksum_but_lie_end_in_problems_only(read):
    data, rng = (
        writer.make_7z([(("lzma2",), {"a": TEXT, "b": b""}), (("copy",), {"c": b"c"})], directories=["d"]),
        random.Random(9),
    )
    at = 32 + int.from_bytes(data[12:20], "little")
    for _ in range(1500):
        read(SevenZipReader, writer.wrap(data[32:at], mutated(data[at:], rng)), limits=SMALL)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_any_bytes_can_be_taken_for_a_mail(read, data):
    assert read(MailReader, data).raised is None


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=200))
def test_the_pieces_of_mime_take_any_bytes(data):
    header_text(data)
    header_text(b"=?utf-8?B?" + data + b"?=")
    value_and_parameters(b"a/b; x*0*=" + data + b"; y=" + data)
    base64(data)
    quoted_printable(data)
    uudecode(data)
    Parser().parse(b"Content-Type: multipart/mixed; boundary=" + data + b"\n\n--" + data)


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=100))
def test_any_bytes_can_be_taken_for_an_smime_envelope(data):
    from piiscan.errors import ReadError

    for start in (b"", b"0\x80\x06\t*\x86H\x86\xf7\r\x01\x07\x02\xa0\x80"):
        with pytest.raises(ReadError):
            signed_content(start + data)


@given(
    names=st.lists(
        st.text(max_size=8) | st.sampled_from(["a.txt", "../x", "/", "a/../b", "C:/x", "~2", "a~2.txt"]), max_size=30
    )
)
def test_labels_are_unique_relative_and_printable(names):
    made = Names()
    labels = [made.label(n) for n in names]
    assert len(set(labels)) == len(labels)
    for label in labels:
        assert label
        assert not label.startswith("/")
        assert not {"..", "", "."} & set(label.split("/"))
        label.encode("utf-8")
