"""Brings a database to the current schema: small append-only steps, each with its version in one transaction."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from sqlalchemy import inspect, select
from sqlalchemy.engine import Connection

from piiscan.errors import NoInventoryError
from piiscan.inventory import migrations, tables

_MIGRATION_LOCK = 0x7069_6973_6361_6E  # "piiscan": any fixed number of this product's own


def steps() -> dict[int, Callable[[Connection], None]]:
    """Version to step, in order."""
    found = {}
    for info in sorted(pkgutil.iter_modules(migrations.__path__), key=lambda i: i.name):
        module = importlib.import_module(f"{migrations.__name__}.{info.name}")
        found[int(info.name[1:5])] = module.upgrade
    return found


def version_of(connection: Connection) -> int | None:
    """The schema version; None where the database is empty. Raises InventoryError where it holds something else."""
    names = set(inspect(connection).get_table_names())
    if tables.meta.name in names:
        columns = {c["name"] for c in inspect(connection).get_columns(tables.meta.name)}
        if columns == {"key", "value"}:
            value = connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "schema_version"))
            if value is not None and str(value).isdigit():
                return int(value)
    elif not names & set(tables.metadata.tables):
        return None
    raise NoInventoryError("this database is in use by something that is not a piiscan inventory")


def migrate(connection: Connection) -> None:
    """Run the missing steps. The caller's transaction is a writing one, so a second process waits here and finds it done."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
    known = steps()
    version = version_of(connection)
    check_version(version, known)
    if version is None:
        connection.exec_driver_sql("CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        connection.execute(tables.meta.insert().values(key="schema_version", value="0"))
    for number, upgrade in known.items():
        if number > (version or 0):
            upgrade(connection)
            connection.execute(
                tables.meta.update().where(tables.meta.c.key == "schema_version").values(value=str(number))
            )


def check_version(version: int | None, known: dict[int, Callable[[Connection], None]]) -> None:
    """Raise InventoryError for a schema from the future."""
    newest = max(known)
    if version is not None and version > newest:
        raise NoInventoryError(
            f"this inventory was written by a newer piiscan (schema {version}, this version knows {newest}); update piiscan"
        )


def is_current(version: int | None) -> bool:
    """Whether nothing is to do; raises InventoryError for a schema from the future."""
    known = steps()
    check_version(version, known)
    return version == max(known)
