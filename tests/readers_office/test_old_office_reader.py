"""Old Office files, OpenDocument and RTF."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib

import pytest
import xlsxwriter
from office_kit import package_of, read

from piiscan.limits import Budget, Limits
from piiscan.model import Item, Problem, SegmentKind, TextSegment
from piiscan.protocols import ReadContext
from piiscan.readers import _convert
from piiscan.readers._diagrams import diagram_lines
from piiscan.readers.encrypted_office import EncryptedOfficeReader
from piiscan.readers.legacy import LegacyReader, _checked
from piiscan.readers.odf import OdfReader
from piiscan.readers.rtf import RtfReader
from piiscan.readers.xls import XlsReader

SOFFICE = dict(_convert.converters())["LibreOffice"]
needs_office = pytest.mark.skipif(
    SOFFICE is None, reason="LibreOffice is not installed: it makes and reads these files"
)
NS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
)


def odf(body: str, styles: str = "", **more: str) -> bytes:
    content = f"<office:document-content {NS}><office:automatic-styles>{styles}</office:automatic-styles><office:body>{body}</office:body></office:document-content>"  # noqa: E501
    return package_of({"mimetype": "x", "content.xml": content, **more})


def convert(data: bytes, source: str, target: str, tmp_path) -> bytes:
    (tmp_path / source).write_bytes(data)
    profile = (tmp_path / "profile").as_uri()
    command = [
        str(SOFFICE),
        f"-env:UserInstallation={profile}",
        "--headless",
        "--convert-to",
        target,
        "--outdir",
        str(tmp_path),
    ]
    subprocess.run([*command, str(tmp_path / source)], check=True, capture_output=True, timeout=100)
    made = tmp_path / f"{source.rpartition('.')[0]}.{target}"
    if not made.exists():
        pytest.skip(f"this LibreOffice cannot make {target} files: a component is not installed")
    return made.read_bytes()


@needs_office
@pytest.mark.slow
def test_an_old_word_file_comes_out_with_its_lines(tmp_path):
    rtf = rb"{\rtf1\ansi\ansicpg932 first\par \u23665?\u30000? \u22826?\u37070? 090-1234-5678\par}"
    old = convert(rtf, "a.rtf", "doc", tmp_path)
    out = read(LegacyReader, old, media_type="application/msword")
    segment = next(t for t in out.texts if "山田 太郎" in t.text)
    assert segment.place(segment.text.index("山田")).get("line") == "2"


@needs_office
@pytest.mark.slow
def test_an_old_slide_keeps_its_number(tmp_path):
    page = '<draw:page draw:name="p{0}"><draw:frame svg:width="9cm" svg:height="2cm"><draw:text-box><text:p>{1}</text:p></draw:text-box></draw:frame></draw:page>'  # noqa: E501
    flat = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document {NS} office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.presentation"><office:body>'  # noqa: E501
        f"<office:presentation>{page.format(1, '表紙')}{page.format(2, '担当 佐藤 花子')}</office:presentation></office:body></office:document>"
    )
    old = convert(flat.encode(), "a.fodp", "ppt", tmp_path)
    out = read(LegacyReader, old, media_type="application/vnd.ms-powerpoint")
    assert "佐藤 花子" in out.at(slide="2")
    assert out.text.count("佐藤 花子") == 1


@needs_office
@pytest.mark.slow
def test_an_old_workbook_keeps_addresses_zeros_and_notes(tmp_path):
    import openpyxl
    from openpyxl.comments import Comment

    workbook = openpyxl.Workbook()
    workbook.active["B3"] = 600001
    workbook.active["B3"].number_format = "0000000"
    workbook.active["C3"] = 123456789012
    workbook.active["B3"].comment = Comment("電話 03-1234-5678", "鈴木")
    stream = io.BytesIO()
    workbook.save(stream)
    out = read(XlsReader, convert(stream.getvalue(), "a.xlsx", "xls", tmp_path))
    segment, rows = out.tables[0]
    assert (segment.columns, segment.first_row, rows) == (("B", "C"), 3, [("0600001", "123456789012")])
    assert "電話 03-1234-5678" in out.text


class Streams:
    """Stands for an open compound document: streams by name."""

    def __init__(self, **streams: bytes) -> None:
        self._streams = streams

    def stream(self, name: str) -> bytes | None:
        return self._streams.get(name)


def smart_art(*words: str) -> bytes:
    """A drawing record's bytes around the package in which Office keeps a diagram."""
    ns = "xmlns:dgm='http://schemas.openxmlformats.org/drawingml/2006/diagram' xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"
    points = "".join(f"<dgm:t><a:p><a:r><a:t>{word}</a:t></a:r></a:p></dgm:t>" for word in words)
    return (
        b"\x0f\x00" * 50
        + package_of({"drs/diagrams/data1.xml": f"<dgm:dataModel {ns}>{points}</dgm:dataModel>"})
        + b"\x01" * 50
    )


def word_stream(text: bytes) -> bytes:
    return bytes(0x18) + struct.pack("<II", 0x20, 0x20 + len(text)) + text


@pytest.mark.parametrize(
    ("text", "codes"), [("山田\r".encode("utf-16-le"), ["converter-failed"]), (b"\x07\x07\r\x0c", [])]
)
def test_text_of_which_a_converter_gives_nothing_is_a_problem_and_an_empty_table_is_none(text, codes):
    item = Item(uri="file:///a.doc", source="test", name="a.doc")
    context = ReadContext(item=item, budget=Budget(Limits()))
    title = TextSegment(text="無題", kind=SegmentKind.PROPERTY)
    out = list(_checked(iter([title]), Streams(WordDocument=word_stream(text)), context))
    assert [reading.code for reading in out if isinstance(reading, Problem)] == codes


def test_names_in_an_organisation_chart_of_old_office_come_out():
    data = smart_art("部長 佐藤", "課長 鈴木")
    assert list(diagram_lines(data + data)) == ["部長 佐藤", "課長 鈴木"] * 2
    for cut in range(0, len(data), 7):
        assert set(diagram_lines(data[:cut])) <= {"部長 佐藤", "課長 鈴木"}
        list(diagram_lines(data[:cut] + b"\xff" + data[cut + 1 :]))  # raises nothing


def test_without_a_converter_an_old_file_is_not_silently_skipped(monkeypatch, tmp_path):
    monkeypatch.setattr(_convert, "converters", lambda: [("LibreOffice", None), ("antiword", None)])
    out = read(LegacyReader, b"\xdbWord 2 file of no container", media_type="application/msword")
    assert (out.error.code, out.error.detail) == ("needs-converter", "LibreOffice")


def test_a_converter_that_hangs_is_ended_with_its_children(tmp_path):
    from piiscan.errors import LimitError
    from piiscan.limits import Budget
    from piiscan.model import Item
    from piiscan.protocols import ReadContext

    context = ReadContext(item=Item(uri="x", source="x", name="x"), budget=Budget(Limits(converter_seconds=0.3)))
    mark = tmp_path / "alive"
    with pytest.raises(LimitError, match="timeout"):
        _convert.run(["sh", "-c", f"(sleep 1; touch {mark}) & sleep 60"], context, "test")
    subprocess.run(["sleep", "1.3"], check=True)
    assert not mark.exists()


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_old_excel_records_give_zeros_notes_headers_and_readings_over_continuations():
    from piiscan.readers._biff import around

    code = "0000000".encode("latin-1")
    wide = "日本会員".encode("utf-16-le")
    reading = "ニホン".encode("utf-16-le")
    block = bytes(10) + struct.pack("<HH", 3, 3) + reading
    string = struct.pack("<HB", 4, 5) + struct.pack("<I", len(block)) + wide[:4]
    globals_ = (
        record(0x809, b"\0\x06\x05\0")
        + record(0x41E, struct.pack("<HHB", 164, len(code), 0) + code)
        + record(0xE0, struct.pack("<HH", 0, 0))
        + record(0xE0, struct.pack("<HH", 0, 164))
    )
    table = record(0xFC, struct.pack("<II", 1, 1) + string) + record(0x3C, b"\1" + wide[4:] + block) + record(0x0A, b"")
    start = len(globals_) + len(record(0x85, bytes(10))) + len(table)
    sheet = (
        record(0x809, b"\0\x06\x10\0")
        + record(0x14, struct.pack("<HB", 4, 0) + b"&CMr")
        + record(0x203, struct.pack("<HHHd", 2, 1, 1, 600001))
        + record(0x203, struct.pack("<HHHd", 2, 2, 0, 5))
        + record(0x1B6, bytes(10) + struct.pack("<HH", 2, 0))
        + record(0x3C, b"\1" + "佐藤".encode("utf-16-le"))
        + record(0x3C, bytes(16))
        + record(0x0A, b"")
    )
    found = around(globals_ + record(0x85, struct.pack("<IHBB", start, 0, 1, 0) + b"S\0") + table + sheet)
    assert {place: show(600001) for place, show in found.shown[0].items()} == {(2, 1): "0600001"}
    assert (found.texts, found.lines, found.readings) == (["佐藤"], ["&CMr"], ["日本会員 ニホン"])


@pytest.mark.parametrize("reader", [LegacyReader, XlsReader])
def test_a_broken_container_is_damaged(reader):
    assert read(reader, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).error.code == "damaged"


def encrypted(data: bytes, password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, out)
    return out.getvalue()


def test_an_encrypted_document_needs_its_password_and_then_reads():
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        workbook.add_worksheet().write(0, 0, "山田 太郎")
    data = encrypted(stream.getvalue(), "ひみつ1")
    assert read(EncryptedOfficeReader, data, passwords=["違う"]).error.code == "encrypted"
    assert read(EncryptedOfficeReader, data, passwords=["違う", "ひみつ1"]).tables[0][1] == [("山田 太郎",)]


def test_opendocument_text_with_notes_changes_tables_and_people():
    body = (
        "<office:text><text:tracked-changes><text:changed-region><text:deletion><office:change-info><dc:creator>校正 鈴木</dc:creator>"
        "</office:change-info><text:p>消した 佐藤</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        '<text:p>氏名<text:s text:c="2"/>山<text:span>田 太</text:span>郎<office:annotation><dc:creator>高橋</dc:creator>'
        "<text:p>確認済み</text:p></office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>住所</text:p></table:table-cell><table:table-cell><text:p>三鷹市</text:p>"
        "</table:table-cell></table:table-row></table:table></office:text>"
    )
    meta = f"<office:document-meta {NS}><office:meta><meta:initial-creator>伊藤</meta:initial-creator></office:meta></office:document-meta>"
    master = f"<office:document-styles {NS}><office:master-styles><style:master-page><style:header><text:p>社外秘 田中</text:p></style:header></style:master-page></office:master-styles></office:document-styles>"  # noqa: E501
    out = read(OdfReader, odf(body, **{"meta.xml": meta, "styles.xml": master, "Pictures/a.png": "png"}))
    assert "氏名  山田 太郎" in out.text.split("\n")
    assert "消した 佐藤" in out.text
    assert "住所\t三鷹市" in out.text
    assert [t.text for t in out.texts if t.kind is SegmentKind.COMMENT] == ["確認済み"]
    assert {t.text for t in out.texts if t.kind is SegmentKind.PROPERTY} == {"校正 鈴木", "高橋", "伊藤"}
    assert "社外秘 田中" in out.text
    assert out.embedded == {"Pictures/a.png": b"png"}


def test_opendocument_sheets_survive_repetition_bombs_and_say_hidden():
    styles = '<style:style style:name="ta1" style:family="table"><style:table-properties table:display="false"/></style:style>'
    body = (
        '<office:spreadsheet><table:table table:name="名簿" table:style-name="ta1">'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="2"/>'
        '<table:table-cell office:value-type="float" office:value="123456789012"><text:p>123,456,789,012</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="1985-04-01"><text:p>昭和60年</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="600001"><text:p>060-0001</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet>"
    )
    segment, rows = read(OdfReader, odf(body, styles)).tables[0]
    assert (segment.first_row, segment.columns) == (1048001, ("C", "D", "E"))
    assert rows == [("123456789012", "1985-04-01", "060-0001")]
    assert segment.locator.get("hidden") == "hidden"


def test_encrypted_opendocument_is_said():
    manifest = f"<manifest:manifest {NS}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    assert read(OdfReader, odf("", **{"META-INF/manifest.xml": manifest})).error.code == "encrypted"


@pytest.mark.parametrize(
    ("rtf", "shown"),
    [
        (
            rb"{\rtf1\ansi\deff0{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset128 M;}}\f1 \'8e\'52\'93\'63\f0  Taro}",
            "山田 Taro",
        ),
        (rb"{\rtf1\ansi\ansicpg932 \'83A\'83C}", "アイ"),
        (rb"{\rtf1\ansi\uc1 \u23665?\u30000?}", "山田"),
        (rb"{\rtf1\ansi\uc2 \u23665\'8e\'52\u30000\'93\'63}", "山田"),
        (rb"{\rtf1 \u-10179?\u-8638?x}", "\U0001f642x"),
        (rb"{\rtf1 a\u-10179? b}", "a\ufffd b"),
        (rb"{\rtf1 \trowd Name\cell Yamada\cell\row}", "Name\tYamada"),
        (rb"{\rtf1 a{\*\unknown hidden}b{\bin3 }}}c}", "abc"),
    ],
)
def test_rtf_writes_japanese_in_many_ways(rtf, shown):
    assert read(RtfReader, rtf).text.strip() == shown


def test_rtf_parts_people_links_and_objects_come_out():
    native = b"\x02\x00a.txt\x00C:\\a.txt\x00\x00\x00\x03\x00\x09\x00\x00\x00C:\\a.txt\x00\x05\x00\x00\x00hello"
    ole = (
        b"\x01\x05\x00\x00\x02\x00\x00\x00\x08\x00\x00\x00Package\x00"
        + bytes(8)
        + len(native).to_bytes(4, "little")
        + native
    )
    rtf = (
        rb"{\rtf1\ansi\ansicpg932{\info{\author Ito}}{\header Head}body{\footnote Note}{\*\atnauthor Suzuki}{\*\annotation Remark}"
        rb'{\field{\*\fldinst HYPERLINK "mailto:a@example.jp"}{\fldrslt link}}{\object{\*\objdata '
        + ole.hex().encode()
        + rb"}}}"
    )
    out = read(RtfReader, rtf)
    assert [t.text for t in out.texts if t.kind is SegmentKind.PROPERTY] == ["Suzuki", "Ito"]
    assert (out.at(part="header"), out.at(part="footnote"), out.at(comment="annotations")) == (
        "Head\n",
        "Note\n",
        "Remark\n",
    )
    assert "mailto:a@example.jp" in out.text
    assert list(out.embedded.values()) == [b"hello"]


def test_rtf_cut_off_is_said():
    out = read(RtfReader, rb"{\rtf1 {\b Yamada")
    assert (out.text, out.codes) == ("Yamada", ["truncated"])


def test_pictures_of_old_excel_come_out_whole():
    from piiscan.readers._blips import pictures

    def art(kind, body, head=0):
        return struct.pack("<HHI", head, kind, len(body)) + body

    png = art(0xF01E, bytes(17) + b"\x89PNG data", 0x6E00)
    emf = art(0xF01A, bytes(16) + bytes(34) + zlib.compress(b"EMF data"), 0x3D40)
    group = art(0xF000, art(0xF001, art(0xF007, bytes(36) + png) + art(0xF007, bytes(36) + emf), 0x0F), 0x0F)
    assert list(pictures(group)) == [(".png", b"\x89PNG data"), (".emf", b"EMF data")]
