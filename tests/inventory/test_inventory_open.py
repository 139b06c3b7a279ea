"""Opening: what is refused, and that no password shows."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import inspect

from piiscan.errors import InventoryError
from piiscan.inventory import tables
from piiscan.inventory.reading import InventoryReader
from piiscan.inventory.store import Inventory


def test_migrations_make_the_tables_that_queries_use(url: str) -> None:
    """After all migrations every table has exactly the columns, nullability and primary key that `tables` declares."""
    with Inventory.open(url) as inventory:
        inspector = inspect(inventory._database.engine)
        assert set(inspector.get_table_names()) == set(tables.metadata.tables)
        for table in tables.metadata.tables.values():
            found = {c["name"]: c["nullable"] for c in inspector.get_columns(table.name)}
            assert found == {c.name: c.nullable for c in table.columns}, table.name
            key = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert key == [c.name for c in table.primary_key.columns]


def test_a_newer_schema_is_refused_and_left_alone(url: str) -> None:
    """An inventory of a newer version is not opened, and the message says what to do."""
    with Inventory.open(url) as inventory:
        inventory._write(lambda c: c.execute(tables.meta.update().values(value="9999")).close())
    with pytest.raises(InventoryError, match=r"newer piiscan .*9999.*update piiscan"):
        Inventory.open(url)


def test_a_missing_inventory_is_not_made_by_reading(url: str) -> None:
    """Reading commands say that there is no inventory instead of making an empty one."""
    with pytest.raises(InventoryError, match="no inventory at"):
        InventoryReader.open(url)
    with pytest.raises(InventoryError, match="no inventory at"):
        Inventory.open(url, create=False)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    """A table of the same name in somebody else's database is not touched."""
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE items (id INTEGER, price INTEGER)")
    connection.close()
    with pytest.raises(InventoryError, match="not a piiscan inventory"):
        Inventory.open(f"sqlite:///{path}")


@pytest.mark.parametrize("data", [b"no database at all " * 100, b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, data: bytes) -> None:
    """Other files and broken databases end in an InventoryError and stay as they were."""
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    with pytest.raises(InventoryError):
        Inventory.open(f"sqlite:///{path}")
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://scan:geheim77@127.0.0.1:1/none",
        "mysql://scan:geheim77@host/db",
        "postgresql+nosuch://scan:geheim77@host/db",
        "nonsense geheim77",
        "sqlite:////nowhere/at/all/geheim.db",
    ],
)
def test_what_cannot_be_opened_says_so_without_the_password(url: str) -> None:
    """No message, nor the chain of causes that a traceback prints, shows the password."""
    with pytest.raises(InventoryError) as refused:
        Inventory.open(url)
    error: BaseException | None = refused.value
    while error is not None:
        assert "geheim77" not in str(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def test_repr_and_url_hide_the_password(url: str) -> None:
    """An open inventory can be logged."""
    with_password = url.replace("postgres:@", "postgres:geheim77@")  # the test server asks for none
    with Inventory.open(with_password) as inventory:
        assert "geheim77" not in repr(inventory) + inventory.url


def test_memory_is_a_scratch_inventory_that_leaves_nothing() -> None:
    """`sqlite://` works like any other and its file is gone after closing."""
    with Inventory.open("sqlite://") as inventory:
        path = inventory.path
        assert path is not None
        assert path.exists()
    assert not path.parent.exists()


def test_sqlite_readers_and_writer_do_not_block_each_other(tmp_path: Path) -> None:
    """The file is in WAL mode, with foreign keys enforced."""
    with (
        Inventory.open(f"sqlite:///{tmp_path / 'i.db'}") as inventory,
        inventory._database.engine.connect() as connection,
    ):
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_copy_in_a_folder_without_write_access_is_read() -> None:
    """An auditor reads a copy on a read-only share; nothing is made beside it, and writing is refused in words."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "監査 100%"
        folder.mkdir()
        url = f"sqlite:///{folder / 'i.db'}"
        with Inventory.open(url) as inventory:
            inventory.begin_run(["t"], "default", "s", "k", {})
        (folder / "i.db").chmod(0o444)
        folder.chmod(0o555)
        Path(name).chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)
        try:
            with Inventory.open(url, create=False) as copy:
                assert len(copy.runs()) == 1
                with pytest.raises(InventoryError, match="read-only"):
                    copy.set_key_id("k")
            assert [p.name for p in folder.iterdir()] == ["i.db"]
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)
