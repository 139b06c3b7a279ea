"""Carrying over writes `seen_run` of every item in every run: an index on it cost more than it saved."""

from __future__ import annotations

from sqlalchemy.engine import Connection


def upgrade(connection: Connection) -> None:
    """The source alone finds the rows; the run is then compared in them."""
    connection.exec_driver_sql("DROP INDEX items_seen")
    connection.exec_driver_sql("CREATE INDEX items_source ON items (source)")
