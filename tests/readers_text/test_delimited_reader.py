"""CSV and TSV: the rows a person counts, whatever the encoding, quoting and damage."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piiscan.limits import TABLE_BATCH_ROWS
from piiscan.model import Locator
from piiscan.readers import delimited
from piiscan.readers.delimited import Dialect, detect_dialect, frame_of_text, table_of_text

ROWS = [
    ["氏名", "電話", "備考"],
    ["髙橋 一郎", "090-1234-5678", "折返し, 夕方"],
    ["山田 花子", "03-1234-5678", "二行\nある"],
    ["佐藤", "", 'と"書く'],
]


def written(rows: list[list[str]], delimiter: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_every_dialect_and_encoding_gives_the_same_rows(read, encoding, delimiter):
    out = read(written(ROWS, delimiter).encode(encoding), "名簿.csv")
    assert out.rows == [tuple(cell or None for cell in row) for row in ROWS]
    assert out.tables[0].header is None
    assert out.tables[0].first_row == 1
    assert not out.problems


def test_title_lines_blank_lines_and_ragged_rows_stay_rows(read):
    data = "会員名簿 2024年度\n\n氏名,電話\n山田,090\n鈴木\n佐藤,080,余り,さらに\n"
    assert read(data.encode("cp932"), "a.csv").rows == [
        ("会員名簿 2024年度", None, None, None),
        (None, None, None, None),
        ("氏名", "電話", None, None),
        ("山田", "090", None, None),
        ("鈴木", None, None, None),
        ("佐藤", "080", "余り", "さらに"),
    ]


def test_cells_beyond_the_width_join_the_last_one():
    frame = frame_of_text("a,b\nc,d,e,f\n", Dialect(",", 2))
    assert frame.rows() == [("a", "b"), ("c", "d,e,f")]


def test_long_tables_come_in_batches_with_all_their_rows(read):
    count = 3 * TABLE_BATCH_ROWS + 7
    data = "".join(f"{n},山田{n},東京都千代田区丸の内{n}\n" for n in range(count)).encode("cp932")
    out = read(data, "a.csv")
    assert max(out.batch_heights) <= TABLE_BATCH_ROWS
    assert [row[0] for row in out.rows] == [str(n) for n in range(count)]


def test_a_quoted_cell_over_a_chunk_boundary_stays_one_cell(read, monkeypatch):
    monkeypatch.setattr(delimited, "CHUNK_CHARS", 1000)
    rows = [[str(n), "一行目\n二行目," * 30] for n in range(2000)]
    out = read(written(rows).encode(), "a.csv")
    assert out.rows == [tuple(row) for row in rows]


def test_a_stray_quote_does_not_swallow_the_table(read):
    data = 'id,name\n1,"山田\n' + "".join(f"{n},佐藤{n}\n" for n in range(2, 3000))
    out = read(data.encode(), "a.csv")
    assert len(out.rows) == 3000
    assert out.rows[-1] == ("2999", "佐藤2999")


def test_inches_and_other_quotes_inside_cells_are_text(read):
    assert read('品名,幅\n棚 5" 型,3\n机 7" 型,4\n'.encode(), "a.csv").rows[1] == ('棚 5" 型', "3")


def test_a_cell_of_more_than_128_kib_is_read(read):
    assert read(f'a,b\n1,"{"x" * 300_000}\ny"\n'.encode(), "a.csv").rows[1][1] == "x" * 300_000 + "\ny"


def test_one_column_and_prose_are_text(read):
    assert read("ご意見\n大変良かったです。\nまた来ます。\n".encode("cp932"), "a.csv").find("また来ます")[1] == "line=3"
    assert not read(b"Dear all,\nthis is prose.\nNo table, really, not at all.\nEnd.\nBye.\n", "a.csv").tables


def test_undecodable_cells_are_counted(read):
    out = read("氏名,電話\n山田,090\n".encode("cp932") * 20 + b"\x81\xff,080\n", "a.csv")
    assert out.codes == ["encoding-unknown"]
    assert len(out.rows) == 41


CELL = st.text(st.sampled_from("ab山\", \n\r'\t;0"), max_size=8)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]))
def test_both_parsers_give_the_same_rows(rows: list[list[str]], end: str) -> None:
    text = written(rows, end=end)
    expected = [tuple(cell or None for cell in row) for row in csv.reader(io.StringIO(text, newline=""))]
    expected = [row + (None,) * (3 - len(row)) for row in expected]
    assert frame_of_text(text, Dialect(",", 3)).rows() == expected


def test_the_fast_parser_is_used_for_clean_text():
    assert delimited._fast_frame('a,b\n"c, d",e\n', Dialect(",", 2)) is not None
    assert delimited._fast_frame('a,b\n\nc,"d"x\n', Dialect(",", 2)) is None


def test_dialect_of_decoded_text_is_offered_as_a_library(context):
    table = table_of_text("氏名\t電話\n山田\t090\n", Locator.of(part="1"), context)
    assert table is not None
    assert next(iter(table.batches)).rows()[1] == ("山田", "090")
    assert detect_dialect("ただの文章です。\nもう一行。\n") is None
