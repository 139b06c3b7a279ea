"""PostgreSQL: statistics as change tokens, TABLESAMPLE, every value cast to text by the server."""

# ruff: noqa: ARG002 - overriding methods take what others need

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection
from sqlalchemy.types import UserDefinedType

from piiscan.errors import SourceError
from piiscan_sql.backends.base import Backend, Column, Kind, Shape, Table, ask
from piiscan_sql.backends.postgresql_copy import copied
from piiscan_sql.backends.postgresql_rights import Rights
from piiscan_sql.credentials import Login
from piiscan_sql.options import SqlOptions
from piiscan_sql.target import Target

_KINDS: dict[str, Kind] = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}
_USER_SCHEMAS = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
_TABLES = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind::text, c.relnatts, c.relfilenode::bigint, c.reltuples::bigint, coalesce(s.n_live_tup, 0),
  c.relpages::bigint * current_setting('block_size')::bigint,
  CASE WHEN c.relpages = 0 AND c.relkind IN ('r', 'm') THEN pg_relation_size(c.oid) ELSE 0 END,
  s.n_tup_ins + s.n_tup_upd + s.n_tup_del, pg_get_userbyid(c.relowner), coalesce(obj_description(c.oid, 'pg_class'), ''),
  c.relrowsecurity, c.relforcerowsecurity, has_schema_privilege(n.oid, 'USAGE'), has_any_column_privilege(c.oid, 'SELECT'),
  (SELECT string_agg(p.polname, ', ' ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND c.relpersistence <> 't' AND {_USER_SCHEMAS}
ORDER BY 2, 3"""  # noqa: S608 - constants
_PARTITIONS = """
SELECT p.oid, sum(CASE WHEN c.reltuples > 0 THEN c.reltuples ELSE coalesce(s.n_live_tup, 0) END)::bigint,
  sum(c.relpages::bigint) * current_setting('block_size')::bigint,
  sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del)::bigint, md5(string_agg(c.relfilenode::text, ',' ORDER BY c.oid))
FROM pg_class p CROSS JOIN LATERAL pg_partition_tree(p.oid) t JOIN pg_class c ON c.oid = t.relid
LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
WHERE p.relkind = 'p' AND NOT p.relispartition AND t.isleaf GROUP BY p.oid"""
_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod), coalesce(col_description(c.oid, a.attnum), ''), a.attgenerated <> '',
  has_column_privilege(c.oid, a.attnum, 'SELECT'), coalesce(nullif(t.typbasetype, 0), t.oid)::regtype::text, row_security_active(c.oid), a.attnum, c.oid
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE n.nspname = :schema AND c.relname = :name AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum"""
_KEY = """
SELECT i.indkey::text FROM pg_index i WHERE i.indrelid = :oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
  AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey) AND NOT a.attnotnull)
ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1"""
_PLAIN = frozenset({"text", "character varying"})
_LONG = frozenset({"text", "character varying", "json", "jsonb", "xml"})
_WHOLE = frozenset({"smallint", "integer", "bigint"})


class _Typed(UserDefinedType[Any]):
    """A type by the name the server gave it."""

    cache_ok = True

    def __init__(self, name: str) -> None:
        self.name = name

    def get_col_spec(self, **_: Any) -> str:
        return self.name


class PostgreSQL(Backend):
    """PostgreSQL 12 and newer."""

    name: ClassVar[str] = "postgresql"

    def engine_args(self, target: Target, login: Login, options: SqlOptions) -> tuple[URL, dict[str, Any]]:
        """pg8000 does not know libpq's words in a URL: translate those that matter."""
        url = target.url.set(username=login.user, password=login.password)
        seconds = max(1, round(options.connect_seconds))
        if not url.drivername.endswith("pg8000"):
            return url, {"connect_timeout": seconds, "application_name": "piiscan"}
        query = dict(url.query)
        host = str(query.pop("host", ""))
        mode, root = str(query.pop("sslmode", "")), str(query.pop("sslrootcert", ""))
        args: dict[str, Any] = {"timeout": None, "application_name": "piiscan", "tcp_keepalive": True}
        if host.startswith("/"):
            args["unix_sock"] = f"{host}/.s.PGSQL.{url.port or 5432}"
        elif host:
            url = url.set(host=host)
        if mode not in {"", "disable", "allow", "prefer"}:
            args["ssl_context"] = _tls(mode, root)
        if not login.user:
            url = url.set(username="postgres")
        return url.set(query={k: v for k, v in query.items() if k == "unix_sock"}), args

    def begin(self, connection: Connection, options: SqlOptions, seconds: float | None) -> None:
        """Settings are local to the transaction, so that they hold behind a connection pooler and leave nothing behind."""
        limit = options.statement_seconds if seconds is None else min(options.statement_seconds, max(seconds, 0.1))
        run = connection.exec_driver_sql
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for setting in (
            f"statement_timeout = {round(limit * 1000)}",
            f"lock_timeout = {round(options.lock_seconds * 1000)}",
            "idle_in_transaction_session_timeout = 600000",
            "standard_conforming_strings = on",
            "DateStyle = ISO",
            "IntervalStyle = iso_8601",
            "bytea_output = hex",
            "extra_float_digits = 1",
            "synchronize_seqscans = off",
        ):
            run(f"SET LOCAL {setting}")

    def is_replica(self, connection: Connection) -> bool:
        """Whether the server is in recovery."""
        return bool(connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar())

    def tables(self, connection: Connection, target: Target, options: SqlOptions) -> Iterator[Table]:
        """From the catalogue alone. The counters of changes are kept per server: on a replica they say nothing."""
        rows = ask(connection, _TABLES)
        partitions = {r[0]: r[1:] for r in ask(connection, _PARTITIONS)}
        rights = Rights.load(connection)
        replica = self.is_replica(connection)
        counted = not replica and connection.exec_driver_sql("SHOW track_counts").scalar() == "on"
        for row in rows:
            yield _table(row, partitions.get(row[0]), rights, counted=counted)

    def shape(self, connection: Connection, schema: str, name: str) -> Shape | None:
        """Columns by what this account may read of them; the primary key, or another unique one without nulls."""
        rows = ask(connection, _COLUMNS, schema=schema, name=name)
        if not rows:
            return None
        columns = {r[7]: _column(r) for r in rows}
        found = ask(connection, _KEY, oid=rows[0][8])
        key = tuple(columns[int(n)] for n in found[0][0].split()) if found else ()
        if any(not c.readable or c.content != "text" for c in key):
            key = ()
        strata = key[0].name if len(key) == 1 and key[0].type in _WHOLE else None
        return Shape(tuple(columns.values()), key, strata, hides_rows=bool(rows[0][6]))

    def cell(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """Text as the server writes it: exact numbers, ISO dates also where Python has none (infinity, years before Christ)."""
        c = self.column(column)
        text = c if column.type in _PLAIN else sa.cast(c, sa.Text)
        return sa.func.left(text, sa.literal_column(str(options.cell_chars))) if column.long else text

    def binary(self, column: Column, options: SqlOptions) -> sa.ColumnElement[Any]:
        """bytea up to the limit."""
        c = self.column(column)
        return sa.case((sa.func.octet_length(c) <= sa.literal_column(str(options.document_bytes)), c), else_=None)

    def bulk(self, connection: Connection, statement: sa.Select[Any]) -> Sequence[Any] | None:
        """COPY, three times as fast as rows with a driver in Python."""
        return copied(connection, statement) if connection.dialect.driver == "pg8000" else None

    def key_cells(self, shape: Shape) -> list[sa.ColumnElement[Any]]:
        """As text: every type comes back from it exactly."""
        return [sa.cast(self.column(c), sa.Text) for c in shape.key]

    def after(self, shape: Shape, last: Sequence[Any]) -> sa.ColumnElement[bool]:
        """A comparison of rows, which an index answers."""
        values = [sa.cast(sa.bindparam(None, v, sa.Text), _Typed(c.type)) for c, v in zip(shape.key, last, strict=True)]
        columns = [self.column(c) for c in shape.key]
        if len(columns) == 1:
            return columns[0] > values[0]
        return sa.tuple_(*columns) > sa.tuple_(*values)

    def sample_of(self, relation: sa.TableClause, share: float, seed: int, pages: int) -> sa.FromClause | None:
        """Whole blocks of large tables, spread over all of it; single rows of those whose blocks are few."""
        method = "system" if pages > 20_000 else "bernoulli"
        percent: sa.ColumnElement[Any] = sa.literal_column(f"{min(100.0, share * 100):.8f}")
        return relation.tablesample(getattr(sa.func, method)(percent), seed=sa.literal_column(str(seed)))

    def chance(self, share: float, seed: int) -> sa.ColumnElement[bool] | None:
        """For views and sparse columns."""
        return sa.func.random() < sa.literal_column(f"{share:.10f}")

    def prepare_chance(self, connection: Connection, seed: int) -> None:
        """random() is repeatable after setseed()."""
        connection.exec_driver_sql(f"SELECT setseed({(seed % 1000) / 1000})")


def _tls(mode: str, root: str) -> ssl.SSLContext:
    """Certificates are always verified; libpq's ``require`` without a look at the certificate would be encryption with anybody."""
    try:
        context = ssl.create_default_context(cafile=root or None)
    except (OSError, ssl.SSLError):
        raise SourceError("access-denied", "sslrootcert cannot be read") from None
    context.check_hostname = mode != "verify-ca"
    return context


def _table(row: Sequence[Any], parts: Sequence[Any] | None, rights: Rights, *, counted: bool) -> Table:
    (
        oid,
        schema,
        name,
        relkind,
        width,
        filenode,
        tuples,
        live,
        paged,
        fresh,
        changes,
        owner,
        comment,
        secured,
        forced,
        usage,
        select,
        policies,
    ) = row
    kind = _KINDS[relkind]
    rows: int | None = tuples if tuples > 0 else live
    size: int | None = paged or fresh
    if parts is not None:
        rows, size, changes, filenode = int(parts[0] or 0), int(parts[1] or 0), parts[2], parts[3]
    if kind in {"view", "foreign table"}:
        rows, size, changes = None, None, None
    if kind == "materialized view":  # a refresh writes a new file
        changes = 0
    if rows == 0 and tuples < 0 and size:
        rows = size // 100  # never analysed: a guess that only decides between full and sample
    attributes = {"sql.comment": comment, "sql.owner": owner, "access.owner": owner}
    if secured:
        attributes["access.row_security"] = "forced" if forced else "on"
    if policies:
        attributes["access.row_policies"] = policies
    denied = "" if usage and select else ("no USAGE on the schema" if select else "no SELECT")
    stamp = f"{filenode}:{changes}:{width}" if counted and changes is not None else None
    return Table(schema, name, kind, rows, size, None, stamp, denied, {**attributes, **rights.of(oid, schema)})


def _column(row: Sequence[Any]) -> Column:
    name, declared, comment, generated, readable, base = row[:6]
    content = "document" if base == "bytea" else "text"
    long = base in _LONG or base.endswith("[]")
    return Column(name, declared, comment, content, bool(readable), bool(generated), long)  # type: ignore[arg-type]
