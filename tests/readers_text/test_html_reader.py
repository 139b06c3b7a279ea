"""HTML: what a visitor sees, what a form holds, what attributes and remarks carry; lines are those of the source."""

from __future__ import annotations

import base64

import pytest

from piiscan.model import Locator, SegmentKind
from piiscan.readers.html import html_segments, html_text

PAGE = """<!DOCTYPE html>
<html><head><meta charset="{charset}"><title>会員 髙橋</title>
<script>
var owner = "佐藤";
</script></head>
<body>
<p>お名前: <ruby>髙橋<rp>(</rp><rt>たかはし</rt><rp>)</rp></ruby>様<br>TEL <b>090</b>-1234-5678</p><p>次の段落</p>
<!-- 鈴木 -->
<table>
<tr><th>氏名</th><td>山田①</td></tr>
</table>
<form>
<label for="m">メール</label><input id="m" name="mail" value="a@example.jp">
<label>住所 <input name="addr" value="東京都"></label>
<textarea name="memo">一行目
二行目</textarea>
<select name="pref"><option>大阪<option selected>京都</select>
</form>
<a href="mailto:x@example.jp?subject=%E5%B1%B1">送る</a> <a href="/q?name=%E5%B1%B1%E7%94%B0&amp;tel=0312345678">k</a>
<img src="x.png" alt="顔写真 渡辺"><div data-user="中村">&#12304;終&#12305;</div>
</body></html>
"""


@pytest.mark.parametrize(
    ("codec", "charset"),
    [
        ("cp932", "Shift_JIS"),
        ("utf-8", "utf-8"),
        ("utf-8-sig", "Shift_JIS"),
        ("cp932", "x-nothing"),
        ("utf-16", "utf-8"),
    ],
)
def test_a_page_is_read_in_every_encoding(read, codec, charset):
    out = read(PAGE.format(charset=charset).encode(codec), "a.html")
    for value in ("会員 髙橋", "髙橋様", "090-1234-5678", "山田①", "【終】"):
        assert value in out.text
    assert not out.problems


def test_places_are_lines_of_the_source(read):
    out = read(PAGE.format(charset="utf-8").encode(), "a.html")
    for needle, line in (
        ("会員 髙橋", 2),
        ("090-1234", 7),
        ("山田①", 10),
        ("【終】", 20),
        ("佐藤", 4),
        ("鈴木", 8),
        ("渡辺", 20),
        ("東京都", 14),
    ):
        assert out.find(needle)[1].endswith(f"line={line}"), needle


def test_blocks_are_kept_apart_and_inline_parts_together(read):
    text = read(PAGE.format(charset="utf-8").encode(), "a.html").text
    assert "5678次" not in text
    assert "氏名山田" not in text


def test_ruby_readings_are_not_inside_names_but_not_lost(read):
    out = read(PAGE.format(charset="utf-8").encode(), "a.html")
    assert "髙橋様" in out.text
    assert out.find("たかはし")[0].text == "たかはし"


def test_form_fields_carry_their_labels(read):
    out = read(PAGE.format(charset="utf-8").encode(), "a.html")
    fields = {t.label: t.text for t in out.texts if t.kind is SegmentKind.FIELD}
    assert fields["メール"] == "a@example.jp"
    assert fields["住所"] == "東京都"
    assert fields["memo"] == "一行目\n二行目"
    assert fields["pref"] == "京都"
    assert fields["alt"] == "顔写真 渡辺"
    assert fields["data-user"] == "中村"
    assert fields["mailto"].startswith("x@example.jp")
    assert "name=山田\ntel=0312345678" in fields.values()


def test_remarks_and_scripts_are_read(read):
    out = read(PAGE.format(charset="utf-8").encode(), "a.html")
    assert out.find("鈴木")[0].kind is SegmentKind.COMMENT
    assert out.find("佐藤")[1].startswith("tag=script")


def test_documents_and_pictures_in_data_uris_are_items_and_icons_are_not(read):
    body = base64.b64encode("氏名,山田".encode()).decode()
    photo = base64.b64encode(b"\xff\xd8\xff" + bytes(9000)).decode()
    page = (
        f'<html><a href="data:text/csv;base64,{body}">x</a><img src="data:image/png;base64,AAAA">'
        f'<img src="data:image/jpeg;base64,{photo}"></html>'
    )
    out = read(page.encode(), "a.html")
    assert [(e.media_type, e.size) for e in out.embedded] == [("text/csv", 13), ("image/jpeg", 9003)]
    assert out.embedded[0].content.open().read() == "氏名,山田".encode()


def test_endless_nesting_is_reported_and_its_text_kept(read):
    out = read(b"<html>" + b"<div>" * 5000 + "山田".encode(), "a.html")
    assert "山田" in out.text
    assert out.codes == ["limit-depth"]


@pytest.mark.parametrize(
    "text",
    [
        "<",
        "<html",
        "<html><body>",
        "<!--",
        "<p>\x00山田</p>",
        "<table><td>山田",
        "<?xml version='1.0' encoding='x'?><html>山田</html>",
        "&#0;&#xD800;山田",
    ],
)
def test_fragments_and_rubbish_do_not_fail(context, text):
    joined = "".join(getattr(s, "text", "") for s in html_segments(text, Locator(), context))
    assert ("山田" in joined) == ("山田" in text)


def test_the_charset_of_the_carrier_comes_before_that_of_the_page():
    data = '<meta charset="utf-8">髙橋①'.encode("cp932")
    assert "髙橋①" in html_text(data, "Shift_JIS")
    assert "髙橋①" in html_text(data)
