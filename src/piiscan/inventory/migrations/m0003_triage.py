"""Decisions of people on findings, and which of them is in force for a finding."""

from __future__ import annotations

from sqlalchemy.engine import Connection


def upgrade(connection: Connection) -> None:
    """A table, and a column of findings."""
    text = 'TEXT COLLATE "C"' if connection.dialect.name == "postgresql" else "TEXT"
    connection.exec_driver_sql(
        "CREATE TABLE decisions (id INTEGER NOT NULL PRIMARY KEY, "
        f'at {text} NOT NULL, "by" {text} NOT NULL, verdict {text} NOT NULL, reason {text} NOT NULL, until {text}, '
        f"uri {text} NOT NULL, below INTEGER NOT NULL, entity_type {text} NOT NULL, locator {text} NOT NULL, "
        f"fingerprint {text} NOT NULL, revoked_at {text}, revoked_by {text} NOT NULL)"
    )
    connection.exec_driver_sql("ALTER TABLE findings ADD COLUMN decision INTEGER")
    connection.exec_driver_sql("CREATE INDEX findings_decided ON findings (decision) WHERE decision IS NOT NULL")
