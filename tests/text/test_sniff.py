"""Media types: content decides, the name only breaks ties."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import random
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan import sniff as s
from piiscan.content import BytesContent
from piiscan.sniff import media_type_of, sniff

MAIL = (
    "Return-Path: <a@example.jp>\r\nReceived: from mx by mail; Mon, 1 Jan 2024 00:00:00 +0900\r\nFrom: a@example.jp\r\n"
    "To: b@example.jp\r\nSubject: =?ISO-2022-JP?B?GyRCO3NFRBsoQg==?=\r\n\r\nbody\r\n"
)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def tarred(format_: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format_) as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = 3
        archive.addfile(info, io.BytesIO(b"abc"))
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        ("ただの文章です。\n", "a.txt", s.PLAIN),
        ("氏名,電話\n山田,090\n", "名簿.csv", s.CSV),
        ("氏名,電話\n山田,090\n", "名簿.log", s.PLAIN),
        ("a\tb\n1\t2\n", "x.tsv", s.TSV),
        ("番号,氏名,電話,住所\n" + "1,山田,090,東京\n" * 6, "export.dat", s.CSV),
        ("番号\t氏名\n" + "1\t山田\n" * 6, "EXPORT", s.TSV),
        ('{"a": [1, 2]}', "x", s.JSON),
        ('[{"a": 1}]', "x.txt", s.JSON),
        ('{"a": 1}\n{"a": 2}\n', "x.log", s.NDJSON),
        ("[settings]\nname=x\n", "x.ini", s.PLAIN),
        ("[2024] 受付\n[2025] 受付\n", "x.txt", s.PLAIN),
        ('<?xml version="1.0"?><r/>', "x.dat", s.XML),
        ('<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><p>x</p></html>', "x", s.HTML),
        ("<!DOCTYPE html><html><p>x", "x.php", s.HTML),
        ("<div>会員<br>登録</div>", "part", s.HTML),
        ("<山田> こんにちは", "chat.txt", s.PLAIN),
        (MAIL, "mail", s.MAIL),
        ("From a@example.jp Mon Jan  1 00:00:00 2024\n" + MAIL, "inbox", s.MBOX),
        ("From: 山田\nTo: 佐藤\n本文です。会議の件\n", "memo.txt", s.PLAIN),
        ("件名: 連絡\n日付: 今日\n\n本文", "memo.txt", s.PLAIN),
        ("Name: x\nPhone: 03\nNote: y\n\nfree text", "card.txt", s.PLAIN),
        ("From the beginning, we said:\nall is well\n", "a.txt", s.PLAIN),
        ('<?xml version="1.0"?><office:document office:mimetype="application/vnd.oasis.opendocument.text"/>', "a.fodt",
         "application/vnd.oasis.opendocument.text-flat-xml"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "iso2022_jp"])
def test_kinds_of_text_are_told_in_every_encoding(data: str, name: str, expected: str, encoding: str) -> None:
    assert sniff(data.encode(encoding), name) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", s.EMPTY),
        (gzip.compress(b"x", mtime=0), s.GZIP),
        (bz2.compress(b"x"), s.BZIP2),
        (lzma.compress(b"x"), s.XZ),
        (lzma.compress(b"x", format=lzma.FORMAT_ALONE), s.LZMA),
        (tarred(tarfile.USTAR_FORMAT), s.TAR),
        (tarred(tarfile.GNU_FORMAT), s.TAR),
        (b"7z\xbc\xaf\x27\x1c\0\4", s.SEVEN_ZIP),
        (b"Rar!\x1a\x07\x01\0", s.RAR),
        (b"\x28\xb5\x2f\xfd\x04", s.ZSTD),
        (b"\x1f\x9d\x90", s.COMPRESS),
        (b"{\\rtf1\\ansi", s.RTF),
        (b"%PDF-1.4\n", s.PDF),
        (b"junk\r\n" * 20 + b"%PDF-1.4\n1 0 obj\n", s.PDF),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"),
        (b"\0\0\0\x18ftypisom\0\0\0\0", "video/mp4"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wav"),
        (bytes(range(256)) * 40, s.UNKNOWN),
        (gzip.compress(random.Random(1).randbytes(5000), mtime=0)[12:], s.UNKNOWN),
        (b"\0" * 5000, s.UNKNOWN),
    ],
)
def test_binary_families_are_told_whatever_the_name(data: bytes, expected: str) -> None:
    assert sniff(data, "x.txt") == expected


def test_a_text_that_mentions_pdf_is_text() -> None:
    assert sniff("PDF は %PDF-1.4 で始まります。\n".encode(), "a.txt") == s.PLAIN


def test_sqlite_is_told(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as connection:
        connection.execute("create table t (a)")
    connection.close()
    assert sniff((tmp_path / "a.db").read_bytes(), "a.csv") == s.SQLITE


def test_utf16_without_mark_is_text_and_not_binary() -> None:
    assert sniff("会員の住所と電話番号を登録しました。\r\n".encode("utf-16-le"), "a") == s.PLAIN


def test_zengin_records_are_told_with_and_without_line_ends() -> None:
    header = b"1210" + b"1234567890" + b" " * 106
    data = b"2" + b"0001" + b" " * 115
    for end in (b"", b"\r\n"):
        assert sniff(end.join([header, data, data]) + end, "a.txt") == s.ZENGIN
    assert sniff(header + b"\r\nordinary text\r\n", "a.txt") == s.PLAIN


def test_truncated_json_of_more_than_the_head_is_json() -> None:
    data = json.dumps([{"a": "山田" * 20, "n": n} for n in range(2000)]).encode()
    assert sniff(data[:65536], "export") == s.JSON


@pytest.mark.parametrize(("main", "expected"), [(k, v) for k, v in s.OOXML_TYPES.items() if "visio" not in k])
def test_ooxml_is_told_by_its_main_part(main: str, expected: str) -> None:
    types = f'<Types><Override PartName="/x" ContentType="{main}+xml"/></Types>'
    data = zipped(**{"docProps/app.xml": "x" * 100_000, "[Content_Types].xml": types})
    assert media_type_of(BytesContent(data, "a.zip")) == expected


def test_other_packages_are_told() -> None:
    assert media_type_of(BytesContent(zipped(mimetype=s.ODS))) == s.ODS
    assert media_type_of(BytesContent(zipped(mimetype=s.EPUB))) == s.EPUB
    assert media_type_of(BytesContent(zipped(**{"META-INF/MANIFEST.MF": "x"}))) == s.JAR
    assert media_type_of(BytesContent(zipped(a="x"), "a.docx")) == s.ZIP


def test_damaged_containers_keep_the_coarse_type() -> None:
    whole = zipped(mimetype=s.ODT, **{"content.xml": "x" * 1000})
    assert media_type_of(BytesContent(whole[:-40])) == s.ODT
    assert media_type_of(BytesContent(zipped(a="x")[:20])) == s.ZIP
    assert media_type_of(BytesContent(OLE + b"\0" * 100)) == s.OLE
    assert media_type_of(BytesContent(OLE + b"\0" * 504 + "WordDocument".encode("utf-16-le") + b"\0" * 600)) == s.DOC


@given(st.binary(max_size=200), st.text(max_size=10))
def test_sniffing_never_fails(data: bytes, name: str) -> None:
    assert "/" in media_type_of(BytesContent(data, name))


@given(st.sampled_from([b"PK\x03\x04", OLE, b"%PDF-", b"{", b"<", b"From ", b"\xff\xfe"]), st.binary(max_size=200))
def test_sniffing_never_fails_after_a_true_start(start: bytes, rest: bytes) -> None:
    assert "/" in media_type_of(BytesContent(start + rest))
