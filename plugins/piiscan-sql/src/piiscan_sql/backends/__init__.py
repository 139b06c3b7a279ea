"""The databases, by the first word of their URLs."""

from __future__ import annotations

from piiscan_sql.backends.base import Backend


def backend_for(name: str) -> Backend:
    """The behaviour of a database; imported on first need."""
    from piiscan_sql.backends.files import DuckDB, SQLite
    from piiscan_sql.backends.generic import Generic
    from piiscan_sql.backends.mysql import MySQL
    from piiscan_sql.backends.postgresql import PostgreSQL

    known: dict[str, type[Backend]] = {
        "postgresql": PostgreSQL,
        "mysql": MySQL,
        "mariadb": MySQL,
        "sqlite": SQLite,
        "duckdb": DuckDB,
    }
    return known.get(name, Generic)()
