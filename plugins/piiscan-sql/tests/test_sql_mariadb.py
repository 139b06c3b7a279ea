"""MariaDB, live: odd values, rights, samples and faults."""

# ruff: noqa: E501 - SQL reads best in one line

from __future__ import annotations

import threading
import time

import pytest
from sql_servers import MariaDB, batches, item_of, read, source

from piiscan.errors import SourceError
from piiscan.model import Item, Problem

pytestmark = pytest.mark.server


def test_odd_values_are_read(my: MariaDB) -> None:
    """Dates that are none, exact decimals, bits, JSON, short binary, quoted names, and CP932 in a column said to be Latin."""
    my.run(
        "SET SESSION sql_mode = ''",
        "CREATE TABLE `顧客 ``台帳`` 100%` (id int PRIMARY KEY, `氏名:名` varchar(50), c01 varchar(20) COMMENT '電話番号', b date, d datetime, amt decimal(30,10),"
        " flag bit(1), j json, h binary(16), lt varchar(60) CHARACTER SET latin1, vb varbinary(60), r enum('gold','silver'), nul varchar(9))",
        "INSERT INTO `顧客 ``台帳`` 100%%` VALUES (1, '髙橋\\'\"', '090-1234-5678', '0000-00-00', '2026-00-13 00:00:00', 12345678901234567890.1234567891, b'1', '{\"k\": 1}',"
        " x'00112233445566778899aabbccddeeff', _latin1 x'8E529363916E984820938C8B9E9373', '住所 東京都', 'gold', 'a\\0b')".replace(
            "%%", "%"
        ),
    )
    found = read(source(my.url()), "顧客 `台帳` 100%")
    assert found.hints is not None
    assert found.hints[2] == "電話番号"
    (row,) = found.rows
    assert row[1:9] == (
        "髙橋'\"",
        "090-1234-5678",
        "0000-00-00",
        "2026-00-13 00:00:00",
        "12345678901234567890.1234567891",
        "1",
        '{"k": 1}',
        "00112233445566778899aabbccddeeff",
    )
    assert row[9] is not None
    assert row[9].endswith("東京都")
    assert row[10:] == ("住所 東京都", "gold", "ab")
    assert found.codes == ["encoding-mixed"]


def test_pages_lose_no_row(my: MariaDB) -> None:
    """Keys of text and date, numbers beyond 2^53, and no key at all: each row once."""
    my.run(
        "CREATE TABLE two (k varchar(20) COLLATE utf8mb4_bin, d date, v int, PRIMARY KEY (k, d))",
        "INSERT INTO two SELECT concat(elt(1 + seq % 4, 'a''', '\\\\', '%s', '髙'), seq div 8), '2026-01-01' + INTERVAL seq DAY, seq FROM seq_1_to_2500",
        "CREATE TABLE far (id bigint unsigned PRIMARY KEY)", "INSERT INTO far SELECT 9007199254740993 + seq FROM seq_1_to_2500",
        "CREATE TABLE heap (a int)", "INSERT INTO heap SELECT seq FROM seq_1_to_2500",
    )  # fmt: skip
    src = source(my.url())
    assert sorted(int(str(r[2])) for r in read(src, "two").rows) == list(range(1, 2501))
    assert [int(str(r[0])) for r in read(src, "far").rows] == [9007199254740993 + i for i in range(1, 2501)]
    assert sorted(int(str(r[0])) for r in read(src, "heap").rows) == list(range(1, 2501))


def test_sample_by_key_ranges(my: MariaDB) -> None:
    """A sample has rows of every tenth of the key range, repeats with its seed, is stated, and sees seldom filled columns."""
    my.run(
        "CREATE TABLE big (id int PRIMARY KEY, t varchar(20), rare varchar(20))",
        "INSERT INTO big SELECT seq, concat('x', seq), IF(seq %% 5000 = 0, concat('r', seq), NULL) FROM seq_1_to_40000".replace(
            "%%", "%"
        ),
        "ANALYZE TABLE big",
    )
    src = source(my.url(), {"full_rows": 1000, "sample_rows": 2000})
    found = read(src, "big")
    main = [int(str(r[0])) for r in found.rows if len(r) == 3]
    assert len(set(main)) == len(main)
    assert 1500 < len(main) <= 2600
    deciles = [sum((i - 1) // 4000 == d for i in main) for d in range(10)]
    assert min(deciles) > 100
    assert read(src, "big").rows == found.rows
    assert next(p for p in found.problems if p.code == "sampled").detail.startswith(f"{len(main)}/")
    assert {r[0] for r in found.rows if len(r) == 1} == {f"r{i}" for i in range(5000, 40001, 5000)}


def test_scattered_keys_are_sampled_by_chance(my: MariaDB) -> None:
    """Where keys leave most numbers out, or are text, rows are drawn one by one."""
    my.run(
        "CREATE TABLE far (id bigint PRIMARY KEY)",
        "INSERT INTO far SELECT seq * seq * 1000 FROM seq_1_to_20000",
        "ANALYZE TABLE far",
    )
    found = read(source(my.url(), {"full_rows": 1000, "sample_rows": 2000}), "far")
    assert 1200 < len(found.rows) < 3000
    assert "rows by chance" in found.problems[-1].detail
    middle = sum(int(str(r[0])) < 10_000**2 * 1000 for r in found.rows)
    assert 0.4 < middle / len(found.rows) < 0.6


def test_documents(my: MariaDB) -> None:
    """BLOB columns give documents and texts."""
    my.run(
        "CREATE TABLE files (id int PRIMARY KEY, body mediumblob)",
        "INSERT INTO files VALUES (1, '%PDF-1.4 content'), (2, '氏名 山田太郎'), (3, NULL)",
    )
    found = read(source(my.url()), "files")
    assert found.documents == {"body/1": b"%PDF-1.4 content"}
    assert [t.text for t in found.texts] == ["氏名 山田太郎"]


def test_rights(my: MariaDB) -> None:
    """Grants on everything, on a schema pattern and on a table are told; to PUBLIC means the company, to the anonymous account everybody."""
    db = my.database
    my.run(
        "CREATE TABLE a (i int)",
        "CREATE TABLE b (i int)",
        "CREATE OR REPLACE USER mika@'%'",
        f"GRANT SELECT ON `{db[0]}\\_x`.* TO mika@'%'",
        f"GRANT SELECT ON {db}.b TO mika@'%'",
        f"GRANT SELECT (i) ON {db}.a TO PUBLIC",
    )
    found = {i.attributes["sql.table"]: i.attributes for i in source(my.url()).items() if isinstance(i, Item)}
    assert "'mika'@'%'" in found["b"]["access.readers"]
    assert "'mika'@'%'" not in found["a"]["access.readers"]
    assert found["a"]["access.breadth"] == "company"
    assert found["b"]["access.breadth"] == "group"
    my.run(
        "CREATE OR REPLACE USER clerk@'127.0.0.1' IDENTIFIED BY 'pw'", f"GRANT SELECT ON {db}.* TO clerk@'127.0.0.1'"
    )
    own = item_of(source(my.url("clerk", "pw")), "a").attributes
    assert own["access.complete"] == "no"
    assert "access.breadth" not in own, "an account that sees only its own grants does not know"


def test_tokens(my: MariaDB) -> None:
    """Just after a change the token is unknown, later it stays until the next change."""
    my.run("CREATE TABLE a (i int)", "INSERT INTO a VALUES (1)")
    src = source(my.url())
    assert item_of(src, "a").change_token is None
    time.sleep(3.5)
    first = item_of(src, "a").change_token
    assert first is not None
    assert item_of(src, "a").change_token == first
    my.run("INSERT INTO a VALUES (2)")
    assert item_of(src, "a").change_token != first


def test_checksum_on_request(my: MariaDB) -> None:
    """Where the server knows no time of change, CHECKSUM TABLE may stand in."""
    my.run("CREATE TABLE a (i int)", "INSERT INTO a VALUES (1)", "FLUSH TABLES")
    src = source(my.url(), {"checksum": True})
    tokens = [item_of(src, "a").change_token for _ in range(2)]
    assert tokens[0] == tokens[1]


def test_faults_are_told_apart(my: MariaDB) -> None:
    """A dropped table has vanished, a broken view is refused, a wrong password denied, a closed port tried later."""
    my.run(
        "CREATE TABLE t (i int)",
        "CREATE TABLE below (i int)",
        "CREATE VIEW bad AS SELECT i FROM below",
        "DROP TABLE below",
        "CREATE OR REPLACE USER u@'127.0.0.1' IDENTIFIED BY 'right'",
    )
    src = source(my.url())
    item = item_of(src, "t")
    my.run("DROP TABLE t")
    with pytest.raises(SourceError, match="vanished"):
        read(src, item)
    with pytest.raises(SourceError, match="query-failed"):
        read(src, "bad")
    (denied,) = source(my.url("u", "wrong")).items()
    assert isinstance(denied, Problem)
    assert denied.detail == "access-denied error 1045"
    (closed,) = source("mariadb://root@127.0.0.1:1/x").items()
    assert isinstance(closed, Problem)
    assert closed.detail.startswith("try-later")


@pytest.mark.parametrize("key", ["PRIMARY KEY", ""])
def test_killed_connection(my: MariaDB, key: str) -> None:
    """A connection that the server ends in the middle leaves what was read and a problem for the next run."""
    my.run(
        f"CREATE TABLE t (id int {key}, pad varchar(2000))",
        "INSERT INTO t SELECT seq, repeat('x', 1500) FROM seq_1_to_20000",
    )
    src = source(my.url())
    got = []
    for batch in batches(src, item_of(src, "t")):
        got.append(batch)
        if len(got) == 1:
            for (number,) in my.run(
                f"SELECT id FROM information_schema.processlist WHERE db = '{my.database}' AND id <> connection_id()"
            ):
                my.run(f"KILL {number}")
    assert isinstance(got[-1], Problem)
    assert got[-1].code == "try-later"


def test_slow_statement_ends(my: MariaDB) -> None:
    """A view that sleeps is stopped by the server."""
    my.run("CREATE VIEW slow AS SELECT sleep(20) AS s")
    assert read(source(my.url(), {"statement_seconds": 0.5}), "slow").codes == ["timeout"]


def test_nothing_can_be_written(my: MariaDB) -> None:
    """A view whose function writes fails in the read-only transaction."""
    my.run(
        "CREATE TABLE log (i int)",
        "CREATE FUNCTION note() RETURNS int MODIFIES SQL DATA BEGIN INSERT INTO log VALUES (1); RETURN 1; END",
        "CREATE VIEW sneaky AS SELECT note() AS n",
    )
    with pytest.raises(SourceError, match="query-failed"):
        read(source(my.url()), "sneaky")
    assert my.run("SELECT count(*) FROM log")[0][0] == 0


def test_reading_holds_off_a_drop(my: MariaDB) -> None:
    """A table dropped while it is read is read to the end."""
    my.run("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT seq FROM seq_1_to_3000")
    src = source(my.url())
    rows, dropper = 0, threading.Thread(target=my.run, args=("DROP TABLE t",))
    for number, batch in enumerate(batches(src, item_of(src, "t"))):
        rows += batch.height
        if number == 0:
            dropper.start()
    dropper.join(30)
    assert rows == 3000
