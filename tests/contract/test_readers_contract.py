"""Every built-in reader keeps the contract of readers: the conformance kit, with a sample made here."""

from __future__ import annotations

import gzip
import io
import json
import struct
from pathlib import Path

import polars as pl
import pytest

from piiscan.demo import _book, _legacy, _office, _pack, _pdf
from piiscan.model import Problem
from piiscan.plugins import load_plugins
from piiscan.protocols import Reader
from piiscan.readers import _convert
from piiscan.readers.compressed import CompressedReader
from piiscan.readers.delimited import DelimitedReader
from piiscan.readers.docx import DocxReader
from piiscan.readers.encrypted_office import EncryptedOfficeReader
from piiscan.readers.html import HtmlReader
from piiscan.readers.jsonlike import JsonLinesReader, JsonReader
from piiscan.readers.legacy import LegacyReader
from piiscan.readers.mail import MailReader
from piiscan.readers.markup_xml import XmlReader
from piiscan.readers.mbox import MboxReader
from piiscan.readers.odf import OdfReader
from piiscan.readers.parquet import ParquetReader
from piiscan.readers.pdf import PdfReader
from piiscan.readers.plain import PlainReader
from piiscan.readers.pptx import PptxReader
from piiscan.readers.rtf import RtfReader
from piiscan.readers.sevenzip import SevenZipReader
from piiscan.readers.sqlite_ import SqliteReader
from piiscan.readers.tar import TarReader
from piiscan.readers.xls import XlsReader
from piiscan.readers.xlsb import XlsbReader
from piiscan.readers.xlsx import XlsxReader
from piiscan.readers.zengin import ZenginReader
from piiscan.readers.zip_ import ZipReader
from piiscan.testing import ReaderSuite

NAME, PHONE, KANA = "髙橋　花子", "090-1234-5678", "ﾀｶﾊｼ ﾊﾅｺ"
LINES = [f"氏名：{NAME}", f"電話：{PHONE}"]
ROWS = [["氏名", "電話"], *[[NAME, PHONE]] * 5]
PLAIN = "\r\n".join(LINES * 20)


class Contract(ReaderSuite):
    """A suite whose class attributes say everything: the reader, and a function for the sample."""

    kind: type[Reader]
    expected = (NAME, PHONE)
    shortest: int = 8
    """Fewer bytes hold nothing that a person could read."""

    @pytest.fixture
    def reader(self) -> Reader:
        return self.kind()

    @pytest.fixture
    def sample(self) -> bytes:
        return self.make()

    def make(self) -> bytes:
        raise NotImplementedError

    def test_a_cut_file_never_passes_as_read_and_empty(self, reader: Reader, sample: bytes) -> None:
        """Whatever is cut off: something comes out, or a problem says that nothing could."""
        for share in (0.04, 0.1, 0.3, 0.5, 0.7, 0.9):
            cut = max(self.shortest, int(len(sample) * share))
            readings = self.read(reader, sample[:cut])
            told = [reading for reading in readings if isinstance(reading, Problem)]
            assert told or self.text(readings).strip(), f"silent when {share:.0%} of it is left"


class TestPlain(Contract):
    kind, name, media_type = PlainReader, "a.log", "text/plain"

    def make(self) -> bytes:
        return PLAIN.encode("cp932")


class TestDelimited(Contract):
    kind, name, media_type = DelimitedReader, "a.csv", "text/csv"

    def make(self) -> bytes:
        return _pack.csv_text(ROWS * 5).encode("cp932")


class TestZengin(Contract):
    kind, name, media_type, expected = ZenginReader, "a.txt", "application/x-zengin", (KANA, "1234567")

    def make(self) -> bytes:
        head = "1210" + "1234567890" + "ﾎｼｿﾞﾗ".ljust(40) + "06010001".ljust(23) + "001".ljust(18) + "11234567"
        entry = "20001" + " " * 15 + "001" + " " * 15 + "    " + "1" + "1234567" + KANA.ljust(30) + "0000005000" + "0"
        records = [head, entry, "8" + "000001" + "000000005000", "9"]
        return b"\r\n".join(record.encode("cp932").ljust(120) for record in records)


class TestJson(Contract):
    kind, name, media_type = JsonReader, "a.json", "application/json"

    def make(self) -> bytes:
        return json.dumps({"会員": [{"氏名": NAME, "電話": PHONE}] * 5, "件数": 5}, ensure_ascii=False).encode()


class TestJsonLines(Contract):
    kind, name, media_type = JsonLinesReader, "a.jsonl", "application/x-ndjson"

    def make(self) -> bytes:
        return (json.dumps({"氏名": NAME, "電話": PHONE}, ensure_ascii=False) + "\n").encode() * 5


class TestXml(Contract):
    kind, name, media_type = XmlReader, "a.xml", "text/xml"

    def make(self) -> bytes:
        member = f"<会員><氏名>{NAME}</氏名><電話 番号='{PHONE}'/></会員>"
        return f'<?xml version="1.0" encoding="UTF-8"?><一覧>{member * 5}</一覧>'.encode()


class TestExcelXml(Contract):
    kind, name, media_type = XmlReader, "a.xls", "text/xml"

    def make(self) -> bytes:
        ns = "urn:schemas-microsoft-com:office:spreadsheet"
        row = "".join(f"<Cell><Data ss:Type='String'>{value}</Data></Cell>" for value in (NAME, PHONE))
        sheet = f"<Worksheet ss:Name='会員'><Table>{f'<Row>{row}</Row>' * 5}</Table></Worksheet>"
        return f'<?xml version="1.0"?><Workbook xmlns="{ns}" xmlns:ss="{ns}">{sheet}</Workbook>'.encode()


class TestHtml(Contract):
    kind, name, media_type = HtmlReader, "a.html", "text/html"
    shortest = 50

    def make(self) -> bytes:
        field = f"<label for=t>電話</label><input id=t name=tel value='{PHONE}'>"
        return f"<html><meta charset=Shift_JIS><body><p>氏名：{NAME}</p>{field}</body></html>".encode("cp932")


class TestMail(Contract):
    kind, name, media_type = MailReader, "a.eml", "message/rfc822"

    def make(self) -> bytes:
        people = (NAME, "hanako@example.jp"), ("", "info@example.com")
        return _book.mail(*people, "お問い合わせ", PLAIN, attachment=("名簿.csv", _pack.csv_text(ROWS).encode()))


class TestMbox(Contract):
    kind, name, media_type, expected = MboxReader, "a.mbox", "application/mbox", ("hanako@example.jp",)

    def make(self) -> bytes:
        mail = _book.old_mail((NAME, "hanako@example.jp"), "info@example.com", "お問い合わせ", PLAIN)
        return _book.mbox([mail, mail])


class TestZip(Contract):
    kind, name, media_type = ZipReader, "a.zip", "application/zip"
    expected = ("名簿.txt", NAME)

    def make(self) -> bytes:
        return _pack.zip_bytes({"名簿.txt": PLAIN.encode(), "空/メモ.txt": b""}, names="cp932")


class TestTar(Contract):
    kind, name, media_type, expected = TarReader, "a.tar", "application/x-tar", ("名簿.txt", NAME)

    def make(self) -> bytes:
        return _pack.tar_bytes({"名簿.txt": PLAIN.encode()})


class TestCompressed(Contract):
    kind, name, media_type, expected = CompressedReader, "a.txt.gz", "application/gzip", (NAME,)

    def make(self) -> bytes:
        return gzip.compress(PLAIN.encode(), mtime=0)


class TestCompressedBzip2(Contract):
    kind, name, media_type, expected = CompressedReader, "a.txt.bz2", "application/x-bzip2", (NAME,)

    def make(self) -> bytes:
        return _pack.bz(PLAIN.encode())


class TestCompressedXz(Contract):
    kind, name, media_type, expected = CompressedReader, "a.txt.xz", "application/x-xz", (NAME,)

    def make(self) -> bytes:
        return _pack.xz(PLAIN.encode())


class TestSevenZip(Contract):
    kind, name, media_type, expected = SevenZipReader, "a.7z", "application/x-7z-compressed", ("名簿.txt", NAME)

    def make(self) -> bytes:
        return _pack.seven_zip("名簿.txt", PLAIN.encode())


class TestDocx(Contract):
    kind, name = DocxReader, "a.docx"
    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def make(self) -> bytes:
        return _office.docx(LINES, table=ROWS, header="社外秘", comment="確認済", author="佐藤")


class TestPptx(Contract):
    kind, name = PptxReader, "a.pptx"
    media_type = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

    def make(self) -> bytes:
        return _office.pptx([(LINES, "発表者のメモ")] * 2, author="佐藤")


class TestXlsx(Contract):
    kind, name = XlsxReader, "a.xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def make(self) -> bytes:
        return _book.xlsx({"会員": ROWS}, author="佐藤")


class TestXlsb(Contract):
    kind, name = XlsbReader, "a.xlsb"
    media_type = "application/vnd.ms-excel.sheet.binary.macroenabled.12"

    def make(self) -> bytes:
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        rels = "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{}</Relationships>"
        target = "<Relationship Id='{}' Type='{}/{}' Target='{}'/>"
        cells = [_record(6, struct.pack("<II", n, 0) + _wide(value)) for n, value in enumerate((NAME, PHONE))]
        rows = b"".join(_record(0, struct.pack("<I", row)) + b"".join(cells) for row in range(5))
        parts = {
            "[Content_Types].xml": b"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>",
            "_rels/.rels": rels.format(target.format("r1", office, "officeDocument", "xl/workbook.bin")).encode(),
            "xl/workbook.bin": _record(156, struct.pack("<II", 0, 1) + _wide("r1") + _wide("会員")),
            "xl/_rels/workbook.bin.rels": rels.format(
                target.format("r1", office, "worksheet", "worksheets/sheet1.bin")
            ).encode(),
            "xl/worksheets/sheet1.bin": rows,
        }
        return _pack.zip_bytes(parts)


class TestXls(Contract):
    kind, name, media_type = XlsReader, "a.xls", "application/vnd.ms-excel"

    def make(self) -> bytes:
        return _legacy.xls({"会員": ROWS})


class TestEncryptedOffice(Contract):
    kind, name, media_type = EncryptedOfficeReader, "a.xlsx", "application/x-ooxml-encrypted"

    def make(self) -> bytes:
        # Excel's own password for workbooks that are merely write-protected: every reader knows it
        return _book.locked_xlsx(_book.xlsx({"会員": ROWS}), "VelvetSweatshop") or pytest.skip("no encryption here")


class TestLegacy(Contract):
    """The converter is stood in for by one that always gives the same document: here the reader is on trial, not LibreOffice."""

    kind, name, media_type = LegacyReader, "a.doc", "application/msword"

    @pytest.fixture(autouse=True)
    def converter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        document = _office.docx(LINES)

        def office(_program: object, _source: Path, folder: Path, _ending: str, _context: object) -> Path:
            made = folder / "made.docx"
            made.write_bytes(document)
            return made

        monkeypatch.setattr(_convert, "converters", lambda: [("LibreOffice", Path("soffice")), ("antiword", None)])
        monkeypatch.setattr(_convert, "office", office)

    def make(self) -> bytes:
        return _legacy._compound("WordDocument", bytes(4096))


class TestOdt(Contract):
    kind, name, media_type = OdfReader, "a.odt", "application/vnd.oasis.opendocument.text"

    def make(self) -> bytes:
        return _office.odt(LINES, author="佐藤")


class TestOds(Contract):
    kind, name, media_type = OdfReader, "a.ods", "application/vnd.oasis.opendocument.spreadsheet"

    def make(self) -> bytes:
        return _office.ods({"会員": ROWS}, author="佐藤")


class TestOdp(Contract):
    kind, name, media_type = OdfReader, "a.odp", "application/vnd.oasis.opendocument.presentation"

    def make(self) -> bytes:
        return _office.odp([LINES] * 2, author="佐藤")


class TestRtf(Contract):
    kind, name, media_type = RtfReader, "a.rtf", "application/rtf"

    def make(self) -> bytes:
        return _office.rtf(LINES, author="佐藤")


class TestPdf(Contract):
    kind, name, media_type = PdfReader, "a.pdf", "application/pdf"
    expected = (PHONE, "担当 鈴木")

    def make(self) -> bytes:
        return _pdf.write_pdf([LINES] * 2, info={"Author": "佐藤"}, fields={"電話": PHONE}, note="担当 鈴木")


class TestSqlite(Contract):
    kind, name, media_type = SqliteReader, "a.db", "application/vnd.sqlite3"

    def make(self) -> bytes:
        return _book.sqlite_file("CREATE TABLE 会員 (氏名 TEXT, 電話 TEXT)", {"会員": ROWS[1:]})


class TestParquet(Contract):
    kind, name, media_type = ParquetReader, "a.parquet", "application/vnd.apache.parquet"

    def make(self) -> bytes:
        out = io.BytesIO()
        pl.DataFrame(ROWS[1:], schema=ROWS[0], orient="row").write_parquet(out)
        return out.getvalue()


def _record(kind: int, body: bytes) -> bytes:
    """A record of the binary Excel format: type and length in groups of seven bits."""
    return b"".join(map(_groups, (kind, len(body)))) + body


def _groups(value: int) -> bytes:
    return bytes([value & 0x7F | 0x80, value >> 7]) if value > 0x7F else bytes([value])


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def test_no_built_in_reader_is_without_a_suite() -> None:
    """A new reader of ours must come here too."""
    built_in = {r for r in load_plugins().readers.values() if r.__module__.startswith("piiscan.readers")}
    tried = {suite.kind for suite in Contract.__subclasses__()}
    assert built_in - tried == set()
