"""Other projects' samples: all of them end well, and what their authors say is inside comes out."""

import json

import pytest

from piiscan.readers.compressed import CompressedReader
from piiscan.readers.mail import MailReader
from piiscan.readers.mbox import MboxReader
from piiscan.readers.sevenzip import SevenZipReader
from piiscan.readers.sqlite_ import SqliteReader
from piiscan.readers.tar import TarReader
from piiscan.readers.zip_ import ZipReader

READERS = {
    ".zip": ZipReader, ".xps": ZipReader, ".vsdx": ZipReader, ".pages": ZipReader, ".epub": ZipReader, ".tar": TarReader,
    ".gz": CompressedReader, ".tgz": CompressedReader, ".bz2": CompressedReader, ".xz": CompressedReader, ".Z": CompressedReader,
    ".7z": SevenZipReader, ".eml": MailReader, ".mbox": MboxReader, ".db": SqliteReader,
}  # fmt: skip


@pytest.mark.parametrize("ending", READERS)
def test_every_sample_ends_without_an_exception(read, corpus, ending):
    for path in sorted(corpus.rglob(f"*{ending}")):
        read(READERS[ending], path)


def test_every_sample_given_to_every_wrong_reader_ends_without_an_exception(read, corpus):
    paths = sorted(p for p in corpus.rglob("*.fuzzed") if p.stat().st_size < 100_000)
    for path in paths:
        for reader in {*READERS.values()}:
            read(reader, path)


def _everything(read, reader, path):
    out = read(reader, path)
    texts = [t.text for t in out.texts]
    for name, data in out.members.items():
        inner = name.endswith((".eml", ".zip", ".gz", ".tar"))
        if isinstance(data, bytes):
            texts.append(data.decode("utf-8", "replace"))
            ending = "." + name.rsplit(".", 1)[-1]
            texts += _everything(read, READERS[ending], data) if inner else []
    return texts


@pytest.mark.parametrize("ending", [".eml", ".mbox", ".gz"])
def test_what_the_samples_authors_expect_comes_out(read, corpus, ending):
    entries = json.loads((corpus / "manifest.json").read_text())["files"]
    in_a_pdf = {"tika/test-incremental-updates.eml"}
    wanted = [e for e in entries if e["path"].endswith(ending) and e.get("expect") and e["path"] not in in_a_pdf]
    assert wanted
    for entry in wanted:
        text = " ".join("\n".join(_everything(read, READERS[ending], corpus / entry["path"])).split())
        for expected in entry["expect"]:
            assert " ".join(expected.split()) in text, entry["path"]


@pytest.mark.parametrize(
    ("path", "reader", "names"),
    [
        ("tika/testZipEntryNameCharsetShiftSJIS.zip", ZipReader, ["文章1.txt", "文章2.txt"]),
        ("libarchive/test_read_format_zip_filename_utf8_jp.zip", ZipReader, ["表だよ/一覧表.txt", "表だよ/漢字.txt"]),
        (
            "libarchive/test_read_format_ustar_filename_eucjp.tar.Z",
            CompressedReader,
            ["test_read_format_ustar_filename_eucjp.tar"],
        ),
    ],
)
def test_japanese_names_of_real_archives(read, corpus, path, reader, names):
    assert list(read(reader, corpus / path).members) == names


@pytest.mark.parametrize(
    ("path", "reader", "password"),
    [
        ("libarchive/test_read_format_zip_winzip_aes256.zip", ZipReader, "password"),
        ("libarchive/test_read_format_zip_winzip_aes256_large_xz.zip", ZipReader, "password"),
        ("libarchive/test_read_format_zip_traditional_encryption_data.zip", ZipReader, "12345678"),
        ("libarchive/test_read_format_7zip_encryption_header.7z", SevenZipReader, "12345678"),
        ("tika/full_encrypted.7z", SevenZipReader, "password"),
    ],
)
def test_real_encrypted_archives_open_with_their_password_and_only_with_it(read, corpus, path, reader, password):
    assert read(reader, corpus / path, passwords=("nope",)).codes == {"encrypted"}
    out = read(reader, corpus / path, passwords=("nope", password))
    assert not out.codes
    assert all(isinstance(data, bytes) and data for data in out.members.values())
