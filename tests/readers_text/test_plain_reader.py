"""Plain text keeps its lines and says what was wrong with its encoding."""

from __future__ import annotations

import pytest

from piiscan.errors import LimitError
from piiscan.limits import Limits


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
def test_a_place_leads_to_its_line(read, encoding):
    text = "".join(f"{n}行目の記録です\n" for n in range(1, 20_000)) + "担当は山田太郎です\n"
    out = read(text.encode(encoding), "app.log")
    assert len(out.texts) > 1
    assert out.find("山田太郎")[1] == "line=20000"
    assert not out.problems


def test_mixed_encodings_are_a_note_and_bad_bytes_a_problem(read):
    data = (
        "住所は東京です\n".encode("cp932")
        + "電話は大阪です\n".encode()
        + b"\x81\x20\xff\xff\n"
        + "以上です\n".encode("cp932")
    )
    out = read(data)
    assert {"encoding-mixed", "encoding-unknown"} <= set(out.codes)
    assert "電話は大阪です" in out.text
    assert "以上です" in out.text


def test_garbled_text_is_reported_and_read_where_it_can_be_restored(read):
    lines = ["担当者の一覧", "ログイン、パスワード。設定ファイル"]
    garbled = [
        line.encode().decode("cp1252", "strict") if _fits(line, "cp1252") else line.encode().decode("latin-1")
        for line in lines
    ]
    out = read("\n".join(garbled).encode())
    assert "mojibake" in out.codes
    assert all(line in out.text for line in lines)


def _fits(line: str, wrong: str) -> bool:
    try:
        line.encode().decode(wrong)
    except UnicodeDecodeError:
        return False
    return True


def test_the_time_limit_stops_a_long_text(read):
    with pytest.raises(LimitError):
        read("長い文章です\n".encode() * 10, limits=Limits(item_seconds=1e-9))
