"""JSON: tables of records, labelled fields, and as much as possible of what is broken."""

from __future__ import annotations

import json

import pytest

from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Locator, SegmentKind, TextSegment
from piiscan.readers import jsonlike
from piiscan.readers.jsonlike import json_segments


def test_an_array_of_records_is_a_table_with_its_path(read):
    people = [{"name": "山田", "addr": {"zip": "100-0001"}, "tags": ["a", "b"]}, {"name": "髙橋", "tel": "090"}]
    out = read(json.dumps({"data": {"people": people}}).encode(), "a.json")
    assert out.tables[0].header == ("name", "tags", "addr.zip", "tel")
    assert out.rows == [("山田", "a\nb", "100-0001", None), ("髙橋", None, None, "090")]
    assert str(out.tables[0].locator) == "path=/data/people"


def test_single_values_are_labelled_fields_with_a_pointer(read):
    out = read('{"会員": {"氏名": "\\u9ad9\\u6a4b", "a/b": [1, {"x": 123456789012}]}}'.encode("cp932"), "a.json")
    segment, place = out.find("髙橋")
    assert (segment.kind, segment.label, place) == (SegmentKind.FIELD, "氏名", "path=/会員/氏名")
    assert out.find("123456789012")[1] == "path=/会員/a~1b/1/x"


def test_numbers_keep_their_digits(read):
    out = read(b'{"n": 123456789012345678901234, "f": 1.10, "e": 1E400}', "a.json")
    assert [t.text for t in out.texts] == ["123456789012345678901234", "1.10", "1E400"]


def test_doubled_keys_are_both_read(read):
    assert [t.text for t in read(b'{"tel": "03", "tel": "090"}', "a.json").texts] == ["03", "090"]


def test_keys_that_are_values_are_read(read):
    assert "yamada@example.jp" in read(b'{"yamada@example.jp": {"n": 1}}', "a.json").text


@pytest.mark.parametrize(
    ("tail", "code"), [("", None), (', {"name": "\\u4f50', "truncated"), ("]] garbage", "part-unreadable")]
)
def test_broken_json_is_read_as_far_as_it_goes_and_reported(read, tail, code):
    text = '[{"name": "\\u5c71\\u7530"}, {"name": "\\u9234"}' + (tail or "]")
    out = read(text.encode(), "a.json")
    assert "山田" in out.text or "山田" in [r[0] for r in out.rows]
    assert out.codes == ([code] if code else [])


def test_concatenated_documents_are_all_read(read):
    out = read('{"a": "山田"}\n\n{"a":\n"佐藤"}{"a": "鈴木"}'.encode(), "a.json")
    assert [str(t.locator) for t in out.texts] == [f"record={n};path=/a" for n in (1, 2, 3)]


def test_deep_nesting_is_no_crash(read):
    out = read(b"[" * 200_000 + b"1", "a.json")
    assert set(out.codes) & {"limit-depth", "truncated", "part-unreadable"}


def test_a_document_over_the_limit_is_read_as_text(read, monkeypatch):
    monkeypatch.setattr(jsonlike, "MAX_DOCUMENT_BYTES", 1000)
    out = read(json.dumps(["山田"] * 500, ensure_ascii=False).encode(), "a.json")
    assert out.codes == ["limit-memory"]
    assert "山田" in out.text


def test_json_lines_are_a_table_whose_rows_are_lines(read):
    lines = [json.dumps({"name": f"山田{n}", "tel": "090"}, ensure_ascii=False) for n in range(TABLE_BATCH_ROWS + 500)]
    lines[5] = ""
    lines[400] = "broken 佐藤 \\u9234"
    lines[401] = '{"name": "x", "new": "渡辺"}'
    out = read("\n".join(lines).encode("cp932"), "a.jsonl")
    assert out.tables[0].header == ("name", "tel", jsonlike.OTHER)
    assert out.rows[4] == ("山田4", "090", None)
    assert out.rows[5] == (None, None, None)
    assert out.rows[400][2] == "broken 佐藤 鈴"
    assert out.rows[401] == ("x", None, "new: 渡辺")
    assert out.rows[-1][0] == f"山田{TABLE_BATCH_ROWS + 499}"
    assert out.codes == ["part-unreadable"]


def test_json_lines_of_different_kinds_are_fields_with_their_line(read):
    lines = [json.dumps({f"k{n}": "山田"}) for n in range(40)]
    assert str(read("\n".join(lines).encode(), "a.jsonl").texts[7].locator) == "line=8;path=/k7"


def test_lone_surrogates_do_not_stop_anything(read):
    out = read(b'[{"a": "\\ud800x"}, {"a": "y"}]', "a.json")
    assert out.rows[1] == ("y",)


def test_json_inside_something_else_keeps_the_outer_place(context):
    segments = list(json_segments('{"a": "b"}', Locator.of(part="1"), context))
    assert isinstance(segments[0], TextSegment)
    assert str(segments[0].locator) == "part=1;path=/a"
