"""Parquet files made with polars: types, nesting, slices, damage."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from piiscan import Scanner
from piiscan.inventory.store import Inventory
from piiscan.model import Problem, TableSegment
from piiscan.protocols import Reader
from piiscan.readers import parquet
from piiscan.readers.parquet import ParquetReader
from piiscan.sniff import sniff
from piiscan.testing.readers import ReaderSuite


def made(columns: dict[str, Any], **options: Any) -> bytes:
    out = io.BytesIO()
    pl.DataFrame(columns).write_parquet(out, **options)
    return out.getvalue()


CUSTOMERS = {
    "氏名": ["佐藤 太郎", "鈴木 花子", None],
    "電話番号": ["090-1234-5678", "", "03-1234-5678"],
    "番号": [1, 2, 3],
    "割合": [1.0, 2.5, None],
    "生年月日": [dt.date(1980, 1, 2), None, dt.date(1990, 12, 31)],
    "登録": pl.Series(["2026-01-05 10:20:00", "2026-01-05 00:00:00", None]).str.to_datetime(),
    "額": [Decimal("10.00"), Decimal("10.50"), None],
    "古い文字": ["ｶﾅ".encode(), b"\x89PNG\r\n\x1a\n\x00\x00", None],
    "届け先": [{"名": "山田", "住所": {"町": "港区"}}, {"名": None, "住所": None}, None],
    "電話帳": [["03-1111-2222", "090-2222-3333"], [], None],
    "家族": [[{"名": "一郎", "年": 3}], None, []],
    "表": [[[1, 2], [3]], None, None],
    "空": pl.Series([None, None, None], dtype=pl.Null),
    "種別": pl.Series(["会員", "非会員", None], dtype=pl.Categorical),
}


class TestParquet(ReaderSuite):
    expected = ("佐藤 太郎", "1980-01-02", "2026-01-05 10:20:00", "山田", "港区", "090-2222-3333", "一郎", "会員")
    name = "customers.parquet"
    media_type = "application/vnd.apache.parquet"

    @pytest.fixture
    def reader(self) -> Reader:
        return ParquetReader()

    @pytest.fixture
    def sample(self) -> bytes:
        return made(
            {k: v for k, v in CUSTOMERS.items() if k != "古い文字"}, metadata={"作成者": "総務課", "pandas": "{}"}
        )


@pytest.fixture
def suite() -> TestParquet:
    return TestParquet()


def lines(suite: TestParquet, data: bytes) -> list[str]:
    return [
        r.text
        for r in suite.read(ParquetReader(), data)
        if not isinstance(r, Problem) and not isinstance(r, TableSegment)
    ]


def test_every_type_becomes_text(suite: TestParquet) -> None:
    """Whole numbers without decimals, dates in ISO form, records under dotted names, lists by line, bytes where they are text."""
    header, *rows = [line.split("\t") for line in lines(suite, made(CUSTOMERS))]
    first = dict(zip(header, rows[0], strict=True))
    assert first == {
        "氏名": "佐藤 太郎",
        "電話番号": "090-1234-5678",
        "番号": "1",
        "割合": "1",
        "生年月日": "1980-01-02",
        "登録": "2026-01-05 10:20:00",
        "額": "10",
        "古い文字": "ｶﾅ",
        "届け先.名": "山田",
        "届け先.住所.町": "港区",
        "電話帳": "03-1111-2222\n090-2222-3333",
        "家族": '{"名":"一郎","年":3}',
        "表": '{"表":[[1,2],[3]]}',
        "空": "",
        "種別": "会員",
    }
    second = dict(zip(header, rows[1], strict=True))
    assert (second["割合"], second["登録"], second["額"], second["電話番号"]) == ("2.5", "2026-01-05", "10.50", "")


def test_bytes_that_are_no_text_are_counted(suite: TestParquet) -> None:
    """Nothing is silently left out."""
    (problem,) = [r for r in suite.read(ParquetReader(), made(CUSTOMERS)) if isinstance(r, Problem)]
    assert (problem.code, problem.count) == ("unsupported-format", 1)


def test_metadata_of_people_is_read_and_that_of_programs_is_not(suite: TestParquet) -> None:
    """A key and its value are a property."""
    data = made({"a": ["x"]}, metadata={"作成者": "総務課", "pandas": "{}"})
    assert "総務課" in lines(suite, data)
    assert "{}" not in lines(suite, data)


def test_slices_are_put_together_again(suite: TestParquet, monkeypatch: pytest.MonkeyPatch) -> None:
    """All rows once and in order, however they fall on row groups and slices."""
    monkeypatch.setattr(parquet, "SLICE_ROWS", 700)
    data = made({"n": [str(n) for n in range(5_000)]}, row_group_size=1_300)
    assert lines(suite, data)[1:] == [str(n) for n in range(5_000)]


def test_encrypted_and_cut_files_say_so(suite: TestParquet) -> None:
    """An encrypted footer has a magic of its own; without a footer nothing can be read."""
    data = made({"n": ["1"]})
    codes = [
        [r.code for r in suite.read(ParquetReader(), d) if isinstance(r, Problem)]
        for d in (b"PARE" + data[4:-4] + b"PARE", data[:-10], data[: len(data) // 2])
    ]
    assert codes == [["encrypted"], ["damaged"], ["damaged"]]


def test_a_scan_finds_the_columns(tmp_path: Path) -> None:
    """From the file on a share to findings with table places and persons, without the name's help."""
    rows = 60
    columns = {
        "name": [f"佐藤 {g}" for g in ("太郎", "花子", "健一") * 20],
        "contact": [{"mail": f"u{n}@example.jp", "tel": f"090-1234-{n:04}"} for n in range(rows)],
    }
    (tmp_path / "[a]*.bin").write_bytes(made(columns))
    assert sniff((tmp_path / "[a]*.bin").read_bytes(), "x.bin") == "application/vnd.apache.parquet"
    run = Scanner().scan(str(tmp_path), inventory=f"sqlite:///{tmp_path / 'i.db'}")
    assert run.counters.scanned == 1
    with Inventory.open(f"sqlite:///{tmp_path / 'i.db'}") as inventory:
        (asset,) = [a for a in inventory.assets() if a.item.endswith(".bin")]
    assert (asset.persons, asset.roster) == (rows, True)
    assert {"PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER"} <= set(asset.entities)
