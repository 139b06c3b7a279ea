"""Zengin payment files: columns with names, rows with record numbers."""

from __future__ import annotations

import pytest

HEADER = "".join(
    [
        "1",
        "21",
        "0",
        "1234567890",
        "ﾔﾏﾀﾞｼﾖｳﾃﾝ".ljust(40),
        "1122",
        "0001",
        "ﾐｽﾞﾎ".ljust(15),
        "001",
        "ﾎﾝﾃﾝ".ljust(15),
        "1",
        "1234567",
        " " * 17,
    ]
)
TRAILER = "8" + "000002" + "000000020000" + " " * 101
END = "9" + " " * 119


def data(name: str, account: str) -> str:
    return "".join(
        [
            "2",
            "0005",
            "ﾐﾂﾋﾞｼ".ljust(15),
            "123",
            "ｼﾌﾞﾔ".ljust(15),
            "    ",
            "1",
            account,
            name.ljust(30),
            "0000010000",
            "0",
            "0" * 20,
            "7",
            " " * 8,
        ]
    )


@pytest.mark.parametrize("end", ["", "\r\n", "\n"])
def test_fields_land_in_named_columns(read, end):
    records = [HEADER, data("ﾀﾅｶ ﾊﾅｺ", "7654321"), data("ｽｽﾞｷ ｲﾁﾛｳ", "1111111"), TRAILER, END]
    assert {len(r) for r in records} == {120}
    out = read("".join(r + end for r in records).encode("cp932"), "furikomi.dat")
    header = out.tables[0].header
    second = dict(zip(header, out.rows[1], strict=True))
    assert (second["銀行コード"], second["支店コード"], second["預金種目"], second["口座番号"]) == (
        "0005",
        "123",
        "1",
        "7654321",
    )
    assert second["受取人名"] == "ﾀﾅｶ ﾊﾅｺ"
    assert dict(zip(header, out.rows[0], strict=True))["依頼人名"] == "ﾔﾏﾀﾞｼﾖｳﾃﾝ"
    assert (out.tables[0].first_row, len(out.rows)) == (1, 5)
    assert not out.problems


def test_salary_files_have_employee_numbers(read):
    salary = HEADER.replace("121", "111", 1)
    record = data("ﾀﾅｶ", "7654321")[:91] + "EMP0001234" + "DEPT000001" + "7" + " " * 8
    out = read((salary + record + TRAILER).encode("cp932"))
    assert dict(zip(out.tables[0].header, out.rows[1], strict=True))["社員番号"] == "EMP0001234"


def test_records_of_another_length_are_kept_as_text_and_counted(read):
    out = read("\r\n".join([HEADER, data("ﾀﾅｶ", "7654321"), "2 short ﾔﾏﾀﾞ", END]).encode("cp932"))
    assert out.rows[2][-1] == "2 short ﾔﾏﾀﾞ"
    assert out.codes == ["part-unreadable"]
