"""PostgreSQL, live: what is read, how, and what is said of the rest."""

# ruff: noqa: E501 - SQL reads best in one line

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest
from sql_servers import PostgreSQL, batches, item_of, read, source

from piiscan.errors import SourceError
from piiscan.model import Item, Problem

pytestmark = pytest.mark.server


def test_values_keep_their_exact_text(pg: PostgreSQL) -> None:
    """Numbers, dates Python cannot hold, arrays, enums, JSON and quoted names come out as the server writes them."""
    pg.run(
        'CREATE SCHEMA "販売"',
        "CREATE TYPE rank AS ENUM ('gold', 'silver')",
        'CREATE TABLE "販売"."顧客 ""台帳"" 100%" ("ID" int PRIMARY KEY, "氏名:名" text, c01 text, b date, ts timestamptz, r rank, tags text[], j jsonb,'
        " amt numeric(30,10), flag bool, big bigint, g text GENERATED ALWAYS AS (upper(c01)) STORED, empty text)",
        'COMMENT ON COLUMN "販売"."顧客 ""台帳"" 100%".c01 IS \'電話番号\'',
        "INSERT INTO \"販売\".\"顧客 \"\"台帳\"\" 100%\" VALUES (10, E'髙橋\\n①\",', 'x%y', '0044-03-15 BC', 'infinity', 'gold', '{a,\"b c\"}', '{\"k\": 1}',"
        " 12345678901234567890.1234567891, true, 9223372036854775807, DEFAULT, '')",
    )
    found = read(source(pg.url()), '顧客 "台帳" 100%')
    assert found.header[:3] == ("ID", "氏名:名", "c01")
    assert found.hints is not None
    assert found.hints[2] == "電話番号"
    assert found.rows == [
        ("10", '髙橋\n①",', "x%y", "0044-03-15 BC", "infinity", "gold", '{a,"b c"}', '{"k": 1}', "12345678901234567890.1234567891", "true",
         "9223372036854775807", "X%Y", None)
    ]  # fmt: skip
    assert not found.problems


def test_pages_by_odd_keys_lose_no_row(pg: PostgreSQL) -> None:
    """Keys with quotes, percent signs, backslashes, colons and line breaks, and keys of two columns, page through the whole table once."""
    pg.run(
        "CREATE TABLE odd (k text, n numeric, v int, PRIMARY KEY (k, n))",
        "INSERT INTO odd SELECT (ARRAY['a''b', 'x%s', E'\\\\', ':name', E'l\\nf', '\"', '髙', 'Z'])[1 + i % 8] || (i / 16), i + 0.5, i FROM generate_series(1, 2500) i",
    )
    found = read(source(pg.url()), "odd")
    assert sorted(int(str(row[2])) for row in found.rows) == list(range(1, 2501))


def test_number_keys_page_as_numbers(pg: PostgreSQL) -> None:
    """A page of numbers ends at the highest number, not at the last in the alphabet; ``c0`` and ``piiscan``-like names do no harm."""
    pg.run(
        "CREATE TABLE num (c0 int PRIMARY KEY, k0 int)", "INSERT INTO num SELECT i, -i FROM generate_series(1, 2000) i"
    )
    assert [int(str(row[0])) for row in read(source(pg.url()), "num").rows] == list(range(1, 2001))


def test_tables_without_key_are_read_once(pg: PostgreSQL) -> None:
    """No primary key, and a key with nulls: a server-side cursor gives every row exactly once."""
    pg.run(
        "CREATE TABLE heap (a int UNIQUE, b text)",
        "INSERT INTO heap SELECT nullif(i % 3000, 0), 'x' || i FROM generate_series(0, 2999) i",
    )
    found = read(source(pg.url()), "heap")
    assert len(found.rows) == 3000
    assert len({row[1] for row in found.rows}) == 3000


def test_widest_table(pg: PostgreSQL) -> None:
    """1,600 columns, as many as PostgreSQL allows, without key and with one."""
    columns = ", ".join(f"c{i} int" for i in range(1599))
    pg.run(
        f"CREATE TABLE wide (id int PRIMARY KEY, {columns})",
        "INSERT INTO wide (id, c0, c1598) SELECT i, i, i FROM generate_series(1, 600) i",
    )
    found = read(source(pg.url()), "wide")
    assert len(found.header) == 1600
    assert [row[-1] for row in found.rows[-2:]] == ["599", "600"]


def test_documents_are_items_of_their_own(pg: PostgreSQL) -> None:
    """bytea: documents go through the readers, short text is text, OpenPGP is said to be encrypted, large ones to be too large."""
    pg.run(
        "CREATE TABLE files (id int PRIMARY KEY, body bytea)",
        "INSERT INTO files VALUES (7, '%PDF-1.4 content'), (8, convert_to('電話 03-1234-5678 山田', 'UTF8')), (9, NULL),"
        " (10, '\\xc30d0407030200112233445566778899'), (11, convert_to(repeat('x', 3000), 'UTF8')), (12, sha256('x'))",
    )
    found = read(source(pg.url(), {"document_bytes": 2000}), "files")
    assert found.documents == {"body/7": b"%PDF-1.4 content"}
    assert [t.text for t in found.texts] == ["電話 03-1234-5678 山田"]
    assert found.texts[0].label == "body"
    assert sorted(found.codes) == ["encrypted", "too-large"]


def test_long_keys_are_not_told(pg: PostgreSQL) -> None:
    """A key that may be a person's number does not become the name of a document."""
    pg.run(
        "CREATE TABLE files (mynumber bigint PRIMARY KEY, body bytea)",
        "INSERT INTO files VALUES (123456789018, '%PDF-1.4 content')",
    )
    found = read(source(pg.url()), "files")
    assert list(found.documents) == ["body/document-1"]


def test_sample_is_seeded_spread_and_stated(pg: PostgreSQL) -> None:
    """A sample has rows of every tenth of the key range, is the same for the same seed, and its size is stated; --full reads all."""
    pg.run(
        "CREATE TABLE big (id int PRIMARY KEY, t text, rare text)",
        "INSERT INTO big SELECT i, 'x' || i, CASE WHEN i % 5000 = 0 THEN 'r' || i END FROM generate_series(1, 40000) i",
        "ANALYZE big",
    )
    options = {"full_rows": 1000, "sample_rows": 2000}
    src = source(pg.url(), options)
    found = read(src, "big")
    main = [row for row in found.rows if len(row) == 3]
    assert 1500 < len(main) < 2500
    deciles = [sum((int(str(r[0])) - 1) // 4000 == d for r in main) for d in range(10)]
    assert min(deciles) > 100
    assert read(src, "big").rows == found.rows
    assert read(source(pg.url(), {**options, "seed": 5}), "big").rows != found.rows
    stated = next(p for p in found.problems if p.code == "sampled")
    assert stated.detail.startswith(f"{len(main)}/40000 rows (4.8%); random rows; seed 0; ")
    rare = {row[0] for row in found.rows if len(row) == 1}
    assert rare == {f"r{i}" for i in range(5000, 40001, 5000)}, (
        "seldom filled columns are looked at where they are filled"
    )
    full = read(src.unsampled(), "big")
    assert len(full.rows) == 40000
    assert not full.problems


def test_condition_is_pushed_down_and_said(pg: PostgreSQL) -> None:
    """A configured condition limits the rows, and the rest counts as left out."""
    pg.run(
        "CREATE TABLE t (id int PRIMARY KEY, at timestamp)",
        "INSERT INTO t SELECT i, '2026-01-01 12:00:00' FROM generate_series(1, 10) i",
    )
    found = read(source(pg.url(), {"where": {"public.t": "id > 7 AND at > '2025-01-01 00:00:00'"}}), "t")
    assert [row[0] for row in found.rows] == ["8", "9", "10"]
    assert found.codes == ["excluded"]


def test_denied_columns_tables_and_rows_are_said(pg: PostgreSQL) -> None:
    """Columns without a grant, tables without one, rows behind a policy: read what may be, name what may not."""
    pg.run(
        "CREATE TABLE part (id int, name text, secret text)", "INSERT INTO part VALUES (1, 'a', 'b')",
        "CREATE TABLE shut (id int)", "CREATE TABLE secured (id int)", "INSERT INTO secured VALUES (1), (2)",
        "ALTER TABLE secured ENABLE ROW LEVEL SECURITY", "CREATE POLICY own ON secured USING (id = 1)",
        "DO $$ BEGIN CREATE ROLE limited LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "GRANT SELECT (id, name) ON part TO limited", "GRANT SELECT ON secured TO limited",
    )  # fmt: skip
    src = source(pg.url("limited"))
    part = read(src, "part")
    assert (part.header, part.rows) == (("id", "name"), [("1", "a")])
    assert [(p.code, p.count) for p in part.problems] == [("access-denied", 1)]
    entries = list(src.items())
    shut = item_of(src, "shut")
    assert [e.code for e in entries if isinstance(e, Problem) and e.item == shut.uri] == ["access-denied"]
    with pytest.raises(SourceError, match="access-denied"):
        read(src, shut)
    secured = read(src, "secured")
    assert secured.rows == [("1",)]
    assert secured.codes == ["access-denied"]


def test_rights_are_in_the_inventory(pg: PostgreSQL) -> None:
    """Grants to PUBLIC, to a role with members and to nobody give breadth company, group and person; policies are named."""
    pg.run(
        "DO $$ BEGIN CREATE ROLE staff; CREATE ROLE mika LOGIN; CREATE ROLE ken LOGIN; GRANT staff TO mika, ken; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
        "CREATE TABLE open (id int)", "GRANT SELECT ON open TO PUBLIC", "CREATE TABLE shared (id int)", "GRANT SELECT ON shared TO staff",
        "CREATE TABLE own (id int)", "COMMENT ON TABLE own IS '給与'", "ALTER TABLE own ENABLE ROW LEVEL SECURITY", "CREATE POLICY only_me ON own USING (true)",
        "CREATE SCHEMA closed", "CREATE TABLE closed.behind (id int)", "GRANT SELECT ON closed.behind TO PUBLIC",
    )  # fmt: skip
    src = source(pg.url())
    found = {i.attributes["sql.table"]: i.attributes for i in src.items() if isinstance(i, Item)}
    assert found["open"]["access.breadth"] == "company"
    assert found["shared"]["access.breadth"] == "group"
    assert "staff" in found["shared"]["access.readers"]
    assert found["shared"]["access.logins"] == "3"
    assert found["own"]["access.breadth"] == "person"
    assert found["own"]["access.row_policies"] == "only_me"
    assert (found["own"]["sql.comment"], found["own"]["access.owner"]) == ("給与", "postgres")
    assert found["behind"]["access.breadth"] == "person", "PUBLIC may not enter the schema"


def test_tokens_follow_rows_rights_and_options(pg: PostgreSQL) -> None:
    """Insert, truncate, a grant and another sample size make a table due; another table does not."""
    pg.run("CREATE TABLE a (id int)", "CREATE TABLE b (id int)", "INSERT INTO a VALUES (1)")
    src = source(pg.url())
    seen = {item_of(src, "a").change_token}
    other = item_of(src, "b").change_token
    for statement in ("INSERT INTO a VALUES (2)", "TRUNCATE a", "GRANT SELECT ON a TO PUBLIC"):
        pg.run(statement)
        token = item_of(src, "a").change_token
        assert token not in seen, statement
        seen.add(token)
    assert item_of(src, "b").change_token == other
    assert item_of(source(pg.url(), {"sample_rows": 5}), "a").change_token not in seen
    pg.run("CREATE VIEW v AS SELECT * FROM a")
    assert item_of(src, "v").change_token is None


def test_stated_column_tells_of_changes(pg: PostgreSQL) -> None:
    """The highest value of a stated column is the token, for views too."""
    pg.run(
        "CREATE TABLE a (id int, updated_at timestamp)",
        "INSERT INTO a VALUES (1, '2026-01-01')",
        "CREATE VIEW v AS SELECT * FROM a",
    )
    src = source(pg.url(), {"changed_column": {"v": "updated_at"}})
    before = item_of(src, "v").change_token
    assert before == item_of(src, "v").change_token
    pg.run("UPDATE a SET updated_at = '2026-01-02'")
    assert item_of(src, "v").change_token != before


def test_partitions_are_one_table(pg: PostgreSQL) -> None:
    """A partitioned table is one item with all rows, and a row in a partition changes its token."""
    pg.run("CREATE TABLE p (d date, v int) PARTITION BY RANGE (d)", "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-07-01')",
           "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-07-01') TO ('2027-01-01')", "INSERT INTO p VALUES ('2026-02-01', 1), ('2026-08-01', 2)")  # fmt: skip
    src = source(pg.url())
    assert [i.attributes["sql.table"] for i in src.items() if isinstance(i, Item)] == ["p"]
    assert len(read(src, "p").rows) == 2
    before = item_of(src, "p").change_token
    pg.run("INSERT INTO p VALUES ('2026-09-01', 3)")
    assert item_of(src, "p").change_token != before


def test_nothing_is_written(pg: PostgreSQL) -> None:
    """A view whose function writes fails in the read-only transaction, and no table is touched by listing and reading everything."""
    pg.run(
        "CREATE TABLE log (at timestamp)", "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)",
        "CREATE FUNCTION note() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (now()); RETURN 1; END $$",
        "CREATE VIEW sneaky AS SELECT note() AS n",
    )  # fmt: skip
    src = source(pg.url())
    found = read(src, "sneaky")
    assert not found.rows
    assert [(p.code, p.detail) for p in found.problems] == [("query-failed", "SQLSTATE 25006")]
    read(src, "t")
    assert pg.run("SELECT count(*) FROM log")[0][0] == 0


def test_dropped_table_has_vanished(pg: PostgreSQL) -> None:
    """A table dropped between listing and reading is gone, not failed."""
    pg.run("CREATE TABLE t (id int)")
    src = source(pg.url())
    item = item_of(src, "t")
    pg.run("DROP TABLE t")
    with pytest.raises(SourceError, match="vanished"):
        read(src, item)


def test_reading_holds_off_a_drop_until_its_end(pg: PostgreSQL) -> None:
    """A table dropped while it is read is read to the end: the server lets the drop wait."""
    pg.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 3000)")
    src = source(pg.url())
    rows, dropper = 0, threading.Thread(target=pg.run, args=("DROP TABLE t",))
    for number, batch in enumerate(batches(src, item_of(src, "t"))):
        rows += batch.height
        if number == 0:
            dropper.start()
    dropper.join(30)
    assert rows == 3000
    assert not [i for i in src.items() if isinstance(i, Item)]


@pytest.mark.parametrize("table", ["keyed", "heap"])
def test_killed_connection_is_tried_later(pg: PostgreSQL, table: str) -> None:
    """When the server ends the connection in the middle, what was read stays and the rest is for the next run."""
    pg.run(
        "CREATE TABLE keyed (id int PRIMARY KEY)",
        "INSERT INTO keyed SELECT generate_series(1, 30000)",
        "CREATE TABLE heap AS SELECT * FROM keyed",
    )
    src = source(pg.url())
    got: list[Any] = []
    for batch in batches(src, item_of(src, table)):
        got.append(batch)
        if len(got) == 1:
            pg.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'piiscan'")
    assert got[0].height == 500
    assert isinstance(got[-1], Problem)
    assert got[-1].code == "try-later"


def test_slow_views_end_by_the_clock(pg: PostgreSQL) -> None:
    """A view that sleeps is stopped by the server and says so; one that divides by zero is refused; neither text gets out."""
    pg.run(
        "CREATE VIEW slow AS SELECT pg_sleep(30)::text AS s",
        "CREATE VIEW bad AS SELECT 1 / (g - 1) AS q FROM generate_series(1, 3) g",
    )
    src = source(pg.url(), {"statement_seconds": 0.3})
    assert read(src, "slow").codes == ["timeout"]
    assert [(p.code, p.detail) for p in read(src, "bad").problems] == [("query-failed", "SQLSTATE 22012")]


def test_locked_table_is_left_alone(pg: PostgreSQL) -> None:
    """A table that somebody else has locked is not waited for longer than stated."""
    pg.run("CREATE TABLE t (id int PRIMARY KEY)")
    src = source(pg.url(), {"lock_seconds": 0.2})
    item = item_of(src, "t")
    with contextlib.closing(pg.connect()) as other:
        other.autocommit = False
        other.cursor().execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE")
        assert read(src, item).codes == ["locked"]
        other.rollback()


def test_patterns_choose_and_views_can_be_left_out(pg: PostgreSQL) -> None:
    """What include does not name, exclude names, or is a view when views are off, is listed as excluded."""
    pg.run(
        "CREATE SCHEMA s",
        "CREATE TABLE s.a (i int)",
        "CREATE TABLE s.b_old (i int)",
        "CREATE TABLE c (i int)",
        "CREATE VIEW s.v AS SELECT 1 AS x",
    )
    entries = list(source(pg.url(), {"include": ["s.*"], "exclude": ["*_old"], "views": False}).items())
    out = {e.item for e in entries if isinstance(e, Problem)}
    assert {i.attributes["sql.table"] for i in entries if isinstance(i, Item) and i.uri not in out} == {"a"}
    assert len(out) == 3


def test_replica_can_be_required(pg: PostgreSQL) -> None:
    """A server that takes writes is refused when a replica is asked for."""
    (problem,) = source(pg.url(), {"require_replica": True}).items()
    assert isinstance(problem, Problem)
    assert problem.code == "list-failed"


def test_unknown_role_and_database_are_told_apart(pg: PostgreSQL) -> None:
    """A log-in that is refused and a database that is not there each say so, and the listing is not taken for empty."""
    (refused,) = source(pg.url("nobody_such")).items()
    (missing,) = source(pg.url().replace(pg.database, "no_such_db")).items()
    assert isinstance(refused, Problem)
    assert isinstance(missing, Problem)
    assert (refused.code, refused.detail[:13], refused.item) == ("list-failed", "access-denied", None)
    assert missing.detail.startswith("vanished")


def test_databases_without_encoding(postgresql_server: PostgreSQL, request: pytest.FixtureRequest) -> None:
    """In an SQL_ASCII database with CP932 bytes, cells are decoded one by one and that is said."""
    name = f"raw{abs(hash(request.node.name)) % 10000}"
    postgresql_server.run(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")
    raw = PostgreSQL(postgresql_server.folder, name)
    raw.run(
        "CREATE TABLE t (id int PRIMARY KEY, n text)",
        "INSERT INTO t VALUES (1, E'\\x8e\\x52\\x93\\x63\\x91\\xbe\\x98\\x59 \\x93\\x8c\\x8b\\x9e\\x93\\x73'), (2, 'plain')",
    )
    found = read(source(raw.url()), "t")
    assert [row[1] for row in found.rows] == ["山田太郎 東京都", "plain"]
    assert found.codes == ["encoding-mixed"]
