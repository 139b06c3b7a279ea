"""The tables as queries see them. What creates them are the steps in `migrations`; a test keeps the two alike.

No column holds a value of the scanned content: findings carry a mask and a keyed hash at most.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, String, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """A point in time as ISO text in UTC: sorts as text, reads the same in both databases, and knows the years 1 to 9999."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        try:
            aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        except (OverflowError, ValueError):  # year 1 or 9999 with an offset: some archives carry such dates
            return None
        return aware.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()

meta = Table("meta", metadata, Column("key", String, primary_key=True), Column("value", String, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("started", Moment, nullable=False),
    Column("finished", Moment),
    Column("status", String, nullable=False),
    Column("targets", String, nullable=False),  # JSON list
    Column("profile", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("versions", String, nullable=False),  # JSON object
    Column("counters", String, nullable=False),  # JSON object, set when the run ends
    Column("members", String, nullable=False),
    Column("full_scan", Integer, nullable=False),
    Column("resumed", Integer, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("last_run", Integer, nullable=False),  # its listing problems count only if they are of this run
)

items = Table(
    "items",
    metadata,
    Column("key", String, primary_key=True),  # sha256 of the uri: uris are too long for indexes
    Column("uri", String, nullable=False),
    Column("source", String, nullable=False),
    Column("name", String, nullable=False),
    Column("folder", String, nullable=False),  # top folder, of the container for members; '' at the top
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("size", BigInteger),
    Column("modified", Moment),
    Column("change_token", String),
    Column("media_type", String),
    Column("parent_key", String),
    Column("root_key", String),  # the listed item that a member is in, however deep; null for listed items
    Column("attributes", String, nullable=False),  # JSON object
    Column("breadth", Integer, nullable=False),  # 0 unknown, 1 person ... 4 public
    Column("entities", String, nullable=False),  # JSON object, what `item_entities` says in rows
    Column("occurrences", BigInteger, nullable=False),
    Column("persons", BigInteger, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("roster", Integer, nullable=False),
    Column("bytes_read", BigInteger, nullable=False),  # by the run `seen_run`
    Column("seconds", Float, nullable=False),
    Column("first_run", Integer, nullable=False),
    Column("seen_run", Integer, nullable=False),  # last run that listed it
    Column("read_run", Integer),  # last run that read it
    Column("read_at", Moment),
    Column("gone_run", Integer),
)

item_entities = Table(
    "item_entities",
    metadata,
    Column("item_key", String, primary_key=True),
    Column("entity_type", String, primary_key=True),
    Column("category", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("occurrences", BigInteger, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("item_key", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("entity_type", String, nullable=False),
    Column("category", String, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("locator", String, nullable=False),
    Column("occurrences", BigInteger, nullable=False),
    Column("mask", String, nullable=False),
    Column("rule", String, nullable=False),
    Column("recognizer", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("evidence", String, nullable=False),  # JSON list
    Column("first_run", Integer, nullable=False),
    Column("decision", Integer),  # the decision in force
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("until", String),  # the last day on which it holds, ISO; null for ever
    Column(
        "uri", String, nullable=False
    ),  # of the item, or of the folder with everything below it; '' for a value anywhere
    Column("below", Integer, nullable=False),  # 1 for a folder
    Column("entity_type", String, nullable=False),  # '' for all
    Column("locator", String, nullable=False),  # '' for all
    Column("fingerprint", String, nullable=False),  # keyed; '' for all
    Column("revoked_at", Moment),
    Column("revoked_by", String, nullable=False),
)

sketches = Table(
    "sketches",
    metadata,
    Column("item_key", String, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", String, primary_key=True),
)

problems = Table(
    "problems",
    metadata,
    Column("run_id", Integer, nullable=False),
    Column("item_key", String),  # null for problems of a source
    Column("source", String),
    Column("place", String),  # the uri, or the prefix that could not be listed
    Column("code", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("locator", String, nullable=False),
    Column("count", BigInteger, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("item_key", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("before_entities", String, nullable=False),
    Column("before_persons", BigInteger, nullable=False),
    Column("before_breadth", Integer, nullable=False),
    Column("before_severity", Integer, nullable=False),
    Column("after_entities", String, nullable=False),
    Column("after_persons", BigInteger, nullable=False),
    Column("after_breadth", Integer, nullable=False),
    Column("after_severity", Integer, nullable=False),
)
