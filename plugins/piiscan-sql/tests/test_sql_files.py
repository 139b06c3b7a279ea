"""SQLite and DuckDB files: read without a trace."""

# ruff: noqa: E501 - SQL reads best in one line

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from sql_servers import item_of, read, source

from piiscan.errors import SourceError, UsageError
from piiscan.model import Item, Problem


def database(path: Path, *statements: str) -> str:
    """Make a database and give its URL."""
    with sqlite3.connect(path) as made:
        for statement in statements:
            made.execute(statement)
    made.close()
    return f"sqlite:///{path.as_posix()}"


def state(folder: Path) -> dict[str, str]:
    """Names and contents of a folder."""
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_file_and_folder_stay_as_they_were(tmp_path: Path, mode: str) -> None:
    """Listing and reading change no byte and leave no file beside the database."""
    url = database(
        tmp_path / "a.db", f"PRAGMA journal_mode={mode}", "CREATE TABLE t (a text)", "INSERT INTO t VALUES ('山田')"
    )
    before = state(tmp_path)
    src = source(url)
    assert read(src, "t").rows == [("山田",)]
    assert state(tmp_path) == before


def test_changes_in_the_log_of_a_running_program_are_seen(tmp_path: Path) -> None:
    """A program has the database open in WAL mode: what it has committed is read."""
    url = database(tmp_path / "a.db", "PRAGMA journal_mode=wal", "CREATE TABLE t (a text)")
    with sqlite3.connect(tmp_path / "a.db") as running:
        running.execute("INSERT INTO t VALUES ('新')")
        running.commit()
        assert read(source(url), "t").rows == [("新",)]
    running.close()


def test_any_column_may_hold_documents(tmp_path: Path) -> None:
    """A document in a text column is an item, its neighbours are cells; the view above shows it not a second time."""
    url = database(
        tmp_path / "a.db",
        "CREATE TABLE t (a text)",
        "INSERT INTO t VALUES ('x'), (CAST('%PDF-1.4 abc' AS BLOB)), (9012345678), (1.5), ('')",
        "CREATE VIEW v AS SELECT * FROM t",
    )
    found = read(source(url), "t")
    assert [r[0] for r in found.rows] == ["x", None, "9012345678", "1.5", None]
    assert found.documents == {"a/2": b"%PDF-1.4 abc"}
    assert not read(source(url), "v").documents


def test_broken_text_and_nul(tmp_path: Path) -> None:
    """CP932 bytes stored as text are decoded and counted; NUL characters do not hide what is around them."""
    url = database(
        tmp_path / "a.db",
        "CREATE TABLE t (a text)",
        "INSERT INTO t VALUES (CAST(x'8E529363916E984820938C8B9E9373' AS TEXT)), ('090-1234' || char(0) || '-5678')",
    )
    found = read(source(url), "t")
    assert found.rows[0][0] is not None
    assert found.rows[0][0].endswith("東京都")
    assert found.rows[1][0] == "090-1234-5678"
    assert found.codes == ["encoding-mixed"]


def test_rowid_names_and_tables_without_it(tmp_path: Path) -> None:
    """Tables whose column is called rowid, WITHOUT ROWID, or shadowed: every row once."""
    fill = "INSERT INTO {} SELECT value, value FROM (WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c WHERE value < 1500) SELECT value FROM c)"
    tables = {"a": "(rowid text, b)", "b": "(k integer PRIMARY KEY, v) WITHOUT ROWID", "c": '("ID" int, "select" text)'}
    url = database(
        tmp_path / "a.db",
        *(s for name, columns in tables.items() for s in (f"CREATE TABLE {name} {columns}", fill.format(name))),
    )
    for name in tables:
        assert sorted(int(str(r[0])) for r in read(source(url), name).rows) == list(range(1, 1501)), name


def test_sample_over_the_whole_range(tmp_path: Path) -> None:
    """A sample of a file without server statistics is drawn from strata of row numbers."""
    rows = "WITH RECURSIVE c(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM c WHERE v < 30000) SELECT v, 'x' || v FROM c"
    src = source(
        database(tmp_path / "a.db", "CREATE TABLE t (id integer PRIMARY KEY, x text)", f"INSERT INTO t {rows}"),
        {"full_rows": 1000, "sample_rows": 1500},
    )
    found = read(src, "t")
    ids = [int(str(r[0])) for r in found.rows]
    assert len(set(ids)) == len(ids) == 2000, "1,000 strata of two rows"
    assert min(sum((i - 1) // 3000 == d for i in ids) for d in range(10)) >= 190
    assert read(src, "t").rows == found.rows
    assert found.codes == ["sampled"]
    item = item_of(src, "t")
    assert item.size is not None
    assert item.size < int(item.attributes["sql.bytes"]) // 10, "the plan counts what will be read"


def test_endless_view_ends(tmp_path: Path) -> None:
    """A view without end is stopped by the clock."""
    url = database(
        tmp_path / "a.db",
        "CREATE VIEW v AS WITH RECURSIVE c(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM c) SELECT max(v) FROM c",
    )
    assert read(source(url, {"statement_seconds": 0.3}), "v").codes == ["timeout"]


def test_faults(tmp_path: Path) -> None:
    """A dropped table has vanished; a broken view is refused; a file that is no database says damaged; a missing one is a mistake of the caller."""
    url = database(
        tmp_path / "a.db", "CREATE TABLE t (a)", "CREATE TABLE b (a)", "CREATE VIEW bad AS SELECT nofunction(a) FROM b"
    )
    src = source(url)
    item = item_of(src, "t")
    database(tmp_path / "a.db", "DROP TABLE t")
    with pytest.raises(SourceError, match="vanished"):
        read(src, item)
    with pytest.raises(SourceError, match="query-failed"):
        read(src, "bad")
    (tmp_path / "n.db").write_bytes(b"no database at all" * 100)
    (problem,) = source(f"sqlite:///{tmp_path / 'n.db'}").items()
    assert isinstance(problem, Problem)
    assert problem.detail.startswith("damaged")
    with pytest.raises(UsageError):
        source(f"sqlite:///{tmp_path / 'missing.db'}")


def test_duckdb_types_and_comments(tmp_path: Path) -> None:
    """Lists, decimals, dates and comments of a DuckDB file; the file is not changed."""
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
    pytest.importorskip("duckdb_engine", reason="duckdb-engine is not installed")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as made:
        made.execute("CREATE TABLE t (c1 varchar, tags varchar[], d date, n decimal(20,5), doc blob)")
        made.execute("COMMENT ON COLUMN t.c1 IS '氏名'")
        made.execute("INSERT INTO t VALUES ('山田', ['a', 'b'], '2026-01-02', 12345678901.5, '%PDF-1.4'::blob)")
    before = state(tmp_path)
    found = read(source(f"duckdb:///{tmp_path / 'x.duckdb'}"), "t")
    assert found.rows == [("山田", "[a, b]", "2026-01-02", "12345678901.50000")]
    assert found.hints == ("氏名", "", "", "")
    assert found.documents == {"doc/0": b"%PDF-1.4"}
    assert state(tmp_path) == before


def test_rights_of_the_file(tmp_path: Path) -> None:
    """Who may read the file may read its tables."""
    url = database(tmp_path / "a.db", "CREATE TABLE t (a)")
    (tmp_path / "a.db").chmod(0o600)
    (item,) = source(url).items()
    assert isinstance(item, Item)
    assert item.attributes["access.breadth"] == "person"
