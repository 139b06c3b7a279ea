"""The contract of a source, on every database that can be had here."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sql_servers import MariaDB, PostgreSQL, source

from piiscan.protocols import Source
from piiscan.testing import SourceSuite

TABLES = (
    "CREATE TABLE customers (id integer PRIMARY KEY, name varchar(50), tel varchar(20))",
    "INSERT INTO customers VALUES (1, '山田太郎', '03-1234-5678')",
    "CREATE TABLE notes (body varchar(100))",
    "INSERT INTO notes VALUES ('本日休業')",
    "CREATE VIEW names AS SELECT name FROM customers",
)


class TestSQLite(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        with sqlite3.connect(tmp_path / "店 1.db") as database:
            for statement in TABLES:
                database.execute(statement)
        database.close()
        return source(f"sqlite:///{(tmp_path / '店 1.db').as_posix()}")


class TestDuckDB(SourceSuite):
    @pytest.fixture
    def source(self, tmp_path: Path) -> Source:
        duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed")
        pytest.importorskip("duckdb_engine", reason="duckdb-engine is not installed")
        with duckdb.connect(str(tmp_path / "x.duckdb")) as database:
            for statement in TABLES:
                database.execute(statement)
        return source(f"duckdb:///{(tmp_path / 'x.duckdb').as_posix()}")


@pytest.mark.server
class TestPostgreSQL(SourceSuite):
    secrets = ("geheim-42",)

    @pytest.fixture
    def source(self, pg: PostgreSQL) -> Source:
        self.server = pg
        pg.run(*TABLES)
        return source(pg.url(password="geheim-42"))

    def change(self, source: Source) -> str:
        self.server.run("UPDATE notes SET body = '本日営業'")
        return next(i.uri for i in self.items(source) if i.name.endswith("notes"))


@pytest.mark.server
class TestMariaDB(SourceSuite):
    secrets = ("geheim-42",)

    @pytest.fixture
    def source(self, my: MariaDB) -> Source:
        self.server = my
        my.run(
            *TABLES,
            "CREATE OR REPLACE USER reader@'127.0.0.1' IDENTIFIED BY 'geheim-42'",
            f"GRANT SELECT, SHOW VIEW ON {my.database}.* TO reader@'127.0.0.1'",
        )
        return source(my.url("reader", "geheim-42"))

    def change(self, source: Source) -> str:
        self.server.run("UPDATE notes SET body = '本日営業'")
        return next(i.uri for i in self.items(source) if i.name.endswith("notes"))
