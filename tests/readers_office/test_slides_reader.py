"""PowerPoint presentations: slides in the order they are shown, and everything around them."""

from __future__ import annotations

from office_kit import A, package_of, read, rels

from piiscan.model import SegmentKind
from piiscan.readers.pptx import PptxReader


def slide(*paragraphs: str, extra: str = "", root: str = "sld") -> str:
    body = "".join(f"<a:p><a:r><a:t>{p}</a:t></a:r></a:p>" for p in paragraphs)
    return f"<p:{root} {A}><p:cSld><p:spTree><p:sp><p:txBody>{body}</p:txBody></p:sp>{extra}</p:spTree></p:cSld></p:{root}>"


def deck(**more: str) -> bytes:
    return package_of(
        {
            "_rels/.rels": rels(("r1", "officeDocument", "ppt/presentation.xml", False)),
            "ppt/presentation.xml": f'<p:presentation {A}><p:sldIdLst><p:sldId id="256" r:id="r2"/><p:sldId id="257" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": rels(
                ("r1", "slide", "slides/slide1.xml", False), ("r2", "slide", "slides/slide2.xml", False)
            ),
            "ppt/slides/slide1.xml": slide("最後"),
            "ppt/slides/slide2.xml": slide("最初"),
            **more,
        }
    )


def test_slides_are_numbered_as_shown_not_as_stored():
    out = read(PptxReader, deck())
    assert (out.at(slide="1"), out.at(slide="2")) == ("最初", "最後")


def test_a_slide_that_no_list_names_is_read_too():
    out = read(PptxReader, deck(**{"ppt/slides/slide9.xml": slide("隠れ 山田")}))
    assert out.at(slide="3") == "隠れ 山田"


def test_notes_and_comments_belong_to_their_slide():
    more = {
        "ppt/slides/_rels/slide1.xml.rels": rels(
            ("r1", "notesSlide", "../notesSlides/notesSlide1.xml", False),
            ("r2", "comments", "../comments/comment1.xml", False),
        ),
        "ppt/notesSlides/notesSlide1.xml": slide("話す人 佐藤", root="notes"),
        "ppt/comments/comment1.xml": f"<p:cmLst {A}><p:cm><p:text>電話 03-1234-5678</p:text></p:cm></p:cmLst>",
        "ppt/commentAuthors.xml": f'<p:cmAuthorLst {A}><p:cmAuthor id="0" name="鈴木 次郎"/></p:cmAuthorLst>',
    }
    out = read(PptxReader, deck(**more))
    assert out.at(slide="2", notes="2") == "話す人 佐藤"
    assert [t.text for t in out.texts if t.kind is SegmentKind.COMMENT] == ["電話 03-1234-5678"]
    assert [t.text for t in out.texts if t.kind is SegmentKind.PROPERTY] == ["鈴木 次郎"]


def test_tables_groups_alternative_texts_masters_and_charts_come_out():
    table = "<p:graphicFrame><a:tbl><a:tr><a:tc><a:p><a:r><a:t>氏名</a:t></a:r></a:p></a:tc><a:tc><a:p><a:r><a:t>山田</a:t></a:r></a:p></a:tc></a:tr></a:tbl></p:graphicFrame>"  # noqa: E501
    group = '<p:grpSp><p:pic><p:nvPicPr><p:cNvPr id="1" name="図 1" descr="高橋の写真"/></p:nvPicPr></p:pic></p:grpSp>'
    chart = '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>佐藤</c:v></c:pt><c:pt idx="1"><c:v>田中</c:v></c:pt></c:strCache></c:strRef></c:cat></c:chartSpace>'  # noqa: E501
    more = {
        "ppt/slides/slide1.xml": slide("x", extra=table + group),
        "ppt/slideMasters/slideMaster1.xml": slide("社外秘 伊藤", root="sldMaster"),
        "ppt/charts/chart1.xml": chart,
        "ppt/media/image1.jpg": "jpeg",
    }
    out = read(PptxReader, deck(**more))
    assert "氏名\t山田" in out.at(slide="2")
    assert "高橋の写真" in out.at(slide="2")
    assert out.at(part="slideMaster1") == "社外秘 伊藤"
    assert out.at(part="chart1") == "佐藤\t田中"
    assert list(out.embedded) == ["ppt/media/image1.jpg"]


def test_a_listed_slide_without_its_part_is_a_problem():
    data = package_of(
        {
            "ppt/presentation.xml": f'<p:presentation {A}><p:sldIdLst><p:sldId id="256" r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": rels(("r1", "slide", "slides/slide1.xml", False)),
        }
    )
    assert read(PptxReader, data).codes == ["part-unreadable"]
