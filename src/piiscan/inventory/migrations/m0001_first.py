"""The first schema. Plain DDL that SQLite and PostgreSQL both take, so that later changes of `tables` do not reach back."""

from __future__ import annotations

from sqlalchemy.engine import Connection

TABLES = """
CREATE TABLE runs (
    id INTEGER NOT NULL PRIMARY KEY,
    started {text} NOT NULL, finished {text}, status {text} NOT NULL, targets {text} NOT NULL, profile {text} NOT NULL,
    settings {text} NOT NULL, key_id {text} NOT NULL, versions {text} NOT NULL, counters {text} NOT NULL,
    members {text} NOT NULL, full_scan INTEGER NOT NULL, resumed INTEGER NOT NULL
);
CREATE TABLE sources (name {text} NOT NULL PRIMARY KEY, last_run INTEGER NOT NULL);
CREATE TABLE items (
    key {text} NOT NULL PRIMARY KEY,
    uri {text} NOT NULL, source {text} NOT NULL, name {text} NOT NULL, folder {text} NOT NULL, kind {text} NOT NULL,
    state {text} NOT NULL, reason {text} NOT NULL, settings {text} NOT NULL, size BIGINT, modified {text},
    change_token {text}, media_type {text}, parent_key {text}, root_key {text}, attributes {text} NOT NULL,
    breadth INTEGER NOT NULL, entities {text} NOT NULL, occurrences BIGINT NOT NULL, persons BIGINT NOT NULL,
    severity INTEGER NOT NULL, roster INTEGER NOT NULL, bytes_read BIGINT NOT NULL, seconds DOUBLE PRECISION NOT NULL,
    first_run INTEGER NOT NULL, seen_run INTEGER NOT NULL, read_run INTEGER, read_at {text}, gone_run INTEGER
);
CREATE INDEX items_root ON items (root_key);
CREATE INDEX items_seen ON items (source, seen_run);
CREATE INDEX items_state ON items (state, reason);
CREATE INDEX items_worst ON items (severity DESC, persons DESC, occurrences DESC, uri) WHERE severity > 0;
CREATE TABLE item_entities (
    item_key {text} NOT NULL REFERENCES items (key) ON DELETE CASCADE,
    entity_type {text} NOT NULL, category {text} NOT NULL, severity INTEGER NOT NULL, occurrences BIGINT NOT NULL,
    PRIMARY KEY (item_key, entity_type)
){clustered};
CREATE INDEX item_entities_type ON item_entities (entity_type);
CREATE TABLE findings (
    item_key {text} NOT NULL REFERENCES items (key) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    entity_type {text} NOT NULL, category {text} NOT NULL, severity INTEGER NOT NULL, confidence DOUBLE PRECISION NOT NULL,
    locator {text} NOT NULL, occurrences BIGINT NOT NULL, mask {text} NOT NULL, rule {text} NOT NULL,
    recognizer {text} NOT NULL, fingerprint {text} NOT NULL, evidence {text} NOT NULL, first_run INTEGER NOT NULL,
    PRIMARY KEY (item_key, seq)
){clustered};
CREATE INDEX findings_type ON findings (entity_type);
CREATE INDEX findings_fingerprint ON findings (fingerprint) WHERE fingerprint <> '';
CREATE TABLE sketches (
    item_key {text} NOT NULL, seq INTEGER NOT NULL, fingerprint {text} NOT NULL,
    PRIMARY KEY (item_key, seq, fingerprint),
    FOREIGN KEY (item_key, seq) REFERENCES findings (item_key, seq) ON DELETE CASCADE
){clustered};
CREATE INDEX sketches_fingerprint ON sketches (fingerprint);
CREATE TABLE problems (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    item_key {text} REFERENCES items (key) ON DELETE CASCADE,
    source {text}, place {text}, code {text} NOT NULL, detail {text} NOT NULL, locator {text} NOT NULL, count BIGINT NOT NULL
);
CREATE INDEX problems_item ON problems (item_key);
CREATE INDEX problems_run ON problems (run_id, code);
CREATE TABLE changes (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    item_key {text} NOT NULL REFERENCES items (key) ON DELETE CASCADE,
    kind {text} NOT NULL,
    before_entities {text} NOT NULL, before_persons BIGINT NOT NULL, before_breadth INTEGER NOT NULL, before_severity INTEGER NOT NULL,
    after_entities {text} NOT NULL, after_persons BIGINT NOT NULL, after_breadth INTEGER NOT NULL, after_severity INTEGER NOT NULL,
    PRIMARY KEY (run_id, item_key)
){clustered};
CREATE INDEX changes_item ON changes (item_key);
"""


def upgrade(connection: Connection) -> None:
    """Create everything but `meta`, which the migration runner itself needs."""
    sqlite = connection.dialect.name == "sqlite"
    # PostgreSQL would sort text by the locale of the server; byte order is the same everywhere, and faster.
    text = "TEXT" if sqlite else 'TEXT COLLATE "C"'
    clustered = " WITHOUT ROWID" if sqlite else ""
    for statement in TABLES.format(text=text, clustered=clustered).split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
