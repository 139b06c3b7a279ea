"""SQLite files: all rows as stored, nothing written, hostile views and broken pages survived."""

import random
import sqlite3
from contextlib import closing

import pytest

from piiscan.limits import Limits
from piiscan.readers import sqlite_
from piiscan.readers.sqlite_ import SqliteReader


def make(path, *statements, rows=()):
    with closing(sqlite3.connect(path)) as database:
        for statement in statements:
            database.execute(statement)
        for statement, values in rows:
            database.executemany(statement, values)
        database.commit()
    return path


def test_values_come_out_as_they_are_stored(read, tmp_path):
    path = make(
        tmp_path / "a.db",
        'CREATE TABLE "会員 ""新""" (id INTEGER PRIMARY KEY, 氏名 TEXT, 電話 REAL, 率, 備考, 計 AS (id * 2))',
        rows=[
            (
                'INSERT INTO "会員 ""新""" VALUES (?,?,?,?,?)',
                [(1, "髙橋", 9012345678.0, 0.1, None), (2, "", 1e300, "001", b"")],
            )
        ],
    )
    segment, rows = read(SqliteReader, path).tables['会員 "新"']
    assert segment.header == ("id", "氏名", "電話", "率", "備考", "計")
    assert (segment.row_count, segment.first_row) == (2, 1)
    assert rows == [("1", "髙橋", "9012345678", "0.1", None, "2"), ("2", None, "1e+300", "001", None, "4")]


def test_tables_without_rowid_views_and_cp932_text_are_read(read, tmp_path):
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        "CREATE VIEW names AS SELECT v FROM w",
        rows=[("INSERT INTO w VALUES (?, CAST(? AS TEXT))", [("a", "髙橋①様".encode("cp932"))])],
    )
    out = read(SqliteReader, path)
    assert {name: rows for name, (_, rows) in out.tables.items()} == {"w": [("a", "髙橋①様")], "names": [("髙橋①様",)]}


def test_many_rows_come_in_batches_and_none_is_lost(read, tmp_path):
    path = make(
        tmp_path / "a.db", "CREATE TABLE t (n)", rows=[("INSERT INTO t VALUES (?)", ((i,) for i in range(25_000)))]
    )
    _, rows = read(SqliteReader, path).tables["t"]
    assert rows == [(str(i),) for i in range(25_000)]


def test_blobs_are_text_documents_or_counted(read, tmp_path):
    pdf, noise = b"%PDF-1.4\n1 0 obj\n<<>>\n", random.Random(1).randbytes(500)
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE t (id, b)",
        "CREATE VIEW v AS SELECT b FROM t",
        rows=[
            (
                "INSERT INTO t VALUES (?,?)",
                [(1, "住所 東京都".encode("cp932")), (2, pdf), (3, b"\x00\xff" + noise), (4, pdf)],
            )
        ],
    )
    out = read(SqliteReader, path)
    assert out.tables["t"][1] == [("1", "住所 東京都"), ("2", None), ("3", None), ("4", None)]
    assert out.members == {"t/b/2": pdf, "t/b/4": pdf}
    assert [(p.code, p.count) for p in out.problems] == [("unsupported-format", 1)]


def test_full_text_tables_are_read_once(read, tmp_path):
    try:
        path = make(tmp_path / "a.db", "CREATE VIRTUAL TABLE f USING fts5(body)", "INSERT INTO f VALUES ('山田太郎')")
    except sqlite3.OperationalError:
        pytest.skip("this SQLite has no FTS5")
    out = read(SqliteReader, path)
    assert {name: rows for name, (_, rows) in out.tables.items()} == {"f": [("山田太郎",)]}
    assert not out.codes


def test_a_virtual_table_of_an_unknown_module_is_told_and_its_storage_read(read, tmp_path):
    path = make(tmp_path / "a.db", "CREATE TABLE f_content (c)", "INSERT INTO f_content VALUES ('山田')", "PRAGMA writable_schema=ON",
                "INSERT INTO sqlite_master VALUES ('table','f','f',0,'CREATE VIRTUAL TABLE f USING nosuch(body)')")  # fmt: skip
    out = read(SqliteReader, path)
    assert out.tables["f_content"][1] == [("山田",)]
    assert [(p.code, p.locator.get("table")) for p in out.problems] == [("part-unreadable", "f")]


@pytest.mark.parametrize(
    "view",
    [
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
    ],
)
def test_an_endless_view_ends_and_the_tables_are_read_first(read, tmp_path, monkeypatch, view):
    monkeypatch.setattr(sqlite_, "VIEW_SECONDS", 0.2)
    path = make(tmp_path / "a.db", f"CREATE VIEW a AS {view}", "CREATE TABLE z (n)", "INSERT INTO z VALUES (1)")
    out = read(SqliteReader, path)
    assert out.tables["z"][1] == [("1",)]
    assert [(p.code, p.locator.get("table")) for p in out.problems] == [("timeout", "a")]


def test_views_cannot_reach_outside(read, tmp_path):
    path = make(
        tmp_path / "a.db",
        "CREATE VIEW v AS SELECT load_extension('evil')",
        "CREATE VIEW w AS SELECT * FROM pragma_database_list",
    )
    out = read(SqliteReader, path)
    assert not out.tables
    assert {p.locator.get("table") for p in out.problems} == {"v", "w"}


def test_nothing_is_written_beside_the_file(read, tmp_path):
    path = make(tmp_path / "a.db", "PRAGMA journal_mode=WAL", "CREATE TABLE t (n)", "INSERT INTO t VALUES (1)")
    before = path.read_bytes()
    assert read(SqliteReader, path).tables["t"][1] == [("1",)]
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]
    assert path.read_bytes() == before


def test_rows_that_a_running_program_has_only_in_its_log_are_read(read, tmp_path):
    path = tmp_path / "a.db"
    with closing(sqlite3.connect(path)) as writer:
        for statement in ("PRAGMA journal_mode=WAL", "CREATE TABLE t (n)", "INSERT INTO t VALUES (7)"):
            writer.execute(statement)
        writer.commit()
        log = (tmp_path / "a.db-wal").read_bytes()
        assert read(SqliteReader, path).tables["t"][1] == [("7",)]
        assert (tmp_path / "a.db-wal").read_bytes() == log


def test_a_broken_page_is_told_and_the_rows_before_it_are_kept(read, tmp_path):
    path = make(
        tmp_path / "a.db",
        "CREATE TABLE t (n, x)",
        rows=[("INSERT INTO t VALUES (?,?)", ((i, "x" * 100) for i in range(5000)))],
    )
    data = bytearray(path.read_bytes())
    data[4096 * 80 : 4096 * 81] = b"\xff" * 4096
    path.write_bytes(data)
    out = read(SqliteReader, path)
    assert out.codes == {"damaged"}
    rows = out.tables["t"][1]
    assert 1000 < len(rows) < 5000
    assert [r[0] for r in rows] == [str(i) for i in range(len(rows))]


def test_a_file_that_is_no_database_is_damaged(read):
    assert read(SqliteReader, b"SQLite format 3\0" + bytes(5000)).raised == "damaged"


def test_the_time_limit_of_the_item_stops_the_engine(read, tmp_path):
    path = make(
        tmp_path / "a.db",
        "CREATE VIEW a AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n FROM r) SELECT count(*) FROM r",
    )
    assert "timeout" in read(SqliteReader, path, limits=Limits(item_seconds=0.2)).codes
