"""Other databases by what SQLAlchemy itself knows: SQL Server, Oracle. Not tested against a live server."""

# ruff: noqa: ARG002 - overriding methods take what others need

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from piiscan_sql.backends.base import Backend, Column, Shape, Table
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

_SYSTEM = {
    "mssql": frozenset({"sys", "INFORMATION_SCHEMA", "guest"}),
    "oracle": frozenset(
        {
            "sys",
            "system",
            "xdb",
            "ctxsys",
            "mdsys",
            "dbsnmp",
            "outln",
            "wmsys",
            "ordsys",
            "olapsys",
            "audsys",
            "gsmadmin_internal",
        }
    ),
}


class Generic(Backend):
    """Tables, views, columns, comments and primary keys by reflection; no statistics, no rights."""

    name: ClassVar[str] = "generic"
    raw_rows: ClassVar[bool] = False

    def begin(self, connection: Connection, options: SqlOptions, seconds: float | None) -> None:
        """Oracle knows read-only transactions; SQL Server has none: the account must not be able to write."""
        if connection.dialect.name == "oracle":
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def quoted(self, name: str) -> str:
        """SQLAlchemy translates the case of names here."""
        return name

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """By reflection, schema by schema."""
        inspector = sa.inspect(connection)
        system = _SYSTEM.get(target.backend, frozenset())
        for schema in inspector.get_schema_names():
            if schema in system or schema.startswith("db_"):
                continue
            for name in inspector.get_table_names(schema=schema):
                yield Table(schema, name, "table")
            for name in inspector.get_view_names(schema=schema):
                yield Table(schema, name, "view")

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """By reflection. Only keys of numbers and text order the pages."""
        inspector = sa.inspect(connection)
        try:
            found = inspector.get_columns(name, schema=schema)
            primary = inspector.get_pk_constraint(name, schema=schema).get("constrained_columns") or []
        except sa.exc.NoSuchTableError:
            return None
        columns = {c["name"]: _column(c) for c in found}
        types = {c["name"]: c["type"] for c in found}
        orders = all(isinstance(types[c], sa.Integer | sa.String) for c in primary)
        key = tuple(columns[c] for c in primary) if primary and orders else ()
        strata = primary[0] if len(key) == 1 and isinstance(types[primary[0]], sa.Integer) else None
        return Shape(tuple(columns.values()), key, strata)


def _column(found: Any) -> Column:
    binary = isinstance(found["type"], sa.LargeBinary)
    return Column(
        found["name"],
        str(type(found["type"]).__name__).lower(),
        found.get("comment") or "",
        "document" if binary else "text",
        generated=bool(found.get("computed")),
    )
