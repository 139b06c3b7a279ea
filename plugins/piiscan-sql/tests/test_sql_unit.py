"""Credentials, guard, patterns, samples, numbers: what needs no server."""

# ruff: noqa: E501 - SQL reads best in one line

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from piiscan.errors import SourceError, UsageError
from piiscan.model import Finding, Item, ItemResult, Locator, Problem, Severity, State
from piiscan_sql import SqlSource
from piiscan_sql.credentials import login
from piiscan_sql.failures import failure
from piiscan_sql.guard import is_question
from piiscan_sql.numbers import TableNumbers
from piiscan_sql.options import SqlOptions
from piiscan_sql.patterns import matches
from piiscan_sql.sampling import Sample, stretches, wilson
from piiscan_sql.target import Target, parse

URL = "postgresql://app@db.example:6543/shop"
SetEnv = Callable[[str, str], None]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO t VALUES (1)", "UPDATE t SET a = 1", "DELETE FROM t", "DROP TABLE t", "TRUNCATE t", "CREATE TABLE t (a int)", "GRANT SELECT ON t TO x",
        "SELECT * INTO x FROM t", "SELECT * FROM t FOR UPDATE", "SELECT 1; DROP TABLE t", "COPY t FROM STDIN", "COPY (SELECT 1) TO PROGRAM 'sh'", "COPY t TO '/tmp/x'",
        "SELECT * FROM t INTO OUTFILE '/tmp/x'", "SET GLOBAL read_only = 0", "SET ROLE admin", "SET PASSWORD = 'x'", "EXPLAIN ANALYZE SELECT f()", "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "CALL p()", "DO $$ BEGIN END $$", "PRAGMA journal_mode=wal", "ATTACH 'x' AS y", "VACUUM", "LOCK TABLE t", "SELECT * FROM t LOCK IN SHARE MODE", "COMMIT", "",
    ],
)  # fmt: skip
def test_guard_refuses_what_may_write(statement: str) -> None:
    """Nothing but questions gets to the driver."""
    assert not is_question(statement)


@pytest.mark.parametrize(
    "statement",
    [
        'SELECT "insert into", \'; drop\' FROM "for update" WHERE `into` = 1', " SELECT 1", "SHOW track_counts", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        "SET LOCAL statement_timeout = 100", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", "CHECKSUM TABLE `a`.`b`", "COPY (SELECT a FROM t) TO STDOUT (FORMAT csv)",
        "PRAGMA table_list", "SET SESSION max_statement_time = 1.500",
    ],
)  # fmt: skip
def test_guard_lets_questions_through(statement: str) -> None:
    """Names and values may hold any words."""
    assert is_question(statement)


def test_password_of_a_url_is_nowhere_to_be_seen() -> None:
    """It is kept in memory for workers, but not in name, uris, repr or messages; also when it stands in the query."""
    for url in ("postgresql://u:s3cr3t%40@h/db", "mariadb://u@h/db?password=s3cr3t%40"):
        src = SqlSource.from_target(url)
        assert "s3cr3t" not in repr(src) + src.name + src.target.uri("s", "t") + str(src.target.secret) + str(
            src.target.url
        )
        copy = pickle.loads(pickle.dumps(src))
        assert login(copy.target, copy.name, copy.options, {}).password == "s3cr3t@"
    with pytest.raises(UsageError) as caught:
        SqlSource.from_target("postgresql://u:s3cr3t@h/db", options={"nonsense": "s3cr3t"})
    assert "s3cr3t" not in str(caught.value)


def test_credentials_in_their_order(tmp_path: Path, quiet_environment: SetEnv) -> None:
    """The stated variable wins over the stated file, over that of the name, over PGPASSWORD, over ~/.pgpass."""
    target = parse(URL)
    pgpass = tmp_path / ".pgpass"
    pgpass.write_text("other:*:*:*:no\ndb.example:6543:shop:app:from\\:pgpass\n")
    pgpass.chmod(0o600)
    file = tmp_path / "secret"
    file.write_text("from file\n")
    env = {"PGPASSFILE": str(pgpass)}

    def password(options: SqlOptions = SqlOptions()) -> str | None:  # noqa: B008
        return login(target, "店舗 DB-1", options, env).password

    assert password() == "from:pgpass"
    pgpass.chmod(0o644)
    assert password() is None, "a file others may read is not used"
    env["PGPASSWORD"] = "pg"
    assert password() == "pg"
    env["PIISCAN_SQL_PASSWORD_店舗_DB_1_FILE"] = str(file)
    assert password() == "from file"
    env["PIISCAN_SQL_PASSWORD_店舗_DB_1"] = "by name"
    assert password() == "by name"
    assert password(SqlOptions(password_file=str(file))) == "from file"
    with pytest.raises(SourceError, match="NOT_SET"):
        password(SqlOptions(password_env="NOT_SET"))


def test_my_cnf(tmp_path: Path, quiet_environment: SetEnv) -> None:
    """User and password of the [client] section; MYSQL_PWD wins."""
    (tmp_path / ".my.cnf").write_text('!includedir /etc/x\n[client]\nuser = scan\npassword="a#b"\nno-auto-rehash\n')
    found = login(parse("mysql://h/db"), "x", SqlOptions(), {"HOME": str(tmp_path)})
    assert (found.user, found.password) == ("scan", "a#b")
    assert (
        login(parse("mysql://h/db"), "x", SqlOptions(), {"HOME": str(tmp_path), "MYSQL_PWD": "env"}).password == "env"
    )
    assert "a#b" not in repr(found)


def test_uris_lead_back() -> None:
    """Any name comes back from its uri, which is ASCII and holds neither user nor password."""
    target = parse("postgresql://u:p@h/データ")
    for names in (("public", "顧客/台帳"), ("a.b", '100% "x"'), ("..", "\n")):
        uri = target.uri(*names)
        assert uri.isascii()
        assert uri.startswith("postgresql://h:5432/")
        assert Target.table_of(uri) == names


def test_options_are_checked() -> None:
    """A condition with a second statement, an unknown option, a URL without database: refused by name."""
    for options in ({"where": {"t": "1=1; DROP TABLE t"}}, {"includes": []}):
        with pytest.raises(UsageError, match=next(iter(options))):
            SqlSource.from_target(URL, options=options)
    with pytest.raises(UsageError, match="name the database"):
        SqlSource.from_target("postgresql://h")


def test_patterns() -> None:
    """With a dot and without."""
    assert matches(("shop.*",), "shop", "a.b")
    assert matches(("cust*",), "any", "customers")
    assert not matches(("shop.cust",), "shop", "customers")


def test_stretches_cover_the_range_once() -> None:
    """Every key is in exactly one stretch, whatever the range; the places are seeded."""
    for low, high in ((0, 9), (-5, 5), (1, 100_003), (7, 7)):
        spans = [(s.start, s.end) for s in stretches(low, high, 500, 1)]
        if high < 200_000:
            covered = sorted(k for a, b in spans for k in range(a, b))
            assert covered == list(range(low, high + 1))
    assert [s.start for s in stretches(1, 10**6, 500, 1)] != [s.start for s in stretches(1, 10**6, 500, 2)]


def test_intervals() -> None:
    """Wilson's interval for known cases; neighbourhoods count as one draw."""
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-3)
    assert wilson(0, 100) == pytest.approx((0.0, 0.0370), abs=1e-3)
    by_blocks = Sample("random blocks", 10**7, 0.01, 0, clusters=400, seen=100_000)
    assert by_blocks.margin == pytest.approx(0.049, abs=1e-3)
    assert by_blocks.words() == "100000/10000000 rows (1%); random blocks; seed 0; n=400; ±4.9%"


def test_numbers_of_a_sampled_table() -> None:
    """Shares of cells come with the interval that the sample allows."""
    item = Item(uri="x://y", source="s", name="t", kind="table", attributes={"sql.table": "t"})
    finding = Finding(
        entity_type="EMAIL_ADDRESS",
        category="pi",
        severity=Severity.LOW,
        confidence=0.9,
        locator=Locator.of(table="t", column="mail"),
        count=900,
        mask="",
        rule="r",
        recognizer="columns",
    )
    problem = Problem(code="sampled", detail=Sample("random rows", 50_000, 0.02, 0, seen=1000).words())
    result = ItemResult(item=item, state=State.PARTIAL, findings=(finding,), problems=(problem,))
    assert TableNumbers().attributes(result) == {
        "sql.rows_seen": "1000", "sql.rows_total": "~50000", "sql.sample": "random rows", "sql.share.mail.EMAIL_ADDRESS": "900/1000 90.0% [88.0–91.7% of the table, 95%]",
    }  # fmt: skip


def test_failures_hold_no_text() -> None:
    """What a server says is dropped: it may quote a row."""
    error = RuntimeError({"C": "22P02", "M": "invalid input: 山田太郎"})
    assert str(failure(error)) == "query-failed: SQLSTATE 22P02"
    assert failure(ConnectionResetError("山田")).code == "try-later"
