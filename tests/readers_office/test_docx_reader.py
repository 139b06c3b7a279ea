"""Word documents: nothing a person can see or dig out of the file is lost, and nothing is said twice."""

from __future__ import annotations

import io
import zipfile

import pytest
from office_kit import W, docx, package_of, para, read, rels, wtable

from piiscan.limits import Limits
from piiscan.model import SegmentKind
from piiscan.readers.docx import DocxReader


def test_a_name_split_into_runs_comes_out_in_one_piece():
    assert "氏名:山田 太郎です" in read(DocxReader, docx(para("氏名:", "山", "田 太", "郎です"))).text


def test_places_count_paragraphs():
    out = read(DocxReader, docx(para("一") + para("二") + para("山田 花子")))
    segment = out.texts[0]
    assert segment.place(segment.text.index("山田")).get("line") == "3"


@pytest.mark.parametrize("part", ["header1", "footer2", "footnotes", "endnotes"])
def test_parts_beside_the_body_are_read_and_located(part):
    root = {"header1": "hdr", "footer2": "ftr"}.get(part, part)
    inner = para("担当 佐藤 一郎")
    if root in {"footnotes", "endnotes"}:
        inner = f'<w:{root[:-1]} w:id="1">{inner}</w:{root[:-1]}>'
    out = read(DocxReader, docx(para("本文"), **{f"word/{part}.xml": f"<w:{root} {W}>{inner}</w:{root}>"}))
    assert out.at(part=part) == "担当 佐藤 一郎"


def test_comments_are_comments_and_their_authors_are_properties():
    comments = (
        f'<w:comments {W}><w:comment w:id="0" w:author="鈴木 次郎">{para("電話 03-1234-5678")}</w:comment></w:comments>'
    )
    out = read(DocxReader, docx(para("本文"), **{"word/comments.xml": comments}))
    assert [t.text for t in out.texts if t.kind is SegmentKind.COMMENT] == ["電話 03-1234-5678"]
    assert [t.text for t in out.texts if t.kind is SegmentKind.PROPERTY] == ["鈴木 次郎"]


def test_deleted_text_is_read_apart_from_what_replaced_it():
    deletion = '<w:del w:author="x"><w:r><w:delText>山田</w:delText></w:r></w:del>'
    insertion = '<w:ins w:author="x"><w:r><w:t>田中</w:t></w:r></w:ins>'
    lines = read(DocxReader, docx(para("様 ", deletion, insertion))).texts[0].text.split("\n")
    assert lines == ["様 田中", "山田"]


def test_a_text_box_written_twice_for_old_programs_is_read_once():
    box = f"<w:txbxContent>{para('会員 高橋')}</w:txbxContent>"
    twice = f"<w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
    assert read(DocxReader, docx(para(twice))).text.count("会員 高橋") == 1


def test_link_targets_come_out():
    body = '<w:p><w:hyperlink r:id="r9"><w:r><w:t>お問い合わせ</w:t></w:r></w:hyperlink></w:p>'
    link = rels(("r9", "hyperlink", "mailto:yamada@example.jp", True))
    assert "mailto:yamada@example.jp" in read(DocxReader, docx(body, **{"word/_rels/document.xml.rels": link})).text


def test_neighbouring_ruby_is_one_word_with_one_reading():
    def ruby(base, reading):
        return f"<w:r><w:ruby><w:rt><w:r><w:t>{reading}</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>{base}</w:t></w:r></w:rubyBase></w:ruby></w:r>"

    assert "山田 (やまだ)様" in read(DocxReader, docx(para(ruby("山", "やま"), ruby("田", "だ"), "様"))).text


def test_list_numbers_are_computed_and_restart():
    numbering = (
        f"<w:numbering {W}><w:abstractNum w:abstractNumId='0'>"
        "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimalFullWidth'/><w:lvlText w:val='第%1条'/></w:lvl>"
        "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/><w:lvlText w:val='%1.%2)'/></w:lvl>"
        "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )

    def item(text, level):
        return para(text, props=f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr>")

    body = item("甲", 0) + item("乙", 1) + item("丙", 1) + item("丁", 0) + item("戊", 1)
    lines = read(DocxReader, docx(body, **{"word/numbering.xml": numbering})).texts[0].text.split("\n")
    assert lines == ["第１条 甲", "１.a) 乙", "１.b) 丙", "第２条 丁", "２.a) 戊"]


def test_levels_that_are_passed_over_count_and_bullets_have_no_number():
    numbering = (
        f"<w:numbering {W}><w:abstractNum w:abstractNumId='0'>"
        "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:lvlText w:val='%1'/></w:lvl>"
        "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:lvlText w:val='%1.%2'/></w:lvl>"
        "<w:lvl w:ilvl='2'><w:start w:val='1'/><w:numFmt w:val='bullet'/><w:lvlText w:val='o'/></w:lvl>"
        "<w:lvl w:ilvl='3'><w:start w:val='1'/><w:lvlText w:val='%1.%2.%3.%4'/></w:lvl>"
        "</w:abstractNum><w:num w:numId='1'><w:abstractNumId w:val='0'/></w:num></w:numbering>"
    )

    def item(text, level):
        return para(text, props=f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='1'/></w:numPr>")

    body = item("甲", 0) + item("乙", 3) + item("丙", 1)
    lines = read(DocxReader, docx(body, **{"word/numbering.xml": numbering})).texts[0].text.split("\n")
    assert lines == ["1 甲", "1.1..1 乙", "1.2 丙"]


def test_a_form_keeps_label_and_value_on_one_line():
    rows = [("氏名", "山田 太郎"), ("住所", "東京都三鷹市"), ("電話", "03-1234-5678"), ("性別", "男")]
    out = read(DocxReader, docx(wtable(rows)))
    assert "氏名\t山田 太郎" in out.text.split("\n")
    assert not out.tables


def test_a_list_with_a_header_is_a_table_and_not_text_as_well():
    rows = [("氏名", "ふりがな", "電話"), *[(f"山田 {i}", "やまだ", f"03-1234-567{i}") for i in range(5)]]
    out = read(DocxReader, docx(para("名簿") + wtable(rows)))
    assert out.tables[0][1] == rows
    assert "山田 1" not in out.text


def test_properties_and_embedded_parts_come_out():
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>伊藤 三郎</dc:creator></cp:coreProperties>'
    )
    data = docx(
        para("本文"), **{"docProps/core.xml": core, "word/media/image1.png": b"\x89PNG...", "word/afchunk.html": "<p>x"}
    )
    out = read(DocxReader, data)
    assert [(t.label, t.text) for t in out.texts if t.kind is SegmentKind.PROPERTY] == [("作成者", "伊藤 三郎")]
    assert out.embedded == {"word/media/image1.png": b"\x89PNG...", "word/afchunk.html": b"<p>x"}


def test_a_part_of_unknown_name_is_read_as_text():
    assert (
        "会員番号 12345"
        in read(DocxReader, docx(para("x"), **{"customXml/item1.xml": "<a><b>会員番号 12345</b></a>"})).text
    )


def test_damaged_xml_keeps_what_is_before_and_says_so():
    data = docx(para("山田 太郎") + "<w:p><w:r><w:t>切れ" + "\x00")
    out = read(DocxReader, data)
    assert "山田 太郎" in out.text
    assert "part-unreadable" in out.codes


def test_an_archive_without_its_directory_is_saved_and_said():
    data = docx(para("山田 太郎"))
    cut = data[: data.rindex(b"PK\x01\x02", 0, data.index(b"PK\x05\x06"))]
    cut = cut[: cut.index(b"PK\x01\x02")] if b"PK\x01\x02" in cut else cut
    out = read(DocxReader, cut)
    assert "山田 太郎" in out.text
    assert "part-unreadable" in out.codes


def test_nothing_of_a_document_is_damaged_and_not_silence():
    assert read(DocxReader, package_of({"a.txt": "x"})).error.code == "damaged"
    assert read(DocxReader, b"PK\x03\x04 no zip").error.code == "damaged"


def test_entities_are_not_expanded():
    bomb = f'<!DOCTYPE x [<!ENTITY a "山田"><!ENTITY b "&a;&a;&a;">]><w:document {W}><w:body>{para("&b; 佐藤")}</w:body></w:document>'
    out = read(DocxReader, package_of({"word/document.xml": bomb}))
    assert "佐藤" in out.text
    assert "山田" not in out.text


def test_a_part_that_blows_up_is_stopped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", f"<w:document {W}><w:body>" + " " * 30_000_000 + "</w:body></w:document>")
    assert read(DocxReader, stream.getvalue(), limits=Limits(archive_ratio=100)).error.code == "limit-ratio"
    assert read(DocxReader, stream.getvalue(), limits=Limits(xml_part_bytes=1_000_000)).error.code == "limit-bytes"
