"""XML: fields with path and line; nothing outside is opened; hostile and broken files are bounded and reported."""

from __future__ import annotations

import pytest

from piiscan.model import Locator, SegmentKind, TextSegment
from piiscan.readers.markup_xml import xml_segments

DOCUMENT = """<?xml version="1.0" encoding="{encoding}"?>
<!-- 担当 佐藤 -->
<会員一覧>
  <会員 番号="A-001" mail="taro@example.jp">
    <氏名>髙橋　太郎</氏名>
    <電話>
      090-1234-5678
    </電話>
  </会員>
  <会員><氏名>山田</氏名><メモ>これは<b>鈴木</b>さん&amp;件</メモ></会員>
  <?note 渡辺?>
</会員一覧>
"""


@pytest.mark.parametrize(
    ("codec", "declared"),
    [("utf-8", "UTF-8"), ("cp932", "Shift_JIS"), ("cp932", "UTF-8"), ("utf-16", "UTF-16"), ("utf-8", "EUC-JP")],
)
def test_everything_is_read_with_path_and_line_whatever_the_declaration_says(read, codec, declared):
    out = read(DOCUMENT.format(encoding=declared).encode(codec), "a.xml")
    segment, place = out.find("髙橋")
    assert (segment.label, place) == ("氏名", "path=/会員一覧/会員/氏名;line=5")
    assert out.find("090-1234-5678")[1] == "path=/会員一覧/会員/電話;line=7"
    assert out.find("taro@example.jp")[1] == "path=/会員一覧/会員/@mail;line=4"
    assert out.find("山田")[1] == "path=/会員一覧/会員[2]/氏名;line=10"
    assert out.find("これは鈴木さん&件")[0].label == "メモ"
    assert out.find("佐藤")[0].kind is SegmentKind.COMMENT
    assert out.find("渡辺")
    assert not out.problems


def test_external_entities_are_never_opened_and_noted(read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    out = read(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]><r>a&x;b</r>'.encode(), "a.xml"
    )
    assert "SECRET" not in out.text
    assert "external-reference" in out.codes


def test_entity_bombs_stay_small(read):
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    out = read(f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "lol">{entities}]><r>&e11;</r>'.encode(), "a.xml")
    assert len(out.text) < 10_000
    flat = '<!DOCTYPE r [<!ENTITY a "' + "x" * 10_000 + '">]>'
    out = read(f'<?xml version="1.0"?>{flat}<r>{"&a;" * 20_000}</r>'.encode(), "a.xml")
    assert len(out.text) < 3_000_000


def test_plain_entities_of_the_document_and_of_html_are_put_in(read):
    out = read('<?xml version="1.0"?><!DOCTYPE r [<!ENTITY co "山田商店">]><r>&co;の&eacute;</r>'.encode(), "a.xml")
    assert "山田商店のé" in out.text


def test_a_broken_document_goes_on_as_text_from_the_broken_line(read):
    out = read("<?xml version='1.0'?>\n<r><a>山田</a>\n<b>鈴木</c>\n<d>佐藤</d>\n".encode(), "a.xml")
    assert out.find("山田")[0].label == "a"
    assert out.find("佐藤")[1] == "line=4"
    assert out.codes == ["part-unreadable"]


def test_a_cut_document_is_reported_as_truncated(read):
    out = read("<?xml version='1.0'?>\n<r><a>山田</a>\n<b>鈴木".encode(), "a.xml")
    assert "鈴木" in out.text
    assert out.codes == ["truncated"]


def test_nesting_without_end_is_bounded(read):
    out = read(b"<?xml version='1.0'?>" + b"<a>" * 50_000 + "山田".encode(), "a.xml")
    assert "山田" in out.text
    assert out.codes == ["part-unreadable"]


def test_xml_inside_something_else_keeps_the_outer_place(context):
    segments = list(xml_segments("<r><a>x</a></r>", Locator.of(part="1"), context))
    assert isinstance(segments[0], TextSegment)
    assert str(segments[0].locator) == "part=1;path=/r/a"


WORKBOOK = """<?xml version="1.0" encoding="UTF-8"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
 <Styles><Style ss:ID="zip"><NumberFormat ss:Format="0000000"/></Style></Styles>
 <Worksheet ss:Name="会員"><Table>
  <Row ss:Index="2"><Cell ss:MergeAcross="1"><Data ss:Type="String">氏名</Data></Cell><Cell><Data ss:Type="String">郵便番号</Data></Cell></Row>
  <Row><Cell><ss:Data ss:Type="String">山<B>田</B></ss:Data></Cell><Cell ss:Index="3" ss:StyleID="zip"><Data ss:Type="Number">600001</Data></Cell></Row>
  <Row><Cell><Data ss:Type="String">鈴木</Data><Comment ss:Author="佐藤"><ss:Data>電話済</ss:Data></Comment></Cell>
   <Cell ss:HRef="mailto:suzuki@example.jp"><Data ss:Type="DateTime">1980-04-01T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">1.1000000000000001</Data></Cell></Row>
  <Row ss:Index="5000"><Cell ss:Index="999999999"><Data ss:Type="String">遠く</Data></Cell></Row>
 </Table></Worksheet>
</Workbook>
"""  # noqa: E501


def test_worksheets_of_excels_xml_come_as_tables_with_their_own_addresses(read):
    out = read(WORKBOOK.encode(), "a.xml")
    first, far = out.tables
    assert (str(first.locator), first.columns, first.first_row) == ("sheet=会員", ("A", "B", "C"), 2)
    assert out.rows[:3] == [
        ("氏名", "氏名", "郵便番号"),  # both columns under a merged header have it
        ("山田", None, "0600001"),
        ("鈴木", "1980-04-01", "1.1"),
    ]
    assert far.first_row == 5000
    assert out.rows[3][0] == "遠く"
    assert out.find("suzuki@example.jp")[0].label == "HRef"
    assert out.find("電話済")
    assert out.find("佐藤")
    assert not out.problems


def test_rows_of_a_broken_off_workbook_are_kept(read):
    out = read(WORKBOOK.partition('<Row ss:Index="5000"')[0].encode(), "a.xml")
    assert ("鈴木", "1980-04-01", "1.1") in out.rows
    assert "truncated" in out.codes
